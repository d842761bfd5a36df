"""Discourse: topics by tag, posts by topic, and a later walk that reads only topics somebody wrote in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import forum_walk
import httpx
import pytest
from forum_walk import QUERY, MadeUpForum
from source_walk import walk

from miner.errors import BlockedError, MalformedError, MinerError, RateLimited, UsageError
from miner.records import Rejected
from miner.sources.base import Query
from miner.sources.discourse import Discourse

START = datetime(2024, 1, 1, tzinfo=UTC)


class Forum(MadeUpForum):
    """Speaks Discourse; topic *i* was last written in on day *i*, unless *day* says another one.

    Attributes:
        pinned: A topic that stands before all others on the first page.
        has_stream: Whether a topic comes with the numbers of all of its posts.
    """

    name = "discourse"
    pinned: int | None = None
    has_stream = True

    def __init__(self, n_posts: list[int]) -> None:
        super().__init__(n_posts)
        self.day: dict[int, int] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path, params = request.url.path, request.url.params
        if path == "/tag/80s.json":
            return self.listed(int(params["page"]) + 1)
        topic = int(path.removeprefix("/t/").removesuffix(".json"))
        page = int(params.get("page", "1"))
        if topic in self.gone or not self.posts(topic, page):
            return httpx.Response(self.status, json={"errors": ["no"], "error_type": "not_found"})
        stream = {"stream": [1000 * topic + i for i in range(self.n_posts[topic])]} if self.has_stream else {}
        posts = [self.post(number) for number in self.posts(topic, page)]
        data = {"id": topic, "title": f"Topic {topic}", "tags": ["80s"], "post_stream": {"posts": posts, **stream}}
        return httpx.Response(200, json=data)

    def listed(self, page: int) -> httpx.Response:
        numbers, has_more = self.topics(page)
        if self.pinned is not None:
            numbers = [*([self.pinned] if page == 1 else []), *(n for n in numbers if n != self.pinned)]
        more = {"more_topics_url": "/tag/80s?page=1"} if has_more else {}
        return httpx.Response(200, json={"topic_list": {"topics": list(map(self.topic, numbers)), **more}})

    def topic(self, number: int) -> dict[str, Any]:
        time = (START + timedelta(days=self.day.get(number, number))).isoformat()
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
    assert set(walked.ids) == forum.ids()
    assert walked.posts[0].tags == ("80s",)


def test_a_walk_interrupted_after_every_page_finds_the_same() -> None:
    forum_walk.is_the_same_when_interrupted(Discourse(), Forum([1, 3, 45, 20, 1, *[2] * 20]))


@pytest.mark.parametrize("n_posts", [1, 19, 20, 21, 40, 41])
@pytest.mark.parametrize("has_stream", [True, False])
def test_a_topic_is_read_to_its_end_whether_or_not_it_lists_its_posts(n_posts: int, has_stream: bool) -> None:
    forum = Forum([n_posts, 1])
    forum.has_stream = has_stream
    walked = walk(Discourse(), QUERY, forum)
    assert set(walked.ids) == forum.ids()
    assert len(walked.asked) <= 2 + n_posts // 20 + 1


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_topic_that_is_gone_holds_nobody_up(status: int) -> None:
    forum = Forum([2] * 12)
    forum.gone, forum.status = {11, 5}, status
    assert set(walk(Discourse(), QUERY, forum).ids) == forum.ids()


def test_a_block_page_is_not_taken_for_a_topic_that_is_gone() -> None:
    forum_walk.stops_when_it_is_blocked(Discourse(), Forum([1] * 8))


def test_a_topic_deleted_meanwhile_hides_none_of_the_others() -> None:
    forum_walk.holds_out_against_deletion(Discourse(), Forum([1] * 25))


@pytest.mark.parametrize("n_new", [1, 9, 10, 11, 20, 30])
def test_a_walk_that_rested_goes_on_behind_the_topics_opened_meanwhile(n_new: int) -> None:
    forum_walk.goes_on_after_new_topics(Discourse(), Forum([1] * 35), n_new)


def test_a_place_of_another_version_is_the_beginning() -> None:
    forum_walk.begins_again_from_a_foreign_place(Discourse(), Forum([2] * 12))


def test_a_later_walk_stops_at_topics_that_nobody_wrote_in_since() -> None:
    forum = Forum([2] * 40)
    first = walk(Discourse(), QUERY, forum)
    forum.n_posts[40] = 1
    second = walk(Discourse(), QUERY, forum, cursors=first.cursors)
    assert "discourse:forum.example/40000" in second.ids
    assert len(second.asked) < 8


@pytest.mark.parametrize("is_pinned", [True, False])
def test_an_old_topic_at_the_top_does_not_end_a_later_walk(is_pinned: bool) -> None:
    forum = Forum([2] * 40)
    first = walk(Discourse(), QUERY, forum)
    forum.n_posts |= {40: 1, 41: 1}
    forum.day[41] = 0
    forum.pinned = 41 if is_pinned else None
    second = walk(Discourse(), QUERY, forum, cursors=first.cursors)
    assert "discourse:forum.example/40000" in second.ids
    assert len(second.asked) < 9


def test_a_window_ends_the_walk_and_is_kept() -> None:
    query = Query(
        tags=("80s",), hosts=("forum.example",), since=START + timedelta(days=30), until=START + timedelta(days=35)
    )
    walked = walk(Discourse(), query, Forum([1] * 40))
    assert walked.ids == [f"discourse:forum.example/{1000 * topic}" for topic in range(34, 29, -1)]
    assert {item.reason for item in walked.rejected} == {"outside the window"}
    assert len(walked.asked) < 15


def test_a_forum_that_shows_the_same_topics_on_every_page_is_an_error_and_no_end() -> None:
    forum = Forum([2] * 5)

    def stuck(request: httpx.Request) -> httpx.Response:
        if not request.url.path.startswith("/tag/"):
            return forum(request)
        first = forum(httpx.Request("GET", request.url.copy_set_param("page", "0"))).json()
        first["topic_list"]["more_topics_url"] = "/tag/80s?page=1"
        return httpx.Response(200, json=first)

    assert set(walk(Discourse(), QUERY, stuck, max_pages=5).ids) == forum.ids()
    forum_walk.tells(Discourse(), stuck, MalformedError, "the same topics on pages 1 and 2")


def test_a_forum_without_the_tag_has_no_posts() -> None:
    walked = walk(Discourse(), QUERY, lambda _: httpx.Response(404, json={"errors": ["no"]}))
    assert walked.ids == []
    assert walked.pages[-1].is_last


def test_a_tag_of_any_letters_is_asked_for() -> None:
    query = Query(tags=("années/80",), hosts=("forum.example",))
    (asked,) = walk(Discourse(), query, lambda _: httpx.Response(404, json={})).asked
    assert asked.url.raw_path == b"/tag/ann%C3%A9es%2F80.json?page=0"


def test_without_a_forum_the_answer_says_how_to_name_one() -> None:
    with pytest.raises(UsageError, match="Name them with `--instance discourse=HOST`"):
        Discourse().listings(Query(tags=("80s",)))


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (httpx.Response(403, json={"errors": ["You need to be logged in"]}), BlockedError, "answered 403"),
        (httpx.Response(200, html="<title>Just a moment</title>"), BlockedError, "with a web page"),
        (httpx.Response(200, json={"topic_list": {}}), MalformedError, "no list of topics"),
        # Discourse's own limit speaks plain text
        (httpx.Response(429, text="Slow down", headers={"Retry-After": "90000"}), RateLimited, "left alone for 25 h"),
    ],
)
def test_refusals_are_told(answer: httpx.Response, kind: type[MinerError], said: str) -> None:
    forum_walk.tells(Discourse(), lambda _: answer, kind, said)


def test_an_answer_without_the_posts_of_a_topic_is_told() -> None:
    forum = Forum([1])

    def empty(request: httpx.Request) -> httpx.Response:
        return forum(request) if request.url.path.startswith("/tag/") else httpx.Response(200, json={"id": 0})

    forum_walk.tells(Discourse(), empty, MalformedError, "no list of posts for topic 0")


def test_robots_txt_is_kept() -> None:
    with pytest.raises(BlockedError, match=r"in its robots\.txt"):
        walk(Discourse(), QUERY, Forum([1]), robots="User-agent: *\nDisallow: /tag/")


def test_a_post_without_its_forum_has_no_id_of_its_own() -> None:
    assert Discourse().to_post({"topic": {"id": 1}, "post": Forum([1]).post(0)}) == Rejected(
        source="discourse", reason="no global id", raw_id="0"
    )
