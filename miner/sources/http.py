"""The one HTTP client that all sources share: slow on purpose, honest about itself, hard to fool."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx

from miner import __version__
from miner.errors import BlockedError, RateLimited, SourceError
from miner.settings import Settings
from miner.sources.exchange import (
    MAX_BODY_BYTES,
    Answer,
    Ask,
    TryFailed,
    failure_of_network,
    failure_of_timeout,
    read_body,
)
from miner.sources.hosts import host_of, is_loopback, is_public
from miner.sources.refusals import exhausted, must_wait, refusal, still_limited
from miner.sources.retry import Failure, Trouble, has_none_left, is_transient, server_wait_s, wait_before_retry_s
from miner.sources.robots import MAX_BYTES as MAX_ROBOTS_BYTES
from miner.sources.robots import PRODUCT, Robots, read_robots

_WIRE_LOG = logging.getLogger("httpx")
MAX_REDIRECTS = 5  # as many as RFC 9309 wants to see followed for robots.txt


def user_agent(contact: str) -> str:
    """How this program introduces itself: ``nostalgia-miner/0.1.0 (+mail@example.org)``."""
    reachable = "".join(c for c in contact if c.isascii() and c.isprintable() and c not in "()").strip()
    return f"{PRODUCT}/{__version__} (+{reachable or 'no contact set'})"


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
    ) -> None:
        self._settings = settings
        self._sleep, self._clock = sleep, clock
        self._rng = rng or random.Random()  # noqa: S311 - spreads retries, guards nothing
        self._backoff_base_s = backoff_base_s
        self._max_body_bytes = max_body_bytes
        self._lanes: dict[str, _Lane] = {}
        # a proxy set in the environment must not see what is asked of this machine's own servers
        direct = None if transport else {f"all://{name}": None for name in ("localhost", "127.0.0.1", "[::1]")}
        self._client = httpx.AsyncClient(
            http2=True,
            transport=transport,
            mounts=direct,
            timeout=settings.timeout_s,
            headers={"User-Agent": user_agent(settings.contact), "Accept-Encoding": "gzip"},
        )

    async def __aenter__(self) -> Self:
        _WIRE_LOG.addFilter(_without_keys)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _WIRE_LOG.removeFilter(_without_keys)
        await self._client.aclose()

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
            await self._check_robots(ask, ask.url)
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
            now = self._clock()
            wait_s = wait_before_retry_s(
                failure, n_tries=n_tries, now=now, jitter=self._rng.random(), base_s=self._backoff_base_s
            )
            self._give_up_if_hopeless(failure, ask, n_tries=n_tries, wait_s=wait_s, waited_s=waited_s)
            waited_s += wait_s
            lane = self._lane(ask.host)
            lane.not_before = max(lane.not_before, now + wait_s)

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
        if answer.status >= 400 and is_transient(failure):
            raise TryFailed(failure)
        is_json_due = ask.expects == "json" and answer.status < 300 and not answer.is_web_page
        return answer.decoded() if is_json_due else answer

    async def _follow(self, ask: Ask) -> Answer:
        """The answer at the end of the redirects."""
        params = (*ask.params, *ask.secrets)
        url, is_trusted = httpx.URL(ask.url, params=params) if params else httpx.URL(ask.url), True
        for _ in range(MAX_REDIRECTS + 1):
            answer = await self._exchange(url, ask, is_trusted=is_trusted)
            if answer.status not in {301, 302, 303, 307, 308} or "location" not in answer.headers:
                return answer
            if ask.body is not None:
                raise SourceError(f"{ask.host} redirected {ask.what} ({ask.path}), which is sent once.", ask.elsewhere)
            target = await self._redirect_target(url, answer.headers["location"], ask)
            # a token is for the server that it was given for
            is_trusted = is_trusted and (target.scheme, target.netloc) == (url.scheme, url.netloc)
            url = target
        raise SourceError(f"{ask.host} redirected {ask.what} ({ask.path}) {MAX_REDIRECTS + 1} times.", ask.elsewhere)

    async def _redirect_target(self, url: httpx.URL, location: str, ask: Ask) -> httpx.URL:
        """Where a redirect leads, if it may be followed.

        Raises:
            SourceError: It leads into a private network, from HTTPS to HTTP, or nowhere.
        """
        try:
            target = url.join(location)
        except httpx.InvalidURL:
            target = httpx.URL("")
        is_web = target.scheme in {"http", "https"} and bool(target.host)
        is_downgrade = url.scheme == "https" and target.scheme == "http"
        if is_web and not is_downgrade and await self._may_follow(httpx.URL(ask.url).host, target.host):
            if ask.is_crawl:
                await self._check_robots(ask, str(target))
            return target
        where = "an address that is not public" if is_web and not is_downgrade else "an insecure or broken address"
        raise SourceError(f"{ask.host} redirected {ask.what} ({ask.path}) to {where}.", ask.elsewhere)

    async def _may_follow(self, asked: str, target: str) -> bool:
        if target == asked or (is_loopback(asked) and is_loopback(target)):
            return True
        return await is_public(target)

    async def _check_robots(self, ask: Ask, url: str) -> None:
        lane = self._lane(host_of(url))
        if lane.robots is None or not lane.robots.is_fresh(self._clock()):
            await self._read_robots(lane, ask, url)
        if lane.robots is None or lane.robots.allows(url):
            return
        about = f"{ask.what} ({httpx.URL(url).raw_path.decode('ascii')})"
        if lane.robots.reachable:
            raise BlockedError(f"{host_of(url)} forbids {about} to crawlers in its robots.txt.", ask.login)
        raise BlockedError(f"{host_of(url)} could not show its robots.txt, which forbids {about}.", ask.elsewhere)

    async def _read_robots(self, lane: _Lane, ask: Ask, url: str) -> None:
        place = str(httpx.URL(url).copy_with(raw_path=b"/robots.txt", fragment=None))
        robots_ask = Ask(url=place, what="robots.txt", expects="text", pause_s=ask.pause_s)
        try:
            answer = await self._retried(robots_ask)
        except RateLimited:
            raise
        except SourceError:
            lane.robots = read_robots(None, b"", now=self._clock())
            raise
        lane.robots = read_robots(answer.status, answer.body, now=self._clock())

    async def _exchange(self, url: httpx.URL, ask: Ask, *, is_trusted: bool) -> Answer:
        """One request and its whole answer, in the host's lane."""
        lane = self._lane(url.netloc.decode("ascii"))
        async with lane.lock:
            await self._wait_for_turn(lane, ask)
            started = self._clock()
            try:
                answer = await self._send(url, ask, is_trusted=is_trusted)
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

    async def _send(self, url: httpx.URL, ask: Ask, *, is_trusted: bool) -> Answer:
        headers = ask.headers(is_trusted=is_trusted)
        is_robots = ask.path == "/robots.txt"
        max_bytes = MAX_ROBOTS_BYTES if is_robots else self._max_body_bytes
        response: httpx.Response | None = None
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                method = "GET" if ask.body is None else "POST"
                async with self._client.stream(method, url, headers=headers, json=ask.body) as response:
                    body = await read_body(response, max_bytes, may_cut=is_robots)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise TryFailed(failure_of_timeout(self._settings.timeout_s, response)) from error
        except httpx.HTTPError as error:
            raise TryFailed(failure_of_network(error, response)) from error
        return Answer(
            url=str(url) if not ask.secrets else str(url.copy_with(query=None)),
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=body,
        )

    def _lane(self, host: str) -> _Lane:
        return self._lanes.setdefault(host, _Lane())
