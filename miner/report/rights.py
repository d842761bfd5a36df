"""Whose rights somebody has to look up before a thing is shown. A hint by category and brand; never legal advice."""

from __future__ import annotations

from miner.records import RankedArtifact

COPYRIGHT, TRADEMARK, LIKENESS = "copyright", "trademark", "likeness"
_WORKS = frozenset({"media", "video_game", "board_game", "ephemera"})
# a name with a capital in one of these is a maker's or a shop's
_PRODUCTS = frozenset(
    {
        *(
            "toy",
            "board_game",
            "video_game",
            "electronic_game",
            "tech",
            "music_gear",
            "fashion",
            "footwear",
            "accessory",
        ),
        *("food", "drink", "candy", "cereal", "restaurant", "retail", "vehicle", "appliance", "school", "sport"),
    }
)


def rights_flags(row: RankedArtifact) -> tuple[str, ...]:
    """Kinds of rights that a person who clears would ask about, none for a thing that nobody owns.

    >>> from miner.records import Artifact
    >>> walkman = Artifact(artifact_id="a", name="Walkman", also_called=(), keys=(), category="tech", probability=1.0)
    >>> rights_flags(RankedArtifact(rank=1, rank_low=1, rank_high=1, artifact=walkman, n_authors=2, n_posts=2,
    ...                             n_sources=1, share=0.1))
    ('trademark',)
    """
    category, name = row.artifact.category, row.artifact.name
    is_named = any(letter.isupper() for letter in name)
    flags = [COPYRIGHT] if category in _WORKS else []
    if row.dating.brand or (category in _PRODUCTS and is_named):
        flags.append(TRADEMARK)
    if category == "hair_beauty" and is_named:
        flags.append(LIKENESS)
    return tuple(flags)
