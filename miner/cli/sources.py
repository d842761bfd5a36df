"""The command that says where posts can come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from miner.cli import completion
from miner.cli.console import print_json
from miner.cli.layout import paragraph
from miner.cli.options import EPILOG, Json

if TYPE_CHECKING:
    from miner.sources import SourceInfo
    from miner.sources.files import FormatInfo
    from miner.study.sources import KnownSource


def add_to(app: typer.Typer) -> None:
    """Register the command of this file."""
    app.command("sources", epilog=EPILOG)(sources)


def sources(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", autocompletion=completion.source_names, help="Only these sources."),
    ] = None,
    as_json: Json = False,
) -> None:
    """List the sources and file formats: keys, limits, terms.

    A key is an environment variable, or a line of the file of keys, `tumblr_api_key = "..."`, which is
    ~/.config/nostalgia-miner/keys.toml unless the setting `keys` says otherwise and must be readable by its owner
    alone. Access tokens of servers are lines below [tokens] there, or --token-env.

    Example: miner sources mastodon bluesky
    """
    from miner.errors import UnknownName
    from miner.sources import SOURCES
    from miner.sources.files import FORMATS
    from miner.study.sources import known_sources

    for name in names or ():
        if name not in SOURCES and name not in FORMATS:
            raise UnknownName("source or format", name, [*SOURCES, *FORMATS])
    known = [source for source in known_sources(ctx.obj.settings()) if not names or source.info.name in names]
    formats = [found.info for name, found in FORMATS.items() if not names or name in names]
    if as_json:
        print_json({"sources": [_facts(source) for source in known], "formats": [_format_facts(f) for f in formats]})
        return
    for title, group in (
        ("Without a key", [s for s in known if not needs_login(s.info)]),
        ("With a free key or account", [s for s in known if needs_login(s.info)]),
    ):
        if group:
            typer.echo(f"{title} ({len(group)})\n")
            for source in group:
                _echo(source)
    if formats:
        typer.echo(f"Files of your own: miner import FILE --format NAME ({len(formats)})\n")
        for info in formats:
            _echo_format(info)


def needs_login(info: SourceInfo) -> bool:
    """Whether a source gives nothing without a key or an account."""
    return bool(info.keys or info.needs)


def _echo(source: KnownSource) -> None:
    info = source.info
    typer.echo(f"{info.name}: {info.title}")
    typer.echo(paragraph(info.post_is, first="  a post  "))
    typer.echo(paragraph(_needs(info), first="  needs   "))
    typer.echo(paragraph(info.limits, first="  limits  "))
    if info.takes:
        typer.echo(paragraph(", ".join(f"--{what}" for what in sorted(info.takes)), first="  takes   "))
    typer.echo(f"  terms   {info.terms_url}\n          read {info.terms_read.isoformat()}")
    typer.echo(f"  used    {f'{source.last_used:%Y-%m-%d %H:%M} UTC' if source.last_used else 'never'}\n")


def _echo_format(info: FormatInfo) -> None:
    typer.echo(f"{info.name}: {info.title}")
    for label, text in (
        ("file", info.file_is),
        ("get it", info.get_it),
        ("a post", info.post_is),
        ("not", info.left_out),
        ("mind", info.caveats),
    ):
        typer.echo(paragraph(text, first=f"  {label:<8}"))
    typer.echo(f"  facts   of {info.checked.isoformat()}\n")


def _needs(info: SourceInfo) -> str:
    words = [f"{key.name} ({key.what}, {key.url})" for key in info.keys]
    return "; ".join([*words, *([info.needs] if info.needs else [])]) or "no login"


def _facts(source: KnownSource) -> dict[str, object]:
    info = source.info
    return {
        "name": info.name,
        "title": info.title,
        "post_is": info.post_is,
        "keys": [{"name": key.name, "what": key.what, "url": key.url} for key in info.keys],
        "needs": info.needs,
        "limits": info.limits,
        "takes": sorted(info.takes),
        "terms_url": info.terms_url,
        "terms_read": info.terms_read.isoformat(),
        "min_posts": info.min_posts,
        "last_used": source.last_used.isoformat() if source.last_used else None,
    }


def _format_facts(info: FormatInfo) -> dict[str, object]:
    return {
        "name": info.name,
        "title": info.title,
        "file_is": info.file_is,
        "get_it": info.get_it,
        "post_is": info.post_is,
        "left_out": info.left_out,
        "caveats": info.caveats,
        "checked": info.checked.isoformat(),
    }
