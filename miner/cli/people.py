"""Commands for the people in the data: forget, purge, notice, key."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from miner.cli.console import Console, print_json
from miner.cli.options import EPILOG, CorpusName, Json, Output

Authors = Annotated[
    list[str] | None,
    typer.Option("--author", metavar="TOKEN", help="An author's pseudonym; may be given again.", show_default=False),
]
PostIds = Annotated[
    list[str] | None,
    typer.Option("--post", metavar="ID", help="A post's id; may be given again.", show_default=False),
]
Accounts = Annotated[
    list[str] | None,
    typer.Option("--account", metavar="NAME", help="An account; may be given again.", show_default=False),
]
OfSource = Annotated[
    str | None, typer.Option("--source", metavar="SOURCE", help="Source of the accounts.", show_default=False)
]
WithReports = Annotated[bool, typer.Option("--reports", help="Write reports that quote them anew, without it.")]
Rehearsal = Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")]
Days = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=1, help="Days a post may stay.  [default: the corpus's, else 90]", show_default=False
    ),
]
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it there.", show_default=False)]
Purpose = Annotated[
    str | None, typer.Option(metavar="TEXT", help="What the study is for, one sentence.", show_default=False)
]

keys = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    epilog=EPILOG,
    help="The key behind the pseudonyms.\n\nExample: miner key show",
)


def add_to(app: typer.Typer) -> None:
    """Register the commands of this file."""
    app.command("forget", epilog=EPILOG)(forget)
    app.command("purge", epilog=EPILOG)(purge)
    app.command("notice", epilog=EPILOG)(notice)
    app.add_typer(keys, name="key")


def forget(
    ctx: typer.Context,
    name: CorpusName,
    author: Authors = None,
    post: PostIds = None,
    account: Accounts = None,
    source: OfSource = None,
    reports: WithReports = False,
    output: Output = None,
    dry_run: Rehearsal = False,
    as_json: Json = False,
) -> None:
    """Erase a person's posts, or a post, and keep them out.

    They go from every version of the corpus and from what runs kept; older versions can no longer be read. A later
    scrape or import leaves them out.

    Example: miner forget mine --account ann@example.social --source mastodon
    """
    from miner.study.forget import Asked
    from miner.study.forget import forget as erased

    console: Console = ctx.obj
    asked = Asked(authors=author or (), posts=post or (), accounts=account or (), source=source)
    done = erased(console.settings(output=output), name, asked, with_reports=reports, is_rehearsal=dry_run)
    if as_json:
        cleaned, failed = map(str, done.cleaned.rewritten), map(str, done.cleaned.failed)
        quoting = {"reports": list(map(str, done.reports)), "rewritten": list(cleaned), "failed": list(failed)}
        print_json({"n_posts": done.n_posts, "n_bytes": done.n_bytes, **quoting})
        return
    if dry_run:
        typer.echo(f"{done.n_posts:,} posts of {name} would be erased, {len(done.reports):,} reports quote them.")
    else:
        typer.echo(f"{done.n_posts:,} posts of {name} erased; whatever was named stays out from now on.")
    for folder in done.cleaned.rewritten:
        console.say(f"Written anew without them: {folder}")
    for folder in done.cleaned.failed:
        console.say(f"Cannot be read, delete it: {folder}")
    if not (reports or dry_run):
        for folder in done.reports:
            console.say(f"Still quotes them: {folder}. The same command with --reports mends it.")


def purge(
    ctx: typer.Context, name: CorpusName, days: Days = None, dry_run: Rehearsal = False, as_json: Json = False
) -> None:
    """Delete posts that were kept long enough; their counts stay.

    A post's days begin when it was fetched. Reports that were written stay as they are.

    Example: miner purge mine --days 90 --dry-run
    """
    from dataclasses import asdict

    from miner.study.retention import purge_corpus

    console: Console = ctx.obj
    done = purge_corpus(console.settings(), name, days=days, is_rehearsal=dry_run)
    if as_json:
        print_json(asdict(done))
        return
    what = "would be deleted" if dry_run else "deleted"
    typer.echo(f"{done.n_posts:,} posts of {name} {what}, which were fetched more than {done.days:,} days ago.")


def notice(ctx: typer.Context, name: CorpusName, out: Out = None, purpose: Purpose = None) -> None:
    """Write a data notice from what a corpus holds.

    It says in plain words what is stored of whom and from where, how long, and how to be forgotten. Read it before
    you publish it: it knows the corpus, and nothing of your law.

    Example: miner notice mine --out NOTICE.md
    """
    from miner.study.notice import notice_of, write_notice

    console: Console = ctx.obj
    text = notice_of(console.settings(), name, purpose=purpose)
    if out is None:
        typer.echo(text, nl=False)
        return
    write_notice(text, out)
    typer.echo(f"Notice on {name} written to {out}.")


@keys.command("show", epilog=EPILOG)
def show(ctx: typer.Context, as_json: Json = False) -> None:
    """Say which key there is, and which corpora it serves.

    The key itself is not printed.

    Example: miner key show
    """
    from miner.study.keys import key_facts

    console: Console = ctx.obj
    facts = key_facts(console.settings())
    if as_json:
        print_json(
            {
                "file": str(facts.path),
                "fingerprint": facts.fingerprint,
                "n_rotations": facts.n_rotations,
                "corpora": facts.corpora,
            }
        )
        return
    typer.echo(f"{facts.path}: fingerprint {facts.fingerprint}, changed {facts.n_rotations:,} times")
    for name, standing in facts.corpora.items():
        typer.echo(f"  {name}: {standing}")


@keys.command("rotate", epilog=EPILOG)
def rotate(ctx: typer.Context) -> None:
    """Change the key; all pseudonyms beside it change with it.

    The same person keeps one pseudonym. Whoever knows the old key, or an old copy of a corpus, cannot follow. When it
    is interrupted, the same command finishes it.

    Example: miner key rotate
    """
    from miner.study.keys import rotate_key

    console: Console = ctx.obj
    facts = rotate_key(console.settings())
    n_carried = sum(standing == "current" for standing in facts.corpora.values())
    typer.echo(f"The key is now {facts.fingerprint}; {n_carried:,} corpora carry its pseudonyms.")


@keys.command("destroy", epilog=EPILOG)
def destroy(
    ctx: typer.Context, is_sure: Annotated[bool, typer.Option("--yes", help="Needed: there is no way back.")] = False
) -> None:
    """Delete the key for good: no pseudonym leads to an account.

    The corpora beside it can be ranked and take no more posts. Ids and links of posts still lead to their authors:
    `miner purge` deletes them, and needs the key, so run it first. Backups of the key are yours to delete.

    Example: miner key destroy --yes
    """
    from miner.errors import UsageError
    from miner.study.keys import destroy as destroy_key

    console: Console = ctx.obj
    if not is_sure:
        raise UsageError("A destroyed key cannot be brought back.", "Run `miner key destroy --yes` if you mean it.")
    facts = destroy_key(console.settings())
    typer.echo(f"The key {facts.fingerprint} is destroyed; {len(facts.corpora):,} corpora take no more posts.")
