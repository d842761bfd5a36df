"""What the bench of faults asks of a command that it kills: how it is begun, and what must be so after each kill.

A work has a folder of its own. It is begun, started, killed, started again … until it comes to its end, and begun anew.
What was acknowledged is what the log held, or what a server answered 200 to, before the next start.
"""

# ruff: noqa: D102 - the base class says what each method is for

from __future__ import annotations

import json
import random
import shutil
from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from fault_program import Program, Running

from miner.corpus import Corpus, corpus_folder, is_corpus
from miner.corpus.check import check_corpus
from miner.errors import MinerError
from miner.review.log import read_lines

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
    codes: tuple[int, ...] = (0,)

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

    def stop(self) -> None:  # noqa: B027 - most have nothing to stop
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
        lost=sum(number not in ids for number in acknowledged),
        doubled=ids.total() - len(ids),
        unreadable=max(0, n_cut - 1),
    )


def moments(rng: random.Random, usual_s: float) -> float:
    """A moment of a command that usually lasts *usual_s*, in seconds, and now and then one just after."""
    return rng.uniform(0.0, 1.05 * usual_s)
