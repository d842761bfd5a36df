"""A ranking held against somebody's own list: what it finds, what of it is right, what it joins and splits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from miner.names import spelling_key
from miner.ranking.wilson import wilson
from miner.records import RankedArtifact
from miner.study.gold import Gold, GoldThing, owners

DEPTHS: Final = (10, 20, 50, 100, 132)
YEAR_OFF: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many.

    Attributes:
        n_of: How many.
        n: Of how many; 0 leaves the share open.
        share: 0-1; None of none.
        low, high: 95 % score interval of it.
    """

    n_of: int
    n: int
    share: float | None
    low: float
    high: float

    @classmethod
    def of(cls, n_of: int, n: int) -> Share:
        """The share *n_of* in *n*, rounded to four digits."""
        low, high = wilson(n_of, n)
        return cls(n_of=n_of, n=n, share=round(n_of / n, 4) if n else None, low=round(low, 4), high=round(high, 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """How the first rows of a ranking fare.

    Attributes:
        k: How many rows.
        found: Of the list's artifacts, those among these rows.
        right: Of these rows, among those that the list judges, the ones that are artifacts. A row that the list does
            not name counts in neither.
    """

    k: int
    found: Share
    right: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """How a ranking fares against a list.

    Attributes:
        n_rows: Rows of the ranking.
        depths: From the first ten to all.
        missed: Artifacts of the list in no row, in the order of the list.
        wrong: Rows that hold names of the list's non-artifacts and of no artifact of it.
        same: Pairs of names that the list calls one thing and that both occur: those in one row.
        different: Pairs of the list's artifacts that both occur: those in rows of their own.
        joined: Rows that hold several of the list's artifacts, with these.
        split: Artifacts of the list in several rows, with these.
        years: Artifacts that list and ranking date: those within a year.
        misdated: The others: name, year of the list, year of the ranking.
        n_ambiguous: Spellings that several lines of the list have; they tell nothing.
        n_negative: Lines of the list that are no artifact; without any, *right* says little.
        ignored: Columns of the list that nobody reads.
    """

    n_rows: int
    depths: tuple[Depth, ...]
    missed: tuple[str, ...]
    wrong: tuple[str, ...]
    same: Share
    different: Share
    joined: tuple[tuple[str, tuple[str, ...]], ...]
    split: tuple[tuple[str, tuple[str, ...]], ...]
    years: Share
    misdated: tuple[tuple[str, int, int], ...]
    n_ambiguous: int
    n_negative: int
    ignored: tuple[str, ...]


def evaluate(rows: Sequence[RankedArtifact], gold: Gold) -> Evaluation:
    """Hold *rows*, best first, against *gold*.

    A row has a thing of the list when one of its spellings is one of the thing's names; case, accents, punctuation and
    plural do not matter. So a list is as good as the names in it: an artifact under a name that the list lacks is
    missed.
    """
    things, (owner, n_ambiguous) = gold.things, owners(gold.things)
    keys = [_keys(row) for row in rows]
    held = [frozenset(owner[key] for key in own if key in owner) for own in keys]
    true, where = [i for i, thing in enumerate(things) if thing.is_artifact], _where(held)
    spread = [i for i in true if len(where.get(i, ())) > 1]
    same, different = _pairs(things, owner, keys), _apart(true, where)
    dated = list(_dated(things, where, rows))
    off = tuple(one for one in dated if abs(one[1] - one[2]) > YEAR_OFF)
    artifacts = [sorted(i for i in of if things[i].is_artifact) for of in held]
    return Evaluation(
        n_rows=len(rows),
        depths=tuple(_depth(k, held, things) for k in _depths(len(rows))),
        missed=tuple(things[i].name for i in true if i not in where),
        wrong=tuple(rows[at].artifact.name for at, of in enumerate(held) if of and not artifacts[at]),
        same=Share.of(sum(same), len(same)),
        different=Share.of(sum(different), len(different)),
        joined=tuple(
            (row.artifact.name, tuple(things[i].name for i in of))
            for row, of in zip(rows, artifacts, strict=True)
            if len(of) > 1
        ),
        split=tuple((things[i].name, tuple(rows[at].artifact.name for at in where[i])) for i in spread),
        years=Share.of(len(dated) - len(off), len(dated)),
        misdated=off,
        n_ambiguous=n_ambiguous,
        n_negative=len(things) - len(true),
        ignored=gold.ignored,
    )


def _keys(row: RankedArtifact) -> Set[str]:
    spelt = {spelling_key(name) for name in (row.artifact.name, *row.artifact.also_called)}
    return spelt | {*row.artifact.keys}


def _where(held: Sequence[Set[int]]) -> dict[int, list[int]]:
    """Line of the list to the rows that hold it, best first."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for at, lines in enumerate(held):
        for line in sorted(lines):
            found[line].append(at)
    return dict(found)


def _depths(n_rows: int) -> list[int]:
    return [*(k for k in DEPTHS if k < n_rows), n_rows]


def _depth(k: int, held: Sequence[Set[int]], things: Sequence[GoldThing]) -> Depth:
    seen = {line for lines in held[:k] for line in lines}
    judged = [any(things[line].is_artifact for line in lines) for lines in held[:k] if lines]
    n_true = sum(thing.is_artifact for thing in things)
    return Depth(
        k=k,
        found=Share.of(sum(things[line].is_artifact for line in seen), n_true),
        right=Share.of(sum(judged), len(judged)),
    )


def _pairs(things: Sequence[GoldThing], owner: Mapping[str, int], keys: Sequence[Set[str]]) -> list[bool]:
    """Of each two spellings that are one thing and that occur: whether some row has both."""
    rows_of: defaultdict[str, set[int]] = defaultdict(set)
    for at, own in enumerate(keys):
        for key in own & owner.keys():
            rows_of[key].add(at)
    found = []
    for thing in filter(lambda thing: thing.is_artifact, things):
        spelt = sorted({spelling_key(name) for name in thing.names} & rows_of.keys())
        found += [bool(rows_of[a] & rows_of[b]) for a, b in combinations(spelt, 2)]
    return found


def _apart(true: Sequence[int], where: Mapping[int, Sequence[int]]) -> list[bool]:
    """Of each two artifacts of the list that occur: whether no row has both."""
    present = [(line, frozenset(where[line])) for line in true if line in where]
    return [not one & other for (_, one), (_, other) in combinations(present, 2)]


def _dated(
    things: Sequence[GoldThing], where: Mapping[int, Sequence[int]], rows: Sequence[RankedArtifact]
) -> Iterator[tuple[str, int, int]]:
    for line, thing in enumerate(things):
        if thing.is_artifact and thing.first_year is not None and line in where:
            year = rows[where[line][0]].dating.first_year
            if year is not None:
                yield thing.name, thing.first_year, year
