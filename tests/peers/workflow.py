"""Plays the steps of a GitHub workflow or composite action: expressions, shells and files as the runner gives them."""

import os
import re
import subprocess
from pathlib import Path


class Job:
    """One job. `uses` answers a step that uses an action: a function of its name and inputs to its outputs."""

    def __init__(self, workspace, temp, github, environment, uses):
        self.workspace, self.temp, self.github, self.environment, self.uses = workspace, temp, github, environment, uses
        self.inputs, self.action_path, self.outputs, self.failed, self.log, self.summary = {}, None, {}, False, "", ""

    def action(self, action, path, inputs):
        given = {name: str(one.get("default", "")) for name, one in action["inputs"].items()}
        self.inputs, self.action_path = {name: self.fill(text) for name, text in given.items()} | inputs, path
        self.steps(action["runs"]["steps"])
        return {name: self.fill(one["value"]) for name, one in action["outputs"].items()}

    def steps(self, steps):
        for at, step in enumerate(steps):
            condition = str(step.get("if", "")).strip().removeprefix("${{").removesuffix("}}")
            wanted = self.value(condition) if condition else True
            if "cancelled()" not in condition and self.failed or not wanted:
                continue
            try:
                outputs = self.step(step, at)
            except subprocess.CalledProcessError as error:
                self.failed = self.failed or not step.get("continue-on-error")
                outputs = error.outputs
            self.outputs[step.get("id", f"step{at}")] = outputs

    def step(self, step, at):
        if "uses" in step:
            return self.uses(step["uses"], {name: self.fill(str(value)) for name, value in step.get("with", {}).items()})
        files = {name: self.temp / f"{name}-{at}" for name in ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"]}
        for file in files.values():
            file.write_text("")
        script = self.temp / f"step-{at}.sh"
        script.write_text(self.fill(step["run"]))
        environment = os.environ | self.environment | {name: str(path) for name, path in files.items()}
        if self.action_path:
            environment["GITHUB_ACTION_PATH"] = str(self.action_path)
        environment |= {name: self.fill(str(value)) for name, value in step.get("env", {}).items()}
        folder = self.fill(step.get("working-directory", str(self.workspace)))
        # `shell: bash` of the runner.
        shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
        done = subprocess.run(shell, cwd=folder, env=environment, capture_output=True, encoding="utf-8")
        self.log += done.stdout
        self.errors = done.stderr
        self.summary += files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        lines = files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines()
        outputs = dict(line.split("=", 1) for line in lines)
        if done.returncode:
            self.code = done.returncode
            error = subprocess.CalledProcessError(done.returncode, step["run"], done.stdout, done.stderr)
            error.outputs = outputs
            raise error
        return outputs

    def fill(self, text):
        return re.sub(r"\$\{\{(.*?)\}\}", lambda match: str(self.value(match[1])), text)

    def value(self, expression):
        """What the few expressions that we write come to."""
        known = {"inputs": self.inputs, "github": self.github | {"action_path": str(self.action_path)},
                 "runner": {"temp": str(self.temp), "os": "Linux", "arch": "X64"}}

        def name(match):
            parts = match[0].split(".")
            if parts[0] == "steps":
                return repr(self.outputs.get(parts[1], {}).get(parts[3], ""))
            return repr(known[parts[0]].get(parts[1], ""))

        tokens = re.split(r"('[^']*')", expression)
        for at in range(0, len(tokens), 2):
            plain = re.sub(r"\b(inputs|github|runner|steps)(\.[\w-]+)+", name, tokens[at])
            plain = plain.replace("&&", " and ").replace("||", " or ")
            tokens[at] = re.sub(r"!(?!=)", " not ", plain)
        files = lambda pattern: "digest" if list(Path(self.workspace).glob(pattern)) else ""
        return eval("".join(tokens).strip(), {"__builtins__": {}}, {"hashFiles": files, "cancelled": lambda: False})
