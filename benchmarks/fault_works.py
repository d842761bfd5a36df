"""The commands that the bench of faults kills, and what must be so after each kill and at the end.

A work has a folder of its own. It is begun, started, killed, started again … until it comes to its end, and begun anew.
What was acknowledged is what the log held, or what a server answered 200 to, before the next start.
"""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import threading
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from cli_program import ERA, write_many, write_posts
from cli_server import Server
from fault_program import Program, Running, wait_for

from miner.corpus import Corpus, corpus_folder, is_corpus
from miner.corpus.check import check_corpus
from miner.errors import MinerError
from miner.report import read_report
from miner.report.jsonfile import write_json
from miner.review.log import FILE, read_lines

GOLD = Path(__file__).parent.parent / "tests" / "gold" / "report" / "report.json"


@dataclass(slots=True)
class Harm:
    """What faults did, in posts, decisions or reports."""

    lost: int = 0
    doubled: int = 0
    unreadable: int = 0
    tracebacks: int = 0

    def __add__(self, other: Harm) -> Harm:
        return Harm(
            self.lost + other.lost,
            self.doubled + other.doubled,
            self.unreadable + other.unreadable,
            self.tracebacks + other.tracebacks,
        )

    def __bool__(self) -> bool:
        return bool(self.lost or self.doubled or self.unreadable or self.tracebacks)


class Work(ABC):
    """A command that is killed.

    Attributes:
        name: What the table calls it.
        needs: Words of the command line, to see whether this version of the program has it.
        share: How many of the kills it gets, against the others: fewer for a slow one.
        codes: Exit codes that are an end as documented.
    """

    name: str
    needs: tuple[str, ...]
    share = 1.0
    codes = (0,)

    def __init__(self, folder: Path, program: Program) -> None:
        self.folder, self.program = folder, program
        folder.mkdir(parents=True)

    @abstractmethod
    def begin(self) -> None:
        """Everything as before the first start."""

    @abstractmethod
    def start(self) -> Running:
        """Start the command, or start it again."""

    @abstractmethod
    def harm(self, *, has_ended: bool) -> Harm:
        """What is not as it must be; *has_ended* when the last start came to its end."""

    def stop(self) -> None:
        """After the last kill."""


class CorpusWork(Work):
    """One that writes posts: each that was there stays, and at its end all that were sent are there once."""

    sent: frozenset[str] = frozenset()

    def begin(self) -> None:
        shutil.rmtree(self.folder / "corpora" / "mine", ignore_errors=True)
        self.acknowledged: frozenset[str] = frozenset()

    def harm(self, *, has_ended: bool) -> Harm:
        folder = corpus_folder(self.folder / "corpora", "mine")
        if not is_corpus(folder):
            return Harm(lost=len(self.acknowledged))
        try:
            corpus = Corpus.open(folder)
            ids = Counter(corpus.read(columns=["id"]).read_all().column("id").to_pylist())
            corpus.cursors()
        except MinerError:
            return Harm(lost=len(self.acknowledged), unreadable=1)
        found = check_corpus(folder)
        must = self.acknowledged | (self.sent if has_ended else frozenset())
        self.acknowledged = frozenset(ids)
        return Harm(
            lost=len(must - ids.keys()),
            doubled=ids.total() - len(ids),
            unreadable=sum(not finding.is_leftover for finding in found.findings),
        )


class Import(CorpusWork):
    """6,000 posts from a file, in four commits."""

    name, needs = "import", ("import",)

    def __init__(self, folder: Path, program: Program) -> None:
        super().__init__(folder, program)
        write_many(folder / "posts.jsonl", 6_000)
        rows = (folder / "posts.jsonl").read_text(encoding="utf-8").splitlines()
        self.sent = frozenset(f"letters:{json.loads(row)['id']}" for row in rows)

    def start(self) -> Running:
        return self.program.start(self.folder, "import", "posts.jsonl", "--into", "mine")


