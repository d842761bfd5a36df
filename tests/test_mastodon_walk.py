"""Walks through hashtag timelines of made-up servers: nothing missed, nothing for ever, every refusal in words."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from miner.errors import BlockedError, CredentialsError, MalformedError, MinerError, SourceError, UnknownName
from miner.settings import Settings
from miner.sources import SOURCES, get_source
from miner.sources.base import Page, Query
from miner.sources.http import PoliteClient
from miner.sources.mastodon import Mastodon
from miner.sources.mastodon_cursor import Cursor, Walk, read_cursor

RECORDED = Path(__file__).parent.parent.parent / "shared" / "recorded"
DAY = datetime(2026, 8, 1, tzinfo=UTC)


@dataclass
class Server:
    """A server with the Mastodon API. Its ids are letters: nobody may count with them.

    Attributes:
        posts: Tags and time of each post, oldest first.
        knows_any: It understands any[]; otherwise it ignores it, as GoToSocial ignores all[].
        access: What /api/v2/instance says of hashtag feeds; None for an older server.
        instance_status: Status of /api/v2/instance.
        unknown_is_404: It answers 404 for a tag without posts, as GoToSocial does.
    """

    posts: list[tuple[tuple[str, ...], datetime]] = field(default_factory=list)
    knows_any: bool = True
    access: str | None = "public"
    instance_status: int = 200
    unknown_is_404: bool = False
    asked: list[httpx.URL] = field(default_factory=list)
    answer: Callable[[httpx.Request], httpx.Response | None] = lambda _: None

    def add(self, n: int, *tags: str, day: datetime = DAY) -> None:
        self.posts += [(tags, day + timedelta(minutes=i)) for i in range(n)]

    def handle(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/robots.txt":
            return httpx.Response(404)
        self.asked.append(request.url)
        special = self.answer(request)
        if special is not None:
            return special
        if request.url.path == "/api/v2/instance":
            return httpx.Response(self.instance_status, json=self.instance())
        return self.timeline(request.url)

    def instance(self) -> dict[str, Any]:
        feeds = {"hashtag_feeds": {"local": self.access, "remote": self.access}}
        configuration = {} if self.access is None else {"timelines_access": feeds}
        return {"domain": "example.social", "configuration": configuration}

    def timeline(self, url: httpx.URL) -> httpx.Response:
        tags = {url.path.rsplit("/", 1)[1], *(url.params.get_list("any[]") if self.knows_any else [])}
        rows = [i for i, (has, _) in enumerate(self.posts) if tags & set(has)]
        if not rows and self.unknown_is_404:
            return httpx.Response(404, json={"error": "Not Found: tag was not found"})
        limit, params = int(url.params["limit"]), url.params
        if "min_id" in params:
            rows = [i for i in rows if i > self.row(params["min_id"])][:limit]
        else:
            rows = [i for i in rows if "max_id" not in params or i < self.row(params["max_id"])][-limit:]
        return httpx.Response(200, json=[self.status(i) for i in reversed(rows)])

    def status(self, i: int) -> dict[str, Any]:
        tags, time = self.posts[i]
        return {
            "id": self.id(i),
            "uri": f"https://example.social/statuses/{i}",
            "created_at": time.isoformat(),
            "visibility": "public",
            "content": f"<p>Post {i}</p>",
            "tags": [{"name": tag.upper()} for tag in tags],
            "account": {"acct": "ann"},
        }

    def id(self, i: int) -> str:
        # neither numbers nor in alphabetical order
        return f"{(i * 7919) % 100_003:05d}-{i}"

    def row(self, status_id: str) -> int:
        return int(status_id.split("-")[1])

    def client(self) -> PoliteClient:
        async def no_sleep(_: float) -> None:
            await asyncio.sleep(0)

        return PoliteClient(
            Settings(max_tries=2), transport=httpx.MockTransport(self.handle), sleep=no_sleep, clock=lambda: 0.0
        )

    def walk(self, query: Query, cursor: str | None = None, *, n_pages: int | None = None) -> list[Page]:
        """The pages of the query's only stream, at most *n_pages* of them."""

        async def run() -> list[Page]:
            pages: list[Page] = []
            source = Mastodon()
            (stream,) = source.streams(query)
            async with self.client() as client:
                async for page in source.pages(stream, query, client, cursor):
                    pages.append(page)
                    if len(pages) == n_pages:
                        break
            return pages

        return asyncio.run(run())


def query(*tags: str, **options: Any) -> Query:
    return Query(tags=tags or ("80s",), hosts=("http://127.0.0.1:3000",), **options)


