"""What the shell offers after a tab: names of eras, sources, corpora and runs. Never an error, never anything slow."""

from __future__ import annotations

import os
from pathlib import Path

from miner.errors import MinerError
from miner.settings import Settings, load_settings


def era_names(incomplete: str) -> list[str]:
    """Eras that begin with what was typed."""
    from miner.eras import era_names as known

    return [name for name in known() if name.startswith(incomplete)]


def source_names(incomplete: str) -> list[str]:
    """Sources that begin with what was typed."""
    from miner.sources import SOURCES

    return [name for name in SOURCES if name.startswith(incomplete)]


def engine_names(incomplete: str) -> list[str]:
    """Engines that begin with what was typed."""
    from miner.engine import ENGINES

    return [name for name in ENGINES if name.startswith(incomplete)]


def corpus_names(incomplete: str) -> list[str]:
    """Corpora of the current folder's settings. By their files alone: opening them would load a database engine."""
    return _folders(_settings().corpora, f"{incomplete}*/study.toml")


def run_folders(incomplete: str) -> list[str]:
    """Names of the finished runs."""
    return _folders(_settings().output, f"*/{incomplete}*/report.json")


def _folders(root: Path, pattern: str) -> list[str]:
    try:
        return sorted(found.parent.name for found in root.glob(pattern))
    except (OSError, ValueError):
        return []


def _settings() -> Settings:
    try:
        return load_settings(environ=os.environ)
    except MinerError:
        return Settings()
