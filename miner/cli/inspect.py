"""Commands that look: eras, corpus, doctor."""

from __future__ import annotations

from typing import Annotated

import typer

from miner.cli import check, completion
from miner.cli.console import Console, print_json
from miner.cli.layout import cells, cut, pad, paragraph, terminal_width, wrapped
from miner.cli.options import EPILOG, CorpusName, Json

eras = typer.Typer(
    invoke_without_command=True,
    rich_markup_mode=None,
    epilog=EPILOG,
    help="List the eras, or show one.\n\nExample: miner eras show 80s",
)
corpora = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    epilog=EPILOG,
    help="Look at a corpus, keep it in order.\n\nExample: miner corpus info mine",
)


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.add_typer(eras, name="eras")
    app.add_typer(corpora, name="corpus")
    corpora.command("check", epilog=EPILOG)(check.check_corpus)
    app.command("doctor", epilog=EPILOG)(doctor)


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
        print_json(rows)
        return
    for era in known:
        n_languages = sum(bool(tags) for tags in era.tags.values())
        line = f"{era.name:<5}  {era.start}-{era.end}  {n_languages:>2} languages  "
        tags = wrapped((f"#{tag}" for tag in era.all_tags()), width=terminal_width() - cells(line))
        typer.echo(line + next(tags))


@eras.command("show", epilog=EPILOG)
def show_era(
    name: Annotated[
        str,
        typer.Argument(
            metavar="ERA", autocompletion=completion.era_names, help="Name, alias or path of an era (./mine.toml)."
        ),
    ],
    as_json: Json = False,
) -> None:
    """Show an era: its years, tags, words and look-alikes.

    Example: miner eras show 80s
    """
    from miner.cli.era import print_era
    from miner.eras import load_era

    print_era(load_era(name), as_json=as_json)


@corpora.command("info", epilog=EPILOG)
def corpus_info(ctx: typer.Context, name: CorpusName, as_json: Json = False) -> None:
    """Say what a corpus holds.

    Example: miner corpus info mine
    """
    from miner.study.info import corpus_facts

    console: Console = ctx.obj
    facts = corpus_facts(console.settings(), name)
    if as_json:
        print_json(facts)
        return
    labels = {key: key.removeprefix("n_").replace("_", " ") for key in facts}
    width = max(map(len, labels.values()))
    for key, value in facts.items():
        if not isinstance(value, dict):
            typer.echo(f"{labels[key]:<{width}}  {f'{value:,}' if isinstance(value, int) else value or '-'}")
            continue
        typer.echo(labels[key] if value else f"{labels[key]:<{width}}  -")
        for inner, n in value.items():
            typer.echo(cut(f"{n:>{width},}  {inner}", terminal_width()))


def doctor(ctx: typer.Context, as_json: Json = False) -> None:
    """Check Python, disk, packages, models, logins and corpora.

    Example: miner doctor --json
    """
    from miner.study.doctor import examine

    console: Console = ctx.obj
    checks = examine(console.settings())
    if as_json:
        print_json([check.as_dict() for check in checks])
    else:
        width = max(cells(check.what) for check in checks)
        for check in checks:
            first = f"{'ok  ' if check.is_ok else 'FAIL'}  {pad(check.what, width)}  "
            typer.echo(paragraph(check.found, first=first))
            if not check.is_ok:
                typer.echo(paragraph(check.advice, first=" " * cells(first)))
    if not all(check.is_ok for check in checks):
        raise typer.Exit(3)
