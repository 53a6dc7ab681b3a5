#!/usr/bin/env python3
"""Scores `sluice lineage --batch` on cases of column lineage that other projects wrote for themselves.

    python cases.py FOLDER [--sluice BIN] [--failures] [--id PART]

FOLDER holds one file per origin; a line is `{"id", "dialect", "sql", "schema"?, "expect", ..}` with `expect` a list of
[relation, column, target relation, target column]. A null target is the query's own result, a null relation is a name that
nobody can resolve. `differences.jsonl` beside this script says where our answer differs on purpose, and why.

What is held against what:

* Value edges (`identity`, `transform`, `aggregate`) are the cases' direct edges. `window` and `conditional` ones are not.
* The closure counts: a column of a table that the same script made is replaced by what it was made from. A table that a
  later statement reads need not be expected.
* Names are compared without case, quotes and the markers of a default schema (`default.`, `<default>.`).
* An unnamed output column is named by its text or number in the cases and by the dialect's rule here: it is matched by
  its inputs.
* The unknown columns that come through a star over an undeclared table are the column `*`.
* The peers' switch "lateral column aliases" is a dialect for us: such cases are read as Databricks SQL.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
DIALECTS = {"sparksql": "spark"}
VALUE = {"identity": "IDENTITY", "transform": "TRANSFORMATION", "aggregate": "AGGREGATION"}
INDIRECT = {"window": "WINDOW", "conditional": "CONDITIONAL"}
ROWS = {"filter": "FILTER", "join": "JOIN", "group_by": "GROUP_BY", "sort": "SORT"}


def name(text):
    text = text.lower().replace("<default>.", "").replace('"', "").replace("`", "").replace("[", "").replace("]", "")
    return re.sub(r"^default\.", "", text)


def schema(case):
    """The case's schema, as `--schema` files say it. A list of columns has no types."""
    def columns(given):
        pairs = given.items() if isinstance(given, dict) else ((column, None) for column in given)
        return [{"name": column} | ({"type": kind} if kind else {}) for column, kind in pairs]
    tables = case.get("schema") or {}
    return {"tables": [{"name": name(table), "columns": columns(given)} for table, given in tables.items()]}


def dialect(case):
    if (case.get("options") or {}).get("SQLLINEAGE_LATERAL_COLUMN_ALIAS_REFERENCE"):
        return "databricks"
    return DIALECTS.get(case["dialect"], case["dialect"])


def answers(cases, binary):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as lines:
        for case in cases:
            ask = {"id": case["id"], "sql": case["sql"], "dialect": dialect(case), "schema": schema(case)}
            lines.write(json.dumps(ask) + "\n")
        lines.flush()
        run = subprocess.run([binary, "lineage", "--batch", lines.name], capture_output=True, text=True, check=False)
    if run.returncode:
        sys.exit(run.stderr)
    return [json.loads(line) for line in run.stdout.splitlines()]


class Made:
    """What the relations of one script are made from, in terms of relations outside it."""

    def __init__(self, relations):
        self.known = {}
        self.edges = {}  # (source, column, target, column) -> kinds
        self.rows = {}  # target -> {(source, column, kind)}
        self.read = set()
        self.columns = {}
        for relation in relations:
            self.add(relation)

    def add(self, relation):
        target = None if relation["kind"] == "query" else name(relation["name"])
        made = {}
        for column in relation["columns"]:
            own = made.setdefault(name(column["name"]), set())
            for edge in column["inputs"]:
                own |= self.outside(edge["relation"], edge["column"], edge["via"])
        for star in map(name, relation.get("stars", [])):
            through = {(star, "*", "identity")} if star not in self.known else self.known[star].get("*", set())
            made.setdefault("*", set()).update(through)
        sources = {s for e in relation["rows"] for s in self.outside(e["relation"], e["column"], e["via"])}
        self.read |= {name(other) for other in relation["depends_on"]}
        for column, inputs in made.items():
            for source, of, via in inputs:
                self.edges.setdefault((source, of, target, column), set()).add(via)
        self.rows.setdefault(target, set()).update(sources)
        self.columns.setdefault(target, set()).update(made)
        if target is not None:
            kept = self.known.setdefault(target, {})
            for column, inputs in made.items():
                kept[column] = kept.get(column, set()) | inputs

    def outside(self, relation, column, via):
        relation, column = name(relation), name(column)
        inner = self.known.get(relation, {}).get(column)
        if inner is None:
            return {(relation, column, via)}
        order = [*VALUE, *INDIRECT, *ROWS, "distinct", "set_operation", "limit", "unnest"]
        return {(source, of, max(own, via, key=order.index)) for source, of, own in inner}


def unnamed(expected, claimed):
    """Gives expected targets that are a text, no name, the name of a claimed target with the same inputs."""
    sources = lambda edges, target: {edge[:2] for edge in edges if edge[2:] == target}
    targets = lambda edges: dict.fromkeys(edge[2:] for edge in edges)
    free = [target for target in targets(claimed) if target not in targets(expected)]
    renamed = {}
    for target in targets(expected):
        if re.fullmatch(r"(?!_\d)\w+", target[1] or ""):
            continue
        same = [one for one in free if one[0] == target[0] and sources(claimed, one) == sources(expected, target)]
        if same:
            renamed[target] = same[0]
            free.remove(same[0])
    return [edge[:2] + renamed.get(edge[2:], edge[2:]) for edge in expected]


