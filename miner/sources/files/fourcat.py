"""``4cat``: what 4CAT and Zeeschuimer, the tools of researchers, write of TikTok, Instagram, X and Pinterest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from miner.errors import UsageError
from miner.records import Post, Rejected
from miner.sources.fields import inside, name_of, words
from miner.sources.files.format import Format, FormatInfo, Glimpse, Reading, Record, numbered
from miner.sources.files.fourcat_table import item_to_post
from miner.sources.files.instagram_media import media_to_post
from miner.sources.files.kinds import BOM, kind_of
from miner.sources.files.opening import PostsFile
from miner.sources.files.pinterest_export import object_to_post
from miner.sources.files.rows import Row, csv_rows, json_rows
from miner.sources.files.tiktok_video import video_to_post
from miner.sources.files.x_tweet import tweet_to_post

_UNKNOWN = "platform not known"
_SOURCE = "4cat"
_SUFFIXES = (".ndjson", ".jsonl", ".csv")
_HEADER = frozenset({"id", "thread_id", "body", "timestamp"})

INFO = FormatInfo(
    name="4cat",
    title="4CAT or Zeeschuimer",
    file_is="zeeschuimer-export-….ndjson, and the .ndjson and .csv of a dataset of 4CAT",
    get_it="from the Zeeschuimer browser extension (the button .ndjson), or with Download on a dataset's page in 4CAT",
    post_is="a post that was on the screen, of TikTok, Instagram, X or Pinterest",
    left_out="advertisements, posts of private accounts, posts marked sensitive, reposts on X that do not name what "
    "they repeat; other platforms, counted as “platform not known”",
    caveats="Collected while somebody browsed: what the platform chose to show. A table of another platform is read "
    "with --format rows.",
    checked=date(2026, 11, 23),
)


def read(file: PostsFile, reading: Reading, skip: int) -> Iterator[Record]:
    """The items of a file.

    Raises:
        UsageError: It is another file.
        MalformedError: It ends too early or is damaged; the items before that have been yielded.
    """
    return numbered(map(_row_to_post, _rows(file)), skip)


# {"nav_index": "1:2:3", "item_id": "7106594312292453675", "timestamp_collected": 1654637512000,
#  "source_platform": "tiktok.com", "source_platform_url": …, "user_agent": …, "data": {the platform's own object}}
# 4CAT writes the object itself, with all that is around it here in "__import_meta".
def captured_to_post(raw: Any) -> Post | Rejected:  # noqa: ANN401 - whatever a file holds
    """A captured object as a post, or the reason why it is none; never raises.

    Returns:
        A Post, or a Rejected with ``not an object``, ``platform not known`` or a reason of the platform's own.
    """
    if not isinstance(raw, dict):
        return Rejected(source=_SOURCE, reason="not an object")
    meta = raw.get("__import_meta") if "__import_meta" in raw else raw
    platform = words(inside(meta, "source_platform")).lower()
    data = raw if "__import_meta" in raw else raw.get("data")
    to_post = OBJECTS.get(platform)
    if to_post is None:
        raw_id = name_of(inside(meta, "item_id")) or None
        return Rejected(source=_SOURCE, reason=_UNKNOWN, detail=platform[:60], raw_id=raw_id)
    return to_post(data)


# {"rest_id": "1050…", "legacy": {"id_str": "1050…", "full_text": "…", "created_at": "Wed Oct 10 …", "lang": "en",
#   "retweeted_status_result": {"result": {"rest_id": "1049…", …}}, "entities": {…}, …}, "promoted": false,
#  "core": {"user_results": {"result": {"legacy": {"screen_name": "ann", "protected": false}, "core": {…}}}},
#  "note_tweet": {"note_tweet_results": {"result": {"text": "…"}}}}
# Until 2023 {"id": …, "type": "adaptive", "legacy": {…}, "user": {"screen_name": "ann", …}}
def page_tweet_to_post(tweet: Any) -> Post | Rejected:  # noqa: ANN401 - whatever a file holds
    """A post as X's web pages send it; never raises. Reasons: those of ``tweet_to_post``, and ``advertisement``."""
    legacy = inside(tweet, "legacy")
    if not isinstance(legacy, dict):
        return Rejected(source="x", reason="no global id")
    user = inside(tweet, "core", "user_results", "result")
    people = (inside(user, "legacy"), inside(user, "core"), inside(tweet, "user"))
    raw_id = name_of(inside(tweet, "rest_id")) or name_of(inside(legacy, "id_str"))
    if any(inside(person, "protected") is True for person in people):
        return Rejected(source="x", reason="not public", raw_id=raw_id or None)
    if inside(tweet, "promoted") is True:
        return Rejected(source="x", reason="advertisement", raw_id=raw_id or None)
    long = words(inside(tweet, "note_tweet", "note_tweet_results", "result", "text"))
    original = inside(legacy, "retweeted_status_result", "result")
    original_id = name_of(inside(original, "rest_id")) or name_of(inside(original, "tweet", "rest_id"))
    whole = legacy | {"id_str": raw_id} | ({"full_text": long} if long else {})
    if original_id:
        whole["retweeted_status_id_str"] = original_id
    account = next(filter(None, (name_of(inside(person, "screen_name")) for person in people)), "")
    return tweet_to_post(whole, account)


OBJECTS: Mapping[str, Callable[[Any], Post | Rejected]] = {
    "tiktok.com": video_to_post,
    "instagram.com": media_to_post,
    "x.com": page_tweet_to_post,
    "twitter.com": page_tweet_to_post,
    "pinterest.com": lambda pin: object_to_post(pin, ""),
}
"""Zeeschuimer's name of a platform to what reads its objects. Comments have other names (``tiktok-comments``)."""


def _rows(file: PostsFile) -> Iterator[tuple[Row, bool]]:
    """Rows, and whether they are those of a table."""
    for part in file.parts(is_member):
        kind = kind_of(part.start, file.name)
        if kind not in ("jsonl", "csv"):
            raise UsageError(
                f"{file.name} is neither NDJSON nor CSV, as 4CAT and Zeeschuimer write them.",
                "Give the .ndjson file, or read other tables with --format rows.",
            )
        is_table = kind == "csv"
        rows = csv_rows(part.pieces, file.name, is_tabbed=False) if is_table else json_rows(part.pieces)
        yield from ((row, is_table) for row in rows)


def _row_to_post(found: tuple[Row, bool]) -> Post | Rejected:
    row, is_table = found
    if row.fields is None:
        return Rejected(source=_SOURCE, reason=row.problem, detail=f"record {row.number}")
    return item_to_post(row.fields) if is_table else captured_to_post(row.fields)


def is_member(path: str) -> bool:
    """``zeeschuimer-export-tiktok.com-….ndjson``, ``tiktok-search-….csv``."""
    return path.endswith(_SUFFIXES)


def _is_it(glimpse: Glimpse) -> bool:
    """By the first line: an object with *source_platform*, or a header with 4CAT's columns and a platform's link."""
    line = glimpse.start.removeprefix(BOM).lstrip().split(b"\n", 1)[0]
    if line.startswith(b"{"):
        return b'"source_platform"' in line and (b'"__import_meta"' in line or b'"data"' in line)
    columns = {column.strip().strip('"') for column in line.decode("utf-8", "replace").split(",")}
    return columns >= _HEADER and bool(columns & {"tiktok_url", "post_source_domain", "collected_from_url", "link"})


FORMAT = Format(info=INFO, is_it=_is_it, is_member=is_member, read=read)
