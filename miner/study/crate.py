"""What a pack says of itself: RO-Crate 1.1 metadata, and a page for people.

Reference: https://www.researchobject.org/ro-crate/specification/1.1/
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from miner import __version__

METADATA: Final = "ro-crate-metadata.json"
README: Final = "README.md"
CHECKSUMS: Final = "checksums.txt"
POSTS: Final = "data/posts.parquet"
IDS: Final = "data/posts.csv"
CONTEXT: Final = "https://w3id.org/ro/crate/1.1/context"
CONFORMS: Final = "https://w3id.org/ro/crate/1.1"
_KINDS: Final[Mapping[str, str]] = {
    "csv": "text/csv",
    "html": "text/html",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "md": "text/markdown",
    "parquet": "application/vnd.apache.parquet",
    "txt": "text/plain",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_SAYS: Final[Mapping[str, str]] = {
    "report.csv": "The list, a row an artifact",
    "report.html": "The list as a page, with what it rests on",
    "report.json": "The whole report as data",
    "report.parquet": "The list for analysis",
    "report.xlsx": "The list as a workbook",
    "run.json": "What the run was made with, and when",
    "asked.json": "What was asked: the era in full, settings, lens, story, links",
    "decisions.jsonl": "What a team decided about artifacts",
    "catalogue.csv": "The production's own table of artifacts",
    "answers.csv": "What Wikidata said of the names of the list",
    "posts.parquet": "The posts of the corpus, authors as pseudonyms",
    "posts.csv": "The ids of the posts of the corpus",
    "README.md": "How to open this pack and do its run again",
    "checksums.txt": "SHA-256 of every other file",
}
_RIGHTS: Final = (
    "Posts belong to the people who wrote them; this pack gives no licence for them. Hand posts on only where the "
    "sources' terms and the law allow it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A file of a pack.

    Attributes:
        name: Its path in the pack, with ``/``.
        size: Bytes.
        sha256: 64 hex digits.
    """

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What a pack is about.

    Attributes:
        corpus: Name of the corpus.
        run_id: Name of the run.
        title: Headline of the report.
        published: Day on which the report was written (``2026-11-23``).
        has_posts: Whether the posts themselves are in it, or their ids.
    """

    corpus: str
    run_id: str
    title: str
    published: str
    has_posts: bool


def metadata(study: Study, files: Sequence[Packed]) -> bytes:
    """The file ``ro-crate-metadata.json`` for *files*, those of the pack but this one."""
    graph: list[dict[str, Any]] = [
        {
            "@id": METADATA,
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": {"@id": CONFORMS},
        },
        _root(study, files),
        {"@id": "#rights", "@type": "CreativeWork", "name": "Rights", "description": _RIGHTS},
        {
            "@id": "#nostalgia-miner",
            "@type": "SoftwareApplication",
            "name": "nostalgia miner",
            "softwareVersion": __version__,
        },
        _action(study, files),
        *(_file(file) for file in files),
    ]
    return (json.dumps({"@context": CONTEXT, "@graph": graph}, indent=1, sort_keys=True) + "\n").encode()


def readme(study: Study) -> bytes:
    """A page that says what is in the pack and how to do its run again."""
    run = f"output/{study.corpus}/{study.run_id}"
    if study.has_posts:
        how = (
            f"The posts are in it, authors as pseudonyms; the key that made them is not. Do the run again with\n\n"
            f"    miner study open FILE.zip --into FOLDER\n    miner replay FOLDER/{run}\n\n"
            "and every file of the report comes out the same, byte by byte, with the versions of packages that\n"
            "`run.json` names. If people ask that their posts be forgotten, delete this file: nobody else can.\n"
        )
    else:
        how = (
            f"The posts are not in it: `{IDS}` has their ids, by which their sources still show those that were not\n"
            "deleted since. The report is the public one, without quotes, links and artifacts that fewer than five\n"
            "people name. With the posts at hand again, `inputs/asked.json` says all that the run was asked with.\n"
        )
    text = (
        f"# {study.title}\n\n"
        f"Run {study.run_id} over the corpus {study.corpus}, packed by nostalgia miner {__version__}.\n\n"
        f"{how}\n`{CHECKSUMS}` has the SHA-256 of every file (`sha256sum -c {CHECKSUMS}`). {_RIGHTS}\n"
    )
    return text.encode()


def checksums(files: Sequence[Packed]) -> bytes:
    """The file ``checksums.txt``, as ``sha256sum`` writes and checks it."""
    return "".join(f"{file.sha256}  {file.name}\n" for file in files).encode()


def _root(study: Study, files: Sequence[Packed]) -> dict[str, Any]:
    what = "posts, authors as pseudonyms" if study.has_posts else "the ids of posts"
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": f"{study.title} (run {study.run_id})",
        "description": f"A study of which artifacts people name: {what}, what was asked, and the report.",
        "datePublished": study.published,
        "license": {"@id": "#rights"},
        "hasPart": [{"@id": file.name} for file in files],
        "mentions": [{"@id": "#run"}],
    }


def _action(study: Study, files: Sequence[Packed]) -> dict[str, Any]:
    made = [file.name for file in files if "/report." in file.name or file.name.endswith("/run.json")]
    read = [file.name for file in files if file.name not in {*made, README, CHECKSUMS}]
    return {
        "@id": "#run",
        "@type": "CreateAction",
        "name": f"Run {study.run_id}",
        "instrument": {"@id": "#nostalgia-miner"},
        "object": [{"@id": name} for name in read],
        "result": [{"@id": name} for name in made],
    }


def _file(file: Packed) -> dict[str, Any]:
    name = file.name.rpartition("/")[2]
    return {
        "@id": file.name,
        "@type": "File",
        "name": name,
        "description": _SAYS[name],
        "encodingFormat": _KINDS[name.rpartition(".")[2]],
        "contentSize": str(file.size),
        "sha256": file.sha256,
    }
