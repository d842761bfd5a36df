"""The command line: a signature, one call, one line of result a command. Heavy imports happen inside commands."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from miner import __version__
from miner.cli import (
    again,
    collect,
    compare,
    dates,
    decide,
    evaluate,
    inspect,
    people,
    repeat,
    results,
    serve,
    sources,
    upkeep,
)
from miner.cli.console import Console
from miner.cli.failures import INTERRUPTED, reported

app = typer.Typer(
    name="miner",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    epilog="Settings also come from MINER_* variables (MINER_OUTPUT=reports) and from miner.toml; flags win.",
)
collect.add_to(app)
results.add_to(app)
decide.add_to(app)
serve.add_to(app)
compare.add_to(app)
dates.add_to(app)
sources.add_to(app)
inspect.add_to(app)
upkeep.add_to(app)
people.add_to(app)
again.add_to(app)
repeat.add_to(app)
evaluate.add_to(app)


def _version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"nostalgia-miner {__version__}")
        raise typer.Exit


@app.callback()
def settings_of_all(
    ctx: typer.Context,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Settings (TOML). Default: miner.toml here, if there is one.")
    ] = None,
    is_quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Nothing but errors on stderr.")] = False,
    is_verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Say more on stderr; tracebacks of bugs.")
    ] = False,
    no_input: Annotated[bool, typer.Option("--no-input", help="Never ask; nothing here does.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Find out which things people see and remember of an era.

    Collect posts, then rank what they name: miner rank mine --era 80s

    Example: miner scrape 80s --source mastodon --into mine --limit 2000
    """
    del no_input, version
    ctx.obj = Console(config=config, is_quiet=is_quiet, is_verbose=is_verbose)
    ctx.with_resource(reported(ctx.invoked_subcommand or "", is_verbose=is_verbose))


def main() -> None:
    """Run the command line, and end the process with its exit code."""
    try:
        run(sys.argv[1:])
    except SystemExit as end:
        if end.code == INTERRUPTED:
            # taking torch down lasts a second, and whoever presses Ctrl-C again meanwhile gets tracebacks
            for stream in (sys.stdout, sys.stderr):
                with contextlib.suppress(OSError, ValueError, AttributeError):
                    stream.flush()
            os._exit(INTERRUPTED)
        raise


def run(args: Sequence[str]) -> None:
    """Run the command line that stands after the program's name.

    Raises:
        SystemExit: Always, with the exit code.
    """
    # a terminal that cannot show a character gets a question mark, not a traceback
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    app(args=options_first(args), prog_name="miner")


def options_first(args: Sequence[str]) -> list[str]:
    """*args* with the options of all commands before the command: people type ``miner rank mine --quiet``.

    >>> options_first(["rank", "mine", "--config", "a.toml", "-q"])
    ['--config', 'a.toml', '-q', 'rank', 'mine']
    >>> options_first(["import", "--", "-q"])
    ['import', '--', '-q']
    """
    first: list[str] = []
    others: list[str] = []
    rest = iter(args)
    for arg in rest:
        if arg == "--":
            others += [arg, *rest]
        elif arg == "--config":
            first += [arg, *([value] if (value := next(rest, None)) is not None else [])]
        elif arg in {"-q", "--quiet", "-v", "--verbose", "--no-input"} or arg.startswith("--config="):
            first.append(arg)
        else:
            others.append(arg)
    return first + others
