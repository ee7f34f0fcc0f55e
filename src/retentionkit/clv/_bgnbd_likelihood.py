r"""The BG/NBD log-likelihood of counted histories, with gradient and Hessian.

With :math:`(c)_x = \Gamma(c + x)/\Gamma(c)`, equation (6) of [1]_ for one customer is

.. math::

    \ln L = \ln\frac{(r)_x (b)_x}{(a+b)_x} - r \ln\Bigl(1 + \frac{T}{\alpha}\Bigr)
            - x \ln(\alpha + T) + \ln\bigl(1 + e^{\rho}\bigr),
    \quad
    \rho = \ln\frac{a}{b + x - 1} + (r + x) \ln\frac{\alpha + T}{\alpha + t_x},

where :math:`\rho` is minus infinity for :math:`x = 0`. The weight of the second term in
:math:`1 + e^\rho` is the probability of having dropped out, :math:`q = 1 - P(\text{alive})`, so
every derivative of the last term is an average weighted by :math:`q`.

References
----------
.. [1] Fader, P. S., Hardie, B. G. S. and Lee, K. L. (2005). "Counting Your Customers" the Easy Way:
   An Alternative to the Pareto/NBD Model. Marketing Science 24(2), 275-284.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from retentionkit.clv._distinct import chunks
from retentionkit.clv._maximum import Limit, Surface
from retentionkit.clv._rising import rising

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.clv._counted import Counted

__all__ = ["BGNBDLikelihood"]

_LIMITS: Final = (
    Limit(
        "no dropout",
        {"b": 6.0},
        ("a", "b"),
        "nobody seems to leave; the dropout probability goes to zero and the NBD model remains",
    ),
    Limit(
        "homogeneous rate",
        {"r": 6.0, "alpha": 6.0},
        ("r", "alpha"),
        "all customers seem to buy at the same rate; r and alpha go to infinity together",
    ),
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
        "customers seem to leave at the first repeat purchase or never; a and b go to zero",
    ),
)


class BGNBDLikelihood:
    """Log-likelihood of BG/NBD parameters for some histories."""

    names = ("r", "alpha", "a", "b")
    limits = _LIMITS

    def __init__(self, data: Counted) -> None:
        self._data = data
        self._levels, at = np.unique(data.x, return_inverse=True)
        self._n_x = np.bincount(at, data.n)
        age = data.age_codes()
        self._T = age.values
        self._n_T = np.bincount(age.codes, data.n, len(age.values))
        self._x_T = np.bincount(age.codes, data.n * data.x, len(age.values))
        self._first_repeater = int(np.searchsorted(data.x, 1.0))

    @property
    def n_customers(self) -> float:
        """Number of customers."""
        return self._data.n_customers

    def coarse(self) -> BGNBDLikelihood | None:
        """The likelihood of rounded histories, or None if there are few."""
        data = self._data.coarse()
        return None if data is None else BGNBDLikelihood(data)

    def starts(self) -> list[list[float]]:
        """Starting values from the mean rate, for little and for much heterogeneity and dropout."""
        rate = float(self._x_T.sum() / (self._n_T @ self._T))
        return [
            [r, 2 * r / rate, a, b]
            for r, a, b in ((0.5, 1.0, 2.5), (1.0, 0.2, 2.0), (5.0, 5.0, 20.0))
        ]

    def __call__(self, parameters: NDArray[np.float64]) -> Surface:
        """Value, gradient and Hessian at (r, alpha, a, b)."""
        seen = self._counts(parameters).plus(self._exposure(parameters))
        return seen.plus(self._dropout(parameters))

    def _counts(self, parameters: NDArray[np.float64]) -> Surface:
        """Terms in x alone: the three rising factorials."""
        r, _, a, b = parameters
        n = self._n_x
        R, B, AB = (rising(c, self._levels) for c in (r, b, a + b))
        gradient = np.array([n @ R.first, 0.0, -(n @ AB.first), n @ (B.first - AB.first)])
        hessian = np.zeros((4, 4))
        hessian[0, 0] = n @ R.second
        hessian[2:, 2:] = -(n @ AB.second)
        hessian[3, 3] += n @ B.second
        return Surface(float(n @ (R.value + B.value - AB.value)), gradient, hessian)

    def _exposure(self, parameters: NDArray[np.float64]) -> Surface:
        """Terms in T alone: exposure to purchases."""
        r, alpha = parameters[:2]
        n, x, T = self._n_T, self._x_T, self._T
        total = alpha + T
        log = np.log1p(T / alpha)
        value = -(r * (n @ log) + x @ np.log(total))
        gradient, hessian = np.zeros(4), np.zeros((4, 4))
        share = n @ (T / (alpha * total))
        gradient[:2] = -(n @ log), r * share - x @ (1 / total)
        hessian[0, 1] = hessian[1, 0] = share
        hessian[1, 1] = x @ total**-2.0 - r * (n @ (T * (alpha + total) / (alpha * total) ** 2))
        return Surface(float(value), gradient, hessian)

    def _dropout(self, parameters: NDArray[np.float64]) -> Surface:
        """The mixture over having dropped out or not, for those with repeat purchases."""
        total = Surface(0.0, np.zeros(4), np.zeros((4, 4)))
        data = self._data
        repeaters = [array[self._first_repeater :] for array in (data.x, data.t_x, data.T, data.n)]
        for rows in chunks(len(repeaters[0])):
            total = total.plus(_mixture(parameters, *(array[rows] for array in repeaters)))
        return total


def _mixture(
    parameters: NDArray[np.float64],
    x: NDArray[np.float64],
    t_x: NDArray[np.float64],
    T: NDArray[np.float64],
    n: NDArray[np.float64],
) -> Surface:
    r"""Sum of n ln(1 + exp(rho)), with derivatives."""
    r, alpha, a, b = parameters
    before, after = 1 / (alpha + t_x), 1 / (alpha + T)
    u = after - before
    rate = r + x
    k = 1 / (b + (x - 1))
    d_r = np.log1p((T - t_x) * before)
    rho = np.log(a * k) + rate * d_r
    small = np.exp(-np.abs(rho))
    value = n @ (np.maximum(rho, 0.0) + np.log(1.0 + small))
    q = np.where(rho > 0, 1.0, small) / (1.0 + small)
    weight = n * q
    slopes = np.stack([d_r, rate * u, np.full_like(k, 1 / a), -k])
    hessian = (slopes * (weight * (1.0 - q))) @ slopes.T
    cross = weight @ u
    hessian[0, 1] += cross
    hessian[1, 0] += cross
    hessian[1, 1] -= weight @ (rate * u * (before + after))
    hessian[2, 2] -= weight.sum() / a**2
    hessian[3, 3] += weight @ k**2
    return Surface(float(value), slopes @ weight, hessian)
