"""Posts deleted when they are older than their study may keep them; how many they were stays.

The counts stand in the commit that deletes them, as JSON under :data:`PURGED`: a source, a month and how many posts of
how many authors that were.

```
[["mastodon", "2024-05", 812, 640], ["lemmy", null, 3, 3]]
```
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow.compute as pc
from deltalake import DeltaTable

from miner.corpus.erase import finish, mark
from miner.corpus.folder import posts_folder
from miner.corpus.forgotten import remember
from miner.corpus.key import AuthorKey
from miner.corpus.table import batches, dataset
from miner.corpus.vacuum import Vacuumed

PURGED = "miner.purged"
RETENTION_DAYS = 90
_COLUMNS = ("id", "source", "author", "created_at", "fetched_at")
_Group = tuple[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgedCount:
    """Posts that were deleted, of one source and month.

    Attributes:
        source: The source.
        month: When they were put online, ``2024-05``, UTC; None for posts without a date.
        n_posts: How many.
        n_authors: Distinct authors among them; a post without an author counts as one. Authors of two months, or of
            two purges, may be the same.
    """

    source: str
    month: str | None
    n_posts: int
    n_authors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Old:
    """Posts that are older than they may be.

    Attributes:
        ids: Their ids.
        counts: What stays of them, by source and month.
    """

    ids: tuple[str, ...]
    counts: tuple[PurgedCount, ...]


def old_posts(folder: Path, *, fetched_before: datetime) -> Old:
    """The posts that were fetched before a moment (UTC). Changes nothing."""
    path = posts_folder(folder)
    ids: list[str] = []
    groups: dict[_Group, list[str | None]] = defaultdict(list)
    for batch in batches(dataset(DeltaTable(path), path), list(_COLUMNS), folder):
        old = batch.filter(pc.less(batch.column("fetched_at"), fetched_before))
        for row in old.to_pylist():
            month = row["created_at"].strftime("%Y-%m") if row["created_at"] else None
            groups[row["source"], month].append(row["author"])
            ids.append(row["id"])
    counts = [_count(group, authors) for group, authors in groups.items()]
    return Old(ids=tuple(ids), counts=tuple(sorted(counts, key=lambda count: (count.source, count.month or ""))))


def purge(folder: Path, key: AuthorKey, old: Old) -> Vacuumed:
    """Delete *old* posts from every version, write down their counts, and see to it that they do not come back.

    The caller is the only writer. Raises OSError when the disk is full; run again to finish.
    """
    if old.ids:
        rows = [[count.source, count.month, count.n_posts, count.n_authors] for count in old.counts]
        mark(folder, {PURGED: json.dumps(rows)})
        remember(folder, key, (("purged", post_id) for post_id in old.ids))
    return finish(folder, lambda: key)


def purged_counts(folder: Path) -> list[PurgedCount]:
    """What was purged so far, oldest purge first; a source and month stand once for each purge."""
    counts: list[PurgedCount] = []
    for entry in sorted((posts_folder(folder) / "_delta_log").glob("[0-9]*.json")):
        text = entry.read_text(encoding="utf-8")
        if PURGED not in text:
            continue
        infos = (action["commitInfo"] for line in text.splitlines() if "commitInfo" in (action := json.loads(line)))
        for source, month, n_posts, n_authors in (row for info in infos for row in json.loads(info.get(PURGED, "[]"))):
            counts.append(PurgedCount(source=source, month=month, n_posts=n_posts, n_authors=n_authors))
    return counts


def _count(group: _Group, authors: list[str | None]) -> PurgedCount:
    known = [author for author in authors if author is not None]
    n_authors = len(set(known)) + len(authors) - len(known)
    return PurgedCount(source=group[0], month=group[1], n_posts=len(authors), n_authors=n_authors)
