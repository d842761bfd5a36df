"""Tumblr: public posts under a tag, through the tagged method of its API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from miner.records import Post, Rejected
from miner.sources.base import Key, Query, SourceInfo
from miner.sources.exchange import Ask
from miner.sources.fields import count, fold_tag, inside, moment
from miner.sources.http import PoliteClient
from miner.sources.listing import Batch, Listing, ListingSource, malformed, side_by_side
from miner.sources.tumblr_post import NAME, post_of

HOST = "https://api.tumblr.com"
POSTS_PER_PAGE = 20
KEY = Key(
    name="TUMBLR_API_KEY",
    what="the OAuth consumer key of a registered application",
    url="https://www.tumblr.com/oauth/apps",
)


class Tumblr(ListingSource):
    """Public posts under a tag, newest first. The platform leaves many out: its own filter decides what a tag shows."""

    info: SourceInfo = SourceInfo(
        name=NAME,
        title="Tumblr",
        post_is="a public post, or what somebody added to a reblog",
        needs="",
        limits=(
            "20 posts a request; 1,000 requests an hour and 5,000 a day a key, 300 a minute an address; "
            "tag searches are incomplete by design"
        ),
        terms_url="https://www.tumblr.com/docs/en/api_agreement",
        terms_read=date(2026, 11, 1),
        min_posts=20,
        keys=(KEY,),
        takes=frozenset({"instance"}),
    )

    def listings(self, query: Query) -> Sequence[Listing]:
        """One for each tag: the API takes no more at once."""
        subjects = {tag: f"posts tagged #{tag}" for tag in query.tags}
        # 1,000 an hour
        return side_by_side(NAME, query.origins_of(NAME, HOST), subjects, pause_s=3.6)

    async def fetch(self, listing: Listing, place: str | None, query: Query, client: PoliteClient) -> Batch:
        """The newest posts before second *place*."""
        # Without it some tags begin in 2015 (pytumblr, issue 153).
        before = int(place) if place else int((query.until or datetime.now(UTC)).timestamp()) + 1
        limit = min(POSTS_PER_PAGE, query.limit or POSTS_PER_PAGE)
        ask = Ask(
            url=f"{listing.base}/v2/tagged",
            what=listing.what,
            params=(
                ("tag", listing.subject),
                ("before", str(before)),
                ("limit", str(limit)),
                ("npf", "true"),
            ),
            secrets=(("api_key", query.key(KEY)),),
            # a documented API for registered programs, with limits of its own
            is_api=True,
            login=f"Check {KEY.name}, or get a key at {KEY.url}.",
            pause_s=listing.pause_s,
        )
        data = await client.get_json(ask)
        if not isinstance(inside(data, "response"), list):
            raise malformed(listing, "no list of posts")
        items = self.objects_in(data)
        stamps = [_stamp(item) for item in items]
        place = _next_place([stamp for stamp in stamps if stamp is not None], before, is_full=len(items) >= limit)
        return Batch(items=items, next_place=place, times=[moment(stamp) for stamp in stamps])

    def objects_in(self, data: Any) -> list[Any]:  # noqa: ANN401 - whatever a server sent
        """The posts of a tag's answer, of a blog's, or the one that stands alone."""
        found = inside(data, "response")
        found = data if found is None else found
        posts = inside(found, "posts")
        if isinstance(posts, list):
            return posts
        return found if isinstance(found, list) else [found] if isinstance(found, dict) else []

    def why_not(self, post: Post, listing: Listing) -> str | None:
        """A tag's answer may hold posts that only look like it. ``80s nostalgia`` is ``80snostalgia`` here."""
        tags = set(map(_letters, post.tags))
        return None if _letters(listing.subject) in tags else "not tagged with the era"

    def to_post(self, raw: Any, *, host: str = "") -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        """See :func:`miner.sources.tumblr_post.post_of`."""
        return post_of(raw)


def _stamp(item: Any) -> int | None:  # noqa: ANN401 - whatever a server sent
    """Where a post stands in the list: by the second in which it was featured, if it was (tumblr/docs, issue 131)."""
    featured = count(inside(item, "featured_timestamp"))
    return featured or count(inside(item, "timestamp"))


def _next_place(stamps: Sequence[int], before: int, *, is_full: bool) -> str | None:
    """Where the next page begins; None at the end, and where it would not lie before this one.

    After a full page it is one second later than the last post, for what shares its second; what comes again is known
    by its id. A short page is not the end: the platform's filter takes posts out of pages.
    """
    oldest = stamps[-1] if stamps else before
    if oldest >= before:
        return None
    return str(oldest + 1 if is_full and max(stamps) > oldest and oldest + 1 < before else oldest)


def _letters(tag: str) -> str:
    return "".join(c for c in fold_tag(tag) if c.isalnum())
