r"""BG/NBD: repeat purchases of customers who may leave, unseen, after any of them.

The story in four assumptions [1]_: while alive, a customer buys at random at rate
:math:`\lambda`; rates differ as :math:`\mathrm{Gamma}(r, \alpha)`; after each repeat purchase the
customer leaves for good with probability :math:`p`; these differ as :math:`\mathrm{Beta}(a, b)`,
independently of the rates. A customer who has made no repeat purchase has had no chance to leave.

References
----------
.. [1] Fader, P. S., Hardie, B. G. S. and Lee, K. L. (2005). "Counting Your Customers" the Easy Way:
   An Alternative to the Pareto/NBD Model. Marketing Science 24(2), 275-284.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from retentionkit.clv._beta_geometric import (
    count_pmf,
    discounted_purchases,
    purchases_while_alive,
    still_alive,
)
from retentionkit.clv._bgnbd_likelihood import BGNBDLikelihood
from retentionkit.clv._reading import check_parameters
from retentionkit.clv._rising import rising
from retentionkit.clv._simulation import SimulatedPurchases, purchases_until_dropout
from retentionkit.clv._transaction_model import TransactionModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.clv._beta_geometric import Floats
    from retentionkit.clv._counted import Counted
    from retentionkit.durations import Unit

__all__ = ["BGNBD"]


@dataclasses.dataclass(frozen=True, slots=True)
class BGNBD(TransactionModel):
    r"""The BG/NBD model of repeat purchases and dropout.

    Parameters
    ----------
    r, alpha
        Shape and rate of the Gamma distribution of purchase rates: the mean rate is
        :math:`r/\alpha` purchases per unit.
    a, b
        Parameters of the Beta distribution of dropout probabilities: the mean is
        :math:`a/(a+b)` after each repeat purchase.
    unit
        The unit of time. Histories in another unit are converted.

    Raises
    ------
    OptionError
        If a parameter is not positive and finite, or the unit unknown.

    Notes
    -----
    The likelihood is equation (6) of [1]_, the distribution of counts (8), the expected purchases
    of a new customer (9) and of a known one (10). The probability of being alive is 1 for everyone
    without repeat purchases: the model lets nobody leave before the first of them.

    A `penalty` holds :math:`\ln r`, the logit of the mean dropout and :math:`\tfrac12\ln(ab)`
    around 0: it pulls towards exponentially distributed rates and uniformly distributed dropout.

    References
    ----------
    .. [1] Fader, P. S., Hardie, B. G. S. and Lee, K. L. (2005). "Counting Your Customers" the Easy
       Way: An Alternative to the Pareto/NBD Model. Marketing Science 24(2), 275-284.

    Examples
    --------
    >>> import retentionkit as rk
    >>> model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
    >>> customer = rk.PurchaseHistories.from_arrays(2, 30.43, 38.86, unit="week")
    >>> model.probability_alive(customer).round(4)
    array([0.7266])
    """

    r: float
    alpha: float
    a: float
    b: float
    unit: Unit = "week"

    names: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")
    times: ClassVar[tuple[str, ...]] = ("alpha",)
    shapes: ClassVar[NDArray[np.float64]] = np.array(
        [[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0], [0.0, 0.0, 0.5, 0.5]]
    )

    def __post_init__(self) -> None:
        check_parameters(self.unit, r=self.r, alpha=self.alpha, a=self.a, b=self.b)

    def _simulate(self, age: Floats, rng: np.random.Generator) -> SimulatedPurchases:
        rate = rng.gamma(self.r, 1 / self.alpha, len(age))
        dropout = rng.beta(self.a, self.b, len(age))
        return purchases_until_dropout(age, rate, dropout, unit=self.unit, rng=rng)

    @classmethod
    def _likelihood(cls, data: Counted) -> BGNBDLikelihood:
        return BGNBDLikelihood(data)

    def _log_likelihood(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        r, b, ab = (rising(c, x).value for c in (self.r, self.b, self.a + self.b))
        exposed = self.r * np.log1p(T / self.alpha) + x * np.log(self.alpha + T)
        return r + b - ab - exposed + np.logaddexp(0.0, self._log_odds(x, t_x, T))

    def _log_odds(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        """Log-odds of having left: minus infinity without repeat purchases."""
        waited = np.log1p((T - t_x) / (self.alpha + t_x))
        odds = math.log(self.a) - np.log(self.b + (np.maximum(x, 1.0) - 1)) + (self.r + x) * waited
        return np.where(x > 0, odds, -np.inf)

    def _alive(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        from scipy.special import expit  # noqa: PLC0415

        return np.asarray(expit(-self._log_odds(x, t_x, T)))

    def _stays(self, x: Floats, T: Floats, t: float) -> Floats:
        return still_alive(self.r + x, t / (self.alpha + T), self.a, self.b + x)

    def _buys(self, x: Floats, T: Floats, t: float) -> Floats:
        # Who is alive cannot leave before buying, so only the rate matters.
        return np.asarray(-np.expm1(-(self.r + x) * np.log1p(t / (self.alpha + T))))

    def _purchases(self, x: Floats, T: Floats, t: Floats) -> Floats:
        return purchases_while_alive(self.r + x, t / (self.alpha + T), self.a, self.b + x)

    def _is_finite(self) -> bool:
        return self.a > 1

    def _discounted(self, x: Floats, T: Floats, delta: float, horizon: float) -> Floats:
        s, beta, b = self.r + x, self.alpha + T, self.b + x
        return discounted_purchases(s, beta, self.a, b, delta=delta, horizon=horizon)

    def _count_pmf(self, n: Floats, x: Floats, T: Floats, t: float) -> Floats:
        return count_pmf(n, self.r + x, t / (self.alpha + T), self.a, self.b + x)

    def _rate_exceeds(self, norm: float, x: Floats, t_x: Floats, T: Floats) -> Floats:
        """Rates given the history are Gamma(r + x), with alpha + T if alive, alpha + t_x if not."""
        from scipy.special import gammaincc  # noqa: PLC0415

        alive = self._alive(x, t_x, T)
        stayed = gammaincc(self.r + x, norm * (self.alpha + T))
        left = gammaincc(self.r + x, norm * (self.alpha + t_x))
        return np.asarray(alive * stayed + (1 - alive) * left)
