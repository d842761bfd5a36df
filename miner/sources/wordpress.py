"""WordPress: the posts of a blog that carry the era's tags or lie in its categories, through its REST API."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from miner.errors import UsageError
from miner.records import Post, Rejected
from miner.sources.base import Query, SourceInfo
from miner.sources.exchange import Ask
from miner.sources.fields import count, dicts, inside
from miner.sources.hosts import host_of
from miner.sources.http import PoliteClient
from miner.sources.listing import Batch, Listing, ListingSource, malformed
from miner.sources.refusals import refusal
from miner.sources.slugs import slugs_of
from miner.sources.wordpress_post import NAME, blog_post

POSTS_PER_PAGE = 100
MAX_SLUGS = 100
# with pretty addresses and without
ROOTS = ("/wp-json", "/?rest_route=")
KINDS = {"tags": "posts with one of the era's tags", "categories": "posts in one of the era's categories"}
PAST_THE_END = b"rest_post_invalid_page_number"
# a blog's clock may be 14 hours from UTC
_ZONES = timedelta(days=1)


class _Place(NamedTuple):
    """Where a walk stands.

    Attributes:
        root: Of the API: one of :data:`ROOTS`.
        terms: Ids of the tags or categories.
        page: Number of the page, of those posts that are older than *before*.
        before: Time by the blog's own clock; empty at the beginning.
    """

    root: str
    terms: tuple[int, ...]
    page: int = 1
    before: str = ""


class WordPress(ListingSource):
    """Posts of blogs, newest first: those under the era's tags, then those in categories of these names."""

    info: SourceInfo = SourceInfo(
        name=NAME,
        title="WordPress blogs",
        post_is="a blog post's title and text",
        needs="",
        limits="100 posts a request; limits are the blog's own, one request a second is kept",
        terms_url="https://developer.wordpress.org/rest-api/",
        terms_read=date(2026, 11, 1),
        min_posts=1,
        takes=frozenset({"instance"}),
    )

    def listings(self, query: Query) -> Sequence[Listing]:
        """Two for each blog.

        Raises:
            UsageError: No blog was named: there is no list of all of them.
        """
        bases = query.origins_of(NAME)
        if not bases:
            raise UsageError(
                "wordpress does not know which blogs to read.", f"Name them with `--instance {NAME}=HOST`, one each."
            )
        # all tags in one question: a blog has few of them, and asking for each would take minutes
        tags = "+".join(query.tags)
        return [
            Listing(stream=f"{NAME}/{host_of(base)}/{kind}/{tags}", base=base, subject=kind, what=what)
            for base in bases
            for kind, what in KINDS.items()
        ]

    async def fetch(self, listing: Listing, place: str | None, query: Query, client: PoliteClient) -> Batch:
        """The page of posts at *place*."""
        at = _read_place(place) if place else await self._found(listing, query, client)
        if not at.terms:
            return Batch(items=[], next_place=None)
        params = [
            (listing.subject, ",".join(map(str, at.terms))),
            ("orderby", "date"),
            ("order", "desc"),
            ("per_page", str(POSTS_PER_PAGE)),
            ("page", str(at.page)),
            ("_embed", "1"),
        ]
        if at.before:
            params.append(("before", at.before))
        ask = _ask(listing, at.root, "posts", params, accepts={400})
        answer = await client.get(ask)
        if answer.status == 400 and at.page > 1 and PAST_THE_END in answer.body:
            return Batch(items=[], next_place=None)
        if answer.status == 400:
            raise refusal(answer, ask)
        if not isinstance(answer.data, list):
            raise malformed(listing, "no list of posts")
        onward = _onward(at, answer.data, count(answer.headers.get("x-wp-totalpages")))
        return Batch(items=answer.data, next_place=json.dumps(onward) if onward else None)

    async def _found(self, listing: Listing, query: Query, client: PoliteClient) -> _Place:
        """Where the posts of the era begin: which of the era's tags, or categories, the blog has."""
        slugs = slugs_of(query.tags)
        root, terms = ROOTS[0], set[int]()
        for first in range(0, len(slugs), MAX_SLUGS):
            params = [("slug", ",".join(slugs[first : first + MAX_SLUGS])), ("per_page", "100"), ("_fields", "id,slug")]
            accepts = {404} if first == 0 else set()
            answer = await client.get(_ask(listing, root, listing.subject, params, accepts=accepts))
            if answer.status == 404:
                root = ROOTS[1]
                answer = await client.get(_ask(listing, root, listing.subject, params))
            if not isinstance(answer.data, list):
                raise malformed(listing, f"no list of {listing.subject}")
            terms |= {found for term in dicts(answer.data) if (found := count(term.get("id"))) is not None}
        # without a zone it is a time by the blog's clock, for all versions of WordPress
        before = _seconds(query.until.replace(tzinfo=None) + _ZONES) if query.until else ""
        return _Place(root, tuple(sorted(terms)), before=before)

    def to_post(self, raw: Any, *, host: str = "") -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        """A post of a blog."""
        return blog_post(raw)


def _ask(
    listing: Listing, root: str, of: str, params: Sequence[tuple[str, str]], *, accepts: Collection[int] = ()
) -> Ask:
    """A question for the blog's *of*: posts, tags or categories."""
    path = f"/wp/v2/{of}"
    address, route = ("/", [("rest_route", path)]) if root == ROOTS[1] else (root + path, [])
    feeds = listing.base.removeprefix("https://")
    elsewhere = f"Read its feeds instead, with `--source feeds --instance feeds={feeds}`, or leave this server out."
    return Ask(
        url=listing.base + address,
        what=listing.what,
        params=(*route, *params),
        # made for programs; blogs that do not want it close it, and answer 401 or 403
        is_api=True,
        accepts=frozenset(accepts),
        login=elsewhere,
        elsewhere=elsewhere,
        pause_s=listing.pause_s,
    )


def _onward(at: _Place, posts: Sequence[Any], n_pages: int | None) -> _Place | None:
    """The next page; None behind the last one.

    It begins with the oldest post of this one, by its time: counted from the newest, posts would be skipped when one is
    taken down on the way. A page out of order, or of one single second (an import), is followed by its number.

    Args:
        at: This page.
        posts: Its posts; fewer than were asked for do not make it the last, WordPress leaves out what it may not show.
        n_pages: Pages from ``at.before`` on, where the blog says so.
    """
    if at.page >= n_pages if n_pages is not None else not posts:
        return None
    try:
        times = [datetime.fromisoformat(inside(post, "date")) for post in posts]
        if times == sorted(times, reverse=True) and times[-1] < times[0]:
            return _Place(at.root, at.terms, before=_seconds(times[-1] + timedelta(seconds=1)))
    except (TypeError, ValueError, OverflowError):
        pass
    return at._replace(page=at.page + 1)


def _read_place(place: str) -> _Place:
    root, terms, *rest = json.loads(place)
    return _Place(root, tuple(terms), *rest)


def _seconds(time: datetime) -> str:
    return time.isoformat(timespec="seconds")
