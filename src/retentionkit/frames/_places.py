"""Where ids stand among others: the one way in which customers of two sources are matched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from retentionkit.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["places"]


def places(ids: NDArray[Any], among: NDArray[Any]) -> NDArray[np.int64]:
    """Where each id stands among different others, in any order; -1 where it is not among them.

    Numbers beside text are refused: they match nothing, and everybody would seem to be gone.

    Examples
    --------
    >>> places(np.array([7, 3, 7]), among=np.array([3, 5, 7])).tolist()
    [2, 0, 2]
    """
    if len(ids) == 0 or len(among) == 0:
        return np.full(len(ids), -1, dtype=np.int64)
    said = [_kind(part) for part in (ids, among)]
    if said[0] != said[1]:
        raise DataError(
            "The ids of the customers are of different kinds, so that none can match.",
            received=" and ".join(
                f"{kind}, such as {part[:1].tolist()[0]!r}"
                for kind, part in zip(said, (ids, among), strict=True)
            ),
            allowed="the same ids for the same customers: numbers on both sides, or text on both",
            do="Read both from the same column, or bring one side to the type of the other.",
        )
    import pandas as pd  # noqa: PLC0415 - loaded when ids are matched

    # Hashed, since sorting text is slow; numbers of two widths as objects, which are exact.
    dtype = ids.dtype if ids.dtype == among.dtype and ids.dtype.kind in "iu" else np.dtype(object)
    wanted, known = (pd.Index(part.astype(dtype, copy=False), dtype=dtype) for part in (ids, among))
    return known.get_indexer(wanted).astype(np.int64, copy=False)


def _kind(ids: NDArray[Any]) -> str:
    return "text" if isinstance(ids[0], str) else "numbers"
