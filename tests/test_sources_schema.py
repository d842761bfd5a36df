"""Objects that the platforms' own schemas allow, however odd: every source makes a post of them or says why not."""

from __future__ import annotations

import os

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from lexicons import lexicon_schemas
from schema_fuzz import LEXICONS, OPENAPI, RECORDED, SHAPES, fuzz, sources_of, strategy_of
from schema_shapes import openapi_schemas

pytestmark = pytest.mark.skipif(not RECORDED.exists(), reason="../shared/recorded, with the schemas, is not here")
# 20,000 in all: `python benchmarks/schema_fuzz.py`, or NOSTALGIA_FUZZ_N=20000
N_TRIED = int(os.environ.get("NOSTALGIA_FUZZ_N", "750"))


def read_shapes() -> list[str]:
    return [shape for shape in SHAPES if sources_of(shape)]


@pytest.mark.parametrize("shape", SHAPES)
def test_what_a_schema_allows_becomes_a_post_or_is_rejected_with_a_reason(shape: str) -> None:
    if shape not in read_shapes():
        pytest.skip(f"no source reads {shape}")
    n = N_TRIED // len(read_shapes())
    tried = fuzz(shape, n=n)
    assert tried.raised == {}
    for source in sources_of(shape):
        n_rejected = sum(count for (name, _), count in tried.rejected.items() if name == source)
        assert tried.n_posts[source] + n_rejected == n
        # strategies that only ever make rubbish would test nothing
        assert tried.n_posts[source] > n // 50
        assert n_rejected > n // 50
    assert all(len(reason) < 60 for _, reason in tried.rejected)


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_made_up_is_what_the_schema_allows(shape: str) -> None:
    name, _ = SHAPES[shape]
    schemas = openapi_schemas(OPENAPI) if name == "Status" else lexicon_schemas(LEXICONS)
    # oneOf is what the file says where its two kinds of quotes have values in common
    validator = jsonschema.Draft202012Validator(in_one_file(schemas, name))

    @settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(strategy_of(shape))
    def check(raw: object) -> None:
        validator.validate(raw)

    check()


def in_one_file(schemas: object, name: str) -> dict[str, object]:
    """The schema called *name*, with all it refers to, in the shape that a validator takes."""

    def rewritten(part: object) -> object:
        if isinstance(part, list):
            return [rewritten(inner) for inner in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            target = part["$ref"].rpartition("/")[2]
            return {"$ref": f"#/$defs/{escaped(target)}"} if target in known else {"type": "object"}
        return {("anyOf" if key == "oneOf" else key): rewritten(inner) for key, inner in part.items()}

    known = dict(schemas)  # type: ignore[call-overload]
    return {"$ref": f"#/$defs/{escaped(name)}", "$defs": {key: rewritten(inner) for key, inner in known.items()}}


def escaped(name: str) -> str:
    return name.replace("#", "%23")


def test_the_validator_sees_what_a_schema_forbids() -> None:
    validator = jsonschema.Draft202012Validator(in_one_file(openapi_schemas(OPENAPI), "Status"))
    assert not validator.is_valid({"id": "1"})
    assert not jsonschema.Draft202012Validator(in_one_file(lexicon_schemas(LEXICONS), "jetstream")).is_valid({"did": 1})
