"""Counts how many people name each artifact of the catalogue in posts of each decade: ``miner/data/background.csv``.

    python catalogue/background.py POSTS.jsonl.gz …

The distinctive lens sets a corpus against these counts. A post counts for a decade when it names that one alone, for
``none`` when it names none, and is left out when it names several; bots, reposts, sellers, repeated frames and
near-duplicates are left out as they are from any ranking. No text and no author is kept, only numbers.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from collections import Counter
from pathlib import Path

from miner.artifacts.background import NO_ERA, PATH
from miner.artifacts.catalogue import KnownArtifact, load_catalogue
from miner.corpus import Corpus
from miner.eras import EraReader, era_names, load_era
from miner.names import spelling_key
from miner.records import Artifact, Post, artifact_id
from miner.study.choose import counted
from miner.study.imports import import_files
from miner.study.spotter import Spotter


def main() -> None:
    """Count and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("posts", type=Path, nargs="+")
    posts = read(parser.parse_args().posts)
    reader = EraReader([load_era(name) for name in era_names()])
    columns = [NO_ERA, *era_names()]
    decade_of = {post.id: decade for post in posts if (decade := _decade(reader, post)) is not None}
    told = load_catalogue()
    spotter = Spotter([_artifact(known) for known in told], {spelling_key(n) for known in told for n in known.ordinary})
    authors = [post.author or post.id for post in posts]
    seen = {(decade_of[p.id], author) for p, author in zip(posts, authors, strict=True) if p.id in decade_of}
    named = {
        (column, decade_of[posts[row].id], authors[row])
        for row, column in spotter.pairs(posts)
        if posts[row].id in decade_of
    }
    totals = Counter(decade for decade, _ in seen)
    counts = Counter((column, decade) for column, decade, _ in named)
    with PATH.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["name", *columns])
        out.writerow(["", *(totals[decade] for decade in columns)])
        for column, known in enumerate(told):
            out.writerow([known.name, *(counts[column, decade] for decade in columns)])
    print(f"{sum(totals.values()):,} authors of {len(posts):,} posts, {len({c for c, _ in counts}):,} artifacts")


def read(paths: list[Path]) -> list[Post]:
    """The posts of *paths* that a ranking of all eras would count."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Corpus.create(Path(folder) / "background")
        import_files([*paths], corpus)
        return counted(corpus).posts


def _decade(reader: EraReader, post: Post) -> str | None:
    """The one shipped era that *post* names, :data:`NO_ERA` when it names none, None when it names several."""
    found = {hit.era for hit in reader.read(" \n".join((post.text, *post.alt_texts)), post.tags)}
    return None if len(found) > 1 else next(iter(found), NO_ERA)


def _artifact(known: KnownArtifact) -> Artifact:
    return Artifact(
        artifact_id=artifact_id(spelling_key(known.name)),
        name=known.name,
        also_called=known.names,
        keys=known.keys,
        category=known.category,
        probability=1.0,
    )


if __name__ == "__main__":
    main()
