"""Platforms' HTML as plain text."""

from __future__ import annotations

import time

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
    ("<html><body>a</body></html>b", "ab"),
    ('<meta charset="latin1">é', "é"),
    ("<?php echo 1 ?>a<![CDATA[b]]>c<!DOCTYPE html>d", "acd"),
    ("<table><tr><td>a</td><td>b</td></tr><tr><td>c", "ab\nc"),
    ("<b>" * 1000 + "deep" + "</b>" * 1000 + " after", "deep after"),
]


@pytest.mark.parametrize(("html", "text"), HTML)
def test_html_becomes_what_a_reader_sees(html: str, text: str) -> None:
    assert html_to_text(html) == text


@given(st.text())
def test_html_never_breaks_the_reading_and_leaves_no_control_characters(html: str) -> None:
    text = html_to_text(html)
    assert not any(ord(c) < 32 and c not in "\n\t" for c in text)
    assert text == text.strip()


@pytest.mark.parametrize(
    "piece",
    [
        "<b>",
        "<a href=x><span>",
        "<a href='https://x.example'>x…",
        "<p>x",
        "<ul><li>",
        "<table><tr><td>",
        "<!--",
        "&#38;",
        "<",
    ],
)
def test_fifty_thousand_of_anything_are_read_in_time(piece: str) -> None:
    started = time.monotonic()
    html_to_text(piece * 50_000)
    # reading a link once for each link that it lies in took minutes
    assert time.monotonic() - started < 30
