"""The settled mentions of a run as columns, grouped by name and then by artifact."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse

Rows = NDArray[np.int64]
MAX_LISTED = 40
"""Posts that list more names are passed over when it is asked which names stand side by side."""
_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """Mentions by group: of one name at first, of one artifact later; and by post within it.

    Attributes:
        table: Columns of :data:`miner.artifacts.candidates.MENTION_SCHEMA`, and ``length`` where it is known.
        homes: Names that mentions count for.
        home: Row in *homes* of each mention: of its own key, or of that which it is a slip of.
        group: Group of each mention, 0 to *n* - 1, shape (n_mentions,).
        n: Number of groups.
        authors: Author number of each post.
    """

    table: pa.Table
    homes: Sequence[str]
    home: Rows
    group: Rows
    n: int
    authors: Rows

    @classmethod
    def of(cls, table: pa.Table, homes: Mapping[str, str], authors: Rows) -> Grouped:
        """All mentions in one group; *homes* gives the key that each key counts for."""
        keys, codes = _encoded(table, "key")
        names = sorted(set(homes.values()))
        number = {name: i for i, name in enumerate(names)}
        # a dictionary may hold keys that no mention has any more
        home = np.array([number[homes[key]] if key in homes else -1 for key in keys], np.int64)[codes]
        return cls(table=table, homes=names, home=home, group=np.zeros(len(home), np.int64), n=1, authors=authors)

    @property
    def posts(self) -> Rows:
        """The post of each mention."""
        return np.asarray(self.table.column("post").to_numpy(), np.int64)

    def bounds(self) -> Rows:
        """Where each group begins among the mentions, which must be in the order of groups, and where the last ends."""
        return np.searchsorted(self.group, np.arange(self.n + 1))

    def named(self, keys: Sequence[str]) -> Grouped:
        """One group for each of *keys*; mentions that count for another are gone."""
        number = {key: i for i, key in enumerate(keys)}
        return self._regrouped(np.array([number.get(key, -1) for key in self.homes], np.int64)[self.home], len(keys))

    def merged(self, groups: Sequence[Sequence[int]]) -> Grouped:
        """Groups put together, in the order of *groups*; each has one of them at least."""
        number = np.full(self.n, -1, np.int64)
        for new, group in enumerate(groups):
            number[list(group)] = new
        return self._regrouped(number[self.group], len(groups))

    def only(self, groups: Rows) -> Grouped:
        """Some groups, in the order of *groups*."""
        number = np.full(self.n, -1, np.int64)
        number[groups] = np.arange(len(groups))
        return self._regrouped(number[self.group], len(groups))

    def one_a_post(self) -> Grouped:
        """The first mention of each group and post."""
        posts = self.posts
        is_first = np.diff(self.group, prepend=-1).astype(bool) | np.diff(posts, prepend=-1).astype(bool)
        return self._at(np.flatnonzero(is_first))

    def n_authors(self) -> Rows:
        """Distinct authors of each group, shape (n,)."""
        pairs = self.pairs()
        return np.bincount(pairs[:, 1], minlength=self.n)

    def pairs(self) -> Rows:
        """Authors and the groups that they name, each pair once, by author, shape (n_pairs, 2)."""
        flat = np.unique(self.authors[self.posts] * max(1, self.n) + self.group)
        return np.stack([flat // max(1, self.n), flat % max(1, self.n)], axis=1)

    def spellings(self) -> list[dict[str, int]]:
        """For each group how many mentions spell it how."""
        names, codes = _encoded(self.table, "surface")
        width = max(1, len(names))
        flat, counts = np.unique(self.group * width + codes, return_counts=True)
        used: list[dict[str, int]] = [{} for _ in range(self.n)]
        for both, n in zip(flat.tolist(), counts.tolist(), strict=True):
            used[both // width][names[both % width]] = n
        return used

    def _regrouped(self, group: Rows, n: int) -> Grouped:
        rows = np.flatnonzero(group >= 0)
        part = np.asarray(self.table.column("part").to_numpy(), np.int64)
        start = np.asarray(self.table.column("start").to_numpy(), np.int64)
        order = rows[np.lexsort((start[rows], part[rows], self.posts[rows], group[rows]))]
        return replace(self, group=group, n=n)._at(order)

    def _at(self, rows: Rows) -> Grouped:
        return replace(self, table=self.table.take(pa.array(rows)), home=self.home[rows], group=self.group[rows])


def together(mentions: Grouped) -> Callable[[Rows], Rows]:
    """Counts posts that name both groups of a pair, for pairs of shape (n, 2); one for names that are one spelling."""
    flat = np.unique(mentions.posts * max(1, mentions.n) + mentions.group)
    posts, groups = flat // max(1, mentions.n), flat % max(1, mentions.n)
    is_few = np.bincount(posts, minlength=1)[posts] <= MAX_LISTED if len(posts) else np.zeros(0, bool)
    _, post = np.unique(posts[is_few], return_inverse=True)
    named = sparse.csc_array(
        (np.ones(len(post), np.int32), (post, groups[is_few])), shape=(int(post.max(initial=-1)) + 1, mentions.n)
    )

    def count(pairs: Rows) -> Rows:
        parts = [
            named[:, pairs[i : i + _AT_ONCE, 0]].multiply(named[:, pairs[i : i + _AT_ONCE, 1]]).sum(axis=0)
            for i in range(0, len(pairs), _AT_ONCE)
        ]
        return np.concatenate([np.asarray(part, np.int64).reshape(-1) for part in parts] or [np.zeros(0, np.int64)])

    return count


def _encoded(table: pa.Table, name: str) -> tuple[list[str], Rows]:
    """Different values of a column, and the number of each row's."""
    column = table.column(name)
    whole = column.unify_dictionaries() if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    values = whole.combine_chunks()
    chunk = values.chunk(0) if isinstance(values, pa.ChunkedArray) else values
    return chunk.dictionary.to_pylist(), chunk.indices.to_numpy(zero_copy_only=False).astype(np.int64)
