"""Videos and comments of the YouTube Data API as posts. Pure: no network, no clock."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from html import unescape
from typing import Any

from miner.records import Post, Rejected
from miner.sources.fields import count, dicts, hashtags_in, inside, language, moment, name_of, names_of, words
from miner.sources.html import html_to_text

NAME = "youtube"
_MARKUP = re.compile(r"<(?:br|a|b|i)\b|&(?:#\d+|amp|lt|gt|quot);", re.IGNORECASE)
_GONE = frozenset({"deleted", "failed", "rejected"})
_NEITHER = "not a video or a comment"


@dataclass(frozen=True, slots=True)
class Under:
    """A comment, or a thread of them, under a video that names the era.

    Attributes:
        comment: The object, as decoded.
        tag: Tag of the era. The comment gets it, as a post in ``r/80s`` gets ``r/80s``: somebody who writes "I wore out
            three of these" below a video about the 80s writes it there, and says "80s" no more.
    """

    comment: Any
    tag: str


@dataclass(frozen=True, slots=True)
class Unread:
    """Comments that are not read, to be counted by *reason*."""

    video: str
    reason: str


def post_of(raw: Any) -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
    """A video, a search's result for one, a comment or a thread as a post, or the reason why it is none."""
    if isinstance(raw, Unread):
        return Rejected(source=NAME, reason=raw.reason, raw_id=raw.video)
    if isinstance(raw, Under):
        found = post_of(raw.comment)
        if isinstance(found, Rejected) or not raw.tag:
            return found
        return replace(found, tags=tuple(dict.fromkeys([raw.tag, *found.tags])))
    kind = inside(raw, "kind")
    read = _READERS.get(kind) if isinstance(kind, str) else None
    return read(raw) if read else Rejected(source=NAME, reason=_NEITHER, raw_id=name_of(inside(raw, "id")) or None)


def parts_of(raw: Any) -> list[Any]:  # noqa: ANN401 - whatever a server sent
    """A thread and the replies that came with it; anything else alone."""
    return [raw, *dicts(inside(raw, "replies", "comments"))]


# {"kind": "youtube#video", "id": "D-lhorsDlUQ", "snippet": {"publishedAt": "2019-03-21T20:37:49Z", "channelId": "UC…",
#  "title": "Toys of the 80s & 90s", "description": "All the toys that …", "channelTitle": "Ann", "tags": ["80s", …],
#  "defaultLanguage": "en", "defaultAudioLanguage": "en-US", …}, "statistics": {"viewCount": "9", "likeCount": "3",
#  "commentCount": "2"}, "status": {"privacyStatus": "public", "uploadStatus": "processed", …},
#  "contentDetails": {"contentRating": {"ytRating": "ytAgeRestricted"}, …}}
def _video(raw: Any) -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
    reason = None
    if inside(raw, "status", "privacyStatus") not in (None, "public"):
        reason = "not public"
    elif words(inside(raw, "status", "uploadStatus")) in _GONE:
        reason = "deleted"
    elif inside(raw, "contentDetails", "contentRating", "ytRating") is not None:
        reason = "marked sensitive"
    title, description = words(inside(raw, "snippet", "title")), words(inside(raw, "snippet", "description"))
    return _of_video(raw, name_of(inside(raw, "id")), title, description, reason)


# {"kind": "youtube#searchResult", "id": {"kind": "youtube#video", "videoId": "D-lhorsDlUQ"}, "snippet": {"publishedAt":
#  "2019-03-21T20:37:49Z", "channelId": "UC_x5…", "title": "Toys of the 80s &amp; 90s", "description": "All the …", …}}
def _search_result(raw: Any) -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
    """Search escapes titles as HTML and cuts descriptions off; the ids of channels and playlists are other things."""
    title, description = (unescape(words(inside(raw, "snippet", part))) for part in ("title", "description"))
    item = name_of(inside(raw, "id", "videoId"))
    return _of_video(raw, item, title, description, None if item else _NEITHER)


