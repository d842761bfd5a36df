"""A post of X as its archives and its web pages write it. Pure."""

from __future__ import annotations

import re
from typing import Any

from miner.records import Post, Rejected
from miner.sources.fields import count, dicts, hashtags_in, inside, language, moment, name_of, web_address, words

SOURCE = "x"
_ID = re.compile(r"[0-9]{1,20}")
_ACCOUNT = re.compile(r"[A-Za-z0-9_]{1,20}")
_REPOST = re.compile(r"RT @\w{1,20}:? ")


# {"id_str": "1050118621198921728", "full_text": "My &lt;3 #Walkman https://t.co/Ab1 https://t.co/Cd2",
#  "created_at": "Wed Oct 10 20:19:24 +0000 2018", "lang": "en", "favorite_count": "5", "retweet_count": "1",
#  "possibly_sensitive": false, "entities": {"hashtags": [{"text": "Walkman", "indices": […]}],
#   "urls": [{"url": "https://t.co/Ab1", "expanded_url": "https://example.org/a", …}]},
#  "extended_entities": {"media": [{"url": "https://t.co/Cd2", "ext_alt_text": "…", "source_status_id_str": "9", …}]},
#  "in_reply_to_status_id_str": "…", "edit_info": {"initial": {"editTweetIds": ["1050118621198921728"], …}}}
# An archive writes its counts as strings. A repost is "RT @ann: …", cut, and does not name what it repeats unless there
# are pictures in it.
def tweet_to_post(tweet: Any, account: str) -> Post | Rejected:  # noqa: ANN401 - whatever a file holds
    """A post of *account* (empty when not known), or the reason why it is none; never raises.

    Returns:
        A Post, or a Rejected with ``no global id``, ``marked sensitive``, ``older version``, ``repost`` or ``no text``.
    """
    item = name_of(inside(tweet, "id_str")) or name_of(inside(tweet, "id"))
    if not _ID.fullmatch(item):
        return Rejected(source=SOURCE, reason="no global id")
    text, pictures = _text(tweet)
    original = _original(tweet)
    alt_texts = tuple(filter(None, (words(inside(picture, "ext_alt_text")) for picture in pictures)))
    if reason := _why_not(tweet, item, text or " ".join(alt_texts), original):
        return Rejected(source=SOURCE, reason=reason, raw_id=item)
    account = account if _ACCOUNT.fullmatch(account) else ""
    listed = (words(inside(tag, "text")) for tag in dicts(inside(tweet, "entities", "hashtags")))
    return Post(
        id=f"{SOURCE}:{item}",
        source=SOURCE,
        text=text,
        created_at=moment(inside(tweet, "created_at")),
        author=account or None,
        tags=tuple(dict.fromkeys([*filter(None, listed), *hashtags_in(text)])),
        alt_texts=alt_texts,
        url=f"https://x.com/{account or 'i'}/status/{item}",
        language=_language(inside(tweet, "lang")),
        likes=count(inside(tweet, "favorite_count")),
        reposts=count(inside(tweet, "retweet_count")),
        replies=count(inside(tweet, "reply_count")),
        repost_of=f"{SOURCE}:{original}" if original else None,
    )


def _why_not(tweet: Any, item: str, text: str, original: str) -> str | None:  # noqa: ANN401
    if inside(tweet, "possibly_sensitive") not in (None, False, 0, "", "false", "no"):
        return "marked sensitive"
    versions = inside(tweet, "edit_info", "initial", "editTweetIds") or inside(
        tweet, "edit_info", "edit", "editControlInitial", "editTweetIds"
    )
    if isinstance(versions, list) and versions and versions[-1] != item:
        return "older version"
    if _REPOST.match(text) and not original:
        return "repost"
    return None if text else "no text"


def _text(tweet: Any) -> tuple[str, list[dict[str, Any]]]:  # noqa: ANN401
    """The text with its links written out and without those to its own pictures; and the pictures."""
    text = words(inside(tweet, "full_text")) or words(inside(tweet, "text"))
    pictures = dicts(inside(tweet, "extended_entities", "media")) or dicts(inside(tweet, "entities", "media"))
    for link in dicts(inside(tweet, "entities", "urls"))[:100]:
        short, long = words(link.get("url")), web_address(link.get("expanded_url"))
        text = text.replace(short, long) if short.startswith("http") and long else text
    for picture in pictures[:100]:
        short = words(picture.get("url"))
        text = text.replace(short, "") if short.startswith("http") else text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip(), pictures


def _original(tweet: Any) -> str:  # noqa: ANN401
    """The id of what a repost repeats, where it is said; empty for other posts."""
    if not _REPOST.match(words(inside(tweet, "full_text")) or words(inside(tweet, "text"))):
        return ""
    named = (
        inside(tweet, "retweeted_status_id_str"),
        inside(tweet, "retweeted_status", "id_str"),
        inside(tweet, "extended_entities", "media", 0, "source_status_id_str"),
    )
    return next((item for item in map(name_of, named) if _ID.fullmatch(item)), "")


def _language(found: Any) -> str | None:  # noqa: ANN401
    """``en``; None for X's own codes: "und", "zxx" (pictures only), "qme"."""
    code = language(found)
    return {"iw": "he", "in": "id"}.get(code, code) if code else None
