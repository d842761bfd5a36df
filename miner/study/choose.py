"""Which posts of a corpus are counted: those of the era, by people, once each. What is left out is counted too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from miner.corpus import Corpus
from miner.corpus.kept import KEY, Kept
from miner.eras import Era
from miner.errors import UnknownName
from miner.records import FunnelStep, Post
from miner.study.gather import UNDATED, Posts, Rows, by_appearance, gather
from miner.study.read import Facts, read
from miner.study.stages import Workshop, version_of
from miner.text.accounts import repeaters, sellers
from miner.text.clean import clean
from miner.text.duplicates import Compared, originals
from miner.text.extract import Text
from miner.text.language import language_of

KEEPABLE = ("bots", "reposts", "sellers", "frames", "duplicates")
"""What :func:`choose` leaves out, and can be told to keep."""
ORIGINALS = pa.schema([(KEY, pa.int64()), ("original", pa.int64())])
N_ORIGINALS = 3
COMPARED = pa.schema([(KEY, pa.int64()), ("is_near", pa.bool_())])
# a key of no post: what holds it is deleted with the first post that is (miner.corpus.kept.forget_kept)
_NOBODY = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Posts to count, in the order of :class:`miner.study.gather.Posts`; the place in *rows* is a post's number.

    Attributes:
        posts: All posts of the corpus.
        rows: Those that are counted, ascending.
        authors: Author number of each counted post, in order of first appearance.
        source_of_author: Row in *sources* of each author.
        sources: Names of the sources of counted posts, sorted.
        languages: ISO 639-1 codes to how many counted posts are in them.
        is_english: Whether each counted post is in English.
        left_out: Rows of the era's posts that were left out, by the name of the step that did.
    """

    posts: Posts
    rows: Rows
    authors: NDArray[np.int64]
    source_of_author: NDArray[np.int64]
    sources: Sequence[str]
    languages: Mapping[str, int] = field(default_factory=dict)
    is_english: NDArray[np.bool_]
    left_out: Mapping[str, Rows] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def n_authors(self) -> int:
        """Authors counted."""
        return len(self.source_of_author)

    @property
    def n_without_author(self) -> int:
        """Counted posts whose author is unknown."""
        return int(self.posts.is_anonymous[self.rows].sum())

    @property
    def created(self) -> NDArray[np.int64]:
        """When each counted post was put online, as in :class:`miner.study.gather.Posts`."""
        found: NDArray[np.int64] = self.posts.created[self.rows]
        return found

    @property
    def dates(self) -> NDArray[np.int64]:
        """The known times of counted posts, ascending."""
        return np.sort(self.created[self.created != UNDATED])


@dataclass(slots=True)
class _Funnel:
    kept: Rows
    steps: list[FunnelStep] = field(default_factory=list)
    left_out: dict[str, Rows] = field(default_factory=dict)

    def keep(self, name: str, is_kept: NDArray[np.bool_]) -> None:
        """Keep the posts that pass."""
        self.left_out[name] = self.kept[~is_kept]
        self.kept = self.kept[is_kept]
        self.steps.append(FunnelStep(name=name, n_out=len(self.left_out[name]), n_left=len(self.kept)))


