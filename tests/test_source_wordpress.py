"""WordPress: tags and categories of the era, page by page to the end, with and without pretty addresses."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from source_walk import walk, walk_with_interruptions

from miner.errors import BlockedError, CredentialsError, MalformedError, MinerError, RefusedError, UsageError
from miner.sources import wordpress
from miner.sources.base import Query
from miner.sources.slugs import slugs_of
from miner.sources.wordpress import WordPress

QUERY = Query(tags=("80s", "Années80"), hosts=("blog.example",))


class Blog:
    """A blog with *n* posts under tags 2 and 5, and none in its categories.

    Attributes:
        posts: As it orders them.
        is_pretty: It has pretty addresses.
        tells_pages: It says how many pages there are; a cache in front of it may drop that.
        n_hidden: Of each page so many are not shown, as WordPress does with what the asker may not read.
    """

    def __init__(self, n: int, *, is_pretty: bool = True, tells_pages: bool = True, n_hidden: int = 0) -> None:
        self.posts = [post(i) for i in range(n)]
        self.is_pretty, self.tells_pages, self.n_hidden = is_pretty, tells_pages, n_hidden

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
        listed = [item for item in self.posts if item["date"] < params.get("before", "9999")]
        found = listed[size * (page - 1) : size * page]
        if listed and not found:
            return httpx.Response(400, json={"code": "rest_post_invalid_page_number", "message": "too large"})
        headers = {"x-wp-totalpages": str(-(-len(listed) // size))} if self.tells_pages else {}
        return httpx.Response(200, json=found[self.n_hidden :], headers=headers)


def post(number: int, *, date: str = "") -> dict[str, Any]:
    """A post of a blog whose clock is five hours behind UTC."""
    return {
        "id": number,
        "date": date or f"2020-01-{28 - number // 10:02}T10:00:{59 - number % 10:02}",
        "date_gmt": date or f"2020-01-{28 - number // 10:02}T15:00:{59 - number % 10:02}",
        "link": f"https://blog.example/{number}/",
        "title": {"rendered": f"Tape {number}"},
        "content": {"rendered": "<p>Mine</p>", "protected": False},
    }


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wordpress, "POSTS_PER_PAGE", 10)


def ids(numbers: range) -> list[str]:
    return [f"wordpress:blog.example/{i}/" for i in numbers]


@pytest.mark.parametrize("n", [0, 7, 10, 35])
@pytest.mark.parametrize("is_pretty", [True, False])
@pytest.mark.parametrize("tells_pages", [True, False])
def test_all_posts_of_the_era_are_found(n: int, is_pretty: bool, tells_pages: bool) -> None:
    walked = walk(WordPress(), QUERY, Blog(n, is_pretty=is_pretty, tells_pages=tells_pages))
    assert list(dict.fromkeys(walked.ids)) == ids(range(n))
    assert walked.pages[-1].is_last


@settings(max_examples=30, deadline=None)
@given(minutes=st.lists(st.integers(0, 5), max_size=45), tells_pages=st.booleans())
def test_posts_of_one_single_second_are_all_found(minutes: list[int], tells_pages: bool) -> None:
    blog = Blog(0, tells_pages=tells_pages)
    blog.posts = [post(i, date=f"2020-01-01T10:0{minute}:00") for i, minute in enumerate(sorted(minutes, reverse=True))]
    walked = walk(WordPress(), QUERY, blog)
    assert set(walked.ids) == set(ids(range(len(minutes))))
    assert walked.pages[-1].is_last


def test_a_blog_that_lists_its_posts_out_of_order_is_read_page_by_page() -> None:
    blog = Blog(35)
    blog.posts.sort(key=lambda item: item["id"] * 17 % 35)
    assert walk(WordPress(), QUERY, blog).ids == [f"wordpress:blog.example/{item['id']}/" for item in blog.posts]


def test_old_posts_that_a_blog_puts_first_hide_no_other() -> None:
    blog = Blog(35)
    blog.posts[:0] = [blog.posts.pop(i) for i in (33, 12)]
    assert set(walk(WordPress(), QUERY, blog).ids) == set(ids(range(35)))


def test_a_short_page_is_not_the_last_one() -> None:
    blog = Blog(35, n_hidden=2)
    walked = walk(WordPress(), QUERY, blog)
    assert "wordpress:blog.example/34/" in walked.ids
    assert len(walked.asked) > 5


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
    assert set(ids(range(35))) <= {*first.ids, *rest.ids}


def test_a_post_that_is_taken_down_on_the_way_hides_no_other() -> None:
    blog = Blog(35)
    first = walk(WordPress(), QUERY, blog, max_pages=2)
    del blog.posts[3:6]
    rest = walk(WordPress(), QUERY, blog, cursors=first.cursors)
    assert {*first.ids, *rest.ids} == set(ids(range(35)))


def test_posts_after_the_window_are_not_asked_for() -> None:
    blog = Blog(95)
    until = datetime(2020, 1, 20, 15, 0, 55, tzinfo=UTC)
    walked = walk(WordPress(), Query(tags=QUERY.tags, hosts=QUERY.hosts, until=until), blog)
    assert set(walked.ids) == {
        f"wordpress:blog.example/{item['id']}/" for item in blog.posts if item["date_gmt"] < "2020-01-20T15:00:55"
    }
    assert len(walked.asked) < len(walk(WordPress(), QUERY, blog).asked)


def test_a_wrong_question_is_not_taken_for_the_end() -> None:
    blog = Blog(35)

    def server(request: httpx.Request) -> httpx.Response:
        if "before" in request.url.params:
            return httpx.Response(400, json={"code": "rest_invalid_param", "message": "Invalid parameter(s): before"})
        return blog(request)

    with pytest.raises(RefusedError, match="Invalid parameter"):
        walk(WordPress(), QUERY, server)


def test_without_a_blog_the_answer_says_how_to_name_one() -> None:
    with pytest.raises(UsageError, match="Name them with `--instance wordpress=HOST`"):
        WordPress().listings(Query(tags=("80s",)))


@pytest.mark.parametrize(
    ("tag", "slugs"),
    [
        ("80s", ("80s",)),
        ("80's", ("80s",)),
        ("Années80", ("annees80",)),
        ("the 80s", ("the-80s",)),
        ("80年代", ("80%e5%b9%b4%e4%bb%a3",)),
        ("80년대", ("80%eb%85%84%eb%8c%80",)),
        ("ブ", ("%e3%83%96",)),
        ("fünfziger", ("funfziger", "fuenfziger")),
        ("90lıyıllar", ("90liyillar",)),
        ("#", ()),
    ],
)
def test_a_tag_is_asked_for_by_its_slugs(tag: str, slugs: tuple[str, ...]) -> None:
    assert slugs_of([tag]) == slugs


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
    assert "--source feeds --instance feeds=blog.example" in raised.value.advice or kind is MalformedError


def test_a_blog_without_an_api_that_shows_its_front_page_instead_is_told_with_the_way_round() -> None:
    def server(request: httpx.Request) -> httpx.Response:
        is_found = "rest_route" in request.url.params
        return httpx.Response(200 if is_found else 404, html="<h1>My blog</h1>")

    with pytest.raises(BlockedError) as raised:
        walk(WordPress(), QUERY, server)
    assert "--source feeds --instance feeds=blog.example" in raised.value.advice
