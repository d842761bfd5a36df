"""Is everything there that a run needs? What ``miner doctor`` prints."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from miner.errors import MinerError
from miner.settings import Settings

PACKAGES = (
    "httpx",
    "beautifulsoup4",
    "spacy",
    "scikit-learn",
    "hdbscan",
    "sentence-transformers",
    "typer",
    "torch",
    "deltalake",
    "duckdb",
    "msgspec",
)
MIN_FREE_GB = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at.

    Attributes:
        what: What was looked at.
        found: What was found, in words.
        is_ok: Whether a run can do with it.
        advice: What to do when it is not.
    """

    what: str
    found: str
    is_ok: bool = True
    advice: str = ""

    def as_dict(self) -> dict[str, object]:
        """The check as plain data."""
        return asdict(self)


def examine(settings: Settings) -> list[Check]:
    """All checks. Never raises one of this program's errors: they become failed checks."""
    checks = [_python(), _disk(settings.corpora), *(_package(name) for name in PACKAGES)]
    checks += [
        _guarded("spaCy pipeline", lambda: _spacy(settings)),
        _guarded("sentence model", lambda: _encoder(settings)),
    ]
    checks += [_guarded("trained judge", _judge), *_corpora(settings)]
    return checks


def _python() -> Check:
    version = platform.python_version()
    return Check(
        what="Python",
        found=f"{version} on {platform.machine()}",
        is_ok=sys.version_info >= (3, 11),
        advice="Install Python 3.11 or newer.",
    )


def _disk(folder: Path) -> Check:
    existing = next(p for p in (folder.absolute(), *folder.absolute().parents) if p.exists())
    free = shutil.disk_usage(existing).free / 1e9
    return Check(
        what="disk",
        found=f"{free:.1f} GB free for {folder}",
        is_ok=free >= MIN_FREE_GB,
        advice=f"Free some room: at least {MIN_FREE_GB:.0f} GB.",
    )


def _package(name: str) -> Check:
    try:
        return Check(what=name, found=metadata.version(name))
    except metadata.PackageNotFoundError:
        return Check(what=name, found="missing", is_ok=False, advice=f"Run: pip install {name}")


def _guarded(what: str, look: Callable[[], str]) -> Check:
    try:
        return Check(what=what, found=look())
    except MinerError as error:
        return Check(what=what, found=error.happened, is_ok=False, advice=error.advice)


def _spacy(settings: Settings) -> str:
    from miner.text.pipeline import load_pipeline, pipeline_name

    return pipeline_name(load_pipeline(settings.spacy_model))


def _encoder(settings: Settings) -> str:
    from miner.text.encode import PACKAGED, packaged_model, weights_sha256

    if settings.encoder:
        return f"{settings.encoder} (not checked: not the packaged one)"
    return f"{PACKAGED}, SHA-256 {weights_sha256(packaged_model())[:16]}… is the official one"


def _judge() -> str:
    from miner.artifacts.judge import load_judge

    return f"version {load_judge().version}"


def _corpora(settings: Settings) -> Iterator[Check]:
    from miner.corpus import Corpus

    for folder in sorted(p.parent for p in settings.corpora.glob("*/study.toml")):

        def look(folder: Path = folder) -> str:
            corpus = Corpus.open(folder)
            return f"{corpus.count():,} posts, version {corpus.version}"

        yield _guarded(f"corpus {folder.name}", look)
