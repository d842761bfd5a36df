"""The command that checks a corpus, and mends it on request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from miner.cli.console import Console, print_json
from miner.cli.layout import paragraph, printable
from miner.cli.options import CorpusName, Json

if TYPE_CHECKING:
    from miner.corpus.findings import Checked, Finding
    from miner.corpus.repair import Repaired


def check_corpus(
    ctx: typer.Context,
    name: CorpusName,
    is_repair: Annotated[
        bool, typer.Option("--repair", help="Mend what can be mended; what is damaged is moved aside, never deleted.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Read all of a corpus and name what is damaged. Ends with 0 when it is fine, else with 1.

    Example: miner corpus check mine
    """
    from miner.corpus.findings import facts
    from miner.study.check import check, repair

    console: Console = ctx.obj
    repaired = repair(console.settings(), name) if is_repair else None
    checked = repaired.after if repaired else check(console.settings(), name)
    if as_json:
        print_json({**facts(name, checked), **(_repair_facts(repaired) if repaired else {})})
    else:
        for line in (*(_repaired(repaired) if repaired else ()), *_lines(name, checked)):
            typer.echo(printable(line) if line else line)
    if not checked.is_fine:
        raise typer.Exit(1)


def _repair_facts(repaired: Repaired) -> dict[str, object]:
    return {
        "done": list(repaired.done),
        "n_lost": repaired.n_lost,
        "streams": list(repaired.streams),
        "aside": str(repaired.aside) if repaired.aside else None,
    }


def _repaired(repaired: Repaired) -> Iterable[str]:
    yield from (f"Mended: {sentence}" for sentence in repaired.done)
    if not repaired.done:
        yield "Nothing was mended."
    if repaired.aside:
        yield f"What was damaged is in {repaired.aside}."
    if repaired.n_lost or repaired.streams:
        yield f"{repaired.n_lost:,} posts are lost. Run again what collected them; these walks begin anew:"
        yield from (f"  {stream}" for stream in repaired.streams)


def _lines(name: str, checked: Checked) -> Iterable[str]:
    serious = [finding for finding in checked.findings if not finding.is_leftover]
    others = [finding for finding in checked.findings if finding.is_leftover]
    for finding in serious:
        yield from _finding(finding)
    if others:
        yield f"{len(others)} leftovers of processes that were killed, which harm nothing:"
        yield from (f"  {finding.what}" for finding in others)
        yield f"  `miner corpus check {name} --repair` deletes them."
    if checked.is_busy:
        yield f"{name} is being written at this moment: what is under way was not looked at."
    size = f"{checked.n_posts:,} posts in {checked.n_files:,} files, {checked.n_commits:,} commits"
    yield f"{name} is {'fine' if checked.is_fine else 'damaged'}: {size} read."


def _finding(finding: Finding) -> Iterable[str]:
    yield paragraph(finding.what, first=f"{finding.kind}: ")
    if finding.kind in {"data", "log"}:
        lost = "Nobody can say how many posts" if finding.n_lost is None else f"Up to {finding.n_lost:,} posts"
        of = f", from {', '.join(finding.streams)}" if finding.streams else ""
        yield f"  {lost if finding.n_lost != 0 else 'No post'} may be lost{of}."
    else:
        yield "  No post is lost."
    yield paragraph(finding.advice, first="  ")
