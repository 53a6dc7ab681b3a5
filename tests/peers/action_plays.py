"""Plays the steps of action.yml on a pull request, and `sluice ci` on the build agents of the other forges.

The repo is `fixtures/user_ltv`; its clone is as shallow as actions/checkout makes it, the forge's API is a server of our
own. What the action says is committed under `tests/peers/action/`; `SLUICE_BLESS=1` writes it anew.

usage: action_plays.py path/to/sluice
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from forge_server import Forge
from workflow import Job

HERE = Path(__file__).resolve().parent
CRATE = HERE.parent.parent
FIXTURE = CRATE / "fixtures/user_ltv"
PERSON = {f"GIT_{who}_{what}": value for who in ["AUTHOR", "COMMITTER"]
          for what, value in {"NAME": "Ada", "EMAIL": "ada@example.com", "DATE": "2026-01-01T00:00:00Z"}.items()}
# Of the agent that this runs on itself.
OURS = ["GITHUB_", "CI_", "GITLAB_", "BITBUCKET_", "SYSTEM_", "BUILD_", "BUILDKITE", "TF_BUILD", "SLUICE_TOKEN"]

complaints = []


def expect(truth, complaint):
    if not truth:
        complaints.append(complaint)


def committed(name, said):
    file = HERE / "action" / name
    if os.environ.get("SLUICE_BLESS") == "1":
        file.parent.mkdir(exist_ok=True)
        file.write_text(said, encoding="utf-8")
    expect(file.exists() and file.read_text(encoding="utf-8") == said, f"{file.relative_to(CRATE)} is not what we say; SLUICE_BLESS=1 writes it anew:\n{said}")


def git(folder, *arguments):
    base = ["git", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", "-C", str(folder)]
    done = subprocess.run([*base, *arguments], env=os.environ | PERSON, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, f"git {arguments}: {done.stderr}"
    return done.stdout.strip()


def put(folder, files):
    for entry in folder.iterdir():
        if entry.name != ".git":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    shutil.copytree(files, folder, dirs_exist_ok=True)


def origin(folder):
    """A repo with a few commits on main, a branch `change`, and the forge's trial merge of the two."""
    folder.mkdir()
    git(folder, "init", "--quiet")
    git(folder, "config", "uploadpack.allowAnySHA1InWant", "true")
    put(folder, FIXTURE / "base")
    commit(folder, "base")
    git(folder, "checkout", "--quiet", "-b", "change")
    put(folder, FIXTURE / "head")
    for number in range(3):
        (folder / "notes.md").write_text(f"{number}\n")
        commit(folder, f"change {number}")
    git(folder, "checkout", "--quiet", "main")
    for number in range(3):
        (folder / "other.md").write_text(f"{number}\n")
        commit(folder, f"main {number}")
    return merge(folder)


def commit(folder, message):
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", message)


def merge(folder):
    git(folder, "checkout", "--quiet", "--detach", "main")
    git(folder, "merge", "--quiet", "--no-ff", "--message", "trial", "change")
    git(folder, "update-ref", "refs/pull/7/merge", "HEAD")
    git(folder, "checkout", "--quiet", "main")
    return git(folder, "rev-parse", "refs/pull/7/merge")


def checkout(origin, folder, commit, reference="refs/remotes/pull/7/merge"):
    """As actions/checkout does it."""
    folder.mkdir()
    git(folder, "init", "--quiet")
    git(folder, "remote", "add", "origin", origin.as_uri())
    git(folder, "fetch", "--quiet", "--no-tags", "--prune", "--depth=1", "origin", f"+{commit}:{reference}")
    git(folder, "checkout", "--quiet", "--force", reference)
    return folder


