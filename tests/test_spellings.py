"""Why a spelling counts for its artifact."""

from __future__ import annotations

from miner.names import spelling_key
from miner.records import Spelling
from miner.study.spellings import spellings_of


def test_each_spelling_says_why_it_counts() -> None:
    used = {
        "Walkman": 9,
        "WALKMAN": 2,
        "walkmans": 4,
        "Wlakman": 1,
        "Sony Walkman": 3,
        "tape player": 1,
        "walk man": 2,
    }
    found = spellings_of(
        used,
        "Walkman",
        slips={spelling_key("Wlakman")},
        known=["walkman", "sonywalkman"],
        judged=["walkman", "sonywalkman", "walkm"],
    )
    assert found == (
        Spelling(name="walkmans", n_posts=4, joined="letters"),
        Spelling(name="Sony Walkman", n_posts=3, joined="catalogue"),
        Spelling(name="WALKMAN", n_posts=2, joined="letters"),
        Spelling(name="walk man", n_posts=2, joined="letters"),
        Spelling(name="Wlakman", n_posts=1, joined="slip"),
        Spelling(name="tape player", n_posts=1, joined="team"),
    )


def test_what_the_models_joined_is_not_said_to_be_the_team_s() -> None:
    (found,) = spellings_of(
        {"Famicom": 2, "Nintendo": 5}, "Nintendo", slips=(), known=(), judged=["nintendo", "famicom"]
    )
    assert found.joined == "judged"
