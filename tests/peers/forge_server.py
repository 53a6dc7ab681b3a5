"""A server that keeps comments as the APIs of GitHub, GitLab, Bitbucket and Azure do, for those who play a forge."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = 100


class Forge:
    """Comments by thread. `refuse` is a status that every request is answered with instead."""

    def __init__(self):
        self.comments, self.requests, self.refuse, self.next = [], [], None, 1
        forge = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def answer(self):
                size = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(size)) if size else None
                status, said = forge.play(self.command, self.path, self.headers, body)
                text = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PUT = do_PATCH = answer

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def play(self, method, path, headers, body):
        self.requests.append((method, path))
        if self.refuse:
            return self.refuse, {"message": "Resource not accessible by integration"}
        path, _, query = path.partition("?")
        page = int((re.search(r"\bpage=(\d+)", query) or [0, 1])[1])
        if re.fullmatch(r"/repos/o/shop/issues/7/comments", path):
            assert headers["Authorization"] == "Bearer secret"
            return self.thread(method, page, body and body["body"], lambda one: {"id": one["id"], "body": one["text"]})
        if match := re.fullmatch(r"/repos/o/shop/issues/comments/(\d+)", path):
            return self.write(method, "PATCH", int(match[1]), body["body"])
        if re.fullmatch(r"/api/v4/projects/3/merge_requests/7/notes", path):
            assert headers["Private-Token"] == "secret"
            return self.thread(method, page, body and body["body"], lambda one: {"id": one["id"], "body": one["text"]})
        if match := re.fullmatch(r"/api/v4/projects/3/merge_requests/7/notes/(\d+)", path):
            return self.write(method, "PUT", int(match[1]), body["body"])
        if re.fullmatch(r"/2.0/repositories/o/shop/pullrequests/7/comments", path):
            shape = lambda one: {"id": one["id"], "content": {"raw": one["text"]}, "deleted": False}
            status, said = self.thread(method, page, body and body["content"]["raw"], shape)
            return status, {"values": said} if method == "GET" else said
        if match := re.fullmatch(r"/2.0/repositories/o/shop/pullrequests/7/comments/(\d+)", path):
            return self.write(method, "PUT", int(match[1]), body["content"]["raw"])
        threads = "/o/p/_apis/git/repositories/shop/pullRequests/7/threads"
        if path == threads:
            shape = lambda one: {"id": one["id"], "comments": [{"id": 1, "content": one["text"]}], "isDeleted": False}
            status, said = self.thread(method, 1, body and body["comments"][0]["content"], shape, 10**6)
            return status, {"value": said} if method == "GET" else said
        if match := re.fullmatch(re.escape(threads) + r"/(\d+)/comments/1", path):
            return self.write(method, "PATCH", int(match[1]), body["content"])
        return 404, {"message": f"no such thing as {path}"}

    def thread(self, method, page, text, shape, size=PAGE):
        if method == "GET":
            return 200, [shape(one) for one in self.comments[(page - 1) * size : page * size]]
        assert method == "POST", method
        self.say(text)
        return 201, shape(self.comments[-1])

    def say(self, text):
        self.comments.append({"id": self.next, "text": text})
        self.next += 1

    def write(self, method, expected, number, text):
        assert method == expected, (method, expected)
        one = next((one for one in self.comments if one["id"] == number), None)
        if one is None:
            return 404, {"message": "Not Found"}
        one["text"] = text
        return 200, {"id": number}
