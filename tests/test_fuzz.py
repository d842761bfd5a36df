"""Bytes of others at every door, changed at random: nothing is raised but this program's errors, nothing hangs.

The long run, guided by coverage, is ``benchmarks/fuzz.py``.
"""

from __future__ import annotations

import contextlib
import random
import resource
import time

import pytest
from doors import Door, doors, nasty
from fuzz import changed_json, mutated

from miner.errors import MinerError

DOORS = doors()
N_INPUTS = 60
MAX_S = 20.0
MAX_MB = 500.0


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def tried(door: Door, data: bytes) -> float:
    """Seconds that the door takes for *data*."""
    started = time.process_time()
    with contextlib.suppress(MinerError):
        door.read(data)
    return time.process_time() - started


@pytest.mark.parametrize("name", sorted(DOORS))
def test_changed_inputs_are_read_or_refused(name: str) -> None:
    door, rng = DOORS[name], random.Random(name)  # noqa: S311 - inputs
    seeds = door.seeds() or [b""]
    for data in seeds:
        tried(door, data)
    for _ in range(5 if name == "script" else N_INPUTS):  # each script is half a second
        data = rng.choice(seeds)
        for _ in range(rng.randrange(1, 4)):
            data = mutated(data, rng, is_json=door.is_json)
        tried(door, data)


@pytest.mark.slow
@pytest.mark.parametrize("what", [what for what, _ in nasty()])
def test_inputs_made_to_cost_do_not(what: str) -> None:
    data = dict(nasty())[what]
    for name, door in DOORS.items():
        if what.startswith("zip") and not name.startswith("file"):
            continue
        before = peak_mb()
        assert tried(door, data) < MAX_S, name
        assert peak_mb() - before < MAX_MB, name


BUGS = {
    # found by benchmarks/fuzz.py: a parser, and the input that it did not survive
    "a table of one's own that is not UTF-8": ("catalogue", b"name,category\nWalkman\x8a,audio\n"),
    "a commit's entry of another shape": ("corpus log", b'{"commitInfo": {"miner": "{}"}}'),
    "a commit's entry that is a number": ("corpus log", b'{"commitInfo": {"miner": "7"}}'),
    "a gold list with a field without end": ("gold", b"name\n" + b"a" * 200_000),
    "links with a field without end": ("links", b"name_a,name_b,same\n" + b"a" * 200_000),
    "an archive with a member without a name": (
        "file posts.zip",
        b"PK\x01\x02" + bytes(42) + b"PK\x05\x06" + bytes(4) + b"\x01\x00\x01\x00" + b"\x2e" + bytes(9),
    ),
}


@pytest.mark.parametrize("bug", BUGS)
def test_what_was_found_once_is_refused_in_words(bug: str) -> None:
    name, data = BUGS[bug]
    with pytest.raises(MinerError) as refused:
        DOORS[name].read(data)
    assert len(str(refused.value).splitlines()[-1]) > 10


def test_json_is_changed_and_stays_json() -> None:
    rng = random.Random(80)  # noqa: S311 - inputs
    seen = {changed_json(b'{"a": [1, {"b": "c"}], "d": null}', rng) for _ in range(50)}
    assert len(seen) > 20
    assert None not in seen
    assert changed_json(b"no JSON", rng) is None
