r"""Purchases at random at rates that differ as Gamma(r, alpha): the part that all models share.

For a customer with :math:`x` repeat purchases by age :math:`T`, in the order in which they came,

.. math::

    \ln L = \ln (r)_x - r \ln\Bigl(1 + \frac{T}{\alpha}\Bigr) - x \ln(\alpha + T),
    \qquad (r)_x = \Gamma(r + x) / \Gamma(r),

which is the NBD model [1]_ without its combinatorial factor. The first term depends on :math:`x`
alone, the others on :math:`T` alone, so a million customers cost no more than the distinct values
of each.

References
----------
.. [1] Ehrenberg, A. S. C. (1959). The Pattern of Consumer Purchases. Applied Statistics 8(1),
   26-41.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from retentionkit.clv._fitting.maximum import Limit, Surface
from retentionkit.clv._numerics.rising import log_rising, rising

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    from retentionkit.clv._fitting.counted import Counted

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["HOMOGENEOUS_RATE", "GammaRates", "exposure", "log_counts"]

HOMOGENEOUS_RATE: Final = Limit(
    "homogeneous rate",
    {"r": 6.0, "alpha": 6.0},
    ("r", "alpha"),
    "all customers seem to buy at the same rate; r and alpha go to infinity together",
)


class GammaRates:
    """Log-likelihood of (r, alpha) for purchases at random, with exact derivatives."""

    def __init__(self, data: Counted) -> None:
        self.levels, at = np.unique(data.x, return_inverse=True)
        self.n_x = np.bincount(at, data.n)
        age = data.age_codes()
        self.ages = age.values
        self.n_ages = np.bincount(age.codes, data.n, len(age.values)).astype(np.float64)
        self._x_T = np.bincount(age.codes, data.n * data.x, len(age.values)).astype(np.float64)

    @property
    def purchases(self) -> float:
        """Repeat purchases of all customers."""
        return float(self._x_T.sum())

    @property
    def mean_rate(self) -> float:
        """Purchases per unit of time."""
        return self.purchases / float(self.n_ages @ self.ages)

    @property
    def mean_age(self) -> float:
        """Mean time since the first purchase."""
        return float(self.n_ages @ self.ages / self.n_ages.sum())

    def __call__(self, r: float, alpha: float) -> Surface:
        """Value, gradient and Hessian at (r, alpha)."""
        return self._counts(r).plus(exposure(self.ages, self.n_ages, self._x_T, r, alpha))

    def _counts(self, r: float) -> Surface:
        """The term in x alone."""
        n, R = self.n_x, rising(r, self.levels)
        first, second = n @ R.first, n @ R.second
        return Surface(
            float(n @ R.value), np.array([first, 0.0]), np.array([[second, 0.0], [0.0, 0.0]])
        )


def exposure(T: Floats, n: Floats, x: Floats, r: float, alpha: float) -> Surface:
    r"""Sums of :math:`-n r \ln(1 + T/\alpha) - x \ln(\alpha + T)`; with x = 0, of staying to T."""
    total = alpha + T
    log = np.log1p(T / alpha)
    value = -(r * (n @ log) + x @ np.log(total))
    share = n @ (T / (alpha * total))
    gradient = np.array([-float(n @ log), float(r * share - x @ (1 / total))])
    curve = x @ total**-2.0 - r * (n @ (T * (alpha + total) / (alpha * total) ** 2))
    return Surface(float(value), gradient, np.array([[0.0, share], [share, curve]]))


def log_counts(
    n: NDArray[np.float64], s: NDArray[np.float64] | float, tau: NDArray[np.float64] | float
) -> NDArray[np.float64]:
    r"""Logarithm of the probability of n purchases in :math:`\tau\beta`, rates Gamma(s, beta)."""
    from scipy.special import gammaln, xlog1py  # noqa: PLC0415

    with np.errstate(divide="ignore"):
        share = -xlog1py(n, np.divide(1.0, tau))  # n ln(tau / (1 + tau)), also for tau = 0
    return np.asarray(log_rising(s, n) - gammaln(n + 1) + share - s * np.log1p(tau))
