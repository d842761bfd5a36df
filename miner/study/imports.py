"""The import stage: files of posts in, posts of a corpus out, as often as one likes and never twice."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from miner.corpus import Corpus
from miner.eras import Era
from miner.errors import NothingFound, SourceError, UsageError
from miner.records import Post, Rejected
from miner.sources.files import (
    DEFAULT_MAPPING,
    FieldMapping,
    PostsFile,
    Reading,
    Record,
    community_names,
    format_of,
    get_format,
    open_posts,
)
from miner.sources.files.opening import STDIN, check_path
from miner.study.eras import is_in_era
from miner.study.import_result import FileResult, ImportProgress, ImportResult

BATCH = 2_000
"""Posts a commit: 20 ms of committing for some 100 ms of reading, and what a kill costs at most."""
_REJECTED_PER_POST = 50
"""How many times as many records a commit may cover when few of them are posts: in a month of Reddit, one in 10,000 is
of the community that was asked for, and 20,000 empty commits would take longer than reading it."""


@dataclass(slots=True)
class _Tally:
    """Counts of one file over all imports of it, kept in its cursor so that a killed import goes on counting."""

    record: int = 0
    n_posts: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    is_done: bool = False

    @property
    def n_read(self) -> int:
        return self.n_posts + self.rejected.total()

    def cursor(self, fingerprint: str, reading: str) -> str:
        return json.dumps(
            {
                "file": fingerprint,
                "mapping": reading,
                "record": self.record,
                "n_posts": self.n_posts,
                "rejected": dict(sorted(self.rejected.items())),
                "notes": dict(sorted(self.notes.items())),
                "is_done": self.is_done,
            }
        )

    @classmethod
    def from_cursor(cls, cursor: str | None, fingerprint: str, reading: str) -> _Tally:
        """Where an earlier import stopped; the start when there was none of this very file, read in this way."""
        found = json.loads(cursor) if cursor else {}
        if not fingerprint or found.get("file") != fingerprint or found["mapping"] != reading:
            return cls()
        return cls(
            record=found["record"],
            n_posts=found["n_posts"],
            rejected=Counter(found["rejected"]),
            notes=Counter(found["notes"]),
            is_done=found["is_done"],
        )


def import_files(
    paths: Sequence[str | Path],
    into: Corpus,
    *,
    format_name: str | None = None,
    mapping: FieldMapping = DEFAULT_MAPPING,
    communities: Sequence[str] = (),
    era: Era | None = None,
    on_batch: Callable[[ImportProgress], None] | None = None,
    batch_size: int = BATCH,
    stdin: BinaryIO | None = None,
) -> ImportResult:
    """Store the posts of files in a corpus.

    A file is known by its content: imported again under any name it adds nothing and is not read beyond finding that
    out, and an import that was killed goes on after its last commit. A file that has grown or changed, or that is read
    in another way, is read from its start; its rejections then replace those of the time before. Standard input
    (``-``) is always read from its start.

    Args:
        paths: Files of any of the formats, plain, as gzip or zstd, or in a zip archive; or folders of an unpacked one.
        into: Where to; locked against other writers until the end.
        format_name: One of ``FORMATS`` for all files; None recognises each by its content and name.
        mapping: Which field is what; for ``rows``.
        communities: The only subreddits to keep; for ``reddit-dump``.
        era: The only era to keep: posts that do not name it, as ``rank`` understands that, are rejected as ``other
            era``. None keeps all.
        on_batch: Called after each commit.
        batch_size: Posts a commit, at least 1.
        stdin: Stands for standard input; for tests.

    Returns:
        Counts a file. A file that turned out to be cut short or, among several, not to be one of posts, has an *error*.

    Raises:
        UsageError: There is no such format or community; a file is missing; a folder is no export; or the only file is
            not one of posts, or has no field that is known as the text.
        NothingFound: The only file is empty.
        CorpusError, StorageFull: The corpus cannot be written.
    """
    if batch_size < 1:
        raise ValueError(f"batch_size is {batch_size}, below 1")
    reading = Reading(mapping=mapping, communities=community_names(communities))
    _check(paths, format_name, reading)
    results: list[FileResult] = []
    with into.writing():
        for path in paths:
            n_new = sum(result.n_new for result in results)
            step = _Step(into, format_name, reading, _Filter(era), batch_size, on_batch, n_new)
            try:
                with open_posts(path, stdin=stdin) as file:
                    results.append(step.run(file))
            except (UsageError, NothingFound, SourceError) as error:
                if len(paths) == 1:
                    raise
                results.append(FileResult(name=Path(path).name, error=error))
    return ImportResult(files=tuple(results))


def _check(paths: Sequence[str | Path], format_name: str | None, reading: Reading) -> None:
    """Refuse what is not there, and a folder that is no export, before anything is read."""
    if not paths:
        raise UsageError("No file was given.", "Give one: `miner import posts.jsonl --into NAME`.")
    if format_name is not None:
        get_format(format_name)
    for path in (Path(path) for path in paths if str(path) != STDIN):
        check_path(path)
        if path.is_dir():
            with open_posts(path, is_hashed=False) as folder:
                format_of(folder, format_name, reading)


class _Filter:
    """Keeps the posts of one era, or all.

    Attributes:
        fingerprint: Differs whenever other posts could be kept; empty when all are.
    """

    def __init__(self, era: Era | None) -> None:
        self.fingerprint = ""
        self._keeps: Callable[[Post], bool] | None = None
        if era is not None:
            self.fingerprint = hashlib.blake2b(repr(era).encode(), digest_size=8).hexdigest()
            self._keeps = is_in_era(era)

    def __call__(self, records: Iterator[Record]) -> Iterator[Record]:
        """The records, those of other eras rejected."""
        keeps = self._keeps
        return records if keeps is None else (_of_era(record, keeps) for record in records)


def _of_era(record: Record, keeps: Callable[[Post], bool]) -> Record:
    found = record.found
    if isinstance(found, Rejected) or keeps(found):
        return record
    return Record(record.number, Rejected(source=found.source, reason="other era"))


@dataclass(slots=True)
class _Batch:
    """What goes into one commit.

    Attributes:
        number: The last record that it covers; 0 when it covers none.
        is_last: There is nothing after it.
        error: Why there is nothing after it, when that is not the file's end.
    """

    posts: list[Post] = field(default_factory=list)
    rejected: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    number: int = 0
    is_last: bool = False
    error: SourceError | None = None


@dataclass(slots=True)
class _Step:
    """The import of one file."""

    corpus: Corpus
    format_name: str | None
    reading: Reading
    filter: _Filter
    batch_size: int
    on_batch: Callable[[ImportProgress], None] | None
    n_new_before: int

    def run(self, file: PostsFile) -> FileResult:
        """Read the file from where an earlier import stopped, a commit a batch."""
        kind = format_of(file, self.format_name, self.reading)
        stream, way = f"file/{file.head}", self.reading.fingerprint(kind.info.name) + self.filter.fingerprint
        tally = _Tally.from_cursor(self.corpus.cursors().get(stream), file.fingerprint, way)
        n_skipped, n_new, error = tally.n_read, 0, None
        records = self.filter(kind.read(file, self.reading, tally.record))
        while not tally.is_done and error is None:
            batch = _take(records, self.batch_size)
            error, tally.is_done = batch.error, batch.is_last and batch.error is None
            n_new += self._store(batch, file.fingerprint, way, stream, tally)
            if self.on_batch is not None:
                self.on_batch(
                    ImportProgress(
                        name=file.name,
                        n_bytes_read=file.n_bytes_read,
                        n_bytes=file.n_bytes,
                        n_read=tally.n_read,
                        n_new=self.n_new_before + n_new,
                    )
                )
        return FileResult(
            name=file.name,
            format=kind.info.name,
            n_read=tally.n_read,
            n_new=n_new,
            n_known=tally.n_posts - n_new,
            rejected=dict(tally.rejected.most_common()),
            notes=dict(tally.notes.most_common()),
            n_skipped=n_skipped,
            error=error,
        )

    def _store(self, batch: _Batch, fingerprint: str, way: str, stream: str, tally: _Tally) -> int:
        """Commit a batch; return how many posts were new."""
        restarts = tally.record == 0
        tally.record = batch.number or tally.record
        tally.n_posts += len(batch.posts)
        tally.rejected += batch.rejected
        tally.notes += batch.notes
        appended = self.corpus.append(
            posts=batch.posts,
            rejected=batch.rejected,
            stream=stream,
            cursor=tally.cursor(fingerprint, way),
            restarts=restarts,
        )
        tally.rejected.update(appended.barred)
        tally.n_posts -= sum(appended.barred.values())
        return appended.n_new


def _take(records: Iterator[Record], size: int) -> _Batch:
    """The records up to *size* posts, or to where the file breaks off, with the error that says so."""
    batch, n_read = _Batch(), 0
    try:
        for number, found, notes in records:
            n_read += 1
            batch.number = number
            if isinstance(found, Post):
                batch.posts.append(found)
                batch.notes.update(notes)
            else:
                batch.rejected[found.reason] += 1
            if len(batch.posts) >= size or n_read >= size * _REJECTED_PER_POST:
                return batch
    except SourceError as error:
        batch.error = error
    batch.is_last = True
    return batch
