"""``tiktok-export``: what TikTok gives to its users, as JSON."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec

from miner.errors import MalformedError, UsageError
from miner.records import Post, Rejected
from miner.sources.fields import count, hashtags_in, inside, moment, name_of, words
from miner.sources.files.format import Format, FormatInfo, Glimpse, Reading, Record, numbered
from miner.sources.files.kinds import BOM
from miner.sources.files.opening import PostsFile, whole
from miner.sources.files.owner import owner_of
from miner.sources.files.tiktok_video import SOURCE

_MEMBER = re.compile(r"(?:.*/)?user_data(?:_tiktok)?\.json")
_NAME = re.compile(r".*user_data(?:_tiktok)?[^/]*\.json")
# what a page of a video is called; the other links in an export are downloads, signed for its owner alone
_PAGE = re.compile(
    r"https?://(?:www\.)?(?:tiktok\.com/@([\w.]{1,30})|tiktokv\.(?:com|us|eu)/share)/video/([0-9]{5,25})/?.*"
)
_PUBLIC = frozenset({"", "n/a", "na", "none", "public", "everyone", "everybody", "public to everyone"})
_ON = frozenset({"on", "yes", "true", "enabled", "private"})

INFO = FormatInfo(
    name="tiktok-export",
    title="Export of an account on TikTok",
    file_is="TikTok_Data_….zip, or user_data_tiktok.json (formerly user_data.json) out of it",
    get_it="on TikTok: Settings, Account, Download your data; format JSON",
    post_is="the title of a video, or a comment of the owner",
    left_out="messages, likes, favourites, followers, searches, what was watched, log-ins, purchases and the profile "
    "but for the account's name; videos that not everybody may see and deleted ones, which are counted; everything, "
    "if the export says that the account is private",
    caveats="Videos mostly have no title. Most links in it are downloads and not pages, so that few posts have a "
    "link. The words with which an export says who may see a video could not be checked: any but “public” and "
    "“everyone” count as not public.",
    checked=date(2026, 11, 23),
)


_NONE = msgspec.Raw(b"{}")


class _Root(msgspec.Struct):
    """The parts of an export that are opened. The others are stepped over and never become objects."""

    post: msgspec.Raw = msgspec.field(name="Post", default=_NONE)
    video: msgspec.Raw = msgspec.field(name="Video", default=_NONE)
    comment: msgspec.Raw = msgspec.field(name="Comment", default=_NONE)
    profile: msgspec.Raw = msgspec.field(name="Profile", default=_NONE)
    both: msgspec.Raw = msgspec.field(name="Profile And Settings", default=_NONE)
    settings: msgspec.Raw = msgspec.field(name="App Settings", default=_NONE)
    activity: msgspec.Raw = msgspec.field(name="Activity", default=_NONE)


class _Activity(msgspec.Struct):
    """For a while the videos stood among what their owner did."""

    video: msgspec.Raw = msgspec.field(name="Video", default=_NONE)


def read(file: PostsFile, reading: Reading, skip: int) -> Iterator[Record]:
    """The videos and comments of an export.

    Raises:
        UsageError: It is another file.
        MalformedError: It is damaged or cut short.
    """
    return numbered(_posts(file), skip)


# {"Post": {"Posts": {"VideoList": [{"Date": "2022-06-07 21:31:52", "Link": "https://www.tiktokv.com/share/video/71065…/",
#   "Likes": "12", "Title": "my old walkman", "WhoCanView": "Public", "AlternateText": "…", "Sound": "…", …}]},
#   "Recently Deleted Posts": {"PostList": […]}}, …}
# Formerly {"Video": {"Videos": {"VideoList": […]}}}; an empty list is null, "Likes" a string, "None" or "N/A" nothing.
def video_to_post(entry: Any, owner: str) -> Post | Rejected:  # noqa: ANN401 - whatever a file holds
    """A video of its owner as a post; never raises.

    Returns:
        A Post, or a Rejected with ``not an object``, ``not public`` or ``no text``.
    """
    if not isinstance(entry, dict):
        return Rejected(source=SOURCE, reason="not an object")
    if words(entry.get("WhoCanView")).lower().replace("_", " ") not in _PUBLIC:
        return Rejected(source=SOURCE, reason="not public")
    title, alt_text = _said(entry.get("Title")), _said(entry.get("AlternateText"))
    if not (title or alt_text):
        return Rejected(source=SOURCE, reason="no text")
    page = _PAGE.fullmatch(words(entry.get("Link")))
    account = (page[1] if page else None) or owner
    is_named = re.fullmatch(r"[\w.]{1,30}", account) is not None
    return Post(
        id=f"{SOURCE}:{page[2]}" if page else _made_id(entry.get("Date"), title or alt_text),
        source=SOURCE,
        text=title,
        created_at=moment(entry.get("Date")),
        author=account,
        tags=hashtags_in(title),
        alt_texts=(alt_text,) if alt_text else (),
        url=f"https://www.tiktok.com/@{account}/video/{page[2]}" if page and is_named else None,
        likes=count(entry.get("Likes")),
    )


# {"Comment": {"Comments": {"CommentsList": [{"date": "2024-05-01 10:00:00 UTC", "comment": "I had one!",
#   "originalPostUrl": "https://www.tiktok.com/@ann/video/71065…", …}]}}}, formerly with "Date" and "Comment"
def comment_to_post(entry: Any, owner: str) -> Post | Rejected:  # noqa: ANN401 - whatever a file holds
    """A comment of the owner as a post, or the reason why it is none (``not an object``, ``no text``); never raises."""
    if not isinstance(entry, dict):
        return Rejected(source=SOURCE, reason="not an object")
    text = _said(entry.get("comment")) or _said(entry.get("Comment"))
    if not text:
        return Rejected(source=SOURCE, reason="no text")
    when = entry.get("date") or entry.get("Date")
    return Post(
        id=_made_id(when, text),
        source=SOURCE,
        text=text,
        created_at=moment(when),
        author=owner,
        tags=hashtags_in(text),
    )


def _posts(file: PostsFile) -> Iterator[Post | Rejected]:
    for part in file.parts(is_member):
        content = whole(part, file.name).removeprefix(BOM)
        if not content.lstrip().startswith(b"{"):
            raise UsageError(
                f"{file.name} is no JSON object, as an export of TikTok is.",
                "Ask for the export in the format JSON, and give all of it or user_data_tiktok.json out of it.",
            )
        try:
            root = msgspec.json.decode(content, type=_Root)
        except (ValueError, RecursionError) as error:
            raise MalformedError(f"{file.name} is damaged or cut short: {error}.", "Download it again.") from error
        found = list(_of_root(root, owner_of(file)))
        is_private = _is_private(root)
        for post in found:
            yield Rejected(source=SOURCE, reason="not public") if is_private and isinstance(post, Post) else post


def _of_root(root: _Root, owner: str) -> Iterator[Post | Rejected]:
    owner = _account(root) or owner
    posts, comments = _opened(root.post), _opened(root.comment)
    videos = [
        *_list(posts, "Posts", "VideoList"),
        *_list(_opened(root.video), "Videos", "VideoList"),
        *_list(_videos_among(root.activity), "Videos", "VideoList"),
    ]
    yield from (video_to_post(entry, owner) for entry in videos)
    deleted = Rejected(source=SOURCE, reason="deleted later")
    yield from (deleted for _ in _list(posts, "Recently Deleted Posts", "PostList"))
    listed = _list(comments, "Comments", "CommentsList") or _list(comments, "CommentsList")
    yield from (comment_to_post(entry, owner) for entry in listed)


def _account(root: _Root) -> str:
    """The account's name. The profile next to it holds an address, a telephone number and a birthday."""
    for part in (root.profile, root.both):
        for name in ("Profile Information", "Profile Info"):
            found = name_of(inside(_opened(part), name, "ProfileMap", "userName"))
            if found and found not in {"None", "N/A"}:
                return found.removeprefix("@")
    return ""


