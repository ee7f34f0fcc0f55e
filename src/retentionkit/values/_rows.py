"""What tells the rows of a table of values apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.results import Columns

__all__ = ["row_keys"]


def row_keys(
    customer: NDArray[Any] | None, weight: NDArray[np.float64], row: NDArray[np.int64] | None = None
) -> Columns:
    """Columns that tell rows apart: ids, and weights where rows stand for several."""
    alike = bool((weight == 1).all())
    ids = {} if customer is None else {"customer": customer}
    if customer is None and not alike:
        ids = {"row": np.arange(len(weight)) if row is None else row}
    return {**ids, **({} if alike else {"weight": weight})}
