"""Asks `sluice mcp` as assistants do, by the official client: every tool, what is asked wrongly, and no harm done.

usage: mcp_answers.py path/to/sluice
"""

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

from action_plays import CRATE, commit, git, put

FIXTURE = CRATE / "fixtures/user_ltv"

# The tool, what it is asked, what the answer holds; with `!`, a refusal that says what to ask instead.
QUESTIONS = [
    ("lineage", {"selector": ["user_ltv.lifetime_value_usd"]}, ["stg_payments", "amount"]),
    ("lineage", {"selector": ["stg_payments.amount_usd"], "downstream": True, "format": "json"}, ['"version":1', "model.social.user_ltv"]),
    ("lineage", {"sql": "select a + b as c from t", "dialect": "duckdb", "format": "json"}, ['"name":"c"', '"column":"a"']),
    ("impact", {"base": "HEAD~1", "format": "json"}, ['"verdict":"breaks"', "exposure.social.growth_dashboard"]),
    ("impact", {"column": "stg_payments.amount_usd"}, ["user_ltv"]),
    ("check", {"base": "HEAD~1", "format": "json"}, ["column-removed-and-used", '"version":1']),
    ("check", {"paths": ["models/staging"], "select": ["unknown-column"]}, ["16 models"]),
    ("compile", {"selector": ["user_ltv"]}, ["select"]),
    ("compile", {"inline": "select * from {{ ref('user_ltv') }}"}, ["user_ltv"]),
    ("plan", {"base": "HEAD~1", "env": "prod"}, ["build", "user_ltv"]),
    ("explain", {"rule": "fan-out-join"}, ["fan-out-join", "Why it hurts"]),
    ("lineage", {}, ["!", "selector"]),
    ("lineage", {"selectors": ["user_ltv"]}, ["!", "Did you mean `selector`?"]),
    ("lineage", {"selector": ["user_ltw"]}, ["!", "user_ltv"]),
    ("check", {"paths": ["--fix"]}, ["!", "--fix does not exist"]),
    ("explain", {}, ["!", "`rule` is needed"]),
]


async def ask(sluice, folder):
    complaints = []
    async with stdio_client(StdioServerParameters(command=sluice, args=["mcp"], cwd=str(folder))) as (read, write):
        async with ClientSession(read, write) as session:
            hello = await session.initialize()
            if "lineage" not in (hello.instructions or ""):
                complaints.append("it does not say what it is for")
            tools = {tool.name: tool for tool in (await session.list_tools()).tools}
            if set(tools) != {name for name, *_ in QUESTIONS}:
                complaints.append(f"tools: {sorted(tools)}")
            for tool in tools.values():
                hints = json.loads(tool.model_dump_json(by_alias=True))["annotations"]
                if not hints["readOnlyHint"] or hints["destructiveHint"]:
                    complaints.append(f"{tool.name} does not say that it changes nothing")
            # Two at a time: an answer waits for no other.
            answers = await asyncio.gather(*(session.call_tool(name, given) for name, given, _ in QUESTIONS))
            for (name, given, wanted), answer in zip(QUESTIONS, answers, strict=True):
                said = json.loads(answer.model_dump_json(by_alias=True))
                text, refused = said["content"][0]["text"], bool(said.get("isError"))
                missing = [word for word in wanted if word != "!" and word not in text.replace('": ', '":')]
                if missing or refused != ("!" in wanted):
                    complaints.append(f"{name} {given}: {'refused: ' if refused else ''}{text[:600]}; not there: {missing}")
    return complaints


def main(sluice):
    sluice = str(Path(sluice).resolve())
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder).resolve()
        git(folder, "init", "--quiet")
        for side in ["base", "head"]:
            put(folder, FIXTURE / side)
            commit(folder, side)
        complaints = asyncio.run(ask(sluice, folder))
        status = subprocess.run(["git", "status", "--porcelain"], cwd=folder, capture_output=True, encoding="utf-8", check=True)
        if status.stdout:
            complaints.append(f"files are changed:\n{status.stdout}")
        shutil.rmtree(folder / ".git")
    for complaint in complaints:
        print(complaint)
    print(f"{len(QUESTIONS)} questions by MCP: {'all answered' if not complaints else f'{len(complaints)} complaints'}")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
