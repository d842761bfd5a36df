"""The command line as tests start it: as a process of its own, or inside this one where only words and codes matter."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from miner.cli import run

ROOT = Path(__file__).parent.parent

ERA = """\
name = "cubes"
title = "The years of the cube"
start = 1980
end = 1989
[tags]
en = ["cubeyears"]
"""

TEXTS = (
    "Found my yellow Walkman in the attic and the headphones still work #80s",
    "Nobody could solve the Rubik's Cube, so we peeled the stickers off #80s",
    "Saturday meant Pac-Man at the arcade until the coins ran out #80s",
    "Dad taped over my favourite cassette with a football match, still angry #80s",
    "My sister kept her Walkman on during dinner and got told off every single time #80s",
    "A cassette, a pencil and twenty patient minutes: how we fixed everything #80s",
    "Grandma was the only one in the family who finished the Rubik's Cube #80s",
    "We drew Pac-Man ghosts on all our schoolbooks #80s",
    "Got a Commodore 64 for Christmas and typed listings from a magazine for weeks #80s",
    "The loading screen of the Commodore 64 was longer than my homework #80s",
    "Roller skates, knee pads and a car park without cars #80s",
    "I broke my wrist on roller skates, twice in one summer #80s",
    "Lost every game of Connect Four against my little brother #80s",
    "Rainy holidays were Connect Four and warm lemonade #80s",
    "Swapped a Walkman for a BMX, best deal I ever made #80s",
    "The whole street shared one BMX and nobody minded #80s",
    "Asked for a Rubik's Cube, was given a jigsaw #80s",
    "High score at Pac-Man, my initials stayed up there for a month #80s",
    "Rewinding a rented VHS tape because the shop charged you otherwise #80s",
    "Our VHS tape of the school play is the only film I ever starred in #80s",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """A plain environment: 80 columns, none of the variables that the program obeys unless *extra* names them."""
    unwanted = ("MINER_", "MASTODON_", "_MINER", "NO_COLOR", "FORCE_COLOR", "TTY_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    return kept | {"PYTHONPATH": str(ROOT), "COLUMNS": "80"} | dict(extra or {})


def command(args: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "miner", *args]


def start(cwd: Path, *args: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """The program, running, with its stdout and stderr as pipes."""
    return subprocess.Popen(
        command(args),
        cwd=cwd,
        env=environment(env),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # what a shell starts with "&" ignores Ctrl-C, and so would all that it starts
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def end(program: subprocess.Popen[str], *, timeout_s: float = 120) -> Outcome:
    """How a program that was started ends."""
    try:
        out, err = program.communicate(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        program.kill()
        program.communicate()
        raise
    return Outcome(program.returncode, out, err)


def process(cwd: Path, *args: str, env: Mapping[str, str] | None = None) -> Outcome:
    """The program, as a process of its own."""
    return end(start(cwd, *args, env=env))


def call(cwd: Path, *args: str, env: Mapping[str, str] | None = None) -> Outcome:
    """The program inside this process: quick, and open to ``monkeypatch``."""
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.chdir(cwd),
        mock.patch.dict(os.environ, environment(env), clear=True),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            run(args)
        except SystemExit as end:
            return Outcome(int(end.code or 0), out.getvalue(), err.getvalue())
    raise AssertionError("the program did not end")


def rows(texts: Sequence[str] = TEXTS, *, name: str = "p") -> Iterator[dict[str, object]]:
    for i, text in enumerate(texts):
        yield {
            "id": f"{name}{i}",
            "source": "letters",
            "author": f"person{i}",
            "created_at": f"2024-05-{i % 28 + 1:02}T10:00:00Z",
            "lang": "en",
            "text": text,
        }


def write_posts(path: Path, texts: Sequence[str] = TEXTS, *, name: str = "p") -> Path:
    """*texts* as a file of posts, each by another author; their ids begin with *name*."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows(texts, name=name)), encoding="utf-8")
    return path


def write_many(path: Path, n_posts: int, *, size: int = 60) -> Path:
    """A file of *n_posts* posts whose texts no compression makes smaller than half of *size*."""
    filler = os.urandom(n_posts * size // 2).hex()
    return write_posts(path, [filler[i * size : (i + 1) * size] for i in range(n_posts)], name="many")


def n_posts_in(cwd: Path, name: str, *, env: Mapping[str, str] | None = None) -> int:
    found = call(cwd, "corpus", "info", name, "--json", env=env)
    assert found.code == 0, found.err
    return int(json.loads(found.out)["n_posts"])
