r"""Figures with a standard error and Student's t: means, and ratios of two sums.

Of independent groups Welch's t [1]_ with

.. math:: \nu = \frac{(s_1^2 + s_2^2)^2}{s_1^4/(n_1 - 1) + s_2^4/(n_2 - 1)}

degrees of freedom, where :math:`s_i` are the standard errors; Fieller's limits of the quotient with
the same quantile.

References
----------
.. [1] Welch, B. L. (1947). The generalization of Student's problem when several different
   population variances are involved. Biometrika 34(1-2), 28-35.
"""

from __future__ import annotations

import math
from typing import Final

from retentionkit.compare._contrast import Contrast, student, unknown
from retentionkit.compare._figure import Figure
from retentionkit.intervals import satterthwaite, t_quantile

__all__ = ["figure_of", "spread_or_none", "welch"]

_ROUNDING: Final = 1e-14


def figure_of(
    value: float, error: float, n: int, missing: int = 0, freedom: float = math.nan
) -> Figure:
    """A figure with its t interval; none where there is one customer, or no spread."""
    error = spread_or_none(error, value)
    number = n if math.isnan(freedom) else freedom + 1

    def limits(confidence: float) -> tuple[float, float]:
        half = float(t_quantile(number, confidence=confidence)) * error
        return (value - half, value + half) if half > 0 else (math.nan, math.nan)

    spread = n * error**2
    return Figure(value, spread, error, n, float(n), limits, missing, freedom=freedom)


def spread_or_none(error: float, size: float) -> float:
    """The standard error; zero where it is that of the rounding of numbers of this size."""
    return 0.0 if error <= _ROUNDING * abs(size) else error


def welch(first: Figure, second: Figure) -> Contrast:
    """The contrast of two independent figures."""
    if first.n is None or second.n is None:
        return unknown(first, second)
    squares = (first.error**2, second.error**2)
    total = sum(squares)
    freedom = satterthwaite(squares, [_freedom(first), _freedom(second)])
    freedom = math.nan if math.isinf(freedom) else freedom  # no spread, or one customer each
    error = math.sqrt(total)
    limits, ratio, p_value = student(
        (first.value, first.error), (second.value, second.error), freedom, error
    )
    value = second.value - first.value
    spread = (first.variance, second.variance)
    return Contrast(value, error, limits, ratio, value, p_value, spread)


def _freedom(figure: Figure) -> float:
    if not math.isnan(figure.freedom):
        return figure.freedom
    return 0.0 if figure.n is None else figure.n - 1.0
