r"""The log-likelihood of contracts, with gradient and Hessian in the parameters.

With :math:`y_x = x^c` and the second difference of `gamma_differences`,
:math:`M(y) = -\ln S = \Phi_2(\beta; \alpha, y)`, a contract that still runs after x renewals
contributes :math:`-M(y_x)`, one that ended then [1]_

.. math::

    -M(y_x) + \ln\bigl(1 - e^{-\Delta}\bigr), \qquad \Delta = M(y_{x+1}) - M(y_x).

All derivatives of M are first differences of the digamma and trigamma functions.

References
----------
.. [1] Fader, P. S. and Hardie, B. G. S. (2007). How to Project Customer Retention. Journal of
   Interactive Marketing 21(1), 76-90. Equations (6) and (7), appendix B.
"""

from __future__ import annotations

import dataclasses
import hashlib
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from retentionkit.clv._fitting.maximum import Limit, Surface
from retentionkit.clv._numerics.contract_lives import ContractLives, ageing, log_of_rest
from retentionkit.clv._numerics.gamma_differences import digamma_step, trigamma_step
from retentionkit.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from retentionkit.clv._numerics.contract_lives import Floats
    from retentionkit.durations import Unit
    from retentionkit.histories import RenewalHistories

__all__ = ["ContractLikelihood", "CountedContracts", "count_contracts"]

_HOMOGENEOUS: Final = Limit(
    "homogeneous churn",
    {"alpha": 6.0, "beta": 6.0},
    ("alpha", "beta"),
    "all customers seem to be equally ready to leave; alpha and beta go to infinity together",
)
_POLARISED: Final = Limit(
    "polarised churn",
    {"alpha": -6.0, "beta": -6.0},
    ("alpha", "beta"),
    "customers seem to leave at the first renewal or never; alpha and beta go to zero",
)


@dataclasses.dataclass(frozen=True, slots=True)
class CountedContracts:
    """Each distinct history of a contract once, in a fixed order, with its number of customers."""

    x: Floats
    ended: NDArray[np.bool_]
    n: Floats
    unit: Unit

    @property
    def n_customers(self) -> float:
        """Number of customers."""
        return float(self.n.sum())

    @property
    def churn(self) -> float:
        """Share of all opportunities to leave that were taken."""
        left = float(self.n[self.ended].sum())
        return left / float(self.n @ (self.x + self.ended))

    def fingerprint(self) -> str:
        """SHA-256 of the histories, equal for equal data in any order of rows."""
        digest = hashlib.sha256()
        for array in (self.x, self.ended, self.n):
            digest.update(array.astype("<f8").data)
        return f"sha256:{digest.hexdigest()}"

    def check_enough(self, parameters: int) -> None:
        """Refuse contracts that were observed at too few renewals, or none of which ended."""
        seen = int((self.x + self.ended).max())
        left = float(self.n[self.ended].sum())
        if left > 0 and self.x.max() > 0 and seen >= parameters:
            return
        raise DataError(
            "These contracts are too few or too alike to learn the parameters of a model from.",
            received=f"{self.n_customers:,.0f} contracts, {left:,.0f} of them ended, observed at "
            f"up to {seen} renewals",
            allowed=f"contracts that ended, others that were renewed, and at least {parameters} "
            "renewals to tell how churn changes with tenure",
            do="Observe longer or more customers; or build a model by hand from its parameters.",
        )


def count_contracts(histories: RenewalHistories) -> CountedContracts:
    """The distinct histories of some contracts, with counts."""
    h = histories.grouped()
    return CountedContracts(h.renewals.astype(np.float64), h.ended, h.weight, h.unit)


class ContractLikelihood:
    """Log-likelihood of (alpha, beta) or (alpha, beta, c) for some contracts.

    Parameters
    ----------
    data
        The contracts.
    names
        The parameters; without c it is 1.
    """

    #: beta counts in periods to the power of c, which can be a very large number.
    far = 60.0

    def __init__(self, data: CountedContracts, names: tuple[str, ...]) -> None:
        self.names, self._data = names, data
        self.n_customers = data.n_customers

    @property
    def limits(self) -> tuple[Limit, ...]:
        """Where the parameters may run to."""
        lost = self.names  # nobody leaves later, so nothing tells how churn changes with tenure
        return (_HOMOGENEOUS, dataclasses.replace(_POLARISED, lost=lost))

    def coarse(self) -> None:
        """The distinct histories are few already."""

    def starts(self) -> list[list[float]]:
        """Starting values from the churn at all opportunities, for differing heterogeneity."""
        churn = min(max(self._data.churn, 1e-6), 1 - 1e-6)
        power = [1.0] * (len(self.names) - 2)
        return [[churn * s, (1 - churn) * s, *power] for s in (2.0, 0.2, 20.0)]

    def __call__(self, parameters: NDArray[np.float64]) -> Surface:
        """Value, gradient and Hessian."""
        alpha, beta, c = (*parameters, 1.0)[:3]
        lives = ContractLives(alpha, beta, c)
        data, size = self._data, len(self.names)
        value = data.n @ lives.log_likelihood(data.x, data.ended)
        first, second = _derivatives(lives, data.x)
        gradient, hessian = -(first @ data.n), -(second @ data.n)
        x, n = data.x[data.ended], data.n[data.ended]
        slope, curve = (
            later - now[..., data.ended]
            for later, now in zip(_derivatives(lives, x + 1), (first, second), strict=True)
        )
        ratio = np.exp(-lives.decline(x, np.ones(())) - log_of_rest(lives.decline(x, np.ones(()))))
        gradient += slope @ (n * ratio)
        hessian += curve @ (n * ratio) - (slope * (n * ratio * (1 + ratio))) @ slope.T
        return Surface(float(value), gradient[:size], hessian[:size, :size])


def _derivatives(lives: ContractLives, x: Floats) -> tuple[Floats, Floats]:
    """First (3, n) and second (3, 3, n) derivatives of M in alpha, beta and c."""
    alpha, beta, c = lives
    a, b = np.full(len(x), alpha), np.full(len(x), beta)
    y = ageing(c, np.zeros(()), x)
    log_x = np.log(np.maximum(x, 1.0))
    slope, bend = y * log_x, y * log_x**2  # of y in c
    in_y = digamma_step(b + y, a)
    in_beta = _larger_step_first(digamma_step, b, a, y)
    first = np.stack([digamma_step(b + a, y), in_beta, in_y * slope])
    curve, top = trigamma_step(b + a, y), trigamma_step(b + y, a)
    both = _larger_step_first(trigamma_step, b, a, y)
    alpha_y = _trigamma(b + a + y) * slope
    rows = [
        [curve, curve, alpha_y],
        [curve, both, top * slope],
        [alpha_y, top * slope, top * slope**2 + in_y * bend],
    ]
    return first, np.stack([np.stack(row) for row in rows])


def _larger_step_first(
    step: Callable[[Floats, Floats], Floats], b: Floats, a: Floats, y: Floats
) -> Floats:
    """The second difference by steps a and y from b, from the two steps that cancel less."""
    return np.where(y > a, step(b + y, a) - step(b, a), step(b + a, y) - step(b, y))


def _trigamma(z: Floats) -> Floats:
    from scipy.special import polygamma  # noqa: PLC0415

    found: Any = polygamma(1, z)
    return np.asarray(found, dtype=np.float64)
