"""How many of the things that posts name are among the candidates, what each origin adds, and how fast it goes.

    python benchmarks/candidates.py [--judged CSV] [--corpora FOLDER] [--wnut FILE.conll] [--n-speed 2000] [--json]

The judged posts were read one by one (``judgements/README.md``). *Exact*: a candidate of the post has the spelling key
of the name as it was written; *contained*: the words of the name stand in a candidate. A candidate counts before any
judgement of what it is. Figures on ``held-out`` are for reporting only, nothing is to be tuned on them.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

from miner.artifacts.catalogue import load_catalogue
from miner.names import spelling_key, words_of
from miner.study.models import build_gazetteer
from miner.text.clean import clean
from miner.text.extract import ORIGINS, Text, extract
from miner.text.gazetteer import Gazetteer
from miner.text.language import language_of
from miner.text.pipeline import PACKAGED, UNUSED, load_pipeline, tagged

if TYPE_CHECKING:
    from spacy.language import Language

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"
JUDGED = Path(__file__).parent / "judgements" / "candidates_300.csv"
SAMPLE = ROOT / "corpora" / "sample-80s" / "posts.jsonl"
TRUTH = ROOT / "tests" / "data" / "sample_truth.csv"
# longer posts were read up to here
MAX_CHARS = 1500
# a post that lists more names than this is a list of a collection: it would outweigh all others
MANY_NAMES = 20
N_WORDS, N_WARM, N_KNOWN = 20, 200, 50_000
CHUNKS_NEED = ("parser", "attribute_ruler")
WNUT_TYPES = ("product", "creative-work")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A text and what it names: for each thing the spellings that count as found."""

    text: Text
    names: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What candidates are found with."""

    nlp: Language
    gazetteer: Gazetteer

    def surfaces(self, texts: Iterable[Text], origins: Sequence[str] = ORIGINS) -> dict[int, list[str]]:
        """Candidates of each text by its row."""
        found: defaultdict[int, list[str]] = defaultdict(list)
        for mention in extract(
            texts, nlp=[self.nlp], gazetteer=self.gazetteer, is_stop_tag=lambda _: False, origins=frozenset(origins)
        ):
            found[mention.post].append(mention.surface)
        return found


def main() -> None:
    """Read, extract, score; a table, or one JSON object, on stdout."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--judged", type=Path, default=JUDGED)
    parser.add_argument("--corpora", type=Path, default=SHARED / "corpora")
    parser.add_argument("--wnut", type=Path, default=SHARED / "eval" / "wnut17" / "dev.conll")
    parser.add_argument("--n-speed", type=int, default=2000, help="posts that the speed is measured on")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    args = parser.parse_args()
    tools = Tools(nlp=load_pipeline(), gazetteer=build_gazetteer(load_catalogue()))
    out: dict[str, object] = {}
    sets = {"sample": list(read_sample())}
    if args.corpora.is_dir():
        sets |= read_judged(args.judged, args.corpora)
    else:
        out["skipped_judged"] = f"there is no folder {args.corpora.name} of posts: give --corpora"
    for name, cases in sets.items():
        out[name] = recall(cases, tools.surfaces(c.text for c in cases))
    every = [case for cases in sets.values() for case in cases]
    out["origins"] = origins_of(every, tools)
    if args.wnut.is_file():
        out["wnut"] = wnut(args.wnut, tools)
    else:
        out["skipped_wnut"] = f"there is no file {args.wnut.name}: give --wnut"
    era_posts = args.corpora / "era_posts.jsonl.gz"
    bodies = [clean(p["text"]) for p in read_posts(era_posts)] if era_posts.is_file() else [c.text.body for c in every]
    out["speed"] = speed(bodies, tools, args.n_speed)
    print(json.dumps(out, indent=1) if args.json else "\n".join(lines(out)))


