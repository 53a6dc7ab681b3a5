"""Holds what `sluice plan` writes for orchestrators that are not run here to what their makers publish.

- Argo: the models that Hera generates from Argo's own OpenAPI document;
- Databricks: the classes of databricks-bundles, which know every field of a job;
- GitHub: the workflow schema of SchemaStore, as check-jsonschema ships it, and the limit of 256 jobs a matrix;
- Prefect: the flow is imported by Prefect itself;
- OpenLineage: the schemas of its specification, which lie beside this file;
- Kestra and Snowflake publish no schema: rules of our own, of the fields that tasks take and of the limits of graphs.

Each for a change, for the whole project with a schedule, and for a project of 400 models that all read one.

usage: targets_hold.py path/to/sluice
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import jsonschema
import yaml

HERE = Path(__file__).resolve().parent
JAFFLE = HERE.parent.parent / "fixtures" / "jaffle"


def main(sluice):
    complaints = []
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        repos = {"change": change(scratch / "change"), "all": scheduled(scratch / "all"), "wide": wide(scratch / "wide")}
        for name, repo in repos.items():
            ask = ["--full", "--full-refresh"] if name != "change" else ["--base=main~1", "--release", "all"]
            for target, holds in TARGETS.items():
                folder = scratch / f"{name}_{target}"
                run(sluice, repo, "plan", *ask, "--target", target, "--out", str(folder))
                found = list(holds(folder))
                print(f"  {name:7} {target:12} {'wrong' if found else 'holds'}", flush=True)
                complaints += [f"{name} {target}: {line}" for line in found]
    for complaint in complaints:
        print("WRONG:", complaint)
    print(f"{3 * len(TARGETS)} answers judged, {len(complaints)} wrong")
    return 1 if complaints else 0


def change(repo):
    shutil.copytree(JAFFLE / "base", repo)
    commit(repo)
    shutil.copytree(JAFFLE / "head", repo, dirs_exist_ok=True)
    commit(repo, "head")
    return repo


def scheduled(repo):
    shutil.copytree(JAFFLE / "base", repo)
    settings = repo / "sluice.toml"
    settings.write_text(settings.read_text().replace("[plan]\n", '[plan]\nschedule = "15 6 * * 1"\n'))
    commit(repo)
    return repo


def wide(repo):
    """One model that 400 others read, and one that reads them all."""
    models = repo / "models"
    models.mkdir(parents=True)
    (repo / "dbt_project.yml").write_text("name: wide\nversion: '1.0'\nprofile: wide\nmodels: {+materialized: table}\n")
    (repo / "sluice.toml").write_text('dialect = "snowflake"\n')
    (models / "root.sql").write_text("select 1 as id")
    names = [f"leaf_{number}" for number in range(400)]
    for name in names:
        (models / f"{name}.sql").write_text("select id from {{ ref('root') }}")
    (models / "last.sql").write_text(" union all ".join(f"select id from {{{{ ref('{name}') }}}}" for name in names))
    commit(repo)
    return repo


def commit(repo, message="base"):
    git = ["git", "-C", repo, "-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    if not (repo / ".git").exists():
        subprocess.run([*git, "init", "--quiet", "--initial-branch=main"], check=True)
    subprocess.run([*git, "add", "--all"], check=True)
    subprocess.run([*git, "commit", "--quiet", "--message", message], check=True)


def argo(folder):
    from hera.workflows.models import CronWorkflow, Workflow

    said = yaml.safe_load((folder / "workflow.yaml").read_text())
    kind = {"Workflow": Workflow, "CronWorkflow": CronWorkflow}[said["kind"]]
    yield from unknown(kind.model_validate(said) if hasattr(kind, "model_validate") else kind.parse_obj(said), said)
    spec = said["spec"].get("workflowSpec", said["spec"])
    templates = {template["name"]: template for template in spec["templates"]}
    tasks = templates[spec["entrypoint"]]["dag"]["tasks"]
    names = [task["name"] for task in tasks]
    for task in tasks:
        if task["template"] not in templates:
            yield f"{task['name']} has no template"
        if not re.fullmatch(r"[a-zA-Z0-9][-a-zA-Z0-9]*", task["name"]) or names.count(task["name"]) > 1:
            yield f"{task['name']} is no name of a task"
        for before in task.get("depends", "").split(" && "):
            if before and before not in names[: names.index(task["name"])]:
                yield f"{task['name']} depends on {before}, which is not before it"


def unknown(model, said, path=""):
    """Keys that a model of Hera does not know: it takes them without a word."""
    if isinstance(said, list):
        for at, (inner, item) in enumerate(zip(model or [], said)):
            yield from unknown(inner, item, f"{path}[{at}]")
        return
    fields = getattr(type(model), "model_fields", None) or getattr(model, "__fields__", None)
    if not isinstance(said, dict) or fields is None or "root" in fields or "__root__" in fields:
        return
    known = {field.alias or name: name for name, field in fields.items()}
    for key, item in said.items():
        if key not in known:
            yield f"{path}.{key} is no field"
        else:
            yield from unknown(getattr(model, known[key]), item, f"{path}.{key}")


def databricks(folder):
    from databricks.bundles.jobs import Job

    said = yaml.safe_load((folder / "databricks.yml").read_text())
    for key, job in said["resources"]["jobs"].items():
        made = Job.from_dict(job)
        if len(made.tasks) > 1000:
            yield f"{key} has {len(made.tasks)} tasks"
        names = [task.task_key for task in made.tasks]
        for task in job["tasks"]:
            if not re.fullmatch(r"[\w-]{1,100}", task["task_key"]):
                yield f"{task['task_key']} is no key of a task"
            if any(before["task_key"] not in names for before in task.get("depends_on", [])):
                yield f"{task['task_key']} depends on what is not there"
            path = task.get("sql_task", {}).get("file", {}).get("path")
            if path and not (folder / path).exists():
                yield f"{path} is missing"


def github(folder):
    import check_jsonschema

    schemas = Path(check_jsonschema.__file__).parent / "builtin_schemas" / "vendor"
    schema = json.loads((schemas / "github-workflows.json").read_text())
    text = (folder / ".github" / "workflows" / "plan.yml").read_text()
    said = yaml.safe_load(text)
    for error in jsonschema.Draft7Validator(schema).iter_errors(said):
        yield f"{error.json_path}: {error.message[:200]}"
    for name, job in said["jobs"].items():
        entries = job.get("strategy", {}).get("matrix", {}).get("include", [])
        if len(entries) > 256:
            yield f"{name} has {len(entries)} jobs"
        missing = [entry["step"] for entry in entries if entry["run"].startswith("run-sql") and not (folder / entry["run"].split()[-1]).exists()]
        yield from (f"{step} has no file" for step in missing)


KESTRA = {
    "io.kestra.plugin.core.flow.Pause": set(),
    "io.kestra.plugin.core.log.Log": {"message"},
    "io.kestra.plugin.scripts.shell.Commands": {"commands", "inputFiles", "containerImage", "timeout", "retry"},
}


def kestra(folder):
    said = yaml.safe_load((folder / "flow.yaml").read_text())
    if not re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9._-]*", said["id"]) or set(said) - {"id", "namespace", "description", "tasks", "triggers"}:
        yield f"{said['id']}: {sorted(said)}"
    (dag,) = said["tasks"]
    if dag["type"] != "io.kestra.plugin.core.flow.Dag":
        yield f"{dag['type']} is no Dag"
    names = [entry["task"]["id"] for entry in dag["tasks"]]
    for entry in dag["tasks"]:
        task = entry["task"]
        extra = set(task) - {"id", "type", "description"} - KESTRA.get(task["type"], set())
        if extra or task["type"] not in KESTRA or names.count(task["id"]) > 1:
            yield f"{task['id']} of {task['type']}: {sorted(extra)}"
        if any(before not in names for before in entry.get("dependsOn", [])):
            yield f"{task['id']} depends on what is not there"


def snowflake(folder):
    text = (folder / "tasks.sql").read_text()
    made = re.findall(r"^create or replace task (\w+)\n(.*?)^as$", text, re.M | re.S)
    names = [name for name, _ in made]
    behind = Counter()
    for at, (name, options) in enumerate(made):
        found = re.search(r"^    after (.*)$", options, re.M)
        before = found.group(1).split(", ") if found else []
        behind.update(before)
        if bool(before) != (at > 0):
            yield f"{name}: a graph has one root"
        if len(before) > 100:
            yield f"{name} stands behind {len(before)} tasks"
        if any(other not in names[:at] for other in before):
            yield f"{name} stands behind what is not made yet"
    yield from (f"{count} tasks stand behind {name}" for name, count in behind.items() if count > 100)
    if len(set(names)) != len(names) or len(names) > 1000 and "a graph has at most" not in text:
        yield f"{len(names)} tasks, {len(set(names))} names"
    resumed = re.findall(r"^alter task (\w+) resume;$", text, re.M)
    if set(names[1:]) - set(resumed):
        yield "some tasks stay asleep"


def openlineage(folder):
    from referencing import Registry, Resource

    schemas = [json.loads(path.read_text()) for path in sorted((HERE / "openlineage").glob("*.json"))]
    registry = Registry().with_resources((schema["$id"], Resource.from_contents(schema)) for schema in schemas)
    for line in (folder / "events.jsonl").read_text().splitlines():
        event = json.loads(line)
        validator = jsonschema.Draft202012Validator({"$ref": event["schemaURL"]}, registry=registry)
        yield from (f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(event))
        if "columnLineage" not in event["outputs"][0]["facets"]:
            yield f"{event['job']['name']} has no column lineage"


def prefect(folder):
    """Prefect reads the flow; what it runs, it runs as Dagster does."""
    code = "import flow, prefect; assert isinstance(flow.run, prefect.Flow); print(len(flow.STEPS))"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True)
    if done.returncode or not int(done.stdout):
        yield done.stderr[-600:] or "no steps"


TARGETS = {
    "argo": argo,
    "databricks": databricks,
    "github": github,
    "kestra": kestra,
    "openlineage": openlineage,
    "prefect": prefect,
    "snowflake": snowflake,
}


def run(sluice, folder, *arguments):
    done = subprocess.run([sluice, *arguments], cwd=folder, capture_output=True, text=True)
    assert done.returncode in (0, 1), f"{arguments}: {done.stderr}"
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
