"""Candidates in English: one table a kind of name that was once missed. Every sentence is made up for these tests."""

from __future__ import annotations

import time

import pytest

from miner.text.extract import Text, extract, mentions_of
from miner.text.gazetteer import Gazetteer
from miner.text.lines import loud_lines, quiet
from miner.text.pipeline import UNUSED, load_pipeline, tagged
from miner.text.runs import runs
from miner.text.words import Word, words_in

NOBODY = Gazetteer([])


def surfaces(body: str) -> set[str]:
    return {m.surface for m in mentions_of([Text(post=0, body=body)], nlp=[load_pipeline()], gazetteer=NOBODY)}


HYPHENS = [
    ("she broke my Etch-A-Sketch on day one", "Etch-A-Sketch"),
    ("our Coleco-Vision still turns on", "Coleco-Vision"),
    ("he wore a jean-jacket all year", "jean-jacket"),
]
TITLES = [
    ("we rented The Princess of the Attic twice", "Princess of the Attic"),
    ("nothing beats Race to the Moon for me", "Race to the Moon"),
    ("it took us months to finish Castle Quest: The Lost Crown", "Castle Quest: The Lost Crown"),
    ("my uncle taped 2042: a Robot Story off the telly", "2042: a Robot Story"),
    ("nobody talks about Ships, Storms and Gold any more", "Ships, Storms and Gold"),
    ("I only know him from That 60's Family", "That 60's Family"),
    ("do you remember shows like Here And There too?", "Here And There"),
    ("still looking for Super Lemon Bros. 3 with its box", "Super Lemon Bros. 3"),
    ("the ad for Old Harbour was on every night", "Old Harbour"),
    ("somebody stole Mum's Kingston from the drive", "Kingston"),
]
LOWER_CASE_TITLES = [
    ("we rented robots of the attic twice", "robots of the attic"),
    ("up at six to watch tom and betty", "tom and betty"),
    ("it had a sheet & pillow set", "sheet & pillow"),
]
FRAGMENTS = [
    ("good old trapper keeper and slap bracelets", "slap bracelets"),
    ("roller rink, neon laces, cherry slush", "cherry slush"),
    ("my very first talking bear", "talking bear"),
    ("box of VHS tapes from the loft", "VHS tapes"),
    ("rotary phone in the hall", "rotary phone"),
]
POSSESSIVES = [
    ("found my brother's Sanyo Sportster batteries", "Sanyo Sportster"),
    ("grandma's macrame owl stares at me", "macrame owl"),
    ("my dad's old Opel Kadett", "Opel Kadett"),
]
NUMBERS = [
    ("a TR-606 and an SH-101 on one table", "TR-606"),
    ("my WM-22 ate every tape", "WM-22"),
    ("typed it all on an Apple IIc back then", "Apple IIc"),
    ("an atari 800 under the tree", "atari 800"),
    ("the first one was Pedaler #1, sold in a week", "Pedaler #1"),
    ("they raced the Lotus 97T/2 that year", "Lotus 97T/2"),
    ("i had the zx81 with the wobbly pack", "zx81"),
]
LOUD = [
    ("I HAD A TALKING BEAR AND A LAVA LAMP IN MY ROOM", "LAVA LAMP"),
    ("FOUND THESE ROLLER SKATES AT MY GRANDMAS HOUSE TODAY", "ROLLER SKATES"),
    ("Found My Old Lunch Box In The Attic Of My Parents Today", "Lunch Box"),
]
SEPARATORS = [
    ("Betamax/VHS, whatever you had", "Betamax"),
    ("pogo stick 📼 lava lamp 🧸 jelly shoes", "lava lamp"),
    ("pogo stick + jelly shoes + pop beads", "jelly shoes"),
    ("Sky Pilot (boxed)\nMoon Diver (loose)\nSand Racer (boxed)", "Moon Diver"),
    ("- marbles\n- clackers\n- pea shooter", "clackers"),
]
MARKED = [
    ('we sang "under the plastic moon" for weeks', "under the plastic moon"),
    ("The sequel of 'Night of the Vending Machine' scared me", "Night of the Vending Machine"),
    ("robots of the attic (1984), what a film", "robots of the attic"),
    ("Plastic Parade (1979): four friends in a van", "Plastic Parade"),
    ("The Tin Whistlers - I Will Wait For It", "I Will Wait For It"),
]


@pytest.mark.parametrize(
    ("body", "name"),
    [
        *HYPHENS,
        *TITLES,
        *LOWER_CASE_TITLES,
        *FRAGMENTS,
        *POSSESSIVES,
        *NUMBERS,
        *LOUD,
        *SEPARATORS,
        *MARKED,
    ],
)
def test_a_name_of_each_kind_is_a_candidate(body: str, name: str) -> None:
    assert name in surfaces(body)


