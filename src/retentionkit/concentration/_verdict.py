"""One reading of sentences such as "12 % of customers bring 65 % of revenue": that, or more."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from retentionkit.arguments import check_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retentionkit.results import Estimate

__all__ = ["SAID", "ClaimVerdict", "check_share", "per_head", "sentence", "verdict_on"]

ClaimVerdict: TypeAlias = Literal[
    "holds", "does not hold", "cannot be told", "another group", "undefined"
]

#: Each verdict as the beginning of a printed answer.
SAID: Final[Mapping[ClaimVerdict, str]] = {
    "holds": "Holds",
    "does not hold": "Does not hold",
    "cannot be told": "Cannot be told from this sample",
    "another group": "Another group",
    "undefined": "Undefined",
}


def check_share(name: str, share: float) -> float:
    """`share` if it lies above 0 and at 1 at most; 12 for 12 % is told how it is written."""
    return check_number(name, share, low=0, high=1, open_low=True, do="Write 12 % as 0.12.")


def verdict_on(value: float, found: Estimate) -> ClaimVerdict:
    """Whether the whole interval lies at or above the stated share, or below it."""
    if math.isnan(found.interval.low):
        return "undefined"
    if found.interval.low >= value:
        return "holds"
    return "does not hold" if found.interval.high < value else "cannot be told"


def per_head(customers: float, value: float) -> float:
    """How many times as much one of the group brings as one of the rest; NaN without a rest."""
    rest = (1 - value) * customers
    return value * (1 - customers) / rest if rest else math.nan


def sentence(customers: float, value: float, *, of: str) -> str:
    """The claim in words."""
    return f"{100 * customers:g} % of customers bring {100 * value:g} % of {of}, or more"
