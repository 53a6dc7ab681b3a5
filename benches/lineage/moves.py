#!/usr/bin/env python3
"""Counts what moves a result of the TPC queries and is claimed by no edge.

    python moves.py SQLGLOT/tests [--sluice BIN] [--suite tpc-h] [--datasets 3] [--trials 8] [--only NUMBER]

Needs `duckdb` to import. Each query runs over small random tables that know its literals; then single columns are changed,
and each output column whose values differ as a bag depends on that column: our edges of that output, or our row edges,
must name it. What was observed is a fact; that nothing was observed proves nothing.
"""
import argparse
import collections
import datetime
import pathlib
import random
import re
import sys

import duckdb

from tpc import SUITES, ours, queries, schema

LITERAL = r"'(?:[^']|'')*'|(?<![\w.])\d+(?:\.\d+)?"


def kind(column, given):
    if given == "string" and re.search(r"date$", column) and "name" not in column:
        return "DATE"
    return {"string": "VARCHAR", "int": "INTEGER", "bigint": "BIGINT", "double": "DOUBLE"}.get(given, given.upper())


class Tables:
    """Random rows for the tables that a query names."""

    def __init__(self, sql, tables, rng):
        self.sql, self.rng = sql.lower(), rng
        words = set(re.findall(r"\w+", self.sql))
        self.tables = {name: columns for name, columns in tables.items() if name in words}
        self.near = {}
        self.words = sorted({text.strip("'") for text in re.findall(r"'(?:[^']|'')*'", sql)})
        self.data = {}
        for name, columns in self.tables.items():
            rows = rng.choice([8, 12, 16])
            self.data[name] = {column: [self.value(column, given) for _ in range(rows)] for column, given in columns.items()}

    def literals(self, column):
        """The literals that stand near a column's name: what it is compared with."""
        if column not in self.near:
            found = []
            for match in re.finditer(rf"\b{column}\b", self.sql):
                after = re.split(r"\b(?:and|or|then|group|order|select)\b(?!\s+[\d'])", self.sql[match.end() : match.end() + 220])[0]
                found += re.findall(LITERAL, after)[:8]
            self.near[column] = found
        return self.near[column]

    def value(self, column, given):
        rng, near, of = self.rng, self.literals(column), kind(column, given)
        if rng.random() < 0.06:
            return None
        if of in ("BIGINT", "INTEGER"):
            if column.endswith(("_sk", "key")) or "number" in column:
                return rng.randint(1, 4)
            numbers = [int(text) for text in near if re.fullmatch(r"\d+", text) and int(text) < 10**6]
            if not numbers or rng.random() < 0.15:
                return rng.choice([1, 2, 3, 10, 50, 2000])
            return rng.choice(numbers) + rng.choice([0, 0, 0, 0, 1, -1])
        if of == "DOUBLE":
            numbers = [float(text) for text in near if re.fullmatch(r"[\d.]+", text)]
            base = rng.choice(numbers) if numbers and rng.random() < 0.5 else rng.choice([0.5, 1.0, 2.25, 8.0, 40.0, 120.0, 900.0])
            return round(base * 4) / 4 + rng.choice([0, 0.25, 1.0])
        if of == "DATE":
            dates = [text for text in re.findall(r"\d{4}-\d{1,2}-\d{1,2}", self.sql)] or ["1995-03-15", "2000-02-01"]
            year, month, day = map(int, rng.choice(dates).split("-"))
            return datetime.date(year, month, day) + datetime.timedelta(days=rng.choice([0, 1, 2, 7, 20, 45, 80, -1, -3]))
        texts = [text.strip("'").replace("''", "'") for text in near if text.startswith("'")]
        original = {text.lower(): text for text in self.words}
        texts = [original.get(text, text) for text in texts]
        if column.endswith("_id"):
            return rng.choice(["A1", "B2", "C3"])
        if texts and rng.random() < 0.85:
            return rng.choice(texts).replace("%", rng.choice(["", "x"]))
        return rng.choice([*self.words[:4], "alpha", "beta", "13-gamma"])

    def changed(self, table, column, mode):
        values, given, rng = list(self.data[table][column]), self.tables[table][column], self.rng
        places = rng.sample(range(len(values)), min(len(values), {0: 1, 1: 3, 4: 2}.get(mode, len(values))))
        if mode == 2:
            rng.shuffle(values)
        elif mode == 3:
            value = self.value(column, given)
            values = [value] * len(values)
        elif mode == 5:
            values = [None if rng.random() < 0.5 else value for value in values]
        else:
            for place in places:
                values[place] = self.value(column, given)
        return values


