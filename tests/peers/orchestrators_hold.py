"""Runs what `sluice plan` writes for Airflow and Dagster against DuckDB, and compares tables.

For each edit of two fixtures (additive, values, rows, breaking, cosmetic):

- base is built from nothing by `sluice plan --full`, and every table must equal what its compiled SQL gives;
- Airflow loads the DAG of the change without import errors and runs it; so does Dagster with its definitions;
- then every relation that builds at head must hold what its compiled SQL gives at head, and nothing may be left over;
- the undo plan must lead back to base.

Then a gate that fails must stop what is behind it, with all tables of production as they were; and plans must be equal
byte for byte, wherever the repo lies.

usage: orchestrators_hold.py path/to/sluice
"""

import importlib.util
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
FIXTURES = HERE.parent.parent / "fixtures"

EDITS = {
    "jaffle": {
        "additive": [("models/marts/customers.sql", "    customers.first_name,\n    count", "    customers.first_name,\n    max(orders.ordered_on) as last_order_on,\n    count")],
        "values": [("models/marts/paid_orders.sql", "sum(amount_cents)", "sum(amount_cents) + 0 * max(payment_id)"), ("models/marts/customers.sql", "/ 100.0", "/ 100.0 + 1")],
        "rows": [("models/staging/stg_orders.sql", "status <> 'test'", "status not in ('test', 'returned')")],
        "breaking": [("models/marts/customers.sql", "as lifetime_value", "as lifetime_value_usd"), ("models/marts/_marts.yml", "name: lifetime_value", "name: lifetime_value_usd")],
        "cosmetic": [("models/marts/orders.sql", "with paid as (\n\n    select * from {{ ref('paid_orders') }}\n\n)", "with paid_again as (select * from {{ ref('paid_orders') }}), paid as (select * from paid_again)")],
        "seed": [("seeds/methods.csv", "coupon,gift", "coupon,present")],
        "gone": [("models/marts/contacts.sql", None, None)],
        "stored": [("models/staging/stg_payments.sql", "select\n", "{{ config(materialized='table') }}\nselect\n")],
    },
    "user_ltv": {
        "additive": [("models/marts/user_ltv.sql", "    users.country_code,\n", "    users.country_code,\n    upper(users.country_code) as country,\n")],
        "values": [("models/intermediate/int_payment_totals.sql", "select\n", "select\n    1 as always,\n"), ("models/marts/user_ltv.sql", "coalesce(payments.paid_usd, 0) as paid_usd", "coalesce(payments.paid_usd, 0) + 1 as paid_usd")],
        "rows": [("models/marts/user_ltv.sql", "where not users.is_deleted", "where not users.is_deleted and users.country_code <> 'de'")],
        "breaking": "head",
        "cosmetic": [("models/marts/creators.sql", "select\n", "-- nothing else\nselect\n")],
    },
}
# The runs that Dagster makes too; Airflow makes all.
OF_DAGSTER = {("jaffle", "rows"), ("jaffle", "seed"), ("user_ltv", "breaking")}


def main(sluice):
    complaints = []
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        prepare_airflow(scratch / "airflow")
        for fixture, edits in EDITS.items():
            for name, edit in edits.items():
                if len(sys.argv) > 2 and not f"{fixture} {name}".startswith(sys.argv[2]):
                    continue
                case = Case(sluice, scratch / f"{fixture}_{name}", fixture, edit)
                found = list(case.judge((fixture, name) in OF_DAGSTER))
                print(f"  {fixture:9} {name:9} {case.steps:3} steps  {'wrong' if found else 'equal'}", flush=True)
                for line in found:
                    print(f"    {line}", flush=True)
                complaints += [f"{fixture} {name}: {line}" for line in found]
        complaints += failing_gate(sluice, scratch)
        complaints += byte_equal(sluice, scratch)
    for complaint in complaints:
        print("WRONG:", complaint)
    print(f"{sum(map(len, EDITS.values()))} changes run, {len(complaints)} wrong")
    return 1 if complaints else 0


