"""From a purchase log to opportunities: in which calendar periods a customer bought."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast, get_args

import numpy as np

from retentionkit import frames
from retentionkit.arguments import check_choice
from retentionkit.durations import Unit, calendar_day, calendar_period, day_number, first_day
from retentionkit.errors import OptionError
from retentionkit.histories._from_log import planned, repeat_mean
from retentionkit.histories._opportunities import OpportunityHistories
from retentionkit.transactions._moments import whole_day
from retentionkit.transactions._transactions import check_transactions

if TYPE_CHECKING:
    import datetime as dt

    from numpy.typing import NDArray

    from retentionkit.durations import Moment
    from retentionkit.histories._from_log import Plan
    from retentionkit.transactions import Transactions

__all__ = ["opportunity_histories"]


def opportunity_histories(
    transactions: Transactions,
    *,
    as_of: Moment | None = None,
    period: Unit = "year",
    first_purchase: tuple[Moment, Moment] | None = None,
) -> OpportunityHistories:
    r"""In how many calendar periods after the first one each customer bought, and when last.

    Each full calendar period after the one with a customer's first purchase is one opportunity,
    taken if there is a purchase in it, however many. With the numbers :math:`p_1 < \dots < p_k` of
    the periods with a purchase and :math:`e` the last full period,

    .. math:: x = k - 1, \quad t_x = p_k - p_1, \quad n = e - p_1.

    The monetary value is the mean net amount of the periods with a purchase after the first one.

    Parameters
    ----------
    transactions
        The log, or one part of it.
    as_of
        The last day counted, inclusive; the default is the last day of observation. A period that
        is not over by then is no opportunity: its rows, like all later ones, are set aside in the
        ledger.
    period
        "year", "month", "week" (from Monday) or "day"; it is the unit of the histories. There are
        no quarters, since no unit of time is a quarter.
    first_purchase
        Only customers whose first purchase lies in [start, end), two dates.

    Returns
    -------
    OpportunityHistories
        One row for each customer, sorted by id. Who first bought in the last full period has had
        no opportunity yet (n = 0).

    Raises
    ------
    OptionError
        No period of the log is over by `as_of`, or nobody is in the cohort.

    Examples
    --------
    >>> import pandas as pd
    >>> from retentionkit.histories import opportunity_histories
    >>> from retentionkit.transactions import Transactions
    >>> days = pd.to_datetime(["2019-05-01", "2021-03-01", "2021-12-15", "2020-07-01"])
    >>> log = pd.DataFrame(
    ...     {"customer_id": [1, 1, 1, 2], "date": days, "amount": [9.0, 30.0, 20.0, 8.0]}
    ... )
    >>> opportunity_histories(Transactions(log), as_of="2021-12-31").to_frame()
       customer  frequency  recency  n  monetary_value
    0         1          1        2  2            50.0
    1         2          0        0  1             NaN
    """
    check_transactions(transactions)
    _check_period(period)
    last_day = _last_full(transactions, as_of, period)
    plan = planned(
        transactions,
        as_of=last_day,
        unit=period,
        grain=cast("Any", period),
        first_purchase=first_purchase,
        grains=get_args(Unit),
        after=f"after {last_day}, the end of the last full {period}",
    )
    people = plan.people
    if transactions.money:
        firsts = plan.events.choose(
            "customer", first=frames.column("period"), first_amount=frames.column("amount")
        )
        people = people.join(firsts, ("customer", "first"))
    names = ("customer", "events", "first", "last")
    money = ("amount", "first_amount") if transactions.money else ()
    customer, k, first, last, *amounts = people.arrays(*names, *money, sort=("customer",))
    arrays: dict[str, NDArray[Any] | None] = {
        "customer": customer,
        "frequency": k - 1,
        "recency": last - first,
        "opportunities": plan.end - first,
        "weight": np.broadcast_to(1.0, len(k)),
        "monetary_value": repeat_mean(k, *amounts) if amounts else None,
    }
    return _histories(plan, period, arrays)


def _histories(
    plan: Plan, period: Unit, arrays: dict[str, NDArray[Any] | None]
) -> OpportunityHistories:
    for name in ("frequency", "recency", "opportunities"):
        arrays[name] = np.asarray(arrays[name]).astype(np.int64, copy=False)
    for array in arrays.values():
        if array is not None:
            array.flags.writeable = False
    start = plan.transactions.observed_from
    return OpportunityHistories(
        **cast("Any", arrays),
        unit=period,
        kind=plan.transactions.kind,
        as_of=plan.as_of,
        first=start,
        definition=f"Purchases from {start} to {plan.as_of} inclusive; each calendar {period} "
        f"after that of a customer's first purchase is one opportunity.{plan.cohort}",
        ledger=plan.ledger,
    )


def _last_full(transactions: Transactions, as_of: Moment | None, period: Unit) -> dt.date:
    """The last day of the last period that is over by the end of `as_of`."""
    until = transactions.observed_until if as_of is None else whole_day("as_of", as_of)
    day = until if isinstance(until, int) else day_number(until)
    last = calendar_day(day_number(first_day(calendar_period(day + 1, period), period)) - 1)
    if last < transactions.first:
        raise OptionError(
            f"No {period} of this log is over by `as_of`.",
            received=f"as_of={calendar_day(day)}; the log begins on {transactions.first}",
            allowed=f"a day on or after the end of the {period} of the first purchase",
            do="Pass a later as_of, or a shorter period.",
        )
    return last


def _check_period(period: object) -> None:
    if period == "quarter":
        raise OptionError(
            "Quarters cannot be opportunities: forecasts and discounting need a unit of time.",
            received="period='quarter'",
            allowed=", ".join(map(repr, get_args(Unit))),
            do="Pass period='month' or period='year'.",
        )
    check_choice("period", period, get_args(Unit))
