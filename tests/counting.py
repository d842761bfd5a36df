"""Posts that a test made up, chosen as a run chooses them."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

from miner.corpus import Corpus
from miner.eras import Era
from miner.records import Post
from miner.study.choose import Counted, counted


def counted_of(posts: Sequence[Post], era: Era | None = None, keep: Collection[str] = ()) -> Counted:
    """*posts* through a corpus of their own."""
    corpus = Corpus.create(Path(tempfile.mkdtemp(prefix="miner-test-")) / "made-up")
    corpus.append(posts=posts, rejected={}, stream="made up", cursor=None)
    return counted(corpus, era, keep)
