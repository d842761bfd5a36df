"""``instagram-export``: what Instagram gives to its users, as JSON."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from miner.errors import UsageError
from miner.records import Post, Rejected
from miner.sources.fields import dicts, hashtags_in, inside, moment, words
from miner.sources.files.elements import elements
from miner.sources.files.format import Format, FormatInfo, Glimpse, Reading, Record, numbered
from miner.sources.files.kinds import BOM
from miner.sources.files.opening import PostsFile
from miner.sources.files.owner import owner_of
from miner.sources.files.rows import decoded, document

SOURCE = "instagram"
# media.json lies at the top; one deeper down could be that of the messages
_MEMBER = re.compile(r"(?:.*/)?(?:content|media)/(?:posts_\d+|reels|igtv_videos)\.json|(?:[^/]+/)?media(?:_\d+)?\.json")
_NAME = re.compile(r"(?:posts_\d+|reels|igtv_videos|media(?:_\d+)?)\.json")
# The lists of published things; "stories", "profile" and "direct" of the old media.json are none.
_LISTS = ("ig_posts", "ig_reels_media", "ig_igtv_media", "photos", "videos")

INFO = FormatInfo(
    name="instagram-export",
    title="Export of an account on Instagram",
    file_is="instagram-NAME-….zip, or your_instagram_activity/media/posts_1.json (also reels.json, igtv_videos.json; "
    "before 2022 content/posts_1.json, before 2020 media.json) out of it",
    get_it="on Instagram: Accounts Center, Your information and permissions, Export your information; format JSON",
    post_is="a caption, once for all the pictures that it stands under",
    left_out="all other files: messages, likes, followers, stories, archived and deleted posts, the profile",
    caveats="It has no ids, links, counts or descriptions of pictures. Whether the account is a private one is not "
    "said: do not import the export of one. The HTML variant is not read.",
    checked=date(2026, 11, 23),
)


def read(file: PostsFile, reading: Reading, skip: int) -> Iterator[Record]:
    """The posts of an export.

    Raises:
        UsageError: It is another file.
        MalformedError: It is damaged.
    """
    return numbered(_posts(file), skip)


# [{"media": [{"uri": "media/posts/202401/1.jpg", "creation_timestamp": 1704067200, "title": "", …}, …],
#   "title": "Mein Walkman f\u00c3\u00bcr #80er", "creation_timestamp": 1704067200}, …]
# With one picture the title stands in "media" alone. Old: {"photos": [{"caption": "…",
# "taken_at": "2014-05-01T10:00:00", "location": "…", "path": "photos/201405/1.jpg"}], "videos": […], "direct": […], …}
def entry_to_post(entry: Any, owner: str) -> Post | Rejected:  # noqa: ANN401 - whatever a file holds
    """One entry as a post, or the reason why it is none (``not an object``, ``no text``); never raises."""
    if not isinstance(entry, dict):
        return Rejected(source=SOURCE, reason="not an object")
    media = dicts(entry.get("media"))
    titles = [words(mended(found)) for found in (entry.get("title"), entry.get("caption"))]
    titles = list(filter(None, titles)) or [words(mended(item.get("title"))) for item in media]
    text = "\n\n".join(dict.fromkeys(filter(None, titles)))
    if not text:
        return Rejected(source=SOURCE, reason="no text")
    when = entry.get("creation_timestamp") or entry.get("taken_at") or inside(media, 0, "creation_timestamp")
    made = hashlib.blake2b(f"{when}\0{text}".encode("utf-8", "replace"), digest_size=12).hexdigest()
    return Post(
        id=f"{SOURCE}:export-{made}",
        source=SOURCE,
        text=text,
        created_at=moment(when),
        author=owner,
        tags=hashtags_in(text),
    )


def mended(found: Any) -> Any:  # noqa: ANN401 - whatever a file holds
    r"""A text whose UTF-8 was written as one escape a byte, as characters again; any other as it is.

    Example:
        >>> mended("f\u00c3\u00bcr"), mended("für"), mended("♥ f\u00c3\u00bcr")
        ('für', 'für', '♥ fÃ¼r')
    """
    try:
        return found.encode("latin-1").decode("utf-8") if isinstance(found, str) else found
    except (UnicodeEncodeError, UnicodeDecodeError):
        return found


def _posts(file: PostsFile) -> Iterator[Post | Rejected]:
    owner = owner_of(file)
    for part in file.parts(is_member):
        start = part.start.removeprefix(BOM).lstrip()
        if start.startswith(b"["):
            yield from (_line_to_post(line, owner) for line in elements(part.pieces, file.name))
        elif start.startswith(b"{"):
            yield from (entry_to_post(entry, owner) for entry in _entries(document(part, file.name)))
        else:
            raise UsageError(
                f"{file.name} is no JSON, as the files of an export of Instagram are.",
                "Ask for the export in the format JSON, and give all of it or posts_1.json out of it.",
            )


def _line_to_post(line: bytes, owner: str) -> Post | Rejected:
    try:
        return entry_to_post(decoded(line)[0], owner)
    except (ValueError, RecursionError):
        return Rejected(source=SOURCE, reason="line is not JSON")


def _entries(raw: Any) -> Iterator[Any]:  # noqa: ANN401 - whatever a file holds
    for name in _LISTS:
        found = inside(raw, name)
        yield from found if isinstance(found, list) else ()
    if isinstance(inside(raw, "media"), list):  # posts_1.json of an account with a single post
        yield raw


def is_member(path: str) -> bool:
    """Files of published posts, reels and videos; not ``archived_posts.json``, ``stories.json``."""
    return _MEMBER.fullmatch(path) is not None


def _is_it(glimpse: Glimpse) -> bool:
    start = glimpse.start.removeprefix(BOM).lstrip()
    has_new = b'"media"' in start and b'"creation_timestamp"' in start and b'"uri"' in start
    has_old = b'"taken_at"' in start and b'"path"' in start
    name = glimpse.name.rsplit("/", 1)[-1]
    is_list = start.startswith((b"[", b'{"', b"{\n", b"{\r", b"{ "))
    return is_list and (has_new or (has_old and _NAME.fullmatch(name) is not None))


FORMAT = Format(info=INFO, is_it=_is_it, is_member=is_member, read=read)
