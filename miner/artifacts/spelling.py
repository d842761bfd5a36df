"""Slips of the pen: rare names one letter away from an accepted one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

MIN_LETTERS = 7
MIN_ZIPF = 2.5


def misspellings(rare: Iterable[str], accepted: Collection[str]) -> dict[str, str]:
    """Rare spelling key to the accepted key that it is a slip of: one letter too many, too few or wrong.

    Only keys of at least seven letters that begin alike, and never a digit or a numeral at the end: "atari2600" and
    "atari7800" are two things, so are "Diablo II" and "Diablo III"; "co-writer" is no "CD writer". Keys are matched by
    what is left when one letter is dropped (the symmetric delete idea of SymSpell), so the cost grows with
    the number of keys and not with its square. Where two accepted keys are as near, the alphabetically first is taken.

    A rare key that is a word of its own ("kremlin") is no slip ("gremlin").

    >>> misspellings(["trapperkeepr", "trapperkeeeper", "atari2700"], ["trapperkeeper", "atari2600"])
    {'trapperkeepr': 'trapperkeeper', 'trapperkeeeper': 'trapperkeeper'}
    """
    from rapidfuzz.distance import DamerauLevenshtein

    index: defaultdict[str, list[str]] = defaultdict(list)
    for key in sorted(accepted):
        for left in _deletes(key):
            index[left].append(key)
    halves = {half for key in accepted for n in (len(key) - 1, len(key), len(key) + 1) for half in _halves(key, n)}
    found: dict[str, str] = {}
    for key in rare:
        if halves.isdisjoint(_halves(key, len(key))):
            continue
        near = sorted({k for left in _deletes(key) for k in index.get(left, ())})
        for k in near:
            if (
                k[:2] == key[:2]
                and _numbers(k) == _numbers(key)
                and DamerauLevenshtein.distance(k, key, score_cutoff=1) == 1
                and not _is_word(key)
            ):
                found[key] = k
                break
    return found


def _halves(key: str, n: int) -> tuple[tuple[int, str], tuple[int, str]]:
    """How *key* begins and how it ends, as far as one slip in a key of *n* letters leaves the one or the other alone.

    Two neighbours that change places touch two letters, so a half is one letter short of half.
    """
    half = max(1, n // 2 - 1)
    return (n, key[:half]), (-n, key[-half:])


def _deletes(key: str) -> Iterator[str]:
    if len(key) >= MIN_LETTERS:
        yield key
        for i in range(len(key)):
            yield key[:i] + key[i + 1 :]


def _is_word(key: str) -> bool:
    import wordfreq

    return float(wordfreq.zipf_frequency(key, "en")) >= MIN_ZIPF


def _numbers(key: str) -> tuple[str, str]:
    """Its digits, and the letters at its end that may be a Roman numeral."""
    return "".join(c for c in key if c.isdigit()), key[len(key.rstrip("ivx")) :]
