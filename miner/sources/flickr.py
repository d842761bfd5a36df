"""Flickr: public photos under the era's tags, through the search method of its API."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from miner.errors import CredentialsError, MinerError, RateLimited, SourceError
from miner.records import Post, Rejected
from miner.sources.base import Key, Query, SourceInfo
from miner.sources.exchange import Ask
from miner.sources.fields import count, fold_tag, inside, moment, name_of, words
from miner.sources.html import html_to_text
from miner.sources.http import PoliteClient
from miner.sources.listing import Batch, Listing, ListingSource, malformed, side_by_side
from miner.sources.refusals import AGAIN, quoted

NAME = "flickr"
HOST = "https://api.flickr.com"
PHOTOS_PER_PAGE = 500
MAX_PHOTOS = 4000  # what a search shows behind them are photos that it has shown
TAGS_PER_SEARCH = 10  # more are "Exceeded limit of logical ORs allowed" at some number that nobody documents
KEY = Key(
    name="FLICKR_API_KEY", what="a key for non-commercial use", url="https://www.flickr.com/services/apps/create/"
)
_NOT_THE_KEY = frozenset({96, 97, 98, 99, 100})
_TRANSIENT = frozenset({0, 10, 105, 106})


class Flickr(ListingSource):
    """Public photos and videos that have a tag of the era, the newest upload first."""

    info: SourceInfo = SourceInfo(
        name=NAME,
        title="Flickr",
        post_is="a public photo's title, description and tags",
        needs="",
        limits="500 photos a request; 3,600 requests an hour a key; 4,000 photos a search; non-commercial use only",
        terms_url="https://www.flickr.com/help/terms/api",
        terms_read=date(2026, 11, 1),
        min_posts=100,
        keys=(KEY,),
        takes=frozenset({"instance"}),
    )

    def listings(self, query: Query) -> Sequence[Listing]:
        """One for every ten tags."""
        tags = list(dict.fromkeys(query.tags))
        groups = [tags[i : i + TAGS_PER_SEARCH] for i in range(0, len(tags), TAGS_PER_SEARCH)]
        subjects = {"+".join(group): f"photos tagged {' or '.join('#' + tag for tag in group)}" for group in groups}
        return side_by_side(NAME, query.origins_of(NAME, HOST), subjects)

    async def fetch(self, listing: Listing, place: str | None, query: Query, client: PoliteClient) -> Batch:
        """Page *n* of the photos uploaded up to a second: *place* is ``second/n``."""
        before, _, number = (place or "/1").partition("/")
        if not place and query.until:
            before = str(int(query.until.timestamp()))
        ask = Ask(
            url=f"{listing.base}/services/rest/",
            what=listing.what,
            params=(*_search(listing, query), ("page", number), *((("max_upload_date", before),) if before else ())),
            secrets=(("api_key", query.key(KEY)),),
            # a documented API for registered programs, with limits of its own
            is_api=True,
            login=f"Check {KEY.name}, or get a key at {KEY.url}.",
            pause_s=listing.pause_s,
        )
        data = await client.get_json(ask)
        if inside(data, "stat") == "fail":
            raise _refused(data, ask)
        if not isinstance(inside(data, "photos", "photo"), list):
            raise malformed(listing, "no list of photos")
        items = self.objects_in(data)
        seconds = [s for item in items if (s := count(inside(item, "dateupload"))) is not None]
        n_pages = count(inside(data, "photos", "pages"))
        is_last = not seconds or (n_pages is not None and int(number) >= n_pages)
        n_shown = int(number) * _page_size(query)
        place = None if is_last else _next_place(before, int(number), seconds, is_cut=n_shown >= MAX_PHOTOS)
        return Batch(items=items, next_place=place)

    def objects_in(self, data: Any) -> list[Any]:  # noqa: ANN401 - whatever a server sent
        """The photos of a search, or the one that stands alone."""
        photos = inside(data, "photos", "photo")
        alone = inside(data, "photo")
        return photos if isinstance(photos, list) else [alone] if isinstance(alone, dict) else []

    def why_not(self, post: Post, listing: Listing) -> str | None:
        """The platform's search is not to be trusted alone."""
        wanted = set(map(fold_tag, listing.subject.split("+")))
        return None if wanted & set(map(fold_tag, post.tags)) else "not tagged with the era"

    # {"id": "9990655265", "owner": "89165847@N00", "secret": "22b5d237c2", "title": "My first Walkman", "ispublic": 1,
    #  "isfriend": 0, "isfamily": 0, "license": "5", "description": {"_content": "Bought in <b>1983</b>\nstill works"},
    #  "dateupload": "1380418058", "datetaken": "1983-07-01 00:00:00", "datetakengranularity": "4",
    #  "datetakenunknown": 0, "ownername": "ann", "views": "12", "tags": "80s walkman camera:make=canon",
    #  "machine_tags": "camera:make=canon"}
    def to_post(self, raw: Any, *, host: str = "") -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        """A photo. *datetaken* is what a camera or its owner claims about another time, and is not taken.

        (Where ``datetakenunknown`` is 1, or ``"1"``, it is nothing but the moment of the upload.)
        """
        item, owner = name_of(inside(raw, "id")), name_of(inside(raw, "owner")) or name_of(inside(raw, "owner", "nsid"))
        if not item:
            return Rejected(source=NAME, reason="no global id")
        text = "\n\n".join(filter(None, (_title(raw), _description(raw))))
        tags = _tags(raw)
        reason = _why_not(raw) or (None if text or tags else "no text")
        if reason:
            return Rejected(source=NAME, reason=reason, raw_id=item)
        is_web = re.fullmatch(r"\d+", item, re.ASCII) and re.fullmatch(r"[\w@-]+", owner, re.ASCII)
        return Post(
            id=f"{NAME}:{item}",
            source=NAME,
            text=text,
            created_at=moment(inside(raw, "dateupload")) or moment(inside(raw, "dateuploaded")),
            author=owner or None,
            tags=tags,
            url=f"https://www.flickr.com/photos/{owner}/{item}" if is_web else None,
        )


