"""Commands that look: eras, doctor, corpus."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from miner.cli.console import Console

Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]

eras = typer.Typer(
    invoke_without_command=True,
    rich_markup_mode=None,
    help="List the eras, or show one.\n\nExample: miner eras show 80s",
)
corpora = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Look at a corpus.\n\nExample: miner corpus info mine"
)


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.add_typer(eras, name="eras")
    app.add_typer(corpora, name="corpus")
    app.command("doctor")(doctor)


@eras.callback()
def list_eras(ctx: typer.Context, as_json: Json = False) -> None:
    """List the eras, or show one.

    Example: miner eras show 80s
    """
    from miner.eras import era_names, load_era

    if ctx.invoked_subcommand:
        return
    known = [load_era(name) for name in era_names()]
    if as_json:
        rows = [{"name": e.name, "title": e.title, "start": e.start, "end": e.end, "tags": e.all_tags()} for e in known]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for era in known:
        tags = " ".join(f"#{tag}" for tag in era.all_tags()[:5])
        typer.echo(f"{era.name:<6}  {era.start}-{era.end}  {len(era.tags):>2} languages  {tags}")


@eras.command("show")
def show_era(
    name: Annotated[str, typer.Argument(help="Name, alias or path of an era.")], as_json: Json = False
) -> None:
    """Show an era: its years, tags by language, and what only looks like it.

    Example: miner eras show 80s
    """
    from miner.study.eras import describe_era

    typer.echo(describe_era(name, as_json=as_json))


@corpora.command("info")
def corpus_info(
    ctx: typer.Context, name: Annotated[str, typer.Argument(help="Name of a corpus.")], as_json: Json = False
) -> None:
    """Say what a corpus holds.

    Example: miner corpus info mine
    """
    from miner.study.info import corpus_facts

    console: Console = ctx.obj
    facts = corpus_facts(console.settings(), name)
    if as_json:
        typer.echo(json.dumps(facts, ensure_ascii=False, indent=1))
        return
    for key, value in facts.items():
        if isinstance(value, dict):
            typer.echo(f"{key}:")
            for inner, n in value.items():
                typer.echo(f"  {n:>9,}  {inner}")
        else:
            typer.echo(f"{key}: {value}")


def doctor(ctx: typer.Context, as_json: Json = False) -> None:
    """Check what is installed: Python, disk, packages, models, corpora.

    Example: miner doctor --json
    """
    from miner.study.doctor import examine

    console: Console = ctx.obj
    checks = examine(console.settings())
    if as_json:
        typer.echo(json.dumps([c.as_dict() for c in checks], ensure_ascii=False, indent=1))
    else:
        for check in checks:
            typer.echo(f"{'ok  ' if check.is_ok else 'FAIL'}  {check.what:<28} {check.found}")
            if not check.is_ok:
                typer.echo(f"      {check.advice}")
    if not all(c.is_ok for c in checks):
        raise typer.Exit(3)
