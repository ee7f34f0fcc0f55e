"""Cutting a window out of the grouped tables, with the ledger of what falls outside."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

from retentionkit import frames
from retentionkit.transactions._log import PER_DAY

if TYPE_CHECKING:
    from retentionkit.frames import Table
    from retentionkit.ledger import Ledger
    from retentionkit.transactions._log import Base, Events

__all__ = ["ORPHANS", "Bounds", "Window", "cut"]

#: Why a refund is set aside that no purchase can bear.
ORPHANS: Final = "refunds without an earlier purchase"


@dataclasses.dataclass(frozen=True, slots=True)
class Bounds:
    """Half-open bounds in periods of one base."""

    start: int
    end: int

    @classmethod
    def of_days(cls, start: int, end: int, base: Base) -> Bounds:
        """The bounds of whole days."""
        return cls(start * PER_DAY[base], end * PER_DAY[base])


@dataclasses.dataclass(frozen=True, slots=True)
class Window:
    """Net purchase events of a window.

    Attributes
    ----------
    events
        customer, period, rows; amount (net) with money; orders with order ids.
    ledger
        What was set aside, from the rows of the caller's frame on.
    rows
        Rows of purchases, so without refunds, in the window.
    orphans
        Refunds in the window without an earlier purchase: customer, rows, amount; None if the log
        has no refunds.
    """

    events: Table
    ledger: Ledger
    rows: int
    orphans: Table | None = None


def cut(
    events: Events,
    ledger: Ledger,
    *,
    part: Bounds,
    window: Bounds,
    before: str = "before the window",
    after: str,
) -> Window:
    """Net purchase events in `window`, of the rows in `part`; `ledger` accounts for the rest."""
    changes = [table for table in (events.refunds, events.late) if table is not None]
    dated = [(events.purchases, "period")] + [(table, "known") for table in changes]
    if events.orphans is not None:
        dated.append((events.orphans, "known"))
    for reason, low, high in ((before, part.start, window.start), (after, window.end, part.end)):
        if low < high:
            found = [_sum(_between(table, name, low, high)) for table, name in dated]
            ledger = ledger.less(reason, sum(n for n, _ in found), sum(a for _, a in found))
    purchases = _between(events.purchases, "period", window.start, window.end)
    rows, _ = _sum(purchases)
    for table, what in ((events.refunds, "refunds"), (events.late, "late lines of orders")):
        if table is not None:
            known = _between(table, "known", window.start, window.end)
            start = frames.column("period") >= window.start
            ledger = ledger.less(f"{what}: purchase before the window", *_sum(known.where(~start)))
            inside = known.where(start)
            ledger = ledger.noting(f"{what} netted", *_sum(inside))
            purchases = _netted(purchases, inside)
    orphans: Table | None = None
    if events.orphans is not None:
        orphans = _between(events.orphans, "known", window.start, window.end)
        ledger = ledger.less(ORPHANS, *_sum(orphans))
    return Window(purchases, ledger, rows, orphans)


def _between(table: Table, name: str, low: int, high: int) -> Table:
    values = frames.column(name)
    facts = table.facts(low=frames.lowest(name), high=frames.highest(name))
    if facts["low"] is None or (facts["low"] >= low and facts["high"] < high):
        return table
    return table.where((values >= low) & (values < high))


def _sum(table: Table) -> tuple[int, float]:
    money = "amount" in table.columns
    wanted = {"rows": frames.total("rows")} | ({"amount": frames.total("amount")} if money else {})
    facts = table.facts(**wanted)
    return int(facts["rows"] or 0), float(facts.get("amount") or 0.0)


def _netted(purchases: Table, changes: Table) -> Table:
    """Purchases with their refunds and late lines taken into the amounts."""
    if len(changes) == 0:
        return purchases
    money = "amount" in purchases.columns
    sums = {"more_rows": frames.total("rows")}
    if money:
        sums["more"] = frames.total("amount")
    summed = changes.per("customer", "period", **sums)
    joined = purchases.join(summed, ("customer", "period"), "left")
    derived = {"rows": frames.column("rows") + frames.whole("more_rows")}
    if money:
        derived["amount"] = frames.column("amount") + frames.column("more").fill_null(0.0)
    return joined.derive(**derived).choose(*purchases.columns)
