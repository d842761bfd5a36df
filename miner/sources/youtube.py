"""YouTube: videos that name the era and the comments below them, through the Data API v3 and its quota."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import MAXYEAR, UTC, date, datetime, timedelta
from typing import Any

import msgspec

from miner.records import Post, Rejected
from miner.sources.base import PlanLine, Query, SourceInfo
from miner.sources.fields import dicts, fold_tag, inside, moment, name_of, words
from miner.sources.http import PoliteClient
from miner.sources.listing import Batch, Listing, ListingSource, side_by_side
from miner.sources.youtube_ask import KEY, Refused, ask_api, why_unread
from miner.sources.youtube_post import NAME, Under, Unread, parts_of, post_of

HOST = "https://www.googleapis.com"
VIDEOS_PER_PAGE = 50
VIDEOS_PER_SEARCH = 500  # about as many a search shows; the next one asks for older ones
COMMENTS_PER_PAGE = 100
COMMENT_PAGES = 10
TERMS_PER_SEARCH = 12  # words of a q are limited, and every search costs one of a hundred calls


class _Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a walk stands: a page of a search, then its videos, then the comments of each, then the next page.

    Attributes:
        before: The search shows what was put online before this time.
        token: Its next page; None is its first.
        n_found: Videos that it has shown.
        oldest: Time of the oldest of them.
        is_over: It has no further page.
        ids: Videos to be read.
        todo: Videos whose comments are to be read.
        thread: Next page of the comments of the first of these.
        n_pages: Pages of them that were read.
    """

    before: datetime | None = None
    token: str | None = None
    n_found: int = 0
    oldest: datetime | None = None
    is_over: bool = False
    ids: tuple[str, ...] = ()
    todo: tuple[str, ...] = ()
    thread: str | None = None
    n_pages: int = 0


