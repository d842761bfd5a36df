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
from datetime import date
from pathlib import Path

from miner.errors import CorpusError, SettingsError

KEY_NAME = ".author-key"
DESTROYED_NAME = ".author-keys-destroyed"
"""Lists the fingerprints of keys that are no more, and the day."""
_N_BYTES = 32
_OTHERS = 0o077


class AuthorKey:
    """A chain of secrets of 32 bytes, and what is made with it.

    A project begins with one secret. Each :meth:`rotated` key has one more, and what it makes is a hash, with the new
    secret, of what the key before made: so stored tokens can be carried over without the accounts, which nobody has,
    and an account met later gets the token that its posts of before carry now.

    Args:
        secrets: The chain, oldest first; never printed.

    Attributes:
        fingerprint: Says which key it is, and nothing else.
        n_secrets: Length of the chain.
    """

    def __init__(self, *secrets: bytes) -> None:
        for secret in secrets:
            if len(secret) != _N_BYTES:
                raise ValueError(f"an author key has {_N_BYTES} bytes, not {len(secret)}")
        if not secrets:
            raise ValueError("an author key has at least one secret")
        self._secrets = secrets
        self.n_secrets = len(secrets)
        self.fingerprint = _digest(secrets[-1], b"\0which key", 8)

    def pseudonym(self, source: str, account: str | None) -> str | None:
        """``p_`` and 16 hex digits for an account; None for no account.

        Case and compatibility forms do not matter (``Ann@Example.social`` is ``ann@example.social``), the source does:
        nobody knows whether ``ann`` of one platform is ``ann`` of another.
        """
        tokens = self.pseudonyms(source, account)
        return tokens[-1] if tokens else None

    def pseudonyms(self, source: str, account: str | None) -> tuple[str, ...]:
        """The account's token as each key of the chain made it, oldest first; empty for no account."""
        name = unicodedata.normalize("NFKC", account or "").casefold().strip()
        if not name:
            return ()
        message = f"{source}\0{name}".encode("utf-8", "surrogatepass")
        tokens = ["p_" + _digest(self._secrets[0], message, 8)]
        for secret in self._secrets[1:]:
            tokens.append(_next_token(secret, tokens[-1]))
        return tuple(tokens)

    def carried(self, token: str) -> str:
        """The token of today for one that the key before this one made."""
        return _next_token(self._secrets[-1], token)

    def seal(self, what: str, value: str, *, since: int) -> str:
        """32 hex digits that stand for *value* and say nothing without the key.

        Args:
            what: What kind of thing it is: the same value of another kind has another seal.
            value: A post's id, or an author's token as the key with *since* secrets made it.
            since: Secrets of the chain at the time of the first sealing, 1 to :attr:`n_secrets`.
        """
        seal = _digest(self._secrets[since - 1], f"\0{what}\0{value}".encode("utf-8", "surrogatepass"), 16)
        for secret in self._secrets[since:]:
            seal = _next_seal(secret, seal)
        return seal

    def resealed(self, seal: str) -> str:
        """The seal of today for one that the key before this one made."""
        return _next_seal(self._secrets[-1], seal)

    def rotated(self) -> AuthorKey:
        """The key that comes after this one: the same chain and a new secret."""
        return AuthorKey(*self._secrets, secrets.token_bytes(_N_BYTES))

    def before(self) -> AuthorKey | None:
        """The key that this one came after; None for the first."""
        return AuthorKey(*self._secrets[:-1]) if self.n_secrets > 1 else None

    def written(self) -> str:
        """The chain as its file holds it: a line of hex digits a secret, oldest first."""
        return "".join(f"{secret.hex()}\n" for secret in self._secrets)


def _digest(secret: bytes, message: bytes, n_bytes: int) -> str:
    return hashlib.blake2b(message, digest_size=n_bytes, key=secret, person=b"nostalgia-miner").hexdigest()


def _next_token(secret: bytes, token: str) -> str:
    return "p_" + _digest(secret, b"\0token\0" + token.encode(), 8)


def _next_seal(secret: bytes, seal: str) -> str:
    return _digest(secret, b"\0seal\0" + seal.encode(), 16)


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
        return AuthorKey(*(bytes.fromhex(line) for line in text.split()))
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
            _write(handle, AuthorKey(secrets.token_bytes(_N_BYTES)))
            with contextlib.suppress(FileExistsError):
                os.link(temporary, path)  # unlike a rename, never replaces a key that another process just made
        finally:
            Path(temporary).unlink()
    return load_key(path)


def replace_key(path: Path, key: AuthorKey) -> None:
    """Put *key* into the file *path*, in place of the one in it: whole or not at all, mode 0600."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=KEY_NAME + "-")
    try:
        _write(handle, key)
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _write(handle: int, key: AuthorKey) -> None:
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(key.written())
        file.flush()
        os.fsync(file.fileno())


def destroy_key(path: Path, *, day: date) -> AuthorKey:
    """Overwrite a key and delete it, for good; that it was destroyed is written down beside it.

    Backups and snapshots of the disk are out of reach: they have to be deleted by whoever made them.

    Returns:
        The key that is no more.

    Raises:
        CorpusError, SettingsError: There is none, or it cannot be used.
    """
    key = load_key(path)
    with (path.parent / DESTROYED_NAME).open("a", encoding="ascii") as file:
        file.write(f"{key.fingerprint} {day.isoformat()}\n")
        file.flush()
        os.fsync(file.fileno())
    with path.open("r+b") as file:
        file.write(secrets.token_bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    return key


def destroyed_on(path: Path, fingerprint: str) -> str | None:
    """The day on which the key with this *fingerprint*, once in the file *path*, was destroyed; None if it was not."""
    record = path.parent / DESTROYED_NAME
    if not fingerprint or not record.exists():
        return None
    lines = [line.split() for line in record.read_text(encoding="ascii", errors="replace").splitlines()]
    return next((words[1] for words in lines if len(words) == 2 and words[0] == fingerprint), None)
