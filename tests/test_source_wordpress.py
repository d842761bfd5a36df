"""WordPress: tags and categories of the era, page by page to the end, with and without pretty addresses."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from source_walk import walk, walk_with_interruptions

from miner.errors import BlockedError, CredentialsError, MalformedError, MinerError, UsageError
from miner.sources import wordpress
from miner.sources.base import Query
from miner.sources.wordpress import WordPress, slug_of

QUERY = Query(tags=("80s", "Années80"), hosts=("blog.example",))


class Blog:
    """A blog with *n* posts under tags 2 and 5, and none in its categories."""

    def __init__(self, n: int, *, is_pretty: bool = True) -> None:
        self.posts = [post(i) for i in range(n)]
        self.is_pretty = is_pretty

    def __call__(self, request: httpx.Request) -> httpx.Response:
        params = request.url.params
        path = params.get("rest_route", "") or request.url.path.removeprefix("/wp-json")
        if not self.is_pretty and "rest_route" not in params:
            return httpx.Response(404, html="<h1>Not found</h1>")
        if path == "/wp/v2/categories":
            return httpx.Response(200, json=[])
        if path == "/wp/v2/tags":
            assert params["slug"] == "80s,annees80"
            return httpx.Response(200, json=[{"id": 5, "slug": "annees80"}, {"id": 2, "slug": "80s"}])
        assert path == "/wp/v2/posts"
        assert params["tags"] == "2,5"
        size, page = int(params["per_page"]), int(params["page"])
        found = self.posts[size * (page - 1) : size * page]
        if not found and page > 1:
            return httpx.Response(400, json={"code": "rest_post_invalid_page_number", "message": "too large"})
        return httpx.Response(200, json=found)


def post(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "date_gmt": f"2020-01-{28 - number // 10:02}T10:00:{59 - number % 10:02}",
        "link": f"https://blog.example/{number}/",
        "title": {"rendered": f"Tape {number}"},
        "content": {"rendered": "<p>Mine</p>", "protected": False},
    }


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wordpress, "POSTS_PER_PAGE", 10)


@pytest.mark.parametrize("n", [0, 7, 10, 35])
@pytest.mark.parametrize("is_pretty", [True, False])
def test_all_posts_of_the_era_are_found(n: int, is_pretty: bool) -> None:
    walked = walk(WordPress(), QUERY, Blog(n, is_pretty=is_pretty))
    assert walked.ids == [f"wordpress:blog.example/{i}/" for i in range(n)]
    assert walked.pages[-1].is_last


def test_a_walk_interrupted_after_every_page_finds_the_same() -> None:
    assert walk_with_interruptions(WordPress(), QUERY, Blog(35)).ids == walk(WordPress(), QUERY, Blog(35)).ids


def test_a_later_walk_stops_where_the_first_one_began() -> None:
    blog = Blog(95)
    first = walk(WordPress(), QUERY, blog)
    blog.posts.insert(0, post(-10))
    second = walk(WordPress(), QUERY, blog, cursors=first.cursors)
    assert "wordpress:blog.example/-10/" in second.ids
    assert len(second.asked) < len(first.asked)


def test_a_post_that_is_published_on_the_way_hides_no_other() -> None:
    blog = Blog(35)
    first = walk(WordPress(), QUERY, blog, max_pages=2)
    blog.posts.insert(0, post(-1))
    rest = walk(WordPress(), QUERY, blog, cursors=first.cursors)
    assert {f"wordpress:blog.example/{i}/" for i in range(35)} <= {*first.ids, *rest.ids}


def test_without_a_blog_the_answer_says_how_to_name_one() -> None:
    with pytest.raises(UsageError, match="Name them with `--instance wordpress=HOST`"):
        WordPress().listings(Query(tags=("80s",)))


@pytest.mark.parametrize(
    ("tag", "slug"),
    [("80s", "80s"), ("Années80", "annees80"), ("80年代", "80%e5%b9%b4%e4%bb%a3"), ("the 80s", "the-80s")],
)
def test_a_tag_is_asked_for_by_its_slug(tag: str, slug: str) -> None:
    assert slug_of(tag) == slug


@pytest.mark.parametrize(
    ("answer", "kind", "said"),
    [
        (
            httpx.Response(401, json={"code": "rest_login_required", "message": "Only members"}),
            CredentialsError,
            "members",
        ),
        (httpx.Response(403, html="<h1>Firewall</h1>"), BlockedError, "blocks this program"),
        (httpx.Response(200, json={"code": "x"}), MalformedError, "no list of tags"),
        (httpx.Response(404, html="<h1>No WordPress</h1>"), MinerError, "answered 404"),
    ],
)
def test_a_closed_api_is_told_with_the_way_round(answer: httpx.Response, kind: type[MinerError], said: str) -> None:
    with pytest.raises(kind) as raised:
        walk(WordPress(), QUERY, lambda _: answer)
    assert said in str(raised.value)
    assert "--source feeds" in raised.value.advice or kind is MalformedError