def read_judged(path: Path, corpora: Path) -> dict[str, list[Case]]:
    """The judged posts, split by a hash of their ids into ``develop`` and ``held-out``."""
    names: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            names[row["post_id"]] += [tuple(row["written"].split(" | "))] if row["written"] else []
    posts = {post["id"]: post for file in sorted(corpora.glob("*.jsonl.gz")) for post in read_posts(file)}
    missing = sorted(names.keys() - posts.keys())
    if missing:
        raise SystemExit(f"{len(missing)} judged posts are not in {corpora}, the first is {missing[0]}.")
    halves: dict[str, list[Case]] = {"develop": [], "held-out": []}
    for post_id in names:
        body = clean(posts[post_id]["text"])[:MAX_CHARS]
        half = "develop" if hashlib.blake2b(post_id.encode(), digest_size=1).digest()[0] < 128 else "held-out"
        text = Text(post=len(halves[half]), body=body, tags=tuple(posts[post_id]["tags"]), language=language_of(body))
        halves[half].append(Case(text=text, names=tuple(names[post_id])))
    return halves


def read_posts(path: Path) -> Iterator[dict[str, str]]:
    """Posts of a gzipped JSONL file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def read_sample() -> Iterator[Case]:
    """The sample corpus with the words that name the artifacts in it: written for the project, so easier than life."""
    names: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
    with TRUTH.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            names[row["post_id"]].append((row["surface"],))
    with SAMPLE.open(encoding="utf-8") as file:
        for number, post in enumerate(map(json.loads, file)):
            text = Text(
                post=number,
                body=clean(post["text"]),
                alt_texts=tuple(clean(alt) for alt in post["alt_texts"]),
                tags=tuple(post["tags"]),
                language=language_of(clean(post["text"]), post["lang"]),
            )
            yield Case(text=text, names=tuple(names[post["id"]]))


def recall(cases: Sequence[Case], found: dict[int, list[str]]) -> dict[str, float]:
    """Shares (0-1) of the names that are candidates, and that stand in one; counts; candidates a post.

    ``exact_short`` and ``contained_short`` leave out posts that name over 20 things.
    """
    exact, contained = [], []
    for case in cases:
        surfaces = found.get(case.text.post, [])
        keys = {spelling_key(surface) for surface in surfaces}
        padded = [f" {' '.join(words_of(surface))} " for surface in surfaces]
        is_exact = [any(spelling_key(n) in keys for n in names) for names in case.names]
        exact.append(is_exact)
        contained.append(
            [hit or any(holds(padded, n) for n in names) for hit, names in zip(is_exact, case.names, strict=True)]
        )
    short = [i for i, case in enumerate(cases) if len(case.names) <= MANY_NAMES]
    return {
        "posts": len(cases),
        "names": sum(map(len, exact)),
        "exact": share(exact),
        "contained": share(contained),
        "names_short": sum(len(exact[i]) for i in short),
        "exact_short": share([exact[i] for i in short]),
        "contained_short": share([contained[i] for i in short]),
        "candidates_per_post": round(sum(map(len, found.values())) / max(1, len(cases)), 1),
    }


def holds(padded: Sequence[str], name: str) -> bool:
    """Whether the words of *name* stand side by side in one of the texts of blank-separated words."""
    words = " ".join(words_of(name))
    return any(f" {words} " in text for text in padded)


def share(hits: Sequence[Sequence[bool]]) -> float:
    """Share of true among all, 0-1, three digits; 0 of nothing."""
    flat = [hit for row in hits for hit in row]
    return round(sum(flat) / max(1, len(flat)), 3)


def origins_of(cases: Sequence[Case], tools: Tools) -> dict[str, dict[str, float]]:
    """For each origin the recall with it alone and the names lost without it, over all *cases*.

    With a parser, which the program itself does without: noun chunks have to show what they would add.
    """
    parser = load_pipeline(unused=tuple(name for name in UNUSED if name not in CHUNKS_NEED))
    tools = replace(tools, nlp=parser)
    rows = [replace(case, text=replace(case.text, post=row)) for row, case in enumerate(cases)]
    texts = [case.text for case in rows]
    every = recall(rows, tools.surfaces(texts))
    out = {}
    for origin in ORIGINS:
        alone = recall(rows, tools.surfaces(texts, [origin]))
        rest = recall(rows, tools.surfaces(texts, [o for o in ORIGINS if o != origin]))
        out[origin] = {
            "alone_exact": alone["exact"],
            "alone_contained": alone["contained"],
            "alone_candidates_per_post": alone["candidates_per_post"],
            "without_exact": rest["exact"],
            "exact_names_lost_without": round((every["exact"] - rest["exact"]) * every["names"]),
            "candidates_per_post_saved_without": round(every["candidates_per_post"] - rest["candidates_per_post"], 1),
        }
    return out


def wnut(path: Path, tools: Tools) -> dict[str, dict[str, float]]:
    """Recall of the product and creative-work spans of WNUT 2017, beside the labels of spaCy's own NER."""
    import spacy

    cases: dict[str, list[Case]] = {kind: [] for kind in WNUT_TYPES}
    for row, (body, spans) in enumerate(read_conll(path)):
        text = Text(post=row, body=clean(body))
        for kind in WNUT_TYPES:
            cases[kind].append(Case(text=text, names=tuple((name,) for k, name in spans if k == kind)))
    texts = [case.text for case in cases["product"]]
    docs = spacy.load(PACKAGED, exclude=["lemmatizer"]).pipe([text.body for text in texts])
    entities = {text.post: [e.text for e in doc.ents] for text, doc in zip(texts, docs, strict=True)}
    found = tools.surfaces(texts)
    return {
        f"{kind}, {what}": recall(cases[kind], surfaces)
        for kind in WNUT_TYPES
        for what, surfaces in (("candidates", found), ("spaCy NER, any label", entities))
    }