def edge_of(given):
    source, column, target, own = given[:4]
    return (name(source) if source else None, name(column), name(target) if target else None, name(own) if own else None)


def judge(case, answer, ruled):
    """What is missing and what is too much, as lines."""
    made = Made(answer["relations"])
    direct = {edge for edge, kinds in made.edges.items() if kinds & set(VALUE)}
    expected = [edge_of(edge) for edge in ruled.get("expect", case["expect"])]
    indirect = {edge_of(edge) for edge in ruled.get("indirect", [])}
    expected = [edge for edge in dict.fromkeys(expected) if edge not in indirect]
    expected = unnamed(expected, sorted(direct, key=str))
    indirect = set(unnamed(sorted(indirect, key=str), sorted(made.edges, key=str)))
    unresolved = [edge for edge in expected if edge[0] is None]
    wanted = {edge[2] for edge in expected}
    complaints = []
    for edge in expected:
        if edge[0] is None:
            if not any(edge[1:] == claimed[1:] for claimed in direct):
                complaints.append(f"missing {edge}")
        elif edge not in direct:
            complaints.append(f"missing {edge}" + (f" (is {made.edges[edge]})" if edge in made.edges else ""))
    for edge in sorted(direct - set(expected), key=str):
        if edge[2] in made.read and edge[2] not in wanted:
            continue
        if any(edge[1:] == other[1:] for other in unresolved):
            continue
        complaints.append(f"too much {edge}")
    for edge in sorted(indirect, key=str):
        if not made.edges.get(edge, set()) & (set(INDIRECT) | set(VALUE)):
            complaints.append(f"missing indirect {edge}")
    if "direct" in case:
        complaints += typed(case, made, ruled)
    return complaints


def typed(case, made, ruled):
    """Subtypes of direct edges, indirect edges of columns and of whole targets."""
    complaints = []
    strongest = {}
    for given in case["direct"]:
        strongest.setdefault(edge_of(given), set()).add(given[4])
    for edge, kinds in strongest.items():
        said = {VALUE[via] for via in made.edges.get(edge, set()) if via in VALUE}
        if not said & kinds and not (said and ruled.get("subtype") in said):
            complaints.append(f"subtype of {edge}: {said or None}, not {kinds}")
    for given in case["indirect_column"]:
        edge, kind = edge_of(given), given[4]
        said = made.edges.get(edge, set())
        # A column that is both read as a value and decides is said once, by its strongest kind.
        if kind not in {INDIRECT.get(via) for via in said} and edge not in strongest:
            complaints.append(f"indirect of column {edge}: {said or None}, not {kind}")
    wanted = {(edge_of(given)[2], *edge_of(given)[:2], given[4]) for given in case["indirect_dataset"]}
    wanted -= {(edge_of(given)[2], *edge_of(given)[:2], given[4]) for given in ruled.get("no_rows", [])}
    claimed = {(t, s, c, ROWS.get(v, v)) for t, rows in made.rows.items() for s, c, v in rows}
    extra = {(edge_of(given)[2], *edge_of(given)[:2], given[4].lower()) for given in ruled.get("rows", [])}
    complaints += [f"indirect of rows missing: {edge}" for edge in sorted(wanted - claimed, key=str)]
    complaints += [f"indirect of rows too much: {edge}" for edge in sorted(claimed - wanted - extra, key=str)]
    return complaints


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--sluice", default="target/debug/sluice")
    parser.add_argument("--failures", action="store_true", help="show what is missing and what is too much")
    parser.add_argument("--id", default="", help="only cases whose id contains this")
    options = parser.parse_args()
    ruled = {}
    for line in (HERE / "differences.jsonl").read_text().splitlines():
        one = json.loads(line)
        ruled[one["id"]] = one
    failed = 0
    for path in sorted(options.folder.glob("*.jsonl")):
        cases = [json.loads(line) for line in path.read_text().splitlines()]
        cases = [case for case in cases if "sql" in case and options.id in case["id"]]
        if not cases:
            continue
        right = asis = exact = 0
        for case, answer in zip(cases, answers(cases, options.sluice), strict=True):
            complaints = judge(case, answer, ruled.get(case["id"], {}))
            right += not complaints
            asis += not judge(case, answer, {})
            exact += bool(answer["relations"]) and all(one["status"] == "exact" for one in answer["relations"])
            if complaints and options.failures:
                print(f"\n-- {case['id']} ({dialect(case)})\n{case['sql'].strip()}")
                print("".join(f"   {line}\n" for line in complaints), end="")
                print("".join(f"   why: {r['name']}: {r['why']}\n" for r in answer["relations"] if r.get("why")), end="")
                print(f"   error: {answer['error']}\n" if answer.get("error") else "", end="")
        failed += len(cases) - right
        print(f"{path.stem}: {right} of {len(cases)} right, {asis} as expected word for word, {exact} exact")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
