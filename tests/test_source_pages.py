"""Web pages: what they say and not what stands around it, their next pages, and what they ask of robots."""

from __future__ import annotations

import time

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from source_walk import walk, walk_with_interruptions

from miner.errors import BlockedError, MalformedError, UsageError
from miner.records import Post, Rejected
from miner.sources import pages
from miner.sources.base import Query
from miner.sources.page_posts import read_page
from miner.sources.pages import Pages

URL = "https://attic.example/memories"
QUERY = Query(tags=("80s",), urls=(URL,))


def html(body: str, head: str = "") -> str:
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"


class Site:
    """*n* pages, each the next of the one before, with two articles each."""

    def __init__(self, n: int) -> None:
        self.n = n

    def __call__(self, request: httpx.Request) -> httpx.Response:
        number = int(request.url.params.get("page", "1"))
        articles = "".join(
            f'<article><h2><a href="/{number}/{i}">Story {number}.{i}</a></h2><p>A Walkman</p></article>'
            for i in (1, 2)
        )
        onward = f'<a rel="next" href="?page={number + 1}#top">Older</a>' if number < self.n else ""
        return httpx.Response(200, html=html(articles + onward))


def ids_of(n: int) -> list[str]:
    return [f"pages:attic.example/{number}/{i}" for number in range(1, n + 1) for i in (1, 2)]


def test_next_pages_are_followed_to_the_end() -> None:
    walked = walk(Pages(), QUERY, Site(7))
    assert walked.ids == ids_of(7)
    assert walked.pages[-1].is_last


def test_a_walk_interrupted_after_every_page_finds_the_same() -> None:
    assert walk_with_interruptions(Pages(), QUERY, Site(7)).ids == ids_of(7)


def test_pages_without_end_have_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MAX_PAGES", 12)
    walked = walk(Pages(), QUERY, Site(10**9))
    assert walked.ids == ids_of(12)
    assert walked.pages[-1].is_last


def test_pages_in_a_circle_are_told() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        other = "/more" if request.url.path == "/memories" else "/memories"
        return httpx.Response(200, html=html(f'<main>Atari</main><a rel="next" href="{other}">Next</a>'))

    with pytest.raises(MalformedError, match="sent before"):
        walk(Pages(), QUERY, answer)


def test_a_page_that_is_its_own_next_one_is_the_last() -> None:
    page = html('<main>Atari</main><a rel="next" href="#">Next</a>')
    assert len(walk(Pages(), QUERY, lambda _: httpx.Response(200, html=page)).asked) == 1


@pytest.mark.parametrize(
    "href", ["https://other.example/2", "http://169.254.169.254/", "javascript:next()", "http://["]
)
def test_a_next_page_on_another_server_is_not_read(href: str) -> None:
    page = html(f'<main>Atari</main><a rel="next" href="{href}">Next</a>')
    assert len(walk(Pages(), QUERY, lambda _: httpx.Response(200, html=page)).asked) == 1


@pytest.mark.parametrize(
    ("head", "header"),
    [
        ('<meta name="robots" content="noindex">', None),
        ('<meta name="Robots" content="NONE">', None),
        ("", "googlebot: nofollow, noindex"),
        ("", "noarchive,none"),
    ],
)
def test_a_page_that_asks_not_to_be_indexed_is_left_out(head: str, header: str | None) -> None:
    headers = {"X-Robots-Tag": header} if header else {}
    walked = walk(Pages(), QUERY, lambda _: httpx.Response(200, html=html("<p>Walkman</p>", head), headers=headers))
    assert walked.ids == []
    assert [item.reason for item in walked.rejected] == ["page asks not to be indexed"]


def test_links_are_not_followed_where_the_page_asks_for_that() -> None:
    page = html('<main>Atari</main><a rel="next" href="?page=2">Next</a>', '<meta name="robots" content="nofollow">')
    walked = walk(Pages(), QUERY, lambda _: httpx.Response(200, html=page))
    assert (len(walked.ids), len(walked.asked)) == (1, 1)


def test_robots_txt_is_kept() -> None:
    with pytest.raises(BlockedError, match=r"forbids the page .* in its robots\.txt"):
        walk(Pages(), QUERY, Site(2), robots="User-agent: *\nDisallow: /memories")


def test_what_is_no_web_page_is_told() -> None:
    with pytest.raises(MalformedError) as raised:
        walk(Pages(), QUERY, lambda _: httpx.Response(200, json={}))
    assert "no web page (application/json)" in raised.value.happened
    assert "miner import" in raised.value.advice


@pytest.mark.parametrize("urls", [(), ("attic.example",), ("ftp://attic.example/",)])
def test_without_an_address_the_answer_says_what_to_give(urls: tuple[str, ...]) -> None:
    with pytest.raises(UsageError) as raised:
        Pages().listings(Query(tags=("80s",), urls=urls))
    assert "https://" in raised.value.advice


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", ""),
        ("utf-16", ""),
        ("windows-1252", '<meta charset="windows-1252">'),
        ("shift_jis", '<meta charset="shift_jis">'),
    ],
)
def test_encodings_are_found_out(encoding: str, declared: str) -> None:
    word = "ウォークマン" if encoding == "shift_jis" else "Été à Blåhøj, mein Kassettenrekorder für die Straße"
    (item,) = read_page(html(f"<main><p>{word}</p></main>", declared).encode(encoding), URL)["items"]
    assert word in item["html"]


@pytest.mark.parametrize(
    "text",
    ["<div>" * 300_000, "<article>" * 50_000, "<a rel=next>" * 100_000, "<p class=menu>" * 100_000, "\x00" * 9_000_000],
    ids=["deep", "articles", "links", "menus", "zeros"],
)
def test_hostile_markup_is_read_in_time(text: str) -> None:
    started = time.process_time()
    page = read_page(text.encode(), URL)
    for item in page["items"]:
        Pages().to_post(item)
    assert time.process_time() - started < 60


PARTS = """<main> </main> <article> </article> <h2> <a_href="/x"> <script_type="application/ld+json"> [[[ </script>
<nav> {"@graph":[1],"@type":["Article"],"author":[[]]} <time_datetime="x"> <aside> <link_rel="canonical"_href="http://[::1">
<meta_name="robots"> <article_id="a"> Walkman &#0; <p_class="menu">"""


@settings(max_examples=150, deadline=None)
@given(parts=st.lists(st.sampled_from([part.replace("_", " ") for part in PARTS.split()]), max_size=30))
def test_no_markup_makes_it_raise(parts: list[str]) -> None:
    page = read_page("".join(parts), URL)
    assert page["items"]
    assert all(isinstance(Pages().to_post(item), Post | Rejected) for item in page["items"])
