"""Settings: frozen, read once, handed down as arguments. Flags win over the environment, which wins over the file."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from miner.errors import SettingsError

PREFIX = "MINER_"
DEFAULT_FILE = Path("miner.toml")
MAX_TOML = 200_000
"""Characters of a file of settings, keys, a mapping or an era. Of 300,000 that are one long key, tomllib takes 5 s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set, with its default.

    Attributes:
        corpora: Folder of the corpora.
        output: Folder of the reports.
        catalogue: Table of one's own artifacts (CSV); read if it is there.
        keys: File with the keys of sources (TOML, readable by its owner alone); the environment wins over it.
        contact: Address or page that a server's operator can turn to; part of the user agent.
        spacy_model: Name or path of a spaCy pipeline; empty for the official small English one if it is installed, else
            the packaged copy of it.
        encoder: Name or path of a sentence-transformers model; empty for the packaged all-MiniLM-L6-v2.
        threshold: Probability, 0-1, from which a name counts as a specific artifact.
        seed: Seed of everything random, 0 or more.
        timeout_s: Longest wait for any one answer of a server, in seconds.
        max_wait_s: Longest pause that a server may ask for before the scrape stops, resumable, in seconds.
        max_tries: Tries of one request, the first one included.
        engine: Where a run reads and extracts, one of :data:`miner.engine.ENGINES`; the result is the same.
        workers: Processes of an engine that has several, at least 1.
        ray_address: Of a Ray cluster; empty starts one on this machine.
    """

    corpora: Path = Path("corpora")
    output: Path = Path("output")
    catalogue: Path = Path("catalogue.csv")
    keys: Path = field(default_factory=lambda: Path("~/.config/nostalgia-miner/keys.toml").expanduser())
    contact: str = ""
    spacy_model: str = ""
    encoder: str = ""
    threshold: float = 0.7
    seed: int = 80
    timeout_s: float = 30.0
    max_wait_s: float = 900.0
    max_tries: int = 6
    engine: str = "serial"
    workers: int = 2
    ray_address: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.threshold < 1:
            raise SettingsError(
                f"threshold is {self.threshold}, outside 0 to 1.", "Set a probability such as 0.6, or leave it out."
            )
        if self.seed < 0:
            raise SettingsError(f"seed is {self.seed}.", "Set a whole number from 0 up, or leave it out.")
        for name in ("timeout_s", "max_wait_s", "max_tries"):
            if not getattr(self, name) > 0:  # so that "nan" is refused
                raise SettingsError(f"{name} is {getattr(self, name)}.", "Set a number above 0, or leave it out.")


def load_settings(
    *, config: Path | None = None, environ: Mapping[str, str], flags: Mapping[str, Any] | None = None
) -> Settings:
    """Settings from a TOML file, ``MINER_*`` variables and flags, the later winning.

    Args:
        config: A TOML file; None reads ``miner.toml`` in the current folder if there is one.
        environ: The environment.
        flags: Values typed on the command line; None stands for not typed.

    Raises:
        SettingsError: A file that cannot be read, an unknown name, a value of the wrong kind.
    """
    values: dict[str, Any] = dict(_from_file(config))
    known = {f.name: f for f in dataclasses.fields(Settings)}
    values |= {name: environ[PREFIX + name.upper()] for name in known if environ.get(PREFIX + name.upper(), "").strip()}
    values |= {name: value for name, value in (flags or {}).items() if value is not None}
    unknown = sorted(values.keys() - known.keys())
    if unknown:
        raise SettingsError(
            f"There is no setting called {unknown[0]!r}; there are: {', '.join(sorted(known))}.", "Rename or remove it."
        )
    converted: dict[str, Any] = {name: _convert(name, v, str(known[name].type)) for name, v in values.items()}
    return Settings(**converted)


def toml_of(text: str) -> dict[str, Any]:
    """What a file of TOML says.

    Raises:
        ValueError: It is none, or longer than anybody writes by hand.
    """
    if len(text) > MAX_TOML:
        raise ValueError(f"it has more than {MAX_TOML:,} characters")
    try:
        return tomllib.loads(text)
    except RecursionError as error:  # a thousand brackets
        raise ValueError("its brackets lie too deep in one another") from error


def _from_file(config: Path | None) -> Mapping[str, Any]:
    path = config or DEFAULT_FILE
    if config is None and not path.exists():
        return {}
    try:
        return toml_of(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"The settings file {path} cannot be read: {error.strerror}.", "Check --config.") from error
    except ValueError as error:
        raise SettingsError(f"The settings file {path} is not TOML: {error}.", "Mend that line.") from error


def _convert(name: str, value: object, kind: str) -> object:
    converters: Mapping[str, Callable[[Any], object]] = {
        "Path": _path,
        "float": float,
        "int": int,
        "str": str,
    }
    try:
        return converters[kind](value)
    except (TypeError, ValueError, OverflowError, RuntimeError) as error:
        raise SettingsError(f"The setting {name} is {value!r}, which is no {kind}.", f"Give a {kind}.") from error


def _path(value: str | Path) -> Path:
    """A path; ``~ann`` of an account that there is not raises RuntimeError, a zero byte ValueError."""
    if "\0" in str(value):
        raise ValueError("a zero byte")
    return Path(value).expanduser()
