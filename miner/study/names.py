"""Names encoded and judged once: what is said of a name does not depend on who uses it, and is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from miner.artifacts.candidates import Candidate
from miner.corpus.fingerprint import fingerprint_of
from miner.corpus.kept import NAMES, Kept
from miner.study.models import Models
from miner.study.stages import Workshop, version_of

AT_ONCE = 4096
_LOGITS = pa.schema([("fingerprint", pa.int64()), ("logit", pa.float64())])
_VECTORS = pa.schema([("fingerprint", pa.int64()), ("vector", pa.list_(pa.float32()))])


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Vectors and first judgements of names. Kept are numbers under a hash of the name, never the name.

    Attributes:
        models: Encoder and judge.
        workshop: Where to keep them.
    """

    models: Models
    workshop: Workshop

    def judged(self, candidates: Sequence[Candidate]) -> NDArray[np.float64]:
        """Probability (0-1) that each candidate is a specific artifact, shape (n,); 0 where a quick look tells.

        Args:
            candidates: Names and how they are used.
        """
        models = self.models
        shapes = self._said(
            "shaped", [c.name for c in candidates], lambda part: models.judge.shapes(part, models.known)
        )
        rows = models.judge.sifted(candidates, shapes, models.known)
        worth = [candidates[i] for i in rows]

        def by_form(part: Sequence[str]) -> NDArray[np.float64]:
            return models.judge.form_logits(part, models.encoder.encode(part), models.known)

        found = np.zeros(len(candidates))
        found[rows] = models.judge.judged(worth, self._said("judged", [c.name for c in worth], by_form))
        return found

    def _said(
        self, what: str, names: Sequence[str], work: Callable[[Sequence[str]], NDArray[np.float64]]
    ) -> NDArray[np.float64]:
        """One number a name, kept."""
        version = version_of(
            self.models.encoder.name,
            self.models.judge.version,
            sorted(self.models.known),
            code=("miner.artifacts.judge", "miner.artifacts.linear", "miner.artifacts.titles", "miner.names"),
            data=("titles.csv", "given_names.txt"),
            packages=("wordfreq",),
        )
        kept = self.workshop.kept(f"{NAMES}-{what}", version, _LOGITS)
        found = self._filled(kept, names, lambda part: pa.array(work(part)), f"names {what}")
        values: NDArray[np.float64] = np.asarray(_read(kept, found, "logit"), np.float64)
        return values

    def vectors(self, names: Sequence[str]) -> NDArray[np.float32]:
        """Vector of each name, shape (n, d), of length 1."""
        if not names:
            return self.models.encoder.encode([])
        version = version_of(self.models.encoder.name, packages=("sentence-transformers", "torch", "transformers"))
        kept = self.workshop.kept(f"{NAMES}-encoded", version, _VECTORS)

        def encoded(part: Sequence[str]) -> pa.Array:
            return pa.array(list(self.models.encoder.encode(part)), pa.list_(pa.float32()))

        found = self._filled(kept, names, encoded, "names encoded")
        return np.stack([np.asarray(vector, np.float32) for vector in _read(kept, found, "vector")])

    def _filled(
        self, kept: Kept, names: Sequence[str], work: Callable[[Sequence[str]], pa.Array], told: str
    ) -> NDArray[np.int64]:
        """Fingerprints of *names*, all of them with a row in *kept*."""
        fingerprints = np.array([fingerprint_of(name) for name in names], np.int64)
        unique, first = np.unique(fingerprints, return_index=True)
        missing = np.sort(first[np.isin(unique, kept.missing(unique))])
        self.workshop.progress(told, 0, len(missing))
        for done, part in _parts(missing):
            kept.add(pa.table([pa.array(fingerprints[part]), work([names[i] for i in part])], schema=kept.schema))
            self.workshop.progress(told, done, len(missing))
        return fingerprints


def _parts(rows: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.int64]]]:
    for start in range(0, len(rows), AT_ONCE):
        yield min(len(rows), start + AT_ONCE), rows[start : start + AT_ONCE]


def _read(kept: Kept, fingerprints: NDArray[np.int64], column: str) -> list[object]:
    """The values of *fingerprints*, in their order; only those are held."""
    wanted, back = np.unique(fingerprints, return_inverse=True)
    values: list[object] = [None] * len(wanted)
    for path in kept.files():
        table = pq.read_table(path)
        keys = table.column("fingerprint").to_numpy()
        rows = np.flatnonzero(np.isin(keys, wanted))
        places = np.searchsorted(wanted, keys[rows])
        for place, value in zip(places.tolist(), _values(table.column(column).take(pa.array(rows))), strict=True):
            values[place] = value
    return [values[i] for i in back.tolist()]


def _values(column: pa.ChunkedArray) -> list[object]:
    if not pa.types.is_list(column.type):
        return list(column.to_pylist())
    flat = column.combine_chunks()
    vectors = flat.flatten().to_numpy(zero_copy_only=False)
    return list(vectors.reshape(len(flat), -1)) if len(flat) else []
