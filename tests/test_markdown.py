"""Markdown and MFM as plain text: signs go, words stay, and hostile texts cost no time."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from miner.sources.markdown import MAX_LENGTH, Reading, read_markdown
from miner.sources.mfm import mfm_to_text

PLAIN = st.text(st.sampled_from("abcäß1986 ,!?'\"\n/:%()-.そ"), max_size=200)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("My **Atari** *2600* ~~was~~ is `great`", "My Atari 2600 was is great"),
        ("Walkman\nAtari\n\nSimon", "Walkman\nAtari\n\nSimon"),
        ("* Walkman\n* Atari\n\n1. Simon\n2. Pong", "Walkman\nAtari\n\nSimon\nPong"),
        ("1986. What a year!\n\n1984) That too", "1986. What a year!\n\n1984) That too"),
        ("# My toys\n#80s is a hashtag", "My toys\n\n#80s is a hashtag"),
        ("> you wrote\n> this\n\nI did not", "I did not"),
        ("> > twice quoted\n\n> once", ""),
        ("- > quoted in a list\n- mine", "mine"),
        (
            "[Speak & Spell](https://example.org/a_b) and https://example.org/c_d",
            "Speak & Spell and https://example.org/c_d",
        ),
        ("5 &lt; 6 &amp; 7&nbsp;&#x200B;", "5 < 6 & 7"),
        ("It was >!Rosebud!< in the end", "It was Rosebud in the end"),
        (">!Rosebud!<", "Rosebud"),
        ("::: spoiler The end\nRosebud\n:::", "The end\n\nRosebud"),
        ("10^6 of them ^(small print) x^2^ ^^tiny ^_^", "106 of them small print x2 tiny ^_^"),
        ("| toy | year |\n|---|---|\n| Simon | 1978 |", "toy year\nSimon 1978"),
        ("<b>not markup here</b>", "<b>not markup here</b>"),
        ("a_file_name and 2 * 3", "a_file_name and 2 * 3"),
        ("\u200b", ""),
    ],
)
def test_signs_go_and_words_stay(source: str, text: str) -> None:
    assert read_markdown(source).text == text


@pytest.mark.parametrize(
    ("source", "alt_texts"),
    [
        ("![A yellow *Walkman*](https://e.org/a.jpg)", ("A yellow Walkman",)),
        ("[![one](a.jpg)](b) ![](c.jpg) ![two](d.jpg)", ("one", "two")),
        ('![img](3ab9x "The keypad")', ("The keypad",)),
        ("![gif](giphy|3ab9x)", ()),
        ('![blobcat](https://e.org/b.png "emoji blobcat")', ()),
        ("> ![theirs](a.jpg)", ()),
    ],
)
def test_descriptions_of_pictures_are_kept_apart(source: str, alt_texts: tuple[str, ...]) -> None:
    assert read_markdown(source) == Reading(text="", alt_texts=alt_texts)


@given(PLAIN)
@example("a\n\n\n\nb  c ")
def test_plain_words_are_read_without_a_parser_as_with_one(source: str) -> None:
    assert read_markdown(source).text == read_markdown(source + "\n\n**end**").text.removesuffix("end").strip()


@given(PLAIN)
def test_reading_twice_is_reading_once(source: str) -> None:
    once = read_markdown(source).text
    assert read_markdown(once).text == once


@settings(deadline=None)
@given(st.text(max_size=300) | st.text(st.sampled_from("*_[]()<>!`~^|#>-1.\n \\&:a"), max_size=300))
def test_no_text_makes_a_reading_fail_and_none_is_padded(source: str) -> None:
    for text in (read_markdown(source).text, mfm_to_text(source)):
        assert text == text.strip()
        assert "\n\n\n" not in text


@pytest.mark.parametrize(
    "piece", ["[", "![", "*a **b ", "> ", ">!", "!<", "^(", "- ", "~~a", "<a", "`", "|a|\n", "$[x2 ", "[a](", "__a"]
)
def test_hostile_texts_cost_little_time(piece: str) -> None:
    source = piece * (2 * MAX_LENGTH // len(piece))
    started = time.perf_counter()
    read_markdown(source)
    mfm_to_text(source)
    assert time.perf_counter() - started < 60


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("$[x2 $[spin.speed=2s,left My] **Walkman**] [sic]", "My Walkman [sic]"),
        ("これは**太字**です。~~昔~~の*ファミコン*", "これは太字です。昔のファミコン"),
        ("<center><small>Simon</small></center>", "Simon"),
        (
            "[label](https://e.org/a_(b)) ?[quiet](https://e.org) <https://e.org/x_y_z>",
            "label quiet https://e.org/x_y_z",
        ),
        ("> theirs\n>theirs\nmine #80s @bob@e.org :blobcat:", "mine #80s @bob@e.org :blobcat:"),
        ("walkman [Search]\nファミコン [検索]", "walkman\nファミコン"),
        ("my_file_name 5*3 ^_^ _soft_ __loud__ `code`", "my_file_name 5*3 ^_^ soft loud code"),
        ("https://e.org/**a**_b_ **c**", "https://e.org/**a**_b_ c"),
        ("$[x2 never closed", "never closed"),
        ("]] closed too often", "]] closed too often"),
    ],
)
def test_mfm_loses_its_marks_and_no_words(source: str, text: str) -> None:
    assert mfm_to_text(source) == text


@given(PLAIN)
def test_plain_words_are_plain_mfm(source: str) -> None:
    assert mfm_to_text(source).split() == source.split()
