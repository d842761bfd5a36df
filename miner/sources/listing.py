"""Sources that show lists of posts page by page: one walk for all of them, resumable, and never in a circle."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from miner.errors import CredentialsError, MalformedError, MinerError, RefusedError, UnknownName
from miner.records import Post, Rejected
from miner.sources.base import WEB_BEGAN, Page, PlanLine, Query, SourceInfo, is_within
from miner.sources.hosts import host_of, is_loopback
from miner.sources.http import PoliteClient
from miner.sources.listing_cursor import Cursor, read_cursor

OVERLAP = timedelta(days=1)
"""How far a later run reads behind the newest post of the last complete one: posts arrive late from other servers."""
MAX_EMPTY_PAGES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One list of posts of one server: a stream.

    Attributes:
        stream: Its name: source, host, subject.
        base: Origin of the server, ``https://example.org``.
        subject: What is asked for: a tag, a phrase, a community, an address.
        what: The same in words, for plans and messages: ``topics tagged #80s``.
        pause_s: Seconds between two requests that politeness or the platform's limit demands; none on loopback.
        token: Access token for that server.
        needs: Credentials in words, and whether they are set; empty when none are needed.
        mark: What the last complete walk kept of its first answer; None on a first walk.
    """

    stream: str
    base: str
    subject: str
    what: str
    pause_s: float = 1.0
    token: str | None = field(default=None, repr=False)
    needs: str = ""
    mark: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One answer of a listing.

    Attributes:
        items: Its objects, as decoded.
        next_place: Where the next page is: opaque to everybody but the source; None at the end.
        times: Times that order the listing, one for each item, where they are not the posts' *created_at*; None takes
            those.
        mark: What to keep of a first answer to ask, when this walk is complete, whether anything has changed: an ETag.
    """

    items: Sequence[Any]
    next_place: str | None
    times: Sequence[datetime | None] | None = None
    mark: str | None = None


class ListingSource(ABC):
    """A source of lists that are read from their newest post on: ``pages`` is written here, once.

    A subclass gives ``info``, :meth:`listings`, :meth:`fetch` and :meth:`to_post`, and :meth:`objects_in` where the
    posts of an answer do not lie in it as a list.

    Attributes:
        is_newest_first: Pages come newest first, so that a later run may stop where the last one began. Without it a
            later run walks all of the list again.
    """

    info: SourceInfo
    is_newest_first: bool = True

    @abstractmethod
    def listings(self, query: Query) -> Sequence[Listing]:
        """The lists that *query* needs. Raises UsageError for servers and addresses that are none."""

    @abstractmethod
    async def fetch(self, listing: Listing, place: str | None, query: Query, client: PoliteClient) -> Batch:
        """The page at *place* of a listing; None is its beginning. Raises SourceError and its kin."""

    @abstractmethod
    def to_post(self, raw: Any, *, host: str = "") -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        """One object as a post or the reason why it is none; pure, never raises."""

    def objects_in(self, data: Any) -> list[Any]:  # noqa: ANN401 - whatever a server sent
        """The objects of one decoded answer that :meth:`to_post` takes; empty when there are none. Never raises."""
        return data if isinstance(data, list) else []

    def why_not(self, post: Post, listing: Listing) -> str | None:
        """A reason to leave *post* out although it is one (``not tagged with the era``), or None."""
        return None

    def plan(self, query: Query) -> Sequence[PlanLine]:
        """One line a listing; how many requests it takes depends on how much there is."""
        return [
            PlanLine(
                host=host_of(listing.base),
                what=listing.what,
                n_requests=None,
                seconds_per_request=0.0 if is_loopback(_host_name(listing.base)) else listing.pause_s,
                needs=listing.needs or _key_words(self.info, query),
            )
            for listing in self.listings(query)
        ]

    def streams(self, query: Query) -> Sequence[str]:
        """Names of the listings."""
        return [listing.stream for listing in self.listings(query)]

    async def pages(
        self, stream: str, query: Query, client: PoliteClient, cursor: str | None
    ) -> AsyncGenerator[Page, None]:
        """Walk one listing down to the end, the window's beginning, or where the last complete walk began.

        Raises:
            UnknownName: *stream* is none of :meth:`streams`.
            CredentialsError: A key is missing.
            MalformedError: The server sends the same page again.
            SourceError: And its kin, see :meth:`PoliteClient.get`.
        """
        listings = {listing.stream: listing for listing in self.listings(query)}
        if stream not in listings:
            raise UnknownName("stream", stream, listings)
        for key in self.info.keys:
            query.key(key)
        walk = _Walk(self, listings[stream], query, client, read_cursor(cursor, since=query.since, until=query.until))
        async for page in walk.pages():
            yield page


class _Walk:
    """One walk through one listing."""

    def __init__(
        self, source: ListingSource, listing: Listing, query: Query, client: PoliteClient, cursor: Cursor
    ) -> None:
        self._source, self._listing, self._query, self._client = source, listing, query, client
        self._cursor = cursor
        self._seen: set[bytes] = set()
        self._n_empty = 0
        self._mark: str | None = None

    async def pages(self) -> AsyncGenerator[Page, None]:
        batch = await self._first()
        while True:
            self._check_progress(batch)
            judged = [self._judge(raw) for raw in batch.items]
            times = batch.times if batch.times is not None else [time for _, time in judged]
            self._advance(batch.next_place, [time for time in times if time is not None])
            yield self._page([result for result, _ in judged])
            if self._cursor.is_done:
                return
            batch = await self._fetch(self._cursor.place)

    async def _fetch(self, place: str | None) -> Batch:
        listing = replace(self._listing, mark=self._cursor.mark if place is None else None)
        batch = await self._source.fetch(listing, place, self._query, self._client)
        if place is None:
            self._mark = batch.mark
        return batch

    async def _first(self) -> Batch:
        """The page where the walk goes on; from the beginning, when the server does not know that place any more."""
        if self._cursor.place is None:
            return await self._fetch(None)
        try:
            return await self._fetch(self._cursor.place)
        except RefusedError:
            self._cursor = msgspec.structs.replace(self._cursor, place=None, top=None)
            return await self._fetch(None)

    def _check_progress(self, batch: Batch) -> None:
        """Refuse a page, or a place, that came before in this walk: a server that loops would be read for ever."""
        self._n_empty = 0 if batch.items else self._n_empty + 1
        came = [batch.items] if batch.items else []
        marks = {_digest(found) for found in (*came, *([batch.next_place] if batch.next_place else []))}
        if marks & self._seen or self._n_empty > MAX_EMPTY_PAGES:
            sent = "a page that it had sent before" if marks & self._seen else f"{self._n_empty} empty pages in a row"
            raise MalformedError(
                f"{host_of(self._listing.base)} answered to {self._listing.what} with {sent}, so there is no way on.",
                "What came before is kept. Leave this server out, or run the same command again later.",
            )
        self._seen |= marks

    def _judge(self, raw: Any) -> tuple[Post | Rejected, datetime | None]:  # noqa: ANN401 - whatever a server sent
        result = self._source.to_post(raw, host=host_of(self._listing.base))
        if isinstance(result, Rejected):
            return result, None
        reason = self._source.why_not(result, self._listing)
        if reason is None and not is_within(result.created_at, self._cursor.since, self._cursor.until):
            reason = "outside the window"
        rejected = Rejected(source=self._source.info.name, reason=reason, raw_id=result.id) if reason else None
        return rejected or result, result.created_at

    def _advance(self, place: str | None, times: Sequence[datetime]) -> None:
        cursor = self._cursor
        # a post that claims to be from tomorrow must not hide today's from the next run
        past = [time for time in times if time <= datetime.now(UTC)]
        top = max([*past, *([cursor.top] if cursor.top else [])], default=None)
        if place is None or self._is_behind(times):
            floor = max([t for t in (top, cursor.floor) if t], default=None)
            self._cursor = msgspec.structs.replace(
                cursor, place=None, top=None, floor=floor, is_done=True, mark=self._mark
            )
        else:
            self._cursor = msgspec.structs.replace(cursor, place=place, top=top)

    def _is_behind(self, times: Sequence[datetime]) -> bool:
        """Whether a whole page is older than what is wanted. One old post is not enough: dates can be set back.

        A date before the web says nothing about its page.
        """
        times = [time for time in times if time >= WEB_BEGAN]
        floor = self._cursor.floor - OVERLAP if self._cursor.floor else None
        bound = max([t for t in (floor, self._cursor.since) if t], default=None)
        return self._source.is_newest_first and bound is not None and bool(times) and all(t < bound for t in times)

    def _page(self, judged: Sequence[Post | Rejected]) -> Page:
        return Page(
            stream=self._listing.stream,
            posts=[item for item in judged if isinstance(item, Post)],
            rejected=[item for item in judged if isinstance(item, Rejected)],
            cursor=msgspec.json.encode(self._cursor).decode(),
            is_last=self._cursor.is_done,
        )


def side_by_side(
    name: str, bases: Sequence[str], subjects: Mapping[str, str], *, pause_s: float = 1.0
) -> list[Listing]:
    """A listing for each server and subject.

    Args:
        name: The source's name.
        bases: Origins of the servers.
        subjects: What is asked for, and the same in words.
        pause_s: As in :class:`Listing`.
    """
    return [
        Listing(stream=f"{name}/{host_of(base)}/{subject}", base=base, subject=subject, what=what, pause_s=pause_s)
        for base in bases
        for subject, what in subjects.items()
    ]


def with_token(listing: Listing, token: str | None) -> Listing:
    """The same listing, asked with an access token."""
    return listing if token is None else replace(listing, token=token, needs="a login, which is set")


def malformed(listing: Listing, found: str) -> MinerError:
    """The error for an answer of another shape: *found* says what is missing ("no list of posts")."""
    return MalformedError(
        f"{host_of(listing.base)} answered to {listing.what} with {found}.",
        "Check that the server is of that kind; what came before is kept.",
    )


def _key_words(info: SourceInfo, query: Query) -> str:
    """``TUMBLR_API_KEY, which is not set``."""
    words = []
    for key in info.keys:
        try:
            query.key(key)
        except CredentialsError:
            words.append(f"{key.name} ({key.what}), which is not set")
        else:
            words.append(f"{key.name} ({key.what}), which is set")
    return "; ".join(words)


def _host_name(base: str) -> str:
    return host_of(base).rsplit(":", 1)[0].strip("[]")


def _digest(found: object) -> bytes:
    # half of a surrogate pair, which msgspec does not write
    text = json.dumps(found, default=str, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=12).digest()
