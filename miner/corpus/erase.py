"""Posts erased from every version of a corpus, and from all that was kept of them.

What is to go is written down first (:mod:`miner.corpus.forgotten`), and ``.erasing`` says that it has not gone yet. A
process that is killed in between leaves that file, and the next that writes finishes the work.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable

from miner.corpus.caches import forget_caches
from miner.corpus.checked import forget_checked
from miner.corpus.folder import posts_folder
from miner.corpus.forgotten import Forgotten, Kind, load_forgotten, remember
from miner.corpus.key import AuthorKey
from miner.corpus.rewrite import rewrite
from miner.corpus.table import batches, dataset, sync
from miner.corpus.vacuum import Vacuumed, vacuum

MARK = ".erasing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What :func:`erase` did.

    Attributes:
        ids: Ids of the posts that are gone: what reports may still quote.
        vacuumed: Files that were deleted, with what else they held in older versions.
    """

    ids: tuple[str, ...]
    vacuumed: Vacuumed


class _Gone:
    """Takes out the rows of forgotten and purged posts, of forgotten authors, and reposts of forgotten posts."""

    columns: Sequence[str] = ("id", "author", "repost_of")

    def __init__(self, forgotten: Forgotten) -> None:
        self._forgotten = forgotten

    def touches(self, rows: pa.RecordBatch) -> bool:
        return not all(self._stays(rows))

    def change(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        return rows.filter(pa.array(list(self._stays(rows)), pa.bool_()))

    def _stays(self, rows: pa.RecordBatch) -> Iterator[bool]:
        for post_id, token, original in zip(*(rows.column(name).to_pylist() for name in self.columns), strict=True):
            yield not (
                self._forgotten.is_forgotten_token(token)
                or self._forgotten.kind_of_id(post_id)
                or self._forgotten.is_forgotten_id(original)
            )


def erase(folder: Path, key: AuthorKey, *, ids: Collection[str], tokens: Collection[str]) -> Erased:
    """Erase posts and authors, and remember that they must not come back. The caller is the only writer.

    With an author go the ids of all his posts, so that they do not come back by a way that does not name him; and
    with a post its reposts, which say the same.

    Args:
        folder: The corpus.
        key: Key of its pseudonyms.
        ids: Ids of posts; they need not be there.
        tokens: Pseudonyms of authors.

    Raises:
        OSError: The disk is full or may not be written; run again to finish.
    """
    mine = {*ids, *_of_authors(folder, tokens)}
    going = going_with(folder, ids=mine, tokens=())
    values: list[tuple[Kind, str]] = [("post", post_id) for post_id in {*mine, *going}]
    values += [("author", token) for token in tokens]
    mark(folder)
    remember(folder, key, values)
    return Erased(ids=going, vacuumed=finish(folder, lambda: key))


def going_with(folder: Path, *, ids: Collection[str], tokens: Collection[str]) -> tuple[str, ...]:
    """Ids of the posts that :func:`erase` would erase, sorted. Changes nothing."""
    mine = {*ids, *_of_authors(folder, tokens)}
    return tuple(sorted(post_id for post_id, _, original in _rows(folder) if post_id in mine or original in mine))


def mark(folder: Path, metadata: Mapping[str, str] | None = None) -> None:
    """Say that something is to be erased, before it is: whoever writes next finishes it.

    Args:
        folder: The corpus.
        metadata: Goes into the commit that erases it.
    """
    part = folder / f"{MARK}.part"
    part.write_text(json.dumps(dict(metadata or {})), encoding="utf-8")
    sync(part)
    part.replace(folder / MARK)


def finish(folder: Path, key: Callable[[], AuthorKey]) -> Vacuumed:
    """Erase all that the corpus must not hold any more, and delete what :data:`MARK` says is still there."""
    forgotten = load_forgotten(folder, key)
    if forgotten is not None:
        rewrite(folder, _Gone(forgotten), metadata=_marked(folder))
    done = vacuum(folder)
    forget_caches(folder)
    forget_checked(folder)
    (folder / MARK).unlink(missing_ok=True)
    return done


def _marked(folder: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads((folder / MARK).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found


def is_unfinished(folder: Path) -> bool:
    """Whether a process was killed while it erased something."""
    return (folder / MARK).exists()


def _of_authors(folder: Path, tokens: Collection[str]) -> set[str]:
    return {post_id for post_id, token, _ in _rows(folder) if token in tokens} if tokens else set()


def _rows(folder: Path) -> Iterable[tuple[str, str | None, str | None]]:
    path = posts_folder(folder)
    for batch in batches(dataset(DeltaTable(path), path), list(_Gone.columns), folder):
        yield from zip(*(batch.column(name).to_pylist() for name in _Gone.columns), strict=True)
