#!/usr/bin/env python3
"""Turns sqlfluff's rule cases into the lines that `cargo bench --bench rules` reads.

    python cases.py FOLDER > cases.jsonl

FOLDER is `test/fixtures/rules/std_rule_cases` of a copy of sqlfluff; nothing of it is kept here. A line is
`{"case", "codes", "dialect", "config", "sql", "passes", "fixed", "jinja"}`; `config` is the case's settings as the text of
a `.sqlfluff`.
"""
import json
import pathlib
import sys

import yaml


def settings(configs):
    """A case's nested settings as the text of a `.sqlfluff`."""
    lines = []

    def section(path, table):
        plain = {key: value for key, value in table.items() if not isinstance(value, dict)}
        if plain:
            lines.append("[" + ":".join(["sqlfluff"] + path) + "]")
            lines.extend(f"{key} = {value}" for key, value in plain.items())
        for key, value in table.items():
            if isinstance(value, dict):
                section(path + [str(key)], value)

    section([], configs.get("core") or {})
    section([], {key: value for key, value in configs.items() if key != "core"})
    return "\n".join(lines) + "\n"


def main():
    for file in sorted(pathlib.Path(sys.argv[1]).glob("*.yml")):
        cases = yaml.safe_load(file.read_text())
        rule = cases.pop("rule")
        shared = cases.pop("configs", {})
        for name, case in cases.items():
            if "pass_str" not in case and "fail_str" not in case:
                continue
            configs = case.get("configs") or shared
            sql = case["pass_str"] if "pass_str" in case else case["fail_str"]
            print(json.dumps({
                "case": f"{file.stem}/{name}",
                "codes": [code.strip() for code in rule.split(",")],
                "dialect": (configs.get("core") or {}).get("dialect", "ansi"),
                "config": settings(configs),
                "sql": str(sql),
                "passes": "pass_str" in case,
                "fixed": case.get("fix_str"),
                "jinja": "{{" in str(sql) or "{%" in str(sql) or "{#" in str(sql),
            }))


if __name__ == "__main__":
    main()
