"""Draws findings to be judged by hand: for each rule of a group, at most N of those that `sluice check` has in a repo.

Each is printed with its message and the lines around it, so that one can say whether it is right. What was judged stands
in docs/accuracy.md.

usage: sample.py REPO --sluice BIN [--group correctness] [--rule NAME ..] [--number 40] [--seed 1] [--around 6]
"""

import argparse
import json
import random
import subprocess
import sys
from collections import defaultdict
from pathlib import Path


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("repo", type=Path)
    parser.add_argument("--sluice", required=True)
    parser.add_argument("--group", default="correctness")
    parser.add_argument("--rule", nargs="*")
    parser.add_argument("--number", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--around", type=int, default=6)
    asked = parser.parse_args()
    findings = json.loads(run([asked.sluice, "check", "--format", "json", "--fail-on", "never"], asked.repo))["findings"]
    rules = json.loads(run([asked.sluice, "rules", "--format", "json"], asked.repo))["rules"]
    names = asked.rule or [rule["name"] for rule in rules if rule["group"] == asked.group and rule["level"] != "off"]
    by_rule = defaultdict(list)
    for finding in findings:
        by_rule[finding["rule"]].append(finding)
    git = subprocess.run(["git", "rev-parse", "--show-toplevel"], cwd=asked.repo, capture_output=True, encoding="utf-8")
    root = Path(git.stdout.strip()) if git.returncode == 0 else asked.repo
    for name in names:
        found = by_rule.get(name, [])
        drawn = random.Random(f"{asked.seed}{name}").sample(found, min(asked.number, len(found)))
        print(f"\n==== {name}: {len(drawn)} of {len(found)}")
        for number, finding in enumerate(drawn, 1):
            show(number, finding, root, asked.around)


def show(number, finding, root, around):
    start, end = finding["span"]["start"]["line"], finding["span"]["end"]["line"]
    print(f"\n-- {finding['rule']} {number}: {finding['path']}:{start}\n   {finding['message']}")
    for label in finding["related"]:
        print(f"   {label['path']}:{label['span']['start']['line']}: {label['message']}")
    lines = (root / finding["path"]).read_text(errors="replace").splitlines()
    for at in range(max(1, start - around), min(len(lines), end + around) + 1):
        print(f"{'>' if start <= at <= end else ' '}{at:5} {lines[at - 1][:160]}")


def run(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8")
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}: {done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
