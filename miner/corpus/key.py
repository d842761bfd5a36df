"""Pseudonyms: an account becomes a token that says nothing without a secret key.

The key lies at ``<folder of the corpora>/.author-key``. That is one key per project, as asked: the same person has the
same token in all corpora of a project, so that authors can be counted across them, and another token elsewhere. It is
outside each corpus, so that a corpus can be packed and handed on without it; and it is not in the user's home, where
one key would serve all projects and tokens could be joined between them. Git ignores all of that folder.

Tokens differ from project to project: nothing may be ordered by them.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import tempfile
import unicodedata
from pathlib import Path

from miner.errors import CorpusError, SettingsError

KEY_NAME = ".author-key"
_N_BYTES = 32
_OTHERS = 0o077


class AuthorKey:
    """A secret of 32 bytes and what is made with it.

    Args:
        secret: The bytes; never printed.
    """

    def __init__(self, secret: bytes) -> None:
        if len(secret) != _N_BYTES:
            raise ValueError(f"an author key has {_N_BYTES} bytes, not {len(secret)}")
        self._secret = secret
        self.fingerprint = self._digest(b"\0which key", 8)

    def pseudonym(self, source: str, account: str | None) -> str | None:
        """``p_`` and 16 hex digits for an account; None for no account.

        Case and compatibility forms do not matter (``Ann@Example.social`` is ``ann@example.social``), the source does:
        nobody knows whether ``ann`` of one platform is ``ann`` of another.
        """
        name = unicodedata.normalize("NFKC", account or "").casefold().strip()
        if not name:
            return None
        return "p_" + self._digest(f"{source}\0{name}".encode("utf-8", "surrogatepass"), 8)

    def _digest(self, message: bytes, n_bytes: int) -> str:
        return hashlib.blake2b(message, digest_size=n_bytes, key=self._secret, person=b"nostalgia-miner").hexdigest()


def load_key(path: Path) -> AuthorKey:
    """Read a key.

    Raises:
        CorpusError: The file is missing, cannot be read or does not hold a key.
        SettingsError: Others than the owner may read or write it.
    """
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii")
    except FileNotFoundError as error:
        raise CorpusError(
            f"The key of the authors' pseudonyms, {path}, is missing.",
            "Put it back from a backup: with another key the same person would be counted twice. If it is lost, start "
            "a new corpus with `miner import FILE --into NEW-NAME`.",
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"The key {path} cannot be read: {error}.", f"Mend it with `chmod 600 {path}`.") from error
    if mode & _OTHERS:
        raise SettingsError(
            f"The key of the authors' pseudonyms, {path}, can be read by others (mode {mode & 0o777:o}).",
            f"Close it with `chmod 600 {path}`.",
        )
    try:
        return AuthorKey(bytes.fromhex(text.strip()))
    except ValueError as error:
        raise CorpusError(
            f"The file {path} does not hold a key of {_N_BYTES} bytes in hex digits.", "Put it back from a backup."
        ) from error


def load_or_create_key(path: Path) -> AuthorKey:
    """Read a key, or make a new one if there is none.

    The new file appears complete and with mode 0600 or not at all; of two processes that make one at the same time,
    both go on with the same key.
    """
    if not path.exists():
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=KEY_NAME + "-")  # O_EXCL, 0600
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(_N_BYTES) + "\n")
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(temporary, path)  # unlike a rename, never replaces a key that another process just made
        finally:
            Path(temporary).unlink()
    return load_key(path)
