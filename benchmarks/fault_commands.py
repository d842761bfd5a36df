"""The commands that the bench of faults kills."""

# ruff: noqa: D102 - the base class says what each method is for

from __future__ import annotations

import contextlib
import json
import shutil
import threading
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path

from cli_program import ERA, write_many, write_posts
from cli_server import Server
from fault_program import Program, Running, wait_for
from fault_works import CorpusWork, Harm, Work, decision, decisions_harm

from miner.corpus import Corpus
from miner.errors import MinerError
from miner.report import read_report
from miner.report.jsonfile import write_json
from miner.review.log import FILE

GOLD = Path(__file__).parent.parent / "tests" / "gold" / "report" / "report.json"


class Import(CorpusWork):
    """6,000 posts from a file, in four commits."""

    name = "import"
    needs: tuple[str, ...] = ("import",)

    def __init__(self, folder: Path, program: Program) -> None:
        super().__init__(folder, program)
        write_many(folder / "posts.jsonl", 6_000)
        rows = (folder / "posts.jsonl").read_text(encoding="utf-8").splitlines()
        self.sent = frozenset(f"letters:{json.loads(row)['id']}" for row in rows)

    def start(self) -> Running:
        return self.program.start(self.folder, "import", "posts.jsonl", "--into", "mine")


class Scrape(CorpusWork):
    """400 posts of a server on loopback, in a dozen commits."""

    name = "scrape"
    needs: tuple[str, ...] = ("scrape",)

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

    name = "decide import"
    needs: tuple[str, ...] = ("decide", "import")
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

    name = "serve"
    needs: tuple[str, ...] = ("serve",)
    codes: tuple[int, ...] = ()

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
        self.is_over = threading.Event()
        self.sender = threading.Thread(target=self._send, args=(running, self.is_over), daemon=True)
        self.sender.start()
        return running

    def _send(self, running: Running, is_over: threading.Event) -> None:
        first = wait_for(running.out, "Serving ", is_over=is_over)
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
            self.is_over.set()
            self.sender.join(timeout=15)
        return decisions_harm(self.folder / "corpora" / "mine" / FILE, self.acknowledged)


class Rank(Work):
    """A report of twenty posts: five files and their manifest, whole or not there, and the same each time."""

    name = "rank"
    needs: tuple[str, ...] = ("rank",)
    share = 0.2

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

    name = "corpus compact"
    needs: tuple[str, ...] = ("corpus", "compact")

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

    name = "forget"
    needs: tuple[str, ...] = ("forget",)

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
