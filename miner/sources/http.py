"""The one HTTP client that all sources share: slow on purpose, honest about itself, hard to fool."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx

from miner.errors import BlockedError, RateLimited, SourceError
from miner.settings import Settings
from miner.sources.connection import headers_of, new_client, request_for
from miner.sources.exchange import (
    MAX_BODY_BYTES,
    Answer,
    Ask,
    TryFailed,
    failure_of_network,
    failure_of_timeout,
    read_body,
)
from miner.sources.hosts import Resolve, addresses_of, host_of, is_loopback
from miner.sources.redirects import MAX_REDIRECTS, STATUSES, follow
from miner.sources.refusals import exhausted, must_wait, refusal, still_limited
from miner.sources.retry import Failure, Trouble, has_none_left, is_transient, server_wait_s, wait_before_retry_s
from miner.sources.robots import MAX_BYTES as MAX_ROBOTS_BYTES
from miner.sources.robots import Robots, read_robots

_WIRE_LOG = logging.getLogger("httpx")


def _without_keys(record: logging.LogRecord) -> bool:
    """Cut the parameters off the addresses that httpx logs: some platforms take their key there."""
    if isinstance(record.args, tuple):
        record.args = tuple(a.copy_with(query=None) if isinstance(a, httpx.URL) else a for a in record.args)
    return True


@dataclass(slots=True)
class _Lane:
    """The one queue in front of a host."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    not_before: float = 0.0
    robots: Robots | None = None


