r"""Beta-binomial: customers who take some of their opportunities and never leave.

The story in two assumptions [1]_: a customer buys at each opportunity with a probability :math:`p`
of her own, for ever; the probabilities differ as :math:`\mathrm{Beta}(\alpha, \beta)`. It is to
BG/BB what NBD is to BG/NBD: what BG/BB forecasts less than this model is what it puts down to
dropout.

References
----------
.. [1] Skellam, J. G. (1948). A Probability Distribution Derived from the Binomial Distribution by
   Regarding the Probability of Success as Variable Between the Sets of Trials. Journal of the Royal
   Statistical Society B 10(2), 257-261.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from retentionkit.clv._fitting.bgbb_likelihood import PURCHASE_LIMITS, mean_purchase_probability
from retentionkit.clv._fitting.maximum import Surface
from retentionkit.clv._models.discrete_model import DiscreteModel
from retentionkit.clv._numerics.opportunities import count_pmf, first_purchase
from retentionkit.clv._numerics.rising import rising

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from retentionkit.clv._fitting.counted import Counted
    from retentionkit.clv._models.simulation import SimulatedOpportunities
    from retentionkit.clv._numerics.endings import Floats
    from retentionkit.durations import Unit

__all__ = ["BetaBinomial"]


@dataclasses.dataclass(frozen=True, slots=True)
class BetaBinomial(DiscreteModel):
    r"""The beta-binomial model of discrete opportunities without dropout.

    It reads `OpportunityHistories` and counts opportunities as `BGBB` does.

    Parameters
    ----------
    alpha, beta
        Shapes of the Beta distribution of purchase probabilities; the mean is
        :math:`\alpha/(\alpha+\beta)`.
    unit
        The period of one opportunity. Histories and model have to agree.

    Raises
    ------
    OptionError
        If a parameter is not positive and finite, or the unit unknown.

    Notes
    -----
    The log-likelihood is that of the string of purchases in its order, as in `BGBB`, so that the
    two compare: it lacks the binomial coefficient of a count. Purchases for ever have no finite
    value without discounting.

    A `penalty` holds :math:`\ln \alpha - \ln \beta` and :math:`\tfrac12 \ln \alpha\beta` around 0.

    References
    ----------
    .. [1] Skellam, J. G. (1948). A Probability Distribution Derived from the Binomial Distribution
       by Regarding the Probability of Success as Variable Between the Sets of Trials. Journal of
       the Royal Statistical Society B 10(2), 257-261.

    Examples
    --------
    >>> import retentionkit as rk
    >>> model = rk.clv.BetaBinomial(0.487, 0.826, unit="year")
    >>> donors = rk.OpportunityHistories.from_arrays([0, 6], [0, 6], [6, 6], unit="year")
    >>> model.conditional_expected_purchases(donors, "5 years").round(2)
    array([0.33, 4.44])
    """

    alpha: float
    beta: float
    unit: Unit = "year"

    names: ClassVar[tuple[str, ...]] = ("alpha", "beta")
    shapes: ClassVar[NDArray[np.float64]] = np.array([[1.0, -1.0], [0.5, 0.5]])
    means: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        "mean purchase probability alpha/(alpha+beta)": lambda at: at.alpha / (at.alpha + at.beta),
    }

    @classmethod
    def _likelihood(cls, data: Counted) -> _Likelihood:
        return _Likelihood(data)

    def _log_likelihood(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        del t_x  # when the last purchase was says nothing where nobody leaves
        both = rising(self.alpha + self.beta, T).value
        return rising(self.alpha, x).value + rising(self.beta, T - x).value - both

    def _alive(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        return np.ones(np.broadcast(x, t_x, T).shape)

    def _stays(self, x: Floats, T: Floats, t: float) -> Floats:
        return self._alive(x, T, np.asarray(t))

    def _buys(self, x: Floats, T: Floats, t: float) -> Floats:
        return first_purchase(self._endless(), x, T, t)

    def _purchases(self, x: Floats, T: Floats, t: Floats) -> Floats:
        return self._buying(x, T) * t

    def _endless(self) -> Floats:
        """The parameters of the BG/BB model in which nobody leaves."""
        return np.array([self.alpha, self.beta, 0.0, 1.0])

    def _is_finite(self) -> bool:
        return False

    def _discounted(self, x: Floats, T: Floats, delta: float, horizon: float) -> Floats:
        """Purchases count at the end of each period: a geometric series."""
        annuity = horizon if delta == 0 else -math.expm1(-delta * horizon) / math.expm1(delta)
        return self._buying(x, T) * annuity

    def _count_pmf(self, n: Floats, x: Floats, T: Floats, t: float) -> Floats:
        return count_pmf(self._endless(), n, x, T, t)

    def _rate_exceeds(self, norm: float, x: Floats, t_x: Floats, T: Floats) -> Floats:
        from scipy.special import betaincc  # noqa: PLC0415

        del t_x
        above = betaincc(self.alpha + x, self.beta + (T - x), min(norm, 1.0))
        return np.asarray(above, dtype=np.float64)

    def _draw_alive(
        self, x: Floats, T: Floats, ahead: Floats, rng: np.random.Generator
    ) -> SimulatedOpportunities:
        rate = rng.beta(self.alpha + x, self.beta + (T - x))
        return self._drawn(ahead, rate, np.zeros(len(ahead)), rng)


class _Likelihood:
    """Log-likelihood of (alpha, beta) for some histories."""

    names = ("alpha", "beta")
    limits = PURCHASE_LIMITS

    def __init__(self, data: Counted) -> None:
        self._data = data
        self.n_customers = data.n_customers

    def coarse(self) -> None:
        """Histories of whole opportunities are few already."""

    def starts(self) -> list[list[float]]:
        p = mean_purchase_probability(self._data, self._data.T)
        return [[k * p, k * (1 - p)] for k in (2.0, 0.5, 10.0)]

    def __call__(self, parameters: NDArray[np.float64]) -> Surface:
        alpha, beta = parameters
        x, n, weight = self._data.x, self._data.T, self._data.n
        a, b, both = rising(alpha, x), rising(beta, n - x), rising(alpha + beta, n)
        gradient = [weight @ (a.first - both.first), weight @ (b.first - both.first)]
        hessian = np.full((2, 2), -(weight @ both.second))
        hessian += np.diag([weight @ a.second, weight @ b.second])
        value = weight @ (a.value + b.value - both.value)
        return Surface(float(value), np.array(gradient), hessian)
