"""Runs `sluice init` in repos, then the hook and the workflow that it wrote, as they stand, with the wheel built here.

usage: init_works.py path/to/sluice path/to/wheels [REPO..]

REPO is a git repo to clone, bare or not; without one, fixtures/user_ltv is made into a repo that has a GitHub workflow.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from action_plays import OURS, PERSON
from forge_server import Forge
from hooks_hold import BIN, CRATE
from workflow import Job

complaints = []


def expect(truth, complaint):
    if not truth:
        complaints.append(complaint)


class Clone:
    def __init__(self, source, folder, environment):
        self.folder, self.environment = folder, environment
        # What a partial clone has not got is left out, not fetched.
        subprocess.run(["git", "clone", "--quiet", "--no-checkout", str(source), str(folder)], env=environment, check=True)
        self.git("checkout", "--quiet", "-b", "try")

    def run(self, *command):
        return subprocess.run(command, cwd=self.folder, env=self.environment, capture_output=True, encoding="utf-8")

    def git(self, *arguments):
        done = self.run("git", *arguments)
        assert done.returncode == 0, f"git {arguments}: {done.stderr}"
        return done.stdout.strip()

    def models(self):
        files = self.git("ls-files", "*.sql").splitlines()
        files = [path for path in files if "/models/" in f"/{path}" and "select" in (self.folder / path).read_text(encoding="utf-8", errors="replace").lower()]
        return sorted(files)


def sample(root):
    """fixtures/user_ltv as a repo with a GitHub workflow."""
    folder = root / "sample"
    subprocess.run(["cp", "-r", str(CRATE / "fixtures/user_ltv/base"), str(folder)], check=True)
    (folder / "sluice.toml").unlink()
    (folder / ".github/workflows").mkdir(parents=True)
    (folder / ".github/workflows/other.yml").write_text("on: push\njobs: {}\n")
    for command in [["init", "--quiet", "--initial-branch=main"], ["add", "--all"], ["commit", "--quiet", "--message", "first"]]:
        subprocess.run(["git", *command], cwd=folder, env=os.environ | PERSON, check=True)
    return folder


def holds(name, source, sluice, wheels, root, forge):
    environment = {key: value for key, value in os.environ.items() if not any(key.startswith(start) for start in OURS)}
    environment |= PERSON | {"PRE_COMMIT_HOME": str(root / "pre-commit"), "PIP_FIND_LINKS": str(wheels), "GIT_NO_LAZY_FETCH": "1"}
    clone = Clone(source, root / name, environment)
    done = clone.run(sluice, "init")
    expect(done.returncode == 0, f"{name}: init: {done.stderr}")
    print(f"{name}: {done.stderr.strip().splitlines()[0]}, ..")
    hook = clone.folder / ".pre-commit-config.yaml"
    added = [line for line in done.stderr.splitlines() if line.startswith("  ")]
    if ".pre-commit-config.yaml, add" in done.stderr or "add to .pre-commit-config.yaml" in done.stderr:
        hook.write_text(hook.read_text().rstrip() + "\n" + "\n".join(added) + "\n")
    clone.git("add", "--all")
    clone.git("commit", "--quiet", "--no-verify", "--message", "sluice")
    base = clone.git("rev-parse", "HEAD")

    # The hook, as it was written: `observe` tells and refuses nothing, `guard` refuses.
    models = clone.models()
    model = next(path for path in models if "{{ ref(" in (clone.folder / path).read_text(encoding="utf-8"))
    clone.run(str(BIN / "pre-commit"), "install")
    # Of this hook alone: what other hooks of the repo install is their affair.
    clone.environment = environment | {"SKIP": ",".join(other_hooks(hook))}
    (clone.folder / model).write_text("select nothing_such from {{ ref('no_such_model') }}\n", encoding="utf-8")
    clone.git("add", "--all")
    done = clone.run("git", "commit", "--quiet", "--message", "bad")
    expect(done.returncode == 0, f"{name}: at `observe` the hook refuses nothing: {done.stdout}{done.stderr}")
    settings = next(path for path in clone.folder.rglob("sluice.toml"))
    settings.write_text(settings.read_text().replace('preset = "observe"', 'preset = "guard"'))
    (clone.folder / model).write_text("select nothing_at_all from {{ ref('no_such_model') }}\n", encoding="utf-8")
    clone.git("add", "--all")
    done = clone.run("git", "commit", "--quiet", "--message", "bad")
    expect(done.returncode != 0 and "no_such_model" in done.stdout + done.stderr, f"{name}: at `guard` the hook refuses: {done.stdout}{done.stderr}")
    clone.git("commit", "--quiet", "--no-verify", "--message", "bad")

    workflow = clone.folder / ".github/workflows/sluice.yml"
    if workflow.exists():
        play(name, clone, base, yaml.safe_load(workflow.read_text()), root, forge)
    else:
        print(f"{name}: no workflow of its own: {[line for line in done.stderr.splitlines() if 'add to' in line]}")


def other_hooks(config):
    hooks = [hook["id"] for repo in yaml.safe_load(config.read_text())["repos"] for hook in repo["hooks"]]
    return [hook for hook in hooks if hook != "sluice-check"] or ["none"]


def play(name, clone, base, workflow, root, forge):
    """The pull request that the last two commits are."""
    temp = Path(tempfile.mkdtemp(dir=root))
    tools = temp / "tools"
    subprocess.run([sys.executable, "-m", "venv", str(tools)], check=True)
    head = clone.git("rev-parse", "HEAD")
    clone.git("branch", "--force", "main", base)
    clone.git("update-ref", "refs/remotes/origin/main", base)
    event = temp / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 7}}))
    uploaded = {}

    def uses(action, given):
        if "upload-sarif" in action:
            uploaded["sarif"] = json.loads((clone.folder / given["sarif_file"]).read_text(encoding="utf-8"))
        return {}

    environment = clone.environment | {
        "PATH": f"{tools}/bin:{os.environ['PATH']}", "CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_API_URL": forge.url,
        "GITHUB_REPOSITORY": "o/shop", "GITHUB_EVENT_PATH": str(event), "GITHUB_REF": "refs/pull/7/merge", "GITHUB_SHA": head,
        "GITHUB_BASE_REF": "main",
    }
    forge.comments.clear()
    job = Job(clone.folder, temp, {"token": "secret"}, environment, uses)
    job.steps(workflow["jobs"]["sluice"]["steps"])
    expect(job.failed and job.code == 1, f"{name}: the workflow fails at errors: {getattr(job, 'code', 0)} {job.errors}")
    expect("::error file=" in job.log and "no_such_model" in job.log, f"{name}: the workflow annotates")
    found = [result["ruleId"] for result in uploaded.get("sarif", {"runs": [{"results": []}]})["runs"][0]["results"]]
    expect(found, f"{name}: SARIF is uploaded: {job.errors}")
    expect(len(forge.comments) == 1 and "### Impact: " in forge.comments[0]["text"], f"{name}: one comment")
    said = re.search(r"### Impact: .*", job.summary)
    print(f"{name}: {said and said[0]}; findings: {found}")


def main():
    sluice, wheels = (str(Path(argument).resolve()) for argument in sys.argv[1:3])
    forge = Forge()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        repos = [Path(argument).resolve() for argument in sys.argv[3:]] or [sample(root)]
        for at, repo in enumerate(repos):
            holds(f"{at}-{(repo.parent if repo.name == 'repo' else repo).name}", repo, sluice, wheels, root, forge)
    forge.close()
    for complaint in complaints:
        print(complaint)
    print("what `sluice init` writes: " + ("all works" if not complaints else f"{len(complaints)} complaints"))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
