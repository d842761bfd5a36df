"""`miner check`: what a script names, with line numbers, and what was not there yet."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from script_of_110_pages import LINES_A_PAGE, N_PAGES, NOT_YET, script

from miner.artifacts.catalogue import Catalogue, KnownArtifact, YearClaim, load_all, load_catalogue
from miner.errors import MinerError, NothingFound, SettingsError
from miner.records import Story
from miner.settings import Settings
from miner.study.script import read_script
from miner.study.script_file import add_own, check_file, shown_entries

STORY = Story(year=1983)


def thing(name: str, year: int, *, ordinary: bool = False, category: str = "toy") -> KnownArtifact:
    return KnownArtifact(
        name=name,
        names=(name,),
        ordinary=frozenset({name} if ordinary else ()),
        category=category,
        years=(YearClaim(year=year, region="US", source="Almanac", licence="fact"),),
        keys=(name.lower().replace(" ", ""),),
    )


CATALOGUE = Catalogue(own=[thing("Game Boy", 1989), thing("View-Master", 1939), thing("Simon", 1978, ordinary=True)])


def lines(text: str) -> list[tuple[int, str, str]]:
    return [(named.line, named.written, named.flag.level) for named in read_script(text, CATALOGUE, STORY)]


def test_what_was_not_there_yet_is_told_with_its_line() -> None:
    assert lines("INT. BASEMENT - NIGHT\n\nMike plays with a Game Boy.") == [(3, "Game Boy", "block")]


def test_capitals_and_emphasis_change_nothing() -> None:
    assert lines("\nHe lifts a **GAME BOY** and two game-boys.") == [(2, "GAME BOY", "block")]


def test_who_speaks_is_no_game() -> None:
    text = "MIKE\nWe played Simon all night.\n\nSIMON\n(quietly)\nIt was me, Simon.\n"
    assert lines(text) == []
    assert [line for line, _, _ in lines("MIKE\nWe played Simon all night.\n")] == [2]


def test_notes_and_cut_passages_are_not_read_and_lines_keep_their_numbers() -> None:
    assert lines("a /* Game Boy\nGame Boy */ b\n[[Game Boy]]\n\nGame Boy here.") == [(5, "Game Boy", "block")]


def test_a_title_page_is_not_read() -> None:
    assert lines("Title: Game Boy\nAuthor: Ann\n\nNothing.") == []


def test_the_year_has_to_be_given() -> None:
    with pytest.raises(ValueError, match="year"):
        read_script("x", CATALOGUE, Story())


@pytest.mark.parametrize("data", [b"%PDF-1.4 \x00", b"PK\x03\x04 docx"])
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "script"
    path.write_bytes(data)
    with pytest.raises(MinerError, match="no text"):
        check_file(path, STORY, Settings(catalogue=tmp_path / "none.csv"))


def test_a_missing_script_is_told(tmp_path: Path) -> None:
    with pytest.raises(MinerError, match="cannot be read"):
        check_file(tmp_path / "none", STORY, Settings())


def test_old_encodings_are_read(tmp_path: Path) -> None:
    path = tmp_path / "script.txt"
    path.write_bytes("A café with a lava lamp.".encode("cp1252"))
    assert [named.name for named in check_file(path, STORY, Settings(catalogue=tmp_path / "none.csv"))] == ["lava lamp"]


def test_ones_own_artifacts_win(tmp_path: Path) -> None:
    mine = tmp_path / "props.csv"
    mine.write_text(
        "name,aliases,category,years,source\nHawkins mug,mug of Hawkins,ephemera,1984,our art department\n"
        "Lava lamp,,home_decor,1999,a mistake\n",
        encoding="utf-8",
    )
    settings = Settings(catalogue=tmp_path / "catalogue.csv")
    assert add_own(mine, settings) == (2, 2, settings.catalogue)
    assert add_own(mine, settings)[1] == 2
    path = tmp_path / "script.txt"
    path.write_text("The mug of Hawkins.\nA lava lamp.", encoding="utf-8")
    found = check_file(path, STORY, settings)
    assert [(n.name, n.flag.level) for n in found] == [("Hawkins mug", "block"), ("Lava lamp", "block")]


@pytest.mark.parametrize("row", ["X,,toy,1984,", "X,,toy,soon,me", "X,,toy,US 84,me", ",,toy,,", "X,,gadget,,"])
def test_a_row_that_cannot_be_used_adds_nothing(tmp_path: Path, row: str) -> None:
    mine = tmp_path / "props.csv"
    mine.write_text(f"name,aliases,category,years,source\nWalkman,,tech,,\n{row}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="Line 3"):
        add_own(mine, Settings(catalogue=tmp_path / "catalogue.csv"))
    assert not (tmp_path / "catalogue.csv").exists()


def test_an_unknown_name_is_answered_with_near_ones(tmp_path: Path) -> None:
    with pytest.raises(NothingFound) as error:
        shown_entries("Traper Kepper", Settings(catalogue=tmp_path / "none.csv"))
    assert "Trapper Keeper" in str(error.value.advice)


def test_lookup_is_by_any_name() -> None:
    catalogue = load_all()
    assert catalogue.find("ghetto blaster")[0] is catalogue.find("BOOMBOX")[0]
    assert {entry.category for entry in catalogue.find("Blade Runner")} == {"media"}
    assert catalogue.find("no such thing at all") == []
    assert len(load_catalogue()) == len(catalogue.told)


def test_the_catalogue_was_built_from_its_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import runpy
    import sys

    root = Path(__file__).parent.parent
    built = runpy.run_path(str(root / "catalogue" / "build.py"))
    monkeypatch.setitem(built["write"].__globals__, "DATA", tmp_path)
    monkeypatch.setattr(sys, "argv", ["build.py"])
    built["main"]()
    for table in ("catalogue.csv", "years.csv"):
        assert (tmp_path / table).read_bytes() == (root / "miner" / "data" / table).read_bytes(), table


def test_json_is_json(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from miner.cli import app

    path = tmp_path / "script.txt"
    path.write_text("A Trapper Keeper.", encoding="utf-8")
    result = CliRunner().invoke(app, ["check", str(path), "--story-year", "1983", "--json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout)[0]["name"] == "Trapper Keeper"


def test_sixty_artifacts_planted_in_110_pages_are_found_and_the_right_ones_flagged() -> None:
    text, where = script()
    assert len(text.splitlines()) >= LINES_A_PAGE * N_PAGES
    assert len(where) == 60
    found = read_script(text, load_all(), STORY)
    by_line = {named.line: named for named in found}
    missed = [name for name, line in where.items() if line not in by_line]
    assert len(missed) <= 0.05 * len(where), missed
    assert {named.line for named in found} <= set(where.values())
    flagged = {name for name, line in where.items() if line in by_line and by_line[line].flag.level == "block"}
    assert flagged == set(NOT_YET) - set(missed)