def numbers(pages: Sequence[Page]) -> list[int]:
    return [int(post.id.rsplit("/", 1)[1]) for page in pages for post in page.posts]


def test_a_first_walk_goes_back_to_the_beginning() -> None:
    server = Server()
    server.add(100, "80s")
    pages = server.walk(query())
    assert numbers(pages) == list(range(99, -1, -1))
    assert [page.is_last for page in pages] == [False] * 4 + [True]
    assert all(page.stream == "mastodon/127.0.0.1:3000/80s" for page in pages)
    assert {post.author for page in pages for post in page.posts} == {"ann@example.social"}


def test_a_later_walk_goes_forward_without_gaps() -> None:
    server = Server()
    server.add(50, "80s")
    cursor = server.walk(query())[-1].cursor
    server.add(95, "80s")
    pages = server.walk(query(), cursor)
    assert numbers(pages) == [*range(89, 49, -1), *range(129, 89, -1), *range(144, 129, -1)]
    assert server.walk(query(), pages[-1].cursor)[-1].cursor == pages[-1].cursor


@pytest.mark.parametrize("n_pages", [1, 2, 3])
def test_a_walk_stopped_anywhere_goes_on_without_loss(n_pages: int) -> None:
    server = Server()
    server.add(130, "80s")
    seen: list[int] = []
    cursor: str | None = None
    for _ in range(12):
        pages = server.walk(query(), cursor, n_pages=n_pages)
        seen += numbers(pages)
        cursor = pages[-1].cursor
        server.add(3, "80s")
    server_end = server.walk(query(), cursor)
    seen += numbers(server_end)
    assert sorted(seen) == list(range(len(server.posts)))


def test_addresses_are_made_anew_with_all_their_parameters() -> None:
    server = Server()
    server.add(41, "80s")
    server.add(41, "1980s")
    server.walk(query("80s", "1980s", "80snostalgia"))
    timeline = [url for url in server.asked if "timelines" in url.path]
    assert len(timeline) > 3
    for url in timeline:
        assert url.path == "/api/v1/timelines/tag/80s"
        assert url.params.get_list("any[]") == ["1980s", "80snostalgia"]
        assert url.params["limit"] == "40"


def test_many_tags_become_streams_of_four() -> None:
    streams = Mastodon().streams(query("80s", "#1980s", "eighties", "80er", "annéES80", "80S"))
    assert streams == ["mastodon/127.0.0.1:3000/80s+1980s+eighties+80er", "mastodon/127.0.0.1:3000/années80"]


def test_a_tag_is_percent_encoded() -> None:
    server = Server()
    server.walk(query("années80"))
    assert server.asked[-1].raw_path.startswith(b"/api/v1/timelines/tag/ann%C3%A9es80?")


@pytest.mark.parametrize("unknown_is_404", [False, True])
def test_a_server_that_ignores_any_is_asked_for_each_tag(unknown_is_404: bool) -> None:
    server = Server(knows_any=False, unknown_is_404=unknown_is_404)
    server.add(50, "80s")
    server.add(50, "1980s")
    server.add(10, "80s", "1980s")
    pages = server.walk(query("80s", "1980s", "nosuchtag"))
    assert set(numbers(pages)) == set(range(110))
    assert numbers(server.walk(query("80s", "1980s", "nosuchtag"), pages[-1].cursor)) == []


def test_a_server_that_understands_any_is_asked_for_all_tags_at_once() -> None:
    server = Server()
    for _ in range(30):
        server.add(1, "80s")
        server.add(1, "1980s")
    assert sorted(numbers(server.walk(query("80s", "1980s")))) == list(range(60))
    assert {url.path for url in server.asked if "tag" in url.path} == {"/api/v1/timelines/tag/80s"}


def test_what_is_not_tagged_with_the_era_is_left_out() -> None:
    server = Server()
    server.add(3, "80s")
    server.answer = lambda r: (
        httpx.Response(200, json=[server.status(1) | {"tags": [{"name": "cats"}]}])
        if "timelines" in r.url.path and "max_id" not in r.url.params
        else None
    )
    pages = server.walk(query())
    assert [r.reason for page in pages for r in page.rejected] == ["not tagged with the era"]


def test_the_window_is_half_open() -> None:
    server = Server()
    server.add(10, "80s")
    window = query(since=DAY + timedelta(minutes=3), until=DAY + timedelta(minutes=6))
    pages = server.walk(window)
    assert numbers(pages) == [5, 4, 3]
    assert [r.reason for page in pages for r in page.rejected] == ["outside the window"] * 7


