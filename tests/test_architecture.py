"""The direction of imports, the size of functions, and the names that notebooks rely on."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

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
        assert not set(imports(path))
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
