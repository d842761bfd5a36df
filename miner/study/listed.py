"""From all artifacts of a run to those of its list: weighed, dated, seen through a lens, cut."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace

from miner.artifacts.catalogue import Catalogue
from miner.artifacts.links import Links
from miner.eras import Era
from miner.records import RankedArtifact, Story
from miner.review.decisions import Decisions
from miner.study.choose import Chosen
from miner.study.describe import described, of_other_times
from miner.study.lenses import Reference, beside, through, weighed
from miner.study.online import LookedUp
from miner.study.spotter import Spotter

LookUp = Callable[[Sequence[RankedArtifact]], LookedUp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody asked a run for, as :func:`miner.study.rank.rank` takes it."""

    top: int
    links: Links
    keep: Sequence[str]
    story: Story
    lens: str
    decisions: Decisions


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The list of a run, and what a reader has to know of how it came about.

    Attributes:
        rows: The artifacts, best first through the lens.
        also: Those that only the other lenses list, by rank.
        lens: One of :data:`miner.study.lenses.LENSES`.
        others: What sets the era apart was weighed against these.
        looked_up: What was asked of Wikidata; None when nothing was.
        n_elsewhen: Artifacts that the lens leaves out because they are of other times.
        n_tied_out: Artifacts behind the list with the share of its last row.
    """

    rows: Sequence[RankedArtifact]
    also: Sequence[RankedArtifact] = ()
    lens: str
    others: Reference
    looked_up: LookedUp | None = None
    n_elsewhen: int = 0
    n_tied_out: int = 0


def listed(
    every: Sequence[RankedArtifact],
    others: Reference,
    chosen: Chosen,
    era: Era | None,
    catalogue: Catalogue,
    asked: Asked,
    *,
    ordinary: Set[str],
    look_up: LookUp | None,
) -> Listed:
    """The best of *every* artifact, as *asked*.

    Args:
        every: All artifacts, most seen first.
        others: What the era is weighed against.
        chosen: The posts that were counted.
        era: What they are of; None for all.
        catalogue: Says when things came.
        asked: How many, through which lens, for which story.
        ordinary: Spelling keys of names that are ordinary words as well.
        look_up: Finds years that the catalogue lacks; None asks nobody.

    Raises:
        UnknownName: There is no such lens.
    """
    spotter = Spotter([row.artifact for row in every], ordinary)
    every = weighed(every, chosen.n_authors, others, spotter)
    elsewhen = of_other_times(every, era, catalogue)
    told = [described(row, catalogue, asked.story) for row in every]
    told = [replace(row, verdict=asked.decisions.verdict(row.artifact.artifact_id)) for row in told]
    rows = through(told, asked.lens, asked.top, elsewhen)
    looked_up = look_up(rows) if look_up else None
    is_seen, top = asked.lens == "seen", asked.top
    return Listed(
        rows=looked_up.rows if looked_up else rows,
        also=beside(told, asked.lens, asked.top, elsewhen),
        lens=asked.lens,
        others=others,
        looked_up=looked_up,
        n_elsewhen=0 if is_seen else len(elsewhen),
        n_tied_out=sum(row.tier == every[:top][-1].tier for row in every[top:]) if is_seen else 0,
    )
