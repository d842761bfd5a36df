"""The copy of a report that may leave the house: no quotes, links or handles, no artifact that few people named."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from miner.records import FunnelStep, RankedArtifact, Theme
from miner.report.model import Report

MIN_AUTHORS = 5
LEFT_OUT = "(left out)"
_N_NAMES = 3
_TAIL = ".,;:!?)"
# a link, an address or handle ("@ann@example.social", "(u/ann"), or a path of somebody's disk: "/home/ann/80s.csv"
_PRIVATE = re.compile(r"://|www\.|\w@\w|(?<!\w)@\w|(?<![\w/])u/\w|^/u/\w|^(?:~|/\w+|[a-z]:)[/\\]\w", re.IGNORECASE)


def public(report: Report) -> Report:
    """*report* without what points at a person.

    Left out: all evidence, and the examples of posts that were not counted; artifacts named by fewer than five authors,
    or whose very name is a link or a handle; such spellings, and all spelling keys; links, handles and paths in
    sentences and in the manifest, where ``(left out)`` takes their place; the hour of first and last posts, because a
    time to the second finds a post again. Ranks stay those of the whole list, so there may be gaps. A theme named after
    an artifact that goes is named anew; one that keeps fewer than two artifacts goes too. A report that is public
    already is returned as it is.
    """
    if report.mode == "public":
        return report
    kept, also = ([row for row in rows if _is_shown(row)] for rows in (report.rows, report.also))
    names = {row.artifact.artifact_id: row.artifact.name for row in kept}
    gone = [row.artifact.name for row in report.rows if row.artifact.artifact_id not in names]
    themes = tuple(t for theme in report.themes if (t := _theme(theme, names, gone)) is not None)
    shown = {row.artifact.name for row in kept}
    theme_of = {identity: theme.name for theme in themes for identity in theme.artifact_ids}
    return replace(
        report,
        mode="public",
        rows=tuple(_row(row, theme_of, shown) for row in kept),
        also=tuple(_row(row, theme_of, shown) for row in also),
        themes=themes,
        funnel=tuple(_step(step, shown) for step in report.funnel),
        first_seen=_day(report.first_seen),
        last_seen=_day(report.last_seen),
        limits=(*map(redact, report.limits), _sentence(len(report.rows) - len(kept))),
        manifest={redact(key): _redacted(value) for key, value in report.manifest.items()},
        expires_at=None,
    )


def redact(text: str) -> str:
    """*text* with ``(left out)`` for every link, handle and path.

    >>> redact("refused by https://example.org/a for @ann, see /home/ann/80s.csv")
    'refused by (left out) for (left out), see (left out)'
    """
    words = (LEFT_OUT + word[len(word.rstrip(_TAIL)) :] if _is_private(word) else word for word in text.split(" "))
    return " ".join(words)


def _is_shown(row: RankedArtifact) -> bool:
    return row.n_authors >= MIN_AUTHORS and not _is_private(row.artifact.name)


def _is_private(text: str) -> bool:
    return any(_PRIVATE.search(word) for word in text.split())


def _row(row: RankedArtifact, theme_of: Mapping[str, str], shown: Collection[str]) -> RankedArtifact:
    artifact = row.artifact
    return replace(
        row,
        artifact=replace(
            artifact,
            also_called=tuple(s for s in artifact.also_called if not _is_private(s)),
            spellings=tuple(s for s in artifact.spellings if not _is_private(s.name)),
            keys=(),
        ),
        first_seen=_day(row.first_seen),
        last_seen=_day(row.last_seen),
        evidence=(),
        verdict=None,
        theme=theme_of.get(artifact.artifact_id),
        # the parent may be known to fewer people than may be shown
        parent=row.parent if row.parent in shown else None,
    )


def _step(step: FunnelStep, shown: Collection[str]) -> FunnelStep:
    return replace(step, examples=(), moved=tuple(move for move in step.moved if move.name in shown))


def _theme(theme: Theme, names: Mapping[str, str], gone: Collection[str]) -> Theme | None:
    ids = tuple(identity for identity in theme.artifact_ids if identity in names)
    if len(ids) < 2:
        return None
    return replace(theme, name=_theme_name(theme, [names[i] for i in ids], gone), artifact_ids=ids)


def _theme_name(theme: Theme, kept: Sequence[str], gone: Collection[str]) -> str:
    is_told = any(name in theme.name for name in gone) or _is_private(theme.name)
    return " · ".join(kept[:_N_NAMES]) if is_told else theme.name


def _day(time: datetime | None) -> datetime | None:
    return None if time is None else time.replace(hour=0, minute=0, second=0, microsecond=0)


def _sentence(n_dropped: int) -> str:
    kind = "artifact" if n_dropped == 1 else "artifacts"
    return (
        f"This is the public copy: quotes, links and {n_dropped:,} {kind} that fewer than {MIN_AUTHORS} authors name "
        "are not in it; ranks are those of the whole list."
    )


def _redacted(value: object) -> object:
    match value:
        case str():
            return redact(value)
        case Mapping():
            return {redact(str(key)): _redacted(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_redacted(inner) for inner in value]
    return value
