"""What a thousand times more posts cost: time per stage, posts per second, memory, and how both grow.

    python benchmarks/scale.py [--sizes 10000 100000 1000000] [--engine serial] [--workers 2] [--json FILE]

The posts are resampled from the sample corpus. A post's sentences are drawn from two of its posts of one language; one
word in eight that begins with a small letter is exchanged for a word from another place of the sample, and one sentence
in four gets a made-up name of two words, so that the number of different names grows as it does in real posts; each
post keeps the tags of the first it was drawn from. Authors are drawn so that a tenth of them write half of the posts.
Everything is seeded. What this does not show: posts longer than the sample's (57 words on average), and many sources.

For each size, in a process of its own: importing, a run from nothing, the same run again, and a run after one per cent
more posts. Then the growth: the exponent b of time = a * n ** b between the smallest and the largest.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from miner.corpus import Corpus
from miner.engine import engine_of
from miner.eras import load_era
from miner.report import write_report
from miner.settings import Settings
from miner.study.imports import import_files
from miner.study.rank import rank

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "corpora" / "sample-80s" / "posts.jsonl"
SYLLABLES = ["ba", "ko", "ri", "tel", "mon", "za", "pu", "lek", "dor", "vin", "sha", "gra", "mi", "tox", "yel", "nu"]


def main() -> None:
    """Measure every size in a process of its own; print a table and the exponents."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--engine", default="serial")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help="where to put the corpora; they are left there")
    args = parser.parse_args()
    if args.one:
        print(json.dumps(measured(args.one, args.engine, args.workers, args.folder)))
        return
    figures = []
    for size in args.sizes:
        with tempfile.TemporaryDirectory() as scratch:
            folder = str(args.folder / str(size)) if args.folder else scratch
            command = [sys.executable, __file__, "--one", str(size), "--engine", args.engine]
            command += ["--workers", str(args.workers), "--folder", folder]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
        figures.append(json.loads(done.stdout.splitlines()[-1]))
        tell(figures[-1])
    if len(figures) > 1:
        grown(figures[0], figures[-1])
    if args.json:
        args.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def measured(n: int, engine: str, n_workers: int, folder: Path) -> dict[str, object]:
    """Seconds, posts per second and peak memory of all runs over *n* posts."""
    folder.mkdir(parents=True, exist_ok=True)
    era, settings = load_era("80s"), Settings()
    lines = posts(n + n // 100)
    corpus = Corpus.create(folder / "corpora" / "scale")
    n_more = n // 100
    started = time.perf_counter()
    imported(lines, n, corpus, folder)
    found: dict[str, object] = {"posts": n, "import_s": round(time.perf_counter() - started, 2)}
    for name in ("nothing", "again", "more"):
        if name == "more":
            imported(lines, n_more, corpus, folder)
        stages = Stages()
        report = rank(
            corpus, era=era, settings=settings, engine=engine_of(engine, n_workers=n_workers), progress=stages.told
        )
        write_report(report, folder / name, ["json"])
        found |= {f"{name}_s": stages.total(), f"{name}_stages": stages.seconds(), f"{name}_mb": peak_mb()}
        found[f"{name}_peaks"] = stages.memory()
    found |= {"artifacts": len(report.rows), "authors": report.n_authors, "counted": report.n_posts}
    return found


class Stages:
    """When each stage of a run began."""

    def __init__(self) -> None:
        self._began = [("opening", time.perf_counter())]
        self._peaks: dict[str, int] = {}

    def told(self, stage: str, done: int, total: int) -> None:
        """A run's progress."""
        del done, total
        if self._began[-1][0] != stage:
            self._peaks[self._began[-1][0]] = peak_mb()
            self._began.append((stage, time.perf_counter()))

    def seconds(self) -> dict[str, float]:
        """Seconds of each stage; the last goes on until now."""
        ends = [at for _, at in self._began[1:]] + [time.perf_counter()]
        found: dict[str, float] = {}
        for (name, start), end in zip(self._began, ends, strict=True):
            found[name] = round(found.get(name, 0.0) + end - start, 2)
        return found

    def memory(self) -> dict[str, int]:
        """Most memory until the end of each stage, in MB."""
        return self._peaks | {self._began[-1][0]: peak_mb()}

    def total(self) -> float:
        """Seconds since the run began."""
        return round(time.perf_counter() - self._began[0][1], 2)


def posts(n: int) -> Iterator[str]:
    """*n* lines of JSON."""
    random_ = random.Random(80)  # noqa: S311 - resampling
    sample = [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()]
    sample = [post for post in sample if not post["is_bot"] and not post["repost_of"]]
    by_language: dict[str, list[dict[str, object]]] = {}
    for post in sample:
        by_language.setdefault(post["lang"], []).append(post)
    sentences = {p["id"]: re.split(r"(?<=[.!?]) +", p["text"].split(" #")[0]) for p in sample}
    words = [w for p in sample for w in re.findall(r"\b[^\W\d_]{4,}\b", p["text"]) if w.islower()]
    for number in range(n):
        one = random_.choice(sample)
        other = random_.choice(by_language[one["lang"]])
        drawn = random_.sample(sentences[one["id"]], k=min(2, len(sentences[one["id"]])))
        drawn += random_.sample(sentences[str(other["id"])], k=1)
        text = " ".join(varied(sentence, words, random_) for sentence in drawn)
        tags = " ".join(f"#{tag}" for tag in one["tags"])
        author = int(n / 2 * random_.random() ** 2.5)
        post = {**one, "id": f"{number}", "author": f"a{author}@scale.example", "text": f"{text} {tags}"}
        post["created_at"] = f"20{10 + number % 14}-0{1 + number % 9}-{1 + number % 28:02}T10:{number % 60:02}:00Z"
        yield json.dumps({**post, "url": f"https://scale.example/{number}"})


def varied(sentence: str, words: list[str], random_: random.Random) -> str:
    """*sentence* with some words exchanged, and sometimes with a made-up name."""
    found = [
        random_.choice(words) if word.islower() and word.isalpha() and random_.random() < 1 / 8 else word
        for word in sentence.split()
    ]
    if random_.random() < 1 / 4:
        name = " ".join("".join(random_.choices(SYLLABLES, k=random_.randint(2, 3))).capitalize() for _ in range(2))
        found.insert(random_.randint(0, len(found)), f"the {name}")
    return " ".join(found)


def imported(lines: Iterator[str], n: int, corpus: Corpus, folder: Path) -> None:
    """Import the next *n* of *lines*."""
    file = folder / "posts.jsonl"
    with file.open("w", encoding="utf-8") as out:
        for _ in range(n):
            out.write(next(lines) + "\n")
    import_files([file], corpus)
    file.unlink()


def peak_mb() -> int:
    """Most memory that this process has had so far, and the largest of its children."""
    return sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) // 1024


