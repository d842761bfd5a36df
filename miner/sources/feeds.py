"""Feeds: RSS and Atom at given addresses, and the feed of a WordPress blog's posts under the era's tags."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urljoin

from miner.errors import MalformedError, UsageError
from miner.records import Post, Rejected
from miner.sources.base import Query, SourceInfo
from miner.sources.exchange import Answer, Ask
from miner.sources.feed_posts import NAME, entry_to_post, read_feed, too_much
from miner.sources.fields import dicts, inside, netloc, web_address
from miner.sources.hosts import host_of
from miner.sources.http import PoliteClient
from miner.sources.listing import Batch, Listing, ListingSource
from miner.sources.refusals import refusal
from miner.sources.slugs import slugs_of


class Feeds(ListingSource):
    """Entries of feeds, newest first.

    What stands at an address that the user gave is taken as it is, whatever its tags: the era is read from the texts
    when they are ranked. A blog that was given by its name is asked for the era's tags alone.
    """

    info: SourceInfo = SourceInfo(
        name=NAME,
        title="RSS and Atom feeds",
        post_is="an entry's title and text",
        needs="",
        limits="what the feed holds, often its 10 newest entries; WordPress shows all of them, page by page",
        terms_url="https://www.rfc-editor.org/rfc/rfc4287",
        terms_read=date(2026, 11, 1),
        min_posts=0,
        takes=frozenset({"instance", "url"}),
    )

    def listings(self, query: Query) -> Sequence[Listing]:
        """One for each address, and one for each blog.

        Raises:
            UsageError: Neither was given, or an address is none.
        """
        bases, urls = query.origins_of(NAME), query.urls_of(NAME)
        if not bases and not urls:
            raise UsageError(
                "feeds does not know what to read.",
                f"Give feeds with `--url {NAME}=https://…`, or WordPress blogs with `--instance {NAME}=HOST`.",
            )
        if any("@" in netloc(url) for url in urls):
            raise UsageError("The address of a feed holds a user or password.", "Give one that anybody may read.")
        if wrong := next((url for url in urls if web_address(url) is None), None):
            raise UsageError(f"{wrong!r} is no address of a feed.", "Give one such as https://example.org/feed/.")
        slugs = ",".join(slugs_of(query.tags))
        return [
            *(
                Listing(stream=f"{NAME}/{host_of(url)}/{url}", base=url, subject="", what=f"the feed {url}")
                for url in urls
            ),
            *(
                Listing(
                    stream=f"{NAME}/{host_of(base)}/{slugs}",
                    base=base,
                    subject=slugs,
                    what="its feed of the era's tags",
                )
                for base in bases
            ),
        ]

    async def fetch(self, listing: Listing, place: str | None, query: Query, client: PoliteClient) -> Batch:
        """A page of a feed: *place* is its address, or its number on a blog."""
        ask = _blog_ask(listing, place) if listing.subject else _ask(listing, place or listing.base)
        answer = await client.get(ask)
        if answer.status == 304:
            return Batch(items=[], next_place=None, mark=listing.mark)
        found = _read(answer, listing)
        if answer.status == 404:
            if place is None and found is None:
                raise refusal(answer, ask)
            return Batch(items=[], next_place=None)
        if found is None:
            raise MalformedError(
                f"{host_of(listing.base)} answered to {listing.what} with something that is no feed.",
                "Give the address of the feed itself, often …/feed/ or …/rss; "
                "pages for people are read with `--source pages`.",
            )
        next_place = _next_page(place, found) if listing.subject else _next_address(found, answer)
        return Batch(items=found["entries"], next_place=next_place, mark=_mark(answer))

    def objects_in(self, data: Any) -> list[Any]:  # noqa: ANN401 - whatever a server sent
        """The entries of a feed's text."""
        found = read_feed(data.encode("utf-8", "replace"), "") if isinstance(data, str) else data
        return dicts(inside(found, "entries"))

    def why_not(self, post: Post, listing: Listing) -> str | None:
        """A server that is no WordPress shows all of its posts, whatever it is asked for."""
        if not listing.subject or set(slugs_of(post.tags)) & set(listing.subject.split(",")):
            return None
        return "not tagged with the era"

    def to_post(self, raw: Any, *, host: str = "") -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        """An entry, as :meth:`objects_in` gives it."""
        return entry_to_post(raw, host=host)


def _ask(listing: Listing, url: str) -> Ask:
    """A question for what stands at an address."""
    return Ask(
        url=url,
        what=listing.what,
        extra_headers=_conditions(listing.mark),
        expects="text",
        accepts=frozenset({304}),
        elsewhere="Leave this feed out.",
        pause_s=listing.pause_s,
    )


def _blog_ask(listing: Listing, place: str | None) -> Ask:
    """``/?feed=rss2&tag=80s,anni80&paged=2``, which works with pretty addresses and without."""
    return replace(
        _ask(listing, f"{listing.base}/"),
        params=(("feed", "rss2"), ("tag", listing.subject), *((("paged", place),) if place else ())),
        # behind the last page
        accepts=frozenset({304, 404}),
        elsewhere=f"Give the address of its feed with `--url {NAME}=https://…`, or leave this server out.",
    )


def _read(answer: Answer, listing: Listing) -> dict[str, Any] | None:
    """The feed; None when it is none. Raises MalformedError for one that is too large."""
    if excess := too_much(answer.body):
        raise MalformedError(
            f"{host_of(listing.base)} answered to {listing.what} with a feed of over {excess}, which is not read.",
            "Leave this feed out.",
        )
    return read_feed(answer.body, answer.url)


def _next_page(place: str | None, found: dict[str, Any]) -> str | None:
    return str(int(place or 1) + 1) if found["entries"] else None


def _next_address(found: dict[str, Any], answer: Answer) -> str | None:
    """The older part of a feed (RFC 5005), on the same server."""
    if not isinstance(found["next"], str):
        return None
    address = urljoin(answer.url, found["next"])
    return address if netloc(address) == netloc(answer.url) and web_address(address) else None


def _mark(answer: Answer) -> str | None:
    """What to send with the next question, so that the server may answer 304."""
    sent = {"If-None-Match": answer.headers.get("etag"), "If-Modified-Since": answer.headers.get("last-modified")}
    kept = {name: value for name, value in sent.items() if value and value.isascii() and value.isprintable()}
    return json.dumps(kept) if kept else None


def _conditions(mark: str | None) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(value)) for name, value in json.loads(mark).items()) if mark else ()
