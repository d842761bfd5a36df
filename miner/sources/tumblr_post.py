"""One post of Tumblr's API as a post, in its block format (NPF) or the older one. Pure: no network, no clock."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from miner.records import Post, Rejected
from miner.sources.fields import dicts, inside, moment, name_of, names_of, web_address, words
from miner.sources.html import html_to_text

NAME = "tumblr"
# What the author of an older post wrote himself. The title of a link is the linked page's, the question of an answer is
# somebody else's.
_OLDER_PARTS = {
    "text": ("title", "body"),
    "photo": ("caption",),
    "quote": ("text",),
    "link": ("description",),
    "chat": ("title", "body"),
    "audio": ("caption",),
    "video": ("caption",),
    "answer": ("answer",),
}
_PARENTS = ("reblogged_root_id", "reblogged_from_id", "parent_post_id")
_LABELS = ("is_nsfw", "has_community_label")
# Tumblr puts it where nobody wrote a description.
_NO_DESCRIPTION = "image"


# {"object_type": "post", "type": "blocks", "id": 723456789012345678, "id_string": "723456789012345678",
#  "post_url": "https://ann.tumblr.com/post/723456789012345678/my-old-walkman", "blog_name": "ann",
#  "blog": {"name": "ann", "uuid": "t:aBcDeFgHiJkLmNoPqRsTuV", "is_adult": false, …}, "timestamp": 1690000000,
#  "date": "2023-07-22 04:26:40 GMT", "featured_timestamp": 1690000100, "state": "published",
#  "tags": ["80s", "walkman"], "note_count": 12, "community_labels": {"has_community_label": false, "categories": []},
#  "content": [{"type": "text", "subtype": "heading1", "text": "My old Walkman"},
#              {"type": "image", "alt_text": "a blue cassette player", "media": […]},
#              {"type": "link", "title": "Walkman - Wikipedia", …}, {"type": "poll", "question": …, "answers": […]}],
#  "layout": [{"type": "ask", "blocks": [0], "attribution": {…}}], "reblogged_root_id": …,
#  "trail": [{"blog": {"name": "ben", "uuid": "t:…"}, "post": {"id": "7012…"}, "content": […]}]}
# and older: {"type": "photo", "caption": "<p>…</p>", "photos": [{"caption": "", …}], "reblog": {"comment": "<p>…</p>"},
#  "trail": [{"blog": {"name": "ann"}, "post": {"id": "7434"}, "is_current_item": true, …}], …}
def post_of(raw: Any) -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
    """A post, or the reason why it is none.

    What others wrote (the trail of a reblog, a question, titles of links) is left out. A reblog to which its author
    added nothing but tags becomes a post with *repost_of*.
    """
    item, blog = name_of(inside(raw, "id_string")) or name_of(inside(raw, "id")), _blog(inside(raw, "blog"), raw)
    if not item or not blog:
        return Rejected(source=NAME, reason="no global id", raw_id=item or None)
    reason = _why_not(raw)
    text, alts = ("", ()) if reason else _own_words(raw)
    tags = names_of(inside(raw, "tags"))
    if reason is None and not (text or alts or tags):
        reason = "no text"
    if reason:
        return Rejected(source=NAME, reason=reason, raw_id=item)
    root = _root(raw) if _is_reblog(raw) and not text and not alts else None
    return Post(
        id=f"{NAME}:{blog}/{item}",
        source=NAME,
        text=text,
        created_at=moment(inside(raw, "timestamp")) or moment(inside(raw, "date")),
        author=blog,
        tags=tags,
        alt_texts=alts,
        url=web_address(inside(raw, "post_url")),
        repost_of=root,
    )


def _why_not(raw: Any) -> str | None:  # noqa: ANN401 - whatever a server sent
    blog = inside(raw, "blog")
    if inside(raw, "state") not in (None, "published") or inside(blog, "is_password_protected") is True:
        return "not public"
    labels = inside(raw, "community_labels")
    is_labelled = inside(labels, "has_community_label") or any(inside(raw, name) for name in _LABELS)
    if is_labelled or inside(raw, "community_label_categories") or _is_adult(blog):
        return "marked sensitive"
    # a blog that only people with an account may see, or that keeps out of search engines
    if inside(blog, "is_hidden_from_blog_network") is True or inside(blog, "allow_search_indexing") is False:
        return "author asks not to be indexed"
    return None


def _is_adult(blog: Any) -> bool:  # noqa: ANN401 - whatever a server sent
    return inside(blog, "is_nsfw") is True or inside(blog, "is_adult") is True


def _blog(blog: Any, raw: Any = None) -> str:  # noqa: ANN401 - whatever a server sent
    """The blog's uuid, which stays when it is renamed; its name where the server leaves the uuid out."""
    return name_of(inside(blog, "uuid")) or name_of(inside(blog, "name")) or name_of(inside(raw, "blog_name"))


