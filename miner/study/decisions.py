"""Decisions of a team as what the rank stage obeys: must-links, cannot-links, and names that are no artifact."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence

from miner.artifacts.links import Links
from miner.errors import UsageError
from miner.names import spelling_key
from miner.review.decisions import NO_OBJECT, Decision, Decisions


def links_of(decisions: Decisions) -> Links:
    """Must-links, cannot-links and names that are no artifact, as the lines that hold say them.

    Where they contradict each other, directly or through third names, the later ones hold.
    """
    links = Links()
    for line in sorted(decisions.last(), key=lambda line: (line.at, line.id), reverse=True):
        with contextlib.suppress(UsageError):
            links = joined([links, _links_of(line)])
    return links


def _links_of(line: Decision) -> Links:
    key = spelling_key(line.name)
    if line.what == "same_as":
        return Links(same=_pairs(key, [line.value]))
    if line.what == "split":
        return Links(apart=_pairs(key, line.value.splitlines()))
    if line.what == "decision" and line.value == "reject" and line.reason == NO_OBJECT:
        return Links(out=frozenset((key, *map(spelling_key, line.spellings))) - {""})
    return Links()


def _pairs(key: str, names: Iterable[str]) -> frozenset[tuple[str, str]]:
    others = {other for name in names if (other := spelling_key(name)) and other != key}
    return frozenset((min(key, other), max(key, other)) for other in others if key)


def joined(links: Sequence[Links]) -> Links:
    """All of *links* together.

    Raises:
        UsageError: They contradict each other.
    """
    return Links(
        same=frozenset(pair for each in links for pair in each.same),
        apart=frozenset(pair for each in links for pair in each.apart),
        out=frozenset(key for each in links for key in each.out),
    )
