"""Runs of nouns, names, adjectives and numbers, from a tagger alone: they stand on fragments without a verb."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from miner.text.origins import Span
from miner.text.words import Word, stretches

if TYPE_CHECKING:
    from spacy.tokens import Doc

MAX_RUN, MAX_PART, MAX_JOINED = 8, 4, 3

_CONNECTORS: Final = frozenset({"of", "and", "in", "on", "for", "&", "n", "'n'", "'n", "n'", "to", "with", "at"})
# the rest of what stands before a noun and is no part of a name: "had slap bracelets", but "jump ropes"
_PLAIN_VERBS: Final = frozenset(
    (  # noqa: SIM905 - a line of words reads better than a list of strings
        "am are be been being is was were do did does done has have had having get got gets getting go goes going went "
        "make made makes making take took taken takes taking give gave given gives giving see saw seen sees seeing "
        "say said says saying tell told know knew known think thought want wanted wants wanting like liked likes love "
        "loved loves loving miss missed missing remember remembered remembers remembering find found finds finding "
        "use used uses using wear wore worn wears wearing own owned owns buy bought buys buying collect collected keep "
        "kept keeps bring brought brings come came comes coming put puts putting let lets look looked looks looking "
        "need needed needs watch watched watching eat ate eating drink drank drinking listen listened listening "
        "read reading hear heard feel felt show showed shown sell sold selling call called named seem seemed try tried "
        "trying ask asked mean means meant become became start started help helped include includes including win won"
    ).split()
)


def runs(words: Sequence[Word]) -> Iterator[Span]:
    """Runs that end in a noun, a name or a number after one, their parts, and two runs that a small word joins.

    Every part of up to four words is given too: "Sony Walkman" of "Sony Walkman batteries", "tape" of "cassette tape".
    "box of VHS tapes" and "rick and morty" are two runs joined. Misses titles that contain verbs.
    """
    for stretch in stretches(list(words)):
        before: list[Word] = []
        gap: list[Word] = []
        for is_run, group in _groups(stretch):
            if not is_run:
                gap = group
                continue
            # taggers take a strange noun for an adjective: "no more smackdown"
            is_lone = gap and gap[-1].kind == "D" and all(word.kind == "J" for word in group)
            run = [group[-1]._replace(kind="N")] if is_lone else _without_ends(group)
            if run:
                yield from _parts(run)
                if before and _joins(gap):
                    yield from _joined(before, run)
            before, gap = run, []


def _groups(stretch: Sequence[Word]) -> Iterator[tuple[bool, list[Word]]]:
    """Runs and what lies between them, in turn."""
    group: list[Word] = []
    is_run = False
    for i, word in enumerate(stretch):
        inside = word.kind in "PNJC" or (word.kind == "V" and _stands_for_noun(stretch, i))
        if group and inside != is_run:
            yield is_run, group
            group = []
        is_run = inside
        group.append(word)
    if group:
        yield is_run, group


def _stands_for_noun(stretch: Sequence[Word], i: int) -> bool:
    """Whether what the tagger takes for a verb is likely part of a name: "slap bracelets", "the smackdown"."""
    word, previous = stretch[i], stretch[i - 1] if i else None
    if word.text in _PLAIN_VERBS:
        return False
    if previous is not None and previous.kind in "DJ":
        return True
    return i + 1 < len(stretch) and stretch[i + 1].kind in "NJ" and (previous is None or previous.kind in "XVD")


def _without_ends(run: list[Word]) -> list[Word]:
    """*run* from its first word that can begin a name to the last that can end one."""
    while run and (run[-1].kind == "J" or (run[-1].kind == "C" and (len(run) < 2 or not _is_number(run[-1])))):
        run = run[:-1]
    # "6,000 miles", "two dolls": a number before a noun counts things and names none
    while run and run[0].kind == "C":
        run = run[1:]
    return run


def _is_number(word: Word) -> bool:
    return re.fullmatch(r"\d{1,5}", word.text) is not None


def _parts(run: Sequence[Word]) -> Iterator[Span]:
    for j, last in enumerate(run):
        if last.kind == "J":
            continue
        for i in sorted({0, *range(max(0, j + 1 - MAX_PART), j + 1)}):
            size = j - i + 1
            if size <= (MAX_PART if i else MAX_RUN) and run[i].kind != "C" and (size > 1 or last.kind in "PN"):
                yield run[i].start, last.end, "run"


def _joins(gap: Sequence[Word]) -> bool:
    """Whether the words between two runs can stand inside a name: "of", "and the"."""
    return 0 < len(gap) <= 2 and gap[0].text in _CONNECTORS and (len(gap) == 1 or gap[1].kind == "D")


def _joined(left: Sequence[Word], right: Sequence[Word]) -> Iterator[Span]:
    tail = right[: MAX_JOINED + 1]
    for i in sorted({max(0, len(left) - MAX_JOINED), len(left) - 1}):
        for j in sorted({0, len(tail) - 1}):
            if left[i].kind != "C" and tail[j].kind != "J":
                yield left[i].start, tail[j].end, "run"


def chunks(doc: Doc) -> Iterator[Span]:
    """SpaCy's noun chunks; none where no parser ran. Need a verb nearby to be right."""
    if not doc.has_annotation("DEP"):
        return
    for chunk in doc.noun_chunks:
        if chunk.root.pos_ != "PRON":
            yield chunk.start_char, chunk.end_char, "chunk"