class Case:
    """A fixture at base and at head, and databases of both."""

    def __init__(self, sluice, folder, fixture, edit):
        self.sluice, self.fixture, self.folder = sluice, fixture, folder
        self.file = f"{'social' if fixture == 'user_ltv' else fixture}.duckdb"
        self.repo = folder / "repo"
        make_repo(self.repo, FIXTURES / fixture, edit)
        self.base = self.fresh("base", "main~1")
        self.head = self.fresh("head", "main")
        self.steps = 0

    def fresh(self, name, revision):
        """What the compiled SQL of one commit gives, table by table."""
        project = self.folder / name
        project.mkdir()
        packed = subprocess.run(["git", "-C", self.repo, "archive", revision], check=True, capture_output=True).stdout
        subprocess.run(["tar", "x", "-C", project], input=packed, check=True)
        run(self.sluice, project, "compile", "--out", "compiled")
        relations = json.loads(run(self.sluice, project, "lineage", "--format", "json"))["relations"]
        models = {one["name"]: one for one in relations if one["kind"] == "model" and one["path"].startswith("models/")}
        database = Database(project / self.file, self.raw())
        database.seeds(project, self.fixture)
        found = {}
        for name in in_order(models):
            schema = self.schema(models[name]["path"])
            sql = (project / "compiled" / models[name]["path"]).read_text()
            if short(name) == "paid_orders":
                # Its readers hold its text; by which name they read it here does not matter.
                for name in ("__dbt__cte__paid_orders", "paid_orders"):
                    database.run(f"create view {name} as {sql}")
                continue
            # Views throughout: tables would be the same, and cost more.
            if database.attempt(f"create schema if not exists {schema}; create view {schema}.{short(name)} as {sql}"):
                found[f"{schema}.{short(name)}"] = database.contents(f"{schema}.{short(name)}")
        database.close()
        return {name: table for name, table in found.items() if table is not None}

    def raw(self):
        return (HERE / f"{self.fixture}_raw.sql").read_text()

    def schema(self, path):
        folder = Path(path).parent.name
        return "main" if (self.fixture, folder) == ("jaffle", "marts") else f"main_{folder}"

    def plan(self, *arguments):
        return run(self.sluice, self.repo, "plan", "--base=main~1", "--release", "all", *arguments)

    def production(self, name):
        """A database in which base was built by the plan of the whole project."""
        path = self.folder / name / self.file
        path.parent.mkdir()
        database = Database(path, self.raw())
        base = self.folder / "base"
        plan = json.loads(run(self.sluice, base, "plan", "--full", "--full-refresh", "--target", "json"))
        for step in plan["steps"]:
            for statement in step["statements"]:
                database.run(statement)
        database.close()
        return path

    def judge(self, with_dagster):
        path = self.production("by_airflow")
        yield from (f"built from nothing: {line}" for line in compare(path, self.base, ()))
        plan = json.loads(self.plan("--target", "json"))
        self.steps = len(plan["steps"])
        broken = set(self.base) - set(self.head) if self.fixture == "user_ltv" else set()
        yield from self.by_airflow(path, "there")
        yield from (f"by Airflow: {line}" for line in compare(path, self.head, broken))
        yield from self.by_airflow(path, "back", "--undo")
        yield from (f"undone: {line}" for line in compare(path, self.base, ()))
        if with_dagster:
            path = self.production("by_dagster")
            yield from self.by_dagster(path)
            yield from (f"by Dagster: {line}" for line in compare(path, self.head, broken))

    def by_airflow(self, path, name, *arguments):
        # Airflow runs what lies in the folder that it was told of, so that holds one DAG at a time.
        folder = Path(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
        shutil.rmtree(folder)
        self.plan("--target", "airflow", "--out", str(folder), *arguments)
        state = run_dag(folder, path)
        if state != "success":
            yield f"Airflow, {name}: {state}"

    def by_dagster(self, path):
        folder = self.folder / "definitions"
        self.plan("--target", "dagster", "--out", str(folder))
        if not run_definitions(folder, path):
            yield "Dagster: the run failed"


class Database:
    def __init__(self, path, raw=None):
        import duckdb

        self.error = duckdb.Error
        self.connection = duckdb.connect(str(path))
        if raw:
            self.connection.execute(raw)

    def run(self, sql):
        return self.connection.execute(sql)

    def attempt(self, sql):
        try:
            self.run(sql)
            return True
        except self.error:
            return False

    def seeds(self, project, fixture):
        self.run("create schema if not exists main_reference")
        for path in sorted((project / "seeds").glob("*.csv")):
            self.run(f"create table main_reference.{path.stem} as from read_csv('{path}')")

    def contents(self, name):
        """Columns with their types, and the rows as a sorted list; None where it cannot be read."""
        try:
            columns = sorted((column, kind) for column, kind, *_ in self.run(f"describe {name}").fetchall())
            picked = ", ".join(f'"{column}"' for column, _ in columns)
            rows = self.run(f"select {picked} from {name}").fetchall()
        except self.error:
            return None
        return columns, sorted(repr(tuple(map(rounded, row))) for row in rows)

    def names(self):
        rows = self.run(
            "select schema_name || '.' || table_name from duckdb_tables() where not internal union all "
            "select schema_name || '.' || view_name from duckdb_views() where not internal"
        ).fetchall()
        return {name for (name,) in rows if not name.startswith(("raw.", "main_reference."))}

    def close(self):
        self.connection.close()


def compare(path, expected, broken):
    """Yields where a database differs from what it should hold; what no longer builds may stay as it was."""
    database = Database(path)
    for name, table in expected.items():
        if database.contents(name) != table:
            yield f"{name} differs"
    for left in sorted(database.names() - set(expected) - set(broken)):
        yield f"{left} is left over"
    database.close()


def failing_gate(sluice, scratch):
    """A change that repeats rows: the gates of the table stop it, and production keeps what it had."""
    edit = [("models/marts/customers.sql", "group by customers.customer_id, customers.first_name", "group by customers.customer_id, customers.first_name, orders.order_id")]
    case = Case(sluice, scratch / "gate", "jaffle", edit)
    for name, runs in (("airflow", case.by_airflow), ("dagster", None)):
        path = case.production(f"gate_{name}")
        complaints = list(runs(path, "gate") if runs else case.by_dagster(path))
        if not complaints:
            yield f"{name}: the gate let it pass"
        database = Database(path)
        for table, held in case.base.items():
            if database.contents(table) != held:
                yield f"{name}: {table} was changed although a gate failed"
        database.close()


def byte_equal(sluice, scratch):
    """Two clones at different places give the same plan."""
    texts = set()
    for place in ("here", "there/deeper"):
        repo = scratch / place
        make_repo(repo, FIXTURES / "jaffle", EDITS["jaffle"]["rows"])
        for _ in range(2):
            texts.add(tuple(run(sluice, repo, "plan", "--base=main~1", "--head=main", "--target", target) for target in ("json", "airflow", "dagster", "sql")))
    if len(texts) != 1:
        yield f"{len(texts)} different plans of one change"


def make_repo(repo, fixture, edit):
    """A git repo whose first commit is the fixture's base and whose second is the edit."""
    shutil.copytree(fixture / "base", repo)
    git = ["git", "-C", repo, "-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    stamp = {**os.environ, "GIT_AUTHOR_DATE": "2025-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2025-01-01T00:00:00Z"}
    subprocess.run([*git, "init", "--quiet", "--initial-branch=main"], check=True)
    for message in ["base", "head"]:
        if message == "head":
            change(repo, fixture, edit)
        subprocess.run([*git, "add", "--all"], check=True)
        subprocess.run([*git, "commit", "--quiet", "--allow-empty", "--message", message], check=True, env=stamp)


def change(repo, fixture, edit):
    if edit == "head":
        shutil.copytree(fixture / "head", repo, dirs_exist_ok=True)
        return
    for path, old, new in edit:
        if old is None:
            (repo / path).unlink()
            continue
        text = (repo / path).read_text()
        assert old in text, f"{path} does not hold {old!r}"
        (repo / path).write_text(text.replace(old, new))


def prepare_airflow(home):
    home.mkdir()
    os.environ.update(
        AIRFLOW_HOME=str(home),
        AIRFLOW__CORE__LOAD_EXAMPLES="False",
        AIRFLOW__CORE__DAGS_FOLDER=str(home / "dags"),
        AIRFLOW__CORE__UNIT_TEST_MODE="False",
        AIRFLOW__LOGGING__LOGGING_LEVEL="ERROR",
        AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS="True",
        DAGSTER_HOME="",
    )
    (home / "dags").mkdir()
    subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], check=True, capture_output=True)


