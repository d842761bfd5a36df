"""Which posts of a corpus are counted: those of the era, by people, once each. What is left out is counted too."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from miner.errors import UnknownName
from miner.records import FunnelStep, Post
from miner.text.accounts import repeaters, sellers
from miner.text.clean import clean
from miner.text.duplicates import near_duplicates
from miner.text.extract import Text
from miner.text.language import language_of

KEEPABLE = ("bots", "reposts", "sellers", "frames", "duplicates")
"""What :func:`choose` leaves out, and can be told to keep."""
_NO_DATE = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Posts to count, oldest first, undated last, ties by id: an order that does not depend on how they came in.

    Attributes:
        posts: The posts.
        texts: Their cleaned texts; the row is the post's number.
        authors: Author number of each post, in order of first appearance; a post without an author has its own.
        sources: Names of the sources, sorted.
        source_of_author: Row in *sources* of each author.
        n_without_author: Posts whose author is unknown.
        left_out: Posts of the era that were left out, by the name of the step that did.
    """

    posts: Sequence[Post]
    texts: Sequence[Text]
    authors: Sequence[int]
    sources: Sequence[str]
    source_of_author: Sequence[int]
    n_without_author: int
    left_out: Mapping[str, Sequence[Post]] = field(default_factory=dict)


@dataclass(slots=True)
class _Funnel:
    kept: list[Post]
    steps: list[FunnelStep] = field(default_factory=list)
    left_out: dict[str, list[Post]] = field(default_factory=dict)

    def keep(self, name: str, is_kept: Callable[[int, Post], bool]) -> None:
        """Keep the posts that pass, by their row and themselves."""
        passed = {post.id for row, post in enumerate(self.kept) if is_kept(row, post)}
        self.left_out[name] = [post for post in self.kept if post.id not in passed]
        self.kept = [post for post in self.kept if post.id in passed]
        self.steps.append(FunnelStep(name=name, n_out=len(self.left_out[name]), n_left=len(self.kept)))


def choose(
    posts: Sequence[Post], *, is_in_era: Callable[[Post], bool], keep: Collection[str] = ()
) -> tuple[Chosen, list[FunnelStep]]:
    """The posts to count, and the ledger of those left out.

    Args:
        posts: All posts of the corpus, in any order.
        is_in_era: Whether a post belongs to the era.
        keep: Which of :data:`KEEPABLE` to count all the same.
    """
    era = sorted((p for p in posts if is_in_era(p)), key=lambda p: (p.created_at or _NO_DATE, p.id))
    outside = FunnelStep(name="posts that do not name the era", n_out=len(posts) - len(era), n_left=len(era))
    funnel = _Funnel(era, [outside])
    if "bots" not in keep:
        funnel.keep("posts of accounts that say they are bots", lambda _, p: not p.is_bot)
    if "reposts" not in keep:
        funnel.keep("reposts", lambda _, p: p.repost_of is None)
    codes = _author_codes(funnel.kept)
    # told by their raw text: the link to the shop is gone from the clean one
    shops = sellers([p.text for p in funnel.kept], [codes[p.id] for p in funnel.kept])
    if "sellers" not in keep:
        funnel.keep("posts of sellers", lambda _, p: codes[p.id] not in shops)
    if "frames" not in keep:
        # a shop that is kept may say the same of every thing it sells
        out = repeaters([p.text for p in funnel.kept], [codes[p.id] for p in funnel.kept]) - shops
        funnel.keep("posts of accounts that repeat one frame", lambda _, p: codes[p.id] not in out)
    cleaned = {p.id: clean(p.text) for p in funnel.kept}
    if "duplicates" not in keep:
        original = near_duplicates([cleaned[p.id] for p in funnel.kept])
        funnel.keep("near-duplicates of an older post", lambda row, _: original[row] == row)
    return _chosen(funnel.kept, cleaned, funnel.left_out), funnel.steps


def kept_of(words: Sequence[str]) -> frozenset[str]:
    """*words* of :data:`KEEPABLE`.

    Raises:
        UnknownName: One is none of them.
    """
    for word in words:
        if word not in KEEPABLE:
            raise UnknownName("kind of posts to keep", word, KEEPABLE)
    return frozenset(words)


def _author_codes(posts: Sequence[Post]) -> dict[str, int]:
    """Post id to author number, in order of first appearance; unknown authors are one each."""
    numbers: dict[str, int] = {}
    return {p.id: numbers.setdefault(p.author or f"?{p.id}", len(numbers)) for p in posts}


def texts_of(posts: Sequence[Post], cleaned: Mapping[str, str] | None = None) -> list[Text]:
    """What of *posts* is read for names; the row is the post's number.

    Args:
        posts: The posts.
        cleaned: Post id to its cleaned text; None cleans here.
    """
    bodies = [clean(p.text) if cleaned is None else cleaned[p.id] for p in posts]
    return [
        Text(
            post=row,
            body=body,
            alt_texts=tuple(clean(a) for a in p.alt_texts),
            tags=p.tags,
            language=language_of(body, p.language),
        )
        for row, (p, body) in enumerate(zip(posts, bodies, strict=True))
    ]


def _chosen(posts: Sequence[Post], cleaned: Mapping[str, str], left_out: Mapping[str, Sequence[Post]]) -> Chosen:
    codes = _author_codes(posts)
    sources = sorted({p.source for p in posts})
    source_of_author = {codes[p.id]: sources.index(p.source) for p in posts}
    return Chosen(
        posts=posts,
        texts=texts_of(posts, cleaned),
        authors=[codes[p.id] for p in posts],
        sources=sources,
        source_of_author=[source_of_author[i] for i in range(len(source_of_author))],
        n_without_author=sum(p.author is None for p in posts),
        left_out=left_out,
    )
