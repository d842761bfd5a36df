"""Era files: those that ship, a user's own, and what an error says."""

from __future__ import annotations

import re
from importlib import resources
from itertools import combinations
from pathlib import Path

import pytest

from miner.eras import ERAS, Era, EraReader, era_names, load_era, read_eras
from miner.eras.checks import matches_example
from miner.eras.fold import tag_key
from miner.errors import EraError, UnknownName

GOOD = """\
name = "disco"
title = "The disco years"
start = 1974
end = 1979

[tags]
en = ["disco", "discofever"]
it = ["discoanni70"]

[words]
en = ["disco era"]

[[lookalikes]]
pattern = 'windows disco era'
why = "a program"
example = "Windows Disco Era"
"""

TAGS = 'en = ["disco", "discofever"]\nit = ["discoanni70"]'
PATTERN = "pattern = 'windows disco era'"
WHY = 'why = "a program"'
FIELDS = (
    "there are: name, title, start, end, tags, aliases, decade, short, words, tokens, lookalikes. Rename or remove it."
)
LOOKALIKE_FIELDS = "there are: pattern, why, example, language, where. Rename or remove it."
DECADE = 'Write for example decade = "80".'
HASHTAG = "Write one without blanks, of letters and digits."
REASON = "missing ), unterminated subpattern at position 6"
MEND = "'Windows Disco Era'. Patterns are matched in lower case without accents; mend one of the two."


@pytest.fixture(params=era_names())
def era(request: pytest.FixtureRequest) -> Era:
    return load_era(str(request.param))


def test_there_is_an_era_for_each_decade_of_a_century() -> None:
    assert [(e.start, e.end) for e in map(load_era, era_names())] == [(y, y + 9) for y in range(1920, 2020, 10)]


def test_a_shipped_era_is_complete(era: Era) -> None:
    assert {"en", "de", "it", "es", "fr", "pt", "nl", "pl", "sv", "tr", "ja", "ko", "zh", "ru"} <= set(era.tags)
    assert all(era.tags.values())
    assert len(era.words) >= 12
    assert era.all_tags()[0] in {era.name, f"{era.start}s"}


def test_eras_are_read_as_parts_of_the_package() -> None:
    files = {file.name for file in resources.files("miner.eras").iterdir() if file.name.endswith(".toml")}
    assert files == {*ERAS.values(), "decades.toml"}


def test_no_tag_of_one_decade_is_in_another() -> None:
    keys = {name: {tag_key(tag) for tag in load_era(name).all_tags()} for name in era_names()}
    assert [(a, b, keys[a] & keys[b]) for a, b in combinations(keys, 2) if keys[a] & keys[b]] == []


def test_every_tag_and_every_word_is_read_as_its_own_decade_alone(era: Era) -> None:
    reader = EraReader([load_era(name) for name in era_names()])
    tags = {tag: {hit.era for hit in reader.read("", [tag])} for tag in era.all_tags()}
    assert {tag: eras for tag, eras in tags.items() if eras != {era.name}} == {}
    words = {word: {h.era for h in reader.read(f"x: {word}.")} for listed in era.words.values() for word in listed}
    assert {word: eras for word, eras in words.items() if eras != {era.name}} == {}


def test_a_look_alike_matches_its_example_which_is_then_no_era(era: Era) -> None:
    reader = EraReader([era])
    for look in era.lookalikes:
        assert matches_example(look), look
        hits = reader.read("", [look.example]) if look.where == "tag" else reader.read(look.example)
        assert hits == (), look


