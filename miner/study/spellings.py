"""Why each spelling counts for its artifact, in the words that a report says it with."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from miner.names import spelling_key
from miner.records import Joined, Spelling


def spellings_of(
    used: Mapping[str, int],
    lead: str,
    *,
    slips: Collection[str],
    known: Collection[str],
    judged: Collection[str],
) -> tuple[Spelling, ...]:
    """The other spellings of an artifact, most used first, ties by name.

    Args:
        used: Spelling to the number of posts that use it.
        lead: The spelling that names the artifact.
        slips: Keys that are misspellings of another.
        known: Keys that the catalogue lists as the very thing that *lead* is; empty where it lists no *lead*.
        judged: Keys that the models joined with *lead*, before anybody's decisions were obeyed.
    """
    lead_key = spelling_key(lead)

    def why(key: str) -> Joined:
        if key == lead_key:
            return "letters"
        if key in slips:
            return "slip"
        if key in known:
            return "catalogue"
        return "judged" if key in judged else "team"

    order: Sequence[str] = sorted(used.keys() - {lead}, key=lambda name: (-used[name], name))
    return tuple(Spelling(name=name, n_posts=used[name], joined=why(spelling_key(name))) for name in order)
