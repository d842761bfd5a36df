"""The import stage: files of posts in, posts of a corpus out, as often as one likes and never twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from miner.corpus import Corpus
from miner.errors import NothingFound, SourceError, UsageError
from miner.records import Post
from miner.sources.files import DEFAULT_MAPPING, FieldMapping, PostsFile, Row, open_posts, row_to_post
from miner.sources.files.mapping import nothing_to_read
from miner.sources.files.opening import STDIN, check_path
from miner.study.import_result import FileResult, ImportProgress, ImportResult

BATCH = 2_000
"""Records a commit: 20 ms of committing for some 100 ms of reading, and what a kill costs at most."""


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

    def cursor(self, fingerprint: str, mapping: FieldMapping) -> str:
        return json.dumps(
            {
                "file": fingerprint,
                "mapping": mapping.fingerprint,
                "record": self.record,
                "n_posts": self.n_posts,
                "rejected": dict(sorted(self.rejected.items())),
                "notes": dict(sorted(self.notes.items())),
                "is_done": self.is_done,
            }
        )

    @classmethod
    def from_cursor(cls, cursor: str | None, fingerprint: str, mapping: FieldMapping) -> _Tally:
        """Where an earlier import stopped; the start when there was none of this very file with this mapping."""
        found = json.loads(cursor) if cursor else {}
        if not fingerprint or found.get("file") != fingerprint or found["mapping"] != mapping.fingerprint:
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
    mapping: FieldMapping = DEFAULT_MAPPING,
    on_batch: Callable[[ImportProgress], None] | None = None,
    batch_size: int = BATCH,
    stdin: BinaryIO | None = None,
) -> ImportResult:
    """Store the posts of files in a corpus.

    A file is known by its content: imported again under any name it adds nothing and is not read beyond finding that
    out, and an import that was killed goes on after its last commit. A file that has grown or changed, or that is read
    with another mapping, is read from its start; its rejections then replace those of the time before. Standard input
    (``-``) is always read from its start.

    Args:
        paths: JSON lines, CSV (both also as gzip or zstd) or Parquet, told by content.
        into: Where to; locked against other writers until the end.
        mapping: Which field is what.
        on_batch: Called after each commit.
        batch_size: Records a commit, at least 1.
        stdin: Stands for standard input; for tests.

    Returns:
        Counts a file. A file that turned out to be cut short or, among several, not to be one of posts, has an *error*.

    Raises:
        UsageError: A file is missing or a folder; or the only file is not one of posts, or has no field that is known
            as the text.
        NothingFound: The only file is empty.
        CorpusError, StorageFull: The corpus cannot be written.
    """
    if not paths:
        raise UsageError("No file was given.", "Give one: `miner import posts.jsonl --into NAME`.")
    if batch_size < 1:
        raise ValueError(f"batch_size is {batch_size}, below 1")
    for path in paths:
        if str(path) != STDIN:
            check_path(Path(path))
    results: list[FileResult] = []
    with into.writing():
        for path in paths:
            n_new = sum(result.n_new for result in results)
            step = _Step(into, mapping, batch_size, on_batch, n_new)
            try:
                with open_posts(path, stdin=stdin) as file:
                    results.append(step.run(file))
            except (UsageError, NothingFound, SourceError) as error:
                if len(paths) == 1:
                    raise
                results.append(FileResult(name=Path(path).name, error=error))
    return ImportResult(files=tuple(results))


@dataclass(slots=True)
class _Step:
    """The import of one file."""

    corpus: Corpus
    mapping: FieldMapping
    batch_size: int
    on_batch: Callable[[ImportProgress], None] | None
    n_new_before: int

    def run(self, file: PostsFile) -> FileResult:
        """Read the file from where an earlier import stopped, a commit a batch."""
        stream = f"file/{file.head}"
        tally = _Tally.from_cursor(self.corpus.cursors().get(stream), file.fingerprint, self.mapping)
        n_skipped, n_new, error = tally.n_read, 0, None
        rows = file.rows(skip=tally.record)
        while not tally.is_done and error is None:
            batch, error = _take(rows, self.batch_size)
            if tally.record == 0:
                self._refuse_what_is_not_posts(file.name, batch)
            tally.is_done = error is None and len(batch) < self.batch_size
            n_new += self._store(batch, file.fingerprint, stream, tally)
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
            n_read=tally.n_read,
            n_new=n_new,
            n_known=tally.n_posts - n_new,
            rejected=dict(tally.rejected.most_common()),
            notes=dict(tally.notes.most_common()),
            n_skipped=n_skipped,
            error=error,
        )

    def _store(self, batch: Sequence[Row], fingerprint: str, stream: str, tally: _Tally) -> int:
        """Commit a batch; return how many posts were new."""
        restarts = tally.record == 0
        posts: list[Post] = []
        rejected: Counter[str] = Counter()
        for row in batch:
            found, notes = row_to_post(row, self.mapping)
            if isinstance(found, Post):
                posts.append(found)
                tally.notes.update(notes)
            else:
                rejected[found.reason] += 1
        tally.record = batch[-1].number if batch else tally.record
        tally.n_posts += len(posts)
        tally.rejected += rejected
        appended = self.corpus.append(
            posts=posts,
            rejected=rejected,
            stream=stream,
            cursor=tally.cursor(fingerprint, self.mapping),
            restarts=restarts,
        )
        return appended.n_new

    def _refuse_what_is_not_posts(self, name: str, batch: Sequence[Row]) -> None:
        """Stop before the first commit when it is plain that the whole file is of another kind."""
        objects = [row.fields for row in batch if row.fields is not None]
        if batch and not objects:
            raise UsageError(
                f"None of the first {len(batch):,} lines of {name} is a JSON object or a row that fits the header.",
                "Give one post a line; `jq -c . FILE` turns objects that span lines into such lines.",
            )
        if not any(isinstance(row_to_post(row, self.mapping)[0], Post) for row in batch):
            columns = frozenset(column for fields in objects for column in fields)
            error = nothing_to_read(name, columns, self.mapping)
            if error is not None:
                raise error


def _take(rows: Iterator[Row], size: int) -> tuple[list[Row], SourceError | None]:
    """The next *size* rows, or those before the file broke off and the error that says so."""
    batch: list[Row] = []
    try:
        for row in islice(rows, size):
            batch.append(row)
    except SourceError as error:
        return batch, error
    return batch, None
