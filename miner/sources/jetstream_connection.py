"""One connection to a server of Jetstream: how it is asked for, and what went wrong with it."""

from __future__ import annotations

from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.frames import CloseCode
from websockets.typing import Subprotocol

from miner.settings import Settings
from miner.sources.connection import user_agent
from miner.sources.exchange import Answer, Ask, decode_json, failure_of_network
from miner.sources.hosts import host_of, is_loopback
from miner.sources.jetstream_event import POST
from miner.sources.retry import Failure, Trouble

# A record may have 1 MB; a post of 300 characters with the descriptions of its pictures has 30 kB at most.
MAX_MESSAGE_BYTES = 1024 * 1024
_ELSEWHERE = "Choose another server with `--instance`."


class _Connect(connect):
    """A connection to the server that was named. A redirect is an answer, and no other server is asked for it."""

    def process_redirect(self, exc: Exception) -> Exception:
        return exc


async def connected(base: str, settings: Settings, *, cursor_us: int, is_second: bool) -> ClientConnection:
    """An open connection.

    Certificates are checked; plain ``ws://`` comes about for this machine's own servers only, see
    :func:`miner.sources.hosts.origin`.

    Args:
        base: Origin of the server, ``https://example.org``.
        settings: ``contact`` and ``timeout_s`` are used.
        cursor_us: Where to begin, in microseconds since 1970.
        is_second: Ask in the way of the second version.

    Raises:
        WebSocketException, OSError, EOFError: Of the websocket library; :func:`failure_to_connect` understands them.
    """
    kinds = (("kinds", "commit"), ("kinds", "account"))
    names = (("collections", POST), *kinds) if is_second else (("wantedCollections", POST),)
    bounds = (("maxMessageSizeBytes", str(MAX_MESSAGE_BYTES // 2)), ("cursor", str(cursor_us)))
    params = "&".join(f"{name}={value}" for name, value in (*names, *bounds))
    return await _Connect(
        f"ws{ask_of(base, is_second=is_second).url.removeprefix('http')}?{params}",
        user_agent_header=user_agent(settings.contact),
        subprotocols=[Subprotocol("xrpc.v1.json")] if is_second else None,
        # a kilobyte cannot become a megabyte where nothing is compressed
        compression=None,
        proxy=None if is_loopback(host_of(base).rsplit(":", 1)[0].strip("[]")) else True,
        open_timeout=settings.timeout_s,
        close_timeout=1.0,
        max_size=MAX_MESSAGE_BYTES,
    )


def ask_of(base: str, *, is_second: bool) -> Ask:
    """What a connection asks for, in words for messages."""
    path = "/xrpc/network.bsky.jetstream.subscribeEvents" if is_second else "/subscribe"
    return Ask(url=f"{base}{path}", what="the stream of posts", elsewhere=_ELSEWHERE, login=_ELSEWHERE)


def answer_of(answered: InvalidStatus, ask: Ask) -> Answer:
    """What a server answered in place of opening a connection."""
    found = answered.response
    headers = {name.lower(): value for name, value in found.headers.raw_items()}
    return Answer(url=ask.url, status=found.status_code, headers=headers, body=bytes(found.body or b""))


def failure_to_connect(error: Exception, timeout_s: float) -> Failure:
    """Why there was no connection."""
    if isinstance(error, TimeoutError):
        return Failure(trouble=Trouble.TIMEOUT, detail=f"waited {timeout_s:g} s")
    if isinstance(error, InvalidHandshake):
        return Failure(trouble=Trouble.CONNECTION, detail="not the answer of a websocket")
    return failure_of_network(error, None)


def failure_of_close(closed: ConnectionClosed) -> Failure:
    """Why a connection ended."""
    if closed.sent is not None and closed.sent.code == CloseCode.MESSAGE_TOO_BIG and not closed.rcvd_then_sent:
        return Failure(trouble=Trouble.TOO_BIG, detail=f"a message of more than {MAX_MESSAGE_BYTES // 1024:,} kB")
    return Failure(trouble=Trouble.CONNECTION, detail="the connection was closed")


def decoded(message: str | bytes) -> Any:  # noqa: ANN401 - whatever JSON a server sends
    """What a message says; None for what is not JSON. Binary ones are compressed, which nobody asked for."""
    try:
        return decode_json(message.encode()) if isinstance(message, str) else None
    except (ValueError, RecursionError):
        return None
