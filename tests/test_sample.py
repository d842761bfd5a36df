"""The whole line, on the sample corpus that ships with the project, against the truth about it."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from report_text import text_of
from sample_truth import SAMPLE, Score, score

from miner.corpus import Corpus
from miner.eras import Era, load_era
from miner.records import FunnelStep
from miner.report import Report, public, write_report
from miner.settings import Settings
from miner.study.choose import counted
from miner.study.imports import import_files
from miner.study.models import Models, load_models
from miner.study.rank import rank

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def models() -> Models:
    return load_models(Settings())


@pytest.fixture(scope="module")
def era() -> Era:
    return load_era("80s")


def corpus_of(lines: list[str], folder: Path) -> Corpus:
    folder.parent.mkdir(parents=True, exist_ok=True)
    file = folder.parent / "posts.jsonl"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    corpus = Corpus.create(folder)
    assert import_files([file], corpus).rejected == {}
    return corpus


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return SAMPLE.read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def corpus(lines: list[str], tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return corpus_of(lines, tmp_path_factory.mktemp("one") / "sample")


@pytest.fixture(scope="module")
def report(corpus: Corpus, era: Era, models: Models) -> Report:
    return rank(corpus, era=era, settings=Settings(), top=1000, models=models)


@pytest.fixture(scope="module")
def scored(corpus: Corpus, era: Era, report: Report) -> Score:
    posts = counted(corpus, era).posts
    return score(report.rows, {p.id.partition(":")[2]: p.author or p.id for p in posts})


def test_the_sample_is_what_its_readme_says(lines: list[str]) -> None:
    posts = [json.loads(line) for line in lines]
    assert len(posts) >= 800
    assert {"en", "de", "it", "es", "fr"} <= {p["lang"] for p in posts}
    assert len({p["id"] for p in posts}) == len(posts)


def test_nine_in_ten_artifacts_of_three_authors_are_found(scored: Score) -> None:
    assert scored.n_true >= 100
    assert len(scored.missed) <= 0.10 * scored.n_true, scored.missed


def test_few_rows_join_two_artifacts(scored: Score) -> None:
    assert len(scored.joined) <= 0.05 * scored.n_rows, scored.joined


def test_few_artifacts_are_split(scored: Score) -> None:
    assert len(scored.split) <= 0.10 * scored.n_found, scored.split


def test_every_bot_seller_and_repost_is_left_out(report: Report) -> None:
    out = {step.name: step.n_out for step in report.funnel}
    # as the sample's README counts them
    assert out["posts of accounts that say they are bots"] == 15
    assert out["reposts"] == 12
    assert out["posts of sellers"] == 25
    assert out["posts of accounts that repeat one frame"] == 8
    assert out["near-duplicates of an older post"] >= 8


def test_the_funnel_adds_up(report: Report) -> None:
    def names_begin(step: FunnelStep) -> bool:
        return step.name.startswith("different names")

    posts = report.funnel[: next(i for i, step in enumerate(report.funnel) if names_begin(step))]
    for before, after in pairwise(posts):
        assert before.n_left == after.n_out + after.n_left
    assert posts[-1].n_left == report.n_posts


def test_two_runs_give_the_same_bytes(corpus: Corpus, era: Era, models: Models, report: Report, tmp_path: Path) -> None:
    again = rank(corpus, era=era, settings=Settings(), top=1000, models=models)
    first, second = write_report(report, tmp_path / "a"), write_report(again, tmp_path / "b")
    for kind in ("csv", "json", "html", "xlsx", "parquet"):
        assert first[kind].read_bytes() == second[kind].read_bytes(), kind


def test_shuffling_the_input_changes_no_rank(
    lines: list[str], era: Era, models: Models, report: Report, tmp_path: Path
) -> None:
    shuffled = list(lines)
    random.Random(5).shuffle(shuffled)  # noqa: S311 - a shuffle, not a secret
    other = rank(corpus_of(shuffled, tmp_path / "sample"), era=era, settings=Settings(), top=1000, models=models)
    assert list(places(other)) == list(places(report))


def places(report: Report) -> Iterator[tuple[int, int, int, str, int]]:
    for row in report.rows:
        yield row.rank, row.rank_low, row.rank_high, row.artifact.artifact_id, row.n_authors


def test_repeating_one_authors_post_changes_no_count_of_authors(
    lines: list[str], era: Era, models: Models, report: Report, tmp_path: Path
) -> None:
    post = next(
        p for line in lines if (p := json.loads(line))["author"] and "Walkman" in p["text"] and not p["repost_of"]
    )
    copies = [json.dumps(post | {"id": f"copy-{i}", "url": f"https://sample.example/copy-{i}"}) for i in range(30)]
    other = rank(
        corpus_of([*lines, *copies], tmp_path / "sample"), era=era, settings=Settings(), top=1000, models=models
    )
    before, after = (next(r.n_authors for r in made.rows if "walkman" in r.artifact.keys) for made in (report, other))
    assert before == after > 3


def test_no_handle_is_in_any_report(lines: list[str], report: Report, tmp_path: Path) -> None:
    paths = write_report(report, tmp_path)
    handles = {a for line in lines if (a := json.loads(line)["author"])}
    written = "".join(map(text_of, paths.values()))
    assert not [handle for handle in handles if handle in written]


def test_ids_stay_when_posts_are_added(
    lines: list[str], era: Era, models: Models, report: Report, tmp_path: Path
) -> None:
    fewer = rank(corpus_of(lines[::2], tmp_path / "half"), era=era, settings=Settings(), top=1000, models=models)
    ids = {key: row.artifact.artifact_id for row in report.rows for key in row.artifact.keys}
    pairs = [(row.artifact.artifact_id, ids[key]) for row in fewer.rows if (key := row.artifact.keys[0]) in ids]
    assert len(pairs) > 80
    assert sum(one == other for one, other in pairs) >= 0.95 * len(pairs)


def test_a_public_report_holds_no_address_and_no_five_words_of_a_post(
    lines: list[str], report: Report, tmp_path: Path
) -> None:
    found = "\n".join(map(text_of, write_report(public(report), tmp_path).values()))
    written = " ".join(re.findall(r"\w+", found.casefold()))
    posts = [json.loads(line) for line in lines]
    runs = {
        " ".join(words[i : i + 5])
        for post in posts
        for words in [re.findall(r"\w+", post["text"].casefold())]
        for i in range(len(words) - 4)
    }
    # names may be long: what an artifact is called is no quotation
    names = " \n ".join(
        " ".join(re.findall(r"\w+", name.casefold()))
        for row in report.rows
        for name in (row.artifact.name, *row.artifact.also_called)
    )
    assert len(runs) > 10_000
    assert [run for run in runs if run in written and run not in names] == []
    assert [post["url"] for post in posts if post["url"] and post["url"] in found] == []
