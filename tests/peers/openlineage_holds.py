"""Holds `sluice lineage --format openlineage` to the OpenLineage specification.

- every line is a JobEvent by the specification's own JSON Schema, and every facet by the schema it names;
- transformations use the words that the specification lists;
- every field read in a facet is one of a dataset that the event reads, and every output column has its entry;
- two runs say the same bytes, and the time is that of the last commit.

usage: openlineage_holds.py path/to/sluice
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

HERE = Path(__file__).resolve().parent
FIXTURES = HERE.parent.parent / "fixtures"
WORDS = {
    "DIRECT": {"IDENTITY", "TRANSFORMATION", "AGGREGATION"},
    "INDIRECT": {"JOIN", "GROUP_BY", "FILTER", "SORT", "WINDOW", "CONDITIONAL"},
}


def main(sluice):
    sluice = str(Path(sluice).resolve())
    schemas = [json.loads(path.read_text()) for path in sorted((HERE / "openlineage").glob("*.json"))]
    registry = Registry().with_resources((schema["$id"], Resource.from_contents(schema)) for schema in schemas)
    events, complaints = 0, []
    for fixture in ["mesh", "user_ltv"]:
        with tempfile.TemporaryDirectory() as folder:
            commit(FIXTURES / fixture, Path(folder))
            said = [run([sluice, "lineage", "--format", "openlineage"], folder) for _ in range(2)]
            if said[0] != said[1]:
                complaints.append(f"{fixture}: two runs differ")
            for line in said[0].splitlines():
                events += 1
                event = json.loads(line)
                complaints += [f"{fixture} {event['job']['name']}: {what}" for what in judge(event, registry)]
    for complaint in complaints:
        print("WRONG:", complaint)
    print(f"{events} events held to the specification, {len(complaints)} complaints")
    return 1 if complaints or not events else 0


def judge(event, registry):
    yield from invalid(event["schemaURL"], event, registry)
    if event["eventTime"] != "2026-01-31T12:00:00Z":
        yield f"the time is {event['eventTime']}, not that of the commit"
    datasets = event["inputs"] + event["outputs"]
    for owner in [event["job"], *datasets]:
        for name, facet in owner["facets"].items():
            for what in invalid(facet["_schemaURL"], facet, registry):
                yield f"{name}: {what}"
    read = {(dataset["namespace"], dataset["name"]): dataset["facets"] for dataset in event["inputs"]}
    for output in event["outputs"]:
        lineage = output["facets"]["columnLineage"]
        columns = {field["name"] for field in output["facets"].get("schema", {}).get("fields", [])}
        if columns != set(lineage["fields"]):
            yield f"columns {sorted(columns)}, lineage of {sorted(lineage['fields'])}"
        fields = [field for column in lineage["fields"].values() for field in column["inputFields"]]
        for field in fields + lineage["dataset"]:
            facets = read.get((field["namespace"], field["name"]))
            if facets is None:
                yield f"{field['namespace']} {field['name']} is read, but is no input"
                continue
            known = {known["name"] for known in facets.get("schema", {}).get("fields", [])}
            if known and field.get("field") not in known:
                yield f"{field['name']} has no {field.get('field')}"
            for way in field["transformations"]:
                if way["subtype"] not in WORDS[way["type"]]:
                    yield f"{way} is not in the words of the specification"


def invalid(url, value, registry):
    validator = Draft202012Validator({"$ref": url}, registry=registry, format_checker=FormatChecker())
    return (f"{error.json_path}: {error.message}" for error in validator.iter_errors(value))


def commit(fixture, folder):
    """Base and head of a fixture as one commit of a known time."""
    for part in ["base", "head"]:
        shutil.copytree(fixture / part, folder, dirs_exist_ok=True)
    moment = "2026-01-31T12:00:00Z"
    who = {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    run([*git, "init", "--quiet"], folder)
    run([*git, "add", "--all"], folder)
    run([*git, "commit", "--quiet", "--message", "fixture"], folder, who)


def run(command, folder, more=None):
    environment = {**os.environ, **(more or {})}
    return subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
