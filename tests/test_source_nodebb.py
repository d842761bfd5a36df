"""NodeBB: topics by tag, posts by topic, complete from wherever a walk goes on."""

from __future__ import annotations

import forum_walk
import httpx
import pytest
from forum_walk import QUERY, MadeUpForum
from source_walk import walk

from miner.errors import BlockedError, CredentialsError, MalformedError, MinerError, UsageError
from miner.sources.base import Query
from miner.sources.nodebb import NodeBB

UUID = "6f1d0c3e-8a52-4a57-9c8e-0c9a3b1f2d44"


class Forum(MadeUpForum):
    """Speaks NodeBB; shows the newest posts first to whoever does not ask for another order."""

    name = "nodebb"

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
    assert set(walked.ids) == forum.ids()
    assert {post.text for post in walked.posts if post.id == "nodebb:forum.example/3000"} == {"Topic 3\n\n3000"}


def test_a_walk_interrupted_after_every_page_finds_the_same() -> None:
    forum_walk.is_the_same_when_interrupted(NodeBB(), Forum([1, 3, 45, 20, 1, *[2] * 20]))


def test_posts_are_asked_for_in_an_order_that_does_not_shift() -> None:
    asked = walk(NodeBB(), QUERY, Forum([45])).asked
    assert [request.url.query for request in asked] == [
        b"page=1",
        *(b"page=%d&sort=oldest_to_newest" % page for page in (1, 2, 3)),
    ]


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_topic_that_is_gone_holds_nobody_up(status: int) -> None:
    forum = Forum([2] * 12)
    forum.gone, forum.status = {11, 5}, status
    assert set(walk(NodeBB(), QUERY, forum).ids) == forum.ids()


def test_a_block_page_is_not_taken_for_a_topic_that_is_gone() -> None:
    forum_walk.stops_when_it_is_blocked(NodeBB(), Forum([1] * 8))


def test_a_topic_deleted_meanwhile_hides_none_of_the_others() -> None:
    forum_walk.holds_out_against_deletion(NodeBB(), Forum([1] * 25))


@pytest.mark.parametrize("n_new", [1, 9, 10, 11, 20, 30])
def test_a_walk_that_rested_goes_on_behind_the_topics_opened_meanwhile(n_new: int) -> None:
    forum_walk.goes_on_after_new_topics(NodeBB(), Forum([1] * 35), n_new)


def test_a_place_of_another_version_is_the_beginning() -> None:
    forum_walk.begins_again_from_a_foreign_place(NodeBB(), Forum([2] * 12))


def test_a_topic_from_another_server_is_not_read() -> None:
    forum = Forum([1, 1])

    def federated(request: httpx.Request) -> httpx.Response:
        answer = forum(request)
        if request.url.path != "/api/tags/80s":
            return answer
        data = answer.json()
        return httpx.Response(200, json=data | {"topics": [{"tid": UUID}, *data["topics"]]})

    walked = walk(NodeBB(), QUERY, federated)
    assert set(walked.ids) == forum.ids()
    assert not any(UUID in request.url.path for request in walked.asked)


def test_a_page_of_nothing_but_such_topics_is_not_the_end() -> None:
    forum = Forum([1] * 25)

    def federated(request: httpx.Request) -> httpx.Response:
        answer = forum(request)
        is_second = request.url.path == "/api/tags/80s" and request.url.params["page"] == "2"
        return httpx.Response(200, json=answer.json() | {"topics": [{"tid": UUID}]}) if is_second else answer

    walked = walk(NodeBB(), QUERY, federated)
    read = [*range(15, 25), *range(5)]
    assert set(walked.ids) == {f"nodebb:forum.example/{1000 * topic}" for topic in read}


def test_a_forum_that_announces_pages_for_ever_is_not_read_for_ever() -> None:
    def endless(request: httpx.Request) -> httpx.Response:
        page = int(request.url.params["page"])
        return httpx.Response(200, json={"topics": [], "pagination": {"pageCount": page + 1}})

    forum_walk.tells(NodeBB(), endless, MalformedError, "empty pages in a row")


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
        (httpx.Response(401, json={"path": "/api/tags/80s", "loggedIn": False}), CredentialsError, "asks for a login"),
        (httpx.Response(403, html="<title>Forbidden</title>"), BlockedError, "with a web page"),
        (httpx.Response(200, html="<title>Just a moment</title>"), BlockedError, "with a web page"),
        (httpx.Response(200, json={"path": "/"}), MalformedError, "no list of topics"),
    ],
)
def test_refusals_are_told(answer: httpx.Response, kind: type[MinerError], said: str) -> None:
    forum_walk.tells(NodeBB(), lambda _: answer, kind, said)


def test_robots_txt_is_kept() -> None:
    with pytest.raises(BlockedError, match=r"in its robots\.txt"):
        walk(NodeBB(), QUERY, Forum([1]), robots="User-agent: *\nDisallow: /api/")