def load(con, tables):
    for name, columns in tables.tables.items():
        con.execute(f"CREATE OR REPLACE TABLE {name} ({', '.join(f'{c} {kind(c, t)}' for c, t in columns.items())})")
        rows = list(zip(*tables.data[name].values()))
        con.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns))})", rows)


def run(con, sql):
    try:
        rows = con.execute(sql).fetchall()
    except duckdb.Error:
        return None
    return [collections.Counter(map(repr, column)) for column in zip(*rows)] if rows else []


def observe(con, sql, tables, trials, rng):
    """(table, column, output position) of all that moved."""
    base = run(con, sql)
    if base is None:
        return None, 0
    seen = set()
    for table, columns in tables.tables.items():
        named = [column for column in columns if re.search(rf"\b{column}\b", tables.sql)]
        rest = [column for column in columns if column not in named]
        for column in named + rng.sample(rest, min(2, len(rest))):
            kept = tables.data[table][column]
            for trial in range(trials if column in named else 1):
                values = tables.changed(table, column, trial % 6)
                pairs = [(value, at) for at, value in enumerate(values) if value != kept[at]]
                if not pairs:
                    continue
                con.execute("BEGIN")
                con.executemany(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", pairs)
                result = run(con, sql)
                con.execute("ROLLBACK")
                if result is None:
                    continue
                width = max(len(base), len(result))
                same = lambda bag, at: bag[at] if at < len(bag) else collections.Counter()
                seen |= {(table, column, at) for at in range(width) if same(base, at) != same(result, at)}
    return seen, sum(base[0].values()) if base else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--sluice", default="target/debug/sluice")
    parser.add_argument("--suite", choices=SUITES, action="append")
    parser.add_argument("--datasets", type=int, default=3)
    parser.add_argument("--trials", type=int, default=8)
    parser.add_argument("--only", type=int)
    options = parser.parse_args()
    wrong = 0
    for suite in options.suite or SUITES:
        tables = schema(options.folder, SUITES[suite])
        statements = queries(options.folder, suite)
        totals = collections.Counter()
        for number, answer in enumerate(ours(suite, statements, tables, options.sluice), 1):
            if options.only and number != options.only:
                continue
            sql, relation = statements[number - 1], answer["relations"][-1]
            rows = {(edge["relation"], edge["column"]) for edge in relation["rows"]}
            inputs = [{(edge["relation"], edge["column"]) for edge in column["inputs"]} for column in relation["columns"]]
            observed, most = set(), 0
            for dataset in range(options.datasets):
                rng = random.Random(f"{suite} {number} {dataset}")
                made = Tables(sql, tables, rng)
                with duckdb.connect(config={"threads": 1}) as con:
                    load(con, made)
                    seen, count = observe(con, sql, made, options.trials, rng)
                if seen is None:
                    totals["does not run"] += dataset == 0
                    continue
                observed |= seen
                most = max(most, count)
            missed = sorted(one for one in observed if one[:2] not in rows | inputs[one[2]])
            totals.update(observed=len(observed), missed=len(missed), queries=1, moved=bool(observed), empty=not most)
            if missed:
                print(f"{suite} {number}: missed {missed}")
        wrong += totals["missed"]
        print(f"{suite}: {dict(totals)}", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
