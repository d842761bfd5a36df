"""Which department of a production a category belongs to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

PROPS = "Props"
DRESSING = "Set Dressing"
WARDROBE = "Wardrobe"
MAKEUP = "Makeup/Hair"
VEHICLES = "Vehicles"
ART = "Art Department"
MUSIC = "Music"
UNASSIGNED = "unassigned"


class Department(NamedTuple):
    """Where an artifact goes.

    Attributes:
        primary: The department that would look for it; ``unassigned`` for a category that nobody owns.
        also: A second department that might; empty when there is none.
        mm_category: Movie Magic Scheduling's label for the primary one. The labels of these departments are the
            departments' own names; ``unassigned`` stays so, to be filled by hand.
    """

    primary: str
    also: str = ""

    @property
    def mm_category(self) -> str:
        """Movie Magic Scheduling's label."""
        return self.primary


_HANDLED = Department(PROPS, DRESSING)
_PLAIN: Mapping[str, Department] = {
    "toy": _HANDLED,
    "board_game": _HANDLED,
    "electronic_game": _HANDLED,
    "school": _HANDLED,
    "food": _HANDLED,
    "drink": _HANDLED,
    "candy": _HANDLED,
    "cereal": _HANDLED,
    "music_gear": _HANDLED,
    "sport": _HANDLED,
    "home_decor": Department(DRESSING),
    "appliance": Department(DRESSING),
    "fashion": Department(WARDROBE),
    "footwear": Department(WARDROBE),
    "accessory": Department(WARDROBE),
    "fragrance": Department(PROPS),
    "vehicle": Department(VEHICLES),
    "retail": Department(ART),
    "restaurant": Department(ART),
    "ephemera": Department(ART),
}


class _ByName(NamedTuple):
    """A category whose department hangs on the thing: a word of the name decides, else *usual*, with *other* named too.

    Attributes:
        usual: Department when no word decides, or when one of *usual_words* does.
        other: Department when one of *other_words* does.
    """

    usual: str
    other: str
    other_words: frozenset[str]
    usual_words: frozenset[str] = frozenset()


_BY_NAME: Mapping[str, _ByName] = {
    "video_game": _ByName(
        PROPS,
        DRESSING,
        frozenset({"arcade", "cabinet", "cocktail", "pinball", "machine"}),
        frozenset({"handheld", "cartridge", "controller", "joystick", "watch"}),
    ),
    "tech": _ByName(
        PROPS,
        DRESSING,
        frozenset(
            """tv television set console computer pc monitor printer typewriter stereo hifi jukebox turntable speaker
            vcr vhs betamax player recorder projector modem answering payphone booth copier fax antenna amplifier
            receiver desktop mainframe telephone rotary""".split()  # noqa: SIM905
        ),
        frozenset(
            """walkman discman watch calculator camera camcorder pager beeper portable pocket handheld mobile cell
            cellular floppy disk diskette cassette tape flashlight remote polaroid""".split()  # noqa: SIM905
        ),
    ),
    "hair_beauty": _ByName(
        PROPS,
        MAKEUP,
        frozenset(
            """hair hairdo hairstyle haircut mullet perm bang fringe ponytail pigtail mohawk afro flattop jheri curl
            feathered crimped teased braid cornrow bob shag highlight rattail eyeshadow makeup""".split()  # noqa: SIM905
        ),
        frozenset(
            """spray hairspray gel mousse dryer iron brush comb crimper curler roller scrunchie clip barrette shampoo
            conditioner lipstick gloss palette kit polish""".split()  # noqa: SIM905
        ),
    ),
    "media": _ByName(
        ART,
        MUSIC,
        frozenset(
            "song album single lp ep mixtape band soundtrack music mtv remix ballad anthem".split()  # noqa: SIM905
        ),
        frozenset("movie film show series sitcom cartoon magazine comic book poster".split()),  # noqa: SIM905
    ),
}
_WORD = re.compile(r"[^\W_]+")


def department(category: str, name: str) -> Department:
    """The department of an artifact, from its category and, where that leaves it open, from words of its name.

    A video game is a prop unless its name says that it stands (arcade, cabinet, pinball); tech is a prop unless it
    stands on a table (television, computer, stereo); hair and beauty are props, being bottles and tools, unless the
    name is that of a hairstyle; media are for the art department unless they are music. When no word of the name
    decides, the other department is given as *also*. A tool outweighs what it is for: "hair dryer" is a prop.

    >>> department("video_game", "Pac-Man arcade cabinet").primary, department("video_game", "Game Boy").primary
    ('Set Dressing', 'Props')
    >>> department("other", "the mall")
    Department(primary='unassigned', also='')
    """
    if category in _PLAIN:
        return _PLAIN[category]
    if category not in _BY_NAME:
        return Department(UNASSIGNED)
    rule = _BY_NAME[category]
    words = {form for word in _WORD.findall(name.casefold()) for form in (word, word.removesuffix("s"))}
    if words & rule.usual_words:
        return Department(rule.usual)
    return Department(rule.other) if words & rule.other_words else Department(rule.usual, rule.other)
