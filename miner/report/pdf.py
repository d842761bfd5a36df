"""The report on paper: the page as a browser prints it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from miner.errors import MinerError, SettingsError

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "chrome")
TIMEOUT_S: Final = 180


def print_pdf(page: Path, pdf: Path) -> None:
    """Prints *page*, an HTML file, to *pdf*, whole or not at all.

    Raises:
        SettingsError: No Chromium is installed.
        MinerError: It fails, or takes longer than three minutes.
    """
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise SettingsError(
            "Printing needs Chromium, which is not installed.",
            f"Run: sudo apt-get install chromium. Or open {page} in any browser and print it there.",
        )
    part = pdf.with_name(f".{pdf.name}.{os.getpid()}.part.pdf")
    # Chromium's own cage needs rights that root in a container lacks; the page is ours and runs two scripts of ours
    cage = ["--no-sandbox"] if os.geteuid() == 0 else []
    command = [browser, "--headless", "--disable-gpu", "--no-pdf-header-footer", *cage]
    try:
        subprocess.run(  # noqa: S603 - the browser and two paths, no shell
            [*command, f"--print-to-pdf={part}", page.resolve().as_uri()],
            check=True,
            capture_output=True,
            timeout=TIMEOUT_S,
        )
        part.replace(pdf)
    except (subprocess.SubprocessError, OSError) as error:
        raise MinerError(
            f"{browser} did not print {page}.", "Open it in a browser and print it there, or try again."
        ) from error
    finally:
        part.unlink(missing_ok=True)
