"""One row of a file as a post, or the reason why it is none."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime

from miner.records import Post, Rejected
from miner.sources.files.mapping import FieldMapping
from miner.sources.files.rows import Row
from miner.sources.html import html_to_text, printable
from miner.sources.values import (
    EARLIEST,
    to_account,
    to_claim,
    to_count,
    to_tags,
    to_text,
    to_texts,
    to_time,
)

FILE = "file"
"""Source of posts whose file does not name one."""

RowResult = tuple[Post | Rejected, tuple[str, ...]]
"""What became of a row, and notes about what a post lost: ``date not readable``, ``date before 1980``, ``invalid UTF-8
replaced``, ``id made from content``."""

_LINK = re.compile(r"https?://[^\s<>\"\x00-\x1f]+", re.IGNORECASE)
_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_].*)?", re.IGNORECASE)
# Mastodon's "content": "<p>My <b>Atari</b></p>". A text that only mentions a tag does not begin and end with one.
_MARKUP = re.compile(r"<(?:p|div|span|a|br|ul|ol|blockquote|h\d)\b.*>", re.IGNORECASE | re.DOTALL)


def row_to_post(row: Row, mapping: FieldMapping) -> RowResult:
    """Read one row.

    ``{"id": "t3_x", "source": "reddit", "title": "My Atari", "selftext": "Still works", "created_utc": 1372631400,
    "subreddit": "nostalgia", …}`` becomes the post ``reddit:t3_x`` with the text "My Atari", an empty line, "Still
    works", and the tag ``r/nostalgia``.

    Args:
        row: A row of :class:`~miner.sources.files.PostsFile`.
        mapping: Which field is what.

    Returns:
        A Post, or a Rejected with one of the reasons ``no text``, ``marked sensitive`` and those of :class:`Row`; and
        the notes about the post, none about a rejected row.
    """
    if row.fields is None:
        return Rejected(source=FILE, reason=row.problem, detail=f"record {row.number}"), ()
    fields = row.fields
    source = to_text(mapping.get(fields, "source")) or FILE
    raw_id = to_text(mapping.get(fields, "id"))
    if to_claim(mapping.get(fields, "sensitive")):
        return _rejected(source, "marked sensitive", row, raw_id)
    text = _text(fields, mapping)
    alt_texts = tuple(filter(None, map(_plain, to_texts(mapping.get(fields, "alt_texts")))))
    tags = to_tags(mapping.get(fields, "tags"))
    if not (text or alt_texts or any(not tag.startswith("r/") for tag in tags)):
        return _rejected(source, "no text", row, raw_id)
    when = mapping.get(fields, "created_at")
    created_at, note = _created_at(when)
    post = Post(
        id=_global_id(source, raw_id) if raw_id else _made_id(source, text, alt_texts, tags, when),
        source=source,
        text=text,
        created_at=created_at,
        author=to_account(mapping.get(fields, "author")),
        tags=_with_community(tags, to_text(mapping.get(fields, "community"))),
        alt_texts=alt_texts,
        url=_link(mapping.get(fields, "url")),
        language=_language(mapping.get(fields, "language")),
        likes=to_count(mapping.get(fields, "likes")),
        reposts=to_count(mapping.get(fields, "reposts")),
        replies=to_count(mapping.get(fields, "replies")),
        is_bot=to_claim(mapping.get(fields, "is_bot")),
        repost_of=_global_id(source, to_text(mapping.get(fields, "repost_of"))) or None,
        edited_at=_plausible(to_time(mapping.get(fields, "edited_at"))),
    )
    notes = (note, "invalid UTF-8 replaced" * row.is_mended, "id made from content" * (not raw_id))
    return post, tuple(filter(None, notes))


def _rejected(source: str, reason: str, row: Row, raw_id: str) -> RowResult:
    return Rejected(source=source, reason=reason, detail=f"record {row.number}", raw_id=raw_id or None), ()


def _text(fields: Mapping[str, object], mapping: FieldMapping) -> str:
    title, body = (_plain(to_text(mapping.get(fields, target))) for target in ("title", "text"))
    if title and body and not body.startswith(title):
        return f"{title}\n\n{body}"
    return body or title


def _plain(text: str) -> str:
    return html_to_text(text) if _MARKUP.fullmatch(text) else printable(text).strip()


def _created_at(value: object) -> tuple[datetime | None, str]:
    """The time and, where one was given and is not used, the note that says why."""
    if value is None:
        return None, ""
    found = to_time(value)
    if found is None:
        return None, "date not readable"
    return (found, "") if _plausible(found) else (None, "date before 1980")


def _plausible(time: datetime | None) -> datetime | None:
    return time if time is not None and time >= EARLIEST else None


def _global_id(source: str, raw_id: str) -> str:
    return raw_id if not raw_id or raw_id.startswith(f"{source}:") else f"{source}:{raw_id}"


def _made_id(source: str, text: str, alt_texts: tuple[str, ...], tags: tuple[str, ...], when: object) -> str:
    """An id from what the post says and when: the same for the same row in another file.

    The account is no part of it: the corpus holds all the rest, so that names could be tried out until the hash fits.
    """
    parts = [source, "" if when is None else str(when), text, *alt_texts, *tags]
    content = "\0".join(parts).encode("utf-8", "surrogatepass")
    return f"{FILE}:{hashlib.blake2b(content, digest_size=16).hexdigest()}"


def _with_community(tags: tuple[str, ...], community: str) -> tuple[str, ...]:
    """``r/nostalgia`` for the field *subreddit*, spelt as links to it are; once, where the tags have it already."""
    name = community.removeprefix("/").removeprefix("r/")
    return tuple(dict.fromkeys([*tags, f"r/{name}"])) if name else tags


def _link(value: object) -> str | None:
    text = to_text(value)
    return text if _LINK.fullmatch(text) else None


def _language(value: object) -> str | None:
    """``en`` of ``en-US``; None for ``und``, ``zxx`` and other three-letter codes."""
    found = _LANGUAGE.fullmatch(to_text(value))
    return found.group(1).lower() if found else None
