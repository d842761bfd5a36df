"""Which of several names in one place is meant: the longest that is one thing."""

from __future__ import annotations

from collections.abc import Sequence

from miner.records import Mention


def resolve(mentions: Sequence[Mention], accepted: frozenset[str] | set[str]) -> list[Mention]:
    """Mentions whose key is *accepted* and that lie in no longer accepted one of the same part of the same post.

    "old Sony Walkman" names Sony Walkman; its "Walkman" is not counted again. Mentions that overlap without one lying
    in the other keep the longer, then the earlier. Hashtags lie in nothing.

    Args:
        mentions: Mentions of any number of posts, a post's together.
        accepted: Keys that were judged to be artifacts.
    """
    kept: list[Mention] = []
    place: tuple[int, int] | None = None
    taken: list[tuple[int, int]] = []
    wanted = [m for m in mentions if m.key in accepted]
    for mention in sorted(wanted, key=lambda m: (m.post, m.part, m.start - m.end, m.start, m.key)):
        if mention.part < 0:
            kept.append(mention)
            continue
        if (mention.post, mention.part) != place:
            place, taken = (mention.post, mention.part), []
        if all(mention.end <= start or mention.start >= end for start, end in taken):
            taken.append((mention.start, mention.end))
            kept.append(mention)
    return kept
