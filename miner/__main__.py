"""``python -m miner`` is ``miner``."""

from __future__ import annotations

from miner.cli import main

if __name__ == "__main__":
    main()
