"""An export that somebody has unpacked: the files of a folder, read under the paths that they had in the archive."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from miner.errors import SourceError, UsageError
from miner.sources.files.members import MAX_MEMBERS, as_numbered, start_of
from miner.sources.files.streams import CHUNK


class Folder:
    """The files in a folder and in those under it.

    Links are not followed: what one leads to was not in the export.

    Attributes:
        names: Paths of its files, beginning with the folder's own name (so that ``data/tweets.js`` is found when the
            folder ``data`` is given), in lower case and in the order that people number them in.

    Raises:
        UsageError: It holds too many files.
    """

    def __init__(self, path: Path) -> None:
        self._paths: dict[str, Path] = {}
        for found in _files_in(path):
            self._paths["/".join([path.resolve().name, *found.relative_to(path).parts]).lower()] = found
            if len(self._paths) > MAX_MEMBERS:
                raise UsageError(
                    f"{path} holds more than {MAX_MEMBERS:,} files.", "Give the folder or the file with the posts."
                )
        self.names = tuple(sorted(self._paths, key=as_numbered))

    def size(self, member: str) -> int:
        """Bytes of a file; 0 when it is gone."""
        try:
            return self._paths[member].stat().st_size
        except OSError:
            return 0

    def pieces(self, member: str) -> Iterator[bytes]:
        """Yield a file's content in pieces.

        Raises:
            SourceError: It may not be read.
        """
        path = self._paths[member]
        try:
            with path.open("rb") as file:
                while piece := file.read(CHUNK):
                    yield piece
        except OSError as error:
            raise SourceError(
                f"{path} cannot be read: {error.strerror}.", f"See whose it is with `ls -l {path}`."
            ) from error

    def beginning(self, member: str, size: int) -> bytes:
        """The first *size* bytes of a file, or all; raises as :meth:`pieces` does."""
        return start_of(self.pieces(member), size)


def _files_in(path: Path) -> Iterator[Path]:
    for folder, inner, names in os.walk(path, followlinks=False):
        inner.sort()
        for name in sorted(names):
            found = Path(folder) / name
            if found.is_file() and not found.is_symlink():
                yield found
