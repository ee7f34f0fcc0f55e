"""The checked rows of a log, and the two tables per grain from which every window is cut.

Purchases are grouped to (customer, period). Whatever changes a purchase later, a refund or a late
line of the same order, is kept apart with the period it became known in. A window can then be
cut without looking ahead, and the same from the whole log as from a part of it.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from retentionkit import frames

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retentionkit.frames import Aggregate, Table
    from retentionkit.ledger import Ledger

__all__ = ["PER_DAY", "Base", "Events", "Log", "set_aside"]

#: The finest grain that a table is grouped to; coarser ones follow from days.
Base: TypeAlias = Literal["day", "hour", "instant"]

PER_DAY: dict[Base, int] = {"day": 1, "hour": 24, "instant": 86_400_000_000}
_KEYS = ("customer", "period")


@dataclasses.dataclass(frozen=True, slots=True)
class Events:
    """Purchases per customer and period, and what changed them.

    Attributes
    ----------
    purchases
        customer, period, rows; amount (gross) with money; orders with order ids.
    refunds, late
        customer, period (of the purchase they change), known, rows, amount; None if there are none.
    orphans
        Refunds without a purchase: customer, known, rows, amount; None if there are none.
    """

    purchases: Table
    refunds: Table | None = None
    late: Table | None = None
    orphans: Table | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Log:
    """Checked rows: customer, when, day, amount, order and the kept columns."""

    rows: Table
    ledger: Ledger
    money: bool
    orders: bool
    refunds: bool
    zeros: bool
    customer: str
    keep: Mapping[str, str]
    first_day: int
    last_day: int
    currency: str | None = None
    _events: dict[Base, Events] = dataclasses.field(default_factory=dict[Base, Events])

    def events(self, base: Base) -> Events:
        """The grouped tables, computed once; two threads at worst compute the same twice."""
        found = self._events.get(base)
        return self._events.setdefault(base, self._grouped(base)) if found is None else found

    def _grouped(self, base: Base) -> Events:
        names = ["customer", *(["amount"] * self.money), *(["order"] * self.orders)]
        rows = self.rows.choose(*names, period=_period(base))
        if not self.refunds:
            return self._purchases(rows)[0]
        amount = frames.column("amount")
        events, orders = self._purchases(rows.where(amount >= 0))
        return self._refunded(events, orders, rows.where(amount < 0))

    def _purchases(self, rows: Table) -> tuple[Events, Table | None]:
        """Purchases and late lines; and the orders with the period of their first line."""
        counted = {"rows": frames.count()} | self._sums()
        if not self.orders:
            return Events(rows.per(*_KEYS, **counted)), None
        lines = rows.per("customer", "order", "period", **counted)
        orders = lines.per("customer", "order", first=frames.lowest("period"))
        summed = {"rows": frames.total("rows")} | self._sums()
        if len(orders) == len(lines):
            return Events(lines.per(*_KEYS, orders=frames.count(), **summed)), orders
        dated = lines.join(orders, ("customer", "order"))
        period, first = frames.column("period"), frames.column("first")
        on_time = dated.where(period == first)
        late = dated.where(period > first).choose(
            "customer", "rows", *self._sums(), period=first, known=period
        )
        late = late.per("customer", "period", "known", **summed)
        return Events(on_time.per(*_KEYS, orders=frames.count(), **summed), late=late), orders

    def _refunded(self, events: Events, orders: Table | None, rows: Table) -> Events:
        """Refunds put to their order, else to the latest purchase up to then, else orphans."""
        counted = {"rows": frames.count()} | self._sums()
        own: Table | None = None
        if orders is None:
            rest = rows.per(*_KEYS, **counted)
        else:
            keys = ("customer", "order", "period")
            by_order = rows.per(*keys, **counted)
            # An order that begins after the refund is not yet known: that would be looking ahead.
            known = frames.column("first") <= frames.column("period")
            matched = by_order.join(orders, ("customer", "order")).where(known)
            own = _changes(matched, period="first", known="period")
            rest = by_order.join(matched, keys, "anti").per(
                *_KEYS, rows=frames.total("rows"), **self._sums()
            )
        rest = rest.choose("customer", "rows", "amount", known=frames.column("period"))
        targets = rest.choose("customer", "known").join(
            events.purchases.choose(*_KEYS), ("customer",)
        )
        targets = targets.where(frames.column("period") <= frames.column("known"))
        targets = targets.per("customer", "known", period=frames.highest("period"))
        found = _changes(rest.join(targets, ("customer", "known")), period="period", known="known")
        orphans = rest.join(targets, ("customer", "known"), "anti")
        refunds = found if own is None else own.stack(found)
        return dataclasses.replace(
            events,
            refunds=refunds.per(
                "customer", "period", "known", rows=frames.total("rows"), **self._sums()
            ),
            orphans=orphans,
        )

    def _sums(self) -> dict[str, Aggregate]:
        return {"amount": frames.total("amount")} if self.money else {}


def set_aside(ledger: Ledger, rows: Table, reason: str) -> Ledger:
    """The ledger with some rows set aside."""
    if ledger.amount_in is None:
        return ledger.less(reason, len(rows))
    return ledger.less(reason, len(rows), rows.facts(all=frames.total("amount"))["all"])


def _period(base: Base) -> Any:  # noqa: ANN401 - an expression
    if base == "day":
        return frames.column("day")
    instant = frames.instant("when", "day")
    return instant if base == "instant" else instant // 3_600_000_000


def _changes(table: Table, *, period: str, known: str) -> Table:
    return table.choose(
        "customer", "rows", "amount", period=frames.column(period), known=frames.column(known)
    )
