"""Does the log reach the day that is counted up to, and is its last day to be believed?

Both warnings are raised two functions below a public one: the plan of it calls them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retentionkit import frames
from retentionkit.durations import calendar_day, day_number
from retentionkit.errors import warn

if TYPE_CHECKING:
    import datetime as dt

    import numpy as np
    from numpy.typing import NDArray

    from retentionkit.transactions._part import Part
    from retentionkit.transactions._transactions import Transactions

__all__ = ["warn_of_early_end", "warn_of_lonely_end"]

_LONG_SILENCE: Final = 31  # days without a row that are no mere pause of the shop
_LONELY: Final = 90  # days without a row before the last one that make its date doubtful
_UNUSUAL: Final = 10  # times the usual gap: a log of yearly gifts is silent for long, and right


def warn_of_early_end(transactions: Transactions, as_of: dt.date, what: str) -> None:
    """Warn if the log ends more than a month before `as_of`: `what` is wrong if it is a part."""
    late = day_number(as_of) - day_number(transactions.observed_until)
    if late > _LONG_SILENCE:
        warn(
            f"The log ends on {transactions.observed_until}, {late:,} days before as_of={as_of}: "
            f"the {what} are right only if nobody bought in between."
        )


def warn_of_lonely_end(part: Part, last_orders: NDArray[np.int64]) -> None:
    """Warn if the last day is far from all others, when nobody named the day to count up to.

    `last_orders` are the last days of those who bought: in almost every log they show that all is
    well, and the rows need not be looked at.
    """
    end = part.days.end - 1
    near = (last_orders >= end - _LONELY) & (last_orders < end)
    if part.ends_early or near.any():
        return
    rows, day = part.rows(), frames.column("day")
    earlier = rows.where(day < end)
    facts = earlier.facts(first=frames.lowest("day"), last=frames.highest("day"))
    if facts["last"] is None or end - facts["last"] <= _LONELY or len(earlier) == len(rows):
        return
    gaps = len(earlier.distinct("day")) - 1
    if gaps * (end - facts["last"]) <= _UNUSUAL * (facts["last"] - facts["first"]):
        return
    strange, before = calendar_day(end), calendar_day(facts["last"])
    warn(
        f"The last day of the log is {strange}, {end - facts['last']:,} days after the one before "
        f"it, {before}: is {strange} a typo? Everything is counted up to it; as_of='{before}' sets "
        "it aside."
    )
