"""Labels of a caller as positions of segments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from retentionkit.errors import DataError
from retentionkit.rfm._outside import UNASSIGNED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = ["positions_of"]


def positions_of(
    labels: ArrayLike | Sequence[object], size: int, names: Iterable[str] | None
) -> tuple[list[Any], NDArray[np.int64]]:
    """The segments, and the position of each customer's label among them."""
    given: list[Any] = [_plain_label(label) for label in np.asarray(labels, dtype=object)]
    if len(given) != size:
        raise DataError(
            "There must be one label for each customer.",
            received=f"{len(given):,} labels, {size:,} customers",
            allowed="as many labels as rows of the table, in their order",
            do="Join the labels to table.to_frame() by customer first.",
        )
    keys = sorted({x for x in given if x is not None}, key=str) if names is None else list(names)
    place = {key: at for at, key in enumerate(keys)} | {None: UNASSIGNED}
    unseen = sorted({str(label) for label in given if label not in place})
    if unseen:
        raise DataError(
            "Some labels are not among `names`.",
            received=", ".join(map(repr, unseen[:10])),
            allowed=", ".join(map(repr, keys)),
            do="Name every segment, or pass None for customers without one.",
        )
    return keys, np.array([place[label] for label in given], dtype=np.int64)


def _plain_label(label: Any) -> Any:  # noqa: ANN401 - a label of any kind
    """A label as a Python object; None where it is missing."""
    plain: Any = label.item() if hasattr(label, "item") else label
    return None if plain is None or plain != plain else plain  # noqa: PLR0124 - NaN
