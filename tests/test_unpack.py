"""Packs that somebody sent: nothing is written outside their folder, a changed byte is named, no bomb goes off."""

from __future__ import annotations

import hashlib
import io
import json
import random
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from miner.errors import MinerError, UsageError
from miner.records import Artifact, RankedArtifact
from miner.report import Report
from miner.report.jsonfile import to_json
from miner.study.crate import CHECKSUMS, METADATA, POSTS, Packed, Study, checksums, metadata, readme
from miner.study.unpack import MAX_FILES, unpack

RUN = "output/mine/80s-1a2b3c4d"
ROW = RankedArtifact(
    rank=1,
    rank_low=1,
    rank_high=1,
    artifact=Artifact(artifact_id="a_1", name="Walkman", also_called=(), keys=(), category="tech", probability=0.9),
    n_authors=9,
    n_posts=9,
    n_sources=1,
    share=0.5,
)
REPORT = to_json(Report(title="T", corpus="mine", run_id="80s-1a2b3c4d", n_posts=9, n_authors=9, rows=(ROW,)))


def contents() -> dict[str, bytes]:
    """A small honest pack without posts."""
    files = {f"{RUN}/report.json": REPORT.encode(), f"{RUN}/inputs/asked.json": b"{}\n", "README.md": b"# T\n"}
    return sealed(files)


def sealed(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """*files* with metadata and checksums that fit them."""
    study = Study(corpus="mine", run_id="80s-1a2b3c4d", title="T", published="2026-11-23", has_posts=False)
    made = {**files, METADATA: metadata(study, list(map(packed, files.items())))}
    return {**made, CHECKSUMS: checksums(list(map(packed, sorted(made.items()))))}


def packed(item: tuple[str, bytes]) -> Packed:
    name, data = item
    return Packed(name=name, size=len(data), sha256=hashlib.sha256(data).hexdigest())


def zipped(folder: Path, files: Mapping[str, bytes], *, compress: int = zipfile.ZIP_DEFLATED) -> Path:
    path = folder / "pack.zip"
    with zipfile.ZipFile(path, "w", compress) as out:
        for name, data in files.items():
            out.writestr(name, data)
    return path


def test_an_honest_pack_opens(tmp_path: Path) -> None:
    opened = unpack(zipped(tmp_path, contents()), tmp_path / "new" / "study")
    assert (opened.run, opened.corpus, opened.n_files) == (tmp_path / "new" / "study" / RUN, None, 5)
    assert (opened.run / "report.json").read_text(encoding="utf-8") == REPORT
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["study"]


@pytest.mark.parametrize("name", sorted({*contents()} - {CHECKSUMS}))
def test_a_changed_byte_is_named(tmp_path: Path, name: str) -> None:
    files = contents()
    files[name] = files[name][:-1] + b"!"
    with pytest.raises(MinerError) as caught:
        unpack(zipped(tmp_path, files), tmp_path / "study")
    assert caught.value.happened.startswith(f"{name} in ")
    assert "is not what it was when it was packed" in caught.value.happened
    assert not (tmp_path / "study").exists()


def test_a_byte_that_broke_on_the_way_is_named(tmp_path: Path) -> None:
    path = zipped(tmp_path, contents(), compress=zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"Walkman", b"Wolkman"))
    with pytest.raises(MinerError, match=r"report\.json"):
        unpack(path, tmp_path / "study")


def test_any_bytes_that_broke_on_the_way_give_an_error_of_this_program_or_the_same_study(tmp_path: Path) -> None:
    pack = zipped(tmp_path, contents())
    honest, rng = pack.read_bytes(), random.Random(80)  # noqa: S311 - nothing secret hangs on it
    refused: dict[int, MinerError] = {}
    for i in range(400):
        broken = bytearray(honest)
        for _ in range(rng.choice([1, 1, 4, 40])):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        pack.write_bytes(broken if i % 4 else broken[: rng.randrange(len(broken))])
        try:
            unpack(pack, tmp_path / f"out{i}")
        except MinerError as error:
            refused[i] = error
    assert len(refused) > 300
    assert all(error.advice for error in refused.values())
    assert not any((tmp_path / f"out{i}").exists() for i in refused)


@pytest.mark.parametrize("missing", ["README.md", f"{RUN}/inputs/asked.json"])
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    files = {name: data for name, data in contents().items() if name != missing}
    with pytest.raises(MinerError, match=f"{missing} is missing"):
        unpack(zipped(tmp_path, files), tmp_path / "study")


def test_a_file_that_was_put_in_is_named(tmp_path: Path) -> None:
    files = {**contents(), f"{RUN}/run.json": b"{}"}
    with pytest.raises(MinerError, match=r"run\.json is not among its checksums"):
        unpack(zipped(tmp_path, files), tmp_path / "study")


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt",
        "/tmp/evil.txt",  # noqa: S108 - what a hostile pack names
        "output/../../evil/report.json",
        "output/mine/../report.json",
        "output\\mine\\x\\report.json",
        "C:/evil.txt",
        "output/mine/80s-1a2b3c4d/report.json/",
        "output/mine/80s-1a2b3c4d/report.json\nx",
        "output/mine/80s-1a2b3c4d/inputs/.bashrc",
        "output/.hidden/80s-1a2b3c4d/report.json",
        "corpora/.author-key",
        "anything.py",
    ],
)
def test_what_is_in_no_pack_is_not_written(tmp_path: Path, name: str) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    with pytest.raises(MinerError, match="which is in no pack"):
        unpack(zipped(inner, {**contents(), name: b"x"}), inner / "study")
    assert [path.name for path in inner.iterdir()] == ["pack.zip"]
    assert [path.name for path in tmp_path.iterdir()] == ["inner"]


