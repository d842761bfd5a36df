"""A pack opened into a folder: whatever somebody sent, nothing is written outside it and nothing runs away in size."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, Schema

from miner.corpus import SCHEMA, corpus_folder
from miner.corpus.cursors import ENTRY, StreamState
from miner.corpus.folder import posts_folder, write_study
from miner.corpus.table import create_table, finished
from miner.errors import MinerError, UsageError
from miner.study.crate import CHECKSUMS, METADATA, POSTS
from miner.study.output import load_report

STREAM: Final = "pack"
MAX_FILES: Final = 64
MAX_RATIO: Final = 200
"""How many times as large as the zip file its content may be: reports come to 15, a bomb to 1,000."""
_PART: Final = 1 << 20
_WORD: Final = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,120}"
_ALLOWED: Final = re.compile(
    rf"README\.md|checksums\.txt|ro-crate-metadata\.json|data/posts\.(?:parquet|csv)"
    rf"|output/{_WORD}/{_WORD}/(?:(?:public/)?report\.(?:csv|json|html|xlsx|parquet)|run\.json"
    rf"|inputs/(?:asked\.json|decisions\.jsonl|catalogue\.csv|answers\.csv))"
)
_LINE: Final = re.compile(r"([0-9a-f]{64})  (.+)")
_ASK: Final = "Ask whoever sent it for the file again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What came out of a pack.

    Attributes:
        run: Folder of the run.
        n_files: Files in the pack; each is what its checksum says.
        corpus: Folder of the corpus, made of the posts; None where the pack has only their ids.
    """

    run: Path
    n_files: int
    corpus: Path | None


def unpack(file: Path, into: Path) -> Opened:
    """Open a pack: its files below *into*, its posts as a corpus in ``corpora/`` there.

    Checksums find what broke on the way, or what somebody changed who did not change them too: a pack is as
    trustworthy as the place that it came from.

    Args:
        file: A zip file that :func:`miner.study.pack.pack` wrote.
        into: A folder that is not there yet, or empty. It appears complete or not at all.

    Raises:
        UsageError: There is something in *into*.
        MinerError: The file is no pack, is damaged or was changed: the message names the file in it.
    """
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise UsageError(f"{into} is there already and not empty.", "Name a new folder with --into.")
    try:
        into.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".opening-", dir=into.parent) as folder:
            root = Path(folder) / "study"
            names = _extract(file, root)
            _check(root, names, file)
            opened = _settle(root, names, file)
            if into.is_dir():
                into.rmdir()
            root.rename(into)
    except OSError as error:
        raise MinerError(f"{file} cannot be opened into {into}: {error.strerror or error}.", "Check both.") from error
    run, corpus = opened
    return Opened(run=into / run, n_files=len(names), corpus=into / corpus if corpus else None)


def _extract(file: Path, root: Path) -> list[str]:
    """Write what is in *file* below *root*; the names."""
    try:
        return _extracted(file, root)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
        raise MinerError(f"{file} is damaged, or no zip file: {error}.", _ASK) from error


def _extracted(file: Path, root: Path) -> list[str]:
    with zipfile.ZipFile(file) as pack:
        entries = pack.infolist()
        _check_entries(entries, file)
        for entry in entries:
            path = root / entry.filename
            path.parent.mkdir(parents=True, exist_ok=True)
            n_left = entry.file_size
            with pack.open(entry) as source, path.open("xb") as out:
                while part := source.read(_PART):
                    n_left -= len(part)
                    if n_left < 0:
                        raise MinerError(f"{entry.filename} in {file} is larger than it says.", _ASK)
                    out.write(part)
    return [entry.filename for entry in entries]


def _check_entries(entries: Sequence[zipfile.ZipInfo], file: Path) -> None:
    names = [entry.filename for entry in entries]
    if METADATA not in names or CHECKSUMS not in names:
        raise MinerError(f"{file} is a zip file, but no pack of a study.", "Give one that `miner study pack` wrote.")
    for entry in entries:
        if not _ALLOWED.fullmatch(entry.filename) or ".." in entry.filename or entry.flag_bits & 1:
            raise MinerError(f"{file} holds {entry.filename[:200]!r}, which is in no pack.", _ASK)
    if len(set(names)) < len(names) or len(names) > MAX_FILES:
        raise MinerError(f"{file} holds a file twice, or more than {MAX_FILES} files.", _ASK)
    size, limit = sum(entry.file_size for entry in entries), MAX_RATIO * file.stat().st_size
    if size > limit:
        raise MinerError(f"{file} would grow to {size:,} bytes, over {MAX_RATIO} times its size.", _ASK)


def _check(root: Path, names: Sequence[str], file: Path) -> None:
    """Hold every file against its checksum."""
    told = _checksums(root / CHECKSUMS, file)
    for name in sorted({*names, *told} - {CHECKSUMS}):
        if name not in told or name not in names:
            what = "is not among its checksums" if name in names else "is missing"
            raise MinerError(f"{name} {what} in {file}.", _ASK)
        with (root / name).open("rb") as opened:
            if hashlib.file_digest(opened, "sha256").hexdigest() != told[name]:
                raise MinerError(f"{name} in {file} is not what it was when it was packed.", _ASK)


def _checksums(path: Path, file: Path) -> Mapping[str, str]:
    found = [_LINE.fullmatch(line) for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]
    if None in found:
        raise MinerError(f"{CHECKSUMS} in {file} has a line that is no checksum.", _ASK)
    return {match[2]: match[1] for match in found if match}


def _settle(root: Path, names: Sequence[str], file: Path) -> tuple[Path, Path | None]:
    """The folder of the run and that of the corpus, made of the posts, both from *root* on."""
    runs = {Path(*Path(name).parts[:3]) for name in names if name.startswith("output/")}
    if len(runs) != 1:
        raise MinerError(f"{file} holds {len(runs)} runs; a pack holds one.", _ASK)
    (run,) = runs
    if POSTS not in names:
        return run, None
    corpus = corpus_folder(Path("corpora"), run.parts[1])
    report = load_report(root / run)
    told = report.manifest.get("corpus")
    rejected = told.get("rejected") if isinstance(told, Mapping) else None
    counts = {k: n for k, n in rejected.items() if isinstance(n, int)} if isinstance(rejected, Mapping) else {}
    _make_corpus(root / corpus, root / POSTS, counts)
    return run, corpus


def _make_corpus(folder: Path, posts: Path, rejected: Mapping[str, int]) -> None:
    """A corpus of one commit whose only file is a copy of *posts*."""
    try:
        schema, n_rows = pq.read_schema(posts), pq.read_metadata(posts).num_rows
    except pa.ArrowException as error:
        raise MinerError(f"{POSTS} is no Parquet file of posts: {error}.", _ASK) from error
    if not schema.remove_metadata().equals(SCHEMA):
        raise MinerError(f"{POSTS} has other columns than the posts of a corpus.", _ASK)
    folder.mkdir(parents=True)
    now = datetime.now(UTC)
    write_study(folder, created=now, author_key="")
    at = posts_folder(folder)
    create_table(at)
    path = at / f"{1:020}-pack.parquet"
    shutil.copyfile(posts, path)
    table = DeltaTable(at)
    entry = StreamState().entry(stream=STREAM, cursor=None, rejected=rejected, restarts=False, at=now)
    table.create_write_transaction(
        [finished(path, n_rows)],
        mode="append",
        schema=Schema.from_arrow(SCHEMA),
        commit_properties=CommitProperties(custom_metadata={ENTRY: entry}),
    )
