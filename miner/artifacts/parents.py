"""The wider thing that a narrower one is a kind of: shown, never merged."""

from __future__ import annotations

from collections.abc import Sequence

from miner.names import words_of


def parents(names: Sequence[str]) -> list[int | None]:
    """For each of *names* the row of its parent: the longest other name whose words stand side by side in it.

    Example:
        >>> parents(["Walkman", "Sony Walkman WM-2", "Sony Walkman", "Pac-Man", "Ms. Pac-Man watch"])
        [None, 2, 0, None, 3]
    """
    words = [tuple(words_of(name)) for name in names]
    row_of: dict[tuple[str, ...], int] = {}
    for row, own in enumerate(words):
        row_of.setdefault(own, row)
    return [_parent(own, row_of) for own in words]


def _parent(own: tuple[str, ...], row_of: dict[tuple[str, ...], int]) -> int | None:
    for length in range(len(own) - 1, 0, -1):
        for start in range(len(own) - length + 1):
            row = row_of.get(own[start : start + length])
            if row is not None:
                return row
    return None
