"""Pseudonyms and the key behind them."""

from __future__ import annotations

import hashlib
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from miner.corpus import Corpus
from miner.corpus.key import KEY_NAME, AuthorKey, load_key, load_or_create_key
from miner.errors import CorpusError, SettingsError
from miner.records import Post

KEY = AuthorKey(bytes(range(32)))
POST = Post(id="forum:1", source="forum", text="My Atari", author="ann")


def test_a_pseudonym_is_the_keyed_hash_of_source_and_account() -> None:
    by_hand = hashlib.blake2b(b"forum\0ann", digest_size=8, key=bytes(range(32)), person=b"nostalgia-miner").hexdigest()
    assert KEY.pseudonym("forum", "ann") == "p_" + by_hand
    assert len(by_hand) == 16


@pytest.mark.parametrize("spelling", ["ANN@example.social", " ann@EXAMPLE.social ", "ａｎｎ@example.social"])
def test_case_and_width_of_an_account_do_not_matter(spelling: str) -> None:
    assert KEY.pseudonym("mastodon", spelling) == KEY.pseudonym("mastodon", "ann@example.social")


def test_source_account_and_key_all_matter() -> None:
    other = AuthorKey(bytes(32))
    tokens = {KEY.pseudonym("a", "b"), KEY.pseudonym("b", "a"), KEY.pseudonym("a", "c"), other.pseudonym("a", "b")}
    assert len(tokens) == 4


@pytest.mark.parametrize("nobody", [None, "", "  "])
def test_nobody_has_no_pseudonym(nobody: str | None) -> None:
    assert KEY.pseudonym("forum", nobody) is None


def test_half_a_surrogate_pair_in_an_account_is_no_crash() -> None:
    token = KEY.pseudonym("forum", "ann\ud83d")
    assert token is not None
    assert token != KEY.pseudonym("forum", "ann")


def test_a_new_key_is_private_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / KEY_NAME
    made = load_or_create_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_key(path).fingerprint == load_or_create_key(path).fingerprint == made.fingerprint
    assert [p.name for p in tmp_path.iterdir()] == [KEY_NAME]


def test_all_who_make_the_key_at_once_get_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(load_or_create_key, [tmp_path / KEY_NAME] * 24))
    assert len({key.fingerprint for key in keys}) == 1


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / KEY_NAME
    load_or_create_key(path)
    path.chmod(0o640)
    with pytest.raises(SettingsError) as error:
        load_key(path)
    assert str(error.value) == (
        f"The key of the authors' pseudonyms, {path}, can be read by others (mode 640). "
        f"Close it with `chmod 600 {path}`."
    )


@pytest.mark.parametrize("content", ["", "abc", "zz" * 32, "00" * 31, "ä" * 64])
def test_a_file_that_is_no_key_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / KEY_NAME
    path.write_text(content, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(CorpusError, match=r"\.author-key"):
        load_key(path)


def test_a_project_has_one_key_and_another_project_another(tmp_path: Path) -> None:
    folders = [tmp_path / "one" / "a", tmp_path / "one" / "b", tmp_path / "two" / "a"]
    tokens = []
    for folder in folders:
        corpus = Corpus.create(folder)
        corpus.append(posts=[POST], rejected={}, stream="s", cursor=None)
        tokens.append(next(corpus.posts()).author)
    assert tokens[0] == tokens[1] != tokens[2]


def test_a_lost_or_wrong_key_stops_writing_and_not_reading(tmp_path: Path) -> None:
    corpus = Corpus.create(tmp_path / "toys")
    corpus.append(posts=[POST], rejected={}, stream="s", cursor=None)
    key = tmp_path / KEY_NAME
    key.unlink()
    again = Corpus.open(tmp_path / "toys")
    assert again.count() == 1
    with pytest.raises(CorpusError, match=r"is missing\. Put it back from a backup: with another key the same person"):
        again.append(posts=[], rejected={}, stream="s", cursor=None)
    load_or_create_key(key)
    with pytest.raises(CorpusError, match="is not the one that the pseudonyms in toys were made with"):
        again.append(posts=[], rejected={}, stream="s", cursor=None)
    assert len(list(again.posts())) == 1


def test_the_key_can_lie_elsewhere(tmp_path: Path) -> None:
    elsewhere = tmp_path / "safe" / "key"
    elsewhere.parent.mkdir()
    corpus = Corpus.create(tmp_path / "corpora" / "toys", key_file=elsewhere)
    corpus.append(posts=[POST], rejected={}, stream="s", cursor=None)
    assert [path.name for path in (tmp_path / "corpora").iterdir()] == ["toys"]
    assert next(corpus.posts()).author == load_key(elsewhere).pseudonym("forum", "ann")
