"""In this process, one table after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from miner.engine.base import Stage

if TYPE_CHECKING:
    import pyarrow as pa


class SerialEngine:
    """Runs a stage where it is called."""

    name = "serial"

    def map(self, stage: Stage, tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """See :meth:`miner.engine.base.Engine.map`."""
        return map(stage, tables)
