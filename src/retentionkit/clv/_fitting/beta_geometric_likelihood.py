r"""The log-likelihood of BG/NBD and MBG/NBD for counted histories, with gradient and Hessian.

A customer with :math:`x` repeat purchases has had :math:`m` occasions to leave: :math:`m = x` in
BG/NBD, after each repeat purchase; :math:`m = x + 1` in MBG/NBD, after the first one too. With
:math:`(c)_x = \Gamma(c + x)/\Gamma(c)`, the likelihood of [1]_ and its twin in [2]_ are

.. math::

    \ln L = \ln\frac{(r)_x (b)_m}{(a+b)_m} - r \ln\Bigl(1 + \frac{T}{\alpha}\Bigr)
            - x \ln(\alpha + T) + \ln\bigl(1 + e^{\rho}\bigr),
    \quad
    \rho = \ln\frac{a}{b + m - 1} + (r + x) \ln\frac{\alpha + T}{\alpha + t_x},

where :math:`\rho` is minus infinity for :math:`m = 0`. The weight of the second term in
:math:`1 + e^\rho` is the probability of having dropped out, :math:`q = 1 - P(\text{alive})`, so
every derivative of the last term is an average weighted by :math:`q`.

References
----------
.. [1] Fader, P. S., Hardie, B. G. S. and Lee, K. L. (2005). "Counting Your Customers" the Easy Way:
   An Alternative to the Pareto/NBD Model. Marketing Science 24(2), 275-284.
.. [2] Batislam, E. P., Denizel, M. and Filiztekin, A. (2007). Empirical Validation and Comparison
   of Models for Customer Base Analysis. International Journal of Research in Marketing 24(3),
   201-209.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from retentionkit.clv._fitting.gamma_rates import HOMOGENEOUS_RATE, GammaRates
from retentionkit.clv._fitting.maximum import Limit, Surface
from retentionkit.clv._numerics.distinct import chunks
from retentionkit.clv._numerics.rising import rising

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.clv._fitting.counted import Counted

__all__ = ["BetaGeometricLikelihood"]

_LIMITS: Final = (
    Limit(
        "no dropout",
        {"b": 6.0},
        ("a", "b"),
        "nobody seems to leave; the dropout probability goes to zero and the NBD model remains",
    ),
    HOMOGENEOUS_RATE,
    Limit(
        "homogeneous dropout",
        {"a": 6.0, "b": 6.0},
        ("a", "b"),
        "all customers seem to leave with the same probability; a and b go to infinity together",
    ),
    Limit(
        "polarised dropout",
        {"a": -6.0, "b": -6.0},
        ("a", "b"),
        "customers seem to leave at their first occasion or never; a and b go to zero",
    ),
)


class BetaGeometricLikelihood:
    """Log-likelihood of (r, alpha, a, b) for some histories.

    Parameters
    ----------
    data
        The histories.
    at_start
        Occasions to leave before the first repeat purchase: 0 for BG/NBD, 1 for MBG/NBD.
    """

    names = ("r", "alpha", "a", "b")
    limits = _LIMITS

    def __init__(self, data: Counted, at_start: int) -> None:
        self._data, self._at_start = data, at_start
        self._rates = GammaRates(data)
        self._first = int(np.searchsorted(data.x, 1.0)) if at_start == 0 else 0

    @property
    def n_customers(self) -> float:
        """Number of customers."""
        return self._data.n_customers

    def coarse(self) -> BetaGeometricLikelihood | None:
        """The likelihood of rounded histories, or None if there are few."""
        data = self._data.coarse()
        return None if data is None else BetaGeometricLikelihood(data, self._at_start)

    def starts(self) -> list[list[float]]:
        """Starting values from the mean rate, for little and for much heterogeneity and dropout."""
        rate = self._rates.mean_rate
        return [
            [r, 2 * r / rate, a, b]
            for r, a, b in ((0.5, 1.0, 2.5), (1.0, 0.2, 2.0), (5.0, 5.0, 20.0))
        ]

    def __call__(self, parameters: NDArray[np.float64]) -> Surface:
        """Value, gradient and Hessian at (r, alpha, a, b)."""
        r, alpha, a, b = parameters
        rates = self._rates(r, alpha).among(4, [0, 1])
        return rates.plus(self._occasions(a, b)).plus(self._dropout(parameters))

    def _occasions(self, a: float, b: float) -> Surface:
        """Terms in m alone: staying at each occasion."""
        n, m = self._rates.n_x, self._rates.levels + self._at_start
        B, AB = rising(b, m), rising(a + b, m)
        gradient = np.array([-(n @ AB.first), n @ (B.first - AB.first)])
        hessian = np.full((2, 2), -(n @ AB.second))
        hessian[1, 1] += n @ B.second
        return Surface(float(n @ (B.value - AB.value)), gradient, hessian).among(4, [2, 3])

    def _dropout(self, parameters: NDArray[np.float64]) -> Surface:
        """The mixture over having dropped out or not, for those who had an occasion."""
        total = Surface(0.0, np.zeros(4), np.zeros((4, 4)))
        data = self._data
        exposed = [array[self._first :] for array in (data.x, data.t_x, data.T, data.n)]
        last = self._at_start - 1
        for rows in chunks(len(exposed[0])):
            total = total.plus(_mixture(parameters, last, *(array[rows] for array in exposed)))
        return total


def _mixture(
    parameters: NDArray[np.float64],
    last: int,
    x: NDArray[np.float64],
    t_x: NDArray[np.float64],
    T: NDArray[np.float64],
    n: NDArray[np.float64],
) -> Surface:
    r"""Sum of n ln(1 + exp(rho)), with derivatives; x + last occasions came before the last."""
    r, alpha, a, b = parameters
    before, after = 1 / (alpha + t_x), 1 / (alpha + T)
    u = (t_x - T) * before * after  # after - before without its cancellation
    rate = r + x
    k = 1 / (b + (x + last))
    d_r = np.log1p((T - t_x) * before)
    rho = np.log(a * k) + rate * d_r
    small = np.exp(-np.abs(rho))
    value = n @ (np.maximum(rho, 0.0) + np.log(1.0 + small))
    share = 1.0 / (1.0 + small)
    q = np.where(rho > 0, 1.0, small) * share
    weight = n * q
    slopes = np.stack([d_r, rate * u, np.full_like(k, 1 / a), -k])
    hessian = (slopes * (n * small * share**2)) @ slopes.T  # times q (1 - q)
    cross = weight @ u
    hessian[0, 1] += cross
    hessian[1, 0] += cross
    hessian[1, 1] -= weight @ (rate * u * (before + after))
    hessian[2, 2] -= weight.sum() / a**2
    hessian[3, 3] += weight @ k**2
    return Surface(float(value), slopes @ weight, hessian)
