"""The columns of a corpus, and posts to and from rows of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from miner.records import Post

_TIME = pa.timestamp("us", "UTC")
_TEXTS = pa.list_(pa.string())
_TYPES: Mapping[str, pa.DataType] = {
    "created_at": _TIME,
    "edited_at": _TIME,
    "tags": _TEXTS,
    "alt_texts": _TEXTS,
    "likes": pa.int64(),
    "reposts": pa.int64(),
    "replies": pa.int64(),
    "is_bot": pa.bool_(),
}
_FIELDS = tuple(f.name for f in fields(Post))
_TEXT_FIELDS = tuple(name for name in _FIELDS if name not in _TYPES)

SCHEMA = pa.schema([*((name, _TYPES.get(name, pa.string())) for name in _FIELDS), ("fetched_at", _TIME)])
"""One column a field of :class:`~miner.records.Post`, all texts as strings, and ``fetched_at``: when it was stored."""


def storable(text: str) -> str:
    r"""*text* as a file can hold it: the halves of a surrogate pair joined, a half alone replaced by U+FFFD.

    Example:
        A JSON answer cut in the middle of an emoji gives such a half: ``"so cool \ud83d"``.

        >>> storable("so cool \ud83d")
        'so cool �'
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def to_table(
    posts: Sequence[Post], *, fetched_at: datetime, pseudonym: Callable[[str, str | None], str | None]
) -> pa.Table:
    """Posts as rows, authors as pseudonyms.

    Args:
        posts: Their ids must be :func:`storable` already.
        fetched_at: When they were read, UTC.
        pseudonym: Token of an account, from the source's name and the account.

    Raises:
        ValueError: A time without a time zone.
    """
    columns = {name: _column(name, [getattr(post, name) for post in posts]) for name in _FIELDS if name != "author"}
    columns["author"] = pa.array([pseudonym(post.source, post.author) for post in posts], pa.string())
    columns["fetched_at"] = _column("fetched_at", [fetched_at] * len(posts))
    return pa.table([columns[name] for name in SCHEMA.names], schema=SCHEMA)


def post_from_row(row: Mapping[str, Any]) -> Post:
    """A row as a post; *author* is the pseudonym. Columns that are not a post's are left aside."""
    values = {name: row[name] for name in _FIELDS}
    for name in ("created_at", "edited_at"):
        if values[name] is not None:
            values[name] = values[name].replace(tzinfo=UTC)
    for name in ("tags", "alt_texts"):
        values[name] = tuple(values[name] or ())
    return Post(**values)


def _column(name: str, values: list[Any]) -> pa.Array:
    kind = SCHEMA.field(name).type
    if kind == _TIME:
        naive = next((value for value in values if value is not None and value.tzinfo is None), None)
        if naive is not None:
            raise ValueError(f"{name} is {naive}, without a time zone")
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:
        return pa.array([_storable_value(value) for value in values], kind)
    except OverflowError:
        # a count beyond 64 bits is nobody's count of likes
        return pa.array([value if value is None or abs(value) < 2**63 else None for value in values], kind)


def _storable_value(value: str | Sequence[str] | None) -> str | list[str] | None:
    if value is None or isinstance(value, str):
        return value if value is None else storable(value)
    return [storable(text) for text in value]
