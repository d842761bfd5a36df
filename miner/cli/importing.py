"""The import command's work: progress, and what came of each file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from miner.cli.console import Console


def import_into(console: Console, files: Sequence[str], into: str, mapping: Path | None) -> int:
    """Import *files*, say what came of them, and give the exit code."""
    from miner.corpus import Corpus, corpus_folder, is_corpus
    from miner.sources.files import DEFAULT_MAPPING, load_mapping
    from miner.study.imports import import_files

    fields = load_mapping(mapping) if mapping else DEFAULT_MAPPING
    folder = corpus_folder(console.settings().corpora, into)
    _check_files(files)
    corpus = Corpus.open(folder) if is_corpus(folder) else Corpus.create(folder)
    with console.progress() as show:
        result = import_files(
            files,
            corpus,
            mapping=fields,
            on_batch=lambda p: show(f"importing {p.name} (KB)", p.n_bytes_read // 1024, (p.n_bytes or 0) // 1024),
        )
    for file in result.files:
        typer.echo(f"{file.name}: {file.n_read:,} read, {file.n_new:,} new, {file.n_known:,} known before.")
        for reason, n in file.rejected.items():
            typer.echo(f"  {n:,} rejected: {reason}")
        for note, n in file.notes.items():
            typer.echo(f"  {n:,} kept, but {note}")
        if file.error is not None:
            typer.echo(f"Error: {file.error.happened}\n{file.error.advice}", err=True)
    typer.echo(f"{corpus.count():,} posts in {into}. Next: miner rank {into} --era 80s")
    return result.exit_code


def _check_files(files: Sequence[str]) -> None:
    """Refuse a missing file before a corpus is made for it."""
    from miner.sources.files.opening import STDIN, check_path

    for name in files:
        if name != STDIN:
            check_path(Path(name))
