"""A repo in; how long `sluice lsp` takes from a keystroke to the diagnostics of that text, and its memory, out.

Each FILE is opened in turn and typed into: a comment, a column, half a word, an unclosed bracket, and back. A keystroke
is answered when diagnostics of its version (or of a later one) are published for the file.

usage: keystroke.py --sluice PATH [--keys N] REPO FILE..
"""

import argparse
import json
import pathlib
import queue
import statistics
import subprocess
import threading
import time


class Editor:
    def __init__(self, sluice, repo):
        self.server = subprocess.Popen([sluice, "lsp"], cwd=repo, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.heard = queue.Queue()
        self.asked = 0
        threading.Thread(target=self.listen, daemon=True).start()
        root = pathlib.Path(repo).resolve().as_uri()
        capabilities = {"textDocument": {"publishDiagnostics": {"versionSupport": True}}}
        folders = [{"uri": root, "name": "repo"}]
        self.ask("initialize", {"processId": None, "rootUri": root, "capabilities": capabilities, "workspaceFolders": folders})
        self.tell("initialized", {})

    def listen(self):
        stream = self.server.stdout
        while True:
            length = 0
            while (line := stream.readline().strip()) or not length:
                if not line and not length:
                    return
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            self.heard.put((time.perf_counter(), json.loads(stream.read(length))))

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.server.stdin.flush()

    def tell(self, method, params):
        self.send({"method": method, "params": params})

    def ask(self, method, params):
        self.asked += 1
        self.send({"id": self.asked, "method": method, "params": params})
        return self.until(lambda message: message.get("id") == self.asked and "method" not in message)

    def until(self, wanted, patience=600):
        while True:
            at, message = self.heard.get(timeout=patience)
            if "id" in message and "method" in message:
                self.send({"id": message["id"], "result": None})
            if wanted(message):
                return at

    def answered(self, uri, version):
        def told(message):
            params = message.get("params") or {}
            is_it = message.get("method") == "textDocument/publishDiagnostics" and params.get("uri") == uri
            return is_it and (params.get("version") or 0) >= version

        return self.until(told)

    def memory(self):
        status = pathlib.Path(f"/proc/{self.server.pid}/status").read_text()
        return {line.split(":")[0]: int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith(("VmRSS", "VmHWM"))}


def typed(text, keys):
    """The texts that come of typing here and there, one key at a time."""
    half = text.rfind("\n", 0, len(text) * 2 // 3) + 1
    written = "-- a note\n  coalesce(1, 2"
    for at in range(keys):
        yield text[:half] + written[: at % (len(written) + 1)] + text[half:]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--sluice", required=True, type=lambda path: str(pathlib.Path(path).resolve()))
    options.add_argument("--keys", type=int, default=40)
    options.add_argument("repo", type=pathlib.Path)
    options.add_argument("files", nargs="+")
    options = options.parse_args()
    start = time.perf_counter()
    editor = Editor(options.sluice, options.repo)
    times = []
    for file in options.files:
        path = (options.repo / file).resolve()
        uri, text, version = path.as_uri(), path.read_text(), 1
        document = {"uri": uri, "languageId": "sql", "version": version, "text": text}
        editor.tell("textDocument/didOpen", {"textDocument": document})
        editor.answered(uri, version)
        if not times:
            print(f"first diagnostics after {time.perf_counter() - start:.1f} s")
        own = []
        for changed in typed(text, options.keys):
            version += 1
            identifier = {"uri": uri, "version": version}
            before = time.perf_counter()
            editor.tell("textDocument/didChange", {"textDocument": identifier, "contentChanges": [{"text": changed}]})
            own.append((editor.answered(uri, version) - before) * 1000)
        print(f"{file}: median {statistics.median(own):.0f} ms, worst {max(own):.0f} ms")
        times += own
        editor.tell("textDocument/didClose", {"textDocument": {"uri": uri}})
    times.sort()
    p95 = times[min(len(times) - 1, int(len(times) * 0.95))]
    print(f"{len(times)} keystrokes: median {statistics.median(times):.0f} ms, p95 {p95:.0f} ms, worst {times[-1]:.0f} ms")
    print("memory in MB:", editor.memory())
    editor.server.kill()


if __name__ == "__main__":
    main()
