"""The posts of one study: a Delta table, the cursors of its sources, and pseudonyms in place of accounts.

A page of posts, the cursor of the walk that gave it and the counts of what was rejected are one commit, so a program
that is killed loses nothing that was acknowledged and repeats nothing.
"""

from miner.corpus.folder import corpora_in, corpus_folder, is_corpus, last_commits
from miner.corpus.schema import SCHEMA, post_from_row
from miner.corpus.store import Appended, Corpus
from miner.corpus.then import CorpusThen
from miner.corpus.view import View

__all__ = [
    "SCHEMA",
    "Appended",
    "Corpus",
    "CorpusThen",
    "View",
    "corpora_in",
    "corpus_folder",
    "is_corpus",
    "last_commits",
    "post_from_row",
]
