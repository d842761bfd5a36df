"""All hostile words in one page, in Chromium: nothing runs, nothing is asked for, nothing breaks the layout."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hostile_words import HOSTILE
from playwright.sync_api import Dialog
from test_page import GOLD, Opened, browser, opened, pytestmark

from miner.records import Evidence, Spelling
from miner.report import Report

__all__ = ["browser", "pytestmark"]  # a fixture and a mark that pytest finds by name
# what is longer is cut in the page, and costs Chromium seconds here
SHORT = [text[:5_000] for text in HOSTILE]


def hostile_report() -> Report:
    rows = []
    for i, text in enumerate(SHORT):
        row = GOLD.rows[i % len(GOLD.rows)]
        spelt = Spelling(name=text, n_posts=2, joined="judged")
        artifact = replace(
            row.artifact,
            artifact_id=f"a_{i:010x}",
            name=f"{text} {i}",
            also_called=(text, f"{text}s"),
            spellings=(spelt,),
        )
        quote = Evidence(post_id=text, quote=text, url=text, source=text, created_at=None)
        rows.append(replace(row, rank=i + 1, artifact=artifact, evidence=(quote,) * 3, theme=text, parent=text))
    return replace(GOLD, title=SHORT[0], rows=tuple(rows), limits=tuple(SHORT))


@pytest.fixture
def page(browser: object, tmp_path: Path) -> Iterator[Opened]:
    made = opened(browser, tmp_path, hostile_report())  # type: ignore[arg-type]
    yield made
    made.page.context.close()


@pytest.mark.slow
def test_two_hundred_kinds_of_words_do_nothing_in_a_browser(page: Opened) -> None:
    dialogs: list[Dialog] = []
    page.page.on("dialog", lambda dialog: dialogs.append(dialog))
    assert len(set(HOSTILE)) >= 200
    assert page.page.locator("#ranking tbody tr").count() == len(HOSTILE)
    for width in (1280, 400):
        page.page.set_viewport_size({"width": width, "height": 900})
        wide = page.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, width
    page.page.fill("#filter", "alert")
    page.page.fill("#filter", "")
    for hidden in page.page.locator("#ranking details").all()[:300]:
        hidden.evaluate("element => element.open = true")
    page.page.wait_for_timeout(300)
    assert dialogs == []
    assert page.troubles == []
    assert [url for url in page.asked if not url.startswith(("file:", "blob:"))] == []
    assert [found for found in page.page.evaluate("Object.keys(window)") if found in {"owned", "pwned"}] == []
