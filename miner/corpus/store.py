"""The corpus itself: create, open, append, read."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable

from miner.corpus.cursors import StreamState, advance_state, load_state
from miner.corpus.erase import finish, is_unfinished
from miner.corpus.folder import is_corpus, posts_folder, read_study, unknown_corpus, write_study
from miner.corpus.forgotten import admitted
from miner.corpus.key import KEY_NAME, AuthorKey, load_or_create_key
from miner.corpus.known import KnownIds
from miner.corpus.lock import WAIT_S, WriterLock
from miner.corpus.rotation import current_key
from miner.corpus.schema import post_from_row, storable, to_table
from miner.corpus.table import batches, commit, create_table, data_files, dataset, table_at
from miner.corpus.trouble import storage_errors
from miner.corpus.view import View
from miner.errors import UsageError
from miner.records import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """What one :meth:`Corpus.append` did.

    Attributes:
        n_new: Posts that were stored.
        n_known: Posts left out, since their id was in the corpus or earlier in the same page.
        barred: Posts left out, since they or their authors were forgotten, or since they were purged: reason to count.
    """

    n_new: int
    n_known: int
    barred: Mapping[str, int] = field(default_factory=dict)


def _now() -> datetime:
    return datetime.now(UTC)


class Corpus:
    """The posts of one study, with the cursors of its sources. Made by :meth:`create` and :meth:`open`.

    Any number of processes may read while one writes. One object may be shared by threads.

    Attributes:
        folder: Where it lies.
        name: Name of that folder.
        created: When it was created, UTC.
    """

    def __init__(
        self,
        folder: Path,
        *,
        key_file: Path | None = None,
        wait_s: float = WAIT_S,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        with storage_errors(folder):
            study = read_study(folder)
            self._table = DeltaTable(posts_folder(folder))
        self.folder = folder
        self.name = folder.name
        self.created = study.created
        self._key_file = key_file or folder.parent / KEY_NAME
        self._clock = clock
        self._mutex = threading.RLock()
        self._lock = WriterLock(folder / ".lock", wait_s=wait_s)
        self._n_writing = 0
        self._known: KnownIds | None = None
        self._known_files: frozenset[str] = frozenset()
        self._known_version = -1
        self._state: StreamState | None = None
        self._state_version = -1

    @classmethod
    def create(
        cls, folder: Path, *, key_file: Path | None = None, wait_s: float = WAIT_S, clock: Callable[[], datetime] = _now
    ) -> Corpus:
        """Make an empty corpus and open it. Other files in *folder* are left alone.

        Args:
            folder: Where; made when missing.
            key_file: Key of the pseudonyms, made when missing; None is ``.author-key`` beside *folder*.
            wait_s: How long a write waits for another writer, in seconds.
            clock: Gives the time of storage, UTC.

        Raises:
            UsageError: There is a corpus already.
            CorpusError, StorageFull, SettingsError: It cannot be written; the key cannot be used.
        """
        if is_corpus(folder):
            raise UsageError(
                f"There is a corpus called {folder.name} already.",
                f"Add to it with `miner import FILE --into {folder.name}`.",
            )
        with storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            key = load_or_create_key(key_file or folder.parent / KEY_NAME)
            write_study(folder, created=clock(), author_key=key.fingerprint)
            create_table(posts_folder(folder))
        return cls(folder, key_file=key_file, wait_s=wait_s, clock=clock)

    @classmethod
    def open(
        cls, folder: Path, *, key_file: Path | None = None, wait_s: float = WAIT_S, clock: Callable[[], datetime] = _now
    ) -> Corpus:
        """Open a corpus for reading and writing. Arguments as in :meth:`create`.

        Raises:
            UnknownName: There is none; the message lists those beside it.
            CorpusError: It is damaged, or comes from a newer version.
        """
        if not is_corpus(folder):
            raise unknown_corpus(folder)
        return cls(folder, key_file=key_file, wait_s=wait_s, clock=clock)

    @property
    def version(self) -> int:
        """Number of the last commit: what a run names to say what it read."""
        with self._mutex, storage_errors(self.folder):
            self._table.update_incremental()
            return self._table.version()

    def count(self) -> int:
        """How many posts there are."""
        with self._mutex, storage_errors(self.folder):
            self._table.update_incremental()
            return self._table.count()

    def cursors(self) -> dict[str, str]:
        """Where each stream stands."""
        return dict(self._streams().cursors)

    def rejections(self, version: int | None = None) -> dict[str, int]:
        """How many objects were rejected for which reason by *version* (None: by now), most frequent first.

        A stream that was walked again from its start (``restarts``) counts once, as of its last walk.
        """
        state = self._streams() if version is None else load_state(posts_folder(self.folder) / "_delta_log", version)
        return state.totals()

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Be the only writer for the length of a ``with``; :meth:`append` does so for itself. May be nested.

        Raises:
            CorpusError: Another process is writing; the message says which.
        """
        with self._mutex:
            if not self._n_writing:
                with storage_errors(self.folder):
                    self._lock.acquire()
            self._n_writing += 1
        try:
            with storage_errors(self.folder):
                self._finish_erasing()
            yield
        finally:
            with self._mutex:
                self._n_writing -= 1
                if not self._n_writing:
                    self._lock.release()

    def append(
        self,
        *,
        posts: Sequence[Post],
        rejected: Mapping[str, int],
        stream: str,
        cursor: str | None,
        restarts: bool = False,
    ) -> Appended:
        """Store one page: its posts, its cursor and its rejections, in one commit. All of it or nothing.

        A post whose id is known is not stored again, whatever it says now. A page without posts is a commit too.

        Args:
            posts: With accounts as authors; stored are pseudonyms.
            rejected: Reason to count.
            stream: The walk that the page belongs to.
            cursor: Where that walk stands after the page; None leaves its cursor as it is.
            restarts: This page is the first of a new walk over the same things: the stream's rejections start at zero.

        Raises:
            StorageFull: No room; nothing of this page was stored.
            CorpusError: Another process is writing, the files cannot be written, or the key of the pseudonyms is
                missing or another one.
            ValueError: A post with a time that has no zone.
        """
        with self._mutex, self.writing(), storage_errors(self.folder):
            key = self.author_key()
            state = self._streams()
            known = self._known_ids()
            named = [replace(post, id=storable(post.id)) if not post.id.isascii() else post for post in posts]
            left, barred = admitted(named, self.folder, key)
            try:
                is_new = known.add([post.id for post in left])
                new = [post for post, fresh in zip(left, is_new, strict=True) if fresh]
                now = self._clock()
                rows = to_table(new, fetched_at=now, pseudonym=key.pseudonym)
                counts = Counter(rejected) + barred
                entry = state.entry(stream=stream, cursor=cursor, rejected=counts, restarts=restarts, at=now)
                path = commit(self._table, posts_folder(self.folder), rows, entry)
            except BaseException:
                self._known = None  # it holds ids that were not stored
                raise
            self._known_files |= {path} if path else set()
            self._known_version += 1
        return Appended(n_new=len(new), n_known=len(left) - len(new), barred=barred)

    def read(self, *, version: int | None = None, columns: Sequence[str] | None = None) -> pa.RecordBatchReader:
        """Stream the posts as record batches, with the columns of :data:`miner.corpus.SCHEMA`.

        The order is that of storage, page by page, and is the same at each reading of one version; two corpora filled
        from the same files in another order differ, so whatever must not depend on that sorts by ``id``.

        Args:
            version: The corpus as it was after this commit; None is now.
            columns: Names of the columns to read, in order; None is all.

        Raises:
            UsageError: There is no such version.
            CorpusError: A file is damaged or missing; raised when the stream reaches it.
            KeyError: There is no such column.
        """
        with self._mutex, storage_errors(self.folder):
            return batches(dataset(self._at(version), posts_folder(self.folder)), columns, self.folder)

    def view(self, version: int) -> View:
        """The corpus as it was after a commit, by rows. Raises UsageError when there is no such version."""
        with self._mutex, storage_errors(self.folder):
            at = posts_folder(self.folder)
            return View(self.folder, [at / name for name in data_files(self._at(version))])

    def posts(self, *, version: int | None = None) -> Iterator[Post]:
        """The posts one by one, in the order of :meth:`read`. Slower than :meth:`read` by far."""
        for batch in self.read(version=version):
            for row in batch.to_pylist():
                yield post_from_row(row)

    def _finish_erasing(self) -> None:
        """Do what a killed process left undone."""
        if is_unfinished(self.folder):
            self.author_key()
            finish(self.folder, self.author_key)

    def _at(self, version: int | None) -> DeltaTable:
        last = self.version
        if version is None or version == last:
            return self._table
        if not 0 <= version <= last:
            raise UsageError(
                f"The corpus {self.name} has no version {version}; its versions are 0 to {last}.",
                "Choose one of these, or leave the version out to read the newest.",
            )
        return table_at(posts_folder(self.folder), version)

    def _streams(self) -> StreamState:
        with self._mutex:
            version = self.version
            log = posts_folder(self.folder) / "_delta_log"
            if self._state is None:
                self._state = load_state(log, version)
            else:
                advance_state(self._state, log, after=self._state_version, version=version)
            self._state_version = version
            return self._state

    def _known_ids(self) -> KnownIds:
        """The ids of the table as it is now: what other processes stored meanwhile is read in."""
        if self._known is not None and self._known_version == self._table.version():
            return self._known
        files = frozenset(data_files(self._table))
        if self._known is None or not self._known_files <= files:
            self._known, self._known_files = KnownIds(), frozenset()
        if files != self._known_files:
            fresh = dataset(self._table, posts_folder(self.folder), only=files - self._known_files)
            for batch in batches(fresh, ["id"], self.folder):
                self._known.add(batch.column("id").to_pylist())
            self._known_files = files
        self._known_version = self._table.version()
        return self._known

    def author_key(self) -> AuthorKey:
        """The key of its pseudonyms, to be asked for inside :meth:`writing`. Raises like :func:`current_key`."""
        return current_key(self.folder, self._key_file)
