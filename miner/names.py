"""Spellings: what the variants of one name share, and what around a name is not part of it."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
_APOSTROPHE = re.compile(r"(?<=\w)['’](?=\w)")

# Words that may stand before a name without being part of it: "my good old Walkman", "some awesome 80s leg warmers"
_LEADING = frozenset(
    """
    a an the this that these those my your his her its our their some any every each no another other such all both
    few many several most much more one two three four five six seven eight nine ten first second last next original
    old older oldest new newer newest good great best better favorite favourite awesome amazing cool nice beautiful
    lovely perfect real actual own same very really just still only even another vintage retro classic ultimate
    iconic legendary nostalgic authentic genuine used cheap rare ancient early mid late childhood beloved favorite
    certain whole entire full huge giant tiny dusty broken sweet damn fucking freaking bloody so-called ol olde ole
    and or but with of in on at for from to by like as is was were are be been got get had have has
    what which who whose where when why how if then than too also not never ever
    """.split()  # noqa: SIM905
)
_TRAILING = frozenset(
    """
    and or but with of in on at for from to by like as is was were are the a an my your his her this that these those
    too also again back up out off down over so etc though still just lol haha now then today here there
    """.split()  # noqa: SIM905
)
_ERA_WORD = re.compile(
    r"(?:the|early|mid|late)?-?'?(?:19|20)?[0-9]0'?s(?:-?(?:style|era|inspired|themed))?|'?(?:19|20)[0-9]{2}|'[0-9]{2}|"
    r"(?:mid|early|late)-?(?:twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties)?|"
    r"twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties|eighties'?|decade",
    re.IGNORECASE,
)
_EDGE = " \t\n\"'.,;:!?()[]{}<>-+*/\\|#&=~_"


def is_era_word(word: str) -> bool:
    """Whether *word* only says when: ``80s``, ``1983``, ``'85``, ``mid-80s``, ``eighties``."""
    return _ERA_WORD.fullmatch(word) is not None


def trim(surface: str) -> str:
    """*surface* without articles, possessives, era words and praise around the name.

    >>> trim("my good old 80s Walkman,")
    'Walkman'
    >>> trim("The A-Team")
    'A-Team'
    """
    words = surface.strip(_EDGE).split()
    while words and (words[0].lower().strip(_EDGE) in _LEADING or is_era_word(words[0].strip(_EDGE))):
        words.pop(0)
    while words and (words[-1].lower().strip(_EDGE) in _TRAILING or _is_trailing_era(words)):
        words.pop()
    return " ".join(words).strip(_EDGE)


def _is_trailing_era(words: list[str]) -> bool:
    # "Walkman 1985" says when; "Windows 2000" or "Blade Runner 2049" is part of the name, so only 19xx and 80s forms go
    return len(words) > 1 and re.fullmatch(r"'?(?:19)?[0-9]0'?s|19[0-9]{2}", words[-1].strip(_EDGE)) is not None


def singular(word: str) -> str:
    """A plain English singular of a lower-case *word*; words that are no plurals may lose an s too, alike everywhere.

    >>> singular("watches"), singular("candies"), singular("glass"), singular("tapes")
    ('watch', 'candy', 'glass', 'tape')
    """
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses", "zzes")):
        return word[:-2]
    return word[:-1]


def words_of(surface: str) -> list[str]:
    """Lower-case words of *surface* without accents and apostrophes, ``&`` as ``and``; letters of any script are kept.

    >>> words_of("Rubik's Cube"), words_of("Speak & Spell"), words_of("Pokémon")
    (['rubiks', 'cube'], ['speak', 'and', 'spell'], ['pokemon'])
    """
    folded = unicodedata.normalize("NFKD", _APOSTROPHE.sub("", surface.replace("&", " and ")).casefold())
    bare = folded if folded.isascii() else "".join(c for c in folded if not unicodedata.combining(c))
    return _WORD.findall(bare)


def spelling_key(surface: str) -> str:
    """What the spellings of one name share: letters and digits of its words, joined, the last word in the singular.

    >>> spelling_key("Rubik's Cubes") == spelling_key("rubiks cube") == spelling_key("#RubiksCube")
    True
    >>> spelling_key("Pac-Man") == spelling_key("pacman")
    True
    >>> spelling_key("Atari 2600") == spelling_key("Atari 7800")
    False
    """
    words = words_of(surface)
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    if words:
        words[-1] = singular(words[-1])
    return "".join(words)
