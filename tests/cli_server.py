"""A server with the Mastodon API on loopback, for commands that run as processes of their own."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PAGE = 40


class Server(ThreadingHTTPServer):
    """Gives *n_posts* posts under any hashtag, newest first, forty a page.

    Attributes:
        delay_s: How long each page takes.
        refuses: Status to answer timelines with in place of posts; None for posts.
        asked: Paths asked for, in order.
    """

    daemon_threads = True

    def __init__(self, n_posts: int, *, delay_s: float = 0.0, refuses: int | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.n_posts, self.delay_s, self.refuses = n_posts, delay_s, refuses
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, object]:
        self.asked.append(path)
        if path == "/api/v2/instance":
            return 200, {"domain": "example.social", "configuration": {}}
        if not path.startswith("/api/v1/timelines/tag/"):
            return 404, {"error": "Record not found"}
        if self.refuses is not None:
            return self.refuses, {"error": "This method requires an authenticated user"}
        time.sleep(self.delay_s)
        newest = int(query["max_id"][0]) if "max_id" in query else self.n_posts + 1
        numbers = [] if "min_id" in query else range(newest - 1, max(0, newest - 1 - PAGE), -1)
        return 200, [self.status(i) for i in numbers]

    def status(self, i: int) -> dict[str, object]:
        return {
            "id": str(i),
            "uri": f"https://example.social/statuses/{i}",
            "created_at": "2024-05-06T07:08:09.000Z",
            "visibility": "public",
            "content": f"<p>Cube {i}</p>",
            "tags": [{"name": "cubeyears"}],
            "account": {"acct": f"person{i}"},
        }


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        status, body = self.server.answer(parts.path, parse_qs(parts.query))
        data = json.dumps(body).encode()
        with contextlib.suppress(ConnectionError):  # the program was killed meanwhile
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: stderr belongs to the tests."""


@contextlib.contextmanager
def serving(server: Server) -> Iterator[Server]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
