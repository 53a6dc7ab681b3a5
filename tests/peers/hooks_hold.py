"""Holds the hooks to those who run them: pre-commit, by `language: rust` and by the wheel, plain git, and lefthook.

A bad staged change is refused, also where it breaks a file that is not staged; what is not staged is not looked at;
fixes change files, fail the hook and are never staged; a push that breaks somebody is refused.

usage: hooks_hold.py path/to/sluice path/to/wheels [--repo PATH]   the hook is timed on PATH, else on fixtures/user_ltv
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
CRATE = HERE.parent.parent
BIN = Path(sys.executable).parent
PERSON = {f"GIT_{who}_{what}": value for who in ["AUTHOR", "COMMITTER"] for what, value in {"NAME": "Ada", "EMAIL": "ada@example.com"}.items()}
SHOP = {
    "dbt_project.yml": "name: shop\nversion: '1.0'\nconfig-version: 2\nmodel-paths: [models]\n",
    "sluice.toml": 'dialect = "duckdb"\npreset = "guard"\n[rules]\nkeyword-case = { level = "warn", policy = "lower" }\n',
    "models/a.sql": "select 1 as id, 'x' as name\n",
    "models/b.sql": "select id, name from {{ ref('a') }}\n",
    "models/exposures.yml": "exposures:\n  - name: weekly\n    type: dashboard\n    owner: {name: Ada}\n    depends_on: [ref('b')]\n",
}
PATIENCE = 1.0

complaints = []


def expect(truth, complaint):
    if not truth:
        complaints.append(complaint)


class Shop:
    """A repo of two models, with a remote that has it all."""

    def __init__(self, folder, environment, files=SHOP):
        self.folder, self.environment = folder, os.environ | PERSON | environment
        folder.mkdir()
        self.git("-c", "init.defaultBranch=main", "init", "--quiet")
        for path, text in files.items():
            self.write(path, text)
        self.commit("first")
        remote = folder.with_name(folder.name + ".git")
        self.git("clone", "--quiet", "--bare", str(folder), str(remote))
        self.git("remote", "add", "origin", str(remote))
        self.git("fetch", "--quiet", "origin")

    def run(self, *command):
        return subprocess.run(command, cwd=self.folder, env=self.environment, capture_output=True, encoding="utf-8")

    def git(self, *arguments):
        done = self.run("git", *arguments)
        assert done.returncode == 0, f"git {arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    def write(self, path, text):
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def read(self, path):
        return (self.folder / path).read_text(encoding="utf-8")

    def commit(self, message):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def try_commit(self):
        done = self.run("git", "commit", "--quiet", "--message", "try")
        return done.returncode == 0, done.stdout + done.stderr

    def back(self):
        self.git("reset", "--quiet", "--hard", "origin/main")
        self.git("clean", "--quiet", "-fd")

    def hook(self, name, script):
        path = self.folder / ".git/hooks" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(script)
        path.chmod(0o755)


def holds_checks(shop, how):
    """The hook that checks: `shop` has it installed, and nothing else changed."""
    shop.write("models/a.sql", "select 2 as id, 'x' as name\n")
    shop.git("add", "models")
    ok, said = shop.try_commit()
    expect(ok, f"{how}: a good change is taken: {said}")

    shop.back()
    shop.write("models/a.sql", "select 1 as id\n")
    shop.git("add", "models")
    ok, said = shop.try_commit()
    expect(not ok and "models/b.sql" in said and "name" in said, f"{how}: a change that breaks a file which is not staged is refused: {said}")

    # The same, mended on disk only: the index is what is committed.
    shop.write("models/a.sql", SHOP["models/a.sql"])
    ok, said = shop.try_commit()
    expect(not ok, f"{how}: what is mended on disk alone is refused: {said}")

    shop.back()
    shop.write("models/b.sql", "select id as number, name from {{ ref('a') }}\n")
    shop.git("add", "models")
    shop.write("models/b.sql", "select nothing_such from {{ ref('a') }}\n")
    shop.write("models/new.sql", "select from from\n")
    ok, said = shop.try_commit()
    expect(ok, f"{how}: what is not staged is not looked at: {said}")
    expect("nothing_such" in shop.read("models/b.sql"), f"{how}: what is not staged is still there")
    shop.back()


def holds_fixes(shop, how):
    shop.write("models/b.sql", "SELECT id, name from {{ ref('a') }}\n")
    shop.git("add", "models")
    ok, said = shop.try_commit()
    expect(not ok, f"{how}: a fix stops the commit: {said}")
    expect(shop.read("models/b.sql") == SHOP["models/b.sql"], f"{how}: a fix is written: {shop.read('models/b.sql')} {said}")
    expect(shop.git("show", ":models/b.sql").startswith("SELECT"), f"{how}: a fix is not staged")
    shop.git("add", "models")
    shop.write("models/a.sql", "select 3 as id, 'x' as name\n")
    shop.git("add", "models")
    ok, said = shop.try_commit()
    expect(ok, f"{how}: once the fix is staged, the commit is taken: {said}")
    shop.back()


def holds_impact(shop, how):
    shop.git("checkout", "--quiet", "-b", "work")
    shop.write("models/b.sql", "select id from {{ ref('a') }}\n")
    shop.write("models/c.sql", "select id from {{ ref('b') }}\n")
    shop.git("add", "models")
    shop.git("commit", "--quiet", "--no-verify", "--message", "harmless")
    done = shop.run("git", "push", "--quiet", "origin", "work")
    expect(done.returncode == 0, f"{how}: a push that breaks nobody is taken: {done.stdout}{done.stderr}")
    shop.write("models/a.sql", "select 1 as number\n")
    shop.git("add", "models")
    shop.git("commit", "--quiet", "--no-verify", "--message", "breaks")
    done = shop.run("git", "push", "--quiet", "origin", "work")
    expect(done.returncode != 0 and "breaks" in done.stdout + done.stderr, f"{how}: a push that breaks somebody is refused: {done.stdout}{done.stderr}")
    shop.git("checkout", "--quiet", "main")
    shop.back()


def by_rust(root):
    """From a clone of this repo as it stands, changes and all."""
    clone = root / "sluice"
    clone.mkdir()
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=CRATE, capture_output=True, check=True)
    for path in filter(None, listed.stdout.decode().split("\0")):
        if (CRATE / path).is_file():
            (clone / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(CRATE / path, clone / path)
    in_clone = lambda *arguments: subprocess.run(["git", *arguments], cwd=clone, env=os.environ | PERSON, check=True, capture_output=True, encoding="utf-8").stdout.strip()
    in_clone("init", "--quiet")
    in_clone("add", "--all")
    in_clone("commit", "--quiet", "--message", "as it stands")
    # What the release build has compiled is not compiled again.
    environment = {"PRE_COMMIT_HOME": str(root / "rust-home"), "CARGO_TARGET_DIR": str(CRATE / "target")}
    shop = Shop(root / "by_rust", environment)
    hooks = "".join(f"      - id: {name}\n" for name in ["sluice-fix", "sluice-check", "sluice-impact"])
    config = f"repos:\n  - repo: {clone}\n    rev: {in_clone('rev-parse', 'HEAD')}\n    hooks:\n{hooks}"
    install(shop, config)
    holds_checks(shop, "rust")
    holds_fixes(shop, "rust")
    holds_impact(shop, "rust")


def install(shop, config):
    shop.write(".pre-commit-config.yaml", config)
    shop.commit("hooks")
    shop.git("push", "--quiet", "origin", "HEAD:main")
    for command in [["install", "--hook-type", "pre-commit", "--hook-type", "pre-push"], ["install-hooks"]]:
        done = shop.run(str(BIN / "pre-commit"), *command)
        assert done.returncode == 0, done.stdout + done.stderr


def by_wheel(root, sluice, wheels, timed):
    """As `sluice init` writes it, with the wheel that was built here."""
    environment = {"PRE_COMMIT_HOME": str(root / "wheel-home"), "PIP_FIND_LINKS": str(wheels)}
    shop = Shop(root / "by_wheel", environment)
    settings = shop.read("sluice.toml")
    done = shop.run(sluice, "init", "--force")
    assert done.returncode == 0, done.stderr
    shop.write("sluice.toml", settings)
    install(shop, shop.read(".pre-commit-config.yaml"))
    holds_checks(shop, "wheel")

    repo = Shop(root / "timed", environment, {"README.md": "a copy\n"})
    shutil.copytree(timed, repo.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".git"))
    repo.write(".pre-commit-config.yaml", shop.read(".pre-commit-config.yaml").replace("sluice check --staged", "sluice check --staged --fail-on=never"))
    repo.commit("all")
    repo.run(str(BIN / "pre-commit"), "install-hooks")
    models = sorted(path for path in repo.folder.rglob("models/**/*.sql"))
    models[0].write_text(models[0].read_text(encoding="utf-8") + "\n-- a note\n", encoding="utf-8")
    repo.git("add", "--all")
    spent = min(timed_run(repo) for _ in range(3))
    print(f"pre-commit on {len(models)} models: {spent:.2f} seconds")
    expect(spent < PATIENCE, f"the hook takes {spent:.2f} seconds on {timed.name}")


def timed_run(repo):
    start = time.monotonic()
    done = repo.run(str(BIN / "pre-commit"), "run", "sluice-check")
    assert done.returncode == 0 and "Passed" in done.stdout, done.stdout + done.stderr
    return time.monotonic() - start


def code_block(heading, language):
    """The first block of a language below a heading of docs/hooks.md."""
    page = (CRATE / "docs/hooks.md").read_text(encoding="utf-8").split(f"\n## {heading}\n")[1]
    return [part.split("```")[0] for part in page.split(f"```{language}\n")[1:]]


def by_git(root, sluice):
    """The scripts of the documentation."""
    path = {"PATH": f"{Path(sluice).parent}:{os.environ['PATH']}"}
    shop = Shop(root / "by_git", path)
    commit, push = code_block("Plain git", "sh")[:2]
    shop.hook("pre-commit", commit)
    shop.hook("pre-push", push)
    holds_checks(shop, "git")
    holds_impact(shop, "git")


def by_lefthook(root, sluice):
    path = {"PATH": f"{Path(sluice).parent}:{BIN}:{os.environ['PATH']}"}
    shop = Shop(root / "by_lefthook", path)
    shop.write("lefthook.yml", code_block("lefthook", "yaml")[0])
    shop.commit("hooks")
    shop.git("push", "--quiet", "origin", "HEAD:main")
    done = shop.run("lefthook", "install")
    assert done.returncode == 0, done.stderr
    # lefthook hides what is not staged while its hooks run, as pre-commit does.
    holds_checks(shop, "lefthook")
    holds_fixes(shop, "lefthook")
    holds_impact(shop, "lefthook")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sluice")
    parser.add_argument("wheels")
    parser.add_argument("--repo", default=CRATE / "fixtures/user_ltv/head")
    parser.add_argument("--without-rust", action="store_true", help="leave out what compiles the crate once more")
    arguments = parser.parse_args()
    sluice = str(Path(arguments.sluice).resolve())
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        by_git(root, sluice)
        by_lefthook(root, sluice)
        by_wheel(root, sluice, Path(arguments.wheels).resolve(), Path(arguments.repo))
        if not arguments.without_rust:
            by_rust(root)
    for complaint in complaints:
        print(complaint)
    print("hooks of git, lefthook and pre-commit: " + ("all hold" if not complaints else f"{len(complaints)} complaints"))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
