"""The truth about the sample corpus: which post names which artifact, and how a ranking is held against it."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from miner.names import spelling_key
from miner.records import RankedArtifact
from miner.text.clean import clean

SAMPLE = Path(__file__).parent.parent / "corpora" / "sample-80s" / "posts.jsonl"
TRUTH = Path(__file__).parent / "data" / "sample_truth.csv"
MIN_AUTHORS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How a ranking fares.

    Attributes:
        n_true: Artifacts that at least three counted authors name.
        missed: Those that stand in no row.
        joined: Rows that hold names of two artifacts or more, with these.
        split: Artifacts (of all found) whose names stand in two rows or more, with these rows' names.
        n_found: Artifacts of the truth, however rare, that stand in a row.
        n_rows: Rows of the ranking.
    """

    n_true: int
    missed: Sequence[str]
    joined: Sequence[tuple[str, tuple[str, ...]]]
    split: Sequence[tuple[str, tuple[str, ...]]]
    n_found: int
    n_rows: int


def score(rows: Sequence[RankedArtifact], author_of: dict[str, str]) -> Score:
    """Hold *rows* against the truth; *author_of* maps the counted posts' ids to their authors."""
    authors: defaultdict[str, set[str]] = defaultdict(set)
    names: defaultdict[str, set[str]] = defaultdict(set)
    with TRUTH.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["post_id"] in author_of:
                authors[row["artifact"]].add(author_of[row["post_id"]])
                names[row["artifact"]].add(spelling_key(clean(row["surface"])))
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for artifact, keys in names.items():
        for key in keys:
            owners[key].add(artifact)
    # "E.T." is a film and a game: a name that two artifacts share tells nothing of either
    owner = {key: next(iter(found)) for key, found in owners.items() if len(found) == 1}
    where: defaultdict[str, list[str]] = defaultdict(list)
    joined = []
    for ranked in rows:
        spelt = {spelling_key(n) for n in (ranked.artifact.name, *ranked.artifact.also_called)}
        spelt |= {*ranked.artifact.keys}
        here = sorted({owner[key] for key in spelt if key in owner})
        for artifact in here:
            where[artifact].append(ranked.artifact.name)
        if len(here) > 1:
            joined.append((ranked.artifact.name, tuple(here)))
    frequent = [a for a, who in authors.items() if len(who) >= MIN_AUTHORS]
    return Score(
        n_true=len(frequent),
        missed=sorted(a for a in frequent if a not in where),
        joined=joined,
        split=sorted((a, tuple(found)) for a, found in where.items() if len(found) > 1),
        n_found=len(where),
        n_rows=len(rows),
    )
