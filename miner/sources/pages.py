"""Web pages at given addresses: their articles or their main text, under robots.txt and the pages' own wishes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urldefrag, urljoin

from bs4 import BeautifulSoup, Tag

from miner.errors import MalformedError, UsageError
from miner.records import Post, Rejected
from miner.sources.base import Query, SourceInfo
from miner.sources.exchange import Ask
from miner.sources.fields import dicts, inside, language, moment, name_of, netloc, web_address, words
from miner.sources.hosts import host_of
from miner.sources.html import html_to_text, printable
from miner.sources.http import PoliteClient
from miner.sources.listing import Batch, Listing, ListingSource
from miner.sources.pictures import alt_texts_in
from miner.sources.refusals import quoted

NAME = "pages"
# a long read with comments is 1 MB; behind that come scripts
MAX_BYTES = 3 * 1024 * 1024
# the longest threads have some 20,000; a tree of 300,000 takes 20 s
MAX_TAGS = 40_000
MAX_PAGES = 500
MAX_TEXT = 100_000
_NOT_TEXT = (
    "script, style, noscript, template, nav, footer, aside, form, button, iframe, svg, dialog, "
    "[hidden], [aria-hidden=true], [role=navigation], [role=banner], [role=contentinfo], [role=complementary]"
)
_FURNITURE = re.compile(
    r"\b(?:cookie|consent|newsletter|share|sharing|related|sidebar|breadcrumbs?|menu|navbar|pagination|promo|advert\w*)\b"
)
_MAIN = ("main article", "article", "main", "[role=main]", "[itemprop=articleBody]", "#content", "body")


class Pages(ListingSource):
    """Pages, and those that they call the next ones. What stands at a given address is taken, whatever its tags."""

    info: SourceInfo = SourceInfo(
        name=NAME,
        title="Web pages",
        post_is="an article on a page, or the page's main text, with the descriptions of its pictures",
        needs="",
        limits=f"{MAX_PAGES} pages behind each address; robots.txt, noindex and nofollow are kept; no JavaScript",
        terms_url="https://www.rfc-editor.org/rfc/rfc9309",
        terms_read=date(2026, 11, 1),
        min_posts=0,
        takes=frozenset({"url"}),
    )
    # a page's next one may be older or newer
    is_newest_first = False

    def listings(self, query: Query) -> Sequence[Listing]:
        """One for each address.

        Raises:
            UsageError: None was given, or one is no address.
        """
        urls = query.urls_of(NAME)
        if not urls:
            raise UsageError(f"{NAME} does not know what to read.", f"Give addresses with `--url {NAME}=https://…`.")
        if wrong := next((url for url in urls if web_address(url) is None), None):
            raise UsageError(f"{wrong!r} is no address of a page.", "Give one such as https://example.org/memories/.")
        return [
            Listing(stream=f"{NAME}/{host_of(url)}/{url}", base=url, subject=url, what=f"the page {url}")
            for url in urls
        ]

    async def fetch(self, listing: Listing, place: str | None, query: Query, client: PoliteClient) -> Batch:
        """A page: *place* is its number and address."""
        number, url = json.loads(place) if place else (1, listing.base)
        what, elsewhere = f"the page {url}", "Leave this page out."
        ask = Ask(url=url, what=what, expects="text", elsewhere=elsewhere, pause_s=listing.pause_s)
        answer = await client.get(ask)
        kind = answer.headers.get("content-type", "text/html").lower().partition(";")[0]
        if "html" not in kind:
            raise MalformedError(
                f"{host_of(url)} answered to {what} with something that is no web page ({quoted(kind)}).",
                "Feeds are read with `--source feeds`, files on this machine with `miner import`.",
            )
        page = read_page(answer.body, answer.url, rules=answer.headers.get("x-robots-tag", ""))
        onward = page["next"] if number < MAX_PAGES else None
        return Batch(items=page["items"], next_place=json.dumps([number + 1, onward]) if onward else None)

    def objects_in(self, data: Any) -> list[Any]:  # noqa: ANN401 - whatever a server sent
        """The articles of a page's text."""
        found = read_page(data, "https://example.org/") if isinstance(data, str) else data
        return dicts(inside(found, "items"))

    # {"url": "https://attic.example/skates/", "title": "My skates", "html": "<p>Red ones …", "author": "Ann",
    #  "published": "2021-05-07", "tags": ["80s"], "language": "en", "is_closed": false}
    def to_post(self, raw: Any, *, host: str = "") -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
        """An article, as :meth:`objects_in` gives it. One without an author is by its site."""
        url = web_address(inside(raw, "url"))
        if url is None:
            return Rejected(source=NAME, reason="no global id")
        if inside(raw, "is_closed") is True:
            return Rejected(source=NAME, reason="page asks not to be indexed", raw_id=url)
        html, title = words(inside(raw, "html")), words(inside(raw, "title"))
        body = html_to_text(html)[:MAX_TEXT]
        text = "\n\n".join(part for part in (title if title not in body[: len(title) + 200] else "", body) if part)
        alt_texts = alt_texts_in(html)
        if not (body or alt_texts):
            return Rejected(source=NAME, reason="no text", raw_id=url)
        tags = inside(raw, "tags")
        return Post(
            id=f"{NAME}:{url.split('://', 1)[1]}",
            source=NAME,
            text=text,
            created_at=moment(inside(raw, "published")),
            author=f"{name_of(inside(raw, 'author'))}@{netloc(url)}",
            tags=tuple(dict.fromkeys(filter(None, map(words, tags if isinstance(tags, list) else ())))),
            alt_texts=alt_texts,
            url=url,
            language=language(inside(raw, "language")),
        )


