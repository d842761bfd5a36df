"""`miner serve` as a process of its own, over real sockets: what it prints, keeps, refuses and survives."""

from __future__ import annotations

import contextlib
import html
import json
import os
import random
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from cli_program import Outcome, call, end, start, write_posts

from miner.report import read_report
from miner.report.jsonfile import write_json
from miner.review.log import FILE, MAX_LINE, read_lines

GOLD = read_report(Path(__file__).parent / "gold" / "report" / "report.json")
RUN = "80s-1a2b3c4d"
OURS = {"X-Nostalgia-Miner": "decide"}
SECRET = "0123456789abcdef"  # noqa: S105 - of a test
WITH_TOKEN = {"SERVE_TOKEN": SECRET}
FIRST_LINE = re.compile(r"Serving (\S+) at (http://(\S+):(\d+)/)  \(Ctrl-C ends it\)\n")


def add_run(folder: Path, name: str) -> Path:
    made = folder / "output" / "mine" / name
    made.mkdir(parents=True)
    write_json(replace(GOLD, corpus="mine", run_id=name), made / "report.json")
    return made


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("imported")
    write_posts(made / "posts.jsonl")
    assert call(made, "import", "posts.jsonl", "--into", "mine").code == 0
    return made


@pytest.fixture
def study(imported: Path, tmp_path: Path) -> Path:
    """A folder with a corpus and a run of it."""
    shutil.copytree(imported / "corpora", tmp_path / "corpora")
    add_run(tmp_path, RUN)
    return tmp_path


def log_of(study: Path) -> Path:
    return study / "corpora" / "mine" / FILE


