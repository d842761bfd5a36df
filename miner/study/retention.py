"""Posts that were kept long enough."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from miner.corpus import Corpus, corpus_folder
from miner.corpus.folder import read_study
from miner.corpus.purge import RETENTION_DAYS, PurgedCount, old_posts, purge
from miner.corpus.trouble import storage_errors
from miner.errors import UsageError
from miner.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge:
    """What was purged, or would be.

    Attributes:
        days: Days that a post was allowed to stay.
        n_posts: Posts older than that.
        n_bytes: Size of the files that were deleted; 0 in a rehearsal.
        counts: What stays of the posts.
    """

    days: int
    n_posts: int
    n_bytes: int
    counts: tuple[PurgedCount, ...]


def purge_corpus(
    settings: Settings, name: str, *, days: int | None = None, is_rehearsal: bool = False, now: datetime | None = None
) -> Purge:
    """Delete the posts that a corpus has held for longer than it may; their counts stay.

    Args:
        settings: Where the corpus lies.
        name: Its name.
        days: How long a post may stay after it was fetched; None is what the corpus says, else 90.
        is_rehearsal: Only count.
        now: Time of the purge, UTC; None is now.

    Raises:
        UsageError: *days* is below 1, or so many that no calendar reaches back; there is no such corpus.
        CorpusError, StorageFull: It cannot be written.
    """
    corpus = Corpus.open(corpus_folder(settings.corpora, name))
    allowed = days if days is not None else read_study(corpus.folder).retention_days or RETENTION_DAYS
    try:
        before = (now or datetime.now(UTC)) - timedelta(days=allowed)
    except OverflowError as error:
        raise UsageError(f"{allowed} days reach back behind the calendar.", "Give fewer days.") from error
    if allowed < 1:
        raise UsageError(f"A retention of {allowed} days keeps nothing.", "Give a number of days from 1 up.")
    with corpus.writing(), storage_errors(corpus.folder):
        old = old_posts(corpus.folder, fetched_before=before)
        n_bytes = 0 if is_rehearsal else purge(corpus.folder, corpus.author_key(), old).n_bytes
    return Purge(days=allowed, n_posts=len(old.ids), n_bytes=n_bytes, counts=old.counts)
