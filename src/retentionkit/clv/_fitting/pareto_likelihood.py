r"""The log-likelihood of Pareto/NBD for counted histories, with gradient and Hessian.

Equation (18) of [2]_, with the integral over the time of dropout left as it is, is a sum of two
positive terms. With the first of them, still alive at T, taken out,

.. math::

    \ln L = \ln (r)_x - r \ln\Bigl(1 + \frac{T}{\alpha}\Bigr) - x \ln(\alpha + T)
            - s \ln\Bigl(1 + \frac{T}{\beta}\Bigr) + \ln\bigl(1 + e^{\rho}\bigr),

.. math::

    e^{\rho} = s \int_{t_x}^{T} \Bigl(\frac{\alpha + T}{\alpha + \tau}\Bigr)^{r + x}
               \Bigl(\frac{\beta + T}{\beta + \tau}\Bigr)^{s} \frac{d\tau}{\beta + \tau},

so :math:`e^\rho` are the odds of having dropped out and
:math:`q = e^\rho / (1 + e^\rho) = 1 - P(\text{alive})`. The derivatives of :math:`\rho` are means
and covariances of those of the logarithm of the integrand, taken over the same quadrature nodes.

References
----------
.. [1] Schmittlein, D. C., Morrison, D. G. and Colombo, R. (1987). Counting Your Customers: Who Are
   They and What Will They Do Next? Management Science 33(1), 1-24.
.. [2] Fader, P. S. and Hardie, B. G. S. (2005). A Note on Deriving the Pareto/NBD Model and Related
   Expressions.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

import numpy as np

from retentionkit.clv._fitting.gamma_rates import HOMOGENEOUS_RATE, GammaRates, exposure
from retentionkit.clv._fitting.maximum import Limit, Surface
from retentionkit.clv._numerics.decay import integral, nodes
from retentionkit.clv._numerics.distinct import chunks
from retentionkit.clv._numerics.time_grid import integrals, on_grid, place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

    from numpy.typing import NDArray

    from retentionkit.clv._fitting.counted import Counted
    from retentionkit.clv._numerics.decay import Nodes
    from retentionkit.durations import Unit

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["ParetoLikelihood", "log_odds", "time_alive"]

_LIMITS: Final = (
    Limit(
        "no dropout",
        {"beta": 6.0},
        ("s", "beta"),
        "nobody seems to leave; the dropout rate goes to zero and the NBD model remains",
        hides=True,
    ),
    HOMOGENEOUS_RATE,
    Limit(
        "homogeneous dropout",
        {"s": 6.0, "beta": 6.0},
        ("s", "beta"),
        "all customers seem to leave at the same rate; s and beta go to infinity together",
        hides=True,
    ),
)

#: ln(age / beta) at which leaving takes no time; the limit is approached as its inverse.
_AT_ONCE: Final = 100.0


@dataclasses.dataclass(frozen=True, slots=True)
class _Polarised(Limit):
    r"""Customers leave at once or never: s and beta to 0, :math:`s \ln(1 + T/\beta)` as it is."""

    name: str = "polarised dropout"
    direction: Mapping[str, float] = dataclasses.field(
        default_factory=lambda: {"s": -1.0, "beta": -1.0}
    )
    lost: tuple[str, ...] = ("s", "beta")
    meaning: str = "customers seem to leave at once or never; s and beta go to zero together"
    #: A typical age.
    age: float = 1.0

    def reached_from(self, log: Floats, names: Sequence[str]) -> Floats:
        """Where beta is so small that the time of dropout cannot be told from zero."""
        del names
        length = np.logaddexp(0.0, np.log(self.age) - log[3])
        return np.array(
            [log[0], log[1], log[2] + np.log(length / _AT_ONCE), np.log(self.age) - _AT_ONCE]
        )


def time_alive(s: float, beta: Floats | float, t: Floats | float) -> Floats:
    r"""The expected time alive within t, :math:`\int_0^t (1 + u/\beta)^{-s} du`."""
    from scipy.special import exprel  # noqa: PLC0415

    length = np.log1p(t / beta)
    return np.asarray(beta * length * exprel((1 - s) * length))  # no special case at s = 1


def log_odds(parameters: Floats, x: Floats, t_x: Floats, T: Floats, unit: Unit) -> Floats:
    """Log-odds of having dropped out by T, shape (n,); minus infinity where T is t_x."""
    placed = place(x, t_x, T, unit)
    if placed is None:
        return _log_odds_alone(parameters, x, t_x, T)
    grid, size = placed.grid(parameters), len(placed.times)
    G, front = integrals(grid).ravel(), grid.log_front().ravel()
    outside = (placed.level < 0) | (placed.level >= len(grid.levels))
    result = np.empty(len(x))
    for rows in chunks(len(x)):
        first = np.where(outside[rows], 0, placed.level[rows]) * size
        at = first + placed.T[rows]
        with np.errstate(divide="ignore"):
            result[rows] = front[at] + np.log(G[first + placed.t_x[rows]] - G[at])
    rest = np.flatnonzero(outside)
    result[rest] = _log_odds_alone(parameters, x[rest], t_x[rest], T[rest])
    return result


def _log_odds_alone(parameters: Floats, x: Floats, t_x: Floats, T: Floats) -> Floats:
    """The same by an integral for each customer."""
    r, alpha, s, beta = parameters
    R, a, b, D = r + x, alpha + t_x, beta + t_x, T - t_x
    with np.errstate(divide="ignore"):
        total = np.log(integral(D, R, a, np.full_like(D, s + 1), b))
    return np.asarray(total + _lead(s, R, a, b, D))


def _lead(s: float, R: Floats, a: Floats, b: Floats, D: Floats) -> Floats:
    """The logarithm of the integrand of the odds at its lower end."""
    return R * np.log1p(D / a) + s * np.log1p(D / b) + np.log(s / b)


class ParetoLikelihood:
    """Log-likelihood of (r, alpha, s, beta) for some histories."""

    names = ("r", "alpha", "s", "beta")

    def __init__(self, data: Counted) -> None:
        self._data = data
        self._rates = GammaRates(data)
        waited = data.t_x < data.T
        histories = [array[waited] for array in (data.x, data.t_x, data.T, data.n)]
        placed = place(histories[0], histories[1], histories[2], data.unit)
        self._alone, self._placed = histories, None
        if placed is not None:
            on = placed.level >= 0
            self._alone, self._placed = [array[~on] for array in histories], placed.among(on)
            self._on_grid = [array[on] for array in histories]

    @property
    def n_customers(self) -> float:
        """Number of customers."""
        return self._data.n_customers

    @property
    def limits(self) -> tuple[Limit, ...]:
        """The simpler models that the fit may run to."""
        return (*_LIMITS, _Polarised(age=self._rates.mean_age))

    def coarse(self) -> ParetoLikelihood | None:
        """The likelihood of rounded histories, or None if there are few."""
        data = self._data.coarse()
        return None if data is None else ParetoLikelihood(data)

    def starts(self) -> list[list[float]]:
        """Starting values for much and little heterogeneity and dropout, the likeliest first.

        The likelihood can have several maxima, such as dropout of most at once and dropout of none.
        """
        age, rough = self._rates.mean_age, self.coarse() or self
        shapes = ((0.5, 0.5, 0.5), (2.0, 2.0, 2.0), (1.0, 0.02, 1e-3), (1.0, 1.0, 50.0))
        starts = [[r, self._alpha(r, s, b * age), s, b * age] for r, s, b in shapes]
        return sorted(starts, key=lambda start: -rough(np.array(start)).value)

    def _alpha(self, r: float, s: float, beta: float) -> float:
        """With this alpha, as many purchases are expected as were made."""
        n, T = self._rates.n_ages, self._rates.ages
        return r * float(n @ time_alive(s, beta, T)) / self._rates.purchases

    def __call__(self, parameters: Floats) -> Surface:
        """Value, gradient and Hessian at (r, alpha, s, beta)."""
        r, alpha, s, beta = parameters
        ages, n = self._rates.ages, self._rates.n_ages
        stayed = exposure(ages, n, np.zeros_like(n), s, beta).among(4, [2, 3])
        return self._rates(r, alpha).among(4, [0, 1]).plus(stayed).plus(self._dropout(parameters))

    def _dropout(self, parameters: Floats) -> Surface:
        """The mixture over having dropped out or not, for those who were silent for a while."""
        total = _directly(parameters, self._alone)
        if self._placed is None:
            return total
        grid = self._placed.grid(parameters)
        # Histories are sorted by x, so the levels that underflow come last.
        safe = int(np.searchsorted(self._placed.level, len(grid.levels)))
        deep = [array[safe:] for array in self._on_grid]
        total = total.plus(_directly(parameters, deep))
        n, x = self._on_grid[3][:safe], self._on_grid[0][:safe]
        return total.plus(on_grid(grid, self._placed.upto(safe), x, n))


def _directly(parameters: Floats, histories: list[Floats]) -> Surface:
    """The mixture with an integral for each history."""
    r, alpha, s, beta = parameters
    x, t_x, T, _ = histories
    total = Surface(0.0, np.zeros(4), np.zeros((4, 4)))
    for part in nodes(T - t_x, r + x, alpha + t_x, np.full_like(T, s + 1), beta + t_x):
        total = total.plus(_mixture(parameters, part, *(array[part.rows] for array in histories)))
    return total


def _mixture(
    parameters: Floats, part: Nodes, x: Floats, t_x: Floats, T: Floats, n: Floats
) -> Surface:
    r"""Sum of n ln(1 + exp(rho)), with derivatives from the nodes of its integrals."""
    r, alpha, s, beta = parameters
    R, a, b, D = r + x, alpha + t_x, beta + t_x, T - t_x
    A, B, left = alpha + T, beta + T, D[:, None] - part.y
    sums = part.weight.sum(axis=1)
    rho = np.log(sums) + _lead(s, R, a, b, D)
    small = np.exp(-np.abs(rho))
    value = n @ (np.maximum(rho, 0.0) + np.log1p(small))
    q = np.where(rho > 0, 1.0, small) / (1.0 + small)
    later_a, later_b = 1 / (a[:, None] + part.y), 1 / (b[:, None] + part.y)
    # 1/(alpha + T) - 1/(alpha + tau) and the same in beta, without the difference.
    u, v = -left * later_a / A[:, None], -left * later_b / B[:, None]
    slopes = np.stack(
        [
            np.log1p(D / a)[:, None] - part.decay_a,
            R[:, None] * u,
            np.log1p(D / b)[:, None] - part.decay_b,
            (s + 1) * v,
        ]
    )
    shares = part.weight / sums[:, None]
    means = np.einsum("inm,nm->in", slopes, shares)
    weight = n * q
    spread = (shares * weight[:, None]).ravel()
    flat = slopes.reshape(4, -1)
    whole = means + np.array([np.zeros_like(A), np.zeros_like(A), np.full_like(A, 1 / s), -1 / B])
    hessian = (flat * spread) @ flat.T - (means * weight) @ means.T
    hessian += (whole * (weight * (1.0 - q))) @ whole.T
    bends = [
        (0, 1, u),
        (1, 1, -R[:, None] * u * (1 / A[:, None] + later_a)),
        (2, 3, v),
        (3, 3, -(s + 1) * v * (1 / B[:, None] + later_b)),
    ]
    for i, j, bend in bends:
        hessian[(i, j), (j, i)] += spread @ bend.ravel()
    hessian[2, 2] -= weight.sum() / s**2
    hessian[3, 3] += weight @ B**-2.0
    return Surface(float(value), whole @ weight, hessian)
