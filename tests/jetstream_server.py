"""A Jetstream on loopback, in its first or its second version: replays events, and misbehaves where it is told to."""

from __future__ import annotations

import asyncio
import contextlib
import http
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.http11 import Request, Response

FIRST, SECOND = "/subscribe", "/xrpc/network.bsky.jetstream.subscribeEvents"
Event = dict[str, Any]
Speaks = Callable[[ServerConnection], Any]


@dataclass(kw_only=True)
class Jetstream:
    """What the server does.

    Attributes:
        events: In the first version's format, in the order of their times.
        versions: Paths that it knows.
        keeps_us: The oldest time that it keeps; an older cursor is moved there, without a word in the first version.
        cuts: After how many events each connection is cut, in turn; connections behind the last are not cut.
        cut: How: the wire breaks between two events or within one, or the server says goodbye.
        refuses: Answers to opening handshakes, in turn: status, headers and body; None lets it open.
        speaks: What is sent in place of events.
        delay_s: How long each event takes.
        asked: Path and parameters of each connection, and its headers.
    """

    events: Sequence[Event] = ()
    versions: frozenset[str] = frozenset({FIRST})
    keeps_us: int = 0
    cuts: list[int] = field(default_factory=list)
    cut: Literal["between", "within", "goodbye"] = "between"
    refuses: list[tuple[int, dict[str, str], str] | None] = field(default_factory=list)
    speaks: Speaks | None = None
    delay_s: float = 0.0
    asked: list[tuple[str, dict[str, list[str]], dict[str, str]]] = field(default_factory=list)
    url: str = ""

    @property
    def cursors(self) -> list[int]:
        """The cursors that were asked for, in order."""
        return [int(params["cursor"][0]) for _, params, _ in self.asked]

    def answer(self, connection: ServerConnection, request: Request) -> Response | None:
        parts = urlsplit(request.path)
        self.asked.append((parts.path, parse_qs(parts.query), dict(request.headers.raw_items())))
        refusal = self.refuses.pop(0) if self.refuses else None
        if refusal is None and parts.path in self.versions:
            return None
        status, headers, body = refusal or (404, {}, "404 page not found")
        response = connection.respond(http.HTTPStatus(status), body)
        for name, value in headers.items():
            if name in response.headers:
                del response.headers[name]
            response.headers[name] = value
        return response

    async def talk(self, connection: ServerConnection) -> None:
        # a client that hangs up, or is killed, is no error here
        with contextlib.suppress(ConnectionClosed):
            await (self.speaks(connection) if self.speaks is not None else self.replay(connection))

    async def replay(self, connection: ServerConnection) -> None:
        path, params, _ = self.asked[-1]
        cursor, n_left = int(params["cursor"][0]), self.cuts.pop(0) if self.cuts else None
        if path == SECOND and cursor < self.keeps_us:
            info = {"$type": f"{SECOND[6:]}#info", "name": "OutdatedCursor", "message": "resumed from 12"}
            await connection.send(json.dumps({"$type": "message", "payload": info}))
        for event in self.events:
            if event["time_us"] < max(cursor, self.keeps_us):
                continue
            if n_left == 0:
                await self.break_off(connection)
                return
            n_left = None if n_left is None else n_left - 1
            await connection.send(json.dumps(event if path == FIRST else as_second(event)))
            await asyncio.sleep(self.delay_s)
        await connection.wait_closed()

    async def break_off(self, connection: ServerConnection) -> None:
        if self.cut == "goodbye":
            await connection.close(CloseCode.SERVICE_RESTART)
            return
        if self.cut == "within":
            # a frame of text that says it has 4,096 bytes, and has seven
            connection.transport.write(b'\x81\x7e\x10\x00{"did":')
            await asyncio.sleep(0)
        connection.transport.abort()


def as_second(event: Event) -> Event:
    """An event of the first version in the second one's format."""
    seconds, micros = divmod(event["time_us"], 1_000_000)
    time = f"{_iso(seconds)}.{micros:06}Z"
    own = event.get("commit") or {name: event[name] for name in ("account", "identity") if name in event}
    payload = {"$type": f"{SECOND[6:]}#{event['kind']}", "seq": 1, "did": event["did"], "time": time}
    return {"$type": "message", "payload": payload | own}


def _iso(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, tz=UTC):%Y-%m-%dT%H:%M:%S}"


@contextlib.contextmanager
def serving(server: Jetstream) -> Iterator[Jetstream]:
    """The server, running in a thread of its own; ``url`` is where."""
    started, loop = threading.Event(), asyncio.new_event_loop()
    stop: asyncio.Future[None] = loop.create_future()

    async def run() -> None:
        async with serve(server.talk, "127.0.0.1", 0, process_request=server.answer, close_timeout=0.1) as running:
            server.url = f"ws://127.0.0.1:{next(iter(running.sockets)).getsockname()[1]}"
            started.set()
            await stop

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),), daemon=True)
    thread.start()
    try:
        assert started.wait(10)
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set_result, None)
        thread.join(10)
        loop.close()
