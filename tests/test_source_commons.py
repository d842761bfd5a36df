"""Commons: whole pages although answers come in parts, the whole of ``continue``, and errors with status 200."""

from __future__ import annotations

import asyncio
import json
import random
import unicodedata
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from source_walk import Handler, walk, walk_with_interruptions

from miner.errors import BlockedError, MalformedError, MinerError, RateLimited, RefusedError, SourceError
from miner.records import Post
from miner.settings import Settings
from miner.sources.base import Query
from miner.sources.commons import ORDERS, Commons
from miner.sources.commons_post import file_as_post
from miner.sources.http import PoliteClient

QUERY = Query(tags=("80s",), phrases=("the 80s",))
TOO_LARGE = {"error": {"code": "cirrussearch-offset-too-large", "info": "Up to 20 search results are supported."}}
BUSY = {"error": {"code": "cirrussearch-too-busy-error", "info": "Search is currently too busy."}}
MAX_LAG = {"error": {"code": "maxlag", "info": "Waiting for 10.0.0.1: 6 seconds lagged."}}


def info(number: int) -> list[dict[str, Any]]:
    return [
        {
            "timestamp": f"2020-01-01T00:{number // 60:02}:{number % 60:02}Z",
            "user": "Ann",
            "descriptionurl": f"https://commons.wikimedia.org/wiki/File:Radio_{number}.png",
            "extmetadata": {"ImageDescription": {"value": f"A radio of the 80s, number {number}"}},
        }
    ]


def category(name: str) -> dict[str, Any]:
    return {"ns": 14, "title": f"Category:{name}"}


class Wiki:
    """A search over *n* files, ten a page, of which it shows the first *cap* in any order.

    Each page comes in two parts: descriptions of odd files and second categories of all are in the second one.
    """

    def __init__(self, n: int, *, path: str = "/w/api.php", cap: int = 10_000) -> None:
        self.n, self.path, self.cap = n, path, cap
        self.orders: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != self.path:
            return httpx.Response(404, html="no")
        params = request.url.params
        assert params["gsrsearch"] == '"the 80s"'
        first, is_second = int(params.get("gsroffset", "0")), "clcontinue" in params
        # all members of "continue" have to come back, or the wiki begins anew
        assert (first > 0 or is_second) == ("continue" in params)
        self.orders.append(params.get("gsrsort", ""))
        if first >= self.cap:
            return httpx.Response(200, json=TOO_LARGE)
        return httpx.Response(200, json=self.part(first, is_second=is_second))

    def part(self, first: int, *, is_second: bool) -> dict[str, Any]:
        # files with even numbers fit best; within a page files come by their numbers
        found = sorted(range(self.n), key=lambda i: (i % 2 if not self.orders[-1] else 0, i))
        found = found[::-1] if self.orders[-1] == "create_timestamp_desc" else found
        numbers = sorted(found[first : first + 10])
        pages: list[dict[str, Any]] = [{"pageid": i, "ns": 6, "title": f"File:Radio {i}.png"} for i in numbers]
        for page, i in zip(pages, numbers, strict=True):
            page["categories"] = [category("Radios" if is_second else "1980s")]
            if (i % 2 == 1) == is_second:
                page["imageinfo"] = info(i)
        data: dict[str, Any] = {"query": {"pages": pages}}
        if not is_second:
            data["continue"] = {"clcontinue": "7|1980s", "gsroffset": first, "continue": "gsroffset||"}
        else:
            data["batchcomplete"] = True
            if first + 10 < self.n:
                data["continue"] = {"gsroffset": first + 10, "continue": "gsroffset||"}
        return data


def ids(*numbers: int) -> list[str]:
    return sorted(f"commons:commons.wikimedia.org/wiki/File:Radio_{i}.png" for i in numbers)


def test_files_that_come_in_parts_are_whole() -> None:
    walked = walk(Commons(), QUERY, Wiki(35))
    assert walked.rejected == []
    assert sorted(walked.ids) == ids(*range(35))
    assert len(walked.pages) == 4
    assert {post.tags for post in walked.posts} == {("1980s", "Radios")}


def test_a_walk_interrupted_after_every_page_finds_the_same() -> None:
    whole = walk(Commons(), QUERY, Wiki(35))
    assert walk_with_interruptions(Commons(), QUERY, Wiki(35)).posts == whole.posts


def test_a_page_that_never_becomes_whole_is_an_error() -> None:
    page = {"query": {"pages": []}, "continue": {"clcontinue": "7|1980s", "continue": "||"}}
    with pytest.raises(MalformedError, match="100 parts of a page, and no end of it"):
        walk(Commons(), QUERY, lambda _: httpx.Response(200, json=page))


