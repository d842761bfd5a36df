"""Fuzz targets: what the program reads back: settings, eras, tables, decisions, scripts, reports, the corpus's log."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path

from fuzz_mutate import Shape
from fuzz_target import ROOT, Target, file_with, scratch, text_of

from miner.artifacts.catalogue import Catalogue, KnownArtifact, load_catalogue
from miner.corpus.check import check_corpus
from miner.corpus.cursors import load_state
from miner.corpus.folder import last_commits, read_study
from miner.corpus.forgotten import load_forgotten
from miner.corpus.key import AuthorKey, destroyed_on, load_key
from miner.corpus.replay import named_files, read_log, stored_files
from miner.eras import EraReader, load_era
from miner.errors import MinerError
from miner.records import Story
from miner.report.html import to_html
from miner.report.jsonfile import read_report, to_json
from miner.report.public import public
from miner.report.table import to_csv
from miner.report.workbook import to_xlsx
from miner.review.decisions import Decisions
from miner.review.log import as_line, decision_from, read_lines
from miner.settings import Settings, load_settings
from miner.sources import SOURCES, get_source
from miner.sources.again import AGAIN
from miner.study.credentials import load_credentials
from miner.study.decisions import links_of
from miner.study.ids import read_ids
from miner.study.links import read_links
from miner.study.script import read_script
from miner.study.script_file import add_own

_STORY = Story(year=1985)
_TEXT = "My 80s Walkman from 1985, the '84 one, anos 80 e 90, #80s #backtothe80s, in my 80s"
_TOML = (
    b"= ",
    b'"',
    b"'",
    b'"""',
    b"'''",
    b"[",
    b"]",
    b"[[",
    b"]]",
    b"{ ",
    b" }",
    b"#",
    b".",
    b"inf",
    b"nan",
    b"0x",
    b"1979-05-27T07:32:00Z",
    b"\\u0000",
    b"\\UDFFFFFFF",
    b"true",
    b"-",
    b"1_0",
    b"= [[[[",
    b"a.b.c.d = 1\n",
)
_SETTINGS = (
    b'corpora = "corpora"\noutput = "~/out"\ncatalogue = "c.csv"\nkeys = "k.toml"\ncontact = "ann@example.org"\n'
    b'threshold = 0.7\nseed = 80\ntimeout_s = 30\nmax_wait_s = 900.0\nmax_tries = 6\nencoder = ""\n'
)
_KEYS = b'tumblr_api_key = "x"\nyoutube_api_key = "y"\n[tokens]\n"example.social" = "t"\n"https://b.example/" = "u"\n'
_ERA = (
    b'name = "x"\ntitle = "X"\naliases = ["y"]\nstart = 1980\nend = 1989\ndecade = "80"\nshort = true\ntokens = ["80s"]\n'
    b'[tags]\nen = ["80s"]\n[words]\nen = ["the eighties"]\n[[lookalikes]]\npattern = "in my 80s"\nwhy = "age"\n'
    b'example = "in my 80s"\nlanguage = "en"\nwhere = "text"\n'
)
_CATALOGUE = (
    b"name,aliases,category,brand,years,heyday,source\nWalkman,walk man|!walkie,music_gear,Sony,JP 1979|US 1980,"
    b'1980-1989,Wikipedia\n"Speak ""&"" Spell",,toy,TI,1978,,book\n!Simon,,electronic_game,,,,\n'
)
_DECISION = (
    b'{"v":1,"id":"0123456789abcdef0123456789abcdef","at":"2026-11-23T14:05:00.123Z","by":"ann","artifact":'
    b'"a_0123456789","name":"Walkman","spellings":["walkman"],"what":"decision","value":"reject","reason":"not an object"}'
)
_SAME = (
    _DECISION.replace(b'"decision"', b'"same_as"')
    .replace(b'"reject"', b'"Sony Walkman"')
    .replace(b"0123456789abcdef0", b"1123456789abcdef0")
)
_IDS = (
    b'{"format": "nostalgia-miner ids", "version": 1}\n'
    b'{"id": "mastodon:https://a.example/users/ann/statuses/1", "source": "mastodon", "url": "https://a.example/@ann/1"}\n'
    b'{"id": "lemmy:https://[::1]/post/1", "source": "lemmy", "url": null}\n'
    b'{"id": "bluesky:at://did:plc:ann/app.bsky.feed.post/3mp", "source": "bluesky", "url": null}\n'
)
_SCRIPT = (
    b"Title: Tape\nAuthor: Ann\n\nINT. KITCHEN - DAY\n\n/* cut */ A *Walkman* and a Rubik's Cube. [[note]]\n\n"
    b"MARIA (V.O.)\nWhere is my Atari 2600?\n\nEXT. MALL\n\n@McCOY^\nPac-Man!\n"
)
_STUDY = (
    b'name = "a"\ncreated = 2026-11-23T00:00:00Z\nformat = 1\nauthor_key = "0123456789abcdef"\nretention_days = 30\n'
)
_ENTRY = {
    "stream": "mastodon/a/80s",
    "cursor": "1",
    "rejected": {"no text": 3},
    "restarts": False,
    "at": "2026-11-02T10:15:00+00:00",
}
_ALL = {
    **_ENTRY,
    "all": {"cursors": {"a/b": "1"}, "rejected": {"a/b": {"x": 1}}, "times": {"a/b": "2026-11-02T10:15:00+00:00"}},
}
_ADD = {"add": {"path": "part-0.parquet", "size": 10, "stats": json.dumps({"numRecords": 1}), "dataChange": True}}


