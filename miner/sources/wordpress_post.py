"""Posts of WordPress blogs, as their REST API gives them."""

from __future__ import annotations

from typing import Any

from miner.records import Post, Rejected
from miner.sources.fields import dicts, inside, moment, name_of, netloc, web_address, words
from miner.sources.html import html_to_text
from miner.sources.pictures import alt_texts_in

NAME = "wordpress"


# {"id": 24, "date_gmt": "2019-03-20T10:00:00", "link": "https://blog.example/2019/03/20/mixtapes/", "title":
#  {"rendered": "Mixtapes &#8211; and more"}, "content": {"rendered": "<p>My first …", "protected": false},
#  "status": "publish", "_embedded": {"author": [{"slug": "ann", "name": "Ann"}], "wp:term": [[{"name": "80s"}]],
#  "wp:featuredmedia": [{"alt_text": "A tape"}]}}
def blog_post(raw: Any) -> Post | Rejected:  # noqa: ANN401 - whatever a server sent
    """One post, or why it is none; never raises."""
    link, content = web_address(inside(raw, "link")), inside(raw, "content")
    if not isinstance(content, dict):
        return Rejected(source=NAME, reason="not a post", raw_id=link)
    if link is None:
        return Rejected(source=NAME, reason="no global id")
    if content.get("protected") is True or inside(raw, "status") not in ("publish", None):
        return Rejected(source=NAME, reason="not public", raw_id=link)
    # some themes hide the text from the API and leave its beginning
    html = words(content.get("rendered")) or words(inside(raw, "excerpt", "rendered"))
    title = html_to_text(words(inside(raw, "title", "rendered")))
    text = "\n\n".join(part for part in (title, html_to_text(html)) if part)
    cover = words(inside(raw, "_embedded", "wp:featuredmedia", 0, "alt_text"))
    alt_texts = tuple(dict.fromkeys([*([cover] if cover else []), *alt_texts_in(html)]))
    if not (text or alt_texts):
        return Rejected(source=NAME, reason="no text", raw_id=link)
    return Post(
        id=f"{NAME}:{link.split('://', 1)[1]}",
        source=NAME,
        text=text,
        created_at=moment(inside(raw, "date_gmt")) or moment(inside(raw, "date")),
        author=_author(raw, link),
        tags=_terms(raw),
        alt_texts=alt_texts,
        url=link,
    )


def _author(raw: Any, link: str) -> str | None:  # noqa: ANN401 - whatever a server sent
    """``ann@blog.example``; only a number when the blog does not show its authors' names."""
    shown = inside(raw, "_embedded", "author", 0)
    name = name_of(inside(shown, "slug")) or name_of(inside(shown, "name")) or name_of(inside(raw, "author"))
    return f"{name}@{netloc(link)}" if name else None


def _terms(raw: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever a server sent
    """Names of the post's tags and categories."""
    groups = inside(raw, "_embedded", "wp:term")
    terms = [term for group in (groups if isinstance(groups, list) else []) for term in dicts(group)]
    names = (html_to_text(words(term.get("name"))) for term in terms)
    return tuple(dict.fromkeys(name for name in names if name and name != "Uncategorized"))
