"""Entries of RSS and Atom feeds, of whatever quality, as plain objects and as posts."""

from __future__ import annotations

import io
import re
from calendar import timegm
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from miner.records import Post, Rejected
from miner.sources.fields import (
    dicts,
    hashtags_in,
    inside,
    language,
    moment,
    name_of,
    names_of,
    netloc,
    web_address,
    words,
)
from miner.sources.html import html_to_text
from miner.sources.pictures import MAX_PICTURES, alt_texts_in

NAME = "feeds"
# The largest feeds, of podcasts, have some thousands of entries and 10 MB. A million empty tags would take a minute.
MAX_BYTES = 16 * 1024 * 1024
MAX_ENTRIES = 10_000
MAX_TAGS = 500_000
_ITEM = re.compile(rb"<(?:[\w.-]+:)?(?:item|entry)\b")
# the XML parser gives up on a bomb only when it has a million letters of it
_ENTITY = re.compile(rb"""<!ENTITY\b(?:[^<>"']|"[^"]*"|'[^']*')*+>""")
_REFERENCE = re.compile(rb"&#(?:0*([0-9]+)|[xX]0*([0-9a-fA-F]+));?")
_DESCRIPTION = re.compile(rb"<(/?)media:description\b")
# WordPress ends every excerpt with the names of the post and of the blog
_FOOTER = re.compile(r"The post .{1,300}? appeared first on .{1,200}?\.?$", re.DOTALL)
_FOOTER_LENGTH = 550
_ACCOUNT = re.compile(r"https?://[^/]+/@([\w.-]{1,100})(?:/|$)")
_FIELDS = ("id", "link", "title", "author", "summary")


def read_feed(body: bytes, url: str) -> dict[str, Any] | None:
    """A feed as a plain object, ``{"next": …, "entries": [{"id": …, "link": …, …}]}``; None for what is none.

    Broken XML is read as far as it goes. Entities that a document defines for itself are not expanded, and nothing is
    fetched. A feed that is :func:`too_much` is taken for none.

    Args:
        body: As it came.
        url: Where from: links may be relative.
    """
    found = None if too_much(body) else _parsed(body, url)
    if found is None or not (found.get("version") or found.entries):
        return None
    links = found.feed.get("links", [])
    onward = [link.get("href") for link in links if link.get("rel") in {"next", "prev-archive"}]
    entries = [_plain(entry, found.feed) for entry in found.entries]
    return {"next": onward[0] if onward else None, "entries": entries}