def _of_video(raw: Any, item: str, title: str, description: str, reason: str | None) -> Post | Rejected:  # noqa: ANN401
    snippet, statistics = inside(raw, "snippet"), inside(raw, "statistics")
    text = "\n\n".join(filter(None, (title, description)))
    tags = tuple(dict.fromkeys([*names_of(inside(snippet, "tags")), *hashtags_in(text)]))
    reason = reason or ("no global id" if not item else None) or (None if text or tags else "no text")
    if reason:
        return Rejected(source=NAME, reason=reason, raw_id=item or None)
    return Post(
        id=f"{NAME}:{item}",
        source=NAME,
        text=text,
        created_at=moment(inside(snippet, "publishedAt")),
        author=name_of(inside(snippet, "channelId")) or None,
        tags=tags,
        url=f"https://www.youtube.com/watch?v={item}" if _is_plain(item) else None,
        language=language(inside(snippet, "defaultLanguage")) or language(inside(snippet, "defaultAudioLanguage")),
        likes=count(inside(statistics, "likeCount")),
        replies=count(inside(statistics, "commentCount")),
    )


# {"kind": "youtube#commentThread", "id": "UgxKREWx…", "snippet": {"videoId": "D-lhorsDlUQ", "isPublic": true,
#  "totalReplyCount": 1, "topLevelComment": {"kind": "youtube#comment", …}}, "replies": {"comments": [{…}]}}
def _thread(raw: Any) -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
    """Its first comment, which has the thread's id. The replies are posts of their own: see :func:`parts_of`."""
    first = inside(raw, "snippet", "topLevelComment")
    if inside(raw, "snippet", "isPublic") not in (None, True):
        return Rejected(source=NAME, reason="not public", raw_id=name_of(inside(raw, "id")) or None)
    post = _comment(first)
    return (
        post if isinstance(post, Rejected) else replace(post, replies=count(inside(raw, "snippet", "totalReplyCount")))
    )


# {"kind": "youtube#comment", "id": "UgxKREWx….91zT3c…", "snippet": {"videoId": "D-lhorsDlUQ", "parentId": "UgxKREWx…",
#  "authorDisplayName": "@ann", "authorChannelId": {"value": "UClf…"}, "textDisplay": "wow<br>…", "textOriginal": "…",
#  "likeCount": 0, "publishedAt": "2019-04-20T01:03:39Z", "updatedAt": "2019-04-20T01:03:39Z"}}
def _comment(raw: Any) -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
    item, snippet = name_of(inside(raw, "id")), inside(raw, "snippet")
    if not item:
        return Rejected(source=NAME, reason="no global id")
    text = words(inside(snippet, "textOriginal")) or _shown(words(inside(snippet, "textDisplay")))
    reason = None if text else "no text"
    if inside(snippet, "moderationStatus") not in (None, "published"):
        reason = "not public"
    if reason:
        return Rejected(source=NAME, reason=reason, raw_id=item)
    video, made, edited = (
        name_of(inside(snippet, "videoId")),
        inside(snippet, "publishedAt"),
        inside(snippet, "updatedAt"),
    )
    return Post(
        id=f"{NAME}:{item}",
        source=NAME,
        text=text,
        created_at=moment(made),
        author=name_of(inside(snippet, "authorChannelId", "value")) or None,
        tags=hashtags_in(text),
        url=f"https://www.youtube.com/watch?v={video}&lc={item}" if _is_plain(video) and _is_plain(item) else None,
        likes=count(inside(snippet, "likeCount")),
        edited_at=moment(edited) if edited != made else None,
    )


def _shown(text: str) -> str:
    """``textDisplay`` is HTML or plain, as was asked for, and does not say which: "I <3 the 80s" has no markup."""
    return html_to_text(text) if _MARKUP.search(text) else text


def _is_plain(item: str) -> bool:
    return bool(re.fullmatch(r"[\w.-]+", item, re.ASCII))


_READERS: Mapping[str, Callable[[Any], Post | Rejected]] = {
    "youtube#video": _video,
    "youtube#searchResult": _search_result,
    "youtube#commentThread": _thread,
    "youtube#comment": _comment,
}
