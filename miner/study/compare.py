"""Two eras of one corpus side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from miner.corpus import Corpus
from miner.eras import load_era
from miner.ranking.distinctive import PRIOR_SIZE, log_odds, prior_from
from miner.records import RankedArtifact
from miner.settings import Settings
from miner.study.models import load_models
from miner.study.rank import rank

EVERY = 1_000_000
CLEAR_Z = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """An artifact in two eras.

    Attributes:
        name: As the era writes it in which more people name it.
        n_one, n_other: Distinct authors in either.
        z: z-score of its log-odds, above 0 for the first era.
    """

    name: str
    n_one: int
    n_other: int
    z: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All artifacts of either era.

    Attributes:
        n_one, n_other: Authors counted in either.
        things: By name.
    """

    n_one: int
    n_other: int
    things: tuple[Thing, ...]

    def shared(self) -> list[Thing]:
        """Those named in both without a clear difference, most seen first."""
        both = [thing for thing in self.things if thing.n_one and thing.n_other and abs(thing.z) < CLEAR_Z]
        return sorted(both, key=lambda t: (-min(t.n_one / self.n_one, t.n_other / self.n_other), t.name))


def compare_eras(
    corpus: Corpus,
    one: str,
    other: str,
    *,
    settings: Settings,
    progress: Callable[[str, int, int], None] = lambda stage, done, total: None,
) -> Comparison:
    """Rank both eras, join what is the same, and weigh the difference.

    Raises:
        NothingFound: One of them has no posts, or no artifact that two authors name.
        UnknownName: There is no such era.
    """
    eras = [load_era(one), load_era(other)]
    models = load_models(settings)
    reports = [rank(corpus, era=era, settings=settings, top=EVERY, models=models, progress=progress) for era in eras]
    joined = _joined(reports[0].rows, reports[1].rows)
    counts = np.array([[row.n_authors if row else 0 for row in pair] for pair in joined], np.float64).T
    n_units = (reports[0].n_authors, reports[1].n_authors)
    prior = prior_from(counts.sum(axis=0), sum(n_units), PRIOR_SIZE)
    z = log_odds(counts[0], counts[1], prior, n_units=n_units, size=PRIOR_SIZE)
    things = [
        Thing(
            name=max((row for row in pair if row), key=lambda row: row.n_authors).artifact.name,
            n_one=int(counts[0, i]),
            n_other=int(counts[1, i]),
            z=round(float(z[i]), 3),
        )
        for i, pair in enumerate(joined)
    ]
    return Comparison(
        n_one=reports[0].n_authors,
        n_other=reports[1].n_authors,
        things=tuple(sorted(things, key=lambda thing: thing.name)),
    )


def _joined(
    one: tuple[RankedArtifact, ...], other: tuple[RankedArtifact, ...]
) -> list[tuple[RankedArtifact | None, RankedArtifact | None]]:
    """Pairs of what is the same by a spelling, and each of the rest alone."""
    by_key = {key: row for row in reversed(other) for key in row.artifact.keys}
    pairs: list[tuple[RankedArtifact | None, RankedArtifact | None]] = []
    taken = set()
    for row in one:
        same = next((by_key[key] for key in row.artifact.keys if key in by_key), None)
        if same is not None and same.artifact.artifact_id not in taken:
            taken.add(same.artifact.artifact_id)
            pairs.append((row, same))
        else:
            pairs.append((row, None))
    return [*pairs, *((None, row) for row in other if row.artifact.artifact_id not in taken)]
