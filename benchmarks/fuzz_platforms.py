"""Fuzz targets: what servers send: answers of every platform, pages, feeds, markup, robots.txt, headers, cursors."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from fuzz_mutate import Shape
from fuzz_target import Target, cases, held, recorded, sample_texts, text_of

from miner.sources import SOURCES, get_source, listing_cursor, mastodon_cursor
from miner.sources.exchange import Answer, Ask, decode_json
from miner.sources.feed_posts import entry_to_post, read_feed
from miner.sources.files.reddit_text import read_fast
from miner.sources.hosts import host_of, is_loopback, origin
from miner.sources.html import html_to_text
from miner.sources.jetstream_event import error_of, event_of, notice_of, view_of
from miner.sources.markdown import read_markdown
from miner.sources.mfm import mfm_to_text
from miner.sources.page_posts import article_to_post, read_page
from miner.sources.page_tree import page_text
from miner.sources.pictures import alt_texts_in
from miner.sources.refusals import refusal
from miner.sources.retry import has_none_left, server_wait_s
from miner.sources.robots import read_robots
from miner.sources.values import to_count, to_tags, to_texts, to_time
from miner.sources.wikidata import _item

_HTML = (
    b"<p>",
    b"</p>",
    b"<a href='",
    b"<span class='invisible'>",
    b"<blockquote>",
    b"<script>",
    b"<br>",
    b"<div>",
    b"<table>",
    b"<img alt='x' src='",
    b"</html>",
    b"<body>",
    b"<svg>",
    b"<template>",
    b"<meta charset='utf-16'>",
    b"<article>",
    b"<time datetime='1985'>",
    b"<h1>",
    b"<link rel=next href='",
    b"<base href='",
    b"class='comment'",
    b"<script type='application/ld+json'>",
    b"itemprop='",
    b"<meta name=robots content=noindex>",
    b"<plaintext>",
)
_MARKDOWN = (
    b"**",
    b"__",
    b"~~",
    b"```",
    b"> ",
    b"[a](",
    b"![a](",
    b"](b)",
    b"| ",
    b"|-|-|\n",
    b"1. ",
    b"- ",
    b"# ",
    b":::spoiler ",
    b":::",
    b">!",
    b"!<",
    b"^(",
    b"\\",
    b"<http://",
    b"&gt;",
    b"    ",
    b"\n\n",
    b"---\n",
    b"$[x2 ",
)
_XML = (b"<item>", b"<entry>", b"<?xml version='1.0' encoding='utf-7'?>", b"<!ENTITY a 'b'>", b"<!DOCTYPE a [", b"&a;",
        b"<media:description>", b"<dc:creator>", b"<pubDate>", b"<content:encoded><![CDATA[", b"]]>", b"<link>",
        b"xmlns:x='y'", b"<feed xmlns='http://www.w3.org/2005/Atom'>", b"<rss version='2.0'><channel>", b"<georss:point>",
        b"<itunes:duration>", b"<guid>", b"type='application/xhtml+xml'", b"xml:base='", b"mode='base64'", b"<gml:Point>")  # fmt: skip


def _read_answer(source: str, data: bytes) -> None:
    """As the client hands an answer on, and each object on its own."""
    try:
        found = decode_json(data)
    except (ValueError, RecursionError):
        return
    reader = get_source(source)
    objects = reader.objects_in(found)
    held(reader.to_post(raw, host="example.org") for raw in [found, *objects[:200]])


def _answer_seeds(source: str) -> list[bytes]:
    found = [*cases(source), *recorded(source)]
    return [data for data in found if data.lstrip()[:1] in (b"{", b"[")]


def _read_feed(data: bytes) -> None:
    found = read_feed(data, "https://example.org/feed/")
    held(entry_to_post(entry, host="example.org") for entry in (found["entries"] if found else ()))


def _read_entry(data: bytes) -> None:
    """A whole feed is slow to read; here the entry alone."""
    held(entry_to_post(raw, host="example.org") for raw in _decoded(data))


def _read_article(data: bytes) -> None:
    held(map(article_to_post, _decoded(data)))


def _decoded(data: bytes) -> Iterator[Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return
    yield found
    yield from found if isinstance(found, list) else ()


def _read_page(data: bytes) -> None:
    charset = ("", "utf-8", "iso-8859-1", "utf-16", "shift_jis", "punycode")[len(data) % 6]
    found = read_page(data, "https://example.org/a/b?c=d", charset=charset, before="https://example.org/a/b")
    held(article_to_post(item) for item in found["items"])
    page_text(data, charset)


def _read_html(data: bytes) -> None:
    text = text_of(data)
    html_to_text(text)
    alt_texts_in(text)


def _read_robots(data: bytes) -> None:
    robots = read_robots(200, data, now=0.0)
    for url in ("https://example.org/", "https://example.org/a/b.html?c=d&e=%2f#g", "https://example.org/%"):
        robots.allows(url)
    robots.delay_s()


def _read_event(data: bytes) -> None:
    for found in _decoded(data):
        notice_of(found), error_of(found)
        event = event_of(found)
        if event is not None:
            view = view_of(event)
            if isinstance(view, dict):
                held([get_source("bluesky-live").to_post(view)])


def _read_headers(data: bytes) -> None:
    """Lines as headers, and the rest as the body of a refusal."""
    head, _, body = data.partition(b"\n\n")
    pairs = (line.partition(":") for line in head.decode("latin-1").split("\n"))
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    server_wait_s(headers, now=1.7e9)
    has_none_left(headers)
    ask = Ask(url="https://example.org/api/v1/x", what="x", elsewhere="y")
    refusal(Answer(status=400 + len(body) % 150, headers=headers, body=body, url=ask.url), ask)


def _read_cursor(data: bytes) -> None:
    """Cursors come back from the corpus, which another program may have written to."""
    text, since = text_of(data), datetime(2020, 1, 1, tzinfo=UTC)
    listing_cursor.read_cursor(text, since=since, until=None)
    mastodon_cursor.read_cursor(text, since=None, until=since)


def _read_server(data: bytes) -> None:
    text = text_of(data)
    is_loopback(text)
    host_of(origin(text))


def _read_values(data: bytes) -> None:
    text = text_of(data)
    for value in (text, [text, {"name": text}], text[:40]):
        to_time(value), to_count(value), to_tags(value), to_texts(value)


def _read_entity(data: bytes) -> None:
    for found in _decoded(data):
        _item("Q1", found)


def _texts(read: Callable[[str], object], data: bytes) -> None:
    read(text_of(data))


def _target(
    run: Callable[[bytes], object], *seeds: bytes, shape: Shape = "text", tokens: Sequence[bytes] = (), more: str = ""
) -> Target:
    return Target(run=run, seeds=lambda: [*seeds, *(cases(more) if more else ())], shape=shape, tokens=tokens)


_EVENT = {
    "did": "did:plc:ann", "time_us": 1783175888172335, "kind": "commit",
    "commit": {"operation": "create", "collection": "app.bsky.feed.post", "rkey": "3mptbypf",
               "record": {"$type": "app.bsky.feed.post", "text": "my #walkman", "createdAt": "2026-07-04T14:38:08Z",
                          "langs": ["en"], "facets": [], "tags": ["80s"]}},
}  # fmt: skip
_SECOND = {"$type": "message", "payload": {
    "$type": "network.bsky.jetstream.subscribeEvents#commit", "did": "did:plc:ann", "time": "2026-07-04T14:38:08.172335Z",
    "operation": "create", "collection": "app.bsky.feed.post", "rkey": "3", "record": _EVENT["commit"]}}  # fmt: skip
_ENTRY = {"id": "https://example.org/?p=1", "link": "https://example.org/@ann/1", "title": "My Walkman", "author": "Ann",
          "content": "<p>The post <a>x</a> appeared first on y</p>", "tags": ["80s"], "published": "2020-01-01T00:00:00",
          "pictures": [{"type": "html", "text": "A tape"}], "language": "en-GB", "feed_author": "B"}  # fmt: skip
_ITEM = {"url": "https://example.org/a", "title": "My Walkman", "html": "<p>It was <b>red</b></p>", "author": "Ann",
         "published": "2020-01-01", "tags": ["80s"], "language": "en", "is_closed": False, "is_rest": False}  # fmt: skip
_CLAIM = {
    "mainsnak": {"datavalue": {"value": {"time": "+1979-07-01T00:00:00Z", "precision": 11, "id": "Q1"}}},
    "rank": "normal",
}
_ENTITY = {"claims": {"P571": [_CLAIM], "P31": [_CLAIM]}, "sitelinks": {"enwiki": {}}}
_CURSOR = (
    b'{"place":"2","top":"2020-01-01T00:00:00Z","floor":null,"is_done":false,"since":null,"until":null,"mark":"m"}',
    b'{"walks":{"80s":{"newest":"9","oldest":"1","is_filled":false}},"since":"2020-01-01T00:00:00","until":null}',
)
_HEADERS = (
    b"retry-after: 30, Wed, 21 Oct 2026 07:28:00 GMT\ndate: Wed, 21 Oct 2026 07:28:00 GMT\nx-ratelimit-remaining: 0.0\n"
    b'x-ratelimit-reset: 2026-10-21T07:28:00Z\nratelimit-reset: 1700000000\n\n{"error": {"message": "no"}}'
)
_ROBOTS = b"User-agent: *\nDisallow: /a*b$\nAllow: /a\nCrawl-delay: 5\nSitemap: x\nUser-agent: nostalgia-miner\nRequest-rate: 1/5\n"

PLATFORMS: Mapping[str, Target] = {
    **{
        name: Target(run=partial(_read_answer, name), seeds=partial(_answer_seeds, name), shape="json")
        for name in SOURCES
        if name not in ("feeds", "pages")
    },
    "feeds": _target(_read_feed, shape="text", tokens=_XML, more="feeds"),
    "feed-entry": _target(_read_entry, json.dumps(_ENTRY).encode(), shape="json"),
    "pages": _target(_read_page, tokens=_HTML, more="pages"),
    "page-item": _target(_read_article, json.dumps(_ITEM).encode(), shape="json"),
    "html": _target(_read_html, b"<p>My <b>Atari</b> &amp; I<br>in 1983</p><img alt='A tape'>", tokens=_HTML, more="pages"),
    "markdown": Target(run=partial(_texts, read_markdown), seeds=sample_texts, tokens=_MARKDOWN),
    "reddit-text": Target(run=partial(_texts, read_fast), seeds=sample_texts, tokens=_MARKDOWN),
    "mfm": Target(run=partial(_texts, mfm_to_text), seeds=sample_texts, tokens=_MARKDOWN),
    "robots": _target(_read_robots, _ROBOTS, tokens=(b"User-agent: ", b"Disallow: ", b"Crawl-delay: ", b"*", b"$", b"%", b"/")),
    "jetstream": _target(_read_event, json.dumps(_EVENT).encode(), json.dumps(_SECOND).encode(), shape="json"),
    "headers": _target(_read_headers, _HEADERS, tokens=(b"retry-after: ", b"date: ", b"GMT", b"x-ratelimit-reset: ", b"\n\n")),
    "cursors": _target(_read_cursor, *_CURSOR, shape="json"),
    "server-names": _target(_read_server, b"Example.Social/", b"http://127.0.0.1:3000", b"https://[::1]:80/",
                            tokens=(b"xn--", b"[", b"]", b":", b"@", b"0x7f", b"::ffff:", b".onion", b"%", b"\xe3\x80\x82")),
    "values": _target(_read_values, b"2012-11-11T17:21:56Z", b"Wed Oct 10 20:19:24 +0000 2018", b"1,200", b"['80s' 'toys']",
                      b"Wed, 21 Oct 2026 07:28:00 GMT", b"1372631400000", b'["80s", "toys"]',
                      tokens=(b"+14:00", b"-9999", b"T", b"Z", b"UTC", b"W01", b"e9", b"GMT", b"Feb", b"[", b"']")),
    "wikidata": _target(_read_entity, json.dumps(_ENTITY).encode(), shape="json"),
}  # fmt: skip
"""Name to target; every one is a door for what servers send."""
