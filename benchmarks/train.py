"""Trains the models that ship with the program, from the labels in ``miner/data``, and says how good they are.

    python benchmarks/train.py [--phrases PHRASES.csv] [--pairs PAIRS.csv]

Writes ``miner/data/judge.npz``. Figures are by five-fold cross-validation with all spellings of a name in one fold.
``--phrases`` (phrase,label,category) and ``--pairs`` (name_a,name_b,same) are labels to learn from besides the
project's own; how good the models are on them without having seen them is printed first.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score
from sklearn.model_selection import GroupKFold
from sklearn.neighbors import NearestNeighbors

from miner.artifacts.candidates import ORIGINS, Candidate
from miner.artifacts.catalogue import KnownArtifact, by_key, load_catalogue
from miner.artifacts.forest import Forest
from miner.artifacts.judge import FORM_FEATURES, form_features, use_features
from miner.artifacts.linear import Logistic, Matrix
from miner.artifacts.pairs import pair_features
from miner.names import spelling_key, trim
from miner.text.encode import Encoder, SentenceEncoder

DATA = Path(__file__).parent.parent / "miner" / "data"
FORM_C, USE_C, CATEGORY_C = 0.01, 1.0, 0.03
# the sieve may lose one in 300 of the names that the judge takes
SIEVE_C, SIEVE_FROM, SIEVE_LOSS, THRESHOLD = 1.0, 0.5, 0.003, 0.7
N_TREES, MIN_LEAF, SEED = 120, 2, 80
# the catalogue's pairs are many and easy; those that somebody labelled are as hard as real ones
CATALOGUE_WEIGHT, N_CATALOGUE_PAIRS = 0.05, 5000
# labels read in context come from real posts, in their real proportions; lists written from knowledge do not
READ_WEIGHT, LIST_WEIGHT = 1.0, 0.2
NEIGHBOURS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A labelled phrase.

    Attributes:
        phrase, label, category: As in the file.
        is_known: It is in the catalogue.
        is_read: Somebody read it in a post; otherwise it comes from a list.
        use: How a corpus used it, where that was kept.
    """

    phrase: str
    label: int
    category: str
    is_known: bool
    is_read: bool
    use: Candidate | None


