"""From mentions to artifacts: judge the names, settle overlaps, join the spellings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from miner.artifacts.aliases import alias_groups
from miner.artifacts.candidates import Candidate, candidates
from miner.artifacts.links import Links
from miner.artifacts.spans import among, believed, resolve
from miner.artifacts.spelling import misspellings
from miner.artifacts.titles import is_ordinary, load_given_names
from miner.artifacts.uses import Uses
from miner.names import spelling_key
from miner.records import Artifact, FunnelStep, Spelling, artifact_id
from miner.study.grouped import Grouped, together
from miner.study.models import Models
from miner.study.names import Names
from miner.study.spellings import spellings_of

MIN_AUTHORS = 2
MAX_SPELLINGS = 12
# a capitalised word of another language looks to an English model like a strange name: it has to be surer there
FOREIGN_THRESHOLD = 0.9
NO_LINKS = Links()


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """Artifacts and where they are named.

    Attributes:
        artifacts: Artifacts, in the order of their ids.
        vectors: Vector of each artifact's name, shape (n, d).
        mentions: Their mentions, one an artifact and post.
        funnel: How many names were left at each step.
        ordinary: Spelling keys of names that are ordinary words as well, and count only where written as names.
        n_named_once: Artifacts that one author alone names; not among *artifacts*.
        n_candidates: Mentions that were judged.
    """

    artifacts: Sequence[Artifact]
    vectors: NDArray[np.float32]
    mentions: Grouped
    funnel: Sequence[FunnelStep]
    ordinary: Set[str] = frozenset()
    n_named_once: int = 0
    n_candidates: int = 0


def identify(
    uses: Uses, authors: NDArray[np.int64], names: Names, *, threshold: float, links: Links = NO_LINKS
) -> Identified:
    """Artifacts named by at least two authors.

    Args:
        uses: Candidate mentions.
        authors: Author number of each post, shape (n_posts,).
        names: Encodes and judges names.
        threshold: Probability (0-1) from which a name is a specific artifact.
        links: What somebody decided about pairs of names.
    """
    models = names.models
    # what one author says once is no memory shared by many; known names are kept, since other spellings may join them
    tried = uses.candidates(models.known.keys())
    probability = names.judged(tried)
    accepted = {
        c.key: float(p)
        for c, p in zip(tried, probability, strict=True)
        if p >= (threshold if c.in_english or c.key in models.known else max(threshold, FOREIGN_THRESHOLD))
    }
    partners = links.partners(accepted)
    written = uses.written(partners.keys() | links.out)
    accepted |= {key: p for key, p in partners.items() if key in written}
    variants = misspellings((key for key in uses.rare() if key not in accepted), accepted)
    ordinary = {c.key for c in tried if c.key in accepted and is_ordinary(c.name, models.known.get(c.key))}
    # a name that somebody ruled out still covers the shorter ones in it: without "Hall of Fame" there is no "Fame"
    claimed = accepted.keys() | variants.keys() | (links.out & written)
    found = believed(resolve(uses.mentions(claimed), claimed), ordinary, _given_names(tried, accepted))
    accepted = {key: p for key, p in accepted.items() if key not in links.out}
    homes = {key: variants.get(key, key) for key in claimed if variants.get(key, key) in accepted}
    settled = among(found, homes.keys())
    rows = [c for c in candidates(settled, pa.array(authors)) if c.key in accepted]
    artifacts, mentions = _joined(rows, Grouped.of(settled, homes, authors), accepted, names, links, variants)
    shared = np.flatnonzero(mentions.n_authors() >= MIN_AUTHORS)
    return Identified(
        artifacts=[artifacts[i] for i in shared.tolist()],
        mentions=mentions.only(shared),
        vectors=names.vectors([artifacts[i].name for i in shared.tolist()]),
        funnel=_funnel(uses.n_names(), len(tried), len(accepted), len(artifacts), len(shared)),
        ordinary=ordinary,
        n_named_once=len(artifacts) - len(shared),
        n_candidates=uses.n_mentions(),
    )


def _funnel(n_every: int, n_tried: int, n_accepted: int, n_joined: int, n_shared: int) -> list[FunnelStep]:
    """How many names were left at each step."""
    return [
        FunnelStep(name="different names that one author uses", n_out=n_every - n_tried, n_left=n_tried),
        FunnelStep(name="names that are no specific artifact", n_out=n_tried - n_accepted, n_left=n_accepted),
        FunnelStep(
            name="names joined with another spelling or lying inside a longer name",
            n_out=n_accepted - n_joined,
            n_left=n_joined,
        ),
        FunnelStep(name="artifacts that one author names", n_out=n_joined - n_shared, n_left=n_shared),
    ]


def _given_names(tried: Sequence[Candidate], accepted: Mapping[str, float]) -> set[str]:
    """Keys of accepted names that are people's first names as well."""
    return {c.key for c in tried if c.key in accepted and c.name.lower() in load_given_names()}


