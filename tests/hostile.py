"""A server on loopback that sends a first page of posts and then does its worst, byte by byte."""

from __future__ import annotations

import asyncio
import contextlib
import json
import resource
import socket
import socketserver
import ssl
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from miner.corpus import Corpus
from miner.settings import Settings
from miner.sources import Query, get_source
from miner.sources.http import PoliteClient
from miner.study.scrape import ScrapeResult, scrape_async

MB = 1024 * 1024
N_FIRST = 40
TIMEOUT_S, SHORT_S = 10.0, 0.7
Trick = Callable[[socket.socket], None]


def page(body: object, *, status: str = "200 OK", kind: str = "application/json", headers: str = "") -> bytes:
    """A well-formed answer; *headers* are further lines, each with its end."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(data)}", "Connection: close"]
    return ("\r\n".join([*lines, headers]) + "\r\n").encode() + data


def head(*lines: str, status: str = "200 OK") -> bytes:
    """The beginning of an answer up to its body."""
    return "\r\n".join([f"HTTP/1.1 {status}", "Content-Type: application/json", *lines, "", ""]).encode()


def sends(*parts: bytes) -> Trick:
    """Send these bytes and close."""

    def send(wire: socket.socket) -> None:
        for part in parts:
            wire.sendall(part)

    return send


def endlessly(start: bytes, again: bytes, *, pause_s: float = 0.0) -> Trick:
    """Send *start*, then *again* until the client leaves."""

    def send(wire: socket.socket) -> None:
        wire.sendall(start)
        while True:
            wire.sendall(again)
            time.sleep(pause_s)

    return send


def resets_after(start: bytes) -> Trick:
    """Send *start* and break the connection off."""

    def send(wire: socket.socket) -> None:
        wire.sendall(start)
        time.sleep(0.05)
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return send


def bomb(wbits: int) -> tuple[bytes, bytes]:
    """Compressed zeros without end: the beginning, and a kilobyte to repeat that stands for each further megabyte."""
    packer = zlib.compressobj(9, wbits=wbits)
    start = packer.compress(b" " * MB) + packer.flush(zlib.Z_FULL_FLUSH)
    return start, packer.compress(b" " * MB) + packer.flush(zlib.Z_FULL_FLUSH)


class HostileServer(socketserver.ThreadingTCPServer):
    """Speaks a little of Mastodon's API and of Hacker News's search: one good page each, then *trick*.

    Args:
        trick: Answers whoever asks for the second page.
        robots: Answers whoever asks for robots.txt.
        first: Further header lines of the first page.
        tls: Context to serve TLS with; None serves plain HTTP.

    Attributes:
        asked: Method, path and headers of each request, in order.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(
        self,
        trick: Trick,
        *,
        robots: Trick | None = None,
        first: str = "",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.trick, self.first, self.tls = trick, first, tls
        self.robots = robots or sends(page(b"", status="404 Not Found", kind="text/plain"))
        self.asked: list[tuple[str, dict[str, str]]] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer_to(self, target: str) -> Trick:
        parts = urlsplit(target)
        query = parse_qs(parts.query)
        if parts.path == "/robots.txt":
            return self.robots
        if parts.path == "/api/v2/instance":
            return sends(page({"domain": "example.social"}))
        if parts.path.startswith("/api/v1/timelines/tag/") and "min_id" in query:
            return sends(page([]))
        if parts.path.startswith("/api/v1/timelines/tag/") and "max_id" not in query:
            return sends(page([status(i) for i in range(1000, 1000 - N_FIRST, -1)], headers=self.first))
        if parts.path == "/api/v1/search_by_date" and "numericFilters" not in query:
            return sends(page({"hits": [hit(i) for i in range(1000, 1000 - N_FIRST, -1)]}, headers=self.first))
        return self.trick

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: clients that leave are what these tests are about."""


class _Handler(socketserver.BaseRequestHandler):
    server: HostileServer

    def handle(self) -> None:
        wire: socket.socket = self.request
        wire.settimeout(20)
        if self.server.tls is None:
            self.talk(wire)
            return
        with self.server.tls.wrap_socket(wire, server_side=True, do_handshake_on_connect=False) as secured:
            secured.do_handshake()
            self.talk(secured)
            secured.unwrap()

    def talk(self, wire: socket.socket) -> None:
        lines = _read_head(wire)
        target = lines[0].split(" ")[1]
        named = (line.partition(":") for line in lines[1:])
        self.server.asked.append((target, {name.lower(): value.strip() for name, _, value in named}))
        self.server.answer_to(target)(wire)


def _read_head(wire: socket.socket) -> list[str]:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = wire.recv(65536)
        if not chunk:
            raise ConnectionError("the client left")
        received += chunk
    return received.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")


def status(i: int, **fields: Any) -> dict[str, Any]:
    """A status of the Mastodon API."""
    return {
        "id": str(i),
        "uri": f"https://example.social/statuses/{i}",
        "created_at": "2024-05-06T07:08:09.000Z",
        "visibility": "public",
        "content": f"<p>Cube {i}</p>",
        "tags": [{"name": "cubeyears"}],
        "account": {"acct": f"person{i}"},
    } | fields


def hit(i: int, **fields: Any) -> dict[str, Any]:
    """A hit of Hacker News's search."""
    seconds = 1_700_000_000 + i
    return {"objectID": str(i), "created_at_i": seconds, "author": "ann", "comment_text": f"Cube {i}"} | fields


@contextlib.contextmanager
def serving(server: HostileServer) -> Iterator[HostileServer]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Routed(httpx.AsyncHTTPTransport):
    """The network, with names of the public internet that lead to servers on loopback.

    Args:
        ports: Name to port. A name that is not there has no server.

    Attributes:
        reached: Address connected to, and name asked for, of each request.
    """

    def __init__(self, ports: dict[str, int]) -> None:
        super().__init__()
        self._ports = ports
        self.reached: list[tuple[str, str]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        name = request.headers["Host"]
        self.reached.append((request.url.host, name))
        if name not in self._ports:
            raise httpx.ConnectError(f"nobody is at {name}")
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._ports[name])
        return await super().handle_async_request(request)


class Growth:
    """How much memory something took at its highest: ``with Growth() as growth: …; growth.bytes``."""

    _STATUS = Path("/proc/self/status")

    def __enter__(self) -> Growth:
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak is now what is held now
        self._before, self.bytes = self._peak(), 0
        return self

    def __exit__(self, *_: object) -> None:
        self.bytes = self._peak() - self._before

    def _peak(self) -> int:
        if not self._STATUS.exists():
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        line = next(line for line in self._STATUS.read_text("ascii").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024


def scrape_all(
    corpus: Corpus,
    source: str,
    base: str,
    *,
    query: Query | None = None,
    timeout_s: float = TIMEOUT_S,
    **client_options: object,
) -> ScrapeResult:
    """One run of one source into *corpus*, which waits for answers but keeps no pause."""
    settings = Settings(timeout_s=timeout_s, max_tries=1, max_wait_s=20.0)

    async def no_pause(_: float) -> None:
        return

    async def run() -> ScrapeResult:
        async with PoliteClient(settings, sleep=no_pause, **client_options) as client:  # type: ignore[arg-type]
            asked = query or Query(tags=("cubeyears",), phrases=("cube years",), hosts=(base,))
            return await scrape_async(corpus, [get_source(source)], asked, settings, client=client)

    return asyncio.run(run())
