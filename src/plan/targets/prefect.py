import importlib
import json
import os
import subprocess

from prefect import flow, pause_flow_run, task


def execute(statements):
    """Runs statements over the DB-API module and the arguments that the environment names."""
    module = importlib.import_module(os.environ.get("SLUICE_DBAPI", "duckdb"))
    connection = module.connect(**json.loads(os.environ.get("SLUICE_DBAPI_ARGUMENTS", "{}")))
    try:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
            if statement.lstrip().lower().startswith(("select", "with")):
                cursor.fetchall()
        if hasattr(connection, "commit"):
            connection.commit()
    finally:
        connection.close()


@task
def run_step(step):
    if step["command"]:
        subprocess.run(step["command"], shell=True, check=True)
    execute(step["statements"])


def plan(name, steps):
    @flow(name=name)
    def run():
        done = {}
        for step in steps:
            waits = [done[before] for before in step["after"] if before in done]
            if step["approve"]:
                for before in waits:
                    before.wait()
                pause_flow_run()
                continue
            own = run_step.with_options(
                name=step["name"], retries=step["retries"], timeout_seconds=step["timeout"]
            )
            done[step["name"]] = own.submit(step, wait_for=waits)
        for future in done.values():
            future.result()

    return run