def _commit(entry: Mapping[str, object]) -> bytes:
    actions = [
        {"commitInfo": {"timestamp": 1, "miner": json.dumps(entry)}},
        _ADD,
        {"remove": {"path": "part-1.parquet"}},
    ]
    return "\n".join(map(json.dumps, actions)).encode()


def _read_settings(data: bytes) -> None:
    load_settings(config=file_with(data, "miner.toml"), environ={})


def _read_environment(data: bytes) -> None:
    """A line a variable, in the order of the settings."""
    lines = text_of(data).replace("\0", "").split("\n")
    names = (
        "CORPORA",
        "OUTPUT",
        "KEYS",
        "THRESHOLD",
        "SEED",
        "TIMEOUT_S",
        "MAX_WAIT_S",
        "MAX_TRIES",
        "CONTACT",
        "ENCODER",
    )
    load_settings(
        config=file_with(b"", "miner.toml"), environ={f"MINER_{n}": v for n, v in zip(names, lines, strict=False)}
    )


def _read_keys(data: bytes) -> None:
    sources = [get_source(name) for name in SOURCES]
    load_credentials(sources, environ={}, file=file_with(data, "keys.toml"))


def _read_era(data: bytes) -> None:
    EraReader([load_era(file_with(data, "era.toml"))]).read(_TEXT, ["80s", "r/80s"])


def _read_catalogue(data: bytes) -> None:
    path = file_with(data, "own.csv")
    load_catalogue(path)
    target = scratch() / "kept.csv"
    target.unlink(missing_ok=True)
    for _ in range(2):
        add_own(path, Settings(catalogue=target))
    load_catalogue(target)


def _read_links(data: bytes) -> None:
    read_links(file_with(data, "links.csv"))


def _read_decisions(data: bytes) -> None:
    found, _ = read_lines(data)
    decisions = Decisions(tuple(found))
    links_of(decisions)
    decisions.conflicts(), decisions.holding()
    for line in found:
        if decision_from(as_line(line).strip()) != line:
            raise AssertionError(f"not the same after writing: {line}"[:300])
        decisions.verdict(line.artifact_id)


def _read_ids(data: bytes) -> None:
    for known in read_ids(file_with(data, "ids.jsonl")):
        if known.source in AGAIN:
            AGAIN[known.source].base_of(known)


def _read_script(data: bytes) -> None:
    """With a small catalogue: that of the program takes half a second to look for."""
    read_script(data.decode("utf-8-sig", "replace"), Catalogue(own=_own_catalogue()), _STORY)


@lru_cache(maxsize=1)
def _own_catalogue() -> Sequence[KnownArtifact]:
    return load_catalogue(file_with(_CATALOGUE, "script.csv"))


def _read_report(data: bytes) -> None:
    report = read_report(file_with(data, "report.json"))
    for made in (report, public(report)):
        to_csv(made)
        to_html(made)
        to_json(made)


def _write_workbook(data: bytes) -> None:
    to_xlsx(read_report(file_with(data, "report.json")))


def _read_study(data: bytes) -> None:
    file_with(data, "study.toml")
    read_study(scratch())


