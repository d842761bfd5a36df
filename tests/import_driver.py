"""Imports a file into a corpus in small commits, a line of output after each: the program that tests kill."""

from __future__ import annotations

import sys
from pathlib import Path

from miner.corpus import Corpus
from miner.study.import_result import ImportProgress
from miner.study.imports import import_files


def tell(progress: ImportProgress) -> None:
    sys.stdout.write(f"{progress.n_read}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    import_files([sys.argv[2]], Corpus.open(Path(sys.argv[1])), batch_size=50, on_batch=tell)
