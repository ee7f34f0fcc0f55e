"""What each customer did in a window: orders, active days, last day and net amount.

Without refunds and order ids nothing ever changes a purchase later, so that the rows can be summed
as they are; else the customer-days of the window are.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from retentionkit import frames
from retentionkit.transactions._log import set_aside
from retentionkit.transactions._window import ORPHANS

if TYPE_CHECKING:
    from retentionkit.frames import Table
    from retentionkit.ledger import Ledger
    from retentionkit.transactions._part import Part
    from retentionkit.transactions._window import Window

__all__ = ["CustomerTotals", "customer_totals"]


@dataclasses.dataclass(frozen=True, slots=True)
class CustomerTotals:
    """Sums over the days of a window, for each customer.

    Attributes
    ----------
    buyers
        customer, orders, active_days, last (day number); amount with money.
    refund_only
        Customers with refunds in the window and no purchase up to then: customer, amount; None if
        there are none.
    ledger
        What was set aside, from the rows of the caller's frame on.
    """

    buyers: Table
    refund_only: Table | None
    ledger: Ledger


def customer_totals(part: Part, *, start: int, end: int, before: str, after: str) -> CustomerTotals:
    """Totals over the days [start, end), with why earlier and later rows are set aside."""
    low, high = max(start, part.days.start), min(end, part.days.end)
    if part.log.refunds or part.log.orders:
        return _of_days(part.window("day", low, high, before=before, after=after), part)
    rows, ledger, day = part.rows(), part.opening(), frames.column("day")
    for reason, outside, some in (
        (before, day < low, low > part.days.start),
        (after, day >= high, high < part.days.end),
    ):
        if some:
            ledger = set_aside(ledger, rows.where(outside), reason)
            rows = rows.where(~outside)
    sums = {"amount": frames.total("amount")} if part.log.money else {}
    buyers = rows.per(
        "customer",
        active_days=frames.distinct_count("day"),
        last=frames.highest("day"),
        **sums,
    )
    buyers = buyers.derive(orders=frames.column("active_days"))
    ledger = ledger.noting("purchases of amount zero", part.zeros(low, high), 0.0)
    return CustomerTotals(buyers, None, ledger)


def _of_days(window: Window, part: Part) -> CustomerTotals:
    orders = frames.total("orders") if part.log.orders else frames.count()
    sums = {"amount": frames.total("amount")} if part.log.money else {}
    buyers = window.events.per(
        "customer",
        active_days=frames.count(),
        last=frames.highest("period"),
        orders=orders,
        **sums,
    )
    if window.orphans is None:
        return CustomerTotals(buyers, None, window.ledger)
    refunds = window.orphans.join(buyers.choose("customer"), ("customer",), "anti")
    if len(refunds) == 0:
        return CustomerTotals(buyers, None, window.ledger)
    people = refunds.per("customer", rows=frames.total("rows"), amount=frames.total("amount"))
    return CustomerTotals(buyers, people, _listed(window.ledger, people))


def _listed(ledger: Ledger, people: Table) -> Ledger:
    """The ledger with the refunds of customers who are listed as such counted as used."""
    facts = people.facts(rows=frames.total("rows"), amount=frames.total("amount"))
    rows, amount = int(facts["rows"]), float(facts["amount"])
    lines = [line for line in ledger.set_aside if line.reason != ORPHANS]
    (orphans,) = (line for line in ledger.set_aside if line.reason == ORPHANS)
    used = dataclasses.replace(ledger, set_aside=tuple(lines))
    used = used.less(ORPHANS, orphans.rows - rows, (orphans.amount or 0.0) - amount)
    return used.noting("refunds of customers without a purchase", rows, amount, len(people))
