"""Which claims that an oracle never observed are true after all?

    python confirm.py ORACLE --sluice BIN --seeds 0-99 [--datasets 24] [--show 5]

The oracle changes each column of a few skewed data sets and watches the result; a claim it
never saw is counted as spurious. Here such claims get a second chance on small data made
for the query: few rows, and values from the query's own literals and their neighbours, so
that joins meet and filters pass. What moves an output there is confirmed: the claim was
right and the oracle's data too tame. Only what stays unconfirmed can be imprecision.

ORACLE is the folder of the lineage oracle (its modules are imported). Prints the figures
by kind of claim.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("oracle")
    parser.add_argument("--sluice", required=True)
    parser.add_argument("--seeds", default="0-99")
    parser.add_argument("--datasets", type=int, default=24)
    parser.add_argument("--changes", type=int, default=4, help="changes per column and data set")
    parser.add_argument("--cache")
    parser.add_argument("--show", type=int, default=0, help="print cases with unconfirmed claims")
    return parser.parse_args()


OPTIONS = arguments()
sys.path.insert(0, OPTIONS.oracle)

import duckdb  # noqa: E402
import engine  # noqa: E402
import lineage  # noqa: E402
import perturb  # noqa: E402
import report  # noqa: E402


def answers(cases):
    """Sluice's claims: case id -> {(table, column, output): kinds}."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as batch:
        for case in cases:
            schema = engine.schema_json(case.tables)
            batch.write(json.dumps({"id": str(case.id), "sql": case.sql, "dialect": "duckdb", "schema": schema}) + "\n")
        batch.flush()
        out = subprocess.run([OPTIONS.sluice, "lineage", "--batch", batch.name], capture_output=True, text=True).stdout
    claims = {}
    plain = lambda name: name.lower().removeprefix("main.").replace('"', "")
    for line in out.splitlines():
        answer = json.loads(line)
        found = defaultdict(set)
        relation = next(r for r in answer["relations"] if r["kind"] == "query")
        for at, column in enumerate(relation["columns"]):
            for edge in column["inputs"]:
                found[plain(edge["relation"]), edge["column"].lower(), at].add("value " + edge["via"])
        for edge in relation["rows"]:
            for at in range(len(relation["columns"])):
                found[plain(edge["relation"]), edge["column"].lower(), at].add("rows " + edge["via"])
        claims[answer["id"]] = found
    return claims


class Maker:
    """Small data that a query's joins and filters like."""

    def __init__(self, case, seed):
        self.case, self.rng = case, random.Random(f"confirm-{case.id}-{seed}")
        loose = perturb.Perturber(self.rng, case.tables, {t.name: {c.name: [] for c in t.columns} for t in case.tables}, case.sql)
        self.pools = defaultdict(list, {family: list(values) for family, values in loose.literals.items()})
        self.pools["integer"] = [1, 2, 3] + self.pools["integer"] + [0, -1, -4]
        self.nulls = self.rng.choice([0, 0.1, 0.3])
        self.few = self.rng.choice([2, 3, 5, 50])

    def value(self, column):
        if column.nullable and self.rng.random() < self.nulls:
            return None
        return self.filled(column)

    def filled(self, column):
        rng = self.rng
        if rng.random() < 0.3:
            from schema import random_value, shaped

            return shaped(column, random_value(rng, column.domain, 4))
        pool = self.pools.get(engine.family(column.type)) or []
        if engine.family(column.type) in ("float", "decimal"):
            pool = pool + [float(v) for v in self.pools["integer"]]
        if engine.family(column.type) == "boolean":
            pool = [True, True, False]
        if not pool or engine.family(column.type) in ("list", "struct"):
            from schema import random_value, shaped

            return shaped(column, random_value(rng, column.domain, 4))
        return rng.choice(pool[: self.few])

    def data(self):
        data = {}
        for table in self.case.tables:
            count = self.rng.randint(2, 9)
            data[table.name] = {
                column.name: self.rng.sample(range(1, count + 1), count)
                if column.unique
                else [self.value(column) for _ in range(count)]
                for column in table.columns
            }
        return data

    def change(self, column, values):
        values = list(values)
        rng = self.rng
        if column.unique:
            rng.shuffle(values)
            return values if rng.random() < 0.5 else [v + rng.choice([0, 1, 20]) for v in values]
        kind = rng.random()
        for at in range(len(values)) if kind < 0.4 else rng.sample(range(len(values)), 1):
            values[at] = self.value(column)
        if kind > 0.8:
            rng.shuffle(values)
        return values


def confirmed(case, wanted):
    """Those of the wanted (table, column, output) that some data shows."""
    left, found = set(wanted), set()
    tables = {t.name.lower(): t for t in case.tables}
    with engine.connect() as con:
        for seed in range(OPTIONS.datasets):
            if not left:
                break
            maker = Maker(case, seed)
            data = maker.data()
            try:
                engine.create(con, case.tables, data)
                base = engine.run(con, case.sql)
            except duckdb.Error:
                continue
            for name in sorted({edge[:2] for edge in left}):
                table = tables[name[0]]
                column = next(c for c in table.columns if c.name.lower() == name[1])
                for _ in range(OPTIONS.changes):
                    result = perturb.perturbed(con, case.sql, table, column, maker.change(column, data[table.name][column.name]))
                    if result is None:
                        continue
                    changed = base.changed(result)
                    if name not in case.key_columns:
                        changed |= perturb.moved(base, result, case.key)
                    found |= {(*name, at) for at in changed} & left
            left -= found
    return found


def main():
    seeds = report.seeds(OPTIONS.seeds)
    pairs = [lineage.case_and_truth(seed, OPTIONS.cache, 24, 3) for seed in seeds]
    claims = answers([case for case, _ in pairs])
    total, unseen, never = Counter(), Counter(), Counter()
    shown = 0
    for case, truth in pairs:
        known = {(t.name.lower(), c.name.lower()) for t in case.tables for c in t.columns}
        mine = {edge: kinds for edge, kinds in claims[str(case.id)].items() if edge[:2] in known and edge[2] < len(truth.names)}
        spurious = set(mine) - truth.observed
        found = confirmed(case, spurious) if spurious else set()
        for edge, kinds in mine.items():
            kind = " + ".join(sorted(kinds))
            total[kind] += 1
            unseen[kind] += edge in spurious
            never[kind] += edge in spurious - found
        if spurious - found and shown < OPTIONS.show:
            shown += 1
            print(f"-- seed {case.id}\n{case.sql};")
            left = defaultdict(list)
            for table, column, at in sorted(spurious - found):
                left[f"{table}.{column} ({' + '.join(sorted(mine[table, column, at]))})"].append(truth.names[at])
            print("".join(f"   {name} -> {', '.join(outputs)}\n" for name, outputs in left.items()))
    print(f"{'claims':>7} {'unseen':>7} {'never':>7}  kind")
    for kind, count in total.most_common():
        if unseen[kind]:
            print(f"{count:7} {unseen[kind]:7} {never[kind]:7}  {kind}")
    claims, unseen, never = total.total(), unseen.total(), never.total()
    print(
        f"claims {claims}, not observed by the oracle {unseen} ({100 * unseen / claims:.1f}%), "
        f"of these confirmed by running on made data {unseen - never}, never seen {never} ({100 * never / claims:.1f}%)"
    )


main()
