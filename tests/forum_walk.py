"""What a forum's source must do, whatever the forum: every post of every topic, once, wherever it goes on."""

from __future__ import annotations

import httpx
import pytest
from source_walk import Handler, walk, walk_with_interruptions

from miner.errors import BlockedError, MinerError
from miner.sources.base import Query, Source

QUERY = Query(tags=("80s",), hosts=("forum.example",))


class MadeUpForum:
    """Topics with posts, *n_posts[i]* in topic *i*; the newest topic is the last one. A page holds ten topics.

    Attributes:
        gone: Topics that nobody may read any more, though they are in the list.
        status: What asking for such a topic gives.
        posts_per_page: Posts of a topic in one answer.
        name: The source that reads it.
    """

    posts_per_page = 20
    name: str

    def __init__(self, n_posts: list[int]) -> None:
        self.n_posts = dict(enumerate(n_posts))
        self.gone: set[int] = set()
        self.status = 404

    def topics(self, page: int) -> tuple[list[int], bool]:
        order = sorted(self.n_posts, reverse=True)
        return order[10 * (page - 1) : 10 * page], len(order) > 10 * page

    def posts(self, topic: int, page: int) -> list[int]:
        numbers = [1000 * topic + i for i in range(self.n_posts[topic])]
        return numbers[self.posts_per_page * (page - 1) : self.posts_per_page * page]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        raise NotImplementedError

    def topic_asked_for(self, request: httpx.Request) -> int | None:
        """The topic whose posts a request asks for; None for a list of topics."""
        last = request.url.path.removesuffix(".json").rpartition("/")[2]
        return int(last) if last.isdecimal() else None

    def ids(self) -> set[str]:
        """Ids of all posts that can be read."""
        return {
            f"{self.name}:forum.example/{1000 * topic + i}"
            for topic, n in self.n_posts.items()
            if topic not in self.gone
            for i in range(n)
        }


def holds_out_against_deletion(source: Source, forum: MadeUpForum) -> None:
    """A topic that is deleted once it was read pulls the others forward, one of them over the edge of its page."""
    expected = forum.ids()
    assert len(forum.n_posts) > 20
    newest = max(forum.n_posts)

    def deleting(request: httpx.Request) -> httpx.Response:
        answer = forum(request)
        if forum.topic_asked_for(request) == newest - 5:
            forum.n_posts.pop(newest, None)
        return answer

    assert set(walk(source, QUERY, deleting).ids) == expected


def goes_on_after_new_topics(source: Source, forum: MadeUpForum, n_new: int) -> None:
    """So many topics are opened while the walk rests at the end of the first page."""
    expected = forum.ids()
    begun = walk(source, QUERY, forum, max_pages=10)
    newest = max(forum.n_posts)
    forum.n_posts |= {newest + i: 1 for i in range(1, n_new + 1)}
    resumed = walk(source, QUERY, forum, cursors=begun.cursors)
    assert expected <= {*begun.ids, *resumed.ids}
    assert resumed.pages[-1].is_last


def begins_again_from_a_foreign_place(source: Source, forum: MadeUpForum) -> None:
    """The place in a cursor is not one of this version."""
    (stream,) = source.streams(QUERY)
    cursors = {stream: '{"place": "[[1, 2], 3]"}'}
    assert set(walk(source, QUERY, forum, cursors=cursors).ids) == forum.ids()


def stops_when_it_is_blocked(source: Source, forum: MadeUpForum) -> None:
    """A guard's page in the place of one topic says nothing about that topic: it is read when the walk goes on."""
    blocked = httpx.Response(403, html="<title>Just a moment</title>")
    is_open = False

    def guarded(request: httpx.Request) -> httpx.Response:
        return blocked if forum.topic_asked_for(request) == 3 and not is_open else forum(request)

    parts = walk(source, QUERY, guarded, max_pages=len(forum.n_posts) - 4)
    with pytest.raises(BlockedError, match="it blocks this program"):
        walk(source, QUERY, guarded, cursors=parts.cursors)
    is_open = True
    resumed = walk(source, QUERY, guarded, cursors=parts.cursors)
    assert {*parts.ids, *resumed.ids} == forum.ids()


def is_the_same_when_interrupted(source: Source, forum: MadeUpForum) -> None:
    """Broken off after every page."""
    assert walk_with_interruptions(source, QUERY, forum).ids == walk(source, QUERY, forum).ids


def tells(source: Source, handler: Handler, kind: type[MinerError], said: str) -> None:
    """A refusal becomes an error with the server's answer and the next step."""
    with pytest.raises(kind) as raised:
        walk(source, QUERY, handler)
    assert said in str(raised.value)
    assert raised.value.advice