def test_one_backdated_post_does_not_end_the_walk_and_a_page_of_old_ones_does() -> None:
    server = Server()
    server.add(200, "80s", day=DAY - timedelta(days=400))
    server.add(30, "80s")
    server.add(1, "80s", day=datetime(1985, 1, 1, tzinfo=UTC))
    server.add(30, "80s")
    pages = server.walk(query(since=DAY))
    assert sorted(numbers(pages)) == [*range(200, 230), *range(231, 261)]
    assert len([url for url in server.asked if "timelines" in url.path]) == 3


def test_a_wider_window_walks_again() -> None:
    server = Server()
    server.add(50, "80s")
    narrow = server.walk(query(until=DAY + timedelta(minutes=10)))
    assert len(numbers(narrow)) == 10
    assert len(numbers(server.walk(query(), narrow[-1].cursor))) == 50


def test_a_cursor_of_another_program_starts_over() -> None:
    for text in (None, "", "{", "[]", '{"walks": 1}', '{"walks": {"80s": {"newest": 5}}}'):
        assert read_cursor(text, since=None, until=None) == Cursor(walks={})
    cursor = Cursor(walks={"80s": Walk(newest="b", oldest="a", is_filled=True)})
    assert read_cursor(cursor.to_json(), since=None, until=None) == cursor


def test_the_same_page_again_ends_the_walk_in_words() -> None:
    server = Server()
    server.add(100, "80s")
    first = [server.status(i) for i in range(99, 59, -1)]
    server.answer = lambda r: httpx.Response(200, json=first) if "timelines" in r.url.path else None
    with pytest.raises(MalformedError) as caught:
        server.walk(query())
    assert str(caught.value) == (
        "127.0.0.1:3000 answered to the #80s timeline with a page that it had sent before, so there is no way on. "
        "What came before is kept. Choose another server with `--instance`."
    )
    assert len(server.asked) == 3


def test_a_cursor_that_the_server_does_not_know_is_noticed_after_a_restart() -> None:
    server = Server()
    server.add(100, "80s")
    cursor = server.walk(query(), n_pages=1)[0].cursor
    first = [server.status(i) for i in range(99, 59, -1)]
    server.answer = lambda r: httpx.Response(200, json=first) if "max_id" in r.url.params else None
    with pytest.raises(MalformedError, match="sent before"):
        server.walk(query(), cursor)


@pytest.mark.parametrize("body", [b'{"error": "?"}', b'"x"', b"5", b"null"])
def test_an_answer_that_is_no_list_is_malformed(body: bytes) -> None:
    server = Server()
    server.answer = lambda r: httpx.Response(200, content=body) if "timelines" in r.url.path else None
    with pytest.raises(MalformedError, match=r"with no list of statuses\."):
        server.walk(query())


def test_things_that_are_no_statuses_are_counted() -> None:
    server = Server()
    server.add(1, "80s")
    page = [server.status(0), None, 5, {"id": "9"}, "x"]
    server.answer = lambda r: httpx.Response(200, json=page if "max_id" not in r.url.params else [])
    pages = server.walk(query())
    assert numbers(pages) == [0]
    assert [r.reason for page in pages for r in page.rejected] == ["not a status"] * 4


@pytest.mark.parametrize(("access", "kind"), [("authenticated", CredentialsError), ("disabled", BlockedError)])
def test_a_closed_timeline_is_told_before_it_looks_empty(access: str, kind: type[MinerError]) -> None:
    server = Server(access=access)
    with pytest.raises(kind) as caught:
        server.walk(query())
    assert type(caught.value) is kind
    words = "without a login" if kind is CredentialsError else "to anybody"
    assert f"127.0.0.1:3000 does not show its hashtag timelines {words} ({access})." in str(caught.value)
    assert len(server.asked) == 1


def test_a_closed_timeline_opens_with_a_token() -> None:
    server = Server(access="authenticated")
    server.add(5, "80s")
    tokens = {"http://127.0.0.1:3000": "s3cret"}
    assert len(numbers(server.walk(query(tokens=tokens)))) == 5
    assert "s3cret" not in repr(query(tokens=tokens))


@pytest.mark.parametrize("server", [Server(access=None), Server(instance_status=404)])
def test_an_older_server_is_asked_all_the_same(server: Server) -> None:
    server.add(5, "80s")
    assert len(numbers(server.walk(query()))) == 5


