"""What the customers of some segments did after the day on which they were segmented."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from retentionkit import frames
from retentionkit.durations import calendar_day, day_number
from retentionkit.errors import DataError, OptionError, warn
from retentionkit.transactions._moments import whole_day

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.durations import Moment
    from retentionkit.ledger import Ledger
    from retentionkit.rfm._table import RFMTable
    from retentionkit.transactions import Transactions

__all__ = ["Outcomes", "outcomes"]


class Outcomes(NamedTuple):
    """What followed, in the order of the customers."""

    #: Who ordered again, shape (n,).
    ordered: NDArray[np.bool_]
    #: Net amount of what was ordered, 0 without an order, shape (n,); None without money.
    revenue: NDArray[np.float64] | None
    #: Who occurs in the transactions at all, shape (n,).
    known: NDArray[np.bool_]
    #: First and last day of what is looked at, as day numbers, half-open.
    start: int
    end: int
    ledger: Ledger


def outcomes(table: RFMTable, transactions: Transactions, until: Moment | None) -> Outcomes:
    """Orders and revenue after `table.as_of` up to `until`, for each row of the table."""
    start, end = _window(table, transactions, until)
    part = transactions.part
    before, after = f"up to as_of {table.as_of}", f"after until {calendar_day(end - 1)}"
    events = part.window("day", start, end, before=before, after=after)
    sums = {"amount": frames.total("amount")} if part.log.money else {}
    people = events.events.per("customer", rows=frames.total("rows"), **sums)
    ids, rows, *money = people.arrays("customer", "rows", *sums)
    at = frames.places(table.customer, among=ids)
    known, ordered = _known(table, at, transactions), at >= 0
    others = np.ones(len(ids), dtype=bool)
    others[at[ordered]] = False
    aside = math.fsum(money[0][others]) if money else None
    ledger = events.ledger.less(
        "customers without a segment", int(rows[others].sum()), aside, int(others.sum())
    )
    revenue = None
    if money:
        revenue = np.zeros(len(table))
        revenue[ordered] = money[0][at[ordered]]
    return Outcomes(ordered, revenue, known, start, end, ledger)


def _known(table: RFMTable, at: NDArray[np.int64], transactions: Transactions) -> NDArray[np.bool_]:
    """Who occurs in the transactions; only those are looked for who did not order again."""
    known = at >= 0
    if known.all():
        return known
    everyone = transactions.part.log.rows.different("customer")
    known[~known] = frames.places(table.customer[~known], among=everyone) >= 0
    if known.any():
        return known
    raise DataError(
        "None of the customers is in these transactions.",
        received=f"segments of {table.customer.tolist()[0]!r}, ...; transactions of "
        f"{min(everyone.tolist())!r}, ...",
        allowed="the log that the segments were made from, or its later part",
        do="Pass that log.",
    )


def _window(table: RFMTable, log: Transactions, until: Moment | None) -> tuple[int, int]:
    """The first day after the segments and the day after `until`."""
    start, days = day_number(table.as_of) + 1, log.part.days
    end = (days.end - 1 if until is None else whole_day("until", until)) + 1
    if end <= start:
        raise OptionError(
            "Nothing follows the segments: what happened up to `as_of` made them.",
            received=f"until={calendar_day(end - 1)}",
            allowed=f"after as_of={table.as_of}",
            do="Segment the customers at an earlier as_of, and pass the whole log here.",
        )
    if (days.start > start and log.part.begins_late) or (days.end < end and log.part.ends_early):
        raise DataError(
            "These transactions miss a part of what followed the segments.",
            received=f"transactions from {log.observed_from} to {log.observed_until}",
            allowed=f"transactions from {calendar_day(start)} to {calendar_day(end - 1)}",
            do="Pass the whole log, or the later part that begins right after as_of.",
        )
    if days.end < end:
        warn(
            f"The log ends on {log.observed_until}, before until={calendar_day(end - 1)}: what "
            "followed is right only if nobody bought in between."
        )
    return start, end
