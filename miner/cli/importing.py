"""The import command's work: progress, and what came of each file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from miner.cli.console import Console, Show, print_json
from miner.cli.failures import insistent, print_error
from miner.errors import NothingFound

if TYPE_CHECKING:
    from miner.study.import_result import FileResult, ImportProgress, ImportResult


def import_into(console: Console, files: Sequence[str], into: str, mapping: Path | None, *, as_json: bool) -> int:
    """Import *files*, say what came of them, and give the exit code.

    Raises:
        NothingFound: None of them holds a post.
    """
    from miner.corpus import Corpus, corpus_folder, is_corpus
    from miner.sources.files import DEFAULT_MAPPING, load_mapping
    from miner.study.imports import import_files

    fields = load_mapping(mapping) if mapping else DEFAULT_MAPPING
    folder = corpus_folder(console.settings().corpora, into)
    _check_files(files)
    corpus = Corpus.open(folder) if is_corpus(folder) else Corpus.create(folder)
    with insistent(), console.progress() as show:
        result = import_files(files, corpus, mapping=fields, on_batch=lambda p: _show(console, show, p))
    n_posts = corpus.count()
    if as_json:
        print_json(_facts(result, into, n_posts))
    else:
        typer.echo("\n".join(line for file in result.files for line in _lines(file)))
        typer.echo(f"{n_posts:,} posts in {into}." + (f" Next: miner rank {into} --era 80s" if n_posts else ""))
    for file in result.failures:
        if file.error is not None:
            print_error(file.error)
    if result.exit_code == NothingFound.exit_code:
        raise NothingFound(
            f"None of the {result.n_read:,} records is a post.", "Say which field is which with --mapping FILE."
        )
    return result.exit_code


def _show(console: Console, show: Show, at: ImportProgress) -> None:
    show(f"importing {at.name} (KB)", at.n_bytes_read // 1024, (at.n_bytes or 0) // 1024)
    console.detail(f"{at.name}: {at.n_read:,} read, {at.n_new:,} new posts so far")


def _lines(file: FileResult) -> list[str]:
    return [
        f"{file.name}: {file.n_read:,} read, {file.n_new:,} new, {file.n_known:,} known before.",
        *(f"{n:>9,} rejected: {reason}" for reason, n in file.rejected.items()),
        *(f"{n:>9,} kept, but {note}" for note, n in file.notes.items()),
    ]


def _facts(result: ImportResult, into: str, n_posts: int) -> dict[str, object]:
    files = [
        {
            "name": file.name,
            "n_read": file.n_read,
            "n_new": file.n_new,
            "n_known": file.n_known,
            "rejected": dict(file.rejected),
            "notes": dict(file.notes),
            "error": file.error and {"happened": file.error.happened, "advice": file.error.advice},
        }
        for file in result.files
    ]
    return {"corpus": into, "n_posts": n_posts, "files": files}


def _check_files(files: Sequence[str]) -> None:
    """Refuse what is no file of posts before a corpus is made for it; among several, one may fail alone."""
    from miner.sources.files.opening import STDIN, PostsFile, check_path

    paths = [Path(name) for name in files if name != STDIN]
    for path in paths:
        check_path(path)
    if len(files) == 1 and paths and paths[0].is_file():
        with paths[0].open("rb") as file:
            PostsFile(name=paths[0].name, path=paths[0], file=file, fingerprint="", n_bytes=None)
