"""Which posts are counted: the ledger says how many were left out and why, and what is kept on request."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from counting import counted_of

from miner.errors import UnknownName
from miner.records import Post
from miner.study.choose import KEEPABLE, kept_of

START = datetime(2024, 1, 1, tzinfo=UTC)
OFFERS = ["Walkman", "Rubik's Cube", "lunchbox", "Pac-Man glass", "mixtape"]
NAMES = {
    "bots": "posts of accounts that say they are bots",
    "reposts": "reposts",
    "sellers": "posts of sellers",
    "frames": "posts of accounts that repeat one frame",
    "duplicates": "near-duplicates of an older post",
}


def post(number: int, text: str, author: str, *, is_bot: bool = False, repost_of: str | None = None) -> Post:
    return Post(
        id=f"x:{number}",
        source="x",
        text=text,
        author=author,
        created_at=START + timedelta(hours=number),
        is_bot=is_bot,
        repost_of=repost_of,
    )


def corpus() -> list[Post]:
    """Eight posts by people, and some of each kind that is left out."""
    things = [
        "my roller skates",
        "a View-Master",
        "our Betamax",
        "the arcade",
        "New Coke",
        "leg warmers",
        "He-Man",
        "Alf",
    ]
    posts = [
        post(i, f"I still think of {thing}, {i} years on, with my brother", f"p{i}") for i, thing in enumerate(things)
    ]
    posts.append(post(20, "Today in 1985: a record", "clock", is_bot=True))
    posts.append(post(21, "somebody else's words about Simon", "fan", repost_of="x:99"))
    posts += [
        post(30 + i, f"Vintage {thing} for sale, $1{i}.99 free shipping https://www.ebay.com/itm/{i}", "shop")
        for i, thing in enumerate(OFFERS)
    ]
    posts += [
        post(40 + i, f"Now playing on Radio Eighty: song {word} by band {word}{i}", "radio")
        for i, word in enumerate(["one", "two", "three", "four", "five", "six"])
    ]
    posts.append(post(60, posts[0].text + " !", "copycat"))
    return posts


def left_out(*keep: str) -> dict[str, int]:
    return {step.name: step.n_out for step in counted_of(corpus(), keep=keep).funnel if step.n_out}


def test_each_kind_is_left_out_and_counted() -> None:
    assert left_out() == dict(zip(NAMES.values(), (1, 1, 5, 6, 1), strict=True))


@pytest.mark.parametrize("word", KEEPABLE)
def test_what_is_kept_is_counted_and_the_rest_stays_out(word: str) -> None:
    every, without = left_out(), left_out(word)
    assert without == {name: n for name, n in every.items() if name != NAMES[word]}
    assert len(counted_of(corpus(), keep=[word]).posts) == 8 + every[NAMES[word]]


def test_all_can_be_kept() -> None:
    assert len(counted_of(corpus(), keep=kept_of(list(KEEPABLE))).posts) == len(corpus())


def test_another_word_is_told_with_those_there_are() -> None:
    with pytest.raises(UnknownName, match="called 'all'; there are: bots, duplicates, frames, reposts, sellers"):
        kept_of(["all"])
