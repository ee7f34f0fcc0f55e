r"""NBD: repeat purchases of customers who never leave; the baseline of all models with dropout.

The story in two assumptions [1]_: a customer buys at random at rate :math:`\lambda` for ever; rates
differ as :math:`\mathrm{Gamma}(r, \alpha)`. What BG/NBD and its kin forecast less than this model
is what they put down to dropout.

References
----------
.. [1] Ehrenberg, A. S. C. (1959). The Pattern of Consumer Purchases. Applied Statistics 8(1),
   26-41.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from retentionkit.clv._fitting.gamma_rates import HOMOGENEOUS_RATE, GammaRates, log_counts
from retentionkit.clv._models.reading import check_parameters
from retentionkit.clv._models.simulation import SimulatedPurchases, purchases_while_alive
from retentionkit.clv._models.transaction_model import TransactionModel
from retentionkit.clv._numerics.rising import rising
from retentionkit.histories import PurchaseHistories

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from numpy.typing import NDArray

    from retentionkit.clv._fitting.counted import Counted
    from retentionkit.clv._fitting.maximum import Surface
    from retentionkit.durations import Unit

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["NBD"]


@dataclasses.dataclass(frozen=True, slots=True)
class NBD(TransactionModel[PurchaseHistories]):
    r"""The NBD model of repeat purchases without dropout.

    Parameters
    ----------
    r, alpha
        Shape and rate of the Gamma distribution of purchase rates: the mean rate is
        :math:`r/\alpha` purchases per unit.
    unit
        The unit of time. Histories in another unit are converted.

    Raises
    ------
    OptionError
        If a parameter is not positive and finite, or the unit unknown.

    Notes
    -----
    The log-likelihood is that of the purchases in the order in which they came, as in the models
    with dropout, so that all of them compare: it lacks the factor :math:`T^x / x!` of a count.
    Purchases for ever have no finite value without discounting.

    A `penalty` holds :math:`\ln r` around 0.

    References
    ----------
    .. [1] Ehrenberg, A. S. C. (1959). The Pattern of Consumer Purchases. Applied Statistics 8(1),
       26-41.

    Examples
    --------
    >>> import retentionkit as rk
    >>> model = rk.clv.NBD(0.385, 12.072, unit="week")
    >>> customer = rk.PurchaseHistories.from_arrays(2, 30.43, 38.86, unit="week")
    >>> model.conditional_expected_purchases(customer, "39 weeks").round(4)
    array([1.8263])
    """

    r: float
    alpha: float
    unit: Unit = "week"

    names: ClassVar[tuple[str, ...]] = ("r", "alpha")
    times: ClassVar[tuple[str, ...]] = ("alpha",)
    shapes: ClassVar[NDArray[np.float64]] = np.array([[1.0, 0.0]])
    means: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        "mean rate r/alpha": lambda at: at.r / at.alpha,
    }

    def __post_init__(self) -> None:
        check_parameters(self.unit, r=self.r, alpha=self.alpha)

    @classmethod
    def _likelihood(cls, data: Counted) -> _Likelihood:
        return _Likelihood(data)

    def _log_likelihood(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        del t_x  # when the last purchase was says nothing where nobody leaves
        exposed = self.r * np.log1p(T / self.alpha) + x * np.log(self.alpha + T)
        return rising(self.r, x).value - exposed

    def _alive(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        return np.ones(np.broadcast(x, t_x, T).shape)

    def _stays(self, x: Floats, T: Floats, t: float) -> Floats:
        return self._alive(x, T, np.asarray(t))

    def _buys(self, x: Floats, T: Floats, t: float) -> Floats:
        return np.asarray(-np.expm1(-(self.r + x) * np.log1p(t / (self.alpha + T))))

    def _purchases(self, x: Floats, T: Floats, t: Floats) -> Floats:
        return (self.r + x) * (t / (self.alpha + T))

    def _is_finite(self) -> bool:
        return False

    def _discounted(self, x: Floats, T: Floats, delta: float, horizon: float) -> Floats:
        annuity = -math.expm1(-delta * horizon) / delta if delta > 0 else horizon
        return (self.r + x) * (annuity / (self.alpha + T))

    def _count_pmf(self, n: Floats, x: Floats, T: Floats, t: float) -> Floats:
        return np.exp(log_counts(n, self.r + x, t / (self.alpha + T)))

    def _rate_exceeds(self, norm: float, x: Floats, t_x: Floats, T: Floats) -> Floats:
        from scipy.special import gammaincc  # noqa: PLC0415

        del t_x
        return np.asarray(gammaincc(self.r + x, norm * (self.alpha + T)))

    def _draw_new(self, age: Floats, rng: np.random.Generator) -> SimulatedPurchases:
        none = np.zeros(len(age))
        return self._draw_alive(none, none, age, rng)

    def _draw_alive(
        self, x: Floats, T: Floats, ahead: Floats, rng: np.random.Generator
    ) -> SimulatedPurchases:
        rate, never = rng.gamma(self.r + x, 1 / (self.alpha + T)), np.zeros(len(ahead))
        return purchases_while_alive(
            ahead, rate, never, np.full(len(ahead), np.inf), unit=self.unit, rng=rng
        )


class _Likelihood:
    """Log-likelihood of (r, alpha) for some histories."""

    names = ("r", "alpha")
    limits = (HOMOGENEOUS_RATE,)

    def __init__(self, data: Counted) -> None:
        self._rates = GammaRates(data)
        self.n_customers = data.n_customers

    def coarse(self) -> None:
        """The distinct x and T are few already."""

    def starts(self) -> list[list[float]]:
        return [[r, r / self._rates.mean_rate] for r in (0.5, 5.0, 0.05)]

    def __call__(self, parameters: NDArray[np.float64]) -> Surface:
        r, alpha = parameters
        return self._rates(r, alpha)
