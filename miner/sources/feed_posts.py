"""Entries of RSS and Atom feeds, of whatever quality, as plain objects and as posts."""

from __future__ import annotations

import io
import re
from calendar import timegm
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from miner.records import Post, Rejected
from miner.sources.fields import inside, language, moment, name_of, names_of, netloc, web_address, words
from miner.sources.html import html_to_text
from miner.sources.pictures import alt_texts_in

NAME = "feeds"
MAX_BYTES = 8 * 1024 * 1024
# the largest feeds have some thousands of entries; a million empty ones would take minutes
MAX_ENTRIES = 10_000
# WordPress ends every excerpt with the names of the post and of the blog
_FOOTER = re.compile(r"\s*The post .{1,300}? appeared first on .{1,200}?\.?\s*$", re.DOTALL)
_FIELDS = ("id", "link", "title", "author", "summary")


def read_feed(body: bytes, url: str) -> dict[str, Any] | None:
    """A feed as a plain object, ``{"next": …, "entries": [{"id": …, "link": …, …}]}``; None for what is none.

    Broken XML is read as far as it goes. Entities that a document defines for itself are not expanded, and nothing is
    fetched. A feed of over 10,000 entries is taken for none.

    Args:
        body: As it came.
        url: Where from: links may be relative.
    """
    import feedparser

    if body.count(b"<item") + body.count(b"<entry") > MAX_ENTRIES:
        return None
    # feedparser takes bytes for the name of a file, and a str for an address to fetch
    found = feedparser.parse(
        io.BytesIO(body[:MAX_BYTES]),
        response_headers={"content-location": url},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not found.get("version") and not found.entries:
        return None
    onward = [link.get("href") for link in found.feed.get("links", []) if link.get("rel") == "next"]
    lang = found.feed.get("language")
    return {"next": onward[0] if onward else None, "entries": [_plain(entry, lang) for entry in found.entries]}


def _plain(entry: Mapping[str, Any], lang: object) -> dict[str, Any]:
    contents = [content.get("value") for content in entry.get("content", [])]
    # where <media:description> ends up when the entry has a description of its own
    pictured = inside(dict(entry), "summary_detail", "value")
    return {
        **{name: entry.get(name) for name in _FIELDS},
        "content": max((text for text in contents if isinstance(text, str)), key=len, default=None),
        "tags": [tag.get("term") or tag.get("label") for tag in entry.get("tags", [])],
        "published": _iso(dict(entry).get("published_parsed") or dict(entry).get("updated_parsed")),
        "picture": pictured if pictured != entry.get("summary") else None,
        "language": entry.get("language") or lang,
    }


def _iso(time: Any) -> str | None:  # noqa: ANN401 - a struct_time, in UTC
    try:
        return datetime.fromtimestamp(timegm(time), UTC).isoformat() if time else None
    except (OverflowError, ValueError, TypeError, OSError):
        return None


def entry_to_post(raw: Any) -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
    """One of the entries of :func:`read_feed` as a post, or why it is none; never raises.

    An entry without an author is by its site: else a hundred posts of one blog would count as a hundred people.
    """
    link, guid = web_address(inside(raw, "link")), name_of(inside(raw, "id"))
    site = netloc(link or guid)
    if not site or not (link or guid):
        return Rejected(source=NAME, reason="no global id", raw_id=guid or None)
    title = html_to_text(words(inside(raw, "title")))
    html = words(inside(raw, "content")) or words(inside(raw, "summary"))
    body = _FOOTER.sub("", html_to_text(html))
    pictured = html_to_text(words(inside(raw, "picture")))
    alt_texts = tuple(dict.fromkeys(text for text in (*alt_texts_in(html), pictured) if text and text != title))
    # a note of a microblog has its own beginning for a title
    text = "\n\n".join(part for part in (title if title.rstrip("…. ") not in body else "", body) if part)
    if not (text or alt_texts):
        return Rejected(source=NAME, reason="no text", raw_id=link or guid)
    address = guid if netloc(guid) else f"{site}/{guid}" if guid else str(link)
    author = name_of(inside(raw, "author"))
    return Post(
        id=f"{NAME}:{address.split('://', 1)[-1]}",
        source=NAME,
        text=text,
        created_at=moment(inside(raw, "published")),
        author=f"{author}@{site}",
        tags=tuple(html_to_text(tag) for tag in names_of(inside(raw, "tags"))),
        alt_texts=alt_texts,
        url=link,
        language=language(inside(raw, "language")),
    )
