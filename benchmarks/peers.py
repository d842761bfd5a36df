"""What other methods make of the same posts: BERTopic, KeyBERT, counted noun chunks, counted entities, this project.

    python benchmarks/peers.py [--posts POSTS.jsonl.gz] [--era 80s] [--top 132] [--judgements JUDGED.csv ...]
                               [--limit N] [--unjudged FILE.csv] [--markdown]

All are given the posts that this project chooses, cleaned as it cleans them, and the same sentence encoder. Seconds are
those of extracting and ranking with models loaded and code compiled; this project's include choosing the posts, which
the others are spared. Items are looked up in the judgements by their spelling key, so that "star wars" is judged as
"Star Wars" is; those that nobody judged are counted apart and never taken for right. BERTopic and KeyBERT come with
``pip install --group peers``; without it they are skipped.
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer

from miner.corpus import Corpus
from miner.eras import Era, load_era
from miner.names import spelling_key, trim
from miner.settings import Settings
from miner.study.choose import counted, texts_of
from miner.study.imports import import_files
from miner.study.models import Models, load_models
from miner.study.rank import TOP, rank
from miner.text.encode import Vectors
from miner.text.pipeline import load_pipeline, tagged

if TYPE_CHECKING:
    from spacy.tokens import Doc

POSTS = Path(__file__).parent.parent.parent / "shared" / "corpora" / "era_posts.jsonl.gz"
JUDGEMENTS = Path(__file__).parent / "judgements"
# an item that both files judge has the label of the later
JUDGED = [JUDGEMENTS / "peers_80s.csv", JUDGEMENTS / "era_posts_80s.csv"]
WORDS = (1, 3)
"""Fewest and most words of a topic's words and of a key phrase."""
ENTITIES = frozenset({"PRODUCT", "WORK_OF_ART", "ORG", "FAC"})
COLUMNS = ("seconds", "posts_per_second", "n_items", "specific_artifacts", "generic_things", "neither", "unjudged")
NOT_INSTALLED = "install the group peers"
SETTINGS = Settings()


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What every method is given: a corpus for the one that chooses its posts itself, clean texts for the others."""

    corpus: Corpus
    era: Era
    top: int
    texts: Sequence[str]
    authors: Sequence[int]


Ranker = Callable[[Study], list[str]]
Loader = Callable[[Models], Ranker]
Figures = dict[str, Any]


def main() -> None:
    """Choose the posts, run every method, score it; one JSON object on stdout, and a table if asked for."""
    args = _arguments()
    if not args.posts.exists():
        print(json.dumps({"skipped": f"{args.posts.name} is not here; give --posts"}))
        return
    labels, models = read_judgements(args.judgements), load_models(SETTINGS)
    with tempfile.TemporaryDirectory() as folder:
        study = study_of(args, Path(folder))
        methods = {name: run(load, study, models, labels) for name, load in METHODS.items()}
    head = {"posts": len(study.texts), "authors": len(set(study.authors)), "top": args.top}
    print(json.dumps({**head, "encoder": models.encoder.name, "methods": methods}, indent=1, ensure_ascii=False))
    if args.markdown:
        print(f"\n{markdown(methods, args.top)}")
    if args.unjudged:
        write_unjudged(args.unjudged, methods)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", type=Path, default=POSTS)
    parser.add_argument("--era", default="80s")
    parser.add_argument("--top", type=int, default=TOP)
    parser.add_argument("--judgements", type=Path, nargs="+", default=JUDGED, help="later files win")
    parser.add_argument("--limit", type=int, help="only the oldest so many of the chosen posts")
    parser.add_argument("--unjudged", type=Path, help="where to write the items that nobody judged")
    parser.add_argument("--markdown", action="store_true", help="print a table too")
    return parser.parse_args()


def study_of(args: argparse.Namespace, folder: Path) -> Study:
    """The posts of the era as :func:`miner.study.rank.rank` chooses and cleans them."""
    era, corpus = load_era(args.era), Corpus.create(folder / "all")
    import_files([args.posts], corpus)
    found = counted(corpus, era)
    if args.limit:
        corpus = Corpus.create(folder / "some")
        corpus.append(posts=found.posts[: args.limit], rejected={}, stream="limit", cursor=None)
        found = counted(corpus, era)
    texts = ["\n".join((text.body, *text.alt_texts)) for text in texts_of(found.posts)]
    return Study(corpus=corpus, era=era, top=args.top, texts=texts, authors=found.chosen.authors.tolist())


def run(load: Loader, study: Study, models: Models, labels: Mapping[str, int]) -> Figures:
    """Items of one method, how good they are, and how long it took; or why it was skipped."""
    try:
        ranked = load(models)
    except ModuleNotFoundError:
        return {"skipped": NOT_INSTALLED}
    started = time.perf_counter()
    items = ranked(study)[: study.top]
    seconds = time.perf_counter() - started
    speed = {"seconds": round(seconds, 1), "posts_per_second": round(len(study.texts) / seconds, 1)}
    return {**speed, **score(items, labels, study.top), "items": items}


def score(items: Sequence[str], labels: Mapping[str, int], top: int) -> Figures:
    """How many items are specific artifacts, and their share of the *top* that were asked for, 0-1, best 1."""
    found = [labels.get(_key(item)) for item in items]
    return {
        "n_items": len(items),
        "specific_artifacts": found.count(2),
        "generic_things": found.count(1),
        "neither": found.count(0),
        "precision": round(found.count(2) / top, 3),
        "unjudged": [item for item, label in zip(items, found, strict=True) if label is None],
    }


def bertopic(models: Models) -> Ranker:
    """Words of topics, the largest topic's first, within it by weight; a word of several topics counts once."""
    from bertopic import BERTopic
    from umap import UMAP

    # BERTopic's own defaults, with a seed; fitted once on anything, so that numba's compiling is not timed
    reducer = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=SETTINGS.seed)
    reducer.fit(np.random.default_rng(SETTINGS.seed).normal(size=(500, 384)).astype(np.float32))

    def ranked(study: Study) -> list[str]:
        # "the" and "and" head most topics by default; its documentation advises this
        counter = CountVectorizer(stop_words="english", ngram_range=WORDS)
        model = BERTopic(umap_model=reducer, vectorizer_model=counter)
        model.fit(list(study.texts), models.encoder.encode(study.texts))
        topics = model.get_topics()
        # they are numbered by size; -1 holds the posts of no topic, and a topic of few words is filled up with ""
        words = (word for topic in sorted(topics) if topic >= 0 for word, _ in topics[topic])
        return list(dict.fromkeys(filter(None, words)))

    return ranked


