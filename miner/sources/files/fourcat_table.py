"""A row of a table of 4CAT. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from miner.records import Post, Rejected
from miner.sources.fields import count, language, moment, netloc, web_address, words
from miner.sources.values import to_tags

_SOURCE = "4cat"
SOURCES_OF_HOSTS: Mapping[str, str] = {
    "tiktok.com": "tiktok",
    "instagram.com": "instagram",
    "x.com": "x",
    "twitter.com": "x",
    "pinterest.com": "pinterest",
}
"""Host of a post's link to the name of its source."""
_LINKS = ("tiktok_url", "link", "url", "post_url")
_ID = re.compile(r"[\w-]{5,50}", re.ASCII)
_REPOST = re.compile(r"RT @\w{1,20}:? ")


# id,thread_id,author,body,timestamp,unix_timestamp,hashtags,… and, by platform,
#  TikTok:    tiktok_url,likes,comments,shares,is_ad,challenges,…
#  Instagram: url,num_likes,num_comments,…
#  X:         link,like_count,reply_count,retweet_count,is_retweet,possibly_sensitive,language_guess,…
#  Pinterest: url,subject,…
# yes and no are words; "timestamp" is UTC, and so is the number beside it.
def item_to_post(row: Mapping[str, Any]) -> Post | Rejected:
    """A row as a post, or the reason why it is none; never raises.

    Returns:
        A Post, or a Rejected with ``platform not known``, ``no global id``, ``marked sensitive``, ``repost``,
        ``advertisement`` or ``no text``.
    """
    source, link = _platform(row)
    item = words(row.get("id"))
    if not source:
        return Rejected(source=_SOURCE, reason="platform not known", raw_id=item or None)
    if not _ID.fullmatch(item):
        return Rejected(source=source, reason="no global id")
    body, subject = words(row.get("body")), words(row.get("subject"))
    text = f"{subject}\n\n{body}" if subject and body else body or subject
    tags = to_tags(words(row.get("hashtags")))
    if reason := _why_not(row, source, text, has_words=bool(text or tags)):
        return Rejected(source=source, reason=reason, raw_id=item)
    return Post(
        id=f"{source}:{item}",
        source=source,
        text=text,
        created_at=moment(words(row.get("unix_timestamp")) or words(row.get("timestamp"))),
        author=words(row.get("author")) or None,
        tags=tags,
        url=link,
        language=language(row.get("language_guess")),
        likes=_first(row, "likes", "num_likes", "like_count", "amount_likes"),
        reposts=_first(row, "shares", "retweet_count", "amount_shares"),
        replies=_first(row, "comments", "num_comments", "reply_count", "amount_comments"),
    )


def _platform(row: Mapping[str, Any]) -> tuple[str, str | None]:
    """The source and the link of a post, by the host of the first link that is one of a known platform's."""
    for name in _LINKS:
        link = web_address(words(row.get(name)))
        host = netloc(link or "").lower().removeprefix("www.")
        if host in SOURCES_OF_HOSTS:
            return SOURCES_OF_HOSTS[host], link
    return "", None


def _why_not(row: Mapping[str, Any], source: str, text: str, *, has_words: bool) -> str | None:
    if _says_yes(row, "possibly_sensitive"):
        return "marked sensitive"
    if _says_yes(row, "is_retweet") or (source == "x" and _REPOST.match(text)):
        return "repost"
    if _says_yes(row, "is_ad"):
        return "advertisement"
    return None if has_words else "no text"


def _says_yes(row: Mapping[str, Any], name: str) -> bool:
    return words(row.get(name)).lower() in {"yes", "true", "1"}


def _first(row: Mapping[str, Any], *names: str) -> int | None:
    return next((found for name in names if (found := count(words(row.get(name)))) is not None), None)
