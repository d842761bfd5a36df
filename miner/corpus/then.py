"""A corpus as it was when a run read it: for doing that run again."""

from __future__ import annotations

from pathlib import Path

from miner.corpus.cursors import load_state
from miner.corpus.folder import is_corpus, posts_folder, unknown_corpus
from miner.corpus.store import Corpus
from miner.corpus.table import data_files, table_at
from miner.corpus.trouble import storage_errors
from miner.corpus.view import View
from miner.errors import UsageError


class CorpusThen(Corpus):
    """A corpus that goes by a version of the past.

    Where that version's files are gone (`miner corpus vacuum`), or where the posts came out of a pack, the newest there
    are stand in for it: they may well be the same posts, and the digest in a run's manifest tells.

    Args:
        folder: Where the corpus lies.
        version: The version that a run named.

    Attributes:
        is_as_it_was: Whether the posts are read from that very version.

    Raises:
        UnknownName: There is no such corpus.
        CorpusError: It is damaged, or comes from a newer version of the program.
    """

    def __init__(self, folder: Path, *, version: int) -> None:
        if not is_corpus(folder):
            raise unknown_corpus(folder)
        super().__init__(folder)
        self._named = version
        self._stored = self._readable(version, newest=super().version)
        self.is_as_it_was = self._stored == version

    @property
    def version(self) -> int:
        """The version that the run named."""
        return self._named

    def view(self, version: int) -> View:
        """The posts of then; *version* is not looked at."""
        del version
        at = posts_folder(self.folder)
        with storage_errors(self.folder):
            return View(self.folder, [at / name for name in data_files(table_at(at, self._stored))])

    def rejections(self, version: int | None = None) -> dict[str, int]:
        """How many objects had been rejected by then for which reason; *version* is not looked at."""
        del version
        with storage_errors(self.folder):
            return load_state(posts_folder(self.folder) / "_delta_log", self._stored).totals()

    def _readable(self, version: int, *, newest: int) -> int:
        """*version*, or the newest where it cannot be read any more."""
        if not 0 <= version <= newest:
            return newest
        try:
            with storage_errors(self.folder):
                table_at(posts_folder(self.folder), version)
        except UsageError:
            return newest
        return version
