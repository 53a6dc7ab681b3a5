#!/usr/bin/env python3
"""Compares our value edges with sqlglot's on the TPC-H and TPC-DS queries.

    python tpc.py SQLGLOT/tests [--sluice BIN] [--failures]

Needs `sqlglot==30.30.0` to import. The folder is `tests` of a sqlglot checkout: its queries are read where they lie
(`fixtures/optimizer/tpc-h`, `tpc-ds`), the schemas from `helpers.py` beside them.

Per output column, by position, our `identity`, `transform` and `aggregate` edges are held against the base columns at the
leaves of sqlglot's lineage. sqlglot does not tell what a value is computed from and what only decides it: an edge of its
own that is `window` or `conditional` here is counted as decided, and is no difference. GROUPING(a) says which keys a row is
grouped by, whatever the values of `a` are (`moves.py` never sees it move): it is taken out before sqlglot is asked.
"""
import argparse
import ast
import json
import logging
import pathlib
import re
import subprocess
import sys
import tempfile

VALUE = ("identity", "transform", "aggregate")
SUITES = {"tpc-h": "TPCH_SCHEMA", "tpc-ds": "TPCDS_SCHEMA"}


def schema(folder, name):
    for node in ast.parse((folder / "helpers.py").read_text()).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == name:
            return ast.literal_eval(node.value)
    sys.exit(f"helpers.py holds no {name}")


def queries(folder, suite):
    """The first statement of each pair: the second is what sqlglot's optimizer makes of it."""
    text = (folder / "fixtures/optimizer" / suite / f"{suite}.sql").read_text()
    text = re.sub(r"^(--|#).*\n", "", text, flags=re.M)
    statements = [one.strip() for one in re.split(r";\s*(?:\n|$)", text) if one.strip()]
    return statements[::2]


def as_file(tables):
    columns = lambda given: [{"name": name, "type": kind} for name, kind in given.items()]
    return {"tables": [{"name": name, "columns": columns(given)} for name, given in tables.items()]}


def ours(suite, statements, tables, binary):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as lines:
        for number, sql in enumerate(statements, 1):
            case = {"id": f"{suite} {number}", "sql": sql, "dialect": "duckdb", "schema": as_file(tables)}
            lines.write(json.dumps(case) + "\n")
        lines.flush()
        run = subprocess.run([binary, "lineage", "--batch", lines.name], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def theirs(sql, tables):
    """Per output column its name and the base columns at the leaves."""
    from sqlglot import exp, parse_one
    from sqlglot.lineage import to_node
    from sqlglot.optimizer import build_scope, qualify
    from sqlglot.schema import MappingSchema

    known = MappingSchema(tables, dialect="duckdb")
    tree = parse_one(sql, dialect="duckdb")
    for call in [node for node in tree.find_all(exp.Func) if "GROUPING" in (node.name.upper(), node.sql_name())]:
        call.replace(exp.Literal.number(0))
    tree = qualify.qualify(tree, dialect="duckdb", schema=known)
    scope = build_scope(tree)
    columns = []
    for at, select in enumerate(scope.expression.selects):
        node = to_node(at, scope, "duckdb", known, trim_selects=False, _cache={}, _scope_meta={})
        leaves = {
            (leaf.expression.name.lower(), exp.to_column(leaf.name, dialect="duckdb").name.lower())
            for leaf in node.walk()
            if isinstance(leaf.expression, exp.Table)
        }
        columns.append((select.alias_or_name.lower(), leaves))
    return columns


def compare(answer, columns):
    """Differences as lines, and how many of sqlglot's edges only decide a value."""
    relation = answer["relations"][-1] if answer["relations"] else {"status": "no answer", "columns": []}
    complaints = []
    decided = 0
    if relation["status"] != "exact":
        complaints.append(f"status {relation['status']}: {relation.get('why')}")
    if len(relation["columns"]) != len(columns):
        return [*complaints, f"{len(relation['columns'])} columns, not {len(columns)}"], 0
    for column, (name, leaves) in zip(relation["columns"], columns):
        kinds = {(edge["relation"].lower(), edge["column"].lower()): edge["via"] for edge in column["inputs"]}
        direct = {edge for edge, via in kinds.items() if via in VALUE}
        decided += len((leaves & set(kinds)) - direct)
        for edge in sorted(leaves - set(kinds)):
            complaints.append(f"{name}: only sqlglot says {'.'.join(edge)}")
        for edge in sorted(direct - leaves):
            complaints.append(f"{name}: only we say {'.'.join(edge)} ({kinds[edge]})")
    return complaints, decided


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--sluice", default="target/debug/sluice")
    parser.add_argument("--failures", action="store_true")
    options = parser.parse_args()
    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    wrong = 0
    for suite, name in SUITES.items():
        tables = schema(options.folder, name)
        statements = queries(options.folder, suite)
        equal = exact = edges = decided = 0
        for sql, answer in zip(statements, ours(suite, statements, tables, options.sluice), strict=True):
            exact += all(relation["status"] == "exact" for relation in answer["relations"])
            columns = theirs(sql, tables)
            edges += sum(len(leaves) for _, leaves in columns)
            complaints, only = compare(answer, columns)
            decided += only
            equal += not complaints
            if complaints and options.failures:
                print(f"-- {answer['id']}", *complaints, sep="\n   ")
        wrong += len(statements) - equal
        print(f"{suite}: {equal} of {len(statements)} equal, {exact} exact; {edges} edges of sqlglot's, {decided} decide")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
