"""What outside sources say of a ranked artifact: when it came, who made it, whether a story's year fits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from miner.artifacts.catalogue import Catalogue, KnownArtifact
from miner.artifacts.period import check, dating
from miner.eras import Era
from miner.records import Artifact, Dating, RankedArtifact, Story


def described(row: RankedArtifact, catalogue: Catalogue, story: Story) -> RankedArtifact:
    """*row* with its dating for the story's region, and with the flag of the story's year if it has one."""
    entry = entry_of(row.artifact, catalogue)
    return dated(row, entry, story.region, story.year)


def dated(row: RankedArtifact, entry: KnownArtifact | None, region: str, story_year: int | None) -> RankedArtifact:
    """*row* as *entry* dates it, checked against a story's year if there is one."""
    found = Dating(region=region) if entry is None else dating(entry, region)
    return replace(row, dating=found, period=None if story_year is None else check(found, story_year))


def of_other_times(rows: Iterable[RankedArtifact], era: Era | None, catalogue: Catalogue) -> frozenset[str]:
    """Ids of the artifacts that every source dates after *era*, and of those whose heyday lies wholly outside it."""
    if era is None:
        return frozenset()
    entries = ((row.artifact.artifact_id, entry_of(row.artifact, catalogue)) for row in rows)
    return frozenset(identity for identity, entry in entries if entry is not None and _is_of_another(entry, era))


def _is_of_another(entry: KnownArtifact, era: Era) -> bool:
    if entry.years and min(claim.year for claim in entry.years) > era.end:
        return True
    return entry.heyday is not None and (entry.heyday[1] < era.start or entry.heyday[0] > era.end)


def entry_of(artifact: Artifact, catalogue: Catalogue) -> KnownArtifact | None:
    """The catalogue's entry for *artifact*: by its own name before its other spellings, of its category before others.

    Where entries of several categories share the name, a film and a game, and none is of the artifact's, nobody can
    tell which is meant: None.
    """
    own = catalogue.find(artifact.name)
    found = own or [entry for key in artifact.keys for entry in catalogue.find_key(key)]
    fitting = [entry for entry in found if entry.category == artifact.category]
    if fitting:
        return fitting[0]
    return found[0] if len({entry.category for entry in found}) == 1 else None
