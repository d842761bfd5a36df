"""The connection to Jetstream: what a server says, refuses, leaves out or goes silent about."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jetstream_server import FIRST, SECOND, Jetstream, serving
from jetstream_walk import END_US, START, STEP, by_http, ended, event, ids, listen, microseconds, name_of, stream
from source_walk import walk

from miner.corpus import Corpus
from miner.errors import BlockedError, MalformedError, MinerError, RateLimited, SourceError
from miner.settings import Settings
from miner.sources.base import Query
from miner.sources.bluesky_live import BlueskyLive
from miner.sources.jetstream import REWIND_US
from miner.study.scrape import scrape


@pytest.mark.parametrize("version", [FIRST, SECOND])
def test_what_the_server_no_longer_keeps_is_counted_as_one_gap(version: str) -> None:
    kept = microseconds(START + 60 * STEP)
    server = Jetstream(events=stream(90), keeps_us=kept, versions=frozenset({version}), cuts=[9, 9])
    with serving(server):
        walked = listen(server, 90)
    assert sorted(walked.ids) == ids(range(60, 90, 3))
    assert [item.reason for item in walked.rejected] == ["gap in the stream"]
    assert walked.rejected[0].detail


def test_a_connection_begins_a_few_seconds_before_the_place() -> None:
    server = Jetstream(events=stream(90), cuts=[30])
    with serving(server):
        listen(server, 90)
    first, second = server.cursors
    assert first == microseconds(START) - REWIND_US
    assert second == microseconds(START + 29 * STEP) - REWIND_US


def test_the_first_version_is_asked_for_posts_and_the_second_in_its_own_words() -> None:
    server = Jetstream(events=stream(3), versions=frozenset({SECOND}))
    with serving(server):
        listen(server, 3)
    (first, asked_first, headers), (second, asked_second, _) = server.asked
    assert (first, second) == (FIRST, SECOND)
    assert asked_first["wantedCollections"] == asked_second["collections"] == ["app.bsky.feed.post"]
    assert asked_second["kinds"] == ["commit", "account"]
    assert "wantedCollections" not in asked_second
    assert not {"compress", "zstdDictionary"} & {*asked_first, *asked_second}
    assert "tests@example.org" in headers["User-Agent"]


def test_a_server_that_is_down_is_stood_in_for_by_the_next() -> None:
    down, up = Jetstream(refuses=[(503, {}, "no")] * 9), Jetstream(events=stream(30))
    with serving(down), serving(up):
        assert sorted(listen_to(down.url, up.url)) == ids(range(0, 30, 3))


def test_a_server_that_breaks_off_is_stood_in_for_from_the_same_place() -> None:
    one, other = Jetstream(events=stream(30), cuts=[12, 30]), Jetstream(events=stream(30), cuts=[12, 30])
    with serving(one), serving(other):
        assert sorted(listen_to(one.url, other.url)) == ids(range(0, 30, 3))
    assert len(one.cursors) == 2
    assert other.cursors[0] > one.cursors[0]


def test_a_server_that_does_not_want_this_program_is_left_for_the_others() -> None:
    closed = Jetstream(refuses=[(403, {"content-type": "text/html"}, "<h1>no</h1>")] * 9)
    up = Jetstream(events=stream(30), cuts=[7, 7])
    with serving(closed), serving(up):
        assert sorted(listen_to(closed.url, up.url)) == ids(range(0, 30, 3))
    assert len(closed.asked) == 1


def test_a_server_that_saw_everything_earlier_leaves_nothing_out() -> None:
    one = Jetstream(events=stream(30), cuts=[12])
    other = Jetstream(events=[made | {"time_us": made["time_us"] - 8_000_000} for made in stream(30)])
    with serving(one), serving(other):
        assert sorted(listen_to(one.url, other.url)) == ids(range(0, 30, 3))
    assert other.cursors


def listen_to(*hosts: str) -> list[str]:
    asked = Query(tags=("80s",), hosts=hosts, since=START, until=START + 30 * STEP)
    return walk(BlueskyLive(), asked, by_http).ids


REFUSALS: list[tuple[tuple[int, dict[str, str], str], type[MinerError], str]] = [
    ((403, {"content-type": "text/html"}, "<h1>no</h1>"), BlockedError, "answered 403"),
    ((503, {}, "later"), SourceError, "answered 503"),
    ((429, {"retry-after": "90000"}, "slow down"), RateLimited, "asks to be left alone for 25 h"),
    ((302, {"location": "http://127.0.0.1:9/subscribe"}, ""), SourceError, "answered 302"),
    ((404, {}, "404 page not found"), SourceError, "answered 404"),
    ((200, {"content-type": "text/html"}, "<h1>hello</h1>"), SourceError, "answered 200"),
]


@pytest.mark.parametrize(("answer", "kind", "words"), REFUSALS)
def test_a_refusal_is_told_with_the_next_step(
    answer: tuple[int, dict[str, str], str], kind: type[MinerError], words: str
) -> None:
    server = Jetstream(refuses=[answer] * 20)
    with serving(server), pytest.raises(kind) as raised:
        listen(server, 30)
    assert words in raised.value.happened
    assert raised.value.advice


def test_a_server_that_is_not_there_is_told_with_the_next_step() -> None:
    server = Jetstream()
    with serving(server):
        pass
    with pytest.raises(SourceError) as raised:
        listen(server, 30)
    assert server.url.removeprefix("ws://") in raised.value.happened
    assert raised.value.advice


def test_events_that_are_none_are_rejected_and_the_stream_goes_on() -> None:
    messages = ("{", "[]", b"\xff\x00", '{"kind": 7}', "null")
    server = says(*messages, *map(json.dumps, stream(30)))
    with serving(server):
        walked = listen(server, 30)
    assert sorted(walked.ids) == ids(range(0, 30, 3))
    assert [item.reason for item in walked.rejected] == ["not an event"] * 5


def test_a_server_that_sends_no_events_at_all_is_left_with_a_word() -> None:
    server = says(*["hello"] * 200)
    with serving(server), pytest.raises(MalformedError, match="more than 100 messages in a row that are no events"):
        listen(server, 30)


def test_an_event_of_a_megabyte_is_not_read() -> None:
    server = says(json.dumps(event(0, text="x" * 2_000_000)))
    with serving(server), pytest.raises(MalformedError, match="a message of more than 1,024 kB"):
        listen(server, 30)


def test_a_reader_that_is_too_slow_for_the_server_comes_again() -> None:
    server = says(json.dumps({"$type": "error", "error": "ConsumerTooSlow", "message": "too slow"}), n=1)
    server.events = stream(30)
    with serving(server):
        walked = listen(server, 30)
    assert sorted(walked.ids) == ids(range(0, 30, 3))
    assert (len(server.cursors), walked.rejected) == (2, [])


def test_a_connection_that_goes_silent_is_given_up(tmp_path: Path) -> None:
    server = says(*map(json.dumps, stream(30)[:10]), n=1)
    server.events = stream(30)[:-1]
    source, corpus = BlueskyLive(), Corpus.create(tmp_path / "corpus")
    source.page_s, source.idle_s = 0.05, 0.2
    with serving(server):
        asked = Query(tags=("80s",), hosts=(server.url,), since=START, limit=10)
        result = scrape(corpus, [source], asked, Settings())
    assert not result.errors
    assert sorted(post.id for post in corpus.posts()) == ids(range(0, 30, 3))
    assert len(server.cursors) == 2


def test_a_network_in_which_nothing_happens_any_more_ends_with_the_window() -> None:
    server = Jetstream(events=stream(30)[:-1])
    with serving(server):
        walked = listen(server, 30, page_s=0.05, idle_s=0.3)
    assert sorted(walked.ids) == ids(range(0, 30, 3))
    assert walked.pages[-1].is_last
    assert len(server.cursors) == 1


def test_an_event_from_the_future_does_not_take_the_place_along() -> None:
    server = Jetstream(events=stream(30), cuts=[10])
    server.events = [event(1, after=10**9), *server.events]
    with serving(server):
        walked = listen(server, 30)
    assert sorted(walked.ids) == sorted([name_of(1), *ids(range(0, 30, 3))])
    assert walked.rejected == []
    assert server.cursors[1] == microseconds(START + 8 * STEP) - REWIND_US


def test_a_first_run_without_a_window_begins_now() -> None:
    server = Jetstream(events=ended([event(0)]))
    with serving(server):
        source = BlueskyLive()
        source.page_s = 0.05
        walked = walk(source, Query(tags=("80s",), hosts=(server.url,)), by_http, max_pages=1)
    assert walked.ids == []
    assert server.cursors[0] > microseconds(START) + END_US


def says(*messages: str | bytes, n: int = 1_000) -> Jetstream:
    """A server that sends *messages* on its first *n* connections, and then the events that it has."""
    server = Jetstream()

    async def speak(connection: Any) -> None:
        if len(server.asked) > n:
            await server.replay(connection)
            return
        for message in messages:
            await connection.send(message)
        await connection.wait_closed()

    server.speaks = speak
    return server
