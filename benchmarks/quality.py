"""How good the shipped models are on labelled files: phrases, pairs of names, rankings of real posts, spans.

    python benchmarks/quality.py [--phrases FILE.csv] [--names FILE.csv] [--wnut FILE.conll]
                                 [--posts FILE.jsonl.gz --era ERA [--gold FILE.csv]] [--json]

Nothing is trained here and nothing written. *Phrases* (phrase,label[,context]): whether label 2, a specific artifact,
is told from the rest; the evidence is the posts of ``--posts`` where they name the phrase, else the phrase's own
context, else the phrase alone. *Names* (name_a,name_b,same): the alias model as it ships; if it was trained on that
file, the figures flatter, and ``train.py --pairs`` prints cross-validated ones. *Posts*: imported and ranked as
``miner rank`` does; with ``--gold`` (name,aliases) the share of the artifacts that at least two posts name that is
found, and how many are joined or split. *WNUT*: recall of product and creative-work spans among the candidates, beside
spaCy's own NER.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from candidates import Tools, wnut
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score

from miner.artifacts.candidates import ORIGINS, Candidate, candidates, mention_table
from miner.artifacts.pairs import FEATURES, pair_features
from miner.corpus import Corpus
from miner.eras import load_era
from miner.names import spelling_key, trim, words_of
from miner.report.model import Report
from miner.settings import Settings
from miner.study import rank
from miner.study.imports import import_files
from miner.study.models import Models, load_models
from miner.text.clean import clean
from miner.text.extract import Text, extract
from miner.text.language import language_of

Figures = dict[str, Any]
ERAS_COLUMN = "era_hits"


def main() -> None:
    """Score what was given; JSON lines with ``--json``, else one figure a line."""
    args = _arguments()
    models = load_models(Settings())
    found: dict[str, Figures] = {}
    posts = read_posts(args.posts) if args.posts else []
    if args.phrases:
        found["phrases"] = score_phrases(read_csv(args.phrases), posts, models)
    if args.names:
        found["names"] = score_names(read_csv(args.names), models)
    if args.posts and args.era:
        found["ranking"] = score_ranking(args.posts, args.era, posts, args.gold, models)
    if args.wnut:
        found |= wnut(args.wnut, Tools(nlp=models.readers.nlp[0], gazetteer=models.readers.gazetteer))
    if args.json:
        print(json.dumps(found, ensure_ascii=False))
        return
    for part, figures in found.items():
        print(part)
        for name, value in figures.items():
            print(f"  {name}: {round(value, 3) if isinstance(value, float) else value}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("phrases", "names", "posts", "gold", "wnut"):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--era", help="an era's name, or any")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    files = [args.phrases, args.names, args.posts, args.gold, args.wnut]
    if missing := [str(path) for path in files if path is not None and not path.exists()]:
        parser.error(f"not there: {', '.join(missing)}")
    if args.posts and not (args.era or args.phrases):
        parser.error("--posts needs --era, or --phrases that it is the evidence for")
    return args


def score_phrases(rows: Sequence[Mapping[str, str]], posts: Sequence[Mapping[str, Any]], models: Models) -> Figures:
    """Figures of the judge on labelled phrases."""
    names = [trim(row["phrase"]) or row["phrase"] for row in rows]
    used = _uses(posts, rows, models)
    asked = [used.get(spelling_key(name)) for name in names]
    vectors = models.encoder.encode(names)
    tried = [found or _unused(name) for found, name in zip(asked, names, strict=True)]
    judged = models.judge.probabilities(tried, vectors, models.known)
    labels = np.array([int(row["label"] == "2") for row in rows])
    return {"n": len(rows), "with_evidence": sum(c is not None for c in asked)} | separation(labels, judged)


def _uses(
    posts: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, str]], models: Models
) -> dict[str, Candidate]:
    """How posts, or the rows' own contexts, use the names in them."""
    bodies = [str(post.get("text", "")) for post in posts] or [row.get("context", "") for row in rows]
    texts = [Text(post=i, body=clean(body), language=language_of(clean(body), None)) for i, body in enumerate(bodies)]
    mentions = extract(texts, nlp=models.readers.nlp, gazetteer=models.readers.gazetteer, is_stop_tag=lambda _: False)
    numbers: dict[str, int] = {}
    authors = [numbers.setdefault(str(post.get("author") or i), len(numbers)) for i, post in enumerate(posts)]
    column = pa.array(authors or range(len(bodies)), pa.int64())
    return {c.key: c for c in candidates(mention_table(mentions), column)}


def _unused(name: str) -> Candidate:
    """A name of whose use nothing is known."""
    shares = tuple(float(origin == "run") for origin in ORIGINS)
    return Candidate(
        key=spelling_key(name),
        name=name,
        surfaces=(name,),
        n_authors=1,
        n_posts=1,
        capital_share=0.5,
        cue_share=0.0,
        inside_share=0.0,
        origin_shares=shares,
    )


