"""``reddit-dump``: the monthly dumps of Reddit, and what the archives of it give for one community or account."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from datetime import date
from functools import partial
from itertools import count, repeat

import msgspec

from miner.records import Post, Rejected
from miner.sources.files.elements import elements
from miner.sources.files.format import Format, FormatInfo, Glimpse, Reading, Record
from miner.sources.files.kinds import BOM
from miner.sources.files.opening import PostsFile
from miner.sources.files.reddit_thing import SOURCE, Thing, raw_to_post, thing_to_post
from miner.sources.files.rows import decoded
from miner.sources.files.streams import MAX_LINE, blocks

# RS_2020-01.zst; nostalgia_submissions.zst, and r_nostalgia_posts.jsonl of the download tool.
_MEMBER = re.compile(
    r"(?:.*/)?(?:r[sc]_\d{4}-\d\d(?:\.jsonl?)?(?:\.zst)?|[^/]+_(?:submissions|comments|posts)(?:\.jsonl|(?:\.jsonl)?\.zst))"
)
_NAME = re.compile(r"r[sc]_\d{4}-\d\d\b.*")
_BLANK = b" \t\r\0"
INFO = FormatInfo(
    name="reddit-dump",
    title="Dump of Reddit",
    file_is="RS_YYYY-MM.zst (submissions) and RC_YYYY-MM.zst (comments) of Arctic Shift and Pushshift; the same as "
    ".jsonl, or as the .json list that an archive's search gives",
    get_it="from the torrents and the download tool that arctic-shift's pages on GitHub name",
    post_is="a submission's title, text and captions, or a comment",
    left_out="what was deleted or removed, by its author or by others, marked sensitive, or in a private community; "
    "with --community, all that is in other ones",
    caveats="A month has 20 to 50 million records and is packed with a window of 2 GiB, which unpacking it needs in "
    "memory as soon as as much was read. What was deleted after the dump was made is still in it.",
    checked=date(2026, 11, 23),
)

_DECODER = msgspec.json.Decoder(Thing)
_OTHER = Rejected(source=SOURCE, reason="other community")


def read(file: PostsFile, reading: Reading, skip: int) -> Iterator[Record]:
    """The records of a dump; with communities in *reading*, those of others are left out unread.

    Raises:
        MalformedError: It ends too early or is damaged; the records before that have been yielded.
    """
    names = reading.communities
    n_before = 0
    for part in file.parts(is_member):
        if part.start.removeprefix(BOM).lstrip().startswith(b"["):
            for line in elements(part.pieces, file.name):
                n_before += 1
                if n_before > skip:
                    yield _of_line(line, n_before, names)
        else:
            n_before = yield from _of_lines(part.pieces, names, n_before, skip)


def _of_lines(pieces: Iterator[bytes], names: frozenset[str], number: int, skip: int) -> Generator[Record, None, int]:
    """The records on lines, *number* being before them; gives the number of the last line, empty ones included."""
    pattern = rb'"subreddit"\s*:\s*"(?i:' + "|".join(map(re.escape, sorted(names))).encode() + rb')"'
    is_named = re.compile(pattern).search if names else None
    is_first = True
    for block in blocks(pieces):
        if block is None:
            n_lines, found = 1, iter([_long_line(number + 1)])
        else:
            whole = block.removeprefix(BOM) if is_first else block
            n_lines = block.count(b"\n") + (not block.endswith(b"\n"))
            found = _of_block(whole, number, n_lines) if is_named is None else _of_few(whole, number, names, is_named)
        is_first = False
        if number >= skip:
            yield from found
        elif number + n_lines > skip:
            yield from (record for record in found if record.number > skip)
        number += n_lines
    return number


def _long_line(number: int) -> Record:
    return Record(number, Rejected(source=SOURCE, reason="line too long", detail=f"record {number}"))


def _of_few(block: bytes, number: int, names: frozenset[str], is_named: Callable[[bytes], object]) -> Iterator[Record]:
    """All lines of a block; those that do not say that they are of one of the communities are not decoded."""
    for at, line in enumerate(block.split(b"\n"), number + 1):
        if is_named(line):
            yield _of_line(line, at, names)
        elif line.strip(_BLANK):
            yield Record(at, _OTHER)


def _of_block(block: bytes, number: int, n_lines: int) -> Iterator[Record]:
    """All lines of a block, decoded at once; one by one where any of them is not what a dump has."""
    try:
        things = _DECODER.decode_lines(block) if len(block) <= MAX_LINE else []
    except (ValueError, RecursionError):
        things = []
    if len(things) == n_lines:
        # Record(…) takes three times as long as the tuple that it is
        return map(partial(tuple.__new__, Record), zip(count(number + 1), map(thing_to_post, things), repeat(())))
    rest = enumerate(block.split(b"\n"), number + 1)
    return (_of_line(line, at, frozenset()) for at, line in rest if line.strip(_BLANK))


def _of_line(line: bytes, number: int, names: frozenset[str]) -> Record:
    if len(line) > MAX_LINE:
        return _long_line(number)
    try:
        thing = _DECODER.decode(line)
    except (ValueError, RecursionError):
        return _of_other_line(line, number, names)
    if names and (thing.subreddit or "").lower() not in names:
        return Record(number, _OTHER)
    return Record(number, thing_to_post(thing))


def _of_other_line(line: bytes, number: int, names: frozenset[str]) -> Record:
    """A line that is no JSON, no object, or one with fields of other types than a dump's."""
    detail = f"record {number}"
    try:
        raw, is_mended = decoded(line)
    except (ValueError, RecursionError):
        return Record(number, Rejected(source=SOURCE, reason="line is not JSON", detail=detail))
    if not isinstance(raw, dict):
        return Record(number, Rejected(source=SOURCE, reason="not an object", detail=detail))
    if names and str(raw.get("subreddit")).lower() not in names:
        return Record(number, _OTHER)
    found = raw_to_post(raw)
    return Record(number, found, ("invalid UTF-8 replaced",) if is_mended and isinstance(found, Post) else ())


def is_member(path: str) -> bool:
    """``reddit/submissions/rs_2020-01.zst``, ``nostalgia_comments.zst``."""
    return _MEMBER.fullmatch(path) is not None


def _is_it(glimpse: Glimpse) -> bool:
    """By its name, RS_2020-01; or the first line or element has what only Reddit's records have, and no *source*."""
    if _NAME.fullmatch(glimpse.name):
        return glimpse.start.lstrip()[:1] in (b"{", b"[")
    line = glimpse.start.removeprefix(BOM).lstrip().removeprefix(b"[").lstrip().split(b"\n", 1)[0]
    keys = set(re.findall(rb'"(\w+)"\s*:', line))
    is_thing = {b"id", b"subreddit", b"created_utc", b"author"} <= keys and (
        {b"title", b"selftext"} <= keys or {b"body", b"link_id"} <= keys
    )
    return line.startswith(b"{") and is_thing and not keys & {b"source", b"platform"}


FORMAT = Format(info=INFO, is_it=_is_it, is_member=is_member, read=read)
