"""What customers did after their histories ended: the same aggregation, a later window."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from retentionkit.durations import Unit, calendar_day, grain_in
from retentionkit.errors import DataError, KindError, OptionError, warn
from retentionkit.histories._arrays import PurchaseHistories
from retentionkit.histories._from_log import coarser, per_customer
from retentionkit.histories._periods import base_of, end_of, last_period
from retentionkit.results import Columns, Result
from retentionkit.transactions._log import PER_DAY
from retentionkit.transactions._moments import local_moment
from retentionkit.transactions._transactions import check_transactions

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.durations import Grain, Moment
    from retentionkit.frames import FrameKind, Table
    from retentionkit.ledger import Ledger
    from retentionkit.transactions import Transactions
    from retentionkit.transactions._log import Base

__all__ = ["Holdout", "check_observed", "holdout"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Holdout(Result):
    """Purchases and spend of known customers after `as_of`, in the order of their histories.

    Attributes
    ----------
    customer
        Customer ids, shape (n,).
    purchases
        Purchase events in the window, shape (n,); 0 for customers who did not buy.
    spend
        Net spend in the window, shape (n,); 0 for customers who did not buy; None without money.
    duration
        Length of the window, in `unit`.
    unit
        What `duration` is measured in.
    as_of
        The last grain of the histories; the window begins after it.
    until
        The last grain counted, inclusive.
    definition
        One sentence: window and event.
    ledger
        What was set aside, from the rows of the caller's frame on.
    kind
        The kind of frame that the caller brought.
    """

    customer: NDArray[Any]
    purchases: NDArray[np.int64]
    spend: NDArray[np.float64] | None
    duration: float
    unit: Unit
    as_of: dt.date
    until: dt.date
    definition: str
    ledger: Ledger
    kind: FrameKind

    _heading: ClassVar[str] = "Holdout"

    def __len__(self) -> int:
        """Number of customers."""
        return len(self.customer)

    @property
    def mean_spend(self) -> NDArray[np.float64] | None:
        """Net spend per purchase event; NaN for customers who did not buy; None without money."""
        if self.spend is None:
            return None
        mean = np.full(len(self), np.nan)
        np.divide(self.spend, self.purchases, out=mean, where=self.purchases > 0)
        mean.flags.writeable = False
        return mean

    def _table(self) -> Columns:
        money = {} if self.spend is None else {"spend": self.spend}
        return {"customer": self.customer, "purchases": self.purchases, **money}

    def _facts(self) -> Mapping[str, str]:
        return {
            "customers": f"{len(self):,}",
            "purchases": f"{int(self.purchases.sum()):,}",
            "duration": f"{self.duration:g} {self.unit}s",
            "definition": self.definition,
        }


def holdout(transactions: Transactions, histories: PurchaseHistories, *, until: Moment) -> Holdout:
    """Purchases and spend of the customers of some histories, after their `as_of`.

    Parameters
    ----------
    transactions
        The whole log, or the later part of it.
    histories
        Histories with ids, made by `purchase_histories`.
    until
        The last grain counted, inclusive.

    Returns
    -------
    Holdout
        One row for each history, in their order.

    Raises
    ------
    KindError
        Histories of opportunities or contracts.
    DataError
        The histories have no ids or no `as_of`, or `transactions` misses part of the window.
    OptionError
        `until` does not lie after `as_of`.

    Warns
    -----
    RetentionKitWarning
        The log ends before `until`; right only if nobody bought in between.

    Examples
    --------
    >>> import pandas as pd
    >>> from retentionkit.histories import holdout, purchase_histories
    >>> from retentionkit.transactions import Transactions
    >>> days = pd.to_datetime(["1997-01-01", "1997-02-01", "1997-03-01"])
    >>> log = pd.DataFrame({"customer_id": 1, "date": days, "amount": [1.0, 2.0, 4.0]})
    >>> transactions = Transactions(log)
    >>> histories = purchase_histories(transactions, as_of="1997-01-31")
    >>> holdout(transactions, histories, until="1997-02-28").spend
    array([2.])
    """
    check_transactions(transactions)
    customer, as_of = _followed(histories)
    at, grain = local_moment("until", until), histories.grain
    first, last = last_period(as_of, grain), last_period(at, grain)
    if last <= first:
        raise OptionError(
            "`until` does not lie after the histories.",
            received=f"until={at}",
            allowed=f"after as_of={as_of}",
            do="Pass the last day of the holdout.",
        )
    base, start, end = base_of(grain), end_of(first, grain), end_of(last, grain)
    check_observed(transactions, base, start, end)
    before, after = f"up to as_of {as_of}", f"after until {at}"
    window = transactions.part.window(base, start=start, end=end, before=before, after=after)
    people = per_customer(coarser(window.events, grain), rows=True)
    purchases, spend, ledger = _aligned(people, customer, window.ledger)
    if not purchases.any():
        _check_same_log(transactions, customer)
    length, unit = grain_in(grain, histories.unit)
    return Holdout(
        customer=customer,
        purchases=purchases,
        spend=spend,
        duration=(last - first) * length / unit,
        unit=histories.unit,
        as_of=as_of,
        until=at,
        definition=_definition(as_of, at, grain),
        ledger=ledger,
        kind=transactions.kind,
    )


def _followed(histories: object) -> tuple[NDArray[Any], dt.date]:
    """Who is followed, and from when on; histories that cannot be followed are refused."""
    if not isinstance(histories, PurchaseHistories):
        raise KindError(
            "A holdout follows purchase histories in time.",
            received=type(histories).__name__,
            allowed="PurchaseHistories, made by purchase_histories()",
            do="For opportunities make the histories of a later as_of, and compare frequency for "
            "the customers of both.",
        )
    if histories.as_of is not None and histories.customer is not None:
        return histories.customer, histories.as_of
    raise DataError(
        "These histories cannot be followed further.",
        received="histories without " + ("as_of" if histories.as_of is None else "customer ids"),
        allowed="histories with ids, made by purchase_histories()",
        do="Make them from the log: purchase_histories(transactions, as_of=...).",
    )


def _definition(as_of: dt.date, until: dt.date, grain: Grain) -> str:
    event = "each instant is" if grain is None else f"all purchases of one {grain} are"
    return (
        f"Purchases after as_of {as_of} up to {until} inclusive; {event} one event of a customer; "
        "spend is net of the refunds known by then."
    )


def check_observed(transactions: Transactions, base: Base, start: int, end: int) -> None:
    """The log must cover the periods from start to end."""
    start, end = start // PER_DAY[base], -(-end // PER_DAY[base])
    days = transactions.part.days
    if days.start > start and transactions.part.begins_late:
        raise DataError(
            "These transactions begin after the histories end.",
            received=f"transactions from {transactions.observed_from}",
            allowed=f"transactions from {calendar_day(start)} on",
            do="Pass the whole log, or the later part of the same split.",
        )
    if days.end >= end:
        return
    if transactions.part.ends_early:
        raise DataError(
            "These transactions end before `until`.",
            received=f"transactions until {transactions.observed_until}",
            allowed=f"transactions until {calendar_day(end - 1)}",
            do="Pass the whole log, or its later part, not the calibration part.",
        )
    warn(
        f"The log ends on {transactions.observed_until}, before until={calendar_day(end - 1)}: the "
        "holdout is right only if nobody bought in between."
    )


def _check_same_log(transactions: Transactions, customer: NDArray[Any]) -> None:
    """Nobody bought: perhaps nobody did, perhaps these are other customers."""
    known = set(transactions.part.log.rows.distinct("customer"))
    if known.isdisjoint(customer.tolist()):
        raise DataError(
            "None of the histories' customers is in these transactions.",
            received=f"histories of {customer[0]!r}, ...; transactions of {min(known)!r}, ...",
            allowed="the log that the histories were made from, or its later part",
            do="Pass that log.",
        )


def _aligned(
    people: Table, customer: NDArray[Any], ledger: Ledger
) -> tuple[NDArray[np.int64], NDArray[np.float64] | None, Ledger]:
    """Events and spend in the order of the histories; other customers go to the ledger."""
    money = ("amount",) if "amount" in people.columns else ()
    ids, events, rows, *amounts = people.arrays(
        "customer", "events", "rows", *money, sort=("customer",)
    )
    if len(ids) and (ids.dtype.kind == "O") != (customer.dtype.kind == "O"):
        raise DataError(
            "The ids of histories and transactions are of different types.",
            received=f"{type(customer.tolist()[0]).__name__} and {type(ids.tolist()[0]).__name__}",
            allowed="the same type of ids on both sides",
            do="Make the histories from the same log.",
        )
    places = np.searchsorted(ids, customer)
    found = places < len(ids)
    found[found] = ids[places[found]] == customer[found]
    known = np.zeros(len(ids), dtype=bool)
    known[places[found]] = True
    aside = float(amounts[0][~known].sum()) if amounts else None
    ledger = ledger.less(
        "customers without a history", int(rows[~known].sum()), aside, int((~known).sum())
    )
    purchases = np.zeros(len(customer), dtype=np.int64)
    purchases[found] = events[places[found]]
    purchases.flags.writeable = False
    if not amounts:
        return purchases, None, ledger
    spend = np.zeros(len(customer))
    spend[found] = amounts[0][places[found]]
    spend.flags.writeable = False
    return purchases, spend, ledger
