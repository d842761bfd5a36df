"""Hostile input at every door: each parser fuzzed in a process of its own, watched for crashes, hangs and memory.

    python benchmarks/fuzz.py [--parser NAME] [--minutes 30] [--seed 80] [--corpus-dir FOLDER]

A line of JSON a parser: minutes, inputs, and what was found. What was found lies in FOLDER/NAME, an input and what it
did in two files; inputs worth going on from stay there too. atheris guides it where it is installed (``pip install
atheris``, for this alone); without it, inputs are made by chance. A whole round of all parsers takes half an hour each.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from mmap import mmap
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

from fuzz_targets import TARGETS  # noqa: E402
from fuzz_worker import HEADER, MAX_MORE_KB, SLOT_BYTES  # noqa: E402

MAX_WALL_S = 60.0
"""An input that C code does not come back from; longer than what the worker itself allows, for a busy machine."""
_POLL_S = 0.25
_MAX_ENDS = 20


@dataclass(slots=True)
class Watched:
    """A worker, as seen from outside.

    Attributes:
        process: It.
        slot: What it tells: see :data:`fuzz_worker.HEADER`.
    """

    process: subprocess.Popen[bytes]
    slot: mmap

    def wait(self, until: float) -> str:
        """Why it ended: ``done``, ``hang``, ``memory``, or ``crash`` with its signal or code."""
        while self.process.poll() is None:
            time.sleep(_POLL_S)
            _, begun, _, _, begun_kb = HEADER.unpack_from(self.slot)
            now = time.monotonic()
            if begun and now - begun > MAX_WALL_S:
                return self._kill("hang")
            if begun_kb and _rss_kb(self.process.pid) > begun_kb + 3 * MAX_MORE_KB:
                return self._kill("memory")
            if now > until + MAX_WALL_S:
                return self._kill("done")
        code = self.process.returncode
        return "done" if code == 0 else f"crash {signal.Signals(-code).name if code < 0 else code}"

    def _kill(self, why: str) -> str:
        self.process.kill()
        self.process.wait()
        return why

    def last_input(self) -> bytes:
        """What it was busy with."""
        size = HEADER.unpack_from(self.slot)[2]
        return bytes(self.slot[HEADER.size : HEADER.size + size])


def _rss_kb(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")), 0)


def fuzz(name: str, *, minutes: float, seed: int, corpus: Path) -> Mapping[str, object]:
    """Fuzz one parser and say what was found."""
    folder = corpus / name
    folder.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    until, ends = begun + 60 * minutes, 0
    path = folder / "slot"
    path.write_bytes(bytes(SLOT_BYTES))
    with path.open("r+b") as file:
        slot = mmap(file.fileno(), SLOT_BYTES)
        while (left := until - time.monotonic()) > 1 and ends < _MAX_ENDS:
            _, _, size, slowest, _ = HEADER.unpack_from(slot)
            HEADER.pack_into(slot, 0, HEADER.unpack_from(slot)[0], 0.0, size, slowest, 0)
            watched = Watched(_worker(name, folder, int(left), seed + ends), slot)
            why = watched.wait(until)
            if why == "done":
                break
            ends += 1
            _write(folder, f"killed-{why.replace(' ', '-')}-{ends}", watched.last_input())
        n, _, _, slowest, _ = HEADER.unpack_from(slot)
    path.unlink()
    return {
        "parser": name,
        "minutes": round((time.monotonic() - begun) / 60, 1),
        "inputs": n,
        "slowest_s": round(slowest, 2),
        **{f"n_{kind}": len(found) for kind, found in findings(folder).items()},
        "found": [what for found in findings(folder).values() for what in found],
    }


def findings(folder: Path) -> dict[str, list[str]]:
    """What lies in a folder of findings, by kind."""
    kinds: dict[str, list[str]] = {"crash": [], "hang": [], "memory": [], "killed": []}
    for path in sorted(folder.glob("*.txt")):
        kinds[path.name.split("-")[0]].append(path.read_text(encoding="utf-8").split("\n", 1)[0])
    return kinds


def _write(folder: Path, name: str, data: bytes) -> None:
    (folder / f"{name}.bin").write_bytes(data)
    (folder / f"{name}.txt").write_text(f"{name}\n", encoding="utf-8")


def _worker(name: str, folder: Path, seconds: int, seed: int) -> subprocess.Popen[bytes]:
    script = Path(__file__).parent / "fuzz_worker.py"
    paths = [str(script.parent), str(script.parent.parent)]
    environ = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "OMP_NUM_THREADS": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }
    command = [sys.executable, "-W", "ignore", str(script), name, str(folder), str(seconds), str(seed)]
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=environ)


def main() -> None:
    """Fuzz one parser or all, a line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--parser", default="all", help=f"one or several, parted by commas, of: all, {', '.join(TARGETS)}"
    )
    parser.add_argument("--minutes", type=float, default=30.0, help="for each parser")
    parser.add_argument("--seed", type=int, default=80)
    parser.add_argument("--corpus-dir", type=Path, help="where findings go; by default a new folder, which is named")
    args = parser.parse_args()
    names = list(TARGETS) if args.parser == "all" else args.parser.split(",")
    if unknown := [name for name in names if name not in TARGETS]:
        parser.error(f"there is no parser called {unknown[0]!r}; there are: {', '.join(TARGETS)}")
    corpus = args.corpus_dir or Path(tempfile.mkdtemp(prefix="miner-fuzz-"))
    print(f"what is found goes to {corpus}", file=sys.stderr)
    for name in names:
        print(json.dumps(fuzz(name, minutes=args.minutes, seed=args.seed, corpus=corpus.resolve())), flush=True)


if __name__ == "__main__":
    main()