class YouTube(ListingSource):
    """Videos found by the era's names, newest first, and the comments of those that name the era themselves."""

    info: SourceInfo = SourceInfo(
        name=NAME,
        title="YouTube",
        post_is="a video's title, description and tags, or a comment",
        needs="",
        limits=(
            "100 searches of 50 videos and 10,000 other requests a day; read are up to 1,000 comment threads a video, "
            "with five replies each; what is stored has to be refreshed or deleted after 30 days"
        ),
        terms_url="https://developers.google.com/youtube/terms/developer-policies",
        terms_read=date(2026, 11, 1),
        min_posts=20,
        keys=(KEY,),
        takes=frozenset({"instance"}),
    )

    def listings(self, query: Query) -> Sequence[Listing]:
        """One for every twelve phrases, which are asked for at once: a search a phrase would use the day up."""
        terms = [f'"{phrase}"' for phrase in dict.fromkeys(query.phrases)]
        groups = [terms[i : i + TERMS_PER_SEARCH] for i in range(0, len(terms), TERMS_PER_SEARCH)]
        subjects = {"|".join(group): f"videos with {group[0]}{_others(len(group) - 1)}" for group in groups}
        return side_by_side(NAME, query.origins_of(NAME, HOST), subjects)

    def plan(self, query: Query) -> Sequence[PlanLine]:
        """Of each listing the search that is certain, and what follows from it."""
        return [
            replace(line, what=what, n_requests=n_requests)
            for listing, line in zip(self.listings(query), super().plan(query), strict=True)
            for what, n_requests in (
                (f"a search for {listing.subject}: one of 100 searches a day, for 50 videos", 1),
                (f"{listing.what} and their comments: a unit a request, of 10,000 a day", None),
            )
        ]

    async def fetch(self, listing: Listing, place: str | None, query: Query, client: PoliteClient) -> Batch:
        """A page of a search, the videos of one, or a page of a video's comments."""
        at = msgspec.json.decode(place, type=_Place) if place else _Place(before=query.until)
        step = self._videos if at.ids else self._comments if at.todo else self._search
        try:
            return await step(listing, at, query, client)
        except Refused as refused:
            raise refused.error from refused

    async def _search(self, listing: Listing, at: _Place, query: Query, client: PoliteClient) -> Batch:
        params = [
            ("part", "snippet"),
            ("type", "video"),
            ("q", listing.subject),
            ("order", "date"),
            ("safeSearch", "strict"),
            # a smaller page would cost as much
            ("maxResults", str(VIDEOS_PER_PAGE)),
            *((("publishedAfter", _rfc3339(query.since)),) if query.since else ()),
            *((("publishedBefore", _rfc3339(at.before)),) if at.before else ()),
            *((("pageToken", at.token),) if at.token else ()),
        ]
        data = await ask_api(client, listing, query.key(KEY), "search", params)
        found = dicts(data["items"])
        times = [moment(inside(item, "snippet", "publishedAt")) for item in found]
        ids = tuple(dict.fromkeys(filter(None, (name_of(inside(item, "id", "videoId")) for item in found))))
        oldest = min([t for t in (*times, at.oldest) if t], default=None)
        token = words(data.get("nextPageToken")) if found else ""
        after = _after_search(at, token, at.n_found + len(found), oldest)
        # what a search shows of a video is cut off: the video itself comes with the next page, and these are its times
        return Batch(items=[], next_place=_written(msgspec.structs.replace(after, ids=ids)), times=times)

    async def _videos(self, listing: Listing, at: _Place, query: Query, client: PoliteClient) -> Batch:
        params = (("part", "snippet,statistics,status,contentDetails"), ("id", ",".join(at.ids)))
        data = await ask_api(client, listing, query.key(KEY), "videos", params)
        posts = [post for post in map(post_of, data["items"]) if isinstance(post, Post) and post.replies != 0]
        todo = tuple(post.id.removeprefix(f"{NAME}:") for post in posts if _names_era(post, query))
        after = msgspec.structs.replace(at, ids=(), todo=todo)
        return Batch(items=data["items"], next_place=_written(after), times=())

    async def _comments(self, listing: Listing, at: _Place, query: Query, client: PoliteClient) -> Batch:
        params = [
            ("part", "snippet,replies"),
            ("videoId", at.todo[0]),
            ("order", "time"),
            ("textFormat", "plainText"),
            ("maxResults", str(COMMENTS_PER_PAGE)),
            *((("pageToken", at.thread),) if at.thread else ()),
        ]
        tag = query.tags[0] if query.tags else ""
        items: list[Any] = []
        token = ""
        try:
            data = await ask_api(client, listing, query.key(KEY), "commentThreads", params)
        except Refused as refused:
            items = [Unread(at.todo[0], why_unread(refused))]
        else:
            items = [Under(part, tag) for thread in data["items"] for part in parts_of(thread)]
            token = words(data.get("nextPageToken"))
        if token and at.n_pages + 1 == COMMENT_PAGES:
            items.append(Unread(at.todo[0], "comments beyond the first 1,000 of a video"))
            token = ""
        todo, n_pages = (at.todo, at.n_pages + 1) if token else (at.todo[1:], 0)
        after = msgspec.structs.replace(at, todo=todo, thread=token or None, n_pages=n_pages)
        return Batch(items=items, next_place=_written(after), times=())

    def objects_in(self, data: Any) -> list[Any]:  # noqa: ANN401 - whatever a server sent
        """The results, videos, comments and replies of an answer, or the one that stands alone."""
        items = inside(data, "items")
        found = items if isinstance(items, list) else [data] if isinstance(data, dict) else []
        return [part for item in found for part in parts_of(item)]

    def to_post(self, raw: Any, *, host: str = "") -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        """See :func:`miner.sources.youtube_post.post_of`."""
        return post_of(raw)


def _others(n: int) -> str:
    return f" or {n} other name{'s' if n > 1 else ''} of the era" if n else ""


def _after_search(at: _Place, token: str, n_found: int, oldest: datetime | None) -> _Place:
    """Where a search goes on: its next page, or a new search for what is older, or nowhere."""
    if token and n_found < VIDEOS_PER_SEARCH:
        return _Place(before=at.before, token=token, n_found=n_found, oldest=oldest)
    # One second later than the oldest video, for what shares its second. A search that shows less than a page has shown
    # all there is.
    starts = [oldest + timedelta(seconds=1), oldest] if oldest and oldest.year < MAXYEAR else []
    before = next((start for start in starts if at.before is None or start < at.before), None)
    return _Place(before=before, is_over=before is None or n_found < VIDEOS_PER_PAGE)


def _written(at: _Place) -> str | None:
    return None if at.is_over and not at.ids and not at.todo else msgspec.json.encode(at).decode()


def _rfc3339(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _names_era(video: Post, query: Query) -> bool:
    """Whether a video says itself that it is about the era: a search shows others too."""
    wanted = {fold_tag(tag) for tag in query.tags}
    if wanted & {fold_tag(tag).replace(" ", "") for tag in video.tags}:
        return True
    said = "\n".join((video.text, *video.tags)).casefold()
    return any(re.search(rf"(?<!\w){re.escape(phrase.casefold())}(?!\w)", said) for phrase in query.phrases)