@pytest.mark.parametrize(
    ("body", "no_name"),
    [
        ("we walked 6,000 miles", "6,000 miles"),
        ("had slap bracelets on both arms", "had slap bracelets"),
        ("it was just like that for me", "like that"),
        ("Old Walkmans are heavy", "Old Walkmans"),
    ],
)
def test_counting_and_having_are_no_part_of_a_name(body: str, no_name: str) -> None:
    assert no_name not in surfaces(body)


def test_capitals_in_a_headline_tell_nothing() -> None:
    body = "Found My Old Lunch Box In The Attic Of My Parents Today"
    found = {m.surface: m for m in mentions_of([Text(post=0, body=body)], nlp=[load_pipeline()], gazetteer=NOBODY)}
    assert found["Lunch Box"].is_initial
    assert found["Lunch Box"].origin == "run"


def test_a_loud_line_is_read_in_lower_case_and_keeps_its_offsets() -> None:
    text = "MY LAVA LAMP WAS THE BEST THING\nand İ had one"
    assert quiet(text, loud_lines(text)) == "my lava lamp was the best thing\nand İ had one"
    turkish = "İ İ İ İ İ İ İ"
    assert quiet(turkish, [(0, len(turkish))]) == turkish


def test_words_are_what_blanks_and_slashes_part() -> None:
    doc = tagged(load_pipeline(), ["the Coleco-Vision/Atari, (boxed)"])[0]
    assert [(doc.text[w.start : w.end], w.is_first) for w in words_in(doc)] == [
        ("the", True),
        ("Coleco-Vision", False),
        ("Atari", False),
        ("boxed", True),
    ]


def test_a_lone_adjective_after_an_article_is_taken_for_a_noun() -> None:
    words = [Word(0, 3, "D", True, "the"), Word(4, 13, "J", False, "smackdown"), Word(14, 17, "X", False, "too")]
    assert list(runs(words)) == [(4, 13, "run")]
    assert list(runs([words[0]._replace(kind="X"), *words[1:]])) == []


def test_words_of_having_count_within_a_clause_only() -> None:
    texts = [Text(post=0, body="I collected stamps. Marbles too"), Text(post=1, body="I collected marbles")]
    cue = {(m.post, m.key): m.has_cue for m in mentions_of(texts, nlp=[load_pipeline()], gazetteer=NOBODY)}
    assert (cue[0, "stamp"], cue[0, "marble"], cue[1, "marble"]) == (True, False, True)


def test_an_origin_that_is_left_out_finds_nothing() -> None:
    text = Text(post=0, body='we had "Moon Diver", #lavalamp', alt_texts=("a pogo stick",))
    for origins, keys in (
        ({"quote"}, {"moondiver"}),
        ({"hashtag"}, {"lavalamp"}),
        ({"alt"}, {"pogostick", "stick", "pogo"}),
    ):
        found = extract(
            [text], nlp=[load_pipeline()], gazetteer=NOBODY, is_stop_tag=lambda _: False, origins=frozenset(origins)
        )
        assert {m.key for m in found} == keys


def test_noun_chunks_come_only_with_a_parser() -> None:
    texts = [Text(post=0, body="My sister found the plastic moon")]
    parser = load_pipeline(unused=tuple(u for u in UNUSED if u not in {"parser", "attribute_ruler"}))
    for nlp, found in ((parser, {"plastic moon", "sister"}), (load_pipeline(), set())):
        mentions = extract(
            texts, nlp=[nlp], gazetteer=NOBODY, is_stop_tag=lambda _: False, origins=frozenset({"chunk"})
        )
        assert {m.surface for m in mentions} == found


def test_batches_change_nothing() -> None:
    texts = [Text(post=row, body=body) for row, (body, _) in enumerate([*TITLES, *NUMBERS, *LOUD, *SEPARATORS])]
    one, all_at_once = (
        list(extract(texts, nlp=[load_pipeline()], gazetteer=NOBODY, is_stop_tag=lambda _: False, batch_size=n))
        for n in (1, 64)
    )
    assert one == all_at_once


@pytest.mark.parametrize(
    "unit", ["Aa ", "A of ", "a, ", "'A ", '"a', "A: ", "- ", "a - A ", "(1984) ", "the a ", "A/", "#a "]
)
def test_hostile_repetition_costs_no_more_than_its_length(unit: str) -> None:
    started = time.process_time()
    mentions_of([Text(post=0, body=unit * (20_000 // len(unit)))], nlp=(), gazetteer=NOBODY)
    assert time.process_time() - started < 5
