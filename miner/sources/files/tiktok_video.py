"""A video of TikTok as its web pages send it. Pure."""

from __future__ import annotations

import re
from typing import Any

from miner.records import Post, Rejected
from miner.sources.fields import count, dicts, hashtags_in, inside, language, moment, name_of, words

SOURCE = "tiktok"
_ID = re.compile(r"[0-9]{5,25}")
_ACCOUNT = re.compile(r"[\w.]{1,30}", re.ASCII)


# {"id": "7106594312292453675", "desc": "my old #walkman #80s", "createTime": 1654637512 or "1654637512",
#  "author": {"uniqueId": "ann", "privateAccount": false, …} or "ann", "textLanguage": "en", "privateItem": false,
#  "challenges": [{"title": "80s", …}], "textExtra": [{"hashtagName": "walkman", …}],
#  "stats": {"diggCount": 12, "shareCount": 1, "commentCount": 3, …}, "contents": [{"desc": "…"}],
#  "imagePost": {"title": "…", "images": […]}, "isAd": false, "warnInfo": […], …}
def video_to_post(video: Any) -> Post | Rejected:  # noqa: ANN401 - whatever a file holds
    """A video, or the reason why it is none; never raises.

    Returns:
        A Post, or a Rejected with ``no global id``, ``not public``, ``advertisement`` or ``no text``.
    """
    item = name_of(inside(video, "id"))
    if not _ID.fullmatch(item):
        return Rejected(source=SOURCE, reason="no global id")
    author = name_of(inside(video, "author", "uniqueId")) or name_of(inside(video, "author"))
    text = _text(video)
    tags = [words(inside(tag, "title")) for tag in dicts(inside(video, "challenges"))]
    tags += [words(inside(tag, "hashtagName")) for tag in dicts(inside(video, "textExtra"))]
    tags = list(dict.fromkeys(filter(None, [*tags, *hashtags_in(text)])))
    if reason := _why_not(video, bool(text or tags)):
        return Rejected(source=SOURCE, reason=reason, raw_id=item)
    return Post(
        id=f"{SOURCE}:{item}",
        source=SOURCE,
        text=text,
        created_at=moment(inside(video, "createTime")),
        author=author or None,
        tags=tuple(tags),
        url=f"https://www.tiktok.com/@{author}/video/{item}" if _ACCOUNT.fullmatch(author) else None,
        language=language(inside(video, "textLanguage")),
        likes=count(inside(video, "stats", "diggCount")),
        reposts=count(inside(video, "stats", "shareCount")),
        replies=count(inside(video, "stats", "commentCount")),
    )


def _text(video: Any) -> str:  # noqa: ANN401
    """The description; of a series of pictures the title and the descriptions, each once."""
    texts = [words(inside(video, "imagePost", "title")), words(inside(video, "desc"))]
    if not any(texts):
        texts = [words(inside(content, "desc")) for content in dicts(inside(video, "contents"))]
    return "\n\n".join(dict.fromkeys(filter(None, texts)))


def _why_not(video: Any, has_words: bool) -> str | None:  # noqa: ANN401
    no = (None, False, 0, "")
    is_private = any(inside(video, name) not in no for name in ("privateItem", "secret", "forFriend"))
    if is_private or inside(video, "author", "privateAccount") not in no:
        return "not public"
    if inside(video, "isAd") not in no:
        return "advertisement"
    return None if has_words else "no text"
