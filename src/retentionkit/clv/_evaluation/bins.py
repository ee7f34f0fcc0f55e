"""Bins of customers: how many, and the mean of what they bought."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retentionkit.arguments import check_whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["check_bins", "mean_and_error"]


def check_bins(bins: object) -> int:
    """A whole number of bins from 1 on."""
    return check_whole("bins", bins, low=1, do="Pass bins=10 for deciles.")


def mean_and_error(
    n: NDArray[np.float64], total: NDArray[np.float64], squares: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean of each bin, and its standard error, from sums; NaN for one customer or less."""
    mean = total / n
    few = np.where(n > 1, n - 1, np.nan)
    return mean, np.sqrt(np.maximum(squares / n - mean**2, 0.0) / few)
