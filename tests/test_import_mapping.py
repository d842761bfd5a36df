"""A user's mapping: which field of a file is which field of a post."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from miner.errors import UnknownName, UsageError
from miner.records import Post
from miner.sources.files import DEFAULT_MAPPING, FieldMapping, Row, load_mapping, row_to_post


def mapping_from(tmp_path: Path, text: str) -> FieldMapping:
    path = tmp_path / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    return load_mapping(path)


def test_a_users_mapping_wins_and_the_rest_stays(tmp_path: Path) -> None:
    mapping = mapping_from(
        tmp_path,
        'text = "message.body"\ncreated_at = ["posted", "date"]\nsource = { value = "forum" }\ntitle = []\n',
    )
    row = {"id": 1, "message": {"body": "My Atari"}, "text": "no", "title": "no", "date": "2012-11-11", "source": "x"}
    found, _ = row_to_post(Row(1, row), mapping)
    assert isinstance(found, Post)
    assert (found.id, found.source, found.text) == ("forum:1", "forum", "My Atari")
    assert found.created_at == datetime(2012, 11, 11, tzinfo=UTC)
    assert mapping.fingerprint != DEFAULT_MAPPING.fingerprint
    assert mapping_from(tmp_path, "").fingerprint == DEFAULT_MAPPING.fingerprint


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        (
            'txt = "body"',
            UnknownName,
            r"There is no field of a post called 'txt'; there are: text, .* Did you mean text\?",
        ),
        ("text = 3", UsageError, r"says text = 3\. Write `text = \"field\"`"),
        ('text = { val = "x" }', UsageError, r"Write `text = "),
        ("text = ", UsageError, r"is not TOML: .* Write lines such as `text = \"body\"`"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(
    tmp_path: Path, text: str, kind: type[UsageError], message: str
) -> None:
    with pytest.raises(kind, match=message):
        mapping_from(tmp_path, text)


def test_a_missing_mapping_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be read: No such file or directory\. Check --mapping"):
        load_mapping(tmp_path / "none.toml")
