"""Is it an artifact? A trained, calibrated judgement of a name over all its uses, never of one mention.

Two logistic models, one on the other: *form* reads the name alone (its sentence vector, its letters, how common its
words are), *use* corrects that by how the corpus uses it (capitals, cues, origins). Trained by ``benchmarks/train.py``
on the labelled phrases in ``miner/data/labels``; only their numbers are shipped.
"""

from __future__ import annotations

import hashlib
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from miner.artifacts.candidates import ORIGINS, Candidate
from miner.artifacts.forest import Forest
from miner.artifacts.linear import Logistic, Matrix
from miner.artifacts.titles import load_artists, load_given_names, load_titles
from miner.names import spelling_key, words_of

FORM_FEATURES = (
    "n_words",
    "n_letters",
    "has_digit",
    "is_all_capitals",
    "capital_words",
    "rarest_word",
    "commonest_word",
    "mean_word",
    "phrase_zipf",
    "has_hyphen",
    "has_apostrophe",
    "has_function_word",
    "ends_in_s",
    "is_known",
    "title_media",
    "title_thing",
    "title_brand",
    "title_song",
    "title_popularity",
    "title_zipf",
    "is_artist",
    "is_given_name",
    "begins_with_given_name",
)
USE_FEATURES = (
    "form_logit",
    "capital_share",
    "cue_share",
    "log_authors",
    "capital_title",
    "lower_title",
    "inside_share",
    *ORIGINS,
)
_FUNCTION_WORDS = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "to",
        "in",
        "on",
        "at",
        "for",
        "and",
        "or",
        "with",
        "by",
        "from",
        "is",
        "was",
        "are",
        "be",
        "my",
        "your",
        "his",
        "her",
        "their",
        "our",
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """The trained models.

    Attributes:
        sieve: From :data:`FORM_FEATURES` and, behind them, :data:`USE_FEATURES` but the first: what needs no vector.
        sieve_cut: Log-odds by *sieve* below which a name is not worth encoding.
        form: From the name's vector and :data:`FORM_FEATURES`.
        use: From :data:`USE_FEATURES`; its probability is the judgement.
        category: From the name's vector to *categories*.
        categories: Names of the categories, in the order of the model's classes.
        alias: Whether two names mean one thing, from :data:`miner.artifacts.pairs.FEATURES`.
        centre: Mean vector of the catalogue's names, shape (d,), for those features.
        encoder: Name of the encoder whose vectors it was trained on.
        version: Hash of the numbers, for the manifest and for cache keys.
    """

    sieve: Logistic
    sieve_cut: float
    form: Logistic
    use: Logistic
    category: Logistic
    categories: tuple[str, ...]
    alias: Forest
    centre: NDArray[np.float32]
    encoder: str
    version: str

    def probabilities(
        self, candidates: Sequence[Candidate], vectors: NDArray[np.float32], known: Mapping[str, object]
    ) -> Matrix:
        """Probability (0-1) that each candidate is a specific artifact, shape (n,).

        Args:
            candidates: Names and how they are used.
            vectors: Vectors of the names, shape (n, d), each of length 1.
            known: Spelling keys of the catalogue.
        """
        if not candidates:
            return np.zeros(0)
        return self.judged(candidates, self.form_logits([c.name for c in candidates], vectors, known))

    def sifted(self, candidates: Sequence[Candidate], shapes: Matrix, known: Mapping[str, object]) -> list[int]:
        """Rows of *candidates* that are worth encoding: known names, and those that may be artifacts by a quick look.

        The quick look takes what needs no vector. It lets go four names in five, and with them about 1 in 300 of those
        that :meth:`judged` would have taken (``benchmarks/train.py`` prints both).

        Args:
            candidates: Names and how they are used.
            shapes: :meth:`shapes` of their names.
            known: Spelling keys of the catalogue.
        """
        use = use_features(candidates, np.zeros(len(candidates)))[:, 1:] if candidates else np.zeros((0, 0))
        scores = shapes + self._part(use, slice(len(FORM_FEATURES), None)) + self.sieve.bias[0] if candidates else []
        return [i for i, c in enumerate(candidates) if scores[i] >= self.sieve_cut or c.key in known]

    def shapes(self, names: Sequence[str], known: Mapping[str, object]) -> Matrix:
        """What :data:`FORM_FEATURES` of each name add to its score in the sieve, shape (n,)."""
        form = np.array([_form(name, spelling_key(name) in known) for name in names], np.float64)
        return self._part(form.reshape(len(names), len(FORM_FEATURES)), slice(len(FORM_FEATURES)))

    def _part(self, features: Matrix, columns: slice) -> Matrix:
        sieve = self.sieve
        scaled = (features - sieve.mean[columns]) / sieve.scale[columns]
        return np.round(scaled @ sieve.weights[0, columns], 9)

    def form_logits(self, names: Sequence[str], vectors: NDArray[np.float32], known: Mapping[str, object]) -> Matrix:
        """What the names alone say, before anybody looks how they are used, shape (n,); arguments as above."""
        return self.form.logits(form_features(names, vectors, [spelling_key(name) in known for name in names]))

    def judged(self, candidates: Sequence[Candidate], form_logits: Matrix) -> Matrix:
        """:meth:`probabilities` where :meth:`form_logits` are there already."""
        return self.use.probability(use_features(candidates, form_logits)) if candidates else np.zeros(0)

    def categorise(self, vectors: NDArray[np.float32]) -> list[str]:
        """Most likely category of each name, from its vector."""
        if not len(vectors):
            return []
        best = np.argmax(self.category.logits(np.asarray(vectors, np.float64)), axis=1)
        return [self.categories[i] for i in best]


