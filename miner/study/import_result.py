"""What an import tells its caller: where it stands, and what became of each file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from miner.errors import MinerError, NothingFound, SourceError


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportProgress:
    """Where an import stands after a commit.

    Attributes:
        name: Name of the file.
        n_bytes_read, n_bytes: How much of the file, as it lies on the disk, was read; *n_bytes* is None for standard
            input.
        n_read: Records of this file read so far, those of an earlier, interrupted import included.
        n_new: Posts that this import stored, in all files so far.
    """

    name: str
    n_bytes_read: int
    n_bytes: int | None
    n_read: int
    n_new: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResult:
    """What became of one file; *n_read* = *n_new* + *n_known* + the sum of *rejected*.

    Attributes:
        name: Name of the file.
        format: Name of the format that it was read as; empty when that was not found out.
        n_read: Records in it, those included that an earlier import had read.
        n_new: Posts stored now.
        n_known: Posts that were in the corpus before, or earlier in the file.
        rejected: Reason to number of records that are no post.
        notes: What posts lost, and how many: a date that could not be read, bytes that are not UTF-8.
        n_skipped: How many of *n_read* an earlier import of this file had dealt with, and were not read again.
        error: Why the file was not read to its end; what came before is stored. None when it was.
    """

    name: str
    format: str = ""
    n_read: int = 0
    n_new: int = 0
    n_known: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    notes: Mapping[str, int] = field(default_factory=dict)
    n_skipped: int = 0
    error: MinerError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What became of an import.

    Attributes:
        files: One result a file, in the order given.
    """

    files: tuple[FileResult, ...]

    @property
    def n_read(self) -> int:
        """Records in all files."""
        return sum(file.n_read for file in self.files)

    @property
    def n_new(self) -> int:
        """Posts stored now."""
        return sum(file.n_new for file in self.files)

    @property
    def n_known(self) -> int:
        """Posts that were known."""
        return sum(file.n_known for file in self.files)

    @property
    def rejected(self) -> dict[str, int]:
        """Reason to count over all files, most frequent first."""
        return _summed(file.rejected for file in self.files)

    @property
    def notes(self) -> dict[str, int]:
        """Note to count over all files, most frequent first."""
        return _summed(file.notes for file in self.files)

    @property
    def failures(self) -> tuple[FileResult, ...]:
        """Files that could not be read to their end."""
        return tuple(file for file in self.files if file.error is not None)

    @property
    def exit_code(self) -> int:
        """What the command line returns: 4 when a file failed, 6 when no file held a post, otherwise 0."""
        if self.failures:
            return SourceError.exit_code
        return 0 if self.n_new + self.n_known else NothingFound.exit_code


def _summed(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return dict(total.most_common())
