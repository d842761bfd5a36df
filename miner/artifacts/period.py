"""Was it there yet? When an artifact came, how sure that is, and what that means for a story's year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from miner.artifacts.catalogue import KnownArtifact, YearClaim
from miner.records import HOME_REGION, Dating, PeriodFlag

# how many years after its heyday a thing still stands about as an old possession; 0: eaten, or thrown away
LIFE_YEARS: Final[Mapping[str, int]] = {
    **dict.fromkeys(("food", "drink", "candy", "cereal", "ephemera"), 0),
    **dict.fromkeys(("fashion", "footwear", "accessory", "hair_beauty"), 6),
    **dict.fromkeys(("toy", "board_game", "electronic_game", "video_game", "school", "sport"), 10),
    **dict.fromkeys(("tech", "music_gear", "media"), 12),
    "vehicle": 15,
    **dict.fromkeys(("home_decor", "appliance", "retail", "restaurant"), 20),
}
DEFAULT_LIFE: Final = 10
# of these a brand's name is used for many models, each with a year of its own
_OF_MODELS: Final = frozenset(("vehicle", "tech", "music_gear", "footwear"))


def dating(entry: KnownArtifact, region: str = HOME_REGION) -> Dating:
    """When *entry* came to *region*.

    Claims for the region count; without any those for the world and the home market; without these all others.

    Args:
        entry: Of the catalogue.
        region: Two letters of a country, or ``EU``.
    """
    claims = _claims_for(entry.years, region)
    years = sorted(claim.year for claim in claims)
    families = {_family(claim.source) for claim in claims}
    agree = len(families) > 1 and years[-1] - years[0] <= 1
    # two of three may agree: the one that stands apart is the odd one
    pairs = [
        (a, b)
        for a in claims
        for b in claims
        if a.year <= b.year <= a.year + 1 and _family(a.source) != _family(b.source)
    ]
    first = min((a.year for a, _ in pairs), default=years[0] if years else None)
    return Dating(
        first_year=first,
        region=claims[0].region if claims else "",
        sources=tuple(dict.fromkeys(claim.source for claim in claims)),
        confidence="none" if not claims else "high" if agree or pairs else "medium",
        heyday=entry.heyday,
        brand=entry.brand,
        category=entry.category,
        life_years=LIFE_YEARS.get(entry.category, DEFAULT_LIFE),
        is_brand=entry.category in _OF_MODELS and _is_bare_brand(entry),
    )


def _claims_for(claims: tuple[YearClaim, ...], region: str) -> list[YearClaim]:
    own = [claim for claim in claims if claim.region == region]
    wide = [claim for claim in claims if claim.region in ("", HOME_REGION)]
    # a source that speaks of the world confirms the region's year, and does not overrule it
    near = [c for c in claims if not c.region and any(abs(c.year - o.year) <= 1 for o in own)]
    return [*own, *near] if own else wide or list(claims)


def _family(source: str) -> str:
    """Sources that copy one another are one: all of Wikidata, all recalled articles of Wikipedia."""
    return source.split(" ")[0].split(":")[0].split("/")[0].lower()


def _is_bare_brand(entry: KnownArtifact) -> bool:
    """Whether the name holds no model: no digit, and one word ("Walkman"), or a maker and one word ("Chevy Camaro")."""
    words = entry.name.split()
    return entry.name[0].isupper() and not any(c.isdigit() for c in entry.name) and len(words) <= 2


def check(found: Dating, story_year: int) -> PeriodFlag:
    """Whether a thing dated so fits into a story of *story_year*.

    Not yet there is a hard flag where a source says so; older than the story is normal, except for what is eaten and
    for printed ephemera.
    """
    first = found.first_year
    if first is None or found.confidence == "none":
        return PeriodFlag(level="undated", reason="no source dates it")
    told = f"({'; '.join(found.sources[:2])})"
    if story_year < first:
        return PeriodFlag(level="block", reason=f"not on sale until {first} {told}")
    if story_year == first:
        return _branded(found, PeriodFlag(level="warn", reason=f"came in {first}: check the month {told}"))
    if found.heyday is None:
        return _branded(found, PeriodFlag(level="ok", reason=f"there since {first} {told}"))
    return _branded(found, _within(found.heyday, found.life_years, story_year))


def _within(heyday: tuple[int, int], life: int, story_year: int) -> PeriodFlag:
    start, end = heyday
    if story_year < start:
        return PeriodFlag(level="info", reason=f"early adopter: everywhere from {start}")
    if story_year <= end:
        return PeriodFlag(level="ok", reason=f"everywhere from {start} to {end}")
    if not life:
        return PeriodFlag(level="warn", reason=f"last common in {end}, and nobody keeps it")
    if story_year <= end + life:
        return PeriodFlag(level="info", reason=f"leftover of {start}-{end}, fine as an old possession")
    return PeriodFlag(level="info", reason=f"vintage by then: everywhere from {start} to {end}")


def _branded(found: Dating, flag: PeriodFlag) -> PeriodFlag:
    if not found.is_brand:
        return flag
    return PeriodFlag(level="warn", reason=f"{flag.reason}; date the model, not the brand")