class PoliteClient:
    """Asks servers for things, one request at a time per host, with a pause after each.

    What it keeps to: robots.txt (RFC 9309) for requests without the user's token; ``Retry-After`` and rate-limit
    headers before its own backoff; ``settings.max_tries`` tries and ``settings.max_wait_s`` of waiting a request;
    ``settings.timeout_s`` from a request to the last byte of its answer; redirects only to public addresses or the same
    host. Pauses are not kept on this machine's own servers, which are there for tests.

    Args:
        settings: ``contact``, ``timeout_s``, ``max_wait_s`` and ``max_tries`` are used.
        transport: Where requests go; None is the network.
        sleep: Waits that many seconds.
        clock: Seconds since 1970.
        rng: Gives the jitter of the backoff; nothing that is stored depends on it.
        backoff_base_s: Backoff after a first failed try, in seconds, when the server does not say.
        max_body_bytes: Longest body that is read, decompressed.
        resolve: Gives the addresses of a host that a redirect names.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.time,
        rng: random.Random | None = None,
        backoff_base_s: float = 1.0,
        max_body_bytes: int = MAX_BODY_BYTES,
        resolve: Resolve = addresses_of,
    ) -> None:
        self._settings = settings
        self._sleep, self._clock = sleep, clock
        self._rng = rng or random.Random()  # noqa: S311 - spreads retries, guards nothing
        self._backoff_base_s = backoff_base_s
        self._max_body_bytes = max_body_bytes
        self._lanes: dict[str, _Lane] = {}
        self._transport, self._resolve = transport, resolve
        self._client = new_client(settings, transport)

    async def __aenter__(self) -> Self:
        _WIRE_LOG.addFilter(_without_keys)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _WIRE_LOG.removeFilter(_without_keys)
        await self._client.aclose()

    @property
    def settings(self) -> Settings:
        """What it was made with."""
        return self._settings

    def now(self) -> float:
        """The time by its clock, in seconds since 1970."""
        return self._clock()

    async def get_json(self, ask: Ask) -> Any:  # noqa: ANN401 - whatever JSON a server sends
        """The decoded JSON of an answer. Raises what :meth:`get` raises."""
        return (await self.get(ask)).data

    async def get(self, ask: Ask) -> Answer:
        """The answer to *ask*, with a status of 200-299, or one that *ask* accepts; where JSON is expected, it is JSON.

        Raises:
            CredentialsError: The server asks for a login, or does not accept the one it got.
            BlockedError: The server or its robots.txt does not want this program. Never tried again.
            RateLimited: It asks for a longer wait than the settings allow, or goes on answering 429.
            MalformedError: A body that is too long, too slow, cut short or not JSON.
            SourceError: Any other failure, after the tries that the settings allow.
        """
        if ask.is_crawl:
            await self._check_robots(ask, ask.url, ask.address)
        answer = await self._retried(ask)
        if answer.status in ask.accepts:
            return answer
        if answer.status >= 300 or (ask.expects == "json" and answer.is_web_page):
            raise refusal(answer, ask)
        return answer

    async def _retried(self, ask: Ask) -> Answer:
        """The first answer that will not be another one a little later."""
        waited_s, n_tries = 0.0, 0
        while True:
            n_tries += 1
            try:
                return await self._try(ask)
            except TryFailed as failed:
                failure = failed.failure
            wait_s = self._wait_before_retry_s(failure, ask, n_tries=n_tries, waited_s=waited_s)
            waited_s += wait_s
            lane = self._lane(ask.host)
            lane.not_before = max(lane.not_before, self._clock() + wait_s)

    async def wait_to_retry(self, failure: Failure, ask: Ask, *, n_tries: int, waited_s: float) -> float:
        """Wait as long as is fit before *ask* is tried again by somebody who keeps a connection of another kind.

        Args:
            failure: What came of the last try.
            ask: What was asked for.
            n_tries: Tries made so far; at least 1.
            waited_s: Seconds waited between them so far.

        Returns:
            Seconds waited.

        Raises:
            RateLimited, MalformedError, SourceError: Another try is not worth it, as in :meth:`get`.
        """
        wait_s = self._wait_before_retry_s(failure, ask, n_tries=n_tries, waited_s=waited_s)
        await self._sleep(wait_s)
        return wait_s

    def _wait_before_retry_s(self, failure: Failure, ask: Ask, *, n_tries: int, waited_s: float) -> float:
        now, jitter = self._clock(), self._rng.random()
        wait_s = wait_before_retry_s(failure, n_tries=n_tries, now=now, jitter=jitter, base_s=self._backoff_base_s)
        self._give_up_if_hopeless(failure, ask, n_tries=n_tries, wait_s=wait_s, waited_s=waited_s)
        return wait_s

    def _give_up_if_hopeless(self, failure: Failure, ask: Ask, *, n_tries: int, wait_s: float, waited_s: float) -> None:
        """Raise, when another try is not worth it: wrong by nature, tried often enough, or too long a wait."""
        now, limit_s = self._clock(), self._settings.max_wait_s
        if not is_transient(failure):
            raise exhausted(failure, ask, n_tries=n_tries)
        asked = server_wait_s(failure.headers, now=now, limited=failure.status == 429)
        if asked is not None and asked > limit_s:
            raise must_wait(ask, wait_s=asked, max_wait_s=limit_s, now=now)
        if n_tries >= self._settings.max_tries or waited_s + wait_s > limit_s:
            if failure.status == 429:
                raise still_limited(ask, n_tries=n_tries, wait_s=wait_s, now=now)
            raise exhausted(failure, ask, n_tries=n_tries)

    async def _try(self, ask: Ask) -> Answer:
        answer = await self._follow(ask)
        failure = Failure(trouble=Trouble.STATUS, status=answer.status, headers=answer.headers)
        if answer.status >= 400 and answer.status not in ask.accepts and is_transient(failure):
            raise TryFailed(failure)
        is_json_due = ask.expects == "json" and answer.status < 300 and not answer.is_web_page
        return answer.decoded() if is_json_due else answer

    async def _follow(self, ask: Ask) -> Answer:
        """The answer at the end of the redirects."""
        params = (*ask.params, *ask.secrets)
        url, is_trusted = httpx.URL(ask.url, params=params) if params else httpx.URL(ask.url), True
        address = ask.address
        for _ in range(MAX_REDIRECTS + 1):
            answer = await self._exchange(url, ask, address, is_trusted=is_trusted)
            if answer.status not in STATUSES or "location" not in answer.headers:
                return answer
            if ask.body is not None:
                raise SourceError(f"{ask.host} redirected {ask.what} ({ask.path}), which is sent once.", ask.elsewhere)
            target, address = await follow(url, answer.headers["location"], ask, self._resolve)
            if ask.is_crawl:
                await self._check_robots(ask, str(target), address)
            # a token is for the server that it was given for
            is_trusted = is_trusted and (target.scheme, target.netloc) == (url.scheme, url.netloc)
            url = target
        raise SourceError(f"{ask.host} redirected {ask.what} ({ask.path}) {MAX_REDIRECTS + 1} times.", ask.elsewhere)

    async def _check_robots(self, ask: Ask, url: str, address: str | None) -> None:
        lane = self._lane(host_of(url))
        if lane.robots is None or not lane.robots.is_fresh(self._clock()):
            await self._read_robots(lane, ask, url, address)
        if lane.robots is None or lane.robots.allows(url):
            return
        about = f"{ask.what} ({httpx.URL(url).raw_path.decode('ascii')})"
        if lane.robots.reachable:
            raise BlockedError(f"{host_of(url)} forbids {about} to crawlers in its robots.txt.", ask.login)
        raise BlockedError(f"{host_of(url)} could not show its robots.txt, which forbids {about}.", ask.elsewhere)

    async def _read_robots(self, lane: _Lane, ask: Ask, url: str, address: str | None) -> None:
        place = str(httpx.URL(url).copy_with(raw_path=b"/robots.txt", fragment=None))
        robots_ask = Ask(url=place, what="robots.txt", expects="text", pause_s=ask.pause_s, address=address)
        try:
            answer = await self._retried(robots_ask)
        except RateLimited:
            raise
        except SourceError:
            lane.robots = read_robots(None, b"", now=self._clock())
            raise
        lane.robots = read_robots(answer.status, answer.body, now=self._clock())

    async def _exchange(self, url: httpx.URL, ask: Ask, address: str | None, *, is_trusted: bool) -> Answer:
        """One request and its whole answer, in the host's lane."""
        lane = self._lane(url.netloc.decode("ascii"))
        async with lane.lock:
            await self._wait_for_turn(lane, ask)
            started = self._clock()
            try:
                answer = await self._send(url, ask, address, is_trusted=is_trusted)
            finally:
                lane.not_before = started + self._pause_s(url.host, lane, ask)
            if has_none_left(answer.headers):
                reset_s = server_wait_s(answer.headers, now=self._clock()) or 0.0
                lane.not_before = max(lane.not_before, self._clock() + reset_s)
            return answer

    async def _wait_for_turn(self, lane: _Lane, ask: Ask) -> None:
        now = self._clock()
        wait_s = lane.not_before - now
        if wait_s > self._settings.max_wait_s:
            raise must_wait(ask, wait_s=wait_s, max_wait_s=self._settings.max_wait_s, now=now)
        if wait_s > 0:
            await self._sleep(wait_s)

    def _pause_s(self, host: str, lane: _Lane, ask: Ask) -> float:
        if is_loopback(host):
            return 0.0
        crawl_delay_s = lane.robots.delay_s() if lane.robots is not None and ask.token is None else 0.0
        return max(ask.pause_s, crawl_delay_s)

    async def _send(self, url: httpx.URL, ask: Ask, address: str | None, *, is_trusted: bool) -> Answer:
        is_robots = ask.path == "/robots.txt"
        max_bytes = MAX_ROBOTS_BYTES if is_robots else self._max_body_bytes
        response: httpx.Response | None = None
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                async with self._reaching(address) as client:
                    request = request_for(client, url, ask, address=address, is_trusted=is_trusted)
                    async with aclosing(await client.send(request, stream=True)) as response:
                        body = await read_body(response, max_bytes, may_cut=is_robots)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise TryFailed(failure_of_timeout(self._settings.timeout_s, response)) from error
        except httpx.HTTPError as error:
            raise TryFailed(failure_of_network(error, response)) from error
        return Answer(
            url=str(url) if not ask.secrets else str(url.copy_with(query=None)),
            status=response.status_code,
            headers=headers_of(response),
            body=body,
        )

    @asynccontextmanager
    async def _reaching(self, address: str | None) -> AsyncGenerator[httpx.AsyncClient]:
        """A client for that address, None for any. One address may be two servers, whose connections must not mix."""
        if address is None or self._transport is not None:
            yield self._client
            return
        async with new_client(self._settings) as client:
            yield client

    def _lane(self, host: str) -> _Lane:
        return self._lanes.setdefault(host, _Lane())
