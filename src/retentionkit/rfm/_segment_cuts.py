"""Where the scores behind segments were cut, so that segments of two dates can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from math import isclose
from typing import TYPE_CHECKING, Final, TypeAlias

from retentionkit.rfm._ranks import SAME
from retentionkit.rfm._scored import DIMENSIONS, Dimension, RFMScores

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["PARTS", "Cuts", "cuts_of", "differing"]

#: By dimension: from which measure on each score is given. Empty if that cannot be said.
Cuts: TypeAlias = Mapping[Dimension, Mapping[int, float]]

#: Scores that are made of others.
PARTS: Final[Mapping[str, tuple[Dimension, ...]]] = {
    "frequency_monetary": ("frequency", "monetary"),
    "combined": DIMENSIONS,
}


def cuts_of(data: object, names: Iterable[str] = DIMENSIONS) -> Cuts | None:
    """The cuts of some of the scores; None for what is no scores.

    By score, since at one of two dates a score may not occur, which says nothing of the others.
    """
    if not isinstance(data, RFMScores):
        return None
    used = {part for name in names for part in PARTS.get(name, (name,))}
    found: dict[Dimension, Mapping[int, float]] = {}
    for name, cuts in data.cuts.items():
        if name in used:
            rising = cuts[::-1] if name == "recency" else cuts  # few days are a high score
            found[name] = dict(zip(data.levels[name][1:], rising, strict=True))
    return found


def differing(first: Cuts | None, second: Cuts | None) -> tuple[str, ...] | None:
    """The scores that two dates do not cut alike; None if nothing speaks against comparing them.

    No names, not None, where there are scores without cuts: they depend on the other customers.
    """
    if first is None or second is None:
        return None
    names = tuple(
        name
        for name in DIMENSIONS
        if (name in first) != (name in second)
        or any(
            not isclose(begin, second[name].get(score, begin), rel_tol=SAME)
            for score, begin in first.get(name, {}).items()
        )
    )
    return names if names or not first else None
