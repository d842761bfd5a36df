"""Listening to Bluesky over connections that break: every post once, from wherever it is taken up again."""

from __future__ import annotations

import json
import random
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from jetstream_server import FIRST, SECOND, Event, Jetstream, serving
from jetstream_walk import END_US, START, STEP, by_http, ended, event, ids, listen, name_of, query, stream
from killed_walk import scrape_killed, start
from source_walk import walk

from miner.corpus import Corpus
from miner.errors import SourceError, UnknownName
from miner.records import Post
from miner.settings import Settings
from miner.sources import get_source
from miner.sources.base import Query
from miner.sources.bluesky_live import BlueskyLive
from miner.sources.bluesky_post import post_of
from miner.sources.jetstream_event import event_of, view_of
from miner.study.scrape import scrape

CASES = Path(__file__).parent / "cases"
RECORDED = Path(__file__).parent.parent.parent / "shared" / "recorded" / "bluesky"


@pytest.mark.parametrize("version", [FIRST, SECOND])
@pytest.mark.parametrize("cuts", [[], [3] * 80, [5, 3, 40, 4, 9]], ids=["whole", "every third", "some"])
def test_a_stream_that_breaks_gives_every_post_once(version: str, cuts: list[int]) -> None:
    server = Jetstream(events=stream(90), versions=frozenset({version}), cuts=list(cuts))
    with serving(server):
        walked = listen(server, 90)
    assert sorted(walked.ids) == ids(range(0, 90, 3))
    assert len(server.cursors) >= len(cuts)
    assert walked.rejected == []
    assert walked.pages[-1].is_last


@pytest.mark.parametrize("cut", ["between", "within", "goodbye"])
@pytest.mark.parametrize("seed", range(3))
def test_wherever_and_however_it_breaks_nothing_is_lost(
    cut: Literal["between", "within", "goodbye"], seed: int
) -> None:
    cuts = random.Random(seed).choices(range(3, 30), k=12)  # noqa: S311 - places to cut at
    server = Jetstream(events=stream(90), cuts=cuts, cut=cut)
    with serving(server):
        assert sorted(listen(server, 90).ids) == ids(range(0, 90, 3))


def test_what_is_heard_again_after_a_break_is_counted_once() -> None:
    nude: dict[str, Any] = {"labels": {"values": [{"val": "nudity"}]}}
    server = Jetstream(events=ended([event(i, **(nude if i % 4 == 1 else {})) for i in range(40)]), cuts=[5, 6] * 10)
    with serving(server):
        # a page for each
        walked = walk(BlueskyLive(), query(server, 40, limit=1), by_http)
    assert len(walked.pages) >= 40
    assert sorted(walked.ids) == sorted(name_of(i) for i in range(40) if i % 4 != 1)
    assert [item.reason for item in walked.rejected] == ["marked sensitive"] * 10


def test_a_stream_that_never_comes_further_is_given_up() -> None:
    server = Jetstream(events=stream(90), cuts=[1] * 400)
    with serving(server), pytest.raises(SourceError, match="the connection was closed") as raised:
        listen(server, 90)
    assert raised.value.advice
    assert len(server.cursors) < 10


def test_a_walk_that_is_broken_off_goes_on_where_it_stood() -> None:
    server = Jetstream(events=stream(90), delay_s=0.01)
    with serving(server):
        first = listen(server, 90, max_pages=2)
        rest = listen(server, 90, cursors=first.cursors)
    assert 0 < len(first.ids) < 30
    assert sorted({*first.ids, *rest.ids}) == ids(range(0, 90, 3))
    # a few seconds are heard again, not all of it
    assert len(rest.ids) <= 30 - len(first.ids) + 4


def test_a_scrape_that_is_killed_has_every_post_once(tmp_path: Path) -> None:
    server = Jetstream(events=stream(600), delay_s=0.001)
    with serving(server):
        corpus = scrape_killed(tmp_path / "corpus", "bluesky-live", fields(server, 600), n_kills=2)
    assert sorted(found.id for found in corpus.posts()) == ids(range(0, 600, 3))


def test_a_scrape_without_an_end_stops_at_once_when_it_is_interrupted(tmp_path: Path) -> None:
    server = Jetstream(events=stream(450)[:-1])
    with serving(server):
        corpus = Corpus.create(tmp_path / "corpus")
        endless = fields(server, 450) | {"until": None}
        process = start(tmp_path / "corpus", "bluesky-live", endless)
        log = tmp_path / "corpus" / "posts" / "_delta_log"
        n_before = len(list(log.glob("*.json")))
        while process.poll() is None and len(list(log.glob("*.json"))) <= n_before:
            time.sleep(0.002)
        process.send_signal(signal.SIGINT)
        # a busy machine takes its time to end a process; without the signal it would never end
        process.communicate(timeout=30)
        server.events = ended(list(server.events))
        result = scrape(corpus, [get_source("bluesky-live")], query(server, 450), Settings())
    assert not result.errors
    assert sorted(found.id for found in corpus.posts()) == ids(range(0, 450, 3))


def test_a_limit_ends_it_and_a_later_run_has_the_rest(tmp_path: Path) -> None:
    server, corpus = Jetstream(events=stream(90)), Corpus.create(tmp_path / "corpus")
    with serving(server):
        for limit, n_posts in ((7, 7), (None, 30)):
            result = scrape(corpus, [get_source("bluesky-live")], query(server, 90, limit=limit), Settings())
            assert (result.errors, result.n_posts) == ((), n_posts)
    assert sorted(found.id for found in corpus.posts()) == ids(range(0, 90, 3))


