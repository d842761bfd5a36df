"""NodeBB: topics by tag, posts by topic, complete from wherever a walk goes on."""

from __future__ import annotations

import httpx
import pytest
from forum_walk import QUERY, MadeUpForum
from source_walk import walk, walk_with_interruptions

from miner.errors import BlockedError, MalformedError, MinerError, UsageError
from miner.sources.base import Query
from miner.sources.nodebb import NodeBB


class Forum(MadeUpForum):
    """Speaks NodeBB."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        page = int(request.url.params["page"])
        if request.url.path == "/api/tags/80s":
            numbers, has_more = self.topics(page)
            topics = [{"tid": number, "titleRaw": f"Topic {number}"} for number in numbers]
            return httpx.Response(200, json={"topics": topics, "pagination": {"pageCount": page + has_more}})
        topic = int(request.url.path.removeprefix("/api/topic/"))
        if topic in self.gone:
            return httpx.Response(self.status, text="Not Found")
        posts = [
            {"pid": number, "content": f"<p>{number}</p>", "timestamp": 1_700_000_000_000 + number, "deleted": 0}
            for number in self.posts(topic, page)
        ]
        n_pages = -(-self.n_posts[topic] // self.posts_per_page)
        data = {"tid": topic, "titleRaw": f"Topic {topic}", "mainPid": 1000 * topic, "tags": [{"value": "80s"}]}
        return httpx.Response(200, json=data | {"posts": posts, "pagination": {"pageCount": n_pages}})


def test_every_post_of_every_topic_is_found_once() -> None:
    forum = Forum([1, 3, 45, 20, 1, *[2] * 20])
    walked = walk(NodeBB(), QUERY, forum)
    assert len(walked.ids) == len(set(walked.ids))
    assert set(walked.ids) == forum.ids("nodebb")
    assert {post.text for post in walked.posts if post.id == "nodebb:forum.example/3000"} == {"Topic 3\n\n3000"}


def test_a_walk_interrupted_after_every_page_finds_the_same() -> None:
    forum = Forum([1, 3, 45, 20, 1, *[2] * 20])
    assert walk_with_interruptions(NodeBB(), QUERY, forum).ids == walk(NodeBB(), QUERY, forum).ids


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_topic_that_is_gone_holds_nobody_up(status: int) -> None:
    forum = Forum([2] * 12)
    forum.gone, forum.status = {11, 5}, status
    assert set(walk(NodeBB(), QUERY, forum).ids) == forum.ids("nodebb")


def test_a_later_walk_finds_replies_in_old_topics() -> None:
    forum = Forum([2] * 15)
    first = walk(NodeBB(), QUERY, forum)
    forum.n_posts[0] = 3
    second = walk(NodeBB(), QUERY, forum, cursors=first.cursors)
    assert "nodebb:forum.example/2" in second.ids


def test_a_forum_without_the_tag_has_no_posts() -> None:
    walked = walk(NodeBB(), QUERY, lambda _: httpx.Response(200, json={"topics": [], "pagination": {"pageCount": 1}}))
    assert walked.ids == []
    assert walked.pages[-1].is_last


def test_without_a_forum_the_answer_says_how_to_name_one() -> None:
    with pytest.raises(UsageError, match="Name them with `--instance nodebb=HOST`"):
        NodeBB().listings(Query(tags=("80s",)))


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (httpx.Response(200, html="<title>Just a moment</title>"), BlockedError, "with a web page"),
        (httpx.Response(200, json={"path": "/"}), MalformedError, "no list of topics"),
    ],
)
def test_refusals_are_told(answer: httpx.Response, kind: type[MinerError], said: str) -> None:
    with pytest.raises(kind) as raised:
        walk(NodeBB(), QUERY, lambda _: answer)
    assert said in str(raised.value)
    assert raised.value.advice
