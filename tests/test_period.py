"""The period check: asymmetric, worded, and never hard without a source."""

from __future__ import annotations

from dataclasses import replace

import pytest

from miner.artifacts.catalogue import KnownArtifact, YearClaim, load_all
from miner.artifacts.period import LIFE_YEARS, check, dating
from miner.records import Dating

WIKI = "Wikipedia: Thing"


def entry(*claims: tuple[str, int, str], name: str = "rotary phone", category: str = "toy") -> KnownArtifact:
    years = tuple(YearClaim(region=region, year=year, source=source, licence="fact") for region, year, source in claims)
    return KnownArtifact(name=name, names=(name,), ordinary=frozenset(), category=category, years=years)


DATED = Dating(first_year=1980, sources=(WIKI,), confidence="medium", heyday=(1982, 1986), category="toy")


@pytest.mark.parametrize(
    ("story_year", "level", "words"),
    [
        (1979, "block", "not on sale until 1980 (Wikipedia: Thing)"),
        (1980, "warn", "check the month"),
        (1981, "info", "early adopter"),
        (1982, "ok", "everywhere from 1982 to 1986"),
        (1986, "ok", "everywhere from 1982 to 1986"),
        (1987, "info", "leftover"),
        (1996, "info", "leftover"),
        (1997, "info", "vintage by then"),
    ],
)
def test_each_year_of_a_things_life_has_its_flag(story_year: int, level: str, words: str) -> None:
    flag = check(DATED, story_year)
    assert flag.level == level
    assert words in flag.reason


@pytest.mark.parametrize(("category", "life"), sorted(LIFE_YEARS.items()))
def test_leftovers_last_as_long_as_their_category(category: str, life: int) -> None:
    found = replace(dating(entry(("US", 1980, WIKI), category=category)), heyday=(1982, 1986))
    if not life:
        assert check(found, 1987).level == "warn"
        return
    assert "leftover" in check(found, 1986 + life).reason
    assert "vintage" in check(found, 1987 + life).reason


def test_nothing_is_flagged_hard_without_a_source() -> None:
    assert check(Dating(), 1900).level == "undated"
    assert check(replace(DATED, first_year=None, confidence="none"), 1900).level == "undated"
    assert check(dating(entry()), 1900).level == "undated"


def test_old_things_are_never_flagged_hard() -> None:
    assert all(check(DATED, year).level != "block" for year in range(1980, 2030))


def test_a_brand_without_its_model_is_warned_of() -> None:
    walkman = dating(entry(("US", 1980, WIKI), name="Walkman", category="music_gear"))
    model = dating(entry(("US", 1980, WIKI), name="Walkman WM-2", category="music_gear"))
    assert "date the model, not the brand" in check(walkman, 1985).reason
    assert check(walkman, 1985).level == "warn"
    assert check(walkman, 1979).level == "block"
    assert "model" not in check(model, 1985).reason


def test_two_sources_within_a_year_are_high_and_one_is_medium() -> None:
    assert dating(entry(("US", 1983, WIKI), ("", 1984, "Wikidata Q1"))).confidence == "high"
    assert dating(entry(("US", 1983, WIKI))).confidence == "medium"
    # two articles of one encyclopedia are one source
    assert dating(entry(("US", 1983, WIKI), ("US", 1983, "Wikipedia: Other"))).confidence == "medium"


def test_sources_that_differ_give_the_earliest_year_and_two_of_three_win() -> None:
    apart = dating(entry(("", 1985, WIKI), ("", 1979, "Wikidata Q1")))
    assert (apart.first_year, apart.confidence) == (1979, "medium")
    # what is said of the region itself wins over the world's first
    assert dating(entry(("US", 1985, WIKI), ("", 1979, "Wikidata Q1"))).first_year == 1985
    agreed = dating(entry(("US", 1985, WIKI), ("", 1985, "Wikidata Q1"), ("", 1960, "charts")))
    assert (agreed.first_year, agreed.confidence) == (1985, "high")


def test_the_year_is_the_regions() -> None:
    console = entry(("JP", 1983, WIKI), ("US", 1985, WIKI), ("EU", 1986, WIKI))
    assert [dating(console, region).first_year for region in ("JP", "US", "EU", "BR")] == [1983, 1985, 1986, 1985]
    abroad = entry(("JP", 1983, WIKI))
    assert (dating(abroad, "US").first_year, dating(abroad, "US").region) == (1983, "JP")


def test_no_year_of_the_shipped_catalogue_is_without_source_and_licence() -> None:
    catalogue = load_all()
    entries = [catalogue._entry(number) for number in range(len(catalogue._rows))]
    claims = [claim for entry in entries for claim in entry.years]
    assert len(catalogue) >= 12_000
    assert len(claims) >= 12_000
    assert [claim for claim in claims if not claim.source or not claim.licence] == []
    assert [claim for claim in claims if not 1500 <= claim.year <= 2026] == []
    assert [e.name for e in entries if e.heyday and e.heyday[0] > e.heyday[1]] == []
