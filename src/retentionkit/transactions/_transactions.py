"""The parsed purchase log: what a caller holds, splits and filters."""

from __future__ import annotations

import dataclasses
import html
from typing import TYPE_CHECKING, Any

from retentionkit.durations import Moment, calendar_day
from retentionkit.errors import ColumnError, KindError, OptionError
from retentionkit.transactions import _parse
from retentionkit.transactions._moments import whole_day
from retentionkit.transactions._part import Part, nothing_left
from retentionkit.transactions._window import Bounds

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from retentionkit.frames import Frame, FrameKind
    from retentionkit.ledger import Ledger
    from retentionkit.transactions._parse import Missing, Refunds

__all__ = ["Transactions", "check_transactions"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False, init=False)
class Transactions:
    """A purchase log, parsed once; nothing about it changes afterwards.

    Parameters
    ----------
    frame
        A pandas or polars DataFrame or a pyarrow Table, one row for each purchase (or line of an
        order). It is neither changed nor kept.
    customer
        Column of customer ids: whole numbers or text.
    when
        Column of dates or datetimes, naive or in one time zone. Days are calendar days there.
    amount
        Column of money; None for a log without money. Negative amounts are refunds; amounts of
        zero are purchases.
    order
        Column of order ids. With it, an order is the distinct pair of customer and id, dated by
        its first line; without it, an order is a customer-day.
    currency
        Column of currencies, needed only if there are several.
    rates
        What one unit of each currency is worth in the currency of the results.
    keep
        Further columns to keep, for `where` and `by=`.
    time_zone
        IANA zone to which zoned datetimes are converted before days are counted.
    refunds
        "net": a refund reduces its order (same order id), else the customer's latest purchase
        day up to then, else it goes to the ledger; "drop": refunds go to the ledger; "error".
        A refund is never a purchase.
    missing
        "error", or "drop": rows with a missing id, date or amount go to the ledger.

    Raises
    ------
    KindError
        `frame` is no frame that can be read.
    ColumnError
        The frame lacks a column.
    DataError
        Values cannot be what they are said to be, or the frame is empty.
    OptionError
        An option lies outside its choices.

    Examples
    --------
    >>> import pandas as pd
    >>> from retentionkit.transactions import Transactions
    >>> days = pd.to_datetime(["1997-01-01", "1997-01-18", "1997-01-01"])
    >>> log = pd.DataFrame({"customer_id": [1, 1, 2], "date": days, "amount": [29.33, 29.73, 9.9]})
    >>> Transactions(log)
    Transactions
      customers  2
      orders     3
      dates      1997-01-01 to 1997-01-18
      rows       3 in = 3 used + 0 set aside
    """

    part: Part

    def __init__(
        self,
        frame: Frame,
        *,
        customer: str = "customer_id",
        when: str = "date",
        amount: str | None = "amount",
        order: str | None = None,
        currency: str | None = None,
        rates: Mapping[Any, float] | None = None,
        keep: Sequence[str] | str = (),
        time_zone: str | None = None,
        refunds: Refunds = "net",
        missing: Missing = "error",
    ) -> None:
        kept = (keep,) if isinstance(keep, str) else tuple(keep)
        columns = _parse.Columns(
            customer=customer,
            when=when,
            amount=amount,
            order=order,
            currency=currency,
            keep={name: f"keep_{number}" for number, name in enumerate(kept)},
        )
        log = _parse.parse(
            frame, columns, rates=rates, time_zone=time_zone, refunds=refunds, missing=missing
        )
        days = Bounds(log.first_day, log.last_day + 1)
        object.__setattr__(self, "part", Part(log, days))  # the way a frozen dataclass is filled

    @classmethod
    def _of(cls, part: Part) -> Transactions:
        found = object.__new__(cls)
        object.__setattr__(found, "part", part)
        return found

    @property
    def kind(self) -> FrameKind:
        """The kind of frame that the caller brought; results come back in it."""
        return self.part.log.rows.kind

    @property
    def money(self) -> bool:
        """Whether the log has amounts."""
        return self.part.log.money

    @property
    def currency(self) -> str | None:
        """The currency of the amounts: of the log, or of `rates`; None if it was not named."""
        return self.part.log.currency

    @property
    def keep(self) -> tuple[str, ...]:
        """The further columns that were kept."""
        return tuple(self.part.log.keep)

    @property
    def observed_from(self) -> dt.date:
        """The first day of observation: of the log, or of this part of it."""
        return calendar_day(self.part.days.start)

    @property
    def observed_until(self) -> dt.date:
        """The last day of observation: the last date of the log, or the day before the split."""
        return calendar_day(self.part.days.end - 1)

    @property
    def first(self) -> dt.date:
        """The date of the first row."""
        return calendar_day(self.part.facts()["first"])

    @property
    def last(self) -> dt.date:
        """The date of the last row."""
        return calendar_day(self.part.facts()["last"])

    @property
    def n_customers(self) -> int:
        """Number of customers with a purchase."""
        return self.part.facts()["customers"]

    @property
    def n_orders(self) -> int:
        """Number of orders: distinct order ids of a customer, or customer-days without ids."""
        return self.part.facts()["orders"]

    @property
    def ledger(self) -> Ledger:
        """Rows and money in, set aside by reason, and used."""
        return self.part.window("day").ledger

    def split(self, at: Moment) -> tuple[Transactions, Transactions]:
        """Two parts: until the day before `at`, and from `at` on.

        Parameters
        ----------
        at
            The first day of the second part.

        Returns
        -------
        tuple of Transactions
            Calibration and holdout. The first was observed until the day before `at`, even if
            nobody bought on that day.

        Raises
        ------
        OptionError
            One of the parts would be empty.

        Examples
        --------
        >>> import pandas as pd
        >>> days = pd.to_datetime(["1997-01-01", "1997-01-18"])
        >>> log = Transactions(pd.DataFrame({"customer_id": [1, 1], "date": days}), amount=None)
        >>> calibration, later = log.split("1997-01-10")
        >>> calibration.observed_until, later.first
        (datetime.date(1997, 1, 9), datetime.date(1997, 1, 18))
        """
        day = whole_day("at", at)
        part, facts = self.part, self.part.facts()
        if not facts["first"] < day <= facts["last"]:
            raise OptionError(
                "The split leaves one part empty.",
                received=f"at={calendar_day(day)}",
                allowed=f"after {self.first}, up to {self.last}",
                do="Pass the first day of the holdout.",
            )
        before = Part(part.log, Bounds(part.days.start, day), f"on or after {calendar_day(day)}")
        after = Part(part.log, Bounds(day, part.days.end), part.later)
        return Transactions._of(before), Transactions._of(after)

    def where(self, *, customer: object = None, **kept: object) -> Transactions:
        """The rows of some customers, or with some values of kept columns.

        Parameters
        ----------
        customer
            A customer id, or a collection of them.
        **kept
            For a column of `keep=`, a value or a collection of values; None is a missing value.

        Returns
        -------
        Transactions
            The rows for which all conditions hold, observed over the same days; the others are
            set aside in the ledger.

        Raises
        ------
        ColumnError
            A column was not kept.
        DataError
            No row is left.

        Examples
        --------
        >>> import pandas as pd
        >>> days = pd.to_datetime(["1997-01-01", "1997-01-18"])
        >>> log = pd.DataFrame({"customer_id": [1, 2], "date": days, "channel": ["web", "shop"]})
        >>> Transactions(log, amount=None, keep="channel").where(channel="web").n_customers
        1
        """
        part = self.part
        if customer is not None:
            part = part.where("customer", "customer", customer)
        for name, value in kept.items():
            if name not in part.log.keep:
                raise ColumnError(
                    f"Column {name!r} was not kept.",
                    received=f"{name}={value!r}",
                    allowed=", ".join(["'customer'", *map(repr, part.log.keep)]),
                    do=f"Parse the log with keep=({name!r},).",
                )
            part = part.where(name, part.log.keep[name], value)
        if not part.facts()["customers"]:
            raise nothing_left(", ".join(["customer", *kept]))
        return Transactions._of(part)

    def _summary(self) -> dict[str, str]:
        aside = self.ledger.rows_in - self.ledger.rows_used
        return {
            "customers": f"{self.n_customers:,}",
            "orders": f"{self.n_orders:,}",
            "dates": f"{self.first} to {self.last}",
            "rows": f"{self.ledger.rows_in:,} in = {self.ledger.rows_used:,} used"
            f" + {aside:,} set aside",
        }

    def __repr__(self) -> str:
        """Customers, orders, dates and rows."""
        lines = [f"  {name:<9}  {text}" for name, text in self._summary().items()]
        return "\n".join(["Transactions", *lines])

    def _repr_html_(self) -> str:
        """The same as HTML for notebooks."""
        rows = "".join(
            f"<tr><th style='text-align:left'>{name}</th>"
            f"<td style='text-align:left'>{html.escape(text)}</td></tr>"
            for name, text in self._summary().items()
        )
        return f"<div><strong>Transactions</strong><table>{rows}</table></div>"


def check_transactions(transactions: object) -> None:
    """Refuse a frame where parsed transactions are needed."""
    if not isinstance(transactions, Transactions):
        raise KindError(
            "Parsed transactions are needed.",
            received=type(transactions).__name__,
            allowed="Transactions",
            do="Parse the frame first: Transactions(frame, customer=..., when=..., amount=...).",
        )
