"""Ctrl-C, a full disk, a terminal: what happens to a command while it works."""

from __future__ import annotations

import os
import pty
import re
import resource
import shlex
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest
from cli_program import Outcome, call, command, end, environment, n_posts_in, process, start, write_many, write_posts

from miner.cli.failures import insistent

pytestmark = pytest.mark.slow

GOES_ON = "Interrupted. What was collected is stored; the same command goes on from there."
N_MANY = 24_000


def test_an_interrupted_import_goes_on_where_it_stopped(tmp_path: Path) -> None:
    write_many(tmp_path / "posts.jsonl", N_MANY)
    args = ("import", "posts.jsonl", "--into", "mine")
    program = start(tmp_path, *args)
    assert program.stderr is not None
    assert program.stderr.readline().startswith("importing posts.jsonl (KB): ")
    program.send_signal(signal.SIGINT)
    ended = end(program, timeout_s=30)
    assert (ended.code, ended.out) == (130, "")
    assert ended.err.splitlines()[-1] == GOES_ON
    n_stored = n_posts_in(tmp_path, "mine")
    assert 0 < n_stored < N_MANY
    again = call(tmp_path, *args)
    assert again.code == 0, again.err
    assert again.out.startswith(f"posts.jsonl: {N_MANY:,} read, {N_MANY - n_stored:,} new, ")
    assert n_posts_in(tmp_path, "mine") == N_MANY


def test_an_interrupt_that_is_swallowed_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    class Swallows:
        def __del__(self) -> None:
            os.kill(os.getpid(), signal.SIGINT)
            while not ignored:  # the interrupt lands in here, is told to the hook, and is lost
                time.sleep(0.001)

    ignored: list[object] = []
    before = signal.getsignal(signal.SIGINT)

    def work() -> None:
        with insistent():
            thing = Swallows()
            del thing
            time.sleep(5)

    # pytest's own hook would make a warning of it
    monkeypatch.setattr("sys.unraisablehook", lambda told: ignored.append(told.exc_type))
    with pytest.raises(KeyboardInterrupt):
        work()
    assert ignored == [KeyboardInterrupt]
    assert signal.getsignal(signal.SIGINT) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_interrupts_are_left_alone_outside_the_main_thread() -> None:
    seen: list[object] = []

    def work() -> None:
        with insistent():
            seen.append(signal.getsignal(signal.SIGINT))

    before = signal.getsignal(signal.SIGINT)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]


def test_a_limit_on_file_sizes_stops_an_import_and_loses_nothing(tmp_path: Path) -> None:
    write_posts(tmp_path / "few.jsonl")
    write_many(tmp_path / "many.jsonl", 6_000)
    assert call(tmp_path, "import", "few.jsonl", "--into", "mine").code == 0
    before, after = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, after))
    try:
        stopped = process(tmp_path, "import", "many.jsonl", "--into", "mine")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, after))
    assert stopped.code == 1, stopped
    happened, advice = stopped.err.splitlines()[-2:]
    assert happened.startswith("Error: There is no room left for the corpus mine in ")
    assert "run the same command again" in advice
    assert n_posts_in(tmp_path, "mine") == 20
    assert call(tmp_path, "import", "many.jsonl", "--into", "mine").code == 0
    assert n_posts_in(tmp_path, "mine") == 6_020


def on_small_disk(folder: Path, script: str) -> str:
    """Run *script* with ``disk/`` in *folder* as a file system of 1 MB, seen by nobody else; what it prints."""
    (folder / "disk").mkdir()
    mounted = "mount -t tmpfs -o size=1m tmpfs disk"
    if (
        shutil.which("unshare") is None
        or subprocess.run(
            ["unshare", "-rm", "sh", "-c", mounted], cwd=folder, capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("this machine lets nobody mount a file system of their own")
    done = subprocess.run(
        ["unshare", "-rm", "bash", "-c", f"set -e; {mounted}\n{script}"],
        cwd=folder,
        env=environment({"MINER_CORPORA": "disk/corpora"}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_full_disk_stops_an_import_that_goes_on_when_there_is_room(tmp_path: Path) -> None:
    write_many(tmp_path / "posts.jsonl", 12_000, size=300)
    miner = shlex.join(command([]))
    said = on_small_disk(
        tmp_path,
        f"""
        {miner} import posts.jsonl --into mine -q 2>&1 || echo "code $?"
        {miner} corpus info mine --json | grep '"n_posts":'
        mount -o remount,size=64m disk
        {miner} import posts.jsonl --into mine -q
        {miner} corpus info mine --json | grep '"n_posts":'
        """,
    )
    happened, advice, code, stored, done, last, complete = map(str.strip, said.splitlines())
    assert happened.startswith("Error: There is no room left for the corpus mine in disk/corpora/mine")
    assert advice.startswith("Free some space and run the same command again")
    assert code == "code 1"
    n_stored = int(re.sub(r"\D", "", stored))
    assert 0 < n_stored < 12_000
    assert done.startswith(f"posts.jsonl: 12,000 read, {12_000 - n_stored:,} new, ")
    assert last.startswith("12,000 posts in mine.")
    assert complete == '"n_posts": 12000,'


def on_a_terminal(cwd: Path, *args: str, env: dict[str, str] | None = None) -> Outcome:
    """The program with stderr on a terminal and stdout on a pipe."""
    master, slave = pty.openpty()
    try:
        terminal = {"TERM": "xterm-256color", **(env or {})}
        program = subprocess.Popen(
            command(args), cwd=cwd, env=environment(terminal), stdout=subprocess.PIPE, stderr=slave, text=True
        )
        os.close(slave)
        shown = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:  # Linux says so when the other side is closed
                break
            if not piece:
                break
            shown += piece
        out, _ = program.communicate(timeout=20)
        return Outcome(program.returncode, out, shown.decode())
    finally:
        os.close(master)


def test_bars_are_drawn_on_a_terminal_only_and_without_colour_on_request(tmp_path: Path) -> None:
    write_many(tmp_path / "posts.jsonl", 4_000)
    colour = re.compile(r"\x1b\[[0-9;]*[1-9][0-9;]*m")
    bars = on_a_terminal(tmp_path, "import", "posts.jsonl", "--into", "a")
    assert bars.code == 0
    assert "━" in bars.err
    assert colour.search(bars.err)
    plain = on_a_terminal(tmp_path, "import", "posts.jsonl", "--into", "b", env={"NO_COLOR": "1"})
    assert "━" in plain.err
    assert not colour.search(plain.err)
    assert on_a_terminal(tmp_path, "import", "posts.jsonl", "--into", "c", "--quiet").err == ""
    piped = process(tmp_path, "import", "posts.jsonl", "--into", "d")
    assert "━" not in piped.err
    assert "\x1b" not in piped.err + piped.out + bars.out
    assert piped.out == bars.out.replace(" in a.", " in d.").replace("rank a ", "rank d ")
