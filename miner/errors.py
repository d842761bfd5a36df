"""Every error this program raises on purpose.

```
MinerError                      exit code 1
├── UsageError                  2   a name or value that was typed is wrong
│   ├── UnknownName             2   … and the names that exist are listed, nearest first
│   └── EraError                2   an era file that cannot be read or contradicts itself
├── SettingsError               3   settings or credentials
│   └── CredentialsError        3   a source asks for a login
├── SourceError                 4   one source failed; what it gave before is kept
│   ├── BlockedError            4   the host does not want this client: never retried
│   ├── RefusedError            4   the server does not take the request, and will not the next time
│   ├── MalformedError          4   an answer that is not what the source sends
│   ├── TooFewPosts             4   it came to its end with fewer posts than are plausible
│   └── RateLimited             5   the wait is longer than allowed; run again to go on
├── NothingFound                6   an empty corpus, an era without posts
├── CorpusError                 1   a corpus that is missing its parts, locked or damaged
├── EngineError                 1   the processes that do the work die, or cannot be reached
└── StorageFull                 1   no room left; what was acknowledged is safe
```

A message is built from facts, says what happened in one sentence and ends with the next thing to do.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class MinerError(Exception):
    """Base of all errors raised on purpose.

    Attributes:
        happened: What happened, one sentence with the facts in it.
        advice: The next thing to do, one sentence; may hold a command to paste.
        exit_code: What the command line returns for it.
    """

    exit_code = 1

    def __init__(self, happened: str, advice: str) -> None:
        self.happened = happened
        self.advice = advice
        super().__init__(f"{happened} {advice}")


class UsageError(MinerError):
    """A name or value that was typed is wrong."""

    exit_code = 2


class UnknownName(UsageError):
    """A name that is not among those there are; the message lists them, nearest first.

    Args:
        kind: What was named, for example ``era`` or ``source``.
        name: What was typed.
        known: The names there are.
        advice: The next step; by default, to choose one of the names.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str], advice: str = "") -> None:
        self.kind = kind
        self.name = name
        names = sorted(known)
        nearest = difflib.get_close_matches(name, names, n=len(names) or 1, cutoff=0.5)
        self.known = [*nearest, *(n for n in names if n not in nearest)]
        listed = ", ".join(self.known) if self.known else "none yet"
        if nearest and not advice:
            advice = f"Did you mean {nearest[0]}?"
        super().__init__(f"There is no {kind} called {name!r}; there are: {listed}.", advice or "Choose one of these.")


class EraError(UsageError):
    """An era file that cannot be read, or that contradicts itself."""


class SettingsError(MinerError):
    """A settings file, an environment variable or a flag that does not fit."""

    exit_code = 3


class CredentialsError(SettingsError):
    """A source asks for a login that was not given, or that it does not accept."""


class SourceError(MinerError):
    """One source failed. What it gave before is in the corpus."""

    exit_code = 4


class BlockedError(SourceError):
    """The host does not want this client (403, robots.txt, a block page). Never retried."""


class RefusedError(SourceError):
    """The server does not take the request (400, 404, 410, 422, a lasting 500). The same one will not do better."""


class MalformedError(SourceError):
    """An answer that is not what the source sends: HTML for JSON, a body cut short."""


class TooFewPosts(SourceError):
    """A source came to its end without an error and gave fewer posts than it does when all works. They are kept."""


class RateLimited(SourceError):
    """The host asks for a longer wait than allowed. The same command goes on where it stopped."""

    exit_code = 5


class NothingFound(MinerError):
    """There is nothing to work on: an empty corpus, an era without posts."""

    exit_code = 6


class CorpusError(MinerError):
    """A corpus that misses its parts, is in use by another process, or is damaged."""


class EngineError(MinerError):
    """The processes that do the work die, or cannot be reached; what they finished is kept."""


class StorageFull(MinerError):
    """There is no room left on the disk. What was acknowledged before is safe."""
