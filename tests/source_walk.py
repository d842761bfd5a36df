"""Walking a source against a made-up server: whole, interrupted after every page, and again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx

from miner.records import Post, Rejected
from miner.settings import Settings
from miner.sources.base import Page, Query, Source
from miner.sources.http import PoliteClient

Handler = Callable[[httpx.Request], httpx.Response]
NOW = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass
class Walked:
    """What a walk gave.

    Attributes:
        pages: Its pages, over all streams.
        asked: Its requests, robots.txt left out.
        cursors: The last cursor of each stream.
    """

    pages: list[Page] = field(default_factory=list)
    asked: list[httpx.Request] = field(default_factory=list)
    cursors: dict[str, str] = field(default_factory=dict)

    @property
    def posts(self) -> list[Post]:
        return [post for page in self.pages for post in page.posts]

    @property
    def rejected(self) -> list[Rejected]:
        return [item for page in self.pages for item in page.rejected]

    @property
    def ids(self) -> list[str]:
        """Ids of the posts, in the order in which they came; one that came twice stands twice."""
        return [post.id for post in self.posts]


def walk(
    source: Source,
    query: Query,
    handler: Handler,
    *,
    cursors: dict[str, str] | None = None,
    max_pages: int | None = None,
    robots: str | None = None,
    streams: Sequence[str] | None = None,
) -> Walked:
    """Walk all streams of *query* from *cursors*, against *handler* in place of the network.

    Args:
        source: What to walk.
        query: What to ask it for.
        handler: Answers every request but that for robots.txt.
        cursors: Of an earlier walk.
        max_pages: Stop after so many pages, as an interruption would.
        robots: What robots.txt says; None when there is none.
        streams: Those to walk; None walks all.
    """
    return asyncio.run(_walk(source, query, handler, dict(cursors or {}), max_pages, robots, streams))


def walk_with_interruptions(source: Source, query: Query, handler: Handler) -> Walked:
    """The same, broken off after every single page and begun anew from its cursor until nothing is left to do."""
    whole = Walked()
    for stream in source.streams(query):
        for _ in range(10_000):
            part = walk(source, query, handler, cursors=whole.cursors, max_pages=1, streams=[stream])
            whole.pages += part.pages
            whole.asked += part.asked
            whole.cursors |= part.cursors
            if part.pages[-1].is_last:
                break
        else:
            raise AssertionError("the walk does not come to an end")
    return whole


async def _walk(
    source: Source,
    query: Query,
    handler: Handler,
    cursors: dict[str, str],
    max_pages: int | None,
    robots: str | None,
    streams: Sequence[str] | None,
) -> Walked:
    walked = Walked(cursors=cursors)

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/robots.txt":
            return httpx.Response(404) if robots is None else httpx.Response(200, text=robots)
        walked.asked.append(request)
        return handler(request)

    async def no_sleep(_: float) -> None:
        return

    client = PoliteClient(
        Settings(contact="tests@example.org", max_tries=2),
        transport=httpx.MockTransport(answer),
        sleep=no_sleep,
        rng=random.Random(1),  # noqa: S311 - jitter
    )
    async with client:
        for stream in source.streams(query) if streams is None else streams:
            pages = source.pages(stream, query, client, walked.cursors.get(stream))
            async with aclosing(pages):
                async for page in pages:
                    walked.pages.append(page)
                    walked.cursors[page.stream] = page.cursor
                    if len(walked.pages) == max_pages:
                        return walked
    return walked
