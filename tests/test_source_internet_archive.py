"""The Internet Archive: by cursor to the end, searches that break off, fields of two types, and its own errors."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from source_walk import walk, walk_with_interruptions

from miner.errors import BlockedError, MalformedError, MinerError, RateLimited, RefusedError
from miner.records import Post
from miner.sources.base import Query
from miner.sources.internet_archive import InternetArchive

QUERY = Query(tags=("80s",), phrases=("the 80s",))


class Archive:
    """Gives *n* items, ten a page, in order of their identifiers; breaks off at item *breaks_at*, *n_breaks* times."""

    def __init__(self, n: int, *, breaks_at: int = 10**9, n_breaks: int = 0) -> None:
        self.n, self.breaks_at, self.n_breaks = n, breaks_at, n_breaks
        self.searches: list[str] = []
        self.forgotten = ""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/services/search/v1/scrape"
        self.searches.append(request.url.params["q"])
        cursor = request.url.params.get("cursor", "")
        if cursor and cursor == self.forgotten:
            # the one that a new walk gets there is another
            self.forgotten = ""
            return httpx.Response(400, json={"error": "invalid cursor", "errorType": "InvalidCursor"})
        first = int(cursor.removeprefix("at-") or 0)
        items = [item(i) for i in range(first, min(self.n, first + 10))]
        more = {"cursor": f"at-{first + 10}"} if first + 10 < self.n else {}
        if first <= self.breaks_at < first + 10 and self.n_breaks > 0:
            self.n_breaks -= 1
            items, more = items[: self.breaks_at - first], {}
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


def test_a_later_walk_reads_all_items_again() -> None:
    first = walk(InternetArchive(), QUERY, Archive(15))
    assert len(walk(InternetArchive(), QUERY, Archive(17), cursors=first.cursors).ids) == 17


def test_a_cursor_that_the_archive_forgot_makes_the_walk_begin_anew() -> None:
    server = Archive(35)
    first = walk(InternetArchive(), QUERY, server, max_pages=2)
    server.forgotten = "at-20"
    second = walk(InternetArchive(), QUERY, server, cursors=first.cursors)
    assert set(second.ids) == {f"internet-archive:radio-{i}" for i in range(35)}


@pytest.mark.parametrize("n_breaks", [1, 2])
@pytest.mark.parametrize("breaks_at", [3, 10, 14, 60])
def test_a_search_that_broke_off_is_asked_again_and_nothing_is_lost(breaks_at: int, n_breaks: int) -> None:
    server = Archive(100, breaks_at=breaks_at, n_breaks=n_breaks)
    assert set(walk(InternetArchive(), QUERY, server).ids) == {f"internet-archive:radio-{i}" for i in range(100)}


def test_a_search_that_broke_off_behind_a_whole_page_is_asked_again() -> None:
    server, n_breaks = Archive(100), 1

    def archive(request: httpx.Request) -> httpx.Response:
        nonlocal n_breaks
        data = server(request).json()
        if request.url.params.get("cursor") == "at-20" and n_breaks:
            n_breaks -= 1
            del data["cursor"]
        return httpx.Response(200, json=data)

    assert len(walk(InternetArchive(), QUERY, archive).ids) == 100


def test_a_search_that_goes_on_breaking_off_is_an_error_and_no_end() -> None:
    server = Archive(100, breaks_at=34, n_breaks=4)
    with pytest.raises(RefusedError, match=r"archive\.org broke off items with “the 80s” after 34 of 100\. Run"):
        walk(InternetArchive(), QUERY, server)


def test_a_walk_that_met_a_broken_search_begins_anew_when_it_meets_it_again() -> None:
    server = Archive(100, breaks_at=34, n_breaks=4)
    first = walk(InternetArchive(), QUERY, server, max_pages=4)
    assert first.ids[-1] == "internet-archive:radio-33"
    server.n = 60
    second = walk(InternetArchive(), QUERY, server, cursors=first.cursors)
    assert set(second.ids) == {f"internet-archive:radio-{i}" for i in range(60)}
    assert second.pages[-1].is_last


def test_items_taken_down_in_the_middle_of_a_walk_do_not_hold_it_up() -> None:
    server = Archive(100)
    first = walk(InternetArchive(), QUERY, server, max_pages=4)
    server.n = 91
    rest = walk(InternetArchive(), QUERY, server, cursors=first.cursors)
    assert set(first.ids + rest.ids) == {f"internet-archive:radio-{i}" for i in range(91)}
    assert rest.pages[-1].is_last


def test_a_cursor_may_be_long_and_one_of_the_first_version_is_read() -> None:
    long = "W3s" * 2000
    pages = {None: {"items": [item(1)], "cursor": long}, long: {"items": [item(2)]}}
    server: list[str | None] = []

    def archive(request: httpx.Request) -> httpx.Response:
        server.append(request.url.params.get("cursor"))
        return httpx.Response(200, json=pages[server[-1]])

    first = walk(InternetArchive(), QUERY, archive, max_pages=1)
    assert walk(InternetArchive(), QUERY, archive, cursors=first.cursors).ids == ["internet-archive:radio-2"]
    ((stream, cursor),) = first.cursors.items()
    older = json.dumps(json.loads(cursor) | {"place": long})
    assert walk(InternetArchive(), QUERY, archive, cursors={stream: older}).ids == ["internet-archive:radio-2"]


def test_the_limit_keeps_a_request_as_small_as_the_archive_takes() -> None:
    counts = []
    for limit in (3, 500, None):
        query = Query(tags=(), phrases=("the 80s",), limit=limit)
        counts += [request.url.params["count"] for request in walk(InternetArchive(), query, Archive(5)).asked]
    assert counts == ["100", "500", "1000"]


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
        (httpx.Response(403, html="<h1>No</h1>"), BlockedError, "it blocks this program"),
        (httpx.Response(404, json={}), RefusedError, "there is nothing of that name"),
        (httpx.Response(429, text="slow down"), RateLimited, "too many requests"),
        (httpx.Response(200, text='{"items": ['), MalformedError, "not JSON, or cut short"),
    ],
)
def test_refusals_are_told(answer: httpx.Response, kind: type[MinerError], said: str) -> None:
    with pytest.raises(MinerError) as raised:
        walk(InternetArchive(), QUERY, lambda _: answer)
    assert type(raised.value) is kind
    assert said in str(raised.value)
    assert raised.value.advice


def test_the_same_page_again_ends_the_walk() -> None:
    page = {"items": [item(1)], "cursor": "at-1"}
    with pytest.raises(MalformedError, match="sent before"):
        walk(InternetArchive(), QUERY, lambda _: httpx.Response(200, json=page))


WORDS = st.text(alphabet=st.characters(categories=["Lu", "Ll"]), min_size=1, max_size=12)


@given(subjects=st.lists(WORDS, max_size=5, unique=True), claimed=st.dates())
def test_a_list_and_one_string_say_the_same_and_a_claimed_date_is_not_the_posts(
    subjects: list[str], claimed: Any
) -> None:
    source, raw = InternetArchive(), item(1) | {"date": claimed.isoformat(), "year": claimed.year}
    listed = source.to_post(raw | {"subject": subjects, "description": ["One", "Two"]})
    joined = source.to_post(raw | {"subject": "; ".join(subjects), "description": "<p>One</p><p>Two</p>"})
    assert isinstance(listed, Post)
    assert listed == joined
    assert listed.tags == tuple(subjects)
    assert listed.created_at == datetime(2020, 1, 2, tzinfo=UTC)


def test_without_a_date_of_upload_the_time_is_unknown() -> None:
    post = InternetArchive().to_post({"identifier": "a", "title": "A radio", "date": "1986-01-01T00:00:00Z"})
    assert isinstance(post, Post)
    assert post.created_at is None