def tell(figures: dict[str, object]) -> None:
    """The figures of one size."""
    n = int(str(figures["posts"]))
    print(f"\n{n:,} posts, {figures['counted']:,} counted, {figures['authors']:,} authors")
    print(f"  import        {figures['import_s']:>8} s")
    for name, label in (("nothing", "from nothing"), ("again", "again"), ("more", "1 % more")):
        seconds = float(str(figures[f"{name}_s"]))
        print(f"  {label:<13} {seconds:>8.1f} s  {n / seconds:>8,.0f} posts/s  peak {figures[f'{name}_mb']:,} MB")
        stages = figures[f"{name}_stages"]
        if isinstance(stages, dict):
            print("    " + ", ".join(f"{stage} {s:.1f}" for stage, s in stages.items()))
            print(f"    peaks in MB: {figures[f'{name}_peaks']}")
    again, more, nothing = (float(str(figures[f"{name}_s"])) for name in ("again", "more", "nothing"))
    print(f"  of a run from nothing: again {again / nothing:.1%}, one per cent more {more / nothing:.1%}", flush=True)


def grown(small: dict[str, object], large: dict[str, object]) -> None:
    """How time and memory grow."""
    ratio = math.log(int(str(large["posts"])) / int(str(small["posts"])))
    for name in ("nothing", "again"):
        exponent = math.log(float(str(large[f"{name}_s"])) / float(str(small[f"{name}_s"]))) / ratio
        print(f"time of a run {name}: n ** {exponent:.2f}; memory x {large[f'{name}_mb']} / {small[f'{name}_mb']} MB")


if __name__ == "__main__":
    main()
