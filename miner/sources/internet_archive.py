"""The Internet Archive: items that people uploaded, with titles and descriptions that name the era."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from miner.errors import RefusedError
from miner.records import Post, Rejected
from miner.sources.base import Query, SourceInfo
from miner.sources.exchange import Ask
from miner.sources.fields import count, inside, moment, name_of, words
from miner.sources.hosts import host_of
from miner.sources.html import html_to_text
from miner.sources.http import PoliteClient
from miner.sources.listing import Batch, Listing, ListingSource, malformed, side_by_side
from miner.sources.refusals import AGAIN, quoted

NAME = "internet-archive"
HOST = "https://archive.org"
ITEMS_PER_PAGE = 1000
# the fewest that the API takes
FEWEST_PER_PAGE = 100
FIELDS = "identifier,title,description,subject,mediatype,publicdate,addeddate,creator,uploader,num_reviews"
# Items that may be taken down in the middle of a walk, beside one in a hundred; more that lack are a walk cut off.
MISSABLE = 10
# what people scanned, filmed and recorded; "collection", "account" and "web" are the Archive's own order
_KINDS = ("image", "movies", "audio", "texts", "software", "etree", "data")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a walk stands.

    Attributes:
        cursor: Of the next page; empty at the beginning.
        n_read: Items on the pages before it.
        n_all: Items that the search found, by its first answer.
        is_again: The page was read once, and the search broke off behind it.
    """

    cursor: str = ""
    n_read: int = 0
    n_all: int = 0
    is_again: bool = False


