"""Where a map stage runs. A stage is a pure function from one Arrow table to another; an engine only decides where.

Results come in the order of the tables, and each table is worked on alone and whole, so every engine gives the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from miner.engine.base import Engine, Stage
from miner.engine.on_ray import RayEngine
from miner.engine.processes import ProcessEngine
from miner.engine.serial import SerialEngine
from miner.errors import UnknownName, UsageError

ENGINES: Final[Mapping[str, Callable[[int, str], Engine]]] = {
    "serial": lambda n_workers, address: SerialEngine(),
    "processes": lambda n_workers, address: ProcessEngine(n_workers),
    "ray": RayEngine,
}

__all__ = ["ENGINES", "Engine", "ProcessEngine", "RayEngine", "SerialEngine", "Stage", "engine_of"]


def engine_of(name: str = "serial", *, n_workers: int = 2, address: str = "") -> Engine:
    """The engine called *name*.

    Args:
        name: One of :data:`ENGINES`.
        n_workers: Processes, at least 1; the serial engine has one in any case.
        address: Of a Ray cluster; empty starts one on this machine.

    Raises:
        UnknownName: There is no such engine.
        UsageError: *n_workers* is below 1, or an address is given to an engine that has none.
        SettingsError: It is not installed.
    """
    if name not in ENGINES:
        raise UnknownName("engine", name, ENGINES)
    if n_workers < 1:
        raise UsageError(f"{n_workers} workers cannot work.", "Give `--workers 2`, or leave it out.")
    if address and name != "ray":
        raise UsageError(f"The engine {name} has no address.", "Give `--engine ray` with `--ray-address`.")
    return ENGINES[name](n_workers, address)
