"""Commands for what a team decided: bring it in, look at it, hand it on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from miner.cli.console import Console, print_json
from miner.cli.layout import cut, pad, paragraph, terminal_width
from miner.cli.options import EPILOG, CorpusName, Into, Json

if TYPE_CHECKING:
    from miner.review.decisions import Conflict, Decisions

decide = typer.Typer(
    name="decide", help="Keep, reject, merge: what a team decided.\n\nExample: miner decide list mine", epilog=EPILOG
)
DecisionsFile = Annotated[Path, typer.Argument(metavar="FILE", help="decisions.jsonl, as a report exported it.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.add_typer(decide, no_args_is_help=True)


@decide.command("import", epilog=EPILOG)
def bring_in(ctx: typer.Context, file: DecisionsFile, into: Into, as_json: Json = False) -> None:
    """Add the decisions of a file to a corpus; every later rank obeys them.

    Import the files of all who decided, in any order and as often as you like: nothing is lost, nothing counts twice,
    and where two people differ the later word holds and the difference is listed.

    Example: miner decide import decisions.jsonl --into mine
    """
    from miner.corpus import Corpus, corpus_folder
    from miner.review.log import import_decisions

    console: Console = ctx.obj
    settings = console.settings()
    done = import_decisions(Corpus.open(corpus_folder(settings.corpora, into)).folder, file)
    if as_json:
        conflicts = len(done.decisions.conflicts())
        print_json({"new": done.n_new, "known": done.n_known, "rejected": dict(done.rejected), "conflicts": conflicts})
        return
    typer.echo(f"{done.n_new:,} new, {done.n_known:,} known already, {sum(done.rejected.values()):,} refused")
    for why, n in sorted(done.rejected.items()):
        typer.echo(paragraph(f"{n:,}: {why}", first="  "))
    _show_conflicts(done.decisions.conflicts())


@decide.command("list", epilog=EPILOG)
def list_all(ctx: typer.Context, name: CorpusName, as_json: Json = False) -> None:
    """Show the decisions that hold in a corpus, and where people differ.

    Example: miner decide list mine
    """
    import msgspec

    found = _decisions(ctx, name)
    if as_json:
        print_json(
            {
                "holds": [msgspec.to_builtins(line) for line in found.holding()],
                "conflicts": [msgspec.to_builtins(conflict) for conflict in found.conflicts()],
            }
        )
        return
    width = terminal_width()
    for line in found.holding():
        said = " · ".join(filter(None, (line.value.replace("\n", ", "), line.reason)))
        typer.echo(pad(cut(line.name, 28), 30) + pad(line.what, 12) + cut(said, width - 42))
    typer.echo(f"{len(found.holding()):,} decisions hold, out of {len(found.lines):,} lines.")
    _show_conflicts(found.conflicts())


@decide.command("export", epilog=EPILOG)
def hand_on(ctx: typer.Context, name: CorpusName) -> None:
    """Write all decisions of a corpus to stdout, as lines of decisions.jsonl.

    Example: miner decide export mine
    """
    from miner.review.log import as_line

    for line in _decisions(ctx, name).lines:
        typer.echo(as_line(line).decode(), nl=False)


def _decisions(ctx: typer.Context, name: str) -> Decisions:
    from miner.corpus import Corpus, corpus_folder
    from miner.review.log import read_decisions

    console: Console = ctx.obj
    return read_decisions(Corpus.open(corpus_folder(console.settings().corpora, name)).folder)


def _show_conflicts(conflicts: list[Conflict]) -> None:
    if conflicts:
        typer.echo(f"\n{len(conflicts):,} differ; the later word holds:")
    for conflict in conflicts:
        holds, other = conflict.holds, conflict.other
        said = f"{holds.by or 'somebody'} {_said(holds.value)}, {other.by or 'somebody else'} {_said(other.value)}"
        typer.echo(paragraph(f"{holds.name}, {holds.what}: {said}", first="  "))


def _said(value: str) -> str:
    return repr(value) if value else "nothing"
