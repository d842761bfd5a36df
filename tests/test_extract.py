"""Candidate mentions: what each origin finds, and what joins them."""

from __future__ import annotations

import pytest

from miner.text.extract import Text, extract, mentions_of
from miner.text.gazetteer import Gazetteer, KnownName, fold
from miner.text.origins import list_items, quoted, titles
from miner.text.pipeline import load_pipeline

NOBODY = Gazetteer([])


def surfaces(
    body: str, *, names: tuple[str, ...] = (), language: str = "en", alt_texts: tuple[str, ...] = ()
) -> set[str]:
    text = Text(post=0, body=body, language=language, alt_texts=alt_texts)
    nlp = [load_pipeline()] if language == "en" else []
    return {m.surface for m in mentions_of([text], nlp=nlp, gazetteer=Gazetteer(KnownName(name=n) for n in names))}


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("good old trapper keeper and slap bracelets", "slap bracelets"),
        ("We watched Back to the Future twice a week", "Back to the Future"),
        ("my He-Man broke on Christmas day", "He-Man"),
        ("nobody rapped like Run-DMC then", "Run-DMC"),
        ("the G.I. Joe aircraft carrier was huge", "G.I. Joe"),
        ("Atari, Simon, Lite Brite. I miss it all", "Lite Brite"),
        ('I still know every word of "the never ending story"', "the never ending story"),
        ("I had an Atari 2600 in my room", "Atari 2600"),
        ("dad's wood paneling in the basement", "wood paneling"),
        ("found my brother's Sony Walkman batteries", "Sony Walkman"),
        ("#GarbagePailKids forever", "Garbage Pail Kids"),
        ("a cassette tape from 1983", "cassette tape"),
    ],
)
def test_a_name_is_among_the_candidates(body: str, name: str) -> None:
    assert name in surfaces(body)


def test_alt_texts_are_read_as_what_is_seen() -> None:
    text = Text(post=0, body="look what I found", alt_texts=("A yellow Walkman on a wooden table",))
    found = {m.surface: m for m in mentions_of([text], nlp=[load_pipeline()], gazetteer=NOBODY)}
    assert (found["yellow Walkman"].origin, found["yellow Walkman"].part) == ("alt", 1)


def test_offsets_point_at_the_name() -> None:
    body = "Who remembers the Trapper Keeper, or My Little Pony?"
    for mention in mentions_of([Text(post=0, body=body)], nlp=[load_pipeline()], gazetteer=NOBODY):
        assert body[mention.start : mention.end] == mention.surface


def test_one_name_twice_in_a_post_is_one_mention() -> None:
    found = mentions_of([Text(post=0, body="A Walkman. My WALKMAN! #walkman")], nlp=[load_pipeline()], gazetteer=NOBODY)
    assert [m.key for m in found].count("walkman") == 1


def test_other_languages_give_known_names_capitals_lists_and_hashtags() -> None:
    found = surfaces("Mein Zauberwürfel und das Yps-Heft #monchichi", names=("Zauberwürfel",), language="de")
    assert {"Zauberwürfel", "Yps-Heft", "monchichi"} <= found


def test_tags_that_name_an_era_are_no_candidates() -> None:
    texts = [Text(post=0, body="hello", tags=("80s", "walkman", "r/nostalgia"))]
    found = extract(texts, nlp=(), gazetteer=NOBODY, is_stop_tag=lambda tag: tag == "80s")
    assert [m.surface for m in found] == ["walkman"]


def test_a_known_name_is_found_whatever_its_spelling() -> None:
    gazetteer = Gazetteer([KnownName(name="Rubik's Cube"), KnownName(name="Pac-Man")])
    text = "two rubiks cubes, a RUBIK’S CUBE, pacman and Pac Man."
    assert [text[a:b] for a, b in gazetteer.find(text)] == ["rubiks cubes", "RUBIK’S CUBE", "pacman", "Pac Man"]


def test_known_names_that_touch_are_both_found() -> None:
    gazetteer = Gazetteer([KnownName(name="Atari"), KnownName(name="Simon")])
    assert len(list(gazetteer.find("atari simon"))) == 2


def test_an_ordinary_word_is_believed_only_with_a_capital_inside_a_sentence() -> None:
    gazetteer = Gazetteer([KnownName(name="Simon", only_capitalised=True)])
    texts = ("we played Simon all day", "simon says hi", "Simon is my uncle", "I had a Tang, a Simon")
    assert [len(list(gazetteer.find(text))) for text in texts] == [1, 0, 0, 1]


def test_folding_keeps_every_offset() -> None:
    text = "Çà et là: Pokémon™ ½ ﬁ İstanbul 🎮"
    assert len(fold(text)) == len(text)


def test_a_line_in_capitals_throughout_gives_no_titles() -> None:
    assert list(titles("Ten Things Every Child Of The Decade Will Remember")) == []


def test_lists_need_three_items() -> None:
    text = "Atari, Simon\nCare Bears; Smurfs; Gremlins"
    assert [
        text[a:b].strip() for a, b, _ in list_items("Atari and Simon, too bad. It rained all day long and we stayed in")
    ] == []
    assert len(list(list_items(text))) >= 3


def test_quotations_of_a_sentence_are_no_titles() -> None:
    assert list(quoted('he said "I will never ever in my life go back there again" and left')) == []
