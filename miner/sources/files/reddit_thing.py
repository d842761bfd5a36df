"""A submission or comment of a dump as a post. The usual one is read fast; any other as Reddit's API sends it."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

from miner.records import Post, Rejected
from miner.sources.fields import count, hashtags_in, inside, moment, words
from miner.sources.files.reddit_text import read_fast
from miner.sources.reddit_post import comment_to_post, submission_to_post

SOURCE = "reddit"
_SITE = "https://www.reddit.com"
_DELETED = "deleted later"
_TOMBSTONES = frozenset({"[deleted]", "[removed]"})
_OPEN = frozenset({None, "public", "restricted", "user", "archived", "gold_restricted"})
_ITEM = re.compile(r"t[13]_[0-9a-z]{1,13}")
_ACCOUNT = re.compile(r"[\w-]{2,40}", re.ASCII)
_COMMUNITY = re.compile(r"(?!u_)\w{2,24}", re.ASCII)
_BOT_NAME = re.compile(r"AutoModerator|\w*[a-z0-9]B(?:ot|OT)|\w*[\w-][_-]bot", re.ASCII)
_BOT_WORD = re.compile(r"bot(?!\w)(?<!\wbot)")  # \bbot\b, which is tried at every word
# most people; those whose names end in "bot" and AutoModerator are looked at twice
_PERSON = re.compile(r"(?!AutoModerator$)[\w-]{2,40}(?<!bot)(?<!Bot)(?<!BOT)", re.ASCII)
# "80s", "1990's" and "PS2" name something; "Discussion", "Meme" and "[OC]" are what moderators sort by
_FLAIR = re.compile(r"#?((?=\D*\d)(?=\d*['’]?[^\W\d])\w{2,24}?)(?:['’](?=s))?(s?)")
_MAX_TIME = 1e11

# A frozen record sets each of its fields through object.__setattr__, a fifth of the time that a line of a dump takes.
# Setting the slots themselves takes a third of that; the record is the same (a test holds it to that).
_NEW = object.__new__
(
    _SET_ID, _SET_SOURCE, _SET_TEXT, _SET_CREATED_AT, _SET_AUTHOR, _SET_TAGS, _SET_ALT_TEXTS, _SET_URL, _SET_LANGUAGE,
    _SET_LIKES, _SET_REPOSTS, _SET_REPLIES, _SET_IS_BOT, _SET_REPOST_OF, _SET_EDITED_AT,
) = (getattr(Post, field.name).__set__ for field in dataclasses.fields(Post))  # fmt: skip


class _Meta(msgspec.Struct, gc=False):
    was_deleted_later: bool | None = None
    was_initially_deleted: bool | None = None
    removal_type: str | None = None


class _Picture(msgspec.Struct, gc=False):
    caption: str | None = None


class _Gallery(msgspec.Struct, gc=False):
    items: list[_Picture] | None = None


class _Parent(msgspec.Struct, gc=False):
    name: str | None = None


# {"id": "ei30r4", "title": "My sister&#39;s Walkman &amp; me", "selftext": "Still **works**…", "author": "ann",
#  "created_utc": 1577836806, "edited": false, "permalink": "/r/nostalgia/comments/ei30r4/my_…/",
#  "subreddit": "nostalgia", "subreddit_type": "public", "score": 12, "num_comments": 3, "over_18": false,
#  "link_flair_text": "80s", "removed_by_category": null, "crosspost_parent_list": [{"name": "t3_e…"}], …, "_meta": {…}}
# {"id": "fco0x1a", "link_id": "t3_ei30r4", "body": "&gt; the keypad\n\nMine had …", "author": "[deleted]", …}
# Before 2015 created_utc is a string, and most keys are not there.
class Thing(msgspec.Struct, gc=False):
    """What is read of a line of a dump. One whose types do not fit is read by :func:`raw_to_post`."""

    id: str
    subreddit: str | None = None
    author: str | None = None
    title: str | None = None
    selftext: str | None = None
    body: str | None = None
    created_utc: int | float | str | None = None
    edited: bool | int | float | None = None
    permalink: str | None = None
    link_id: str | None = None
    name: str | None = None
    score: int | None = None
    num_comments: int | None = None
    over_18: bool | None = None
    subreddit_type: str | None = None
    removed_by_category: str | None = None
    removal_reason: str | None = None
    link_flair_text: str | None = None
    distinguished: str | None = None
    hide_score: bool | None = None
    score_hidden: bool | None = None
    crosspost_parent: str | None = None
    crosspost_parent_list: list[_Parent] | None = None
    gallery_data: _Gallery | None = None
    meta: _Meta | None = msgspec.field(default=None, name="_meta")


def raw_to_post(raw: Any) -> Post | Rejected:  # noqa: ANN401 - whatever a dump holds
    """A submission or a comment as a post, or the reason why it is none; never raises. Exact, and slow.

    Returns:
        A Post, or a Rejected with ``no global id``, ``deleted later``, ``marked sensitive``, ``not public`` or
        ``no text``.
    """
    is_comment = isinstance(inside(raw, "body"), str)
    found = comment_to_post(raw) if is_comment else submission_to_post(raw)
    if isinstance(found, Rejected):
        return dataclasses.replace(found, reason=_DELETED) if found.reason == "deleted" else found
    if inside(raw, "_meta", "removal_type"):
        return Rejected(source=SOURCE, reason=_DELETED, raw_id=found.id.removeprefix("reddit:"))
    tags = _joined(found.tags, words(inside(raw, "link_flair_text")))
    is_bot = found.is_bot or _is_official_bot(found.author or "", inside(raw, "distinguished"))
    return dataclasses.replace(found, tags=tags, is_bot=is_bot)


def thing_to_post(thing: Thing) -> Post | Rejected:
    """The same as :func:`raw_to_post`, but for spacing where a text has Markdown in it; ten times as fast."""
    is_comment = thing.body is not None
    item = _global_id(thing, is_comment)
    if item is None:
        return _unusual(thing)
    meta = thing.meta
    if meta is not None and (meta.was_deleted_later or meta.removal_type):
        return Rejected(source=SOURCE, reason=_DELETED, raw_id=item)
    body = (thing.body if is_comment else thing.selftext) or ""
    if thing.removed_by_category or thing.removal_reason or body in _TOMBSTONES:
        return _unusual(thing) if meta is not None else Rejected(source=SOURCE, reason=_DELETED, raw_id=item)
    if "[" in body[:2] and len(body) < 40:
        return _unusual(thing)  # "[ Removed by Reddit ]"
    if thing.over_18:
        return Rejected(source=SOURCE, reason="marked sensitive", raw_id=item)
    return _post(thing, item, body, "" if is_comment else thing.title or "")


def _global_id(thing: Thing, is_comment: bool) -> str | None:
    """``t3_ei30r4``; None for what may be no id."""
    raw_id, kind = thing.id, "t1_" if is_comment else "t3_"
    item = thing.name or kind + raw_id
    # ids are "ei30r4"; isalnum is true of "é" as well, and islower is not of "123"
    is_plain = raw_id.isascii() and raw_id.isalnum() and raw_id == raw_id.lower() and len(raw_id) <= 13
    if thing.name is None and is_plain:
        return item
    return item if item.startswith(kind) and _ITEM.fullmatch(item) else None


def _post(thing: Thing, item: str, body: str, title: str) -> Post | Rejected:
    author = None if thing.author == "[deleted]" else thing.author
    is_bot = author is not None and _PERSON.fullmatch(author) is None
    if is_bot:
        if not _ACCOUNT.fullmatch(author or ""):
            return _unusual(thing)
        is_bot = _BOT_NAME.fullmatch(author or "") is not None or _is_official_bot(author or "", thing.distinguished)
    is_tombstone = title[:1] == "[" and len(title) < 40 and title.endswith("]")
    if is_tombstone or thing.subreddit_type not in _OPEN:
        return _unusual(thing)
    text, alt_texts = _texts(title, body, thing.gallery_data)
    if not (text or alt_texts):
        return Rejected(source=SOURCE, reason="no text", raw_id=item)
    # not for "bottle" or "robot"
    if not is_bot and ("bot" in text or "Bot" in text or "BOT" in text) and _BOT_WORD.search(text.lower()):
        return _unusual(thing)  # "I am a bot" is told from "a bot told me" there
    tags = _community(thing.subreddit or "")
    if "#" in text:
        tags = (*tags, *hashtags_in(text))
    score, n_comments = thing.score, thing.num_comments
    post: Post = _NEW(Post)
    _SET_ID(post, "reddit:" + item)
    _SET_SOURCE(post, SOURCE)
    _SET_TEXT(post, text)
    _SET_CREATED_AT(post, _time(thing.created_utc))
    _SET_AUTHOR(post, author)
    _SET_TAGS(post, _joined(tags, thing.link_flair_text) if thing.link_flair_text else tags)
    _SET_ALT_TEXTS(post, alt_texts)
    _SET_URL(post, _url(thing, item))
    _SET_LANGUAGE(post, None)
    is_score_known = score is not None and not (thing.hide_score or thing.score_hidden)
    _SET_LIKES(post, count(score) if is_score_known else None)
    _SET_REPOSTS(post, None)
    _SET_REPLIES(post, None if n_comments is None else count(n_comments))
    _SET_IS_BOT(post, is_bot)
    _SET_REPOST_OF(post, _repost_of(thing) if thing.crosspost_parent_list or thing.crosspost_parent else None)
    _SET_EDITED_AT(post, _time(thing.edited) if thing.edited else None)
    return post


def _unusual(thing: Thing) -> Post | Rejected:
    return raw_to_post(msgspec.json.decode(msgspec.json.encode(thing)))


def _texts(title: str, body: str, gallery: _Gallery | None) -> tuple[str, tuple[str, ...]]:
    """The text and the descriptions of pictures; a comment has no title."""
    if title:
        title = _unescaped(title)
        title = title.strip() if title.isprintable() else words(title)
    text, alt_texts = read_fast(_unescaped(body).strip()) if body else ("", ())
    text = f"{title}\n\n{text}" if title and text else title or text
    if gallery is None or not gallery.items:
        return text, alt_texts
    captions = (words(_unescaped(item.caption or "")) for item in gallery.items)
    return text, (*alt_texts, *filter(None, captions))


def _unescaped(text: str) -> str:
    """Reddit writes these three escaped, and no others."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") if "&" in text else text