def test_a_server_without_the_tag_is_told() -> None:
    with pytest.raises(SourceError) as caught:
        Server(unknown_is_404=True).walk(query("nosuchtag"))
    assert str(caught.value) == (
        "127.0.0.1:3000 answered 404 to the #nosuchtag timeline (/api/v1/timelines/tag/nosuchtag) "
        '("Not Found: tag was not found"): there is nothing of that name on this server. '
        "Choose another server with `--instance`."
    )


def test_a_stream_of_another_query_is_unknown() -> None:
    async def run() -> None:
        async with Server().client() as client:
            async for _ in Mastodon().pages("mastodon/elsewhere/80s", query(), client, None):
                pass

    with pytest.raises(UnknownName, match="There is no stream called 'mastodon/elsewhere/80s'"):
        asyncio.run(run())


def test_the_plan_names_hosts_groups_and_pauses() -> None:
    asked = Query(tags=("80s", "a", "b", "c", "d"), hosts=("x.example", "y.example"), tokens={"y.example": "s3cret"})
    plan = Mastodon().plan(asked)
    assert [(line.host, line.seconds_per_request, line.needs) for line in plan] == [
        ("x.example", 3.0, ""),
        ("x.example", 3.0, ""),
        ("y.example", 1.0, "a login, which is set"),
        ("y.example", 1.0, "a login, which is set"),
    ]
    assert plan[0].what == "statuses tagged #80s or #a or #b or #c, 40 a request"
    assert "s3cret" not in repr(plan)


def test_sources_are_found_by_name_and_a_typo_gets_an_answer() -> None:
    assert isinstance(get_source("mastodon"), Mastodon)
    assert all(name == source.info.name for name, source in SOURCES.items())
    with pytest.raises(UnknownName, match="Did you mean mastodon"):
        get_source("mastodn")


def exchanges(name: str) -> list[dict[str, Any]]:
    path = RECORDED / name
    if not path.exists():
        pytest.skip(f"{name} is not beside the project")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def replay(found: list[dict[str, Any]]) -> Callable[[httpx.Request], httpx.Response | None]:
    """Answers recorded for a place (max_id) in a timeline."""
    places: dict[str | None, Any] = {}
    for exchange in found:
        url = httpx.URL(exchange.get("uri") or exchange["url"])
        if "/timelines/tag/" in url.path and exchange["status"] == 200 and "min_id" not in url.params:
            places.setdefault(url.params.get("max_id"), exchange["body"])

    def answer(request: httpx.Request) -> httpx.Response | None:
        url = request.url
        if "/timelines/tag/" not in url.path:
            return None
        body = [] if "min_id" in url.params else places.get(url.params.get("max_id"), [])
        return httpx.Response(200, json=body)

    return answer


def test_a_recorded_mastodon_timeline_is_walked_to_its_empty_page() -> None:
    found = [e for e in exchanges("mastodon/timelines.jsonl") if "test_fetch_remaining" in e["cassette"]]
    tag = httpx.URL(found[0]["uri"]).path.rsplit("/", 1)[1]
    server = Server(answer=replay(found))
    pages = server.walk(query(tag))
    assert sum(len(page.posts) for page in pages) == 30
    assert pages[-1].is_last


def test_a_recorded_gotosocial_timeline_is_walked_to_its_empty_page() -> None:
    found = [e for e in exchanges("gotosocial/recorded_local.jsonl") if "/tag/80s?limit=20" in e["url"]]
    server = Server(answer=replay(found))
    pages = server.walk(query("80s", tokens={"http://127.0.0.1:3000": "s3cret"}))
    n_items = sum(len(page.posts) + len(page.rejected) for page in pages)
    assert n_items == sum(len(e["body"]) for e in found)
    assert [r.reason for page in pages for r in page.rejected] == ["marked sensitive"]
    assert min(post.created_at.year for page in pages for post in page.posts if post.created_at) == 1985


@pytest.mark.parametrize("status", [401, 403, 404, 422])
def test_recorded_refusals_become_sentences(status: int) -> None:
    every = exchanges("mastodon/errors.jsonl") + exchanges("mastodon/timelines.jsonl")
    found = [e for e in every if e["status"] == status]
    assert found
    for exchange in found:
        server = Server()
        server.answer = lambda r, e=exchange: (  # type: ignore[misc]
            httpx.Response(e["status"], json=e["body"]) if "timelines" in r.url.path else None
        )
        with pytest.raises(MinerError) as caught:
            server.walk(query())
        sentence = str(caught.value)
        assert f"127.0.0.1:3000 answered {status} to the #80s timeline (/api/v1/timelines/tag/80s) (" in sentence
        assert sentence.endswith("`--instance`.")
