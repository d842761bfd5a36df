"""Web pages at given addresses: their articles or their main text, under robots.txt and the pages' own wishes."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urldefrag

from miner.errors import MalformedError, UsageError
from miner.records import Post, Rejected
from miner.sources.base import Query, SourceInfo
from miner.sources.exchange import Ask
from miner.sources.fields import dicts, inside, netloc, web_address
from miner.sources.hosts import host_of
from miner.sources.http import PoliteClient
from miner.sources.listing import Batch, Listing, ListingSource
from miner.sources.page_posts import NAME, article_to_post, read_page
from miner.sources.refusals import quoted

MAX_PAGES = 500
_CHARSET = re.compile(r"charset=([^;,]+)")


class Pages(ListingSource):
    """Pages, and those that they call the next ones. What stands at a given address is taken, whatever its tags."""

    info: SourceInfo = SourceInfo(
        name=NAME,
        title="Web pages",
        post_is="an article, comment or forum post on a page, or its main text, with its pictures' descriptions",
        needs="",
        limits=f"{MAX_PAGES} pages behind each address, 3 MB of each; robots.txt, noindex, nofollow; no JavaScript",
        terms_url="https://www.rfc-editor.org/rfc/rfc9309",
        terms_read=date(2026, 11, 1),
        min_posts=0,
        takes=frozenset({"url"}),
    )
    # a page's next one may be older or newer
    is_newest_first = False

    def listings(self, query: Query) -> Sequence[Listing]:
        """One for each address.

        Raises:
            UsageError: None was given, or one is no address.
        """
        urls = list(dict.fromkeys(urldefrag(url).url if web_address(url) else url for url in query.urls_of(NAME)))
        if not urls:
            raise UsageError(f"{NAME} does not know what to read.", f"Give addresses with `--url {NAME}=https://…`.")
        if any("@" in netloc(url) for url in urls):
            raise UsageError("The address of a page holds a user or password.", "Give one that anybody may read.")
        if wrong := next((url for url in urls if web_address(url) is None), None):
            raise UsageError(f"{wrong!r} is no address of a page.", "Give one such as https://example.org/memories/.")
        return [
            Listing(stream=f"{NAME}/{host_of(url)}/{url}", base=url, subject=url, what=f"the page {url}")
            for url in urls
        ]

    async def fetch(self, listing: Listing, place: str | None, query: Query, client: PoliteClient) -> Batch:
        """A page: *place* is its number, its address, and that of the page before."""
        number, url, *before = json.loads(place) if place else (1, listing.base)
        what, elsewhere = f"the page {url}", "Leave this page out."
        ask = Ask(url=url, what=what, expects="text", elsewhere=elsewhere, pause_s=listing.pause_s)
        answer = await client.get(ask)
        kind, _, parameters = answer.headers.get("content-type", "text/html").lower().partition(";")
        if "html" not in kind:
            raise MalformedError(
                f"{host_of(url)} answered to {what} with something that is no web page ({quoted(kind)}).",
                "Feeds are read with `--source feeds`, files on this machine with `miner import`.",
            )
        charset, rules = _CHARSET.search(parameters), answer.headers.get("x-robots-tag", "")
        page = read_page(
            answer.body, answer.url, rules=rules, charset=charset.group(1) if charset else "", before="".join(before)
        )
        onward = page["next"] if number < MAX_PAGES else None
        return Batch(items=page["items"], next_place=json.dumps([number + 1, onward, page["url"]]) if onward else None)

    def objects_in(self, data: Any) -> list[Any]:  # noqa: ANN401 - whatever a server sent
        """The posts in a page's text."""
        found = read_page(data, "https://example.org/") if isinstance(data, str) else data
        return dicts(inside(found, "items"))

    def to_post(self, raw: Any, *, host: str = "") -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        """One of them, as :meth:`objects_in` gives it."""
        return article_to_post(raw)
