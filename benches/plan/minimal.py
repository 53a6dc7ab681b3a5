"""Runs the plans of many small dbt projects in DuckDB: do they lead to what a full build gives, and do they leave alone
what stays?

Each folder below REPOS is a git repo with a dbt project for DuckDB whose branch `main` is base and whose checkout is
head; sources and their columns stand in YAML. For each, and for several random data sets:

- every model is built from its compiled SQL at base and, in another database, at head;
- the plan's statements run on the database of base, one after the other;
- then every relation that builds at head must hold the same rows in both databases, and what head has not must be gone.

A model whose table is the same at base and at head on every data set could have been skipped. The share of those that
the plan did skip is what is measured.

usage: minimal.py --sluice PATH [--datasets N] [--jobs N] [--failures FILE] REPOS
"""

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import yaml

WORDS = ["red", "green", "blue", "new", "old", "Big", "small", "open", "done", "it's"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sluice", required=True, type=Path)
    parser.add_argument("--datasets", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--failures", type=Path)
    parser.add_argument("repos", type=Path)
    options = parser.parse_args()
    repos = sorted((path for path in options.repos.iterdir() if (path / ".git").exists()), key=number)
    sums, failures = Counter(), []
    with ThreadPoolExecutor(options.jobs) as pool:
        results = pool.map(lambda repo: judge(options.sluice.resolve(), repo, options.datasets), repos)
        for at, (repo, found) in enumerate(zip(repos, results)):
            sums.update(found["counts"])
            if at % 20 == 19:
                print(summary(sums), flush=True)
            if found["wrong"] or found["rebuilt"]:
                failures.append({"repo": repo.name, **{key: found[key] for key in ("wrong", "rebuilt")}})
            for line in found["wrong"]:
                print(f"WRONG {repo.name}: {line}", flush=True)
    if options.failures:
        options.failures.write_text("".join(json.dumps(one) + "\n" for one in failures))
    print(summary(sums))
    return 1 if sums["wrong"] or sums["skipped"] < 0.95 * sums["skippable"] else 0


def summary(sums):
    share = 100 * sums["skipped"] / max(1, sums["skippable"])
    return (
        f"{sums['repos']} projects, {sums['wrong']} with wrong tables, {sums['tables']} tables compared, "
        f"{sums['steps']} steps; of {sums['skippable']} models that could be skipped {sums['skipped']} were ({share:.1f} %)"
    )


def number(path):
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", path.name)]


def judge(sluice, repo, datasets):
    """What the plan of one repo led to."""
    counts, wrong, equal_always = Counter(repos=1), [], None
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        base = Side(sluice, checkout(repo, "main", scratch / "base"))
        head = Side(sluice, repo)
        plan = json.loads(run(sluice, repo, "plan", "--base=main", "--release", "all", "--target", "json"))
        built = {step["relation"] for step in plan["steps"] if step["kind"] == "build"}
        for seed in range(datasets):
            data = random_data(base.sources, random.Random(f"{repo.name}-{seed}"), base.words)
            one, two = warehouse(), warehouse()
            before = base.build(one, data)
            equal = {name: table for name, table in before.items() if table is not None}
            fitted = head_data(base.sources, head.sources, data, random.Random(f"{repo.name}-{seed}-head"))
            full = head.build(two, fitted)
            equal = {name for name, table in full.items() if table is not None and equal.get(name) == table}
            equal_always = equal if equal_always is None else equal_always & equal
            wrong += [f"data set {seed}: {line}" for line in run_plan(plan, one, head, fitted, full)]
            one.close(), two.close()
            counts["tables"] += len(full)
    skippable = {name for name in equal_always or () if name in base.models}
    rebuilt = sorted(skippable & built)
    counts.update(wrong=bool(wrong), steps=len(plan["steps"]), skippable=len(skippable), skipped=len(skippable - built))
    return {"counts": counts, "wrong": wrong, "rebuilt": rebuilt}


def run(sluice, folder, *arguments):
    done = subprocess.run([sluice, *arguments], cwd=folder, capture_output=True, text=True)
    assert done.returncode in (0, 1), f"{arguments}: {done.stderr}"
    return done.stdout


def checkout(repo, revision, folder):
    folder.mkdir()
    packed = subprocess.run(["git", "-C", repo, "archive", revision], check=True, capture_output=True).stdout
    subprocess.run(["tar", "x", "-C", folder], input=packed, check=True)
    return folder


class Side:
    """One commit of a repo: its sources and the SQL of its models."""

    def __init__(self, sluice, folder):
        self.folder = folder
        self.sources = sources(folder)
        relations = json.loads(run(sluice, folder, "lineage", "--format", "json"))["relations"]
        self.models = {one["name"]: one for one in relations if one["kind"] == "model"}
        self.order = in_order(self.models)
        with tempfile.TemporaryDirectory() as out:
            run(sluice, folder, "compile", "--out", out)
            self.sql = {name: (Path(out) / one["path"]).read_text() for name, one in self.models.items()}
        texts = [path.read_text() for path in (folder / "models").rglob("*.sql")]
        self.words = sorted({word for text in texts for word in re.findall(r"'([A-Za-z ]{1,12})'", text)} | set(WORDS))

    def load(self, connection, data):
        connection.execute("create schema if not exists raw")
        for name, columns in self.sources.items():
            kinds = ", ".join(f'"{column}" {kind}' for column, kind, _ in columns)
            connection.execute(f"create or replace table {name} ({kinds})")
            rows = list(zip(*(data[name][column] for column, _, _ in columns)))
            marks = ", ".join("?" for _ in columns)
            connection.executemany(f"insert into {name} values ({marks})", rows)

    def load_seeds(self, connection):
        types = seed_types(self.folder)
        for path in sorted((self.folder / "seeds").glob("*.csv")):
            said = "{" + ", ".join(f"'{column}': '{kind}'" for column, kind in types.get(path.stem, {}).items()) + "}"
            connection.execute(
                f"create or replace table main.{path.stem} as "
                f"from read_csv('{path}', header=true, delim=',', quote='\"', types={said}, nullstr='')"
            )

    def build(self, connection, data):
        """The table of each model as columns and sorted rows; None where it does not build."""
        self.load(connection, data)
        self.load_seeds(connection)
        for name in self.order:
            try:
                connection.execute(f"create table main.{short(name)} as {self.sql[name]}")
            except duckdb.Error:
                pass
        return {name: contents(connection, name) for name in self.order}


def warehouse():
    """A database of the name that the projects' profiles give, in memory."""
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("attach ':memory:' as warehouse; use warehouse")
    return connection


def run_plan(plan, connection, head, data, full):
    """Yields what is wrong after the plan has run on the tables of base."""
    head.load(connection, data)
    # As an orchestrator has it: behind a step that fails, none runs.
    stopped = set()
    for step in plan["steps"]:
        if stopped & set(step["after"]):
            stopped.add(step["id"])
            continue
        try:
            for statement in step["statements"]:
                connection.execute(statement)
        except duckdb.Error as error:
            if step["relation"] in full and full[step["relation"]] is None:
                # It does not build at head either, which nothing short of running it tells: all is left as it was.
                stopped.add(step["id"])
                continue
            yield f"{step['id']}: {str(error).splitlines()[0]}"
            return
    if stopped:
        return
    for name, table in full.items():
        if table is not None and contents(connection, name) != table:
            yield f"{name} is not what a full build gives"
    for (left,) in connection.execute("select table_name from duckdb_tables() where database_name = 'warehouse' and schema_name = 'main'").fetchall():
        known = {short(name) for name in full} | {path.stem for path in (head.folder / "seeds").glob("*.csv")}
        if left not in known:
            yield f"{left} is left over"


def contents(connection, name):
    try:
        described = connection.execute(f"describe main.{short(name)}").fetchall()
        columns = sorted((column, kind) for column, kind, *_ in described)
        picked = ", ".join(f'"{column}"' for column, _ in columns)
        rows = connection.execute(f"select {picked} from main.{short(name)}").fetchall()
    except duckdb.Error:
        return None
    return columns, sorted(repr(tuple(map(rounded, row))) for row in rows)


def rounded(value):
    """The order of rows decides the last digits of a sum of floats."""
    return float(f"{value:.9g}") if isinstance(value, float) else value


def short(name):
    return name.split(".")[-1]


def in_order(models):
    done = []
    reads = {name: set(one["depends_on"]) & models.keys() - {name} for name, one in models.items()}
    while len(done) < len(models):
        ready = [name for name in sorted(models) if name not in done and reads[name] <= set(done)]
        assert ready, "the models read each other in a circle"
        done += ready
    return done


def sources(folder):
    """`schema.table` -> columns with their types and tests."""
    found = {}
    for path in sorted((folder / "models").rglob("*.yml")):
        for source in (yaml.safe_load(path.read_text()) or {}).get("sources", []):
            for table in source["tables"]:
                columns = [
                    (column["name"], column.get("data_type", "VARCHAR"), column.get("data_tests", []))
                    for column in table.get("columns", [])
                ]
                found[f"{source.get('schema', source['name'])}.{table['name']}"] = columns
    return found


def seed_types(folder):
    found = {}
    for path in sorted((folder / "seeds").glob("*.yml")):
        for seed in (yaml.safe_load(path.read_text()) or {}).get("seeds", []):
            found[seed["name"]] = seed.get("config", {}).get("column_types", {})
    return found


def random_data(tables, rng, words):
    data = {}
    for name, columns in tables.items():
        count = rng.randint(20, 60)
        data[name] = {column: random_column(column, kind, tests, count, rng, words) for column, kind, tests in columns}
    return data


def random_column(column, kind, tests, count, rng, words):
    if "unique" in tests:
        return rng.sample(range(1, count + 1), count)
    values = [random_value(column, kind, count, rng, words) for _ in range(count)]
    return values if "not_null" in tests else [None if rng.random() < 0.1 else value for value in values]


def random_value(column, kind, count, rng, words):
    kind = kind.upper()
    if column.endswith("_id"):
        return 1 + min(rng.randrange(count), rng.randrange(count)) // 2
    if "INT" in kind:
        return min(rng.randrange(10), rng.randrange(10))
    if kind.startswith(("DOUBLE", "FLOAT", "DECIMAL", "REAL")):
        return min(rng.randrange(80), rng.randrange(80)) * 0.25
    if kind.startswith("BOOL"):
        return rng.random() < 0.6
    if kind.startswith("DATE"):
        return f"2024-01-{rng.randint(1, 12):02}"
    if kind.startswith("TIMESTAMP"):
        return f"2024-01-{rng.randint(1, 12):02} {rng.randint(0, 23):02}:{rng.choice([0, 15, 30])}:00"
    return rng.choice(words)


def head_data(before, after, data, rng):
    """The data of base in the columns of head: by name, else a column of the same type in the same place."""
    fitted = {}
    for name, columns in after.items():
        old = data.get(name, {})
        count = len(next(iter(old.values()), [])) or 30
        places = before.get(name, [])
        fitted[name] = {}
        for at, (column, kind, tests) in enumerate(columns):
            same_place = places[at][0] if at < len(places) and places[at][1] == kind else None
            if column not in old and same_place in {gone for gone, *_ in places} - {own for own, *_ in columns}:
                fitted[name][column] = old[same_place]
            elif column in old:
                fitted[name][column] = old[column]
            else:
                fitted[name][column] = random_column(column, kind, tests, count, rng, WORDS)
    return fitted


if __name__ == "__main__":
    sys.exit(main())
