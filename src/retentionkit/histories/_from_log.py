"""From a purchase log to histories: one aggregation for calibration and holdout."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, cast, get_args

import numpy as np

from retentionkit import frames
from retentionkit.arguments import check_choice
from retentionkit.durations import (
    GRAINS,
    Unit,
    calendar_day,
    calendar_period,
    grain_in,
)
from retentionkit.errors import OptionError
from retentionkit.histories._arrays import PurchaseHistories
from retentionkit.histories._periods import base_of, end_of, last_period, window_text
from retentionkit.transactions._ends import warn_of_early_end
from retentionkit.transactions._moments import local_moment, whole_day
from retentionkit.transactions._transactions import Transactions, check_transactions

if TYPE_CHECKING:
    import datetime as dt

    from numpy.typing import NDArray

    from retentionkit.durations import Grain, Moment
    from retentionkit.frames import Table
    from retentionkit.ledger import Ledger

__all__ = ["coarser", "grouped_histories", "per_customer", "planned", "purchase_histories"]


def purchase_histories(
    transactions: Transactions,
    *,
    as_of: Moment | None = None,
    unit: Unit = "week",
    grain: Grain = "day",
    first_purchase: tuple[Moment, Moment] | None = None,
    log_gaps: bool = False,
) -> PurchaseHistories:
    r"""Each customer's frequency, recency, age and monetary value from a purchase log.

    All purchases of a customer in one grain are one event. With the numbers :math:`p_1 < \dots <
    p_n` of the grains of a customer's events and :math:`e` the grain of `as_of`,

    .. math:: x = n - 1, \quad t_x = (p_n - p_1)\,g, \quad T = (e - p_1)\,g,

    where :math:`g` is the length of a grain in `unit`. The monetary value is the mean net amount
    of the events after the first one.

    Parameters
    ----------
    transactions
        The log, or one part of it.
    as_of
        The last grain counted, inclusive; a date stands for its whole day. Default: the last day
        of observation. Later rows are set aside in the ledger; a log that ends more than a month
        earlier is warned of.
    unit
        What recency and age are measured in: "day", "week", "month" (365.25/12 days), "year".
    grain
        What counts as one purchase event: "hour", "day", "week", "month", "quarter", or None for
        each distinct instant.
    first_purchase
        Only customers whose first purchase lies in [start, end), two dates.
    log_gaps
        Whether to add the sum of the logarithms of the times between purchases.

    Returns
    -------
    PurchaseHistories
        One row for each customer, sorted by id.

    Raises
    ------
    OptionError
        `as_of` lies before the first purchase, or nobody is in the cohort.

    Examples
    --------
    >>> import pandas as pd
    >>> from retentionkit.histories import purchase_histories
    >>> from retentionkit.transactions._transactions import Transactions, check_transactions
    >>> days = pd.to_datetime(["1997-01-01", "1997-01-15", "1997-01-01"])
    >>> log = pd.DataFrame({"customer_id": [1, 1, 2], "date": days, "amount": [9.0, 30.0, 8.0]})
    >>> purchase_histories(Transactions(log), as_of="1997-01-29").to_frame()
       customer  frequency  recency    T  monetary_value
    0         1          1      2.0  4.0            30.0
    1         2          0      0.0  4.0             NaN
    """
    plan = planned(transactions, as_of=as_of, unit=unit, grain=grain, first_purchase=first_purchase)
    people = plan.people
    if transactions.money:
        firsts = plan.events.choose(
            "customer", first=frames.column("period"), first_amount=frames.column("amount")
        )
        people = people.join(firsts, ("customer", "first"))
    names = ("customer", "events", "first", "last")
    money = ("amount", "first_amount") if transactions.money else ()
    customer, n, first, last, *amounts = people.arrays(*names, *money, sort=("customer",))
    return plan.histories(
        customer=customer,
        frequency=n - 1,
        recency=last - first,
        age=plan.end - first,
        weight=np.broadcast_to(1.0, len(n)),
        monetary_value=repeat_mean(n, *amounts) if amounts else None,
        log_gaps=_log_gaps(plan, n) if log_gaps else None,
    )


def grouped_histories(
    transactions: Transactions,
    *,
    as_of: Moment | None = None,
    unit: Unit = "week",
    grain: Grain = "day",
    first_purchase: tuple[Moment, Moment] | None = None,
) -> PurchaseHistories:
    """The distinct histories of a log with the number of customers that have each.

    The grouping is done where the frame lives and only the distinct histories are brought over:
    all that a fit needs, without ids and money.

    Parameters
    ----------
    transactions, as_of, unit, grain, first_purchase
        As in `purchase_histories`.

    Examples
    --------
    >>> import pandas as pd
    >>> from retentionkit.histories import grouped_histories
    >>> from retentionkit.transactions._transactions import Transactions, check_transactions
    >>> days = pd.to_datetime(["1997-01-01", "1997-01-01"])
    >>> log = Transactions(pd.DataFrame({"customer_id": [1, 2], "date": days}), amount=None)
    >>> grouped_histories(log).weight
    array([2.])
    """
    plan = planned(transactions, as_of=as_of, unit=unit, grain=grain, first_purchase=first_purchase)
    first, last = frames.column("first"), frames.column("last")
    tuples = plan.people.choose("events", recency=last - first, age=plan.end - first)
    tuples = tuples.per("events", "recency", "age", weight=frames.count())
    keys = ("events", "recency", "age")
    n, recency, age, weight = tuples.arrays(*keys, "weight", sort=keys)
    return plan.histories(
        customer=None,
        frequency=n - 1,
        recency=recency,
        age=age,
        weight=weight.astype(np.float64),
        monetary_value=None,
        log_gaps=None,
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """The events of a window and the customers that have them."""

    events: Table
    people: Table
    ledger: Ledger
    end: int
    as_of: dt.date | dt.datetime
    transactions: Transactions
    grain: Grain
    unit: Unit
    cohort: str

    def histories(
        self,
        *,
        frequency: NDArray[Any],
        recency: NDArray[Any],
        age: NDArray[Any],
        **arrays: NDArray[Any] | None,
    ) -> PurchaseHistories:
        """The result, with times converted from grains to units."""
        grain, unit = grain_in(self.grain, self.unit)
        start = self.transactions.observed_from
        opening = self.people.where(frames.column("first") <= last_period(start, self.grain))
        window = window_text(start, self.as_of, self.end, self.grain)
        event = "each instant" if self.grain is None else f"all purchases of one {self.grain}"
        frozen: dict[str, Any] = {
            "frequency": frequency.astype(np.int64, copy=False),
            "recency": recency * grain / unit,
            "age": age * grain / unit,
            **arrays,
        }
        for array in frozen.values():
            if array is not None:
                array.flags.writeable = False
        return PurchaseHistories(
            **frozen,
            unit=self.unit,
            kind=self.transactions.kind,
            grain=self.grain,
            as_of=self.as_of,
            first=start,
            origin_unknown=len(opening),
            definition=f"Purchases in {window}; {event} of a customer are one event; recency and "
            f"age in {self.unit}s from the first event to the last one and to as_of.{self.cohort}",
            ledger=self.ledger,
        )


def planned(
    transactions: Transactions,
    *,
    as_of: Moment | None,
    unit: Unit,
    grain: Grain,
    first_purchase: tuple[Moment, Moment] | None,
    grains: tuple[Any, ...] = GRAINS,
    after: str | None = None,
) -> Plan:
    """The events of a log up to `as_of`, one for each customer and grain, and their customers."""
    check_transactions(transactions)
    check_choice("unit", unit, get_args(Unit))
    check_choice("grain", grain, grains)
    at = transactions.observed_until if as_of is None else local_moment("as_of", as_of)
    end = last_period(at, grain)
    window = transactions.part.window(
        base_of(grain), end=end_of(end, grain), after=after or f"after as_of {at}"
    )
    warn_of_early_end(transactions, at, "histories")
    if len(window.events) == 0:
        raise OptionError(
            "`as_of` lies before the first purchase.",
            received=f"as_of={at}",
            allowed=f"from {transactions.first} on",
            do="Pass the last day to be counted.",
        )
    cohort = first_purchase is not None
    events = coarser(window.events, grain, days=cohort)
    ledger = window.ledger.noting(
        f"merged into one event per {grain or 'instant'}", window.rows - len(events)
    )
    people = per_customer(events, rows=cohort)
    text = ""
    if first_purchase is not None:
        begun = tuple(whole_day("first_purchase", bound) for bound in first_purchase)
        text = f"[{calendar_day(begun[0])}, {calendar_day(begun[1])})"
        events, people, ledger = _cohort(events, people, ledger, begun, text)
        text = f" Only customers whose first purchase lies in {text}."
    return Plan(events, people, ledger, end, at, transactions, grain, unit, text)


def coarser(events: Table, grain: Grain, *, days: bool = False) -> Table:
    """Events per customer and grain from customer-days, hours or instants as they are."""
    period = frames.column("period")
    names = [name for name in events.columns if name != "orders"]
    if grain in {"hour", "day", None}:
        per_day = {"hour": 24, "day": 1, None: 86_400_000_000}[cast("Any", grain)]
        return events.choose(*names, **({"day": period // per_day} if days else {}))
    sums = {name: frames.total(name) for name in ("rows", "amount") if name in names}
    extra = {"day": frames.lowest("day")} if days else {}
    table = events.choose(
        *(name for name in names if name != "period"),
        period=calendar_period(period, cast("Any", grain)),
        **({"day": period} if days else {}),
    )
    return table.per("customer", "period", **sums, **extra)


def per_customer(events: Table, *, rows: bool = False) -> Table:
    """First, last and number of a customer's events, and what they sum to."""
    sums = {"amount": frames.total("amount")} if "amount" in events.columns else {}
    sums |= {"rows": frames.total("rows")} if rows else {}
    sums |= {"day": frames.lowest("day")} if "day" in events.columns else {}
    return events.per(
        "customer",
        first=frames.lowest("period"),
        last=frames.highest("period"),
        events=frames.count(),
        **sums,
    )


