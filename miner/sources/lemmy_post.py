"""A post of Lemmy, in the forms of both its APIs, v3 (0.19) and v4 (1.0). Pure: no network, no clock."""

from __future__ import annotations

import re
from typing import Any

from miner.records import Post, Rejected
from miner.sources.fields import (
    count,
    dicts,
    hashtags_in,
    inside,
    language,
    moment,
    name_of,
    netloc,
    web_address,
    words,
)
from miner.sources.markdown import read_markdown

NAME = "lemmy"
# v3 has "Public" and "LocalOnly"; of v4's, these can be read without a login
_PUBLIC = frozenset({"", "public", "unlisted", "local_only_public"})
# What Lemmy writes at the head of a cross-post, above the quoted original
_CROSS_POST = re.compile(r"\s*cross-?posted from:\s*(?:\[[^\]\n]*\]\()?<?(https?://[^\s<>)]+)[>)]?", re.IGNORECASE)
# What people of the fediverse write into their profiles
_ASKS_NOT_TO = re.compile(r"#(?:nobots?|noindex|noarchive|noscrap(?:e|ing))\b", re.IGNORECASE)


# v3: {"post": {"id": 7, "name": "My first Walkman", "body": "It **still** works …", "url": "https://…/a.jpg",
#      "alt_text": "A yellow Walkman", "ap_id": "https://lemmy.world/post/7", "published": "2024-01-15T10:00:00.123Z",
#      "updated": null, "deleted": false, "removed": false, "nsfw": false, "locked": false, "language_id": 37, …},
#      "creator": {"name": "ann", "actor_id": "https://lemmy.world/u/ann", "bot_account": false, "bio": "…", …},
#      "community": {"name": "nostalgia", "actor_id": "https://lemmy.world/c/nostalgia", "nsfw": false,
#                    "removed": false, "deleted": false, "visibility": "Public", …},
#      "counts": {"score": 5, "upvotes": 6, "downvotes": 1, "comments": 2, …}, …}
# v4: the same without "counts" (they stand in "post"), with "ap_id" for "actor_id", "published_at" and "updated_at",
#      "tags": [{"name": "toys", "display_name": "Toys", …}] and, among the hits of a search, "type_": "post".
# Servers before 0.19 write times without an offset; they are UTC. "locked" only ends the talk below a post.
# The source adds "language": the code that stands for language_id on that server.
def view_to_post(raw: Any) -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
    """A post with what its server says of author and community. Never raises.

    The title and description of a page that it links to are somebody else's words and are not taken.
    """
    uri = web_address(inside(raw, "post", "ap_id"))
    if reason := _why_not(raw, uri):
        return Rejected(source=NAME, reason=reason, raw_id=uri)
    body = words(inside(raw, "post", "body"))
    crossed = _CROSS_POST.match(body)
    read = read_markdown(body[crossed.end() :] if crossed else body)
    text = "\n\n".join(filter(None, [words(inside(raw, "post", "name")), read.text]))
    alt_texts = tuple(filter(None, [words(inside(raw, "post", "alt_text")), *read.alt_texts]))
    if not (text or alt_texts):
        return Rejected(source=NAME, reason="no text", raw_id=uri)
    return Post(
        id=f"{NAME}:{uri}",
        source=NAME,
        text=text,
        created_at=moment(_either(raw, "post", "published_at", "published")),
        author=_address(inside(raw, "creator")),
        tags=tuple(dict.fromkeys([*_community(raw), *_labels(raw), *hashtags_in(text)])),
        alt_texts=alt_texts,
        url=uri,
        language=language(inside(raw, "language")),
        likes=_counted(raw, "upvotes"),
        replies=_counted(raw, "comments"),
        is_bot=inside(raw, "creator", "bot_account") is True,
        # one with words of its own under the title says something new
        repost_of=f"{NAME}:{crossed[1]}" if crossed and not read.text else None,
        edited_at=moment(_either(raw, "post", "updated_at", "updated")),
    )


def _why_not(raw: Any, uri: str | None) -> str | None:  # noqa: ANN401 - whatever a server sent
    if inside(raw, "post") is None:
        return "not a post"
    if uri is None:
        return "no global id"
    gone = [inside(raw, part, mark) for part in ("post", "community") for mark in ("deleted", "removed")]
    if any([*gone, inside(raw, "creator", "deleted")]):
        return "deleted"
    if inside(raw, "post", "nsfw") or inside(raw, "community", "nsfw"):
        return "marked sensitive"
    if words(inside(raw, "community", "visibility")).lower() not in _PUBLIC:
        return "not public"
    return "author asks not to be indexed" if _ASKS_NOT_TO.search(words(inside(raw, "creator", "bio"))) else None


def _either(raw: Any, part: str, newer: str, older: str) -> Any:  # noqa: ANN401 - whatever a server sent
    """A field under its name in v4, or else under that in v3."""
    found = inside(raw, part, newer)
    return inside(raw, part, older) if found is None else found


def _address(actor: Any) -> str | None:  # noqa: ANN401 - whatever a server sent
    """``ann@lemmy.world`` of an account or community; its name alone is that of another one on each server."""
    uri = inside(actor, "ap_id") or inside(actor, "actor_id")
    name, host = name_of(inside(actor, "name")), netloc(uri) if isinstance(uri, str) else ""
    return f"{name}@{host}" if name and host else None


def _community(raw: Any) -> list[str]:  # noqa: ANN401 - whatever a server sent
    """``c/nostalgia@lemmy.world``: its slash keeps it apart from hashtags."""
    address = _address(inside(raw, "community"))
    return [f"c/{address}"] if address else []


def _labels(raw: Any) -> list[str]:  # noqa: ANN401 - whatever a server sent
    """What a community calls the kinds of its posts (v4): "Toys"."""
    named = (words(inside(tag, "display_name")) or words(inside(tag, "name")) for tag in dicts(inside(raw, "tags")))
    return [name for name in named if name]


def _counted(raw: Any, what: str) -> int | None:  # noqa: ANN401 - whatever a server sent
    found = count(inside(raw, "counts", what))
    return count(inside(raw, "post", what)) if found is None else found