def fields(server: Jetstream, n: int) -> dict[str, Any]:
    window = {"since": START.isoformat(), "until": (START + n * STEP).isoformat()}
    return {"tags": ["80s"], "hosts": [server.url], "limit": None} | window


@pytest.mark.parametrize("version", [FIRST, SECOND])
def test_what_its_author_takes_back_or_changes_before_it_is_kept_is_not_kept_as_it_was(version: str) -> None:
    closed = {"did": "did:plc:p4", "kind": "account", "time_us": event(6)["time_us"]}
    busy = closed | {"did": "did:plc:p5", "account": {"active": False, "status": "throttled"}}
    events = [
        *(event(i) for i in range(6)),
        event(0, "delete", after=6),
        event(1, "update", after=6, text="A Discman, I mean #80s"),
        event(2, "update", after=6, text="no hashtag any more"),
        event(3, "update", after=6, labels={"values": [{"val": "nudity"}]}),
        closed | {"account": {"active": False, "status": "deleted"}},
        busy,
        # of posts that nobody has heard of
        event(7, "delete"),
        event(8, "update"),
    ]
    server = Jetstream(events=ended(events), versions=frozenset({version}), cuts=[12])
    with serving(server):
        walked = listen(server, 10, page_s=5.0)
    assert [(post.id, post.text) for post in walked.posts] == [
        (name_of(1), "A Discman, I mean #80s"),
        (name_of(5), "Walkman 5 #80s"),
    ]
    assert walked.posts[0].created_at == START + STEP
    reasons = ["deleted", "deleted", "marked sensitive", "not tagged with the era"]
    assert sorted(item.reason for item in walked.rejected) == reasons


def test_what_the_hashtag_stands_in_does_not_matter() -> None:
    mark = {"$type": "app.bsky.richtext.facet#tag", "tag": "80S"}
    facet = {"index": {"byteStart": 0, "byteEnd": 4}, "features": [mark]}
    events = [
        event(0, text="Typed, not marked: #80s."),
        event(1, text="Beside the text", tags=["80s"]),
        event(2, text="#80s", facets=[facet]),
        event(3, text="#80sMusic and the 80s"),
        event(4, text="#cats", tags="80s", facets={"80s": 1}),
    ]
    server = Jetstream(events=ended(events))
    with serving(server):
        assert sorted(listen(server, 10).ids) == ids(range(3))


def test_a_post_has_one_id_whether_it_is_found_or_heard() -> None:
    found = json.loads((CASES / "bluesky" / "search" / "expected.json").read_text(encoding="utf-8"))[0]
    for version in ("first-version", "second-version"):
        heard = json.loads((CASES / "bluesky-live" / version / "expected.json").read_text(encoding="utf-8"))[0]
        assert {name: found[name] for name in heard} == heard


def test_a_stream_is_named_by_its_hashtags_and_its_first_server() -> None:
    source = BlueskyLive()
    one, two = Query(tags=("80s",), hosts=("wss://a.example", "b.example")), Query(tags=("80s", "1980s"))
    assert source.streams(one) == ["bluesky-live/a.example/80s"]
    assert source.streams(two)[0].startswith("bluesky-live/jetstream1.us-east.bsky.network/80s+1-")
    assert source.streams(Query(tags=())) == []
    with pytest.raises(UnknownName):
        walk(source, one, by_http, streams=["bluesky-live/a.example/90s"])


@pytest.mark.skipif(not RECORDED.exists(), reason="../shared/recorded is not here")
@pytest.mark.parametrize("file", ["jetstream_expected_v1.jsonl", "jetstream_golden_v1.jsonl"])
@pytest.mark.parametrize("spread_us", [20_000_000, 0], ids=["slow", "as recorded"])
@pytest.mark.parametrize("every", [None, 2, 7, 40])
def test_a_recorded_stream_is_replayed_with_cuts(file: str, spread_us: int, every: int | None) -> None:
    lines = (RECORDED / file).read_text(encoding="utf-8").splitlines()
    events = sorted(map(json.loads, lines), key=lambda found: int(found["time_us"]))
    expected = posts_of_the_era(events)
    began = events[0]["time_us"]
    if spread_us:
        events = [found | {"time_us": began + i * spread_us} for i, found in enumerate(events)]
    # recorded within a second, so that every connection begins at the beginning: each has to come further
    cuts = [every] * 400 if every and spread_us else list(range(every, len(events), every)) if every else []
    last = events[-1]["time_us"]
    ending = {"kind": "identity", "did": "did:plc:end", "time_us": last + END_US}
    server = Jetstream(events=[*events, ending], cuts=cuts)
    with serving(server):
        since, until = (datetime.fromtimestamp(us // 1_000_000, UTC) for us in (began, last + 2_000_000))
        asked = Query(tags=("80s",), hosts=(server.url,), since=since - timedelta(days=30), until=until)
        walked = walk(BlueskyLive(), asked, by_http)
    assert expected
    assert sorted(walked.ids) == expected


def posts_of_the_era(events: list[Event]) -> list[str]:
    """Ids of the posts, each once, after all were made posts of the era: only a few have a hashtag."""
    views = [view_of(found) for made in events if (found := event_of(made)) and found.is_new_post]
    for view in views:
        assert isinstance(view, dict)
        view["record"]["tags"] = ["80s"]
    return sorted({made.id for view in views if isinstance(made := post_of(view), Post)})
