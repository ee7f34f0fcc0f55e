r"""The Gamma-Gamma log-likelihood of mean spends, with gradient and Hessian.

With the share :math:`y = x\bar z / (v + x\bar z)`, equation (1a) of [1]_ is

.. math::

    \ln L = -\ln B(px, q) + px \ln y + q \ln(1 - y) - \ln \bar z,

so the special functions depend on :math:`x` alone, and all else on a few sums over customers.

References
----------
.. [1] Fader, P. S. and Hardie, B. G. S. (2013). The Gamma-Gamma Model of Monetary Value. Note 025.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import numpy as np

from retentionkit.clv._distinct import chunks
from retentionkit.clv._maximum import Limit, Surface
from retentionkit.clv._rising import log_beta, rising_by_gamma

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["GammaGammaLikelihood"]

_LIMITS: Final = (
    Limit(
        "same spend",
        {"q": 6.0, "v": 6.0},
        ("q", "v"),
        "all customers seem to spend the same on average; q and v go to infinity together",
    ),
    Limit(
        "constant orders",
        {"p": 6.0, "v": -6.0},
        ("p", "v"),
        "a customer's orders seem to be all alike; p goes to infinity and v to zero",
    ),
)


class GammaGammaLikelihood:
    """Log-likelihood of (p, q, v), with exact derivatives."""

    names = ("p", "q", "v")
    limits = _LIMITS

    def __init__(
        self, x: NDArray[np.float64], money: NDArray[np.float64], n: NDArray[np.float64]
    ) -> None:
        order = np.lexsort((n, money, x))  # sums must not depend on the order of the customers
        self._x, self._money, self._n = x[order], money[order], n[order]
        self._levels, at = np.unique(self._x, return_inverse=True)
        self._n_x = np.bincount(at, self._n)
        self._log_money = float(self._n @ np.log(self._money))

    @property
    def n_customers(self) -> float:
        return float(self._n.sum())

    def fingerprint(self) -> str:
        digest = hashlib.sha256()
        for array in (self._x, self._money, self._n):
            digest.update(np.ascontiguousarray(array, dtype="<f8").data)
        return f"sha256:{digest.hexdigest()}"

    def coarse(self) -> None:
        """Money does not repeat, so there is nothing to round."""

    def starts(self) -> list[list[float]]:
        typical = float(np.exp(self._log_money / self.n_customers))
        return [[p, q, typical * q / p] for p, q in ((5.0, 4.0), (1.0, 2.0), (50.0, 10.0))]

    def __call__(self, parameters: NDArray[np.float64]) -> Surface:
        return self._counts(parameters).plus(self._shares(parameters))

    def _counts(self, parameters: NDArray[np.float64]) -> Surface:
        """Terms in x alone: the beta function."""
        from scipy.special import zeta  # noqa: PLC0415

        p, q, _ = parameters
        n, x = self._n_x, self._levels
        k = p * x
        by_orders, by_customers = rising_by_gamma(k, q), rising_by_gamma(q, k)
        gradient = np.array([n @ (x * by_orders.first), n @ by_customers.first, 0.0])
        hessian = np.zeros((3, 3))
        hessian[0, 0] = n @ (x**2 * by_orders.second)
        hessian[0, 1] = hessian[1, 0] = n @ (x * zeta(2.0, k + q))  # the trigamma function
        hessian[1, 1] = n @ by_customers.second
        return Surface(-float(n @ log_beta(k, q)) - self._log_money, gradient, hessian)

    def _shares(self, parameters: NDArray[np.float64]) -> Surface:
        """Terms in y = x m / (v + x m), summed over customers."""
        p, q, v = parameters
        log_y = log_rest = sum_y = x_rest = curve = 0.0
        for rows in chunks(len(self._x)):
            x, n = self._x[rows], self._n[rows]
            total = x * self._money[rows]
            y, rest = total / (v + total), v / (v + total)
            log_y -= float((n * x) @ np.log1p(v / total))
            log_rest -= float(n @ np.log1p(total / v))
            sum_y += float(n @ y)
            x_rest += float((n * x) @ rest)
            curve += float((n * (p * x + q)) @ rest**2)
        gradient = np.array([log_y, log_rest, (q * sum_y - p * x_rest) / v])
        hessian = np.array(
            [
                [0.0, 0.0, -x_rest / v],
                [0.0, 0.0, sum_y / v],
                [-x_rest / v, sum_y / v, (curve - q * self.n_customers) / v**2],
            ]
        )
        return Surface(p * log_y + q * log_rest, gradient, hessian)
