"""On a Ray cluster, or on a Ray of this machine."""

from __future__ import annotations

import logging
import socket
from collections import deque
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from miner.engine.base import Stage
from miner.errors import EngineError, SettingsError

if TYPE_CHECKING:
    import pyarrow as pa

CONNECT_S = 10.0
OBJECT_STORE_BYTES = 200 * 1024 * 1024
"""Shared memory of a Ray that is started here: tables are small and few are under way."""


class RayEngine:
    """Runs a stage in *n_workers* Ray actors, each with its own models.

    An actor that dies is started again, and what it was working on is given out again.

    Args:
        n_workers: Actors, at least 1.
        address: Of a running cluster (``ray://head:10001``, ``auto``); empty starts one on this machine.

    Raises:
        SettingsError: Ray is not installed.
    """

    name = "ray"

    def __init__(self, n_workers: int, address: str = "") -> None:
        if find_spec("ray") is None:
            raise SettingsError("Ray is not installed.", "Run: pip install 'nostalgia-miner[ray]'")
        self._n_workers = n_workers
        self._address = address

    def map(self, stage: Stage, tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """See :meth:`miner.engine.base.Engine.map`."""
        import ray
        from ray.exceptions import RayActorError, RayError

        self._connect()
        worker: Any = ray.remote(max_restarts=-1, max_task_retries=-1, num_cpus=1)(_Worker)
        actors = deque(worker.remote(stage) for _ in range(self._n_workers))
        remaining = iter(tables)
        waiting: deque[Any] = deque()
        try:
            while True:
                while len(waiting) < 2 * self._n_workers and (table := next(remaining, None)) is not None:
                    waiting.append(actors[0].work.remote(table))
                    actors.rotate(-1)
                if not waiting:
                    return
                yield ray.get(waiting[0])
                waiting.popleft()
        except (RayActorError, RayError, ConnectionError) as error:
            raise EngineError(
                f"Ray gave up: {str(error).strip().splitlines()[0][:200]}",
                "What is finished is kept. Look at the cluster with `ray status`, then run the same command again.",
            ) from error
        finally:
            for actor in actors:
                ray.kill(actor)

    def _connect(self) -> None:
        import ray

        if ray.is_initialized():
            return
        try:
            if self._address:
                _knock(self._address)
                ray.init(address=self._address, log_to_driver=False, logging_level=logging.ERROR)
            else:
                ray.init(
                    num_cpus=self._n_workers,
                    object_store_memory=OBJECT_STORE_BYTES,
                    include_dashboard=False,
                    log_to_driver=False,
                    logging_level=logging.ERROR,
                )
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            raise EngineError(
                f"No Ray answers at {self._address or 'this machine'}: {str(error).strip().splitlines()[0][:200]}",
                "Start one with `ray start --head`, or leave `--ray-address` out.",
            ) from error


def _knock(address: str) -> None:
    """Ray itself waits many minutes for a cluster that is not there.

    Raises:
        OSError: Nobody listens.
    """
    found = urlsplit(address if "://" in address else f"ray://{address}")
    if found.hostname and found.port:
        socket.create_connection((found.hostname, found.port), timeout=CONNECT_S).close()


class _Worker:
    """One process of the cluster with the stage's models."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def work(self, table: pa.Table) -> pa.Table:
        """What the stage makes of *table*."""
        return self._stage(table)
