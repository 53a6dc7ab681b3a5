"""Drives `sluice lsp` with the client of pygls, as an editor does, over a repo of its own.

- every answer is read by the types of lsprotocol: hover, definition, references, completion, rename, code actions,
  symbols, folding, hints, lenses, `sluice/impact`;
- columns are in UTF-16 units where a line holds an emoji;
- what a keystroke breaks in another file is published while nothing is saved;
- the process answers `shutdown` and ends with 0.

usage: lsp_answers.py path/to/sluice
       lsp_answers.py path/to/sluice --measure REPO FILE [KEYSTROKES]

The second form types into a file of a large repo and says how long the diagnostics of that file take to come.
"""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lsprotocol import types
from pygls.lsp.client import LanguageClient

FILES = {
    "dbt_project.yml": "name: shop\nversion: '1.0'\nmodel-paths: [models]\nmacro-paths: [macros]\n",
    "sluice.toml": 'dialect = "duckdb"\n',
    "macros/money.sql": "{% macro cents(column) %}({{ column }} / 100.0){% endmacro %}\n",
    "models/schema.yml": "sources:\n  - name: raw\n    tables:\n      - name: orders\n        columns: [{name: id, data_type: integer}, {name: amount, data_type: integer}]\n"
    "exposures:\n  - name: kpis\n    type: dashboard\n    owner: {name: Ada}\n    depends_on: [ref('orders')]\n",
    "models/stg_orders.sql": "with source as (\n    select * from {{ source('raw', 'orders') }}\n)\n\nselect\n    id as order_id,\n    {{ cents('amount') }} as amount\nfrom source\n",
    "models/orders.sql": "select '\U0001f600' as face, o.order_id, o.amount as amount\nfrom {{ ref('stg_orders') }} as o\n",
}


