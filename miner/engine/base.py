"""What a stage and an engine are to each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pyarrow as pa


class Stage(Protocol):
    """A pure function of a table. It can be sent to another process, and loads its models there when first called."""

    def __call__(self, rows: pa.Table, /) -> pa.Table:
        """What the stage makes of *rows*."""
        ...


class Engine(Protocol):
    """Somewhere to run stages.

    Attributes:
        name: As in :data:`miner.engine.ENGINES`.
    """

    name: str

    def map(self, stage: Stage, tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """What *stage* makes of each of *tables*, in their order; few of them are read ahead.

        Raises:
            EngineError: Its workers die again and again.
        """
        ...
