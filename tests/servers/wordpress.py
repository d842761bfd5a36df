"""A WordPress on loopback, with a MariaDB of its own.

It serves what a blog out there serves: tag pages, RSS and Atom feeds of a tag, and wp-json, under pretty permalinks.
Its posts tagged `80s` are the expected ones. Decoys are tagged otherwise, not tagged at all, drafts, or private.
"""

from __future__ import annotations

import html
import json
import os
import pwd
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from servers.planted import Draft, Planted, drafts
from servers.processes import Processes, free_port, missing, run

HERE = Path(__file__).parent
INSTALLED = Path("/usr/share/wordpress")
TAG = "80s"
# (tags, status) of the decoys, in turn: WordPress lists only what is published
DECOYS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("70s",), "publish"),
    (("1980s", "music"), "publish"),
    ((), "publish"),
    (("80s-kids",), "publish"),
    ((TAG,), "draft"),
    ((TAG,), "private"),
)
OTHER_TAGS: tuple[tuple[str, ...], ...] = ((), ("toys",), ("music", "toys"))


def why_not() -> str | None:
    """Why WordPress cannot be started here, or None."""
    return missing("WordPress", [INSTALLED / "wp-load.php", "php", "mariadbd", "mariadb-install-db", "mariadb"])


@dataclass(slots=True, kw_only=True)
class WordPress:
    """A running WordPress.

    Attributes:
        port: On 127.0.0.1.
        site: Its document root, in a temporary folder.
        env: Variables with which PHP finds the site's address and database.
        planted: Everything put there so far, decoys included.
    """

    port: int
    site: Path
    env: dict[str, str]
    planted: tuple[Planted, ...] = field(default=())

    @property
    def host(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Base address, without a slash at the end."""
        return f"http://{self.host}"

    @property
    def tag_id(self) -> int:
        """The id of tag `80s`, as wp-json wants it in `?tags=`."""
        answer = httpx.get(f"{self.url}/wp-json/wp/v2/tags", params={"slug": TAG}, timeout=30)
        return int(answer.json()[0]["id"])

    @property
    def expected(self) -> frozenset[str]:
        """Permalinks of the published posts tagged `80s`."""
        return frozenset(p.url for p in self.planted if p.is_expected)

    @property
    def decoys(self) -> frozenset[str]:
        """Permalinks of all other posts."""
        return frozenset(p.url for p in self.planted if not p.is_expected)

    def fill(self, n: int) -> tuple[Planted, ...]:
        """Publish *n* more posts tagged `80s`, some with further tags, every eighth with a picture."""
        made = drafts(len(self.planted), n)
        return self._plant([(d, (TAG, *OTHER_TAGS[d.number % len(OTHER_TAGS)]), "publish") for d in made])

    def fill_decoys(self, n: int) -> tuple[Planted, ...]:
        """Put *n* posts there that a walk of tag `80s` must not bring."""
        made = drafts(len(self.planted), n)
        return self._plant([(d, *DECOYS[i % len(DECOYS)]) for i, d in enumerate(made)])

    def _plant(self, posts: Sequence[tuple[Draft, tuple[str, ...], str]]) -> tuple[Planted, ...]:
        rows = [
            {
                "title": draft.title,
                "content": f"<p>{html.escape(draft.text, quote=False)}</p>",
                "tags": tags,
                "author": draft.author,
                "date": f"{draft.created_at:%Y-%m-%d %H:%M:%S}",
                "status": status,
                "image_alt": draft.image_alt,
            }
            for draft, tags, status in posts
        ]
        made = json.loads(_php(self, "wordpress_fill.php", feed=json.dumps(rows)))
        new = tuple(
            Planted(
                url=answer["url"],
                id=str(answer["id"]),
                title=draft.title,
                text=draft.text,
                tags=tags,
                author=draft.author,
                created_at=draft.created_at,
                image_alt=draft.image_alt,
                is_expected=TAG in tags and status == "publish",
            )
            for (draft, tags, status), answer in zip(posts, made, strict=True)
        )
        self.planted += new
        return new


@contextmanager
def running(n: int = 235, n_decoys: int = 30) -> Iterator[WordPress]:
    """Start a new WordPress and fill it.

    Args:
        n: How many posts tagged `80s`.
        n_decoys: How many others.

    Yields:
        The server, ready to answer.
    """
    with Processes("wordpress") as processes:
        database_socket = _start_database(processes)
        port = free_port()
        env = {
            "WP_URL": f"http://127.0.0.1:{port}",
            "WP_DB_SOCKET": str(database_socket),
            "WP_DB_USER": _account(),
            "PHP_CLI_SERVER_WORKERS": "4",
        }
        server = WordPress(port=port, site=_lay_out(processes.folder / "site"), env=env)
        _php(server, "wordpress_install.php")
        server.fill(n)
        server.fill_decoys(n_decoys)
        command: list[Path | str] = ["php", "-S", server.host, "-t", server.site, HERE / "wordpress_router.php"]
        child = processes.start("php", command, env=env)
        processes.wait("php", child, lambda: _answers(server.url), 30)
        yield server


def _start_database(processes: Processes) -> Path:
    """A MariaDB that listens on a socket in a folder only its owner may enter. Durability is switched off."""
    folder = processes.folder / "db"
    folder.mkdir(mode=0o700)
    path, user = folder / "db.sock", _account()
    place = ["--no-defaults", f"--datadir={folder / 'data'}", f"--user={user}"]
    only_me = [f"--auth-root-socket-user={user}", "--auth-root-authentication-method=socket"]
    run(["mariadb-install-db", *place, "--skip-test-db", *only_me])
    hurried = ["--skip-log-bin", "--innodb-flush-log-at-trx-commit=0", "--innodb-fast-shutdown=2"]
    child = processes.start("mariadbd", ["mariadbd", *place, f"--socket={path}", "--skip-networking", *hurried])
    processes.wait("mariadbd", child, path.exists, 30)
    run(["mariadb", "--no-defaults", f"--socket={path}", "-e", "CREATE DATABASE wordpress CHARACTER SET utf8mb4"])
    return path


def _account() -> str:
    # not getpass.getuser(): under sudo or setpriv LOGNAME may still name another
    return pwd.getpwuid(os.geteuid()).pw_name


def _lay_out(site: Path) -> Path:
    """A document root of its own. WordPress takes the folder of wp-load.php for its root: the top files are copies."""
    shutil.copytree(INSTALLED, site, ignore=lambda folder, names: [n for n in names if (Path(folder) / n).is_dir()])
    for name in ("wp-admin", "wp-includes"):
        (site / name).symlink_to(INSTALLED / name)
    for name in ("mu-plugins", "uploads", "plugins"):
        (site / "wp-content" / name).mkdir(parents=True)
    (site / "wp-content" / "themes").symlink_to(INSTALLED / "wp-content" / "themes")
    (site / "wp-config.php").unlink()
    shutil.copy(HERE / "wordpress_config.php", site / "wp-config.php")
    shutil.copy(HERE / "wordpress_quiet.php", site / "wp-content" / "mu-plugins")
    return site


def _php(server: WordPress, script: str, feed: str = "") -> str:
    return run(["env", "-C", server.site, "php", HERE / script], feed=feed, env=server.env)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/wp-json/wp/v2/tags", params={"slug": TAG}, timeout=10).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
