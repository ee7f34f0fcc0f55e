"""A weighted straight line through customers or units, told as estimates."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from retentionkit.results import Estimate, Interval
from retentionkit.surveys._regression import least_squares

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.surveys._regression import LeastSquares

__all__ = ["Line", "fit_line"]


class Line(NamedTuple):
    """A line with errors that hold where the scatter differs."""

    fit: LeastSquares
    r_squared: float
    n: int

    def slope_estimate(self, scale: float, confidence: float, definition: str) -> Estimate:
        """The slope per `scale` units of x, with Student's interval."""
        return self._estimate((0.0, scale), confidence, definition)

    def at(self, x: float, confidence: float, definition: str) -> Estimate:
        """The height at x, with Student's interval."""
        return self._estimate((1.0, x), confidence, definition)

    def p_value(self) -> float:
        """Two-sided p-value of no slope."""
        return self.fit.combined(np.array([0.0, 1.0]), 0.95)[-1]

    def _estimate(self, parts: tuple[float, float], confidence: float, said: str) -> Estimate:
        value, error, low, high, _ = self.fit.combined(np.array(parts), confidence)
        return Estimate(value, error, Interval(low, high, confidence), self.n, said)


def fit_line(x: NDArray[np.float64], y: NDArray[np.float64], w: NDArray[np.float64]) -> Line:
    """The line; NaN where all x are the same, or there are fewer than three."""
    fit = least_squares(y, x[:, None], w)
    scatter = float(w @ (y - np.average(y, weights=w)) ** 2)
    # Rounding leaves some scatter where all y are the same.
    left = float(w @ fit.residuals**2) / scatter if np.ptp(y) > 0 else math.nan
    return Line(fit, 1 - left, len(x))
