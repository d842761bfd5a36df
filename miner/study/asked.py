"""What asking sources again for known posts found, or would ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from miner.errors import MinerError, RateLimited, SourceError


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What one server is to be asked for.

    Attributes:
        source: Whose posts.
        host: The server.
        n_posts: How many.
        n_requests: In so many requests, one a second; a server's own limit may make it longer.
    """

    source: str
    host: str
    n_posts: int
    n_requests: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedAgain:
    """What asking again found.

    Attributes:
        n_asked: Posts that were asked for.
        n_there: Those of them that are still to be seen.
        n_edited: Those of them whose words are others now.
        n_counted: Those of them with other counts alone.
        n_new: Posts that came into the corpus.
        gone: Posts that are not to be seen any more, by reason.
        unsure: Posts of which nobody knows, by reason: they stay as they are.
        cannot: Posts whose source cannot be asked for single posts, by source.
        n_left: Posts that could be asked for and were not, for a limit or an error.
        visits: Of a rehearsal alone: who would be asked, by source and host.
        errors: What kept servers from being asked, each once.
    """

    n_asked: int = 0
    n_there: int = 0
    n_edited: int = 0
    n_counted: int = 0
    n_new: int = 0
    gone: Mapping[str, int] = field(default_factory=dict)
    unsure: Mapping[str, int] = field(default_factory=dict)
    cannot: Mapping[str, int] = field(default_factory=dict)
    n_left: int = 0
    visits: tuple[Visit, ...] = ()
    errors: tuple[MinerError, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 all was asked for, 5 a server asks for a long wait, 4 some could not be asked."""
        if not self.errors:
            return 0
        is_limited = any(isinstance(error, RateLimited) for error in self.errors)
        return RateLimited.exit_code if is_limited else SourceError.exit_code
