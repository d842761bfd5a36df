"""What a check of a corpus says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["description", "key", "log", "checkpoint", "data", "ids", "clock", "decisions", "leftover"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something about a corpus that is not as it must be.

    Attributes:
        kind: What sort of thing.
        what: A sentence.
        path: The file or folder.
        n_lost: Posts that were acknowledged and cannot be read, or not from this file. An upper bound: some of a
            damaged file may be saved by repair. None when nobody can say.
        streams: The walks that these came from.
        advice: How to mend it.
        is_mendable: Whether repair does.
    """

    kind: Kind
    what: str
    path: Path
    n_lost: int | None = 0
    streams: tuple[str, ...] = ()
    advice: str
    is_mendable: bool = True

    @property
    def is_leftover(self) -> bool:
        """Whether it harms nothing: what a killed process left behind."""
        return self.kind == "leftover"

    def as_dict(self) -> dict[str, object]:
        """As JSON can say it."""
        return {
            "kind": self.kind,
            "what": self.what,
            "file": str(self.path),
            "n_lost": self.n_lost,
            "streams": list(self.streams),
            "advice": self.advice,
            "is_mendable": self.is_mendable,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check found.

    Attributes:
        n_posts: Posts that can be read.
        n_files: Data files of the newest version.
        n_commits: Entries of the log.
        is_busy: Another process was writing, so that what it had under way was not looked at.
        findings: Most serious kinds first; leftovers last.
    """

    n_posts: int
    n_files: int
    n_commits: int
    is_busy: bool
    findings: tuple[Finding, ...]

    @property
    def is_fine(self) -> bool:
        """Whether there is nothing but leftovers, which harm nothing."""
        return all(finding.is_leftover for finding in self.findings)


def facts(name: str, checked: Checked) -> Mapping[str, object]:
    """*checked* as JSON can say it."""
    return {
        "corpus": name,
        "is_fine": checked.is_fine,
        "is_busy": checked.is_busy,
        "n_posts": checked.n_posts,
        "n_files": checked.n_files,
        "n_commits": checked.n_commits,
        "findings": [finding.as_dict() for finding in checked.findings],
    }