def main() -> None:
    """Train, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--phrases", type=Path)
    parser.add_argument("--pairs", type=Path)
    parser.add_argument("--sieve", action="store_true", help="train the sieve alone, for the judge that is there")
    args = parser.parse_args()
    encoder, catalogue = SentenceEncoder(), load_catalogue()
    if args.sieve:
        rows = read_labels(catalogue)
        with np.load(DATA / "judge.npz", allow_pickle=False) as opened:
            there = dict(opened.items())
        parts = Logistic.from_arrays(there, "form"), Logistic.from_arrays(there, "use")
        np.savez_compressed(DATA / "judge.npz", **there | train_sieve(rows, encoder, *parts))
        return
    if args.phrases:
        score_phrases(args.phrases, read_labels(catalogue), encoder, catalogue)
    rows = read_labels(catalogue, args.phrases)
    vectors = encoder.encode([r.phrase for r in rows])
    form, use = train_judge(rows, vectors)
    category, categories = train_category(rows, vectors)
    alias, centre = train_alias(catalogue, encoder, args.pairs)
    stored: dict[str, Any] = {
        k: v.astype(np.float32)
        for m, p in ((form, "form"), (use, "use"), (category, "category"))
        for k, v in m.arrays(p).items()
    }
    stored |= alias.arrays("alias") | {"centre": centre}
    stored |= {"categories": np.array(categories), "encoder": np.array(encoder.name)}
    np.savez_compressed(DATA / "judge.npz", **stored | train_sieve(rows, encoder, form, use))


def read_labels(catalogue: tuple[KnownArtifact, ...], more: Path | None = None) -> list[Labelled]:
    """All labels: those read in context first, then lists; the first label of a spelling key counts."""
    known = by_key(catalogue)
    rows: dict[str, Labelled] = {}
    own = [(DATA / "labels" / name, name != "known.csv") for name in ("read.csv", "phrases.csv", "known.csv")]
    for path, is_read in [*([(more, True)] if more else []), *own]:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                key = spelling_key(row["phrase"])
                rows.setdefault(key, _labelled(row, key, key in known, is_read=is_read))
    for artifact in catalogue:
        # the names in other languages would teach that strange letters make an artifact
        key = spelling_key(artifact.name)
        # half of the names pretend to be unknown, so that the model does not lean on the catalogue alone
        half = Labelled(
            phrase=artifact.name, label=2, category=artifact.category, is_known=_half(key), is_read=False, use=None
        )
        rows.setdefault(key, half)
    return [rows[key] for key in sorted(rows)]


def _half(key: str) -> bool:
    return hashlib.blake2b(key.encode(), digest_size=1).digest()[0] < 128


def _labelled(row: dict[str, str], key: str, is_known: bool, *, is_read: bool) -> Labelled:
    use = None
    if row.get("n_authors"):
        use = Candidate(
            key=key,
            name=row["phrase"],
            surfaces=(row["phrase"],),
            n_authors=int(row["n_authors"]),
            n_posts=int(row["n_authors"]),
            capital_share=float(row["capital_share"]),
            cue_share=float(row["cue_share"]),
            inside_share=float(row["inside_share"]),
            origin_shares=tuple(float(row[o]) for o in ORIGINS),
        )
    return Labelled(
        phrase=row["phrase"],
        label=int(row["label"]),
        category=row["category"],
        is_known=is_known,
        is_read=is_read,
        use=use,
    )


def train_judge(rows: Sequence[Labelled], vectors: NDArray[np.float32]) -> tuple[Logistic, Logistic]:
    """The two models of the judge; prints their cross-validated figures on labels read in context."""
    features = form_features([r.phrase for r in rows], vectors, [r.is_known for r in rows])
    labels = np.array([int(r.label == 2) for r in rows])
    weights = np.array([READ_WEIGHT if r.is_read else LIST_WEIGHT for r in rows])
    groups = np.unique([" ".join(sorted(trim(r.phrase).lower().split())[:3]) for r in rows], return_inverse=True)[1]
    logits = np.zeros(len(rows))
    for train, test in GroupKFold(5).split(features, labels, groups):
        logits[test] = Logistic.fit(features[train], labels[train], c=FORM_C, weights=weights[train]).logits(
            features[test]
        )
    read = np.array([i for i, r in enumerate(rows) if r.use])
    used = use_features([r.use for i in read.tolist() if (r := rows[i]).use], logits[read])
    judged = np.zeros(len(read))
    for train, test in GroupKFold(5).split(used, labels[read], groups[read]):
        judged[test] = Logistic.fit(used[train], labels[read][train], c=USE_C).probability(used[test])
    show("form, read labels, 5-fold", labels[read], logits[read])
    show("form and use, read labels, 5-fold", labels[read], judged)
    form = Logistic.fit(features, labels, c=FORM_C, weights=weights)
    return form, Logistic.fit(used, labels[read], c=USE_C)


def train_sieve(rows: Sequence[Labelled], encoder: Encoder, form: Logistic, use: Logistic) -> dict[str, Any]:
    """What tells without a vector which names the judge will not take, learnt from its own judgements.

    Prints, five-fold, the share of names that it lets go and the share of those that the judge takes among them.
    """
    read = [r for r in rows if r.use]
    candidates = [r.use for r in read if r.use]
    features = form_features(
        [r.phrase for r in read], encoder.encode([r.phrase for r in read]), [r.is_known for r in read]
    )
    used = use_features(candidates, form.logits(features))
    taken = use.probability(used)
    quick = np.hstack([features[:, -len(FORM_FEATURES) :], used[:, 1:]])
    labels = (taken >= SIEVE_FROM).astype(int)
    groups = np.unique([" ".join(sorted(trim(r.phrase).lower().split())[:3]) for r in read], return_inverse=True)[1]
    scores = np.zeros(len(read))
    for train, test in GroupKFold(5).split(quick, labels, groups):
        scores[test] = Logistic.fit(quick[train], labels[train], c=SIEVE_C).logits(quick[test])
    cut = float(np.quantile(scores[taken >= THRESHOLD], SIEVE_LOSS))
    lost, gone = (scores[taken >= THRESHOLD] < cut).mean(), (scores < cut).mean()
    print(json.dumps({"what": "sieve, 5-fold", "n": len(read), "let_go": round(gone, 3), "lost": round(lost, 4)}))
    sieve = Logistic.fit(quick, labels, c=SIEVE_C)
    return {k: v.astype(np.float32) for k, v in sieve.arrays("sieve").items()} | {"sieve_cut": np.array(cut)}


def train_category(rows: Sequence[Labelled], vectors: NDArray[np.float32]) -> tuple[Logistic, list[str]]:
    """Category of a name from its vector."""
    chosen = [i for i, r in enumerate(rows) if r.label == 2 and r.category]
    names = sorted({rows[i].category for i in chosen})
    labels = np.array([names.index(rows[i].category) for i in chosen])
    features = np.asarray(vectors[chosen], np.float64)
    right = 0
    for train, test in GroupKFold(5).split(features, labels, np.array(chosen) % 97):
        model = Logistic.fit(features[train], labels[train], c=CATEGORY_C)
        right += int((np.argmax(model.logits(features[test]), axis=1) == labels[test]).sum())
    print(json.dumps({"what": "category, 5-fold", "n": len(chosen), "accuracy": round(right / len(chosen), 3)}))
    return Logistic.fit(features, labels, c=CATEGORY_C), names


def train_alias(
    catalogue: tuple[KnownArtifact, ...], encoder: Encoder, path: Path | None
) -> tuple[Forest, NDArray[np.float32]]:
    """Whether two names mean one thing, and the mean vector of the names; prints cross-validated figures.

    Learnt from the catalogue's names, of one artifact against the nearest of others, and from the labelled pairs of
    *path*. In half of the catalogue's pairs both artifacts are taken for unknown: else the answer would be looked up.
    """
    names = [(name, i) for i, artifact in enumerate(catalogue) for name in artifact.names if name.isascii()]
    vectors = encoder.encode([n for n, _ in names])
    centre = np.asarray(vectors.mean(axis=0), np.float32)
    pairs, labels = catalogue_pairs(names, vectors - centre)
    rng = np.random.default_rng(SEED)
    hidden = [hide(rng.random(), *(catalogue[names[row][1]].name for row in pair)) for pair in pairs.tolist()]
    known = by_key(catalogue)
    features = pair_features([n for n, _ in names], pairs, vectors, centre=centre, catalogue=known, hidden=hidden)
    weights = np.full(len(labels), CATALOGUE_WEIGHT)
    if path is not None:
        own, same, groups = labelled_pairs(path, encoder, centre, known)
        judged = np.zeros(len(same))
        for train, test in GroupKFold(5).split(own, same, groups):
            judged[test] = Forest.fit(
                np.vstack([own[train], features]),
                np.concatenate([same[train], labels]),
                n_trees=N_TREES,
                min_leaf=MIN_LEAF,
                weights=np.concatenate([np.ones(len(train)), weights]),
            ).probability(own[test])
        show(f"alias, {path.name}, 5-fold by artifact", same, judged)
        show(f"alias, {path.name}, not trained on it", same, fit_pairs(features, labels, weights).probability(own))
        features, labels = np.vstack([own, features]), np.concatenate([same, labels])
        weights = np.concatenate([np.ones(len(same)), weights])
    return fit_pairs(features, labels, weights), centre


def fit_pairs(features: Matrix, labels: NDArray[np.int64], weights: Matrix) -> Forest:
    """The forest on pairs."""
    return Forest.fit(features, labels, n_trees=N_TREES, min_leaf=MIN_LEAF, weights=weights)


def hide(draw: float, one: str, other: str) -> frozenset[str]:
    """Artifacts to take for unknown: both for a *draw* below .5, one of them up to .8, none above."""
    if draw < 0.5:
        return frozenset({one, other})
    return frozenset({one} if draw < 0.65 else {other} if draw < 0.8 else ())


def catalogue_pairs(
    names: Sequence[tuple[str, int]], vectors: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of *names* in pairs, shape (n, 2), and whether they are one artifact's: as many that are as are not.

    Those that are not are the nearest by vector among first names; an alias of another artifact is too often a
    second name that the catalogue does not list.
    """
    rows_of: defaultdict[int, list[int]] = defaultdict(list)
    for row, (_, i) in enumerate(names):
        rows_of[i].append(row)
    same = [(rows[0], other) for rows in rows_of.values() for other in rows[1:]]
    first = np.array([rows[0] for rows in rows_of.values()])
    search = NearestNeighbors(n_neighbors=NEIGHBOURS, metric="cosine", algorithm="brute").fit(vectors[first])
    near = search.kneighbors(vectors[first], return_distance=False)
    found = {tuple(sorted((int(first[a]), int(first[b])))) for a, row in enumerate(near) for b in row if a != b}
    rng, n = np.random.default_rng(SEED), min(N_CATALOGUE_PAIRS, len(same), len(found))
    chosen = [sorted(group)[i] for group in (same, found) for i in sorted(rng.choice(len(group), n, replace=False))]
    return np.array(chosen), np.repeat([1, 0], n)


