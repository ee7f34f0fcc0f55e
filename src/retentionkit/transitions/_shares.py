"""Counts of moves as shares of their rows, with limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from retentionkit.intervals import wilson
from retentionkit.results import frozen_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["shares_of"]


def shares_of(counts: NDArray[np.int64], confidence: float) -> dict[str, NDArray[Any]]:
    """Counts, and the share of each row with its limits, as fields of a result."""
    total = counts.sum(axis=1, keepdims=True).astype(np.float64)
    undefined = np.full(counts.shape, np.nan)
    shares = np.divide(counts, total, out=undefined, where=total > 0)
    shares[-1, -1] = np.nan  # nobody was neither there before nor after
    low, high = wilson(counts, np.where(np.isnan(shares), 0, total), confidence=confidence)
    fields = {"shares": shares, "low": low, "high": high}
    frozen = {name: frozen_array(part, np.float64) for name, part in fields.items()}
    return {"counts": frozen_array(counts, np.int64), **frozen}
