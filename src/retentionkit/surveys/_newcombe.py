"""Limits of the difference of two shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retentionkit.intervals import wilson

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["newcombe"]


def newcombe(
    first: ArrayLike,
    first_n: ArrayLike,
    second: ArrayLike,
    second_n: ArrayLike,
    *,
    confidence: float = 0.95,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Hybrid score limits of a second share less a first."""
    k1, n1 = np.asarray(first, dtype=np.float64), np.asarray(first_n, dtype=np.float64)
    k2, n2 = np.asarray(second, dtype=np.float64), np.asarray(second_n, dtype=np.float64)
    (l1, u1), (l2, u2) = (
        wilson(k1, n1, confidence=confidence),
        wilson(k2, n2, confidence=confidence),
    )
    p1, p2 = k1 / np.where(n1 > 0, n1, np.nan), k2 / np.where(n2 > 0, n2, np.nan)
    difference = p2 - p1
    return difference - np.hypot(p2 - l2, u1 - p1), difference + np.hypot(u2 - p2, p1 - l1)
