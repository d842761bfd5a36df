"""What the real servers stand on: children that always end, reasons to skip, invented posts that differ."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from servers import planted, proc, processes


def test_a_block_that_fails_leaves_nothing_behind() -> None:
    seen: list[tuple[int, Path]] = []

    def fail_inside() -> None:
        with processes.Processes("test") as children:
            seen.append((children.start("sleeper", ["sh", "-c", "sleep 300 & sleep 301"]).pid, children.folder))
            raise LookupError("inside")

    with pytest.raises(LookupError, match="inside"):
        fail_inside()
    ((group, folder),) = seen
    assert not folder.exists()
    assert proc.has_ended(group)


def test_servers_end_when_the_test_run_is_killed(tmp_path: Path) -> None:
    script = """
        import sys, time
        from servers.processes import Processes
        with Processes("test") as children:
            child = children.start("sleeper", ["sh", "-c", "sleep 300 & sleep 301"])
            print(child.pid, children.folder, flush=True)
            time.sleep(300)
    """
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent), "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", textwrap.dedent(script)]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout is not None
        group = int(killed.stdout.readline().split()[0])
        assert not proc.has_ended(group, within_s=0)
        killed.send_signal(signal.SIGKILL)
    assert proc.has_ended(group)


def test_a_server_that_dies_says_how_its_log_ends() -> None:
    with processes.Processes("test") as children:
        child = children.start("broken", ["sh", "-c", "echo the disk is full; exit 3"])
        with pytest.raises(processes.NotStartedError, match=r"broken ended with code 3:\nthe disk is full"):
            children.wait("broken", child, lambda: False, 10)


def test_a_server_that_never_answers_is_given_up() -> None:
    with processes.Processes("test") as children:
        child = children.start("mute", ["sleep", "300"])
        with pytest.raises(processes.NotStartedError, match="mute was not ready after 0 s"):
            children.wait("mute", child, lambda: False, 0.2)


def test_a_missing_program_is_a_reason_to_skip() -> None:
    reason = processes.missing("Frobnicator", ["sh", "no-such-program-here"])
    assert reason is not None
    assert "Frobnicator is not installed (no-such-program-here missing)" in reason
    assert "bash .ci/servers.sh" in reason
    assert processes.missing("Shell", ["sh"]) is None


def test_no_two_drafts_say_the_same() -> None:
    made = planted.drafts(0, 2000)
    assert len({draft.text for draft in made}) == len({draft.title for draft in made}) == len(made)
    assert max(len(draft.text) for draft in made) <= 200
    assert not [draft for draft in made if "80" in draft.text.partition(" Page ")[0]]