@pytest.mark.parametrize("path", ["/api.php", "/wiki/api.php", "/mediawiki/api.php"])
def test_a_wiki_with_its_api_elsewhere_is_found_once_and_remembered(path: str) -> None:
    walked = walk(Commons(), QUERY, Wiki(35, path=path))
    assert len(walked.ids) == 35
    assert [request.url.path for request in walked.asked].count("/w/api.php") == 1


def test_a_server_that_is_no_wiki_is_told() -> None:
    query = Query(tags=(), phrases=("the 80s",), hosts=("commons=example.org",))
    with pytest.raises(RefusedError, match=r"example\.org has no MediaWiki API at /w/api\.php, /api\.php.*--instance"):
        walk(Commons(), query, lambda _: httpx.Response(404, html="no"))


def test_a_later_walk_reads_all_of_the_search_again() -> None:
    first = walk(Commons(), QUERY, Wiki(25))
    assert len(walk(Commons(), QUERY, Wiki(35), cursors=first.cursors).ids) == 35


def test_behind_the_last_hit_that_a_search_shows_both_ends_are_read_by_time() -> None:
    wiki = Wiki(80, cap=20)
    walked = walk(Commons(), QUERY, wiki)
    assert sorted(set(walked.ids)) == ids(*{*range(0, 40, 2), *range(60, 80), *range(20)})
    assert tuple(dict.fromkeys(wiki.orders)) == ORDERS
    assert walked.pages[-1].is_last
    assert walk_with_interruptions(Commons(), QUERY, wiki).posts == walked.posts


def test_a_search_of_fewer_hits_than_it_shows_is_read_in_one_order() -> None:
    wiki = Wiki(20, cap=20)
    walk(Commons(), QUERY, wiki)
    assert set(wiki.orders) == {""}


@pytest.mark.parametrize("answer", [MAX_LAG, BUSY, {"error": {"code": "internal_api_error_DBQueryError"}}])
def test_a_wiki_that_is_busy_is_left_alone_as_long_as_it_says_and_asked_again(answer: Any) -> None:
    wiki, n_asked = Wiki(5), 0

    def busy(request: httpx.Request) -> httpx.Response:
        nonlocal n_asked
        n_asked += 1
        if n_asked < 3:
            return httpx.Response(200, json=answer, headers={"Retry-After": "7"})
        return wiki(request)

    n_posts, slept = walked_asleep(busy)
    assert (n_posts, slept.count(7.0)) == (5, 2)


