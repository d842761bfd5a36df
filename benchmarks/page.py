"""How quick the page is with a thousand artifacts, in Chromium.

    python benchmarks/page.py

Prints its size, the time to its first paint, and the time from a key in the filter to the next painted frame, each as
minimum, median and maximum of several turns. Nothing is asserted: machines differ.
"""

from __future__ import annotations

import json
import shutil
import statistics
import tempfile
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from miner.report import Report, read_report
from miner.report.html import to_html

GOLD = Path(__file__).parent.parent / "tests" / "gold" / "report" / "report.json"
N_ROWS, N_TURNS = 1000, 7
# from the key to the frame that shows what it did
KEY = """async (text) => {
  const field = document.getElementById("filter");
  const begun = performance.now();
  field.value = text;
  field.dispatchEvent(new Event("input"));
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - begun;
}"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"


def main() -> None:
    """Measure, print."""
    text = to_html(thousand())
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "report.html"
        file.write_text(text, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        turns = [turn(browser, file.as_uri()) for _ in range(N_TURNS)]
        browser.close()
    print(json.dumps({"rows": N_ROWS, "megabytes": round(len(text.encode()) / 1e6, 2)}))
    for name in ("first paint", "key to frame"):
        values = [value for one in turns for value in one[name]]
        spread = {"min": min(values), "median": statistics.median(values), "max": max(values)}
        print(json.dumps({"what": f"{name}, ms"} | {k: round(v, 1) for k, v in spread.items()}))


def thousand() -> Report:
    """The gold report's rows, over and over, each with a name and an id of its own."""
    report = read_report(GOLD)
    rows = [report.rows[i % len(report.rows)] for i in range(N_ROWS)]
    named = [
        replace(row, rank=i + 1, artifact=replace(row.artifact, artifact_id=f"a_{i:010x}", name=f"Artifact {i}"))
        for i, row in enumerate(rows)
    ]
    return replace(report, rows=tuple(named))


def turn(browser: Browser, address: str) -> dict[str, list[float]]:
    """One visit, with three keys in the filter."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(address)
    page.wait_for_timeout(500)
    found = {
        "first paint": [float(page.evaluate(PAINT))],
        "key to frame": [float(page.evaluate(KEY, text)) for text in ("9", "99", "")],
    }
    page.context.close()
    return found


if __name__ == "__main__":
    main()
