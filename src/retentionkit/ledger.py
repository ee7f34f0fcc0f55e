"""The ledger: what came in, what was used, and what was set aside for which reason.

Rows in = rows used + rows set aside, and the same for money, to the cent. Nothing is dropped
silently. Notes tell of rows that were used, but in a way worth knowing.
"""

from __future__ import annotations

import dataclasses
import html
import math
from typing import TYPE_CHECKING

from retentionkit.results import JSONValue, Result

if TYPE_CHECKING:
    from collections.abc import Iterable

    from retentionkit.frames import FrameKind
    from retentionkit.results import Columns

__all__ = ["Ledger", "LedgerLine"]


@dataclasses.dataclass(frozen=True, slots=True)
class LedgerLine:
    """Rows with something in common.

    Attributes
    ----------
    reason
        What they have in common.
    rows
        How many rows there are.
    amount
        What their amounts sum to; None for a log without money.
    customers
        How many customers they belong to, where that was counted.
    """

    reason: str
    rows: int
    amount: float | None = None
    customers: int | None = None


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Ledger(Result):
    """Rows and money in, set aside by reason, and used.

    Attributes
    ----------
    rows_in
        Rows of the caller's frame.
    amount_in
        Sum of their amounts, missing ones left out; None for a log without money.
    set_aside
        Rows that were not used, by reason; no row is in two lines.
    notes
        Rows that were used in a way worth knowing; a row may be in several.
    kind
        The kind of frame that the caller brought.

    Examples
    --------
    >>> ledger = Ledger(10, 100.0).less("after as_of 1997-09-30", 4, 40.0)
    >>> ledger.rows_used, ledger.amount_used
    (6, 60.0)
    >>> ledger
    Ledger
      rows in                             10  100.00
      set aside: after as_of 1997-09-30    4   40.00
      used                                 6   60.00
    """

    rows_in: int
    amount_in: float | None = None
    set_aside: tuple[LedgerLine, ...] = ()
    notes: tuple[LedgerLine, ...] = ()
    kind: FrameKind | None = None

    @property
    def rows_used(self) -> int:
        """Rows in less rows set aside."""
        return self.rows_in - sum(line.rows for line in self.set_aside)

    @property
    def amount_used(self) -> float | None:
        """Amount in less amounts set aside; None for a log without money."""
        if self.amount_in is None:
            return None
        return math.fsum([self.amount_in, *(-(line.amount or 0.0) for line in self.set_aside)])

    def less(
        self, reason: str, rows: int, amount: float | None = None, customers: int | None = None
    ) -> Ledger:
        """The same with one more reason why rows are set aside; itself if there are none."""
        if rows == 0:
            return self
        money = None if self.amount_in is None else float(amount or 0.0)
        line = LedgerLine(reason, rows, money, customers)
        return dataclasses.replace(self, set_aside=(*self.set_aside, line))

    def noting(
        self, reason: str, rows: int, amount: float | None = None, customers: int | None = None
    ) -> Ledger:
        """The same with one more note on rows that are used; itself if there are none."""
        if rows == 0:
            return self
        money = None if self.amount_in is None else amount
        line = LedgerLine(reason, rows, money, customers)
        return dataclasses.replace(self, notes=(*self.notes, line))

    def to_dict(self) -> dict[str, JSONValue]:
        """The ledger as strict JSON, with what is used."""
        used: dict[str, JSONValue] = {"rows_used": self.rows_used, "amount_used": self.amount_used}
        return Result.to_dict(self) | used

    def _lines(self) -> Iterable[tuple[str, int, float | None, int | None]]:
        yield "rows in", self.rows_in, self.amount_in, None
        for line in self.set_aside:
            yield f"set aside: {line.reason}", line.rows, line.amount, line.customers
        yield "used", self.rows_used, self.amount_used, None
        for line in self.notes:
            yield f"note: {line.reason}", line.rows, line.amount, line.customers

    def _table(self) -> Columns:
        steps, rows, amounts, customers = zip(*self._lines(), strict=True)
        table: dict[str, list[object]] = {"step": list(steps), "rows": list(rows)}
        if self.amount_in is not None:
            table["amount"] = list(amounts)
        if any(number is not None for number in customers):
            table["customers"] = list(customers)
        return table

    def _shown(self) -> list[tuple[str, ...]]:
        """The lines as text, money to the cent."""
        return [
            (
                step + (f" ({customers:,} customers)" if customers is not None else ""),
                f"{rows:,}",
                "" if amount is None else f"{round(amount, 2) + 0.0:,.2f}",
            )
            for step, rows, amount, customers in self._lines()
        ]

    def __repr__(self) -> str:
        """One line for each reason: rows, and money to the cent."""
        lines = self._shown()
        widths = [max(map(len, texts)) for texts in zip(*lines, strict=True)]
        texts = (
            f"  {step:<{widths[0]}}"
            + "".join(f"  {text:>{w}}" for text, w in zip(rest, widths[1:], strict=True))
            for step, *rest in lines
        )
        return "\n".join(["Ledger", *(text.rstrip() for text in texts)])

    def _repr_html_(self) -> str:
        """The same as HTML for notebooks."""
        rows = "".join(
            f"<tr><th style='text-align:left'>{html.escape(step)}</th>"
            + "".join(f"<td style='text-align:right'>{text}</td>" for text in rest)
            + "</tr>"
            for step, *rest in self._shown()
        )
        return f"<div><strong>Ledger</strong><table>{rows}</table></div>"
