"""A stream of made-up posts, and listening to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from jetstream_server import Event, Jetstream
from source_walk import Walked, walk

from miner.sources.base import Query
from miner.sources.bluesky_live import BlueskyLive

START = datetime(2026, 7, 1, tzinfo=UTC)
STEP = timedelta(seconds=7)
END_US = 10 * 60 * 1_000_000


def microseconds(time: datetime) -> int:
    return int(time.timestamp()) * 1_000_000


def name_of(number: int) -> str:
    return f"bluesky:at://did:plc:p{number % 9}/app.bsky.feed.post/k{number}"


def ids(numbers: range) -> list[str]:
    """Ids of posts, in the order of their names."""
    return sorted(map(name_of, numbers))


def event(number: int, operation: str = "create", *, after: int | None = None, text: str = "", **record: Any) -> Event:
    """What happens to a post.

    Args:
        number: The post.
        operation: Of the commit.
        after: Number of the post at whose time it happens; None is its own.
        text: Its text; empty for one with the hashtag of the era.
        record: Further fields of its record.
    """
    time = START + (number if after is None else after) * STEP
    commit: Event = {"operation": operation, "collection": "app.bsky.feed.post", "rkey": f"k{number}"}
    if operation != "delete":
        said = {"text": text or f"Walkman {number} #80s", "createdAt": (START + number * STEP).isoformat()}
        commit["record"] = {"$type": "app.bsky.feed.post"} | said | record
    return {"did": f"did:plc:p{number % 9}", "time_us": microseconds(time), "kind": "commit", "commit": commit}


def ended(events: list[Event]) -> list[Event]:
    """*events*, and one so late that the window is over."""
    return [*events, {"did": "did:plc:p0", "kind": "identity", "time_us": events[-1]["time_us"] + END_US}]


def stream(n: int) -> list[Event]:
    """*n* posts, every third of the era, and the end."""
    return ended([event(i, text=f"Walkman {i} #cats" if i % 3 else "") for i in range(n)])


def query(server: Jetstream, n: int, **options: Any) -> Query:
    """The era in the window of the first *n* posts."""
    window = {"since": START, "until": START + n * STEP} | options
    return Query(tags=("80s",), hosts=(server.url,), **window)


def by_http(_: httpx.Request) -> httpx.Response:
    pytest.fail("it asks by HTTP")


def listen(
    server: Jetstream,
    n: int,
    *,
    cursors: dict[str, str] | None = None,
    max_pages: int | None = None,
    page_s: float = 0.2,
    idle_s: float = 60.0,
) -> Walked:
    """Listen to the first *n* posts, with a page every *page_s* seconds."""
    source = BlueskyLive()
    source.page_s, source.idle_s = page_s, idle_s
    return walk(source, query(server, n), by_http, cursors=cursors, max_pages=max_pages)
