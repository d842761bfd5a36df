"""Faults at random moments, and what they cost: posts lost, doubled or unreadable, and tracebacks.

python benchmarks/faults.py [--rounds 1000] [--seed 80] [--minutes 60] [--only kills]
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "tests")]

from fault_commands import WORKS, is_there  # noqa: E402
from fault_damage import FAULTS, rounds_of  # noqa: E402
from fault_program import Program  # noqa: E402
from fault_works import Harm, Work, moments  # noqa: E402


@dataclass(slots=True)
class Row:
    """A line of the table.

    Attributes:
        fault, command: What was done to what.
        rounds: How often.
        harm: What it cost, all rounds together.
        notes: What went wrong, for a person to read.
    """

    fault: str
    command: str
    rounds: int = 0
    harm: Harm = field(default_factory=Harm)
    notes: list[str] = field(default_factory=list)

    def text(self) -> str:
        """As a line."""
        h = self.harm
        return (
            f"{self.fault:<24}{self.command:<16}{self.rounds:>7,}{h.lost:>7,}{h.doubled:>9,}{h.unreadable:>12,}"
            f"{h.tracebacks:>12,}"
        )


def kill_often(work: Work, *, n_kills: int, rng: random.Random, until: float) -> Row:
    """Kill a command *n_kills* times with -9, each at a random moment of its usual time; it goes on in between."""
    row = Row("kill -9", work.name)
    work.begin()
    usual = _usual(work)
    work.begin()
    while row.rounds < n_kills and time.monotonic() < until:
        running = work.start()
        has_ended = running.wait(moments(rng, usual))
        ended = running.end() if has_ended else running.kill()
        harm = work.harm(has_ended=has_ended)
        if ended.has_traceback or (has_ended and ended.code not in work.codes):
            harm += Harm(tracebacks=1)
        row.rounds += not has_ended
        row.harm += harm
        if harm:
            row.notes.append(f"after {row.rounds} kills of {work.name}: {harm}; code {ended.code}; {ended.err[-400:]}")
        if has_ended or harm:
            work.begin()
    work.stop()
    return row


def _usual(work: Work) -> float:
    """How long the command takes when nobody kills it, in seconds: the shorter of two times."""
    if not work.codes:
        return 0.5
    taken = []
    for _ in range(2 if work.share == 1.0 else 1):
        work.begin()
        began = time.monotonic()
        work.start().end()
        taken.append(time.monotonic() - began)
    return min(taken)


def kills(folder: Path, program: Program, *, n_kills: int, rng: random.Random, until: float) -> list[Row]:
    """:func:`kill_often` for each command that this version has."""
    there = [work for work in WORKS if is_there(work, program, folder)]
    for absent in WORKS:
        if absent not in there:
            print(f"`miner {' '.join(absent.needs)}` is not in this version: left out.", file=sys.stderr)
    shares = sum(work.share for work in there)
    rows = []
    for kind in there:
        work = kind(folder / kind.name.replace(" ", "-"), program)
        n = round(n_kills * kind.share / shares)
        rows.append(kill_often(work, n_kills=n, rng=rng, until=until))
        print(rows[-1].text(), file=sys.stderr, flush=True)
    return rows


def damage(folder: Path, program: Program, *, n: int, rng: random.Random, until: float) -> list[Row]:
    """*n* rounds of each fault that is not a kill."""
    rows = []
    for fault, (command, _) in FAULTS.items():
        row = Row(fault, command)
        for at in rounds_of(fault, folder, program, n=n, rng=rng):
            row.rounds += 1
            row.harm += at.harm
            row.notes += [f"{fault}, round {row.rounds}: {note}" for note in at.notes]
            if time.monotonic() > until:
                break
        rows.append(row)
        print(row.text(), file=sys.stderr, flush=True)
    return rows


def main() -> int:
    """Run the bench; 1 when anything was lost, doubled, unreadable or a traceback."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000, help="kills, and a twentieth as many of each other fault")
    parser.add_argument("--seed", type=int, default=80)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--only", default="", help="kills or damage")
    given = parser.parse_args()
    began, rng = time.monotonic(), random.Random(given.seed)  # noqa: S311 - moments to kill at
    until = began + given.minutes * 60
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="faults-") as made:
        folder = Path(made)
        (folder / "words").mkdir()
        program = Program(folder / "words")
        parts: dict[str, Callable[[], list[Row]]] = {
            "kills": lambda: kills(folder, program, n_kills=given.rounds, rng=rng, until=until),
            "damage": lambda: damage(folder, program, n=max(1, given.rounds // 20), rng=rng, until=until),
        }
        for name, part in parts.items():
            if given.only in ("", name):
                rows += part()
    print(f"seed {given.seed}, {time.monotonic() - began:,.0f} s")
    print(f"{'fault':<24}{'command':<16}{'rounds':>7}{'lost':>7}{'doubled':>9}{'unreadable':>12}{'tracebacks':>12}")
    for row in rows:
        print(row.text())
    for note in [note for row in rows for note in row.notes][:40]:
        print(note)
    return int(any(row.harm for row in rows))


if __name__ == "__main__":
    sys.exit(main())
