"""The invented posts that the servers are filled with, and what a complete walk must bring back of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

THINGS = (
    ("Walkman", "the orange foam of its headphones"),
    ("Rubik's Cube", "the sticker that never stuck again"),
    ("Commodore 64", "a loading screen that sang"),
    ("Care Bears", "a belly badge rubbed pale"),
    ("VHS tape", "the tracking line that danced"),
    ("Trapper Keeper", "the rip of its velcro in a silent class"),
    ("slap bracelet", "a zebra one, forbidden by June"),
    ("Atari 2600", "a joystick with a torn boot"),
    ("leg warmers", "striped, over jeans, in August"),
    ("boombox", "eight batteries for one afternoon"),
    ("Polaroid camera", "shaking what must not be shaken"),
    ("Cabbage Patch Kid", "the papers of its adoption"),
    ("Swatch", "two on one arm, both late"),
    ("Simon", "its four notes in the dark"),
    ("roller skates", "a key on a shoelace"),
    ("jelly shoes", "the pattern they left on the foot"),
    ("Speak & Spell", 'a voice that said "that is incorrect"'),
    ("Pac-Man", "a queue of coins on the glass"),
    ("My Little Pony", "a mane cut by a brother"),
    ("BMX bike", "cards clothes-pegged to the spokes"),
    ("Lite-Brite", "pegs found by bare feet – for years"),
    ("scratch-and-sniff stickers", "a pizza that smelt of soap"),
    ("Transformers", "an instruction sheet folded wrong"),
    ("mixtape", "a DJ who talked over the ending"),
    ("answering machine", "the whole family shouting hello"),
    ("rotary phone", "a zero that took its time"),
    ("Garbage Pail Kids", "a swap regretted to this day"),
    ("Fraggle Rock", "one hand clap, then another"),
    ("neon windbreaker", "louder when it rained"),
    ("Casio watch", "a calculator for small fingers"),
    ("Glo Worm", "a face lit from within"),
    ("View-Master", "seven dinosaurs & a thumb"),
    ("Teddy Ruxpin", "batteries running slow at bedtime"),
    ("Donkey Kong", "barrels heard in one's sleep"),
    ("Pogo Ball", "a ring of dust on the drive"),
    ("arcade token", "one kept, the arcade gone"),
    ("Saturday cartoons", "a bowl as big as a helmet"),
    ("Ghostbusters", "a vacuum cleaner worn as a backpack"),
    ("perm", "the smell of the hall for a week"),
    ("Etch A Sketch", "a staircase nobody may shake"),
)

SCENES = (
    "Found the {thing} in my aunt's garage: {detail}.",
    "My sister & I shared one {thing}; what I still see is {detail}.",
    "Ask anyone on our street about the {thing} and they will say: {detail}.",
    "Nobody believes me that the {thing} was mine. Proof? {detail}.",
    "The {thing} came on a rainy birthday, and with it {detail}.",
    "I would swap a year of streaming for that {thing} – {detail}.",
    "Flea market, 7 a.m.: a {thing}, two coins, {detail}.",
    "The school took my {thing} for a term. I remember {detail}.",
    "Dad mended the {thing} with tape; ever since, {detail}.",
    "A dream last night with a {thing} in it, and {detail}.",
    "First thing I ever saved up for: the {thing}. Worth it for {detail}.",
    "My children asked what a {thing} is. I told them of {detail}.",
)

AUTHORS = ("marty", "jolene", "desmond", "priya", "casper", "ottilie", "ruben")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An invented post, before a server has it. No text names a decade: each server adds that in its own way.

    Attributes:
        number: Place in the row of drafts, from 0; two numbers never give the same text.
        title: Plain text with the characters that platforms escape: & ' " –.
        text: Plain text of at most 200 characters.
        author: One of AUTHORS.
        created_at: UTC; a later number is later.
        image_alt: What a picture of it shows, for every eighth draft.
    """

    number: int
    title: str
    text: str
    author: str
    created_at: datetime
    image_alt: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A post that a server has.

    Attributes:
        url: Its address or URI as the platform's API gives it: the permalink, the file page, the at:// URI.
        id: The platform's own id.
        title: Plain text; empty where the platform has no titles.
        text: Plain text as planted; a platform may show it with other quotes and dashes.
        tags: Tags without the sign, or categories.
        author: Name of the account.
        created_at: The date the post claims, UTC.
        image_alt: Alternative text of its picture, if it has one.
        is_expected: Whether a complete walk of the tag must bring it; the others it must not bring.
    """

    url: str
    id: str
    title: str
    text: str
    tags: tuple[str, ...]
    author: str
    created_at: datetime
    image_alt: str | None
    is_expected: bool


def drafts(start: int, n: int) -> list[Draft]:
    """Invent *n* posts.

    Args:
        start: Number of the first.
        n: How many.

    Returns:
        The same posts for the same numbers, on every machine.
    """
    return [_draft(number) for number in range(start, start + n)]


def _draft(number: int) -> Draft:
    n_rounds, which = divmod(number, len(THINGS))
    thing, detail = THINGS[which]
    # 12 scenes and 40 things: five steps a round bring every pair once before one comes again
    scene = SCENES[(which + 5 * n_rounds) % len(SCENES)]
    return Draft(
        number=number,
        title=f'"{thing}" – no. {number + 1} of the attic & cellar',
        text=f"{scene.format(thing=thing, detail=detail)} Page {number + 1} of the album.",
        author=AUTHORS[number % len(AUTHORS)],
        created_at=datetime(2021, 3, 1, 6, 30, tzinfo=UTC) + timedelta(hours=5, minutes=7) * number,
        image_alt=f"A {thing} on a kitchen table, photographed at dusk" if number % 8 == 3 else None,
    )
