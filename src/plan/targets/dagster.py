import importlib
import json
import os
import subprocess

import dagster as dg


class Warehouse(dg.ConfigurableResource):
    """Where statements run: a DB-API module, and what its `connect` takes as JSON."""

    module: str = os.environ.get("SLUICE_DBAPI", "duckdb")
    arguments: str = os.environ.get("SLUICE_DBAPI_ARGUMENTS", "{}")

    def run(self, statements):
        """Runs all of them; gives the first row of the last."""
        connection = importlib.import_module(self.module).connect(**json.loads(self.arguments))
        try:
            cursor, row = connection.cursor(), None
            for statement in statements:
                cursor.execute(statement)
                row = cursor.fetchone() if statement.lstrip().lower().startswith(("select", "with")) else None
            if hasattr(connection, "commit"):
                connection.commit()
            return row
        finally:
            connection.close()


def key(step):
    return dg.AssetKey(step["relation"].split(".") if step["kind"] == "promote" else ["sluice", step["name"]])


def asset(step, keys):
    retries = dg.RetryPolicy(max_retries=step["retries"]) if "retries" in step else None
    owner = step.get("owner", "")

    @dg.asset(
        key=key(step),
        deps=[keys[name] for name in step["after"]],
        description=step["because"],
        owners=[owner] if "@" in owner and " " not in owner else None,
        retry_policy=retries,
        op_tags={"sluice": step["kind"]},
    )
    def run(warehouse: Warehouse) -> None:
        if "command" in step:
            subprocess.run(step["command"], shell=True, check=True)
        warehouse.run(step["statements"])

    return run


def check(step, keys):
    others = [keys[name] for name in step["after"] if name != step["of"]]

    @dg.asset_check(
        asset=keys[step["of"]],
        name=step["name"],
        additional_deps=others or None,
        blocking=step["blocking"],
        description=step["because"],
    )
    def run(warehouse: Warehouse) -> dg.AssetCheckResult:
        failures, failed = warehouse.run(step["statements"])
        severity = dg.AssetCheckSeverity.ERROR if step["blocking"] else dg.AssetCheckSeverity.WARN
        return dg.AssetCheckResult(passed=not failed, severity=severity, metadata={"failures": failures})

    return run


def definitions(name, steps, schedule):
    keys = {step["name"]: key(step) for step in steps if step["kind"] != "check"}
    assets = [asset(step, keys) for step in steps if step["kind"] != "check"]
    checks = [check(step, keys) for step in steps if step["kind"] == "check"]
    job = dg.define_asset_job(name.replace("-", "_"), selection="*" if assets else dg.AssetSelection.assets())
    schedules = [dg.ScheduleDefinition(job=job, cron_schedule=schedule)] if schedule and assets else []
    return dg.Definitions(
        assets=assets,
        asset_checks=checks,
        jobs=[job] if assets else [],
        schedules=schedules,
        resources={"warehouse": Warehouse()},
    )
