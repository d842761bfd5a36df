"""Locks, full disks, forbidden folders and damaged files: what is stored stays readable, and the error helps."""

from __future__ import annotations

import contextlib
import errno
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from miner.corpus import Corpus
from miner.corpus.lock import WriterLock
from miner.corpus.trouble import explain
from miner.errors import CorpusError, MinerError, StorageFull
from miner.records import Post

ROOT = Path(__file__).parent.parent

HOLD = """
import sys
from pathlib import Path
from miner.corpus import Corpus
with Corpus.open(Path(sys.argv[2])).writing():
    print("held", flush=True)
    sys.stdin.read()
"""


def posts(first: int, n: int) -> list[Post]:
    return [
        Post(id=f"forum:{i}", source="forum", text=f"My Atari {os.urandom(24).hex()}") for i in range(first, first + n)
    ]


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus.create(tmp_path / "toys", wait_s=0.2)


@contextlib.contextmanager
def holder(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that writes to the corpus."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, "scrape", str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def test_a_second_writer_is_told_who_is_first_and_readers_are_not_held_up(corpus: Corpus) -> None:
    corpus.append(posts=posts(0, 2), rejected={}, stream="s", cursor="1")
    with holder(corpus.folder) as process:
        with pytest.raises(CorpusError) as error:
            corpus.append(posts=posts(2, 1), rejected={}, stream="s", cursor="2")
        assert f"The corpus toys is being written by process {process.pid} (-c scrape, since 20" in str(error.value)
        assert str(error.value).endswith("UTC). Wait until it has ended, then run the same command again.")
        assert str(corpus.folder) not in str(error.value)
        assert len(list(Corpus.open(corpus.folder).posts())) == 2
    corpus.append(posts=posts(2, 1), rejected={}, stream="s", cursor="2")
    assert corpus.count() == 3


def test_a_killed_writer_leaves_no_lock(corpus: Corpus) -> None:
    with holder(corpus.folder) as process:
        process.kill()
        process.wait()
        assert corpus.append(posts=posts(0, 1), rejected={}, stream="s", cursor=None).n_new == 1


def test_a_writer_that_ends_in_time_is_waited_for(tmp_path: Path) -> None:
    first, naps = WriterLock(tmp_path / ".lock"), list[float]()
    first.acquire()

    def sleep(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 3:
            first.release()

    second = WriterLock(tmp_path / ".lock", sleep=sleep, clock=lambda: 0.0)
    second.acquire()
    assert len(naps) == 3
    second.release()
    second.release()
    assert (tmp_path / ".lock").read_bytes() == b""


def test_writing_can_be_nested_and_shared_by_threads(corpus: Corpus) -> None:
    def work(first: int) -> None:
        for number in range(first, first + 5):
            corpus.append(posts=posts(number, 1), rejected={"no text": 1}, stream=f"s{first}", cursor=str(number))

    with corpus.writing(), corpus.writing():
        threads = [threading.Thread(target=work, args=(first,)) for first in (0, 100, 200)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert corpus.count() == 15
    assert corpus.cursors() == {"s0": "4", "s100": "104", "s200": "204"}
    assert corpus.rejections() == {"no text": 15}
    with Corpus.open(corpus.folder, wait_s=0).writing():
        pass


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 600 KB, where one may be mounted."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(folder)], capture_output=True)
    if done.returncode:
        pytest.skip(f"no small disk can be mounted here: {done.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(corpus: Corpus) -> tuple[int, StorageFull]:
    """Append until the disk is full; the number of pages that were acknowledged, and the error."""
    for page in range(1000):
        try:
            corpus.append(posts=posts(page * 50, 50), rejected={}, stream="s", cursor=str(page))
        except StorageFull as error:
            return page, error
    raise AssertionError("the disk did not fill")


def test_a_full_disk_is_said_and_what_was_acknowledged_is_there(tiny_disk: Path) -> None:
    ballast = tiny_disk / "ballast"
    ballast.write_bytes(b"x" * 200_000)
    corpus = Corpus.create(tiny_disk / "toys")
    n_pages, error = fill(corpus)
    assert n_pages > 3
    assert str(error) == (
        f"There is no room left for the corpus toys in {tiny_disk / 'toys'} (No space left on device). "
        "Free some space and run the same command again: what was stored is safe, and it goes on from there."
    )
    assert corpus.count() == n_pages * 50
    again = Corpus.open(tiny_disk / "toys")
    assert len(list(again.posts())) == n_pages * 50
    assert again.cursors() == {"s": str(n_pages - 1)}
    ballast.unlink()
    next_page = posts((n_pages - 1) * 50, 100)
    assert corpus.append(posts=next_page, rejected={}, stream="s", cursor="on").n_new == 50


LIMITED = """
import resource, signal, sys
from pathlib import Path
from miner.corpus import Corpus
from miner.errors import StorageFull
from miner.records import Post
import os
corpus = Corpus.create(Path(sys.argv[1]))
corpus.append(posts=[Post(id="f:1", source="f", text="small")], rejected={}, stream="s", cursor="1")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
big = Post(id="f:2", source="f", text=os.urandom(60_000).hex())
try:
    corpus.append(posts=[big], rejected={}, stream="s", cursor="2")
except StorageFull as error:
    print(error)
print(corpus.count(), corpus.cursors(), [p.text for p in corpus.posts()])
"""


def test_a_limit_on_the_size_of_files_is_a_full_disk_too(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path / "toys")], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first.startswith("There is no room left for the corpus toys in ")
    assert "(File too large)" in first
    assert second == "1 {'s': '1'} ['small']"
    assert len(list((tmp_path / "toys" / "posts").glob("*.parquet"))) == 1


def test_a_disk_that_may_not_be_written_is_said(tiny_disk: Path) -> None:
    corpus = Corpus.create(tiny_disk / "toys")
    corpus.append(posts=posts(0, 1), rejected={}, stream="s", cursor=None)
    subprocess.run(["mount", "-o", "remount,ro", str(tiny_disk)], check=True)
    with pytest.raises(CorpusError) as error:
        corpus.append(posts=posts(1, 1), rejected={}, stream="s", cursor=None)
    assert str(error.value) == (
        "The corpus toys cannot be used: Read-only file system. "
        f"See whose it is with `ls -la {tiny_disk / 'toys'}`, then mend that or choose another folder of corpora."
    )
    assert len(list(corpus.posts())) == 1


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (OSError(errno.ENOSPC, "x"), StorageFull, "No space left on device"),
        (OSError(errno.EDQUOT, "x"), StorageFull, "Disk quota exceeded"),
        (OSError("Generic LocalFileSystem error\n ↳ No space left on device (os error 28)"), StorageFull, "No space"),
        (OSError(errno.EACCES, "x"), CorpusError, "Permission denied"),
        (OSError("Generic error ↳ Permission denied (os error 13)"), CorpusError, "Permission denied"),
        (OSError("a riddle"), CorpusError, "could not be used: a riddle"),
    ],
)
def test_errors_of_the_system_are_told_apart(
    corpus: Corpus, error: OSError, kind: type[MinerError], words: str
) -> None:
    found = explain(error, corpus.folder)
    assert type(found) is kind
    assert words in str(found)


def only(folder: Path, pattern: str) -> Path:
    (path,) = folder.glob(pattern)
    return path


@pytest.mark.parametrize("damage", ["cut", "gone", "overwritten"])
def test_a_damaged_data_file_is_named(corpus: Corpus, damage: str) -> None:
    corpus.append(posts=posts(0, 50), rejected={}, stream="s", cursor="1")
    path = only(corpus.folder / "posts", "*.parquet")
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:100])
    elif damage == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:40] + b"\xff" * 400 + path.read_bytes()[440:])
    with pytest.raises(CorpusError) as error:
        list(Corpus.open(corpus.folder).posts())
    assert f"The corpus toys is damaged: {path} is missing or cannot be read. Put that file back" in str(error.value)


