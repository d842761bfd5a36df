"""Faults other than a kill: a full disk, no permission, damage, a clock set back, a network that drops, company.

Each round makes a corpus, does the harm, looks at what the program says, mends as it advises and runs the command
again: in the end every post that was sent must be there once.
"""

from __future__ import annotations

import contextlib
import json
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cli_program import ERA, write_many, write_posts
from cli_server import Server, serving
from fault_program import Ended, Program
from fault_works import Harm

from miner.corpus import Corpus
from miner.errors import MinerError
from miner.records import Post

IMPORT = ("import", "posts.jsonl", "--into", "mine")
N_POSTS = 3_000
DOCUMENTED = frozenset({0, 1, 3, 4, 5})
"""Exit codes that a command in trouble may end with."""


@dataclass(slots=True)
class Round:
    """One round in a folder of its own.

    Attributes:
        notes: What was not as it must be, for a person to read.
    """

    folder: Path
    program: Program
    rng: random.Random
    harm: Harm = field(default_factory=Harm)
    notes: list[str] = field(default_factory=list)

    def run(self, *args: str, codes: frozenset[int] = DOCUMENTED, most_bytes: int | None = None) -> Ended:
        """Run a command, whose exit code is to be one of *codes*, and which is to print no traceback."""
        return self.took(self.program.run(self.folder, *args, most_bytes=most_bytes), args, codes)

    def took(self, ended: Ended, args: tuple[str, ...], codes: frozenset[int]) -> Ended:
        """Note what *ended* says that it must not."""
        if ended.has_traceback or ended.code not in codes:
            self.wrong(Harm(tracebacks=1), f"{' '.join(args)}: code {ended.code}: {(ended.out + ended.err)[-500:]}")
        return ended

    def wrong(self, harm: Harm, note: str) -> None:
        """Add to the harm."""
        self.harm += harm
        self.notes.append(f"{harm}: {note}")

    def complete(self, sent: set[str]) -> None:
        """Each post of *sent* is there, once, and nothing else."""
        try:
            corpus = Corpus.open(self.folder / "corpora" / "mine")
            ids = Counter(corpus.read(columns=["id"]).read_all().column("id").to_pylist())
        except MinerError as error:
            self.wrong(Harm(lost=len(sent), unreadable=1), str(error))
            return
        n_lost, n_doubled = len(sent - ids.keys()), ids.total() - len(ids)
        if n_lost or n_doubled:
            self.wrong(Harm(lost=n_lost, doubled=n_doubled), "after it was mended and run again")

    def imported(self) -> set[str]:
        """Make a file of posts and a corpus of it; the ids."""
        write_many(self.folder / "posts.jsonl", N_POSTS)
        self.run(*IMPORT, codes=frozenset({0}))
        return ids_of("many", N_POSTS)


def ids_of(name: str, n: int) -> set[str]:
    """Ids of the posts that the tests write under *name*."""
    return {f"letters:{name}{i}" for i in range(n)}


def full_disk(at: Round) -> None:
    """A command that writes meets a limit on the size of files, as a quota sets it."""
    write_many(at.folder / "posts.jsonl", N_POSTS)
    stopped = at.run(*IMPORT, most_bytes=at.rng.choice([64, 300, 1_500, 5_000, 20_000, 60_000]))
    if stopped.code == 0:
        at.wrong(Harm(unreadable=1), "it did not meet the limit")
    at.run(*IMPORT, codes=frozenset({0}))
    at.complete(ids_of("many", N_POSTS))


def no_permission(at: Round) -> None:
    """Some folder or file of the corpora may not be read or written by who runs the command."""
    sent = at.imported()
    corpora = at.folder / "corpora"
    places = [corpora, *sorted(corpora.rglob("*"))]
    place = at.rng.choice(places)
    mode = place.stat().st_mode & 0o777
    place.chmod(0o000)
    write_posts(at.folder / "few.jsonl")
    for args in (("import", "few.jsonl", "--into", "mine"), ("corpus", "info", "mine"), ("corpus", "check", "mine")):
        # 2: a corpus in a folder that may not be looked into is one that is not there
        at.took(at.program.run(at.folder, *args, obeys_modes=True), args, DOCUMENTED | {2})
    place.chmod(mode)
    at.run("import", "few.jsonl", "--into", "mine", codes=frozenset({0}))
    at.complete(sent | ids_of("p", 20))


def damaged_file(at: Round) -> None:
    """A file of posts or an entry of the log is cut, emptied, overwritten or gone."""
    sent = at.imported()
    table = at.folder / "corpora" / "mine" / "posts"
    path = at.rng.choice([*sorted(table.glob("*.parquet")), *sorted((table / "_delta_log").glob("*.json"))])
    before = path.read_bytes()
    spoil(path, at.rng)
    checked = at.run("corpus", "check", "mine", "--json", codes=frozenset({0, 1}))
    with contextlib.suppress(ValueError):
        found = json.loads(checked.out)["findings"]
        is_named = any(path.name in finding["file"] for finding in found)
        is_missed = not checked.code and path.suffix == ".parquet" and is_other(path, before)
        if is_missed or (checked.code and not is_named):
            at.wrong(Harm(unreadable=1), f"{path.name} is damaged and not named: {found}")
    at.run("corpus", "info", "mine")
    at.run("import", "posts.jsonl", "--into", "mine")
    at.run("corpus", "check", "mine", "--repair", codes=frozenset({0}))
    at.run(*IMPORT, codes=frozenset({0}))
    at.complete(sent)
    at.run("corpus", "check", "mine", codes=frozenset({0}))