def score_names(rows: Sequence[Mapping[str, str]], models: Models) -> Figures:
    """Figures of the alias model on labelled pairs."""
    names = sorted({name for row in rows for name in (row["name_a"], row["name_b"])})
    at = {name: i for i, name in enumerate(names)}
    pairs = np.array([(at[row["name_a"]], at[row["name_b"]]) for row in rows])
    judge = models.judge
    features = pair_features(names, pairs, models.encoder.encode(names), centre=judge.centre, catalogue=models.known)
    judged = np.where(features[:, FEATURES.index("numbers_differ")] > 0, 0.0, judge.alias.probability(features))
    return {"n": len(rows)} | separation(np.array([int(row["same"]) for row in rows]), judged)


def separation(labels: NDArray[np.int64], scores_: NDArray[np.float64]) -> Figures:
    """ROC area, average precision, precision at recall .80, recall at precision .99."""
    precision, recall, _ = precision_recall_curve(labels, scores_)
    return {
        "positive": int(labels.sum()),
        "auc": float(roc_auc_score(labels, scores_)),
        "average_precision": float(average_precision_score(labels, scores_)),
        "precision_at_recall_80": float(precision[recall >= 0.80].max()),
        "recall_at_precision_99": float(recall[precision >= 0.99].max()),
    }


def score_ranking(
    path: Path, era: str, posts: Sequence[Mapping[str, Any]], gold: Path | None, models: Models
) -> Figures:
    """A ranking of the posts, by the command's own code, against a list of artifacts."""
    started = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        corpus = Corpus.create(Path(folder) / "quality")
        import_files([path], corpus)
        chosen = None if era == "any" else load_era(era)
        report = rank(corpus, era=chosen, settings=Settings(), top=10_000, models=models)
    figures: Figures = {"rows": len(report.rows), "cpu_s": round(time.process_time() - started, 1)}
    of_era = [p for p in posts if era == "any" or era in p.get(ERAS_COLUMN, [era])]
    return figures | (against_gold(report, of_era, read_csv(gold)) if gold else {})


def against_gold(report: Report, posts: Sequence[Mapping[str, Any]], gold: Sequence[Mapping[str, str]]) -> Figures:
    """Recall of the artifacts that two posts or more name; how many of them are joined with another, or split."""
    owner: dict[str, str] = {}
    for row in gold:
        for name in (row["name"], *filter(None, row["aliases"].split("|"))):
            if len(spelling_key(name)) > 2:
                owner.setdefault(spelling_key(name), row["name"])
    names = [name for row in gold for name in (row["name"], *row["aliases"].split("|"))]
    longest = max((len(words_of(name)) for name in names), default=1)
    named: defaultdict[str, int] = defaultdict(int)
    for post in posts:
        for found in _named_in(str(post.get("text", "")), owner, longest):
            named[found] += 1
    nameable = {name for name, n in named.items() if n >= 2}
    where: defaultdict[str, set[int]] = defaultdict(set)
    merged = []
    for ranked in report.rows:
        spellings = (ranked.artifact.name, *ranked.artifact.also_called)
        hits = {owner[key] for name in spellings if (key := spelling_key(name)) in owner}
        for hit in hits:
            where[hit].add(ranked.rank)
        if len(hits) > 1:
            merged.append(sorted(hits))
    found_names = nameable & where.keys()
    return {
        "nameable": len(nameable),
        "recall": len(found_names) / max(1, len(nameable)),
        "recall_top_132": sum(min(where[n]) <= 132 for n in found_names) / max(1, min(132, len(nameable))),
        "split": sum(len(where[n]) > 1 for n in found_names),
        "merged": merged,
        "missed": sorted(nameable - where.keys(), key=lambda n: (-named[n], n))[:20],
    }


def _named_in(text: str, owner: Mapping[str, str], longest: int) -> set[str]:
    words = words_of(text)
    places = ((i, n) for i in range(len(words)) for n in range(1, longest + 1) if i + n <= len(words))
    spans = (" ".join(words[i : i + n]) for i, n in places)
    return {owner[key] for span in spans if (key := spelling_key(span)) in owner}


def read_posts(path: Path) -> list[dict[str, Any]]:
    """Posts of a JSONL file, plain or gzipped; lines that are no objects are passed over, and counted on stderr."""
    import gzip

    posts, n_bad = [], 0
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        for line in file:
            try:
                post = json.loads(line)
            except ValueError:
                post = None
            if isinstance(post, dict):
                posts.append(post)
            else:
                n_bad += 1
    if n_bad:
        print(f"{n_bad} lines of {path} are no posts", file=sys.stderr)
    return posts


def read_csv(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file with a header."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows: Iterable[dict[str, str]] = csv.DictReader(file)
        return list(rows)


if __name__ == "__main__":
    main()
