"""Holds the formats of `sluice check` to those who read them.

- SARIF 2.1.0: the schema of OASIS, as the crate that gives us the types carries it;
- LSP: every line becomes `PublishDiagnosticsParams` of lsprotocol, and its ranges lie in the files;
- JUnit XML: junitparser reads it and counts as many failures as there are errors;
- GitLab's code quality report and reviewdog's rdjson: the shapes that their documentation lists;
- all of them tell of the same findings.

usage: formats_hold.py path/to/sluice
"""

import json
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml
from pathlib import Path

from jsonschema import Draft7Validator, Draft202012Validator
from junitparser import JUnitXml
from lsprotocol import converters, types

HERE = Path(__file__).resolve().parent
CRATE = HERE.parent.parent

# https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
GITLAB = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "location", "severity"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 8},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^[^./]"},
                    "lines": {"type": "object", "required": ["begin"], "properties": {"begin": {"type": "integer", "minimum": 1}}},
                },
            },
        },
    },
}

# https://github.com/reviewdog/reviewdog/blob/master/proto/rdf/reviewdog.proto
POSITION = {"type": "object", "required": ["line", "column"], "additionalProperties": False,
            "properties": {"line": {"type": "integer", "minimum": 1}, "column": {"type": "integer", "minimum": 1}}}
RANGE = {"type": "object", "required": ["start"], "additionalProperties": False, "properties": {"start": POSITION, "end": POSITION}}
LOCATION = {"type": "object", "required": ["path"], "additionalProperties": False,
            "properties": {"path": {"type": "string"}, "range": RANGE}}
RDJSON = {
    "type": "object",
    "required": ["source", "diagnostics"],
    "additionalProperties": False,
    "properties": {
        "source": {"type": "object", "required": ["name"]},
        "diagnostics": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["message", "location", "severity"],
                "additionalProperties": False,
                "properties": {
                    "message": {"type": "string"},
                    "location": LOCATION,
                    "severity": {"enum": ["ERROR", "WARNING", "INFO"]},
                    "code": {"type": "object", "required": ["value"]},
                    "suggestions": {"type": "array", "items": {"type": "object", "required": ["range", "text"], "properties": {"range": RANGE}}},
                    "related_locations": {"type": "array", "items": {"type": "object", "required": ["location"], "properties": {"location": LOCATION}}},
                },
            },
        },
    },
}

# A file name and a line that need care in every format.
FILES = {
    "sluice.toml": 'dialect = "duckdb"\n',
    "models/ä b.sql": "with é as (select 1 as x)\nselect '<&>' as \"ü\", a.nope, b.x = null as y, 'zß😀' || b.y as z\nfrom (select 1 as x) as b\n",
    "models/fine.sql": "select 1 as id\n",
    "models/over.sql": "with a as (select 1 as x)\nselect 2 as y\n",
}


def main(sluice):
    sluice = str(Path(sluice).resolve())
    complaints = []
    with tempfile.TemporaryDirectory() as folder:
        for path, text in FILES.items():
            target = Path(folder) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        said = {name: check(sluice, folder, name) for name in ["json", "sarif", "gitlab", "junit", "rdjson", "lsp"]}
        findings = json.loads(said["json"])["findings"]
        assert findings, "the sample repo has findings"
        complaints += sarif(said["sarif"], findings)
        complaints += lsp(said["lsp"], findings, Path(folder))
        complaints += junit(said["junit"], findings)
        complaints += shape("gitlab", GITLAB, said["gitlab"], len(findings))
        complaints += shape("rdjson", RDJSON, said["rdjson"], len(findings))
    for complaint in complaints:
        print(complaint)
    print(f"{len(findings)} findings in 6 formats: {'all hold' if not complaints else f'{len(complaints)} complaints'}")
    return 1 if complaints else 0


def check(sluice, folder, name):
    done = subprocess.run([sluice, "check", "--format", name, "--fail-on", "never"], cwd=folder, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout


def sarif(text, findings):
    metadata = subprocess.run(["cargo", "metadata", "--format-version", "1"], cwd=CRATE, capture_output=True, encoding="utf-8", check=True)
    packages = json.loads(metadata.stdout)["packages"]
    home = next(Path(one["manifest_path"]).parent for one in packages if one["name"] == "serde-sarif")
    schema = json.loads((home / "src/schema.json").read_text(encoding="utf-8"))
    answer = json.loads(text)
    complaints = [f"sarif: {error.json_path}: {error.message}" for error in Draft7Validator(schema).iter_errors(answer)]
    run = answer["runs"][0]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    for result, finding in zip(run["results"], findings, strict=True):
        region = result["locations"][0]["physicalLocation"]["region"]
        start = finding["span"]["start"]
        if (region["startLine"], region["startColumn"]) != (start["line"], start["column"]):
            complaints.append(f"sarif: {finding['rule']} stands elsewhere than in json")
        if result["ruleId"] not in rules:
            complaints.append(f"sarif: the rule {result['ruleId']} is not described")
        if result["partialFingerprints"]["sluice/v1"] != finding["fingerprint"]:
            complaints.append(f"sarif: {finding['rule']} has another fingerprint than in json")
    return complaints


def lsp(text, findings, folder):
    converter = converters.get_converter()
    complaints, told = [], 0
    for line in text.splitlines():
        params = converter.structure(json.loads(line), types.PublishDiagnosticsParams)
        path = next((path for path in folder.rglob("*") if path.as_uri() == params.uri or path.resolve().as_uri() == params.uri), None)
        if path is None:
            complaints.append(f"lsp: {params.uri} is no file")
            continue
        lines = path.read_text(encoding="utf-8").split("\n")
        for diagnostic in params.diagnostics:
            told += 1
            for position in [diagnostic.range.start, diagnostic.range.end]:
                units = len(lines[position.line].encode("utf-16-le")) // 2
                if position.character > units:
                    complaints.append(f"lsp: {diagnostic.code} ends behind its line")
    if told != len(findings):
        complaints.append(f"lsp: {told} diagnostics, {len(findings)} findings")
    return complaints


def junit(text, findings):
    report = JUnitXml.fromroot(xml.fromstring(text.encode()))
    report.update_statistics()
    errors = sum(finding["level"] == "error" for finding in findings)
    # Nothing fails at `--fail-on never` but errors still are what they are.
    if (report.tests, report.failures) != (len(findings), errors):
        return [f"junit: {report.tests} cases, {report.failures} failures; {len(findings)} findings, {errors} errors"]
    return []


def shape(name, schema, text, count):
    answer = json.loads(text)
    complaints = [f"{name}: {error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(answer)]
    told = answer if isinstance(answer, list) else answer["diagnostics"]
    return complaints + ([f"{name}: {len(told)} told, {count} findings"] if len(told) != count else [])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
