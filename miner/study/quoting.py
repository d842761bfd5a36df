"""Reports that quote posts which are to be forgotten: found, and written anew without them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from miner.errors import MinerError
from miner.records import Evidence, RankedArtifact
from miner.report import Report
from miner.study.output import load_report, save

IsGone = Callable[[str], bool]
"""Whether the post with an id is to be quoted no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """What became of the reports that quoted something.

    Attributes:
        rewritten: Folders whose reports were written anew.
        failed: Folders whose report cannot be read by this version, so that somebody has to delete it.
    """

    rewritten: tuple[Path, ...]
    failed: tuple[Path, ...]


def quoting(output: Path, corpus: str, is_gone: IsGone) -> list[Path]:
    """Folders of the reports on a corpus that quote a post that *is_gone* says yes to, sorted."""
    reports = sorted((output / corpus).glob("*/report.json"))
    return [path.parent for path in reports if any(map(is_gone, _quoted(path)))]


def without_quotes(folders: Iterable[Path], is_gone: IsGone) -> Cleaned:
    """Write the reports in *folders* anew without what they quote of the posts that *is_gone* says yes to.

    Counts stay: they say how many, and of nobody what. A ``report.pdf`` beside them is deleted; `miner report RUN
    --pdf` prints it again.
    """
    rewritten, failed = [], []
    for folder in folders:
        try:
            save(_cleaned(load_report(folder), is_gone), folder)
        except MinerError:
            failed.append(folder)
            continue
        (folder / "report.pdf").unlink(missing_ok=True)
        rewritten.append(folder)
    return Cleaned(rewritten=tuple(rewritten), failed=tuple(failed))


def _cleaned(report: Report, is_gone: IsGone) -> Report:
    def left(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
        return tuple(quote for quote in evidence if not is_gone(quote.post_id))

    def rows(found: Iterable[RankedArtifact]) -> tuple[RankedArtifact, ...]:
        return tuple(replace(row, evidence=left(row.evidence)) for row in found)

    funnel = tuple(replace(step, examples=left(step.examples)) for step in report.funnel)
    return replace(report, rows=rows(report.rows), also=rows(report.also), funnel=funnel)


def _quoted(path: Path) -> set[str]:
    """Ids of the posts that a report quotes, whatever version of the format it has."""
    try:
        return set(_ids_in(json.loads(path.read_text(encoding="utf-8"))))
    except (OSError, ValueError, RecursionError):
        return set()


def _ids_in(found: Any) -> Iterator[str]:  # noqa: ANN401 - whatever JSON says
    if isinstance(found, dict):
        if isinstance(found.get("post_id"), str):
            yield found["post_id"]
        found = list(found.values())
    if isinstance(found, list):
        for inner in found:
            yield from _ids_in(inner)
