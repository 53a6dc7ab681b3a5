"""Drives `sluice lsp` from Neovim without a screen: hover, definition, references, and diagnostics as one types.

usage: nvim_answers.py path/to/sluice [path/to/nvim]
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent

FILES = {
    "dbt_project.yml": "name: shop\nversion: '1.0'\nmodel-paths: [models]\n",
    "sluice.toml": 'dialect = "duckdb"\n',
    "models/stg_orders.sql": "select 1 as order_id, 2 as amount\n",
    "models/orders.sql": "select order_id,\n    amount * 2 as doubled\nfrom {{ ref('stg_orders') }}\n",
}


def main() -> None:
    sluice, nvim = str(Path(sys.argv[1]).resolve()), sys.argv[2] if len(sys.argv) > 2 else "nvim"
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        for path, text in FILES.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", "-C", folder]
        for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "files"]):
            subprocess.run(git + words, check=True)
        answer = root / "answer.json"
        command = [nvim, "--headless", "-n", "-u", str(HERE / "nvim/init.lua"), "-c", f"luafile {HERE / 'nvim/drive.lua'}"]
        environment = os.environ | {"SLUICE": sluice, "ANSWER": str(answer), "XDG_STATE_HOME": folder}
        ran = subprocess.run(command, cwd=root, env=environment, timeout=180, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr
        told = json.loads(answer.read_text())
        assert "stg_orders.amount" in told["hover"], told
        assert told["definition"] == "stg_orders.sql", told
        assert told["references"] >= 2, told
        assert "unknown-column" in told["codes"], told
        version = subprocess.run([nvim, "--version"], capture_output=True, text=True).stdout.splitlines()[0]
        print(f"nvim: {version} hovers, finds and is told what is wrong as one types")


main()
