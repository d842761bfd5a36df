"""In several processes of this machine."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING

from miner.engine.base import Stage
from miner.errors import EngineError

if TYPE_CHECKING:
    import pyarrow as pa

MAX_DEATHS = 5
_stage: list[Stage] = []


class ProcessEngine:
    """Runs a stage in *n_workers* processes, each with its own models.

    When a worker dies the pool is made anew, and only what was not finished is done again.

    Args:
        n_workers: Processes, at least 1.
    """

    name = "processes"

    def __init__(self, n_workers: int) -> None:
        self._n_workers = n_workers

    def map(self, stage: Stage, tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """See :meth:`miner.engine.base.Engine.map`."""
        waiting: deque[tuple[pa.Table, Future[pa.Table]]] = deque()
        remaining = iter(tables)
        pool, n_deaths = self._pool(stage), 0
        try:
            while True:
                while len(waiting) < 2 * self._n_workers and (table := next(remaining, None)) is not None:
                    waiting.append((table, _submitted(pool, table)))
                if not waiting:
                    return
                try:
                    result = waiting[0][1].result()
                except BrokenProcessPool:
                    n_deaths += 1
                    if n_deaths > MAX_DEATHS:
                        raise _too_often(self.name) from None
                    pool.shutdown(wait=False)
                    pool = self._pool(stage)
                    waiting = deque((table, _again(pool, table, future)) for table, future in waiting)
                    continue
                waiting.popleft()
                yield result
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _pool(self, stage: Stage) -> ProcessPoolExecutor:
        # a fork would copy the threads' locks of torch and Arrow as they happen to stand
        return ProcessPoolExecutor(
            self._n_workers,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin,
            initargs=(stage,),
        )


def _submitted(pool: ProcessPoolExecutor, table: pa.Table) -> Future[pa.Table]:
    try:
        return pool.submit(_work, table)
    except BrokenProcessPool as error:
        # told when its turn comes, as if it had broken a moment later
        failed: Future[pa.Table] = Future()
        failed.set_exception(error)
        return failed


def _again(pool: ProcessPoolExecutor, table: pa.Table, future: Future[pa.Table]) -> Future[pa.Table]:
    is_finished = future.done() and not future.cancelled() and future.exception() is None
    return future if is_finished else _submitted(pool, table)


def _begin(stage: Stage) -> None:
    _stage[:] = [stage]


def _work(table: pa.Table) -> pa.Table:
    return _stage[0](table)


def _too_often(name: str) -> EngineError:
    return EngineError(
        f"The workers of the engine {name} died {MAX_DEATHS} times, likely for want of memory.",
        "What is finished is kept. Run the same command again with `--workers 1` or `--engine serial`.",
    )
