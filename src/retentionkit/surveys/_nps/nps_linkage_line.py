r"""A weighted straight line with errors that hold where the scatter differs.

With weights :math:`w_i`, residuals :math:`e_i` and leverages
:math:`h_i = w_i (1/\sum w + (x_i - \bar x)^2 / S_{xx})` the variance of the line at :math:`x_0` is
that of HC3 [1]_,

.. math:: \sum_i w_i^2 \left(\frac{1}{\sum w} + \frac{(x_i - \bar x)(x_0 - \bar x)}{S_{xx}}\right)^2
    \frac{e_i^2}{(1 - h_i)^2} .

References
----------
.. [1] MacKinnon, J. G. and White, H. (1985). Some heteroskedasticity-consistent covariance matrix
   estimators with improved finite sample properties. Journal of Econometrics 29(3), 305-325.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from retentionkit.intervals import t_quantile
from retentionkit.results import Estimate, Interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Line", "fit_line"]

_ALONE: Final = 1e-9  # 1 less a leverage: the line goes through that point whatever it is


class Line(NamedTuple):
    """A line through the weighted means, and the variances of its height there and its slope."""

    centre: float
    height: float
    slope: float
    height_variance: float
    covariance: float
    slope_variance: float
    r_squared: float
    n: int

    def slope_estimate(self, scale: float, confidence: float, definition: str) -> Estimate:
        """The slope per `scale` units of x, with Student's interval."""
        error = math.sqrt(self.slope_variance)
        return self._estimate(scale * self.slope, scale * error, confidence, definition)

    def at(self, x: float, confidence: float, definition: str) -> Estimate:
        """The height at x, with Student's interval."""
        away = x - self.centre
        variance = self.height_variance + 2 * away * self.covariance + away**2 * self.slope_variance
        error = math.sqrt(max(variance, 0.0)) if not math.isnan(variance) else math.nan
        return self._estimate(self.height + away * self.slope, error, confidence, definition)

    def p_value(self) -> float:
        """Two-sided p-value of no slope."""
        from scipy.special import stdtr  # noqa: PLC0415 - scipy is loaded when needed

        if not self.slope_variance > 0 or self.n <= 2:  # noqa: PLR2004 - two points are a line
            return math.nan
        t = abs(self.slope) / math.sqrt(self.slope_variance)
        return float(2 * stdtr(self.n - 2, -t))

    def _estimate(self, value: float, error: float, confidence: float, said: str) -> Estimate:
        half = float(t_quantile(self.n - 1, confidence=confidence)) * error
        return Estimate(
            value, error, Interval(value - half, value + half, confidence), self.n, said
        )


def fit_line(x: NDArray[np.float64], y: NDArray[np.float64], w: NDArray[np.float64]) -> Line:
    """The line; NaN where all x are the same."""
    total = float(w.sum())
    centre, height = float(w @ x) / total, float(w @ y) / total
    away = x - centre
    spread = float(w @ away**2)
    if np.ptp(x) == 0:
        nan = math.nan
        return Line(centre, height, nan, nan, nan, nan, nan, len(x))
    slope = float(w @ (away * (y - height))) / spread
    residuals = y - height - slope * away
    rest = 1 - w * (1 / total + away**2 / spread)
    if (rest < _ALONE).any():  # its residual tells nothing of its scatter
        rest = np.full(len(x), np.nan)
    off = w * residuals / rest
    scatter = float(w @ (y - height) ** 2)
    # Rounding leaves some scatter where all y are the same.
    fitted = slope**2 * spread / scatter if np.ptp(y) > 0 else math.nan
    return Line(
        centre=centre,
        height=height,
        slope=slope,
        height_variance=float(np.sum(off**2)) / total**2,
        covariance=float(np.sum(off**2 * away)) / (total * spread),
        slope_variance=float(np.sum((off * away) ** 2)) / spread**2,
        r_squared=min(fitted, 1.0),
        n=len(x),
    )
