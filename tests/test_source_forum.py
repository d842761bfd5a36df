"""What a forum's post says itself, and what it only quotes."""

from __future__ import annotations

import html
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miner.sources.forum import own_words

WORDS = st.from_regex(r"[a-z]{1,8}( [a-z]{1,8}){0,3}", fullmatch=True)
QUOTED = st.recursive(
    WORDS.map(lambda words: f"<p>{words} QUOTED</p>"),
    lambda inner: st.tuples(st.sampled_from(["<blockquote>{}</blockquote>", "<div>{}</div>"]), inner).map(
        lambda pair: pair[0].format(pair[1])
    ),
    max_leaves=4,
)
QUOTATION = st.tuples(
    st.sampled_from(
        [
            '<aside class="quote no-group" data-post="1"><div class="title">ann QUOTED:</div>{}</aside>',
            '<aside class="onebox"><header>example.org QUOTED</header>{}</aside>',
            '<p>@ann sagte in <a href="/post/2">QUOTED</a>:</p>\n<blockquote>{}</blockquote>',
            "<blockquote>{}</blockquote>",
        ]
    ),
    QUOTED,
).map(lambda pair: pair[0].format(pair[1]))


@given(parts=st.lists(st.tuples(st.booleans(), WORDS, QUOTATION), max_size=5))
def test_own_words_stay_and_quoted_words_go(parts: list[tuple[bool, str, str]]) -> None:
    post = "".join(quotation if is_quoted else f"<p>{words}</p>" for is_quoted, words, quotation in parts)
    text, _ = own_words(post)
    assert text == "\n\n".join(words for is_quoted, words, _ in parts if not is_quoted)


@given(text=st.text(max_size=80))
def test_what_looks_like_a_quotation_in_words_is_none(text: str) -> None:
    escaped = html.escape(f'<aside class="quote">{text}</aside>')
    assert own_words(f"<p>{escaped}</p>")[0].startswith('<aside class="quote">')


@settings(max_examples=200)
@given(
    pieces=st.lists(
        st.sampled_from(
            [
                "<aside class='quote'>",
                "</aside>",
                "<blockquote>",
                "</blockquote>",
                "<p>",
                "</p>",
                "<a class='inline-onebox' href>",
                "<![",
                "<!--",
                "<a class=anchor>",
                "\ud800",
                "&#0;",
                "</body>",
                "<img class=x alt='a b'>",
                "@a:",
            ]
        )
        | st.text(max_size=5),
        max_size=15,
    )
)
def test_no_markup_however_broken_is_an_error(pieces: list[str]) -> None:
    text, alt_texts = own_words("".join(pieces))
    assert text == text.strip()
    assert all(alt_texts)


@pytest.mark.parametrize("piece", ["<blockquote>", "<aside class=quote>", "<p>@a:</p><blockquote>x</blockquote>"])
def test_markup_in_tens_of_thousands_of_pieces_takes_no_minutes(piece: str) -> None:
    begun = time.process_time()
    own_words(piece * (200_000 // len(piece)))
    assert time.process_time() - begun < 30
