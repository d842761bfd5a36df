"""Fields of the objects that platforms send, read without trust: what does not fit is None or empty, never an error."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from miner.sources.html import printable
from miner.sources.values import to_time

MAX_ID_LENGTH = 2048
_MAX_COUNT = 2**31 - 1
# not behind a letter, "&" ("&#39;") or "/" ("page/#top")
_HASHTAG = re.compile(r"(?<![\w&/])[#＃]([^\W_][\w·]{0,99}|_+[^\W_]\w{0,97})")


def inside(found: Any, *path: str | int) -> Any:  # noqa: ANN401 - whatever a server sent
    """What lies at *path* in nested objects and lists; None where it breaks off.

    Example:
        >>> inside({"a": [{"b": 1}]}, "a", 0, "b"), inside({"a": []}, "a", 0, "b")
        (1, None)
    """
    for key in path:
        if isinstance(key, int):
            found = found[key] if isinstance(found, list) and -len(found) <= key < len(found) else None
        else:
            found = found.get(key) if isinstance(found, dict) else None
    return found


def dicts(found: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - whatever a server sent
    """The objects of a list, in order; empty when it is no list."""
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def words(found: Any) -> str:  # noqa: ANN401 - whatever a server sent
    """A string without control characters and blanks at its ends; empty for anything else."""
    return printable(found).strip() if isinstance(found, str) else ""


def name_of(found: Any) -> str:  # noqa: ANN401 - whatever a server sent
    """A string or a whole number as an id or an account's name; empty when it cannot be one."""
    if isinstance(found, int) and not isinstance(found, bool):
        found = str(found)
    text = words(found)
    return text if len(text) <= MAX_ID_LENGTH and text.isprintable() else ""


def names_of(found: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever a server sent
    """Tags of a list of strings or of objects with a ``name``, without ``#``, each once, in order."""
    items: Iterable[Any] = found if isinstance(found, list) else []
    texts = (words(item.get("name") if isinstance(item, dict) else item).lstrip("#＃").strip() for item in items)
    return tuple(dict.fromkeys(text for text in texts if text and len(text) <= MAX_ID_LENGTH))


def moment(found: Any) -> datetime | None:  # noqa: ANN401 - whatever a server sent
    """A time, UTC, from ISO 8601, an e-mail date or seconds since 1970; None when it cannot be read.

    Milliseconds and microseconds since 1970 are told by their size.
    """
    time = to_time(found)
    return time if time is not None and time.timestamp() > 0 else None


def web_address(found: Any) -> str | None:  # noqa: ANN401 - whatever a server sent
    """A http(s) address that can be shown as a link, or None."""
    url = found if isinstance(found, str) else ""
    is_web = url.startswith(("https://", "http://")) and netloc(url) != ""
    return url if is_web and url.isprintable() and " " not in url and len(url) <= MAX_ID_LENGTH else None


def netloc(url: str) -> str:
    """Host and port of a uri; empty when it has none (``tag:example.social,2017:…``)."""
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


def language(found: Any) -> str | None:  # noqa: ANN401 - whatever a server sent
    """``pt`` from ``pt-BR``; None for what is no ISO 639-1 code."""
    base = re.split("[-_]", found, maxsplit=1)[0].lower() if isinstance(found, str) else ""
    return base if re.fullmatch("[a-z]{2}", base) else None


def count(found: Any) -> int | None:  # noqa: ANN401 - whatever a server sent
    """A number of likes and the like, also as digits (YouTube); None for what cannot be one."""
    if isinstance(found, str) and found.isascii() and found.isdecimal() and len(found) < 12:
        found = int(found)
    is_number = isinstance(found, int) and not isinstance(found, bool)
    return found if is_number and 0 <= found <= _MAX_COUNT else None


def hashtags_in(text: str) -> tuple[str, ...]:
    """Hashtags that stand in a text, without ``#``, each once, in order.

    Example:
        >>> hashtags_in("my #Walkman &#39; #1 of the #80s, #80s!")
        ('Walkman', '1', '80s')
    """
    return tuple(dict.fromkeys(_HASHTAG.findall(text)))


def fold_tag(name: str) -> str:
    """A hashtag for comparing: "MUSICTUESDAY" and "musicTuesday" come back for one tag, and "annees80" for "années80".

    Example:
        >>> fold_tag("Années80")
        'annees80'
    """
    parts = unicodedata.normalize("NFKD", name.strip().lstrip("#").casefold())
    return "".join(c for c in parts if not unicodedata.combining(c))