def test_a_link_in_a_pack_is_only_text(tmp_path: Path) -> None:
    path = tmp_path / "pack.zip"
    files = sealed({f"{RUN}/report.json": REPORT.encode(), "README.md": b"/etc/passwd"})
    with zipfile.ZipFile(path, "w") as out:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o120777 << 16
            out.writestr(entry, data)
    unpack(path, tmp_path / "study")
    assert not (tmp_path / "study" / "README.md").is_symlink()
    assert (tmp_path / "study" / "README.md").read_bytes() == b"/etc/passwd"


def bomb(files: dict[str, bytes]) -> None:
    files["README.md"] = b"0" * 20_000_000


def crowd(files: dict[str, bytes]) -> None:
    files |= {f"output/mine/r{i}/run.json": b"{}" for i in range(MAX_FILES)}


@pytest.mark.parametrize(("harm", "said"), [(bomb, "times its size"), (crowd, f"more than {MAX_FILES} files")])
def test_a_pack_that_runs_away_is_refused_before_it_is_written(
    tmp_path: Path, harm: Callable[[dict[str, bytes]], None], said: str
) -> None:
    files = contents()
    harm(files)
    with pytest.raises(MinerError, match=said):
        unpack(zipped(tmp_path, files), tmp_path / "study")


def test_a_pack_whose_sizes_lie_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, {**contents(), "README.md": b"0" * 50_000})
    size = (50_000).to_bytes(4, "little")
    assert path.read_bytes().count(size) == 2
    path.write_bytes(path.read_bytes().replace(size, (5).to_bytes(4, "little")))
    with pytest.raises(MinerError):
        unpack(path, tmp_path / "study")
    assert not (tmp_path / "study").exists()


def test_a_file_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path, contents())
    with zipfile.ZipFile(path, "a") as out, pytest.warns(UserWarning, match="Duplicate name"):
        out.writestr("README.md", b"another")
    with pytest.raises(MinerError, match="twice"):
        unpack(path, tmp_path / "study")


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip file at all", io.BytesIO(b"\x1f\x8b").getvalue()])
def test_what_is_no_zip_file_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "pack.zip").write_bytes(data)
    with pytest.raises(MinerError, match="no zip file"):
        unpack(tmp_path / "pack.zip", tmp_path / "study")


def test_a_zip_file_of_something_else_and_one_of_two_runs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MinerError, match="no pack of a study"):
        unpack(zipped(tmp_path, {"README.md": b"x"}), tmp_path / "study")
    two = sealed({f"{RUN}/report.json": REPORT.encode(), "output/mine/other/report.json": REPORT.encode()})
    with pytest.raises(MinerError, match="holds 2 runs"):
        unpack(zipped(tmp_path, two), tmp_path / "study")


@pytest.mark.parametrize("data", [b"PAR1 no parquet PAR1", None])
def test_posts_that_are_none_make_no_corpus(tmp_path: Path, data: bytes | None) -> None:
    if data is None:
        pq.write_table(pa.table({"id": ["a"], "text": ["b"]}), tmp_path / "other.parquet")
        data = (tmp_path / "other.parquet").read_bytes()
    files = sealed({f"{RUN}/report.json": REPORT.encode(), POSTS: data})
    with pytest.raises(MinerError, match=POSTS):
        unpack(zipped(tmp_path, files), tmp_path / "study")
    assert not (tmp_path / "study").exists()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="--into"):
        unpack(zipped(tmp_path, contents()), tmp_path / "study")
    assert [path.name for path in (tmp_path / "study").iterdir()] == ["mine.txt"]


def test_the_metadata_is_an_ro_crate() -> None:
    graph = {entity["@id"]: entity for entity in json.loads(contents()[METADATA])["@graph"]}
    assert json.loads(contents()[METADATA])["@context"] == "https://w3id.org/ro/crate/1.1/context"
    about = graph["ro-crate-metadata.json"]
    assert about["@type"] == "CreativeWork"
    assert about["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    root = graph[about["about"]["@id"]]
    assert root["@type"] == "Dataset"
    assert root["datePublished"] == "2026-11-23"
    assert {"name", "description", "license"} <= root.keys()
    parts = [part["@id"] for part in root["hasPart"]]
    assert sorted(parts) == sorted({*contents()} - {METADATA, CHECKSUMS})
    for part in parts:
        assert graph[part]["@type"] == "File"
        assert int(graph[part]["contentSize"]) == len(contents()[part])
        assert graph[part]["sha256"] == hashlib.sha256(contents()[part]).hexdigest()
    # whatever is pointed at is there
    text = json.dumps(list(graph.values()))
    named = {piece.partition('"')[0] for piece in text.split('{"@id": "')[1:]}
    assert named - graph.keys() - {"https://w3id.org/ro/crate/1.1"} == set()


@pytest.mark.parametrize(
    ("has_posts", "said"), [(True, "miner replay FOLDER/output/mine/r"), (False, "data/posts.csv")]
)
def test_the_page_of_a_pack_says_how_to_go_on(has_posts: bool, said: str) -> None:
    study = Study(corpus="mine", run_id="r", title="T", published="2026-11-23", has_posts=has_posts)
    assert said in readme(study).decode()
