"""Eras as the stages name them."""

from __future__ import annotations

from miner.eras import Era, load_era

ANY = "any"


def load_study_era(name: str) -> Era | None:
    """The era called *name*, or in the file at that path; None for ``any``: all posts.

    Raises:
        UnknownName: There is no such era.
        EraError: The file cannot be read or contradicts itself.
    """
    return None if name == ANY else load_era(name)
