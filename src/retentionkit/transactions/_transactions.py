"""The parsed purchase log: what a caller holds, splits and filters."""

from __future__ import annotations

import dataclasses
import datetime as dt
import html
from typing import TYPE_CHECKING, Any

from retentionkit import frames
from retentionkit.durations import Moment, calendar_day, day_number, moment
from retentionkit.errors import ColumnError, DataError, OptionError
from retentionkit.transactions import _parse
from retentionkit.transactions._log import PER_DAY
from retentionkit.transactions._window import Bounds, Window, cut

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retentionkit.frames import Frame, FrameKind, Table
    from retentionkit.ledger import Ledger
    from retentionkit.transactions._log import Base, Log
    from retentionkit.transactions._parse import Missing, Refunds

__all__ = ["Transactions", "whole_day"]


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

    __slots__ = ("_cache", "_cut", "_days", "_log")

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
        self._set(log, Bounds(log.first_day, log.last_day + 1), cut="")

    def _set(self, log: Log, days: Bounds, cut: str) -> None:
        for name, value in (("_log", log), ("_days", days), ("_cut", cut), ("_cache", {})):
            object.__setattr__(self, name, value)

    def _with(self, log: Log, days: Bounds, cut: str) -> Transactions:
        part = Transactions.__new__(Transactions)
        part._set(log, days, cut)  # noqa: SLF001 - the same class
        return part

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse changes."""
        message = f"Transactions do not change; {name!r} cannot be set to {value!r}"
        raise AttributeError(message)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled without what was computed on the way."""
        return _restored, (self._log, self._days, self._cut)

    @property
    def kind(self) -> FrameKind:
        """The kind of frame that the caller brought; results come back in it."""
        return self._log.rows.kind

    @property
    def money(self) -> bool:
        """Whether the log has amounts."""
        return self._log.money

    @property
    def keep(self) -> tuple[str, ...]:
        """The further columns that were kept."""
        return tuple(self._log.keep)

    @property
    def observed_from(self) -> dt.date:
        """The first day of observation: of the log, or of this part of it."""
        return calendar_day(self._days.start)

    @property
    def observed_until(self) -> dt.date:
        """The last day of observation: the last date of the log, or the day before the split."""
        return calendar_day(self._days.end - 1)

    @property
    def days(self) -> Bounds:
        """The days of observation, half-open, as day numbers."""
        return self._days

    @property
    def begins_late(self) -> bool:
        """Whether earlier rows of the log were split off."""
        return self._days.start > self._log.first_day

    @property
    def ends_early(self) -> bool:
        """Whether later rows of the log were split off."""
        return self._cut != ""

    @property
    def first(self) -> dt.date:
        """The date of the first row."""
        return calendar_day(self._facts()["first"])

    @property
    def last(self) -> dt.date:
        """The date of the last row."""
        return calendar_day(self._facts()["last"])

    @property
    def n_customers(self) -> int:
        """Number of customers with a purchase."""
        return int(self._facts()["customers"])

    @property
    def n_orders(self) -> int:
        """Number of orders: distinct order ids of a customer, or customer-days without ids."""
        return int(self._facts()["orders"])

    @property
    def ledger(self) -> Ledger:
        """Rows and money in, set aside by reason, and used."""
        return self.window("day").ledger

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
        facts = self._facts()
        if not facts["first"] < day <= facts["last"]:
            raise OptionError(
                "The split leaves one part empty.",
                received=f"at={calendar_day(day)}",
                allowed=f"after {self.first}, up to {self.last}",
                do="Pass the first day of the holdout.",
            )
        date = calendar_day(day)
        return (
            self._with(self._log, Bounds(self._days.start, day), f"on or after {date}"),
            self._with(self._log, Bounds(day, self._days.end), self._cut),
        )

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
        conditions = {} if customer is None else {self._log.customer: ("customer", customer)}
        for name, value in kept.items():
            if name not in self._log.keep:
                raise ColumnError(
                    f"Column {name!r} was not kept.",
                    received=f"{name}={value!r}",
                    allowed=", ".join(["'customer'", *map(repr, self._log.keep)]),
                    do=f"Parse the log with keep=({name!r},).",
                )
            conditions[name] = (self._log.keep[name], value)
        log = self._log
        for name, (ours, value) in conditions.items():
            log = _filtered(log, name, ours, value)
        part = self._with(log, self._days, self._cut)
        if not part.n_customers:
            raise _nothing_left(conditions)
        return part

    def window(
        self, base: Base, start: int | None = None, end: int | None = None, **reasons: str
    ) -> Window:
        """Net purchase events of these days and their ledger, for the rooms above."""
        part = Bounds.of_days(self._days.start, self._days.end, base)
        low = part.start if start is None else max(start, part.start)
        high = part.end if end is None else min(end, part.end)
        key = (base, low, high, *reasons.items())
        if key not in self._cache:
            found = cut(
                self._log.events(base),
                self._opening(),
                part=part,
                window=Bounds(low, high),
                **({"before": "before the window", "after": "after the window"} | reasons),
            )
            zeros = self._zeros(low // PER_DAY[base], -(-high // PER_DAY[base]))
            ledger = found.ledger.noting("purchases of amount zero", zeros, 0.0)
            self._cache[key] = dataclasses.replace(found, ledger=ledger)
        return self._cache[key]

    def customer_days(self) -> Table:
        """Customer-days with net amount, rows and orders, computed once, for the rooms above.

        Columns `customer`, `period` (day number), `rows`, `amount` with money and `orders` with
        order ids.
        """
        return self.window("day").events

    def _opening(self) -> Ledger:
        """The ledger of parsing and filtering, less the rows outside this part."""
        ledger, log = self._log.ledger, self._log
        day = frames.column("day")
        for reason, outside, some in (
            (
                f"before {self.observed_from}",
                day < self._days.start,
                log.first_day < self._days.start,
            ),
            (self._cut, day >= self._days.end, log.last_day >= self._days.end),
        ):
            if some:
                rows = log.rows.where(outside)
                money = rows.facts(all=frames.total("amount"))["all"] if log.money else None
                ledger = ledger.less(reason, len(rows), money)
        return ledger

    def _zeros(self, start: int, end: int) -> int:
        if not self._log.zeros:
            return 0
        day = frames.column("day")
        nothing = frames.column("amount") == 0
        return len(self._log.rows.where(nothing & (day >= start) & (day < end)))

    def _facts(self) -> dict[str, Any]:
        if "facts" not in self._cache:
            days = self.customer_days()
            orders = frames.total("orders") if "orders" in days.columns else frames.count()
            inside = self._log.rows
            if self._cut or self._days.start > self._log.first_day:
                day = frames.column("day")
                inside = inside.where((day >= self._days.start) & (day < self._days.end))
            self._cache["facts"] = (
                days.facts(orders=orders)
                | inside.facts(first=frames.lowest("day"), last=frames.highest("day"))
                | {"customers": len(days.per("customer", rows=frames.count()))}
            )
        return self._cache["facts"]

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


def whole_day(name: str, value: Moment) -> int:
    """The day number of a moment that has to be a whole day."""
    found = moment(name, value)
    if isinstance(found, dt.datetime) and found.time() != dt.time():
        raise OptionError(
            f"`{name}` has to be a whole day.",
            received=str(found),
            allowed="a date",
            do=f"Pass {name}='{found.date()}', or the day after it.",
        )
    return day_number(found)


def _restored(log: Log, days: Bounds, cut: str) -> Transactions:
    transactions = Transactions.__new__(Transactions)
    transactions._set(log, days, cut)  # noqa: SLF001 - the same class
    return transactions


def _filtered(log: Log, name: str, ours: str, value: object) -> Log:
    single = value is None or isinstance(value, str) or not hasattr(value, "__iter__")
    asked: list[Any] = [value] if single else list(value)  # type: ignore[call-overload]
    known = set(log.rows.distinct(ours)) | {None}
    try:
        chosen = [
            item
            for item in (getattr(one, "item", lambda one=one: one)() for one in asked)
            if item in known
        ]
    except TypeError:  # what cannot be hashed is no value of a column
        chosen = []
    inside, outside = log.rows.where_in(ours, chosen)
    if len(inside) == 0:
        raise _nothing_left({name: (ours, value)})
    money = outside.facts(all=frames.total("amount"))["all"] if log.money else None
    ledger = log.ledger.less(f"not selected by {name}", len(outside), money)
    return dataclasses.replace(log, rows=inside, ledger=ledger, _events={})


def _nothing_left(conditions: Mapping[str, tuple[str, object]]) -> DataError:
    return DataError(
        "The conditions leave no purchase.",
        received=", ".join(f"{name}={value!r}" for name, (_, value) in conditions.items()),
        allowed="values that occur in the log",
        do="Check the spelling and the type of the values.",
    )
