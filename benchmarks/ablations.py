"""What each stage is worth: the sample corpus and judged posts ranked with one stage turned off at a time.

    python benchmarks/ablations.py [--posts POSTS.jsonl.gz --era 80s] [--only NAME …]

On the sample corpus the truth tells how many artifacts of three authors or more are missed, how many rows join two, and
how many artifacts are split. On *posts* the judgements of ``judgements/`` tell how many of the first 132 rows are
specific artifacts; rows that nobody judged are counted apart and never taken for right.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from unittest.mock import patch

import numpy as np

from miner.artifacts.candidates import Candidate
from miner.artifacts.catalogue import Catalogue
from miner.artifacts.judge import Judge
from miner.artifacts.linear import Matrix
from miner.corpus import Corpus
from miner.eras import load_era
from miner.names import spelling_key
from miner.settings import Settings
from miner.study.choose import counted
from miner.study.imports import import_files
from miner.study.models import Models, load_models
from miner.study.rank import rank
from miner.text.encode import Vectors
from miner.text.extract import EVERY, extract

ROOT = Path(__file__).parent.parent
POSTS = ROOT.parent / "shared" / "corpora" / "era_posts.jsonl.gz"
JUDGEMENTS = Path(__file__).parent / "judgements"
TOP = 132
ORIGINS_OFF = {
    "no hashtags": {"hashtag"},
    "no lists": {"list"},
    "no runs of tags": {"run"},
    "no capitalised runs": {"title"},
    "no quotations": {"quote"},
    "no alt texts": {"alt"},
}


class _Believing:
    """A judge that takes every name for an artifact."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    def __getattr__(self, name: str) -> object:
        return getattr(self._judge, name)

    def judged(self, candidates: Sequence[Candidate], form_logits: Matrix) -> Matrix:
        """1 for all."""
        return np.ones(len(candidates))


class _FormAlone(_Believing):
    """A judge that does not look at how the corpus uses a name."""

    def judged(self, candidates: Sequence[Candidate], form_logits: Matrix) -> Matrix:
        """By the form model."""
        return 1 / (1 + np.exp(-form_logits))


class _Blind:
    """An encoder to which all names are alike."""

    def __init__(self, size: int) -> None:
        self.name, self._size = "none", size

    def encode(self, texts: Sequence[str]) -> Vectors:
        """The same vector for each, shape (n, size)."""
        return np.full((len(texts), self._size), self._size**-0.5, np.float32)


def variants(models: Models) -> dict[str, tuple[Models, AbstractContextManager[object]]]:
    """Models to rank with, and what to patch meanwhile, by the name of what is off."""
    size = models.encoder.encode(["Walkman"]).shape[1]
    nameless = replace(models.readers, known=(), version=f"{models.readers.version}, no names")
    believing, form_alone = _Believing(models.judge), _FormAlone(models.judge)
    found: dict[str, tuple[Models, AbstractContextManager[object]]] = {
        "all on": (models, nullcontext()),
        "no classifier": (replace(models, judge=believing), nullcontext()),  # type: ignore[arg-type]
        "no use of the name": (replace(models, judge=form_alone), nullcontext()),  # type: ignore[arg-type]
        "no vectors": (replace(models, encoder=_Blind(size)), nullcontext()),
        "no catalogue": (replace(models, known={}, readers=nameless, catalogue=Catalogue()), nullcontext()),
    }
    for name, off in ORIGINS_OFF.items():
        reading = partial(extract, origins=EVERY - off)
        less = replace(models, readers=replace(models.readers, version=f"{models.readers.version}, {name}"))
        found[name] = (less, patch("miner.study.mentions.extract", reading))
    return found


def main() -> None:
    """Rank with each variant; a JSON object a line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=Path, default=POSTS)
    parser.add_argument("--era", default="80s")
    parser.add_argument("--only", nargs="*")
    args = parser.parse_args()
    sys.path.insert(0, str(ROOT / "tests"))
    models = load_models(Settings())
    labels = judged()
    with tempfile.TemporaryDirectory() as folder:
        sample = imported(ROOT / "corpora" / "sample-80s" / "posts.jsonl", Path(folder) / "sample")
        posts = imported(args.posts, Path(folder) / "posts") if args.posts.exists() else None
        for name, (changed, patched) in variants(models).items():
            if args.only and name not in args.only:
                continue
            with patched:
                figures = on_sample(sample, changed)
                if posts is not None:
                    figures |= on_posts(posts, args.era, changed, labels)
            print(json.dumps({"what": name, **figures}), flush=True)


def judged() -> dict[str, str]:
    """Spelling key to label, of all files of judgements of rows."""
    found: dict[str, str] = {}
    for path in sorted(JUDGEMENTS.glob("*_[0-9n]*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if "artifact" in row:
                    found[spelling_key(row["artifact"])] = row["label"]
    return found


def imported(path: Path, folder: Path) -> Corpus:
    """*path* as a corpus."""
    corpus = Corpus.create(folder)
    import_files([path], corpus)
    return corpus


def on_sample(corpus: Corpus, models: Models) -> dict[str, object]:
    """Figures against the truth."""
    from sample_truth import score  # type: ignore[import-not-found, unused-ignore]

    era = load_era("80s")
    report = rank(corpus, era=era, settings=Settings(), top=5000, models=models)
    posts = counted(corpus, era).posts
    found = score(report.rows, {p.id.partition(":")[2]: p.author or p.id for p in posts})
    return {
        "rows": found.n_rows,
        "missed": f"{len(found.missed)} of {found.n_true}",
        "joined": len(found.joined),
        "split": len(found.split),
    }


def on_posts(corpus: Corpus, era: str, models: Models, labels: Mapping[str, str]) -> dict[str, object]:
    """Right, wrong and unjudged rows of the first 132, and seconds."""
    started = time.perf_counter()
    report = rank(corpus, era=load_era(era), settings=Settings(), top=TOP, models=models)
    told = [labels.get(spelling_key(row.artifact.name), "") for row in report.rows]
    return {
        "right": told.count("2"),
        "wrong": told.count("1") + told.count("0"),
        "unjudged": told.count(""),
        "seconds": round(time.perf_counter() - started, 1),
    }


if __name__ == "__main__":
    main()
