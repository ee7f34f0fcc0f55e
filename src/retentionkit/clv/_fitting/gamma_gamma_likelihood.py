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
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from retentionkit.clv._fitting.maximum import Limit, Surface
from retentionkit.clv._numerics.distinct import chunks
from retentionkit.clv._numerics.rising import log_beta, rising_by_gamma

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
#: Customers from which a search on rounded spends pays, and cells in a standard deviation.
_WORTH_COARSENING: Final = 20_000
_CELLS: Final = 24


class GammaGammaLikelihood:
    """Log-likelihood of (p, q, v), with exact derivatives."""

    names = ("p", "q", "v")
    limits = _LIMITS

    def __init__(
        self, x: NDArray[np.float64], money: NDArray[np.float64], n: NDArray[np.float64]
    ) -> None:
        self._x, self._money, self._n = _ordered(x, money, n)
        starts = np.append(0, np.flatnonzero(self._x[1:] != self._x[:-1]) + 1)
        self._levels, self._n_x = self._x[starts], np.add.reduceat(self._n, starts)
        self._log_money = sum(
            float(self._n[rows] @ np.log(self._money[rows])) for rows in chunks(len(self._n))
        )

    @property
    def n_customers(self) -> float:
        return float(self._n.sum())

    def fingerprint(self) -> str:
        digest = hashlib.sha256()
        for array in (self._x, self._money, self._n):
            digest.update(np.ascontiguousarray(array, dtype="<f8").data)
        return f"sha256:{digest.hexdigest()}"

    def coarse(self) -> GammaGammaLikelihood | None:
        """The likelihood of rounded spends, close enough to start from; None if there are few.

        The logarithm of a mean spend is rounded to a small share of its standard deviation, and a
        cell has the mean of its customers' spends.
        """
        size = len(self._x)
        if size < _WORTH_COARSENING:
            return None
        log = np.log(self._money)
        log -= log.min()
        width = max(float(log.std()) / _CELLS, np.finfo(float).tiny)
        log /= width
        cell, new = log.astype(np.int32), np.ones(size, dtype=bool)
        del log  # arrays of all customers are few at a time
        new[1:] = (cell[1:] != cell[:-1]) | (self._x[1:] != self._x[:-1])
        starts = np.flatnonzero(new)
        n = np.add.reduceat(self._n, starts)
        money = np.add.reduceat(self._n * self._money, starts) / n
        return GammaGammaLikelihood(self._x[starts], money, n)

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


def _ordered(
    x: NDArray[np.float64], money: NDArray[np.float64], n: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Customers by x, then money, then weight: sums must not depend on the order of the rows."""
    largest = x.max()
    if np.ptp(n) > 0 or largest > np.iinfo(np.uint16).max:
        order = np.lexsort((n, money, x))
        return x[order], money[order], n[order]
    # Short whole numbers sort by their digits; and within one x, spends may sort as they are.
    short = x.astype(np.uint16)
    money = money[np.argsort(short, kind="stable")]
    short.sort()
    for low, high in pairwise([0, *np.cumsum(np.bincount(short)).tolist()]):
        money[low:high].sort()
    return short.astype(np.float64), money, n
