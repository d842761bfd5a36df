"""Commons: whole pages although answers come in parts, the whole of ``continue``, and errors with status 200."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from source_walk import walk, walk_with_interruptions

from miner.errors import MalformedError, MinerError, RateLimited, RefusedError
from miner.sources.base import Query
from miner.sources.commons import Commons

QUERY = Query(tags=("80s",), phrases=("the 80s",))


def info(number: int) -> list[dict[str, Any]]:
    return [
        {
            "timestamp": f"2020-01-01T00:{number // 60:02}:{number % 60:02}Z",
            "user": "Ann",
            "descriptionurl": f"https://commons.wikimedia.org/wiki/File:Radio_{number}.png",
            "extmetadata": {"ImageDescription": {"value": f"A radio of the 80s, number {number}"}},
        }
    ]


class Wiki:
    """A search over *n* files, ten a page; each page comes in two parts, as long descriptions do."""

    def __init__(self, n: int, *, path: str = "/w/api.php") -> None:
        self.n, self.path = n, path

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != self.path:
            return httpx.Response(404, html="no")
        params = request.url.params
        assert params["gsrsearch"] == '"the 80s"'
        first, is_second = int(params.get("gsroffset", "0")), "iistart" in params
        # both members of "continue" have to come back, or the wiki begins anew
        assert (first > 0 or is_second) == ("continue" in params)
        numbers = range(first, min(self.n, first + 10))
        pages = [{"pageid": i, "ns": 6, "title": f"File:Radio {i}.png"} for i in numbers]
        for page, i in zip(pages, numbers, strict=True):
            if (i % 2 == 1) == is_second:
                page["imageinfo"] = info(i)
        data: dict[str, Any] = {"query": {"pages": pages}}
        if not is_second:
            data["continue"] = {"iistart": "x", "gsroffset": first, "continue": "||"}
        else:
            data["batchcomplete"] = True
            if first + 10 < self.n:
                data["continue"] = {"gsroffset": first + 10, "continue": "gsroffset||"}
        return httpx.Response(200, json=data)


def test_files_whose_descriptions_come_in_parts_are_whole() -> None:
    walked = walk(Commons(), QUERY, Wiki(35))
    assert walked.rejected == []
    assert sorted(walked.ids) == sorted(f"commons:commons.wikimedia.org/wiki/File:Radio_{i}.png" for i in range(35))
    assert len(walked.pages) == 4


def test_a_walk_interrupted_after_every_page_finds_the_same() -> None:
    assert sorted(walk_with_interruptions(Commons(), QUERY, Wiki(35)).ids) == sorted(
        walk(Commons(), QUERY, Wiki(35)).ids
    )


def test_a_wiki_with_its_api_elsewhere_is_found_once_and_remembered() -> None:
    walked = walk(Commons(), QUERY, Wiki(35, path="/api.php"))
    assert len(walked.ids) == 35
    assert [request.url.path for request in walked.asked].count("/w/api.php") == 1


def test_a_later_walk_reads_all_of_the_search_again() -> None:
    first = walk(Commons(), QUERY, Wiki(25))
    assert len(walk(Commons(), QUERY, Wiki(35), cursors=first.cursors).ids) == 35


def test_a_search_is_not_read_beyond_what_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("miner.sources.commons.MAX_OFFSET", 20)
    walked = walk(Commons(), QUERY, Wiki(35))
    assert len(walked.ids) == 20
    assert walked.pages[-1].is_last


def test_a_wiki_that_lags_is_asked_again() -> None:
    wiki, n_lags = Wiki(5), 2

    def lagging(request: httpx.Request) -> httpx.Response:
        nonlocal n_lags
        n_lags -= 1
        if n_lags >= 0:
            lag = {"error": {"code": "maxlag", "info": "Waiting for 10.0.0.1: 6 seconds lagged."}}
            return httpx.Response(200, json=lag, headers={"Retry-After": "5"})
        return wiki(request)

    assert len(walk(Commons(), QUERY, lagging).ids) == 5


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        ({"error": {"code": "maxlag", "info": "6 seconds lagged"}}, RateLimited, "“6 seconds lagged”. Run the same"),
        (
            {"error": {"code": "badvalue", "info": "Unrecognized \x1b[31mvalue"}},
            RefusedError,
            "“Unrecognized [31mvalue”",
        ),
        ({"servedby": "mw1"}, MalformedError, "answered to files with “the 80s” with no list of files"),
        ([], MalformedError, "no list of files"),
    ],
)
def test_refusals_with_status_200_are_told(answer: Any, kind: type[MinerError], said: str) -> None:
    with pytest.raises(kind) as raised:
        walk(Commons(), QUERY, lambda _: httpx.Response(200, json=answer))
    assert said in str(raised.value)
    assert raised.value.advice


def test_a_search_without_hits_is_an_end() -> None:
    walked = walk(Commons(), QUERY, lambda _: httpx.Response(200, json={"batchcomplete": True}))
    assert walked.pages[-1].is_last
    assert walked.ids == []


def test_a_place_is_json_that_another_version_can_read() -> None:
    walked = walk(Commons(), QUERY, Wiki(35), max_pages=1)
    (cursor,) = walked.cursors.values()
    assert json.loads(json.loads(cursor)["place"]) == {
        "path": "/w/api.php",
        "continue": {"gsroffset": "10", "continue": "gsroffset||"},
    }
