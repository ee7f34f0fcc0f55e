"""Histories that a caller has already summarised in a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retentionkit import frames
from retentionkit.errors import DataError
from retentionkit.frames import Wanted

if TYPE_CHECKING:
    from retentionkit.frames import Frame, FrameKind

__all__ = ["arrays_of"]

#: Yes or no comes in many types; the histories themselves say which they take.
_CHECKED_LATER = ("ended",)


def arrays_of(
    frame: Frame, *, customer: str | None, **columns: str | None
) -> tuple[dict[str, Any], FrameKind]:
    """The arguments of `from_arrays`, and the kind of the frame."""
    wanted = {
        name: Wanted(column, name, "any" if name in _CHECKED_LATER else "number")
        for name, column in columns.items()
        if column is not None
    }
    if customer is not None:
        wanted["customer"] = Wanted(customer, "customer", "id")
    elif frames.has_index(frame):
        wanted["customer"] = Wanted(frames.INDEX, "customer", "id")
    table = frames.read(frame, wanted)
    if len(table) == 0:
        raise DataError(
            "The frame has no rows.",
            received="0 rows",
            allowed="one row for each customer",
            do="Check the filter or the file that the frame came from.",
        )
    if "customer" in wanted and table.facts(n=frames.null_count("customer"))["n"]:
        raise DataError(
            "`customer` has missing ids.",
            received=f"missing values in {customer or 'the index'}",
            allowed="an id for every row",
            do="Drop these rows, or pass a summary without ids.",
        )
    arrays = dict(zip(wanted, table.arrays(*wanted), strict=True))
    return arrays, table.kind
