"""Bluesky as it is written: all new posts of the network through Jetstream, of which those with a hashtag are kept."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from miner.errors import MinerError, UnknownName
from miner.records import Post, Rejected
from miner.sources.base import Page, PlanLine, Query, SourceInfo
from miner.sources.bluesky_heard import Heard
from miner.sources.bluesky_post import FIRST_POSTS, post_of
from miner.sources.fields import fold_tag
from miner.sources.hosts import host_of, origin
from miner.sources.http import PoliteClient
from miner.sources.jetstream import IDLE_S, Jetstream

NAME = "bluesky-live"
# They show the same network, so one is listened to and the others stand in for it.
HOSTS = tuple(f"jetstream{n}.us-{coast}.bsky.network" for coast in ("east", "west") for n in (1, 2))
PAGE_S = 30.0
GRACE = timedelta(minutes=1)
"""How long after the end of a window posts of before may still arrive."""

_DAY_US = 86_400_000_000


class _Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a stream stands, stored as JSON.

    Attributes:
        time_us: All before was read, in microseconds since 1970.
        begun_us: From there on, without a break but for gaps that were counted.
    """

    time_us: int
    begun_us: int


class BlueskyLive:
    """New posts with a hashtag of the era, from where the last run stopped, until somebody stops it.

    It comes to an end at the limit, when the stream has passed the end of the window, and when it is interrupted.
    Without *since*, a first run begins now; a *since* of the last day and a half brings what the server still keeps.
    Posts without such a hashtag are not counted: nearly all are, and they were not asked for. What has one and is no
    use is rejected as everywhere, and so is a gap in the stream, once.

    Attributes:
        page_s: Longest time between two pages, in seconds: an empty one moves the cursor on.
        idle_s: Longest time without an event before a connection is given up, in seconds.
    """

    info: SourceInfo = SourceInfo(
        name=NAME,
        title="Bluesky (live)",
        post_is="a public post or reply, as it is written",
        needs="",
        limits=(
            "runs until Ctrl-C, --limit or --until; servers keep about 36 hours for --since and for later runs; about "
            "100 MB an hour; shows no labels of accounts, so wishes not to be indexed cannot be seen"
        ),
        terms_url="https://bsky.social/about/support/tos",
        terms_read=date(2026, 11, 1),
        min_posts=0,
        takes=frozenset({"instance"}),
    )
    page_s: float = PAGE_S
    idle_s: float = IDLE_S

    def plan(self, query: Query) -> Sequence[PlanLine]:
        """One line: a connection that stays open."""
        first, *others = _bases(query)
        tags = _tags(query)
        more = f" and {len(tags) - 1} more hashtags" if len(tags) > 1 else ""
        spare = f"; {', '.join(map(host_of, others))} stand in for it" if others else ""
        what = f"new posts as they are written, kept if tagged #{tags[0]}{more}{spare}" if tags else "no hashtags"
        return [PlanLine(host=host_of(first), what=what, n_requests=1, seconds_per_request=0.0)]

    def streams(self, query: Query) -> Sequence[str]:
        """One: it is named by the first server and by the hashtags that are kept."""
        tags = sorted(set(map(fold_tag, _tags(query))))
        if not tags:
            return []
        digest = hashlib.blake2b("\n".join(tags).encode(), digest_size=4).hexdigest()
        subject = _tags(query)[0] if len(tags) == 1 else f"{_tags(query)[0]}+{len(tags) - 1}-{digest}"
        return [f"{NAME}/{host_of(_bases(query)[0])}/{subject}"]

    async def pages(
        self, stream: str, query: Query, client: PoliteClient, cursor: str | None
    ) -> AsyncGenerator[Page, None]:
        """Listen from *cursor* on.

        Raises:
            UnknownName: *stream* is none of :meth:`streams`.
            SourceError: And its kin, see :meth:`Jetstream.next`. What was heard before is given first.
        """
        if stream not in self.streams(query):
            raise UnknownName("stream", stream, self.streams(query))
        place = _read_place(cursor, query, now_us=int(client.now() * 1_000_000))
        end_us = None if query.until is None else _microseconds(query.until + GRACE)
        heard = Heard(stream, query, _tags(query))
        async with Jetstream(_bases(query), client, position_us=place.time_us, idle_s=self.idle_s) as jetstream:
            while not self._is_over(jetstream, end_us, now_us=int(client.now() * 1_000_000)):
                try:
                    event = await jetstream.next(within_s=min(self.idle_s / 4, heard.due_in_s(self.page_s)))
                except MinerError:
                    yield heard.page(_text(place, jetstream.position_us))
                    raise
                if event is not None:
                    heard.add(event)
                if heard.due_in_s(self.page_s) <= 0:
                    yield heard.page(_text(place, jetstream.position_us))
            yield heard.page(_text(place, jetstream.position_us), is_last=True)

    def _is_over(self, jetstream: Jetstream, end_us: int | None, *, now_us: int) -> bool:
        """Whether the stream has passed the end. A small network may be silent for hours: then the clock decides."""
        if end_us is None:
            return False
        is_silent = now_us >= end_us and jetstream.silent_s > self.idle_s / 2
        return is_silent or jetstream.position_us >= end_us

    def objects_in(self, data: Any) -> list[Any]:  # noqa: ANN401 - whatever a server sent
        """An event, or a list of them."""
        return data if isinstance(data, list) else [data] if isinstance(data, dict) else []

    def to_post(self, raw: Any, *, host: str = "") -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        """See :func:`miner.sources.bluesky_post.post_of`: the same post, met by a search, is the same."""
        return post_of(raw)


def _bases(query: Query) -> list[str]:
    """Origins of the servers; ``wss://example.org`` may be typed for one too."""
    hosts = (host.strip() for host in query.hosts_of(NAME) or HOSTS)
    return list(dict.fromkeys(origin(re.sub("^ws(s?)://", r"http\1://", host)) for host in hosts))


def _tags(query: Query) -> list[str]:
    return list(dict.fromkeys(name for tag in query.tags if (name := tag.strip().lstrip("#"))))


def _read_place(cursor: str | None, query: Query, *, now_us: int) -> _Place:
    """Where to go on: behind what was read, unless the window begins before or after all of that; at first, now."""
    since_us = None if query.since is None else min(_microseconds(max(query.since, FIRST_POSTS)), now_us)
    start = _Place(time_us=since_us or now_us, begun_us=since_us or now_us)
    try:
        found = msgspec.json.decode(cursor or "", type=_Place)
    except (msgspec.MsgspecError, UnicodeError):
        return start
    is_place = _microseconds(FIRST_POSTS) <= found.begun_us <= found.time_us <= now_us + _DAY_US
    is_outside = since_us is not None and not found.begun_us <= since_us <= found.time_us
    return start if is_outside or not is_place else found


def _text(begun: _Place, time_us: int) -> str:
    return msgspec.json.encode(_Place(time_us=time_us, begun_us=begun.begun_us)).decode()


def _microseconds(time: datetime) -> int:
    return (time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