class Editor:
    """A client, the process behind it, and what that published last for each file."""

    def __init__(self) -> None:
        self.client = LanguageClient("lsp_answers", "1")
        self.published: dict[str, types.PublishDiagnosticsParams] = {}
        self.news = asyncio.Event()

        @self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params: types.PublishDiagnosticsParams) -> None:
            self.published[params.uri] = params
            self.news.set()

        @self.client.feature(types.WINDOW_LOG_MESSAGE)
        def logged(params: types.LogMessageParams) -> None:
            print("server:", params.message, file=sys.stderr)

    async def start(self, sluice: str, root: Path) -> types.InitializeResult:
        await self.client.start_io(sluice, "lsp")
        folder = types.WorkspaceFolder(uri=root.as_uri(), name="repo")
        capabilities = types.ClientCapabilities(
            workspace=types.WorkspaceClientCapabilities(
                workspace_edit=types.WorkspaceEditClientCapabilities(
                    document_changes=True, resource_operations=[types.ResourceOperationKind.Rename]
                )
            )
        )
        result = await self.client.initialize_async(
            types.InitializeParams(capabilities=capabilities, workspace_folders=[folder])
        )
        self.client.initialized(types.InitializedParams())
        return result

    def show(self, path: Path) -> None:
        item = types.TextDocumentItem(uri=path.as_uri(), language_id="sql", version=1, text=path.read_text())
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=item))

    def type(self, path: Path, version: int, text: str) -> None:
        document = types.VersionedTextDocumentIdentifier(uri=path.as_uri(), version=version)
        change = types.TextDocumentContentChangeWholeDocument(text=text)
        params = types.DidChangeTextDocumentParams(text_document=document, content_changes=[change])
        self.client.text_document_did_change(params)

    async def settle(self) -> dict:
        return await self.client.protocol.send_request_async("sluice/settle", {})

    async def until(self, holds, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not holds():
            self.news.clear()
            await asyncio.wait_for(self.news.wait(), max(0.1, end - time.monotonic()))

    async def leave(self) -> None:
        await self.client.shutdown_async(None)
        self.client.exit(None)
        await asyncio.sleep(0.3)
        await self.client.stop()

    def memory(self) -> int:
        """What the server holds, in megabytes."""
        status = Path(f"/proc/{self.client._server.pid}/status")
        lines = status.read_text().splitlines() if status.exists() else []
        return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS")), 0)


def at(path: Path, line: int, character: int) -> dict:
    document = types.TextDocumentIdentifier(uri=path.as_uri())
    return {"text_document": document, "position": types.Position(line=line, character=character)}


async def answers(sluice: str, root: Path) -> None:
    editor = Editor()
    result = await editor.start(sluice, root)
    assert result.capabilities.position_encoding == "utf-16", result.capabilities.position_encoding
    orders, staging = root / "models/orders.sql", root / "models/stg_orders.sql"
    editor.show(orders)
    editor.show(staging)
    await editor.settle()

    # Behind the emoji, which is two units of UTF-16: `o.amount`.
    character = orders.read_text().split("\n")[0].encode("utf-16-le").index("amount".encode("utf-16-le")) // 2 + 1
    hover = await editor.client.text_document_hover_async(types.HoverParams(**at(orders, 0, character)))
    assert "stg_orders.amount" in hover.contents.value and "raw.orders.amount" in hover.contents.value, hover
    assert hover.range.start.character == character - 1, hover.range
    found = await editor.client.text_document_definition_async(types.DefinitionParams(**at(orders, 1, 12)))
    assert [one.uri for one in found] == [staging.as_uri()], found
    context = types.ReferenceContext(include_declaration=True)
    found = await editor.client.text_document_references_async(
        types.ReferenceParams(**at(staging, 6, 30), context=context)
    )
    assert {Path(one.uri).name for one in found} >= {"orders.sql", "stg_orders.sql"}, found
    document = types.TextDocumentIdentifier(uri=staging.as_uri())
    symbols = await editor.client.text_document_document_symbol_async(types.DocumentSymbolParams(text_document=document))
    assert [one.name for one in symbols] == ["source", "stg_orders"], symbols
    assert await editor.client.text_document_folding_range_async(types.FoldingRangeParams(text_document=document))
    whole = types.Range(start=types.Position(0, 0), end=types.Position(99, 0))
    assert await editor.client.text_document_inlay_hint_async(types.InlayHintParams(text_document=document, range=whole))
    lens = (await editor.client.text_document_code_lens_async(types.CodeLensParams(text_document=document)))[0]
    lens = await editor.client.code_lens_resolve_async(lens)
    assert lens.command.title == "2 columns reach 1 dashboard", lens
    edit = await editor.client.text_document_rename_async(
        types.RenameParams(**at(orders, 1, 12), new_name="base_orders")
    )
    assert any(isinstance(one, types.RenameFile) for one in edit.document_changes), edit
    offered = await editor.client.text_document_completion_async(types.CompletionParams(**at(orders, 0, character - 1)))
    assert {"order_id", "amount"} <= {one.label for one in offered}, offered

    # Nothing is saved, and the file that is broken by it is told of all the same.
    editor.type(staging, 2, "select id as order_id from {{ source('raw', 'orders') }}\n")
    broken = lambda: any(one.code == "unknown-column" for one in editor.published[orders.as_uri()].diagnostics)
    await editor.until(broken)
    impact = await editor.client.protocol.send_request_async("sluice/impact", {})
    assert impact, impact
    diagnostics = editor.published[orders.as_uri()].diagnostics
    context = types.CodeActionContext(diagnostics=diagnostics)
    actions = await editor.client.text_document_code_action_async(
        types.CodeActionParams(text_document=types.TextDocumentIdentifier(uri=orders.as_uri()), range=whole, context=context)
    )
    assert any(one.title.startswith("Allow here") for one in actions), actions
    await editor.leave()
    print("lsp: every answer is of the protocol's shape, and says what it should")


async def measure(sluice: str, root: Path, file: Path, keystrokes: int) -> None:
    editor = Editor()
    started = time.monotonic()
    await editor.start(sluice, root)
    editor.show(file)
    first = await editor.settle()
    models = first["models"] if isinstance(first, dict) else first.models
    print(f"{models} models compiled and judged after {time.monotonic() - started:.1f} s, {editor.memory()} MB")
    text = file.read_text()
    word = "\n-- a word that is typed "
    times = []
    for version in range(2, keystrokes + 2):
        text += word[version % len(word)] if version % 7 else "x, y as z"
        editor.news.clear()
        start = time.monotonic()
        editor.type(file, version, text)
        await editor.until(lambda: editor.published[file.as_uri()].version == version)
        times.append((time.monotonic() - start) * 1000)
        await asyncio.sleep(0.05)
    times.sort()
    p95 = times[int(len(times) * 0.95) - 1]
    print(f"keystrokes: median {statistics.median(times):.0f} ms, p95 {p95:.0f} ms, worst {times[-1]:.0f} ms")
    start = time.monotonic()
    await editor.settle()
    print(f"the whole repo settled {time.monotonic() - start:.1f} s after the last, {editor.memory()} MB")
    await editor.leave()


def main() -> None:
    sluice = str(Path(sys.argv[1]).resolve())
    if sys.argv[2:3] == ["--measure"]:
        root, file = Path(sys.argv[3]).resolve(), Path(sys.argv[4]).resolve()
        keystrokes = int(sys.argv[5]) if len(sys.argv) > 5 else 100
        asyncio.run(measure(sluice, root, file, keystrokes))
        return
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        for path, text in FILES.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", "-C", folder]
        for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "files"]):
            subprocess.run(git + words, check=True)
        asyncio.run(answers(sluice, root))


main()
