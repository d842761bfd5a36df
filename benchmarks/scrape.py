"""How long this program works at one page, beside waiting for it: decoding, mapping to posts, and the commit.

    python benchmarks/scrape.py [--pages 300] [--source mastodon …]

A page of Mastodon is 40 posts; of another source, its recorded answer with the most posts. At most 25 ms are wanted for
40 posts. The corpus is a real one, on the disk of the temporary folder.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from recorded import RECORDED, Recorded, answers

from miner.corpus import Corpus
from miner.records import Post
from miner.sources import SOURCES, Source, get_source
from miner.sources.exchange import Answer

N_POSTS = 40
STEPS = ("decode", "map", "commit")


@dataclass(frozen=True, kw_only=True)
class Timed:
    """Seconds of each step, one entry a page.

    Attributes:
        n_posts: Posts of a page.
        n_bytes: Its size.
        seconds: Step to seconds.
    """

    n_posts: int
    n_bytes: int
    seconds: dict[str, list[float]]

    def row(self, name: str) -> str:
        """The figures as a row of a table: the median of each step, median and p95 of a page."""
        totals = [sum(page) for page in zip(*self.seconds.values(), strict=True)]
        parts = [f"{1000 * statistics.median(self.seconds[step]):.1f}" for step in STEPS]
        p95 = statistics.quantiles(totals, n=20)[-1]
        middle = statistics.median(totals)
        per_40 = 1000 * middle * N_POSTS / max(1, self.n_posts)
        figures = [*parts, f"{1000 * middle:.1f}", f"{1000 * p95:.1f}", f"{per_40:.1f}"]
        return f"| {name} | {self.n_posts} | {self.n_bytes / 1024:.0f} | {' | '.join(figures)} |"


def main() -> None:
    """Time the sources; a table on stdout."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--source", nargs="*", help="names of sources; by default all that were recorded")
    args = parser.parse_args()
    if not RECORDED.exists():
        print(json.dumps({"skipped": "the recordings are not here"}))
        return
    pages = fullest_pages()
    print("| source | posts | kB | decode ms | map ms | commit ms | page ms | p95 ms | ms for 40 posts |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name in args.source or pages:
        with tempfile.TemporaryDirectory() as folder:
            corpus = Corpus.create(Path(folder) / "bench")
            print(timed(get_source(name), pages[name], corpus, n_pages=args.pages).row(name), flush=True)


def fullest_pages() -> dict[str, Recorded]:
    """Source to the recorded answer with the most posts; to 40 recorded statuses for Mastodon."""
    best: dict[str, tuple[int, Recorded]] = {}
    statuses: dict[str, object] = {}
    for answer in answers():
        if answer.source not in SOURCES:
            continue
        source = get_source(answer.source)
        objects = source.objects_in(answer.data)
        posts = [raw for raw in objects if isinstance(source.to_post(raw, host=answer.host), Post)]
        if answer.source == "mastodon":
            statuses |= {raw["uri"]: raw for raw in posts}
        if len(posts) > best.get(answer.source, (0, answer))[0]:
            best[answer.source] = len(posts), answer
    pages = {name: answer for name, (_, answer) in best.items()}
    forty = [statuses[uri] for uri in sorted(statuses)][-N_POSTS:]
    return pages | {"mastodon": replace(pages["mastodon"], data=forty)}


def timed(source: Source, page: Recorded, corpus: Corpus, *, n_pages: int) -> Timed:
    """Take the same page in *n_pages* times, its posts under other ids each time."""
    seconds: dict[str, list[float]] = {step: [] for step in STEPS}
    body, posts = page.body, list[Post]()
    for i in range(n_pages):
        marks = [time.perf_counter()]
        data = page.data if isinstance(page.data, str) else decoded(body)
        marks.append(time.perf_counter())
        results = [source.to_post(raw, host=page.host) for raw in source.objects_in(data)]
        posts = [result for result in results if isinstance(result, Post)]
        marks.append(time.perf_counter())
        fresh = [replace(post, id=f"{post.id}/{i}") for post in posts]
        began = time.perf_counter()
        corpus.append(posts=fresh, rejected={"no text": 1}, stream=f"{source.info.name}/x/80s", cursor=str(i))
        seconds["decode"].append(marks[1] - marks[0])
        seconds["map"].append(marks[2] - marks[1])
        seconds["commit"].append(time.perf_counter() - began)
    return Timed(n_posts=len(posts), n_bytes=len(body), seconds=seconds)


def decoded(body: bytes) -> object:
    """A body as the HTTP client hands it to a source."""
    return Answer(url="https://example.org/", status=200, headers={}, body=body).decoded().data


if __name__ == "__main__":
    main()
