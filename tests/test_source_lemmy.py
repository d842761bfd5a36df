"""Lemmy: both versions of its API, told apart by asking; numbered pages and cursors; its codes for errors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from source_walk import walk, walk_with_interruptions

from miner.errors import (
    BlockedError,
    CredentialsError,
    MalformedError,
    RateLimited,
    RefusedError,
    SourceError,
    UsageError,
)
from miner.records import Post
from miner.sources import lemmy
from miner.sources.base import Query
from miner.sources.lemmy import Lemmy
from miner.sources.lemmy_post import view_to_post

START = datetime(2024, 1, 1, tzinfo=UTC)
QUERY = Query(tags=("80s",), phrases=("the 80s",), hosts=("lemmy.example",))
LANGUAGES = [{"id": 0, "code": "und", "name": "Undetermined"}, {"id": 37, "code": "en", "name": "English"}]


class Server:
    """A server of one version. One of 1.0 speaks v3 too, where it shows the first page whatever is asked for."""

    def __init__(self, n: int, *, version: str = "0.19.5") -> None:
        self.version = version
        self.is_new = not version.startswith("0.")
        self.views = [self.view(i, START + timedelta(days=i)) for i in reversed(range(n))]
        self.n_shown = 0

    def view(self, number: int, time: datetime) -> dict[str, Any]:
        home, published = ("ap_id", "published_at") if self.is_new else ("actor_id", "published")
        return {
            "post": {
                "ap_id": f"https://lemmy.example/post/{number}", "name": f"Toy {number}", published: time.isoformat(),
                "language_id": 37,
            },
            "creator": {"name": "ann", home: "https://lemmy.example/u/ann"},
            "community": {"name": "toys", home: "https://lemmy.example/c/toys"},
        }  # fmt: skip

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path, params = request.url.path, request.url.params
        if path.startswith("/api/v4") and not self.is_new:
            return httpx.Response(404)
        if path.endswith("/site"):
            return httpx.Response(200, json={"version": self.version, "all_languages": LANGUAGES})
        assert path.rpartition("/")[0].endswith(("/v3", "/v4", "/post"))
        assert params.get("q", "the 80s") == params.get("search_term", "the 80s") == "the 80s"
        self.n_shown += 1
        size = int(params["limit"])
        if path.startswith("/api/v4"):
            assert (params["sort"], "page" in params) == ("new", False)
            start = int(params.get("page_cursor", "P0")[1:])
            more = {"next_page": f"P{start + size}"} if start + size < len(self.views) else {}
            return httpx.Response(200, json={"items": self.views[start : start + size], **more})
        assert params["sort"] == "New"
        page = 1 if self.is_new else int(params["page"])
        if page > lemmy.MAX_PAGES:
            return httpx.Response(400, json={"error": "unknown", "message": "page is too high"})
        return httpx.Response(200, json={"posts": self.views[(page - 1) * size : page * size], "comments": []})


def ids(numbers: range) -> set[str]:
    return {f"lemmy:https://lemmy.example/post/{i}" for i in numbers}


@pytest.mark.parametrize("version", ["0.19.5", "1.0.0"])
def test_a_search_is_read_to_its_end_in_the_version_that_the_server_speaks(version: str) -> None:
    walked = walk(Lemmy(), QUERY, Server(170, version=version))
    assert set(walked.ids) == ids(range(170))
    assert walked.pages[-1].is_last
    assert {post.language for post in walked.posts} == {"en"}
    api = "v4" if version.startswith("1") else "v3"
    assert walked.asked[-1].url.path == f"/api/{api}/search"


@pytest.mark.parametrize("version", ["0.19.5", "1.0.0"])
def test_a_walk_interrupted_after_every_page_finds_the_same(version: str) -> None:
    walked = walk_with_interruptions(Lemmy(), QUERY, Server(170, version=version))
    assert set(walked.ids) == ids(range(170))
    assert {post.language for post in walked.posts} == {"en"}


@pytest.mark.parametrize("version", ["0.19.5", "1.0.0"])
def test_a_second_walk_stops_where_the_first_one_began(version: str) -> None:
    server = Server(170, version=version)
    first = walk(Lemmy(), QUERY, server)
    server.views.insert(0, server.view(900, START + timedelta(days=200)))
    server.n_shown = 0
    second = walk(Lemmy(), QUERY, server, cursors=first.cursors)
    assert "lemmy:https://lemmy.example/post/900" in second.ids
    assert server.n_shown == 2


def test_a_server_that_was_upgraded_half_way_is_read_again_from_the_start() -> None:
    old = walk(Lemmy(), QUERY, Server(170), max_pages=2)
    new = walk(Lemmy(), QUERY, Server(170, version="1.0.0"), cursors=old.cursors)
    assert set(new.ids) == ids(range(170))


def test_a_window_is_kept_and_nothing_older_is_asked_for() -> None:
    server = Server(300)
    query = Query(tags=(), phrases=("the 80s",), hosts=("lemmy.example",), since=START + timedelta(days=280),
                  until=START + timedelta(days=290))  # fmt: skip
    assert set(walk(Lemmy(), query, server).ids) == ids(range(280, 290))
    assert server.n_shown == 2


def test_pages_have_one_size_so_that_their_numbers_mean_the_same_to_a_walk_with_another_limit() -> None:
    few = Query(tags=(), phrases=("the 80s",), hosts=("lemmy.example",), limit=3)
    begun = walk(Lemmy(), few, Server(170), max_pages=2)
    assert set(begun.ids) | set(walk(Lemmy(), QUERY, Server(170), cursors=begun.cursors).ids) == ids(range(170))


def test_the_hundredth_page_is_the_last_one_that_is_asked_for() -> None:
    walked = walk(Lemmy(), QUERY, Server(5_060))
    assert len(walked.ids) == 5_000
    assert walked.pages[-1].is_last


def test_communities_are_asked_for_on_their_own_servers_unless_servers_are_given() -> None:
    def asked(*communities: str, hosts: tuple[str, ...] = ()) -> list[tuple[str, str]]:
        found = Lemmy().listings(Query(tags=(), phrases=("x",), communities=communities, hosts=hosts))
        return [(listing.base, listing.subject) for listing in found]

    named = [("https://lemmy.world", "c/nostalgia@lemmy.world")]
    spellings = ["nostalgia@lemmy.world", "!nostalgia@lemmy.world", "https://lemmy.world/c/nostalgia"]
    assert [asked(spelling) for spelling in spellings] == [named] * 3
    assert asked("https://feddit.org/c/nostalgia@lemmy.world") == named
    everywhere = [("https://a.example", "c/toys"), ("https://b.example", "c/toys")]
    assert asked("toys", hosts=("a.example", "b.example")) == everywhere
    with pytest.raises(UsageError, match="'no such!' names no community of Lemmy"):
        asked("no such!")


def test_a_community_is_read_whole() -> None:
    query = Query(tags=(), phrases=("the 80s",), communities=("toys@lemmy.example",))
    walked = walk(Lemmy(), query, Server(70))
    assert set(walked.ids) == ids(range(70))
    assert walked.asked[-1].url.path == "/api/v3/post/list"
    assert walked.asked[-1].url.params["community_name"] == "toys@lemmy.example"


def test_a_token_goes_to_its_own_server_and_is_never_shown() -> None:
    query = Query(tags=(), phrases=("the 80s",), hosts=("lemmy.example",), tokens={"lemmy.example": "s3cret"})
    walked = walk(Lemmy(), query, Server(1))
    assert {request.headers["authorization"] for request in walked.asked} == {"Bearer s3cret"}
    with pytest.raises(CredentialsError) as caught:
        walk(Lemmy(), query, lambda request: with_error(request, 401, "not_logged_in s3cret"))
    assert "s3cret" not in str(caught.value)


def with_error(request: httpx.Request, status: int, code: str) -> httpx.Response:
    return Server(1)(request) if request.url.path.endswith("/site") else httpx.Response(status, json={"error": code})


@pytest.mark.parametrize(
    ("status", "code", "kind", "words"),
    [
        (400, "instance_is_private", CredentialsError, "asks for a login. Give a login with --token-env"),
        (401, "not_logged_in", CredentialsError, "asks for a login"),
        (400, "rate_limit_error", RateLimited, "too many requests. Run the same command again later"),
        (404, "couldnt_find_community", SourceError, "does not know that community. Check its name"),
        (400, "unknown", RefusedError, "takes the request for a wrong one. Leave this server out"),
        (429, "rate_limit_error", RateLimited, "answered 429 to posts with “the 80s” (/api/v3/search) 2 times"),
    ],
)
def test_codes_become_errors_that_say_what_to_do(status: int, code: str, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind) as caught:
        walk(Lemmy(), QUERY, lambda request: with_error(request, status, code))
    assert words in str(caught.value)
    assert type(caught.value) is kind


def test_what_is_no_server_of_lemmy_is_said_to_be_none() -> None:
    with pytest.raises(MalformedError, match=r"lemmy\.example .* nothing that tells its version"):
        walk(Lemmy(), QUERY, lambda _: httpx.Response(404))
    with pytest.raises(BlockedError, match="it blocks this program"):
        walk(Lemmy(), QUERY, lambda _: httpx.Response(403, text="<html>", headers={"content-type": "text/html"}))
    site = httpx.Response(200, json={"version": "0.19.5", "posts": None})
    with pytest.raises(MalformedError, match="no list of posts"):
        walk(Lemmy(), QUERY, lambda _: site)


def test_one_post_met_through_two_servers_is_one() -> None:
    query = Query(tags=(), phrases=("the 80s",), hosts=("a.example", "b.example"))
    walked = walk(Lemmy(), query, Server(3))
    assert len(walked.ids) == 6
    assert set(walked.ids) == ids(range(3))


@pytest.mark.parametrize("version", ["0.19.5", "1.0.0"])
@pytest.mark.parametrize("mark", ["deleted", "removed", "nsfw"])
@pytest.mark.parametrize("part", ["post", "community"])
def test_a_mark_on_a_post_or_its_community_keeps_it_out(version: str, mark: str, part: str) -> None:
    view = Server(1, version=version).views[0]
    assert isinstance(view_to_post(view), Post)
    assert not isinstance(view_to_post(view | {part: view[part] | {mark: True}}), Post)
