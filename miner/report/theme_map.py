"""The map of themes: a point a row, with as many names as fit without lying on one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from miner.report.view import Row

WIDTH, HEIGHT, MARGIN = 1000, 620, 24
# of a letter at the size of the labels, and of their line
_LETTER, _LINE = 6.6, 15
_GAP = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A row on the map; *label* is empty where there is no room for it."""

    x: int
    y: int
    anchor: str
    name: str
    label: str
    is_left: bool
    is_themed: bool


def points(lines: Sequence[Row]) -> tuple[Point, ...]:
    """The lines that have a place, best rank first: who comes first has the room."""
    taken: list[tuple[float, float, float, float]] = []
    found = []
    for line in sorted(lines, key=lambda line: line.record.rank):
        if line.record.place is None:
            continue
        across, down = line.record.place
        x = round(MARGIN + across * (WIDTH - 2 * MARGIN))
        y = round(MARGIN + down * (HEIGHT - 2 * MARGIN))
        long = _LETTER * len(line.name)
        is_left = x + _GAP + long > WIDTH
        start = x - _GAP - long if is_left else x + _GAP
        box = (start, y - _LINE / 2, start + long, y + _LINE / 2)
        has_room = start >= 0 and not any(_overlap(box, other) for other in taken)
        if has_room:
            taken.append(box)
        found.append(
            Point(
                x=x,
                y=y,
                anchor=line.anchor,
                name=line.name,
                label=line.name if has_room else "",
                is_left=is_left,
                is_themed=line.theme is not None,
            )
        )
    return tuple(found)


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
