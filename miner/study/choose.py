"""Which posts of a corpus are counted: those of the era, by people, once each. What is left out is counted too."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
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
    """

    posts: Sequence[Post]
    texts: Sequence[Text]
    authors: Sequence[int]
    sources: Sequence[str]
    source_of_author: Sequence[int]
    n_without_author: int


@dataclass(slots=True)
class _Funnel:
    n_left: int
    steps: list[FunnelStep] = field(default_factory=list)

    def leave_out(self, name: str, n_left: int) -> None:
        self.steps.append(FunnelStep(name=name, n_out=self.n_left - n_left, n_left=n_left))
        self.n_left = n_left


def choose(
    posts: Sequence[Post], *, is_in_era: Callable[[Post], bool], keep: Collection[str] = ()
) -> tuple[Chosen, list[FunnelStep]]:
    """The posts to count, and the ledger of those left out.

    Args:
        posts: All posts of the corpus, in any order.
        is_in_era: Whether a post belongs to the era.
        keep: Which of :data:`KEEPABLE` to count all the same.
    """
    funnel = _Funnel(len(posts))
    kept = sorted((p for p in posts if is_in_era(p)), key=lambda p: (p.created_at or _NO_DATE, p.id))
    funnel.leave_out("posts that do not name the era", len(kept))
    for word, name, is_out in (
        ("bots", "posts of accounts that say they are bots", lambda p: p.is_bot),
        ("reposts", "reposts", lambda p: p.repost_of is not None),
    ):
        if word not in keep:
            kept = [p for p in kept if not is_out(p)]
            funnel.leave_out(name, len(kept))
    cleaned = {p.id: clean(p.text) for p in kept}
    codes = _author_codes(kept)
    # told by their raw text: the link to the shop is gone from the clean one
    shops = sellers([p.text for p in kept], [codes[p.id] for p in kept])
    if "sellers" not in keep:
        kept = [p for p in kept if codes[p.id] not in shops]
        funnel.leave_out("posts of sellers", len(kept))
    if "frames" not in keep:
        # a shop that is kept may say the same of every thing it sells
        out = repeaters([p.text for p in kept], [codes[p.id] for p in kept]) - shops
        kept = [p for p in kept if codes[p.id] not in out]
        funnel.leave_out("posts of accounts that repeat one frame", len(kept))
    if "duplicates" not in keep:
        original = near_duplicates([cleaned[p.id] for p in kept])
        kept = [p for row, p in enumerate(kept) if original[row] == row]
        funnel.leave_out("near-duplicates of an older post", len(kept))
    return _chosen(kept, cleaned), funnel.steps


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


def _chosen(posts: Sequence[Post], cleaned: dict[str, str]) -> Chosen:
    codes = _author_codes(posts)
    sources = sorted({p.source for p in posts})
    source_of_author = {codes[p.id]: sources.index(p.source) for p in posts}
    return Chosen(
        posts=posts,
        texts=[
            Text(
                post=row,
                body=cleaned[p.id],
                alt_texts=tuple(clean(a) for a in p.alt_texts),
                tags=p.tags,
                language=language_of(cleaned[p.id], p.language),
            )
            for row, p in enumerate(posts)
        ],
        authors=[codes[p.id] for p in posts],
        sources=sources,
        source_of_author=[source_of_author[i] for i in range(len(source_of_author))],
        n_without_author=sum(p.author is None for p in posts),
    )
