"""Fuzz every parser, guided by coverage: what crashes, what hangs, what takes too much memory.

    python benchmarks/fuzz.py [--parser NAME|all] [--minutes 30] [--seed 80] [--findings FOLDER]

Needs atheris (``pip install --group fuzz``). Each parser runs in a process of its own: an exception that is not
this program's, more than 10 seconds for one input of at most 64 kB, or more than 500 MB above what was there before, is
a finding. Prints a line a parser; inputs that were found go into a folder, one file each.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

sys.path.insert(0, str(Path(__file__).parent.parent))

INPUT_S = 10.0
MAX_MB = 500
MAX_BYTES = 65_536
WORDS = ["", "\x00", "\ud800", "\u202e", "=1+1", "<script>", "]]>", "%s", "../..", "NaN", "1e999", "9" * 400, "-0"]


class Hang(BaseException):
    """One input took longer than :data:`INPUT_S`."""


@dataclass(slots=True)
class Result:
    """What became of one parser.

    Attributes:
        n_inputs: Inputs tried.
        seconds: How long.
        refused: Inputs that were refused with an error of this program.
        findings: Kind of finding to number.
        peak_mb: Memory above what was there before.
    """

    n_inputs: int = 0
    seconds: float = 0.0
    refused: int = 0
    findings: Counter[str] = field(default_factory=Counter)
    peak_mb: float = 0.0


def main() -> None:
    """Fuzz one parser, or all one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parser", default="all")
    parser.add_argument("--minutes", type=float, default=30.0, help="for each parser")
    parser.add_argument("--seed", type=int, default=80)
    parser.add_argument("--findings", type=Path, default=Path(tempfile.gettempdir()) / "miner-findings")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.inside:
        inside(args.parser, args.minutes * 60, args.seed, args.findings)
    from doors import doors

    names = sorted(doors()) if args.parser == "all" else [args.parser]
    print(f"{'parser':<24}{'inputs':>12}{'minutes':>9}{'refused':>10}{'peak MB':>9}  findings")
    for name in names:
        result = outside(name, args)
        told = ", ".join(f"{kind} ({n})" for kind, n in result.findings.most_common()) or "none"
        figures = f"{result.n_inputs:>12,}{result.seconds / 60:>9.1f}{result.refused:>10,}{result.peak_mb:>9.0f}"
        print(f"{name:<24}{figures}  {told}", flush=True)


def outside(name: str, args: argparse.Namespace) -> Result:
    """Run one parser's process to its end, and read what it left."""
    args.findings.mkdir(parents=True, exist_ok=True)
    report = args.findings / f"{name.replace(' ', '-')}.json"
    report.unlink(missing_ok=True)
    command = [sys.executable, __file__, "--inside", "--parser", name, "--minutes", str(args.minutes)]
    command += ["--seed", str(args.seed), "--findings", str(args.findings)]
    ended = subprocess.run(command, capture_output=True, timeout=args.minutes * 60 + 300, check=False)
    if not report.exists():
        words = ended.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        return Result(findings=Counter({f"the process ended with {ended.returncode}: {' '.join(words)[:120]}": 1}))
    found = json.loads(report.read_text(encoding="utf-8"))
    return Result(**{**found, "findings": Counter(found["findings"])})


def inside(name: str, seconds: float, seed: int, folder: Path) -> NoReturn:
    """Fuzz one parser until its time is over; never returns."""
    import atheris

    with atheris.instrument_imports(include=["miner"]):
        from doors import doors, known_keys
    door = doors()[name]
    known_keys()
    rng, begun = random.Random(seed), time.monotonic()  # noqa: S311 - inputs
    tried = Trial(door.read, folder, name)
    for data in door.seeds():
        tried(data)
    tried.measured()

    def one(data: bytes) -> None:
        tried(data)
        tried.result.seconds = time.monotonic() - begun
        if tried.result.seconds > seconds:
            tried.save()
            os._exit(0)

    def mutate(data: bytes, max_size: int, number: int) -> bytes:
        del number
        changed = changed_json(data, rng) if rng.random() < 0.7 else None
        return (changed if changed is not None else atheris.Mutate(data, len(data)))[:max_size]

    corpus = Path(tempfile.mkdtemp(prefix="miner-seeds-"))
    for i, data in enumerate(door.seeds()):
        (corpus / str(i)).write_bytes(data[:MAX_BYTES])
    options = [sys.argv[0], str(corpus), f"-seed={seed}", f"-max_len={MAX_BYTES}", "-timeout=0", "-rss_limit_mb=0"]
    atheris.Setup(options, one, **({"custom_mutator": mutate} if door.is_json else {}))
    atheris.Fuzz()
    tried.save()
    os._exit(0)


