"""The Internet Archive: by cursor to the end, fields of two types, and its own errors."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from source_walk import walk, walk_with_interruptions

from miner.errors import BlockedError, MalformedError, MinerError, RefusedError
from miner.sources.base import Query
from miner.sources.internet_archive import InternetArchive

QUERY = Query(tags=("80s",), phrases=("the 80s",))


class Archive:
    """Gives *n* items, ten a page, in order of their identifiers."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.searches: list[str] = []
        self.forgotten = ""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/services/search/v1/scrape"
        self.searches.append(request.url.params["q"])
        cursor = request.url.params.get("cursor", "")
        if cursor and cursor == self.forgotten:
            return httpx.Response(400, json={"error": "invalid cursor", "errorType": "InvalidCursor"})
        first = int(cursor.removeprefix("at-") or 0)
        items = [item(i) for i in range(first, min(self.n, first + 10))]
        more = {"cursor": f"at-{first + 10}"} if first + 10 < self.n else {}
        return httpx.Response(200, json={"items": items, "count": len(items), "total": self.n} | more)


def item(number: int) -> dict[str, Any]:
    return {
        "identifier": f"radio-{number}",
        "title": f"A radio of the 80s, number {number}",
        "mediatype": "image",
        "publicdate": f"2020-01-{1 + number % 28:02}T00:00:00Z",
    }


def test_all_items_are_read_by_cursor() -> None:
    server = Archive(35)
    walked = walk(InternetArchive(), QUERY, server)
    assert set(walked.ids) == {f"internet-archive:radio-{i}" for i in range(35)}
    assert len(walked.asked) == 4
    assert server.searches[0].startswith('"the 80s" AND mediatype:(image OR ')


def test_a_walk_interrupted_after_every_page_finds_the_same() -> None:
    assert (
        walk_with_interruptions(InternetArchive(), QUERY, Archive(35)).ids
        == walk(InternetArchive(), QUERY, Archive(35)).ids
    )


def test_a_cursor_that_the_archive_forgot_makes_the_walk_begin_anew() -> None:
    server = Archive(35)
    first = walk(InternetArchive(), QUERY, server, max_pages=2)
    server.forgotten = "at-20"
    second = walk(InternetArchive(), QUERY, server, cursors=first.cursors, max_pages=2)
    assert second.ids[0] == "internet-archive:radio-0"


def test_a_window_is_asked_for_and_kept() -> None:
    server = Archive(28)
    since, until = datetime(2020, 1, 5, tzinfo=UTC), datetime(2020, 1, 8, tzinfo=UTC)
    walked = walk(InternetArchive(), Query(tags=(), phrases=("the 80s",), since=since, until=until), server)
    assert set(walked.ids) == {f"internet-archive:radio-{i}" for i in (4, 5, 6)}
    assert server.searches[0].endswith("publicdate:[2020-01-05T00:00:00Z TO 2020-01-08T00:00:00Z]")


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (httpx.Response(200, json={"error": "bad\nquery", "errorType": "Search"}), RefusedError, "“bad query”. Run"),
        (httpx.Response(400, json={"error": "count too small"}), RefusedError, '("count too small")'),
        (httpx.Response(200, json={"count": 0}), MalformedError, "no list of items"),
        (httpx.Response(200, html="<h1>Sign in</h1>"), BlockedError, "with a web page"),
    ],
)
def test_refusals_are_told(answer: httpx.Response, kind: type[MinerError], said: str) -> None:
    with pytest.raises(kind) as raised:
        walk(InternetArchive(), QUERY, lambda _: answer)
    assert said in str(raised.value)
    assert raised.value.advice


def test_the_same_page_again_ends_the_walk() -> None:
    page = {"items": [item(1)], "cursor": "at-1"}
    with pytest.raises(MalformedError, match="sent before"):
        walk(InternetArchive(), QUERY, lambda _: httpx.Response(200, json=page))
