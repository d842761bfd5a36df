"""Listening to Bluesky over connections that break: every post once, from wherever it is taken up again."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from jetstream_server import FIRST, SECOND, Event, Jetstream, serving
from killed_walk import scrape_killed
from source_walk import Walked, walk

from miner.errors import BlockedError, MinerError, SourceError
from miner.records import Post
from miner.sources.base import Query
from miner.sources.bluesky_live import BlueskyLive
from miner.sources.bluesky_post import post_of
from miner.sources.jetstream_event import event_of, view_of

RECORDED = Path(__file__).parent.parent.parent / "shared" / "recorded" / "bluesky"
START = datetime(2026, 7, 1, tzinfo=UTC)
STEP = timedelta(seconds=7)
END_US = 10 * 60 * 1_000_000


def microseconds(time: datetime) -> int:
    return int(time.timestamp()) * 1_000_000


def post(number: int, *, tag: str = "80s") -> Event:
    time = START + number * STEP
    record = {"$type": "app.bsky.feed.post", "text": f"Walkman {number} #{tag}", "createdAt": time.isoformat()}
    commit = {"operation": "create", "collection": "app.bsky.feed.post", "rkey": f"k{number}", "record": record}
    return {"did": f"did:plc:p{number % 9}", "time_us": microseconds(time), "kind": "commit", "commit": commit}


def stream(n: int) -> list[Event]:
    """*n* posts, every third of the era, and an event so late that the window is over."""
    events = [post(i, tag="cats" if i % 3 else "80s") for i in range(n)]
    return [*events, events[-1] | {"kind": "identity", "time_us": events[-1]["time_us"] + END_US}]


def ids(numbers: range) -> list[str]:
    return [f"bluesky:at://did:plc:p{i % 9}/app.bsky.feed.post/k{i}" for i in numbers]


def query(server: Jetstream, n: int, **options: Any) -> Query:
    window = {"since": START, "until": START + n * STEP} | options
    return Query(tags=("80s",), hosts=(server.url,), **window)


def by_http(_: httpx.Request) -> httpx.Response:
    pytest.fail("it asks by HTTP")


def listen(server: Jetstream, n: int, *, cursors: dict[str, str] | None = None, max_pages: int | None = None) -> Walked:
    source = BlueskyLive()
    source.page_s = 0.2
    return walk(source, query(server, n), by_http, cursors=cursors, max_pages=max_pages)


@pytest.mark.parametrize("version", [FIRST, SECOND])
@pytest.mark.parametrize("cuts", [[], [3] * 80, [5, 3, 40, 4, 9]], ids=["whole", "every third", "some"])
def test_a_stream_that_breaks_gives_the_same_posts(version: str, cuts: list[int]) -> None:
    server = Jetstream(events=stream(90), versions=frozenset({version}), cuts=list(cuts))
    with serving(server):
        walked = listen(server, 90)
    assert sorted(set(walked.ids)) == sorted(ids(range(0, 90, 3)))
    assert len(server.cursors) >= len(cuts)
    assert walked.rejected == []


def test_a_walk_that_is_broken_off_goes_on_where_it_stood() -> None:
    server = Jetstream(events=stream(90), delay_s=0.01)
    with serving(server):
        first = listen(server, 90, max_pages=2)
        rest = listen(server, 90, cursors=first.cursors)
    assert 0 < len(first.ids) < 30
    assert {*first.ids, *rest.ids} == set(ids(range(0, 90, 3)))
    # a few seconds are heard again, not all of it
    assert len(rest.ids) <= 30 - len(first.ids) + 4


def test_a_scrape_that_is_killed_has_every_post_once(tmp_path: Path) -> None:
    server = Jetstream(events=stream(900), delay_s=0.001)
    with serving(server):
        window = {"since": START.isoformat(), "until": (START + 900 * STEP).isoformat()}
        asked = {"tags": ["80s"], "hosts": [server.url], "limit": None} | window
        corpus = scrape_killed(tmp_path / "corpus", "bluesky-live", asked, n_kills=2)
    assert sorted(found.id for found in corpus.posts()) == sorted(ids(range(0, 900, 3)))


def test_what_the_server_no_longer_keeps_is_counted_as_a_gap() -> None:
    kept = microseconds(START + 60 * STEP)
    server = Jetstream(events=stream(90), keeps_us=kept)
    with serving(server):
        walked = listen(server, 90)
    assert set(walked.ids) == set(ids(range(60, 90, 3)))
    assert [item.reason for item in walked.rejected] == ["gap in the stream"]


def test_a_server_that_is_down_is_stood_in_for_by_the_next() -> None:
    down = Jetstream(refuses=[(503, {}, "no")] * 9)
    up = Jetstream(events=stream(30))
    with serving(down), serving(up):
        asked = Query(tags=("80s",), hosts=(down.url, up.url), since=START, until=START + 30 * STEP)
        walked = walk(BlueskyLive(), asked, by_http)
    assert set(walked.ids) == set(ids(range(0, 30, 3)))


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [((403, {"content-type": "text/html"}, "<h1>no</h1>"), BlockedError), ((503, {}, "later"), SourceError)],
)
def test_a_refusal_is_told_with_the_next_step(refusal: tuple[int, dict[str, str], str], kind: type[MinerError]) -> None:
    server = Jetstream(refuses=[refusal] * 20)
    with serving(server), pytest.raises(kind) as raised:
        listen(server, 30)
    assert f"answered {refusal[0]}" in raised.value.happened
    assert raised.value.advice


def test_events_that_are_none_are_rejected_and_the_stream_goes_on() -> None:
    async def speaks(connection: Any) -> None:
        for message in ("{", "[]", b"\xff\x00", '{"kind": 7}', "null"):
            await connection.send(message)
        for event in stream(30):
            await connection.send(json.dumps(event))
        await connection.wait_closed()

    server = Jetstream(speaks=speaks)
    with serving(server):
        walked = listen(server, 30)
    assert set(walked.ids) == set(ids(range(0, 30, 3)))
    assert [item.reason for item in walked.rejected] == ["not an event"] * 5


@pytest.mark.skipif(not RECORDED.exists(), reason="../shared/recorded is not here")
@pytest.mark.parametrize("file", ["jetstream_expected_v1.jsonl", "jetstream_golden_v1.jsonl"])
@pytest.mark.parametrize("n_until_cut", [None, 2, 7, 40])
def test_a_recorded_stream_is_replayed_with_cuts(file: str, n_until_cut: int | None) -> None:
    lines = (RECORDED / file).read_text(encoding="utf-8").splitlines()
    events = sorted(map(json.loads, lines), key=lambda event: int(event["time_us"]))
    # its servers saw all of it within seconds: spread, or every cut would begin at the beginning
    began = events[0]["time_us"]
    events = [event | {"time_us": began + i * 20_000_000} for i, event in enumerate(events)]
    posts = [view_of(found) for event in events if (found := event_of(event)) and found.is_new_post]
    # all posts are made posts of the era, to have more than the few that have a hashtag
    for view in posts:
        assert isinstance(view, dict)
        view["record"]["tags"] = ["80s"]
    expected = {made.id for view in posts if isinstance(made := post_of(view), Post)}
    last = events[-1]["time_us"]
    ending = {"kind": "identity", "did": "did:plc:end", "time_us": last + END_US}
    server = Jetstream(events=[*events, ending], cuts=[n_until_cut] * 400 if n_until_cut else [])
    with serving(server):
        since, until = (datetime.fromtimestamp(us // 1_000_000, UTC) for us in (began, last + 2_000_000))
        asked = Query(tags=("80s",), hosts=(server.url,), since=since - timedelta(days=30), until=until)
        source = BlueskyLive()
        source.page_s = 0.2
        walked = walk(source, asked, by_http)
    assert expected
    assert set(walked.ids) == expected
