"""Eras as the stages name them."""

from __future__ import annotations

from collections.abc import Callable

from miner.eras import Era, EraReader, load_era
from miner.records import Post

ANY = "any"


def load_study_era(name: str) -> Era | None:
    """The era called *name*, or in the file at that path; None for ``any``: all posts.

    Raises:
        UnknownName: There is no such era.
        EraError: The file cannot be read or contradicts itself.
    """
    return None if name == ANY else load_era(name)


def is_in_era(era: Era) -> Callable[[Post], bool]:
    """Whether a post belongs to *era* by its tags, its text or its alt texts."""
    reader = EraReader([era])
    return lambda post: bool(reader.read(" \n".join((post.text, *post.alt_texts)), post.tags))