def walked_asleep(handler: Handler) -> tuple[int, list[float]]:
    """Posts of a walk, and the sleeps in it, in seconds."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def run() -> int:
        transport, rng = httpx.MockTransport(handler), random.Random(1)  # noqa: S311 - jitter
        async with PoliteClient(Settings(), transport=transport, sleep=sleep, rng=rng, clock=lambda: 0.0) as client:
            (stream,) = Commons().streams(QUERY)
            return sum([len(page.posts) async for page in Commons().pages(stream, QUERY, client, None)])

    return asyncio.run(run()), slept


def test_a_wiki_that_wants_to_be_left_alone_for_hours_ends_the_walk() -> None:
    lag = httpx.Response(200, json=MAX_LAG, headers={"Retry-After": "7200"})
    with pytest.raises(RateLimited, match="asks to be left alone for 2 h"):
        walk(Commons(), QUERY, lambda _: lag)


def test_a_place_survives_a_busy_wiki_and_is_given_up_when_the_wiki_does_not_take_it() -> None:
    wiki = Wiki(35)
    first = walk(Commons(), QUERY, wiki, max_pages=2)
    with pytest.raises(SourceError, match="too busy") as raised:
        walk(Commons(), QUERY, lambda _: httpx.Response(200, json=BUSY), cursors=first.cursors)
    assert type(raised.value) is SourceError
    bad = {"error": {"code": "badcontinue", "info": "Invalid continue param."}}

    def forgetful(request: httpx.Request) -> httpx.Response:
        is_old = request.url.params.get("gsroffset") == "20" and "clcontinue" not in request.url.params
        return httpx.Response(200, json=bad) if is_old else wiki(request)

    again = walk(Commons(), QUERY, forgetful, cursors=first.cursors, max_pages=1)
    assert again.posts == list(first.pages[0].posts)


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (MAX_LAG, RateLimited, "“Waiting for 10.0.0.1: 6 seconds lagged.”. Run the same"),
        (BUSY, SourceError, "“Search is currently too busy.”. Run the same"),
        ({"error": {"code": "internal_api_error_X"}}, RefusedError, "“internal_api_error_X”. Leave this wiki out"),
        ({"error": {"code": "readapidenied", "info": "Log in first"}}, BlockedError, "“Log in first”. Leave this wiki"),
        ({"error": {"code": "badvalue", "info": "Bad \x1b[31mvalue"}}, RefusedError, "“Bad [31mvalue”"),
        ({"servedby": "mw1"}, MalformedError, "answered to files with “the 80s” with no list of files"),
        ({"error": "down"}, MalformedError, "no list of files"),
        ([], MalformedError, "no list of files"),
    ],
)
def test_refusals_with_status_200_are_told(answer: Any, kind: type[MinerError], said: str) -> None:
    with pytest.raises(MinerError) as raised:
        walk(Commons(), QUERY, lambda _: httpx.Response(200, json=answer))
    assert type(raised.value) is kind
    assert said in str(raised.value)
    assert raised.value.advice


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (httpx.Response(403, html="<h1>No</h1>"), BlockedError, "it blocks this program"),
        (httpx.Response(200, html="<h1>A wiki</h1>"), BlockedError, "with a web page"),
        (httpx.Response(429, text="slow down"), RateLimited, "too many requests"),
        (httpx.Response(200, text='{"batch'), MalformedError, "not JSON, or cut short"),
    ],
)
def test_refusals_with_other_statuses_are_told(answer: httpx.Response, kind: type[MinerError], said: str) -> None:
    with pytest.raises(MinerError) as raised:
        walk(Commons(), QUERY, lambda _: answer)
    assert type(raised.value) is kind
    assert said in str(raised.value)


def test_a_search_without_hits_is_an_end() -> None:
    (page,) = walk(Commons(), QUERY, lambda _: httpx.Response(200, json={"batchcomplete": True})).pages
    assert (page.is_last, page.posts, page.rejected) == (True, [], [])


def test_a_place_is_json_and_one_of_an_older_version_is_read() -> None:
    first = walk(Commons(), QUERY, Wiki(35), max_pages=1)
    ((stream, cursor),) = first.cursors.items()
    place = {"path": "/w/api.php", "continue": {"gsroffset": "10", "continue": "gsroffset||"}}
    assert json.loads(json.loads(cursor)["place"]) == place | {"order": ""}
    older = json.dumps(json.loads(cursor) | {"place": json.dumps(place)})
    rest = walk(Commons(), QUERY, Wiki(35), cursors={stream: older})
    assert sorted(first.ids + rest.ids) == ids(*range(35))


def test_one_word_too_is_searched_for_in_quotes_and_a_quote_in_a_phrase_does_no_harm() -> None:
    query = Query(tags=(), phrases=("1980s", 'the "me" decade'))
    done = httpx.Response(200, json={"batchcomplete": True})
    asked = walk(Commons(), query, lambda _: done).asked
    assert [request.url.params["gsrsearch"] for request in asked] == ['"1980s"', '"the  me  decade"']


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("File:Walkman_1985.png", "Walkman 1985"),
        ("File:Atari 2600 - 2014-05-01.jpg", "Atari 2600"),
        ("File:Polaroid 600 (cropped) (5403271820).jpg", "Polaroid 600 (cropped)"),
        ("File:Walkman - 2019-03-02 - front.JPG", "Walkman - front"),
        ("Datei:Commodore 64 (3).svg", "Commodore 64"),
        ("File:PICT0023 boombox.jpg", "boombox"),
        *((f"File:{name}.jpg", None) for name in ("DSC01234", "IMG_1234", "IMG 20190302 1234", "P1010012", "0002")),
    ],
)
def test_numbers_of_cameras_and_archives_are_no_words_of_a_title(title: str, expected: str | None) -> None:
    result = file_as_post({"ns": 6, "title": title, "imageinfo": [info(1)[0] | {"extmetadata": {}}]})
    assert (result.text if isinstance(result, Post) else None) == expected


LETTERS = st.text(alphabet=st.characters(categories=["Lu", "Ll"]), min_size=1, max_size=12)


@given(name=LETTERS)
def test_a_title_of_letters_alone_is_kept(name: str) -> None:
    result = file_as_post({"ns": 6, "title": f"File:{name}.png", "imageinfo": [info(1)[0] | {"extmetadata": {}}]})
    assert isinstance(result, Post)
    assert unicodedata.normalize("NFC", result.text) == unicodedata.normalize("NFC", name)


@settings(max_examples=50, deadline=None)  # a walk for each example
@given(sets=st.lists(st.lists(LETTERS, max_size=3), max_size=4))
def test_all_categories_are_tags_however_they_are_divided_over_answers(sets: list[list[str]]) -> None:
    parts = iter(sets)

    def wiki(_: httpx.Request) -> httpx.Response:
        names = next(parts, None)
        page: dict[str, Any] = {"pageid": 1, "ns": 6, "title": "File:Radio 1.png", "imageinfo": info(1)}
        if names is None:
            return httpx.Response(200, json={"batchcomplete": True, "query": {"pages": [page]}})
        page["categories"] = [category(name) for name in names]
        onward = {"clcontinue": "1|x", "continue": "||imageinfo"}
        return httpx.Response(200, json={"continue": onward, "query": {"pages": [page]}})

    (post,) = walk(Commons(), QUERY, wiki).posts
    assert post.tags == tuple(dict.fromkeys(name for names in sets for name in names))
