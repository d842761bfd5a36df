"""Values as files write them: dates, counts, lists of tags. What cannot be read is None, never a guess."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
"""Usenet began then. An earlier date is a stand-in (0001-01-01, 1900-01-01, 1970-01-01) or that of something else."""

# Seconds have 9 to 11 digits from 1973 to 5138, milliseconds three more, microseconds six, nanoseconds nine.
_EPOCH_UNITS = ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6), (1e20, 1e9))
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_SEPARATORS = re.compile(r"[\s,;|]+")
_TRUE = frozenset({"true", "1", "1.0", "yes", "y", "t"})
_LABELS = ("name", "text", "title", "tag", "description", "alt")
_ACCOUNTS = ("acct", "username", "screen_name", "name", "id")
_GONE = frozenset({"[deleted]", "[removed]", "[ deleted by user ]", "[ removed by reddit ]"})


def to_time(value: object) -> datetime | None:
    """A point in time, UTC; None when it cannot be read.

    Understood are ISO 8601 (``2012-11-11T17:21:56Z``, ``2012-11-11 17:21:56 UTC``, a date alone for its first second),
    e-mail dates, Twitter's (``Wed Oct 10 20:19:24 +0000 2018``), and seconds, milliseconds, micro- or nanoseconds since
    1970 as numbers or digits. A time without a zone is taken as UTC.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, datetime):
        return _in_utc(value)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if isinstance(value, int | float):
        return _from_epoch(value)
    if not isinstance(value, str):
        return None
    text = value.strip()
    if _NUMBER.fullmatch(text) and len(text) != len("19990503"):
        return _from_epoch(float(text))
    for read in _READERS:
        with contextlib.suppress(ValueError, OverflowError, IndexError, TypeError):
            return _in_utc(read(text))
    return None


def to_count(value: object) -> int | None:
    """A whole number; None for anything else, such as ``1.2K``. Thousands may be parted by commas."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        value = value.strip().replace(",", "")
        if not _NUMBER.fullmatch(value):
            return None
        value = int(value) if value.lstrip("+-").isdigit() and len(value) < 20 else float(value)
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return value if isinstance(value, int) else None


def to_claim(value: object) -> bool:
    """Whether a field says yes: true, a number other than 0, or ``true``, ``yes``, ``y``, ``t``, ``1``."""
    if isinstance(value, str):
        return value.strip().lower() in _TRUE
    return bool(value)


def to_text(value: object) -> str:
    """A string, or a number as one; empty for anything else, and for the marks that a removed post leaves behind."""
    if isinstance(value, str):
        return "" if value.strip().lower() in _GONE else value.strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        # pandas writes ids as floats as soon as one is missing: 123.0
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return ""


def to_account(value: object) -> str | None:
    """Name of an account; None for nobody, and for ``[deleted]``, which is not one person."""
    if isinstance(value, dict):
        value = next((value[name] for name in _ACCOUNTS if value.get(name)), None)
    return to_text(value).removeprefix("@") or None


def to_tags(value: object) -> tuple[str, ...]:
    """Tags in order, without ``#``, each once: from a list, a list of objects, or a text such as ``"#80s, toys"``."""
    if isinstance(value, str):
        listed = _as_list(value)
        value = _SEPARATORS.split(value) if listed is None else listed
    tags = (tag.strip().removeprefix("#") for tag in _labels(value))
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def to_texts(value: object) -> tuple[str, ...]:
    """Texts in order: from a list, a list of objects, or one text, which is not split."""
    if isinstance(value, str):
        listed = _as_list(value)
        value = [value] if listed is None else listed
    return tuple(text for text in (label.strip() for label in _labels(value)) if text)


def _labels(value: object) -> Iterable[str]:
    for item in value if isinstance(value, list | tuple) else [value]:
        if isinstance(item, dict):
            item = next((item[name] for name in _LABELS if isinstance(item.get(name), str)), None)
        if isinstance(item, str):
            yield item


def _as_list(text: str) -> list[object] | None:
    """A list that was written into one cell: ``["80s", "toys"]`` by JSON, ``['80s' 'toys']`` by pandas; else None."""
    text = text.strip()
    if not (text.startswith("[") and text.endswith("]")):
        return None
    with contextlib.suppress(ValueError, RecursionError):
        found = json.loads(text)
        return found if isinstance(found, list) else None
    return re.findall(r"'([^']*)'", text) or None


def _from_epoch(number: float) -> datetime | None:
    for limit, unit in _EPOCH_UNITS:
        if abs(number) < limit:
            with contextlib.suppress(ValueError, OverflowError, OSError):
                return datetime.fromtimestamp(number / unit, tz=UTC)
            return None
    return None


def _in_utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _iso(text: str) -> datetime:
    return datetime.fromisoformat(text.removesuffix("UTC").strip())


def _twitter(text: str) -> datetime:
    return datetime.strptime(text, "%a %b %d %H:%M:%S %z %Y")


_READERS: tuple[Callable[[str], datetime], ...] = (_iso, _twitter, parsedate_to_datetime)