@lru_cache(maxsize=1 << 16)
def _community(name: str) -> tuple[str, ...]:
    return (f"r/{name}",) if _COMMUNITY.fullmatch(name) else ()


def _joined(tags: tuple[str, ...], flair: str) -> tuple[str, ...]:
    """*tags*, and the flair when it is one word with letters and digits in it.

    Example:
        >>> _joined(("r/toys",), "80's"), _joined((), "Discussion"), _joined((), "2 of 3")
        (('r/toys', '80s'), (), ())
    """
    found = _FLAIR.fullmatch(flair.strip())
    return tuple(dict.fromkeys([*tags, found[1] + found[2]])) if found else tags


def _is_official_bot(author: str, distinguished: object) -> bool:
    """A name such as ``toysbot`` could be anybody's; one that speaks for the moderators is what it says."""
    return distinguished in ("moderator", "admin") and author.lower().endswith("bot")


def _time(value: object) -> datetime | None:
    if type(value) is int and 0 < value < _MAX_TIME:
        return datetime.fromtimestamp(value, UTC)
    return moment(value)


def _url(thing: Thing, item: str) -> str | None:
    link = thing.permalink or ""
    if link.startswith(("/r/", "/user/", "/u/", "/comments/")) and link.isprintable() and " " not in link:
        return _SITE + link if len(link) < 2_000 else None
    if item.startswith("t3_"):
        return f"{_SITE}/comments/{item[3:]}/"
    thread = thing.link_id or ""
    return f"{_SITE}/comments/{thread.removeprefix('t3_')}/_/{item[3:]}/" if _ITEM.fullmatch(thread) else None


def _repost_of(thing: Thing) -> str | None:
    parents = thing.crosspost_parent_list
    parent = (parents[0].name if parents else None) or thing.crosspost_parent or ""
    return f"reddit:{parent}" if parent.startswith("t3_") and _ITEM.fullmatch(parent) else None
