"""A report survives its file, and a file that is no report is told from one."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miner.errors import MinerError
from miner.records import Artifact, Evidence, RankedArtifact
from miner.report import Report, read_report, report_from_json
from miner.report.jsonfile import to_json

GOLD = Path(__file__).parent / "gold" / "report" / "report.json"
REPORT = read_report(GOLD)

counts = st.integers(1, 10**9)
texts = st.text(max_size=30)
names = st.lists(texts, max_size=3).map(tuple)
times = st.none() | st.datetimes(timezones=st.just(UTC))
evidences = st.builds(Evidence, post_id=texts, quote=texts, url=st.none() | texts, source=texts, created_at=times)
artifacts = st.builds(
    Artifact,
    artifact_id=texts,
    name=texts,
    also_called=names,
    keys=names,
    category=texts,
    probability=st.floats(0, 1),
)
ranked = st.builds(
    RankedArtifact,
    rank=counts,
    rank_low=counts,
    rank_high=counts,
    artifact=artifacts,
    n_authors=counts,
    n_posts=counts,
    n_sources=counts,
    share=st.floats(0, 1),
    first_seen=times,
    last_seen=times,
    evidence=st.lists(evidences, max_size=3).map(tuple),
    theme=st.none() | texts,
)
manifests = st.dictionaries(
    texts,
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
        max_leaves=5,
    ),
    max_size=3,
)


@given(st.lists(ranked, max_size=3).map(tuple), manifests)
def test_a_report_survives_its_json(rows: tuple[RankedArtifact, ...], manifest: dict[str, object]) -> None:
    report = replace(REPORT, rows=rows, manifest=manifest)
    assert report_from_json(to_json(report)) == report


def test_keys_are_sorted_and_letters_stay_letters() -> None:
    text = to_json(replace(REPORT, corpus="Pokémon \u202e"))
    assert '"corpus": "Pokémon \\u202e"' in text
    assert text.endswith("}\n")
    assert text == GOLD.read_text(encoding="utf-8").replace('"corpus": "eighties"', '"corpus": "Pokémon \\u202e"')
    found = json.loads(text)
    assert list(found["report"]) == sorted(found["report"])


def test_times_keep_their_zone() -> None:
    report = replace(REPORT, created_at=datetime(2026, 11, 23, 1, 2, 3, 456, tzinfo=UTC))
    assert report_from_json(to_json(report)).created_at == report.created_at


def test_a_manifest_that_json_has_no_word_for_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        to_json(replace(REPORT, manifest={"share": float("nan")}))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"^The text is not JSON: .* Name the report\.json of a run, or make one with `miner rank`\.$"),
        ("<html>", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "is JSON, but not a report of this program"),
        ("null", "is JSON, but not a report of this program"),
        ('{"report": {}}', "is JSON, but not a report of this program"),
        (
            '{"format": "nostalgia-miner report", "version": 2}',
            r"in version 2 of the format; this program reads 1\. Upd",
        ),
        ('{"format": "nostalgia-miner report"}', "in version None of the format"),
        ('{"format": "nostalgia-miner report", "version": 1}', r"a part that does not fit: .*null"),
        ('{"format": "nostalgia-miner report", "version": 1, "report": {"title": 3}}', r"does not fit: .*\$\.title"),
    ],
)
def test_what_is_no_report_is_told_with_the_next_step(text: str, message: str) -> None:
    with pytest.raises(MinerError, match=message):
        report_from_json(text)


def test_a_public_report_with_quotes_in_it_is_no_report() -> None:
    forged = GOLD.read_text(encoding="utf-8").replace('"mode": "internal"', '"mode": "public"')
    with pytest.raises(MinerError, match="does not fit: a public report holds no quotes"):
        report_from_json(forged)
    with pytest.raises(ValueError, match="make it with public"):
        replace(REPORT, mode="public")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(MinerError, match=r"nothing\.json cannot be read: No such file"):
        read_report(tmp_path / "nothing.json")
    (tmp_path / "latin.json").write_bytes(b'{"a": "\xe9"}')
    with pytest.raises(MinerError, match=r"latin\.json is not text in UTF-8"):
        read_report(tmp_path / "latin.json")


def test_a_field_of_a_later_program_is_passed_over() -> None:
    found = json.loads(to_json(REPORT))
    found["report"]["lenses"] = ["seen"]
    assert report_from_json(json.dumps(found)) == REPORT
    assert isinstance(report_from_json(json.dumps(found)), Report)
