"""What a corpus holds, in figures."""

from __future__ import annotations

from collections import Counter

from miner.corpus import Corpus, corpus_folder
from miner.eras import EraReader, era_names, load_era
from miner.settings import Settings


def corpus_facts(settings: Settings, name: str) -> dict[str, object]:
    """Counts of posts by source, era and language claimed, walks and their cursors, rejections by reason.

    Raises:
        UnknownName: There is no such corpus.
    """
    corpus = Corpus.open(corpus_folder(settings.corpora, name))
    reader = EraReader([load_era(era) for era in era_names()])
    sources: Counter[str] = Counter()
    eras: Counter[str] = Counter()
    authors: set[str] = set()
    n_unknown = 0
    for post in corpus.posts():
        sources[post.source] += 1
        eras.update({hit.era for hit in reader.read(" \n".join((post.text, *post.alt_texts)), post.tags)})
        n_unknown += post.author is None
        authors |= {post.author} if post.author else set()
    return {
        "name": corpus.name,
        "version": corpus.version,
        "posts": sum(sources.values()),
        "authors": len(authors),
        "posts without author": n_unknown,
        "posts by source": dict(sources.most_common()),
        "posts by era": dict(sorted(eras.items())),
        "rejected by reason": dict(sorted(corpus.rejections().items())),
        "walks": len(corpus.cursors()),
    }
