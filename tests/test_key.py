"""The key of the pseudonyms: changed with all its corpora, destroyed for good, never shown."""

from __future__ import annotations

import json
import random
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli_program import call

from miner.corpus import Corpus
from miner.corpus.key import KEY_NAME, load_key
from miner.errors import CorpusError
from miner.records import Post
from miner.settings import Settings
from miner.study.keys import destroy, key_facts, rotate_key

NAMES = ("one", "two", "three")


def post(number: int) -> Post:
    return Post(id=f"forum:{number}", source="forum", text="An Atari in the attic", author=f"person{number % 7}")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    for name in NAMES:
        corpus = Corpus.create(tmp_path / "corpora" / name)
        corpus.append(posts=[post(i) for i in range(20)], rejected={}, stream="s", cursor="c")
    return Settings(corpora=tmp_path / "corpora")


def tokens(settings: Settings, name: str) -> list[str | None]:
    return [found.author for found in Corpus.open(settings.corpora / name).posts()]


def test_a_rotation_changes_every_pseudonym_and_keeps_every_person(settings: Settings) -> None:
    before = tokens(settings, "one")
    facts = rotate_key(settings)
    after = tokens(settings, "one")
    assert set(facts.corpora.values()) == {"current"}
    assert not set(before) & set(after)
    assert len(set(zip(before, after, strict=True))) == len(set(before)) == len(set(after)) == 7
    assert tokens(settings, "two") == tokens(settings, "three") == after


def test_who_was_met_before_a_rotation_is_known_after_it(settings: Settings) -> None:
    for _ in range(2):
        rotate_key(settings)
    corpus = Corpus.open(settings.corpora / "one")
    corpus.append(posts=[post(21)], rejected={}, stream="s", cursor="d")
    assert tokens(settings, "one")[-1] == tokens(settings, "one")[0]
    assert key_facts(settings).n_rotations == 2


def test_the_key_is_readable_by_its_owner_alone_and_never_shown(settings: Settings, tmp_path: Path) -> None:
    rotate_key(settings)
    path = settings.corpora / KEY_NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    secrets = [word for word in path.read_text(encoding="utf-8").split() if len(word) > 20]
    shown = call(tmp_path, "key", "show")
    assert load_key(path).fingerprint in shown.out
    told = json.loads(call(tmp_path, "key", "show", "--json").out)
    assert told["corpora"] == dict.fromkeys(NAMES, "current") | {}
    assert secrets
    assert not [word for word in secrets if word in shown.out + json.dumps(told)]


def test_a_destroyed_key_ends_the_collecting_and_not_the_ranking(settings: Settings, tmp_path: Path) -> None:
    assert call(tmp_path, "key", "destroy").code == 2
    destroy(settings)
    with pytest.raises(CorpusError, match="was destroyed on"):
        Corpus.open(settings.corpora / "one").append(posts=[post(50)], rejected={}, stream="s", cursor="d")
    assert len(tokens(settings, "one")) == 20
    assert Corpus.create(settings.corpora / "four").count() == 0


KILLED = """
import sys
from pathlib import Path
from miner.settings import Settings
from miner.study.keys import rotate_key
settings = Settings(corpora=Path(sys.argv[1]))
print("go", flush=True)
rotate_key(settings)
"""


@pytest.mark.slow
def test_a_rotation_killed_at_any_moment_is_finished_by_the_same_command(settings: Settings) -> None:
    rng = random.Random(80)  # noqa: S311 - moments
    people, n_killed = [post(i).author for i in range(20)], 0
    for _ in range(12):
        worker = subprocess.Popen([sys.executable, "-c", KILLED, str(settings.corpora)], stdout=subprocess.PIPE)
        assert worker.stdout is not None
        worker.stdout.readline()
        time.sleep(rng.uniform(0, 0.4))
        worker.send_signal(signal.SIGKILL)
        n_killed += worker.wait() == -signal.SIGKILL
        worker.stdout.close()
    assert n_killed > 3
    rotate_key(settings)
    assert set(key_facts(settings).corpora.values()) == {"current"}
    one = tokens(settings, "one")
    assert len(one) == 20
    assert len(set(zip(people, one, strict=True))) == 7 == len(set(one))
    assert tokens(settings, "two") == tokens(settings, "three") == one
    corpus = Corpus.open(settings.corpora / "two")
    corpus.append(posts=[post(21)], rejected={}, stream="s", cursor="d")
    assert tokens(settings, "two")[-1] == one[0]
