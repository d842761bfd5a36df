"""Bluesky's search: walked past the end of a search, with a session that expires, and never in a circle."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from source_walk import walk, walk_with_interruptions

from miner.errors import BlockedError, CredentialsError, MalformedError, MinerError, RateLimited, SourceError
from miner.sources.base import Query
from miner.sources.bluesky import Bluesky

HANDLE, SECRET = "ann.example.org", "abcd-efgh-ijkl-mnop"
START = datetime(2026, 7, 1, tzinfo=UTC)
SEARCH, LOGIN = "/xrpc/app.bsky.feed.searchPosts", "/xrpc/com.atproto.server.createSession"


def query(*tags: str, **options: Any) -> Query:
    keys = {"BLUESKY_HANDLE": f"@{HANDLE}", "BLUESKY_APP_PASSWORD": SECRET}
    return Query(tags=tags or ("80s",), keys=keys, **options)


def view(number: int, time: datetime, text: str = "", **record: Any) -> dict[str, Any]:
    stamp = time.isoformat().replace("+00:00", "Z")
    return {
        "uri": f"at://did:plc:person{number % 7}/app.bsky.feed.post/k{number}",
        "record": {"text": text or f"Walkman {number} #80s", "createdAt": stamp, **record},
        "indexedAt": stamp,
    }


def name_of(number: int) -> str:
    return f"bluesky:at://did:plc:person{number % 7}/app.bsky.feed.post/k{number}"


def every(minutes: float, n: int) -> list[dict[str, Any]]:
    return [view(i, START + timedelta(minutes=minutes * i)) for i in range(n)]


class Server:
    """A PDS: a login, and a search that shows the newest posts first and no more than *cap* of them.

    Attributes:
        n_per_session: Searches that a session lasts for.
        knows_until: It obeys since and until.
        ends_empty: Behind the last page comes an empty one.
    """

    def __init__(self, posts: list[dict[str, Any]], *, size: int = 100, cap: int = 10_000) -> None:
        self.posts, self.size, self.cap = posts, size, cap
        self.n_per_session, self.knows_until, self.ends_empty = 10_000, True, False
        self.n_logins, self.n_left = 0, 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == LOGIN:
            assert json.loads(request.content) == {"identifier": HANDLE, "password": SECRET}
            self.n_logins, self.n_left = self.n_logins + 1, self.n_per_session
            return httpx.Response(200, json={"accessJwt": f"jwt{self.n_logins}", "did": "did:plc:ann"})
        assert request.url.path == SEARCH
        if request.headers.get("authorization") != f"Bearer jwt{self.n_logins}" or not self.n_left:
            return httpx.Response(400, json={"error": "ExpiredToken", "message": "Token has expired"})
        self.n_left -= 1
        return self.search(request.url.params)

    def search(self, params: httpx.QueryParams) -> httpx.Response:
        assert (params["q"], params["sort"]) == (f"#{params['tag']}", "latest")
        cursor = params.get("cursor", "0")
        if not cursor.isdecimal():
            return httpx.Response(500, json={"error": "InternalServerError", "message": "Internal Server Error"})
        since = datetime.fromisoformat(params.get("since", "2000-01-01T00:00:00Z"))
        until = datetime.fromisoformat(params.get("until", "2100-01-01T00:00:00Z"))
        found = [p for p in self.posts if not self.knows_until or since <= self.time(p) < until]
        found = sorted(found, key=self.time, reverse=True)[: self.cap]
        end = int(cursor) + min(self.size, int(params["limit"]))
        has_more = end < len(found) or (self.ends_empty and int(cursor) < len(found))
        body = {"posts": found[int(cursor) : end]} | ({"cursor": str(end)} if has_more else {})
        return httpx.Response(200, json=body)

    @staticmethod
    def time(post: dict[str, Any]) -> datetime:
        return datetime.fromisoformat(post.get("sortAt", post["indexedAt"]))


def searches(asked: list[httpx.Request]) -> list[httpx.Request]:
    return [request for request in asked if request.url.path == SEARCH]


@pytest.mark.parametrize("ends_empty", [False, True])
def test_a_tag_is_walked_to_its_end_with_one_login(ends_empty: bool) -> None:
    server = Server(every(1, 250))
    server.ends_empty = ends_empty
    walked = walk(Bluesky(), query(), server)
    assert set(walked.ids) == set(map(name_of, range(250)))
    assert server.n_logins == 1
    assert walked.pages[-1].is_last
    assert walked.pages[0].stream == "bluesky/bsky.social/80s"


def test_a_walk_interrupted_after_every_page_finds_the_same() -> None:
    broken = walk_with_interruptions(Bluesky(), query(), Server(every(1, 470), size=40, cap=130))
    assert set(broken.ids) == set(map(name_of, range(470)))


@pytest.mark.parametrize(("size", "cap"), [(100, 1000), (37, 333)])
def test_a_search_that_ends_too_early_is_begun_again_for_what_is_older(size: int, cap: int) -> None:
    walked = walk(Bluesky(), query(), Server(every(1, 2500), size=size, cap=cap))
    assert set(walked.ids) == set(map(name_of, range(2500)))
    assert len(walked.ids) < 2600


def test_posts_of_one_moment_where_a_search_ends_are_not_lost() -> None:
    posts = [view(i, START + timedelta(seconds=i // 30)) for i in range(900)]
    assert set(walk(Bluesky(), query(), Server(posts, cap=310)).ids) == set(map(name_of, range(900)))


def test_a_server_that_does_not_know_until_is_walked_once() -> None:
    server = Server(every(1, 250))
    server.knows_until = False
    walked = walk(Bluesky(), query(), server)
    assert sorted(walked.ids) == sorted(map(name_of, range(250)))
    assert len(searches(walked.asked)) == 4


def test_posts_that_the_server_sorts_by_another_time_do_not_end_the_walk() -> None:
    server = Server(every(1, 1000), size=50, cap=310)
    for number in range(0, 1000, 20):
        # written long ago, and indexed and dated anew
        moved = view(number, START + timedelta(days=30))
        server.posts[number] = moved | {"sortAt": server.posts[number]["indexedAt"]}
    assert set(walk(Bluesky(), query(), server).ids) == set(map(name_of, range(1000)))


def test_a_session_that_expires_is_made_anew_and_nothing_is_lost() -> None:
    server = Server(every(1, 950))
    server.n_per_session = 2
    walked = walk(Bluesky(), query(), server)
    assert set(walked.ids) == set(map(name_of, range(950)))
    assert server.n_logins == 6


def test_a_server_that_calls_a_new_session_expired_is_not_asked_for_ever() -> None:
    server = Server(every(1, 10))
    server.n_per_session = 0
    with pytest.raises(SourceError, match="Token has expired"):
        walk(Bluesky(), query(), server)
    assert server.n_logins == 1


def test_a_place_that_the_server_does_not_know_any_more_is_begun_anew() -> None:
    server = Server(every(1, 250))
    first = walk(Bluesky(), query(), server, max_pages=1)
    stale = {stream: cursor.replace('\\"100\\"', '\\"gone\\"') for stream, cursor in first.cursors.items()}
    assert stale != first.cursors
    assert set(walk(Bluesky(), query(), server, cursors=stale).ids) == set(map(name_of, range(250)))


def test_a_second_walk_stops_where_the_first_one_began() -> None:
    server = Server(every(60, 900))
    first = walk(Bluesky(), query(), server)
    server.posts.append(view(5000, START + timedelta(days=38)))
    second = walk(Bluesky(), query(), server, cursors=first.cursors)
    assert name_of(5000) in second.ids
    assert len(searches(second.asked)) == 2


def test_a_window_is_asked_for_and_kept_whether_the_server_obeys_it_or_not() -> None:
    window = query(since=START + timedelta(days=2), until=START + timedelta(days=3))
    for knows_until in (True, False):
        server = Server(every(60, 150))
        server.knows_until = knows_until
        walked = walk(Bluesky(), window, server)
        assert set(walked.ids) == set(map(name_of, range(48, 72)))
        assert searches(walked.asked)[0].url.params["until"] == "2026-07-04T00:00:00.000000Z"


def test_what_only_looks_like_the_hashtag_is_left_out() -> None:
    posts = [
        view(0, START, "nothing but the tag beside it", tags=["80S"]),
        view(1, START, "#80sMusic and #80skids"),
        view(2, START, "typed, not marked: #80s."),
    ]
    walked = walk(Bluesky(), query(), Server(posts))
    assert set(walked.ids) == {name_of(0), name_of(2)}
    assert [item.reason for item in walked.rejected] == ["not tagged with the era"]


def test_every_hashtag_is_a_search_of_its_own_in_one_session() -> None:
    server = Server([view(0, START, "#80s"), view(1, START, "#années80"), view(2, START, "#80年代")])
    walked = walk(Bluesky(), query("80s", "#Années80", "80年代", "80S"), server)
    assert set(walked.ids) == {name_of(0), name_of(1), name_of(2)}
    assert [request.url.params["tag"] for request in searches(walked.asked)] == ["80s", "années80", "80年代"]
    assert server.n_logins == 1


def test_the_limit_keeps_a_request_small() -> None:
    walked = walk(Bluesky(), query(limit=3), Server(every(1, 50)), max_pages=1)
    assert searches(walked.asked)[0].url.params["limit"] == "3"


def test_a_key_that_is_missing_is_named_with_the_page_to_get_it() -> None:
    for missing in ("BLUESKY_HANDLE", "BLUESKY_APP_PASSWORD"):
        keys = {name: value for name, value in query().keys.items() if name != missing}
        with pytest.raises(CredentialsError, match=rf"{missing}, .*, is not set.*https://bsky.app/settings/"):
            walk(Bluesky(), Query(tags=("80s",), keys=keys), Server([]))


ERRORS: list[tuple[str, httpx.Response, type[MinerError], str]] = [
    (LOGIN, httpx.Response(401, json={"error": "AuthenticationRequired", "message": f"Invalid: {SECRET}"}),
     CredentialsError, 'to the login as ann.example.org ("Invalid: …"). Check BLUESKY_HANDLE; make an app password at'),
    (LOGIN, httpx.Response(200, json={"handle": HANDLE}), MalformedError, "with no session."),
    (LOGIN, httpx.Response(404, json={"error": "NotFound"}), SourceError, "is the one that your account lives on."),
    (LOGIN, httpx.Response(429, headers={"Retry-After": "90000"}), RateLimited, "asks to be left alone for 25 h"),
    (SEARCH, httpx.Response(401, json={"error": "AuthMissing", "message": "Authentication Required"}),
     CredentialsError, "it does not accept the token. Make a new token. Check BLUESKY_HANDLE and BLUESKY_APP"),
    (SEARCH, httpx.Response(400, json={"error": "InvalidRequest", "message": "limit too high"}), SourceError,
     '("limit too high"): it takes the request for a wrong one.'),
    (SEARCH, httpx.Response(403, text="<html>no", headers={"content-type": "text/html"}), BlockedError,
     "with a web page: it blocks this program."),
    (SEARCH, httpx.Response(200, text="<html>hi", headers={"content-type": "text/html"}), BlockedError,
     "it blocks this program"),
    (SEARCH, httpx.Response(200, json={"error": "none"}), MalformedError, "with no list of posts."),
    (SEARCH, httpx.Response(200, text='{"posts": ['), MalformedError, "a body that is not JSON, or cut short"),
    (SEARCH, httpx.Response(501, json={"error": "MethodNotImplemented", "message": "Method Not Implemented"}),
     SourceError, '("Method Not Implemented")'),
    (SEARCH, httpx.Response(502, json={"error": "UpstreamFailure"}), SourceError, "it has trouble. Run the same"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "answer", "kind", "words"), ERRORS)
def test_what_goes_wrong_is_said_with_the_next_step_and_without_the_password(
    path: str, answer: httpx.Response, kind: type[MinerError], words: str
) -> None:
    server = Server([])
    with pytest.raises(kind) as caught:
        walk(Bluesky(), query(), lambda request: answer if request.url.path == path else server(request))
    assert words in str(caught.value)
    assert SECRET not in str(caught.value) + repr(caught.value)


def test_a_server_that_sends_one_page_for_ever_is_left_with_a_word() -> None:
    server = Server(every(1, 100))

    def circle(request: httpx.Request) -> httpx.Response:
        first = {**dict(request.url.params), "cursor": "0"}
        return server(request) if request.url.path == LOGIN else server.search(httpx.QueryParams(first))

    server.ends_empty = True
    with pytest.raises(MalformedError, match="had sent before"):
        walk(Bluesky(), query(), circle)


def test_the_password_goes_to_the_server_that_was_named_and_nowhere_else() -> None:
    server = Server(every(1, 5))
    walked = walk(Bluesky(), query(hosts=("bluesky=pds.example.org",)), server)
    assert {request.url.host for request in walked.asked} == {"pds.example.org"}
    assert [SECRET.encode() in request.content for request in walked.asked] == [True, False]
    assert not any(SECRET in str(request.url) + str(request.headers) for request in walked.asked)
    assert SECRET not in repr(query())
