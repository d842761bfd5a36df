"""Which things people see and remember of an era, from posts tagged with it.

Five names for notebooks; ``miner.api`` documents them, and is loaded when one of them is first used.

>>> import miner
>>> miner.load_era("1980s").title
'The 1980s'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from miner.api import Settings, load_era, open_corpus, rank, write_report

__version__ = "0.1.0"

__all__ = ["Settings", "__version__", "load_era", "open_corpus", "rank", "write_report"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module("miner.api"), name)


def __dir__() -> list[str]:
    return __all__
