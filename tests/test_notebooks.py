"""The notebooks run from first cell to last as they stand, and hold no output of an earlier run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cli_program import ROOT, environment

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
NAMES = ["a_new_era", "sensitivity"]
# all in one process, so that the models are loaded once
RUN = """
import json, sys
for path in sys.argv[1:]:
    names = {"__name__": "__main__"}
    for cell in json.load(open(path, encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), f"{path}, cell {cell['id']}", "exec"), names)
    print("=== done", path)
"""


def cells(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return found


def test_there_are_two_notebooks() -> None:
    assert [path.stem for path in NOTEBOOKS] == NAMES


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_as_it_would_be_saved_without_its_output(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = json.loads(text)
    assert (found["nbformat"], found["nbformat_minor"]) == (4, 5)
    assert text == json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    assert len({cell["id"] for cell in cells(path)}) == len(cells(path))
    code = [cell for cell in cells(path) if cell["cell_type"] == "code"]
    assert code
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    # it begins with what it is about, and explains every step
    assert cells(path)[0]["source"][0].startswith("# ")
    assert sum(cell["cell_type"] == "markdown" for cell in cells(path)) >= len(code) / 2


@pytest.mark.slow
def test_every_cell_runs(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN, *map(str, NOTEBOOKS)],
        cwd=ROOT / "notebooks",
        env=environment({"TMPDIR": str(tmp_path)}),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("=== done") == len(NAMES)
    # what the text around the cells speaks of
    assert "start (1984) is after end (1978)" in done.stdout
    assert "first 10: " in done.stdout
    assert "threshold 0.9" in done.stdout
    assert "with sellers" in done.stdout
    assert "k = 1,000" in done.stdout
    assert "median shift" in done.stdout