class Trial:
    """Gives inputs to a parser and counts what becomes of them."""

    def __init__(self, read: Any, folder: Path, name: str) -> None:  # noqa: ANN401 - bytes to anything
        self._read, self._folder, self._name = read, folder, name.replace(" ", "-")
        self._before = 0.0
        self.result = Result()

    def measured(self) -> None:
        """What was used so far is not counted."""
        self._before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    def __call__(self, data: bytes) -> None:
        """Try *data*."""
        from miner.errors import MinerError

        self.result.n_inputs += 1
        signal.signal(signal.SIGALRM, _hangs)
        signal.setitimer(signal.ITIMER_REAL, INPUT_S)
        try:
            self._read(data)
        except MinerError:
            self.result.refused += 1
        except Hang:
            self._found("hang", data)
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            self._found(f"{type(error).__name__} in {Path(where.filename).name}:{where.lineno}", data)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - self._before if self._before else 0.0
        if peak > MAX_MB >= self.result.peak_mb:
            self._found("memory", data)
        self.result.peak_mb = max(self.result.peak_mb, peak)

    def _found(self, kind: str, data: bytes) -> None:
        self.result.findings[kind] += 1
        if self.result.findings[kind] == 1:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / f"{self._name}-{len(self.result.findings)}.bin").write_bytes(data)

    def save(self) -> None:
        """Write the counts for the process outside."""
        told = {name: getattr(self.result, name) for name in ("n_inputs", "seconds", "refused", "findings", "peak_mb")}
        (self._folder / f"{self._name}.json").write_text(json.dumps(told), encoding="utf-8")


def _hangs(number: int, frame: FrameType | None) -> NoReturn:
    raise Hang


def changed_json(data: bytes, rng: random.Random) -> bytes | None:
    """*data* with one value exchanged, dropped, doubled or nested; None when it is no JSON."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    places = list(_places(value))
    if not places:
        return json.dumps(_odd(rng)).encode("utf-8", "replace")
    holder, key = rng.choice(places)
    match rng.randrange(4):
        case 0:
            holder[key] = _odd(rng)
        case 1:
            holder[key] = [holder[key]] * rng.choice([1, 2, 50])
        case 2:
            other, there = rng.choice(places)
            holder[key] = json.loads(json.dumps(other[there]))
        case _:
            del holder[key]
    return json.dumps(value).encode("utf-8", "replace")


def _places(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in inner:
        yield value, key
        yield from _places(child)


def _odd(rng: random.Random) -> Any:  # noqa: ANN401 - whatever JSON holds
    return rng.choice([None, True, 0, -1, 2**63, 10**30, 1.5, float("inf"), [], {}, [[]], {"a": None}, *WORDS])


def mutated(data: bytes, rng: random.Random, *, is_json: bool) -> bytes:
    """*data* changed a little at random: for the short run in the tests, which has no coverage to follow."""
    changed = changed_json(data, rng) if is_json and rng.random() < 0.8 else None
    if changed is not None:
        return changed
    at, to = sorted((rng.randrange(len(data) + 1), rng.randrange(len(data) + 1)))
    return rng.choice(
        [
            data[:at],
            data[:at] + data[to:],
            data[:at] + data[at:to] * 3 + data[to:],
            data[:at] + rng.randbytes(rng.randrange(1, 8)) + data[at:],
            data[:at] + rng.choice(WORDS).encode("utf-8", "surrogatepass") + data[to:],
        ]
    )


if __name__ == "__main__":
    main()
