"""A clone with its history in; what `sluice impact` says of its last changes, one JSON object a line, and a summary out.

    python benches/impact/replay.py CLONE --sluice target/release/sluice --count 200 --out replay.jsonl

Each change is a commit of the first-parent history that touches models, compared with its first parent; the working
tree is not touched. A run that ends with another code than 0 or 1, or says twice something else, is told as a failure.
"""

import argparse
import collections
import json
import pathlib
import statistics
import subprocess
import time


def commits(clone, count):
    log = ["git", "-C", clone, "log", "--first-parent", f"-n{count}", "--format=%H", "--", "*.sql"]
    return subprocess.run(log, check=True, capture_output=True, text=True).stdout.split()


def run(sluice, clone, commit):
    command = [sluice, "impact", f"--base={commit}~1", f"--head={commit}", "--format=json", "--fail-on=never"]
    start = time.perf_counter()
    done = subprocess.run(command, cwd=clone, capture_output=True, text=True)
    return done, time.perf_counter() - start


def judged(sluice, clone, commit):
    done, seconds = run(sluice, clone, commit)
    row = {"commit": commit, "seconds": round(seconds, 3), "exit": done.returncode}
    if done.returncode not in (0, 1):
        row["error"] = done.stderr.strip()[-400:]
        return row
    answer = json.loads(done.stdout)
    models = answer["models"]
    row["classes"] = dict(collections.Counter(model["class"] for model in models))
    row["verdicts"] = dict(collections.Counter(model["verdict"] for model in models))
    row["edited"] = [m["name"] for m in models if m["change"] in ("modified", "added", "removed")]
    row["consumers"] = len(answer["consumers"])
    return row


def main():
    options = argparse.ArgumentParser()
    options.add_argument("clone")
    options.add_argument("--sluice", required=True)
    options.add_argument("--count", type=int, default=200)
    options.add_argument("--out", type=pathlib.Path)
    options = options.parse_args()
    sluice = str(pathlib.Path(options.sluice).resolve())
    rows = [judged(sluice, options.clone, commit) for commit in commits(options.clone, options.count)]
    if options.out:
        options.out.write_text("".join(json.dumps(row) + "\n" for row in rows))
    told = [row for row in rows if "error" not in row]
    classes, verdicts = collections.Counter(), collections.Counter()
    for row in told:
        classes.update(row["classes"])
        verdicts.update(row["verdicts"])
    seconds = sorted(row["seconds"] for row in rows)
    print(f"{len(rows)} changes, {len(rows) - len(told)} failures")
    print(f"seconds: median {statistics.median(seconds):.2f}, worst {seconds[-1]:.2f}")
    print("nothing reached:", sum(not row["classes"] for row in told))
    print("classes:", dict(classes.most_common()))
    print("verdicts:", dict(verdicts.most_common()))
    for row in rows:
        if "error" in row:
            print(row["commit"][:12], row["error"].splitlines()[-1:] or row["exit"])


if __name__ == "__main__":
    main()