class InternetArchive(ListingSource):
    """Items in whose title, description or subjects a phrase of the era stands."""

    info: SourceInfo = SourceInfo(
        name=NAME,
        title="Internet Archive",
        post_is="an item's title, description and subjects",
        needs="",
        limits="1,000 items a request; no figure for requests is published, one a second is kept",
        terms_url="https://archive.org/about/terms.php",
        terms_read=date(2026, 11, 1),
        min_posts=20,
        takes=frozenset(),
    )
    # the scrape API goes by identifier
    is_newest_first = False

    def listings(self, query: Query) -> Sequence[Listing]:
        """One for each phrase."""
        subjects = {phrase: f"items with “{phrase}”" for phrase in query.phrases}
        return side_by_side(NAME, query.origins_of(NAME, HOST), subjects)

    async def fetch(self, listing: Listing, place: str | None, query: Query, client: PoliteClient) -> Batch:
        """The items behind the cursor in *place*."""
        at = _read_place(place)
        # A search that takes too long ends without a cursor, as a whole one does: it is asked again.
        for _ in range(2):
            data = await self._asked(listing, at, query, client)
            items, cursor = self.objects_in(data), words(inside(data, "cursor"))
            n_read, n_all = at.n_read + len(items), at.n_all or count(inside(data, "total")) or 0
            if cursor:
                return Batch(items=items, next_place=_place(_Place(cursor=cursor, n_read=n_read, n_all=n_all)))
            if n_read >= n_all - max(MISSABLE, n_all // 100):
                return Batch(items=items, next_place=None)
        if at.is_again:
            head = f"{host_of(listing.base)} broke off {listing.what} after {n_read:,} of {n_all:,}."
            # refused, so that the next run begins anew if it is met again: what the search finds may have become less
            raise RefusedError(head, AGAIN)
        # what came is kept before it is an error
        return Batch(items=items, next_place=_place(replace(at, n_all=n_all, is_again=True)))

    async def _asked(self, listing: Listing, at: _Place, query: Query, client: PoliteClient) -> Any:  # noqa: ANN401
        """An answer with a list of items."""
        ask = Ask(
            url=f"{listing.base}/services/search/v1/scrape",
            what=listing.what,
            params=(
                ("q", _search(listing.subject, query)),
                ("fields", FIELDS),
                ("count", str(max(FEWEST_PER_PAGE, min(ITEMS_PER_PAGE, query.limit or ITEMS_PER_PAGE)))),
                *((("cursor", at.cursor),) if at.cursor else ()),
            ),
            # a documented API for programs, made for reading long lists
            is_api=True,
            pause_s=listing.pause_s,
        )
        data = await client.get_json(ask)
        # {"error": "…", "errorType": "RangeException"}, also with status 200
        if said := words(inside(data, "error")):
            head = f"{host_of(listing.base)} answered to {listing.what}: “{quoted(said)}”."
            raise RefusedError(head, AGAIN)
        if not isinstance(inside(data, "items"), list):
            raise malformed(listing, "no list of items")
        return data

    def objects_in(self, data: Any) -> list[Any]:  # noqa: ANN401 - whatever a server sent
        """The items: of the scrape API, of the search by pages, or the one whose metadata this is."""
        for found in (inside(data, "items"), inside(data, "response", "docs")):
            if isinstance(found, list):
                return found
        about = inside(data, "metadata")
        return [about] if isinstance(about, dict) else []

    # {"identifier": "toy-ads-1986", "title": "Toy commercials, 1986", "description": ["Off a <i>VHS</i> tape", "…"],
    #  "subject": "toys;commercials", "mediatype": "movies", "creator": "Ann", "uploader": "ann@example.org",
    #  "publicdate": "2019-03-02T10:11:12Z", "date": "1986-01-01T00:00:00Z"}
    def to_post(self, raw: Any, *, host: str = "") -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        """An item. ``date`` is when the thing was made, as its uploader says; the post's time is that of the upload."""
        item = name_of(inside(raw, "identifier"))
        if not item:
            return Rejected(source=NAME, reason="no global id")
        if (kind := words(inside(raw, "mediatype"))) and kind not in _KINDS:
            return Rejected(source=NAME, reason="not an item", raw_id=item)
        parts = [*_texts(inside(raw, "title")), *(html_to_text(text) for text in _texts(inside(raw, "description")))]
        text = "\n\n".join(dict.fromkeys(part.strip() for part in parts if part.strip()))
        if not text:
            return Rejected(source=NAME, reason="no text", raw_id=item)
        authors = [*_texts(inside(raw, "uploader")), *_texts(inside(raw, "creator"))]
        return Post(
            id=f"{NAME}:{item}",
            source=NAME,
            text=text,
            created_at=moment(inside(raw, "publicdate")) or moment(inside(raw, "addeddate")),
            author=next(filter(None, map(name_of, authors)), None),
            tags=_subjects(inside(raw, "subject")),
            url=f"{HOST}/details/{item}" if item.isascii() and " " not in item else None,
            replies=count(inside(raw, "num_reviews")),
        )


def _place(place: _Place) -> str:
    return json.dumps(asdict(place), sort_keys=True)


def _read_place(place: str | None) -> _Place:
    try:
        found = json.loads(place) if place else {}
    except ValueError:
        # a cursor alone, as the first version wrote it
        return _Place(cursor=place or "")
    return _Place(
        cursor=words(inside(found, "cursor")),
        n_read=count(inside(found, "n_read")) or 0,
        n_all=count(inside(found, "n_all")) or 0,
        is_again=inside(found, "is_again") is True,
    )


def _search(phrase: str, query: Query) -> str:
    """``"the 80s" AND mediatype:(image OR …) AND publicdate:[2019-01-01T00:00:00Z TO …]``, in Lucene's words."""
    parts = ['"{}"'.format(phrase.replace('"', " ")), f"mediatype:({' OR '.join(_KINDS)})"]
    if query.since or query.until:
        bounds = (t.strftime("%Y-%m-%dT%H:%M:%SZ") if t else "*" for t in (query.since, query.until))
        parts.append(f"publicdate:[{' TO '.join(bounds)}]")
    return " AND ".join(parts)


def _texts(found: Any) -> list[str]:  # noqa: ANN401 - whatever a server sent
    """A field that is a string, or a list of strings."""
    return [words(item) for item in (found if isinstance(found, list) else [found]) if words(item)]


def _subjects(found: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever a server sent
    """Subjects one by one: uploaders write them as a list, or all in one with semicolons."""
    parts = (part.strip().lstrip("#") for text in _texts(found) for part in text.split(";"))
    return tuple(dict.fromkeys(part for part in parts if part))
