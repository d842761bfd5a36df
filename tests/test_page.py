"""The report in a browser, from a file: what is read, decided, filtered and handed on, without asking any network."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from cli_program import call, end, start, write_posts
from openpyxl import load_workbook  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, sync_playwright

from miner.artifacts.period import check
from miner.records import Dating
from miner.report import Report, read_report
from miner.report.html import to_html
from miner.review.log import decision_from

CHROMIUM = shutil.which("chromium")
if CHROMIUM is None and os.environ.get("NOSTALGIA_CHROMIUM") == "required":
    pytest.fail("Chromium was to be installed, and is not there", pytrace=False)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed; .ci/chromium.sh does")

GOLD = read_report(Path(__file__).parent / "gold" / "report" / "report.json")
DATINGS = (
    Dating(first_year=1983, sources=("Wikipedia: A",), confidence="medium", heyday=(1984, 1986), life_years=6),
    Dating(first_year=1975, sources=("A", "B", "C"), confidence="high", heyday=(1976, 1979), life_years=0),
    Dating(first_year=1960, sources=("<b>A",), confidence="medium", is_brand=True),
    Dating(first_year=1980, sources=("A",), confidence="medium", heyday=(1981, 1982), is_brand=True, life_years=0),
)


def report(n: int = 0) -> Report:
    """The gold report, every row dated in another way; with *n*, so many rows."""
    rows = [replace(row, dating=DATINGS[i % 4], sources=("reddit",)) for i, row in enumerate(GOLD.rows)]
    rows[-1] = replace(rows[-1], dating=Dating())
    if n:
        rows = [
            replace(
                rows[i % len(rows)],
                rank=i + 1,
                artifact=replace(rows[i % len(rows)].artifact, artifact_id=f"a_{i:010x}", name=f"Artifact {i}"),
            )
            for i in range(n)
        ]
    return replace(GOLD, rows=tuple(rows))


@dataclass
class Opened:
    """A page, with all that went wrong or over the wire."""

    page: Page
    troubles: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def names(self) -> list[str]:
        return [text.strip() for text in self.page.locator("#ranking tbody tr:visible .name").all_inner_texts()]

    def downloaded(self, button: str) -> str:
        with self.page.expect_download() as waiting:
            self.page.click(button)
        return Path(waiting.value.path()).read_text(encoding="utf-8")

    def verdict(self, row: int) -> str:
        return self.page.locator("#ranking tbody tr").nth(row).locator(".verdict").inner_text()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield made
        made.close()


def opened(browser: Browser, folder: Path, shown: Report, **context: Any) -> Opened:
    file = folder / "report.html"
    file.write_text(to_html(shown), encoding="utf-8")
    made = Opened(browser.new_context(viewport={"width": 1280, "height": 900}, **context).new_page())
    made.page.on("console", lambda message: made.troubles.append(message.text))
    made.page.on("pageerror", lambda error: made.troubles.append(str(error)))
    made.page.on("request", lambda request: made.asked.append(request.url))
    made.page.goto(file.as_uri())
    return made


@pytest.fixture
def here(browser: Browser, tmp_path: Path) -> Iterator[Opened]:
    made = opened(browser, tmp_path, report())
    yield made
    assert made.troubles == []
    # blob: is a file that the page itself hands out
    assert [url for url in made.asked if not url.startswith(("file:", "blob:"))] == []
    made.page.context.close()


def test_the_filter_and_the_facets_narrow_the_list_and_the_address_remembers(here: Opened) -> None:
    everything = here.names()
    here.page.fill("#filter", everything[1].split()[0].lower())
    assert here.names() == [everything[1]]
    assert "of" in here.page.inner_text("#count")
    assert "#?q=" in here.page.url
    here.page.fill("#filter", "")
    department = here.page.locator("#facet-dept option").nth(1).get_attribute("value")
    here.page.select_option("#facet-dept", department)
    narrowed = here.names()
    assert 0 < len(narrowed) < len(everything)
    again = here.page.context.new_page()
    again.goto(here.page.url)
    assert again.locator("#ranking tbody tr:visible").count() == len(narrowed)
    again.close()


def test_sorting_turns_the_list_round_and_back(here: Opened) -> None:
    order = here.names()
    here.page.click("#ranking thead th:first-child button")
    assert here.names() == order[::-1]
    here.page.click("#ranking thead th:first-child button")
    assert here.names() == order


def test_each_key_does_what_the_help_says(here: Opened) -> None:
    press = here.page.keyboard.press
    press("?")
    assert "undo" in here.page.inner_text("dialog")
    press("Escape")
    press("j")
    press("k")
    assert here.verdict(0) == "Kept"
    press("ArrowDown")
    press("m")
    assert here.verdict(1) == "Maybe"
    press("j")
    press("x")
    press("4")
    assert here.verdict(2) == "Rejected: too obvious"
    press("u")
    assert here.verdict(2) == ""
    press("ArrowUp")
    press("p")
    assert here.verdict(1) == "Kept"
    press("/")
    here.page.keyboard.type("zzz")
    assert here.names() == []
    press("Escape")
    here.page.select_option("#facet-said", "keep")
    here.page.fill("#filter", "")
    assert len(here.names()) == 2


def test_decisions_stay_are_exported_as_the_program_reads_them_and_come_in_again(here: Opened, tmp_path: Path) -> None:
    names = here.names()
    here.page.fill("#who", "ann")
    here.page.keyboard.press("Escape")
    for key in ("j", "k", "j", "x", "1", "j", "e"):
        here.page.keyboard.press(key)
    here.page.fill("dialog textarea", "the red one")
    here.page.fill("dialog input[list]", names[0])
    if here.page.locator("dialog input[type=checkbox]").count():
        here.page.locator("dialog input[type=checkbox]").first.check()
    here.page.click("dialog button[type=submit]")
    here.page.reload()
    assert here.verdict(0) == "Kept"
    assert "the red one" in here.verdict(2)
    written = here.downloaded("#export-decisions")
    lines = [decision_from(line.encode()) for line in written.splitlines()]
    assert [(line.by, line.what, line.value, line.reason) for line in lines][:2] == [
        ("ann", "decision", "keep", ""),
        ("ann", "decision", "reject", "not an object"),
    ]
    assert {line.what for line in lines[2:]} >= {"note", "same_as"}
    here.page.evaluate("localStorage.clear()")
    here.page.reload()
    assert here.page.locator(".verdict:visible").count() == 0
    file = tmp_path / "decisions.jsonl"
    file.write_text(written + "<html>\n", encoding="utf-8")
    here.page.set_input_files("#import-decisions", file)
    here.page.locator("#said", has_text="taken in").wait_for()
    assert here.verdict(1) == "Rejected: not an object"
    assert f"{len(lines)} decisions taken in, 1 lines refused" in here.page.inner_text("#said")


def test_a_duplicate_asks_of_what_and_becomes_a_link(here: Opened) -> None:
    names = here.names()
    for key in ("j", "x", "2"):
        here.page.keyboard.press(key)
    here.page.keyboard.type(names[1])
    here.page.keyboard.press("Enter")
    assert here.verdict(0) == f"Rejected: duplicate · the same as {names[1]}"
    lines = [decision_from(line.encode()) for line in here.downloaded("#export-decisions").splitlines()]
    assert [(line.what, line.value) for line in lines] == [("decision", "reject"), ("same_as", names[1])]


def test_exports_hold_the_view_or_everything_and_no_formula(here: Opened) -> None:
    everything = here.downloaded("#export-all")
    assert len(everything.strip().splitlines()) == len(GOLD.rows) + 1
    assert everything.startswith("\ufeffrank,artifact,")
    here.page.fill("#filter", here.names()[0])
    n_shown = len(here.names())
    assert 0 < n_shown < len(GOLD.rows)
    assert len(here.downloaded("#export-view").strip().splitlines()) == n_shown + 1
    assert f"({n_shown})" in here.page.inner_text("#export-view")
    assert not [cell for line in everything.splitlines() for cell in line.split(",") if cell[:1] in ("=", "@")]


def test_the_page_flags_every_year_as_the_program_does(here: Opened) -> None:
    first, last = (int(here.page.get_attribute("#story", name) or 0) for name in ("min", "max"))
    for year in range(first, last + 1):
        here.page.fill("#story", str(year))
        shown = here.page.locator("#ranking tbody tr .period").all_inner_texts()
        expected = [check(row.dating, year) for row in report().rows]
        assert [words.split(" ", 1)[1] if not words.startswith("Not yet") else words[8:] for words in shown] == [
            flag.reason for flag in expected
        ]
        levels = here.page.eval_on_selector_all("#ranking tbody tr", "rows => rows.map(r => r.dataset.level)")
        assert levels == [flag.level for flag in expected]
    here.page.click("#story-off")
    assert here.page.locator("#ranking tbody tr .period:visible").count() == 0


def test_a_permalink_leads_to_its_row_even_past_a_filter(here: Opened) -> None:
    here.page.fill("#filter", "zzz")
    anchor = here.page.locator("#ranking tbody tr").nth(2).get_attribute("id")
    here.page.evaluate("id => { location.hash = id }", anchor)
    here.page.wait_for_timeout(100)
    assert here.page.locator(f"#{anchor}").is_visible()


@pytest.mark.parametrize("view", ["table", "cards", "dark", "narrow"])
def test_axe_finds_nothing(browser: Browser, tmp_path: Path, view: str) -> None:
    made = opened(
        browser,
        tmp_path,
        report(),
        bypass_csp=True,
        color_scheme="dark" if view == "dark" else "light",
        reduced_motion="reduce",
    )
    if view == "cards":
        made.page.click("#cards")
    if view == "narrow":
        # 400 % zoom of a window of 1,280 pixels
        made.page.set_viewport_size({"width": 320, "height": 700})
    made.page.keyboard.press("j")
    made.page.keyboard.press("k")
    found = Axe().run(made.page)
    assert [(v["id"], [n["html"][:120] for n in v["nodes"]][:3]) for v in found.response["violations"]] == []
    if view == "narrow":
        assert made.page.evaluate("document.documentElement.scrollWidth") <= 320
    made.page.context.close()


def test_all_is_there_without_javascript(browser: Browser, tmp_path: Path) -> None:
    made = opened(browser, tmp_path, report(), java_script_enabled=False)
    assert len(made.names()) == len(GOLD.rows)
    assert made.page.locator(".tools").is_hidden()
    made.page.context.close()


def test_it_prints(here: Opened, tmp_path: Path) -> None:
    for size in ("A4", "Letter"):
        here.page.pdf(path=tmp_path / f"{size}.pdf", format=size)
        assert (tmp_path / f"{size}.pdf").read_bytes().startswith(b"%PDF-")


def test_a_thousand_artifacts_are_small_and_quick(browser: Browser, tmp_path: Path) -> None:
    began = time.monotonic()
    made = opened(browser, tmp_path, report(1000))
    took = time.monotonic() - began
    assert (tmp_path / "report.html").stat().st_size < 3_000_000
    assert len(made.names()) == 1000
    # no stopwatch on a shared machine: only that nothing grows with the square of the rows
    assert took < 60
    made.page.fill("#filter", "artifact 99")
    assert len(made.names()) == 19
    assert made.troubles == []
    made.page.context.close()


def test_a_browser_that_stores_nothing_says_so(browser: Browser, tmp_path: Path) -> None:
    made = opened(browser, tmp_path, report())
    made.page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('no'); } })")
    made.page.reload()
    made.page.keyboard.press("j")
    made.page.keyboard.press("k")
    assert "does not store" in made.page.inner_text("#said")
    assert json.loads(made.downloaded("#export-decisions"))["value"] == "keep"
    made.page.context.close()


def test_the_way_through_that_the_readme_describes(browser: Browser, tmp_path: Path) -> None:
    """A list for 1983, ten rejected, two merged, the rest handed to the art department, and the next list obeys."""
    write_posts(tmp_path / "posts.jsonl")
    assert call(tmp_path, "import", "posts.jsonl", "--into", "mine").code == 0
    ranked = call(tmp_path, "rank", "mine", "--era", "80s", "--story-year", "1983", "--region", "US", "--top", "132")
    assert ranked.code == 0, ranked.err
    (run,) = (tmp_path / "output" / "mine").iterdir()
    page = browser.new_context().new_page()
    page.goto((run / "report.html").as_uri())
    assert page.inner_text("#story-year") == "1983"
    names = [name.strip() for name in page.locator("#ranking tbody tr .name").all_inner_texts()]
    n_rejected = min(10, len(names) - 4)
    assert n_rejected >= 3
    for _ in range(n_rejected):
        page.keyboard.press("j")
        page.keyboard.press("x")
        page.keyboard.press("1")
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.fill("dialog input[list]", names[n_rejected + 1])
    page.click("dialog button[type=submit]")
    page.select_option("#facet-said", "none")
    with page.expect_download() as view:
        page.click("#export-view")
    handed = Path(view.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert len(handed) - 1 == len(names) - n_rejected
    with page.expect_download() as decisions:
        page.click("#export-decisions")
    decisions.value.save_as(tmp_path / "decisions.jsonl")
    page.context.close()
    taken = call(tmp_path, "decide", "import", "decisions.jsonl", "--into", "mine")
    assert taken.out.startswith(f"{n_rejected + 1} new, 0 known already, 0 refused"), taken.out + taken.err
    again = json.loads(call(tmp_path, "rank", "mine", "--era", "80s", "--story-year", "1983", "--json", "--quiet").out)
    rest = {row["artifact"]["name"] for row in again["report"]["rows"]}
    assert not rest & set(names[:n_rejected])
    assert len(rest) == len(names) - n_rejected - 1
    assert load_workbook(run / "report.xlsx").sheetnames[:2] == ["READ ME", "All"]


def test_each_tab_is_a_list_of_its_own_in_its_own_order(browser: Browser, tmp_path: Path) -> None:
    first, second, third, *rest = report().rows
    shown = replace(
        report(),
        rows=(
            replace(first, lenses=("seen", "distinctive"), distinctive_z=2.5),
            replace(second, lenses=("seen",), distinctive_z=-1.0),
        ),
        also=(replace(third, lenses=("distinctive", "deep"), distinctive_z=3.5),),
    )
    made = opened(browser, tmp_path, shown)
    names = [row.artifact.name for row in (first, second, third)]
    assert made.names() == names[:2]
    assert made.page.inner_text("#count") == "2 artifacts"
    made.page.click("#lenses button:nth-child(2)")
    assert made.names() == [names[2], names[0]]
    assert "lens=distinctive" in made.page.url
    again = made.page.context.new_page()
    again.goto(made.page.url)
    assert again.locator("#ranking tbody tr:visible").count() == 2
    again.close()
    made.page.click("#lenses button:nth-child(3)")
    assert made.names() == [names[2]]
    made.page.evaluate("id => { location.hash = id }", second.artifact.artifact_id)
    made.page.wait_for_timeout(100)
    assert made.page.locator(f"#{second.artifact.artifact_id}").is_visible()
    assert rest
    assert made.troubles == []
    made.page.context.close()


def test_without_javascript_the_other_lists_stand_below(browser: Browser, tmp_path: Path) -> None:
    first, second, *_ = report().rows
    shown = replace(report(), rows=(first,), also=(replace(second, lenses=("deep",)),))
    made = opened(browser, tmp_path, shown, java_script_enabled=False)
    assert made.names() == [first.artifact.name, second.artifact.name]
    assert "Only in the other lists" in made.page.inner_text("#others")
    made.page.context.close()


def test_with_a_server_each_decision_is_saved_at_once(browser: Browser, tmp_path: Path) -> None:
    write_posts(tmp_path / "posts.jsonl")
    assert call(tmp_path, "import", "posts.jsonl", "--into", "mine").code == 0
    assert call(tmp_path, "rank", "mine", "--era", "80s").code == 0
    server = start(tmp_path, "serve", "--port", "0")
    try:
        assert server.stdout is not None
        address = server.stdout.readline().split(" at ")[1].split()[0]
        made = Opened(browser.new_context().new_page())
        made.page.on("pageerror", lambda error: made.troubles.append(str(error)))
        made.page.goto(address)
        made.page.keyboard.press("j")
        made.page.keyboard.press("k")
        made.page.locator("#said", has_text="Saved.").wait_for()
        # another person, another browser: what the first decided is there
        other = browser.new_context().new_page()
        other.goto(address)
        other.wait_for_selector(".verdict:visible")
        assert other.locator(".verdict:visible").all_inner_texts() == ["Kept"]
        assert made.troubles == []
        other.context.close()
        made.page.context.close()
    finally:
        server.send_signal(signal.SIGINT)
        end(server, timeout_s=30)
    assert "1 decisions hold" in call(tmp_path, "decide", "list", "mine").out


def test_cards_print_as_a_look_book_by_department_with_a_box_to_tick(here: Opened, tmp_path: Path) -> None:
    here.page.click("#cards")
    departments = "rows => rows.map(row => row.querySelector('.dept').textContent.split(', also ')[0].trim())"
    here.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    shown = here.page.eval_on_selector_all("#ranking tbody tr", departments)
    assert shown == sorted(shown)
    assert len(set(shown)) > 1
    here.page.emulate_media(media="print")
    card = here.page.locator("#ranking tbody tr").first
    assert "☐" in card.evaluate("row => getComputedStyle(row, '::after').content")
    here.page.pdf(path=tmp_path / "cards.pdf", format="A4", landscape=True)
    here.page.emulate_media(media="screen")
    here.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert here.names()[0] == GOLD.rows[0].artifact.name


def test_what_the_server_did_not_take_goes_with_the_next_decision(browser: Browser, tmp_path: Path) -> None:
    write_posts(tmp_path / "posts.jsonl")
    assert call(tmp_path, "import", "posts.jsonl", "--into", "mine").code == 0
    assert call(tmp_path, "rank", "mine", "--era", "80s").code == 0
    server = start(tmp_path, "serve", "--port", "0")
    try:
        assert server.stdout is not None
        page = browser.new_context().new_page()
        page.goto(server.stdout.readline().split(" at ")[1].split()[0])
        page.route("**/decisions", lambda route: route.abort())
        page.keyboard.press("j")
        page.keyboard.press("k")
        page.locator("#said", has_text="Not saved").wait_for()
        page.unroute("**/decisions")
        page.keyboard.press("j")
        page.keyboard.press("m")
        page.locator("#said", has_text="Saved.").wait_for()
        page.context.close()
    finally:
        server.send_signal(signal.SIGINT)
        end(server, timeout_s=30)
    assert "2 decisions hold" in call(tmp_path, "decide", "list", "mine").out
