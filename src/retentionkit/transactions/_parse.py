"""From a caller's frame to checked rows: every value is looked at once, nothing is guessed."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from retentionkit import frames
from retentionkit.arguments import check_choice, check_number
from retentionkit.errors import DataError, OptionError
from retentionkit.frames import Wanted
from retentionkit.ledger import Ledger
from retentionkit.transactions._log import Log, set_aside

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retentionkit.frames import Frame, Table

__all__ = ["Columns", "Missing", "Refunds", "parse"]

Refunds: TypeAlias = Literal["net", "drop", "error"]
Missing: TypeAlias = Literal["error", "drop"]

_LARGEST: Final = 1e300  # no sum of finite amounts may overflow


@dataclasses.dataclass(frozen=True, slots=True)
class Columns:
    """Which column of the frame is what."""

    customer: str
    when: str
    amount: str | None
    order: str | None
    currency: str | None
    keep: Mapping[str, str]

    def wanted(self) -> dict[str, Wanted]:
        """What to read, under our names."""
        found = {
            "customer": Wanted(self.customer, "customer", "id"),
            "when": Wanted(self.when, "when", "moment"),
        }
        if self.amount is not None:
            found["amount"] = Wanted(self.amount, "amount", "number")
        if self.order is not None:
            found["order"] = Wanted(self.order, "order", "id")
        if self.currency is not None:
            found["currency"] = Wanted(self.currency, "currency", "id")
        kept = {ours: Wanted(name, "keep", "any") for name, ours in self.keep.items()}
        return found | kept

    def check(self) -> None:
        """Refuse one column for two meanings, and a currency of no money."""
        names = [self.customer, self.when, self.amount, self.order, self.currency]
        given = [name for name in names if name is not None]
        twice = next((name for name in given if given.count(name) > 1), None)
        if twice is not None:
            raise OptionError(
                f"Column {twice!r} cannot be two things at once.",
                received=", ".join(map(repr, given)),
                allowed="a column of its own for customer, when, amount, order and currency",
                do="Name the column of each; leave out order= and currency= if there is none.",
            )
        if self.currency is not None and self.amount is None:
            raise OptionError(
                "A currency needs amounts.",
                received=f"currency={self.currency!r}, amount=None",
                allowed="amount= with currency=, or neither",
                do="Name the column of amounts, or leave currency= out.",
            )


def parse(
    frame: Frame,
    columns: Columns,
    *,
    rates: Mapping[Any, float] | None,
    time_zone: str | None,
    refunds: Refunds,
    missing: Missing,
) -> Log:
    """Checked rows with the ledger of what was set aside on the way."""
    check_choice("refunds", refunds, ("net", "drop", "error"))
    check_choice("missing", missing, ("error", "drop"))
    columns.check()
    rows = frames.read(frame, columns.wanted(), time_zone=time_zone)
    if len(rows) == 0:
        raise DataError(
            "The frame has no rows.",
            received="0 rows",
            allowed="at least one purchase",
            do="Check the filter or the file that the frame came from.",
        )
    currency = None
    if columns.currency is not None:
        rows, currency = _in_one_currency(rows, columns.currency, rates)
    elif rates is not None:
        raise OptionError(
            "`rates` needs the column of currencies.",
            received="rates without currency=",
            allowed="currency= with rates=",
            do="Name the column that holds the currencies with currency=.",
        )
    money = columns.amount is not None
    ledger = _opening(rows, money=money, name=columns.amount)
    rows, ledger = _without_missing(rows, columns, ledger, missing)
    rows, ledger, some_refunds = _without_refunds(rows, columns, ledger, refunds)
    days = rows.facts(first=frames.lowest("day"), last=frames.highest("day"))
    zeros = rows.facts(n=(frames.column("amount") == 0).sum())["n"] if money else 0
    return Log(
        rows=rows,
        ledger=ledger,
        money=money,
        currency=currency,
        orders=columns.order is not None,
        refunds=some_refunds,
        zeros=bool(zeros),
        customer=columns.customer,
        keep=columns.keep,
        first_day=days["first"],
        last_day=days["last"],
    )


def _in_one_currency(
    rows: Table, name: str, rates: Mapping[Any, float] | None
) -> tuple[Table, str | None]:
    """Amounts in the reporting currency, missing where the currency is; and its name, if known."""
    found = sorted(rows.distinct("currency"), key=str)
    if rates is None and len(found) > 1:
        raise DataError(
            "Amounts in several currencies cannot be added.",
            received=f"{name}: " + ", ".join(map(repr, found[:10])),
            allowed="one currency, or rates= into the reporting currency",
            do="Pass rates={'EUR': 1.0, 'USD': 0.92, ...}: what one unit of each is worth.",
        )
    factors = dict.fromkeys(found, 1.0) if rates is None else _checked(rates)
    unknown = [currency for currency in found if currency not in factors]
    if unknown:
        raise DataError(
            "`rates` lacks a currency of the log.",
            received=", ".join(map(repr, unknown[:10])),
            allowed=", ".join(map(repr, factors)),
            do="Add these currencies to rates=, or leave their rows out.",
        )
    units = [str(currency) for currency, factor in factors.items() if factor == 1]
    factor = frames.lookup("currency", {currency: factors[currency] for currency in found})
    rows = rows.derive(amount=frames.column("amount") * factor)
    return rows, units[0] if len(units) == 1 else None


def _checked(rates: Mapping[Any, float]) -> dict[Any, float]:
    return {
        currency: check_number(f"rates[{currency!r}]", rate, low=0, open_low=True)
        for currency, rate in rates.items()
    }


def _opening(rows: Table, *, money: bool, name: str | None) -> Ledger:
    if not money:
        return Ledger(len(rows), kind=rows.kind)
    facts = rows.facts(low=frames.lowest("amount"), high=frames.highest("amount"))
    low, high = facts["low"] or 0.0, facts["high"] or 0.0
    if not max(-low, high) < _LARGEST / len(rows):
        raise DataError(
            f"Column {name!r} holds infinite amounts, or amounts beyond what can be added.",
            received=f"amounts from {low} to {high}",
            allowed="finite amounts",
            do="Correct these rows, or make them missing and pass missing='drop'.",
        )
    total = rows.facts(all=frames.total("amount"))["all"]
    return Ledger(len(rows), total or 0.0, kind=rows.kind)


def _without_missing(
    rows: Table, columns: Columns, ledger: Ledger, missing: Missing
) -> tuple[Table, Ledger]:
    names = {
        "customer": columns.customer,
        "when": columns.when,
        "order": columns.order,
        "currency": columns.currency,
        "amount": columns.amount,
    }
    present = {ours: name for ours, name in names.items() if name is not None}
    nulls = rows.facts(**{ours: frames.null_count(ours) for ours in present})
    for ours, name in present.items():
        if not nulls[ours]:
            continue
        if missing == "error":
            raise _missing_values(name, ours, nulls[ours], len(rows))
        absent = frames.column(ours).is_null()
        ledger = set_aside(ledger, rows.where(absent), f"missing {name}")
        rows = rows.where(~absent)
    used = rows.choose(*(name for name in rows.columns if name != "currency"))
    if len(rows) == 0:
        raise DataError(
            "No row is complete.",
            received=f"{ledger.rows_in:,} rows, all with missing values",
            allowed="at least one row with " + ", ".join(present.values()),
            do="Check which columns are empty; missing='drop' left nothing over.",
        )
    return (used.settled() if any(nulls.values()) else used), ledger


def _missing_values(name: str, ours: str, number: int, rows: int) -> DataError:
    return DataError(
        f"Column {name!r} ({ours}) has missing values.",
        received=f"{number:,} of {rows:,} rows",
        allowed="no missing values with missing='error'",
        do="Fill them in, or pass missing='drop' to set these rows aside in the ledger.",
    )


def _without_refunds(
    rows: Table, columns: Columns, ledger: Ledger, refunds: Refunds
) -> tuple[Table, Ledger, bool]:
    if columns.amount is None:
        return rows, ledger, False
    amount = frames.column("amount")
    facts = rows.facts(low=frames.lowest("amount"))
    if facts["low"] >= 0:
        return rows, ledger, False
    negative = rows.where(amount < 0)
    if len(negative) == len(rows):
        raise DataError(
            f"Column {columns.amount!r} holds refunds only.",
            received=f"{len(rows):,} negative amounts",
            allowed="at least one purchase; purchases are positive",
            do="Change the sign of the amounts if purchases are negative in this log.",
        )
    if refunds == "error":
        raise DataError(
            f"Column {columns.amount!r} holds negative amounts.",
            received=f"{len(negative):,} of {len(rows):,} rows, the least is {facts['low']:g}",
            allowed="no negative amounts with refunds='error'",
            do="Pass refunds='net' to reduce the purchases they belong to, or refunds='drop'.",
        )
    if refunds == "net":
        return rows, ledger, True
    return rows.where(amount >= 0), set_aside(ledger, negative, "refunds (refunds='drop')"), False
