"""The key of the pseudonyms: looked at, changed, destroyed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from miner.corpus import Corpus, corpora_in, corpus_folder
from miner.corpus.folder import read_study
from miner.corpus.key import KEY_NAME, AuthorKey, destroy_key, destroyed_on, load_key, replace_key
from miner.corpus.trouble import storage_errors
from miner.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFacts:
    """What may be said about a key.

    Attributes:
        path: Its file.
        fingerprint: Tells it from others, and nothing else.
        n_rotations: How often it was changed.
        corpora: Corpora beside it, and how each stands to it: ``current``, ``behind``, ``destroyed 2026-11-02`` or
            ``another key``.
    """

    path: Path
    fingerprint: str
    n_rotations: int
    corpora: dict[str, str]


def key_facts(settings: Settings) -> KeyFacts:
    """The key beside the corpora, without the key itself.

    Raises:
        CorpusError, SettingsError: There is none, or it cannot be used.
    """
    path = settings.corpora / KEY_NAME
    key = load_key(path)
    found = {name: _standing(settings.corpora, name, key) for name in corpora_in(settings.corpora)}
    return KeyFacts(path=path, fingerprint=key.fingerprint, n_rotations=key.n_secrets - 1, corpora=found)


def rotate_key(settings: Settings) -> KeyFacts:
    """Put a new key in the place of the old one, and carry the authors of all corpora beside it over.

    When a rotation was killed before, that one is finished and no other is begun.

    Raises:
        CorpusError, SettingsError, StorageFull: The key or a corpus cannot be used; run again to finish.
    """
    if "behind" not in key_facts(settings).corpora.values():
        path = settings.corpora / KEY_NAME
        replace_key(path, load_key(path).rotated())
    for name, standing in key_facts(settings).corpora.items():
        if standing in ("behind", "current"):
            _settle(settings, name)
    return key_facts(settings)


def destroy(settings: Settings) -> KeyFacts:
    """Delete the key for good, after all corpora beside it have finished what needs it.

    Returns:
        What was true of the key.

    Raises:
        CorpusError, SettingsError: There is none, or a corpus is being written.
    """
    facts = key_facts(settings)
    for name, standing in facts.corpora.items():
        if standing in ("behind", "current"):
            _settle(settings, name)
    destroy_key(facts.path, day=datetime.now(UTC).date())
    return facts


def _settle(settings: Settings, name: str) -> None:
    """Carry a corpus over to the key, and finish what a killed process began."""
    corpus = Corpus.open(corpus_folder(settings.corpora, name))
    with corpus.writing(), storage_errors(corpus.folder):
        corpus.author_key()


def _standing(corpora: Path, name: str, key: AuthorKey) -> str:
    made_with = read_study(corpus_folder(corpora, name)).author_key
    day = destroyed_on(corpora / KEY_NAME, made_with)
    if day:
        return f"destroyed {day}"
    if made_with in ("", key.fingerprint):
        return "current"
    before = key.before()
    while before is not None:
        if before.fingerprint == made_with:
            return "behind"
        before = before.before()
    return "another key"