def read_page(body: bytes | str, url: str, *, rules: str = "") -> dict[str, Any]:
    """A page as a plain object: ``{"next": address or None, "items": [{"url": …, "html": …, …}]}``. Never raises.

    Args:
        body: As it came; its encoding is found out. What lies behind :data:`MAX_BYTES` or :data:`MAX_TAGS` is not read.
        url: Where from: links may be relative.
        rules: What the header ``X-Robots-Tag`` says.
    """
    tree = BeautifulSoup(_beginning(body), "lxml")
    asked = ",".join([rules, *(_attribute(tag, "content") for tag in tree.select("meta[name=robots i]"))]).lower()
    is_closed, is_last = (any(word in asked for word in found) for found in (("noindex", "none"), ("nofollow", "none")))
    onward = None if is_last else _address(tree.select_one("link[rel~=next], a[rel~=next]"), url)
    page = _about(tree, url) | {"is_closed": is_closed}
    if is_closed:
        return {"next": onward, "items": [page]}
    for node in [*tree.select(_NOT_TEXT), *tree.select("[class], [id]")]:
        if not node.decomposed and (node.name not in ("body", "html", "main", "article")) and _is_furniture(node):
            node.decompose()
    parts = [node for node in tree.select("article") if node.find_parent("article") is None]
    items = [_article(node, page, url) for node in parts] if len(parts) > 1 else []
    items = [item for item in items if item["url"]]
    if not items:
        main = next(filter(None, map(tree.select_one, _MAIN)), None)
        items = [page | {"html": _own(main)}]
    return {"next": onward, "items": items}


def _beginning(body: bytes | str) -> bytes | str:
    cut = body[:MAX_BYTES]
    if isinstance(cut, str):
        return "<".join(cut.split("<")[:MAX_TAGS])
    return b"<".join(cut.split(b"<")[:MAX_TAGS])


def _is_furniture(node: Tag) -> bool:
    """Whether it is a menu, a banner or the like, by its kind or by the names it is given."""
    if not node.has_attr("class") and not node.has_attr("id"):
        return True
    marks = f"{_attribute(node, 'class')} {_attribute(node, 'id')}".lower().replace("-", " ").replace("_", " ")
    return bool(_FURNITURE.search(marks)) or bool(node.css.match(_NOT_TEXT))


def _about(tree: BeautifulSoup, url: str) -> dict[str, Any]:
    """What a page says of itself: JSON-LD first, then its meta tags."""
    said = next(iter(_linked_data(tree)), {})
    address = _address(tree.select_one("link[rel~=canonical]"), url) or urldefrag(url).url
    meta = {_attribute(tag, "property") or _attribute(tag, "name"): _attribute(tag, "content") for tag in tree("meta")}
    title, time = tree.select_one("h1") or tree.title, tree.select_one("time[datetime]")
    author = said.get("author")
    keywords = said.get("keywords")
    return {
        "url": address,
        "title": words(said.get("headline")) or meta.get("og:title") or _text(title),
        "author": words(inside(author, "name") or inside(author, 0, "name") or author) or meta.get("author"),
        "published": said.get("datePublished") or meta.get("article:published_time") or _attribute(time, "datetime"),
        "tags": [
            *(keywords if isinstance(keywords, list) else words(keywords).split(",")),
            *(_attribute(tag, "content") for tag in tree.select('meta[property="article:tag"]')),
            *map(_text, tree.select("a[rel~=tag]")[:50]),
        ],
        "language": _attribute(tree.html, "lang"),
    }


def _article(node: Tag, page: Mapping[str, Any], url: str) -> dict[str, Any]:
    """One of several articles on a page; its address is that of its heading, or its place on the page."""
    heading = node.select_one("a[rel~=bookmark], h1 a[href], h2 a[href], h3 a[href]")
    mark = _attribute(node, "id")
    return {
        "url": _address(heading, url) or (f"{page['url']}#{mark}" if mark else ""),
        "title": _text(node.select_one("h1, h2, h3")),
        "author": _text(node.select_one("[rel~=author], .author")),
        "published": _attribute(node.select_one("time[datetime]"), "datetime"),
        "tags": [_text(tag) for tag in node.select("a[rel~=tag]")[:50]],
        "language": _attribute(node, "lang") or page["language"],
        "html": _own(node),
    }


def _own(node: Tag | None) -> str:
    """The markup of a text without the lines that say who wrote it, when, and under which tags."""
    for line in node.select("time, [rel~=author], .author, .byline, a[rel~=tag]") if node is not None else ():
        if not line.decomposed:
            line.decompose()
    return str(node or "")


def _text(node: Tag | None) -> str:
    return node.get_text(" ", strip=True) if node is not None else ""


def _linked_data(tree: BeautifulSoup) -> Iterator[dict[str, Any]]:
    """Articles and posts that a page describes as JSON-LD; what is broken there is passed over."""
    for script in tree.select('script[type="application/ld+json"]')[:20]:
        try:
            found = json.loads(script.string or "")
        except (ValueError, RecursionError):
            continue
        tops = found if isinstance(found, list) else [found]
        for thing in dicts([*tops, *(part for top in dicts(tops) for part in dicts(top.get("@graph")))]):
            if re.search(r"Article|Posting|Review|Recipe", str(thing.get("@type"))):
                yield thing


def _address(link: Tag | None, url: str) -> str | None:
    """Where a link leads, without its fragment; None for another server's pages."""
    try:
        address = urldefrag(urljoin(url, _attribute(link, "href").strip())).url if link else ""
    except ValueError:
        return None
    is_same = netloc(address) == netloc(url)
    return web_address(address) if is_same else None


def _attribute(tag: Tag | None, name: str) -> str:
    value = tag.get(name) if tag is not None else None
    return printable(" ".join(value) if isinstance(value, list) else value or "")
