"""The files of a report: gold ones, all or nothing on disk, and the page's promises.

The gold report was made up for these tests; `report.json` is its source. After an intended change of a writer:
`write_report(read_report(folder / "report.json"), folder)`.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from miner.errors import MinerError, StorageFull, UnknownName
from miner.records import FunnelStep, RankedArtifact
from miner.report import WRITERS, Report, Writer, public, read_report, write_report
from miner.report.html import to_html
from miner.report.ledger import ledgers

GOLD = Path(__file__).parent / "gold" / "report"
REPORT = read_report(GOLD / "report.json")


def parse(report: Report) -> BeautifulSoup:
    return BeautifulSoup(to_html(report), "lxml")


def words(element: Tag | None) -> str:
    assert element is not None
    return " ".join(element.get_text().split())


def line_of(page: BeautifulSoup, name: str) -> Tag:
    (line,) = [tr for tr in page.select("#ranking tbody tr") if words(tr.select_one(".name")) == name]
    return line


@pytest.mark.parametrize("name", ["csv", "html", "json"])
def test_the_gold_report_is_written_as_it_was(name: str, tmp_path: Path) -> None:
    paths = write_report(REPORT, tmp_path, [name])
    assert paths == {name: tmp_path / f"report.{name}"}
    assert paths[name].read_bytes() == (GOLD / f"report.{name}").read_bytes()


def test_the_same_report_gives_the_same_bytes_in_whatever_order_its_mappings_were_filled(tmp_path: Path) -> None:
    turned = replace(
        REPORT,
        sources=dict(reversed(list(REPORT.sources.items()))),
        manifest=dict(reversed(list(REPORT.manifest.items()))),
    )
    first, second = write_report(REPORT, tmp_path / "1"), write_report(turned, tmp_path / "2")
    assert list(first) == ["csv", "json", "html", "xlsx", "parquet"]
    assert [p.read_bytes() for p in first.values()] == [p.read_bytes() for p in second.values()]


def test_an_unknown_format_is_answered_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match=r"no report format called 'htm'; .*Did you mean html\?"):
        write_report(REPORT, tmp_path / "new", ["csv", "htm"])
    assert not (tmp_path / "new").exists()


def _half(code: int) -> Writer:
    def write(report: Report, path: Path) -> None:
        path.write_text(report.title[:4])
        raise OSError(code, "as the system says it")

    return write


@pytest.mark.parametrize(
    ("code", "kind", "message"),
    [
        (errno.ENOSPC, StorageFull, r"There is no room for the report in .*\. Free some space"),
        (errno.EDQUOT, StorageFull, r"There is no room for the report in .*\. Free some space"),
        (errno.EACCES, MinerError, r"cannot be written to .*: as the system says it\. Name another folder"),
    ],
)
def test_a_write_that_fails_half_way_leaves_the_earlier_file_and_nothing_else(
    code: int, kind: type[MinerError], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = write_report(REPORT, tmp_path, ["html"])["html"].read_bytes()
    monkeypatch.setitem(WRITERS, "html", _half(code))
    with pytest.raises(MinerError, match=message) as caught:
        write_report(replace(REPORT, title="Another"), tmp_path, ["html"])
    assert type(caught.value) is kind
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"report.html": earlier}


def test_a_folder_that_is_a_file_is_an_error_with_advice(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(MinerError, match=r"cannot be written to .*taken: .*Name another folder"):
        write_report(REPORT, tmp_path / "taken")


def test_the_policy_allows_our_style_and_script_by_hash_and_nothing_else() -> None:
    page = BeautifulSoup(to_html(REPORT), "html.parser")
    meta = page.select_one('meta[http-equiv="Content-Security-Policy"]')
    assert meta is not None
    policy = dict(part.strip().split(" ", 1) for part in str(meta["content"]).split(";"))
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        texts = [element.get_text() for element in page.find_all(tag, type=False)]
        digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts]
        assert policy.pop(directive) == " ".join(f"'sha256-{digest}'" for digest in digests)
    assert policy == {"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'"}
    assert [e.name for e in meta.find_all_previous(["style", "script", "link"])] == []


def test_the_page_asks_for_nothing_from_the_network() -> None:
    page = parse(REPORT)
    assert page.find_all(["link", "img", "iframe", "object", "embed", "video", "audio", "base", "form", "image"]) == []
    assert page.select("[src], [srcset], [style], [action], [background], [ping]") == []
    assert re.findall(r"url\(|@import|image-set", page.find_all("style")[0].get_text()) == []
    links = [a for a in page.find_all("a") if not str(a["href"]).startswith("#")]
    quoted = [*(e for step in REPORT.funnel for e in step.examples), *(e for row in REPORT.rows for e in row.evidence)]
    assert [a["href"] for a in links] == [e.url for e in quoted if e.url]
    assert {" ".join(a["rel"]) for a in links} == {"noreferrer"}


def test_the_whole_table_is_there_without_a_script() -> None:
    page = parse(REPORT)
    assert len(page.select("#ranking tbody tr")) == len(REPORT.rows)
    assert page.select("#ranking [hidden]") == []
    assert page.select_one("#find[hidden]") is not None
    assert [words(th) for th in page.select("#ranking thead th")] == [
        *("Rank", "Artifact", "Category", "Authors", "Posts", "Share", "Posted", "Theme"),
    ]
    assert [th.get("aria-sort") for th in page.select("#ranking thead th")] == ["ascending", *[None] * 7]
    assert {len(tr.find_all("td", recursive=False)) for tr in page.select("#ranking tbody tr")} == {8}


def test_a_line_says_in_words_all_that_is_known_of_an_artifact() -> None:
    line = line_of(parse(REPORT), "Rubik's Cube")
    assert line["id"] == REPORT.rows[0].artifact.artifact_id
    rank, _, kind, authors, posts, share, seen, theme = line.find_all("td", recursive=False)
    assert words(rank) == "Link to rank 1 always 1"
    assert words(kind) == "toy Props, also Set Dressing"
    assert [words(c) for c in (authors, posts, share)] == ["1,204", "1,377", "10.46 %"]
    assert words(seen) == "4 Mar 2019 to 21 Oct 2026"
    assert words(theme) == "Rubik's Cube · Simon"
    assert words(line.select_one(".also")).endswith("Rubic cube and 1 more")
    assert words(line.select_one("dl.joins")) == (
        "the same letters rubiks cube (41), rubik's cubes (9), RubiksCube (2) "
        "a slip of the pen Rubix cube (12), Rubic cube (3)"
    )
    assert words(line.select_one("details > .also")) == ("Not counted: 7 (reposts), at least 2 (near-duplicates)")
    plain = replace(REPORT.rows[0], artifact=replace(REPORT.rows[0].artifact, spellings=()), left_out=())
    unjoined = line_of(parse(replace(REPORT, rows=(plain,))), "Rubik's Cube")
    assert words(unjoined.select_one("details > .also")) == "also RubiksCube"
    assert [words(q) for q in line.select("details q")] == [e.quote for e in REPORT.rows[0].evidence]
    assert [words(mark) for mark in line.select("mark")] == ["Rubik's cube", "Rubix Cube"]
    assert words(line.select_one("summary .more")) == "mastodon, 6 May 2021, and 2 more"
    assert [words(source) for source in line.select(".source")] == [
        "see the post",
        "reddit, 4 Mar 2019 · see the post",
        "reddit",
    ]


def test_a_single_quote_without_a_link_has_nothing_to_unfold() -> None:
    row = REPORT.rows[1]
    artifact = replace(row.artifact, spellings=())
    alone = replace(row, artifact=artifact, evidence=(replace(row.evidence[0], url=None),))
    line = line_of(parse(replace(REPORT, rows=(alone,))), "Walkman")
    assert line.details is None
    assert words(line.select_one(".only")) == f"{row.evidence[0].quote} reddit, 29 Feb 2020"


def test_the_interval_bar_spans_the_places_on_a_line_as_long_as_the_list() -> None:
    # ranks 3 to 6 of 6, the rank itself 4: (3-1)/5, (6-3)/5 and (4-1)/5 of 98, and a mark is 2 wide
    line = line_of(parse(REPORT), "Simon")
    span, mark = line.select(".rank rect")
    assert (span["x"], span["width"], mark["x"]) == ("39.20", "60.80", "58.80")
    assert words(line.select_one("span.range")) == "3 to 6"


def test_what_is_not_known_is_said() -> None:
    page = parse(REPORT)
    assert words(line_of(page, "Simon").select_one(".seen")) == "no date"
    assert words(line_of(page, "Walkman").select_one("td.theme")) == "none"
    assert words(line_of(page, "Pac-Man cabinet").select_one(".seen")) == "7 Jul 2022"


def test_themes_list_their_artifacts_by_rank_and_count_those_outside_the_list() -> None:
    (theme,) = parse(REPORT).select("#themes article")
    assert [words(li) for li in theme.select("li")] == ["Rubik's Cube rank 1", "Simon rank 4"]
    assert words(theme.select_one(".aside")) == "and 1 outside this list"


def test_every_link_within_the_page_has_its_target_and_ids_are_unique() -> None:
    page = parse(REPORT)
    ids = [str(e["id"]) for e in page.select("[id]")]
    assert len(ids) == len(set(ids))
    targets = {str(a["href"])[1:] for a in page.select('a[href^="#"]')}
    labels = {str(e[name]) for name in ("aria-labelledby", "for") for e in page.select(f"[{name}]")}
    assert targets | labels <= set(ids)
    assert {row.artifact.artifact_id for row in REPORT.rows} <= targets


def test_the_ledger_is_cut_where_the_count_of_names_begins() -> None:
    posts, names = ledgers(REPORT.funnel)
    assert (posts.n_start, [line.n_left for line in posts.lines]) == (21_000, [15_000, 14_000, 14_000])
    assert [line.width for line in posts.lines] == ["71.43", "66.67", "66.67"]
    assert (names.n_start, names.lines[-1].n_left) == (100, 6)
    assert ledgers(()) == ()
    assert ledgers([FunnelStep(name="nothing read", n_out=0, n_left=0)])[0].lines[0].width == "0.00"


def test_a_report_of_nothing_is_still_a_page(tmp_path: Path) -> None:
    bare = Report(title="Nothing yet", corpus="c", run_id="any-0", n_posts=1, n_authors=1)
    paths = write_report(bare, tmp_path)
    page = parse(bare)
    assert words(page.select_one(".lede")) == ("The things named most in 1 post by 1 author whose dates are not known.")
    assert words(page.select_one("#artifacts .empty")) == "This run found no artifacts."
    assert page.select(".ledger, #ranking, .limits, #themes article") == []
    assert read_report(paths["json"]) == bare
    assert paths["csv"].read_text(encoding="utf-8-sig").count("\n") == 1


def test_an_internal_page_says_when_it_has_to_go() -> None:
    page = parse(replace(REPORT, expires_at=datetime(2027, 2, 19, tzinfo=UTC)))
    assert words(page.select_one(".mode")).endswith("not for publication. Delete after 19 Feb 2027.")
    assert words(parse(public(REPORT)).select_one(".mode")) == "Public copy. No quotes, no links to posts."


def test_a_thousand_artifacts_fit_in_three_megabytes() -> None:
    model = REPORT.rows[0]
    quote = replace(model.evidence[0], quote="word " * 40)

    def row(rank: int) -> RankedArtifact:
        artifact = replace(model.artifact, artifact_id=f"a_{rank:010x}", name=f"artifact number {rank}")
        return replace(model, rank=rank, rank_high=rank + 9, artifact=artifact, evidence=(quote,) * 3)

    page = to_html(replace(REPORT, rows=tuple(map(row, range(1, 1001)))))
    assert page.count('<tr role="row" id=') == 1000
    assert len(page.encode()) < 3_000_000
