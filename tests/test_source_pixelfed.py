"""Pixelfed: a token always, ``max_id`` alone, and a newest page above ``min_id`` that is never asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from source_walk import walk, walk_with_interruptions

from miner.errors import CredentialsError
from miner.records import Post
from miner.sources.base import Query
from miner.sources.mastodon import Mastodon
from miner.sources.pixelfed import Pixelfed

SECRET = "s3cr3t-0f-ann"  # noqa: S105 - of nobody
START = datetime(2026, 6, 1, tzinfo=UTC)
HOST = "pixelfed.social"


def query(*tags: str, **options: Any) -> Query:
    return Query(tags=tags or ("80s",), tokens={HOST: SECRET}, **options)


def status(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(839_515_803_678_651_469 + number),
        "uri": f"https://{HOST}/p/ann/{number}",
        "created_at": (START + timedelta(hours=number)).isoformat(),
        "visibility": "public",
        "sensitive": False,
        "content": f"Tape {number}<br />",
        "tags": [{"name": "80s", "url": f"https://{HOST}/discover/tags/80s"}],
        "media_attachments": [{"description": "a wall of tapes"}],
        "account": {"acct": "ann", "bot": False},
    } | changes


class Server:
    """A server that takes the newest hundred below an id, leaves some out, and shows forty of the rest."""

    def __init__(self, n: int, hides: int = 0) -> None:
        self.statuses = [status(i) for i in range(n)]
        self.hides = hides

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.headers.get("Authorization") != f"Bearer {SECRET}":
            return httpx.Response(403, json={"message": "Forbidden"})
        if request.url.path == "/api/v2/instance":
            return httpx.Response(200, json={"domain": HOST})
        params = request.url.params
        assert set(params) == {"limit", "only_media", *({"max_id"} & set(params))}
        assert params["only_media"] == "0"
        below = int(params.get("max_id", 10**19))
        found = [s for s in reversed(self.statuses) if int(s["id"]) < below][:100]
        shown = [s for i, s in enumerate(found) if not self.hides or i % self.hides]
        return httpx.Response(200, json=shown[: min(40, int(params["limit"]))])


def numbers(ids: list[str]) -> list[int]:
    return sorted(int(found.rsplit("/", 1)[1]) for found in ids)


def test_a_timeline_is_walked_to_its_empty_page() -> None:
    walked = walk(Pixelfed(), query(), Server(250))
    assert numbers(walked.ids) == list(range(250))
    assert {page.stream for page in walked.pages} == {"pixelfed/pixelfed.social/80s"}
    assert walked.posts[0].alt_texts == ("a wall of tapes",)


def test_a_short_page_is_not_the_end() -> None:
    walked = walk(Pixelfed(), query(), Server(200, hides=2))
    assert min(numbers(walked.ids)) < 3


def test_a_walk_interrupted_after_every_page_finds_the_same() -> None:
    assert numbers(walk_with_interruptions(Pixelfed(), query(), Server(130)).ids) == list(range(130))


def test_a_later_walk_leaves_no_gap_however_much_came_in_between() -> None:
    server = Server(100)
    first = walk(Pixelfed(), query(), server)
    server.statuses += [status(i) for i in range(100, 350)]
    second = walk(Pixelfed(), query(), server, cursors=first.cursors)
    assert set(range(100, 350)) <= set(numbers(second.ids))
    assert len(walk(Pixelfed(), query(), server, cursors=second.cursors).asked) <= 3


def test_a_picture_met_through_mastodon_is_the_same_post() -> None:
    (post, *_) = walk(Pixelfed(), query(), Server(1)).posts
    seen = Mastodon().to_post(status(0, id="1", account={"acct": f"ann@{HOST}"}), host="x.example")
    assert isinstance(seen, Post)
    assert (post.id, post.source, post.author) == (seen.id, seen.source, seen.author)


def test_each_tag_is_asked_for_alone() -> None:
    walked = walk(Pixelfed(), query("80s", "#Années80"), Server(1))
    assert {request.url.raw_path.partition(b"?")[0] for request in walked.asked if b"tag" in request.url.raw_path} == {
        b"/api/v1/timelines/tag/80s",
        b"/api/v1/timelines/tag/ann%C3%A9es80",
    }
    assert [item.reason for item in walked.rejected] == ["not tagged with the era"]


def test_a_window_and_a_limit_are_kept() -> None:
    window = query(since=START + timedelta(hours=5), until=START + timedelta(hours=9))
    assert numbers(walk(Pixelfed(), window, Server(60)).ids) == [5, 6, 7, 8]
    asked = walk(Pixelfed(), query(limit=3), Server(60), max_pages=1).asked
    assert asked[-1].url.params["limit"] == "3"


def test_a_missing_token_and_one_that_is_refused_are_told() -> None:
    with pytest.raises(CredentialsError, match=r"add --token-env pixelfed\.social=PIXELFED_TOKEN"):
        walk(Pixelfed(), Query(tags=("80s",)), Server(1))
    with pytest.raises(CredentialsError, match="the token does not allow it") as caught:
        walk(Pixelfed(), Query(tags=("80s",), tokens={HOST: "another"}), Server(1))
    assert "another" not in str(caught.value)
