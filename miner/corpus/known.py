"""Which ids a corpus holds, in eight bytes each."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_MERGE_AT = 65_536


class KnownIds:
    """A set of ids, kept as 64-bit digests: ten million take 80 MB.

    Two ids out of ten million share a digest with a probability of about 3 in a million; the later post would then be
    taken for the earlier one and left out.
    """

    def __init__(self) -> None:
        self._sorted: npt.NDArray[np.uint64] = np.empty(0, dtype=np.uint64)
        self._recent: set[int] = set()

    def __len__(self) -> int:
        return len(self._sorted) + len(self._recent)

    def add(self, ids: Sequence[str]) -> list[bool]:
        """Add *ids*; for each, whether it was new: in the set neither before nor earlier among *ids*."""
        digests = [_digest(post_id) for post_id in ids]
        is_old = self._is_sorted_in(digests)
        is_new = []
        for digest, old in zip(digests, is_old, strict=True):
            fresh = not old and digest not in self._recent
            if fresh:
                self._recent.add(digest)
            is_new.append(fresh)
        # amortised: each merge pays for at least a sixteenth of what it moves
        if len(self._recent) > max(_MERGE_AT, len(self._sorted) // 16):
            self._merge()
        return is_new

    def _is_sorted_in(self, digests: list[int]) -> list[bool]:
        if not len(self._sorted):
            return [False] * len(digests)
        wanted = np.array(digests, dtype=np.uint64)
        places = np.searchsorted(self._sorted, wanted)
        found: list[bool] = (self._sorted[np.minimum(places, len(self._sorted) - 1)] == wanted).tolist()
        return found

    def _merge(self) -> None:
        recent = np.fromiter(self._recent, dtype=np.uint64, count=len(self._recent))
        self._sorted = np.concatenate([self._sorted, recent])
        self._sorted.sort(kind="stable")
        self._recent = set()


def _digest(post_id: str) -> int:
    return int.from_bytes(hashlib.blake2b(post_id.encode(), digest_size=8).digest(), "little")
