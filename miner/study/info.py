"""What a corpus holds, in figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from miner.corpus import Corpus, corpus_folder
from miner.eras import EraReader, era_names, load_era
from miner.records import Post
from miner.settings import Settings

NO_LANGUAGE = "not said"


def corpus_facts(settings: Settings, name: str) -> dict[str, object]:
    """Counts of a corpus, in the order in which they are read; all of it is what JSON can say.

    A post counts for each era that it names. The language is the source's claim. Rejections are what sources sent and
    what did not become a post; a walk is one stream of a source (a server's hashtags, a file) with its own cursor.

    Raises:
        UnknownName: There is no such corpus.
        CorpusError: It is damaged.
    """
    corpus = Corpus.open(corpus_folder(settings.corpora, name))
    tally = _tally(corpus.posts())
    return {
        "name": corpus.name,
        "created": _day(corpus.created),
        "version": corpus.version,
        "n_posts": tally.sources.total(),
        "n_authors": len(tally.authors),
        "n_posts_without_author": tally.n_without_author,
        "oldest_post": _day(tally.oldest),
        "newest_post": _day(tally.newest),
        "posts_by_source": _most_first(tally.sources),
        "posts_by_era": {era: tally.eras[era] for era in era_names() if tally.eras[era]},
        "posts_by_language": _most_first(tally.languages),
        "rejected_by_reason": corpus.rejections(),
        "n_walks": len(corpus.cursors()),
    }


@dataclass(slots=True)
class _Tally:
    sources: Counter[str] = field(default_factory=Counter)
    eras: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    authors: set[str] = field(default_factory=set)
    n_without_author: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None


def _tally(posts: Iterable[Post]) -> _Tally:
    tally = _Tally()
    reader = EraReader([load_era(era) for era in era_names()])
    for post in posts:
        tally.sources[post.source] += 1
        tally.languages[post.language or NO_LANGUAGE] += 1
        tally.eras.update({hit.era for hit in reader.read(" \n".join((post.text, *post.alt_texts)), post.tags)})
        if post.author is None:
            tally.n_without_author += 1
        else:
            tally.authors.add(post.author)
        if post.created_at is not None:
            tally.oldest = min(tally.oldest or post.created_at, post.created_at)
            tally.newest = max(tally.newest or post.created_at, post.created_at)
    return tally


def _day(moment: datetime | None) -> str | None:
    return None if moment is None else moment.date().isoformat()


def _most_first(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
