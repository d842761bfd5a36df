"""Bluesky: posts with a hashtag, through the search of its AppView, asked by the user's own server with a login."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from miner.records import Post, Rejected
from miner.sources.base import Query, SourceInfo
from miner.sources.bluesky_post import NAME, post_of, sort_time
from miner.sources.bluesky_session import APP_PASSWORD, HANDLE, Sessions
from miner.sources.exchange import Ask
from miner.sources.fields import fold_tag, inside
from miner.sources.http import PoliteClient
from miner.sources.listing import Batch, Listing, ListingSource, malformed, side_by_side

HOST = "https://bsky.social"
POSTS_PER_PAGE = 100
# The time of a post is known to the millisecond, and several may share one.
_OVERLAP = timedelta(seconds=1)


class _Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where the next page of a search is.

    Attributes:
        cursor: The server's own; None at the beginning of a slice.
        until: End of the slice; None is the end of the window.
        oldest: Oldest post of the slice so far.
        n_read: Posts read of the slice so far.
    """

    cursor: str | None = None
    until: datetime | None = None
    oldest: datetime | None = None
    n_read: int = 0


class Bluesky(ListingSource):
    """Posts with a hashtag, newest first, as far back as the search goes."""

    info: SourceInfo = SourceInfo(
        name=NAME,
        title="Bluesky (search)",
        post_is="a public post or reply",
        needs="",
        limits=(
            "100 posts a request; a search ends after about 10,000 and is begun again for what is older; 3,000 "
            "requests in 5 minutes, 300 logins a day; meant for a person's searches, as `bluesky-live` is for programs"
        ),
        terms_url="https://bsky.social/about/support/tos",
        terms_read=date(2026, 11, 1),
        min_posts=20,
        keys=(HANDLE, APP_PASSWORD),
        takes=frozenset({"instance"}),
    )

    def __init__(self) -> None:
        self._sessions = Sessions()

    def listings(self, query: Query) -> Sequence[Listing]:
        """One for each hashtag: several at once mean posts that have all of them."""
        tags = dict.fromkeys(tag.strip().lstrip("#").lower() for tag in query.tags)
        subjects = {tag: f"posts tagged #{tag}" for tag in tags if tag}
        return side_by_side(NAME, query.origins_of(NAME, HOST), subjects)

    async def fetch(self, listing: Listing, place: str | None, query: Query, client: PoliteClient) -> Batch:
        """The page at *place*; where a slice has ended, the first one of the next slice."""
        here = _Place() if place is None else msgspec.json.decode(place, type=_Place)
        data = await self._sessions.get_json(_ask(listing, here, query), listing, query, client)
        if not isinstance(inside(data, "posts"), list):
            raise malformed(listing, "no list of posts")
        posts = self.objects_in(data)
        times = [sort_time(post) for post in posts]
        if _is_too_new(times, here.until):
            # a server that does not know "until" begins at the newest again, which is no way on
            return Batch(items=[], next_place=None)
        next_place = _next(here, times, inside(data, "cursor"))
        return Batch(items=posts, next_place=_text(next_place) if next_place else None, times=times)

    def objects_in(self, data: Any) -> list[Any]:  # noqa: ANN401 - whatever a server sent
        """The posts of a search, or the one that stands alone."""
        posts = inside(data, "posts")
        return posts if isinstance(posts, list) else [data] if isinstance(data, dict) else []

    def why_not(self, post: Post, listing: Listing) -> str | None:
        """A server's search may look for "#80s" anywhere in the text, and find #80sMusic."""
        is_tagged = fold_tag(listing.subject) in map(fold_tag, post.tags)
        return None if is_tagged else "not tagged with the era"

    def to_post(self, raw: Any, *, host: str = "") -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        """See :func:`miner.sources.bluesky_post.post_of`."""
        return post_of(raw)


def _ask(listing: Listing, here: _Place, query: Query) -> Ask:
    until = here.until or query.until
    return Ask(
        url=f"{listing.base}/xrpc/app.bsky.feed.searchPosts",
        what=listing.what,
        params=(
            # q must not be empty; servers that do not know "tag" have it to go by
            ("q", f"#{listing.subject}"),
            ("tag", listing.subject),
            ("sort", "latest"),
            ("limit", str(min(POSTS_PER_PAGE, query.limit or POSTS_PER_PAGE))),
            *((("since", _stamp(query.since)),) if query.since else ()),
            *((("until", _stamp(until)),) if until else ()),
            *((("cursor", here.cursor),) if here.cursor else ()),
        ),
        elsewhere="Check that the server given with `--instance` is the one that your account lives on.",
        pause_s=listing.pause_s,
    )


def _is_too_new(times: Sequence[datetime | None], until: datetime | None) -> bool:
    """Whether most of a page is newer than what was asked for; one post that was indexed anew is not enough."""
    known = [time for time in times if time is not None]
    return until is not None and 2 * sum(time > until for time in known) > len(known)


def _next(here: _Place, times: Sequence[datetime | None], cursor: Any) -> _Place | None:  # noqa: ANN401 - as above
    """The place behind a page; None at the end.

    A search stops at about 10,000 posts as if there were no more: whatever took more than one page is asked for again
    from its oldest post on, until that brings nothing older.
    """
    oldest = min([time for time in (*times, here.oldest) if time is not None], default=None)
    n_read = here.n_read + len(times)
    if isinstance(cursor, str) and cursor:
        return _Place(cursor=cursor, until=here.until, oldest=oldest, n_read=n_read)
    until = None if oldest is None else oldest + _OVERLAP
    is_end = until is None or n_read <= POSTS_PER_PAGE or (here.until is not None and until >= here.until)
    return None if is_end else _Place(until=until)


def _text(place: _Place) -> str:
    return msgspec.json.encode(place).decode()


def _stamp(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
