"""Feeds: page by page, only when something changed, and hostile XML without harm."""

from __future__ import annotations

import time
import tracemalloc

import httpx
import pytest
from source_walk import walk, walk_with_interruptions

from miner.errors import BlockedError, MalformedError, RefusedError, UsageError
from miner.records import Post
from miner.sources.base import Query
from miner.sources.feed_posts import entry_to_post, read_feed
from miner.sources.feeds import Feeds

URL = "https://attic.example/feed.xml"
ONE = Query(tags=("80s",), urls=(URL,))
BLOG = Query(tags=("80s", "Années80"), hosts=("blog.example",))


def rss(numbers: range, *, tag: str = "80s", extra: str = "") -> str:
    items = "".join(
        f"<item><title>Tape {i}</title><link>https://blog.example/{i}/</link><category>{tag}</category>"
        f"<pubDate>Fri, {28 - i // 24:02} Jan 2022 {23 - i % 24:02}:00:00 GMT</pubDate></item>"
        for i in numbers
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>B</title>{extra}{items}</channel></rss>'


def xml(text: str, **headers: str) -> httpx.Response:
    return httpx.Response(200, content=text, headers={"content-type": "application/rss+xml"} | headers)


class Blog:
    """A WordPress whose feed of a tag has *n* entries, ten a page: 404 and an empty feed behind the last one."""

    def __init__(self, n: int, *, tag: str = "80s") -> None:
        self.n, self.tag = n, tag

    def __call__(self, request: httpx.Request) -> httpx.Response:
        params = request.url.params
        assert (params["feed"], params["tag"]) == ("rss2", "80s,annees80")
        first = 10 * (int(params.get("paged", "1")) - 1)
        page = rss(range(first, min(self.n, first + 10)), tag=self.tag)
        return xml(page) if first < max(self.n, 1) else httpx.Response(404, content=page)


@pytest.mark.parametrize("n", [0, 7, 10, 35])
def test_the_feed_of_a_blogs_tags_is_read_to_its_end(n: int) -> None:
    walked = walk(Feeds(), BLOG, Blog(n))
    assert walked.ids == [f"feeds:blog.example/{i}/" for i in range(n)]
    assert walked.pages[-1].is_last


def test_a_walk_interrupted_after_every_page_finds_the_same() -> None:
    assert walk_with_interruptions(Feeds(), BLOG, Blog(35)).ids == walk(Feeds(), BLOG, Blog(35)).ids


def test_a_server_that_ignores_the_tag_brings_nothing_of_other_tags() -> None:
    walked = walk(Feeds(), BLOG, Blog(5, tag="cats"))
    assert walked.ids == []
    assert {item.reason for item in walked.rejected} == {"not tagged with the era"}


def test_an_address_that_the_user_gave_is_taken_whole() -> None:
    walked = walk(Feeds(), ONE, lambda _: xml(rss(range(3), tag="cats")))
    assert len(walked.ids) == 3


def test_a_feed_that_has_not_changed_is_not_sent_again() -> None:
    def server(request: httpx.Request) -> httpx.Response:
        if request.headers.get("if-none-match") == '"v1"':
            assert request.headers["if-modified-since"] == "Sun, 22 Nov 2026 22:14:22 GMT"
            return httpx.Response(304)
        headers = {"etag": '"v1"', "last-modified": "Sun, 22 Nov 2026 22:14:22 GMT"}
        return xml(rss(range(3)), **headers)

    first = walk(Feeds(), ONE, server)
    second = walk(Feeds(), ONE, server, cursors=first.cursors)
    third = walk(Feeds(), ONE, server, cursors=second.cursors)
    assert (len(first.ids), second.ids, third.ids) == (3, [], [])
    assert third.pages[-1].is_last


def test_only_a_walk_that_came_to_its_end_asks_whether_anything_changed() -> None:
    asked: list[httpx.Request] = []

    def server(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        page = int(request.url.params.get("page", "1"))
        onward = f'<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="next" href="/feed.xml?page={page + 1}"/>'
        return xml(rss(range(10 * page, 10 * page + 10), extra=onward if page < 3 else ""), etag=f'"{page}"')

    first = walk(Feeds(), ONE, server, max_pages=1)
    rest = walk(Feeds(), ONE, server, cursors=first.cursors)
    assert len({*first.ids, *rest.ids}) == 30
    walk(Feeds(), ONE, server, cursors=rest.cursors, max_pages=1)
    assert all("if-none-match" not in request.headers for request in asked)


def test_the_next_page_of_a_feed_is_not_looked_for_on_another_server() -> None:
    onward = '<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="next" href="http://169.254.169.254/latest"/>'
    walked = walk(Feeds(), ONE, lambda _: xml(rss(range(3), extra=onward)))
    assert len(walked.asked) == 1
    assert walked.pages[-1].is_last


def test_a_server_without_such_feeds_is_no_blog_without_posts() -> None:
    with pytest.raises(RefusedError) as raised:
        walk(Feeds(), BLOG, lambda _: httpx.Response(404, html="<h1>Not found</h1>"))
    assert "answered 404 to its feed of the era's tags" in raised.value.happened
    assert "--url feeds=https://" in raised.value.advice


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<rss><channel>" + "<item/>" * 10_001, "over 10,000 entries"),
        ('<rss xmlns:x="http://purl.org/rss/1.0/"><channel>' + "<x:item/>" * 10_001, "over 10,000 entries"),
        ("<rss><channel>" + "<b>" * 500_001, "over 500,000 tags"),
        ("<rss><channel>" + " " * 16 * 1024 * 1024, "over 16 MB"),
    ],
)
def test_a_feed_that_is_too_large_is_told_and_never_read_in_part(text: str, said: str) -> None:
    with pytest.raises(MalformedError, match=said):
        walk(Feeds(), ONE, lambda _: xml(text))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx.Response(200, html="<!doctype html><title>Attic</title><p>Hello"), "something that is no feed"),
        (httpx.Response(200, json={"items": []}), "something that is no feed"),
        (httpx.Response(200, content=b""), "something that is no feed"),
    ],
)
def test_what_is_no_feed_is_told_with_the_way_on(answer: httpx.Response, said: str) -> None:
    with pytest.raises(MalformedError) as raised:
        walk(Feeds(), ONE, lambda _: answer)
    assert said in raised.value.happened
    assert "--source pages" in raised.value.advice


