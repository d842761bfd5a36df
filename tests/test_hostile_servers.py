"""Servers that do their worst after a good first page: a clear error, soon, in little memory, and the page is kept."""

from __future__ import annotations

import gzip
import itertools
import time
from pathlib import Path

import pytest
from hostile import (
    MB,
    N_FIRST,
    SHORT_S,
    TIMEOUT_S,
    Growth,
    HostileServer,
    Trick,
    bomb,
    endlessly,
    head,
    hit,
    page,
    resets_after,
    scrape_all,
    sends,
    serving,
    status,
)

from miner.corpus import Corpus
from miner.errors import BlockedError, MalformedError, MinerError, RateLimited, RefusedError, SourceError

MOST_BYTES = 100 * MB
SOURCES = ["mastodon", "hacker-news"]

GZIP = head("Content-Encoding: gzip")
TOO_LONG = "with a body of more than 32,768 kB."
CUT = "with a body cut short."
NOT_JSON = "with a body that is not JSON, or cut short."
SLOW = "with a body that did not end within 0.7 s."
NO_ANSWER = "gave no answer to "

TRICKS: dict[str, tuple[Trick, type[MinerError], str]] = {
    "a body without end": (endlessly(head(), b" " * MB), MalformedError, TOO_LONG),
    "chunks without end": (
        endlessly(head("Transfer-Encoding: chunked"), b"10000\r\n" + b"[" * 65536 + b"\r\n"),
        MalformedError,
        TOO_LONG,
    ),
    "chunks of one byte": (endlessly(head("Transfer-Encoding: chunked"), b"1\r\n[\r\n" * 64), MalformedError, SLOW),
    "a chunk of 16 exabytes": (
        sends(head("Transfer-Encoding: chunked"), b"FFFFFFFFFFFFFFFF\r\n[]"),
        MalformedError,
        CUT,
    ),
    "a drip": (endlessly(head(), b" ", pause_s=0.05), MalformedError, SLOW),
    "a drip of headers": (endlessly(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n", pause_s=0.05), SourceError, NO_ANSWER),
    "silence": (endlessly(b"", b"", pause_s=0.05), SourceError, NO_ANSWER),
    "a gzip bomb": (endlessly(GZIP + bomb(31)[0], bomb(31)[1]), MalformedError, TOO_LONG),
    "a deflate bomb": (
        endlessly(head("Content-Encoding: deflate") + bomb(15)[0], bomb(15)[1]),
        MalformedError,
        TOO_LONG,
    ),
    "a bomb in a bomb": (
        endlessly(head("Content-Encoding: gzip, gzip") + bomb(31)[0], bomb(31)[1]),
        MalformedError,
        "with a body compressed with 'gzip, gzip'.",
    ),
    "a compression nobody asked for": (
        sends(page(b"xx", headers="Content-Encoding: zstd\r\n")),
        MalformedError,
        "with a body compressed with 'zstd'.",
    ),
    "zipped nothing without end": (
        endlessly(GZIP + bomb(31)[0][:10], b"\x00\x00\x00\xff\xff" * 200),
        MalformedError,
        SLOW,
    ),
    "garbage behind a zipped body": (
        endlessly(GZIP + gzip.compress(b""), b"x" * MB),
        MalformedError,
        NOT_JSON,
    ),
    "a reset in the middle": (resets_after(head("Content-Length: 100") + b'[{"id"'), MalformedError, CUT),
    "a reset in the headers": (resets_after(b"HTTP/1.1 200 OK\r\nContent-"), SourceError, NO_ANSWER),
    "nothing at all": (sends(b""), SourceError, NO_ANSWER),
    "no HTTP": (sends(b"220 mail.example ESMTP\r\n"), SourceError, NO_ANSWER),
    "a header without end": (endlessly(b"HTTP/1.1 200 OK\r\nA: ", b"b" * 65536), SourceError, NO_ANSWER),
    "headers without end": (endlessly(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n" * 5000), SourceError, NO_ANSWER),
    "interim answers without end": (
        endlessly(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", pause_s=0.01),
        SourceError,
        NO_ANSWER,
    ),
    "a length that is too long": (sends(head("Content-Length: 100"), b"[]"), MalformedError, CUT),
    "a length that is too short": (sends(head("Content-Length: 3"), b'[{"id": "1"}]'), MalformedError, NOT_JSON),
    "a length below zero": (sends(head("Content-Length: -1"), b"[]"), SourceError, NO_ANSWER),
    "two lengths": (sends(head("Content-Length: 2", "Content-Length: 3"), b"[] "), SourceError, NO_ANSWER),
    "an empty body": (sends(page(b"")), MalformedError, NOT_JSON),
    "no content": (sends(page(b"", status="204 No Content")), MalformedError, NOT_JSON),
    "lists in lists": (sends(page(b"[" * 20 * MB)), MalformedError, NOT_JSON),
    "objects in objects": (sends(page(b'{"a":' * 4 * MB)), MalformedError, NOT_JSON),
    "lists in lists with half an emoji": (sends(page(b'["\\ud83d"' + b",[" * MB)), MalformedError, NOT_JSON),
    "ten million objects": (sends(page(b"[" + b"{}," * 10 * MB + b"{}]")), MalformedError, NOT_JSON),
    "a number of a million digits": (sends(page(b'["\\ud83d",' + b"1" * MB + b"]")), MalformedError, NOT_JSON),
    "no number": (sends(page(b"[NaN]")), MalformedError, NOT_JSON),
    "no UTF-8": (sends(page(b'["\xff\xfe"]')), MalformedError, NOT_JSON),
    "a string": (sends(page("posts")), MalformedError, "with no list of "),
    "a block page": (
        sends(page(b"<h1>Are you human?</h1>", kind="text/html; charset=utf-8")),
        BlockedError,
        "with a web page: it blocks this program.",
    ),
    "a wait of a year": (
        sends(page({}, status="429 Too Many Requests", headers="Retry-After: 31536000\r\n")),
        RateLimited,
        "asks to be left alone for 365 days before ",
    ),
    "two waits": (
        sends(
            page(
                {},
                status="503 Service Unavailable",
                headers="Retry-After: 120\r\nRetry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\n",
            )
        ),
        RateLimited,
        "asks to be left alone for 2 min before ",
    ),
    "a redirect in a circle": (
        sends(page(b"", status="302 Found", headers="Location: ?max_id=1&numericFilters=1\r\n")),
        SourceError,
        " 6 times.",
    ),
    "a long error": (
        sends(page(b'{"error": "' + b"\x1b[31m" * MB + b'"}', status="418 No")),
        RefusedError,
        "answered 418 to ",
    ),
}
NEVER_END = {
    "chunks of one byte",
    "a drip",
    "a drip of headers",
    "silence",
    "zipped nothing without end",
    "interim answers without end",
}


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus.create(tmp_path / "corpus")


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("trick", TRICKS)
def test_what_came_before_a_trick_is_kept_and_the_trick_is_told(trick: str, source: str, corpus: Corpus) -> None:
    does, kind, words = TRICKS[trick]
    started = time.monotonic()
    with serving(HostileServer(does)) as server, Growth() as growth:
        result = scrape_all(corpus, source, server.url, timeout_s=SHORT_S if trick in NEVER_END else TIMEOUT_S)
    assert time.monotonic() - started < TIMEOUT_S
    assert growth.bytes < MOST_BYTES
    assert corpus.count() == N_FIRST == result.n_new
    (error,) = result.errors
    assert type(error) is kind
    assert words in error.happened
    assert error.happened.startswith(f"127.0.0.1:{server.port} ")
    assert error.advice
    assert str(error).isprintable()
    assert len(str(error)) < 500


def test_the_scale_shows_what_is_laid_on_it() -> None:
    with Growth() as growth:
        assert len(bytearray(b"x") * (150 * MB)) == 150 * MB
    assert growth.bytes > 140 * MB


@pytest.mark.parametrize("source", SOURCES)
def test_a_server_that_goes_in_circles_is_left_after_one_round(source: str, corpus: Corpus) -> None:
    first, second = range(1000, 960, -1), range(960, 920, -1)
    pages = [page([status(i) for i in part]) for part in (second, first)]
    if source == "hacker-news":
        pages = [page({"hits": [hit(i) for i in part]}) for part in (second, first)]
    turns = itertools.cycle(pages)
    with serving(HostileServer(lambda wire: wire.sendall(next(turns)))) as server:
        result = scrape_all(corpus, source, server.url)
        assert len(server.asked) <= 5
    (error,) = result.errors
    assert type(error) is MalformedError
    assert "with a page that it had sent before, so there is no way on." in error.happened
    assert corpus.count() == 80


@pytest.mark.parametrize("source", SOURCES)
def test_a_next_run_goes_on_behind_the_trick(source: str, corpus: Corpus) -> None:
    with serving(HostileServer(TRICKS["a reset in the middle"][0])) as server:
        assert scrape_all(corpus, source, server.url).n_new == N_FIRST
        empty: object = [] if source == "mastodon" else {"hits": []}
        server.trick = sends(page(empty))
        result = scrape_all(corpus, source, server.url)
    assert (result.errors, result.n_new, corpus.count()) == ((), 0, N_FIRST)


ROBOTS = head(status="200 OK").replace(b"application/json", b"text/plain")
ROBOTS_TRICKS: dict[str, tuple[Trick, int, str]] = {
    "600 MB that allow": (endlessly(ROBOTS, b"# hello\n" * 8192), N_FIRST, ""),
    "600 MB that forbid": (
        endlessly(ROBOTS + b"User-agent: *\nDisallow: /api\n", b"# hello\n" * 8192),
        0,
        "forbids its settings (/api/v2/instance) to crawlers in its robots.txt.",
    ),
    "half a megabyte of rules": (
        sends(page(b"User-agent: *\n" + b"Disallow: /*a*p*i*x$\n" * 24_000, kind="text/plain")),
        N_FIRST,
        "",
    ),
    "one line": (sends(page(b"User-agent: *\nDisallow: /" + b"*a" * 250_000, kind="text/plain")), N_FIRST, ""),
    "a zipped bomb": (
        endlessly(ROBOTS.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n") + bomb(31)[0], bomb(31)[1]),
        N_FIRST,
        "",
    ),
    "no text": (sends(page(bytes(range(256)) * 2000, kind="text/plain")), N_FIRST, ""),
    "a drip": (endlessly(ROBOTS, b"#", pause_s=0.05), 0, "answered to robots.txt (/robots.txt), asked once, " + SLOW),
    "a redirect to file://": (
        sends(page(b"", status="301 Moved", headers="Location: file:///etc/passwd\r\n")),
        0,
        "redirected robots.txt (/robots.txt) to an insecure or broken address.",
    ),
    "a wait of a year": (
        sends(page(b"", status="429 No", headers="Retry-After: 31536000\r\n")),
        0,
        "asks to be left alone for 365 days before robots.txt (/robots.txt)",
    ),
}


@pytest.mark.parametrize("trick", ROBOTS_TRICKS)
def test_a_hostile_robots_txt_is_read_as_far_as_it_goes(trick: str, corpus: Corpus) -> None:
    does, n_posts, words = ROBOTS_TRICKS[trick]
    started = time.monotonic()
    with serving(HostileServer(sends(page([])), robots=does)) as server, Growth() as growth:
        result = scrape_all(corpus, "mastodon", server.url, timeout_s=SHORT_S if trick == "a drip" else TIMEOUT_S)
    assert time.monotonic() - started < TIMEOUT_S
    assert growth.bytes < MOST_BYTES
    assert corpus.count() == n_posts
    assert words in "".join(error.happened for error in result.errors)
    assert bool(result.errors) == bool(words)


def test_no_cookie_is_ever_sent_back(corpus: Corpus) -> None:
    cookies = "".join(f"Set-Cookie: id{i}={i}; Path=/; Max-Age=9999\r\n" for i in range(50))
    back = sends(page(b"", status="302 Found", headers=f"Location: /empty\r\n{cookies}"))
    with serving(HostileServer(back, first=cookies)) as server:
        scrape_all(corpus, "mastodon", server.url)
        assert [target for target, _ in server.asked if target.startswith("/empty")]
        assert [headers for _, headers in server.asked if "cookie" in headers] == []
