"""A scrape as it was typed, and the query that it means."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from miner.errors import CredentialsError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from miner.sources import Query, Source

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# "MASTODON_TOKEN" is a name; "kQ3xV_9sLw" may be the secret itself, typed where its name belongs
_SURELY_A_NAME = re.compile(r"[A-Z_][A-Z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A scrape as it was typed. The attributes are the options of ``miner scrape``."""

    era: str
    into: str
    sources: Sequence[str]
    instances: Sequence[str] | None
    urls: Sequence[str] | None
    communities: Sequence[str] | None
    since: str | None
    until: str | None
    limit: int | None
    langs: Sequence[str] | None
    token_env: Sequence[str] | None

    def chosen(self) -> list[Source]:
        """The sources, each once. Raises UnknownName."""
        from miner.sources import get_source

        return [get_source(name) for name in dict.fromkeys(self.sources)]

    def query(self, keys: Path) -> Query:
        """What to ask the sources for.

        Args:
            keys: The file of keys.

        Raises:
            UsageError: A value that does not fit; UnknownName for the era, its languages and the sources.
            CredentialsError: A variable that ``--token-env`` names is not set.
            SettingsError: The file of keys cannot be used.
        """
        from miner.eras import load_era
        from miner.sources import Query
        from miner.study.credentials import load_credentials

        since, until = _day(self.since, "--since"), _day(self.until, "--until")
        if since and until and since >= until:
            raise UsageError(
                f"No day lies from {since:%Y-%m-%d} on and before {until:%Y-%m-%d}.", "Exchange --since and --until."
            )
        chosen = self.chosen()
        hosts = _for_sources(self.instances, chosen, "instance")
        era, languages = load_era(self.era), tuple(self.langs) if self.langs else None
        known = load_credentials(chosen, environ=os.environ, file=keys)
        return Query(
            tags=era.all_tags(languages),
            phrases=era.phrases(languages),
            hosts=hosts,
            urls=_for_sources(self.urls, chosen, "url"),
            communities=_for_sources(self.communities, chosen, "community"),
            since=since,
            until=until,
            limit=self.limit,
            tokens={**known.tokens, **_tokens(self.token_env or (), [host.partition("=")[2] for host in hosts])},
            keys=known.keys,
        )


def _for_sources(typed: Sequence[str] | None, chosen: Sequence[Source], what: str) -> tuple[str, ...]:
    """``source=value`` for each value of ``--instance``, ``--url`` or ``--community``.

    A value without a source belongs to the only one of those chosen that takes such values.
    """
    names = [source.info.name for source in chosen]
    takers = [source.info.name for source in chosen if what in source.info.takes]
    entries = []
    for value in typed or ():
        name, is_named, rest = value.partition("=")
        if is_named and rest and name in names:
            if name not in takers:
                raise UsageError(f"{name} takes no --{what}.", f"Leave --{what} {value} out.")
            entries.append(f"{name}={rest}")
        elif len(takers) == 1:
            entries.append(f"{takers[0]}={value}")
        elif not takers:
            raise UsageError(f"None of the sources chosen takes --{what}: {', '.join(names)}.", f"Leave --{what} out.")
        else:
            raise UsageError(
                f"--{what} {value} does not say for which source it is: {', '.join(takers)}.",
                f"Write --{what} {takers[0]}={value}.",
            )
    return tuple(entries)


def _day(text: str | None, flag: str) -> datetime | None:
    if text is None:
        return None
    try:
        day = datetime.fromisoformat(text)
        return day.replace(tzinfo=UTC) if day.tzinfo is None else day.astimezone(UTC)
    except (ValueError, OverflowError) as error:  # 0001-01-01T00:00+23:00 has no UTC
        raise UsageError(f"{flag} is {text!r}, which is no date.", "Write it like 2024-01-31.") from error


def _tokens(given: Sequence[str], hosts: Sequence[str]) -> Mapping[str, str]:
    """Host to token, read from the environment variables that ``--token-env`` names.

    What was typed is not repeated in a message unless it is surely a name: people type the token itself.
    """
    tokens = {}
    for item in given:
        host, _, name = item.rpartition("=")
        if not _VARIABLE.fullmatch(name):
            raise UsageError(
                "--token-env takes the name of an environment variable, and what follows it is none.",
                "Put the token into a variable, `export MASTODON_TOKEN=…`, and write --token-env MASTODON_TOKEN.",
            )
        host = _host_of_token(host, hosts)
        token = os.environ.get(name, "").strip()
        if not token:
            shown = name if _SURELY_A_NAME.fullmatch(name) else "that --token-env names"
            raise CredentialsError(
                f"The environment variable {shown} is not set.",
                f"Run `export {shown}=…` with the token and try again."
                if shown == name
                else "Give the name of a variable, such as MASTODON_TOKEN, not the token itself.",
            )
        tokens[host] = token
    return tokens


def _host_of_token(host: str, hosts: Sequence[str]) -> str:
    """The server that a token is for: *host*, or the only one that is asked."""
    from miner.sources.hosts import origin

    if host:
        try:
            asked_for = origin(host)
        except UsageError:
            raise UsageError(
                "What stands before the = of --token-env is no server.", "Write --token-env HOST=NAME."
            ) from None
        if hosts and asked_for not in {origin(asked) for asked in hosts}:
            raise UsageError(
                f"A --token-env names a server that is not asked; asked are: {', '.join(hosts)}.",
                "Write HOST as in --instance, or add that server with --instance.",
            )
        return host
    if len(hosts) == 1:
        return hosts[0]
    raise UsageError(
        "A --token-env does not say for which server it is.", "Write --token-env HOST=NAME, or give one --instance."
    )