def clean_environment(more):
    mine = {name: value for name, value in os.environ.items() if not any(name.startswith(start) for start in OURS)}
    return mine | {"NO_COLOR": "1", "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "protocol.file.allow", "GIT_CONFIG_VALUE_0": "always"} | more


def github(root, url, trial):
    event = root / "event.json"
    event.write_text(json.dumps({"action": "synchronize", "number": 7, "pull_request": {"number": 7, "head": {"ref": "change"}, "base": {"ref": "main"}}}))
    return {
        "CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_API_URL": url, "GITHUB_REPOSITORY": "o/shop",
        "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(event), "GITHUB_REF": "refs/pull/7/merge",
        "GITHUB_SHA": trial, "GITHUB_BASE_REF": "main", "GITHUB_HEAD_REF": "change",
    }


def play_action(root, sluice, clone, variables, inputs):
    """The job, the outputs of the action, and what was uploaded."""
    temp = Path(tempfile.mkdtemp(dir=root))
    uploaded = {}

    def uses(name, given):
        if name.startswith("actions/cache@"):
            # As if an earlier run had built it: the digest of the source is part of the key.
            assert len(given["key"].rsplit("-", 1)[1]) == 16, given
            target = Path(given["path"]) / "bin"
            target.mkdir(parents=True)
            shutil.copy(sluice, target / "sluice")
            return {"cache-hit": "true"}
        assert name.startswith("github/codeql-action/upload-sarif@"), name
        uploaded["sarif"] = (clone / given["sarif_file"]).read_text(encoding="utf-8")
        return {}

    environment = clean_environment(variables | {"RUNNER_TEMP": str(temp)})
    for name in set(os.environ) - set(environment):
        os.environ.pop(name)
    job = Job(clone, temp, {"token": "secret"}, environment, uses)
    outputs = job.action(yaml.safe_load((CRATE / "action.yml").read_text()), CRATE, inputs)
    return job, outputs, uploaded


def the_action(root, sluice, forge):
    source = root / "origin"
    trial = origin(source)
    clone = checkout(source, root / "clone", trial)
    variables = github(root, forge.url, trial)
    # Other people's comments, more than a page of them.
    for number in range(120):
        forge.say(f"looks good {number}")
    job, outputs, uploaded = play_action(root, sluice, clone, variables, {"sarif": "sluice.sarif", "plan": "plan.json"})
    expect(job.failed and job.code == 1, f"errors and what breaks fail the step: {job.errors}")
    ours = [one["text"] for one in forge.comments if one["text"].startswith("<!-- sluice -->")]
    expect(len(ours) == 1, f"one comment, not {len(ours)}")
    committed("comment.md", ours[0])
    expect(ours[0] == f"<!-- sluice -->\n{job.summary}", "the summary of the job is the comment")
    # What stands between these two lines is the log of impact and plan, whatever the repo writes into it.
    annotations, _, log = job.log.partition("\n::stop-commands::")
    word, _, log = log.partition("\n")
    expect(log.endswith(f"\n::{word}::\n") and "\nbreaks  " in f"\n{log}", f"the log is fenced: {job.log}")
    committed("annotations.txt", annotations)
    committed("outputs.json", json.dumps(outputs, indent=2) + "\n")
    sarif = json.loads(uploaded["sarif"])
    for run in sarif["runs"]:
        run["tool"]["driver"]["rules"] = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    committed("findings.sarif.json", json.dumps(sarif, indent=2) + "\n")
    plan = json.loads((clone / "plan.json").read_text())
    expect(str(len(plan["steps"])) == outputs["steps"], "the plan has as many steps as the output says")
    expect(plan["base"] == git(source, "rev-parse", "main"), "the base is where the forge merged the change into")

    # Again: nothing new, nothing said. Then the change goes away: the same comment says so.
    before = len(forge.requests)
    play_action(root, sluice, clone, variables, {})
    expect([method for method, _ in forge.requests[before:]] == ["GET", "GET"], f"an unchanged comment is left: {forge.requests[before:]}")
    git(source, "checkout", "--quiet", "change")
    put(source, FIXTURE / "base")
    (source / "notes.md").write_text("nothing but notes\n")
    commit(source, "take it back")
    trial = merge(source)
    clone = checkout(source, root / "clone2", trial)
    variables = github(root, forge.url, trial)
    job, outputs, _ = play_action(root, sluice, clone, variables, {})
    ours = [one["text"] for one in forge.comments if one["text"].startswith("<!-- sluice -->")]
    expect(not job.failed and len(ours) == 1 and "0 break, 0 differ" in ours[0], f"the comment says that nothing differs now: {ours} {job.errors}")

    # Where nothing was said before, nothing is begun.
    forge.comments.clear()
    play_action(root, sluice, clone, variables, {})
    expect(not forge.comments, "no comment begins where there is nothing to say")

    # A token that may not comment, as that of a fork: a warning, and nothing fails by it.
    forge.refuse = 403
    job, _, _ = play_action(root, sluice, clone, variables, {})
    expect(not job.failed and "::warning title=sluice::" in job.log, "a comment that is refused is a warning")
    job, _, _ = play_action(root, sluice, clone, variables, {"comment": "always"})
    expect(job.failed and job.code == 2, "a comment that must be is a failure")
    forge.refuse = None
    return source


def ci(sluice, clone, variables, *arguments):
    return subprocess.run([sluice, "ci", *arguments], cwd=clone, env=clean_environment(variables), capture_output=True, encoding="utf-8")


def shallow_clones(root, sluice, source):
    """The branch itself checked out, no trial merge: the history is fetched until the branches meet."""
    change, main = git(source, "rev-parse", "change~1"), git(source, "rev-parse", "main")
    began = git(source, "merge-base", change, main)
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_BASE_REF": "main", "GITHUB_REF": "refs/pull/7/merge", "GITHUB_SHA": "0" * 40}
    clone = checkout(source, root / "shallow", change, "refs/remotes/origin/change")
    refused = ci(sluice, clone, variables, "--no-fetch")
    expect(refused.returncode == 2 and "`git fetch --no-tags --depth=100 origin +refs/heads/main:refs/remotes/origin/main`" in refused.stderr, f"says what to fetch: {refused.stderr}")
    done = ci(sluice, clone, variables)
    expect(done.returncode == 1 and f"compared with {began}" in done.stderr, f"finds where the branch began: {done.stderr}")
    # The commands that it named are those that help.
    git(source, "branch", "--force", "old", "main~2")
    clone = checkout(source, root / "behind", git(source, "rev-parse", "change"), "refs/remotes/origin/change")
    git(source, "config", "uploadpack.hideRefs", "refs/heads")
    lost = ci(sluice, clone, variables)
    expect(lost.returncode == 2 and "Fetch it first: `git fetch" in lost.stderr, f"fetching is refused, and that is said: {lost.stderr}")
    git(source, "config", "--unset", "uploadpack.hideRefs")
    # On main itself: what came last.
    clone = checkout(source, root / "main", main, "refs/remotes/origin/main")
    done = ci(sluice, clone, {"GITHUB_ACTIONS": "true", "GITHUB_REF": "refs/heads/main", "GITHUB_SHA": main})
    expect(done.returncode == 0 and f"compared with {git(source, 'rev-parse', 'main~1')}" in done.stderr, f"on main, with the commit before: {done.stderr}")


def other_forges(root, sluice, source, forge):
    git(source, "checkout", "--quiet", "change")
    git(source, "reset", "--quiet", "--hard", "change~1")
    trial = merge(source)
    agent = root / "agent/buildkite-agent"
    agent.parent.mkdir()
    agent.write_text(f"#!/bin/sh\necho \"$@\" > {root}/annotate.txt\ncat > {root}/annotation.md\n")
    agent.chmod(0o755)
    forges = {
        "gitlab": {"GITLAB_CI": "true", "CI_API_V4_URL": f"{forge.url}/api/v4", "CI_PROJECT_ID": "3", "CI_MERGE_REQUEST_IID": "7",
                   "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main", "CI_MERGE_REQUEST_EVENT_TYPE": "detached", "GITLAB_TOKEN": "secret",
                   "CI_MERGE_REQUEST_DIFF_BASE_SHA": git(source, "merge-base", "change", "main")},
        "bitbucket": {"BITBUCKET_BUILD_NUMBER": "1", "SLUICE_API_URL": f"{forge.url}/2.0", "BITBUCKET_REPO_FULL_NAME": "o/shop",
                      "BITBUCKET_PR_ID": "7", "BITBUCKET_PR_DESTINATION_BRANCH": "main", "BITBUCKET_TOKEN": "secret"},
        "azure": {"TF_BUILD": "True", "SYSTEM_COLLECTIONURI": f"{forge.url}/o/", "SYSTEM_TEAMPROJECT": "p", "BUILD_REPOSITORY_ID": "shop",
                  "SYSTEM_PULLREQUEST_PULLREQUESTID": "7", "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main",
                  "BUILD_SOURCEBRANCH": "refs/pull/7/merge", "BUILD_SOURCEVERSION": trial, "SYSTEM_ACCESSTOKEN": "secret", "AGENT_TEMPDIRECTORY": str(root)},
        "buildkite": {"BUILDKITE": "true", "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "main", "PATH": f"{agent.parent}:{os.environ['PATH']}"},
    }
    for name, variables in forges.items():
        forge.comments.clear()
        commit = trial if name == "azure" else git(source, "rev-parse", "change")
        clone = checkout(source, root / name, commit)
        for again in range(2):
            done = ci(sluice, clone, variables, "--code-quality=quality.json", "--markdown=said.md")
            expect(done.returncode == 1, f"{name}: {done.returncode} {done.stderr}")
        said = (clone / "said.md").read_text(encoding="utf-8")
        expect("### Impact: " in said and json.loads((clone / "quality.json").read_text()), f"{name}: the files are written")
        expect("models/marts/cohort_ltv.sql" in done.stdout and "\nbreaks  cohort_ltv" in done.stdout, f"{name}: the log says it all: {done.stdout}")
        if name == "azure":
            committed("azure.txt", done.stdout.partition("\n\n")[0] + "\n")
            expect(f"##vso[task.uploadsummary]{root}/sluice.md\n" in done.stdout, f"azure: the summary is uploaded: {done.stdout}")
        if name == "buildkite":
            expect((root / "annotation.md").read_text(encoding="utf-8") == said, "buildkite: the annotation is the comment")
            expect((root / "annotate.txt").read_text() == "annotate --context sluice --style error\n", "buildkite: the annotation is of its kind")
            continue
        expect(len(forge.comments) == 1 and forge.comments[0]["text"].endswith(said), f"{name}: one comment, of two runs: {forge.comments} {done.stderr}")
        if name == "bitbucket":
            expect("<details>" not in said and forge.comments[0]["text"].startswith("[//]: # (sluice)\n\n"), "bitbucket: no HTML")


def main(sluice):
    sluice = str(Path(sluice).resolve())
    forge = Forge()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        source = the_action(root, sluice, forge)
        shallow_clones(root, sluice, source)
        other_forges(root, sluice, source, forge)
    forge.close()
    for complaint in complaints:
        print(complaint)
    print("the action, shallow clones and four other forges: " + ("all hold" if not complaints else f"{len(complaints)} complaints"))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