def _is_private(root: _Root) -> bool:
    """Whether the export says that the account is a private one."""
    settings = (inside(_opened(part), "Settings", "SettingsMap") for part in (root.settings, root.both))
    return any(words(inside(found, "Private Account")).lower() in _ON for found in settings)


def _videos_among(activity: msgspec.Raw) -> Any:  # noqa: ANN401
    try:
        return _opened(msgspec.json.decode(activity, type=_Activity).video)
    except (ValueError, RecursionError):
        return None


def _opened(part: msgspec.Raw) -> Any:  # noqa: ANN401
    try:
        return msgspec.json.decode(part)
    except (ValueError, RecursionError):
        return None


def _list(found: Any, *path: str) -> list[Any]:  # noqa: ANN401
    value = inside(found, *path)
    return value if isinstance(value, list) else []


def _said(found: Any) -> str:  # noqa: ANN401
    text = words(found)
    return "" if text in {"None", "N/A"} else text


def _made_id(when: Any, text: str) -> str:  # noqa: ANN401
    made = hashlib.blake2b(f"{when}\0{text}".encode("utf-8", "replace"), digest_size=12).hexdigest()
    return f"{SOURCE}:export-{made}"


def is_member(path: str) -> bool:
    """``user_data_tiktok.json``."""
    return _MEMBER.fullmatch(path) is not None


def _is_it(glimpse: Glimpse) -> bool:
    """By its name and the first of its parts, or by two of its lists."""
    start = glimpse.start.removeprefix(BOM).lstrip()
    lists = (b'"VideoList"', b'"CommentsList"', b'"ItemFavoriteList"', b'"ChatHistory"', b'"FavoriteVideoList"')
    n_lists = sum(name in start for name in lists)
    return start.startswith(b"{") and (n_lists >= 2 or (n_lists == 1 and _NAME.fullmatch(glimpse.name) is not None))


FORMAT = Format(info=INFO, is_it=_is_it, is_member=is_member, read=read)
