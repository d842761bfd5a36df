"""A MediaWiki on loopback, on SQLite, with the addresses and the Action API of Wikimedia Commons.

Its expected posts are files in `Category:1980s` whose page says `80s`: the category and the search both list exactly
these. `iiprop=extmetadata` answers in the form of the extension CommonsMetadata, which Debian does not package; the
stand-in is in `mediawiki_settings.php`. The search is MediaWiki's own, not CirrusSearch: words only, no `incategory:`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from servers.planted import Draft, Planted, drafts
from servers.processes import Processes, free_port, missing, run

HERE = Path(__file__).parent
INSTALLED = Path("/usr/share/mediawiki")
CATEGORY = "1980s"
DECOYS: tuple[tuple[str, ...], ...] = (("1970s",), ("1990s", "Toys"), ())
OTHER_CATEGORIES: tuple[tuple[str, ...], ...] = ((), ("Toys",), ("Music", "Toys"))


def why_not() -> str | None:
    """Why MediaWiki cannot be started here, or None."""
    return missing("MediaWiki", [INSTALLED / "api.php", INSTALLED / "maintenance" / "install.php", "php"])


@dataclass(slots=True, kw_only=True)
class MediaWiki:
    """A running MediaWiki.

    Attributes:
        port: On 127.0.0.1.
        env: Variables with which PHP finds the wiki's folder and settings.
        planted: Everything put there so far, decoys included.
    """

    port: int
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
    def api_url(self) -> str:
        """The Action API."""
        return f"{self.url}/w/api.php"

    @property
    def expected(self) -> frozenset[str]:
        """`descriptionurl` of the files of the decade."""
        return frozenset(p.url for p in self.planted if p.is_expected)

    @property
    def decoys(self) -> frozenset[str]:
        """`descriptionurl` of all other files."""
        return frozenset(p.url for p in self.planted if not p.is_expected)

    def fill(self, n: int) -> tuple[Planted, ...]:
        """Upload *n* more pictures of the decade."""
        made = drafts(len(self.planted), n)
        return self._plant([(d, (CATEGORY, *OTHER_CATEGORIES[d.number % len(OTHER_CATEGORIES)])) for d in made])

    def fill_decoys(self, n: int) -> tuple[Planted, ...]:
        """Upload *n* pictures of other decades, or of none."""
        return self._plant([(d, DECOYS[i % len(DECOYS)]) for i, d in enumerate(drafts(len(self.planted), n))])

    def _plant(self, files: Sequence[tuple[Draft, tuple[str, ...]]]) -> tuple[Planted, ...]:
        rows = [
            {
                "name": _name(draft),
                "text": _page(draft, categories),
                "author": draft.author.capitalize(),
                "date": f"{draft.created_at:%Y%m%d%H%M%S}",
            }
            for draft, categories in files
        ]
        made = json.loads(run(["php", HERE / "mediawiki_fill.php"], feed=json.dumps(rows), env=self.env))
        run(["php", INSTALLED / "maintenance" / "runJobs.php"], env=self.env)
        new = tuple(
            Planted(
                url=answer["url"],
                id=str(answer["id"]),
                title=f"File:{_name(draft)}",
                text=_description(draft, categories),
                tags=categories,
                author=draft.author.capitalize(),
                created_at=draft.created_at,
                image_alt=None,
                is_expected=CATEGORY in categories,
            )
            for (draft, categories), answer in zip(files, made, strict=True)
        )
        self.planted += new
        return new


@contextmanager
def running(n: int = 70, n_decoys: int = 12) -> Iterator[MediaWiki]:
    """Start a new MediaWiki and fill it.

    Args:
        n: How many files of the decade.
        n_decoys: How many others.

    Yields:
        The server, ready to answer.
    """
    with Processes("mediawiki") as processes:
        folder = processes.folder
        server = MediaWiki(
            port=free_port(),
            env={
                "MW_FOLDER": str(folder),
                "MW_INSTALL": str(INSTALLED),
                "MW_CONFIG_FILE": str(folder / "LocalSettings.php"),
                "PHP_CLI_SERVER_WORKERS": "4",
            },
        )
        _install(server, folder)
        server.fill(n)
        server.fill_decoys(n_decoys)
        command: list[Path | str] = ["php", "-S", server.host, "-t", folder / "images", HERE / "mediawiki_router.php"]
        child = processes.start("php", command, env=server.env)
        processes.wait("php", child, lambda: _answers(server.api_url), 30)
        yield server


def _install(server: MediaWiki, folder: Path) -> None:
    for name in ("images", "cache", "data"):
        (folder / name).mkdir()
    site = [f"--server={server.url}", "--scriptpath=/w", "--lang=en", "--pass=a-long-test-password"]
    database = ["--dbtype=sqlite", "--dbname=wiki", f"--dbpath={folder / 'data'}", f"--confpath={folder}"]
    install = INSTALLED / "maintenance" / "install.php"
    run(["php", install, *site, *database, "The attic", "Admin"], env=server.env)
    with (folder / "LocalSettings.php").open("a") as settings:
        settings.write(f"\nrequire '{HERE / 'mediawiki_settings.php'}';\n")


def _name(draft: Draft) -> str:
    # MediaWiki takes no quotes of this kind, dots at the end or doubled blanks into a file's name without changing them
    return f"{draft.title.replace(chr(34), '').removesuffix(' of the attic & cellar')}, {draft.created_at.year}.png"


def _description(draft: Draft, categories: Sequence[str]) -> str:
    return f"{draft.text} An object of the 80s." if CATEGORY in categories else draft.text


def _page(draft: Draft, categories: Sequence[str]) -> str:
    """The wikitext of a file's page, in the form that Commons uses."""
    lines = [
        "== Summary ==",
        "{{Information",
        f"|description={_description(draft, categories)}",
        f"|date={draft.created_at:%Y-%m-%d}",
        "|source=own work",
        f"|author={draft.author.capitalize()}",
        "|licence=CC BY-SA 4.0",
        "}}",
        *(f"[[Category:{name}]]" for name in categories),
    ]
    return "\n".join(lines)


def _answers(api_url: str) -> bool:
    try:
        answer = httpx.get(api_url, params={"action": "query", "meta": "siteinfo", "format": "json"}, timeout=10)
    except httpx.TransportError:
        return False
    return answer.status_code == httpx.codes.OK and "query" in answer.json()
