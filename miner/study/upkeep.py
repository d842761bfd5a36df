"""A corpus kept in good order: its files joined, cleared away, handed on, and how long it may keep posts."""

from __future__ import annotations

import errno
from pathlib import Path

from miner.corpus import Corpus, corpus_folder
from miner.corpus.compaction import Compacted, compact
from miner.corpus.export import export_parquet
from miner.corpus.folder import read_study, write_study
from miner.corpus.kept import vacuum_kept
from miner.corpus.trouble import storage_errors
from miner.corpus.vacuum import Vacuumed, vacuum
from miner.errors import MinerError, StorageFull, UsageError
from miner.settings import Settings

LEAST_DAYS = 1


def compact_corpus(settings: Settings, name: str) -> Compacted:
    """Join the many small files of a corpus to a few large ones.

    Raises:
        UnknownName: There is no such corpus.
        StorageFull, CorpusError: It cannot be written; it is as before.
    """
    corpus = Corpus.open(corpus_folder(settings.corpora, name))
    with corpus.writing(), storage_errors(corpus.folder):
        return compact(corpus.folder)


def vacuum_corpus(settings: Settings, name: str, *, n_versions: int = 1, with_kept: bool = False) -> Vacuumed:
    """Delete what only older versions of a corpus need.

    Args:
        settings: Where it lies.
        name: Its name.
        n_versions: How many of the newest versions stay readable.
        with_kept: Also delete what runs kept beside the corpus; it is worked out again when it is asked for.

    Raises:
        UnknownName: There is no such corpus.
        CorpusError: Files cannot be deleted.
    """
    corpus = Corpus.open(corpus_folder(settings.corpora, name))
    with corpus.writing(), storage_errors(corpus.folder):
        done = vacuum(corpus.folder, n_versions=n_versions)
        n_kept = vacuum_kept(corpus.folder) if with_kept else 0
    return Vacuumed(n_files=done.n_files, n_bytes=done.n_bytes + n_kept)


def export_corpus(settings: Settings, name: str, path: Path) -> int:
    """Write the posts of a corpus into one Parquet file, never the key; returns how many there are.

    Raises:
        UnknownName: There is no such corpus.
        UsageError: The file lies in the folder of the corpora.
        StorageFull, MinerError: It cannot be written.
    """
    corpus = Corpus.open(corpus_folder(settings.corpora, name))
    if corpus.folder.resolve() in path.resolve().parents:
        raise UsageError(
            f"{path} lies inside the corpus {name}, where `miner forget` would not find it.",
            f"Name a file elsewhere: `miner corpus export {name} --parquet {name}.parquet`.",
        )
    rows = corpus.read()
    try:
        return export_parquet(rows, path)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StorageFull(
                f"There is no room for {path}.", "Free some space and run the same command again."
            ) from error
        raise MinerError(f"{path} cannot be written: {error.strerror}.", "Name another file with --parquet.") from error


def set_retention(settings: Settings, name: str, days: int | None) -> None:
    """Say how many days a corpus may keep a post; None takes the word back.

    Raises:
        UnknownName: There is no such corpus.
        UsageError: Fewer than one day.
        CorpusError: Its description cannot be read or written.
    """
    if days is not None and days < LEAST_DAYS:
        raise UsageError(f"A retention of {days} days keeps nothing.", "Give a number of days from 1 up.")
    corpus = Corpus.open(corpus_folder(settings.corpora, name))
    with corpus.writing(), storage_errors(corpus.folder):
        study = read_study(corpus.folder)
        write_study(corpus.folder, created=study.created, author_key=study.author_key, retention_days=days)
