"""Lemmy: posts that name the era, or all of chosen communities. Servers of 0.19 speak API v3, those of 1.0 speak v4."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from miner.errors import UsageError
from miner.records import Post, Rejected
from miner.sources.base import Query, SourceInfo
from miner.sources.fields import dicts, inside, name_of, words
from miner.sources.hosts import host_of, origin
from miner.sources.http import PoliteClient
from miner.sources.lemmy_ask import answer_to, page_ask, site_ask
from miner.sources.lemmy_post import NAME, view_to_post
from miner.sources.listing import Batch, Listing, ListingSource, malformed, with_token

# Each shows what its users subscribe to from everywhere: two large ones, and one each in German, French, Italian and
# Portuguese.
HOSTS = ("lemmy.world", "lemmy.ml", "feddit.org", "jlai.lu", "feddit.it", "lemmy.eco.br")
# v3 refuses later pages, and its page_cursor skips posts (lemmy#6252)
MAX_PAGES = 100
_COMMUNITY = re.compile(r"(?:!|/?c/)?(\w{1,255})(?:@([\w.:-]+))?/?", re.ASCII)
_COMMUNITY_URL = re.compile(r"https?://([\w.:-]+)/c/(\w{1,255})(?:@([\w.:-]+))?/?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Site:
    """What a server says about itself: the version of its API, and the code of each language's number."""

    version: int
    languages: Mapping[int, str]


class Lemmy(ListingSource):
    """Posts in which a phrase of the era stands, or all posts of the communities given, newest first."""

    info: SourceInfo = SourceInfo(
        name=NAME,
        title="Lemmy",
        post_is="a post's title, text and alt text",
        needs="",
        limits="50 posts a request; the newest 5,000 posts of a search or community on servers of version 0.19",
        terms_url="https://lemmy.world/legal",
        terms_read=date(2026, 11, 1),
        min_posts=5,
        takes=frozenset({"instance", "community"}),
    )

    def __init__(self) -> None:
        self._sites: dict[str, _Site] = {}

    def listings(self, query: Query) -> Sequence[Listing]:
        """One for each server and phrase; or for each community given, on its own server unless servers are given."""
        tokens = {host_of(origin(host)): token for host, token in (query.tokens or {}).items()}
        communities = [_community(name) for name in query.communities_of(NAME)]
        if communities:
            asked = [
                (base, f"c/{name}@{host}" if host else f"c/{name}", f"posts in !{name}" + (f"@{host}" if host else ""))
                for name, host in communities
                for base in query.origins_of(NAME, *([host] if host else HOSTS))
            ]
        else:
            bases = query.origins_of(NAME, *HOSTS)
            asked = [(base, phrase, f"posts with “{phrase}”") for base in bases for phrase in query.phrases]
        return [
            with_token(
                Listing(stream=f"{NAME}/{host_of(base)}/{subject}", base=base, subject=subject, what=what),
                tokens.get(host_of(base)),
            )
            for base, subject, what in dict.fromkeys(asked)
        ]

    async def fetch(self, listing: Listing, place: str | None, query: Query, client: PoliteClient) -> Batch:
        """The page at *place*, ``3:2`` for page 2 in v3, ``4:…`` for a cursor of v4."""
        site = self._sites.get(listing.base) or await self._site(listing, client)
        self._sites[listing.base] = site
        version, _, at = (place or f"{site.version}:").partition(":")
        if version != str(site.version):
            # upgraded since: the next page of one version means nothing to the other
            at = ""
        data = await answer_to(page_ask(listing, site.version, at), client)
        if _listed(data) is None:
            raise malformed(listing, "no list of posts")
        found = self.objects_in(data)
        views = [view | {"language": _code(site, view)} if isinstance(view, dict) else view for view in found]
        if site.version == 3:
            n_next = (int(at) if at.isdecimal() else 1) + 1
            next_place = f"3:{n_next}" if views and n_next <= MAX_PAGES else None
        else:
            cursor = name_of(inside(data, "next_page"))
            next_place = f"4:{cursor}" if cursor else None
        return Batch(items=views, next_place=next_place)

    async def _site(self, listing: Listing, client: PoliteClient) -> _Site:
        # v4 first: servers of 1.0 answer in v3 as well, but with the first page again whichever is asked for
        for version in (4, 3):
            answer = await client.get(site_ask(listing, version))
            if answer.status < 300 and words(inside(answer.data, "version")):
                languages = {
                    lang["id"]: words(lang.get("code"))
                    for lang in dicts(inside(answer.data, "all_languages"))
                    if isinstance(lang.get("id"), int)
                }
                return _Site(version=version, languages=languages)
        raise malformed(listing, "nothing that tells its version")

    def objects_in(self, data: Any) -> list[Any]:  # noqa: ANN401 - whatever a server sent
        """The posts."""
        return _listed(data) or []

    def to_post(self, raw: Any, *, host: str = "") -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        """A post view of either version; see :func:`~miner.sources.lemmy_post.view_to_post`."""
        return view_to_post(raw)


def _listed(data: Any) -> list[Any] | None:  # noqa: ANN401 - whatever a server sent
    """The list of an answer: ``posts`` in v3; ``items`` in v4, whose search had ``search`` before 1.0."""
    return next((found for key in ("posts", "items", "search") if isinstance(found := inside(data, key), list)), None)


def _code(site: _Site, view: Mapping[str, Any]) -> str | None:
    number = inside(view, "post", "language_id")
    # 0 is "und": the author did not say
    return site.languages.get(number) if isinstance(number, int) else None


def _community(typed: str) -> tuple[str, str | None]:
    """Name and server of a community, the latter None when it was not named.

    Raises:
        UsageError: It names no community.
    """
    url, name = _COMMUNITY_URL.fullmatch(typed.strip()), _COMMUNITY.fullmatch(typed.strip())
    if url is not None:
        return url[2], (url[3] or url[1])
    if name is not None:
        return name[1], name[2]
    raise UsageError(f"{typed!r} names no community of Lemmy.", "Give a name such as nostalgia@lemmy.world.")