class Scrape(CorpusWork):
    """400 posts of a server on loopback, in a dozen commits."""

    name, needs = "scrape", ("scrape",)

    def __init__(self, folder: Path, program: Program) -> None:
        super().__init__(folder, program)
        self.server = Server(400)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        (folder / "cubes.toml").write_text(ERA, encoding="utf-8")
        self.sent = frozenset(f"mastodon:https://example.social/statuses/{i}" for i in range(1, 401))

    def start(self) -> Running:
        where = ("--source", "mastodon", "--instance", self.server.url)
        return self.program.start(self.folder, "scrape", "./cubes.toml", *where, "--into", "mine")

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class Decide(Work):
    """200 decisions from a file; they are acknowledged all at once, by the end of the command."""

    name, needs = "decide import", ("decide", "import")
    n = 200

    def __init__(self, folder: Path, program: Program) -> None:
        super().__init__(folder, program)
        write_posts(folder / "posts.jsonl")
        program.run(folder, "import", "posts.jsonl", "--into", "mine")
        (folder / "theirs.jsonl").write_bytes(b"".join(map(decision, range(self.n))))

    def begin(self) -> None:
        self.log.unlink(missing_ok=True)

    @property
    def log(self) -> Path:
        return self.folder / "corpora" / "mine" / FILE

    def start(self) -> Running:
        return self.program.start(self.folder, "decide", "import", "theirs.jsonl", "--into", "mine")

    def harm(self, *, has_ended: bool) -> Harm:
        return decisions_harm(self.log, range(self.n) if has_ended else ())


class Serve(Work):
    """Decisions posted one after the other to a server; each answer 200 acknowledges one."""

    name, needs = "serve", ("serve",)
    codes = ()

    def __init__(self, folder: Path, program: Program) -> None:
        super().__init__(folder, program)
        write_posts(folder / "posts.jsonl")
        program.run(folder, "import", "posts.jsonl", "--into", "mine")
        made = folder / "output" / "mine" / "80s-1a2b3c4d"
        made.mkdir(parents=True)
        write_json(replace(read_report(GOLD), corpus="mine", run_id=made.name), made / "report.json")
        self.acknowledged: set[int] = set()
        self.sender: threading.Thread | None = None

    def begin(self) -> None:
        (self.folder / "corpora" / "mine" / FILE).unlink(missing_ok=True)
        self.acknowledged, self.next = set(), 0

    def start(self) -> Running:
        running = self.program.start(self.folder, "serve", "--port", "0")
        self.sender = threading.Thread(target=self._send, args=(running,), daemon=True)
        self.sender.start()
        return running

    def _send(self, running: Running) -> None:
        first = wait_for(running.out, "Serving ", timeout_s=10)
        if first is None:
            return
        url = first.split(" at ")[1].split()[0] + "decisions"
        with contextlib.suppress(OSError, urllib.error.URLError, ValueError):
            while True:
                # what was not acknowledged is sent again, as the page does
                number = self.next
                request = urllib.request.Request(  # noqa: S310 - loopback
                    url, data=decision(number), headers={"X-Nostalgia-Miner": "decide"}
                )
                with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - loopback
                    if answer.status == 200:
                        self.acknowledged.add(number)
                self.next += 1

    def harm(self, *, has_ended: bool) -> Harm:
        if self.sender is not None:
            self.sender.join(timeout=15)
        return decisions_harm(self.folder / "corpora" / "mine" / FILE, self.acknowledged)