def test_look_alikes_of_a_decade_are_written_once_for_all() -> None:
    forties, eighties = ({look.why for look in load_era(name).lookalikes} for name in ("1940s", "80s"))
    assert {"an age", "a temperature", "seconds", "money", "streets"} <= forties & eighties


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("80s", "80s"), ("1980s", "80s"), ("'80s", "80s"), ("80S", "80s"), ("1980’s", "80s"), ("eighties", "80s"),
        ("20s", "1920s"), ("1920s", "1920s"), ("30s", "1930s"), ("50s", "50s"), ("1950s", "50s"), ("2000s", "2000s"),
        ("00s", "2000s"), ("Noughties", "2000s"), ("aughts", "2000s"), ("10s", "2010s"), ("1990s", "90s"),
    ],
)  # fmt: skip
def test_an_era_answers_to_its_aliases(typed: str, name: str) -> None:
    assert load_era(typed).name == name


def test_an_unknown_era_lists_those_there_are_nearest_first() -> None:
    with pytest.raises(UnknownName) as caught:
        load_era("1890s")
    assert str(caught.value).startswith("There is no era called '1890s'; there are: ")
    assert set(caught.value.known) == set(era_names())


def test_tags_are_given_once_in_the_order_of_the_file_or_of_the_languages_asked_for() -> None:
    era = load_era("80s")
    assert era.all_tags()[:2] == ("80s", "1980s")
    assert era.all_tags(["it", "en"])[:3] == ("anni80", "anniottanta", "musicaanni80")
    assert len(set(era.all_tags())) == len(era.all_tags())


def test_a_language_without_tags_is_an_error_that_lists_the_others() -> None:
    with pytest.raises(UnknownName, match="There is no language of the era 80s called 'xx'; there are: "):
        load_era("80s").all_tags(["en", "xx"])


def test_a_users_own_file_is_an_era_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "disco.toml"
    path.write_text(GOOD, encoding="utf-8")
    disco = load_era(str(path))
    assert (disco.name, disco.start, disco.end, disco.aliases) == ("disco", 1974, 1979, ())
    assert [h.claim for h in read_eras("Saw it in 1977, in the Disco Era", ["DiscoFever"], [disco])] == [
        "tag", "year", "word",
    ]  # fmt: skip
    assert read_eras("Windows Disco Era and 1977 calories, the 70s", [], [disco]) == ()


def test_a_users_decade_gets_the_shapes_of_all_decades(tmp_path: Path) -> None:
    path = tmp_path / "long-eighties"
    path.write_text(GOOD.replace("start", 'decade = "80"\nshort = true\nstart'), encoding="utf-8")
    own = load_era(path)
    assert [h.text for h in read_eras("gli anni 80", ["80scartoons"], [own])] == ["80scartoons", "anni 80"]
    assert read_eras("in my 80s", [], [own]) == ()