def _search(listing: Listing, query: Query) -> Sequence[tuple[str, str]]:
    since = ((("min_upload_date", str(int(query.since.timestamp()))),)) if query.since else ()
    return (
        ("method", "flickr.photos.search"),
        ("tags", listing.subject.replace("+", ",")),
        ("tag_mode", "any"),
        ("sort", "date-posted-desc"),
        ("safe_search", "1"),
        ("privacy_filter", "1"),
        ("extras", "description,license,date_upload,date_taken,owner_name,tags,machine_tags,views"),
        ("per_page", str(_page_size(query))),
        ("format", "json"),
        ("nojsoncallback", "1"),
        *since,
    )


def _page_size(query: Query) -> int:
    return min(PHOTOS_PER_PAGE, query.limit or PHOTOS_PER_PAGE)


def _next_place(before: str, number: int, seconds: Sequence[int], *, is_cut: bool) -> str:
    """The window from the oldest upload on, which holds it again: others may share its second.

    A second that fills a page alone (an album put online at once) is read page by page, as far as a search shows it,
    and then passed.
    """
    newest, oldest = max(seconds), min(seconds)
    if number == 1 or newest < int(before):
        return f"{oldest}/1" if newest > oldest else f"{oldest}/2"
    return f"{int(before) - 1}/1" if oldest < newest or is_cut else f"{before}/{number + 1}"


def _refused(data: Any, ask: Ask) -> MinerError:  # noqa: ANN401 - whatever a server sent
    """The error in an answer with status 200: ``{"stat": "fail", "code": 100, "message": "Invalid API Key (…)"}``."""
    code = count(inside(data, "code"))
    said = quoted(ask.hide(words(inside(data, "message"))))
    error = "an error without a code" if code is None else f"its error {code}"
    head = f'{ask.host} answered to {ask.what} with {error} ("{said}")'
    if code in _NOT_THE_KEY:
        return CredentialsError(f"{head}: it does not accept the key.", ask.login)
    if code == 429:
        return RateLimited(
            f"{head}: too many requests.", "Run the same command again in an hour; it goes on from here."
        )
    return SourceError(f"{head}.", AGAIN if code in _TRANSIENT else ask.elsewhere)


def _why_not(raw: Any) -> str | None:  # noqa: ANN401 - whatever a server sent
    # what says neither yes nor no is taken for the more careful of the two
    if not (_is(raw, "ispublic", 1) and _is(raw, "isfriend", 0) and _is(raw, "isfamily", 0)):
        return "not public"
    return None if _is(raw, "safety_level", 0) else "marked sensitive"


def _is(raw: Any, name: str, number: int) -> bool:  # noqa: ANN401 - whatever a server sent
    """Whether a flag is absent or has that value: it comes as ``1``, ``"1"`` or ``true``."""
    found = inside(raw, name)
    return found is None or (int(found) if isinstance(found, bool) else count(found)) == number


def _title(raw: Any) -> str:  # noqa: ANN401 - whatever a server sent
    return words(inside(raw, "title")) or words(inside(raw, "title", "_content"))


def _description(raw: Any) -> str:  # noqa: ANN401 - whatever a server sent
    """Flickr takes a little HTML there and shows line ends as such."""
    html = words(inside(raw, "description", "_content")) or words(inside(raw, "description"))
    return html_to_text(html.replace("\n", "<br>")).strip() if html else ""


def _tags(raw: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever a server sent
    """``80s walkman`` without the tags that programs wrote for programs (``camera:make=canon``)."""
    tags = words(inside(raw, "tags")).split()
    return tuple(dict.fromkeys(tag for tag in tags if not (":" in tag and "=" in tag)))
