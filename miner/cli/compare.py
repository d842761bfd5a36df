"""Commands that set things side by side: two runs, two eras, the months."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from miner.cli import completion
from miner.cli.console import Console, print_json
from miner.cli.layout import cut, pad, terminal_width
from miner.cli.options import EPILOG, CorpusName, Era, Json, Top
from miner.cli.results import find_run

if TYPE_CHECKING:
    from collections.abc import Iterable

    from miner.records import RankedArtifact

BAR_WIDTH = 30
Run = Annotated[
    Path, typer.Argument(metavar="RUN", autocompletion=completion.run_folders, help="Name of a run, or its folder.")
]


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command("diff", epilog=EPILOG)(diff)
    app.command("compare", epilog=EPILOG)(compare)
    app.command("trend", epilog=EPILOG)(trend)


def diff(ctx: typer.Context, before: Run, after: Run, as_json: Json = False) -> None:
    """Show what is new, gone or moved from one run to another.

    Example: miner diff 80s-1a2b3c4d 80s-5e6f7a8b
    """
    from miner.study import load_report
    from miner.study.differ import difference

    console: Console = ctx.obj
    output = console.settings().output
    found = difference(*(load_report(find_run(run, output)) for run in (before, after)))
    if as_json:
        import msgspec

        print_json(msgspec.to_builtins(found))
        return
    _print_rows("New", found.new)
    _print_rows("Gone", found.gone)
    typer.echo(f"Moved beyond its interval ({len(found.moved):,})")
    for moved in found.moved:
        one, other = moved.before, moved.after
        places = (
            f"  {one.rank:>5} [{one.rank_low}-{one.rank_high}] to {other.rank} [{other.rank_low}-{other.rank_high}]"
        )
        typer.echo(f"{pad(places, 34)}{cut(other.artifact.name, terminal_width() - 34)}")
    typer.echo(f"{found.n_same:,} artifacts in both, at places that their intervals allow.")


def _print_rows(title: str, rows: Iterable[RankedArtifact]) -> None:
    listed = list(rows)
    typer.echo(f"{title} ({len(listed):,})")
    for row in listed:
        typer.echo(f"  {row.rank:>5}  {row.n_authors:>7,} authors  {cut(row.artifact.name, terminal_width() - 26)}")


def compare(
    ctx: typer.Context,
    one: Era,
    other: Era,
    name: Annotated[
        str,
        typer.Option("--in", metavar="NAME", autocompletion=completion.corpus_names, help="Corpus that holds both."),
    ],
    top: Top = 20,
    as_json: Json = False,
) -> None:
    """Compare two eras of a corpus.

    Example: miner compare 80s 90s --in mine
    """
    from miner.corpus import Corpus, corpus_folder
    from miner.study.compare import compare_eras

    console: Console = ctx.obj
    settings = console.settings()
    corpus = Corpus.open(corpus_folder(settings.corpora, name))
    with console.progress() as progress:
        found = compare_eras(corpus, one, other, settings=settings, progress=progress)
    if as_json:
        import msgspec

        print_json(msgspec.to_builtins(found))
        return
    width = (terminal_width() - 2) // 2
    typer.echo(f"{pad(f'More of the {one} ({found.n_one:,} authors)', width)}  More of the {other} ({found.n_other:,})")
    left, right = (sorted(found.things, key=lambda t, s=sign: (-s * t.z, t.name))[:top] for sign in (1, -1))  # type: ignore[misc]
    for a, b in zip(left, right, strict=True):
        cells = [f"{t.z:+6.1f}  {t.n_one:>4} {t.n_other:>4}  {t.name}" for t in (a, b)]
        typer.echo(f"{pad(cut(cells[0], width), width)}  {cut(cells[1], width)}")
    typer.echo("\nShared: named most in both, with no clear difference")
    for thing in found.shared()[:top]:
        typer.echo(cut(f"{thing.z:+6.1f}  {thing.n_one:>4} {thing.n_other:>4}  {thing.name}", terminal_width()))
    typer.echo("\nColumns: z of the log-odds, authors of either era, artifact.")


def trend(
    ctx: typer.Context,
    name: CorpusName,
    artifact: Annotated[str, typer.Argument(metavar="ARTIFACT", help="Name of an artifact.")],
    as_json: Json = False,
) -> None:
    """Show what share of each month's authors name an artifact.

    Example: miner trend mine Walkman
    """
    from miner.artifacts.catalogue import load_all
    from miner.corpus import Corpus, corpus_folder
    from miner.study.models import own_catalogue
    from miner.study.trend import trend as months_of

    console: Console = ctx.obj
    settings = console.settings()
    corpus = Corpus.open(corpus_folder(settings.corpora, name))
    months = months_of(corpus.posts(), artifact, load_all(own_catalogue(settings)))
    if as_json:
        import msgspec

        print_json([{**msgspec.to_builtins(month), "share": round(month.share, 6)} for month in months])
        return
    most = max(month.share for month in months)
    typer.echo(f"month    share   authors  of {artifact}")
    for month in months:
        bar = "#" * round(BAR_WIDTH * month.share / most) if most else ""
        typer.echo(f"{month.month}  {month.share:6.2%}  {month.n_naming:>4,} of {month.n_authors:<6,} {bar}".rstrip())
