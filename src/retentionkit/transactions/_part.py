"""A part of a log: the days that were observed, and the windows cut out of them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from retentionkit import frames
from retentionkit.durations import calendar_day
from retentionkit.errors import DataError
from retentionkit.transactions._log import PER_DAY, Base, Log, set_aside
from retentionkit.transactions._window import Bounds, Window, cut

if TYPE_CHECKING:
    from retentionkit.frames import Table
    from retentionkit.ledger import Ledger

__all__ = ["Part", "nothing_left"]


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """Days of a log, and what was computed of them.

    Attributes
    ----------
    log
        The checked rows of the whole log.
    days
        The days of observation, half-open, as day numbers.
    later
        Why later rows are set aside; empty if there are none.
    """

    log: Log
    days: Bounds
    later: str = ""
    _windows: dict[tuple[object, ...], Window] = dataclasses.field(
        default_factory=dict[tuple[object, ...], Window]
    )
    _facts: dict[str, int] = dataclasses.field(default_factory=dict[str, int])

    @property
    def begins_late(self) -> bool:
        """Whether earlier rows of the log were split off."""
        return self.days.start > self.log.first_day

    @property
    def ends_early(self) -> bool:
        """Whether later rows of the log were split off."""
        return self.later != ""

    def window(
        self,
        base: Base,
        start: int | None = None,
        end: int | None = None,
        *,
        before: str = "before the window",
        after: str = "after the window",
    ) -> Window:
        """Net purchase events of some periods with their ledger, computed once."""
        part = Bounds.of_days(self.days.start, self.days.end, base)
        low = part.start if start is None else max(start, part.start)
        high = part.end if end is None else min(end, part.end)
        key = (base, low, high, before, after)
        if key not in self._windows:
            window = cut(
                self.log.events(base),
                self.opening(),
                part=part,
                window=Bounds(low, high),
                before=before,
                after=after,
            )
            zeros = self.zeros(low // PER_DAY[base], -(-high // PER_DAY[base]))
            ledger = window.ledger.noting("purchases of amount zero", zeros, 0.0)
            self._windows[key] = dataclasses.replace(window, ledger=ledger)
        return self._windows[key]

    def customer_days(self) -> Table:
        """Customer-days with their net amounts, computed once, for the rooms above.

        Columns `customer`, `period` (day number), `rows`; `amount` with money; `orders` with
        order ids, else each customer-day is one order.
        """
        return self.window("day").events

    def facts(self) -> dict[str, int]:
        """Customers and orders, and the days of the first and last row; computed once."""
        if not self._facts:
            days = self.customer_days()
            orders = frames.total("orders") if "orders" in days.columns else frames.count()
            ends = {"first": frames.lowest("day"), "last": frames.highest("day")}
            people = days.per("customer", rows=frames.count())
            found: dict[str, Any] = days.facts(orders=orders) | self.rows().facts(**ends)
            self._facts.update(found | {"customers": len(people)})
        return self._facts

    def rows(self) -> Table:
        """The rows of the days that were observed."""
        day = frames.column("day")
        inside = (day >= self.days.start) & (day < self.days.end)
        return self.log.rows.where(inside) if self.begins_late or self.ends_early else self.log.rows

    def opening(self) -> Ledger:
        """The ledger of parsing and filtering, less the rows outside this part."""
        day = frames.column("day")
        ledger = self.log.ledger
        if self.begins_late:
            early = self.log.rows.where(day < self.days.start)
            ledger = set_aside(ledger, early, f"before {calendar_day(self.days.start)}")
        if self.ends_early:
            late = self.log.rows.where(day >= self.days.end)
            ledger = set_aside(ledger, late, self.later)
        return ledger

    def zeros(self, start: int, end: int) -> int:
        """How many rows of some days have an amount of zero."""
        if not self.log.zeros:
            return 0
        day = frames.column("day")
        nothing = frames.column("amount") == 0
        return len(self.log.rows.where(nothing & (day >= start) & (day < end)))

    def where(self, name: str, ours: str, value: object) -> Part:
        """The rows whose column has one of some values, observed over the same days."""
        asked = _as_list(value)
        known: set[Any] = {*self.log.rows.distinct(ours), None}
        chosen = [item for item in asked if _is_in(item, known)]
        inside, outside = self.log.rows.where_in(ours, chosen)
        if len(inside) == 0:
            raise nothing_left(f"{name}={value!r}")
        ledger = set_aside(self.log.ledger, outside, f"not selected by {name}")
        log = dataclasses.replace(self.log, rows=inside, ledger=ledger, _events={})
        return dataclasses.replace(self, log=log, _windows={}, _facts={})


def _as_list(value: object) -> list[Any]:
    if value is None or isinstance(value, str) or not hasattr(value, "__iter__"):
        return [value]
    items: Any = value
    return [item.item() if hasattr(item, "item") else item for item in items]


def _is_in(item: object, known: set[Any]) -> bool:
    try:
        return item in known
    except TypeError:  # what cannot be hashed is no value of a column
        return False


def nothing_left(conditions: str) -> DataError:
    """A condition that no purchase satisfies."""
    return DataError(
        "The conditions leave no purchase.",
        received=conditions,
        allowed="values that occur in the log",
        do="Check the spelling and the type of the values.",
    )
