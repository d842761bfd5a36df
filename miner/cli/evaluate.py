"""The command that holds a ranking against somebody's own list: evaluate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from miner.cli.console import Console, print_json
from miner.cli.layout import paragraph
from miner.cli.options import EPILOG, EraName, Json
from miner.cli.results import find_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from miner.report import Report
    from miner.study.evaluate import Evaluation, Share

EVERY = 1_000_000
N_SHOWN = 10
Target = Annotated[str, typer.Argument(metavar="RUN|CORPUS", help="A run, or a corpus, which is ranked whole.")]
GoldFile = Annotated[
    Path,
    typer.Option(
        "--gold", metavar="FILE", help="Your list (CSV: name,also_called,is_artifact,first_year).", show_default=False
    ),
]


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command("evaluate", epilog=EPILOG)(evaluate)


def evaluate(ctx: typer.Context, target: Target, gold: GoldFile, era: EraName = "80s", as_json: Json = False) -> None:
    """Hold a ranking against your own list of artifacts.

    Of a run, the rows of its report are looked at; of a corpus, all that --era finds, and no report is written.

    Example: miner evaluate 80s-1a2b3c4d --gold mine.csv
    """
    from miner.study.evaluate import evaluate as held_against
    from miner.study.gold import read_gold

    console: Console = ctx.obj
    listed = read_gold(gold)
    report = _report(console, target, era)
    found = held_against(report.rows, listed)
    if as_json:
        import msgspec

        print_json(msgspec.to_builtins(found))
        return
    _print(found, report.run_id)


def _report(console: Console, target: str, era: str) -> Report:
    """The report of a run; of a corpus, one with all its artifacts."""
    from miner.corpus import Corpus, corpora_in, corpus_folder
    from miner.study import load_report, load_study_era
    from miner.study import rank as rank_stage

    settings = console.settings()
    if target not in corpora_in(settings.corpora):
        return load_report(find_run(Path(target), settings.output))
    with console.progress() as progress:
        corpus = Corpus.open(corpus_folder(settings.corpora, target))
        return rank_stage(corpus, era=load_study_era(era), settings=settings, top=EVERY, progress=progress)


def _print(found: Evaluation, run: str) -> None:
    typer.echo(f"{found.n_rows:,} rows of {run}\n")
    typer.echo(f"{'rows':>6}  {'of the list found':<26}  right of those judged")
    for depth in found.depths:
        typer.echo(f"{depth.k:>6,}  {_share(depth.found):<26}  {_share(depth.right)}")
    typer.echo("")
    typer.echo(f"{'one thing, in one row':<26}{_share(found.same)}  pairs of names")
    typer.echo(f"{'two things, in two rows':<26}{_share(found.different)}  pairs of things")
    typer.echo(f"{'years within one':<26}{_share(found.years)}")
    _print_names("missed", found.missed)
    _print_names("no artifact, yet a row", found.wrong)
    _print_names("joined", [f"{row} ({', '.join(things)})" for row, things in found.joined])
    _print_names("split", [f"{thing} ({', '.join(rows)})" for thing, rows in found.split])
    _print_names("dated otherwise", [f"{name} ({one}, here {other})" for name, one, other in found.misdated])
    if not found.n_negative:
        typer.echo("\nThe list has no line with is_artifact 0, so it cannot say which rows are wrong.")
    if found.n_ambiguous:
        typer.echo(f"\n{found.n_ambiguous:,} spellings stand in several lines of the list and tell nothing.")
    if found.ignored:
        typer.echo(f"\nNot read: {', '.join(found.ignored)}.")


def _share(share: Share) -> str:
    if share.share is None:
        return "none"
    return f"{share.n_of:,} of {share.n:,} ({share.share:.0%}, {share.low:.0%}-{share.high:.0%})"


def _print_names(title: str, names: Sequence[str]) -> None:
    if names:
        more = f" and {len(names) - N_SHOWN:,} more" if len(names) > N_SHOWN else ""
        typer.echo(paragraph(", ".join(names[:N_SHOWN]) + more, first=f"{title}: "))