@pytest.mark.parametrize("content", ["{broken", "", "\x00\x01"])
def test_a_damaged_entry_of_the_log_is_named(corpus: Corpus, content: str) -> None:
    corpus.append(posts=posts(0, 1), rejected={}, stream="s", cursor="1")
    path = corpus.folder / "posts" / "_delta_log" / f"{1:020}.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CorpusError) as error:
        Corpus.open(corpus.folder).cursors()
    assert f"is damaged: {path} is missing or cannot be read" in str(error.value)


def test_leftovers_of_a_kill_are_no_part_of_the_corpus(corpus: Corpus) -> None:
    corpus.append(posts=posts(0, 1), rejected={}, stream="s", cursor="1")
    table = corpus.folder / "posts"
    (table / f"{2:020}-0123.parquet").write_bytes(b"PAR1 half a file")
    (table / "_delta_log" / "_commit_0123.json.tmp").write_bytes(b'{"add":')
    (corpus.folder / ".posts-abc").mkdir()
    again = Corpus.open(corpus.folder)
    assert again.append(posts=posts(1, 1), rejected={}, stream="s", cursor="2").n_new == 1
    assert len(list(again.posts())) == 2


def test_a_creation_that_was_killed_can_be_done_again(tmp_path: Path) -> None:
    corpus = Corpus.create(tmp_path / "toys")
    (tmp_path / "half").mkdir()
    (corpus.folder / "study.toml").rename(tmp_path / "half" / "study.toml")
    assert Corpus.create(tmp_path / "half").count() == 0


def test_cursors_are_found_fast_after_many_commits(corpus: Corpus) -> None:
    for number in range(200):
        corpus.append(posts=[], rejected={}, stream=f"s{number % 20}", cursor=str(number))
    started = time.perf_counter()
    assert len(Corpus.open(corpus.folder).cursors()) == 20
    assert time.perf_counter() - started < 20
