"""Platforms' HTML as plain text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miner.sources.html import html_to_text

HTML = [
    ("<p>a &amp; b<br>c</p><p>d</p>", "a & b\nc\n\nd"),
    ("<p>one<br /><br />two</p>", "one\ntwo"),
    ("<ul><li>Atari</li><li>Simon</li></ul>after", "Atari\nSimon\n\nafter"),
    ("<p>#<span>RubiksCube</span>, @<span>ann</span></p>", "#RubiksCube, @ann"),
    (
        (
            '<a href="https://www.youtube.com/watch?v=FAEK"><span class="invisible">https://www.</span>'
            '<span class="ellipsis">youtube.com/wat</span><span class="invisible">ch?v=FAEK</span></a>'
        ),
        "https://www.youtube.com/watch?v=FAEK",
    ),
    (
        'see <a href="https://example.org/a/very/long/way">example.org/a/very…</a>',
        "see https://example.org/a/very/long/way",
    ),
    ('<a href="https://example.org/">my page</a>', "my page"),
    ('<p class="quote-inline">RE: <a href="https://x.example/1">https://x.example/1</a></p><p>yes!</p>', "yes!"),
    ("<script>alert(1)</script><style>p{}</style><!-- x -->text", "text"),
    ("readme.txt", "readme.txt"),
    ("", ""),
    ("1 < 2 &lt; 3", "1 < 2 < 3"),
]


@pytest.mark.parametrize(("html", "text"), HTML)
def test_html_becomes_what_a_reader_sees(html: str, text: str) -> None:
    assert html_to_text(html) == text


@given(st.text())
def test_html_never_breaks_the_reading_and_leaves_no_control_characters(html: str) -> None:
    text = html_to_text(html)
    assert not any(ord(c) < 32 and c not in "\n\t" for c in text)
    assert text == text.strip()


def test_a_hundred_thousand_tags_deep_is_read_in_time() -> None:
    assert html_to_text("<b>" * 100_000 + "deep") in {"", "deep"}
