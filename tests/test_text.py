"""Cleaning, spelling keys, hashtags, near-duplicates, sellers."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from miner.names import spelling_key, trim
from miner.text.accounts import frame, is_offer, repeaters, sellers
from miner.text.clean import MAX_CHARS, clean
from miner.text.duplicates import MAX_COMPARED, MIN_BANDS, THRESHOLD, Compared, originals
from miner.text.hashtags import split_hashtag
from miner.text.language import language_of
from miner.text.sketch import N_BANDS, hash_of, plain_words, sketches, whole

SAME = [
    ("Rubik's Cube", "rubiks cubes"),
    ("Pac-Man", "#pacman"),
    ("Trapper Keeper", "trapperkeepers"),
    ("Dungeons & Dragons", "dungeons and dragons"),
    ("Pokémon cards", "pokemon card"),
    ("The Goonies", "goonies"),
]
DIFFERENT = [
    ("Atari 2600", "Atari 7800"),
    ("Walkman", "Walkie-Talkie"),
    ("Simon", "Simon Says"),
    ("G.I. Joe", "GI Jane"),
]


@pytest.mark.parametrize(("one", "two"), SAME)
def test_spellings_of_one_name_share_a_key(one: str, two: str) -> None:
    assert spelling_key(one) == spelling_key(two)


@pytest.mark.parametrize(("one", "two"), DIFFERENT)
def test_different_things_do_not(one: str, two: str) -> None:
    assert spelling_key(one) != spelling_key(two)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("my good old 80s Walkman", "Walkman"),
        ("some awesome neon leg warmers from", "neon leg warmers"),
        ("1985 Nintendo Entertainment System", "Nintendo Entertainment System"),
        ("an original Game Boy!", "Game Boy"),
        ("Windows 2000", "Windows 2000"),
        ("the late '70s", ""),
        ("8-track tape", "8-track tape"),
    ],
)
def test_what_stands_around_a_name_is_trimmed(written: str, name: str) -> None:
    assert trim(written) == name


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("see https://example.org/a?b=c now", "see now"),
        ("[TOMT][Movie] a robot", "a robot"),
        ("[my Walkman](http://i.example/x.jpg)", "my Walkman"),
        ("&lt;b&gt;hi&lt;/b&gt; &amp; you", "hi & you"),
        ("<script>alert(1)</script> Simon", "alert(1) Simon"),
        ("r/nostalgia told u/someone and @ann@example.social", "told and"),
        ("Wal\u200bk\u202eman", "Walkman"),
        ("**Lite** _Brite_", "Lite Brite"),
        ("x" * 3000 + " Tang", "Tang"),
    ],
)
def test_a_clean_text_holds_what_the_person_wrote(written: str, plain: str) -> None:
    assert clean(written) == plain


@given(st.text(max_size=400) | st.text(alphabet="[](){}<>*_~`&;:/#@.rutphsw \n\u200b", max_size=200))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


@pytest.mark.parametrize(
    "unit", ["[", "[a](", "<a ", "**", "&amp;", "https://", "a.b.", "@a", "\u202e", "(((", "x.com"]
)
def test_hostile_repetition_costs_no_more_than_its_length(unit: str) -> None:
    started = time.process_time()
    clean(unit * (MAX_CHARS // len(unit)))
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("trapperkeeper", "trapper keeper"),
        ("GarbagePailKids", "Garbage Pail Kids"),
        ("RubiksCube", "Rubiks Cube"),
        ("walkman", "walkman"),
        ("pacman", "pacman"),
        ("xqzzkrw", "xqzzkrw"),
        ("lite_brite", "lite brite"),
    ],
)
def test_hashtags_are_parted_where_words_meet(tag: str, words: str) -> None:
    assert split_hashtag(tag) == words


def test_near_duplicates_point_to_the_first() -> None:
    joke = "Only 80s kids remember rewinding a cassette with a pencil before school every single morning"
    texts = [
        joke,
        "I loved my Walkman more than my own brother, true story",
        joke + "!!",
        joke.replace("every", "each"),
        "who had this?",
        "who had this?",
    ]
    bands = sketches(texts)
    assert len(bands) == N_BANDS
    wholes = np.array([whole(text) for text in texts])
    found = originals(wholes, lambda i: bands[i], lambda rows: [texts[i] for i in rows.tolist()])
    assert found.tolist() == [0, 1, 0, 0, 4, 5]


def seen_by(texts: list[str], compared: Compared | None = None) -> list[int]:
    bands, wholes = sketches(texts), np.array([whole(text) for text in texts])
    found = originals(wholes, lambda i: bands[i], lambda rows: [texts[i] for i in rows.tolist()], compared=compared)
    return list(found.tolist())


def one_after_the_other(texts: Sequence[str]) -> list[int]:
    """What :func:`originals` says it gives, in the plainest way: each text against those before it."""
    bands, found = sketches(texts).T, list[int]()
    pairs = [set(pairwise(plain_words(text))) for text in texts]
    for row, text in enumerate(texts):
        heads = [i for i in range(row) if found[i] == i]
        same = [i for i in range(row) if whole(text) and whole(texts[i]) == whole(text)]
        in_bands = [[i for i in heads if bands[i][b] == bands[row][b]][:MAX_COMPARED] for b in range(N_BANDS)]
        met = [i for i in heads if sum(i in members for members in in_bands) >= MIN_BANDS]
        near = [i for i in met if len(pairs[i] & pairs[row]) >= THRESHOLD * len(pairs[i] | pairs[row])]
        found.append(found[same[0]] if same else near[0] if whole(text) and near else row)
    return found


@pytest.fixture(scope="module")
def chains() -> list[str]:
    """Sixty jokes, each told on with one word changed at a time, so that neighbours are alike and far ones are not."""
    rng = random.Random(80)  # noqa: S311 - nothing secret hangs on it
    words = [f"{a}{b}" for a in ("ka", "lo", "mi", "ru", "ste", "vo") for b in ("dan", "fel", "gor", "ping", "tux")]
    told = []
    for _ in range(60):
        joke = rng.choices(words, k=14)
        for _ in range(rng.randrange(1, 12)):
            joke[rng.randrange(14)] = rng.choice(words)
            told.append(" ".join(joke))
    rng.shuffle(told)
    return told


def test_all_at_once_is_the_same_as_one_after_the_other(chains: list[str]) -> None:
    found = seen_by(chains)
    assert found == one_after_the_other(chains)
    assert 30 < sum(row != original for row, original in enumerate(found)) < len(found) - 30


def test_pairs_compared_before_change_nothing_but_the_time(chains: list[str]) -> None:
    first = Compared()
    seen_by(chains[::2], first)
    keys, is_near = map(np.concatenate, zip(*first.fresh, strict=True))
    order = np.argsort(keys)
    again = Compared(keys=keys[order], is_near=is_near[order])
    assert seen_by(chains[::2], again) == seen_by(chains[::2])
    assert again.fresh == []
    assert seen_by(chains, again) == seen_by(chains)
    whole_run = Compared()
    seen_by(chains, whole_run)
    assert 0 < sum(len(keys) for keys, _ in again.fresh) < sum(len(keys) for keys, _ in whole_run.fresh)


def test_a_shop_is_told_from_a_find() -> None:
    offers = ["Casio watch $35, free shipping", "Swatch 1984, 40 € - DM to buy", "Polaroid camera £20 in my shop"]
    finds = ["Found a Simon for $3 at a garage sale!", "Paid $2 for this lunchbox", "My mum paid £200 for a VCR"]
    told = np.array([is_offer(text) for text in offers + finds])
    assert sellers(told, np.array([1, 1, 1, 2, 2, 2])).tolist() == [1]


def test_an_account_that_repeats_one_frame_is_found() -> None:
    songs = [f"Now playing on: {name} - listen live" for name in ("Take On Me", "Africa", "Thriller", "Jump", "Rio")]
    memories = [
        "I miss my Walkman so much",
        "my brother broke it",
        "we had a Simon too",
        "rain again",
        "long day at work",
    ]
    posts = songs + memories
    first, last = np.array([frame(text) for text in posts]).T
    said = np.array([hash_of(text) for text in posts])
    assert repeaters(said, first, last, np.array([1] * 5 + [2] * 5)).tolist() == [1]
    # the same words five times are one post that everybody shares
    assert repeaters(said[[0] * 5], first[[0] * 5], last[[0] * 5], np.ones(5, np.int64)).tolist() == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Who else had a Trapper Keeper in fifth grade?", "en"),
        ("Wer hatte auch einen Zauberwürfel in der Schultasche?", "de"),
        ("Il mio primo computer è stato il Commodore 64", "it"),
        ("¿Quién se acuerda de los Phoskitos en la merienda?", "es"),
        ("J'avais une Mobylette bleue et un walkman jaune", "fr"),
    ],
)
def test_languages_are_told_without_a_download(text: str, language: str) -> None:
    assert language_of(text) == language
