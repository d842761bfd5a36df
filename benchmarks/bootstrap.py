"""How long rank intervals take: 1,000 draws over 200,000 authors and 5,000 artifacts.

python benchmarks/bootstrap.py [--authors 200000] [--artifacts 5000] [--draws 1000]
"""

from __future__ import annotations

import argparse
import json
import time

import numpy as np
from scipy import sparse

from miner.ranking.seen import Sightings, rank_intervals


def main() -> None:
    """Draw a world in which few artifacts are named by many, time, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--authors", type=int, default=200_000)
    parser.add_argument("--artifacts", type=int, default=5_000)
    parser.add_argument("--draws", type=int, default=1_000)
    args = parser.parse_args()
    rng = np.random.default_rng(80)
    shares = 0.05 / np.arange(1, args.artifacts + 1) ** 0.8
    counts = [rng.binomial(args.authors, s) for s in shares]
    rows = np.concatenate([rng.choice(args.authors, n, replace=False) for n in counts])
    column = np.repeat(np.arange(args.artifacts), counts)
    matrix = sparse.csr_array((np.ones(len(rows)), (rows, column)), shape=(args.authors, args.artifacts))
    sightings = Sightings(named=matrix, source=np.zeros(args.authors, np.int64))
    started = time.perf_counter()
    rank_intervals(sightings, seed=80, n_draws=args.draws)
    print(json.dumps({"namings": len(rows), "seconds": round(time.perf_counter() - started, 1)}))


if __name__ == "__main__":
    main()
