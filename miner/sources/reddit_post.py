"""Posts and comments of Reddit as its API, its dumps and the archives of it write them. Pure: no network, no clock."""

from __future__ import annotations

import re
from typing import Any

from miner.records import Post, Rejected
from miner.sources.fields import count, dicts, hashtags_in, inside, moment, name_of, web_address, words
from miner.sources.markdown import Reading, read_markdown

NAME = "reddit"
_SITE = "https://www.reddit.com"
_ID = re.compile(r"(?:t[13]_)?([0-9a-z]{1,13})")
_GONE = re.compile(r"\[\s*(?:deleted|removed)(?: by (?:user|moderator|reddit))?\s*\]", re.IGNORECASE)
_PRIVATE = frozenset({"private", "employees_only", "gold_only"})
# Answers to "sensitive?" and "deleted?" that say no. Whatever else stands there is taken for a yes.
_NO = (None, False, 0, "")
# Names such as RemindMeBot and savevideo_bot, not Talbot; and the small print under what most of the others write:
# "I am a bot, and this action was performed automatically"
_BOT_NAME = re.compile(r"AutoModerator|\w*[a-z0-9]B(?:ot|OT)|\w*[\w-][_-]bot", re.ASCII)
_BOT_WORDS = re.compile(r"\bI(?:['’]m| am) (?:just )?an? (?:\w+ )?bot\b", re.IGNORECASE)


# {"id": "ei30r4", "name": "t3_ei30r4", "title": "My sister&#39;s <3 Walkman &amp; me", "selftext": "Still **works**…",
#  "author": "ann", "created_utc": 1577836806.0, "edited": false, "permalink": "/r/nostalgia/comments/ei30r4/my_…/",
#  "subreddit": "nostalgia", "subreddit_type": "public", "score": 12, "hide_score": false, "num_comments": 3,
#  "over_18": false, "removed_by_category": null, "crosspost_parent_list": [{"name": "t3_ehzzzz", …}],
#  "gallery_data": {"items": [{"caption": "The keypad", "media_id": …}]}, "_meta": {"was_deleted_later": true, …}, …}
# Older ones lack most of it; created_utc was a string until 2015.
def submission_to_post(raw: Any) -> Post | Rejected:  # noqa: ANN401 - whatever an archive holds
    """A submission (``t3``): its title, its text, and the captions of its pictures.

    Returns:
        A Post, or a Rejected with ``no global id``, ``deleted``, ``marked sensitive``, ``not public`` or ``no text``.
    """
    item = _global_id(raw, "t3")
    title, body = _unescaped(raw, "title"), _unescaped(raw, "selftext")
    if reason := _why_not(raw, item, title, body):
        return Rejected(source=NAME, reason=reason, raw_id=item or None)
    read = read_markdown(body)
    captions = [_unescaped(picture, "caption") for picture in dicts(inside(raw, "gallery_data", "items"))]
    read = Reading(
        text="\n\n".join(filter(None, [title, read.text])), alt_texts=(*read.alt_texts, *filter(None, captions))
    )
    return _post(raw, item, read, url=_url(raw, f"comments/{item.removeprefix('t3_')}"))


# {"id": "fco0x1a", "link_id": "t3_ei30r4", "body": "&gt; the keypad\n\nMine had …", "author": "ann", "created_utc": …,
#  "edited": 1577840000, "permalink": "/r/nostalgia/comments/ei30r4/my_…/fco0x1a/", "subreddit": "nostalgia",
#  "score": 3, "score_hidden": false, "collapsed_reason_code": null, "_meta": {…}, …}
def comment_to_post(raw: Any) -> Post | Rejected:  # noqa: ANN401 - whatever an archive holds
    """A comment (``t1``): its own words. The lines that it quotes, and the title above it, are somebody else's.

    Returns:
        A Post, or a Rejected with a reason of :func:`submission_to_post`.
    """
    item = _global_id(raw, "t1")
    body = _unescaped(raw, "body")
    if reason := _why_not(raw, item, body):
        return Rejected(source=NAME, reason=reason, raw_id=item or None)
    thread = _ID.fullmatch(words(inside(raw, "link_id")))
    path = f"comments/{thread[1]}/_/{item.removeprefix('t1_')}" if thread else ""
    return _post(raw, item, read_markdown(body), url=_url(raw, path))