def _own_words(raw: Any) -> tuple[str, tuple[str, ...]]:  # noqa: ANN401 - whatever a server sent
    """Text and descriptions of pictures that the blog itself wrote."""
    if not isinstance(inside(raw, "content"), list):
        return "\n\n".join(filter(None, map(_plain, _older(raw)))), ()
    asked = {n for part in dicts(inside(raw, "layout")) if inside(part, "type") == "ask" for n in _numbers(part)}
    blocks = [block for n, block in enumerate(inside(raw, "content")) if n not in asked]
    lines = [line for block in blocks for line in _lines(block)]
    alts = (words(inside(block, "alt_text")) for block in blocks)
    return "\n".join(filter(None, lines)), tuple(alt for alt in alts if alt and alt.lower() != _NO_DESCRIPTION)


def _numbers(part: Any) -> list[int]:  # noqa: ANN401 - whatever a server sent
    found = inside(part, "blocks")
    return [n for n in found if isinstance(n, int)] if isinstance(found, list) else []


def _lines(block: Any) -> Iterator[str]:  # noqa: ANN401 - whatever a server sent
    kind = inside(block, "type")
    if kind == "text":
        yield words(inside(block, "text"))
    elif kind == "image":
        yield words(inside(block, "caption"))
    elif kind == "poll":
        yield words(inside(block, "question"))
        yield from (words(inside(answer, "answer_text")) for answer in dicts(inside(block, "answers")))


def _older(raw: Any) -> Iterator[str]:  # noqa: ANN401 - whatever a server sent
    """HTML of the older format. Of a reblog only the comment: its body repeats all that was said before."""
    if _is_reblog(raw):
        yield words(inside(raw, "reblog", "comment"))
        return
    kind = inside(raw, "type")
    spoken = dicts(inside(raw, "dialogue")) if kind == "chat" else []
    for part in _OLDER_PARTS.get(kind, ()) if isinstance(kind, str) else ():
        if not (part == "body" and spoken):
            # a title is plain text: "I <3 the 80s"
            yield escape(words(inside(raw, part))) if part == "title" else words(inside(raw, part))
    yield "<br>".join(escape(f"{words(inside(s, 'label'))} {words(inside(s, 'phrase'))}") for s in spoken)
    if kind == "photo":
        yield from (words(inside(photo, "caption")) for photo in dicts(inside(raw, "photos")))


def _plain(html: str) -> str:
    return html_to_text(html).strip() if html else ""


def _is_reblog(raw: Any) -> bool:  # noqa: ANN401 - whatever a server sent
    # an older original carries itself in its trail
    others = [item for item in dicts(inside(raw, "trail")) if inside(item, "is_current_item") is not True]
    return bool(
        others or any(inside(raw, f"{name}_id") for name in ("reblogged_root", "reblogged_from", "parent_post"))
    )


def _root(raw: Any) -> str | None:  # noqa: ANN401 - whatever a server sent
    """Global id of the post at the root of a reblog; None when its blog is gone."""
    named = name_of(inside(raw, "reblogged_root_uuid")) or name_of(inside(raw, "reblogged_root_name"))
    first = inside(raw, "trail", 0)
    places = (
        (named, name_of(inside(raw, "reblogged_root_id"))),
        (_blog(inside(first, "blog")), name_of(inside(first, "post", "id"))),
    )
    return next((f"{NAME}:{blog}/{item}" for blog, item in places if blog and item), None)
