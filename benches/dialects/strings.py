#!/usr/bin/env python3
"""Collects the query-like strings of sqlglot's own dialect tests.

    python strings.py FOLDER > strings.jsonl

FOLDER is `tests/dialects` of a sqlglot checkout. Taken is every constant text that a test of a dialect hands to
`validate_identity`, `validate_all` or `parse_one`, where sqlglot reads it as a query, or as a CREATE, INSERT or MERGE of
one; each once. The lines are as those of `fixtures.py`.
"""
import ast
import json
import logging
import pathlib
import sys

import sqlglot
from sqlglot import exp

from peer import DIALECTS, peer

OURS = {"athena", "bigquery", "clickhouse", "databricks", "duckdb", "hive", "mysql", "oracle", "postgres", "presto",
        "redshift", "snowflake", "spark", "sqlite", "teradata", "trino", "tsql", "fabric"}
CALLS = {"validate_identity", "validate_all", "parse_one"}


def query_like(sql, dialect):
    try:
        trees = sqlglot.parse(sql, read=DIALECTS.get(dialect, dialect))
    except Exception:
        return False
    if len(trees) != 1 or trees[0] is None or trees[0].find(exp.Command):
        return False
    tree = trees[0]
    made_of = isinstance(tree, (exp.Create, exp.Insert)) and isinstance(tree.expression, exp.Query)
    return isinstance(tree, (exp.Query, exp.Merge)) or made_of


def texts(tree):
    """(dialect, text) of each call in each class that says its dialect."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef):
            continue
        names = [item.value.value for item in node.body if isinstance(item, ast.Assign)
                 and item.targets[0].id == "dialect" and isinstance(item.value, ast.Constant)]
        if not names:
            continue
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in CALLS:
                if call.args and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str):
                    yield names[0], call.args[0].value


def main(folder):
    logging.disable(logging.CRITICAL)
    seen = set()
    for path in sorted(pathlib.Path(folder).glob("test_*.py")):
        for dialect, sql in texts(ast.parse(path.read_text(encoding="utf-8"))):
            name = {"spark2": "spark"}.get(dialect, dialect)
            if name not in OURS or (name, sql) in seen or not query_like(sql, dialect):
                continue
            seen.add((name, sql))
            read, relations = peer(sql, name)
            print(json.dumps({"corpus": "strings", "dialect": name, "file": path.name, "model": True, "sql": sql,
                              "peer": read, "relations": relations}, ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1])