@dataclass
class Serving:
    """A server that runs."""

    program: subprocess.Popen[str]
    run: str
    url: str
    host: str
    port: int

    def get(self, path: str = "", headers: Mapping[str, str] | None = None) -> httpx.Response:
        return httpx.get(self.url + path, headers=headers, timeout=30)

    def post(self, content: bytes, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return httpx.post(self.url + "decisions", content=content, headers=OURS | dict(headers or {}), timeout=60)

    def raw(self, request: bytes) -> bytes:
        """What comes back for bytes that no client would send."""
        with socket.create_connection((self.host, self.port), timeout=30) as line:
            line.sendall(request)
            answer = b""
            while part := line.recv(65_536):
                answer += part
        return answer

    def end(self, how: signal.Signals = signal.SIGINT) -> Outcome:
        self.program.send_signal(how)
        return end(self.program, timeout_s=30)


def begin(study: Path, *args: str, env: Mapping[str, str] | None = None) -> Serving:
    program = start(study, "serve", "--port", "0", *args, env=env)
    assert program.stdout is not None
    found = FIRST_LINE.fullmatch(program.stdout.readline())
    if found is None:
        program.kill()
        pytest.fail(f"it did not start: {program.communicate()}")
    return Serving(program, found[1], found[2], found[3], int(found[4]))


@contextlib.contextmanager
def serving(study: Path, *args: str, env: Mapping[str, str] | None = None) -> Iterator[Serving]:
    made = begin(study, *args, env=env)
    try:
        yield made
    finally:
        made.program.kill()
        made.program.communicate()


def line(n: int, *, by: str = "ann") -> bytes:
    decision: dict[str, Any] = {
        "v": 1,
        "id": f"{n:032x}",
        "at": f"2026-11-23T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}Z",
        "by": by,
        "artifact": f"a_{n % 7:010x}",
        "name": "Walkman",
        "what": "note",
        "value": f"note {n}",
    }
    return json.dumps(decision).encode() + b"\n"


def ids_in(data: bytes) -> Counter[str]:
    """How often each id stands in the file itself."""
    return Counter(re.findall(r'"id":"([0-9a-f]{32})"', data.decode()))


def test_what_is_decided_in_the_page_is_what_the_program_then_knows(study: Path) -> None:
    with serving(study, RUN) as server:
        assert server.run == RUN
        assert server.host == "127.0.0.1"
        page = server.get()
        assert page.status_code == 200
        assert '<meta name="decisions" content="/decisions">' in page.text
        assert "connect-src 'self'" in html.unescape(page.text)
        assert "server" not in page.headers
        saved = server.post(line(1) + line(2) + b"nonsense\n")
        assert saved.status_code == 200
        assert (saved.json()["saved"], sum(saved.json()["rejected"].values())) == (2, 1)
        exported = call(study, "decide", "export", "mine")
        assert exported.out == server.get("decisions").text
        assert len(exported.out.splitlines()) == 2
        ended = server.end()
    assert (ended.code, ended.out) == (0, "")
    assert ended.err == f"Ended. What was decided is in {Path('corpora', 'mine', FILE)}.\n"


def test_decisions_made_elsewhere_meanwhile_are_seen(study: Path) -> None:
    (study / "bob.jsonl").write_bytes(line(1, by="bob"))
    with serving(study, RUN) as server:
        assert server.get("decisions").text == ""
        assert call(study, "decide", "import", "bob.jsonl", "--into", "mine").code == 0
        assert '"by":"bob"' in server.get("decisions").text


def test_a_run_may_be_a_name_a_folder_or_left_out_for_the_newest(study: Path) -> None:
    newer = add_run(study, "80s-99999999")
    older = study / "output" / "mine" / RUN / "report.json"
    for args, expected in ((("output/mine/" + RUN,), RUN), (("80s-99999999",), "80s-99999999"), ((), "80s-99999999")):
        with serving(study, *args) as server:
            assert server.run == expected
    later = (newer / "report.json").stat().st_mtime + 60
    os.utime(older, (later, later))
    with serving(study) as server:
        assert server.run == RUN


@pytest.mark.parametrize(
    "target",
    [
        "/../../etc/passwd",
        "/../../../../../../../../etc/passwd",
        "/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2f..%2f..%2fetc%2fpasswd",
        "//etc/passwd",
        "/./decisions.jsonl",
        "/study.toml",
        "/decisions/../study.toml",
        "/%00",
        "/\\..\\study.toml",
        "file:///etc/passwd",
        "http://127.0.0.1/etc/passwd",
        "*",
    ],
)
def test_no_path_leads_to_a_file(server_of_all: Serving, target: str) -> None:
    host = f"127.0.0.1:{server_of_all.port}"
    answer = server_of_all.raw(f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    head, _, content = answer.partition(b"\r\n\r\n")
    assert head.split(b" ")[1] in {b"404", b"400"}
    assert not re.search(rb"root:|author_key|corpora|/tmp", content)


@pytest.fixture(scope="module")
def server_of_all(imported: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server for requests that change nothing."""
    made = tmp_path_factory.mktemp("study")
    shutil.copytree(imported / "corpora", made / "corpora")
    add_run(made, RUN)
    with serving(made) as server:
        yield server
        # what was refused here is no trouble that anybody should have to read of
        assert "Traceback" not in server.end().err
    assert not log_of(made).exists()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1:1"}, 421),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"X-Nostalgia-Miner": ""}, 403),
    ],
)
def test_other_sites_decide_nothing(server_of_all: Serving, headers: dict[str, str], status: int) -> None:
    assert server_of_all.post(line(1), headers).status_code == status
    assert server_of_all.get("decisions").content == b""


def test_ten_megabytes_are_refused_before_they_come(server_of_all: Serving) -> None:
    host = f"127.0.0.1:{server_of_all.port}"
    head = f"POST /decisions HTTP/1.1\r\nHost: {host}\r\nX-Nostalgia-Miner: decide\r\nConnection: close\r\n"
    began = time.monotonic()
    assert server_of_all.raw(f"{head}Content-Length: 10000000\r\n\r\n".encode()).startswith(b"HTTP/1.1 413 ")
    many = b"10000\r\n" + b"\n" * 65_536 + b"\r\n"
    assert server_of_all.raw(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + 17 * many).startswith(
        b"HTTP/1.1 413 "
    )
    assert server_of_all.post(b"\n" * 10_000_000).status_code == 413
    assert time.monotonic() - began < 10
    assert server_of_all.get("health").json() == {"ok": True}


def test_half_a_body_is_not_saved(server_of_all: Serving) -> None:
    host = f"127.0.0.1:{server_of_all.port}"
    whole = line(1)
    head = f"POST /decisions HTTP/1.1\r\nHost: {host}\r\nX-Nostalgia-Miner: decide\r\nContent-Length: 9000\r\n\r\n"
    with socket.create_connection((server_of_all.host, server_of_all.port)) as cut_off:
        cut_off.sendall(head.encode() + whole)
        assert server_of_all.get("health").status_code == 200
    assert server_of_all.get("health").status_code == 200
    assert server_of_all.get("decisions").content == b""


def test_a_full_disk_is_said_and_what_was_saved_stays(study: Path) -> None:
    with serving(study, RUN) as server:
        assert server.post(line(1)).status_code == 200
        size, forever = log_of(study).stat().st_size, resource.RLIM_INFINITY
        resource.prlimit(server.program.pid, resource.RLIMIT_FSIZE, (size + 40, forever))
        refused = server.post(line(2) + line(3))
        assert (refused.status_code, refused.json()["error"]) == (507, "There is no room for decisions.jsonl.")
        assert log_of(study).stat().st_size == size
        resource.prlimit(server.program.pid, resource.RLIMIT_FSIZE, (forever, forever))
        assert server.post(line(2) + line(3)).json()["saved"] == 2


def test_a_server_for_others_lets_in_who_knows_the_token(study: Path) -> None:
    with serving(study, RUN, "--host", "127.0.0.2", "--token-env", "SERVE_TOKEN", env=WITH_TOKEN) as server:
        assert server.host == "127.0.0.2"
        assert server.get().status_code == 401
        assert server.post(line(1)).status_code == 401
        assert server.get("?token=fedcba9876543210").status_code == 401
        assert server.post(line(1), {"Authorization": f"Bearer {SECRET}"}).status_code == 200
        with httpx.Client(base_url=server.url) as browser:
            assert browser.get("/", params={"token": SECRET}).status_code == 200
            assert "Rubik" in browser.get("/").text
            assert browser.get("/decisions").content.count(b"\n") == 1
        ended = server.end()
    assert SECRET not in ended.out + ended.err


def test_a_token_keeps_out_the_other_users_of_a_machine_too(study: Path) -> None:
    with serving(study, RUN, "--token-env", "SERVE_TOKEN", env=WITH_TOKEN) as server:
        assert server.get("decisions").status_code == 401
        assert server.get("decisions", {"Authorization": f"Bearer {SECRET}"}).status_code == 200


@pytest.mark.parametrize(
    ("args", "env", "said"),
    [
        (["--host", "0.0.0.0"], {}, "With --host 0.0.0.0, everybody in that network could read and decide."),  # noqa: S104
        (["--host", "192.0.2.1", "--token-env", "SERVE_TOKEN"], {}, "The environment variable SERVE_TOKEN is not set."),
        (["--token-env", "SERVE_TOKEN"], {"SERVE_TOKEN": "  "}, "The environment variable SERVE_TOKEN is not set."),
        (
            ["--token-env", "SERVE_TOKEN"],
            {"SERVE_TOKEN": SECRET[1:]},
            "The environment variable SERVE_TOKEN holds 15 characters, and a token has at least 16.",
        ),
        (["--token-env", f"k{SECRET}"], {}, "The environment variable that --token-env names is not set."),
        (["--token-env", f"-{SECRET}"], {}, "--token-env takes the name of an environment variable"),
        (["--host", "192.0.2.1", "--token-env", "SERVE_TOKEN"], WITH_TOKEN, "Nothing can listen on 192.0.2.1, port"),
        (["--host", "no such name", "--token-env", "SERVE_TOKEN"], WITH_TOKEN, "it is no address of this machine."),
        (["--port", "65536"], {}, "Invalid value for '--port': Input should be less than or equal to 65535"),
        (["80s-nowhere"], {}, "There is no run called '80s-nowhere'"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_served(
    study: Path, args: list[str], env: dict[str, str], said: str
) -> None:
    done = call(study, "serve", *args, env=env)
    assert (done.code, done.out) == (2, "")
    assert said in " ".join(done.err.split())
    assert SECRET not in done.err


def test_a_port_that_is_in_use_is_said(study: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = call(study, "serve", RUN, "--port", str(port))
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        f"Error: Port {port} is in use.\nChoose another, for example `--port 0` for any that is free.\n"
    )


def test_without_a_run_the_next_step_is_to_make_one(tmp_path: Path) -> None:
    done = call(tmp_path, "serve")
    assert (done.code, done.out) == (6, "")
    assert done.err == "Error: There is no run in output.\nRun `miner rank NAME` to make one.\n"


def test_a_run_whose_corpus_is_gone_is_not_served(study: Path) -> None:
    shutil.rmtree(study / "corpora" / "mine")
    done = call(study, "serve", RUN)
    assert (done.code, done.out) == (2, "")
    assert "There is no corpus called 'mine'" in done.err


@pytest.mark.parametrize("missing", ["starlette", "uvicorn"])
def test_without_the_extra_the_command_that_installs_it_is_said(
    study: Path, missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    done = call(study, "serve", RUN)
    assert (done.code, done.out) == (3, "")
    assert done.err == (
        f"Error: `miner serve` needs {missing}, which is not installed.\nRun `pip install 'nostalgia-miner[serve]'`.\n"
    )


def test_what_two_servers_are_sent_at_once_is_saved_once(study: Path) -> None:
    n_batches, n_lines, n_people = 12, 20, 8
    together = threading.Barrier(n_people, timeout=60)
    with serving(study, RUN) as one, serving(study, RUN) as other:

        def send(person: int) -> int:
            saved = 0
            for first in range(0, n_batches * n_lines, n_lines):
                content = b"".join(map(line, range(first, first + n_lines)))
                together.wait()
                answer = (one, other)[person % 2].post(content)
                assert answer.status_code == 200
                assert answer.json()["saved"] + answer.json()["known"] == n_lines
                saved += answer.json()["saved"]
            return saved

        with ThreadPoolExecutor(n_people) as people:
            n_saved = sum(people.map(send, range(n_people)))
    assert n_saved == n_batches * n_lines
    assert ids_in(log_of(study).read_bytes()) == Counter(f"{n:032x}" for n in range(n_batches * n_lines))


N_PEOPLE = 8
N_LINES = 500
N_KILLS = 4


@dataclass
class Told:
    """What one person was told.

    Attributes:
        acknowledged: Ids of lines that a server answered 200 to.
        n_saved: Of these, how many it said were new.
        n_cut_off: Requests that a server took and never answered.
    """

    acknowledged: list[str] = field(default_factory=list)
    n_saved: int = 0
    n_cut_off: int = 0


def send_all(person: int, servers: list[Serving]) -> Told:
    """Send this person's lines to either server, a batch again until it is acknowledged."""
    chance = random.Random(person)  # noqa: S311 - of a test
    told = Told()
    todo = [(f"{n:032x}", line(n, by=f"person {person}")) for n in range(person * N_LINES, (person + 1) * N_LINES)]
    with httpx.Client(timeout=60) as client:
        while todo:
            batch = todo[: chance.randint(1, 12)]
            content = b"".join(text for _, text in batch)
            try:
                answer = client.post(chance.choice(servers).url + "decisions", content=content, headers=OURS)
            except httpx.TransportError as error:
                # a server that is not there yet says nothing about one that died with a request in hand
                told.n_cut_off += not isinstance(error, httpx.ConnectError)
                time.sleep(0.01)
                continue
            assert answer.status_code == 200, answer.text
            counts = answer.json()
            assert counts["saved"] + counts["known"] == len(batch)
            told.n_saved += counts["saved"]
            told.acknowledged += [name for name, _ in batch]
            del todo[: len(batch)]
    return told


@pytest.mark.slow
def test_what_was_acknowledged_outlives_every_kill_and_stands_there_once(study: Path) -> None:
    chance = random.Random(80)  # noqa: S311 - of a test
    with ThreadPoolExecutor(2) as starters:
        servers = list(starters.map(lambda _: begin(study, RUN), range(2)))
    n_kills = 0
    try:
        with ThreadPoolExecutor(N_PEOPLE) as people:
            telling = [people.submit(send_all, person, servers) for person in range(N_PEOPLE)]
            while not all(person.done() for person in telling):
                time.sleep(chance.uniform(0.05, 0.6))
                which = chance.randrange(2)
                servers[which].end(signal.SIGKILL)
                n_kills += 1
                # another port: a client could meet itself on one that it may be given for its own end
                servers[which] = begin(study, RUN)
            told = [person.result() for person in telling]
    finally:
        for server in servers:
            server.program.kill()
            server.program.communicate()
    assert n_kills >= N_KILLS
    assert sum(person.n_cut_off for person in told) >= N_KILLS
    acknowledged = [name for person in told for name in person.acknowledged]
    assert len(acknowledged) == N_PEOPLE * N_LINES
    data = log_of(study).read_bytes()
    assert max(map(len, data.split(b"\n"))) < MAX_LINE
    assert ids_in(data) == Counter(acknowledged)
    found, _ = read_lines(data)
    assert Counter(one.id for one in found) == Counter(acknowledged)
    # what a killed server had saved without saying so was known when it came again
    assert sum(person.n_saved for person in told) <= N_PEOPLE * N_LINES
