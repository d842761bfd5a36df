"""Imports that are killed, that are larger than they should cost, and of real posts."""

from __future__ import annotations

import gzip
import json
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from miner.corpus import Corpus
from miner.study.imports import import_files

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared" / "corpora"
N_KILLS = 15


def write_posts(path: Path, n: int, *, length: int = 60) -> None:
    with gzip.open(path, "wt", compresslevel=1) as file:
        for i in range(n):
            row = {"id": i, "text": f"My Atari {i} ".ljust(length, "x") if i % 10 else "", "author": f"ann{i % 99}"}
            file.write(json.dumps(row) + "\n")


@pytest.mark.slow
def test_an_import_killed_at_fifteen_moments_ends_with_every_post_once(tmp_path: Path) -> None:
    path, folder = tmp_path / "a.jsonl.gz", tmp_path / "corpora" / "toys"
    n = 10_000
    write_posts(path, n)
    Corpus.create(folder)
    rng = random.Random(80)  # noqa: S311 - moments, not secrets
    n_stored = [0]
    for _ in range(N_KILLS):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.import_driver", str(folder), str(path)], cwd=ROOT, stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        for _ in range(rng.randrange(12)):
            process.stdout.readline()
        time.sleep(rng.random() * 0.05)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        corpus = Corpus.open(folder)
        n_stored.append(corpus.count())
        assert len(list(corpus.posts())) == n_stored[-1]
    assert n_stored == sorted(n_stored)
    assert 500 < n_stored[-1] < n * 0.9
    result = import_files([path], Corpus.open(folder))
    assert result.n_new == n * 0.9 - n_stored[-1]
    corpus = Corpus.open(folder)
    assert sorted(int(p.id.removeprefix("file:")) for p in corpus.posts()) == [i for i in range(n) if i % 10]
    assert corpus.rejections() == result.rejected == {"no text": n // 10}
    assert result.n_read == n


MEASURE = """
import resource, sys
from pathlib import Path
from miner.corpus import Corpus
from miner.study.imports import import_files
corpus = Corpus.open(Path(sys.argv[1]))
import_files([sys.argv[2]], corpus)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
result = import_files([sys.argv[3]], corpus)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(result.n_new, (after - before) * 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted in kilobytes on Linux only")
@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    small, large = tmp_path / "small.jsonl.gz", tmp_path / "large.jsonl.gz"
    write_posts(small, 9_999, length=2_000)
    write_posts(large, 60_000, length=2_000)
    Corpus.create(tmp_path / "toys")
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(tmp_path / "toys"), str(small), str(large)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    n_new, n_bytes = map(int, done.stdout.split())
    assert n_new == 54_000 - 8_999
    assert n_bytes < 30_000_000  # of 108 MB of text that were read
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss > 0


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared corpora are not beside the project")
def test_real_posts_are_imported_whole(tmp_path: Path) -> None:
    corpus = Corpus.create(tmp_path / "real")
    paths = sorted(SHARED.glob("*.jsonl.gz"))
    result = import_files(paths, corpus)
    rows = [json.loads(line) for path in paths for line in gzip.decompress(path.read_bytes()).splitlines()]
    distinct = {(row["source"], row["id"]) for row in rows if row["text"] != "[removed]"}
    assert (result.n_read, result.n_new) == (len(rows), len(distinct)) == (32_098, 31_997)
    assert [file.n_read for file in result.files] == [2_895, 6_686, 20_413, 2_104]
    assert result.exit_code == 0
    assert result.rejected == corpus.rejections() == {"no text": 1}
    assert result.notes == {}
    posts = list(corpus.posts())
    assert len({p.id for p in posts}) == len(posts) == corpus.count() == result.n_new
    sources = {p.source for p in posts}
    assert sources == {"reddit", "twitter", "youtube", "instagram", "stackexchange"}
    assert all(p.id.startswith(f"{p.source}:") for p in posts)
    again = import_files(paths, corpus)
    assert (again.n_new, again.n_read, corpus.rejections()) == (0, result.n_read, {"no text": 1})
