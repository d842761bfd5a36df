"""A post of Instagram as its web pages send it. Pure."""

from __future__ import annotations

import re
from typing import Any

from miner.records import Post, Rejected
from miner.sources.fields import count, dicts, hashtags_in, inside, moment, name_of, words

SOURCE = "instagram"
_CODE = re.compile(r"[\w-]{5,50}", re.ASCII)


# Two shapes. Lists of items: {"code": "C1hWCZLPQ9T", "pk": "3271…", "taken_at": 1704067200, "caption": {"text": "…"} or
# null, "user": {"username": "ann", "is_private": false}, "like_count": 12, "comment_count": 3, "media_type": 8,
# "accessibility_caption": "…", "carousel_media": [{"accessibility_caption": "…"}], "product_type": "feed" or "ad", …}
# Graphs: {"__typename": "GraphImage", "shortcode": "C1hWCZLPQ9T", "taken_at_timestamp": 1704067200, "owner": {…},
# "edge_media_to_caption": {"edges": [{"node": {"text": "…"}}]}, "edge_media_preview_like": {"count": 12}, …}
def media_to_post(media: Any) -> Post | Rejected:  # noqa: ANN401 - whatever a file holds
    """A post, or the reason why it is none; never raises.

    Returns:
        A Post, or a Rejected with ``no global id``, ``not public``, ``advertisement`` or ``no text``.
    """
    code = name_of(inside(media, "code")) or name_of(inside(media, "shortcode"))
    if not _CODE.fullmatch(code):
        return Rejected(source=SOURCE, reason="no global id")
    graph = inside(media, "edge_media_to_caption", "edges", 0, "node", "text")
    text = words(inside(media, "caption", "text")) or words(graph) or words(inside(media, "caption"))
    alt_texts = _alt_texts(media)
    if reason := _why_not(media, bool(text or alt_texts)):
        return Rejected(source=SOURCE, reason=reason, raw_id=code)
    user = inside(media, "user") or inside(media, "owner")
    likes, comments = inside(media, "like_count"), inside(media, "comment_count")
    if likes is None:
        likes = inside(media, "edge_media_preview_like", "count")
    if comments is None:
        comments = inside(media, "edge_media_preview_comment", "count")
    return Post(
        id=f"{SOURCE}:{code}",
        source=SOURCE,
        text=text,
        created_at=moment(inside(media, "taken_at") or inside(media, "taken_at_timestamp")),
        author=name_of(inside(user, "username")) or None,
        tags=hashtags_in(text),
        alt_texts=alt_texts,
        url=f"https://www.instagram.com/p/{code}/",
        likes=count(likes),
        replies=count(comments),
    )


def _alt_texts(media: Any) -> tuple[str, ...]:  # noqa: ANN401
    """Descriptions that somebody wrote; "Photo by Ann on May 1" and "May be an image of 1 person" are a machine's."""
    texts = [words(inside(item, "accessibility_caption")) for item in [media, *dicts(inside(media, "carousel_media"))]]
    return tuple(dict.fromkeys(text for text in texts if text and not _is_made(text)))


def _is_made(text: str) -> bool:
    return "may be " in text.lower() or re.match(r"(?:Photo|Video|Image) (?:by|shared by) ", text) is not None


def _why_not(media: Any, has_words: bool) -> str | None:  # noqa: ANN401
    if inside(media, "user", "is_private") is True or inside(media, "owner", "is_private") is True:
        return "not public"
    if inside(media, "product_type") == "ad" or words(inside(media, "link")).startswith(
        "https://www.facebook.com/ads/"
    ):
        return "advertisement"
    return None if has_words else "no text"
