"""The measures of RFM: one row for each customer."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from retentionkit._texts import counted
from retentionkit.results import Columns, Result

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind
    from retentionkit.ledger import Ledger

__all__ = ["RFMTable", "columns_of", "whole_numbers"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class RFMTable(Result):
    """Recency, frequency and money of each customer, made by `measure`.

    All arrays are read-only and have shape (n,), sorted by customer id. A customer who only sent
    goods back is `refund_only`: no order, no days since the last one, no mean order value.

    Attributes
    ----------
    customer
        Customer ids.
    days_since_last
        Whole days from the last day with an order to `as_of`, 0 on that day itself; NaN without an
        order.
    orders
        Orders in the window: distinct order ids, or customer-days for a log without them.
    active_days
        Distinct days with an order.
    net_spend
        Sum of the amounts net of refunds; may be negative; None for a log without money.
    mean_order_value
        `net_spend / orders`; NaN without an order; None for a log without money.
    as_of
        The last day counted, inclusive.
    first
        The first day of the window.
    window
        Length of the window in days.
    observed
        How many days of the window the log covers, from its first to its last day.
    currency
        Currency of the money, if the log names it.
    definition
        One sentence: window, order, money.
    ledger
        What was set aside, from the rows of the caller's frame on.
    kind
        The kind of frame that the caller brought.
    """

    customer: NDArray[Any]
    days_since_last: NDArray[np.float64]
    orders: NDArray[np.int64]
    active_days: NDArray[np.int64]
    net_spend: NDArray[np.float64] | None
    mean_order_value: NDArray[np.float64] | None
    as_of: dt.date
    first: dt.date
    window: int
    observed: int
    currency: str | None
    definition: str
    ledger: Ledger
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "RFM measures"

    @property
    def refund_only(self) -> NDArray[np.bool_]:
        """Which customers only sent goods back, shape (n,)."""
        return np.asarray(self.orders == 0)

    @property
    def status(self) -> NDArray[Any]:
        """`"buyer"` or `"refund_only"` for each customer, shape (n,)."""
        return np.where(self.refund_only, "refund_only", "buyer").astype(object)

    def __len__(self) -> int:
        """The number of customers."""
        return len(self.customer)

    def __getitem__(self, rows: object) -> RFMTable:
        """Some of the customers: a mask, positions or a slice."""
        at: Any = [rows] if isinstance(rows, int | np.integer) else rows
        arrays = {name: part[at] for name, part in _arrays(self).items()}
        for part in arrays.values():
            part.flags.writeable = False
        return dataclasses.replace(self, **arrays)

    def _table(self) -> Columns:
        return columns_of(self)

    def _printed(self) -> Columns:
        return {name: part for name, part in columns_of(self).items() if name != "status"}

    def _facts(self) -> Mapping[str, str]:
        refunds = int(self.refund_only.sum())
        facts = {"customers": f"{len(self) - refunds:,}"}
        if refunds:
            facts["refund only"] = f"{counted(refunds, 'customer')} without an order"
        if self.net_spend is not None:
            unpaid = int(((self.net_spend <= 0) & ~self.refund_only).sum())
            if unpaid:
                facts["net spend ≤ 0"] = counted(unpaid, "customer")
        facts["as of"] = str(self.as_of)
        if self.observed < self.window:
            facts["observed"] = f"the log covers {self.observed:,} of {self.window:,} days"
        aside = self.ledger.rows_in - self.ledger.rows_used
        if aside:
            facts["set aside"] = f"{aside:,} of {self.ledger.rows_in:,} rows, see ledger"
        return {**facts, "definition": self.definition}


def columns_of(table: RFMTable) -> Columns:
    """The measures and the status of each customer, by column."""
    arrays: dict[str, Any] = _arrays(table)
    arrays["days_since_last"] = whole_numbers(table.days_since_last)
    return {**arrays, "status": table.status}


def _arrays(table: RFMTable) -> dict[str, NDArray[Any]]:
    found = {
        "customer": table.customer,
        "days_since_last": table.days_since_last,
        "orders": table.orders,
        "active_days": table.active_days,
        "net_spend": table.net_spend,
        "mean_order_value": table.mean_order_value,
    }
    return {name: part for name, part in found.items() if part is not None}


def whole_numbers(values: NDArray[np.float64]) -> NDArray[Any]:
    """Whole numbers as such, unless some are undefined."""
    return values if np.isnan(values).any() else values.astype(np.int64)
