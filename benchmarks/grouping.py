"""Seconds and memory to group many unique names by what they mean.

    python benchmarks/grouping.py [--names 100000]

All names differ in their spelling key, for one key is one name before anything is compared. A quarter are names of the
shipped catalogue, a quarter the same with a slip or a word more (a letter doubled or dropped, "box", "vintage"), the
rest two words that stand in names of the catalogue, put together by chance. Vectors are drawn at random around one
vector a name, for encoding is not what is measured: variants lie near one another, different names far apart.
"""

from __future__ import annotations

import argparse
import random
import resource
import time

import numpy as np

from miner.artifacts.aliases import alias_groups
from miner.artifacts.catalogue import by_key, load_all
from miner.artifacts.judge import load_judge
from miner.names import spelling_key

EXTRA = ["figures", "box", "set", "original", "vintage", "Mini", "deluxe", "ad", "poster", "lunchbox"]


def main() -> None:
    """Group; print figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names", type=int, default=100_000)
    args = parser.parse_args()
    catalogue, judge = load_all(None), load_judge()
    known = by_key(catalogue.told)
    names, homes = many_names(args.names, [n for a in catalogue.told for n in a.names])
    rng = np.random.default_rng(80)
    places, home = np.unique(homes, return_inverse=True)
    base = rng.normal(size=(len(places), 384)).astype(np.float32)
    vectors = base[home] + 0.6 * rng.normal(size=(len(names), 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    del base
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    groups = alias_groups(
        names,
        vectors,
        model=judge.alias,
        centre=judge.centre,
        catalogue=known,
        known={i: known[key].name for i, name in enumerate(names) if (key := spelling_key(name)) in known},
        together=lambda pairs: np.zeros(len(pairs), np.int64),
        n_posts=[2] * len(names),
    )
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{len(names):,} names, {len(groups):,} groups: {seconds:.1f} s, {(after - before) / 1024:,.0f} MB more")
    print(f"{after / 1024:,.0f} MB in all, vectors and models with it")


def many_names(n: int, names: list[str]) -> tuple[list[str], list[int]]:
    """*n* names that differ in their spelling key, and the number of the name that each is a variant of."""
    random_ = random.Random(80)  # noqa: S311 - variants
    unique = sorted({spelling_key(name): name for name in names}.values())
    random_.shuffle(unique)
    words = sorted({word for name in unique for word in name.split() if len(word) > 2})
    found: dict[str, tuple[str, int]] = {spelling_key(name): (name, i) for i, name in enumerate(unique[: n // 4])}
    while len(found) < n // 2:
        i = random_.randrange(len(unique))
        name = variant(unique[i], random_)
        found.setdefault(spelling_key(name), (name, i))
    while len(found) < n:
        name = f"{random_.choice(words)} {random_.choice(words)}"
        found.setdefault(spelling_key(name), (name, len(unique) + len(found)))
    return [name for name, _ in found.values()], [home for _, home in found.values()]


def variant(name: str, random_: random.Random) -> str:
    """*name* with a slip, or with a word more."""
    at = random_.randrange(max(1, len(name)))
    return random_.choice(
        [
            name[:at] + name[at : at + 1] * 2 + name[at + 1 :],
            name[:at] + name[at + 1 :],
            f"{name} {random_.choice(EXTRA)}",
            f"{random_.choice(EXTRA)} {name}",
        ]
    )


if __name__ == "__main__":
    main()
