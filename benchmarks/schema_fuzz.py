"""What sources make of objects that a platform's own schema allows, however odd: nothing may be raised.

python benchmarks/schema_fuzz.py [--n 20000] [--seed 80]
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy
from lexicons import lexicon_schemas
from schema_shapes import Shapes, openapi_schemas

from miner.records import Post
from miner.sources import SOURCES, get_source

RECORDED = Path(__file__).parent.parent.parent / "shared" / "recorded"
OPENAPI = RECORDED / "mastodon" / "mastodon-openapi.schema.json"
LEXICONS = RECORDED / "bluesky" / "lexicons"
SHAPES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "a status of Mastodon": ("Status", ("mastodon", "gotosocial", "pixelfed")),
    "a post of Bluesky": ("app.bsky.feed.defs#postView", ("bluesky", "bluesky-live")),
    "an event of Jetstream": ("jetstream", ("bluesky", "bluesky-live")),
}
"""What is made up: the name of its schema, and the sources that read it, as far as they are there."""


@dataclass(kw_only=True)
class Tried:
    """What became of the objects of one shape.

    Attributes:
        n_posts: Those that became posts, by source.
        rejected: Source and reason to number.
        raised: Exceptions that escaped, at most one of a kind for each source, with the object.
    """

    n_posts: Counter[str] = field(default_factory=Counter)
    rejected: Counter[tuple[str, str]] = field(default_factory=Counter)
    raised: dict[tuple[str, str], Any] = field(default_factory=dict)

    @property
    def n_tried(self) -> int:
        """Objects tried, one that two sources read twice."""
        return self.n_posts.total() + self.rejected.total() + len(self.raised)


def sources_of(shape: str) -> list[str]:
    """The sources that read objects of that shape."""
    return [name for name in SHAPES[shape][1] if name in SOURCES]


def strategy_of(shape: str) -> SearchStrategy[Any]:
    """Objects of that shape."""
    name, _ = SHAPES[shape]
    schemas = openapi_schemas(OPENAPI) if name == "Status" else lexicon_schemas(LEXICONS)
    return Shapes(schemas).strategy(name)


def fuzz(shape: str, *, n: int, seed_: int = 80) -> Tried:
    """Try *n* made-up objects of a shape with each of its sources."""
    tried = Tried()
    sources = {name: get_source(name) for name in sources_of(shape)}

    def try_one(raw: Any) -> None:  # noqa: ANN401 - whatever the schema allows
        for name, source in sources.items():
            try:
                result = source.to_post(raw, host="example.org")
            except Exception as error:
                tried.raised.setdefault((name, repr(error)[:200]), raw)
                continue
            if isinstance(result, Post):
                tried.n_posts[name] += 1
            else:
                tried.rejected[name, result.reason] += 1

    limits = settings(
        max_examples=n, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    seed(seed_)(limits(given(strategy_of(shape))(try_one)))()
    return tried


def main() -> None:
    """Try all shapes; a table on stdout."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=20_000, help="objects in all")
    parser.add_argument("--seed", type=int, default=80)
    args = parser.parse_args()
    if not RECORDED.exists():
        print(json.dumps({"skipped": "the recorded schemas are not here"}))
        return
    shapes = [shape for shape in SHAPES if sources_of(shape)]
    for shape in shapes:
        tried = fuzz(shape, n=-(-args.n // len(shapes)), seed_=args.seed)
        print(json.dumps(figures(shape, tried), indent=1))


def figures(shape: str, tried: Tried) -> dict[str, Any]:
    """What is printed of one shape."""
    return {
        "shape": shape,
        "tried": tried.n_tried,
        "posts": dict(tried.n_posts),
        "rejected": {f"{name}: {reason}": n for (name, reason), n in tried.rejected.most_common()},
        "raised": [f"{name}: {error}" for name, error in tried.raised],
    }


if __name__ == "__main__":
    main()
