r"""How recently, how often and for how much did each customer buy?

With the days :math:`p_1 < \dots < p_k` on which a customer ordered in the window and :math:`e` the
day of `as_of`, the days since the last order are :math:`e - p_k`. Orders are counted, never rows.
Money is net of refunds. A refund belongs to its purchase: one of a purchase before the window is
set aside with it, and one that comes after `as_of` is not known yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from retentionkit.activity import whole_days
from retentionkit.durations import (
    Duration,
    Moment,
    calendar_day,
    day_number,
)
from retentionkit.errors import DataError, OptionError
from retentionkit.frames import LAST_DAY
from retentionkit.rfm._table import RFMTable
from retentionkit.transactions._ends import warn_of_early_end, warn_of_lonely_end
from retentionkit.transactions._moments import whole_day
from retentionkit.transactions._totals import customer_totals
from retentionkit.transactions._transactions import check_transactions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.transactions import Transactions
    from retentionkit.transactions._totals import CustomerTotals

__all__ = ["measure", "measured"]


def measure(
    transactions: Transactions,
    *,
    as_of: Moment | None = None,
    window: Duration | tuple[Moment, Moment] | None = None,
) -> RFMTable:
    """Days since the last order, orders, active days, net spend and mean order value.

    Parameters
    ----------
    transactions
        The log, or one part of it.
    as_of
        The last day counted, inclusive. Default: the last day of observation, or the last day of
        `window` if that is given by dates. Later rows are set aside in the ledger. A log that ends
        more than a month earlier is warned of; without `as_of`, so is a last day that is far from
        all others, as a typo is.
    window
        What is looked back on: a number of days (12 means 12 days), text such as `"12 months"`
        (months of 365.25/12 days; the last whole days within that length, `as_of` included), or two
        dates [start, end). Default: everything up to `as_of`. `observed` tells how many of its days
        the log covers.

    Returns
    -------
    RFMTable
        One row for each customer with an order in the window, sorted by id, and one for each
        customer who has only refunds in it, of no purchase that the log knows.

    Raises
    ------
    OptionError
        `as_of` or `window` is no day or window of the log.
    DataError
        Nobody bought in the window.
    KindError
        `transactions` is something else.

    Examples
    --------
    >>> import pandas as pd
    >>> import retentionkit as rk
    >>> days = pd.to_datetime(["2025-01-05", "2025-03-01", "2025-02-10"])
    >>> log = pd.DataFrame({"customer_id": [1, 1, 2], "date": days, "amount": [20.0, 40.0, 9.0]})
    >>> rk.rfm.measure(rk.Transactions(log), as_of="2025-03-31").to_frame().iloc[:, :5]
       customer  days_since_last  orders  active_days  net_spend
    0         1               30       2            2       60.0
    1         2               49       1            1        9.0
    """
    return measured(transactions, as_of, window)


def measured(
    transactions: Transactions,
    as_of: Moment | None = None,
    window: Duration | tuple[Moment, Moment] | None = None,
) -> RFMTable:
    """What `measure` returns, for other public functions: warnings point to who called them."""
    check_transactions(transactions)
    start, end = _window(transactions, as_of, window)
    totals = customer_totals(
        transactions.part,
        start=start,
        end=end,
        before=f"before {calendar_day(start)}",
        after=f"after as_of {calendar_day(end - 1)}",
    )
    if len(totals.buyers) == 0:
        raise DataError(
            "Nobody bought in the window.",
            received=f"[{calendar_day(start)}, {calendar_day(end)})",
            allowed=f"a window that meets {transactions.first} to {transactions.last}",
            do="Pass a later as_of or a longer window.",
        )
    table = _table(transactions, totals, start, end)
    if as_of is None and not isinstance(window, tuple):
        last = end - 1 - table.days_since_last[~table.refund_only].astype(np.int64)
        warn_of_lonely_end(transactions.part, last)
    else:
        warn_of_early_end(transactions, table.as_of, "measures")
    return table


def _window(
    log: Transactions, as_of: Moment | None, window: Duration | tuple[Moment, Moment] | None
) -> tuple[int, int]:
    """The first day of the window and the day after it, as day numbers."""
    first = day_number(log.observed_from)
    end = None if as_of is None else whole_day("as_of", as_of) + 1
    if isinstance(window, tuple):
        start, stop = (whole_day("window", edge) for edge in window)
        if start >= stop or end not in {None, stop}:
            raise OptionError(
                "The window is empty, or ends elsewhere than at `as_of`.",
                received=f"window=({window[0]}, {window[1]}), as_of={as_of}",
                allowed="two dates [start, end) in order, where as_of is the day before end",
                do="Leave as_of out if the window is given by dates.",
            )
        return start, stop
    end = day_number(log.observed_until) + 1 if end is None else end
    end = min(end, LAST_DAY)
    if window is None:
        return min(first, end - 1), end
    return end - whole_days("window", window), end


def _table(log: Transactions, totals: CustomerTotals, start: int, end: int) -> RFMTable:
    names = ("customer", "last", "orders", "active_days", *(["amount"] * log.money))
    customer, last, orders, active, *money = totals.buyers.arrays(*names, sort=("customer",))
    since = (end - 1 - last).astype(np.float64)
    if totals.refund_only is not None:
        more, refunded = totals.refund_only.arrays("customer", "amount", sort=("customer",))
        nothing = np.zeros(len(more), dtype=np.int64)
        order = np.argsort(np.concatenate([customer, more]), kind="stable")
        customer = np.concatenate([customer, more])[order]
        since = np.concatenate([since, np.full(len(more), np.nan)])[order]
        orders, active = (np.concatenate([part, nothing])[order] for part in (orders, active))
        money = [np.concatenate([money[0], refunded])[order]]
    arrays: dict[str, NDArray[Any] | None] = {
        "customer": customer,
        "days_since_last": since,
        "orders": orders,
        "active_days": active,
        "net_spend": money[0] if money else None,
        "mean_order_value": _mean(money[0], orders) if money else None,
    }
    for part in arrays.values():
        if part is not None:
            part.flags.writeable = False
    filled: dict[str, Any] = arrays
    return RFMTable(
        **filled,
        as_of=calendar_day(end - 1),
        first=calendar_day(start),
        window=end - start,
        observed=max(0, min(end, log.part.days.end) - max(start, log.part.days.start)),
        currency=log.currency,
        definition=_definition(log, start, end),
        ledger=totals.ledger,
        kind=log.kind,
    )


def _mean(money: NDArray[np.float64], orders: NDArray[np.int64]) -> NDArray[np.float64]:
    undefined = np.full(len(orders), np.nan)
    return np.asarray(np.divide(money, orders, out=undefined, where=orders > 0))


def _definition(log: Transactions, start: int, end: int) -> str:
    order = "a distinct order id" if log.part.log.orders else "a day on which a customer bought"
    currency = f" in {log.currency}" if log.currency else ""
    money = (
        f"; money{currency} net of the refunds of these orders known by then" if log.money else ""
    )
    return (
        f"Orders in [{calendar_day(start)}, {calendar_day(end)}); an order is {order}; days since "
        f"the last one up to {calendar_day(end - 1)}{money}."
    )