def test_a_path_object_or_a_suffix_always_means_a_file(tmp_path: Path) -> None:
    with pytest.raises(UnknownName):
        load_era(Path("80s-that-is-not-there"))
    with pytest.raises(EraError, match=r"The era file .*none\.toml cannot be read: No such file or directory\. Check"):
        load_era(tmp_path / "none.toml")
    with pytest.raises(EraError, match="cannot be read: Is a directory"):
        load_era(tmp_path)
    (tmp_path / "latin.toml").write_bytes('title = "années"'.encode("latin-1"))
    with pytest.raises(EraError, match=r"is not UTF-8 text: .*\. Save it as UTF-8\."):
        load_era(str(tmp_path / "latin.toml"))


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("start = 1974", "start = = 1974", 3, "not TOML: Invalid value. Mend that line."),
        ("start = 1974", 'start = 1974\ntitel = "x"', 4, f"there is no field 'titel' in an era; {FIELDS}"),
        ("end = 1979\n", "", None, "the field 'end' of an era is missing. Add it."),
        ("start = 1974", "start = 1984", 3, "start (1984) is after end (1979). Swap them, or mend the wrong one."),
        ("end = 1979", "end = 19790", 4, "end is 19790, outside 1000 to 2100. Write a year of four digits."),
        ("start = 1974", "start = 974", 3, "start is 974, outside 1000 to 2100. Write a year of four digits."),
        ("start = 1974", 'start = "1974"', 3, "start is '1974', not a whole number. Write a whole number."),
        ("start = 1974", "start = true", 3, "start is True, not a whole number. Write a whole number."),
        ('"disco"\ntitle', '" "\ntitle', 1, "name is empty. Write a name in the quotes."),
        ("end =", 'decade = "7"\nend =', 4, f"decade is '7', not two digits in quotes. {DECADE}"),
        ("end =", 'short = "no"\nend =', 4, "short is 'no', not true or false. Write true or false."),
        (TAGS, "en = []", 6, 'tags is empty. List at least one hashtag, for example en = ["80s"].'),
        ('"discofever"', '"#discofever"', 7, "tags holds '#discofever'. Write tags without #."),
        ('"discofever"', '"disco fever"', 7, f"tags holds 'disco fever', which is no hashtag. {HASHTAG}"),
        ('"discofever"', '"--"', 7, f"tags holds '--', which is no hashtag. {HASHTAG}"),
        ('"discofever"', "7", 7, "en is 7, not a list of texts in quotes. Write a list of texts in quotes."),
        ('it = ["discoanni70"]', 'it = "disco70"', 8, "it is 'disco70', not a list. Write a list."),
        ('en = ["disco era"]', 'en = [""]', 10, "words holds '': 0 characters. Write 1 to 100 characters."),
        (PATTERN, "pattern = 'disco ('", 14, f"the pattern 'disco (' is no regular expression: {REASON}. Mend it."),
        (PATTERN, "pattern = 'Disco'", 14, f"the pattern 'Disco' does not match its example {MEND}"),
        (WHY, 'wy = "a program"', 15, f"there is no field 'wy' in a look-alike; {LOOKALIKE_FIELDS}"),
        (f"{WHY}\n", "", 14, "the field 'why' of a look-alike is missing. Add it."),
        (WHY, f'{WHY}\nwhere = "title"', 16, 'where is \'title\'. Write "text" or "tag".'),
        (WHY, "why = 5", 15, "why is 5, not a text in quotes. Write a text in quotes."),
    ],
)
def test_a_mistake_in_a_file_is_answered_with_its_line_and_the_next_step(
    tmp_path: Path, old: str, new: str, line: int | None, said: str
) -> None:
    path = tmp_path / "mine.toml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(EraError) as caught:
        load_era(path)
    assert str(caught.value) == f"{path}{f', line {line}' if line else ''}: {said}"
    assert caught.value.exit_code == 2


def test_a_file_that_ends_too_early_is_answered_with_its_last_line(tmp_path: Path) -> None:
    path = tmp_path / "cut.toml"
    path.write_text('name = "x"\ntags = [', encoding="utf-8")
    with pytest.raises(EraError, match=re.escape(f"{path}, line 2: not TOML: Invalid value. Mend that line.")):
        load_era(path)


def test_a_span_of_years_is_an_era_of_the_posts_that_name_one() -> None:
    span = load_era("1983..1986")
    assert (span.start, span.end, span.title) == (1983, 1986, "The years 1983 to 1986")
    assert span.all_tags() == ("1983", "1984", "1985", "1986")
    texts = {"summer of 1984": True, "back in '85": True, "the 80s": False, "1987": False, "1984 dollars": False}
    assert {text: bool(read_eras(text, [], [span])) for text in texts} == texts
    # a post may belong to several
    assert {hit.era for hit in read_eras("summer of 1984", [], [span, load_era("80s")])} == {"1983..1986", "80s"}


@pytest.mark.parametrize("span", ["1990..1980", "1700..1750", "1900..1999"])
def test_a_span_that_is_none_is_refused(span: str) -> None:
    with pytest.raises(EraError, match="no span of years"):
        load_era(span)


def test_y2k_is_a_name_of_the_2000s() -> None:
    assert load_era("y2k").name == "2000s"
