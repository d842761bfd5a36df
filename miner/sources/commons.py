"""Wikimedia Commons, and other wikis on MediaWiki: files whose descriptions name the era."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from miner.errors import BlockedError, MinerError, RateLimited, RefusedError, SourceError
from miner.records import Post, Rejected
from miner.sources.base import Query, SourceInfo
from miner.sources.commons_post import NAME, file_as_post
from miner.sources.exchange import Answer, Ask
from miner.sources.fields import dicts, inside, words
from miner.sources.hosts import host_of
from miner.sources.http import PoliteClient
from miner.sources.listing import Batch, Listing, ListingSource, malformed, side_by_side
from miner.sources.refusals import AGAIN, quoted
from miner.sources.retry import Failure, Trouble

HOST = "https://commons.wikimedia.org"
FILES_PER_PAGE = 50
# as on Wikimedia's wikis, and where others have it
API_PATHS = ("/w/api.php", "/api.php", "/wiki/api.php", "/mediawiki/api.php")
# of all files of an answer together, 500 on Commons; what a page of files still lacks comes with further answers
CATEGORIES_PER_PART = "max"
MAX_PARTS = 100
MAX_LAG_S = 5
# CirrusSearch, which Commons uses, shows 10,000 files of any order: those that fit best, then both ends by time.
ORDERS = ("", "create_timestamp_desc", "create_timestamp_asc")
_BEYOND = "cirrussearch-offset-too-large"
_LIMITED = frozenset({"maxlag", "ratelimited"})
_BUSY = _LIMITED | {"readonly", "cirrussearch-backend-error", "cirrussearch-too-busy-error"}


class Commons(ListingSource):
    """Files in whose description, title or categories a phrase of the era stands."""

    info: SourceInfo = SourceInfo(
        name=NAME,
        title="Wikimedia Commons (or another MediaWiki)",
        post_is="a picture's, film's or sound's title, description and categories",
        needs="",
        limits="50 files a request, one after the other; 10,000 files a search",
        terms_url="https://foundation.wikimedia.org/wiki/Policy:Terms_of_Use",
        terms_read=date(2026, 11, 1),
        min_posts=20,
        takes=frozenset({"instance"}),
    )
    # a search is ordered by how well it fits
    is_newest_first = False

    def listings(self, query: Query) -> Sequence[Listing]:
        """One for each phrase."""
        subjects = {phrase: f"files with “{phrase}”" for phrase in query.phrases}
        return side_by_side(NAME, query.origins_of(NAME, HOST), subjects)

    async def fetch(self, listing: Listing, place: str | None, query: Query, client: PoliteClient) -> Batch:
        """A page of files, whole; *place* is the path of the API, the order, and what it said to go on with."""
        path, order, onward = _read_place(place)
        files: dict[str, dict[str, Any]] = {}
        for _ in range(MAX_PARTS):
            path, data = await self._asked(listing, path, _params(listing.subject, order, onward), client)
            if inside(data, "error", "code") == _BEYOND:
                following = ORDERS[ORDERS.index(order) + 1 :]
                return Batch(items=[], next_place=_place(path, following[0], {}) if following else None)
            for found in self.objects_in(data):
                _merge(files.setdefault(words(found.get("title")) or f"nameless {len(files)}", {}), found)
            onward = _strings(inside(data, "continue"))
            if inside(data, "batchcomplete") is not None or not onward:
                return Batch(items=list(files.values()), next_place=_place(path, order, onward) if onward else None)
        raise malformed(listing, f"{MAX_PARTS} parts of a page, and no end of it")

    async def _asked(
        self, listing: Listing, path: str, params: tuple[tuple[str, str], ...], client: PoliteClient
    ) -> tuple[str, Any]:
        """Path of the API and its answer; a wiki that is busy is left alone as long as it says, and asked again."""
        n_tries, waited_s = 0, 0.0
        while True:
            n_tries += 1
            path, ask, answer = await _found(listing, path, params, client)
            code = words(inside(answer.data, "error", "code"))
            if code not in _BUSY and not code.startswith("internal_api_error"):
                break
            # it says so with status 200; Retry-After stands beside it
            failure = Failure(trouble=Trouble.STATUS, status=503, headers=answer.headers)
            try:
                waited_s += await client.wait_to_retry(failure, ask, n_tries=n_tries, waited_s=waited_s)
            except RateLimited:
                raise
            except SourceError as error:
                raise _refused(code, answer.data, listing) from error
        if code == _BEYOND:
            return path, answer.data
        if code:
            raise _refused(code, answer.data, listing)
        if not isinstance(answer.data, dict) or not ({"query", "batchcomplete"} & answer.data.keys()):
            raise malformed(listing, "no list of files")
        return path, answer.data

    def objects_in(self, data: Any) -> list[Any]:  # noqa: ANN401 - whatever a server sent
        """The files: of a search for pages with their properties; bare hits of a search say too little."""
        pages = inside(data, "query", "pages")
        return dicts(list(pages.values()) if isinstance(pages, dict) else pages)

    def to_post(self, raw: Any, *, host: str = "") -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        """A file."""
        return file_as_post(raw)


async def _found(
    listing: Listing, path: str, params: tuple[tuple[str, str], ...], client: PoliteClient
) -> tuple[str, Ask, Answer]:
    """The answer of the API at *path*; of the first of the usual paths where one is, when *path* is empty.

    Raises:
        RefusedError: There is none at any of them.
    """
    for candidate in [path] if path else API_PATHS:
        ask = Ask(
            url=listing.base + candidate,
            what=listing.what,
            params=params,
            accepts=frozenset() if path else frozenset({404}),
            # a documented API for programs; robots.txt keeps crawlers out of /w/
            is_api=True,
            pause_s=listing.pause_s,
        )
        answer = await client.get(ask)
        if answer.status != 404:
            return candidate, ask, answer
    raise RefusedError(
        f"{host_of(listing.base)} has no MediaWiki API at {', '.join(API_PATHS)}.",
        "Check that it is a MediaWiki, or choose another one with `--instance`.",
    )


def _params(phrase: str, order: str, onward: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    asked = {
        "action": "query",
        "format": "json",
        "formatversion": "2",
        "maxlag": str(MAX_LAG_S),
        "generator": "search",
        # in quotes also when it is one word: without, "1980s" finds what says "1980"
        "gsrsearch": '"{}"'.format(phrase.replace('"', " ")),
        "gsrnamespace": "6",
        "gsrlimit": str(FILES_PER_PAGE),
        **({"gsrsort": order} if order else {}),
        "prop": "imageinfo|categories",
        "iiprop": "url|user|timestamp|extmetadata",
        "iiextmetadatafilter": "ImageDescription",
        "iiextmetadatamultilang": "1",
        # the hidden ones are the wiki's own order: "Self-published work", "CC-BY-SA-4.0"
        "clshow": "!hidden",
        "cllimit": CATEGORIES_PER_PART,
        **onward,
    }
    return tuple(asked.items())


def _refused(code: str, data: Any, listing: Listing) -> MinerError:  # noqa: ANN401 - whatever a server sent
    """An error that comes with status 200."""
    said = quoted(words(inside(data, "error", "info")) or code)
    head = f"{host_of(listing.base)} answered to {listing.what}: “{said}”."
    if code in _LIMITED:
        return RateLimited(head, AGAIN)
    if code in _BUSY:
        return SourceError(head, AGAIN)
    # "badcontinue", and what it fails at each time: the walk begins anew
    kind = BlockedError if code == "readapidenied" else RefusedError
    return kind(head, "Leave this wiki out, or choose another one with `--instance`.")


def _place(path: str, order: str, onward: Mapping[str, str]) -> str:
    return json.dumps({"path": path, "order": order, "continue": onward}, sort_keys=True)


def _read_place(place: str | None) -> tuple[str, str, dict[str, str]]:
    """Path of the API (empty: not found yet), the order, and what to go on with."""
    found = json.loads(place) if place else {}
    order = found.get("order")
    return str(found.get("path", "")), order if order in ORDERS else "", _strings(found.get("continue"))


def _strings(found: Any) -> dict[str, str]:  # noqa: ANN401 - whatever a server sent
    """All of ``continue``: it is to be sent back whole, and its members differ from answer to answer."""
    members = found.items() if isinstance(found, dict) else ()
    return {str(k): str(v) for k, v in members if isinstance(v, str | int) and not isinstance(v, bool)}


def _merge(file: dict[str, Any], part: Mapping[str, Any]) -> None:
    """Add what a further answer says of *file*: lists go on where they stopped, the rest comes once."""
    for name, value in part.items():
        held = file.get(name)
        if isinstance(held, list) and isinstance(value, list):
            file[name] = [*held, *(item for item in value if item not in held)]
        elif held in (None, ""):
            file[name] = value
