"""PeerTube: sliced by time, filtered by tag, complete, and resumable at every page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from source_walk import walk, walk_with_interruptions

from miner.errors import BlockedError, MalformedError, MinerError, RefusedError
from miner.sources import peertube
from miner.sources.base import Query
from miner.sources.peertube import PeerTube

QUERY = Query(tags=("80s",))
START = datetime(2024, 1, 1, tzinfo=UTC)


class Sepia:
    """Shows the newest videos before a moment, never more than *count*."""

    def __init__(self, times: list[datetime], tags: tuple[str, ...] = ("80s",)) -> None:
        self.videos = [video(i, time, tags) for i, time in enumerate(sorted(times, reverse=True))]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        params = request.url.params
        assert params["tagsOneOf"] == "80s"
        assert params["nsfw"] == "false"
        before = params.get("endDate", "9999")
        since = params.get("startDate", "")
        found = [v for v in self.videos if since <= v["publishedAt"] <= before]
        return httpx.Response(200, json={"total": len(found), "data": found[: int(params["count"])]})


def video(number: int, time: datetime, tags: tuple[str, ...]) -> dict[str, Any]:
    return {
        "uuid": f"v{number}",
        "name": f"Tape {number}",
        "tags": list(tags),
        "publishedAt": time.isoformat(),
        "account": {"name": "ann", "host": "tube.example"},
    }


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peertube, "VIDEOS_PER_PAGE", 10)


def hourly(n: int) -> list[datetime]:
    return [START + timedelta(hours=i) for i in range(n)]


def test_all_videos_are_found_by_asking_for_older_ones() -> None:
    walked = walk(PeerTube(), QUERY, Sepia(hourly(57)))
    assert set(walked.ids) == {f"peertube:v{i}" for i in range(57)}
    assert walked.pages[-1].is_last


def test_a_walk_interrupted_after_every_page_finds_the_same() -> None:
    server = Sepia([START + timedelta(hours=i // 4) for i in range(50)])
    assert set(walk_with_interruptions(PeerTube(), QUERY, server).ids) == {f"peertube:v{i}" for i in range(50)}


def test_a_second_walk_stops_where_the_first_one_began() -> None:
    server = Sepia([START + timedelta(days=i) for i in range(57)])
    first = walk(PeerTube(), QUERY, server)
    server.videos.insert(0, video(1000, START + timedelta(days=60), ("80s",)))
    second = walk(PeerTube(), QUERY, server, cursors=first.cursors)
    assert "peertube:v1000" in second.ids
    assert len(second.asked) == 2


def test_a_window_is_asked_for_and_kept() -> None:
    since, until = START + timedelta(hours=5), START + timedelta(hours=9)
    walked = walk(PeerTube(), Query(tags=("80s",), since=since, until=until), Sepia(hourly(30)))
    assert set(walked.ids) == {f"peertube:v{i}" for i in range(21, 25)}


def test_videos_of_other_tags_are_left_out() -> None:
    walked = walk(PeerTube(), QUERY, Sepia(hourly(3), tags=("80sMusic",)))
    assert {item.reason for item in walked.rejected} == {"not tagged with the era"}
    assert walked.ids == []


def test_a_server_that_lists_no_tags_is_believed() -> None:
    assert len(set(walk(PeerTube(), QUERY, Sepia(hourly(3), tags=())).ids)) == 3


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (httpx.Response(400, json={"type": "about:blank", "detail": "Bad sort", "status": 400}), RefusedError, "400"),
        (httpx.Response(200, json={"total": 0}), MalformedError, "no list of videos"),
        (httpx.Response(200, html="<h1>PeerTube</h1>"), BlockedError, "with a web page"),
        (httpx.Response(403, html="no"), BlockedError, "blocks this program"),
    ],
)
def test_refusals_are_told(answer: httpx.Response, kind: type[MinerError], said: str) -> None:
    with pytest.raises(kind) as raised:
        walk(PeerTube(), QUERY, lambda _: answer)
    assert said in str(raised.value)
    assert raised.value.advice
