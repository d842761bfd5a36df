"""What the sources make of the recorded answers of real servers: a table of posts and of reasons.

    python benchmarks/recorded.py [--write]

Nobody in this project wrote the recordings. Each object of each answer is a post or is rejected with a reason; answers
that refuse, and pages for people, hold no objects. --write puts the table into docs/sources.md.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from miner.records import Post
from miner.sources import SOURCES, get_source

ROOT = Path(__file__).parent.parent
RECORDED = ROOT.parent / "shared" / "recorded"
DOCS = ROOT / "docs" / "sources.md"
BEGIN, END = "<!-- recorded:begin -->", "<!-- recorded:end -->"

JSON, FEED, EVENTS, PAGE = "json", "feed", "events", "page"
READERS: Mapping[str, Mapping[str, str]] = {
    "bluesky": {JSON: "bluesky", EVENTS: "bluesky-live"},
    "discourse": {JSON: "discourse"},
    "flickr": {JSON: "flickr"},
    "gotosocial": {JSON: "gotosocial"},
    "hacker_news": {JSON: "hacker-news"},
    "internet_archive": {JSON: "internet-archive"},
    "mastodon": {JSON: "mastodon"},
    "mediawiki": {JSON: "commons"},
    "nodebb": {JSON: "nodebb", FEED: "feeds"},
    "reddit": {JSON: "reddit"},
    "tumblr": {JSON: "tumblr"},
    "wordpress": {JSON: "wordpress", FEED: "feeds"},
    "youtube": {JSON: "youtube"},
}
"""Folder, and kind of answer, to the source that reads it."""
NO_ANSWERS: Mapping[str, str] = {
    "README.md": "says where the recordings come from",
    "arctic_shift/RS_2020-01.json": "statistics of the fields of a dump",
    "mastodon/mastodon-openapi.schema.json": "a schema: see schema_fuzz.py",
    "bluesky/lexicons": "schemas: see schema_fuzz.py",
}
UNKNOWN_HOST = "recorded.invalid"
MANY_IN_ONE = ("bluesky/appview_", "tumblr/examples_")
"""Files that hold an answer in each of their entries."""


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """One recorded answer.

    Attributes:
        file: Where it stands, below the folder of the recordings.
        kind: What it is: ``json``, ``feed``, ``events`` of a stream, or a ``page`` for people.
        status: HTTP status.
        host: Server that gave it; :data:`UNKNOWN_HOST` when that was not recorded.
        data: Decoded JSON, or text.
    """

    file: str
    kind: str
    status: int
    host: str
    data: Any

    @property
    def source(self) -> str:
        """The source that reads it; empty for refusals and pages."""
        is_read = self.status < 300 and self.kind != PAGE
        return READERS[self.file.split("/")[0]][self.kind] if is_read else ""

    @property
    def body(self) -> bytes:
        """It as it came over the wire."""
        is_text = isinstance(self.data, str)
        return self.data.encode() if is_text else json.dumps(self.data, ensure_ascii=False).encode("utf-8", "replace")


@dataclass(kw_only=True)
class Tally:
    """What one source made of its answers."""

    n_answers: int = 0
    n_posts: int = 0
    rejected: Counter[str] = field(default_factory=Counter)

    @property
    def n_objects(self) -> int:
        """Objects in the answers."""
        return self.n_posts + self.rejected.total()


def answers() -> Iterator[Recorded]:
    """All recorded answers, in order of their files."""
    for path in sorted(RECORDED.rglob("*")):
        name = path.relative_to(RECORDED).as_posix()
        if path.is_dir() or any(name.startswith(skipped) for skipped in NO_ANSWERS):
            continue
        lines = path.read_text(encoding="utf-8")
        if path.suffix == ".jsonl":
            yield from (_exchange(name, json.loads(line)) for line in lines.splitlines() if line)
            continue
        found = json.loads(lines)
        is_many = name.startswith(MANY_IN_ONE)
        parts = (found.values() if isinstance(found, dict) else found) if is_many else [found]
        yield from (Recorded(file=name, kind=JSON, status=200, host=UNKNOWN_HOST, data=part) for part in parts)


def _exchange(name: str, line: dict[str, Any]) -> Recorded:
    if "body" not in line:
        return Recorded(file=name, kind=EVENTS, status=200, host=UNKNOWN_HOST, data=line)
    host = httpx.URL(line.get("uri") or line["url"]).netloc.decode()
    return Recorded(file=name, kind=_kind(line), status=line["status"], host=host, data=line["body"])


def _kind(line: dict[str, Any]) -> str:
    if not isinstance(line["body"], str):
        return JSON
    headers = line["headers"].items() if isinstance(line["headers"], dict) else line["headers"]
    types = [str(value) for name, value in headers if name.lower() == "content-type"]
    return FEED if any("xml" in kind for kind in types) else PAGE


def read_all() -> dict[str, Tally]:
    """What the sources make of all answers; sources in order of their names."""
    tallies: dict[str, Tally] = {}
    for answer in answers():
        if answer.source not in SOURCES:
            continue
        tally = tallies.setdefault(answer.source, Tally())
        tally.n_answers += 1
        source = get_source(answer.source)
        for raw in source.objects_in(answer.data):
            result = source.to_post(raw, host=answer.host)
            if isinstance(result, Post):
                tally.n_posts += 1
            else:
                tally.rejected[result.reason] += 1
    return dict(sorted(tallies.items()))


def table(tallies: Mapping[str, Tally]) -> str:
    """The tallies as Markdown."""
    rows = ["| source | answers | objects | posts | rejected |", "|---|---|---|---|---|"]
    for name, tally in tallies.items():
        reasons = sorted(tally.rejected.items(), key=lambda item: (-item[1], item[0]))
        words = ", ".join(f"{n:,} {reason}" for reason, n in reasons) or "–"
        rows.append(f"| `{name}` | {tally.n_answers:,} | {tally.n_objects:,} | {tally.n_posts:,} | {words} |")
    return "\n".join(rows)


def written_into(document: str, text: str) -> str:
    """*document* with *text* between its two marks.

    Raises:
        ValueError: The marks are not there.
    """
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{BEGIN} and {END} are not in it")
    return f"{before}{BEGIN}\n{text}\n{END}{after}"


def main() -> None:
    """Print the table, or write it into the document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="put the table into docs/sources.md")
    args = parser.parse_args()
    if not RECORDED.exists():
        print(json.dumps({"skipped": "the recordings are not here"}))
        return
    text = table(read_all())
    print(text)
    if args.write:
        DOCS.write_text(written_into(DOCS.read_text(encoding="utf-8"), text), encoding="utf-8")


if __name__ == "__main__":
    main()
