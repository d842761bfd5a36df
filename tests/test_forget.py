"""Who asks to be forgotten is: in every file of the corpus, in what runs kept, in reports, and for good."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from cli_program import TEXTS, Outcome, call, write_posts
from erasing import files_with

from miner.corpus import Corpus
from miner.corpus.compaction import compact
from miner.corpus.erase import MARK, erase, mark
from miner.corpus.forgotten import FILE, remember
from miner.corpus.key import KEY_NAME, load_key
from miner.errors import CorpusError, UsageError
from miner.records import Post

pytestmark = pytest.mark.slow

ANN = "ann@example.social"


def post(number: int, author: str | None = None, repost_of: str | None = None) -> Post:
    return Post(
        id=f"forum:{number}",
        source="forum",
        text=f"Unmistakable{number} Atari in the attic",
        author=author or f"person{number}",
        url=f"https://forum.example/t/{number}",
        tags=(f"tagged{number}",),
        alt_texts=(f"pictured{number}",),
        repost_of=repost_of,
    )


def traces(number: int) -> list[str]:
    return [f"Unmistakable{number} ", f"forum:{number}'", f"/t/{number}'", f"tagged{number}'", f"pictured{number}'"]


def store(corpus: Corpus, posts: Sequence[Post]) -> None:
    corpus.append(posts=posts, rejected={}, stream="s", cursor="c")


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    made = Corpus.create(tmp_path / "corpora" / "toys")
    for number in range(100, 110):
        store(made, [post(number), post(number + 100, author=ANN if number == 103 else None)])
    return made


def forget(corpus: Corpus, *, ids: Sequence[str] = (), tokens: Sequence[str] = ()) -> int:
    with corpus.writing():
        return len(erase(corpus.folder, corpus.author_key(), ids=ids, tokens=tokens).ids)


def token_of(corpus: Corpus, account: str) -> str:
    token = corpus.author_key().pseudonym("forum", account)
    assert token is not None
    return token


def ids(corpus: Corpus) -> list[str]:
    return [post.id for post in corpus.posts()]


def test_a_post_is_gone_from_every_file_and_the_others_stay_in_their_order(corpus: Corpus) -> None:
    before = ids(corpus)
    token = token_of(corpus, "person103")
    assert len(files_with(corpus.folder, [*traces(103), token])) == 6
    assert forget(corpus, ids=["forum:103"]) == 1
    assert files_with(corpus.folder, [*traces(103), token, "forum:103"]) == []
    assert ids(corpus) == ids(Corpus.open(corpus.folder)) == [found for found in before if found != "forum:103"]


def test_an_author_goes_with_all_posts_and_with_what_others_repost_of_them(corpus: Corpus) -> None:
    store(corpus, [post(300, ANN), post(301, repost_of="forum:300"), post(302, repost_of="forum:100")])
    token = token_of(corpus, ANN)
    assert forget(corpus, tokens=[token]) == 3
    assert files_with(corpus.folder, [token, ANN, *traces(203), *traces(300), *traces(301)]) == []
    assert "forum:302" in ids(corpus)


def test_what_older_versions_and_compactions_left_goes_too(corpus: Corpus) -> None:
    compact(corpus.folder)
    assert len(files_with(corpus.folder, traces(105)[:1])) == 2
    forget(corpus, ids=["forum:105"])
    assert files_with(corpus.folder, traces(105)) == []
    with pytest.raises(UsageError, match="can no longer be read: its files were deleted"):
        corpus.read(version=3)


def test_what_was_forgotten_does_not_come_back(corpus: Corpus) -> None:
    forget(corpus, ids=["forum:100"], tokens=[token_of(corpus, ANN)])
    page = [
        post(100),
        post(203),
        post(400, "ANN@example.social"),
        post(401, repost_of="forum:100"),
        post(402),
        post(101),
    ]
    done = Corpus.open(corpus.folder).append(posts=page, rejected={"no text": 2}, stream="s", cursor="d")
    assert (done.n_new, done.n_known, done.barred) == (1, 1, {"forgotten": 4})
    assert corpus.rejections() == {"forgotten": 4, "no text": 2}
    assert files_with(corpus.folder, [*traces(100), *traces(203), *traces(400), *traces(401)]) == []


def test_what_is_not_there_yet_can_be_forgotten_before_it_comes(corpus: Corpus) -> None:
    assert forget(corpus, ids=["forum:999"]) == 0
    store(corpus, [post(999)])
    assert "forum:999" not in ids(corpus)


def test_the_list_of_the_forgotten_names_nobody(corpus: Corpus) -> None:
    token = token_of(corpus, ANN)
    forget(corpus, ids=["forum:100"], tokens=[token])
    text = (corpus.folder / FILE).read_text(encoding="ascii")
    assert [line.split()[:2] for line in text.splitlines()[2:]] == [["author", "1"], ["post", "1"], ["post", "1"]]
    assert not [word for word in ("forum:100", "forum:203", token, ANN) if word in text]


def test_a_damaged_list_stops_writing_instead_of_letting_people_in(corpus: Corpus) -> None:
    (corpus.folder / FILE).write_text("post one\n", encoding="ascii")
    with pytest.raises(CorpusError, match="without it, erased posts would be collected again"):
        store(corpus, [post(500)])
    assert len(ids(corpus)) == 20


def test_a_forgetting_that_was_killed_is_finished_by_the_next_writer(corpus: Corpus) -> None:
    mark(corpus.folder)
    remember(corpus.folder, load_key(corpus.folder.parent / KEY_NAME), [("post", "forum:104")])
    assert "forum:104" in ids(corpus)
    store(Corpus.open(corpus.folder), [post(600)])
    assert files_with(corpus.folder, traces(104)) == []
    assert not (corpus.folder / MARK).exists()
    assert ids(corpus)[-1] == "forum:600"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    write_posts(tmp_path / "posts.jsonl")
    assert call(tmp_path, "import", "posts.jsonl", "--into", "mine").code == 0
    return tmp_path


def rank(study: Path) -> Path:
    assert call(study, "rank", "mine", "--era", "80s", "--quiet").code == 0
    (folder,) = [path for path in (study / "output" / "mine").iterdir() if not (path / "seen").exists()]
    (folder / "seen").touch()
    return folder


def forget_person(study: Path, number: int, *more: str) -> Outcome:
    return call(study, "forget", "mine", "--account", f"@Person{number}", "--source", "letters", *more)


def test_neither_caches_nor_new_reports_hold_what_was_forgotten(study: Path) -> None:
    old = rank(study)
    text = "High score at Pac-Man, my initials stayed up there"
    assert text in TEXTS[17]
    assert files_with(old, ["letters:p17", text])
    assert forget_person(study, 17, "--reports").code == 0
    new = rank(study)
    assert new != old
    token = load_key(study / "corpora" / KEY_NAME).pseudonym("letters", "person17")
    assert token is not None
    words = ["letters:p17", "my initials stayed", "person17", token]
    assert [files_with(folder, words) for folder in (study / "corpora" / "mine", study / "output")] == [[], []]


def test_reports_that_quote_them_are_named_and_written_anew_on_request(study: Path) -> None:
    folder = rank(study)
    first = forget_person(study, 17)
    assert first.out == "1 posts of mine erased; whatever was named stays out from now on.\n"
    assert first.err == (f"Still quotes them: {folder.relative_to(study)}. The same command with --reports mends it.\n")
    before = json.loads((folder / "report.json").read_text(encoding="utf-8"))["report"]
    (folder / "report.pdf").write_bytes(b"%PDF")
    second = json.loads(forget_person(study, 17, "--reports", "--json").out)
    assert second["n_posts"] == 0
    assert second["rewritten"] == second["reports"] == [str(folder.relative_to(study))]
    after = json.loads((folder / "report.json").read_text(encoding="utf-8"))["report"]
    assert after["n_posts"] == before["n_posts"]
    assert [row["artifact"] for row in after["rows"]] == [row["artifact"] for row in before["rows"]]
    assert files_with(folder, ["letters:p17", "my initials stayed"]) == []
    assert not (folder / "report.pdf").exists()
    assert json.loads(forget_person(study, 17, "--json").out)["reports"] == []


def test_a_rehearsal_changes_nothing(study: Path) -> None:
    before = {path: path.read_bytes() for path in (study / "corpora").rglob("*") if path.is_file()}
    assert forget_person(study, 3, "--dry-run").out == "1 posts of mine would be erased, 0 reports quote them.\n"
    assert {path: path.read_bytes() for path in (study / "corpora").rglob("*") if path.is_file()} == before


def test_an_import_counts_what_may_not_come_back(study: Path) -> None:
    forget_person(study, 3)
    write_posts(study / "again.jsonl", [*TEXTS, "One more Walkman #80s"])
    done = call(study, "import", "again.jsonl", "--into", "mine", "--json")
    (file,) = json.loads(done.out)["files"]
    assert (file["n_new"], file["n_known"], file["rejected"]) == (1, 19, {"forgotten": 1})


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (
            [],
            "Nobody was named who is to be forgotten. Name an author, a post or an account: `miner forget",
        ),
        (["--account", "ann"], "Of which source ann is an account was not said. Name it: `miner forget mine --account"),
        (
            ["--author", "ann"],
            "'ann' is not the token of an author; tokens are p_ and 16 hex digits",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_with_an_example(study: Path, args: list[str], said: str) -> None:
    done = call(study, "forget", "mine", *args)
    assert done.code == 2
    assert said in " ".join(done.err.split())
    assert Corpus.open(study / "corpora" / "mine").count() == 20
