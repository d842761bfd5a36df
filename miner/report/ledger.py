"""The funnel as the page sets it: what each step left out, and what it left."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from miner.records import FunnelStep, Move
from miner.report.view import Quote, name_of, quoted

_NOTHING = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """What one step left out; *width* is what it left, in hundredths of the start."""

    name: str
    n_out: int
    n_left: int
    width: str
    moved: tuple[Move, ...]
    examples: tuple[Quote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """A run of steps, each of which starts from what the one before it left."""

    n_start: int
    lines: tuple[LedgerLine, ...]


def ledgers(funnel: Sequence[FunnelStep]) -> tuple[Ledger, ...]:
    """*funnel* cut where a step does not start from what the one before it left: posts first, then names."""
    runs: list[list[FunnelStep]] = []
    for step in funnel:
        if runs and runs[-1][-1].n_left == step.n_left + step.n_out:
            runs[-1].append(step)
        else:
            runs.append([step])
    return tuple(_ledger(run) for run in runs)


def _ledger(run: Sequence[FunnelStep]) -> Ledger:
    n_start = run[0].n_left + run[0].n_out
    return Ledger(
        n_start=n_start,
        lines=tuple(
            LedgerLine(
                name=name_of(step.name),
                n_out=step.n_out,
                n_left=step.n_left,
                width=f"{100 * step.n_left / n_start if n_start else 0:.2f}",
                moved=tuple(replace(move, name=name_of(move.name)) for move in step.moved),
                examples=tuple(quoted(example, _NOTHING) for example in step.examples),
            )
            for step in run
        ),
    )
