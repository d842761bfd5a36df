"""Pictures of the report for README.

    python tools/pictures.py output/sample/80s-…/report.json

Needs Chromium, LibreOffice and pdftoppm. The report is opened as a reader opens it, from a file; nothing is retouched.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
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
        page.emulate_media(color_scheme="light")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        page.pdf(path=Path(folder) / "print.pdf", format="A4", landscape=True)
        browser.close()
        on_paper(Path(folder) / "print.pdf", "print", sheet=2)
        book = write_report(report, Path(folder), ["xlsx"])["xlsx"]
        subprocess.run(["soffice", "--headless", "--convert-to", "pdf", "--outdir", folder, book], check=True)
        on_paper(Path(folder) / "report.pdf", "workbook", sheet=1)


def take(page: Page, name: str) -> None:
    """A picture of what the window shows."""
    page.wait_for_timeout(400)
    page.screenshot(path=FOLDER / f"{name}.png")
    print(FOLDER / f"{name}.png")


def on_paper(pdf: Path, name: str, *, sheet: int) -> None:
    """A picture of one sheet of a PDF."""
    target = FOLDER / name
    subprocess.run(
        ["pdftoppm", "-png", "-r", "80", "-f", str(sheet), "-l", str(sheet), "-singlefile", pdf, target], check=True
    )
    print(target.with_suffix(".png"))


if __name__ == "__main__":
    main()
