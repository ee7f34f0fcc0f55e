"""Labels of a caller as positions of segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retentionkit import frames
from retentionkit.errors import DataError
from retentionkit.rfm._names import check_names
from retentionkit.rfm._outside import UNASSIGNED

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["positions_of"]


def positions_of(
    labels: object, size: int, names: object
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """The segments, and the position of each customer's label among them."""
    position, found = frames.read_labels(labels, argument="labels")
    if len(position) != size:
        raise DataError(
            "There must be one label for each customer.",
            received=f"{len(position):,} labels, {size:,} customers",
            allowed="as many labels as rows of the table, in their order",
            do="Join the labels to table.to_frame() by customer first.",
        )
    texts = [_text(label) for label in found]
    keys = check_names(texts if names is None else names)
    place = {key: at for at, key in enumerate(keys)}
    unseen = [text for text in texts if text not in place]
    if unseen:
        raise DataError(
            "Some labels are not among `names`.",
            received=", ".join(map(repr, unseen[:10])),
            allowed=", ".join(map(repr, keys)),
            do="Name every segment, or pass None for customers without one.",
        )
    places = [*(place[text] for text in texts), UNASSIGNED]  # missing ones are at -1, the last
    return keys, np.array(places, dtype=np.int64)[position]


def _text(label: object) -> str:
    """A label as the name of its segment; whole numbers beside missing ones are floats."""
    if isinstance(label, float) and label.is_integer():
        return str(int(label))
    return str.__str__(label) if isinstance(label, str) else str(label)
