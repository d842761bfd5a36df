"""Which of several names in one place is meant: the longest that is one thing."""

from __future__ import annotations

from collections.abc import Sequence, Set

from miner.records import Mention


def resolve(mentions: Sequence[Mention], accepted: Set[str]) -> list[Mention]:
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


def believed(mentions: Sequence[Mention], ordinary: Set[str], given: Set[str] = frozenset()) -> list[Mention]:
    """*mentions* without those of names that are ordinary words and are not written as names there.

    "we watched Heat" names the film; "in this heat" and "Heat is bad for tapes" do not. "They Live" is a film, "They
    live next door" is not. A hashtag has no case to go by and is left out too. "Simon" is a game, but in "Simon
    Reynolds" and "Paul Simon" it is somebody's name.

    Args:
        mentions: Mentions of any number of posts.
        ordinary: Spelling keys of names that are ordinary words.
        given: Spelling keys of names that are people's given names too.
    """
    kept = (m for m in mentions if not (m.is_inside and m.key in given))
    return [m for m in kept if m.key not in ordinary or _is_written_as_name(m)]


def _is_written_as_name(mention: Mention) -> bool:
    words = [word for word in mention.surface.split() if len(word) > 3] or mention.surface.split()
    if mention.part < 0 or not all(any(c.isupper() for c in word) for word in words):
        return False
    return len(words) > 1 or not mention.is_initial or mention.origin == "quote"
