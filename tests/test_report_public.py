"""What must not be in the copy of a report that leaves the house."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from report_text import text_of

from miner.records import RankedArtifact, Theme
from miner.report import Report, public, read_report, write_report
from miner.report.public import LEFT_OUT, redact

REPORT = read_report(Path(__file__).parent / "gold" / "report" / "report.json")
CUBE, WALKMAN, _, SIMON, HEBREW, MALL = REPORT.rows


def told() -> Report:
    """The gold report with more in it that must not be told."""
    cube = replace(CUBE.artifact, also_called=("rubiks cube", "@cubefan@example.social", "https://cube.example/x"))
    handle = replace(WALKMAN.artifact, artifact_id="a_00000000aa", name="@walkmanfan")
    return replace(
        REPORT,
        rows=(replace(CUBE, artifact=cube), replace(WALKMAN, artifact=handle), *REPORT.rows[2:]),
        themes=(
            Theme(name="Northgate Mall · Rubik's Cube", artifact_ids=(MALL.artifact.artifact_id, *ids(CUBE, SIMON))),
            Theme(name="קובייה הונגרית · Northgate Mall", artifact_ids=ids(HEBREW, MALL)),
        ),
        limits=(*REPORT.limits, "The server https://secret.example/api refused @limituser."),
        manifest={
            **REPORT.manifest,
            "argv": ["--into", "/home/annlee/80s.csv", r"C:\Users\annlee\80s.csv", "~/annlee/x"],
            "contact": "annlee@example.org",
            "https://hidden.example/key": 1,
            "nested": {"list": [{"who": "u/annlee"}]},
        },
    )


def ids(*rows: RankedArtifact) -> tuple[str, ...]:
    return tuple(row.artifact.artifact_id for row in rows)


def test_no_file_of_a_public_report_holds_what_it_must_not(tmp_path: Path) -> None:
    internal = {n: text_of(p) for n, p in write_report(told(), tmp_path / "in").items()}
    outside = {n: text_of(p) for n, p in write_report(public(told()), tmp_path / "out").items()}
    secrets = {
        *(part for row in REPORT.rows for e in row.evidence for part in (e.quote[:20].split("<")[0], e.post_id)),
        *("peeled the stickers", "posts/1", "mastodon.example", "reddit.example", "Northgate", "northgate"),
        *("cubefan", "cube.example", "walkmanfan", "limituser", "secret.example", "annlee", "hidden.example"),
        *("08:15:30", "23:59:59", "a_b97021756c"),
    }
    for secret in secrets:
        assert any(secret in text for text in internal.values()), f"{secret} is not in the internal files either"
        assert [name for name, text in outside.items() if secret in text] == []


def test_the_other_lists_lose_the_same() -> None:
    found = public(replace(told(), rows=told().rows[:1], also=told().rows[1:]))
    assert [row.evidence for row in (*found.rows, *found.also)] == [()] * (len(found.rows) + len(found.also))
    assert {row.artifact.name for row in found.also} < {row.artifact.name for row in told().rows[1:]}


def test_ranks_stay_those_of_the_whole_list() -> None:
    assert [row.rank for row in public(REPORT).rows] == [1, 2, 3, 4, 5]
    assert [row.rank for row in public(told()).rows] == [1, 3, 4, 5]


@pytest.mark.parametrize(("n_authors", "n_rows"), [(4, 0), (5, 1)])
def test_five_authors_are_enough(n_authors: int, n_rows: int) -> None:
    assert len(public(replace(REPORT, rows=(replace(MALL, n_authors=n_authors),))).rows) == n_rows


def test_a_theme_loses_what_goes_and_its_name_with_it() -> None:
    (theme,) = public(told()).themes
    assert theme == Theme(name="Rubik's Cube · Simon", artifact_ids=ids(CUBE, SIMON))
    assert [row.theme for row in public(told()).rows] == [theme.name, None, theme.name, None]


def test_a_theme_of_which_nothing_goes_keeps_its_name() -> None:
    themes = (Theme(name="Simon · toys", artifact_ids=ids(CUBE, SIMON)),)
    assert public(replace(REPORT, themes=themes)).themes == themes


def test_the_copy_says_what_was_left_out() -> None:
    assert public(REPORT).limits == (
        *REPORT.limits,
        (
            "This is the public copy: quotes, links and 1 artifact that fewer than 5 authors name are not in it; ranks "
            "are those of the whole list."
        ),
    )


def test_a_public_report_is_its_own_public_copy() -> None:
    once = public(told())
    assert once.mode == "public"
    assert public(once) is once


def test_what_is_no_secret_stays() -> None:
    copy = public(REPORT)
    assert copy.manifest == REPORT.manifest
    assert (copy.sources, copy.n_authors) == (REPORT.sources, REPORT.n_authors)
    assert [(s.name, s.n_out, s.n_left) for s in copy.funnel] == [(s.name, s.n_out, s.n_left) for s in REPORT.funnel]
    assert [row.share for row in copy.rows] == [row.share for row in REPORT.rows[:5]]


@pytest.mark.parametrize(
    "text",
    [
        "AC/DC",
        "3/4 of 1,000 posts",
        "sentence-transformers/all-MiniLM-L6-v2",
        "9 to 5 @ home",
        "Rock & Roll",
        "24/7",
        "",
    ],
)
def test_what_only_looks_like_a_link_or_handle_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("see https://example.org/a.", f"see {LEFT_OUT}."),
        ("(@ann)", f"{LEFT_OUT})"),
        ("u/ann and /u/bob", f"{LEFT_OUT} and {LEFT_OUT}"),
        ("www.example.org", LEFT_OUT),
        ("ann@example.social", LEFT_OUT),
        ("/var/lib/x", LEFT_OUT),
        ("W" * 1_000_000, "W" * 1_000_000),
    ],
    ids=lambda t: t[:20],
)
def test_links_handles_and_paths_go(text: str, left: str) -> None:
    assert redact(text) == left


def test_the_ledger_quotes_nobody_and_names_only_what_the_list_names() -> None:
    told_moves = [[move.name for move in step.moved] for step in REPORT.funnel]
    assert told_moves[1] == ["Simon", "Northgate Mall"]
    assert [[move.name for move in step.moved] for step in public(REPORT).funnel][1] == ["Simon"]
    assert all(step.examples == () for step in public(REPORT).funnel)
    with pytest.raises(ValueError, match="no quotes"):
        replace(public(REPORT), funnel=REPORT.funnel)
