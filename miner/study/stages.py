"""The map stages of a run: what is not kept yet is worked out on an engine, and kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata, resources
from pathlib import Path

import numpy as np
import pyarrow as pa

from miner.corpus.fingerprint import COLUMNS
from miner.corpus.kept import KEY, Kept
from miner.engine import Engine, SerialEngine, Stage
from miner.eras import Era
from miner.study.gather import Posts, Rows

POSTS_AT_ONCE = 1024
"""Posts of one table: equal for all engines, so that all give the same to the last bit."""
COMMIT_ROWS = 8 * POSTS_AT_ONCE
"""Posts whose results are kept in one commit: what a killed run loses at most."""
Progress = Callable[[str, int, int], None]


def silent(stage: str, done: int, total: int) -> None:
    """Progress that nobody is told of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """Where the map stages of a run are done.

    Attributes:
        folder: The corpus: results are kept there.
        engine: Runs the stages.
        progress: Told the stage and how many of its posts are done.
    """

    folder: Path
    engine: Engine = field(default_factory=SerialEngine)
    progress: Progress = silent

    def kept(self, name: str, version: str, schema: pa.Schema) -> Kept:
        """The results of a stage so far."""
        return Kept(self.folder, name, version, schema)

    def fill(
        self,
        kept: Kept,
        stage: Stage,
        posts: Posts,
        rows: Rows,
        *,
        told: str,
        extra: Mapping[str, pa.Array] | None = None,
    ) -> None:
        """Work out what *kept* does not have of *rows* yet.

        Args:
            kept: Results of the stage so far; has those of all *rows* afterwards.
            stage: Takes :data:`KEY`, the columns of a fingerprint and those of *extra*; gives a row a post.
            posts: All posts.
            rows: Of *posts*, those that are needed.
            told: The stage in words, for the progress.
            extra: More columns for the stage, shape (len(rows),) each; they take the place of those of their names.
        """
        fingerprints = posts.fingerprints[rows]
        unique, first = np.unique(fingerprints, return_index=True)
        first = first[np.isin(unique, kept.missing(unique))]
        # in the order of storage a file is opened once
        first = first[np.argsort(posts.at[rows[first]], kind="stable")]
        done, waiting = 0, list[pa.Table]()
        self.progress(told, done, len(first))
        for result in self.engine.map(stage, _tables(posts, rows, first, extra or {})):
            waiting.append(result)
            done += result.num_rows
            self.progress(told, done, len(first))
            if sum(table.num_rows for table in waiting) >= COMMIT_ROWS:
                kept.add(pa.concat_tables(waiting))
                waiting = []
        if waiting:
            kept.add(pa.concat_tables(waiting))


def _tables(posts: Posts, rows: Rows, chosen: Rows, extra: Mapping[str, pa.Array]) -> Iterator[pa.Table]:
    columns = [name for name in COLUMNS if name not in extra]
    for start in range(0, len(chosen), POSTS_AT_ONCE):
        part = chosen[start : start + POSTS_AT_ONCE]
        table = posts.texts(rows[part], columns).combine_chunks()
        table = table.append_column(KEY, pa.array(posts.fingerprints[rows[part]]))
        for name, values in extra.items():
            table = table.append_column(name, values.take(pa.array(part)))
        yield table


def version_of(*parts: object, code: Sequence[str] = (), data: Sequence[str] = (), packages: Sequence[str] = ()) -> str:
    """Ten hex digits that change when the results of a stage may.

    Args:
        parts: What it was asked with; things whose ``repr`` says all.
        code: Packages and modules of this program that it is made of ("miner.eras", "miner.text.clean").
        data: Tables of this program that it reads, by their file's name in ``miner/data``.
        packages: Packages of others that it rests on.
    """
    digest = hashlib.blake2b(digest_size=5)
    for module in code:
        digest.update(module.encode() + b"\0" + _source(module))
    for name in data:
        digest.update((resources.files("miner.data") / name).read_bytes() + b"\0")
    for name in packages:
        digest.update(f"{name} {metadata.version(name)}\0".encode())
    for part in parts:
        digest.update(repr(part).encode() + b"\0")
    return digest.hexdigest()


def _source(module: str) -> bytes:
    """The program text of a module, or of all modules of a package."""
    package, _, name = module.rpartition(".")
    file = resources.files(package) / f"{name}.py"
    if file.is_file():
        return file.read_bytes()
    files = sorted((f for f in resources.files(module).iterdir() if f.name.endswith(".py")), key=lambda f: f.name)
    return b"\0".join(f.read_bytes() for f in files)


def eras_of(era: Era | None, shipped: Sequence[Era]) -> tuple[Era, ...]:
    """The *shipped* eras and a user's own; one of the same name takes the place of the shipped one."""
    if era is None or era in shipped:
        return tuple(shipped)
    return (*(other for other in shipped if other.name != era.name), era)