def form_features(names: Sequence[str], vectors: NDArray[np.float32], is_known: Sequence[bool]) -> Matrix:
    """Vector and :data:`FORM_FEATURES` of each name, shape (n, d + len(FORM_FEATURES))."""
    form = np.array([_form(name, known) for name, known in zip(names, is_known, strict=True)], np.float64)
    # a vector's entries are about 1/sqrt(d); the models standardise each column
    return np.hstack([np.asarray(vectors, np.float64), form.reshape(len(names), len(FORM_FEATURES))])


def _form(name: str, is_known: bool) -> list[float]:
    words = words_of(name) or [""]
    zipf = [_zipf(w) for w in words]
    written = name.split()
    return [
        min(6, len(words)),
        min(40, len(name)),
        float(any(c.isdigit() for c in name)),
        float(name.isupper() and len(name) > 1),
        sum(w[0].isupper() for w in written if w) / max(1, len(written)),
        min(zipf),
        max(zipf),
        sum(zipf) / len(zipf),
        _zipf(" ".join(words)),
        float("-" in name),
        float("'" in name),
        float(any(w in _FUNCTION_WORDS for w in words)),
        float(name.endswith("s")),
        float(is_known),
        *_title(name, _zipf(" ".join(words))),
        float(spelling_key(name) in load_artists()),
        float(len(words) == 1 and words[0] in load_given_names()),
        float(len(words) > 1 and words[0] in load_given_names()),
    ]


def _title(name: str, zipf: float) -> list[float]:
    """Whether public tables list *name*, as what, how widely, and how ordinary a phrase it is then."""
    title = load_titles().get(spelling_key(name))
    if title is None:
        return [0.0] * 6
    kinds = [float(title.kind == kind) for kind in ("media", "thing", "brand", "song")]
    return [*kinds, math.log1p(title.popularity) if title.kind != "song" else 0.0, zipf]


@lru_cache(maxsize=200_000)
def _zipf(phrase: str) -> float:
    """Frequency on the Zipf scale, 0 (unknown) to about 8, of a word or of a phrase as wordfreq estimates it."""
    import wordfreq

    return float(wordfreq.zipf_frequency(phrase, "en"))


def use_features(candidates: Sequence[Candidate], form_logits: Matrix) -> Matrix:
    """:data:`USE_FEATURES` of each candidate, shape (n, len(USE_FEATURES))."""
    return np.array(
        [
            [
                logit,
                c.capital_share,
                c.cue_share,
                min(6.0, math.log1p(c.n_authors)),
                *_cased_title(c),
                c.inside_share,
                *c.origin_shares,
            ]
            for c, logit in zip(candidates, form_logits.tolist(), strict=True)
        ],
        np.float64,
    )


def _cased_title(candidate: Candidate) -> list[float]:
    """How often a listed name has its capital inside a sentence, and how often not: "Heat" and "heat"."""
    if candidate.key not in load_titles():
        return [0.0, 0.0]
    return [candidate.capital_share, 1 - candidate.capital_share]


@lru_cache(maxsize=1)
def load_judge() -> Judge:
    """The models that ship with the program."""
    stored = (resources.files("miner.data") / "judge.npz").read_bytes()
    with np.load(io.BytesIO(stored), allow_pickle=False) as opened:
        arrays = dict(opened.items())
    return Judge(
        sieve=Logistic.from_arrays(arrays, "sieve"),
        sieve_cut=float(arrays["sieve_cut"]),
        form=Logistic.from_arrays(arrays, "form"),
        use=Logistic.from_arrays(arrays, "use"),
        category=Logistic.from_arrays(arrays, "category"),
        alias=Forest.from_arrays(arrays, "alias"),
        centre=np.asarray(arrays["centre"], np.float32),
        categories=tuple(str(c) for c in arrays["categories"]),
        encoder=str(arrays["encoder"]),
        version=hashlib.blake2b(stored, digest_size=6).hexdigest(),
    )