def _read_log(data: bytes) -> None:
    """Entries of a log, parted by an empty line, read by hand and by the store."""
    log = _empty(scratch() / "corpus" / "posts" / "_delta_log")
    entries = data.split(b"\n\n")[:3]
    for number, entry in enumerate(entries):
        (log / f"{number:020}.json").write_bytes(entry)
    found = read_log(log)
    stored_files(found), named_files(found), [entry.stream for entry in found]
    for reader in (lambda: load_state(log, len(entries) - 1).totals(), lambda: last_commits(log.parent.parent)):
        try:
            reader()
        except MinerError:
            continue


def _check_corpus(data: bytes) -> None:
    log = _empty(scratch() / "corpus" / "posts" / "_delta_log")
    (log / f"{0:020}.json").write_bytes(data)
    (log.parent.parent / "study.toml").write_bytes(_STUDY)
    check_corpus(log.parent.parent, key_file=scratch() / "author-key")


def _read_key(data: bytes) -> None:
    path = file_with(data, "author-key")
    file_with(data, "destroyed-keys.txt")
    destroyed_on(path, "0123456789abcdef")
    load_key(path)


def _read_forgotten(data: bytes) -> None:
    file_with(data, "forgotten.txt")
    found = load_forgotten(scratch(), lambda: AuthorKey(b"\1" * 32, b"\2" * 32))
    if found is not None:
        found.kind_of_id("reddit:t3_x"), found.is_forgotten_token("p_0123456789abcdef")


def _empty(folder: Path) -> Path:
    shutil.rmtree(folder.parent.parent, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _eras() -> list[bytes]:
    shipped = [path.read_bytes() for path in Path(str(resources.files("miner.eras"))).glob("*.toml")]
    return [_ERA, *(era for era in shipped if len(era) < 40_000)]


def _reports() -> list[bytes]:
    return [(ROOT / "tests" / "gold" / "report" / "report.json").read_bytes()]


def _target(
    run: Callable[[bytes], object], *seeds: bytes, shape: Shape = "text", tokens: Sequence[bytes] = ()
) -> Target:
    return Target(run=run, seeds=lambda: list(seeds), shape=shape, tokens=tokens)


OWN: Mapping[str, Target] = {
    "settings": _target(_read_settings, _SETTINGS, tokens=(*_TOML, b"~nobody/x", b"~", b"seed = ")),
    "environment": _target(_read_environment, b"corpora\noutput\n~/k\n0.7\n80\n30\n900\n6\nann\n\n", tokens=(b"~x", b"inf", b"nan", b"1e999")),
    "keys": _target(_read_keys, _KEYS, tokens=_TOML),
    "era-file": Target(run=_read_era, seeds=_eras, tokens=(*_TOML, b"(?:", b"(?<!", b"(a+)+$", b"{decade}", b"{2000}", b"(?P<x>")),
    "catalogue": _target(_read_catalogue, _CATALOGUE, tokens=(b'"', b",", b"|", b"!", b"toy", b"1985", b"-", b"\n", b"\r", b"name")),
    "links": _target(_read_links, b'name_a,name_b,same\nWalkman,"Sony Walkman",1\nAtari,Simon,no\n', tokens=(b'"', b",")),
    "decisions": _target(_read_decisions, _DECISION + b"\n" + _SAME, shape="lines"),
    "ids": _target(_read_ids, _IDS, shape="lines"),
    "script": _target(_read_script, _SCRIPT, tokens=(b"/*", b"*/", b"[[", b"]]", b"INT. ", b"(", b"@", b"^", b"\n\n", b"Walkman", b"%PDF")),
    "report-json": Target(run=_read_report, seeds=_reports, shape="json"),
    "report-workbook": Target(run=_write_workbook, seeds=_reports, shape="json"),
    "study": _target(_read_study, _STUDY, tokens=_TOML),
    "corpus-log": _target(_read_log, _commit(_ENTRY) + b"\n\n" + _commit(_ALL), _commit(_ALL), shape="lines"),
    "corpus-check": _target(_check_corpus, _commit(_ENTRY), _commit(_ALL), shape="lines"),
    "author-key": _target(_read_key, b"01" * 32 + b"\n" + b"02" * 32 + b"\n", b"0123456789abcdef 2026-11-23\n"),
    "forgotten": _target(_read_forgotten, b"# sealed with the key 5d\npost 1 6f1c\nauthor 1 93ab\npurged 2 0d52\n"),
}  # fmt: skip
"""Name to target; every one is a door for files of the user or of the program itself."""
