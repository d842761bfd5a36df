"""Pictures of the report for README, of the sample corpus: python tools/pictures.py REPORT.json (needs Chromium).

The report is opened as a reader opens it, from a file. Nothing is retouched.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from miner.report import read_report, write_report

FOLDER = Path(__file__).parent.parent / "docs" / "images"
SIZE = {"width": 1280, "height": 860}


def main() -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", type=Path)
    report = read_report(parser.parse_args().report)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page_file = write_report(report, Path(folder), ["html"])["html"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
        page.goto(page_file.as_uri())
        take(page, "head")
        page.locator("#artifacts").scroll_into_view_if_needed()
        page.evaluate("document.querySelector('.ranking').scrollIntoView()")
        for key in ("j", "k", "j", "x", "4", "j", "m"):
            page.keyboard.press(key)
        page.evaluate("document.querySelector('.bar').scrollIntoView()")
        page.fill("#story", "1983")
        take(page, "table")
        page.locator("#ranking details summary").first.click()
        page.locator("#ranking tbody tr").first.scroll_into_view_if_needed()
        take(page, "evidence")
        page.click("#cards")
        page.evaluate("document.querySelector('.ranking').scrollIntoView()")
        page.emulate_media(color_scheme="dark")
        take(page, "cards-dark")
        browser.close()


def take(page: Page, name: str) -> None:
    """A picture of what the window shows."""
    page.wait_for_timeout(400)
    page.screenshot(path=FOLDER / f"{name}.png")
    print(FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
