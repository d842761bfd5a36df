"""Web pages as plain objects, one for each article, comment or forum post on them, and those as posts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import quote

from bs4 import BeautifulSoup, Tag

from miner.records import Post, Rejected
from miner.sources.base import WEB_BEGAN
from miner.sources.fields import inside, language, moment, name_of, names_of, netloc, web_address, words
from miner.sources.html import html_to_text
from miner.sources.page_head import MAX_LINKS, about, address_of, attribute, base_of, clean, next_of, rules_of, text_of
from miner.sources.page_parts import clear, has_words, is_comment, is_forum_post, take_out, take_posts
from miner.sources.page_tree import read_tree
from miner.sources.pictures import alt_texts_in

NAME = "pages"
MAX_TEXT = 100_000
_MAIN = ("main article", "article", "main", "[role=main]", "[itemprop=articleBody]", "#content", "body")
_PERMALINK = "a[rel~=bookmark], a.u-url, a[itemprop~=url], h1 a[href], h2 a[href], h3 a[href], h4 a[href]"
_HEADINGS = ("h1", "h2", "h3", "h4")
# of phpBB's "by <a class=username>ann</a> » Monday" the name alone
_AUTHORS = (
    "[itemprop=author] [itemprop=name], [itemprop=author][content]",
    ".p-author, .username, .author .fn",
    "[rel~=author], .fn, .author",
)
_NOT_OWN = (
    "footer, [rel~=author], a[rel~=tag], .author, .byline, .postprofile, .poster, .message-user, .message-attribution,"
    " .signature, .message-signature, .comment-meta, .comment-author, .entry-meta, .post-meta, .posted-on, .cat-links,"
    " .tags-links, .post-buttons, .reply, .back2top"
)
_ONLINE = "[itemprop~=datePublished], time[pubdate], time.published, time.entry-date, time.dt-published"
# a line that says when; in a longer one a <time> belongs to the story
_MAX_LINE = 120


# {"url": "https://attic.example/skates/", "title": "My skates", "html": "<p>Red ones …", "author": "Ann",
#  "published": "2021-05-07", "tags": ["80s"], "language": "en", "is_closed": false}
def article_to_post(raw: Any) -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
    """An item of :func:`read_page` as a post, or why it is none; never raises.

    What names no author is by its site: else a hundred articles of one site would count as a hundred people.
    """
    url = web_address(inside(raw, "url"))
    if url is None:
        return Rejected(source=NAME, reason="no global id")
    if inside(raw, "is_closed") is True:
        return Rejected(source=NAME, reason="page asks not to be indexed", raw_id=url)
    if inside(raw, "is_rest") is True:
        return Rejected(source=NAME, reason="rest of a page that is too large", raw_id=url)
    markup, title = words(inside(raw, "html")), words(inside(raw, "title"))
    body = html_to_text(markup)[:MAX_TEXT]
    text = "\n\n".join(part for part in (title if title not in body[: len(title) + 200] else "", body) if part)
    alt_texts = alt_texts_in(markup)
    if not (body or alt_texts):
        return Rejected(source=NAME, reason="no text", raw_id=url)
    return Post(
        id=f"{NAME}:{url.split('://', 1)[1]}",
        source=NAME,
        text=text,
        created_at=_online(inside(raw, "published")),
        author=f"{name_of(inside(raw, 'author'))}@{netloc(url)}",
        tags=names_of(inside(raw, "tags")),
        alt_texts=alt_texts,
        url=url,
        language=language(inside(raw, "language")),
    )


def read_page(body: bytes | str, url: str, *, rules: str = "", charset: str = "", before: str = "") -> dict[str, Any]:
    """A page as a plain object: ``{"next": address or None, "url": …, "items": [{"url": …, "html": …, …}]}``.

    Never raises. Of a page that is too large the beginning is read, and an item says so.

    Args:
        body: As it came.
        url: Where from.
        rules: What the header ``X-Robots-Tag`` says.
        charset: What the header ``Content-Type`` says of the encoding.
        before: The ``url`` of the page that led here. Some sites call their first page the canonical one of all.
    """
    tree, is_cut = read_tree(body, charset)
    asked, base = rules_of(tree, rules), base_of(tree, url)
    canonical = address_of(tree.select_one("link[rel~=canonical i]"), base, url)
    address = canonical if canonical and canonical != before else clean(url)
    onward = None if asked & {"nofollow", "none"} else next_of(tree, base, url)
    if asked & {"noindex", "none"}:
        return {"next": onward, "url": address, "items": [{"url": address, "is_closed": True}]}
    items = _items(tree, {**about(tree), "url": address}, base)
    return {"next": onward, "url": address, "items": items + [{"url": address, "is_rest": True}] * is_cut}


def _items(tree: BeautifulSoup, page: Mapping[str, Any], base: str) -> list[dict[str, Any]]:
    """The posts of a page; all of it as one where nothing on it can be told apart."""
    clear(tree)
    nodes = take_posts(tree)
    marks = {id(node): _marks(node, page["url"], base) for node in nodes}
    own = _own_node(nodes, [node for node in nodes if marks[id(node)][0] is None])
    others = [node for node in nodes if node is not own]
    addresses = _addresses([marks[id(node)] for node in others], page["url"])
    if own is None and not any(addresses) and not all(map(is_comment, others)):
        others = []
    parts = [_part(node, address, page) for node, address in zip(others, addresses, strict=False)]
    if own is None and (page["is_article"] or all(map(is_comment, others))):
        take_out(others)
        own = next(filter(None, map(tree.select_one, _MAIN)), None)
        # comments may be all there is
        own = own if own is not None and (has_words(own) or not parts) else None
    return [_whole(own, page), *parts] if own is not None or not parts else parts


def _own_node(nodes: Sequence[Tag], here: Sequence[Tag]) -> Tag | None:
    """The element that holds what the page is about, where others hold comments or further reading.

    Args:
        nodes: Elements that hold a post.
        here: Those of them that lead to no other page.
    """
    headed = [node for node in nodes if node.find("h1") is not None]
    if len(headed) == 1:
        return headed[0]
    posts = [node for node in nodes if not is_comment(node)]
    return posts[0] if len(posts) == 1 and posts[0] in here and not is_forum_post(posts[0]) else None


def _marks(node: Tag, address: str, base: str) -> tuple[str | None, str]:
    """Where the post in an element has a page of its own, and its mark on this one."""
    time = node.find("time")
    links = [*node.select(_PERMALINK, limit=3), *filter(None, [time.find_parent("a") if time is not None else None])]
    away = (link for link in links if not attribute(link, "href").startswith("#"))
    found = next(filter(None, (address_of(link, base, address) for link in away)), None)
    fragments = (attribute(link, "href").rpartition("#")[2] for link in links if "#" in attribute(link, "href"))
    mark = attribute(node, "id") or next(filter(None, fragments), "")
    return found if found != address else None, quote(mark[:200], safe="")


def _addresses(marks: Sequence[tuple[str | None, str]], address: str) -> list[str]:
    """An address for each, none of them twice; empty where there is none."""
    seen: dict[str, None] = {address: None}
    found = []
    for link, mark in marks:
        choices = [link or "", f"{address}#{mark}" if mark else ""]
        found.append(next((choice for choice in choices if choice and choice not in seen), ""))
        seen[found[-1]] = None
    return found


def _whole(node: Tag | None, page: Mapping[str, Any]) -> dict[str, Any]:
    """What a page is about, as it says itself, and as is seen where it says nothing."""
    if node is None:
        return {**page, "html": ""}
    return {
        **page,
        "title": text_of(node.find("h1")) or page["title"],
        "author": page["author"] or _author(node),
        "published": page["published"] if _online(page["published"]) else _published(node),
        "tags": [*page["tags"], *_tags(node)],
        "html": _own_words(node, may_quote=True),
    }


def _part(node: Tag, address: str, page: Mapping[str, Any]) -> dict[str, Any]:
    """One of several posts on a page."""
    about_it = {"author": _author(node), "published": _published(node), "tags": _tags(node)}
    # a forum may set the author's name as a heading
    _take_out_lines(node)
    heading = node.find(_HEADINGS)
    # "Re: Walkman" repeats what somebody else wrote, and over a comment stands "Ann says"
    if heading is not None and (is_comment(node) or text_of(heading).lower().startswith("re:")):
        heading.extract()
        heading = None
    return {
        "url": address,
        "title": text_of(heading),
        **about_it,
        "language": attribute(node, "lang") or page["language"],
        "html": _own_words(node, may_quote=False),
    }


def _author(node: Tag) -> str:
    named = next(filter(None, (node.select_one(selector) for selector in _AUTHORS)), None)
    name = attribute(node, "data-author") or attribute(named, "content") or text_of(named)
    return re.sub(r"^(?:posted )?by ", "", name[:200], flags=re.IGNORECASE)


def _tags(node: Tag) -> list[str]:
    return [text_of(tag) for tag in node.select("a[rel~=tag], .p-category", limit=MAX_LINKS)]


def _published(node: Tag) -> str | None:
    """When a post was put online, by the first element that says so and cannot mean the story."""
    told = [*node.select(_ONLINE, limit=5), *(time for time in node.select("time", limit=20) if not _is_story(time))]
    kept = [time for time in told if "updated" not in attribute(time, "class").split()]
    kept = [time for time in kept if attribute(time, "itemprop") != "dateModified"]
    values = (attribute(time, "datetime") or attribute(time, "content") for time in kept)
    return next((value for value in values if _online(value)), None)


def _is_story(time: Tag) -> bool:
    """Whether a time belongs to what is told: the summer of <time datetime="1985">1985</time>."""
    year = re.match(r"\d{4}(?!\d)", attribute(time, "datetime").strip())
    if year is not None and int(year.group()) < WEB_BEGAN.year:
        return True
    paragraph = time.find_parent("p")
    near = list(islice(paragraph.descendants, MAX_LINKS)) if paragraph is not None else []
    return len(near) == MAX_LINKS or sum(len(part) for part in near if isinstance(part, str)) > _MAX_LINE


def _online(found: Any) -> datetime | None:  # noqa: ANN401 - whatever a page says
    """A time at which a page can have been put online."""
    time = moment(found)
    return time if time is not None and time >= WEB_BEGAN else None


def _own_words(node: Tag, *, may_quote: bool) -> str:
    """The markup of a post without the lines about it and without what it quotes.

    Args:
        node: The post.
        may_quote: Keep quotations where there is nothing else: old pages were indented with <blockquote>.
    """
    _take_out_lines(node)
    quotations = node.select("blockquote")
    whole = str(node) if quotations and may_quote else ""
    take_out(quotations)
    return whole if whole and not has_words(node) else str(node)


def _take_out_lines(node: Tag) -> None:
    """Take the lines about a post out of it."""
    take_out(line for line in node.select(f"{_NOT_OWN}, time") if line.name != "time" or not _is_story(line))
