"""Options and arguments that several commands have."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from miner.cli import completion

EPILOG = "Every command also takes --config, --quiet, --verbose and --no-input: `miner --help`."

Era = Annotated[
    str,
    typer.Argument(
        metavar="ERA", autocompletion=completion.era_names, help="An era (`miner eras`) or the path of an era file."
    ),
]
EraName = Annotated[
    str,
    typer.Option(
        "--era",
        metavar="ERA",
        autocompletion=completion.era_names,
        help="An era (`miner eras`), the path of an era file, or `any`.",
    ),
]
CorpusName = Annotated[
    str, typer.Argument(metavar="NAME", autocompletion=completion.corpus_names, help="Name of a corpus.")
]
Into = Annotated[
    str,
    typer.Option(
        "--into", metavar="NAME", autocompletion=completion.corpus_names, help="Name of the corpus; made if not there."
    ),
]
Sources = Annotated[
    list[str],
    typer.Option(
        "--source",
        metavar="SOURCE",
        autocompletion=completion.source_names,
        help="Where to look (`miner sources`); may be given again.",
    ),
]
Hosts = Annotated[
    list[str] | None,
    typer.Option(
        "--instance",
        metavar="[SOURCE=]HOST",
        help="Server to ask; may be given again. Default: the source's choice.",
        show_default=False,
    ),
]
Urls = Annotated[
    list[str] | None,
    typer.Option("--url", metavar="[SOURCE=]URL", help="Page or feed to read, for sources that read them."),
]
Communities = Annotated[
    list[str] | None,
    typer.Option("--community", metavar="[SOURCE=]NAME", help="Subreddit or community, for sources that have them."),
]
Since = Annotated[
    str | None, typer.Option(metavar="DATE", help="Only posts put online from this day on (2024-01-31), UTC.")
]
Until = Annotated[str | None, typer.Option(metavar="DATE", help="Only posts put online before this day, UTC.")]
Limit = Annotated[int | None, typer.Option(metavar="N", min=1, help="Stop after this many new posts.")]
Langs = Annotated[
    list[str] | None,
    typer.Option("--lang", metavar="CODE", help="Only the era's tags of this language (en); may be given again."),
]
TokenEnv = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME", help="Environment variable with a server's access token; HOST=NAME with several servers."
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print what would be asked of whom; ask nothing.")]
Top = Annotated[int, typer.Option(metavar="N", min=1, help="Artifacts in the list.")]
Seed = Annotated[int | None, typer.Option(metavar="N", min=0, help="Seed of the intervals.")]
Threshold = Annotated[
    float | None, typer.Option(metavar="P", help="Probability from which a name is an artifact, 0-1.  [default: 0.7]")
]
EngineName = Annotated[
    str | None,
    typer.Option(
        "--engine",
        metavar="ENGINE",
        autocompletion=completion.engine_names,
        help="Where to read posts: serial, processes or ray; the list is the same.  [default: serial]",
    ),
]
Workers = Annotated[
    int | None, typer.Option(metavar="N", help="Processes of --engine processes or ray, at least 1.  [default: 2]")
]
RayAddress = Annotated[
    str | None, typer.Option(metavar="URL", help="A Ray cluster, as ray://HOST:10001.", show_default=False)
]
LinksFile = Annotated[
    Path | None,
    typer.Option(
        "--links",
        metavar="FILE",
        help="Decisions about names (CSV: name_a,name_b,same); always obeyed.",
        show_default=False,
    ),
]
Keep = Annotated[
    list[str] | None,
    typer.Option(
        metavar="WHAT", help="Count these too: bots, reposts, sellers, frames, duplicates.", show_default=False
    ),
]
StoryYear = Annotated[
    int | None,
    typer.Option(
        metavar="YEAR", min=1500, max=2100, help="Year of the story: flags what was not there yet.", show_default=False
    ),
]
Region = Annotated[str, typer.Option(metavar="CODE", help="Where the story plays: a country's two letters, or EU.")]
Online = Annotated[bool, typer.Option("--online", help="Ask Wikidata for years that the catalogue lacks.")]
Lens = Annotated[
    str, typer.Option(metavar="LENS", help="What to list: seen (most seen), distinctive of the era, deep (cuts).")
]
Output = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Where reports are written.  [default: output]", show_default=False),
]
Public = Annotated[
    bool, typer.Option("--public", help="No quotes, links or handles; artifacts under 5 authors left out.")
]
Expires = Annotated[
    datetime | None,
    typer.Option(
        metavar="DATE", formats=["%Y-%m-%d"], help="Day after which the report says to delete it.", show_default=False
    ),
]
Pdf = Annotated[bool, typer.Option("--pdf", help="Print it to report.pdf as well; needs Chromium.")]
LookBook = Annotated[
    bool, typer.Option("--look-book", help="Print its cards to look-book.pdf, six a page; needs Chromium.")
]
PaperSize = Annotated[
    Literal["a4", "letter"], typer.Option("--paper", help="Size of the sheets of --pdf, --look-book.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
ReportJson = Annotated[bool, typer.Option("--json", help="Print the whole report as JSON on stdout.")]
