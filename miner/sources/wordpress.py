"""WordPress: the posts of a blog that carry the era's tags or lie in its categories, through its REST API."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import quote

from miner.errors import UsageError
from miner.records import Post, Rejected
from miner.sources.base import Query, SourceInfo
from miner.sources.exchange import Answer, Ask
from miner.sources.fields import dicts, fold_tag, inside, moment, name_of, netloc, web_address, words
from miner.sources.hosts import host_of
from miner.sources.html import html_to_text
from miner.sources.http import PoliteClient
from miner.sources.listing import Batch, Listing, ListingSource, malformed
from miner.sources.pictures import alt_texts_in

NAME = "wordpress"
POSTS_PER_PAGE = 100
MAX_SLUGS = 100
# with pretty addresses and without
ROOTS = ("/wp-json", "/?rest_route=")
KINDS = {"tags": "posts with one of the era's tags", "categories": "posts in one of the era's categories"}
ELSEWHERE = "Read its feeds instead, with `--source feeds --instance`, or leave this server out."


class _Place(NamedTuple):
    """Where a walk stands: root of the API, ids of the tags or categories, number of the page."""

    root: str
    terms: tuple[int, ...]
    page: int


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
        # 400 past the last page: the number of pages in the headers is of a moment ago
        answer = await self._asked(
            client,
            listing,
            f"{at.root}/wp/v2/posts",
            (
                (listing.subject, ",".join(map(str, at.terms))),
                ("per_page", str(POSTS_PER_PAGE)),
                ("page", str(at.page)),
                ("_embed", "1"),
            ),
            accepts=frozenset({400}) if at.page > 1 else frozenset(),
        )
        if answer.status == 400:
            return Batch(items=[], next_place=None)
        if not isinstance(answer.data, list):
            raise malformed(listing, "no list of posts")
        is_last = len(answer.data) < POSTS_PER_PAGE
        next_place = None if is_last else json.dumps([at.root, at.terms, at.page + 1])
        return Batch(items=answer.data, next_place=next_place)

    async def _found(self, listing: Listing, query: Query, client: PoliteClient) -> _Place:
        """Where the posts of the era begin: which of the era's tags, or categories, the blog has."""
        slugs = list(dict.fromkeys(map(slug_of, query.tags)))
        root, terms = ROOTS[0], list[int]()
        for first in range(0, len(slugs), MAX_SLUGS):
            params = (("slug", ",".join(slugs[first : first + MAX_SLUGS])), ("per_page", "100"), ("_fields", "id,slug"))
            path = f"/wp/v2/{listing.subject}"
            is_first = root == ROOTS[0] and not terms
            accepts = frozenset({404}) if is_first else frozenset()
            answer = await self._asked(client, listing, root + path, params, accepts=accepts)
            if answer.status == 404:
                root = ROOTS[1]
                answer = await self._asked(client, listing, root + path, params)
            if not isinstance(answer.data, list):
                raise malformed(listing, f"no list of {listing.subject}")
            terms += [found for term in dicts(answer.data) if isinstance(found := term.get("id"), int)]
        return _Place(root, tuple(sorted(set(terms))), 1)

    async def _asked(
        self,
        client: PoliteClient,
        listing: Listing,
        path: str,
        params: tuple[tuple[str, str], ...],
        *,
        accepts: frozenset[int] = frozenset(),
    ) -> Answer:
        address, _, route = path.partition("?rest_route=")
        return await client.get(
            Ask(
                url=listing.base + (address if route else path),
                what=listing.what,
                params=((("rest_route", route),) if route else ()) + params,
                # made for programs; blogs that do not want it close it, and answer 401 or 403
                is_api=True,
                accepts=accepts,
                login=ELSEWHERE,
                elsewhere=ELSEWHERE,
                pause_s=listing.pause_s,
            )
        )

    # {"id": 24, "date_gmt": "2019-03-20T10:00:00", "link": "https://blog.example/2019/03/20/mixtapes/", "title":
    #  {"rendered": "Mixtapes &#8211; and more"}, "content": {"rendered": "<p>My first …", "protected": false},
    #  "status": "publish", "_embedded": {"author": [{"slug": "ann", "name": "Ann"}], "wp:term": [[{"name": "80s"}]],
    #  "wp:featuredmedia": [{"alt_text": "A tape"}]}}
    def to_post(self, raw: Any, *, host: str = "") -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        """A post of a blog."""
        link, content = web_address(inside(raw, "link")), inside(raw, "content")
        if not isinstance(content, dict):
            return Rejected(source=NAME, reason="not a post", raw_id=link)
        if link is None:
            return Rejected(source=NAME, reason="no global id")
        if content.get("protected") is True or inside(raw, "status") not in ("publish", None):
            return Rejected(source=NAME, reason="not public", raw_id=link)
        html = words(content.get("rendered"))
        title = html_to_text(words(inside(raw, "title", "rendered")))
        text = "\n\n".join(part for part in (title, html_to_text(html)) if part)
        cover = words(inside(raw, "_embedded", "wp:featuredmedia", 0, "alt_text"))
        alt_texts = tuple(dict.fromkeys([*([cover] if cover else []), *alt_texts_in(html)]))
        if not (text or alt_texts):
            return Rejected(source=NAME, reason="no text", raw_id=link)
        return Post(
            id=f"{NAME}:{link.split('://', 1)[1]}",
            source=NAME,
            text=text,
            created_at=moment(inside(raw, "date_gmt")) or moment(inside(raw, "date")),
            author=_author(raw, link),
            tags=_terms(raw),
            alt_texts=alt_texts,
            url=link,
        )


def slug_of(tag: str) -> str:
    """A tag as WordPress makes an address of it: ``annees-80``, ``80%e5%b9%b4%e4%bb%a3``."""
    return quote("-".join(fold_tag(tag).split()), safe="-").lower()


def _read_place(place: str) -> _Place:
    root, terms, page = json.loads(place)
    return _Place(root, tuple(terms), page)


def _author(raw: Any, link: str) -> str | None:  # noqa: ANN401 - whatever a server sent
    """``ann@blog.example``; only a number when the blog does not show its authors' names."""
    shown = inside(raw, "_embedded", "author", 0)
    name = name_of(inside(shown, "slug")) or name_of(inside(shown, "name")) or name_of(inside(raw, "author"))
    return f"{name}@{netloc(link)}" if name else None


def _terms(raw: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever a server sent
    """Names of the post's tags and categories."""
    groups = inside(raw, "_embedded", "wp:term")
    terms = [term for group in (groups if isinstance(groups, list) else []) for term in dicts(group)]
    names = (html_to_text(words(term.get("name"))) for term in terms)
    return tuple(dict.fromkeys(name for name in names if name and name != "Uncategorized"))
