r"""BG/BB: customers who buy or do not at each of a series of opportunities, until they leave.

The story in five assumptions [1]_: while alive, a customer buys at each opportunity with a
probability :math:`p` of her own; before each opportunity she leaves for good with probability
:math:`\theta`; the probabilities differ between customers as :math:`p \sim \mathrm{Beta}(\alpha,
\beta)` and :math:`\theta \sim \mathrm{Beta}(\gamma, \delta)`, independently of each other.

Given that she is alive after :math:`n` opportunities of which she took :math:`x`, the two are
independent again, :math:`\mathrm{Beta}(\alpha + x, \beta + n - x)` and :math:`\mathrm{Beta}(\gamma,
\delta + n)`. Whatever lies ahead follows from there.

References
----------
.. [1] Fader, P. S., Hardie, B. G. S. and Shang, J. (2010). Customer-Base Analysis in a
   Discrete-Time Noncontractual Setting. Marketing Science 29(6), 1086-1108.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from retentionkit.clv._fitting.bgbb_likelihood import BGBBLikelihood
from retentionkit.clv._models.discrete_model import DiscreteModel
from retentionkit.clv._numerics.endings import each_history
from retentionkit.clv._numerics.opportunities import (
    count_pmf,
    discounted_survival,
    first_purchase,
    summed_survival,
    survival,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from retentionkit.clv._fitting.counted import Counted
    from retentionkit.clv._models.simulation import SimulatedOpportunities
    from retentionkit.clv._numerics.endings import Endings, Floats
    from retentionkit.durations import Unit

__all__ = ["BGBB"]


@dataclasses.dataclass(frozen=True, slots=True)
class BGBB(DiscreteModel):
    r"""The beta-geometric / beta-Bernoulli model of discrete opportunities.

    It reads `OpportunityHistories`. Wherever other models speak of time, this one counts
    opportunities: `t` is a whole number of them, or a duration of whole periods such as
    `"3 years"`.

    Parameters
    ----------
    alpha, beta
        Shapes of the Beta distribution of purchase probabilities; the mean is
        :math:`\alpha/(\alpha+\beta)`.
    gamma, delta
        Shapes of the Beta distribution of the probabilities to leave before an opportunity.
    unit
        The period of one opportunity. The default is a year, as in the published examples.
        Histories and model have to agree: periods cannot be converted.

    Raises
    ------
    OptionError
        If a parameter is not positive and finite, or the unit unknown.

    Notes
    -----
    The log-likelihood is that of the string of purchases in its order: it lacks the binomial
    coefficient of a count.

    `probability_alive(h)` is the probability of being alive at the last opportunity observed, n;
    `after=1` that of being alive at opportunity n + 1, before which she may leave: this is the one
    that [1]_ calls alive "in" the next year.

    Discounting takes place opportunity by opportunity: a purchase at the k-th opportunity from now
    counts :math:`(1 + d)^{-k}` for a yearly rate d and yearly opportunities, as in [1]_; for other
    periods, :math:`(1 + d)^{-k\tau}` with :math:`\tau` their length in years.

    `rate_exceeds` takes purchases per opportunity: the norm is a probability.

    A `penalty` holds around 0 the logit of the mean purchase probability,
    :math:`\ln \alpha - \ln \beta`, and :math:`\tfrac12 \ln \alpha\beta`; and the same of
    :math:`\gamma` and :math:`\delta`.

    References
    ----------
    .. [1] Fader, P. S., Hardie, B. G. S. and Shang, J. (2010). Customer-Base Analysis in a
       Discrete-Time Noncontractual Setting. Marketing Science 29(6), 1086-1108.

    Examples
    --------
    Donors of a charity, who gave in x of 6 years and last in year t_x:

    >>> import retentionkit as rk
    >>> model = rk.clv.BGBB(1.204, 0.750, 0.657, 2.783, unit="year")
    >>> donors = rk.OpportunityHistories.from_arrays([0, 2, 6], [0, 4, 6], [6, 6, 6], unit="year")
    >>> model.probability_alive(donors, after=1).round(2)
    array([0.11, 0.59, 0.93])
    >>> model.conditional_expected_purchases(donors, "5 years").round(2)
    array([0.07, 1.06, 3.75])
    """

    alpha: float
    beta: float
    gamma: float
    delta: float
    unit: Unit = "year"

    names: ClassVar[tuple[str, ...]] = ("alpha", "beta", "gamma", "delta")
    shapes: ClassVar[NDArray[np.float64]] = np.array(
        [[1.0, -1.0, 0.0, 0.0], [0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0], [0.0, 0.0, 0.5, 0.5]]
    )
    means: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        "mean purchase probability alpha/(alpha+beta)": lambda at: at.alpha / (at.alpha + at.beta),
        "mean dropout gamma/(gamma+delta)": lambda at: at.gamma / (at.gamma + at.delta),
    }

    @classmethod
    def _likelihood(cls, data: Counted) -> BGBBLikelihood:
        return BGBBLikelihood(data)

    def _log_likelihood(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        return each_history(lambda found: found.value, self.parameters(), x, t_x, T)

    def _alive(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        return each_history(lambda found: found.alive, self.parameters(), x, t_x, T)

    def _stays(self, x: Floats, T: Floats, t: float) -> Floats:
        del x  # leaving has nothing to do with buying while alive
        return survival(self.gamma, self.delta, T, np.asarray(t))

    def _buys(self, x: Floats, T: Floats, t: float) -> Floats:
        return first_purchase(self.parameters(), x, T, t)

    def _purchases(self, x: Floats, T: Floats, t: Floats) -> Floats:
        return self._buying(x, T) * summed_survival(self.gamma, self.delta, T, t)

    def _is_finite(self) -> bool:
        return self.gamma > 1

    def _discounted(self, x: Floats, T: Floats, delta: float, horizon: float) -> Floats:
        if delta == 0 and horizon == math.inf:
            ahead = (self.delta + T) / (self.gamma - 1)
        elif delta == 0:
            ahead = summed_survival(self.gamma, self.delta, T, np.asarray(horizon))
        else:
            ahead = discounted_survival(self.gamma, self.delta + T, delta, horizon)
        return self._buying(x, T) * ahead

    def _count_pmf(self, n: Floats, x: Floats, T: Floats, t: float) -> Floats:
        return count_pmf(self.parameters(), n, x, T, t)

    def _rate_exceeds(self, norm: float, x: Floats, t_x: Floats, T: Floats) -> Floats:
        """The purchase probability given each ending m is Beta(alpha + x, beta + m - x)."""
        from scipy.special import betaincc  # noqa: PLC0415

        def exceeds(found: Endings) -> Floats:
            bought = found.x[found.row]
            missed = found.m - bought
            above = betaincc(self.alpha + bought, self.beta + missed, min(norm, 1.0))
            return found.mean(np.asarray(above, dtype=np.float64))

        return each_history(exceeds, self.parameters(), x, t_x, T)

    def _draw_alive(
        self, x: Floats, T: Floats, ahead: Floats, rng: np.random.Generator
    ) -> SimulatedOpportunities:
        rate = rng.beta(self.alpha + x, self.beta + (T - x))
        return self._drawn(ahead, rate, rng.beta(self.gamma, self.delta + T), rng)
