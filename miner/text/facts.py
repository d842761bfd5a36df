"""What the choice of posts goes by, read out of each post once: eras, language, offers, frames, sketches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa

from miner.eras import Era, EraReader
from miner.text.accounts import frame, is_offer
from miner.text.clean import clean
from miner.text.language import language_of
from miner.text.sketch import N_BANDS, hash_of, sketches, whole

BANDS = tuple(f"band_{i}" for i in range(N_BANDS))
SCHEMA = pa.schema(
    [
        ("fingerprint", pa.int64()),
        ("eras", pa.int64()),
        ("language", pa.string()),
        ("is_offer", pa.bool_()),
        ("said", pa.int64()),
        ("first", pa.int64()),
        ("last", pa.int64()),
        ("whole", pa.int64()),
        *((name, pa.int32()) for name in BANDS),
    ]
)
"""``eras``: a bit for each of the stage's eras; ``said``: the text as a number; the rest as the functions of these
names in :mod:`miner.text.accounts` and :mod:`miner.text.sketch` give them."""


@dataclass(frozen=True)
class ReadFacts:
    """The stage that reads posts: a table of fingerprints and texts in, one with :data:`SCHEMA` out.

    Attributes:
        eras: The eras to look for, at most 62.
        is_whole: Read posts of no era too. Most posts of a dump are such; only a count over all eras needs them.
    """

    eras: Sequence[Era]
    is_whole: bool = False

    @cached_property
    def _reader(self) -> EraReader:
        return EraReader(self.eras)

    def __call__(self, rows: pa.Table) -> pa.Table:
        """Facts of posts with the columns ``fingerprint``, ``text``, ``tags``, ``alt_texts``, ``language``."""
        posts = rows.to_pylist()
        bits = [self._bits(post) for post in posts]
        # as if it said nothing
        raw = [(post["text"] or "") if era or self.is_whole else "" for post, era in zip(posts, bits, strict=True)]
        texts = [clean(text) for text in raw]
        frames = [frame(text) for text in raw]
        columns = [
            rows.column("fingerprint"),
            pa.array(bits, pa.int64()),
            pa.array([language_of(text, post["language"]) for text, post in zip(texts, posts, strict=True)]),
            # told by the raw text: the link to the shop is gone from the clean one
            pa.array([is_offer(text) for text in raw], pa.bool_()),
            pa.array([hash_of(text) for text in raw], pa.int64()),
            pa.array([first for first, _ in frames], pa.int64()),
            pa.array([last for _, last in frames], pa.int64()),
            pa.array([whole(text) for text in texts], pa.int64()),
            *map(pa.array, sketches(texts)),
        ]
        return pa.table(columns, schema=SCHEMA)

    def _bits(self, post: Mapping[str, Any]) -> int:
        text, tags, alts = post["text"], post["tags"], post["alt_texts"]
        hits = self._reader.read(" \n".join((text or "", *(alts or ()))), tags or ())
        named = {hit.era for hit in hits}
        return sum(1 << i for i, era in enumerate(self.eras) if era.name in named)
