"""What a web page says of itself: to robots, about its text, and where it and its next page stand."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote, urldefrag, urljoin, urlsplit, urlunsplit

from bs4 import BeautifulSoup, Tag

from miner.sources.fields import dicts, inside, netloc, web_address, words
from miner.sources.html import printable

MAX_LINKS = 50
_ARTICLE = re.compile(r"Article|Posting|Review|Recipe")
# phpBB, vBulletin and PHP give those who keep no cookies a new address each time; PHP-Nuke's sid=123 is an article's
_SESSION = re.compile(r"(?:sid|s)=[0-9a-f]{32}|(?:phpsessid|fbclid|gclid|utm_\w+)=.*", re.IGNORECASE)
_JAVA_SESSION = re.compile(r";jsessionid=[^/]*", re.IGNORECASE)
_ROBOTS = 'meta[name="robots" i], meta[name="nostalgia-miner" i]'
# max-image-preview:none closes nothing
_OTHER_RULES = ("max-", "unavailable_after")


def attribute(tag: Tag | None, name: str) -> str:
    """An attribute's value, printable; empty where there is none."""
    value = tag.get(name) if tag is not None else None
    return printable(" ".join(value) if isinstance(value, list) else value or "")


def text_of(tag: Tag | None) -> str:
    """An element's text on one line; empty where there is none."""
    return " ".join(printable(tag.get_text(" ")).split()) if tag is not None else ""


def rules_of(tree: BeautifulSoup, header: str) -> frozenset[str]:
    """``noindex``, ``nofollow`` and ``none``, as far as they are asked for; what one robot is asked goes for all.

    Args:
        tree: The page.
        header: What its header ``X-Robots-Tag`` says; headers of that name joined by commas.
    """
    said = ",".join([header, *(attribute(tag, "content") for tag in tree.select(_ROBOTS))]).lower()
    parts = [part.strip() for part in said.split(",")]
    rules = {part.rpartition(":")[2].strip() for part in parts if not part.startswith(_OTHER_RULES)}
    return frozenset(rules & {"noindex", "nofollow", "none"})


def base_of(tree: BeautifulSoup, url: str) -> str:
    """What the links of a page are relative to."""
    try:
        return urljoin(url, attribute(tree.select_one("base[href]"), "href").strip())
    except ValueError:
        return url


def address_of(link: Tag | None, base: str, url: str) -> str | None:
    """Where a link leads, cleaned, without its fragment; None for other servers and for links to nowhere.

    Args:
        link: The link; None leads nowhere.
        base: As :func:`base_of` gives it.
        url: Address of the page: links to ``http:`` on a page of ``https:`` are old, not other pages.
    """
    href = attribute(link, "href").strip()
    try:
        target = urljoin(base, href) if href else ""
        is_same = urlsplit(target).scheme in ("http", "https") and netloc(target).lower() == netloc(url).lower()
        return web_address(clean(urlsplit(target)._replace(scheme=urlsplit(url).scheme).geturl())) if is_same else None
    except ValueError:
        return None


def clean(url: str) -> str:
    """An address without its fragment and without what changes from visit to visit.

    Example:
        >>> clean("https://attic.example/viewtopic.php?t=5&sid=0123456789abcdef0123456789abcdef#p7")
        'https://attic.example/viewtopic.php?t=5'
    """
    try:
        parts = urlsplit(urldefrag(url).url)
    except ValueError:
        return url
    query = "&".join(part for part in parts.query.split("&") if not _SESSION.fullmatch(part))
    path = _JAVA_SESSION.sub("", parts.path) or "/"
    return quote(urlunsplit(parts._replace(path=path, query=query)), safe="%/:=&?~+!$,;'@()*[]|")


def next_of(tree: BeautifulSoup, base: str, url: str) -> str | None:
    """Address of the page that a page calls its next one, on the same server; None at the end."""
    links = tree.select("link[rel~=next i], a[rel~=next i]", limit=MAX_LINKS)
    wanted = [link for link in links if "nofollow" not in attribute(link, "rel").lower().split()]
    found = filter(None, (address_of(link, base, url) for link in wanted))
    # <a rel="next" href="#"> is how some end
    return next((address for address in found if address != clean(url)), None)


def about(tree: BeautifulSoup) -> dict[str, Any]:
    """Title, author, date, tags and language that a page declares: in JSON-LD before its meta tags. Never raises.

    Returns:
        The fields of an item of ``read_page``, unchecked, and *is_article*: the page is about one article, and no list
        and no thread.
    """
    things = list(_linked_data(tree))
    said = next((thing for thing in things if _ARTICLE.search(_type_of(thing))), {})
    meta = {attribute(tag, "property") or attribute(tag, "name"): attribute(tag, "content") for tag in tree("meta")}
    keywords = said.get("keywords")
    return {
        "title": html.unescape(words(said.get("headline"))) or meta.get("og:title") or text_of(tree.title),
        "author": _author(said.get("author"), things) or meta.get("author", ""),
        "published": said.get("datePublished") or meta.get("article:published_time"),
        "tags": [
            *(keywords if isinstance(keywords, list) else words(keywords).split(","))[:MAX_LINKS],
            *(attribute(tag, "content") for tag in tree.select('meta[property="article:tag"]', limit=MAX_LINKS)),
        ],
        "language": attribute(tree.html, "lang"),
        "is_article": "Forum" not in _type_of(said) if said else meta.get("og:type") == "article",
    }


def _linked_data(tree: BeautifulSoup) -> Iterator[dict[str, Any]]:
    """What a page describes as JSON-LD; what is broken there is passed over."""
    for script in tree.select('script[type="application/ld+json" i]', limit=20):
        try:
            found = json.loads(script.string or "")
        except (ValueError, RecursionError):
            continue
        tops = dicts(found if isinstance(found, list) else [found])
        for thing in [*tops, *(part for top in tops for part in dicts(top.get("@graph")))]:
            yield thing
            yield from dicts([thing.get("mainEntity")])


def _type_of(thing: dict[str, Any]) -> str:
    return str(thing.get("@type"))[:200]


def _author(found: Any, things: Sequence[dict[str, Any]]) -> str:  # noqa: ANN401 - whatever a page says
    """The first author's name: ``"Ann"``, ``{"name": "Ann"}``, or ``{"@id": …}`` of another thing in the graph."""
    first = found[0] if isinstance(found, list) and found else found
    place = inside(first, "@id")
    named = [thing.get("name") for thing in things if place is not None and thing.get("@id") == place]
    return next(filter(None, map(words, [first, inside(first, "name"), *named])), "")