def _parsed(body: bytes, url: str) -> Any:  # noqa: ANN401 - feedparser ships no types
    """What feedparser makes of a feed; None where it gives up."""
    import feedparser

    try:
        # it takes bytes for the name of a file, and a str for an address to fetch
        return feedparser.parse(
            io.BytesIO(_DESCRIPTION.sub(_as_credit, _REFERENCE.sub(_character, _ENTITY.sub(b"", body)))),
            response_headers={"content-location": url},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception:
        return None


def too_much(body: bytes) -> str | None:
    """What a feed has more of than is read, in words (``16 MB``); None when it can be read."""
    if len(body) > MAX_BYTES:
        return f"{MAX_BYTES // 1024**2} MB"
    if body.count(b"<") > MAX_TAGS:
        return f"{MAX_TAGS:,} tags"
    return f"{MAX_ENTRIES:,} entries" if len(_ITEM.findall(body)) > MAX_ENTRIES else None


def _character(reference: re.Match[bytes]) -> bytes:
    """A numeric reference that a character has, as it is; ``&#x110000;`` and halves of surrogate pairs are left out.

    Where the XML is broken, feedparser makes characters of these itself, and fails.
    """
    digits, hexadecimal = reference.groups()
    if len(digits or hexadecimal) > 7:
        return b""
    number = int(digits) if digits else int(hexadecimal, 16)
    return reference[0] if number < 0xD800 or 0xE000 <= number <= 0x10FFFF else b""


def _as_credit(tag: re.Match[bytes]) -> bytes:
    """The description of a picture as an element of which feedparser keeps more than one.

    It takes the first <media:description> for the entry's own text: of Mastodon's feeds, which have one for each
    picture, only the descriptions would be left.
    """
    return b"</media:credit" if tag.group(1) else b'<media:credit role="description"'


def _plain(entry: Mapping[str, Any], feed: Mapping[str, Any]) -> dict[str, Any]:
    contents = [content.get("value") for content in entry.get("content", [])]
    pictured = [credit for credit in entry.get("media_credit", []) if credit.get("role") == "description"]
    return {
        **{name: entry.get(name) for name in _FIELDS},
        "content": max((text for text in contents if isinstance(text, str)), key=len, default=None),
        "tags": [tag.get("term") or tag.get("label") for tag in entry.get("tags", [])],
        "published": _iso(dict(entry).get("published_parsed") or dict(entry).get("updated_parsed")),
        "pictures": [{"type": credit.get("type"), "text": credit.get("content")} for credit in pictured],
        "language": entry.get("language") or feed.get("language"),
        "feed_author": feed.get("author"),
    }


def _iso(time: Any) -> str | None:  # noqa: ANN401 - a struct_time, in UTC
    try:
        return datetime.fromtimestamp(timegm(time), UTC).isoformat() if time else None
    except (OverflowError, ValueError, TypeError, OSError):
        return None


def entry_to_post(raw: Any, *, host: str = "") -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
    """One of the entries of :func:`read_feed` as a post, or why it is none; never raises.

    An entry without an author is by the feed's, and in its absence by its site: else a hundred posts of one blog would
    count as a hundred people.

    Args:
        raw: The entry.
        host: Server of the feed, which is the site of entries that lead nowhere.
    """
    link, guid = web_address(inside(raw, "link")), name_of(inside(raw, "id"))
    site = netloc(link or guid) or host
    if not site or not (link or guid):
        return Rejected(source=NAME, reason="no global id", raw_id=guid or None)
    # "Comment on Mixtapes by Ann" is the title of what somebody else wrote
    title = html_to_text(words(inside(raw, "title"))) if "#comment-" not in (link or "") else ""
    html = words(inside(raw, "content")) or words(inside(raw, "summary"))
    body = _without_footer(html_to_text(html))
    pictured = map(_described, dicts(inside(raw, "pictures"))[:MAX_PICTURES])
    alt_texts = tuple(dict.fromkeys(text for text in (*alt_texts_in(html), *pictured) if text and text != title))
    # a note of a microblog has its own beginning for a title
    is_note = " ".join(body.split()).startswith(title.rstrip("…. "))
    text = "\n\n".join(part for part in ("" if is_note else title, body) if part)
    if not (text or alt_texts):
        return Rejected(source=NAME, reason="no text", raw_id=link or guid)
    tags = map(html_to_text, names_of(inside(raw, "tags")))
    address = guid if netloc(guid) else f"{site}/{guid}" if guid else str(link)
    author = name_of(inside(raw, "author")) or _account(link or "") or name_of(inside(raw, "feed_author"))
    return Post(
        id=f"{NAME}:{address.split('://', 1)[-1]}",
        source=NAME,
        text=text,
        created_at=moment(inside(raw, "published")),
        author=f"{author}@{site}",
        tags=tuple(tag for tag in tags if tag and tag != "Uncategorized") or hashtags_in(text),
        alt_texts=alt_texts,
        url=link,
        language=language(inside(raw, "language")),
    )


def _account(link: str) -> str:
    """``ann`` of https://notes.example/@ann/1: feeds of microblogs name nobody else."""
    found = _ACCOUNT.match(link)
    return found.group(1) if found else ""


def _without_footer(text: str) -> str:
    """*text* without WordPress's footer. It is looked for at the end alone: 8 MB of footers took 45 s."""
    end = text[-_FOOTER_LENGTH:]
    return (text[: len(text) - len(end)] + _FOOTER.sub("", end)).strip()


def _described(picture: dict[str, Any]) -> str:
    text = words(picture.get("text"))
    return html_to_text(text) if picture.get("type") == "html" else " ".join(text.split())
