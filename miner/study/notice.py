"""A data notice, made from what a corpus holds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow.compute as pc

from miner.corpus import Corpus, corpus_folder
from miner.corpus.folder import read_study
from miner.corpus.key import KEY_NAME, destroyed_on
from miner.corpus.purge import RETENTION_DAYS, purged_counts
from miner.errors import MinerError, SettingsError
from miner.settings import Settings
from miner.sources import SOURCES

PURPOSE = "To find out which things people name when they remember an era."
_COUNTED = "Posts are counted and quoted; nobody's profile is made, and no author is named."
_RIGHTS = (
    "to see, correct or erase what is held of you, or to object. Name the account, or the link of a post. What is "
    "erased goes from every version of these data and is kept out from then on; of it stays a sealed mark that cannot "
    "be read back. Reports that quote it are written anew on request."
)
_STORED = (
    "its text, its hashtags and the descriptions of its pictures",
    "its id and its link at the source",
    "when it was put online, when it was edited, and when we read it",
    "its language, as the source says",
    "how many likes, reposts and replies it had when we read it",
    "whether the account says that it is automated, and which post it repeats",
    "a pseudonym in place of the account",
)
_NOT_STORED = (
    "names of accounts, as a field of their own (ids and links of some sources contain them)",
    "profiles, pictures, places, lists of followers",
    "posts that are private, and posts that their source marks as sensitive",
    "posts of accounts that say they do not want to be indexed or read by programs, where the source tells",
)


@dataclass(slots=True, kw_only=True)
class _Facts:
    """What a corpus holds, in figures."""

    sources: Counter[str]
    n_authors: int
    oldest: datetime | None
    newest: datetime | None
    first_read: datetime | None
    last_read: datetime | None


def notice_of(settings: Settings, name: str, *, purpose: str | None = None) -> str:
    """The notice on a corpus, in Markdown.

    Args:
        settings: Where the corpus lies, and whom to write to.
        name: The corpus.
        purpose: What the study is for; None is :data:`PURPOSE`.

    Raises:
        UnknownName: There is no such corpus.
        SettingsError: No contact is set.
        CorpusError: The corpus is damaged.
    """
    if not settings.contact.strip():
        raise SettingsError(
            "A notice has to say whom to write to, and no contact is set.",
            f"Run it as `MINER_CONTACT=you@example.org miner notice {name}`, or set contact in miner.toml.",
        )
    corpus = Corpus.open(corpus_folder(settings.corpora, name))
    facts, study = _facts(corpus), read_study(corpus.folder)
    n_purged = sum(count.n_posts for count in purged_counts(corpus.folder))
    parts = [
        f"# Data notice: {_inert(name)}",
        f"{(purpose or PURPOSE).strip()} {_COUNTED}",
        "## What is held",
        f"{facts.sources.total():,} posts of {facts.n_authors:,} authors. {_window(facts)}",
        _bullets(
            _source(source, n) for source, n in sorted(facts.sources.items(), key=lambda item: (-item[1], item[0]))
        ),
        "Asked for were:\n\n" + _bullets(_walks(corpus)),
        "Of each post is stored, as far as its source gives it:\n\n" + _bullets(_STORED),
        "Not stored are:\n\n" + _bullets(_NOT_STORED),
        "## Who is who",
        _key_words(settings.corpora / KEY_NAME, study.author_key),
        "## How long",
        _retention_words(study.retention_days, n_purged),
        "## Your rights",
        f"Write to {_inert(settings.contact.strip())} {_RIGHTS}",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def write_notice(text: str, path: Path) -> None:
    """Write a notice into a file, whole or not at all.

    Raises:
        MinerError: It cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise MinerError(f"{path} cannot be written: {error.strerror}.", "Name another file with --out.") from error
    finally:
        part.unlink(missing_ok=True)


def _facts(corpus: Corpus) -> _Facts:
    sources: Counter[str] = Counter()
    authors: set[str] = set()
    n_anonymous, times = 0, dict[str, tuple[datetime | None, datetime | None]]()
    for batch in corpus.read(columns=["source", "author", "created_at", "fetched_at"]):
        sources.update(batch.column("source").to_pylist())
        authors.update(batch.column("author").drop_null().to_pylist())
        n_anonymous += batch.column("author").null_count
        for name in ("created_at", "fetched_at"):
            found = pc.min_max(batch.column(name)).as_py()
            low, high = times.get(name, (None, None))
            times[name] = _least(low, found["min"]), _most(high, found["max"])
    oldest, newest = times.get("created_at", (None, None))
    first, last = times.get("fetched_at", (None, None))
    return _Facts(
        sources=sources,
        n_authors=len(authors) + n_anonymous,
        oldest=oldest,
        newest=newest,
        first_read=first,
        last_read=last,
    )


def _least(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((time for time in (one, other) if time is not None), default=None)


def _most(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((time for time in (one, other) if time is not None), default=None)


def _window(facts: _Facts) -> str:
    dates = f"Put online from {facts.oldest:%Y-%m-%d} to {facts.newest:%Y-%m-%d}" if facts.oldest else "Without dates"
    read = f", read from {facts.first_read:%Y-%m-%d} to {facts.last_read:%Y-%m-%d}" if facts.first_read else ""
    return f"{dates}{read}. A post without an author counts as one author."


def _source(name: str, n_posts: int) -> str:
    if name not in SOURCES:
        return f"{_inert(name)}: {n_posts:,} posts, from files"
    info = SOURCES[name].info
    return f"{info.title}: {n_posts:,} posts. Each is {info.post_is}. Terms: <{info.terms_url}>, read {info.terms_read}"


def _walks(corpus: Corpus) -> list[str]:
    """What was asked of whom; files are one line, since their names may say more than they should."""
    streams = sorted(corpus.cursors())
    n_files = sum(stream.startswith("file/") for stream in streams)
    lines = [_inert(stream.replace("/", ": ", 1)) for stream in streams if not stream.startswith("file/")]
    return [*lines, *([f"{n_files:,} files of posts"] if n_files else [])]


def _key_words(path: Path, fingerprint: str) -> str:
    words = (
        "An author is a pseudonym: a keyed hash of the source and the account. The same account has the same pseudonym "
        "in all corpora of this project and another elsewhere."
    )
    day = destroyed_on(path, fingerprint)
    if day:
        return f"{words} The key was destroyed on {day}: no pseudonym can be led back to an account with it."
    return f"{words} The key is kept apart from the data, readable by its owner alone, and is never handed on."


def _retention_words(days: int | None, n_purged: int) -> str:
    words = f"A post is deleted {days or RETENTION_DAYS} days after it was read, each time `miner purge` is run."
    gone = (
        f" So far {n_purged:,} posts were deleted for that reason; only how many they were stays." if n_purged else ""
    )
    return words + gone


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _inert(text: str) -> str:
    r"""*text* from outside as plain words of Markdown.

    >>> _inert("a<b> [x](y)\n# z")
    'a\\<b\\> \\[x\\]\\(y\\) \\# z'
    """
    return re.sub(r"([\\`*_\[\]()<>#|!])", r"\\\1", " ".join(text.split()))
