"""``x-archive``: the archive that X gives to its users."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import msgspec

from miner.errors import UsageError
from miner.records import Post, Rejected
from miner.sources.files.elements import elements
from miner.sources.files.format import Format, FormatInfo, Glimpse, Reading, Record, numbered
from miner.sources.files.kinds import BOM
from miner.sources.files.opening import PostsFile
from miner.sources.files.owner import owner_of
from miner.sources.files.rows import decoded
from miner.sources.files.x_tweet import SOURCE, tweet_to_post

_MEMBER = re.compile(r"(?:.*/)?data/tweets?(?:-part\d+)?\.js")
# window.YTD.tweets.part0 = [ …; window.YTD.tweet.part0 until 2022
_START = re.compile(rb"\s*window\.YTD\.tweets?\.part\d+\s*=\s*\[")

INFO = FormatInfo(
    name="x-archive",
    title="Archive of an account on X",
    file_is="twitter-….zip, or data/tweets.js (formerly tweet.js, with tweets-part1.js …) out of it",
    get_it="on X: Settings, Your account, Download an archive of your data",
    post_is="a post or a reply of the owner",
    left_out="messages, likes, followers, deleted posts and all other files but data/account.js, of which only the "
    "name of the account is read; posts marked sensitive; reposts and earlier versions of edited posts, which are "
    "counted",
    caveats="Posts of over 280 characters are cut in it. Whether the account is a protected one is not said: do not "
    "import the archive of one. Descriptions of pictures are mostly not in it.",
    checked=date(2026, 11, 23),
)


class _Account(msgspec.Struct):
    username: str = ""


class _Entry(msgspec.Struct):
    account: _Account = msgspec.field(default_factory=_Account)


def read(file: PostsFile, reading: Reading, skip: int) -> Iterator[Record]:
    """The posts of an archive.

    Raises:
        UsageError: It is another file.
        MalformedError: It ends too early or is damaged; the posts before that have been yielded.
    """
    account = account_name(file.beside("account.js")) or owner_of(file)
    return numbered(_posts(file, account), skip)


def account_name(content: bytes) -> str:
    """The name of the account out of account.js; empty when it is not there. The e-mail address in it is not read.

    Example:
        >>> account_name(b'window.YTD.account.part0 = [{"account": {"email": "a@example.org", "username": "ann"}}]')
        'ann'
    """
    start = content.find(b"[")
    try:
        entries = msgspec.json.decode(content[start:].rstrip(b"; \r\n") if start >= 0 else b"[]", type=list[_Entry])
    except (ValueError, RecursionError):
        return ""
    return entries[0].account.username.strip().removeprefix("@") if entries else ""


def element_to_post(line: bytes, account: str) -> Post | Rejected:
    """``{"tweet": {…}}``, as it stands in the file; until 2019 without the outer object."""
    try:
        raw, _ = decoded(line)
    except (ValueError, RecursionError):
        return Rejected(source=SOURCE, reason="line is not JSON")
    if not isinstance(raw, dict):
        return Rejected(source=SOURCE, reason="not an object")
    return tweet_to_post(raw.get("tweet", raw), account)


def _posts(file: PostsFile, account: str) -> Iterator[Post | Rejected]:
    for part in file.parts(is_member):
        start = part.start.removeprefix(BOM)
        if not (_START.match(start) or start.lstrip().startswith(b"[")):
            raise UsageError(
                f"{file.name} is not the archive of an account on X: it does not begin with window.YTD.tweets.",
                "Give the whole archive, or data/tweets.js out of it.",
            )
        yield from (element_to_post(element, account) for element in elements(part.pieces, file.name))


def is_member(path: str) -> bool:
    """``data/tweets.js``, ``data/tweets-part1.js``; not ``data/deleted-tweets.js``."""
    return _MEMBER.fullmatch(path) is not None


def _is_it(glimpse: Glimpse) -> bool:
    return _START.match(glimpse.start.removeprefix(BOM)) is not None


FORMAT = Format(info=INFO, is_it=_is_it, is_member=is_member, read=read)