def choose(
    posts: Posts, facts: Facts, *, era: Era | None, keep: Collection[str] = ()
) -> tuple[Chosen, list[FunnelStep]]:
    """The posts to count, and the ledger of those left out.

    Args:
        posts: All posts of the corpus.
        facts: What is known of each.
        era: Posts of this era are counted; None counts all.
        keep: Which of :data:`KEEPABLE` to count all the same.
    """
    every = np.arange(len(posts))
    kept = every if era is None else every[facts.names(era.name)]
    outside = FunnelStep(name="posts that do not name the era", n_out=len(every) - len(kept), n_left=len(kept))
    funnel = _Funnel(kept, [outside])
    if "bots" not in keep:
        funnel.keep("posts of accounts that say they are bots", ~posts.is_bot[funnel.kept])
    if "reposts" not in keep:
        funnel.keep("reposts", ~posts.is_repost[funnel.kept])
    shops = sellers(facts.column("is_offer")[funnel.kept], posts.authors[funnel.kept])
    if "sellers" not in keep:
        funnel.keep("posts of sellers", ~np.isin(posts.authors[funnel.kept], shops))
    if "frames" not in keep:
        said, first, last = (facts.column(name)[funnel.kept] for name in ("said", "first", "last"))
        # a shop that is kept may say the same of every thing it sells
        machines = np.setdiff1d(repeaters(said, first, last, posts.authors[funnel.kept]), shops)
        funnel.keep("posts of accounts that repeat one frame", ~np.isin(posts.authors[funnel.kept], machines))
    if "duplicates" not in keep:
        found = _originals(posts, facts, funnel.kept)
        funnel.keep("near-duplicates of an older post", found == np.arange(len(found)))
    return _chosen(posts, facts, funnel), funnel.steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a run knows once its posts are chosen.

    Attributes:
        chosen: The posts it counts.
        funnel: The ledger of those left out.
        facts: What each post of the corpus says.
    """

    chosen: Chosen
    funnel: Sequence[FunnelStep]
    facts: Facts

    @property
    def posts(self) -> list[Post]:
        """The posts that are counted, oldest first."""
        return self.chosen.posts.read(self.chosen.rows)


def counted(corpus: Corpus, era: Era | None = None, keep: Collection[str] = ()) -> Counted:
    """The posts that a run over *corpus* counts; arguments as :func:`choose` takes them."""
    posts = gather(corpus.view(corpus.version))
    facts = read(posts, era, Workshop(folder=corpus.folder))
    chosen, funnel = choose(posts, facts, era=era, keep=keep)
    return Counted(chosen=chosen, funnel=funnel, facts=facts)


def _originals(posts: Posts, facts: Facts, rows: Rows) -> Rows:
    def texts(some: Rows) -> list[str]:
        return [clean(text or "") for text in posts.texts(rows[some], ["text"]).column(0).to_pylist()]

    version = blake2b(posts.fingerprints[rows].tobytes() + facts.kept.folder.name.encode(), digest_size=5).hexdigest()
    kept = facts.kept.beside("originals", version, ORIGINALS)
    if not len(kept.keys()):
        pairs = facts.kept.beside(
            "compared", version_of(facts.kept.folder.name, code=["miner.text.duplicates"]), COMPARED
        )
        compared = _compared(pairs)
        found = originals(facts.column("whole")[rows], lambda i: facts.band(i)[rows], texts, compared=compared)
        if compared.fresh:
            keys, is_near = map(np.concatenate, zip(*compared.fresh, strict=True))
            pairs.add(pa.table([[_NOBODY, *keys.tolist()], [False, *is_near.tolist()]], schema=COMPARED))
        repeats = np.flatnonzero(found != np.arange(len(rows)))
        # a row for none, so that it is known to have been asked
        kept.add(pa.table([[_NOBODY, *repeats.tolist()], [_NOBODY, *found[repeats].tolist()]], schema=ORIGINALS))
        kept.drop_older(N_ORIGINALS)
    made = np.arange(len(rows))
    repeat, original = kept.column(KEY), kept.column("original")
    made[repeat[repeat >= 0]] = original[repeat >= 0]
    return made


def _compared(pairs: Kept) -> Compared:
    keys = pairs.column(KEY)
    order = np.argsort(keys, kind="stable")
    return Compared(keys=keys[order], is_near=pairs.column("is_near")[order].astype(bool))


def kept_of(words: Sequence[str]) -> frozenset[str]:
    """*words* of :data:`KEEPABLE`.

    Raises:
        UnknownName: One is none of them.
    """
    for word in words:
        if word not in KEEPABLE:
            raise UnknownName("kind of posts to keep", word, KEEPABLE)
    return frozenset(words)


def texts_of(posts: Sequence[Post]) -> list[Text]:
    """What of *posts* is read for names; the row is the post's number."""
    bodies = [clean(p.text) for p in posts]
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


def _chosen(posts: Posts, facts: Facts, funnel: _Funnel) -> Chosen:
    rows = funnel.kept
    authors = by_appearance(posts.authors[rows])
    _, first = np.unique(authors, return_index=True)
    source = posts.source[rows][first].astype(np.int64)
    present = np.unique(source)
    languages = facts.languages.take(rows)
    counts = Counter({entry["values"]: entry["counts"] for entry in languages.value_counts().to_pylist()})
    codes = languages.dictionary.to_pylist()
    english = codes.index("en") if "en" in codes else -1
    return Chosen(
        posts=posts,
        rows=rows,
        authors=authors,
        source_of_author=np.searchsorted(present, source),
        sources=[posts.sources[i] for i in present.tolist()],
        languages=dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))),
        is_english=languages.indices.to_numpy(zero_copy_only=False) == english,
        left_out=funnel.left_out,
    )
