"""The posts that show why an artifact is in the list."""

from __future__ import annotations

from collections.abc import Sequence

from miner.records import Evidence, Mention, Post
from miner.study.choose import Chosen

MAX_QUOTES = 3
MAX_CHARS = 200
# a quote of this length tells a story and fits two lines of the report
BEST_CHARS = 120


def evidence_of(mentions: Sequence[Mention], chosen: Chosen) -> tuple[Evidence, ...]:
    """Up to three posts of different authors that name the artifact, those that quote best first.

    A link and a date count most, then a quote of about 120 characters, then the post's id: no chance is involved.
    """
    ranked = sorted(mentions, key=lambda m: _worth(m, chosen))
    picked: list[Evidence] = []
    seen: set[int] = set()
    for mention in ranked:
        author, post = chosen.authors[mention.post], chosen.posts[mention.post]
        if author in seen:
            continue
        seen.add(author)
        picked.append(
            Evidence(
                post_id=post.id,
                quote=quote(mention, chosen),
                url=post.url,
                source=post.source,
                created_at=post.created_at,
            )
        )
        if len(picked) == MAX_QUOTES:
            break
    return tuple(picked)


def _worth(mention: Mention, chosen: Chosen) -> tuple[bool, bool, bool, int, str]:
    post: Post = chosen.posts[mention.post]
    length = abs(len(quote(mention, chosen)) - BEST_CHARS)
    return (post.url is None, post.created_at is None, mention.part < 0, length // 40, post.id)


def quote(mention: Mention, chosen: Chosen) -> str:
    """At most 200 characters of the post around *mention*, cut at blanks, cuts marked with an ellipsis."""
    text = chosen.texts[mention.post]
    if mention.part > 0:
        return "Picture: " + _window(text.alt_texts[mention.part - 1], mention.start, mention.end, MAX_CHARS - 9)
    return _window(text.body, max(0, mention.start), max(0, mention.end), MAX_CHARS)


def opening(post: Post) -> str:
    """At most 200 characters of the beginning of *post*, as it was written, on one line."""
    return _window(" ".join((post.text or " ".join(post.alt_texts)).split()), 0, 0, MAX_CHARS)


def _window(text: str, start: int, end: int, size: int) -> str:
    flat = text.replace("\n", " ")
    if len(flat) <= size:
        return flat
    first = max(0, min(start - (size - (end - start)) // 2, len(flat) - size + 2))
    last = min(len(flat), first + size - 2)
    if first:
        first = flat.find(" ", first, start) + 1 or first
    if last < len(flat):
        last = flat.rfind(" ", end, last) if flat.rfind(" ", end, last) > 0 else last
    return ("…" if first else "") + flat[first:last].strip() + ("…" if last < len(flat) else "")