def run_dag(folder, database):
    """Loads the folder as Airflow does and runs its one DAG; the connection is the database file."""
    from airflow.dag_processing.dagbag import DagBag
    from airflow.providers.common.sql.operators.sql import BaseSQLOperator

    BaseSQLOperator.get_db_hook = lambda self: hook(database)
    bag = DagBag(dag_folder=str(folder))
    if bag.import_errors:
        return f"import errors: {bag.import_errors}"
    (dag,) = bag.dags.values()
    logging.disable(logging.CRITICAL)
    done = dag.test()
    logging.disable(logging.NOTSET)
    return str(getattr(done.state, "value", done.state))


def hook(database):
    """A hook of Airflow's own kind over a DuckDB file."""
    import duckdb
    from airflow.providers.common.sql.hooks.sql import DbApiHook

    class DuckDB(DbApiHook):
        conn_name_attr = "conn_id"
        supports_autocommit = False

        def get_conn(self):
            return duckdb.connect(str(database))

        def get_autocommit(self, conn):
            return True

        def set_autocommit(self, conn, autocommit):
            pass

        def get_openlineage_database_info(self, connection):
            return None

    return DuckDB()


def run_definitions(folder, database):
    import dagster

    os.environ["SLUICE_DBAPI"] = "duckdb"
    os.environ["SLUICE_DBAPI_ARGUMENTS"] = json.dumps({"database": str(database)})
    spec = importlib.util.spec_from_file_location("definitions", folder / "definitions.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    dagster.Definitions.validate_loadable(module.defs)
    (job,) = module.defs.jobs
    logging.disable(logging.CRITICAL)
    done = module.defs.resolve_job_def(job.name).execute_in_process(raise_on_error=False)
    logging.disable(logging.NOTSET)
    return done.success


def run(sluice, folder, *arguments):
    done = subprocess.run([sluice, *arguments], cwd=folder, capture_output=True, text=True)
    assert done.returncode in (0, 1), f"{arguments}: {done.stderr}"
    return done.stdout


def in_order(models):
    done = []
    reads = {name: set(one["depends_on"]) & models.keys() - {name} for name, one in models.items()}
    while len(done) < len(models):
        done += [name for name in sorted(models) if name not in done and reads[name] <= set(done)]
    return done


def rounded(value):
    return float(f"{value:.9g}") if isinstance(value, float) else value


def short(name):
    return name.split(".")[-1]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
