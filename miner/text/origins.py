"""Where candidates come from: each origin is a function that yields spans and says what it misses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from spacy.tokens import Doc

MAX_QUOTED_WORDS = 6

Span = tuple[int, int, str]

_LOWER_INSIDE = r"(?:of|the|to|in|a|an|on|for|and|&|'n'|n|vs\.?|from|with|my|your|at|de|la|du|des|der|die|das|di|del)"
# "Mr. T", "G.I. Joe" and "E.T." keep their points; "Simon. It was" ends at its own
_CAPITAL_WORD = r"(?:(?:Mr|Mrs|Ms|Dr|St|Jr|vs)\.|(?:[A-Z]\.){2,}|[A-Z0-9ÀÁÂÄÇÈÉÊÍÎÓÔÖÚÛÜ][\w'&+-]*(?:\.[\w'&+-]+)*)"
_TITLE: Final = re.compile(
    rf"(?<![\w.]){_CAPITAL_WORD}"
    rf"(?:[ ]{_LOWER_INSIDE}(?:[ ]{_LOWER_INSIDE})?(?=[ ]{_CAPITAL_WORD})|[ ]{_CAPITAL_WORD}){{0,7}}"
)
_QUOTED: Final = re.compile(r"\"([^\"\n]{2,60})\"|(?<!\w)'([A-Z][^'\n]{2,60})'(?!\w)")
_ITEM: Final = re.compile(r"[^,\n;•·|/]+")
_ITEM_MARK: Final = re.compile(
    r"^\s*(?:[-*•·+]|\d{1,2}[.)])\s+|^\s*(?:and|or|und|oder|e|ed|y|et|ou|plus|&)\s+", re.IGNORECASE
)


def titles(text: str) -> Iterator[Span]:
    """Runs of capitalised words, small words allowed inside: "Back to the Future", "Run-DMC", "Speak & Spell".

    Misses lower-case titles, and yields people and places alike. Lines that are capitalised throughout tell nothing
    and are left to the other origins.
    """
    for line in re.finditer(r"[^\n]+", text):
        words = re.findall(r"[^\W\d_][\w'-]*", line.group())
        if len(words) > 5 and sum(w[0].isupper() for w in words) > 0.6 * len(words):
            continue
        for match in _TITLE.finditer(text, line.start(), line.end()):
            yield match.start(), match.end(), "title"
            yield from _parts_of(match.start(), match.group())


def _parts_of(start: int, title: str) -> Iterator[Span]:
    """Beginnings and ends of a long title: "Street Fighter" of "Street Fighter II Ken"."""
    words = [(start + w.start(), start + w.end()) for w in re.finditer(r"\S+", title)]
    if len(words) > 2:
        for i in range(1, len(words)):
            yield words[0][0], words[i - 1][1], "title"
            yield words[i][0], words[-1][1], "title"


def quoted(text: str) -> Iterator[Span]:
    """What stands between quotation marks, up to six words: a title, or irony."""
    for match in _QUOTED.finditer(text):
        group = 1 if match.group(1) else 2
        if len(match.group(group).split()) <= MAX_QUOTED_WORDS:
            yield match.start(group), match.end(group), "quote"


def list_items(text: str) -> Iterator[Span]:
    """Items of enumerations of three or more short items: "Atari, Simon, Lite Brite".

    Misses lists of two, and lists whose items are sentences.
    """
    run: list[Span] = []
    for match in _ITEM.finditer(text):
        item = match.group()
        start = match.start() + (mark.end() if (mark := _ITEM_MARK.match(item)) else 0)
        # "Atari, Simon and Lite Brite. I miss them": the last item ends with its sentence
        stop = text.find(". ", start, match.end())
        end = stop if stop > 0 else match.end()
        if 0 < len(text[start:end].split()) <= 5:
            run.append((start, end, "list"))
        else:
            yield from _long_enough(run)
            run = []
    yield from _long_enough(run)


def _long_enough(run: list[Span]) -> list[Span]:
    return run if len(run) >= 3 else []


def runs(doc: Doc) -> Iterator[Span]:
    """Runs of adjectives, nouns, names and numbers that end in a noun, a name or a number after a name.

    Words are what blanks part, so that "He-Man" and "Run-DMC" stay whole. Each run gives itself, its nouns without the
    adjectives, and the names inside it ("Walkman" of "Walkman batteries"). Needs a tagger; works on fragments.
    """
    run: list[tuple[int, int, str]] = []
    for start, end, pos, is_last in _words(doc):
        if pos in {"ADJ", "NOUN", "PROPN", "NUM"}:
            run.append((start, end, pos))
        else:
            yield from _run_spans(run)
            # taggers take the first word of "slap bracelets" and "jump rope" for a verb
            run = [(start, end, "VERB")] if pos == "VERB" else []
        if is_last:
            yield from _run_spans(run)
            run = []
    yield from _run_spans(run)


def _words(doc: Doc) -> Iterator[tuple[int, int, str, bool]]:
    """Start, end, part of speech, and whether a break follows, of each blank-separated word that has a letter."""
    text = doc.text
    for match in re.finditer(r"\S+", text):
        word = match.group()
        core = re.search(r"[\w#](?:.*\w)?", word)
        if core is None:
            yield match.start(), match.end(), "PUNCT", True
            continue
        start, end = match.start() + core.start(), match.start() + core.end()
        if core.start() and not word.startswith("'"):
            yield start, start, "PUNCT", True
        span = doc.char_span(start, end, alignment_mode="expand")
        tags = [t.pos_ for t in span if t.is_alpha or t.like_num] if span is not None else []
        pos = "PROPN" if "PROPN" in tags else (tags[-1] if tags else "X")
        if pos == "NUM" and not re.fullmatch(r"[\d.,]+|[a-z]+", text[start:end]):
            # "8-track", "35mm", "Z80"
            pos = "NOUN"
        if len(tags) > 1 and pos not in {"PROPN", "NOUN", "NUM"}:
            # "I'm", "that's"
            pos = "X"
        is_last = match.end() < len(text) and text[match.end()] == "\n"
        yield start, end, pos, is_last or (core.end() < len(word) and word[core.end() :] not in {"'s", "'"})


def _run_spans(run: list[tuple[int, int, str]]) -> Iterator[Span]:
    while run and (run[-1][2] == "ADJ" or (run[-1][2] == "NUM" and (len(run) < 2 or run[-2][2] != "PROPN"))):
        run = run[:-1]
    if len(run) > 1 and run[0][2] == "VERB" and run[1][2] == "NOUN":
        yield run[0][0], run[1][1], "run"
    if run and run[0][2] == "VERB":
        run = run[1:]
    # "6,000 miles", "two dolls": a number before a noun counts things and names none
    while run and run[0][2] == "NUM":
        run = run[1:]
    if not run:
        return
    end = run[-1][1]
    first_noun = next((i for i, w in enumerate(run) if w[2] in {"NOUN", "PROPN"}), 0)
    starts = {0, max(0, first_noun - 1), first_noun}
    if len(run) - first_noun > 2:
        # "summer movie soundtrack cassette": the last two nouns are often the thing
        starts.add(len(run) - 2)
    for i in sorted(starts):
        yield run[i][0], end, "run"
    for i in range(first_noun, len(run) - 1):
        # "slurpee bar", "answering machine tape": what a thing is for may be the thing
        yield run[first_noun][0], run[i][1], "run"
    names = [i for i, w in enumerate(run) if w[2] == "PROPN"]
    if names and names[-1] < len(run) - 1:
        yield run[names[0]][0], run[names[-1]][1], "run"


def chunks(doc: Doc) -> Iterator[Span]:
    """SpaCy's noun chunks. Need a verb nearby to be right: fragments are left to :func:`runs`."""
    for chunk in doc.noun_chunks:
        if chunk.root.pos_ != "PRON":
            yield chunk.start_char, chunk.end_char, "chunk"
