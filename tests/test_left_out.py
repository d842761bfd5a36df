"""The ledger tells what leaving posts out did to the ranking."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from counting import counted_of

from miner.artifacts.candidates import mention_table
from miner.names import spelling_key
from miner.records import Artifact, FunnelStep, LeftOut, Mention, Move, Post
from miner.study import left_out
from miner.study.choose import Counted
from miner.study.grouped import Grouped
from miner.study.identify import Identified
from miner.study.left_out import Told, told

START = datetime(2024, 1, 1, tzinfo=UTC)
NAMES = ("Walkman", "Heat", "Betamax")


def post(number: int, text: str, author: str | None, *, repost_of: str | None = None) -> Post:
    time = START + timedelta(hours=number)
    return Post(id=f"x:{number}", source="x", text=text, author=author, created_at=time, repost_of=repost_of)


def identified(posts: Counted) -> Identified:
    """Every name of NAMES where a post spells it so."""

    def mention(row: int, name: str, text: str) -> Mention:
        start = text.index(name)
        return Mention(
            post=row,
            surface=name,
            key=spelling_key(name),
            origin="name",
            part=0,
            start=start,
            end=start + len(name),
        )

    keys = [spelling_key(name) for name in NAMES]
    found = [mention(i, name, p.text) for i, p in enumerate(posts.posts) for name in NAMES if name in p.text]
    return Identified(
        artifacts=[
            Artifact(
                artifact_id=f"a_{i}",
                name=name,
                also_called=(),
                keys=(spelling_key(name),),
                category="tech",
                probability=1.0,
            )
            for i, name in enumerate(NAMES)
        ],
        vectors=np.zeros((len(NAMES), 2), np.float32),
        mentions=Grouped.of(mention_table(found), {key: key for key in keys}, posts.chosen.authors).named(keys),
        funnel=(),
        ordinary={"heat"},
    )


def ledger(posts: list[Post], top: int = 132) -> list[FunnelStep]:
    return list(all_told(posts, top).steps)


def all_told(posts: list[Post], top: int = 132) -> Told:
    found = counted_of(posts)
    return told(found.funnel, identified(found), found.chosen, top=top)


PEOPLE = [
    post(0, "I had a red Walkman that my aunt brought from Osaka", "p0"),
    post(1, "Batteries for the Walkman ate all of my pocket money", "p1"),
    post(2, "On the school bus everybody hid behind a Walkman and slept", "p2"),
    post(3, "We saw Heat twice in that old cinema by the river", "p3"),
    post(4, "Our neighbours taped the whole winter on Betamax", "p4"),
    post(5, "My first Betamax recorder was bought by somebody else", "p5"),
]


def reposts(text: str, n: int) -> list[Post]:
    return [post(10 + i, text, f"q{i}", repost_of="x:5") for i in range(n)]


def step(steps: list[FunnelStep], name: str) -> FunnelStep:
    return next(s for s in steps if s.name == name)


def test_reposts_would_have_moved_what_they_name() -> None:
    found = step(ledger(PEOPLE + reposts("My first Betamax recorder", 2)), "reposts")
    assert Move(name="Betamax", rank=2, rank_with=1) in found.moved
    assert Move(name="Walkman", rank=1, rank_with=2) in found.moved
    assert [e.quote for e in found.examples] == ["My first Betamax recorder"] * 2


def test_posts_that_were_left_out_are_told_with_what_they_name(monkeypatch: pytest.MonkeyPatch) -> None:
    posts = PEOPLE + reposts("My first Betamax recorder", 3)
    (betamax,) = (a for a in identified(counted_of(posts)).artifacts if a.name == "Betamax")
    assert all_told(posts).of == {betamax.artifact_id: (LeftOut(step="reposts", n_posts=3),)}
    monkeypatch.setattr(left_out, "MAX_POSTS", 2)
    assert all_told(posts).of == {betamax.artifact_id: (LeftOut(step="reposts", n_posts=2, is_sample=True),)}


def test_the_same_author_again_moves_nothing() -> None:
    same = [post(20 + i, "My first Betamax recorder", "p5", repost_of="x:5") for i in range(5)]
    assert step(ledger(PEOPLE + same), "reposts").moved == ()


def test_an_ordinary_word_counts_only_where_it_is_written_as_a_name() -> None:
    assert step(ledger(PEOPLE + reposts("the heat in July", 9)), "reposts").moved == ()
    assert step(ledger(PEOPLE + reposts("and then Heat in July", 9)), "reposts").moved != ()


def test_moves_below_the_list_are_not_told() -> None:
    posts = [*PEOPLE, *reposts("So much Heat in one film", 2)]
    assert {m.name for m in step(ledger(posts), "reposts").moved} == set(NAMES)
    assert {m.name for m in step(ledger(posts, top=1), "reposts").moved} == {"Heat", "Walkman"}


def test_a_step_that_left_out_nothing_says_nothing() -> None:
    assert all(s.moved == () and s.examples == () for s in ledger(PEOPLE))


def test_posts_of_a_source_that_was_left_out_whole_are_ranked_too() -> None:
    others = [
        Post(id=f"y:{i}", source="y", text="Betamax", author=f"y{i}", created_at=START, repost_of="x:5")
        for i in range(2)
    ]
    assert Move(name="Betamax", rank=2, rank_with=1) in step(ledger(PEOPLE + others), "reposts").moved
