"""The nouns that pass between the stages: posts in, ranked artifacts out.

All are frozen and keyword-only, so that a stage can hand them on without fear. Bulk data (mentions of a million posts)
travels as Arrow tables with the same column names; these classes are for one thing at a time.
"""

from miner.records.posts import Artifact, Joined, Mention, Post, Rejected, Spelling, artifact_id
from miner.records.ranked import (
    HOME_REGION,
    Confidence,
    Dating,
    Evidence,
    FunnelStep,
    LeftOut,
    Level,
    Move,
    PeriodFlag,
    RankedArtifact,
    Story,
    Theme,
    Verdict,
)

__all__ = [
    "HOME_REGION",
    "Artifact",
    "Confidence",
    "Dating",
    "Evidence",
    "FunnelStep",
    "Joined",
    "LeftOut",
    "Level",
    "Mention",
    "Move",
    "PeriodFlag",
    "Post",
    "RankedArtifact",
    "Rejected",
    "Spelling",
    "Story",
    "Theme",
    "Verdict",
    "artifact_id",
]
