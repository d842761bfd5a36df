"""What a run was made with: enough to make it again."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from importlib import metadata

from miner import __version__
from miner.corpus import Corpus
from miner.eras import Era
from miner.settings import Settings
from miner.study.choose import Chosen
from miner.study.identify import Identified
from miner.study.listed import Asked, Listed
from miner.study.models import Models
from miner.study.online import LookedUp

PACKAGES = ("spacy", "sentence-transformers", "scikit-learn", "hdbscan", "torch", "numpy", "deltalake", "duckdb")


def manifest_of(
    corpus: Corpus,
    version: int,
    era: Era | None,
    settings: Settings,
    models: Models,
    asked: Asked,
    chosen: Chosen,
    found: Identified,
    listed: Listed,
) -> dict[str, object]:
    """Versions, models, corpus version, settings and counts of a run; nothing that differs between two equal runs.

    The time of the run is not in it: it stands beside the report, in ``run.json``.
    """
    manifest: dict[str, object] = {
        "program": {"version": __version__, "python": platform.python_version(), "machine": platform.machine()},
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "models": models.names(),
        "corpus": {
            "name": corpus.name,
            "version": version,
            "rejected": dict(sorted(corpus.rejections().items())),
        },
        "era": era.name if era else "any",
        "settings": {
            "threshold": settings.threshold,
            "seed": settings.seed,
            "top": asked.top,
            "keep": list(asked.keep),
        },
        "story": {"year": asked.story.year, "region": asked.story.region},
        "lens": asked.lens,
        "weighed_against": {"authors_of_corpus": listed.others.n_own, "authors_of_background": listed.others.n_shipped},
        "online": _online(listed.looked_up),
        "links": {
            "same": sorted(asked.links.same),
            "apart": sorted(asked.links.apart),
            "out": sorted(asked.links.out),
        },
        "decisions": len(asked.decisions.lines),
        "counts": {
            "posts_counted": len(chosen),
            "authors": chosen.n_authors,
            "candidate_mentions": found.n_candidates,
            "artifacts": len(found.artifacts),
        },
    }
    return manifest | {"run": run_id(manifest)}


def run_id(manifest: Mapping[str, object]) -> str:
    """Name of a run: its era and a hash of all that it was made with, so that equal runs share one folder."""
    stable = json.dumps(manifest, sort_keys=True, ensure_ascii=False)
    return f"{manifest['era']}-{hashlib.blake2b(stable.encode(), digest_size=4).hexdigest()}"


def _online(looked_up: LookedUp | None) -> dict[str, int]:
    return {} if looked_up is None else {"asked": looked_up.n_asked, "dated": looked_up.n_dated}
