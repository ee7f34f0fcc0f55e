"""Histories that a caller has already summarised in a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retentionkit import frames
from retentionkit.errors import DataError
from retentionkit.frames import Wanted

if TYPE_CHECKING:
    from retentionkit.frames import Frame, FrameKind

__all__ = ["arrays_of", "contract_arrays"]


def arrays_of(
    frame: Frame,
    *,
    customer: str | None,
    frequency: str,
    recency: str,
    age: str,
    monetary_value: str | None,
) -> tuple[dict[str, Any], FrameKind]:
    """The arguments of `from_arrays`, and the kind of the frame."""
    wanted = {
        "frequency": Wanted(frequency, "frequency", "number"),
        "recency": Wanted(recency, "recency", "number"),
        "age": Wanted(age, "age", "number"),
    }
    if monetary_value is not None:
        wanted["monetary_value"] = Wanted(monetary_value, "monetary_value", "number")
    return _read(frame, wanted, customer)


def contract_arrays(
    frame: Frame, *, customer: str | None, renewals: str, ended: str, weight: str | None
) -> tuple[dict[str, Any], FrameKind]:
    """The arguments of `RenewalHistories.from_arrays`, and the kind of the frame."""
    wanted = {
        "renewals": Wanted(renewals, "renewals", "number"),
        "ended": Wanted(ended, "ended", "any"),
    }
    if weight is not None:
        wanted["weight"] = Wanted(weight, "weight", "number")
    return _read(frame, wanted, customer)


def _read(
    frame: Frame, wanted: dict[str, Wanted], customer: str | None
) -> tuple[dict[str, Any], FrameKind]:
    """The wanted columns as arrays, with the ids of the customers if there are any."""
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
