"""One status of the Mastodon API, or of a server that speaks it, as a post. Pure: no network, no clock."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import msgspec

from miner.records import Post, Rejected
from miner.sources.fields import MAX_ID_LENGTH, count, fold_tag, language, moment, netloc, web_address
from miner.sources.html import html_to_text, printable

NAME = "mastodon"
# People write these into their profile; the words are those of fediverse search and archive bots' own rules.
_ASKS_NOT_TO = re.compile(r"#(?:nobots?|noindex|noarchive|noscrap(?:e|ing))\b", re.IGNORECASE)


class _Tag(msgspec.Struct):
    name: str


class _Media(msgspec.Struct):
    description: str | None = None


class _Option(msgspec.Struct):
    title: str


class _Poll(msgspec.Struct):
    options: list[_Option] = []


class _Field(msgspec.Struct):
    name: str = ""
    value: str | None = None


class _Account(msgspec.Struct):
    acct: str
    bot: bool | None = None
    note: str | None = None
    fields: list[_Field] | None = None
    noindex: bool | None = None
    discoverable: bool | None = None
    indexable: bool | None = None


# {"id": "117020581413876942", "uri": "https://example.social/users/ann/statuses/117020581413876942",
#  "url": "https://example.social/@ann/117020581413876942", "created_at": "2026-08-01T13:52:47.767Z", "edited_at": null,
#  "visibility": "public", "sensitive": false, "spoiler_text": "", "language": "en",
#  "content": "<p>Toot! <a href=\"https://example.social/tags/80s\" class=\"mention hashtag\">#<span>80s</span></a>",
#  "favourites_count": 0, "reblogs_count": 0, "replies_count": 0, "tags": [{"name": "80s", "url": …}],
#  "media_attachments": [{"type": "image", "description": "a furry cube", …}], "poll": {"options": [{"title": …}], …},
#  "account": {"acct": "ann", "bot": false, "discoverable": null, "indexable": false, "noindex": false,
#              "note": "<p>…</p>", "fields": [{"name": …, "value": …}], …},
#  "reblog": null, "quote": {"state": "accepted", "quoted_status": {…}}, "card": null, …}
# What consent hangs on (visibility, sensitive, the account's flags) has its type checked: a server that says
# "sensitive": "yes" is not understood, and its status is left out rather than taken for harmless.
class _Status(msgspec.Struct):
    id: str | int
    uri: str
    account: _Account
    visibility: str
    sensitive: bool | None = None
    content: str | None = None
    spoiler_text: str | None = None
    url: str | None = None
    created_at: str | None = None
    edited_at: str | None = None
    language: str | None = None
    favourites_count: int | None = None
    reblogs_count: int | None = None
    replies_count: int | None = None
    tags: list[_Tag] | None = None
    media_attachments: list[_Media] | None = None
    poll: _Poll | None = None
    reblog: _Status | None = None


def status_to_post(raw: Any, *, host: str = "") -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
    """A status as a post, or the reason why it is none. Never raises.

    A boost becomes a post with *repost_of* and the words of what it repeats. A quoting post keeps its own words; the
    quoted ones belong to another post. A content warning and the options of a poll are words of the author.

    Args:
        raw: The decoded status.
        host: Domain of accounts that are local to the server that sent it; empty takes the host of the status's uri.
    """
    raw_id = status_id(raw)
    try:
        status = msgspec.convert(raw, _Status)
    except (msgspec.ValidationError, UnicodeError, RecursionError) as error:
        # UnicodeError: half of a surrogate pair where a number is due
        return Rejected(source=NAME, reason="not a status", detail=printable(str(error))[:200], raw_id=raw_id)
    reason = _why_not(status) or (_why_not(status.reblog) if status.reblog else None)
    if reason is None:
        post = _post(status, status.reblog or status, host)
        if post.text or post.alt_texts or post.tags:
            return post
        reason = "no text"
    return Rejected(source=NAME, reason=reason, raw_id=raw_id)


def status_id(raw: Any) -> str | None:  # noqa: ANN401 - whatever a server sent
    """The server's own id of a status, for paging. Opaque: never a number, never compared for more than equality."""
    found = raw.get("id") if isinstance(raw, dict) else None
    is_id = isinstance(found, str | int) and not isinstance(found, bool) and 0 < len(str(found)) <= 200
    return str(found) if is_id else None