def test_robots_txt_is_kept() -> None:
    with pytest.raises(BlockedError, match="forbids the feed"):
        walk(Feeds(), ONE, lambda _: xml(rss(range(3))), robots="User-agent: *\nDisallow: /feed.xml")


def test_an_address_with_a_password_is_refused_and_not_repeated() -> None:
    with pytest.raises(UsageError) as raised:
        Feeds().listings(Query(tags=("80s",), urls=("https://ann:s3cret@attic.example/feed",)))
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize("query", [Query(tags=("80s",)), Query(tags=("80s",), urls=("attic.example/feed",))])
def test_without_an_address_the_answer_says_what_to_give(query: Query) -> None:
    with pytest.raises(UsageError) as raised:
        Feeds().listings(query)
    assert "https://" in raised.value.advice


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True))
    + ']><rss version="2.0"><channel><item><title>&j;</title><link>https://e.org/1</link></item></channel></rss>'
)
# two thousand million letters in 160 kB
LONG = (
    f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "{"x" * 100_000}">]><rss version="2.0"><channel>'
    f"<item><title>{'&a;' * 20_000}</title><link>https://e.org/1</link></item></channel></rss>"
)
OUTSIDE = (
    '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    '<rss version="2.0"><channel><item><title>A &x;</title><link>https://e.org/1</link></item></channel></rss>'
)


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        OUTSIDE,
        LONG,
        "<rss><channel>" + "<item>" * 3_000,
        "<rss><channel>" + "<item>" * 1_000_000,
        "<rss " * 9_000,
    ],
)
def test_hostile_xml_takes_neither_time_nor_memory_nor_files(text: str) -> None:
    read_feed(b"", URL)  # loads feedparser
    started = time.monotonic()
    tracemalloc.start()
    try:
        found = read_feed(text.encode(), URL)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert time.monotonic() - started < 60
    assert peak < 100_000_000
    titles = [str(entry["title"]) for entry in (found or {"entries": []})["entries"]]
    assert all(len(title) < 100_000 and "root:" not in title for title in titles)


@pytest.mark.parametrize(("text", "title"), [(BOMB, "&j;"), (OUTSIDE, "A &x;"), (LONG, "&a;" * 20_000)])
def test_entities_of_a_documents_own_are_not_expanded(text: str, title: str) -> None:
    tracemalloc.start()
    try:
        found = read_feed(text.encode(), URL)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found is not None
    assert [entry["title"] for entry in found["entries"]] == [title]
    assert peak < 20_000_000


def test_a_text_full_of_footers_takes_no_time() -> None:
    started = time.monotonic()
    made = entry_to_post({"link": "https://e.org/1", "summary": "The post appeared first on " * 100_000})
    assert isinstance(made, Post)
    assert time.monotonic() - started < 60


def test_encodings_are_read_as_the_feed_says() -> None:
    text = rss(range(1)).replace("Tape 0", "Années 80 – été").replace('"1.0"?', '"1.0" encoding="windows-1252"?')
    found = read_feed(text.encode("windows-1252"), URL)
    assert found is not None
    assert found["entries"][0]["title"] == "Années 80 – été"
