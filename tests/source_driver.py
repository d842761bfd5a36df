"""Scrapes one source of a loopback server into a corpus: the program that tests kill."""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from pathlib import Path

import msgspec

from miner.corpus import Corpus
from miner.settings import Settings
from miner.sources import Query, get_source
from miner.sources.http import PoliteClient
from miner.study.scrape import scrape_async


async def main(folder: Path, source: str, query: Query) -> int:
    settings = Settings(timeout_s=20.0, max_tries=4, max_wait_s=20.0)
    # the jitter only spreads retries
    async with PoliteClient(settings, backoff_base_s=0.005, rng=random.Random(80)) as client:  # noqa: S311
        result = await scrape_async(Corpus.open(folder), [get_source(source)], query, settings, client=client)
    for error in result.errors:
        sys.stderr.write(f"{error}\n")
    return result.exit_code


if __name__ == "__main__":
    # a job that a shell starts in the background inherits that Ctrl-C is ignored
    signal.signal(signal.SIGINT, signal.default_int_handler)
    asked = msgspec.json.decode(sys.argv[3], type=Query)
    sys.exit(asyncio.run(main(Path(sys.argv[1]), sys.argv[2], asked)))
