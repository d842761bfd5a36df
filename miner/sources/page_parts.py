"""Which elements of a web page hold a post each, and which only stand around them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set

from bs4 import BeautifulSoup, Tag

from miner.sources.page_head import attribute

_NOT_TEXT = frozenset(
    ("script", "style", "noscript", "template", "nav", "footer", "aside", "button", "iframe", "svg", "dialog")
)
_NOT_TEXT_ROLES = frozenset(("navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alertdialog"))
_FURNITURE = re.compile(
    r"\b(?:cookie\w*|consent|gdpr|newsletter|subscribe|popup|modal|share|sharing|sharedaddy|related|relatedposts?"
    r"|sidebar|breadcrumbs?|menu|navbar|pagination|promo|advert\w*)\b"
)
# <div class="layout with-sidebar"> is the whole page
_LAYOUT = re.compile(r"\b(?:no|with|without|has|is) \w+")
_NEVER_FURNITURE = frozenset(("html", "body", "main", "article"))
# p123 (phpBB), post_123 (vBulletin, Discourse), msg123 (SMF), js-post-123 (XenForo), div-comment-4 (WordPress)
_POST_ID = re.compile(r"(?:[a-z]+[-_])*(?:p|post|comment|msg|message|reply|entry|answer)[-_]?(\d{1,18})", re.IGNORECASE)
_NUMBERED = frozenset(("div", "li", "section", "article", "table", "tr"))
_POST_TYPE = re.compile(r"schema\.org/(?:\w*Article|\w*Posting|UserComments|Comment|Answer|Question)$", re.IGNORECASE)
_ENTRY_CLASSES = frozenset(("h-entry", "hentry"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4"))


def take_out(nodes: Iterable[Tag]) -> None:
    """Remove elements, in the order of the page, from what they lie in."""
    wanted: set[int] = set()
    parents: dict[int, Tag] = {}
    for node in nodes:
        if node.parent is not None:
            wanted.add(id(node))
            parents[id(node.parent)] = node.parent
    # The inmost and the last first, and with their places: bs4 would look for each among all that come before it, which
    # took a minute for 20,000 menus.
    for parent in reversed(parents.values()):
        for index in range(len(parent.contents) - 1, -1, -1):
            if id(child := parent.contents[index]) in wanted:
                child.extract(index)


def clear(tree: BeautifulSoup) -> None:
    """Take menus, banners, forms and the like out of a page, by their kind or by the names they are given."""
    content = tree.select("main, [role=main], h1, [itemprop=articleBody]")
    held = _with_parents([*content, *tree.find_all("article", limit=1)])
    take_out([node for node in tree.find_all(True) if _is_furniture(node, is_held=id(node) in held)])


def _with_parents(nodes: Iterable[Tag]) -> set[int]:
    """Ids of elements and of all that they lie in, each visited once."""
    held: set[int] = set()
    for node in nodes:
        for part in (node, *node.parents):
            if id(part) in held:
                break
            held.add(id(part))
    return held


def _is_furniture(node: Tag, *, is_held: bool) -> bool:
    if node.name in _NEVER_FURNITURE:
        return False
    # the foot of an article says who wrote it, and under which tags
    if node.name in _NOT_TEXT and not (node.name == "footer" and node.find_parent("article")):
        return True
    if (
        attribute(node, "role") in _NOT_TEXT_ROLES
        or node.has_attr("hidden")
        or attribute(node, "aria-hidden") == "true"
    ):
        return True
    # what holds the text is none, whatever it is called: a page of ASP.NET is one <form>
    if is_held:
        return False
    marks = f"{attribute(node, 'class')} {attribute(node, 'id')}".lower().replace("-", " ").replace("_", " ")
    return node.name == "form" or bool(_FURNITURE.search(_LAYOUT.sub("", marks)))


def take_posts(tree: BeautifulSoup) -> list[Tag]:
    """Elements that hold a post each, in order, none of them in another: comments are taken out of their article."""
    found = _post_nodes(tree)
    kept = {id(node) for node, _ in found}
    taken = [(node, outer) for node, outer in found if id(outer) in kept]
    wrappers = {id(outer) for _, outer in taken}
    take_out([node for node, _ in taken])
    return [node for node, _ in found if id(node) not in wrappers or has_words(node)]


def _post_nodes(tree: BeautifulSoup) -> list[tuple[Tag, Tag | None]]:
    """Elements that hold a post each, and what post they lie in."""
    # one pass for all of it: to ask each for what lies in it would be as many passes as there are posts in one another
    within: dict[int, Tag | None] = {id(tree): None}
    found: list[tuple[Tag, Tag | None]] = []
    signed: set[int] = set()
    for node in tree.find_all(True):
        outer = within[id(node.parent)]
        within[id(node)] = outer
        if _is_post(node) and not (outer is not None and _number(node) and _number(node) == _number(outer)):
            within[id(node)] = node
            found.append((node, outer))
        elif outer is not None and _is_signature(node):
            signed.add(id(outer))
    # the <article class="message-body"> in XenForo's <article class="message"> says nothing of itself
    bodies = {id(node): outer for node, outer in found if outer is not None and not _stands_alone(node, signed)}
    return [(node, _outside(outer, bodies)) for node, outer in found if id(node) not in bodies]


def _outside(node: Tag | None, bodies: Mapping[int, Tag]) -> Tag | None:
    """The post that a part of it belongs to."""
    while id(node) in bodies:
        node = bodies[id(node)]
    return node


def _stands_alone(node: Tag, signed: Set[int]) -> bool:
    return _is_marked(node) or node.has_attr("id") or is_comment(node) or id(node) in signed


def _is_signature(node: Tag) -> bool:
    """Whether an element says who wrote what it lies in, when, or where that stands."""
    if node.name == "time" or "author" in {*attribute(node, "rel").split(), *attribute(node, "class").split()}:
        return True
    return node.name == "a" and node.parent is not None and node.parent.name in _HEADINGS


def is_comment(node: Tag) -> bool:
    """Whether an element that holds a post calls it a comment or an answer."""
    marks = " ".join(attribute(node, name) for name in ("class", "id", "itemtype", "itemprop")).lower()
    return any(word in marks for word in ("comment", "reply", "answer"))


def is_forum_post(node: Tag) -> bool:
    """Whether it is told by its number alone, as forums number what is said in a thread."""
    return node.name != "article" and not _is_marked(node)


def has_words(node: Tag) -> bool:
    """Whether an element shows anything: words, or a picture with a description."""
    return any(text.strip() for text in node.strings) or node.find("img", alt=True) is not None


def _is_post(node: Tag) -> bool:
    return node.name == "article" or _is_marked(node) or _number(node) != ""


def _is_marked(node: Tag) -> bool:
    if node.name in ("html", "body"):
        return False
    is_typed = _POST_TYPE.search(attribute(node, "itemtype").strip()[-200:]) is not None
    return is_typed or not _ENTRY_CLASSES.isdisjoint(attribute(node, "class").split())


def _number(node: Tag) -> str:
    found = _POST_ID.fullmatch(attribute(node, "id")[:200]) if node.name in _NUMBERED else None
    return found.group(1) if found else ""
