"""Listening to Jetstream, the network's stream of events, over as many connections as it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from miner.errors import MalformedError, MinerError
from miner.records import Rejected
from miner.sources.bluesky_post import NAME
from miner.sources.hosts import host_of
from miner.sources.http import PoliteClient
from miner.sources.jetstream_connection import (
    answer_of,
    ask_of,
    connected,
    decoded,
    failure_of_close,
    failure_to_connect,
)
from miner.sources.jetstream_event import Event, error_of, event_of, notice_of
from miner.sources.refusals import exhausted, refusal
from miner.sources.retry import Failure, Trouble, is_transient

# Servers see one event at moments that differ by seconds, and what is under way when a connection breaks is lost.
REWIND_US = 10_000_000
# There are dozens of events a second. When the first one after a reconnection comes so much later than the place that
# was asked for, the server has thrown away what lay between (it keeps about 36 hours), which it does not say.
GAP_US = 300_000_000
AHEAD_US = 86_400_000_000
"""How far a server's clock may be ahead of ours."""
IDLE_S = 60.0
MAX_UNREADABLE = 100
GAP = "gap in the stream"


class Jetstream:
    """A place in the stream and the connection that it is read by; an asynchronous context manager.

    Events come at least once: after a break the stream is taken up a few seconds earlier, at the next of the servers.

    Args:
        bases: Origins of servers that show the same network, the one to be asked first in front.
        client: Its settings, clock and patience hold here too.
        position_us: Where to begin, in microseconds since 1970.
        idle_s: Longest time without an event before the connection is given up, in seconds.

    Attributes:
        position_us: All before has been handed out, in microseconds since 1970. Never in the future.
        silent_s: Seconds waited on the open connection since its last event; time spent elsewhere does not count.
    """

    def __init__(self, bases: Sequence[str], client: PoliteClient, *, position_us: int, idle_s: float = IDLE_S) -> None:
        self._bases, self._client, self._idle_s = list(bases), client, idle_s
        self.position_us, self.silent_s = position_us, 0.0
        self._socket: ClientConnection | None = None
        self._older_refusals: dict[str, MinerError] = {}
        self._asked_us: int | None = None
        self._connected_us = 0
        self._held: Event | None = None
        self._n_tries, self._waited_s, self._n_unreadable = 0, 0.0, 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._hang_up()

    async def next(self, *, within_s: float) -> Event | Rejected | None:
        """The next event; a gap before it, or a message that is none, as a rejection; None when nothing came.

        Args:
            within_s: How long to wait for it on an open connection, in seconds. Connecting takes its own time.

        Raises:
            BlockedError, CredentialsError: No server lets this program listen.
            RateLimited: A server asks for a longer wait than the settings allow.
            MalformedError: A server sends something else than events.
            SourceError: No connection came about, or none on which the stream went on, in the tries of the settings.
        """
        if self._held is not None:
            held, self._held = self._held, None
            return self._passed(held)
        if self._socket is None:
            await self._open()
        return None if self._socket is None else await self._hear(self._socket, within_s)

    async def _hear(self, socket: ClientConnection, within_s: float) -> Event | Rejected | None:
        began = _tick()
        try:
            async with asyncio.timeout(max(0.0, min(within_s, self._idle_s - self.silent_s))):
                message = await socket.recv()
            self.silent_s += _tick() - began
        except TimeoutError:
            self.silent_s += _tick() - began
            if self.silent_s >= self._idle_s:
                await self._lost(Failure(trouble=Trouble.TIMEOUT, detail=f"no event for {self._idle_s:g} s"))
            return None
        except ConnectionClosed as closed:
            await self._lost(failure_of_close(closed))
            return None
        return await self._read(message)

    async def _read(self, message: str | bytes) -> Event | Rejected | None:
        data = decoded(message)
        event = event_of(data)
        if event is not None and event.time_us is not None:
            return self._placed(event, event.time_us)
        if (ended := error_of(data)) is not None:
            detail = ended[:80] if ended.isidentifier() else "the stream was ended"
            await self._lost(Failure(trouble=Trouble.CONNECTION, detail=detail))
            return None
        if notice_of(data) == "OutdatedCursor" and self._asked_us is not None:
            self._asked_us = None
            return Rejected(source=NAME, reason=GAP, detail="the server does not keep what was asked for any more")
        return None if notice_of(data) else self._unreadable()

    def _placed(self, event: Event, time_us: int) -> Event | Rejected:
        """The event; or the gap before it, and then the event is next."""
        self.silent_s, self._n_unreadable = 0.0, 0
        if time_us > self._now_us() + AHEAD_US:
            # going on from there would leave out all until then
            return event
        asked_us, self._asked_us = self._asked_us, None
        # a quiet time after the connection was made is no gap
        missing_us = 0 if asked_us is None else min(time_us, self._connected_us) - asked_us
        if missing_us <= GAP_US:
            return self._passed(event)
        self._held = event
        return Rejected(source=NAME, reason=GAP, detail=f"{missing_us // 60_000_000:,} minutes are missing")

    def _passed(self, event: Event) -> Event:
        """Move on to the event's time, as far as this machine's clock has come."""
        time_us = min(event.time_us or 0, self._now_us())
        if time_us > self.position_us:
            self.position_us = time_us
            self._n_tries, self._waited_s = 0, 0.0
        return event

    def _unreadable(self) -> Rejected:
        self._n_unreadable += 1
        if self._n_unreadable > MAX_UNREADABLE:
            raise MalformedError(
                f"{host_of(self._bases[0])} sent more than {MAX_UNREADABLE} messages in a row that are no events.",
                "Choose another server with `--instance`; what came before is kept.",
            )
        return Rejected(source=NAME, reason="not an event")

    async def _open(self) -> None:
        """Try to connect to the first of the servers."""
        base, asked_us = self._bases[0], max(1, self.position_us - REWIND_US)
        is_second, settings = base in self._older_refusals, self._client.settings
        try:
            self._socket = await connected(base, settings, cursor_us=asked_us, is_second=is_second)
        except InvalidStatus as answered:
            await self._refused(answered, base)
        except (WebSocketException, OSError, EOFError) as error:
            await self._lost(failure_to_connect(error, settings.timeout_s))
        self._asked_us, self._connected_us = asked_us, self._now_us()

    async def _refused(self, answered: InvalidStatus, base: str) -> None:
        """Go on behind an answer that is no stream: later, in another way, or at another server."""
        ask = ask_of(base, is_second=base in self._older_refusals)
        answer = answer_of(answered, ask)
        failure = Failure(trouble=Trouble.STATUS, status=answer.status, headers=answer.headers)
        if is_transient(failure):
            await self._lost(failure)
        elif answer.status in {400, 404} and base not in self._older_refusals:
            # servers that know only the second version, whose parameters have other names
            self._older_refusals[base] = refusal(answer, ask)
        else:
            self._leave(self._older_refusals[base] if answer.status == 404 else refusal(answer, ask))

    def _leave(self, error: MinerError) -> None:
        """Turn away from the first server for good; when it is the last one, that is an error."""
        if len(self._bases) == 1:
            raise error
        self._bases.pop(0)

    async def _lost(self, failure: Failure) -> None:
        """Wait before the next try, which goes to the next server."""
        await self._hang_up()
        base, *others = self._bases
        ask = ask_of(base, is_second=base in self._older_refusals)
        self._n_tries += 1
        if is_transient(failure):
            self._waited_s += await self._client.wait_to_retry(
                failure, ask, n_tries=self._n_tries, waited_s=self._waited_s
            )
            self._bases = [*others, base]
        else:
            self._leave(exhausted(failure, ask, n_tries=self._n_tries))

    async def _hang_up(self) -> None:
        socket, self._socket, self.silent_s = self._socket, None, 0.0
        if socket is not None:
            await socket.close()

    def _now_us(self) -> int:
        return int(self._client.now() * 1_000_000)


def _tick() -> float:
    return asyncio.get_running_loop().time()
