"""Commands that let others repeat a study: replay."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from miner.cli import completion
from miner.cli.console import Console, print_json
from miner.cli.failures import insistent
from miner.cli.layout import paragraph
from miner.cli.options import EPILOG, Json
from miner.cli.results import find_run

if TYPE_CHECKING:
    from miner.study.replay import Replayed

DIFFERENT = 1
Run = Annotated[
    Path, typer.Argument(metavar="RUN", autocompletion=completion.run_folders, help="Name of a run, or its folder.")
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FOLDER", help="Keep the files that were made anew.", show_default=False),
]


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command("replay", epilog=EPILOG)(replay)


def replay(ctx: typer.Context, run: Run, out: Out = None, as_json: Json = False) -> None:
    """Do a run again from its own inputs, and compare every byte.

    The corpus is read at the version of then; nobody is asked, and nothing that was kept is used. Exit code 1 says
    that something differs.

    Example: miner replay 80s-1a2b3c4d
    """
    from miner.study.replay import replay as replay_run

    console: Console = ctx.obj
    settings = console.settings()
    with ExitStack() as stack:
        folder = out or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="miner-")))
        stack.enter_context(insistent())
        progress = stack.enter_context(console.progress())
        done = replay_run(find_run(run, settings.output), folder, settings=settings, progress=progress)
    if as_json:
        _print_json(done)
    else:
        _print(done, out)
    if not done.is_identical:
        raise typer.Exit(DIFFERENT)


def _print_json(done: Replayed) -> None:
    import msgspec

    print_json(
        {
            "run": done.run_id,
            "is_identical": done.is_identical,
            "files": msgspec.to_builtins(done.files),
            "manifest": msgspec.to_builtins(done.manifest),
        }
    )


def _print(done: Replayed, out: Path | None) -> None:
    for file in done.files:
        typer.echo(paragraph(file.difference or "the same", first=f"{file.name:<26}"))
    if done.manifest:
        typer.echo("\nMade with other things than then:")
    for changed in done.manifest:
        typer.echo(
            paragraph(f"{changed.then or 'nothing'} then, {changed.now or 'nothing'} now", first=f"  {changed.key}  ")
        )
    n_same = sum(not file.difference for file in done.files)
    typer.echo(f"\n{n_same:,} of {len(done.files):,} files of {done.run_id} are the same to the last byte.")
    if out is None and not done.is_identical:
        typer.echo("Keep what was made anew with --out FOLDER to look into it.")
