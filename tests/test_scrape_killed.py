"""A scrape that is killed at fifty moments, against a real server with faults, ends with every post once."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from miner.corpus import Corpus

pytest.importorskip("mastodon_mock")

N_POSTS = 3_000
N_KILLS = 50
ROOT = Path(__file__).parent.parent
FAULTS: list[dict[str, Any]] = [
    {"type": "status", "status": 429, "headers": {"Retry-After": "0"}},
    {"type": "status", "status": 429, "headers": {"X-RateLimit-Reset": "2000-01-01T00:00:00.000000Z"}},
    {"type": "status", "status": 503, "headers": {"Retry-After": "0, Sat, 01 Jan 2000 00:00:00 GMT"}},
    {"type": "status", "status": 502},
    {"type": "latency", "delay_ms": 150},
    {"type": "malformed"},
    {"type": "malformed", "truncate": False},
    {"type": "timeout", "delay_ms": 1},
]


def post_json(url: str, body: object) -> None:
    data = json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers={"Content-Type": "application/json"})  # noqa: S310 - loopback
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - loopback
        assert answer.status < 300


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def write_seed(path: Path) -> None:
    """A server's posts: most tagged #80s, some #1980s alone, some neither public nor of the era."""
    lines = [f'[database]\npath = "{path.with_suffix(".sqlite")}"\n']
    lines += [f'[[seed.accounts]]\nusername = "person{i}"\n' for i in range(40)]
    for i in range(N_POSTS):
        tag = "1980s" if i % 10 == 0 else "80s"
        lines.append(f'[[seed.statuses]]\naccount = "person{i % 40}"\ntext = "Mixtape {i} #{tag}"\n')
    for i in range(50):
        lines.append(f'[[seed.statuses]]\naccount = "person{i % 40}"\ntext = "Other {i} #cats"\n')
        lines.append(
            f'[[seed.statuses]]\naccount = "person{i % 40}"\ntext = "Hidden {i} #80s"\nvisibility = "private"\n'
        )
    path.write_text("\n".join(lines), encoding="utf-8")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """A mastodon_mock on loopback with 3,000 posts of the era."""
    seed, port = tmp_path / "mock.toml", free_port()
    write_seed(seed)
    command = [sys.executable, "-m", "mastodon_mock", "serve", "--config", str(seed), "--host", "127.0.0.1"]
    command += ["--port", str(port), "--log-level", "critical"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    try:
        wait_until_up(base, process)
        yield base
    finally:
        # not terminate(): it would wait for the answers that the timeout faults hold back
        process.kill()
        process.wait(timeout=10)


def wait_until_up(base: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "mastodon_mock did not start"
        try:
            with urllib.request.urlopen(f"{base}/api/v2/instance", timeout=1):  # noqa: S310 - loopback
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail("mastodon_mock did not answer within a minute")


def start(folder: Path, base: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(ROOT / "tests" / "scrape_driver.py"), str(folder), base, "80s", "1980s"]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE)


def wait_for_growth(folder: Path, process: subprocess.Popen[bytes], n_commits: int) -> None:
    """Until the corpus has *n_commits* commits, or the scrape has ended."""
    log = folder / "posts" / "_delta_log"
    while process.poll() is None and len(list(log.glob("*.json"))) < n_commits:
        time.sleep(0.002)


@pytest.mark.slow
def test_a_scrape_killed_fifty_times_has_every_post_once(server: str, tmp_path: Path) -> None:
    rng = random.Random(80)  # noqa: S311 - moments to kill at
    folder = tmp_path / "corpus"
    Corpus.create(folder)
    log = folder / "posts" / "_delta_log"
    n_kills = 0
    while n_kills < N_KILLS:
        fault = {"match": {"path_regex": "/api/v1/timelines/tag/"}, "effect": rng.choice(FAULTS), "count": 1}
        post_json(f"{server}/api/v1/_mock/faults", fault)
        process = start(folder, server)
        wait_for_growth(folder, process, len(list(log.glob("*.json"))) + rng.choice([0, 1, 1, 2]))
        time.sleep(rng.random() * 0.06)
        process.send_signal(signal.SIGKILL)
        _, words = process.communicate(timeout=10)
        assert process.returncode == -signal.SIGKILL, words.decode()
        n_kills += 1
    last = start(folder, server)
    _, words = last.communicate(timeout=120)
    assert last.returncode == 0, words.decode()
    posts = list(Corpus.open(folder).posts())
    assert sorted(post.text for post in posts) == sorted(
        f"Mixtape {i} #{'1980s' if i % 10 == 0 else '80s'}" for i in range(N_POSTS)
    )
    assert len({post.id for post in posts}) == N_POSTS
