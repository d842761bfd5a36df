"""Keys of the sources: from the environment, or from a file that only its owner can read. Never out again."""

from __future__ import annotations

import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from miner.errors import CredentialsError, MinerError, SettingsError
from miner.settings import toml_of
from miner.sources.base import Source
from miner.sources.hosts import host_of, origin

TOKENS = "tokens"
_ADVICE = 'Write lines such as `tumblr_api_key = "…"`, and access tokens as `"example.social" = "…"` below `[tokens]`.'


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What sources may be asked with.

    Attributes:
        keys: Name of a :class:`~miner.sources.base.Key` to its value.
        tokens: Host to access token.
    """

    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)


def load_credentials(sources: Sequence[Source], *, environ: Mapping[str, str], file: Path) -> Credentials:
    """The credentials of *sources* that are set, and no others.

    Args:
        sources: The sources to be asked.
        environ: The environment; a variable of a key's name wins over the file.
        file: TOML: a line for each key, its name in lower case, and a table ``[tokens]`` of hosts. May be missing.

    Raises:
        CredentialsError: Others than the owner can read the file.
        SettingsError: It cannot be read, is not TOML, or holds something else than texts.
    """
    found = _read(file)
    keys = {}
    for key in (key for source in sources for key in source.info.keys):
        value = environ.get(key.name, "").strip() or found.get(key.name.lower(), "")
        if not isinstance(value, str):
            raise SettingsError(f"{key.name.lower()} in {file} is no text.", _ADVICE)
        if value.strip():
            keys[key.name] = value.strip()
    tokens = found.get(TOKENS, {})
    if not isinstance(tokens, dict) or not all(isinstance(token, str) for token in tokens.values()):
        raise SettingsError(f"[{TOKENS}] in {file} is no table of texts.", _ADVICE)
    return Credentials(keys=keys, tokens={_host(host, file): token.strip() for host, token in tokens.items()})


def _read(file: Path) -> Mapping[str, object]:
    try:
        with file.open("rb") as opened:
            mode = stat.S_IMODE(file.stat().st_mode)
            if mode & 0o077:
                raise CredentialsError(
                    f"The file of keys {file} can be read by others (mode {mode:03o}).", f"Run `chmod 600 {file}`."
                )
            return toml_of(opened.read().decode("utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(f"The file of keys {file} cannot be read: {error.strerror}.", "Check it.") from error
    except ValueError as error:
        # the message of the TOML reader quotes no values, but a line of this file may be a secret
        raise SettingsError(f"The file of keys {file} is not TOML.", _ADVICE) from error


def _host(host: str, file: Path) -> str:
    try:
        return host_of(origin(host))
    except MinerError as error:
        raise SettingsError(f"[{TOKENS}] in {file} names no server: {error.happened}", _ADVICE) from error
