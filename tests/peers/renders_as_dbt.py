"""Builds fixtures/rendering with dbt on DuckDB and holds `sluice compile` to the SQL that dbt renders.

dbt knows from the warehouse which columns a relation has and which tables exist; Sluice has only the files. Then:

- every model that dbt renders, Sluice renders, to the same bytes;
- but for the models in OURS, which use macros that dbt ships and Sluice has written anew: there the two texts must
  give the same columns and rows.

usage: renders_as_dbt.py path/to/sluice
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

HERE = Path(__file__).resolve().parent
FIXTURE = HERE.parent.parent / "fixtures" / "rendering"
OURS = {"built_in.sql"}
RAW = """
create table raw_orders as
    select 1 as id, 7 as customer, 'paid' as status, 12.5 as amount, date '2026-01-05' as ordered_at;
create table raw_customers as select 7 as id, 'Ada' as name, 'de' as country;
"""


def main(sluice):
    with tempfile.TemporaryDirectory() as scratch:
        project = shutil.copytree(FIXTURE, Path(scratch) / "rendering")
        theirs = dbt(project)
        run([sluice, "compile", "--out", project / "ours"], project)
        complaints = list(judge(project, theirs, project / "ours"))
    for complaint in complaints:
        print("WRONG:", complaint)
    print(f"{len(theirs)} models rendered twice, {len(complaints)} differ")
    return 1 if complaints or not theirs else 0


def dbt(project):
    """Path below the project -> the SQL that dbt renders, as if every table were built anew."""
    with duckdb.connect(str(project / "rendering.duckdb")) as connection:
        connection.execute(RAW)
    command = str(Path(sys.executable).parent / "dbt")
    run([command, "deps"], project)
    run([command, "build"], project)
    run([command, "compile", "--full-refresh"], project)
    compiled = project / "target" / "compiled"
    found = {}
    for folder, root in [("rendering", ""), ("shared", "packages/shared/")]:
        for file in sorted((compiled / folder).rglob("*.sql")):
            path = file.relative_to(compiled / folder)
            # Generic tests have no file of their own.
            if not any(part.endswith(".yml") for part in path.parts):
                found[root + str(path)] = file.read_bytes()
    return found


def run(command, project):
    environment = {**os.environ, "DBT_PROFILES_DIR": str(project), "DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "0"}
    done = subprocess.run([str(word) for word in command], cwd=project, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


def judge(project, theirs, ours):
    """Yields every model on which the two disagree, in words."""
    with duckdb.connect(str(project / "rendering.duckdb")) as connection:
        for path, sql in theirs.items():
            file = ours / path
            if not file.exists():
                yield f"{path}: not rendered"
            elif Path(path).name in OURS:
                if answer(connection, sql) != answer(connection, file.read_bytes()):
                    yield f"{path}: other rows"
            elif file.read_bytes() != sql:
                yield f"{path}: other text\n--- dbt\n{sql.decode()}\n--- sluice\n{file.read_text()}"


def answer(connection, sql):
    relation = connection.sql(sql.decode())
    return relation.columns, sorted(map(repr, relation.fetchall()))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
