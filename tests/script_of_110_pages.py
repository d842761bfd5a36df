"""A script of 110 pages, put together from passages written for the tests, with 60 artifacts planted in it."""

from __future__ import annotations

import random

LINES_A_PAGE = 55
N_PAGES = 110
# what is named, how it stands in the script
FITTING = [
    "Walkman", "Rubik's Cube", "Atari 2600", "Commodore 64", "Trapper Keeper", "lava lamp", "Pac-Man", "Speak & Spell",
    "Lite-Brite", "Etch A Sketch", "View-Master", "Big Wheel", "Slinky", "Connect Four", "Betamax", "VHS tape",
    "8-track", "boombox", "Polaroid", "Twinkie", "Pop Rocks", "Lucky Charms", "Kool-Aid", "leg warmers",
    "Members Only jacket", "shag carpet", "wood paneling", "bean bag chair", "rotary phone", "waterbed", "Crock-Pot",
    "TV dinner", "Magic 8 Ball", "Play-Doh", "Silly Putty", "Stretch Armstrong", "Nerf ball", "Weebles", "Lincoln Logs",
    "Cabbage Patch Kids", "ColecoVision", "Dungeons & Dragons", "Star Wars", "mood ring", "roller skates",
    "Slip 'N Slide", "Big Mac", "Dr Pepper", "Hot Wheels", "Tinkertoy",
]  # fmt: skip
NOT_YET = [
    "Game Boy", "Teddy Ruxpin", "Super Soaker", "Tamagotchi", "Furby", "Beanie Babies", "Koosh ball", "New Coke",
    "Nintendo 64", "Polly Pocket",
]  # fmt: skip
_HEADINGS = ["INT. KITCHEN - MORNING", "EXT. CUL-DE-SAC - DUSK", "INT. BASEMENT - NIGHT", "INT. SCHOOL CORRIDOR - DAY"]
_PEOPLE = ["DOTTIE", "MR. HALLORAN", "WENDELL", "SIMON", "AUNT PERPETUA (O.S.)"]
_ACTIONS = [
    "Rain on the window. Nobody has slept, and the radiator ticks as if it were counting.",
    "She pushes the letter under the door, waits, and pulls half of it back.",
    "A dog barks twice, thinks better of it, and lies down on the only dry step.",
    "He folds the map the wrong way, and then again the wrong way, until it is a ball.",
    "The lights of a car pass over the ceiling and take their time about it.",
    "Wendell counts his money. It is the same as before he went out.",
]
_SPEECHES = [
    "You never asked what it cost. You only asked if it was ready.",
    "If he comes back, tell him that we moved. If he asks where, tell him north.",
    "I was nine. Nobody tells you anything when you are nine, so you find the rest out.",
    "That is not a plan. That is a list of things that have to go right.",
]
_PLANTED = [
    "On the table, between the plates: {a}. Nobody mentions it.",
    "Dottie holds up the {a} as if it could answer for her.",
    "He trades his {a} for a week of silence.",
    "In the box under the stairs we find {a}, a torn glove, and dust.",
]


def script(seed: int = 1983) -> tuple[str, dict[str, int]]:
    """The script, and the line (1 is the first) of each planted artifact."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    planted = FITTING + NOT_YET
    rng.shuffle(planted)
    lines = ["Title: The Long Way to Ash Street", "Author: Nobody", "Draft date: May 1983", ""]
    where: dict[str, int] = {}
    every = LINES_A_PAGE * N_PAGES // len(planted)
    for i, name in enumerate(planted):
        while len(lines) < i * every:
            lines += _scene(rng)
        text = rng.choice(_PLANTED).format(a=name if rng.random() < 0.7 else name.upper())
        lines += [text, ""]
        where[name] = len(lines) - 1
    while len(lines) < LINES_A_PAGE * N_PAGES:
        lines += _scene(rng)
    return "\n".join(lines) + "\n.", where


def _scene(rng: random.Random) -> list[str]:
    found = [rng.choice(_HEADINGS), "", rng.choice(_ACTIONS), ""]
    for _ in range(rng.randint(1, 4)):
        found += [rng.choice(_PEOPLE), rng.choice(_SPEECHES), ""]
    return found