def keybert(models: Models) -> Ranker:
    """Key phrases of the posts, five each as is its default, by distinct authors."""
    from keybert import KeyBERT
    from keybert.backend import BaseEmbedder

    class Backend(BaseEmbedder):  # type: ignore[misc]
        """The project's encoder, as KeyBERT asks for it."""

        def embed(self, documents: Iterable[str], verbose: bool = False) -> Vectors:
            """Vectors of *documents*, shape (n, d)."""
            return models.encoder.encode(list(documents))

    model = KeyBERT(Backend())

    def ranked(study: Study) -> list[str]:
        found = model.extract_keywords(list(study.texts), keyphrase_ngram_range=WORDS, stop_words="english")
        return by_authors(([phrase for phrase, _ in phrases] for phrases in found), study.authors)

    return ranked


def chunks(_: Models) -> Ranker:
    """Noun chunks of spaCy, lemmas without stop words, by distinct authors."""
    nlp = load_pipeline(SETTINGS.spacy_model, unused=("ner",))

    def names(doc: Doc) -> list[str]:
        kept = ([w for w in c if not (w.is_stop or w.is_punct or w.pos_ in ("PRON", "DET"))] for c in doc.noun_chunks)
        return [" ".join(word.lemma_.lower() for word in words).strip() for words in kept]

    return lambda study: by_authors(map(names, tagged(nlp, study.texts)), study.authors)


def entities(_: Models) -> Ranker:
    """Entities of spaCy, of the kinds that artifacts are given, by distinct authors."""
    nlp = load_pipeline(SETTINGS.spacy_model, unused=("lemmatizer", "attribute_ruler", "parser", "tagger"))

    def names(doc: Doc) -> list[str]:
        return [trim(" ".join(e.text.split())).casefold() for e in doc.ents if e.label_ in ENTITIES]

    return lambda study: by_authors(map(names, tagged(nlp, study.texts)), study.authors)


def this_project(models: Models) -> Ranker:
    """This project's ranking, from the corpus as it lies."""
    # both are loaded with the first text, which is not what is timed
    models.encoder.encode(["cassette"])
    assert models.readers.nlp and models.readers.gazetteer  # noqa: S101, PT018
    ranking = partial(rank, settings=SETTINGS, models=models)
    return lambda of: [row.artifact.name for row in ranking(of.corpus, era=of.era, top=of.top).rows]


METHODS: Mapping[str, Loader] = {
    "BERTopic": bertopic,
    "KeyBERT": keybert,
    "noun chunks": chunks,
    "entities": entities,
    "this project": this_project,
}


def by_authors(named: Iterable[Iterable[str]], authors: Sequence[int]) -> list[str]:
    """Names by how many distinct authors wrote them, most first; ties in order of first appearance."""
    people: dict[str, set[int]] = {}
    for names, author in zip(named, authors, strict=True):
        for name in names:
            people.setdefault(name, set()).add(author)
    return sorted(filter(None, people), key=lambda name: -len(people[name]))


def read_judgements(files: Iterable[Path]) -> dict[str, int]:
    """Spelling key to label; of two labels the later file's counts. Files that are not there are passed over."""
    labels: dict[str, int] = {}
    for path in files:
        if path.exists():
            with path.open(encoding="utf-8", newline="") as file:
                labels |= {_key(row["artifact"]): int(row["label"]) for row in csv.DictReader(file)}
    return labels


def _key(item: str) -> str:
    # a name of signs alone has no spelling key
    return spelling_key(item) or item


def markdown(methods: Mapping[str, Figures], top: int) -> str:
    """The figures as a Markdown table."""
    heads = ["method", *(column.removeprefix("n_").replace("_", " ") for column in COLUMNS), f"precision at {top}"]
    rows = [heads, ["---", *["--:"] * (len(heads) - 1)]]
    for name, found in methods.items():
        if "skipped" in found:
            rows.append([name, found["skipped"], *[""] * (len(heads) - 2)])
            continue
        shown = {**found, "unjudged": len(found["unjudged"])}
        rows.append([name, *(str(shown[column]) for column in COLUMNS), f"{found['precision']:.2f}"])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def write_unjudged(path: Path, methods: Mapping[str, Figures]) -> None:
    """The items that nobody judged, for a reader: one row an item and method."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["artifact", "method"])
        out.writerows((item, name) for name, found in methods.items() for item in found.get("unjudged", ()))


if __name__ == "__main__":
    main()
