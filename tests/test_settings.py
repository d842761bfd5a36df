"""Settings: which source wins, and what a wrong value is answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from miner.errors import SettingsError
from miner.settings import Settings, load_settings


def test_flags_win_over_the_environment_which_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "miner.toml"
    file.write_text('seed = 1\nthreshold = 0.7\ncontact = "me@example.org"\n', encoding="utf-8")
    environ = {"MINER_SEED": "2", "MINER_THRESHOLD": "0.8"}
    found = load_settings(config=file, environ=environ, flags={"seed": 3, "threshold": None})
    assert (found.seed, found.threshold, found.contact) == (3, 0.8, "me@example.org")


def test_nothing_set_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings(environ={}) == Settings()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("treshold = 0.5\n", "There is no setting called 'treshold'"),
        ("threshold = 2\n", "threshold is 2.0, outside 0 to 1"),
        ('seed = "many"\n', "The setting seed is 'many', which is no int"),
        ("seed = -1\n", "seed is -1"),
        ("max_tries = 0\n", "max_tries is 0"),
        ("threshold = \n", "is not TOML"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "miner.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=sentence):
        load_settings(config=file, environ={})


def test_a_missing_settings_file_is_an_error_when_it_was_asked_for(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(config=tmp_path / "no.toml", environ={})
