"""The import command's work: progress, and what came of each file."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from miner.cli.console import Console, Show, print_json
from miner.cli.failures import insistent, print_error
from miner.errors import NothingFound, SourceError, UsageError

if TYPE_CHECKING:
    from miner.sources.files import Reading
    from miner.study.import_result import FileResult, ImportProgress, ImportResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What was typed.

    Attributes:
        files: Names of files; ``-`` is standard input.
        into: Name of the corpus.
        format_name: The format of all files; None recognises each.
        mapping: A file that says which field is which.
        communities: The only subreddits to keep of a dump.
        era: Name of the only era to keep, or the path of its file.
    """

    files: Sequence[str]
    into: str
    format_name: str | None = None
    mapping: Path | None = None
    communities: Sequence[str] = ()
    era: str | None = None


def import_into(console: Console, order: Order, *, as_json: bool) -> int:
    """Import the files, say what came of them, and give the exit code.

    Raises:
        UsageError: Options that do not go together, or a file that cannot be read in that way.
        UnknownName, EraError: There is no such era, or its file is wrong.
        NothingFound: None of them holds a post.
    """
    from miner.corpus import Corpus, corpus_folder, is_corpus
    from miner.sources.files import DEFAULT_MAPPING, Reading, community_names, load_mapping
    from miner.study.eras import load_study_era
    from miner.study.imports import import_files

    if order.mapping and order.format_name not in (None, "rows"):
        raise UsageError(f"--mapping is for --format rows, not for {order.format_name}.", "Leave one of the two out.")
    mapping = load_mapping(order.mapping) if order.mapping else DEFAULT_MAPPING
    era = load_study_era(order.era) if order.era else None
    folder = corpus_folder(console.settings().corpora, order.into)
    _check_files(order, Reading(mapping=mapping, communities=community_names(order.communities)))
    corpus = Corpus.open(folder) if is_corpus(folder) else Corpus.create(folder)
    with insistent(), console.progress() as show:
        result = import_files(
            order.files,
            corpus,
            format_name=order.format_name,
            mapping=mapping,
            communities=order.communities,
            era=era,
            on_batch=lambda p: _show(console, show, p),
        )
    n_posts = corpus.count()
    if as_json:
        print_json(_facts(result, order.into, n_posts))
    else:
        typer.echo("\n".join(line for file in result.files for line in _lines(file)))
        advice = f" Next: miner rank {order.into} --era {order.era or '80s'}" if n_posts else ""
        typer.echo(f"{n_posts:,} posts in {order.into}.{advice}")
    for file in result.failures:
        if file.error is not None:
            print_error(file.error)
    if result.exit_code == NothingFound.exit_code:
        raise _nothing_found(result)
    return result.exit_code


def _nothing_found(result: ImportResult) -> NothingFound:
    formats = {file.format for file in result.files}
    advice = "Say which field is which with --mapping FILE."
    if formats != {"rows"}:
        read_as = " and ".join(sorted(formats))
        advice = f"It was read as {read_as}: `miner import --help` names the other formats."
    return NothingFound(f"None of the {result.n_read:,} records is a post.", advice)


def _show(console: Console, show: Show, at: ImportProgress) -> None:
    show(f"importing {at.name} (KB)", at.n_bytes_read // 1024, (at.n_bytes or 0) // 1024)
    console.detail(f"{at.name}: {at.n_read:,} read, {at.n_new:,} new posts so far")


def _lines(file: FileResult) -> list[str]:
    return [
        f"{file.name}: {file.n_read:,} read{_way(file)}, {file.n_new:,} new, {file.n_known:,} known before.",
        *(f"{n:>9,} rejected: {reason}" for reason, n in file.rejected.items()),
        *(f"{n:>9,} kept, but {note}" for note, n in file.notes.items()),
    ]


def _way(file: FileResult) -> str:
    """Said only where it could be a surprise."""
    return f" as {file.format}" if file.format not in ("", "rows") else ""


def _facts(result: ImportResult, into: str, n_posts: int) -> dict[str, object]:
    files = [
        {
            "name": file.name,
            "format": file.format,
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


def _check_files(order: Order, reading: Reading) -> None:
    """Refuse what is no file of posts before a corpus is made for it; among several, one may fail alone."""
    from miner.sources.files import format_of, get_format, open_posts
    from miner.sources.files.opening import STDIN, check_path

    if order.format_name is not None:
        get_format(order.format_name)
    paths = [Path(name) for name in order.files if name != STDIN]
    for path in paths:
        check_path(path)
    if len(order.files) == 1 and paths and (paths[0].is_file() or paths[0].is_dir()):
        if paths[0].is_file():
            paths[0].open("rb").close()  # one that may not be read is a matter of this machine, and said as such
        with open_posts(paths[0], is_hashed=False) as file:
            records = format_of(file, order.format_name, reading).read(file, reading, 0)
            with contextlib.suppress(SourceError):  # what came before the damage is worth a corpus
                next(records, None)
