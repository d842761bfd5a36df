"""The one walk of all listing sources: where it goes on, where it begins anew, and where it stops."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from source_walk import walk

from miner.errors import MalformedError, SourceError
from miner.records import Post, Rejected
from miner.sources.base import Query, SourceInfo
from miner.sources.exchange import Ask
from miner.sources.fields import inside, moment
from miner.sources.hacker_news import HackerNews
from miner.sources.http import PoliteClient
from miner.sources.listing import Batch, Listing, ListingSource, side_by_side

DAY = datetime(2026, 8, 1, tzinfo=UTC)
QUERY = Query(tags=("80s",))


class Board(ListingSource):
    """A made-up platform with numbered pages of two."""

    info: SourceInfo = HackerNews.info

    def listings(self, query: Query) -> Sequence[Listing]:
        return side_by_side("board", query.origins_of("board", "https://board.example"), {"80s": "posts tagged #80s"})

    async def fetch(self, listing: Listing, place: str | None, query: Query, client: PoliteClient) -> Batch:
        ask = Ask(url=f"{listing.base}/posts", what=listing.what, params=(("page", place or "0"),))
        data = await client.get_json(ask)
        return Batch(items=data["posts"], next_place=data["next"])

    def to_post(self, raw: Any, *, host: str = "") -> Post | Rejected:
        number = inside(raw, "id")
        if number is None:
            return Rejected(source="board", reason="no global id")
        return Post(id=f"board:{number}", source="board", text="x", created_at=moment(inside(raw, "at")))


class Server:
    """Posts, newest first, two a page; pages listed in *broken* are answered with that status."""

    def __init__(self, n: int, *, broken: dict[str, int] | None = None) -> None:
        self.posts = [{"id": i, "at": (DAY - timedelta(days=i)).isoformat()} for i in range(n)]
        self.broken = broken or {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        page = request.url.params["page"]
        if page in self.broken:
            return httpx.Response(self.broken[page])
        start = 2 * int(page)
        more = str(int(page) + 1) if start + 2 < len(self.posts) else None
        return httpx.Response(200, json={"posts": self.posts[start : start + 2], "next": more})


def ids(*numbers: int) -> list[str]:
    return [f"board:{number}" for number in numbers]


def test_a_walk_goes_on_at_the_page_behind_the_last_one() -> None:
    server = Server(6)
    first = walk(Board(), QUERY, server, max_pages=2)
    assert first.ids == ids(0, 1, 2, 3)
    assert walk(Board(), QUERY, server, cursors=first.cursors).ids == ids(4, 5)


@pytest.mark.parametrize("status", [400, 404, 410, 422, 500])
def test_a_place_that_the_server_does_not_know_any_more_begins_the_walk_anew(status: int) -> None:
    first = walk(Board(), QUERY, Server(6), max_pages=2)
    server = Server(4, broken={"2": status})
    assert walk(Board(), QUERY, server, cursors=first.cursors).ids == ids(0, 1, 2, 3)


def test_a_server_that_is_down_for_a_while_keeps_its_place() -> None:
    first = walk(Board(), QUERY, Server(6), max_pages=2)
    server = Server(6, broken={"2": 503})
    with pytest.raises(SourceError, match="answered 503"):
        walk(Board(), QUERY, server, cursors=first.cursors)
    server.broken = {}
    assert walk(Board(), QUERY, server, cursors=first.cursors).ids == ids(4, 5)


def test_a_window_that_grew_is_walked_again_from_the_beginning() -> None:
    server = Server(10)
    narrow = Query(tags=("80s",), since=DAY - timedelta(days=2))
    first = walk(Board(), narrow, server)
    assert first.ids == ids(0, 1, 2)
    assert {item.reason for item in first.rejected} == {"outside the window"}
    assert walk(Board(), QUERY, server, cursors=first.cursors).ids == ids(*range(10))


def test_a_later_walk_reads_a_day_behind_the_newest_post_and_no_further() -> None:
    server = Server(20)
    first = walk(Board(), QUERY, server)
    again = walk(Board(), QUERY, server, cursors=first.cursors)
    assert again.ids == ids(0, 1, 2, 3)


def test_a_post_from_tomorrow_does_not_hide_todays_posts_from_the_next_walk() -> None:
    server = Server(6)
    server.posts[0]["at"] = "2199-01-01T00:00:00Z"
    first = walk(Board(), QUERY, server)
    assert datetime.fromisoformat("2199-01-01T00:00:00Z").isoformat() not in first.cursors["board/board.example/80s"]
    server.posts.insert(0, {"id": 99, "at": DAY.isoformat()})
    assert "board:99" in walk(Board(), QUERY, server, cursors=first.cursors).ids


def test_a_cursor_of_something_else_begins_anew() -> None:
    server = Server(2)
    for cursor in ("", "null", "[1]", '{"place": 5}', "\ud800"):
        assert walk(Board(), QUERY, server, cursors={"board/board.example/80s": cursor}).ids == ids(0, 1)


@pytest.mark.parametrize("answer", [{"posts": [{"id": 1}], "next": "1"}, {"posts": [], "next": "0"}])
def test_a_server_that_sends_the_same_again_is_left(answer: dict[str, Any]) -> None:
    with pytest.raises(MalformedError, match="had sent before"):
        walk(Board(), QUERY, lambda _: httpx.Response(200, json=answer))


def test_a_server_of_empty_pages_without_end_is_left() -> None:
    def endless(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"posts": [], "next": str(int(request.url.params["page"]) + 1)})

    with pytest.raises(MalformedError, match="201 empty pages in a row"):
        walk(Board(), QUERY, endless)
