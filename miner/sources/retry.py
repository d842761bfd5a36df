"""When to try again, and how long to wait before: pure functions of what was seen, without a clock or a sleep."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum

TRANSIENT_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 527, 530})
BACKOFF_CAP_S = 60.0
_SPANS = ("x-ratelimit-perhour", "x-ratelimit-perday")
# Sun, 06 Nov 1994 08:49:37 GMT · Sunday, 06-Nov-94 08:49:37 GMT · Sun Nov  6 08:49:37 1994 (RFC 9110, 5.6.7)
_HTTP_DATE = re.compile(
    r"[A-Z][a-z]{2,8}, \d{2}[ -][A-Z][a-z]{2}[ -]\d{2,4} \d{2}:\d{2}:\d{2} GMT"
    r"|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}"
)


class Trouble(Enum):
    """Why one try gave nothing to use."""

    STATUS = "status"
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    NO_SUCH_HOST = "no such host"
    TLS = "tls"
    CUT_SHORT = "cut short"
    TOO_BIG = "too big"
    NOT_JSON = "not json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One try that gave nothing to use, with the evidence.

    Attributes:
        trouble: What kind of failure it was.
        status: HTTP status; None when there was no answer.
        headers: Headers of the answer, names in lower case.
        detail: What the network or the decoder said, in short; never a header or a token.
    """

    trouble: Trouble
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    detail: str = ""


def is_transient(failure: Failure) -> bool:
    """Whether the same request may well succeed a little later.

    A name that does not exist, a certificate that cannot be trusted and a body without end are the same next time; a
    connection that broke, a body cut short (mid-restart servers send half a page) and an overloaded server are not.
    """
    if failure.trouble is Trouble.STATUS:
        return failure.status in TRANSIENT_STATUSES
    return failure.trouble in {Trouble.TIMEOUT, Trouble.CONNECTION, Trouble.CUT_SHORT, Trouble.NOT_JSON}


def wait_before_retry_s(
    failure: Failure, *, n_tries: int, now: float, jitter: float, base_s: float = 1.0, cap_s: float = BACKOFF_CAP_S
) -> float:
    """Seconds to wait before trying again: what the server asks for, otherwise exponential backoff.

    Args:
        failure: The last try.
        n_tries: Tries made so far; at least 1.
        now: This machine's clock, seconds since 1970.
        jitter: A random number in 0-1, so that many clients do not come back at once.
        base_s: Backoff after the first try.
        cap_s: Longest backoff. What a server asks for is not capped here.
    """
    # Mastodon sends X-RateLimit-Reset, minutes ahead, on every answer: after a 503 it says nothing about the 503.
    limited = failure.status == 429 or has_none_left(failure.headers)
    asked = server_wait_s(failure.headers, now=now, limited=limited)
    backoff = min(cap_s, base_s * 2 ** (n_tries - 1)) * (0.5 + jitter / 2)
    # "Retry-After: 0" and a reset in the past would hammer
    return asked or backoff


def server_wait_s(headers: Mapping[str, str], *, now: float, limited: bool = True) -> float | None:
    """Seconds that a server asks to be left alone; None when it does not say. Never negative.

    The order: Retry-After (seconds, then an HTTP date; GoToSocial sends both in one answer, which arrive joined by a
    comma), X-RateLimit-Reset, RateLimit-Reset, then Tumblr's x-ratelimit-perhour-reset and -perday-reset: the longer of
    those whose limit is used up. (It sends both with every answer, and has a third limit, per minute, without headers.)

    Args:
        headers: Names in lower case.
        now: This machine's clock, seconds since 1970. The server's Date header, when there, corrects its error.
        limited: Whether the resets of rate limits count, besides Retry-After.
    """
    server_now = _http_date(headers.get("date", ""))
    server_now = now if server_now is None else server_now
    wait = _retry_after(headers.get("retry-after", ""), server_now)
    for name in ("x-ratelimit-reset", "ratelimit-reset") if limited else ():
        wait = _reset(headers.get(name, ""), server_now) if wait is None else wait
    if wait is None and limited:
        used_up = [span for span in _SPANS if (_number(headers.get(f"{span}-remaining", "")) or 0) < 1]
        resets = [_reset(headers.get(f"{span}-reset", ""), server_now) for span in used_up]
        wait = max([reset for reset in resets if reset is not None], default=None)
    return None if wait is None else max(0.0, wait)


def has_none_left(headers: Mapping[str, str]) -> bool:
    """Whether the headers say that no request is left before the next reset. Reddit writes it as ``0.0``."""
    limits = ("x-ratelimit", "ratelimit", *_SPANS)
    left = [_number(headers.get(f"{limit}-remaining", "")) for limit in limits]
    return any(n is not None and n < 1 for n in left)


def _retry_after(value: str, server_now: float) -> float | None:
    seconds = [n for n in (_number(part) for part in value.split(",")) if n is not None]
    if seconds:
        return max(seconds)
    date = _http_date(value)
    return None if date is None else date - server_now


def _reset(value: str, server_now: float) -> float | None:
    """Seconds until a reset given as ISO 8601, as seconds or milliseconds since 1970, or as seconds from now."""
    number = _number(value)
    if number is None:
        moment = _iso(value.strip())
        return None if moment is None else moment - server_now
    if number > 1e11:
        return number / 1000 - server_now
    return number - server_now if number > 1e9 else number


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    # beyond 10^14 it is neither seconds nor milliseconds of any calendar
    return number if math.isfinite(number) and 0 <= number < 1e14 else None


def _http_date(text: str) -> float | None:
    found = _HTTP_DATE.search(text)
    try:
        moment = parsedate_to_datetime(found.group()) if found else None
    except ValueError:
        return None
    return None if moment is None else _timestamp(moment)


def _iso(text: str) -> float | None:
    try:
        return _timestamp(datetime.fromisoformat(text))
    except ValueError:
        return None


def _timestamp(moment: datetime) -> float | None:
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (OverflowError, ValueError):
        return None
