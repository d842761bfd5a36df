"""Every source against its case folders: an answer, and what each of its objects must become.

A changed platform is mended by adding a folder: ``answer.json`` (or ``.xml``, ``.html``), ``expected.json``: for each
object of the answer, in order, the fields of its post that differ from an empty one, or ``{"rejected": reason}``; and
``meta.json``: ``host``, and ``made``: where the answer comes from.
"""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miner.records import Post, Rejected
from miner.sources import SOURCES, get_source

CASES = Path(__file__).parent / "cases"
FOLDERS = sorted(path.parent for path in CASES.glob("*/*/meta.json"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=6),
    max_leaves=20,
)


def read_answer(folder: Path) -> Any:
    """The answer as the source's client hands it on: decoded JSON, or text."""
    (path,) = folder.glob("answer.*")
    text = path.read_text(encoding="utf-8")
    return json.loads(text) if path.suffix == ".json" else text


def as_facts(result: Post | Rejected) -> dict[str, Any]:
    """What ``expected.json`` says of an object."""
    if isinstance(result, Rejected):
        return {"rejected": result.reason}
    facts = {}
    for item in dataclasses.fields(Post):
        value = getattr(result, item.name)
        if value != item.default:
            facts[item.name] = value.isoformat() if isinstance(value, datetime) else value
    return {name: list(value) if isinstance(value, tuple) else value for name, value in facts.items()}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_object_of_a_recorded_answer_becomes_what_is_expected(folder: Path) -> None:
    source = get_source(folder.parent.name)
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    found = [as_facts(source.to_post(raw, host=meta["host"])) for raw in source.objects_in(read_answer(folder))]
    assert found == json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    assert found
    assert meta["made"]


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_has_cases_with_posts_and_with_rejections_and_a_test_file(name: str) -> None:
    expected = [json.loads((f / "expected.json").read_text("utf-8")) for f in FOLDERS if f.parent.name == name]
    items = [item for case in expected for item in case]
    assert any("id" in item for item in items)
    assert any("rejected" in item for item in items)
    own = [f"test_source_{name.replace('-', '_')}.py", f"test_{name.replace('-', '_')}_walk.py"]
    assert any((CASES.parent / file).exists() for file in own)


@pytest.mark.parametrize("name", SOURCES)
@settings(max_examples=60, deadline=None)
@given(found=JSON)
def test_no_answer_of_whatever_shape_makes_a_source_raise(name: str, found: Any) -> None:
    source = get_source(name)
    objects = source.objects_in(found)
    assert isinstance(objects, list)
    for raw in [found, *objects]:
        assert isinstance(source.to_post(raw, host="example.org"), Post | Rejected)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: f"{path.parent.name}/{path.name}")
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_field_of_another_type_makes_no_source_raise(folder: Path, data: st.DataObject) -> None:
    source = get_source(folder.parent.name)
    objects = source.objects_in(read_answer(folder))
    raw = json.loads(json.dumps(data.draw(st.sampled_from(objects)), default=str))
    for _ in range(data.draw(st.integers(1, 4))):
        raw = damaged(raw, data)
    assert isinstance(source.to_post(raw, host="example.org"), Post | Rejected)


def damaged(found: Any, data: st.DataObject) -> Any:
    """*found* with one of its values, at a depth drawn, replaced or left out."""
    if isinstance(found, dict) and found and data.draw(st.integers(0, 5)):
        key = data.draw(st.sampled_from(sorted(found)))
        if not data.draw(st.integers(0, 4)):
            return {k: v for k, v in found.items() if k != key}
        return found | {key: damaged(found[key], data)}
    if isinstance(found, list) and found and data.draw(st.integers(0, 5)):
        i = data.draw(st.integers(0, len(found) - 1))
        return [*found[:i], damaged(found[i], data), *found[i + 1 :]]
    return data.draw(JSON)


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_says_what_it_is(name: str) -> None:
    info = get_source(name).info
    assert info.name == name
    assert all([info.title, info.post_is, info.limits, info.terms_url.startswith("https://")])
    assert info.terms_read.year >= 2026
    assert info.takes <= {"instance", "url", "community"}
    assert all(key.name.isupper() and key.url.startswith("https://") for key in info.keys)
