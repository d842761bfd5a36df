"""GoToSocial: a token always, a tag at a time, and no walk in a circle over ids that the server does not like."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from source_walk import walk, walk_with_interruptions

from miner.errors import (
    BlockedError,
    CredentialsError,
    MalformedError,
    MinerError,
    RateLimited,
    SourceError,
    UsageError,
)
from miner.records import Post, Rejected
from miner.sources.base import Query
from miner.sources.gotosocial import GoToSocial
from miner.sources.mastodon import Mastodon

RECORDED = Path(__file__).parent.parent.parent / "shared" / "recorded" / "gotosocial"
SECRET = "s3cr3t-0f-ann"  # noqa: S105 - of nobody
START = datetime(2026, 1, 1, tzinfo=UTC)
HOST = "gts.example"


def query(*tags: str, **options: Any) -> Query:
    return Query(tags=tags or ("80s",), hosts=(f"gotosocial={HOST}",), tokens={HOST: SECRET}, **options)


class Server:
    """A server whose statuses are sorted by the time that they claim; ids are letters.

    Attributes:
        statuses: What it knows, by tag.
        asked: Paths and parameters of the timelines asked for.
    """

    def __init__(self, days: Sequence[float], tag: str = "80s") -> None:
        self.statuses = {tag: [self.status(i, day, tag) for i, day in enumerate(days)]}

    @staticmethod
    def status(number: int, day: float, tag: str) -> dict[str, Any]:
        return {
            "id": f"01M{number * 7919 % 100_003:05d}X{number}",
            "uri": f"https://{HOST}/users/ann/statuses/{number}",
            "created_at": (START + timedelta(days=day)).isoformat(),
            "visibility": "public",
            "content": f"<p>Walkman {number}</p>",
            "tags": [{"name": tag}],
            "account": {"acct": "ann" if number % 2 else "ben@far.example"},
        }

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.headers.get("Authorization") != f"Bearer {SECRET}":
            return httpx.Response(401, json={"error": "Unauthorized: token not supplied"})
        if request.url.path == "/api/v2/instance":
            return httpx.Response(200, json={"domain": HOST, "account_domain": "people.example"})
        params = request.url.params
        assert set(params) <= {"limit", "max_id"}
        known = self.statuses.get(request.url.path.rsplit("/", 1)[1])
        if known is None:
            return httpx.Response(404, json={"error": "Not Found: tag was not found"})
        found = sorted(known, key=lambda s: str(s["created_at"]), reverse=True)
        ids = [s["id"] for s in found]
        start = ids.index(params["max_id"]) + 1 if params.get("max_id") in ids else 0
        return httpx.Response(200, json=found[start : start + int(params["limit"])])


def numbers(ids: list[str]) -> list[int]:
    return sorted(int(found.rsplit("/", 1)[1]) for found in ids)


def test_a_timeline_is_walked_to_its_empty_page() -> None:
    walked = walk(GoToSocial(), query(), Server(range(100)))
    assert numbers(walked.ids) == list(range(100))
    assert walked.pages[-1].is_last
    assert {page.stream for page in walked.pages} == {"gotosocial/gts.example/80s"}
    assert [request.url.path for request in walked.asked].count("/api/v2/instance") == 1


def test_a_walk_interrupted_after_every_page_finds_the_same() -> None:
    assert numbers(walk_with_interruptions(GoToSocial(), query(), Server(range(95))).ids) == list(range(95))


def test_the_same_status_met_through_mastodon_is_the_same_post() -> None:
    (post,) = walk(GoToSocial(), query(), Server([1, 2]), max_pages=1).posts[:1]
    seen = Mastodon().to_post(
        {**Server.status(1, 2, "80s"), "account": {"acct": "ann@people.example"}}, host="x.example"
    )
    assert isinstance(seen, Post)
    assert (post.id, post.source, post.author) == (seen.id, seen.source, seen.author)
    assert post.author == "ann@people.example"


def test_a_later_walk_finds_what_arrived_late_from_other_servers() -> None:
    server = Server(range(200))
    first = walk(GoToSocial(), query(), server)
    # sorted by the time it claims, half a day below the newest one seen
    server.statuses["80s"] += [server.status(300, 198.5, "80s"), server.status(301, 201, "80s")]
    second = walk(GoToSocial(), query(), server, cursors=first.cursors)
    assert {300, 301} <= set(numbers(second.ids))
    assert len(second.asked) < 5


def test_a_post_dated_back_neither_ends_the_walk_nor_is_lost() -> None:
    server = Server([*range(60), -14_000])
    assert numbers(walk(GoToSocial(), query(), server).ids) == list(range(61))


def test_a_tag_that_nobody_used_is_an_empty_timeline() -> None:
    walked = walk(GoToSocial(), query("nosuchtag", "80s"), Server([1]))
    assert len(walked.ids) == 1
    assert walked.pages[0].is_last


def test_a_place_that_the_server_does_not_know_brings_the_first_page_and_loses_nothing() -> None:
    server = Server(range(100))
    begun = walk(GoToSocial(), query(), server, max_pages=1)
    gone = next(s for s in server.statuses["80s"] if s["id"] in next(iter(begun.cursors.values())))
    server.statuses["80s"].remove(gone)
    rest = walk(GoToSocial(), query(), server, cursors=begun.cursors)
    assert len({*begun.ids, *rest.ids}) == 100


def test_the_first_page_for_ever_ends_the_walk_with_a_word() -> None:
    server = Server(range(100))

    def first(request: httpx.Request) -> httpx.Response:
        return server(httpx.Request("GET", request.url.copy_remove_param("max_id"), headers=request.headers))

    with pytest.raises(MalformedError, match=r"gts\.example answered to the #80s timeline with a page that it had"):
        walk(GoToSocial(), query(), first)


def test_what_was_not_asked_for_is_left_out() -> None:
    server = Server([1, 2])
    server.statuses["80s"][0]["tags"] = [{"name": "cats"}]
    walked = walk(GoToSocial(), query(since=START, until=START + timedelta(days=2)), server)
    assert {item.reason for item in walked.rejected} == {"not tagged with the era", "outside the window"}


def test_a_missing_token_is_told_before_anything_is_asked() -> None:
    asked: list[httpx.Request] = []

    def note(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(401)

    without = Query(tags=("80s",), hosts=(HOST,))
    with pytest.raises(CredentialsError) as caught:
        walk(GoToSocial(), without, note)
    assert str(caught.value) == (
        "gts.example shows the #80s timeline to people with an account there alone, and no token for it is set. "
        "Make a token in the settings of your account there and add --token-env gts.example=GOTOSOCIAL_TOKEN."
    )
    assert asked == []
    assert [line.needs for line in GoToSocial().plan(without)] == ["a login, which is not set"]
    assert [line.needs for line in GoToSocial().plan(query())] == ["a login, which is set"]


def test_a_server_has_to_be_named() -> None:
    with pytest.raises(UsageError, match="--instance gotosocial=HOST, and its token with --token-env HOST="):
        GoToSocial().plan(Query(tags=("80s",)))


@pytest.mark.parametrize(
    ("response", "kind", "words"),
    [
        (httpx.Response(401, json={"error": "Unauthorized"}), CredentialsError, "it does not accept the token"),
        (httpx.Response(403, json={"error": "no"}), CredentialsError, "the token does not allow it"),
        (
            httpx.Response(403, text="<html>no</html>", headers={"content-type": "text/html"}),
            BlockedError,
            "it blocks this program",
        ),
        (
            httpx.Response(404, text="<html>no</html>", headers={"content-type": "text/html"}),
            SourceError,
            "there is nothing of that name on this server",
        ),
        (
            httpx.Response(429, json={}, headers={"x-ratelimit-reset": "2100-01-01T00:00:00.000Z"}),
            RateLimited,
            "asks to be left alone",
        ),
        (httpx.Response(200, json={"error": SECRET}), MalformedError, "no list of statuses"),
        (httpx.Response(200, json=[{"content": "x"}]), MalformedError, "statuses without ids"),
    ],
)
def test_refusals_become_sentences_without_the_token(response: httpx.Response, kind: type, words: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return response if "timelines" in request.url.path else httpx.Response(404)

    with pytest.raises(MinerError) as caught:
        walk(GoToSocial(), query(), answer)
    assert isinstance(caught.value, kind)
    assert words in str(caught.value)
    assert SECRET not in repr((caught.value, query()))


def test_every_recorded_status_is_a_post_or_has_a_reason_and_the_timeline_is_walked() -> None:
    path = RECORDED / "recorded_local.jsonl"
    if not path.exists():
        pytest.skip("recorded/gotosocial is not beside the project")
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    source = GoToSocial()
    results = [
        source.to_post(raw, host=HOST)
        for exchange in found
        if "/statuses" in exchange["url"] or "/timelines/" in exchange["url"]
        for raw in source.objects_in(exchange["body"])
    ]
    assert sum(isinstance(result, Post) for result in results) >= 50
    rejected = {result.reason for result in results if isinstance(result, Rejected)}
    assert "marked sensitive" in rejected
    assert rejected <= {"marked sensitive", "not a status", "not public"}
    pages = [e for e in found if "/tag/80s?limit=20" in e["url"] and "min_id" not in e["url"]]
    places = {httpx.URL(e["url"]).params.get("max_id"): e["body"] for e in pages}

    def replay(request: httpx.Request) -> httpx.Response:
        is_page = "timelines" in request.url.path
        return httpx.Response(200, json=places[request.url.params.get("max_id")]) if is_page else httpx.Response(404)

    walked = walk(source, query(), replay)
    assert len(walked.posts) + len(walked.rejected) == sum(map(len, places.values()))
    assert {item.reason for item in walked.rejected} == {"marked sensitive"}
