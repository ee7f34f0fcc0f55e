r"""Least squares and correlations, with errors that hold when the variance is uneven.

With the design :math:`X` (a column of ones first), residuals :math:`e_i` and leverages
:math:`h_i`, the coefficients have the covariance of MacKinnon and White called HC3 [1]_,

.. math:: (X'X)^{-1} \Big(\sum_i \frac{e_i^2}{(1 - h_i)^2} x_i x_i'\Big) (X'X)^{-1} ,

which is nearly that of the jackknife. With weights :math:`w_i` the rows of :math:`X` and the
residuals are those times :math:`\sqrt{w_i}`.

A correlation of standardised :math:`a` and :math:`b` moves with each respondent by
:math:`\psi_i = a_i b_i - r (a_i^2 + b_i^2)/2`. Its squared standard error is
:math:`\sum \psi_i^2 / (n (1 - h_i))^2`, also where answers are not normal, with :math:`h_i` the
mean of the leverages in the lines through either. Limits are Student's on Fisher's scale
:math:`z = \operatorname{artanh} r`, with as many degrees of freedom as the line has.

References
----------
.. [1] MacKinnon, J. G. and White, H. (1985). Some heteroskedasticity-consistent covariance matrix
   estimators with improved finite sample properties. Journal of Econometrics 29(3), 305-325.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Final

import numpy as np

from retentionkit.intervals import t_quantile

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Association", "LeastSquares", "association", "least_squares", "z_scores"]

#: Share of a column's length below which it is a sum of the columns before it.
_DEPENDENT: Final = 1e-9
#: The same of residuals that are nothing but rounding.
_EXACT: Final = 1e-12
#: Coefficients of a straight line.
_LINE: Final = 2


@dataclasses.dataclass(frozen=True, slots=True)
class LeastSquares:
    """A fitted line or plane; all NaN where the columns depend on each other.

    Attributes
    ----------
    coefficients
        Of the constant and of each column, shape (k + 1,).
    covariance
        HC3, shape (k + 1, k + 1); NaN where one respondent alone decides a coefficient.
    residuals
        Shape (n,).
    df
        Degrees of freedom that are left.
    """

    coefficients: NDArray[np.float64]
    covariance: NDArray[np.float64]
    residuals: NDArray[np.float64]
    df: int

    def combined(self, weights: NDArray[np.float64], confidence: float) -> tuple[float, ...]:
        """A sum of coefficients: value, standard error, limits of Student's t, p-value."""
        from scipy.special import stdtr  # noqa: PLC0415 - scipy is loaded when needed

        value = float(weights @ self.coefficients)
        error = math.sqrt(max(float(weights @ self.covariance @ weights), 0.0))
        if not (math.isfinite(value) and error > 0):  # an exact fit has no error to speak of
            return value, math.nan, math.nan, math.nan, math.nan
        half = float(t_quantile(self.df + 1, confidence=confidence)) * error
        p_value = 2 * float(stdtr(self.df, -abs(value / error)))
        return value, error, value - half, value + half, p_value


def least_squares(
    y: NDArray[np.float64], x: NDArray[np.float64], weights: NDArray[np.float64] | None = None
) -> LeastSquares:
    """Regression of y, shape (n,), on a constant and the columns of x, shape (n, k)."""
    n, k = x.shape
    root = np.ones(n) if weights is None else np.sqrt(weights)
    design = np.column_stack([np.ones(n), x]) * root[:, None]
    nothing = np.full(k + 1, np.nan)
    unknown = np.full((k + 1, k + 1), np.nan)
    undefined = LeastSquares(nothing, unknown, y * np.nan, n - k - 1)
    if n < k + 2:
        return undefined
    parts = np.linalg.qr(design)
    q = np.asarray(parts[0], dtype=np.float64)
    r = np.asarray(parts[1], dtype=np.float64)
    if (np.abs(np.diag(r)) <= _DEPENDENT * np.linalg.norm(design, axis=0)).any():
        return undefined
    coefficients: NDArray[np.float64] = np.asarray(
        np.linalg.solve(r, q.T @ (root * y)), dtype=np.float64
    )
    residuals = y - coefficients[0] - x @ coefficients[1:]
    if float(np.linalg.norm(root * residuals)) <= _EXACT * float(np.linalg.norm(root * y)):
        residuals = np.zeros(n)  # what is left is rounding
    free = 1 - (q**2).sum(axis=1)
    if (free < _DEPENDENT).any():
        return dataclasses.replace(undefined, coefficients=coefficients, residuals=residuals)
    weighed = np.asarray(q * (root * residuals / free)[:, None], dtype=np.float64)
    pull = np.asarray(np.linalg.solve(r, weighed.T), dtype=np.float64)
    covariance = np.asarray(pull @ pull.T, dtype=np.float64)
    return LeastSquares(coefficients, covariance, residuals, n - k - 1)


def z_scores(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each column less its mean, over its standard deviation; NaN where it does not vary."""
    centred = values - values.mean(axis=0)
    spread = np.sqrt((centred**2).mean(axis=0))
    flat = spread <= _DEPENDENT * np.abs(values).max(axis=0)
    return np.asarray(centred / np.where(flat, np.nan, spread), dtype=np.float64)


@dataclasses.dataclass(frozen=True, slots=True)
class Association:
    """A correlation of n respondents with its interval; undefined numbers are NaN."""

    n: int
    value: float
    standard_error: float
    low: float
    high: float
    p_value: float


def association(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    given: NDArray[np.float64] | None = None,
    *,
    confidence: float = 0.95,
) -> Association:
    """The correlation of x and y, or what is left of it where `given` is held, shape (n, q)."""
    from scipy.special import stdtr  # noqa: PLC0415 - scipy is loaded when needed

    n, held = len(x), 0 if given is None else given.shape[1]
    nowhere = Association(n, *[math.nan] * 5)
    df = n - _LINE - held
    if df <= 0:
        return nowhere
    pair = np.column_stack([_left(x, given), _left(y, given)])
    a, b = z_scores(pair).T
    r = float(np.clip((a * b).mean(), -1, 1))
    if math.isnan(r) or 1 - abs(r) < _DEPENDENT:
        return dataclasses.replace(nowhere, value=r)
    free = 1 - _leverage(given, n) - (a**2 + b**2) / (2 * n)
    influence = (a * b - r * (a**2 + b**2) / 2) / np.where(free < _DEPENDENT, np.nan, free)
    error = math.sqrt(float(influence @ influence)) / n
    centre, spread = math.atanh(r), error / (1 - r**2)
    half = float(t_quantile(df + 1, confidence=confidence)) * spread
    p_value = 2 * float(stdtr(df, -abs(centre / spread)))
    low, high = math.tanh(centre - half), math.tanh(centre + half)
    return Association(n, r, error, low, high, p_value)


def _left(values: NDArray[np.float64], given: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """What is left of a column once others are held."""
    return values if given is None else least_squares(values, given).residuals


def _leverage(given: NDArray[np.float64] | None, n: int) -> NDArray[np.float64]:
    """How much each respondent decides of a constant and of what is held."""
    design = np.column_stack([np.ones(n), *([] if given is None else [given])])
    q = np.asarray(np.linalg.qr(design)[0], dtype=np.float64)
    return np.asarray((q**2).sum(axis=1), dtype=np.float64)
