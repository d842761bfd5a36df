"""Candidates to label, and how posts use those that are labelled.

    python benchmarks/label.py candidates POSTS.jsonl.gz … > candidates.tsv
    python benchmarks/label.py use LABELS.csv POSTS.jsonl.gz … > miner/data/labels/read.csv

``candidates`` prints name, posts and one context of each candidate that two posts use, for reading. ``use`` takes
phrases with labels (columns phrase,label,category) and adds how the posts use them: numbers only, no text of a post.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from miner.artifacts.candidates import ORIGINS, Candidate, candidates, mention_table
from miner.artifacts.catalogue import load_catalogue
from miner.names import spelling_key
from miner.records import Mention
from miner.study.models import build_gazetteer
from miner.text.clean import clean
from miner.text.extract import Text, extract
from miner.text.language import language_of
from miner.text.pipeline import load_pipeline

MAX_CHARS = 2000


def main() -> None:
    """Read the posts and do what was asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["candidates", "use"])
    parser.add_argument("files", nargs="+", type=Path)
    args = parser.parse_args()
    labels = args.files.pop(0) if args.what == "use" else None
    texts = list(read_texts(args.files))
    mentions = list(
        extract(texts, nlp=[load_pipeline()], gazetteer=build_gazetteer(load_catalogue()), is_stop_tag=lambda _: False)
    )
    # each post of these files is taken for an author of its own: most name none
    found = candidates(mention_table(mentions), pa.array(range(len(texts)), pa.int64()))
    if labels:
        write_use(labels, found)
    else:
        write_candidates(found, mentions, texts)


def read_texts(files: list[Path]) -> Iterator[Text]:
    """Cleaned texts of JSONL files of posts."""
    row = 0
    for path in files:
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8") as file:
            for line in file:
                post = json.loads(line)
                body = clean(post["text"])[:MAX_CHARS]
                yield Text(
                    post=row,
                    body=body,
                    tags=tuple(post.get("tags") or ()),
                    language=language_of(body, post.get("lang")),
                )
                row += 1


def write_use(labels: Path, found: list[Candidate]) -> None:
    """Labels with the numbers of :class:`Candidate` to stdout; blank numbers where no post uses the phrase."""
    by_key = {c.key: c for c in found}
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["phrase", "label", "category", "n_authors", "capital_share", "cue_share", "inside_share", *ORIGINS])
    with labels.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            use = by_key.get(spelling_key(row["phrase"]))
            numbers: list[float | str] = (
                [
                    use.n_authors,
                    *(round(x, 3) for x in (use.capital_share, use.cue_share, use.inside_share, *use.origin_shares)),
                ]
                if use
                else [""] * (4 + len(ORIGINS))
            )
            out.writerow([row["phrase"], row["label"], row["category"], *numbers])


def write_candidates(found: list[Candidate], mentions: list[Mention], texts: list[Text]) -> None:
    """One line a candidate that two posts use: name, posts, a context."""
    context: dict[str, str] = {}
    for mention in mentions:
        if mention.part == 0 and mention.key not in context:
            context[mention.key] = (
                texts[mention.post].body[max(0, mention.start - 30) : mention.end + 30].replace("\n", " ")
            )
    out = csv.writer(sys.stdout, delimiter="\t", lineterminator="\n")
    for candidate in found:
        if candidate.n_authors > 1:
            out.writerow([candidate.name, candidate.n_posts, context.get(candidate.key, "")])


if __name__ == "__main__":
    main()
