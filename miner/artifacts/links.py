"""What people decided about names: that two are one thing, or are not, or that one is none. No model overrules it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from miner.errors import UsageError

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Links:
    """Decisions about pairs of names, by their spelling keys.

    Attributes:
        same: Must-links: both are one thing, and so is what is linked to either.
        apart: Cannot-links: they are two things.
        out: Names that are no artifact.

    Raises:
        UsageError: What must be one thing cannot be.
    """

    same: frozenset[Pair] = frozenset()
    apart: frozenset[Pair] = frozenset()
    out: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        home = self._homes()
        for a, b in sorted(self.apart):
            if home.get(a, a) == home.get(b, b):
                raise UsageError(
                    f"{a!r} and {b!r} are linked as one thing, directly or through others, and as two.",
                    "Take one of these links out of the file.",
                )

    def _homes(self) -> dict[str, str]:
        """Key to the first key, by the alphabet, of all that must be one thing with it."""
        home: dict[str, str] = {}
        for a, b in sorted(self.same):
            first, second = sorted((home.get(a, a), home.get(b, b)))
            home |= {key: first for key in (a, b, *(k for k, v in home.items() if v == second))}
        return home

    def obeyed(self, groups: Sequence[Sequence[int]], keys: Sequence[str]) -> list[list[int]]:
        """*groups* of rows, changed as little as the decisions allow.

        Args:
            groups: Rows grouped by thing, every row in one group.
            keys: Spelling key of each row.

        Returns:
            Groups in order of their first row, rows ascending. Rows that must be together are in one group, and no
            group holds two that are apart.
        """
        if not (self.same or self.apart):
            return [list(group) for group in groups]
        home = self._homes()
        homes = [home.get(key, key) for key in keys]
        # what is apart from one name is apart from all that it is one thing with
        apart = frozenset((min(pair), max(pair)) for a, b in self.apart for pair in [(home.get(a, a), home.get(b, b))])
        rows_of: dict[str, list[int]] = {}
        for row, name in enumerate(homes):
            rows_of.setdefault(name, []).append(row)
        units = [rows for rows in rows_of.values() if len(rows) > 1]
        return _merged([part for group in groups for part in _parted(group, homes, apart)], units, homes, apart)

    def partners(self, accepted: Mapping[str, float]) -> dict[str, float]:
        """What must be one thing with an *accepted* name is accepted too, as surely as the surest of them."""
        home = self._homes()
        best: dict[str, float] = {}
        for key, p in accepted.items():
            if key in home:
                best[home[key]] = max(p, best.get(home[key], 0.0))
        return {key: best[first] for key, first in home.items() if first in best}


def _parted(group: Sequence[int], homes: Sequence[str], apart: frozenset[Pair]) -> list[list[int]]:
    """A group in parts that hold no two rows that are apart: each row goes to the first part that takes it."""
    parts: list[list[int]] = []
    for row in group:
        part = next((part for part in parts if not _are_apart([row], part, homes, apart)), None)
        if part is None:
            parts.append([row])
        else:
            part.append(row)
    return parts


def _are_apart(left: Iterable[int], right: Iterable[int], homes: Sequence[str], apart: frozenset[Pair]) -> bool:
    others = [homes[row] for row in right]
    return any((min(homes[row], name), max(homes[row], name)) in apart for row in left for name in others)


def _merged(
    groups: Sequence[list[int]], units: Sequence[list[int]], homes: Sequence[str], apart: frozenset[Pair]
) -> list[list[int]]:
    """Groups that share a unit put together; where what else they hold is apart, only the unit itself."""
    group_of = {row: group for group in groups for row in group}
    for unit in sorted(units):
        touched = {id(group_of[row]): group_of[row] for row in unit}.values()
        whole = sorted({row for group in touched for row in group})
        clash = _are_apart(whole, whole, homes, apart)
        joined = list(unit) if clash else whole
        for group in touched:
            group[:] = [row for row in group if row not in joined]
        group_of |= dict.fromkeys(joined, joined)
    left = {id(group): group for group in group_of.values() if group}
    return sorted(sorted(group) for group in left.values())


def links_of(decisions: Iterable[tuple[str, str, bool]], keys: Mapping[str, str]) -> Links:
    """Links from names and whether they are the same; *keys* gives the spelling key of each name."""
    same: set[Pair] = set()
    apart: set[Pair] = set()
    for one, other, is_same in decisions:
        a, b = sorted((keys[one], keys[other]))
        if a != b:
            (same if is_same else apart).add((a, b))
    return Links(frozenset(same), frozenset(apart))
