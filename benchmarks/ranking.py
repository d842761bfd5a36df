"""How many of the ranked artifacts are artifacts, and how long each stage takes, on a file of real posts.

    python benchmarks/ranking.py [--posts POSTS.jsonl.gz] [--era 80s] [--top 132] [--judgements JUDGED.csv]

The judgements were made by reading each row's posts: 2 a specific artifact, 1 a generic thing, 0 neither. Rows that
nobody judged are counted apart and never taken for right.
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from miner.corpus import Corpus
from miner.eras import load_era
from miner.report import Report
from miner.settings import Settings
from miner.study.imports import import_files
from miner.study.models import load_models
from miner.study.rank import rank

ROOT = Path(__file__).parent.parent
POSTS = ROOT.parent / "shared" / "corpora" / "era_posts.jsonl.gz"
JUDGED = Path(__file__).parent / "judgements" / "era_posts_80s.csv"


def main() -> None:
    """Import, rank, score; one JSON object on stdout."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=Path, default=POSTS)
    parser.add_argument("--era", default="80s")
    parser.add_argument("--top", type=int, default=132)
    parser.add_argument("--judgements", type=Path, default=JUDGED)
    args = parser.parse_args()
    if not args.posts.exists():
        print(json.dumps({"skipped": f"{args.posts.name} is not here; give --posts"}))
        return
    with tempfile.TemporaryDirectory() as folder:
        report, seconds = timed_run(args.posts, args.era, args.top, Path(folder) / "bench")
    print(json.dumps({**precision(report, args.judgements), "posts": report.n_posts, **seconds}, indent=1))


def timed_run(posts: Path, era: str, top: int, folder: Path) -> tuple[Report, dict[str, float]]:
    """The report, and the seconds that importing, loading the models, and ranking took."""
    marks = [time.perf_counter()]
    corpus = Corpus.create(folder)
    import_files([posts], corpus)
    marks.append(time.perf_counter())
    models = load_models(Settings())
    marks.append(time.perf_counter())
    report = rank(corpus, era=load_era(era), settings=Settings(), top=top, models=models)
    marks.append(time.perf_counter())
    names = ("import_s", "models_s", "rank_s")
    return report, {name: round(b - a, 1) for name, (a, b) in zip(names, pairwise(marks), strict=True)}


def precision(report: Report, judgements: Path) -> dict[str, object]:
    """Share of the judged rows that are specific artifacts, and which rows nobody judged."""
    with judgements.open(encoding="utf-8", newline="") as file:
        label = {row["artifact"]: int(row["label"]) for row in csv.DictReader(file)}
    names = [row.artifact.name for row in report.rows]
    judged = [label[name] for name in names if name in label]
    return {
        "rows": len(names),
        "specific_artifacts": judged.count(2),
        "generic_things": judged.count(1),
        "neither": judged.count(0),
        "not_judged": [name for name in names if name not in label],
    }


if __name__ == "__main__":
    main()
