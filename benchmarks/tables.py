"""The tables of docs/sources.md that the program itself can tell: its sources and its file formats.

    python benchmarks/tables.py

Writes them between the marks in the file. A test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from miner.sources import SOURCES, SourceInfo
from miner.sources.files import FORMATS

DOCS = Path(__file__).parent.parent / "docs" / "sources.md"


def main() -> None:
    """Write the tables."""
    text = DOCS.read_text(encoding="utf-8")
    for name, table in TABLES.items():
        head, _, rest = text.partition(f"<!-- {name}:begin -->\n")
        _, _, tail = rest.partition(f"<!-- {name}:end -->")
        text = f"{head}<!-- {name}:begin -->\n{table()}<!-- {name}:end -->{tail}"
    DOCS.write_text(text, encoding="utf-8")


def sources_table() -> str:
    """Markdown: a row a source."""
    rows = ["| source | one post is | needs | limits | terms, facts of |", "|---|---|---|---|---|"]
    for name, source in SOURCES.items():
        info = source.info
        rows.append(
            f"| `{name}` | {info.post_is} | {_needs(info)} | {info.limits} | "
            f"[{info.title}]({info.terms_url}), {info.terms_read} |"
        )
    return "\n".join(rows) + "\n"


def formats_table() -> str:
    """Markdown: a row a format."""
    rows = ["| format | file | one post is | left out | mind |", "|---|---|---|---|---|"]
    for name, found in FORMATS.items():
        info = found.info
        rows.append(f"| `{name}` | {info.file_is}; {info.get_it} | {info.post_is} | {info.left_out} | {info.caveats} |")
    return "\n".join(rows) + "\n"


def _needs(info: SourceInfo) -> str:
    return ", ".join([*(f"`{key.name}`" for key in info.keys), *([info.needs] if info.needs else [])]) or "nothing"


TABLES: Mapping[str, Callable[[], str]] = {"sources": sources_table, "formats": formats_table}


if __name__ == "__main__":
    main()
