"""Misskey: notes by hashtag, downwards by id; what a server hides or forbids."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from source_walk import walk, walk_with_interruptions

from miner.errors import BlockedError, CredentialsError, MalformedError, RateLimited, RefusedError
from miner.sources.base import Query
from miner.sources.misskey import Misskey

START = datetime(2024, 1, 1, tzinfo=UTC)
QUERY = Query(tags=("80s",), hosts=("mk.example",))


class Server:
    """A server that finds notes by their folded hashtag and shows them newest first, but from *sinceId* on."""

    def __init__(self, n: int) -> None:
        self.notes = [note(i) for i in reversed(range(n))]
        self.bodies: list[dict[str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert (request.method, request.url.path) == ("POST", "/api/notes/search-by-tag")
        body = json.loads(request.content)
        self.bodies.append(body)
        found = [n for n in self.notes if body["tag"] in n["tags"] and n["id"] < body.get("untilId", "~")]
        if "sinceId" in body:
            found = [n for n in reversed(self.notes) if n["id"] > body["sinceId"]]
        return httpx.Response(200, json=found[: body["limit"]])


def note(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"9{number:05}", "createdAt": (START + timedelta(days=number)).isoformat(), "visibility": "public",
        "user": {"username": "ann", "host": None}, "text": f"My Walkman {number} #80s", "tags": ["80s"], "cw": None,
    } | fields  # fmt: skip


def ids(numbers: range) -> set[str]:
    return {f"misskey:https://mk.example/notes/9{i:05}" for i in numbers}


def test_a_hashtag_is_read_from_its_newest_note_to_its_oldest() -> None:
    server = Server(250)
    walked = walk(Misskey(), QUERY, server)
    assert set(walked.ids) == ids(range(250))
    assert walked.pages[-1].is_last
    assert not any("sinceId" in body for body in server.bodies)


def test_a_walk_interrupted_after_every_page_finds_the_same() -> None:
    assert set(walk_with_interruptions(Misskey(), QUERY, Server(250)).ids) == ids(range(250))


def test_a_second_walk_stops_where_the_first_one_began() -> None:
    server = Server(450)
    first = walk(Misskey(), QUERY, server)
    server.notes.insert(0, note(900))
    second = walk(Misskey(), QUERY, server, cursors=first.cursors)
    assert ids(range(900, 901)) <= set(second.ids)
    assert len(second.asked) == 2


def test_a_window_and_a_limit_are_asked_for_and_kept() -> None:
    server = Server(150)
    since, until = START + timedelta(days=90), START + timedelta(days=99)
    query = Query(tags=("80s",), hosts=("mk.example",), since=since, until=until, limit=30)
    assert set(walk(Misskey(), query, server).ids) == ids(range(90, 99))
    assert server.bodies[0] == {"tag": "80s", "limit": 30, "untilDate": int(until.timestamp() * 1000)}


def test_tags_are_asked_for_as_servers_keep_them() -> None:
    query = Query(tags=("80S", "８０年代", "80s"), hosts=("mk.example",))
    assert [listing.subject for listing in Misskey().listings(query)] == ["80s", "80年代"]


def test_a_note_without_the_hashtag_is_left_out() -> None:
    notes = [note(1), note(2, text="My Walkman", tags=["80skids"]), note(3, tags=["80S"])]
    walked = walk(Misskey(), QUERY, lambda request: answer_once(request, notes))
    assert walked.ids == [f"misskey:https://mk.example/notes/9{i:05}" for i in (1, 3)]
    assert [item.reason for item in walked.rejected] == ["not tagged with the era"]


def answer_once(request: httpx.Request, notes: list[dict[str, Any]]) -> httpx.Response:
    return httpx.Response(200, json=[] if "untilId" in json.loads(request.content) else notes)


def test_notes_that_a_server_hides_from_visitors_are_counted_as_not_public() -> None:
    hidden = [note(i, isHidden=True, text=None, tags=["80s"]) for i in range(3)]
    walked = walk(Misskey(), QUERY, lambda request: answer_once(request, hidden))
    assert [item.reason for item in walked.rejected] == ["not public"] * 3
    assert not walked.posts


def test_a_note_has_the_id_of_the_server_where_it_lives_whoever_shows_it() -> None:
    elsewhere = note(1, uri="https://home.example/notes/x1", user={"username": "Bob", "host": "home.example"})
    at_home = note(1, id="x1", user={"username": "Bob", "host": None})
    (remote,) = walk(Misskey(), QUERY, lambda request: answer_once(request, [elsewhere])).posts
    query = Query(tags=("80s",), hosts=("home.example",))
    (local,) = walk(Misskey(), query, lambda request: answer_once(request, [at_home])).posts
    assert (remote.id, remote.author) == (local.id, local.author)
    assert remote.author == "bob@home.example"


def test_robots_txt_decides_unless_the_user_has_a_token() -> None:
    def server(request: httpx.Request) -> httpx.Response:
        raise AssertionError(f"{request.url} was asked for")

    robots = "User-agent: *\nDisallow: /api\n"
    with pytest.raises(BlockedError, match=r"forbids notes tagged #80s .* in its robots\.txt\. Make a token under"):
        walk(Misskey(), QUERY, server, robots=robots)
    query = Query(tags=("80s",), hosts=("mk.example",), tokens={"mk.example": "s3cret"})
    walked = walk(Misskey(), query, Server(3), robots=robots)
    assert set(walked.ids) == ids(range(3))
    assert {request.headers["authorization"] for request in walked.asked} == {"Bearer s3cret"}


@pytest.mark.parametrize(
    ("response", "kind", "words"),
    [
        (
            httpx.Response(401, json={"error": {"message": "Credential required.", "code": "CREDENTIAL_REQUIRED"}}),
            CredentialsError,
            '("Credential required."): this server asks for a login. Make a token under Settings > API',
        ),
        (
            httpx.Response(403, text="<html>", headers={"content-type": "text/html"}),
            BlockedError,
            "blocks this program",
        ),
        (httpx.Response(404), RefusedError, "there is nothing of that name on this server"),
        (
            httpx.Response(418, json={"error": {"message": "a teapot"}}),
            RefusedError,
            "not an answer this program can",
        ),
        (
            httpx.Response(429, json={"error": {"code": "RATE_LIMIT_EXCEEDED"}}, headers={"Retry-After": "3600"}),
            RateLimited,
            "asks to be left alone for 60 min",
        ),
        (httpx.Response(200, json={"notes": []}), MalformedError, "no list of notes"),
        (httpx.Response(200, text="<p>", headers={"content-type": "text/html"}), BlockedError, "blocks this program"),
        (httpx.Response(200, json=[note(1), note(2)]), MalformedError, "had sent before"),
    ],
)
def test_refusals_say_what_happened_and_what_to_do(response: httpx.Response, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind) as caught:
        walk(Misskey(), QUERY, lambda _: response)
    assert words in str(caught.value)
    assert type(caught.value) is kind


def test_a_token_is_never_shown() -> None:
    query = Query(tags=("80s",), hosts=("mk.example",), tokens={"mk.example": "s3cret"})
    refused = httpx.Response(401, json={"error": {"message": "s3cret is no token of ours"}})
    with pytest.raises(CredentialsError, match="does not accept the token") as caught:
        walk(Misskey(), query, lambda _: refused)
    assert "s3cret" not in str(caught.value)
