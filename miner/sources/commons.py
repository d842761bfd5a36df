"""Wikimedia Commons, and other wikis on MediaWiki: files whose descriptions name the era."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from miner.errors import MinerError, RateLimited, RefusedError
from miner.records import Post, Rejected
from miner.sources.base import Query, SourceInfo
from miner.sources.exchange import Ask
from miner.sources.fields import dicts, inside, moment, name_of, netloc, web_address, words
from miner.sources.hosts import host_of
from miner.sources.html import html_to_text
from miner.sources.http import PoliteClient
from miner.sources.listing import Batch, Listing, ListingSource, malformed, side_by_side
from miner.sources.refusals import AGAIN, quoted

NAME = "commons"
HOST = "https://commons.wikimedia.org"
FILES_PER_PAGE = 50
API_PATHS = ("/w/api.php", "/api.php")
# what a page of files still lacks comes with further answers, each for some of them
MAX_PARTS = 20
# a search shows no more than its first so many
MAX_OFFSET = 10_000
MAX_LAG_S = 5
MAX_TRIES = 5
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{2,5}$")


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
        """A page of files, whole; *place* is the path of the API and what it said to go on with."""
        path, onward = _read_place(place)
        files: dict[str, dict[str, Any]] = {}
        for _ in range(MAX_PARTS):
            path, data = await self._asked(listing, path, onward, client)
            for found in self.objects_in(data):
                _merge(files.setdefault(str(found.get("pageid") or found.get("title")), {}), found)
            onward = _strings(inside(data, "continue"))
            if inside(data, "batchcomplete") is not None or not onward:
                break
        offset = onward.get("gsroffset", "0")
        is_end = not onward or (offset.isdecimal() and int(offset) >= MAX_OFFSET)
        next_place = None if is_end else json.dumps({"path": path, "continue": onward}, sort_keys=True)
        return Batch(items=list(files.values()), next_place=next_place)

    async def _asked(
        self, listing: Listing, path: str, onward: Mapping[str, str], client: PoliteClient
    ) -> tuple[str, Any]:
        """Path of the API and its answer; a wiki whose copies of the database lag behind is left alone a while."""
        for n_tried in range(MAX_TRIES):
            answer = await client.get(
                Ask(
                    url=listing.base + (path or API_PATHS[0]),
                    what=listing.what,
                    params=_params(listing.subject, onward),
                    accepts=frozenset() if path else frozenset({404}),
                    # a documented API for programs; robots.txt keeps crawlers out of /w/
                    is_api=True,
                    pause_s=listing.pause_s + n_tried * MAX_LAG_S,
                )
            )
            if answer.status == 404:
                return await self._asked(listing, API_PATHS[1], onward, client)
            code = words(inside(answer.data, "error", "code"))
            if code not in {"maxlag", "ratelimited"}:
                break
        if code:
            raise _refused(code, answer.data, listing)
        if not isinstance(answer.data, dict) or not ({"query", "batchcomplete"} & answer.data.keys()):
            raise malformed(listing, "no list of files")
        return path or API_PATHS[0], answer.data

    def objects_in(self, data: Any) -> list[Any]:  # noqa: ANN401 - whatever a server sent
        """The files: of a search for pages with their properties; bare hits of a search say too little."""
        pages = inside(data, "query", "pages")
        return dicts(list(pages.values()) if isinstance(pages, dict) else pages)

    # {"pageid": 2, "ns": 6, "title": "File:Walkman 1985.png", "imageinfo": [{"timestamp": "2026-11-22T22:34:01Z",
    #  "user": "Ann", "descriptionurl": "https://commons.wikimedia.org/wiki/File:Walkman_1985.png", "extmetadata":
    #  {"ImageDescription": {"value": "A <a href=…>Sony</a> Walkman"}, "Categories": {"value": "1980s|Sony"},
    #   "DateTimeOriginal": {"value": "1985"}}}]}
    def to_post(self, raw: Any, *, host: str = "") -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        """A file. When it was taken is a claim of its uploader; its time here is that of the upload."""
        title = words(inside(raw, "title"))
        if inside(raw, "ns") != 6 or not title:
            return Rejected(source=NAME, reason="not a file", raw_id=title or None)
        info = inside(raw, "imageinfo", 0)
        if not isinstance(info, dict):
            return Rejected(source=NAME, reason="not described", raw_id=title)
        address = web_address(info.get("descriptionurl"))
        if address is None:
            return Rejected(source=NAME, reason="no global id", raw_id=title)
        text = "\n\n".join(part for part in (_title_words(title), _described(info, "ImageDescription")) if part)
        if not text:
            return Rejected(source=NAME, reason="no text", raw_id=title)
        user = name_of(info.get("user"))
        return Post(
            id=f"{NAME}:{address.split('://', 1)[1]}",
            source=NAME,
            text=text,
            created_at=moment(info.get("timestamp")),
            author=f"{user}@{netloc(address)}" if user else None,
            tags=_categories(info),
            url=address,
        )


def _params(phrase: str, onward: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    asked = {
        "action": "query",
        "format": "json",
        "formatversion": "2",
        "maxlag": str(MAX_LAG_S),
        "generator": "search",
        "gsrsearch": f'"{phrase}"' if " " in phrase else phrase,
        "gsrnamespace": "6",
        "gsrlimit": str(FILES_PER_PAGE),
        "prop": "imageinfo",
        "iiprop": "url|user|timestamp|extmetadata",
        "iiextmetadatafilter": "ImageDescription|Categories",
        "iiextmetadatamultilang": "1",
        **onward,
    }
    return tuple(asked.items())


def _refused(code: str, data: Any, listing: Listing) -> MinerError:  # noqa: ANN401 - whatever a server sent
    """An error that comes with status 200."""
    said = quoted(words(inside(data, "error", "info")) or code)
    head = f"{host_of(listing.base)} answered to {listing.what}: “{said}”."
    if code in {"maxlag", "ratelimited", "readonly"}:
        return RateLimited(head, AGAIN)
    return RefusedError(head, "Leave this wiki out, or choose another one with `--instance`.")


def _read_place(place: str | None) -> tuple[str, dict[str, str]]:
    """Path of the API (empty: not found yet) and what to go on with."""
    found = json.loads(place) if place else {}
    return str(found.get("path", "")), _strings(found.get("continue"))


def _strings(found: Any) -> dict[str, str]:  # noqa: ANN401 - whatever a server sent
    """All of ``continue``: it is to be sent back whole, and its members differ from answer to answer."""
    members = found.items() if isinstance(found, dict) else ()
    return {str(k): str(v) for k, v in members if isinstance(v, str | int) and not isinstance(v, bool)}


def _merge(file: dict[str, Any], part: Mapping[str, Any]) -> None:
    """Add what a further answer says of *file*: its descriptions come in parts when they are long."""
    for name, value in part.items():
        if file.get(name) in (None, [], ""):
            file[name] = value


def _described(info: Mapping[str, Any], name: str) -> str:
    """A description as text; all its languages, where it comes in several."""
    value = inside(info, "extmetadata", name, "value")
    # {"_type": "lang", "en": "A clock", "de": "Eine Uhr"}
    several = [value[key] for key in value if key != "_type"] if isinstance(value, dict) else [value]
    texts = (html_to_text(words(text)).strip() for text in several)
    return "\n\n".join(dict.fromkeys(text for text in texts if text))


def _categories(info: Mapping[str, Any]) -> tuple[str, ...]:
    value = words(inside(info, "extmetadata", "Categories", "value"))
    return tuple(dict.fromkeys(part.strip() for part in value.split("|") if part.strip()))


def _title_words(title: str) -> str:
    """``Walkman 1985`` from ``File:Walkman_1985.png``."""
    name = _EXTENSION.sub("", title.partition(":")[2] or title).replace("_", " ").strip()
    return name if any(c.isalpha() for c in name) else ""
