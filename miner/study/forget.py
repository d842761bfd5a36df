"""Somebody asks to be forgotten."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from miner.corpus import Corpus, corpus_folder
from miner.corpus.erase import erase, going_with
from miner.corpus.forgotten import load_forgotten
from miner.corpus.key import AuthorKey
from miner.corpus.schema import storable
from miner.corpus.trouble import storage_errors
from miner.errors import UsageError
from miner.settings import Settings
from miner.study.quoting import Cleaned, quoting, without_quotes

_TOKEN = re.compile(r"p_[0-9a-f]{16}")
_NOTHING = Cleaned(rewritten=(), failed=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who or what is to be forgotten.

    Attributes:
        authors: Tokens of authors, as the corpus has them.
        posts: Ids of posts.
        accounts: Names of accounts, as their source writes them.
        source: Source of the *accounts*.
    """

    authors: Sequence[str] = ()
    posts: Sequence[str] = ()
    accounts: Sequence[str] = ()
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgot:
    """What was done.

    Attributes:
        n_posts: Posts that are gone from the corpus, reposts of them included.
        n_bytes: Size of the files that were deleted.
        reports: Folders of reports that quoted any of these posts, or one that was forgotten before.
        cleaned: What became of them, when that was asked for.
    """

    n_posts: int
    n_bytes: int
    reports: tuple[Path, ...]
    cleaned: Cleaned = _NOTHING


def forget(
    settings: Settings, name: str, asked: Asked, *, with_reports: bool = False, is_rehearsal: bool = False
) -> Forgot:
    """Erase posts from every version of a corpus and from what runs kept, and bar them from coming back.

    What is asked for twice is done twice, without harm: a second call finishes a first that was killed.

    Args:
        settings: Where corpora and reports lie.
        name: The corpus.
        asked: Who or what is to be forgotten.
        with_reports: Also write reports that quote such a post anew without it.
        is_rehearsal: Only count.

    Raises:
        UsageError: Nothing was asked for, a token that is none, an account without its source; no such corpus.
        CorpusError: The corpus or its key cannot be used.
        StorageFull: No room to write files anew; run again to finish.
    """
    _check(name, asked)
    corpus = Corpus.open(corpus_folder(settings.corpora, name))
    ids = [storable(post_id) for post_id in asked.posts]
    with corpus.writing(), storage_errors(corpus.folder):
        key = corpus.author_key()
        tokens = {*asked.authors, *_tokens(asked, key)}
        if is_rehearsal:
            going = set(going_with(corpus.folder, ids=ids, tokens=tokens))
            return Forgot(
                n_posts=len(going), n_bytes=0, reports=tuple(quoting(settings.output, name, going.__contains__))
            )
        done = erase(corpus.folder, key, ids=ids, tokens=tokens)
        # asked by seal: posts that an earlier call erased may still be quoted
        forgotten = load_forgotten(corpus.folder, lambda: key)
    is_gone = forgotten.is_forgotten_id if forgotten else set(done.ids).__contains__
    reports = quoting(settings.output, name, is_gone)
    cleaned = without_quotes(reports, is_gone) if with_reports else _NOTHING
    return Forgot(n_posts=len(done.ids), n_bytes=done.vacuumed.n_bytes, reports=tuple(reports), cleaned=cleaned)


def _check(name: str, asked: Asked) -> None:
    example = f"`miner forget {name} --account ann@example.social --source mastodon`"
    if not (asked.authors or asked.posts or asked.accounts):
        raise UsageError(
            "Nobody was named who is to be forgotten.", f"Name an author, a post or an account: {example}."
        )
    if asked.accounts and not asked.source:
        raise UsageError(f"Of which source {asked.accounts[0]} is an account was not said.", f"Name it: {example}.")
    wrong = next((token for token in asked.authors if not _TOKEN.fullmatch(token)), None)
    if wrong is not None:
        raise UsageError(
            f"{wrong!r} is not the token of an author; tokens are p_ and 16 hex digits.",
            f"Or name an account: {example}.",
        )


def _tokens(asked: Asked, key: AuthorKey) -> set[str]:
    """Tokens of the accounts; people write "@ann@example.social" for what some sources call ``ann@example.social``."""
    bare = [account.strip().lstrip("@") for account in asked.accounts]
    spelt = [spelling for account in bare if account for spelling in (account, f"@{account}")]
    return {token for account in spelt if (token := key.pseudonym(asked.source or "", account)) is not None}
