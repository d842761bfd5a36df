"""The figures of ``benchmarks/candidates.py``, against hand-made cases and numbers worked out by hand."""

from __future__ import annotations

import gzip
import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from miner.text.extract import Text

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "benchmarks" / "candidates.py"
JUDGED = ROOT / "benchmarks" / "judgements" / "candidates_300.csv"
POSTS = ROOT.parent / "shared" / "corpora"


@pytest.fixture(scope="module")
def bench() -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location("benchmark_of_candidates", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # dataclasses look their module up by name
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def test_recall_counts_exact_and_contained_names(bench: ModuleType) -> None:
    cases = [
        bench.Case(text=Text(post=0, body=""), names=(("lava lamps",), ("pogo stick",), ("Moon Diver", "Diver II"))),
        bench.Case(text=Text(post=1, body=""), names=(("marbles",),)),
        bench.Case(text=Text(post=2, body=""), names=()),
    ]
    found = {0: ["Lava-Lamp", "red pogo stick", "Diver II"], 2: ["marbles"]}
    figures = bench.recall(cases, found)
    # found as they are: lava lamps, and the second form of Moon Diver; pogo stick in a longer one; marbles in no way
    assert (figures["names"], figures["exact"], figures["contained"]) == (4, 0.5, 0.75)
    assert figures["candidates_per_post"] == round(4 / 3, 1)


def test_posts_that_list_a_collection_are_left_out_of_the_short_figures(bench: ModuleType) -> None:
    many = tuple((f"game {i}",) for i in range(bench.MANY_NAMES + 1))
    cases = [
        bench.Case(text=Text(post=0, body=""), names=many),
        bench.Case(text=Text(post=1, body=""), names=(("marbles",),)),
    ]
    figures = bench.recall(cases, {1: ["marbles"]})
    assert (figures["names_short"], figures["exact_short"]) == (1, 1.0)
    assert figures["exact"] == round(1 / 22, 3)


def test_tokens_are_put_together_as_a_person_would_write_them(bench: ModuleType, tmp_path: Path) -> None:
    file = tmp_path / "small.conll"
    file.write_text("My\tO\nMoon\tB-product\n'\tI-product\ns\tI-product\nBoots\tI-product\n!\tO\n\nok\tO\n", "utf-8")
    assert list(bench.read_conll(file)) == [("My Moon's Boots!", [("product", "Moon's Boots")]), ("ok", [])]


def test_pieces_are_of_twenty_words(bench: ModuleType) -> None:
    body = " ".join(map(str, range(45)))
    assert [piece.split()[0] for piece in bench.twenty_words(body)] == ["0", "20"]
    assert {len(piece.split()) for piece in bench.twenty_words(body)} == {20}


def test_judged_posts_that_are_not_there_are_an_error(bench: ModuleType, tmp_path: Path) -> None:
    judged = tmp_path / "judged.csv"
    judged.write_text("post_id,written,name\na,Moon Diver,Moon Diver\nb,,\n", "utf-8")
    with gzip.open(tmp_path / "posts.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps({"id": "a", "text": "my Moon Diver", "tags": []}) + "\n")
    with pytest.raises(SystemExit, match=r"1 judged posts are not in .* the first is b"):
        bench.read_judged(judged, tmp_path)


@pytest.mark.skipif(not POSTS.is_dir(), reason="the posts of ../shared/corpora are not here")
def test_every_judged_name_stands_in_its_post(bench: ModuleType) -> None:
    halves = bench.read_judged(JUDGED, POSTS)
    assert sum(map(len, halves.values())) == 300
    absent = [
        form
        for cases in halves.values()
        for case in cases
        for forms in case.names
        for form in forms
        if form not in case.text.body and form not in case.text.tags
    ]
    assert absent == []
