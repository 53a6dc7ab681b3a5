"""Builds both commits of fixtures/user_ltv in DuckDB and holds `sluice impact` to what really differs.

Every model is built from its compiled SQL over the same raw tables, once as base and once as head. Then:

- what impact says `breaks` must not build, and everything else must;
- where rows or a column are claimed the same, the tables must agree;
- where the tables differ, impact must say so;
- where nothing is claimed, the two tables must be equal.

usage: impact_holds.py path/to/sluice
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

HERE = Path(__file__).resolve().parent
FIXTURE = HERE.parent.parent / "fixtures" / "user_ltv"


def main(sluice):
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        repo = make_repo(scratch / "repo")
        claims = impact(sluice, repo)
        base = Side(sluice, scratch / "base", FIXTURE / "base")
        head = Side(sluice, scratch / "head", FIXTURE / "head")
        complaints = list(judge(claims, base, head))
        base.close()
        head.close()
    for complaint in complaints:
        print("WRONG:", complaint)
    print(f"{len(base.order)} models built twice, {len(complaints)} wrong claims")
    return 1 if complaints else 0


def make_repo(repo):
    """A git repo whose first commit is base and whose second is head."""
    shutil.copytree(FIXTURE / "base", repo)
    git = ["git", "-C", repo, "-c", "user.name=Ada", "-c", "user.email=ada@example.com"]
    subprocess.run([*git, "init", "--quiet", "--initial-branch=main"], check=True)
    for message in ["base", "head"]:
        if message == "head":
            shutil.copytree(FIXTURE / "head", repo, dirs_exist_ok=True)
        subprocess.run([*git, "add", "--all"], check=True)
        subprocess.run([*git, "commit", "--quiet", "--message", message], check=True)
    return repo


def impact(sluice, repo):
    """Model name -> what impact says of it."""
    command = [sluice, "impact", "--base=HEAD~1", "--format", "json", "--fail-on", "never"]
    answer = subprocess.run(command, cwd=repo, check=True, capture_output=True, text=True)
    return {model["name"]: model for model in json.loads(answer.stdout)["models"]}


class Side:
    """One commit, built. `errors` holds what DuckDB said of models that would not build."""

    def __init__(self, sluice, folder, files):
        self.project = shutil.copytree(files, folder)
        self.relations = self.lineage(sluice)
        self.order = in_order(self.relations)
        compiled = folder / "compiled"
        subprocess.run([sluice, "compile", "--out", compiled], cwd=folder, check=True, capture_output=True)
        self.connection = duckdb.connect(str(folder / "social.duckdb"))
        self.connection.execute((HERE / "user_ltv_raw.sql").read_text())
        self.load_seeds()
        self.errors = {}
        for name in self.order:
            self.build(name, (compiled / self.relations[name]["path"]).read_text())

    def lineage(self, sluice):
        command = [sluice, "lineage", "--format", "json"]
        answer = subprocess.run(command, cwd=self.project, check=True, capture_output=True, text=True)
        return {relation["name"]: relation for relation in json.loads(answer.stdout)["relations"]}

    def load_seeds(self):
        self.connection.execute("create schema main_reference")
        for seed in sorted((self.project / "seeds").glob("*.csv")):
            self.connection.execute(f"create table main_reference.{seed.stem} as from read_csv('{seed}')")

    def build(self, name, sql):
        """Tables throughout: views would hide a model that cannot be read."""
        schema = self.schema(name)
        self.connection.execute(f"create schema if not exists {schema}")
        try:
            self.connection.execute(f"create table {schema}.{short(name)} as {sql}")
        except duckdb.Error as error:
            self.errors[name] = str(error).splitlines()[0]

    def schema(self, name):
        return "main_" + Path(self.relations[name]["path"]).parent.name

    def columns(self, name):
        described = self.connection.execute(f"describe {self.schema(name)}.{short(name)}").fetchall()
        return {column: kind for column, kind, *_ in described}

    def values(self, name, columns):
        """The cells of these columns as a sorted list of rows: two tables are compared as multisets."""
        picked = ", ".join(columns) if columns else "1"
        rows = self.connection.execute(f"select {picked} from {self.schema(name)}.{short(name)}").fetchall()
        return sorted(map(repr, rows))

    def close(self):
        self.connection.close()


def short(name):
    return name.split(".")[-1]


def in_order(relations):
    """Models, each after those it reads."""
    models = {name for name, relation in relations.items() if relation["kind"] == "model"}
    done = []
    # An incremental model reads the table it fills: that is no reason to wait.
    reads = {name: set(relations[name]["depends_on"]) & models - {name} for name in models}
    while len(done) < len(models):
        ready = [name for name in sorted(models) if name not in done and reads[name] <= set(done)]
        assert ready, "the models read each other in a circle"
        done += ready
    return done


def judge(claims, base, head):
    """Yields every claim that the tables deny, in words."""
    for name in head.order:
        claim = claims.get(name, {"verdict": "stays", "columns": [], "rows": "same"})
        error = head.errors.get(name)
        if error or claim["verdict"] == "breaks":
            if not error:
                yield f"{name}: said to break, but it builds"
            elif claim["verdict"] != "breaks":
                yield f"{name}: {claim['verdict']}, but it does not build: {error}"
            report(name, claim, "does not build" if error else "builds")
            continue
        differing = [*differences(name, base, head)]
        report(name, claim, "differs in " + ", ".join(differing) if differing else "equal")
        yield from (f"{name}: {what} differs and is claimed the same" for what in differing if kept(claim, what))


def differences(name, base, head):
    """`rows`, and each column that is not the same in both tables, row by row where there is a key."""
    was, now = base.columns(name), head.columns(name)
    key = next((key for key in head.relations[name]["keys"] if set(key) <= set(was) & set(now)), [])
    if base.values(name, key) != head.values(name, key):
        yield "rows"
    for column in [*was, *(column for column in now if column not in was)]:
        both = column in was and column in now
        picked = [*key, column]
        if not both or was[column] != now[column] or base.values(name, picked) != head.values(name, picked):
            yield column


def kept(claim, what):
    """Whether the claim says that the rows, or this column, stay as they were."""
    if claim["verdict"] == "stays":
        return True
    if what == "rows":
        return claim["rows"] == "same"
    changes = {column["name"]: column["change"] for column in claim["columns"]}
    former = {column.get("was") for column in claim["columns"]}
    return what not in former and changes.get(what, "unchanged") == "unchanged"


def report(name, claim, truth):
    print(f"  {short(name):22} {claim['verdict']:8} {claim.get('class', 'none'):16} {truth}")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