def is_other(path: Path, before: bytes) -> bool:
    """Whether a file of posts has other posts than its bytes *before* said; flips in unread places change nothing."""
    import io

    import pyarrow.parquet as pq

    return not path.exists() or not pq.read_table(path).equals(pq.read_table(io.BytesIO(before)))


def spoil(path: Path, rng: random.Random) -> None:
    """Damage a file in one of four ways."""
    data = bytearray(path.read_bytes())
    how = rng.choice(["cut", "empty", "flip", "zero", "gone"])
    if how == "gone":
        path.unlink()
        return
    if how == "cut":
        data = data[: rng.randrange(len(data))]
    elif how == "empty":
        data = bytearray()
    elif how == "flip":
        for _ in range(8):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    else:
        first = rng.randrange(len(data))
        data[first : first + 512] = bytes(min(512, len(data) - first))
    path.write_bytes(bytes(data))


def clock_back(at: Round) -> None:
    """Posts were stored while the clock was ahead; then it is set right."""
    ahead = timedelta(days=at.rng.uniform(1, 4_000))
    corpus = Corpus.create(at.folder / "corpora" / "mine", clock=lambda: datetime.now(UTC) + ahead)
    posts = [Post(id=f"f:{i}", source="f", text=f"Cube {i}") for i in range(50)]
    corpus.append(posts=posts, rejected={}, stream="s", cursor="1")
    write_many(at.folder / "posts.jsonl", N_POSTS)
    at.run(*IMPORT, codes=frozenset({0}))
    checked = at.run("corpus", "check", "mine", codes=frozenset({1}))
    if "clock: " not in checked.out:
        at.wrong(Harm(unreadable=1), "the time to come is not named")
    at.complete(ids_of("many", N_POSTS) | {post.id for post in posts})


class Dropping(Server):
    """Closes the connection in the middle of every other answer or so, until it is told to stop."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(200)
        self.rng, self.drops = rng, True

    def answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, object]:
        """As the server that it is, if at all."""
        if self.drops and self.rng.random() < 0.4:
            raise ConnectionAbortedError
        return super().answer(path, query)

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: it is meant."""


def network_drops(at: Round) -> None:
    """The network goes away during answers; when it is back, the same command goes on."""
    (at.folder / "cubes.toml").write_text(ERA, encoding="utf-8")
    (at.folder / "miner.toml").write_text("max_tries = 2\n", encoding="utf-8")
    server = Dropping(at.rng)
    with serving(server):
        args = ("scrape", "./cubes.toml", "--source", "mastodon", "--instance", server.url, "--into", "mine")
        for _ in range(2):
            at.run(*args, codes=DOCUMENTED | {6})
        server.drops = False
        at.run(*args, codes=frozenset({0}))
        at.run("corpus", "check", "mine", codes=frozenset({0}))
    at.complete({f"mastodon:https://example.social/statuses/{i}" for i in range(1, 201)})


def two_at_once(at: Round) -> None:
    """Two commands write one corpus at the same time; one may be told to wait, neither spoils the other's posts."""
    write_many(at.folder / "posts.jsonl", N_POSTS)
    write_posts(at.folder / "few.jsonl")
    few = ("import", "few.jsonl", "--into", "mine")
    both = [(args, at.program.start(at.folder, *args)) for args in (IMPORT, few)]
    for args, running in both:
        at.took(running.end(), args, frozenset({0, 1}))
    for args in (IMPORT, few):
        at.run(*args, codes=frozenset({0}))
    at.complete(ids_of("many", N_POSTS) | ids_of("p", 20))


FAULTS: Mapping[str, tuple[str, Callable[[Round], None]]] = {
    "full disk": ("import", full_disk),
    "no permission": ("import", no_permission),
    "damaged file": ("import", damaged_file),
    "clock set back": ("import", clock_back),
    "network drops": ("scrape", network_drops),
    "two processes": ("import", two_at_once),
}


def rounds_of(fault: str, folder: Path, program: Program, *, n: int, rng: random.Random) -> Iterator[Round]:
    """*n* rounds of a fault, each in a new folder below *folder* that is deleted afterwards."""
    for i in range(n):
        place = folder / f"{fault.replace(' ', '-')}-{i}"
        place.mkdir()
        at = Round(folder=place, program=program, rng=rng)
        FAULTS[fault][1](at)
        yield at
        shutil.rmtree(place, ignore_errors=True)