def _joined(
    rows: Sequence[Candidate],
    mentions: Grouped,
    accepted: Mapping[str, float],
    names: Names,
    links: Links,
    slips: Collection[str],
) -> tuple[list[Artifact], Grouped]:
    """Artifacts and their mentions, both in the order of the artifacts' ids."""
    models, vectors = names.models, names.vectors([c.name for c in rows])
    known = {i: models.known[c.key].name for i, c in enumerate(rows) if c.key in models.known}
    mentions = mentions.named([c.key for c in rows])
    judged = alias_groups(
        [c.name for c in rows],
        vectors,
        model=models.judge.alias,
        centre=models.judge.centre,
        catalogue=models.known,
        known=known,
        together=together(mentions),
        n_posts=[c.n_posts for c in rows],
    )
    groups = links.obeyed(judged, [c.key for c in rows])
    mentions = mentions.merged(groups)
    categories = models.judge.categorise(vectors)
    as_judged = {row: group for group in judged for row in group}
    found: list[Artifact] = []
    ids: set[str] = set()
    for group, used in zip(groups, mentions.spellings(), strict=True):
        lead = _lead(group, rows, models)
        category = next((models.known[rows[i].key].category for i in group if i in known), None)
        category = category or _listed_category(rows[lead].key, models) or categories[lead]
        spellings = spellings_of(
            used,
            rows[lead].name,
            slips=slips,
            known=[rows[i].key for i in group if lead in known and known.get(i) == known[lead]],
            judged=[rows[i].key for i in as_judged[lead]],
        )
        artifact = _artifact(rows[lead], spellings, accepted, category, group, rows)
        # the catalogue's name does not change when more posts make another spelling the most used; where somebody
        # decided that two of its names are two things, the second keeps its own
        known_id = artifact_id(spelling_key(models.known[rows[lead].key].name)) if lead in known else ""
        if known_id and known_id not in ids:
            artifact = replace(artifact, artifact_id=known_id)
        ids.add(artifact.artifact_id)
        found.append(artifact)
    order = sorted(range(len(found)), key=lambda i: found[i].artifact_id)
    return [found[i] for i in order], mentions.one_a_post().only(np.array(order, np.int64))


def _lead(group: Sequence[int], rows: Sequence[Candidate], models: Models) -> int:
    """The row that names the group: the catalogue's own name if somebody uses it, else what most authors write.

    Five languages call the Smurfs by five names; the report should not change its word with the weather.
    """
    own = {spelling_key(models.known[rows[i].key].name) for i in group if rows[i].key in models.known}
    return min(group, key=lambda i: (rows[i].key not in own, -rows[i].n_authors, rows[i].key))


def _listed_category(key: str, models: Models) -> str | None:
    """The category of the film, the game, the car … that public tables list under this name; None if of several."""
    categories = {entry.category for entry in models.catalogue.find_key(key)}
    return categories.pop() if len(categories) == 1 else None


def _artifact(
    lead: Candidate,
    spellings: Sequence[Spelling],
    accepted: Mapping[str, float],
    category: str,
    group: Sequence[int],
    rows: Sequence[Candidate],
) -> Artifact:
    return Artifact(
        artifact_id=artifact_id(lead.key),
        name=lead.name,
        also_called=tuple(spelling.name for spelling in spellings[:MAX_SPELLINGS]),
        keys=tuple(sorted(rows[i].key for i in group)),
        category=category,
        probability=round(max(accepted[rows[i].key] for i in group), 4),
        spellings=tuple(spellings[:MAX_SPELLINGS]),
    )
