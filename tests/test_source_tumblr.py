"""Tumblr: walked by the second in which posts were featured, never in a circle; other people's words left out."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from source_walk import walk, walk_with_interruptions

from miner.errors import BlockedError, CredentialsError, MalformedError, MinerError, RateLimited
from miner.records import Post
from miner.sources.base import Query
from miner.sources.tumblr import Tumblr

RECORDED = Path(__file__).parent.parent.parent / "shared" / "recorded" / "tumblr"
SECRET = "s3cr3t-0f-ann"  # noqa: S105 - of nobody
START = 1_720_000_000
DAY = 86_400


def query(*tags: str, **options: Any) -> Query:
    return Query(tags=tags or ("80s",), keys={"TUMBLR_API_KEY": SECRET}, **options)


def post(number: int, second: int, **changes: Any) -> dict[str, Any]:
    blog = {"name": f"person{number % 7}", "uuid": f"t:person{number % 7}"}
    content = [{"type": "text", "text": f"Walkman {number}"}]
    return {"id_string": str(number), "blog": blog, "timestamp": second, "tags": ["80s"], "content": content} | changes


class Server:
    """The tagged method: the newest posts before a second, twenty at most."""

    def __init__(self, posts: list[dict[str, Any]]) -> None:
        self.posts = posts

    def __call__(self, request: httpx.Request) -> httpx.Response:
        params = request.url.params
        assert request.url.path == "/v2/tagged"
        assert (params["npf"], params["api_key"]) == ("true", SECRET)
        before, limit = int(params["before"]), int(params["limit"])
        found = [p for p in self.posts if self.stamp(p) < before]
        return self.answer(sorted(found, key=self.stamp, reverse=True)[:limit])

    @staticmethod
    def stamp(found: dict[str, Any]) -> int:
        return int(found.get("featured_timestamp") or found["timestamp"])

    @staticmethod
    def answer(posts: list[dict[str, Any]]) -> httpx.Response:
        return httpx.Response(200, json={"meta": {"status": 200, "msg": "OK"}, "response": posts})


def numbers(ids: list[str]) -> list[int]:
    return sorted({int(found.rsplit("/", 1)[1]) for found in ids})


def test_a_tag_is_walked_to_its_end() -> None:
    walked = walk(Tumblr(), query(), Server([post(i, START + 60 * i) for i in range(95)]))
    assert numbers(walked.ids) == list(range(95))
    assert walked.pages[-1].is_last
    assert walked.pages[0].stream == "tumblr/api.tumblr.com/80s"


def test_posts_of_one_second_at_the_edge_of_a_page_are_not_lost() -> None:
    server = Server([post(i, START + i // 7) for i in range(60)])
    assert numbers(walk(Tumblr(), query(), server).ids) == list(range(60))


def test_a_walk_interrupted_after_every_page_finds_the_same() -> None:
    server = Server([post(i, START + 60 * i) for i in range(57)])
    broken = walk_with_interruptions(Tumblr(), query(), server)
    assert numbers(broken.ids) == list(range(57))


def test_a_second_walk_asks_only_for_what_is_new() -> None:
    server = Server([post(i, START + DAY * i) for i in range(95)])
    first = walk(Tumblr(), query(), server)
    server.posts.append(post(1000, START + DAY * 95))
    second = walk(Tumblr(), query(), server, cursors=first.cursors)
    assert 1000 in numbers(second.ids)
    assert len(second.asked) == 2
    assert len(first.asked) > 4


def test_a_featured_tag_is_walked_by_the_time_of_featuring() -> None:
    # featured in turn, but written in any order
    server = Server([post(i, START - DAY * (i * 37 % 50), featured_timestamp=START + 60 * i) for i in range(50)])
    assert numbers(walk(Tumblr(), query(), server).ids) == list(range(50))


def test_the_first_request_says_from_when_on() -> None:
    # without it some tags begin in 2015
    before = walk(Tumblr(), query(), Server([]), max_pages=1).asked[0].url.params["before"]
    assert abs(int(before) - datetime.now(UTC).timestamp()) < 60
    until = datetime.fromtimestamp(START, tz=UTC)
    asked = walk(Tumblr(), query(until=until), Server([]), max_pages=1).asked
    assert asked[0].url.params["before"] == str(START + 1)


def test_a_server_that_does_not_go_back_in_time_is_not_asked_for_ever() -> None:
    newest = [post(i, START + DAY * 3650) for i in range(20)]
    walked = walk(Tumblr(), query(until=datetime.fromtimestamp(START, tz=UTC)), lambda _: Server.answer(newest))
    assert len(walked.asked) == 1
    ever = [post(i, START - i) for i in range(20)]
    with pytest.raises(MalformedError, match="a page that it had sent before"):
        walk(Tumblr(), query(), lambda _: Server.answer(ever))


@given(st.lists(st.integers(START, START + 40), max_size=60))
def test_every_post_is_found_whatever_the_seconds(seconds: list[int]) -> None:
    # a second that fills a page alone cannot be seen through: the method knows no offset
    posts = [post(i, second) for i, second in enumerate(seconds) if seconds[:i].count(second) < 19]
    found = walk(Tumblr(), query(), Server(posts))
    assert numbers(found.ids) == sorted(int(p["id_string"]) for p in posts)


def test_a_window_and_a_limit_are_kept() -> None:
    server = Server([post(i, START + DAY * i) for i in range(60)])
    since, until = (datetime.fromtimestamp(START, tz=UTC) + timedelta(days=day) for day in (5, 9))
    walked = walk(Tumblr(), query(since=since, until=until), server)
    assert numbers(walked.ids) == [5, 6, 7, 8]
    assert walked.asked[0].url.params["before"] == str(int(until.timestamp()) + 1)
    assert walk(Tumblr(), query(limit=3), server, max_pages=1).asked[0].url.params["limit"] == "3"


def test_posts_that_only_look_like_the_tag_are_left_out() -> None:
    tags = [["80s nostalgia"], ["80sNostalgia"], ["80's-nostalgia"], ["nostalgia", "80s"], ["80s nostalgia core"]]
    server = Server([post(i, START - i, tags=found) for i, found in enumerate(tags)])
    walked = walk(Tumblr(), query("80snostalgia"), server)
    assert numbers(walked.ids) == [0, 1, 2]
    assert {item.reason for item in walked.rejected} == {"not tagged with the era"}


def test_a_missing_key_is_told_before_anything_is_asked() -> None:
    asked: list[httpx.Request] = []

    def note(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return Server.answer([])

    with pytest.raises(CredentialsError) as caught:
        walk(Tumblr(), Query(tags=("80s",)), note)
    assert str(caught.value) == (
        "TUMBLR_API_KEY, the OAuth consumer key of a registered application, is not set. Get one at "
        "https://www.tumblr.com/oauth/apps, then run `export TUMBLR_API_KEY=…` or write it into the file of keys "
        "(`miner sources --help`)."
    )
    assert asked == []
    (line,) = Tumblr().plan(Query(tags=("80s",)))
    assert (line.host, line.seconds_per_request) == ("api.tumblr.com", 3.6)
    assert line.needs.endswith("which is not set")


@pytest.mark.parametrize(
    ("response", "kind", "words"),
    [
        (
            httpx.Response(401, json={"meta": {"status": 401, "msg": "Unauthorized"}, "response": []}),
            CredentialsError,
            "Check TUMBLR_API_KEY, or get a key at https://www.tumblr.com/oauth/apps.",
        ),
        (
            httpx.Response(403, text="<html>no</html>", headers={"content-type": "text/html"}),
            BlockedError,
            "it blocks this program",
        ),
        (
            httpx.Response(200, text="<html>hi</html>", headers={"content-type": "text/html"}),
            BlockedError,
            "it blocks this program",
        ),
        (httpx.Response(404, json={"meta": {"status": 404}}), MinerError, "there is nothing of that name"),
        (
            httpx.Response(
                429,
                json={"meta": {"status": 429, "msg": "Limit Exceeded"}},
                headers={
                    "x-ratelimit-perday-remaining": "0",
                    "x-ratelimit-perday-reset": "84932",
                    "x-ratelimit-perhour-remaining": "12",
                    "x-ratelimit-perhour-reset": "100",
                },
            ),
            RateLimited,
            "asks to be left alone for 24 h",
        ),
        (httpx.Response(200, json={"meta": {"status": 200}, "response": {}}), MalformedError, "no list of posts"),
        (httpx.Response(200, text='{"meta": {"status'), MalformedError, "not JSON, or cut short"),
    ],
)
def test_refusals_become_sentences_without_the_key(response: httpx.Response, kind: type, words: str) -> None:
    with pytest.raises(MinerError) as caught:
        walk(Tumblr(), query(), lambda _: response)
    assert isinstance(caught.value, kind)
    assert words in str(caught.value)
    assert str(caught.value).startswith("api.tumblr.com ")
    assert SECRET not in repr((caught.value, query(), caught.value.__cause__))


def test_the_last_request_of_a_day_is_the_last_request() -> None:
    headers = {"x-ratelimit-perday-remaining": "0", "x-ratelimit-perday-reset": "50000"}

    def last(request: httpx.Request) -> httpx.Response:
        answer = Server([post(i, START + i) for i in range(30)])(request)
        return httpx.Response(200, content=answer.content, headers=headers)

    with pytest.raises(RateLimited, match=r"it goes on where it stopped\."):
        walk(Tumblr(), query(), last)


def test_a_renamed_blog_keeps_its_posts() -> None:
    before, after = (post(5, START, blog={"name": name, "uuid": "t:abc"}, blog_name=name) for name in ("ann", "anna"))
    found = [Tumblr().to_post(raw) for raw in (before, after)]
    assert [p.id for p in found if isinstance(p, Post)] == ["tumblr:t:abc/5"] * 2


def test_every_object_of_the_documentation_is_a_post_or_has_a_reason() -> None:
    if not RECORDED.exists():
        pytest.skip("recorded/tumblr is not beside the project")
    source = Tumblr()
    examples = [e for path in sorted(RECORDED.glob("*.json")) for e in json.loads(path.read_text("utf-8"))]
    results = [source.to_post(raw) for example in examples for raw in source.objects_in(example)]
    # pieces of posts, and answers of other methods: none of them says which post it is
    assert len(results) >= len(examples)
    assert [getattr(result, "reason", "") for result in results] == ["no global id"] * len(results)
