"""An era on the terminal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import typer

from miner.cli.console import print_json
from miner.cli.layout import cells, paragraph, wrapped
from miner.eras import Era


def print_era(era: Era, *, as_json: bool) -> None:
    """Its years, tags and words by language, and what only looks like it."""
    if as_json:
        print_json(_facts(era))
        return
    typer.echo(f"{era.name}: {era.title}, {era.start}-{era.end}")
    typer.echo(paragraph(", ".join(era.aliases) or "no other name", first="Also: "))
    _print_languages("Hashtags:", {code: [f"#{tag}" for tag in tags] for code, tags in era.tags.items()})
    _print_languages("Words in a text:", {code: _with_commas(words) for code, words in era.words.items()})
    if era.tokens:
        typer.echo("A longer hashtag that begins or ends with:")
        typer.echo("\n".join(wrapped(era.tokens, first="  ")))
    if era.lookalikes:
        typer.echo("What only looks like it:")
        for why, examples in _lookalikes(era).items():
            typer.echo(paragraph(f"{why}: {', '.join(examples)}", first="  ", rest="    "))


def _print_languages(title: str, languages: Mapping[str, Sequence[str]]) -> None:
    if not languages:
        return
    typer.echo(title)
    width = max(map(cells, languages))
    for code, names in languages.items():
        typer.echo("\n".join(wrapped(names, first=f"  {code:<{width}}  ")))


def _with_commas(names: Sequence[str]) -> list[str]:
    return [f"{name}," for name in names[:-1]] + list(names[-1:])


def _lookalikes(era: Era) -> dict[str, list[str]]:
    """What it is instead, to examples in quotation marks."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for lookalike in era.lookalikes:
        found[lookalike.why].append(f'"{lookalike.example}"')
    return found


def _facts(era: Era) -> dict[str, object]:
    return {
        "name": era.name,
        "title": era.title,
        "aliases": list(era.aliases),
        "start": era.start,
        "end": era.end,
        "tags": {code: list(tags) for code, tags in era.tags.items()},
        "words": {code: list(words) for code, words in era.words.items()},
        "tokens": list(era.tokens),
        "lookalikes": [
            {"why": one.why, "example": one.example, "where": one.where, "pattern": one.pattern}
            for one in era.lookalikes
        ],
    }
