"""Discourse: topics by tag, posts by topic, and a later walk that reads only topics somebody wrote in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from forum_walk import QUERY, MadeUpForum
from source_walk import walk, walk_with_interruptions

from miner.errors import BlockedError, MalformedError, MinerError, UsageError
from miner.sources.base import Query
from miner.sources.discourse import Discourse

START = datetime(2024, 1, 1, tzinfo=UTC)


class Forum(MadeUpForum):
    """Speaks Discourse; topic *i* was last written in on day *i*, but the first, which is pinned to the top."""

    pinned: int | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path, params = request.url.path, request.url.params
        if path == "/tag/80s.json":
            numbers, has_more = self.topics(int(params["page"]) + 1)
            if self.pinned is not None:
                numbers = [self.pinned, *(n for n in numbers if n != self.pinned)]
            more = {"more_topics_url": "/tag/80s?page=1"} if has_more else {}
            return httpx.Response(200, json={"topic_list": {"topics": list(map(self.topic, numbers)), **more}})
        topic = int(path.removeprefix("/t/").removesuffix(".json"))
        if topic in self.gone:
            return httpx.Response(self.status, json={"errors": ["no"], "error_type": "not_found"})
        found = self.posts(topic, int(params.get("page", "1")))
        posts = [self.post(number) for number in found]
        stream = [1000 * topic + i for i in range(self.n_posts[topic])]
        data = {
            "id": topic,
            "title": f"Topic {topic}",
            "tags": ["80s"],
            "post_stream": {"posts": posts, "stream": stream},
        }
        return httpx.Response(200, json=data)

    def topic(self, number: int) -> dict[str, Any]:
        time = (START + timedelta(days=number)).isoformat()
        return {"id": number, "bumped_at": time, "pinned": number == self.pinned}

    def post(self, number: int) -> dict[str, Any]:
        time = (START + timedelta(days=number // 1000)).isoformat()
        return {
            "id": number,
            "post_type": 1,
            "post_number": number % 1000 + 1,
            "created_at": time,
            "cooked": f"<p>{number}</p>",
        }


def test_every_post_of_every_topic_is_found_once() -> None:
    forum = Forum([1, 3, 45, 20, 1, *[2] * 20])
    walked = walk(Discourse(), QUERY, forum)
    assert len(walked.ids) == len(set(walked.ids))
    assert set(walked.ids) == forum.ids("discourse")
    assert walked.posts[0].tags == ("80s",)


def test_a_walk_interrupted_after_every_page_finds_the_same() -> None:
    forum = Forum([1, 3, 45, 20, 1, *[2] * 20])
    assert walk_with_interruptions(Discourse(), QUERY, forum).ids == walk(Discourse(), QUERY, forum).ids


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_topic_that_is_gone_holds_nobody_up(status: int) -> None:
    forum = Forum([2] * 12)
    forum.gone, forum.status = {11, 5}, status
    assert set(walk(Discourse(), QUERY, forum).ids) == forum.ids("discourse")


def test_a_later_walk_stops_at_topics_that_nobody_wrote_in_since() -> None:
    forum = Forum([2] * 40)
    first = walk(Discourse(), QUERY, forum)
    forum.n_posts[40] = 1
    second = walk(Discourse(), QUERY, forum, cursors=first.cursors)
    assert "discourse:forum.example/40000" in second.ids
    assert len(second.asked) < 8


def test_a_pinned_topic_does_not_end_a_later_walk() -> None:
    forum = Forum([2] * 40)
    forum.pinned = 0
    first = walk(Discourse(), QUERY, forum)
    forum.n_posts[40] = 1
    second = walk(Discourse(), QUERY, forum, cursors=first.cursors)
    assert "discourse:forum.example/40000" in second.ids


def test_a_forum_that_shows_the_same_topics_on_every_page_has_an_end() -> None:
    forum = Forum([2] * 5)

    def stuck(request: httpx.Request) -> httpx.Response:
        if not request.url.path.startswith("/tag/"):
            return forum(request)
        first = forum(httpx.Request("GET", request.url.copy_set_param("page", "0"))).json()
        first["topic_list"]["more_topics_url"] = "/tag/80s?page=1"
        return httpx.Response(200, json=first)

    assert set(walk(Discourse(), QUERY, stuck).ids) == forum.ids("discourse")


def test_a_forum_without_the_tag_has_no_posts() -> None:
    walked = walk(Discourse(), QUERY, lambda _: httpx.Response(404, json={"errors": ["no"]}))
    assert walked.ids == []
    assert walked.pages[-1].is_last


def test_without_a_forum_the_answer_says_how_to_name_one() -> None:
    with pytest.raises(UsageError, match="Name them with `--instance discourse=HOST`"):
        Discourse().listings(Query(tags=("80s",)))


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (httpx.Response(403, json={"errors": ["You need to be logged in"]}), BlockedError, "answered 403"),
        (httpx.Response(200, html="<title>Just a moment</title>"), BlockedError, "with a web page"),
        (httpx.Response(200, json={"topic_list": {}}), MalformedError, "no list of topics"),
    ],
)
def test_refusals_are_told(answer: httpx.Response, kind: type[MinerError], said: str) -> None:
    with pytest.raises(kind) as raised:
        walk(Discourse(), QUERY, lambda _: answer)
    assert said in str(raised.value)
    assert raised.value.advice


def test_robots_txt_is_kept() -> None:
    with pytest.raises(BlockedError, match=r"in its robots\.txt"):
        walk(Discourse(), QUERY, Forum([1]), robots="User-agent: *\nDisallow: /tag/")
