"""When a thing came, as Wikidata says: names in, first years out, each with the item that says so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from miner.errors import SourceError
from miner.names import spelling_key
from miner.sources.exchange import Ask
from miner.sources.fields import dicts, inside, words
from miner.sources.http import PoliteClient
from miner.sources.refusals import AGAIN, quoted

HOST: Final = "https://www.wikidata.org"
MAX_FOUND: Final = 20
MAX_LAG_S: Final = 5
# inception, publication, start, opening, entry into service, production, commercialisation, invention
DATES: Final = ("P571", "P577", "P580", "P1619", "P729", "P2754", "P5204", "P575")
# whoever has coordinates or a taxon's name, or is a person, a name or a list of meanings, is no artifact
_PLACE_OR_LIFE: Final = ("P625", "P225")
_INSTANCE_OF: Final = "P31"
_NO_THINGS: Final = frozenset(("Q5", "Q101352", "Q202444", "Q12308941", "Q11879590", "Q4167410", "Q4167836"))
# of two things of one name the better known is meant when so many times more wikis write of it
FAR_BETTER_KNOWN: Final = 4
_YEAR = re.compile(r"\+(\d{4})-")
_TO_THE_YEAR: Final = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item of Wikidata that has a name and a date.

    Attributes:
        item: Its id: ``Q179226``.
        year: Its earliest year.
        n_wikis: In how many wikis there is a page about it.
    """

    item: str
    year: int
    n_wikis: int


async def first_year(name: str, client: PoliteClient, *, host: str = HOST) -> Item | None:
    """The item that *name* means; None when there is none with a date, or several and none far better known.

    An item counts when a label or an alias of it, in any of the languages that Wikidata searches for English, is
    *name* but for case, accents and punctuation.

    Args:
        name: Of an artifact.
        client: Asks politely: one request at a time, a second between two.
        host: Another server with the same API.

    Raises:
        SourceError: Wikidata refuses, or answers what is no answer.
    """
    search = (("action", "wbsearchentities"), ("search", name), ("language", "en"), ("uselang", "en"))
    answer = await _asked(name, (*search, ("type", "item"), ("limit", str(MAX_FOUND))), client, host)
    key = spelling_key(name)
    ids = [
        words(found.get("id"))
        for found in dicts(inside(answer, "search"))
        if spelling_key(words(inside(found, "match", "text")) or words(found.get("label"))) == key
    ]
    if not ids:
        return None
    asked = (("action", "wbgetentities"), ("ids", "|".join(ids)), ("props", "claims|sitelinks"))
    entities = inside(await _asked(name, asked, client, host), "entities")
    items = [found for item in ids if (found := _item(item, inside(entities, item))) is not None]
    return _meant(items)


def _meant(items: Sequence[Item]) -> Item | None:
    known = sorted(items, key=lambda item: (-item.n_wikis, item.item))
    if not known:
        return None
    first, others = known[0], known[1:]
    is_clear = all(
        abs(item.year - first.year) <= 1 or first.n_wikis >= FAR_BETTER_KNOWN * max(1, item.n_wikis) for item in others
    )
    return first if is_clear else None


async def _asked(name: str, params: tuple[tuple[str, str], ...], client: PoliteClient, host: str) -> Any:  # noqa: ANN401 - whatever JSON a server sends
    ask = Ask(
        url=f"{host}/w/api.php",
        what=f"what Wikidata says of “{quoted(name)}”",
        params=(*params, ("format", "json"), ("maxlag", str(MAX_LAG_S))),
        is_api=True,
        elsewhere="Run the command without --online.",
    )
    data = await client.get_json(ask)
    if code := words(inside(data, "error", "code")):
        raise SourceError(f"Wikidata refuses {ask.what}: {quoted(code)}.", AGAIN)
    if not isinstance(data, dict):
        raise SourceError(f"Wikidata gave no answer to {ask.what}.", AGAIN)
    return data


def _item(item: str, entity: Any) -> Item | None:  # noqa: ANN401 - whatever JSON a server sends
    claims = inside(entity, "claims")
    if not isinstance(claims, Mapping) or any(place in claims for place in _PLACE_OR_LIFE):
        return None
    kinds = {words(inside(value, "id")) for value in _values(claims, _INSTANCE_OF)}
    years = [
        int(found[1])
        for date in DATES
        for value in _values(claims, date)
        if (found := _YEAR.match(words(inside(value, "time")))) and _precision(value) >= _TO_THE_YEAR
    ]
    links = inside(entity, "sitelinks")
    if not years or kinds & _NO_THINGS:
        return None
    return Item(item=item, year=min(years), n_wikis=len(links) if isinstance(links, Mapping) else 0)


def _values(claims: Mapping[str, Any], about: str) -> Iterator[Any]:
    """Values of the statements about something, without those that Wikidata itself calls outdated."""
    for claim in dicts(claims.get(about)):
        if claim.get("rank") != "deprecated":
            yield inside(claim, "mainsnak", "datavalue", "value")


def _precision(value: Any) -> int:  # noqa: ANN401 - whatever JSON a server sends
    precision = inside(value, "precision")
    return precision if isinstance(precision, int) else 0
