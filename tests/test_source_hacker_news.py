"""Hacker News: sliced by time under the cap of 1,000 hits, complete, and resumable at every page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from source_walk import walk, walk_with_interruptions

from miner.errors import BlockedError, MalformedError
from miner.sources import hacker_news
from miner.sources.base import Query
from miner.sources.hacker_news import HackerNews

QUERY = Query(tags=("80s",), phrases=("1980s",))
START = 1_720_000_000


class Algolia:
    """A search that shows the newest hits first and never more than *cap* of them."""

    def __init__(self, seconds: list[int], cap: int = 10) -> None:
        self.hits = [hit(i, second) for i, second in enumerate(sorted(seconds, reverse=True))]
        self.cap = cap

    def __call__(self, request: httpx.Request) -> httpx.Response:
        params = request.url.params
        assert params["query"] == '"1980s"'
        bounds = [b for b in params.get("numericFilters", "").split(",") if b]
        before = min([int(b.partition("<")[2]) for b in bounds if "<" in b], default=10**12)
        since = max([int(b.partition(">=")[2]) for b in bounds if ">=" in b], default=0)
        found = [h for h in self.hits if since <= h["created_at_i"] < before]
        return httpx.Response(200, json={"hits": found[: min(self.cap, int(params["hitsPerPage"]))]})


def hit(number: int, second: int) -> dict[str, Any]:
    return {"objectID": str(number), "created_at_i": second, "author": "ann", "comment_text": f"1980s radio {number}"}


def test_more_hits_than_a_search_shows_are_found_by_asking_for_older_ones() -> None:
    server = Algolia([START + 60 * i for i in range(95)])
    walked = walk(HackerNews(), QUERY, server)
    assert set(walked.ids) == {f"hacker-news:{i}" for i in range(95)}
    assert walked.pages[-1].is_last


def test_hits_of_one_second_at_the_edge_of_a_page_are_not_lost() -> None:
    server = Algolia([START + 60 * (i // 4) for i in range(40)])
    assert set(walk(HackerNews(), QUERY, server).ids) == {f"hacker-news:{i}" for i in range(40)}


def test_a_walk_interrupted_after_every_page_finds_the_same() -> None:
    server = Algolia([START + 60 * i for i in range(57)])
    broken = walk_with_interruptions(HackerNews(), QUERY, server)
    assert set(broken.ids) == set(walk(HackerNews(), QUERY, server).ids)


def test_a_second_walk_stops_where_the_first_one_began() -> None:
    server = Algolia([START + 86_400 * i for i in range(95)])
    first = walk(HackerNews(), QUERY, server)
    server.hits.insert(0, hit(1000, START + 86_400 * 96))
    second = walk(HackerNews(), QUERY, server, cursors=first.cursors)
    assert "hacker-news:1000" in second.ids
    assert len(second.asked) == 2


def test_a_window_is_asked_for_and_kept() -> None:
    server = Algolia([START + 86_400 * i for i in range(30)])
    since, until = (datetime.fromtimestamp(START + 86_400 * day, tz=UTC) for day in (5, 9))
    walked = walk(HackerNews(), Query(tags=(), phrases=("1980s",), since=since, until=until), server)
    assert set(walked.ids) == {f"hacker-news:{i}" for i in range(21, 25)}


def test_more_hits_in_one_second_than_a_page_holds_do_not_hold_up_the_walk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hacker_news, "HITS_PER_PAGE", 10)
    walked = walk(HackerNews(), QUERY, Algolia([START] * 30 + [START - 5]))
    assert set(walked.ids) == {f"hacker-news:{i}" for i in (*range(10), 30)}


def test_two_hits_of_one_second_are_a_whole_walk() -> None:
    assert set(walk(HackerNews(), QUERY, Algolia([START, START])).ids) == {"hacker-news:0", "hacker-news:1"}


def test_a_block_page_and_an_answer_without_hits_are_errors_that_say_so() -> None:
    page = httpx.Response(200, text="<html>no</html>", headers={"content-type": "text/html"})
    with pytest.raises(BlockedError, match="it blocks this program"):
        walk(HackerNews(), QUERY, lambda _: page)
    with pytest.raises(MalformedError, match="no list of hits"):
        walk(HackerNews(), QUERY, lambda _: httpx.Response(200, json={"message": "hello"}))


def test_the_limit_keeps_a_request_small() -> None:
    query = Query(tags=(), phrases=("1980s",), limit=3)
    (request, *_) = walk(HackerNews(), query, Algolia([START]), max_pages=1).asked
    assert request.url.params["hitsPerPage"] == "3"
