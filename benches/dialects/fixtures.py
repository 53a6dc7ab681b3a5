#!/usr/bin/env python3
"""Splits sqlfluff's dialect fixtures into statements, with sqlfluff's own parser, and says what sqlglot makes of each.

    python fixtures.py FOLDER > fixtures.jsonl

FOLDER is `test/fixtures/dialects` of a sqlfluff checkout. A line of the result is one statement:

    {"corpus": "fixtures", "dialect": "bigquery", "file": "select.sql", "model": true, "sql": "..", "peer": true,
     "relations": ["a.b"]}

`model` says that a model's text could be this: a query, a table or view made of one, INSERT of one, MERGE. `peer` says
that sqlglot reads it (without falling back to a bare command), `relations` which relations it then reads.
"""
import json
import multiprocessing
import pathlib
import sys

from peer import peer

# Our dialect, and the folder that sqlfluff keeps it in.
FOLDERS = {
    "ansi": "ansi", "bigquery": "bigquery", "snowflake": "snowflake", "postgres": "postgres", "redshift": "redshift",
    "duckdb": "duckdb", "databricks": "databricks", "spark": "sparksql", "hive": "hive", "clickhouse": "clickhouse",
    "mysql": "mysql", "mariadb": "mariadb", "tsql": "tsql", "sqlite": "sqlite", "oracle": "oracle", "trino": "trino",
    "athena": "athena", "teradata": "teradata",
}

QUERIES = {
    "select_statement", "with_compound_statement", "set_expression", "values_clause", "pipe_statement",
    "simplified_pivot", "simplified_unpivot", "from_pipe_statement", "from_clause", "bracketed", "wildcard_from_select",
    "pivot_statement", "unpivot_statement", "merge_statement", "table_expression", "from_first_query",
}
HOLDERS = {
    "create_table_as_statement", "create_table_statement", "create_view_statement", "create_materialized_view_statement",
    "create_external_table_statement", "create_dynamic_table_statement", "insert_statement",
    "create_external_table_as_statement", "create_materialized_view_as_statement", "alter_view_statement",
    "insert_overwrite_directory_statement", "insert_overwrite_directory_hive_fmt_statement",
    "create_materialized_view_replicated_statement", "create_live_table_statement", "create_statement",
}
READS = {"select_statement", "with_compound_statement", "set_expression", "values_clause", "simplified_pivot",
         "simplified_unpivot", "table_expression", "from_pipe_statement", "wildcard_from_select"}


def is_model(statement):
    """A query; or a statement that keeps a query's rows."""
    children = [child for child in statement.segments if child.is_code and not child.is_meta]
    if not children:
        return False
    kind = children[0].get_type()
    if kind in QUERIES or "merge" in kind:
        return True
    if kind.startswith("create_") and ("view" in kind or "table" in kind) or kind in HOLDERS:
        if kind.startswith("insert"):
            return any(True for _ in children[0].recursive_crawl("select_statement", "set_expression"))
        return any(True for _ in children[0].recursive_crawl(*READS))
    return False


def statements(job):
    name, path = job
    from sqlfluff.core import FluffConfig, Linter

    linter = Linter(config=FluffConfig(overrides={"dialect": FOLDERS[name], "max_line_length": 0}))
    text = path.read_text(encoding="utf-8", errors="replace")
    parsed = linter.parse_string(text, fname=str(path))
    root = parsed.root_variant()
    lines = []
    if root is None or root.tree is None:
        return lines
    for statement in root.tree.recursive_crawl("statement", recurse_into=False):
        sql = statement.raw
        model = is_model(statement)
        read, relations = peer(sql, name)
        lines.append({"corpus": "fixtures", "dialect": name, "file": path.name, "model": model, "sql": sql,
                      "kind": next((c.get_type() for c in statement.segments if c.is_code and not c.is_meta), ""),
                      "peer": read, "relations": relations})
    return lines


def main(folder):
    root = pathlib.Path(folder)
    jobs = [(name, path) for name, at in FOLDERS.items() for path in sorted((root / at).glob("*.sql"))]
    with multiprocessing.Pool(2) as pool:
        for lines in pool.imap(statements, jobs, chunksize=4):
            for line in lines:
                print(json.dumps(line, ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1])
