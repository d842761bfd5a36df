"""Commands that let others repeat a study: replay, study pack, study open."""

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


Zip = Annotated[Path, typer.Option("--out", metavar="FILE", help="Zip file to write.", show_default=False)]
By = Annotated[
    str, typer.Option("--by", metavar="HOW", help="Posts by ids (to publish), or by value (to repeat the run).")
]
Pack = Annotated[Path, typer.Argument(metavar="FILE", help="A zip file that `miner study pack` wrote.")]
Folder = Annotated[Path, typer.Option("--into", metavar="FOLDER", help="A new folder.", show_default=False)]

study = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    epilog=EPILOG,
    help="Hand a study on as one file.\n\nExample: miner study pack 80s-1a2b3c4d --out study.zip",
)


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command("replay", epilog=EPILOG)(replay)
    study.command("pack", epilog=EPILOG)(pack)
    study.command("open", epilog=EPILOG)(open_)
    app.add_typer(study, name="study")


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


def pack(ctx: typer.Context, run: Run, out: Zip, by: By = "ids", as_json: Json = False) -> None:
    """Write a run with all that it rests on into one zip file, an RO-Crate.

    By ids: ids of posts and the public report; decisions without names and notes. By value: the posts, with pseudonyms
    and without the key, and the internal report: `miner study open` and `miner replay` then make it again. Nobody can
    take a post out of a file that was handed on.

    Example: miner study pack 80s-1a2b3c4d --out study.zip
    """
    from miner.study.pack import pack as pack_run

    console: Console = ctx.obj
    settings = console.settings()
    files = pack_run(find_run(run, settings.output), out, by=by, settings=settings)
    if as_json:
        import msgspec

        print_json({"file": str(out), "by": by, "files": msgspec.to_builtins(files)})
        return
    typer.echo(f"{len(files):,} files, {out.stat().st_size:,} bytes in {out}, posts by {by}.")


def open_(ctx: typer.Context, file: Pack, into: Folder, as_json: Json = False) -> None:
    """Open a pack into a new folder; every file is held against its checksum.

    Example: miner study open study.zip --into study
    """
    from miner.study.unpack import unpack

    del ctx
    opened = unpack(file, into)
    if as_json:
        corpus = str(opened.corpus) if opened.corpus else None
        print_json({"run": str(opened.run), "n_files": opened.n_files, "corpus": corpus})
        return
    typer.echo(f"{opened.n_files:,} files in {into}, each as it was packed.")
    if opened.corpus:
        typer.echo(f"Next: miner replay {opened.run}")
    else:
        typer.echo(f"Posts are by id alone; the list is in {opened.run / 'public' / 'report.html'}.")
