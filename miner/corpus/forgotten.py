"""What a corpus must never hold again: posts and authors that were forgotten, and posts that were purged.

``forgotten.txt`` has a line for each, made with the key of the pseudonyms, so that neither an id nor a token stands in
it and nobody without the key can ask it about anybody:

```
# sealed with the key 5d0c3f…
post 1 6f1c…e0
author 1 93ab…17
purged 2 0d52…c4
```

The number says how many secrets the key had when the line was sealed; see :meth:`miner.corpus.key.AuthorKey.seal`.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from miner.corpus.key import AuthorKey
from miner.errors import CorpusError
from miner.records import Post

FILE = "forgotten.txt"
Kind = Literal["post", "author", "purged"]
REASONS = {"post": "forgotten", "author": "forgotten", "purged": "purged"}
_HEAD = "# sealed with the key {}\n"
_EXPLAINED = "# What this corpus must never hold again. Keep this file: it says nothing without the key.\n"
_Line = tuple[str, int, str]


class Forgotten:
    """The lines of ``forgotten.txt``.

    Args:
        lines: Kind, number of secrets at its sealing, seal.
        key: Made the seals.
    """

    def __init__(self, lines: frozenset[_Line], key: AuthorKey) -> None:
        self._lines = lines
        self._key = key
        self._since = _sealings(lines)

    def __len__(self) -> int:
        return len(self._lines)

    def reason(self, post: Post) -> str | None:
        """Why a *post*, with its account as author, may not be stored: ``forgotten``, ``purged``; None when it may."""
        if not self._lines:
            return None
        tokens = self._key.pseudonyms(post.source, post.author)
        if any(self._holds("author", token, n + 1) for n, token in enumerate(tokens)):
            return REASONS["author"]
        kind = self.kind_of_id(post.id) or ("post" if self.is_forgotten_id(post.repost_of) else None)
        return REASONS[kind] if kind else None

    def kind_of_id(self, post_id: str) -> Kind | None:
        """What became of the post with this id; None for one that nobody forgot."""
        if self.is_forgotten_id(post_id):
            return "post"
        return "purged" if self._any("purged", post_id) else None

    def is_forgotten_id(self, post_id: str | None) -> bool:
        """Whether somebody asked that the post with this id be forgotten."""
        return post_id is not None and self._any("post", post_id)

    def is_forgotten_token(self, token: str | None) -> bool:
        """Whether a stored *token* is that of a forgotten author."""
        # those of a shorter chain were erased before the key was rotated
        return token is not None and self._holds("author", token, self._key.n_secrets)

    def _any(self, kind: Kind, value: str) -> bool:
        return any(self._holds(kind, value, since) for since in self._since[kind])

    def _holds(self, kind: Kind, value: str, since: int) -> bool:
        return since in self._since[kind] and (kind, since, self._key.seal(kind, value, since=since)) in self._lines


def load_forgotten(folder: Path, key: Callable[[], AuthorKey]) -> Forgotten | None:
    """What the corpus in *folder* must not hold; None, and the key is not asked for, when nothing was ever forgotten.

    Raises:
        CorpusError: The file cannot be read, or was changed by hand.
    """
    path = folder / FILE
    if not path.exists():
        return None
    found = path.stat()
    return Forgotten(_lines_of(path, (found.st_ino, found.st_mtime_ns, found.st_size)), key())


def admitted(posts: Sequence[Post], folder: Path, key: AuthorKey) -> tuple[list[Post], Counter[str]]:
    """Those of *posts* that the corpus in *folder* may hold, and how many it may not, by reason."""
    forgotten = load_forgotten(folder, lambda: key)
    if forgotten is None:
        return list(posts), Counter()
    reasons = [forgotten.reason(post) for post in posts]
    left = [post for post, reason in zip(posts, reasons, strict=True) if reason is None]
    return left, Counter(reason for reason in reasons if reason)


def remember(folder: Path, key: AuthorKey, values: Iterable[tuple[Kind, str]]) -> None:
    """Add ids (``post``, ``purged``) and tokens (``author``) to what the corpus must never hold again.

    The file is replaced whole or not at all. The caller is the only writer.
    """
    n = key.n_secrets
    new = ((kind, n, key.seal(kind, value, since=n)) for kind, value in values)
    _write(folder / FILE, key, {*_read(folder / FILE), *new})


def reseal(folder: Path, key: AuthorKey) -> None:
    """Carry the seals of the key before *key* over to it; nothing happens to those that were. One writer at a time."""
    path = folder / FILE
    head = _HEAD.format(key.fingerprint).encode("ascii")
    if path.exists() and not path.read_bytes().startswith(head):
        _write(path, key, {(kind, n, key.resealed(seal)) for kind, n, seal in _read(path)})


@lru_cache(maxsize=4)
def _lines_of(path: Path, stamp: tuple[int, ...]) -> frozenset[_Line]:
    """The lines of a file with this *stamp*: a scrape asks for them at each page."""
    del stamp
    return frozenset(_read(path))


@lru_cache(maxsize=4)
def _sealings(lines: frozenset[_Line]) -> Mapping[str, Sequence[int]]:
    """Kind to the numbers of secrets at which something of that kind was sealed."""
    return {kind: sorted({n for k, n, _ in lines if k == kind}) for kind in get_args(Kind)}


def _read(path: Path) -> list[_Line]:
    try:
        text = path.read_text(encoding="ascii")
        return [_parsed(line.split()) for line in text.splitlines() if line and not line.startswith("#")]
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise CorpusError(
            f"The list of what was forgotten, {path}, cannot be read ({error}).",
            "Put it back from a backup: without it, erased posts would be collected again.",
        ) from error


def _parsed(words: Sequence[str]) -> _Line:
    kind, since, seal = words
    if kind not in REASONS:
        raise ValueError(f"no kind {kind!r}")
    return kind, int(since), seal


def _write(path: Path, key: AuthorKey, lines: Iterable[_Line]) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".forgotten-")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(_HEAD.format(key.fingerprint) + _EXPLAINED)
            file.writelines(f"{kind} {since} {seal}\n" for kind, since, seal in sorted(lines))
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)
