"""Post text that wants to be more than text: markup, scripts, links, formulas, invisible and reordering characters."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from hostile_words import HOSTILE
from hypothesis import given
from hypothesis import strategies as st

import miner.report
from miner.records import Artifact, Evidence, FunnelStep, LeftOut, RankedArtifact, Spelling, Theme
from miner.report import Report, ReportEra, SourceCount, report_from_json
from miner.report.html import to_html
from miner.report.inert import INVISIBLE, inert, safe_url
from miner.report.jsonfile import to_json
from miner.report.table import COLUMNS, cells, guard, to_csv

TEMPLATES = Path(miner.report.__file__).parent / "templates"
SCRIPTS = [
    re.sub("^ +", "", (TEMPLATES / name).read_text(encoding="utf-8"), flags=re.MULTILINE)
    for name in ("report.js", "decide.js")
]
WHEN = datetime(2024, 5, 6, tzinfo=UTC)
BENIGN = "plain"


def report_of(text: str) -> Report:
    """A report that says *text* wherever a report can hold words of others."""
    artifact = Artifact(
        artifact_id=text, name=text, also_called=(text,) * 6, keys=(text,), category=text, probability=0.5,
        spellings=(Spelling(name=text, n_posts=2, joined="slip"),) * 6,
    )  # fmt: skip
    evidence = Evidence(post_id=text, quote=f"{text} and then some", url=text, source=text, created_at=WHEN)
    row = RankedArtifact(
        rank=1, rank_low=1, rank_high=2, artifact=artifact, n_authors=9, n_posts=9, n_sources=1, share=0.1,
        first_seen=WHEN, last_seen=WHEN, evidence=(evidence,) * 3, theme=text,
        left_out=(LeftOut(step=text, n_posts=3),),
    )  # fmt: skip
    return Report(
        title=text, corpus=text, run_id=text, era=ReportEra(name=text, title=text, start=1980, end=1989),
        sources={text: SourceCount(n_posts=9, n_authors=9)}, n_posts=9, n_authors=9, first_seen=WHEN, last_seen=WHEN,
        funnel=(FunnelStep(name=text, n_out=1, n_left=9),), rows=(row,), limits=(text,),
        themes=(Theme(name=text, artifact_ids=(text,)),), manifest={text: text, "deep": {text: [text, 1, None]}},
    )  # fmt: skip


def skeleton(page: BeautifulSoup) -> set[tuple[str, tuple[tuple[str, str], ...]]]:
    """Elements with their attributes, but for the values that name rows, links to posts and the `mark` of a hit."""
    found = set()
    for element in page.find_all(True):
        assert isinstance(element, Tag)
        values = {name: element.get_attribute_list(name) for name in element.attrs}
        if element.name != "mark" and "rel" not in values and element.find(["a"], rel=True, recursive=False) is None:
            found.add((element.name, tuple((n, _shape(n, " ".join(map(str, v)))) for n, v in sorted(values.items()))))
    return found


def _shape(name: str, value: str) -> str:
    return re.sub(r"\ba_[0-9a-f]{10}\Z", "a_", value) if name in {"id", "href"} else value


BENIGN_SKELETON = {
    parser: skeleton(BeautifulSoup(to_html(report_of(BENIGN)), parser)) for parser in ("lxml", "html.parser")
}


@pytest.mark.parametrize("parser", ["lxml", "html.parser"])
@pytest.mark.parametrize("text", HOSTILE, ids=lambda t: ascii(t[:40])[:40])
def test_no_element_or_attribute_comes_from_data(text: str, parser: str) -> None:
    page = BeautifulSoup(to_html(report_of(text)), parser)
    linked = {str(a["href"]) for a in page.find_all("a", rel=True)}
    assert linked <= {text}
    assert all(url.startswith("https://") and " " not in url and '"' not in url for url in linked)
    assert skeleton(page) <= BENIGN_SKELETON[parser]
    data, *scripts = page.find_all("script")
    assert [s.get_text() for s in scripts] == SCRIPTS
    assert [s.attrs for s in scripts] == [{}, {}]
    assert data.attrs == {"type": "application/json", "id": "facts"}
    assert not set("<>&") & set(data.get_text())


@pytest.mark.parametrize("text", HOSTILE, ids=lambda t: ascii(t[:40])[:40])
def test_no_attribute_runs_a_script_and_nothing_hides_or_reorders_text(text: str) -> None:
    page = to_html(report_of(text))
    parsed = BeautifulSoup(page, "lxml")
    names = {name for element in parsed.find_all(True) for name in element.attrs}
    assert not {name for name in names if name.startswith("on") or name in {"style", "src", "srcdoc", "action"}}
    addresses = {str(a["href"]) for a in parsed.find_all("a")}
    assert {address for address in addresses if not re.match(r"#[\w-]+\Z|https?://", address)} == set()
    assert INVISIBLE.search(page) is None
    assert max(map(len, page.split())) < 3_000
    assert len(page.encode()) < 200_000


def test_the_comparison_sees_an_element_that_came_from_data() -> None:
    page = to_html(report_of(BENIGN)).replace(f">{BENIGN}</bdi>", "><i onclick=alert(1)>x</i></bdi>", 1)
    assert not skeleton(BeautifulSoup(page, "lxml")) <= BENIGN_SKELETON["lxml"]


def test_hostile_text_is_shown_as_it_was_written() -> None:
    page = BeautifulSoup(to_html(report_of("<img src=x onerror=alert(1)>")), "lxml")
    name = page.select_one("#ranking .name")
    assert name is not None
    assert name.get_text() == "<img src=x onerror=alert(1)>"


def test_a_name_that_nobody_could_see_is_called_so() -> None:
    page = BeautifulSoup(to_html(report_of("\u3164\u200b")), "lxml")
    assert {b.get_text() for b in page.select("#ranking .name")} == {"(no visible name)"}


def test_words_of_posts_are_isolated_from_the_direction_of_the_page() -> None:
    page = BeautifulSoup(to_html(report_of("שלום")), "lxml")
    isolating = [text.find_parent(["bdi", "q"]) for text in page.find("main").find_all(string=re.compile("שלום"))]  # type: ignore[union-attr]
    places = {(e.name, e.get("dir")) for e in isolating if e is not None}
    assert places == {("bdi", None), ("q", "auto")}


@pytest.mark.parametrize("text", HOSTILE, ids=lambda t: ascii(t[:40])[:40])
def test_no_cell_of_the_csv_is_a_formula_or_breaks_its_row(text: str) -> None:
    written = to_csv(report_of(text))
    written.encode()
    header, row = csv.reader(io.StringIO(written.removeprefix("\ufeff"), newline=""))
    assert tuple(header) == COLUMNS
    assert len(row) == len(COLUMNS)
    for cell in row:
        first = unicodedata.normalize("NFKC", cell).lstrip()[:1]
        assert first not in {"=", "+", "-", "@", "\t", "\r", "\u2212"}
        assert re.search(r"[\x00-\x1f]", cell) is None
        assert len(cell) < 32_767


@pytest.mark.parametrize("text", HOSTILE, ids=lambda t: ascii(t[:40])[:40])
def test_json_shows_what_it_holds_and_gives_it_back(text: str) -> None:
    report = report_of(text)
    written = to_json(report)
    assert INVISIBLE.search(written) is None
    assert report_from_json(written) == report


def test_the_guard_leaves_ordinary_cells_alone() -> None:
    assert [guard(cell) for cell in ("", "Rubik's Cube", "A=B", "3.14", "(-_-)")] == [
        *("", "Rubik's Cube", "A=B", "3.14", "(-_-)"),
    ]


def test_a_bar_in_a_spelling_does_not_make_two() -> None:
    row = report_of("a|b").rows[0]
    assert dict(zip(COLUMNS, cells(row), strict=True))["also_called"] == " | ".join(["a/b"] * 6)


@given(st.text(st.characters(exclude_categories=()), max_size=80), st.integers(1, 60))
def test_inert_text_is_one_short_visible_line_and_stays_as_it_is(text: str, limit: int) -> None:
    once = inert(text, limit)
    assert len(once) <= limit
    assert INVISIBLE.search(once) is None
    assert once.splitlines() in ([], [once])
    assert inert(once, limit) == once


@pytest.mark.parametrize(
    "url",
    ["https://example.org/@ann/1?a=1&b=2#c", "HTTP://EXAMPLE.ORG", "https://bücher.example/straße", "http://[::1]/a"],
)
def test_an_address_of_the_web_stays(url: str) -> None:
    assert safe_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        *(
            None,
            "",
            "example.org",
            "https:example.org",
            "https:///x",
            "https://?x",
            "http://[",
            "https://example.org/a b",
        ),
        *("https://example.org/" + "a" * 2_000, " https://example.org", "https://example.org\n", "ftp://example.org"),
    ],
)
def test_anything_else_is_no_link(url: str | None) -> None:
    assert safe_url(url) == ""