def labelled_pairs(
    path: Path, encoder: Encoder, centre: NDArray[np.float32], known: Mapping[str, KnownArtifact]
) -> tuple[Matrix, NDArray[np.int64], NDArray[np.int64]]:
    """Features, labels and groups of the pairs of *path*; names that it calls the same are in one group."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = sorted({n for r in rows for n in (r["name_a"], r["name_b"])})
    at = {n: i for i, n in enumerate(names)}
    pairs = np.array([(at[r["name_a"]], at[r["name_b"]]) for r in rows])
    same = np.array([int(r["same"]) for r in rows])
    links = pairs[same == 1]
    graph = coo_array((np.ones(len(links)), (links[:, 0], links[:, 1])), shape=(len(names), len(names)))
    groups = connected_components(graph, directed=False)[1][pairs[:, 0]]
    return pair_features(names, pairs, encoder.encode(names), centre=centre, catalogue=known), same, groups


def score_phrases(path: Path, rows: Sequence[Labelled], encoder: Encoder, catalogue: tuple[KnownArtifact, ...]) -> None:
    """Figures of a form model that was trained without the phrases of *path*, nor names of the same spelling key."""
    known = by_key(catalogue)
    with path.open(encoding="utf-8", newline="") as file:
        asked = list(csv.DictReader(file))
    names = [trim(r["phrase"]) or r["phrase"] for r in asked]
    keys = {spelling_key(name) for name in (*names, *(r["phrase"] for r in asked))}
    kept = [r for r in rows if not (r.is_read and spelling_key(r.phrase) in keys)]
    features = form_features(
        [r.phrase for r in kept], encoder.encode([r.phrase for r in kept]), [r.is_known for r in kept]
    )
    weights = np.array([READ_WEIGHT if r.is_read else LIST_WEIGHT for r in kept])
    form = Logistic.fit(features, np.array([int(r.label == 2) for r in kept]), c=FORM_C, weights=weights)
    tried = form_features(names, encoder.encode(names), [spelling_key(n) in known for n in names])
    show(f"form, {path.name}, not trained on it", np.array([int(r["label"] == "2") for r in asked]), form.logits(tried))


def show(what: str, labels: NDArray[np.int64], scores: Matrix) -> None:
    """One line of JSON: ROC area, average precision, precision at recall .80, recall at precision .99."""
    precision, recall, _ = precision_recall_curve(labels, scores)
    figures = {
        "what": what,
        "n": len(labels),
        "positive": int(labels.sum()),
        "auc": roc_auc_score(labels, scores),
        "average_precision": average_precision_score(labels, scores),
        "precision_at_recall_80": precision[recall >= 0.80].max(),
        "recall_at_precision_99": recall[precision >= 0.99].max(),
    }
    print(json.dumps({k: round(float(v), 3) if isinstance(v, float) else v for k, v in figures.items()}))


if __name__ == "__main__":
    main()
