"""When the customers of some histories first bought and bought again, grain by grain."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from retentionkit.durations import grain_in
from retentionkit.errors import DataError, OptionError
from retentionkit.histories._from_log import coarser
from retentionkit.histories._holdout import check_observed
from retentionkit.histories._periods import base_of, end_of, last_period
from retentionkit.transactions._moments import local_moment
from retentionkit.transactions._transactions import check_transactions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.durations import Moment
    from retentionkit.histories._arrays import PurchaseHistories
    from retentionkit.transactions import Transactions

__all__ = ["Timeline", "timeline"]


class Timeline(NamedTuple):
    """Counts per grain from the first purchase of the earliest customer to `until`, shape (n,).

    Attributes
    ----------
    firsts
        Customers whose first purchase falls into the grain.
    repeats
        Repeat purchase events of these customers in the grain.
    observed
        Number of grains up to the `as_of` of the histories.
    begin
        Number of the first grain.
    """

    firsts: NDArray[np.int64]
    repeats: NDArray[np.int64]
    observed: int
    begin: int


def timeline(
    transactions: Transactions, histories: PurchaseHistories, *, until: Moment
) -> Timeline:
    """First and repeat purchases of the histories' customers in each grain up to `until`."""
    check_transactions(transactions)
    if histories.as_of is None or histories.customer is None or histories.grain is None:
        raise DataError(
            "These histories cannot be followed over time.",
            received="histories without ids, without as_of, or without a grain",
            allowed="histories with ids, made by purchase_histories() with a grain",
            do="Make them from the log: purchase_histories(transactions, as_of=...).",
        )
    grain = histories.grain
    length, unit = grain_in(grain, histories.unit)
    as_of, end = (
        last_period(histories.as_of, grain),
        last_period(local_moment("until", until), grain),
    )
    if end < as_of:
        raise OptionError(
            "`until` lies before the end of the histories.",
            received=f"until={until}",
            allowed=f"{histories.as_of} or later",
            do="Pass the last day to be drawn.",
        )
    first = as_of - np.rint(histories.age * unit / length).astype(np.int64)
    begin, size = int(first.min()), end - int(first.min()) + 1
    base, finish = base_of(grain), end_of(end, grain)
    window = transactions.part.window(base, end=finish)
    ids, period = coarser(window.events, grain).arrays("customer", "period")
    events = period[np.isin(ids, histories.customer)] - begin
    observed = as_of - begin + 1
    _check_same_purchases(events, observed, histories)
    check_observed(transactions, base, end_of(as_of, grain), finish)
    firsts = np.bincount(first - begin, minlength=size)
    repeats = np.bincount(events, minlength=size) - firsts
    return Timeline(firsts, repeats, observed, begin)


def _check_same_purchases(
    events: NDArray[np.int64], observed: int, histories: PurchaseHistories
) -> None:
    """Refuse a log with other purchases, of these customers and this time, than the histories."""
    seen, known = np.count_nonzero(events < observed) - len(histories), histories.frequency.sum()
    if (events >= 0).all() and seen == known:
        return
    raise DataError(
        "The log holds other purchases of these customers than the histories.",
        received=f"{seen:,} repeat purchases in the log, {known:,} in the histories",
        allowed="histories made by purchase_histories() from the same, whole log",
        do="Pass the log that the histories were made from, not a part of it.",
    )
