"""The direction of imports, the size of functions, and the names that notebooks rely on."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import miner
import miner.api
from miner.study import mentions, read

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "miner"
FILES = sorted(PACKAGE.rglob("*.py"))

STAGES = {"sources", "corpus", "text", "artifacts", "ranking", "report", "review", "engine"}
FLOOR = {"errors"}
LOW = FLOOR | {"records", "names", "settings"}
ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "names": set(),
    "records": FLOOR,
    "settings": FLOOR,
    "eras": LOW,
    "data": set(),
    **{stage: LOW | {"eras", "data"} for stage in STAGES},
    "study": LOW | {"eras", "data"} | STAGES,
    "cli": LOW | {"eras", "study"} | STAGES,
    # the names of notebooks: beside the command line, and like it on top
    "api": LOW | {"eras", "study"} | STAGES,
    "__main__": {"cli"},
}


def room(path: Path) -> str:
    """The part of the house that a file belongs to."""
    inside = path.relative_to(PACKAGE)
    return inside.parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    """Parts of the house that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            if node.module and node.module.startswith("miner."):
                yield node.module.split(".")[1]
            elif node.module == "miner":
                yield from (a.name for a in node.names if a.name != "__version__")
        elif isinstance(node, ast.Import):
            yield from (a.name.split(".")[1] for a in node.names if a.name.startswith("miner."))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_only_go_down(path: Path) -> None:
    if path == PACKAGE / "__init__.py":
        # for type checkers alone: what it really loads is tested below
        assert set(imports(path)) == {"api"}
        return
    here = room(path)
    upward = set(imports(path)) - ALLOWED[here] - {here}
    assert not upward, f"{path.relative_to(ROOT)} imports {sorted(upward)}"


def test_the_walk_sees_an_upward_import(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("def f():\n    from miner.study.rank import rank\n    import miner.cli.console\n", encoding="utf-8")
    assert list(imports(bad)) == ["study", "cli"]


def test_no_function_is_over_60_lines_and_no_module_over_300() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno + 1 > 60
    ]
    long += [str(p.relative_to(ROOT)) for p in FILES if p.read_text(encoding="utf-8").count("\n") > 300]
    assert FILES
    assert long == []


def rests_on(module: str, found: set[str]) -> set[str]:
    """The modules of the package that *module* imports, and those that they import, itself too."""
    path = ROOT / Path(*module.split("."))
    file = path.with_suffix(".py") if path.with_suffix(".py").is_file() else path / "__init__.py"
    if module in found or not file.is_file():
        return found
    found.add(module)
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("miner."):
            for name in (node.module, *(f"{node.module}.{part.name}" for part in node.names)):
                rests_on(name, found)
    return found


@pytest.mark.parametrize(
    ("roots", "hashed"),
    [
        pytest.param(("miner.text.extract", "miner.text.clean", "miner.text.pipeline"), mentions._CODE, id="mentions"),
        pytest.param(("miner.text.facts",), read._CODE, id="facts"),
    ],
)
def test_what_is_kept_of_a_stage_goes_with_any_change_of_its_code_and_with_no_other(
    roots: tuple[str, ...], hashed: tuple[str, ...]
) -> None:
    needed = set().union(*(rests_on(root, set()) for root in roots))
    texts = {module for module in needed if module.startswith("miner.text.")}
    assert {module for module in hashed if module.startswith("miner.text.")} == texts


def test_a_notebook_has_five_names() -> None:
    names = ["Settings", "load_era", "open_corpus", "rank", "write_report"]
    assert sorted({*miner.__all__} - {"__version__"}) == names == miner.api.__all__
    assert dir(miner) == sorted(miner.__all__)
    assert [getattr(miner, name) for name in names] == [getattr(miner.api, name) for name in names]
    with pytest.raises(AttributeError, match="no attribute 'corpus_of'"):
        miner.corpus_of  # noqa: B018


def test_importing_the_package_loads_nothing_of_it() -> None:
    code = (
        "import sys, time; began = time.perf_counter(); import miner; took_s = time.perf_counter() - began\n"
        "print([m for m in sys.modules if m.startswith('miner.') or m in ('numpy', 'pyarrow', 'spacy')], took_s < 0.05)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[] True\n"
