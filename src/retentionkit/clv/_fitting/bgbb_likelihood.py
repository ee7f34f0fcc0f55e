r"""The log-likelihood of BG/BB for counted histories, with gradient and Hessian.

The likelihood of a history is a sum over its endings, :math:`L = \sum_m e^{f_m}`, so with the
probabilities :math:`w_m = e^{f_m} / L` of the endings, given the history,

.. math::

    \nabla \ln L = E_w[\nabla f_m], \qquad
    \nabla^2 \ln L = E_w[\nabla^2 f_m] + \mathrm{Cov}_w[\nabla f_m].

The derivatives of :math:`f_m` are differences of digamma and trigamma values at whole distances,
which are sums of :math:`1/(c + j)` and of :math:`1/(c + j)^2`.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np

from retentionkit.clv._fitting.maximum import Limit, Surface
from retentionkit.clv._numerics.endings import batches, endings, partial_sums, positions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from retentionkit.clv._fitting.counted import Counted
    from retentionkit.clv._numerics.endings import Endings, Floats

__all__ = ["PURCHASE_LIMITS", "BGBBLikelihood", "mean_purchase_probability"]

#: Sums of the two shapes of a Beta distribution from which a search may start.
_SHAPES: Final = (0.05, 2.0, 20.0)
_STARTS: Final = 4
#: Distinct histories on which starting points are compared.
_SAMPLE: Final = 2_000

PURCHASE_LIMITS: Final = (
    Limit(
        "certain purchase",
        {"alpha": 6.0},
        ("alpha", "beta"),
        "everyone seems to buy at every opportunity until leaving, as subscribers do",
    ),
    Limit(
        "homogeneous rate",
        {"alpha": 6.0, "beta": 6.0},
        ("alpha", "beta"),
        "all customers seem to buy with the same probability; alpha and beta go to infinity "
        "together",
    ),
    Limit(
        "polarised rate",
        {"alpha": -6.0, "beta": -6.0},
        ("alpha", "beta"),
        "customers seem to buy at every opportunity or at none; alpha and beta go to zero",
    ),
)
_LIMITS: Final = (
    Limit(
        "no dropout",
        {"delta": 6.0},
        ("gamma", "delta"),
        "nobody seems to leave; the dropout probability goes to zero and the beta-binomial model "
        "remains",
    ),
    *PURCHASE_LIMITS,
    Limit(
        "homogeneous dropout",
        {"gamma": 6.0, "delta": 6.0},
        ("gamma", "delta"),
        "all customers seem to leave with the same probability; gamma and delta go to infinity "
        "together",
    ),
    Limit(
        "polarised dropout",
        {"gamma": -6.0, "delta": -6.0},
        ("gamma", "delta"),
        "customers seem to leave before their first opportunity or never; gamma and delta go to "
        "zero",
    ),
)


def mean_purchase_probability(data: Counted, seen: Floats) -> float:
    """Purchases per opportunity `seen`, kept off 0 and 1."""
    x, of = float(data.n @ data.x), float(data.n @ seen)
    return (x + 0.5) / (of + 1.0)


class BGBBLikelihood:
    """Log-likelihood of (alpha, beta, gamma, delta) for some histories."""

    names = ("alpha", "beta", "gamma", "delta")
    limits = _LIMITS

    def __init__(self, data: Counted) -> None:
        self._data = data
        self._x, self._t_x, self._n = (positions(part) for part in (data.x, data.t_x, data.T))
        self.n_customers = data.n_customers

    def coarse(self) -> None:
        """Histories of whole opportunities are few already."""

    def starts(self) -> Sequence[Sequence[float]]:
        """The most likely points of a grid: the likelihood may have a top in several corners.

        Customers who never bought may never buy or may have left at once, so extreme shapes of
        either distribution are tried with moderate ones of the other.
        """
        some = slice(None, None, 1 + len(self._x) // _SAMPLE)
        x, t_x, n = (part[some] for part in (self._x, self._t_x, self._n))
        weight = self._data.n[some]

        def value(start: tuple[float, ...]) -> float:
            point = np.array(start)
            parts = batches(point, x, t_x, n)
            return sum(
                float(weight[rows] @ endings(point, x[rows], t_x[rows], n[rows]).value)
                for rows in parts
            )

        p = [mean_purchase_probability(self._data, seen) for seen in (self._data.t_x, self._data.T)]
        theta = (1 / (1 + float(self._data.n @ self._data.T) / self.n_customers), 0.4)
        grid = product(_SHAPES, p, _SHAPES, theta)
        points = [(k * p, k * (1 - p), c * q, c * (1 - q)) for k, p, c, q in grid]
        return sorted(points, key=value, reverse=True)[:_STARTS]

    def __call__(self, parameters: NDArray[np.float64]) -> Surface:
        """Value, gradient and Hessian at (alpha, beta, gamma, delta)."""
        tables = _Tables(parameters, int(self._n.max()))
        total = Surface(0.0, np.zeros(4), np.zeros((4, 4)))
        for rows in batches(parameters, self._x, self._t_x, self._n):
            found = endings(parameters, self._x[rows], self._t_x[rows], self._n[rows])
            total = total.plus(tables.surface(found, self._data.n[rows]))
        return total


class _Tables:
    """First and second derivatives of the logarithms of rising factorials at some parameters."""

    def __init__(self, parameters: NDArray[np.float64], most: int) -> None:
        self._gamma = float(parameters[2])
        alpha, beta, gamma, delta = parameters
        number = np.arange(most + 1.0)
        inverse = [1 / (c + number) for c in (alpha, beta, alpha + beta, delta, gamma + delta)]
        self._first = [partial_sums(part) for part in inverse]
        self._second = [-partial_sums(part**2) for part in inverse]

    def surface(self, found: Endings, customers: Floats) -> Surface:
        """The sum over the customers with some histories."""
        slopes = self._slopes(found)
        mean = np.stack([found.mean(slope) for slope in slopes])
        weight = found.share * customers[found.row]
        apart = slopes - mean[:, found.row]
        hessian = (apart * weight) @ apart.T + self._curvature(found, weight)
        return Surface(float(customers @ found.value), mean @ customers, hessian)

    def _slopes(self, found: Endings) -> Floats:
        """The gradient of the logarithm of each term, shape (4, endings)."""
        x, m, left = found.x[found.row], found.m, found.left
        a, b, ab, d, gd = self._first
        drawn = m + left  # occasions at which leaving was decided
        bought, asked = ab[m], gd[drawn]
        return np.stack(
            [a[x] - bought, b[m - x] - bought, left / self._gamma - asked, d[m] - asked]
        )

    def _curvature(self, found: Endings, weight: Floats) -> Floats:
        """The weighted sum of the second derivatives of the terms."""
        x, m, left = found.x[found.row], found.m, found.left
        a, b, ab, d, gd = self._second
        bought, asked = -(weight @ ab[m]), -(weight @ gd[m + left])
        hessian = np.zeros((4, 4))
        hessian[:2, :2], hessian[2:, 2:] = bought, asked
        own = (weight @ a[x], weight @ b[m - x], -(weight @ left) / self._gamma**2, weight @ d[m])
        return hessian + np.diag(own)
