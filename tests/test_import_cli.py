"""The import command with formats, folders, communities and eras."""

from __future__ import annotations

import json
from pathlib import Path

from cli_program import call, n_posts_in
from exports import put, unpacked, zipped

from miner.sources.files import FORMATS

TWEETS = b'window.YTD.tweets.part0 = [{"tweet": {"id_str": "1", "full_text": "My 80s Atari"}}, {"tweet": 5}]'
THING = {
    "id": "a",
    "title": "My 80s Walkman",
    "selftext": "",
    "subreddit": "nostalgia",
    "created_utc": 1,
    "author": "x",
}


def dump(folder: Path) -> Path:
    things = [THING, THING | {"id": "b", "title": "A cat"}, THING | {"id": "c", "subreddit": "cats"}]
    return put(folder / "RS_2020-01.jsonl", "".join(json.dumps(thing) + "\n" for thing in things).encode())


def test_a_recognised_format_is_said_where_it_could_surprise(tmp_path: Path) -> None:
    put(tmp_path / "a.zip", zipped({"data/tweets.js": TWEETS}))
    shown = call(tmp_path, "import", "a.zip", "--into", "mine")
    assert shown.code == 0, shown.err
    assert shown.out.splitlines()[:2] == [
        "a.zip: 2 read as x-archive, 1 new, 0 known before.",
        "        1 rejected: no global id",
    ]
    put(tmp_path / "b.jsonl", b'{"id": 1, "text": "My Atari"}\n')
    assert call(tmp_path, "import", "b.jsonl", "--into", "mine").out.startswith("b.jsonl: 1 read, 1 new")


def test_an_unpacked_export_is_imported_by_the_name_of_its_folder(tmp_path: Path) -> None:
    unpacked(tmp_path / "twitter-2024", {"data/tweets.js": TWEETS, "data/like.js": b"window.YTD.like.part0 = []"})
    shown = call(tmp_path, "import", "twitter-2024", "--into", "mine", "--json")
    assert shown.code == 0, shown.err
    (file,) = json.loads(shown.out)["files"]
    assert (file["name"], file["format"], file["n_new"]) == ("twitter-2024", "x-archive", 1)


def test_a_folder_without_an_export_makes_no_corpus(tmp_path: Path) -> None:
    unpacked(tmp_path / "mine", {"a.jsonl": b'{"id": 1, "text": "x"}\n'})
    shown = call(tmp_path, "import", "mine", "--into", "toys")
    assert shown.code == 2
    assert "mine is a folder. Give its files" in " ".join(shown.err.split())
    assert not (tmp_path / "corpora" / "toys").exists()


def test_communities_and_an_era_choose_among_the_posts_of_a_dump(tmp_path: Path) -> None:
    dump(tmp_path)
    options = ("--community", "Nostalgia", "--era", "80s")
    shown = call(tmp_path, "import", "RS_2020-01.jsonl", "--into", "mine", *options)
    assert shown.code == 0, shown.err
    assert "1 rejected: other community" in shown.out
    assert "1 rejected: other era" in shown.out
    assert "Next: miner rank mine --era 80s" in shown.out
    assert n_posts_in(tmp_path, "mine") == 1


def test_a_format_an_era_or_a_community_that_is_none_is_said_before_a_corpus_is_made(tmp_path: Path) -> None:
    dump(tmp_path)
    for option, value, said in (
        ("--format", "x-archiv", "x-archive"),
        ("--era", "85s", "80s"),
        ("--community", "not one", "is not the name of a subreddit"),
    ):
        shown = call(tmp_path, "import", "RS_2020-01.jsonl", "--into", "mine", option, value)
        assert shown.code == 2
        assert said in " ".join(shown.err.split())
    put(tmp_path / "m.toml", b'text = "title"')
    shown = call(
        tmp_path, "import", "RS_2020-01.jsonl", "--into", "mine", "--mapping", "m.toml", "--format", "reddit-dump"
    )
    assert "--mapping is for --format rows, not for reddit-dump" in " ".join(shown.err.split())
    assert not (tmp_path / "corpora").exists()


def test_the_help_names_every_format(tmp_path: Path) -> None:
    shown = " ".join(call(tmp_path, "import", "--help", env={"COLUMNS": "300"}).out.split())
    assert [name for name in FORMATS if name not in shown] == []
