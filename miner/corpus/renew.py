"""Posts brought up to date: what their source says now takes the place of what it said when they were stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable

from miner.corpus.erase import finish, mark
from miner.corpus.folder import posts_folder
from miner.corpus.key import AuthorKey
from miner.corpus.rewrite import rewrite
from miner.corpus.schema import SCHEMA, post_from_row, storable
from miner.corpus.table import batches, dataset
from miner.records import Post

WORDS: Final = ("text", "tags", "alt_texts")
COUNTS: Final = ("edited_at", "likes", "reposts", "replies")


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """How many posts say something else now, and how many have other counts alone."""

    n_edited: int
    n_counted: int


def renew(folder: Path, key: AuthorKey, posts: Mapping[str, Post]) -> Renewed:
    """Store what *posts* say now: words and counts; id, source, author, time and day of storage stay.

    Where words changed, the older ones go from every version and from what runs kept, as with what is erased: whoever
    edits a post takes something back. A process that is killed in between leaves that to the next one that writes.
    The caller is the only writer.

    Args:
        folder: The corpus.
        key: Key of its pseudonyms.
        posts: Id to the post as it is now; those that are not in the corpus are passed over.

    Raises:
        OSError: The disk is full or may not be written; run again to finish.
    """
    before = _stored_before(folder, posts)
    edited, counted = ({i for i in before if _differ(before[i], posts[i], names)} for names in (WORDS, COUNTS))
    if edited:
        mark(folder)
    if edited or counted:
        rewrite(folder, _Newer({post_id: posts[post_id] for post_id in edited | counted}))
    if edited:
        finish(folder, lambda: key)
    return Renewed(n_edited=len(edited), n_counted=len(counted - edited))


def _stored_before(folder: Path, posts: Mapping[str, Post]) -> dict[str, Post]:
    path, found = posts_folder(folder), {}
    ids = pa.array(posts.keys(), pa.string())
    for batch in batches(dataset(DeltaTable(path), path), SCHEMA.names, folder):
        for row in batch.filter(pc.is_in(batch.column("id"), ids)).to_pylist():
            found[row["id"]] = post_from_row(row)
    return found


def _differ(before: Post, now: Post, names: Sequence[str]) -> bool:
    return any(_stored(getattr(before, name)) != value for name, value in _told(now, names).items())


def _told(post: Post, names: Sequence[str]) -> dict[str, object]:
    """Fields as a row has them; what is not told, such as a count that is asked for elsewhere, stays as it was."""
    told = {name: _stored(getattr(post, name)) for name in names}
    return {name: value for name, value in told.items() if value is not None}


class _Newer:
    columns: Sequence[str] = ("id",)

    def __init__(self, posts: Mapping[str, Post]) -> None:
        self._posts = posts

    def touches(self, rows: pa.RecordBatch) -> bool:
        return not self._posts.keys().isdisjoint(rows.column("id").to_pylist())

    def change(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        return pa.RecordBatch.from_pylist([self._row(row) for row in rows.to_pylist()], schema=SCHEMA)

    def _row(self, row: dict[str, object]) -> dict[str, object]:
        post = self._posts.get(str(row["id"]))
        return row if post is None else row | _told(post, (*WORDS, *COUNTS))


def _stored(value: object) -> object:
    """A field as a row has it; None for a count beyond 64 bits."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, tuple):
        return [storable(str(each)) for each in value]
    return None if isinstance(value, int) and abs(value) >= 2**63 else value
