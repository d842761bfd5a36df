"""How long to wait, and whether to try again: tables of headers that servers really send."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miner.sources.retry import (
    Failure,
    Trouble,
    has_none_left,
    is_transient,
    server_wait_s,
    wait_before_retry_s,
)

# Sun, 22 Nov 2026 22:30:48 GMT
NOW = datetime(2026, 11, 22, 22, 30, 48, tzinfo=UTC).timestamp()

WAITS: dict[str, tuple[dict[str, str], float | None]] = {
    "seconds": ({"retry-after": "120"}, 120),
    "an HTTP date": ({"retry-after": "Sun, 22 Nov 2026 22:32:48 GMT"}, 120),
    "an RFC 850 date": ({"retry-after": "Sunday, 22-Nov-26 22:32:48 GMT"}, 120),
    "an asctime date": ({"retry-after": "Sun Nov 22 22:32:48 2026"}, 120),
    "both, joined by a comma (GoToSocial)": ({"retry-after": "120, Sun, 22 Nov 2026 22:40:48 GMT"}, 120),
    "both, the other way round": ({"retry-after": "Sun, 22 Nov 2026 22:40:48 GMT, 120"}, 120),
    "a date that has passed": ({"retry-after": "Sun, 22 Nov 2026 22:00:00 GMT"}, 0),
    "Retry-After before a reset": ({"retry-after": "5", "x-ratelimit-reset": "2026-11-22T22:35:48Z"}, 5),
    "ISO 8601 with microseconds (Mastodon)": ({"x-ratelimit-reset": "2026-11-22T22:35:48.500000Z"}, 300.5),
    "ISO 8601 without a zone": ({"x-ratelimit-reset": "2026-11-22T22:35:48"}, 300),
    "seconds since 1970": ({"x-ratelimit-reset": str(int(NOW) + 60)}, 60),
    "milliseconds since 1970": ({"x-ratelimit-reset": str((int(NOW) + 60) * 1000)}, 60),
    "seconds from now (Reddit)": ({"x-ratelimit-reset": "25"}, 25),
    "RateLimit-Reset (Bluesky)": ({"ratelimit-reset": str(int(NOW) + 90)}, 90),
    "per hour (Tumblr)": ({"x-ratelimit-perhour-reset": "1800"}, 1800),
    "per hour and per day, the hour used up (Tumblr)": (
        {
            "x-ratelimit-perday-remaining": "3996",
            "x-ratelimit-perday-reset": "84932",
            "x-ratelimit-perhour-remaining": "0",
            "x-ratelimit-perhour-reset": "2132",
        },
        2132,
    ),
    "per hour and per day, both used up": (
        {
            "x-ratelimit-perday-remaining": "0",
            "x-ratelimit-perday-reset": "84932",
            "x-ratelimit-perhour-remaining": "0",
            "x-ratelimit-perhour-reset": "2132",
        },
        84932,
    ),
    "per hour and per day, neither used up: it is the limit per minute": (
        {
            "x-ratelimit-perday-remaining": "4106",
            "x-ratelimit-perday-reset": "76341",
            "x-ratelimit-perhour-remaining": "610",
            "x-ratelimit-perhour-reset": "753",
        },
        None,
    ),
    "a reset that has passed": ({"x-ratelimit-reset": str(int(NOW) - 60)}, 0),
    "the server's clock is ten minutes ahead": (
        {"date": "Sun, 22 Nov 2026 22:40:48 GMT", "x-ratelimit-reset": "2026-11-22T22:45:48Z"},
        300,
    ),
    "nothing": ({}, None),
    "a word": ({"retry-after": "later", "x-ratelimit-reset": "soon"}, None),
    "not a number": ({"retry-after": "nan"}, None),
    "a number beyond all calendars": ({"retry-after": "1e300"}, None),
    "infinity": ({"retry-after": "inf"}, None),
    "a negative number": ({"retry-after": "-5"}, None),
    "a month that is none": ({"retry-after": "Sun, 22 Foo 2026 22:32:48 GMT"}, None),
    "an unusable Retry-After before a reset": ({"retry-after": "?", "x-ratelimit-reset": "25"}, 25),
}


@pytest.mark.parametrize(("headers", "seconds"), WAITS.values(), ids=WAITS.keys())
def test_a_server_is_left_alone_for_as_long_as_it_asks(headers: dict[str, str], seconds: float | None) -> None:
    wait = server_wait_s(headers, now=NOW)
    assert wait == (None if seconds is None else pytest.approx(seconds))


@given(st.dictionaries(st.sampled_from(["retry-after", "x-ratelimit-reset", "date", "ratelimit-reset"]), st.text()))
def test_no_header_breaks_the_computation(headers: dict[str, str]) -> None:
    wait = server_wait_s(headers, now=NOW)
    assert wait is None or wait >= 0


def test_the_reset_of_a_rate_limit_says_nothing_about_a_503() -> None:
    headers = {"x-ratelimit-reset": "2026-11-22T22:35:48Z", "x-ratelimit-remaining": "299"}
    failure = Failure(trouble=Trouble.STATUS, status=503, headers=headers)
    assert wait_before_retry_s(failure, n_tries=1, now=NOW, jitter=1.0) == 1.0


def test_the_reset_of_a_rate_limit_is_kept_after_a_429() -> None:
    failure = Failure(trouble=Trouble.STATUS, status=429, headers={"x-ratelimit-reset": "2026-11-22T22:35:48Z"})
    assert wait_before_retry_s(failure, n_tries=1, now=NOW, jitter=1.0) == 300.0


@pytest.mark.parametrize(
    ("n_tries", "jitter", "seconds"),
    [(1, 1.0, 1.0), (1, 0.0, 0.5), (2, 1.0, 2.0), (5, 1.0, 16.0), (5, 0.5, 12.0), (7, 1.0, 60.0), (40, 1.0, 60.0)],
)
def test_backoff_doubles_up_to_a_minute(n_tries: int, jitter: float, seconds: float) -> None:
    failure = Failure(trouble=Trouble.CONNECTION)
    assert wait_before_retry_s(failure, n_tries=n_tries, now=NOW, jitter=jitter) == seconds


def test_a_retry_after_of_zero_does_not_hammer() -> None:
    failure = Failure(trouble=Trouble.STATUS, status=429, headers={"retry-after": "0"})
    assert wait_before_retry_s(failure, n_tries=3, now=NOW, jitter=1.0) == 4.0


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 520, 524])
def test_an_overloaded_server_is_asked_again(status: int) -> None:
    assert is_transient(Failure(trouble=Trouble.STATUS, status=status))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418, 422, 451, 501, 505])
def test_a_refusal_is_not_asked_again(status: int) -> None:
    assert not is_transient(Failure(trouble=Trouble.STATUS, status=status))


@pytest.mark.parametrize(
    ("trouble", "again"),
    [
        (Trouble.TIMEOUT, True),
        (Trouble.CONNECTION, True),
        (Trouble.CUT_SHORT, True),
        (Trouble.NOT_JSON, True),
        (Trouble.NO_SUCH_HOST, False),
        (Trouble.TLS, False),
        (Trouble.TOO_BIG, False),
    ],
)
def test_what_breaks_by_chance_is_asked_again(trouble: Trouble, again: bool) -> None:
    assert is_transient(Failure(trouble=trouble)) is again


@pytest.mark.parametrize(
    ("headers", "none_left"),
    [
        ({"x-ratelimit-remaining": "0"}, True),
        ({"x-ratelimit-remaining": "0.0"}, True),
        ({"ratelimit-remaining": "0"}, True),
        ({"x-ratelimit-perhour-remaining": "0"}, True),
        ({"x-ratelimit-perhour-remaining": "9", "x-ratelimit-perday-remaining": "0"}, True),
        ({"x-ratelimit-remaining": "1"}, False),
        ({"x-ratelimit-remaining": "many"}, False),
        ({}, False),
    ],
)
def test_a_used_up_limit_is_seen_before_the_refusal(headers: dict[str, str], none_left: bool) -> None:
    assert has_none_left(headers) is none_left
