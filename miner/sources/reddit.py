"""Reddit, through the archive Arctic Shift: all posts of chosen communities. Reddit itself asks for a key."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from miner.errors import RateLimited, UsageError
from miner.records import Post, Rejected
from miner.sources.base import Query, SourceInfo
from miner.sources.exchange import Ask
from miner.sources.fields import inside, moment
from miner.sources.hosts import host_of
from miner.sources.http import PoliteClient
from miner.sources.listing import Batch, Listing, ListingSource, malformed, side_by_side
from miner.sources.reddit_post import NAME, comment_to_post, submission_to_post
from miner.sources.refusals import AGAIN, quoted
from miner.sources.slices import second_before_which

HOST = "https://arctic-shift.photon-reddit.com"
# Where people show what they remember, whatever the era. The large ones are all in English; communities of other
# languages are small, come and go, and are for the user to name.
COMMUNITIES = ("nostalgia", "OldSchoolCool", "TheWayWeWere", "GenX", "Xennials")
POSTS_PER_PAGE = 100
# r/MyBoyfriendIsAI timed out at one place with 100 posts a page and not with 50 (arctic_shift#66)
FEWEST_PER_PAGE = 12
_ERA = re.compile(r"(?:19|20)?\d0s", re.ASCII)
_COMMUNITY = re.compile(r"(?:https?://(?:\w+\.)?reddit\.com)?/?(?:r/)?(\w{2,24})(/comments)?/?", re.ASCII)


class Reddit(ListingSource):
    """All posts of a community, newest first; with ``NAME/comments``, all of its comments.

    Communities are read whole instead of being searched for the era's phrases. The archive's full-text search was off
    for weeks in 2026, is "unreliable" in its owner's words, and refuses the largest communities; it misses "Christmas
    1984"; and what was read once serves every era.
    """

    info: SourceInfo = SourceInfo(
        name=NAME,
        title="Reddit (the archive Arctic Shift)",
        post_is="a post's title, text and captions, or a comment",
        needs="",
        limits="100 posts a request; about one request a second, no guarantee of service",
        terms_url="https://github.com/ArthurHeitmann/arctic_shift/tree/master/api",
        terms_read=date(2026, 11, 1),
        min_posts=20,
        takes=frozenset({"instance", "community"}),
    )

    def listings(self, query: Query) -> Sequence[Listing]:
        """One for each community: those given, or else the era's own (r/80s) and :data:`COMMUNITIES`."""
        eras = [tag for tag in query.tags if _ERA.fullmatch(tag)]
        chosen = query.communities_of(NAME) or (*eras, *COMMUNITIES)
        subjects = dict(_subject(name) for name in chosen)
        return side_by_side(NAME, query.origins_of(NAME, HOST), subjects)

    async def fetch(self, listing: Listing, place: str | None, query: Query, client: PoliteClient) -> Batch:
        """The newest posts or comments before second *place*."""
        before = place or (str(int(query.until.timestamp())) if query.until else None)
        data, n_wanted = await self._asked(listing, before, query, client)
        # it says so when it is "under maintenance" or wants to be left alone for a while
        if said := inside(data, "error"):
            raise RateLimited(f"{host_of(listing.base)} answered to {listing.what}: “{quoted(str(said))}”.", AGAIN)
        items = inside(data, "data")
        if not isinstance(items, list):
            raise malformed(listing, "no list of posts")
        times = [moment(inside(item, "created_utc")) for item in items]
        return Batch(items=items, next_place=second_before_which(times, n_wanted), times=times)

    async def _asked(self, listing: Listing, before: str | None, query: Query, client: PoliteClient) -> tuple[Any, int]:
        """An answer, and how many posts it was asked for: fewer, when the archive takes too long over more (422)."""
        name, _, kind = listing.subject.removeprefix("r/").partition("/")
        n_wanted = max(FEWEST_PER_PAGE, min(POSTS_PER_PAGE, query.limit or POSTS_PER_PAGE))
        since = (("after", str(int(query.since.timestamp()) - 1)),) if query.since else ()
        params = (("subreddit", name), ("sort", "desc"), *((("before", before),) if before else ()), *since)
        while n_wanted >= FEWEST_PER_PAGE:
            ask = Ask(
                url=f"{listing.base}/api/{kind or 'posts'}/search",
                what=listing.what,
                params=(*params, ("limit", str(n_wanted))),
                accepts=frozenset({422}),
                # a documented API for programs, without a key
                is_api=True,
                pause_s=listing.pause_s,
            )
            answer = await client.get(ask)
            if answer.status != 422:
                return answer.data, n_wanted
            n_wanted //= 2
        raise RateLimited(f"{host_of(listing.base)} takes too long over {listing.what}, few as were asked for.", AGAIN)

    def objects_in(self, data: Any) -> list[Any]:  # noqa: ANN401 - whatever a server sent
        """The posts or comments: of an answer of the archive, or of one of Reddit itself, replies included."""
        found = inside(data, "data")
        if isinstance(found, list):
            return found
        todo, things = [data], []
        while todo:
            node = todo.pop()
            children = inside(node, "data", "children") if inside(node, "kind") == "Listing" else None
            if isinstance(node, list):
                todo += reversed(node)
            elif isinstance(children, list):
                todo += reversed(children)
            elif inside(node, "kind") is not None:
                things.append(node)
                todo.append(inside(node, "data", "replies"))
        return things

    def to_post(self, raw: Any, *, host: str = "") -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        """A post or a comment, bare as in the archive or as ``{"kind": "t3", "data": {…}}``, as Reddit sends it."""
        kind, data = inside(raw, "kind"), inside(raw, "data")
        if kind is None or not isinstance(data, dict):
            kind, data = "t1" if isinstance(inside(raw, "body"), str) else "t3", raw
        if kind == "t1":
            return comment_to_post(data)
        # {"kind": "more", …} stands for comments that were not sent
        return submission_to_post(data) if kind == "t3" else Rejected(source=NAME, reason="not a post or comment")


def _subject(community: str) -> tuple[str, str]:
    """``r/80s`` or ``r/80s/comments``, and the same in words.

    Raises:
        UsageError: It names no community.
    """
    found = _COMMUNITY.fullmatch(community.strip())
    if found is None:
        raise UsageError(
            f"{community!r} names no community of Reddit.",
            "Give a name such as nostalgia, or nostalgia/comments for its comments.",
        )
    name, comments = found[1], found[2] or ""
    return f"r/{name}{comments}", f"comments in r/{name}" if comments else f"posts in r/{name}"