class Rank(Work):
    """A report of twenty posts: five files and their manifest, whole or not there, and the same each time."""

    name, needs, share = "rank", ("rank",), 0.02

    def __init__(self, folder: Path, program: Program) -> None:
        super().__init__(folder, program)
        write_posts(folder / "posts.jsonl")
        program.run(folder, "import", "posts.jsonl", "--into", "mine")
        self.first: str | None = None

    def begin(self) -> None:
        shutil.rmtree(self.folder / "output", ignore_errors=True)

    def start(self) -> Running:
        return self.program.start(self.folder, "rank", "mine", "--era", "80s")

    def harm(self, *, has_ended: bool) -> Harm:
        corpus = Corpus.open(self.folder / "corpora" / "mine")
        harm = Harm(lost=20 - corpus.count())
        reports = list((self.folder / "output").glob("*/*/report.json"))
        for path in reports:
            try:
                read_report(path)
            except MinerError:
                harm += Harm(unreadable=1)
        if has_ended:
            text = reports[0].read_text(encoding="utf-8") if len(reports) == 1 else ""
            self.first = self.first or text
            harm += Harm(lost=int(not text), unreadable=int(text != self.first))
        return harm


class Compact(CorpusWork):
    """Forty commits into one file: not a post more or less at any moment."""

    name, needs = "corpus compact", ("corpus", "compact")

    def __init__(self, folder: Path, program: Program) -> None:
        super().__init__(folder, program)
        for i in range(40):
            write_posts(folder / "few.jsonl", name=f"f{i}-")
            program.run(folder, "import", "few.jsonl", "--into", "mine")
        shutil.copytree(folder / "corpora", folder / "kept")
        corpus = Corpus.open(folder / "corpora" / "mine")
        self.sent = frozenset(corpus.read(columns=["id"]).read_all().column("id").to_pylist())

    def begin(self) -> None:
        shutil.rmtree(self.folder / "corpora")
        shutil.copytree(self.folder / "kept", self.folder / "corpora")
        self.acknowledged = self.sent

    def start(self) -> Running:
        return self.program.start(self.folder, "corpus", "compact", "mine")


class Forget(Compact):
    """Forty people leave one of the commits each; all others stay, and at the end nobody who left is there."""

    name, needs = "forget", ("forget",)

    def __init__(self, folder: Path, program: Program) -> None:
        super().__init__(folder, program)
        self.everybody = self.sent
        self.left = frozenset(f"letters:f{i}-3" for i in range(40))
        self.sent = self.everybody - self.left

    def start(self) -> Running:
        given = [word for post in sorted(self.left) for word in ("--post", post)]
        return self.program.start(self.folder, "forget", "mine", *given)

    def harm(self, *, has_ended: bool) -> Harm:
        harm = super().harm(has_ended=has_ended)
        still = self.acknowledged & self.left
        self.acknowledged = self.sent
        return harm + Harm(unreadable=len(still) if has_ended else 0)


WORKS: tuple[type[Work], ...] = (Scrape, Import, Decide, Serve, Rank, Compact, Forget)
"""What is killed; a further command is a further class."""


def is_there(work: type[Work], program: Program, folder: Path) -> bool:
    """Whether this version of the program has the command."""
    return program.run(folder, *work.needs, "--help").code == 0


def decision(n: int) -> bytes:
    """A line of ``decisions.jsonl``."""
    line = {
        "v": 1,
        "id": f"{n:032x}",
        "at": f"2026-11-23T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}Z",
        "by": "ann",
        "artifact": f"a_{n % 7:010x}",
        "name": "Walkman",
        "what": "note",
        "value": f"note {n}",
    }
    return json.dumps(line).encode() + b"\n"


def decisions_harm(log: Path, acknowledged: set[int] | range | tuple[()]) -> Harm:
    """How the lines of *log* differ from each acknowledged one once. A last line that a kill cut harms nobody."""
    try:
        lines, rejected = read_lines(log.read_bytes())
    except FileNotFoundError:
        return Harm(lost=len(acknowledged))
    ids = Counter(int(line.id, 16) for line in lines)
    n_cut = sum(rejected.values())
    return Harm(
        lost=sum(number not in ids for number in acknowledged), doubled=ids.total() - len(ids), unreadable=max(0, n_cut - 1)
    )


def moments(rng: random.Random, usual_s: float) -> float:
    """A moment of a command that usually lasts *usual_s*, in seconds, and now and then one just after."""
    return rng.uniform(0.0, 1.05 * usual_s)
