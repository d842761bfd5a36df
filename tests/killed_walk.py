"""A scrape of a real server that is killed again and again, and gone on with until it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from miner.corpus import Corpus

DRIVER = Path(__file__).parent / "source_driver.py"
ROOT = DRIVER.parent.parent


def scrape_killed(folder: Path, source: str, query: dict[str, Any], *, n_kills: int) -> Corpus:
    """The corpus after *n_kills* kills with -9, each after one more commit, and a last run that came to its end.

    Args:
        folder: Where the corpus is made.
        source: Name of the source.
        query: Fields of its :class:`miner.sources.Query`.
        n_kills: How often; a walk that ends before it is killed so often fails the test.
    """
    corpus = Corpus.create(folder)
    log = folder / "posts" / "_delta_log"
    for _ in range(n_kills):
        n_before = len(list(log.glob("*.json")))
        process = start(folder, source, query)
        while process.poll() is None and len(list(log.glob("*.json"))) <= n_before:
            time.sleep(0.002)
        assert process.poll() is None, "it ended before it could be killed"
        process.send_signal(signal.SIGKILL)
        process.communicate()
    last = start(folder, source, query)
    _, err = last.communicate(timeout=120)
    assert last.returncode == 0, err.decode()
    return corpus


def start(folder: Path, source: str, query: dict[str, Any]) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(DRIVER), str(folder), source, json.dumps(query)]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE)
