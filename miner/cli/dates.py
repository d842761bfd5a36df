"""Commands about dates: check a script, show the catalogue, add to it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from miner.cli.console import Console, print_json
from miner.cli.layout import paragraph
from miner.cli.options import EPILOG, Json, Region
from miner.records import HOME_REGION, Story

WORDS = {"block": "NOT YET", "warn": "check", "info": "note", "ok": "fits", "undated": "undated"}
Year = Annotated[int, typer.Option("--story-year", metavar="YEAR", min=1500, max=2100, help="Year of the story.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command("check", epilog=EPILOG)(check)
    group = typer.Typer(help="Look up artifacts.\n\nExample: miner catalogue show Walkman", no_args_is_help=True)
    group.command("show", epilog=EPILOG)(show)
    group.command("add", epilog=EPILOG)(add)
    app.add_typer(group, name="catalogue")


def check(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A script, Fountain or plain text; - for stdin.")],
    story_year: Year,
    region: Region = HOME_REGION,
    all_: Annotated[bool, typer.Option("--all", help="Also what fits and what nobody dates.")] = False,
    as_json: Json = False,
) -> None:
    """Check a script for what was not there yet.

    Example: miner check pilot.fountain --story-year 1983 --region US
    """
    from miner.study.script_file import check_file

    console: Console = ctx.obj
    found = check_file(Path(file), Story(year=story_year, region=region.upper()), console.settings())
    if as_json:
        import msgspec

        print_json(msgspec.to_builtins(found))
        return
    shown = [named for named in found if all_ or named.flag.level in ("block", "warn", "info")]
    for named in shown:
        first = f"{named.line:>6}  {WORDS[named.flag.level]:<8}  "
        as_named = "" if named.written.lower() == named.name.lower() else f" ({named.name})"
        typer.echo(paragraph(f"{named.written}{as_named}: {named.flag.reason}", first=first))
    n_hard = sum(named.flag.level == "block" for named in found)
    typer.echo(f"{len(found):,} mentions of known artifacts, {n_hard:,} not there yet in {story_year}.")


def show(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Any name or spelling of an artifact.")],
    region: Region = HOME_REGION,
    as_json: Json = False,
) -> None:
    """Show what the catalogue knows of an artifact, and who says so.

    Example: miner catalogue show "Trapper Keeper"
    """
    from miner.study.script_file import shown_entries

    console: Console = ctx.obj
    found = shown_entries(name, console.settings())
    if as_json:
        import msgspec

        print_json(msgspec.to_builtins(found))
        return
    from miner.artifacts.period import dating

    for entry in found:
        when = dating(entry, region.upper())
        typer.echo(f"{entry.name} ({entry.category.replace('_', ' ')}{', ' + entry.brand if entry.brand else ''})")
        if len(entry.names) > 1:
            typer.echo(paragraph(", ".join(entry.names[1:]), first="  also  "))
        year = "undated" if when.first_year is None else f"{when.first_year}, confidence {when.confidence}"
        typer.echo(f"  came  {year}")
        if entry.heyday:
            typer.echo(f"  heyday  {entry.heyday[0]}-{entry.heyday[1]}")
        for claim in entry.years:
            place = f" ({claim.region})" if claim.region else ""
            typer.echo(paragraph(f"{claim.year}{place}: {claim.source}, {claim.licence}", first="  says  "))


def add(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="Columns name, aliases, category, years, source …")],
) -> None:
    """Add artifacts of your own, which win over those that ship.

    They are kept in catalogue.csv in the current folder and read at every later run there.

    Example: miner catalogue add props.csv
    """
    from miner.study.script_file import add_own

    console: Console = ctx.obj
    n_new, n_all, path = add_own(file, console.settings())
    typer.echo(f"{n_new:,} artifacts added to {path}, which now holds {n_all:,}.")
