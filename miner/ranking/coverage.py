"""How much has been seen, and what more posts would add: coverage by Good and Turing, for who-names-what data.

Authors are the sampling units, artifacts the species. With *n* authors, Q1 and Q2 artifacts named by exactly one and
two of them, and U namings in all (Chao et al., *Ecological Monographs* 84(1), 2014, table 2; Chao & Jost, *Ecology*
93(12), 2012; Good, *Biometrika* 40, 1953).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Incidence:
    """What the estimates rest on.

    Attributes:
        n_units: n, authors; at least 0.
        n_once: Q1, artifacts that one author names.
        n_twice: Q2, artifacts that two authors name.
        n_namings: U, pairs of an author and an artifact; at least Q1 + 2 Q2.
    """

    n_units: int
    n_once: int
    n_twice: int
    n_namings: int

    @classmethod
    def of(cls, counts: list[int], n_units: int) -> Incidence:
        """From the authors of each artifact."""
        return cls(n_units=n_units, n_once=counts.count(1), n_twice=counts.count(2), n_namings=sum(counts))


def coverage(seen: Incidence) -> float:
    """Share (0-1) of all namings, those not collected included, that concern artifacts seen already.

    ``1 - Q1/U * (n-1) Q1 / ((n-1) Q1 + 2 Q2)``; 0 when nothing was seen.
    """
    if not seen.n_namings:
        return 0.0
    once = (seen.n_units - 1) * seen.n_once
    return 1 - seen.n_once / seen.n_namings * (once / (once + 2 * seen.n_twice) if once else 0.0)


def unseen(seen: Incidence) -> float:
    """Artifacts that nobody has named yet and somebody would, at least: the Chao2 lower bound.

    ``(n-1)/n * Q1^2 / (2 Q2)``, and ``(n-1)/n * Q1 (Q1-1) / 2`` when no artifact is named by exactly two.
    """
    if not seen.n_units:
        return 0.0
    factor = (seen.n_units - 1) / seen.n_units
    if seen.n_twice:
        return factor * seen.n_once**2 / (2 * seen.n_twice)
    return factor * seen.n_once * (seen.n_once - 1) / 2


def new_artifacts(seen: Incidence, more_units: int) -> float:
    """Artifacts that *more_units* more authors would add, named by one of them or more.

    ``Q0 * (1 - (1 - Q1 / (n Q0 + Q1)) ^ m)`` with Q0 the number unseen. Beyond twice the authors seen it is a lower
    bound of little worth.
    """
    missing = unseen(seen)
    if not missing:
        return 0.0
    chance = seen.n_once / (seen.n_units * missing + seen.n_once)
    return missing * (1 - (1 - chance) ** more_units)