def _cohort(
    events: Table, people: Table, ledger: Ledger, begun: tuple[int, ...], text: str
) -> tuple[Table, Table, Ledger]:
    day = frames.column("day")
    inside = (day >= begun[0]) & (day < begun[1])
    chosen, others = people.where(inside), people.where(~inside)
    if len(chosen) == 0:
        raise OptionError(
            "Nobody made a first purchase in that period.",
            received=f"first_purchase={text}",
            allowed="a period [start, end) in which somebody began",
            do="The end is exclusive; check the order of the two dates.",
        )
    sums = {name: frames.total(name) for name in ("rows", "amount") if name in people.columns}
    facts = others.facts(**sums)
    ledger = ledger.less(
        f"first purchase outside {text}",
        facts["rows"] or 0,
        facts.get("amount"),
        customers=len(others),
    )
    kept = events.join(chosen.choose("customer"), ("customer",), "semi")
    return kept, chosen, ledger


def repeat_mean(
    n: NDArray[np.int64], amount: NDArray[np.float64], first: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Mean amount of the events after the first one; NaN without any."""
    mean = np.full(len(n), np.nan)
    np.divide(amount - first, n - 1, out=mean, where=n > 1)
    return mean


def _log_gaps(plan: Plan, n: NDArray[np.int64]) -> NDArray[np.float64]:
    """Sum of the logarithms of a customer's gaps; customers in the order of the histories."""
    (period,) = plan.events.arrays("period", sort=("customer", "period"))
    starts = np.cumsum(n) - n
    grain, unit = grain_in(plan.grain, plan.unit)
    gaps = np.diff(period, prepend=period[0]) * grain / unit
    gaps[starts] = 1.0  # the first event of a customer has no gap before it
    return np.add.reduceat(np.log(gaps), starts)
