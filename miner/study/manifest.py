"""What a run was made with: enough to make it again."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from importlib import metadata

import msgspec

from miner import __version__
from miner.corpus import Corpus
from miner.eras import Era
from miner.settings import Settings
from miner.study.choose import Chosen
from miner.study.gather import Posts
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
            "posts": posts_digest(chosen.posts),
            "rejected": dict(sorted(corpus.rejections(version).items())),
        },
        "era": era.name if era else "any",
        "era_definition": digest(era),
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
        "decisions_digest": digest(asked.decisions.lines),
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


def digest(thing: object) -> str:
    """Twelve hex digits that stand for what a record holds, on every machine."""
    return hashlib.blake2b(msgspec.json.encode(thing, order="deterministic"), digest_size=6).hexdigest()


def posts_digest(posts: Posts) -> str:
    """Twelve hex digits that stand for all posts of a corpus: what they say, when, and which are of one author.

    Made of no pseudonym and no order of storage, so that it outlasts a new key, `miner corpus compact` and a pack.
    """
    found = hashlib.blake2b("\0".join(posts.sources).encode(), digest_size=6)
    for column in (posts.fingerprints, posts.created, posts.authors, posts.source, posts.is_bot, posts.is_repost):
        found.update(column.astype("<i8").tobytes())
    return found.hexdigest()


def _online(looked_up: LookedUp | None) -> dict[str, object]:
    if looked_up is None:
        return {}
    said = {
        "asked": looked_up.n_asked,
        "dated": looked_up.n_dated,
        "answers": digest([r.dating for r in looked_up.rows]),
    }
    return said | ({"trouble": looked_up.trouble} if looked_up.trouble else {})
