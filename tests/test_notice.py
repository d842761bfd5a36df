"""The data notice says what a corpus holds, and nothing that it does not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cli_program import call

from miner.corpus import Corpus
from miner.errors import SettingsError
from miner.records import Post
from miner.settings import Settings
from miner.study.notice import notice_of

CONTACT = "studio@example.org"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    corpus = Corpus.create(tmp_path / "corpora" / "mine", clock=lambda: datetime(2026, 11, 1, tzinfo=UTC))
    posts = [
        Post(
            id=f"mastodon:https://example.social/{i}",
            source="mastodon",
            text="Canarytext",
            author=f"canary{i % 3}@example.social",
            created_at=datetime(2025, 1 + i, 2, tzinfo=UTC),
        )
        for i in range(5)
    ]
    corpus.append(posts=posts, rejected={}, stream="mastodon/example.social/#80s", cursor="c")
    return Settings(corpora=tmp_path / "corpora", contact=CONTACT)


def test_it_counts_posts_people_and_days(settings: Settings) -> None:
    text = notice_of(settings, "mine")
    assert "5 posts of 3 authors. Put online from 2025-01-02 to 2025-05-02, read from 2026-11-01 to 2026-11-01" in text
    assert "Terms: <https://" in text
    assert "mastodon: example.social/\\#80s" in text
    assert CONTACT in text
    assert "90 days" in text


def test_it_names_nobody_and_quotes_nothing(settings: Settings) -> None:
    text = notice_of(settings, "mine")
    assert "canary" not in text.lower()
    assert Corpus.open(settings.corpora / "mine").author_key().fingerprint not in text


def test_a_retention_of_ones_own_and_a_purpose_are_said(settings: Settings, tmp_path: Path) -> None:
    call(tmp_path, "corpus", "set", "mine", "--retention", "30")
    text = notice_of(settings, "mine", purpose="For the sets of a play.")
    assert text.startswith("# Data notice: mine\n\nFor the sets of a play. ")
    assert "A post is deleted 30 days after it was read" in text


def test_a_notice_without_anybody_to_write_to_is_refused(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="no contact is set"):
        notice_of(Settings(corpora=settings.corpora), "mine")


def test_the_command_writes_a_file(settings: Settings, tmp_path: Path) -> None:
    done = call(tmp_path, "notice", "mine", "--out", "NOTICE.md", env={"MINER_CONTACT": CONTACT})
    assert done.out == "Notice on mine written to NOTICE.md.\n"
    assert (tmp_path / "NOTICE.md").read_text(encoding="utf-8") == notice_of(settings, "mine")
    assert call(tmp_path, "notice", "mine", "--out", "no/such/NOTICE.md", env={"MINER_CONTACT": CONTACT}).code == 1
