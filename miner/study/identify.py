"""From mentions to artifacts: judge the names, settle overlaps, join the spellings."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from miner.artifacts.aliases import alias_groups
from miner.artifacts.candidates import Candidate, candidates, mention_table
from miner.artifacts.links import Links
from miner.artifacts.spans import believed, resolve
from miner.artifacts.spelling import misspellings
from miner.artifacts.titles import is_ordinary, load_given_names
from miner.names import spelling_key
from miner.records import Artifact, FunnelStep, Mention, artifact_id
from miner.study.models import Models

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
        mentions: For each artifact its mentions, one a post, by post.
        funnel: How many names were left at each step.
        ordinary: Spelling keys of names that are ordinary words as well, and count only where written as names.
        n_named_once: Artifacts that one author alone names; not among *artifacts*.
    """

    artifacts: Sequence[Artifact]
    vectors: NDArray[np.float32]
    mentions: Sequence[Sequence[Mention]]
    funnel: Sequence[FunnelStep]
    ordinary: Set[str] = frozenset()
    n_named_once: int = 0


def identify(
    mentions: Sequence[Mention],
    authors: Sequence[int],
    models: Models,
    *,
    is_english: Sequence[bool],
    threshold: float,
    links: Links = NO_LINKS,
) -> Identified:
    """Artifacts named by at least two authors.

    Args:
        mentions: Candidate mentions.
        authors: Author number of each post.
        models: Judge, encoder and catalogue.
        is_english: Whether each post is in English, the language that the judge was trained on.
        threshold: Probability (0-1) from which a name is a specific artifact.
        links: What somebody decided about pairs of names.
    """
    author_column = pa.array(authors, pa.int64())
    every = candidates(mention_table(mentions), author_column)
    # what one author says once is no memory shared by many; known names are kept, since other spellings may join them
    tried = [c for c in every if c.n_authors >= MIN_AUTHORS or c.key in models.known]
    vectors = models.encoder.encode([c.name for c in tried])
    probability = models.judge.probabilities(tried, vectors, models.known)
    english = {m.key for m in mentions if is_english[m.post]}
    accepted = {
        c.key: float(p)
        for c, p in zip(tried, probability, strict=True)
        if p >= (threshold if c.key in english or c.key in models.known else max(threshold, FOREIGN_THRESHOLD))
    }
    written = {c.key for c in every}
    accepted |= {key: p for key, p in links.partners(accepted).items() if key in written}
    variants = misspellings([c.key for c in every if c.key not in accepted and c.n_authors < MIN_AUTHORS], accepted)
    ordinary = {c.key for c in tried if c.key in accepted and is_ordinary(c.name, models.known.get(c.key))}
    # a name that somebody ruled out still covers the shorter ones in it: without "Hall of Fame" there is no "Fame"
    claimed = accepted.keys() | variants.keys() | (links.out & written)
    found = believed(resolve(mentions, claimed), ordinary, _given_names(tried, accepted))
    accepted = {key: p for key, p in accepted.items() if key not in links.out}
    settled = [m for m in found if variants.get(m.key, m.key) in accepted]
    rows = [c for c in candidates(mention_table(settled), author_column) if c.key in accepted]
    artifacts = _join(rows, settled, variants, accepted, models, links)
    shared = [a for a in artifacts if len({authors[m.post] for m in a[1]}) >= MIN_AUTHORS]
    return Identified(
        artifacts=[a for a, _ in shared],
        mentions=[m for _, m in shared],
        vectors=models.encoder.encode([a.name for a, _ in shared]),
        funnel=_funnel(len(every), len(tried), len(accepted), len(artifacts), len(shared)),
        ordinary=ordinary,
        n_named_once=len(artifacts) - len(shared),
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


def _join(
    rows: Sequence[Candidate],
    settled: Sequence[Mention],
    variants: Mapping[str, str],
    accepted: Mapping[str, float],
    models: Models,
    links: Links,
) -> list[tuple[Artifact, list[Mention]]]:
    """Artifacts with their mentions, one mention a post, in the order of their ids."""
    row_of = {c.key: i for i, c in enumerate(rows)}
    names, vectors = [c.name for c in rows], models.encoder.encode([c.name for c in rows])
    known = {i: models.known[c.key].name for i, c in enumerate(rows) if c.key in models.known}
    posts = _posts_of(settled, row_of)
    judged = alias_groups(
        names,
        vectors,
        model=models.judge.alias,
        centre=models.judge.centre,
        catalogue=models.known,
        known=known,
        together=_together(posts),
        n_posts=[c.n_posts for c in rows],
    )
    groups = links.obeyed(judged, [c.key for c in rows])
    categories = models.judge.categorise(vectors)
    spellings: defaultdict[str, list[Mention]] = defaultdict(list)
    for mention in settled:
        spellings[variants.get(mention.key, mention.key)].append(mention)
    found = []
    ids: set[str] = set()
    for group in groups:
        mentions = sorted((m for i in group for m in spellings[rows[i].key]), key=lambda m: (m.post, m.part, m.start))
        one_a_post = list({m.post: m for m in reversed(mentions)}.values())[::-1]
        lead = _lead(group, rows, models)
        category = next((models.known[rows[i].key].category for i in group if i in known), None)
        category = category or _listed_category(rows[lead].key, models) or categories[lead]
        artifact = _artifact(rows[lead], mentions, accepted, category, group, rows)
        # the catalogue's name does not change when more posts make another spelling the most used; where somebody
        # decided that two of its names are two things, the second keeps its own
        known_id = artifact_id(spelling_key(models.known[rows[lead].key].name)) if lead in known else ""
        if known_id and known_id not in ids:
            artifact = replace(artifact, artifact_id=known_id)
        ids.add(artifact.artifact_id)
        found.append((artifact, one_a_post))
    return sorted(found, key=lambda pair: pair[0].artifact_id)


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
    mentions: Sequence[Mention],
    accepted: Mapping[str, float],
    category: str,
    group: Sequence[int],
    rows: Sequence[Candidate],
) -> Artifact:
    used = Counter(m.surface for m in mentions)
    spellings = sorted(used, key=lambda s: (-used[s], s))
    return Artifact(
        artifact_id=artifact_id(lead.key),
        name=lead.name,
        also_called=tuple(s for s in spellings if s != lead.name)[:MAX_SPELLINGS],
        keys=tuple(sorted(rows[i].key for i in group)),
        category=category,
        probability=round(max(accepted[rows[i].key] for i in group), 4),
    )


def _posts_of(settled: Sequence[Mention], row_of: Mapping[str, int]) -> dict[int, set[int]]:
    posts: defaultdict[int, set[int]] = defaultdict(set)
    for mention in settled:
        if mention.key in row_of:
            posts[mention.post].add(row_of[mention.key])
    return posts


def _together(posts: Mapping[int, set[int]]) -> Counter[tuple[int, int]]:
    """Pairs of names to the number of posts that hold both; posts that list over 40 names are passed over."""
    return Counter(pair for rows in posts.values() if len(rows) <= 40 for pair in combinations(sorted(rows), 2))
