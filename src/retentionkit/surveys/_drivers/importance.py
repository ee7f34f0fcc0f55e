r"""How much of an outcome goes with each item, how surely, and how alike the items are.

Shapley shares are sums of squares, so that their intervals are made on the scale of their square
root, :math:`\sqrt{\phi} \pm t\,\mathrm{se}/(2\sqrt{\phi})`, and put back; that of R² is made by
Fisher's z of R, its lower limit around the adjusted R². Standardised coefficients :math:`\beta_j =
b_j s_j / s_y` move with each respondent by :math:`(R^{-1} x_i)_j e_i + \beta_j (x_{ij}^2 -
y_i^2)/2`: the second term is there because the standard deviations are estimated too. All
influences are divided by one less the leverage, as in HC3.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np

from retentionkit.intervals import t_quantile
from retentionkit.surveys._drivers.shapley import SINGULAR, shapley, shapley_influence
from retentionkit.surveys._regression import z_scores

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "DriverMethod",
    "Errors",
    "Importance",
    "importance",
    "importance_limits",
    "r_squared_limits",
    "redrawn",
]

#: What importance is.
DriverMethod: TypeAlias = Literal["shapley", "standardised"]
#: Standard errors of standardised coefficients.
Errors: TypeAlias = Literal["robust", "classical"]

#: One less the leverage below which a respondent alone decides a coefficient.
_ALONE: Final = 1e-9


@dataclasses.dataclass(frozen=True, slots=True)
class Importance:
    """Importance of each item and what it is made of.

    Attributes
    ----------
    values, covariance
        Of the items, shapes (k,) and (k, k).
    r_squared, r_squared_error
        Of the regression on all items.
    inflation
        Variance inflation of each item, infinite where it is a sum of others, shape (k,).
    correlations
        Of the outcome with each item, shape (k,).
    df
        Degrees of freedom of the regression.
    """

    values: NDArray[np.float64]
    covariance: NDArray[np.float64]
    r_squared: float
    r_squared_error: float
    inflation: NDArray[np.float64]
    correlations: NDArray[np.float64]
    df: int

    @property
    def adjusted_r_squared(self) -> float:
        """R² less what as many items without meaning would reach."""
        k = len(self.values)
        return 1 - (1 - self.r_squared) * (self.df + k) / self.df


def importance(
    values: NDArray[np.float64], method: DriverMethod, errors: Errors = "robust"
) -> Importance:
    """Importance of the items for the outcome, which is the first column, shape (n, k + 1)."""
    z = z_scores(values)
    n, df = len(z), len(z) - z.shape[1]
    correlations = z.T @ z / n
    inverse, singular = _inverse(correlations[1:, 1:])
    slopes = inverse @ correlations[0, 1:]
    explained = float(np.clip(slopes @ correlations[0, 1:], 0, 1))
    residuals = z[:, 0] - z[:, 1:] @ slopes
    pulled = z[:, 1:] @ inverse
    free = 1 - 1 / n - (pulled * z[:, 1:]).sum(axis=1) / n
    free = np.where(free < _ALONE, np.nan, free)
    if method == "shapley":
        found, matrices = shapley(correlations)
        influence = shapley_influence(z, found, matrices) / free[:, None]
    else:
        found = slopes
        spread = slopes / 2 * (z[:, 1:] ** 2 - z[:, :1] ** 2)
        influence = (pulled * residuals[:, None] + spread) / free[:, None]
    covariance = influence.T @ influence / n**2
    if method == "standardised" and errors == "classical":
        covariance = inverse * (1 - explained) / df
    whole = ((1 - explained) * z[:, 0] ** 2 - residuals**2) / free
    return Importance(
        values=found,
        covariance=covariance,
        r_squared=explained,
        r_squared_error=math.sqrt(float(whole @ whole)) / n,
        inflation=np.where(singular, np.inf, np.diag(inverse)),
        correlations=correlations[0, 1:],
        df=df,
    )


def importance_limits(
    values: NDArray[np.float64],
    errors: NDArray[np.float64],
    *,
    method: DriverMethod,
    df: int,
    confidence: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Limits of importances, or of sums of them; NaN where there is no error."""
    half = float(t_quantile(df + 1, confidence=confidence)) * np.where(errors > 0, errors, np.nan)
    if method == "standardised":
        return values - half, values + half
    root = np.sqrt(np.where(values > 0, values, np.nan))
    half = half / (2 * root)
    return np.maximum(root - half, 0) ** 2, np.minimum((root + half) ** 2, 1)


def r_squared_limits(found: Importance, confidence: float) -> tuple[float, float]:
    """Limits of R² by Fisher's z of R; NaN where nothing or everything is explained.

    The lower one is made around the adjusted R²: R² is too high by what items reach by luck, and
    with many items its own lower limit would be above the truth too often.
    """
    value, error = found.r_squared, found.r_squared_error
    if not (_ALONE < value < 1 - _ALONE and error > 0):
        return math.nan, math.nan
    root = math.sqrt(value)
    half = float(t_quantile(found.df + 1, confidence=confidence)) * error / (2 * root * (1 - value))
    below = math.atanh(math.sqrt(max(found.adjusted_r_squared, 0.0))) - half
    return math.tanh(max(below, 0.0)) ** 2, math.tanh(math.atanh(root) + half) ** 2


def redrawn(
    values: NDArray[np.float64], method: DriverMethod, draws: int, rng: int | np.random.Generator
) -> NDArray[np.float64]:
    """Importances of respondents drawn anew with replacement, shape (draws, k)."""
    generator = np.random.default_rng(rng)
    found = np.empty((draws, values.shape[1] - 1))
    for at in range(draws):
        z = z_scores(values[generator.integers(0, len(values), len(values))])
        correlations = z.T @ z / len(z)
        if np.isnan(correlations).any():  # an item that does not vary in this draw
            found[at] = np.nan
        elif method == "shapley":
            found[at] = shapley(correlations)[0]
        else:
            found[at] = _inverse(correlations[1:, 1:])[0] @ correlations[0, 1:]
    return found


def _inverse(correlations: NDArray[np.float64]) -> tuple[NDArray[np.float64], bool]:
    """The inverse, and whether it is only the nearest thing to one."""
    singular = float(np.linalg.eigvalsh(correlations)[0]) < SINGULAR
    if singular:
        inverse = np.linalg.pinv(correlations, rcond=SINGULAR, hermitian=True)
    else:
        inverse = np.linalg.inv(correlations)
    return np.asarray(inverse, dtype=np.float64), singular