def _post(raw: Any, item: str, read: Reading, *, url: str | None) -> Post | Rejected:  # noqa: ANN401
    if not (read.text or read.alt_texts):
        return Rejected(source=NAME, reason="no text", raw_id=item)
    author = _author(raw)
    parent = name_of(inside(raw, "crosspost_parent_list", 0, "name")) or name_of(inside(raw, "crosspost_parent"))
    is_score_known = not (inside(raw, "hide_score") or inside(raw, "score_hidden"))
    return Post(
        id=f"{NAME}:{item}",
        source=NAME,
        text=read.text,
        created_at=moment(inside(raw, "created_utc")),
        author=author,
        tags=(*_community(raw), *hashtags_in(read.text)),
        alt_texts=read.alt_texts,
        url=url,
        likes=count(inside(raw, "score")) if is_score_known else None,
        replies=count(inside(raw, "num_comments")),
        is_bot=bool(_BOT_NAME.fullmatch(author or "") or _BOT_WORDS.search(read.text)),
        repost_of=f"{NAME}:{parent}" if re.fullmatch(r"t3_[0-9a-z]{1,13}", parent) else None,
        edited_at=moment(inside(raw, "edited")),
    )


def _why_not(raw: Any, item: str, *texts: str) -> str | None:  # noqa: ANN401 - whatever an archive holds
    if not item:
        return "no global id"
    # "was_initially_deleted": the archive saw it once before a moderator let it through, and once after
    is_back = inside(raw, "_meta", "was_initially_deleted") is True
    was_removed = not is_back and any(
        inside(raw, name) not in _NO for name in ("removed_by_category", "removal_reason")
    )
    was_deleted = inside(raw, "_meta", "was_deleted_later") not in _NO
    if was_removed or was_deleted or any(_GONE.fullmatch(text) for text in texts):
        return "deleted"
    if inside(raw, "over_18") not in _NO or inside(raw, "over18") not in _NO:
        return "marked sensitive"
    return "not public" if words(inside(raw, "subreddit_type")) in _PRIVATE else None


def _global_id(raw: Any, kind: str) -> str:  # noqa: ANN401 - whatever an archive holds
    """``t3_ei30r4``, from *name* or from *id* with or without its kind; empty when there is none."""
    name = words(inside(raw, "name")) or words(inside(raw, "id"))
    found = _ID.fullmatch(name)
    is_of_kind = found is not None and (found[1] == name or name.startswith(f"{kind}_"))
    return f"{kind}_{found[1]}" if found is not None and is_of_kind else ""


def _author(raw: Any) -> str | None:  # noqa: ANN401 - whatever an archive holds
    name = name_of(inside(raw, "author"))
    return name if name and not _GONE.fullmatch(name) else None


def _community(raw: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever an archive holds
    """``r/nostalgia``. A profile, ``u_ann``, is no community, and its name is that of a person."""
    name = words(inside(raw, "subreddit"))
    return (f"r/{name}",) if re.fullmatch(r"(?!u_)\w{2,24}", name, re.ASCII) else ()


def _url(raw: Any, path: str) -> str | None:  # noqa: ANN401 - whatever an archive holds
    """The permalink; made from ids where there is none (comments before 2018)."""
    link = words(inside(raw, "permalink"))
    if link.startswith(("/r/", "/user/", "/u/", "/comments/")):
        return web_address(_SITE + link)
    return f"{_SITE}/{path}/" if path else None


def _unescaped(raw: Any, name: str) -> str:  # noqa: ANN401 - whatever an archive holds
    """A text of Reddit, which writes these three (and no others) escaped where it is not asked for ``raw_json``."""
    text = words(inside(raw, name))
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