def status_time(raw: Any) -> datetime | None:  # noqa: ANN401 - whatever a server sent
    """When a status was put online, UTC; None when it does not say."""
    return moment(raw.get("created_at")) if isinstance(raw, dict) else None


def tag_names(raw: Any) -> frozenset[str]:  # noqa: ANN401 - whatever a server sent
    """The hashtags of a status, folded."""
    tags = raw.get("tags") if isinstance(raw, dict) else None
    names = [tag.get("name") for tag in tags if isinstance(tag, dict)] if isinstance(tags, list) else []
    return frozenset(fold_tag(name) for name in names if isinstance(name, str))


def _why_not(status: _Status) -> str | None:
    """The reason to leave a status out, or None."""
    if not status.uri or len(status.uri) > MAX_ID_LENGTH or not status.uri.isprintable():
        return "no global id"
    if status.visibility not in {"public", "unlisted"}:
        return "not public"
    if status.sensitive:
        return "marked sensitive"
    return "author asks not to be indexed" if _asks_not_to_be_indexed(status.account) else None


def _asks_not_to_be_indexed(account: _Account) -> bool:
    """Whether the author asks programs like this one to keep out.

    ``noindex`` is a choice somebody made. ``indexable: false`` is what Mastodon sends for everybody who never opened
    that page of the settings (recorded: a fresh owner account has ``discoverable: null, indexable: false, noindex:
    false``), so alone it asks for nothing. Together with ``discoverable: false``, which is not null, it is a no to both
    questions. Servers copy the null of an account from elsewhere as false: those are left out too, in doubt, and come
    in through the server where the account lives.
    """
    if account.noindex or (account.indexable is False and account.discoverable is False):
        return True
    words = [account.note or "", *(f"{f.name} {f.value or ''}" for f in account.fields or [])]
    return any("#" in text and _ASKS_NOT_TO.search(html_to_text(text)) for text in words)


def _post(status: _Status, original: _Status, host: str) -> Post:
    media, tags = original.media_attachments or [], original.tags or []
    return Post(
        id=f"{NAME}:{status.uri}",
        source=NAME,
        text=_text(original),
        created_at=moment(status.created_at),
        author=_author(status.account.acct, host or netloc(status.uri)),
        tags=tuple(name for name in (printable(tag.name).strip().lstrip("#") for tag in tags) if name),
        alt_texts=tuple(alt for alt in (printable(m.description or "").strip() for m in media) if alt),
        url=web_address(status.url),
        language=language(original.language),
        likes=count(status.favourites_count),
        reposts=count(status.reblogs_count),
        replies=count(status.replies_count),
        is_bot=bool(status.account.bot),
        repost_of=f"{NAME}:{original.uri}" if original is not status else None,
        edited_at=moment(status.edited_at),
    )


def _text(status: _Status) -> str:
    options = [html_to_text(option.title) for option in status.poll.options] if status.poll else []
    parts = [html_to_text(status.spoiler_text or ""), html_to_text(status.content or ""), "\n".join(options)]
    return "\n\n".join(part for part in parts if part.strip())


def _author(acct: str, host: str) -> str | None:
    """``ann@example.social``: an account local to the server that was asked comes as ``ann`` alone."""
    name = printable(acct).strip().lstrip("@").lower()
    if not name or len(name) > MAX_ID_LENGTH:
        return None
    return name if "@" in name or not host else f"{name}@{host.lower()}"
