"""What a dry run prints: requests, minutes at the rate limit, and credentials, a server at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from miner.cli.layout import paragraph

if TYPE_CHECKING:
    from miner.sources import PlanLine


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPlan:
    """What would be asked of one server.

    Attributes:
        host: The server.
        asks: The walks, in words.
        n_requests: Requests that are certain at least.
        is_open: More may follow: as many as there are posts.
        seconds_per_request: Pause that politeness or the platform's limit demands.
        needs: Credentials in words; empty when none are needed.
    """

    host: str
    asks: Sequence[str]
    n_requests: int
    is_open: bool
    seconds_per_request: float
    needs: str

    @property
    def minutes(self) -> float:
        """What *n_requests* take at the rate limit."""
        return round(self.n_requests * self.seconds_per_request / 60, 1)


def host_plans(lines: Sequence[PlanLine], *, is_limited: bool) -> list[HostPlan]:
    """One plan a server. A walk of unknown length is one request at least, unless a limit may end the run before it."""
    plans = []
    for host in dict.fromkeys(line.host for line in lines):
        mine = [line for line in lines if line.host == host]
        certain = mine[:1] if is_limited else mine
        plans.append(
            HostPlan(
                host=host,
                asks=[line.what for line in mine],
                n_requests=sum(line.n_requests or 1 for line in certain),
                is_open=any(line.n_requests is None for line in mine),
                seconds_per_request=max(line.seconds_per_request for line in mine),
                needs="; ".join(dict.fromkeys(line.needs for line in mine if line.needs)),
            )
        )
    return plans


def echo_plan(plan: Sequence[HostPlan], *, lists_all: bool) -> None:
    """Print the plan on stdout.

    Args:
        plan: As :func:`host_plans` gives it.
        lists_all: Every walk, not the first one of each server and how many there are.
    """
    for host in plan:
        shown = host.asks if lists_all else host.asks[:1]
        typer.echo(host.host)
        for what in shown:
            typer.echo(paragraph(what, first="  asks for  "))
        if len(shown) < len(host.asks):
            typer.echo(f"            and {len(host.asks) - len(shown)} more like it (`miner -v` lists them)")
        typer.echo(f"  requests  {host.n_requests:,} at least{', more as there are posts' if host.is_open else ''}")
        typer.echo(f"  time      {_time(host)}")
        typer.echo(f"  needs     {host.needs or 'no login'}")
    n_requests, minutes = sum(host.n_requests for host in plan), max((host.minutes for host in plan), default=0)
    typer.echo(f"In all {n_requests:,} requests and {minutes:g} minutes at least: servers are asked side by side.")
    typer.echo("Nothing was asked; leave --dry-run out to begin.")


def _time(host: HostPlan) -> str:
    if not host.seconds_per_request:
        return "no pause between requests"
    per_hundred = 100 * host.seconds_per_request / 60
    return (
        f"{host.minutes:g} minutes at least, at a request every {host.seconds_per_request:g} s; "
        f"100 more take {per_hundred:.0f}"
    )


def plan_facts(plan: Sequence[HostPlan]) -> list[dict[str, object]]:
    """The plan as plain data."""
    return [
        {
            "host": host.host,
            "asks_for": list(host.asks),
            "n_requests_at_least": host.n_requests,
            "depends_on_how_much_there_is": host.is_open,
            "seconds_per_request": host.seconds_per_request,
            "minutes_at_least": host.minutes,
            "needs": host.needs,
        }
        for host in plan
    ]
