"""A ranking held against somebody's own list: every figure counted by hand."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from cli_program import ROOT, call

from miner.errors import UsageError
from miner.names import spelling_key
from miner.ranking.wilson import Z_95, wilson
from miner.records import Artifact, Dating, RankedArtifact
from miner.report import Report, write_report
from miner.study.evaluate import Evaluation, Share, evaluate
from miner.study.gold import COLUMNS, Gold, GoldThing, read_gold

DOCS = ROOT / "docs" / "method.md"


def row(rank: int, *names: str, year: int | None = None) -> RankedArtifact:
    artifact = Artifact(
        artifact_id=f"a_{rank}",
        name=names[0],
        also_called=names[1:],
        keys=tuple(map(spelling_key, names)),
        category="toy",
        probability=0.9,
    )
    return RankedArtifact(
        rank=rank,
        rank_low=rank,
        rank_high=rank,
        artifact=artifact,
        n_authors=5,
        n_posts=5,
        n_sources=1,
        share=0.5,
        dating=Dating(first_year=year),
    )


ROWS = [
    row(1, "Walkman", "walkmans", "Sony Walkman", year=1979),
    row(2, "Michael Jackson"),
    row(3, "Rubik's Cube", "rubix cube", "Snake Cube", year=1985),
    row(4, "boombox"),
    row(5, "ghetto blaster"),
    row(6, "something else"),
    row(7, "E.T."),
]
GOLD = Gold(
    things=(
        GoldThing(name="Walkman", also_called=("Sony Walkman",), first_year=1980),
        GoldThing(name="Rubik’s cubes", also_called=("Rubix Cube", "Magic Cube"), first_year=1980),
        GoldThing(name="snake cube", first_year=1980),
        GoldThing(name="Boombox", also_called=("ghetto-blaster",), first_year=1975),
        GoldThing(name="Teddy Ruxpin"),
        GoldThing(name="E.T.", also_called=("E.T. the film",)),
        GoldThing(name="E.T. the game", also_called=("ET",)),
        GoldThing(name="Michael Jackson", is_artifact=False),
        GoldThing(name="summer", is_artifact=False),
    ),
)


@pytest.fixture(scope="module")
def found() -> Evaluation:
    return evaluate(ROWS, GOLD)


def test_what_is_found_and_what_is_missed(found: Evaluation) -> None:
    # of seven artifacts: Walkman, the cube, the snake cube and the boombox; "E.T." is two things and tells nothing
    (depth,) = found.depths
    assert (depth.k, depth.found.n_of, depth.found.n) == (7, 4, 7)
    assert found.missed == ("Teddy Ruxpin", "E.T.", "E.T. the game")
    assert found.n_ambiguous == 1


def test_only_rows_that_the_list_names_are_judged(found: Evaluation) -> None:
    # Walkman, cube, boombox, ghetto blaster right; Michael Jackson wrong; "something else" and "E.T." unknown
    assert (found.depths[0].right.n_of, found.depths[0].right.n) == (4, 5)
    assert found.wrong == ("Michael Jackson",)
    assert found.n_negative == 2


def test_pairs_of_names_are_joined_or_split(found: Evaluation) -> None:
    # Walkman + Sony Walkman and Rubik's Cube + rubix cube in a row; boombox + ghetto blaster in two
    assert (found.same.n_of, found.same.n) == (2, 3)
    assert found.split == (("Boombox", ("boombox", "ghetto blaster")),)
    # of the six pairs of four things that occur, the two cubes share a row
    assert (found.different.n_of, found.different.n) == (5, 6)
    assert found.joined == (("Rubik's Cube", ("Rubik’s cubes", "snake cube")),)


def test_years_count_within_one(found: Evaluation) -> None:
    # the row of two cubes is dated 1985, so both are off; the boombox has no year here
    assert (found.years.n_of, found.years.n) == (1, 3)
    assert found.misdated == (("Rubik’s cubes", 1980, 1985), ("snake cube", 1980, 1985))


def test_the_first_rows_are_looked_at_on_their_own() -> None:
    rows = [row(i, f"thing {'x' * i}") for i in range(1, 25)]
    gold = Gold(things=tuple(GoldThing(name=f"thing {'x' * i}") for i in (1, 5, 12, 24, 40)))
    assert [(d.k, d.found.n_of, d.found.n) for d in evaluate(rows, gold).depths] == [(10, 2, 5), (20, 3, 5), (24, 4, 5)]


def test_a_share_of_none_is_open() -> None:
    assert Share.of(0, 0) == Share(n_of=0, n=0, share=None, low=0.0, high=1.0)


def test_the_score_interval_at_its_ends_is_what_the_formula_comes_to() -> None:
    # of none in n: low 0, high z² / (n + z²)
    low, high = wilson(0, 10)
    assert low == 0
    assert high == pytest.approx(Z_95**2 / (10 + Z_95**2))
    assert wilson(10, 10) == pytest.approx((1 - high, 1))
    # half of four: (1/2 ± z/2 · √(1/4 + z²/16·...)) worked out by hand: 0.5 ± 0.3500
    assert wilson(2, 4) == pytest.approx((0.15, 0.85), abs=1e-3)


def put(folder: Path, text: str) -> Path:
    path = folder / "gold.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_list_of_any_columns_in_any_order_is_read(tmp_path: Path) -> None:
    gold = read_gold(
        put(tmp_path, "\ufefffirst_year,note,name,also_called,is_artifact\n1980,x,Cube,| a | |b,yes\n,,Mood,,0\n")
    )
    assert gold.ignored == ("note",)
    assert gold.things == (
        GoldThing(name="Cube", also_called=("a", "b"), first_year=1980),
        GoldThing(name="Mood", is_artifact=False),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no column 'name'; it has: none"),
        ("names\nCube\n", "no column 'name'; it has: names"),
        ("name\n", "names no artifact"),
        ("name,is_artifact\nMood,0\n", "names no artifact"),
        ("name,is_artifact\nCube,perhaps\n", "Line 2 of .* says 'perhaps' under is_artifact"),
        ("name,first_year\nCube,80s\n", "Line 2 of .* says '80s' under first_year"),
        ("name\nCube\n...\n", "Line 3 of .* has no name"),
        ("name\nRubik's Cube\nrubiks cubes\n", "Line 3 of .* names 'rubiks cubes' again, as line 2 does"),
    ],
)
def test_a_list_that_does_not_fit_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        read_gold(put(tmp_path, text))
    assert caught.value.advice


def test_a_list_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_gold(tmp_path / "none.csv")


@pytest.fixture
def study(tmp_path: Path) -> Path:
    report = Report(title="T", corpus="mine", run_id="80s-1a2b3c4d", n_posts=9, n_authors=9, rows=tuple(ROWS))
    write_report(report, tmp_path / "output" / "mine" / "80s-1a2b3c4d", ("json",))
    lines = [",".join(COLUMNS), *map(_line, GOLD.things)]
    (tmp_path / "gold.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def _line(thing: GoldThing) -> str:
    return f"{thing.name},{'|'.join(thing.also_called)},{int(thing.is_artifact)},{thing.first_year or ''}"


def test_the_command_prints_the_figures_of_a_run(study: Path, found: Evaluation) -> None:
    shown = call(study, "evaluate", "80s-1a2b3c4d", "--gold", "gold.csv")
    assert (shown.code, shown.err) == (0, "")
    lines = [" ".join(line.split()) for line in shown.out.splitlines()]
    assert "7 4 of 7 (57%, 25%-84%) 4 of 5 (80%, 38%-96%)" in lines
    assert "one thing, in one row 2 of 3 (67%, 21%-94%) pairs of names" in lines
    assert "joined: Rubik's Cube (Rubik’s cubes, snake cube)" in lines
    assert "no artifact, yet a row: Michael Jackson" in lines
    told = json.loads(call(study, "evaluate", "80s-1a2b3c4d", "--gold", "gold.csv", "--json").out)
    assert told["depths"][0]["found"]["share"] == found.depths[0].found.share
    assert told["missed"] == list(found.missed)


def test_a_run_that_is_not_there_is_refused(study: Path) -> None:
    shown = call(study, "evaluate", "80s-00000000", "--gold", "gold.csv")
    assert shown.code == UsageError.exit_code
    assert "80s-1a2b3c4d" in shown.err


@pytest.mark.slow
def test_the_example_of_the_method_is_what_the_program_prints(tmp_path: Path) -> None:
    said = (
        DOCS.read_text(encoding="utf-8")
        .partition("<!-- evaluate:begin -->\n```\n")[2]
        .partition("```\n<!-- evaluate:end")[0]
    )
    command, _, expected = said.partition("\n")
    assert command.startswith("$ miner evaluate sample-80s ")
    gold = ROOT / command.split(" --gold ")[1]
    assert call(tmp_path, "import", str(ROOT / "corpora/sample-80s/posts.jsonl"), "--into", "sample-80s").code == 0
    shown = call(tmp_path, "evaluate", "sample-80s", "--gold", str(gold))
    assert shown.code == 0, shown.err
    # the name of a run hangs on the versions of all packages
    assert re.sub(r"80s-[0-9a-f]{8}", "80s-…", shown.out) == expected
