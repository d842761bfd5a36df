"""Which names are artifacts, and which mean one thing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from sklearn.ensemble import ExtraTreesClassifier

from miner.artifacts.aliases import alias_groups
from miner.artifacts.candidates import candidates, mention_table
from miner.artifacts.catalogue import KnownArtifact, by_key, load_catalogue
from miner.artifacts.forest import Forest
from miner.artifacts.judge import load_judge
from miner.artifacts.linear import Logistic
from miner.artifacts.pairs import FEATURES, pair_features
from miner.artifacts.spans import believed, resolve
from miner.artifacts.themes import themes
from miner.artifacts.titles import load_given_names
from miner.errors import SettingsError
from miner.names import spelling_key
from miner.records import Artifact, Mention, artifact_id


def mention(surface: str, post: int = 0, start: int = 0, **other: object) -> Mention:
    plain = Mention(
        post=post,
        surface=surface,
        key=spelling_key(surface),
        origin="run",
        part=0,
        start=start,
        end=start + len(surface),
    )
    return replace(plain, **other)  # type: ignore[arg-type]


def test_the_longest_accepted_name_in_a_place_is_the_one_meant() -> None:
    found = [mention("Sony Walkman"), mention("Walkman", start=5), mention("Walkman", post=1)]
    kept = resolve(mention_table(found), {"sonywalkman", "walkman"})
    assert kept.select(["post", "surface"]).to_pylist() == [
        {"post": 0, "surface": "Sony Walkman"},
        {"post": 1, "surface": "Walkman"},
    ]


def test_a_longer_name_that_is_not_accepted_hides_nothing() -> None:
    found = [mention("Walkman batteries"), mention("Walkman")]
    assert resolve(mention_table(found), {"walkman"}).column("surface").to_pylist() == ["Walkman"]


def test_parts_of_a_post_do_not_hide_each_other() -> None:
    found = [mention("Sony Walkman"), mention("Walkman", part=1), mention("walkman", part=-1, start=-1, end=-1)]
    assert resolve(mention_table(found), {"sonywalkman", "walkman"}).num_rows == 3


def test_a_given_name_beside_another_capital_is_somebodys() -> None:
    found = mention_table(
        [mention("Simon", is_inside=True, is_initial=False), mention("Simon", post=1, is_initial=False)]
    )
    assert believed(found, {"simon"}, {"simon"}).column("post").to_pylist() == [1]
    assert believed(found, {"simon"}).column("post").to_pylist() == [0, 1]
    # "Atari Lynx" names Atari, for nobody is called so
    assert believed(mention_table([mention("Atari", is_inside=True)]), set(), {"simon"}).num_rows == 1


def test_given_names_are_lower_case_words() -> None:
    names = load_given_names()
    assert {"simon", "chuck", "mario"} <= names
    assert all(name.isalpha() and name.islower() for name in names)


def test_a_candidate_is_counted_by_authors_and_named_as_most_of_them_write() -> None:
    found = [mention("Walkman"), mention("walkman", 1), mention("walkman", 2), mention("Walkman", 3)]
    (only,) = candidates(mention_table(found), pa.array([7, 7, 7, 8]))
    assert (only.name, only.n_authors, only.n_posts, only.surfaces) == ("Walkman", 2, 4, ("Walkman", "walkman"))


def test_capitals_that_begin_a_sentence_tell_nothing() -> None:
    found = [
        mention("Simon", is_initial=True),
        mention("simon", 1, is_initial=False),
        mention("Simon", 2, is_initial=False),
    ]
    (only,) = candidates(mention_table(found), pa.array([0, 1, 2]))
    assert only.capital_share == 0.5


def constant(probability: float) -> Forest:
    """A tree of one leaf: it gives every pair this probability."""
    return Forest(
        feature=np.array([-1], np.int16),
        threshold=np.zeros(1, np.float32),
        left=np.array([-1], np.int32),
        right=np.array([-1], np.int32),
        value=np.array([probability], np.float32),
        roots=np.array([0], np.int32),
    )


def vectors(n: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.eye(n, dtype=np.float32)


def groups(
    names: list[str],
    model: Forest,
    known: dict[int, str] | None = None,
    together: dict[tuple[int, int], int] | None = None,
) -> list[list[int]]:
    return alias_groups(
        names,
        vectors(len(names)),
        model=model,
        centre=np.zeros(len(names), np.float32),
        catalogue={},
        known=known or {},
        together=lambda pairs: np.array([(together or {}).get((a, b), 0) for a, b in pairs.tolist()], np.int64),
        n_posts=[4] * len(names),
    )


def test_names_are_joined_when_the_model_says_so_and_every_name_is_in_one_group() -> None:
    assert groups(["Trapper Keeper", "trapper keepers"], constant(0.99)) == [[0, 1]]
    assert groups(["Trapper Keeper", "Lite Brite"], constant(0.01)) == [[0], [1]]
    assert groups(["Walkman"], constant(0.99)) == [[0]]


def test_names_that_people_list_side_by_side_are_two_things() -> None:
    assert groups(["Pac-Man", "Donkey Kong"], constant(0.99), together={(0, 1): 3}) == [[0], [1]]


def test_known_aliases_are_joined_and_known_others_never() -> None:
    known = {0: "boombox", 1: "boombox", 2: "Walkman"}
    assert groups(["boombox", "ghetto blaster", "Walkman"], constant(0.99), known) == [[0, 1], [2]]


def test_a_name_does_not_join_two_known_artifacts() -> None:
    joined = groups(["Atari 2600", "Atari", "Atari 7800"], constant(0.99), {0: "Atari 2600", 2: "Atari 7800"})
    assert not any({0, 2} <= set(group) for group in joined)
    assert sorted(i for group in joined for i in group) == [0, 1, 2]


@pytest.mark.parametrize(
    ("one", "two", "feature", "value"),
    [
        ("Atari 2600", "Atari 7800", "numbers_differ", 1.0),
        ("Atari 2600", "Atari", "one_has_number", 1.0),
        ("Final Fantasy IX", "Final Fantasy X", "numbers_differ", 1.0),
        ("V for Vendetta", "5 for Vendetta", "numbers_differ", 0.0),
        ("Speak & Spell (launch)", "Speak and Spell", "ratio", 1.0),
        ("Nintendo Entertainment System", "NES", "initials", 1.0),
        ("Rubiks cube", "Rubix cube", "all_words_shared", 1.0),
        ("Street Fighter II", "Street Fighter 2", "numbers_differ", 0.0),
        ("Walkman", "Lite Brite", "no_words_shared", 1.0),
        ("Sony Walkman WM-8", "WM8", "number_inside", 1.0),
        ("Sony Walkman WM-8", "Walkman", "number_inside", 0.0),
        ("Corduroy jacket (Levi's)", "levis cord jacket", "begun_words", 1.0),
        ("Caboodles", "kaboodle", "all_words_shared", 1.0),
    ],
)
def test_pair_features(one: str, two: str, feature: str, value: float) -> None:
    row = pair_features([one, two], np.array([[0, 1]]), vectors(2), centre=np.zeros(2, np.float32), catalogue={})[0]
    assert row[FEATURES.index(feature)] == value


def test_known_names_inside_are_spelt_out() -> None:
    turtles = KnownArtifact(
        name="Teenage Mutant Ninja Turtles",
        names=("Teenage Mutant Ninja Turtles", "TMNT"),
        ordinary=frozenset(),
        category="media",
    )
    names, pair = ["TMNT lunchbox", "Teenage Mutant Ninja Turtles lunchbox"], np.array([[0, 1]])
    centre, column = np.zeros(2, np.float32), FEATURES.index("full_sort")
    told = pair_features(names, pair, vectors(2), centre=centre, catalogue=by_key((turtles,)))[0]
    untold = pair_features(names, pair, vectors(2), centre=centre, catalogue={})[0]
    assert told[column] == 1.0
    assert untold[column] < 0.6


def test_names_with_nothing_in_common_are_two_things_whatever_the_model_says() -> None:
    assert groups(["Mulan", "Orient Express"], constant(0.99)) == [[0], [1]]


def test_two_numbers_are_two_things_whatever_the_model_says() -> None:
    assert groups(["Diablo II", "Diablo III"], constant(0.99)) == [[0], [1]]
    assert groups(["Atari 2600", "Atari 7800"], constant(0.99)) == [[0], [1]]


def test_a_forest_by_hand() -> None:
    # the first tree asks whether column 1 is at most 2: 0.2 if so, else 0.8; the second is a leaf of 0.5
    forest = Forest(
        feature=np.array([1, -1, -1, -1], np.int16),
        threshold=np.array([2, 0, 0, 0], np.float32),
        left=np.array([1, -1, -1, -1], np.int32),
        right=np.array([2, -1, -1, -1], np.int32),
        value=np.array([0, 0.2, 0.8, 0.5], np.float32),
        roots=np.array([0, 3], np.int32),
    )
    assert forest.probability(np.array([[9.0, 2.0], [9.0, 2.1]])) == pytest.approx([0.35, 0.65])
    assert forest.probability(np.zeros((0, 2))).shape == (0,)


def test_a_forest_gives_what_scikit_learn_gives() -> None:
    rng = np.random.default_rng(1)
    features = rng.normal(size=(300, 5)).astype(np.float32).astype(np.float64)
    labels = (features[:, 0] + rng.normal(size=300) > 0).astype(np.int64)
    theirs = ExtraTreesClassifier(20, min_samples_leaf=2, random_state=7).fit(features, labels)
    ours = Forest.fit(features, labels, n_trees=20, min_leaf=2, seed=7)
    stored = Forest.from_arrays(ours.arrays("pair"), "pair")
    assert stored.probability(features) == pytest.approx(theirs.predict_proba(features)[:, 1], abs=1e-6)


def test_a_logistic_model_by_hand() -> None:
    # (3 - 1) / 2 * 0.5 + 0.5 = 1; 1 / (1 + e^-1) = 0.731059
    model = Logistic(mean=np.array([1.0]), scale=np.array([2.0]), weights=np.array([[0.5]]), bias=np.array([0.5]))
    assert model.probability(np.array([[3.0]]))[0] == pytest.approx(0.731059, abs=1e-6)


def artifact(name: str) -> Artifact:
    key = spelling_key(name)
    return Artifact(
        artifact_id=artifact_id(key), name=name, also_called=(), keys=(key,), category="toy", probability=0.9
    )


def test_noise_is_in_no_theme() -> None:
    rng = np.random.default_rng(0)
    centres = np.eye(12)[:2]
    points = np.vstack([c + rng.normal(0, 0.02, (6, 12)) for c in centres] + [np.eye(12)[5:9]]).astype(np.float32)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    things = [artifact(f"thing {i}") for i in range(len(points))]
    found = themes(things, points)
    assert sorted(len(t.artifact_ids) for t in found) == [6, 6]
    assert not {things[i].artifact_id for i in range(12, 16)} & {a for t in found for a in t.artifact_ids}


def test_the_shipped_catalogue_holds_each_name_once() -> None:
    catalogue = load_catalogue()
    keys = [key for known in catalogue for key in {spelling_key(n) for n in known.names}]
    assert len(catalogue) > 500
    assert len(keys) == len(set(keys))
    assert by_key(catalogue)[spelling_key("ghetto blaster")].name == by_key(catalogue)[spelling_key("boombox")].name


def test_a_broken_catalogue_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("name,aliases,category\nWalkman,,tech\nSimon,,gadget\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="Line 3 of the catalogue"):
        load_catalogue(path)


def test_the_shipped_judge_tells_a_walkman_from_a_childhood() -> None:
    from miner.artifacts.judge import form_features
    from miner.text.encode import SentenceEncoder

    names = ["Trapper Keeper", "my childhood", "rotary phone", "the good old days", "Polaroid camera", "best friend"]
    judge = load_judge()
    logits = judge.form.logits(form_features(names, SentenceEncoder().encode(names), [False] * 6))
    assert min(logits[0::2]) > max(logits[1::2])


def test_the_sieve_keeps_known_names_and_lets_phrases_go() -> None:
    judge, words = load_judge(), ["next day", "Sony Walkman", "much better", "Rubik's Cube", "walk home"]
    found = candidates(mention_table(mention(w, i, is_initial=False) for i, w in enumerate(words)), pa.array(range(5)))
    known = {spelling_key("next day"): None}
    names = [c.name for c in found]
    kept = {names[i] for i in judge.sifted(found, judge.shapes(names, {}), {})}
    assert {"Sony Walkman", "Rubik's Cube"} <= kept
    assert not kept & {"next day", "much better", "walk home"}
    assert "next day" in {names[i] for i in judge.sifted(found, judge.shapes(names, known), known)}
    assert judge.sifted([], judge.shapes([], {}), {}) == []
