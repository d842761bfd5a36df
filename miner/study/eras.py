"""Eras as the commands name and show them."""

from __future__ import annotations

import json

from miner.eras import Era, load_era

ANY = "any"


def load_study_era(name: str) -> Era | None:
    """The era called *name*, or in the file at that path; None for ``any``: all posts.

    Raises:
        UnknownName: There is no such era.
        EraError: The file cannot be read or contradicts itself.
    """
    return None if name == ANY else load_era(name)


def describe_era(name: str, *, as_json: bool = False) -> str:
    """The era called *name* in words or as JSON: years, tags by language, and what only looks like it.

    Raises:
        UnknownName, EraError: As :func:`load_study_era`.
    """
    era = load_era(name)
    facts = {
        "name": era.name,
        "title": era.title,
        "aliases": list(era.aliases),
        "start": era.start,
        "end": era.end,
        "tags": {language: list(tags) for language, tags in era.tags.items()},
    }
    if as_json:
        return json.dumps(facts, ensure_ascii=False, indent=1)
    lines = [f"{era.name}: {era.title}, {era.start}-{era.end}", f"also: {', '.join(era.aliases) or 'no other name'}", "tags:"]
    lines += [f"  {language}  {' '.join('#' + tag for tag in tags)}" for language, tags in era.tags.items()]
    return "\n".join(lines)
