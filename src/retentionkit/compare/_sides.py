"""Two sides that come together: the figures of a control group, the columns of the same people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from retentionkit import frames
from retentionkit.compare._figure import Missing, Reader, is_data, is_summary, read_columns
from retentionkit.errors import KindError, OptionError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["CONTROL", "OWN", "sides_of", "two_columns"]

#: What errors call the figures.
OWN: Final = ("first", "second")
CONTROL: Final = ("control[0]", "control[1]")


def sides_of(control: object) -> tuple[object, object]:
    """The two figures of a control group."""
    if is_summary(control, 2):
        return control[0], control[1]
    raise OptionError(
        "`control` must be two figures of the control group.",
        received=repr(control)[:80],
        allowed="(before, after), each in the form of the other figures",
        do="Write control=((20, 100), (25, 100)).",
    )


def two_columns(
    first: object,
    second: object,
    missing: Missing,
    *,
    names: tuple[str, str],
    reader: Reader = frames.read_numbers,
) -> tuple[list[NDArray[np.float64]], int]:
    """The columns of the same customers, and how many of these were left out."""
    if is_data(first) and is_data(second):
        return read_columns([first, second], names, missing=missing, reader=reader)
    raise KindError(
        "paired=True needs the values themselves.",
        received=f"{first!r}"[:40] + " and " + f"{second!r}"[:40],
        allowed="two columns with one value for each customer, in the same order",
        do="Pass two columns of one frame, or leave out paired=True.",
    )
