"""The report on paper: the page, or its cards as a look-book, as a browser prints it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final, Literal

from miner.errors import MinerError, SettingsError
from miner.report.html import to_html
from miner.report.model import Report

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "chrome")
TIMEOUT_S: Final = 180
Paper = Literal["a4", "letter"]


def print_pdf(report: Report, pdf: Path, *, paper: Paper = "a4", is_look_book: bool = False) -> None:
    """Prints *report* to *pdf*, whole or not at all.

    Args:
        report: What to print, public or internal as it is.
        pdf: File to write.
        paper: Its size, on its side.
        is_look_book: Cards by department, six a page, in place of the table.

    Raises:
        SettingsError: No Chromium is installed.
        MinerError: It fails, or takes longer than three minutes.
    """
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise SettingsError(
            "Printing needs Chromium, which is not installed.",
            "Run: sudo apt-get install chromium. Or open report.html in any browser and print it there.",
        )
    part = pdf.with_name(f".{pdf.name}.{os.getpid()}.part.pdf")
    page = part.with_suffix(".html")
    # Chromium's own cage needs rights that root in a container lacks; the page is ours and runs two scripts of ours
    cage = ["--no-sandbox"] if os.geteuid() == 0 else []
    command = [browser, "--headless", "--disable-gpu", "--no-pdf-header-footer", *cage]
    try:
        page.write_bytes(on_paper(report, paper).encode())
        subprocess.run(  # noqa: S603 - the browser and two paths, no shell
            [*command, f"--print-to-pdf={part}", page.resolve().as_uri() + ("#?view=cards" if is_look_book else "")],
            check=True,
            capture_output=True,
            timeout=TIMEOUT_S,
        )
        part.replace(pdf)
    except (subprocess.SubprocessError, OSError) as error:
        raise MinerError(
            f"{browser} did not print {pdf}.", "Open report.html in a browser and print it there, or try again."
        ) from error
    finally:
        part.unlink(missing_ok=True)
        page.unlink(missing_ok=True)


def on_paper(report: Report, paper: Paper) -> str:
    """The page of *report* for sheets of this size; without it a browser takes its own."""
    return to_html(report, sheet=f"{paper} landscape")