def read_conll(path: Path) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Texts of a CoNLL file put together again, and their spans as (type, words)."""
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        rows = [line.split("\t")[:2] for line in block.splitlines() if "\t" in line]
        spans: list[tuple[str, list[str]]] = []
        for word, label in rows:
            if label.startswith("B-"):
                spans.append((label[2:], [word]))
            elif label.startswith("I-"):
                spans[-1][1].append(word)
        yield joined([word for word, _ in rows]), [(kind, joined(words)) for kind, words in spans]


def joined(words: Sequence[str]) -> str:
    """Tokens as a person would write them: "Rubik 's Cube ," is "Rubik's Cube,"."""
    text = re.sub(r" ([,.!?;:)\]]+)(?= |$)", r"\1", " ".join(words))
    return re.sub(r"(?<=\w) ?(['’]) ?(s|t|m|d|re|ve|ll)\b", r"\1\2", text)


def speed(bodies: Sequence[str], tools: Tools, n_posts: int) -> dict[str, float]:
    """Posts of 20 words that one second of processor time (user and system) reads, with everything and by parts.

    No post is read twice, since words that were met are remembered; 200 others are read first, to load what is loaded
    once.
    """
    pieces = list(islice((piece for body in bodies for piece in twenty_words(body)), n_posts + N_WARM))
    texts = [Text(post=row, body=body) for row, body in enumerate(pieces)]
    tools.surfaces(texts[:N_WARM])
    texts = texts[N_WARM:]
    rates = {"posts": float(len(texts))}
    for name, run in (
        ("all_origins_per_cpu_s", lambda: tools.surfaces(texts)),
        ("tagger_alone_per_cpu_s", lambda: tagged(tools.nlp, [text.body for text in texts])),
    ):
        started = time.process_time()
        run()
        rates[name] = round(len(texts) / (time.process_time() - started), 1)
    many = list(islice(cycle(pieces), N_KNOWN))
    started = time.process_time()
    for body in many:
        list(tools.gazetteer.find(body))
    return rates | {"known_names_alone_per_cpu_s": round(len(many) / (time.process_time() - started), 1)}


def twenty_words(body: str) -> Iterator[str]:
    """*body* in pieces of 20 words; what is left over is dropped."""
    words = list(re.finditer(r"\S+", body))
    for i in range(0, len(words) - N_WORDS + 1, N_WORDS):
        yield body[words[i].start() : words[i + N_WORDS - 1].end()]


def lines(out: dict[str, object]) -> Iterator[str]:
    """The figures, one a line."""
    for name, value in out.items():
        if isinstance(value, dict):
            yield name
            yield from (f"  {line}" for line in lines(value))
        else:
            yield f"{name}: {value}"


if __name__ == "__main__":
    main()
