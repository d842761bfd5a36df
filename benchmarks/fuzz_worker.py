"""Fuzzes one parser until its time is up, in a process of its own: what it finds it writes down and goes on.

Where atheris is installed, inputs are guided by the coverage of the program's code; else they are made by chance from
those before. fuzz.py starts it, watches it, and starts it again when an input has killed it.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import random
import resource
import signal
import struct
import sys
import time
import traceback
from mmap import mmap
from pathlib import Path
from types import FrameType
from typing import Any

from fuzz_mutate import MAX_BYTES, Mutator
from fuzz_target import Target

try:
    import atheris
except ImportError:
    atheris = None

MAX_CPU_S = 5
MAX_MORE_KB = 500 * 1024
HEADER = struct.Struct("<QdQdQ")
"""Inputs tried; when the last was begun, monotonic; its length; the slowest, in seconds of CPU; memory at the start, KB."""
SLOT_BYTES = HEADER.size + MAX_BYTES
HOMES = (("fuzz_files", "FILES"), ("fuzz_platforms", "PLATFORMS"), ("fuzz_texts", "TEXTS"), ("fuzz_own", "OWN"))
_KEPT = 3_000
_SLOW = 0.5


class TooSlow(BaseException):
    """An input that takes longer than it may; no ``except Exception`` stops it."""


class Tries:
    """Tries inputs on a target, and writes down those that it should not have choked on.

    Args:
        target: The parser.
        slot: Memory that fuzz.py sees, of :data:`SLOT_BYTES`.
        folder: For what is found.
    """

    def __init__(self, target: Target, slot: mmap, folder: Path) -> None:
        self._target = target
        self._slot = slot
        self._folder = folder
        self._begun_kb = 0
        self._most_kb = 0
        self.n = HEADER.unpack_from(slot)[0]
        self.slowest = HEADER.unpack_from(slot)[3]
        self.is_raised: set[str] = set()
        signal.signal(signal.SIGPROF, _stop)

    def warm(self, seeds: list[bytes]) -> None:
        """Load what the parser loads once: the memory that counts is what inputs take on top of it."""
        for data in seeds:
            self.one(data)
        self._begun_kb = self._most_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def one(self, data: bytes) -> None:
        """Try an input."""
        from miner.errors import MinerError

        data = data[:MAX_BYTES]
        self.n += 1
        HEADER.pack_into(self._slot, 0, self.n, time.monotonic(), len(data), self.slowest, self._begun_kb)
        self._slot[HEADER.size : HEADER.size + len(data)] = data
        begun = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, MAX_CPU_S)
        try:
            self._target.run(data)
        except MinerError:
            pass
        except (Exception, TooSlow, SystemExit) as error:
            self._keep(error, data)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        self._measure(data, time.process_time() - begun)

    def _measure(self, data: bytes, taken: float) -> None:
        if taken > self.slowest and self._begun_kb:
            self.slowest = taken
            if taken > _SLOW:
                (self._folder / f"slowest-{taken:.1f}s.bin").write_bytes(data)
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        if self._begun_kb and most > max(self._begun_kb + MAX_MORE_KB, self._most_kb + 1024):
            self._write("memory", f"{(most - self._begun_kb) // 1024} MB more than at the start", data)
        self._most_kb = max(most, self._most_kb)

    def _keep(self, error: BaseException, data: bytes) -> None:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if "/miner/" in frame.filename] or list(frames)
        place = f"{Path(own[-1].filename).name}:{own[-1].lineno}" if own else "?"
        kind = "hang" if isinstance(error, TooSlow) else "crash"
        what = f"{type(error).__name__} {place}"
        if what not in self.is_raised:
            self.is_raised.add(what)
            self._write(kind, what, data, "".join(traceback.format_exception(error, limit=-12)))

    def _write(self, kind: str, what: str, data: bytes, told: str = "") -> None:
        name = f"{kind}-{hashlib.blake2b(what.encode(), digest_size=4).hexdigest()}"
        if kind == "memory" and (self._folder / f"{name}.txt").exists():
            return
        (self._folder / f"{name}.bin").write_bytes(data)
        (self._folder / f"{name}.txt").write_text(f"{what}\n{told}", encoding="utf-8", errors="backslashreplace")


def _stop(number: int, frame: FrameType | None) -> None:
    raise TooSlow(f"over {MAX_CPU_S} s of CPU")


def by_chance(tries: Tries, mutator: Mutator, rng: random.Random, *, until: float) -> None:
    """Inputs out of inputs; of those that took long or were new by what they gave, some are gone on from."""
    pool = [mutator.seed() for _ in range(20)]
    while time.monotonic() < until:
        data = mutator.mutated(rng.choice(pool) if rng.random() < 0.6 else mutator.seed())
        tries.one(data)
        if rng.random() < 0.05 and len(data) < 100_000:
            pool.append(data)
            pool = pool[-_KEPT:]


def by_coverage(tries: Tries, mutator: Mutator, folder: Path, *, seconds: int, seed: int) -> None:
    """Inputs as libFuzzer chooses them, half of them changed by libFuzzer and half with their shape in mind."""
    rng = random.Random(seed)
    inputs = folder / "inputs"
    inputs.mkdir(exist_ok=True)

    def change(data: bytes, max_size: int, _seed: int) -> bytes:
        made = mutator.mutated(bytes(data)) if rng.random() < 0.7 else atheris.Mutate(data, max_size)
        return bytes(made)[:max_size] or b"\n"

    options = [f"-max_total_time={seconds}", f"-seed={seed}", f"-max_len={1 << 19}", "-timeout=1000000", "-rss_limit_mb=0", "-verbosity=0",
               "-reload=0", "-print_final_stats=0", "-detect_leaks=0", "-handle_abrt=0"]  # fmt: skip
    atheris.Setup([sys.argv[0], *options, str(inputs)], tries.one, custom_mutator=change)
    atheris.Fuzz()


def load_target(name: str) -> Target:
    """The target of that name, its code instrumented where atheris is there; of the others no more than needed."""
    for home, listed in HOMES:
        if atheris is None:
            module = importlib.import_module(home)
        else:
            with atheris.instrument_imports(include=["miner"], enable_loader_override=False):
                module = importlib.import_module(home)
        if name in getattr(module, listed):
            found: Target = getattr(module, listed)[name]
            return found
    raise KeyError(name)


def main() -> None:
    """Fuzz ``argv[1]``: parser, folder for what is found, seconds, seed."""
    name, folder, seconds, seed = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    until = time.monotonic() + seconds
    rng = random.Random(seed)
    target = load_target(name)
    seeds = list(target.seeds())
    with (folder / "slot").open("r+b") as file:
        tries = Tries(target, mmap(file.fileno(), SLOT_BYTES), folder)
        mutator = Mutator(target.shape, seeds, target.tokens, rng)
        tries.warm(seeds)
        left = max(1, int(until - time.monotonic()))
        if atheris is None:
            by_chance(tries, mutator, rng, until=until)
        else:
            _seed_folder(folder, seeds)
            by_coverage(tries, mutator, folder, seconds=left, seed=seed)


def _seed_folder(folder: Path, seeds: list[Any]) -> None:
    (folder / "inputs").mkdir(exist_ok=True)
    for number, data in enumerate(seeds):
        (folder / "inputs" / f"seed-{number}").write_bytes(data)


if __name__ == "__main__":
    print(json.dumps({"atheris": atheris is not None}), file=sys.stderr)
    main()
