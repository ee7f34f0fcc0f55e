"""Customers: attributes such as channel, city or tier, to be joined to transactions with `by=`."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from retentionkit import frames
from retentionkit.errors import DataError, OptionError
from retentionkit.frames import Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retentionkit.frames import Frame, FrameKind, Table

__all__ = ["Customers"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False, init=False)
class Customers:
    """Attributes of customers, one row for each customer.

    Parameters
    ----------
    frame
        A pandas or polars DataFrame or a pyarrow Table. It is neither changed nor kept.
    customer
        Column of customer ids: whole numbers or text.
    keep
        The columns with the attributes.

    Raises
    ------
    ColumnError
        The frame lacks a column.
    DataError
        Ids are missing or occur twice, or the frame is empty.

    Examples
    --------
    >>> import pandas as pd
    >>> from retentionkit.customers import Customers
    >>> Customers(pd.DataFrame({"customer_id": [1, 2], "tier": ["gold", "blue"]}), keep="tier")
    Customers(2 customers; tier)
    """

    table: Table
    attributes: Mapping[str, str]
    customer: str

    def __init__(
        self, frame: Frame, *, customer: str = "customer_id", keep: Sequence[str] | str
    ) -> None:
        names = (keep,) if isinstance(keep, str) else tuple(keep)
        if not names or customer in names or len(set(names)) < len(names):
            raise OptionError(
                "`keep` has to name the columns with attributes, each once.",
                received=f"keep={names!r}, customer={customer!r}",
                allowed="one or more columns besides the ids",
                do="Name them, for instance keep=('channel', 'city').",
            )
        attributes = {name: f"keep_{number}" for number, name in enumerate(names)}
        wanted = {"customer": Wanted(customer, "customer", "id")}
        wanted |= {ours: Wanted(name, "keep", "any") for name, ours in attributes.items()}
        table = frames.read(frame, wanted)
        _check_ids(table, customer)
        for name, value in (("table", table), ("attributes", attributes), ("customer", customer)):
            object.__setattr__(self, name, value)  # the way a frozen dataclass is filled

    @property
    def kind(self) -> FrameKind:
        """The kind of frame that the caller brought."""
        return self.table.kind

    @property
    def keep(self) -> tuple[str, ...]:
        """The names of the attributes."""
        return tuple(self.attributes)

    @property
    def n_customers(self) -> int:
        """Number of customers."""
        return len(self.table)

    def to_frame(self) -> Frame:
        """Ids and attributes in the caller's kind of frame."""
        back = {"customer": self.customer} | {ours: name for name, ours in self.attributes.items()}
        return self.table.renamed(back).native

    def __repr__(self) -> str:
        """How many customers, and which attributes."""
        return f"Customers({self.n_customers:,} customers; {', '.join(self.attributes)})"


def _check_ids(table: Table, name: str) -> None:
    if len(table) == 0:
        raise DataError(
            "The frame has no rows.",
            received="0 rows",
            allowed="at least one customer",
            do="Check the filter or the file that the frame came from.",
        )
    missing = table.facts(n=frames.null_count("customer"))["n"]
    if missing:
        raise DataError(
            f"Column {name!r} has missing ids.",
            received=f"{missing:,} of {len(table):,} rows",
            allowed="an id in every row",
            do="Drop these rows first.",
        )
    rows = table.choose("customer").per("customer", rows=frames.count())
    if len(rows) < len(table):
        (example, *_) = rows.where(frames.column("rows") > 1).distinct("customer")
        raise DataError(
            f"Column {name!r} has ids that occur more than once.",
            received=f"{example!r}, and {len(table) - len(rows):,} rows too many in all",
            allowed="one row for each customer",
            do="Keep one row for each customer first.",
        )
