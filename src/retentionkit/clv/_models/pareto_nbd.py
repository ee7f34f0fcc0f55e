r"""Pareto/NBD: repeat purchases of customers who may leave, unseen, at any time.

The story in four assumptions [1]_: while alive, a customer buys at random at rate
:math:`\lambda`; rates differ as :math:`\mathrm{Gamma}(r, \alpha)`; the lifetime is exponential with
dropout rate :math:`\mu`; these differ as :math:`\mathrm{Gamma}(s, \beta)`, independently of the
purchase rates, so that lifetimes in the population are Pareto. A customer can leave at any time,
also right after the first purchase.

References
----------
.. [1] Schmittlein, D. C., Morrison, D. G. and Colombo, R. (1987). Counting Your Customers: Who Are
   They and What Will They Do Next? Management Science 33(1), 1-24.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from retentionkit.clv._fitting.pareto_likelihood import ParetoLikelihood, log_odds, time_alive
from retentionkit.clv._models.reading import check_parameters
from retentionkit.clv._models.simulation import SimulatedPurchases, purchases_while_alive
from retentionkit.clv._models.transaction_model import TransactionModel
from retentionkit.clv._numerics.decay import integral, nodes
from retentionkit.clv._numerics.distinct import on_distinct
from retentionkit.clv._numerics.pareto_counts import count_pmf
from retentionkit.clv._numerics.rising import rising
from retentionkit.histories import PurchaseHistories

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from numpy.typing import NDArray

    from retentionkit.clv._fitting.counted import Counted
    from retentionkit.durations import Unit

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["ParetoNBD"]


@dataclasses.dataclass(frozen=True, slots=True)
class ParetoNBD(TransactionModel[PurchaseHistories]):
    r"""The Pareto/NBD model of repeat purchases and dropout.

    Parameters
    ----------
    r, alpha
        Shape and rate of the Gamma distribution of purchase rates: the mean rate is
        :math:`r/\alpha` purchases per unit.
    s, beta
        Shape and rate of the Gamma distribution of dropout rates: the mean is :math:`s/\beta` per
        unit, and a new customer is still one at time t with probability
        :math:`(\beta/(\beta+t))^s`.
    unit
        The unit of time. Histories in another unit are converted.

    Raises
    ------
    OptionError
        If a parameter is not positive and finite, or the unit unknown.

    Notes
    -----
    Given that a customer is alive at T after x repeat purchases, purchase rate and dropout rate are
    independent, :math:`\mathrm{Gamma}(r + x, \alpha + T)` and
    :math:`\mathrm{Gamma}(s, \beta + T)`, from which everything ahead follows [1]_. The odds of
    having left are an integral over the time of dropout; it is taken as such, by quadrature,
    instead of the hypergeometric functions of [1]_, which overflow. Of [2]_, the likelihood is
    equation (18), the expected purchases of a new customer are (27) and of a known one (41); the
    discounted expectation is that of [3]_.

    A `penalty` holds :math:`\ln r` and :math:`\ln s` around 0: it pulls towards exponentially
    distributed rates of purchase and of dropout.

    References
    ----------
    .. [1] Schmittlein, D. C., Morrison, D. G. and Colombo, R. (1987). Counting Your Customers: Who
       Are They and What Will They Do Next? Management Science 33(1), 1-24.
    .. [2] Fader, P. S. and Hardie, B. G. S. (2005). A Note on Deriving the Pareto/NBD Model and
       Related Expressions.
    .. [3] Fader, P. S., Hardie, B. G. S. and Lee, K. L. (2005). RFM and CLV: Using Iso-Value Curves
       for Customer Base Analysis. Journal of Marketing Research 42(4), 415-430.

    Examples
    --------
    >>> import retentionkit as rk
    >>> model = rk.clv.ParetoNBD(0.553, 10.578, 0.606, 11.669, unit="week")
    >>> customer = rk.PurchaseHistories.from_arrays(2, 30.43, 38.86, unit="week")
    >>> model.probability_alive(customer).round(4)
    array([0.8692])
    """

    r: float
    alpha: float
    s: float
    beta: float
    unit: Unit = "week"

    names: ClassVar[tuple[str, ...]] = ("r", "alpha", "s", "beta")
    times: ClassVar[tuple[str, ...]] = ("alpha", "beta")
    shapes: ClassVar[NDArray[np.float64]] = np.array([[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]])
    means: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        "mean rate r/alpha": lambda at: at.r / at.alpha,
        "mean dropout rate s/beta": lambda at: at.s / at.beta,
    }

    def __post_init__(self) -> None:
        check_parameters(self.unit, r=self.r, alpha=self.alpha, s=self.s, beta=self.beta)

    @classmethod
    def _likelihood(cls, data: Counted) -> ParetoLikelihood:
        return ParetoLikelihood(data)

    def _log_likelihood(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        exposed = self.r * np.log1p(T / self.alpha) + x * np.log(self.alpha + T)
        stayed = -self.s * np.log1p(T / self.beta)
        left = np.logaddexp(0.0, self._log_odds(x, t_x, T))
        return rising(self.r, x).value - exposed + stayed + left

    def _log_odds(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        """Log-odds of having left by T: minus infinity where T is the time of a purchase."""
        return log_odds(self.parameters(), x, t_x, T, self.unit)

    def _alive(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        from scipy.special import expit  # noqa: PLC0415

        return np.asarray(expit(-self._log_odds(x, t_x, T)))

    def _gone(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        from scipy.special import expit  # noqa: PLC0415

        return np.asarray(expit(self._log_odds(x, t_x, T)))

    def _stays(self, x: Floats, T: Floats, t: float) -> Floats:
        del x  # dropout does not wait for purchases
        return np.asarray(np.exp(-self.s * np.log1p(t / (self.beta + T))))

    def _buys(self, x: Floats, T: Floats, t: float) -> Floats:
        """The next purchase comes at some time within t, and the customer lives to make it."""

        def within(x: Floats, T: Floats) -> Floats:
            rate, end = (self.r + x) / (self.alpha + T), np.full(T.shape, t)
            s = np.full(T.shape, self.s)
            return rate * integral(end, self.r + x + 1, self.alpha + T, s, self.beta + T)

        return on_distinct(within, x, T, self.unit)

    def _purchases(self, x: Floats, T: Floats, t: Floats) -> Floats:
        return np.asarray((self.r + x) / (self.alpha + T) * time_alive(self.s, self.beta + T, t))

    def _is_finite(self) -> bool:
        return self.s > 1

    def _discounted(self, x: Floats, T: Floats, delta: float, horizon: float) -> Floats:
        rate, B = (self.r + x) / (self.alpha + T), self.beta + T
        if delta == 0 and horizon == np.inf:
            return rate * B / (self.s - 1)
        # Dropout does not depend on x, so each distinct age costs one integral.
        ages, at = np.unique(B, return_inverse=True)
        none, s = np.zeros(len(ages)), np.full(len(ages), self.s)
        return rate * integral(np.full(len(ages), horizon), none, ages, s, ages, delta)[at]

    def _count_pmf(self, n: Floats, x: Floats, T: Floats, t: float) -> Floats:
        counts, R, A, B = np.broadcast_arrays(n, self.r + x, self.alpha + T, self.beta + T)
        found = count_pmf(counts.ravel(), R.ravel(), A.ravel(), self.s, B.ravel(), t)
        return found.reshape(counts.shape)

    def _rate_exceeds(self, norm: float, x: Floats, t_x: Floats, T: Floats) -> Floats:
        """Rates are Gamma(r + x), with alpha + T if alive, alpha + the time of dropout if not."""
        from scipy.special import gammaincc  # noqa: PLC0415

        result = self._alive(x, t_x, T) * gammaincc(self.r + x, norm * (self.alpha + T))
        some = np.flatnonzero(t_x < T)
        left, D, last = self._gone(x, t_x, T)[some], (T - t_x)[some], t_x[some]
        R, a, S, b = (
            self.r + x[some],
            self.alpha + last,
            np.full_like(D, self.s + 1),
            self.beta + last,
        )
        share = left / integral(D, R, a, S, b)
        # Rates above the norm thin out with time at least as exp(-norm y).
        for part in nodes(D, R, a, S, b, norm):
            rows, y = part.rows, part.y
            above = gammaincc(R[rows, None], norm * (a[rows, None] + y)) * np.exp(norm * y)
            result[some[rows]] += share[rows] * (part.weight * above).sum(axis=1)
        return np.asarray(np.minimum(result, 1.0))  # shares of one may round above it

    def _draw_new(self, age: Floats, rng: np.random.Generator) -> SimulatedPurchases:
        none = np.zeros(len(age))
        return self._draw_alive(none, none, age, rng)

    def _draw_alive(
        self, x: Floats, T: Floats, ahead: Floats, rng: np.random.Generator
    ) -> SimulatedPurchases:
        rate = rng.gamma(self.r + x, 1 / (self.alpha + T))
        dropout = rng.gamma(self.s, 1 / (self.beta + T))
        with np.errstate(divide="ignore"):
            lifetime = rng.standard_exponential(len(T)) / dropout
        return purchases_while_alive(ahead, rate, dropout, lifetime, unit=self.unit, rng=rng)
