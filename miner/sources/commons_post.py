"""A file of Wikimedia Commons, or of another MediaWiki, as a post. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from miner.records import Post, Rejected
from miner.sources.fields import dicts, inside, moment, name_of, netloc, web_address, words
from miner.sources.html import html_to_text

NAME = "commons"
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{2,5}$")
# A camera's counter, a date, a number of Flickr's: "DSC01234", "2019-03-02", "(5403271820)", "(3)". Short ones stay:
# "Atari 2600" and "Radio, 1986" are words.
_NUMBERS = re.compile(
    r"""
    \b(?:DSC[FN]?|IMGP?|CIMG|PICT|MVI|GOPR|PXL|P(?=\d{6}))[\s-]?\d{3,}\b
    | \b\d{4}-\d\d-\d\d\b
    | \(\d{1,2}\)
    | \(?\b\d{6,}\b\)?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_EDGES = " -–—,;"


# {"pageid": 2, "ns": 6, "title": "File:Walkman 1985.png", "imageinfo": [{"timestamp": "2026-11-22T22:34:01Z",
#  "user": "Ann", "descriptionurl": "https://commons.wikimedia.org/wiki/File:Walkman_1985.png", "extmetadata":
#  {"ImageDescription": {"value": "A <a href=…>Sony</a> Walkman"}, "DateTimeOriginal": {"value": "1985"}}}],
#  "categories": [{"ns": 14, "title": "Category:1980s"}]}
def file_as_post(raw: Any) -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
    """A file's title, description and categories.

    When it was taken is a claim. Its time and its author here are those of the upload, of the newest version where it
    was uploaded again: a search does not show the others.
    """
    title = words(inside(raw, "title"))
    if inside(raw, "ns") != 6 or not title:
        return Rejected(source=NAME, reason="not a file", raw_id=title or None)
    info = inside(raw, "imageinfo", 0)
    if not isinstance(info, dict):
        return Rejected(source=NAME, reason="not described", raw_id=title)
    address = web_address(info.get("descriptionurl"))
    if address is None:
        return Rejected(source=NAME, reason="no global id", raw_id=title)
    parts = [_title_words(title), *_descriptions(inside(info, "extmetadata", "ImageDescription", "value"))]
    text = "\n\n".join(dict.fromkeys(part for part in parts if part))
    if not text:
        return Rejected(source=NAME, reason="no text", raw_id=title)
    user = name_of(info.get("user"))
    return Post(
        id=f"{NAME}:{address.split('://', 1)[1]}",
        source=NAME,
        text=text,
        created_at=moment(info.get("timestamp")),
        author=f"{user}@{netloc(address)}" if user else None,
        tags=_categories(raw, info),
        url=address,
    )


def _descriptions(value: Any) -> Iterator[str]:  # noqa: ANN401 - whatever a server sent
    """A description as text; one for each language, where it comes in several."""
    if isinstance(value, str):
        yield html_to_text(words(value)).strip()
    elif isinstance(value, dict):
        # {"_type": "lang", "en": "A clock", "de": "Eine Uhr"}
        yield from (html_to_text(words(text)).strip() for key, text in value.items() if key != "_type")


def _categories(raw: Any, info: Mapping[str, Any]) -> tuple[str, ...]:  # noqa: ANN401 - whatever a server sent
    """Those of the page; without them, those of its metadata, where the wiki's hidden ones are among them."""
    # "Category" is another word on wikis in other languages
    titles = (words(page.get("title")) for page in dicts(inside(raw, "categories")))
    names = [title.partition(":")[2] or title for title in titles]
    names = names or words(inside(info, "extmetadata", "Categories", "value")).split("|")
    return tuple(dict.fromkeys(name.strip() for name in names if name.strip()))


def _title_words(title: str) -> str:
    """``Walkman 1985`` from ``File:Walkman_1985.png``; nothing from ``File:DSC01234.jpg``."""
    name = _EXTENSION.sub("", title.partition(":")[2] or title).replace("_", " ")
    # what stood around a number that is gone: "Radio - 2019-03-02 - 01" keeps one dash
    name = re.sub(r"([-–—,])(?:\s*[-–—,])+", r"\1", " ".join(_NUMBERS.sub(" ", name).split()))
    name = name.strip(_EDGES)
    return name if any(c.isalpha() for c in name) else ""
