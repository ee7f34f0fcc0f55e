"""What BG/NBD and MBG/NBD have in common: all but the number of occasions to leave.

Both let a customer leave with probability p, p ~ Beta(a, b), at each occasion. In BG/NBD an
occasion is a repeat purchase; in MBG/NBD the first purchase is one too. After m occasions survived,
dropout is Beta(a, b + m), so the models differ in m alone: x against x + 1.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np

from retentionkit.clv._fitting.beta_geometric_likelihood import BetaGeometricLikelihood
from retentionkit.clv._models.reading import check_parameters
from retentionkit.clv._models.simulation import SimulatedPurchases, purchases_until_dropout
from retentionkit.clv._models.transaction_model import TransactionModel
from retentionkit.clv._numerics.beta_geometric import (
    count_pmf,
    discounted_purchases,
    purchases_while_alive,
    still_alive,
)
from retentionkit.clv._numerics.distinct import in_chunks
from retentionkit.clv._numerics.rising import rising
from retentionkit.histories import PurchaseHistories

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from retentionkit.clv._fitting.counted import Counted

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["BetaGeometricModel"]


class BetaGeometricModel(TransactionModel[PurchaseHistories]):
    """The base of `BGNBD` and `MBGNBD`."""

    __slots__ = ()

    r: float
    alpha: float
    a: float
    b: float

    names: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")
    times: ClassVar[tuple[str, ...]] = ("alpha",)
    shapes: ClassVar[NDArray[np.float64]] = np.array(
        [[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0], [0.0, 0.0, 0.5, 0.5]]
    )
    means: ClassVar[Mapping[str, Callable[[Any], Any]]] = {
        "mean rate r/alpha": lambda at: at.r / at.alpha,
        "mean dropout a/(a+b)": lambda at: at.a / (at.a + at.b),
    }
    #: Occasions to leave before the first repeat purchase.
    _at_start: ClassVar[int]

    def __post_init__(self) -> None:
        check_parameters(self.unit, r=self.r, alpha=self.alpha, a=self.a, b=self.b)

    @classmethod
    def _likelihood(cls, data: Counted) -> BetaGeometricLikelihood:
        return BetaGeometricLikelihood(data, cls._at_start)

    def _log_likelihood(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        m = x + self._at_start
        stayed = rising(self.b, m).value - rising(self.a + self.b, m).value
        exposed = self.r * np.log1p(T / self.alpha) + x * np.log(self.alpha + T)
        bought = rising(self.r, x).value - exposed
        return bought + stayed + np.logaddexp(0.0, self._log_odds(x, t_x, T))

    def _log_odds(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        """Log-odds of having left: minus infinity where there was no occasion."""
        m = x + self._at_start
        waited = np.log1p((T - t_x) / (self.alpha + t_x))
        odds = math.log(self.a) - np.log(self.b + (np.maximum(m, 1.0) - 1)) + (self.r + x) * waited
        return np.where(m > 0, odds, -np.inf)

    def _alive(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        from scipy.special import expit  # noqa: PLC0415

        return in_chunks(lambda *rows: np.asarray(expit(-self._log_odds(*rows))), x, t_x, T)

    def _gone(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        from scipy.special import expit  # noqa: PLC0415

        return np.asarray(expit(self._log_odds(x, t_x, T)))

    def _dropout(self, x: Floats) -> Floats:
        """The second parameter of the dropout of customers who are alive after x purchases."""
        return np.asarray(self.b + x + self._at_start)

    def _stays(self, x: Floats, T: Floats, t: float) -> Floats:
        return still_alive(self.r + x, t / (self.alpha + T), self.a, self._dropout(x))

    def _buys(self, x: Floats, T: Floats, t: float) -> Floats:
        # Who is alive cannot leave before buying, so only the rate matters.
        return np.asarray(-np.expm1(-(self.r + x) * np.log1p(t / (self.alpha + T))))

    def _purchases(self, x: Floats, T: Floats, t: Floats) -> Floats:
        return purchases_while_alive(self.r + x, t / (self.alpha + T), self.a, self._dropout(x))

    def _is_finite(self) -> bool:
        return self.a > 1

    def _discounted(self, x: Floats, T: Floats, delta: float, horizon: float) -> Floats:
        s, beta, b = self.r + x, self.alpha + T, self._dropout(x)
        return discounted_purchases(s, beta, self.a, b, delta=delta, horizon=horizon)

    def _count_pmf(self, n: Floats, x: Floats, T: Floats, t: float) -> Floats:
        return count_pmf(n, self.r + x, t / (self.alpha + T), self.a, self._dropout(x))

    def _rate_exceeds(self, norm: float, x: Floats, t_x: Floats, T: Floats) -> Floats:
        """Rates given the history are Gamma(r + x), with alpha + T if alive, alpha + t_x if not."""
        from scipy.special import gammaincc  # noqa: PLC0415

        stayed = gammaincc(self.r + x, norm * (self.alpha + T))
        left = gammaincc(self.r + x, norm * (self.alpha + t_x))
        mixed = self._alive(x, t_x, T) * stayed + self._gone(x, t_x, T) * left
        return np.asarray(np.minimum(mixed, 1.0))  # two shares of one may round above it

    def _draw_new(self, age: Floats, rng: np.random.Generator) -> SimulatedPurchases:
        rate = rng.gamma(self.r, 1 / self.alpha, len(age))
        dropout = rng.beta(self.a, self.b, len(age))
        left = rng.random(len(age)) < dropout if self._at_start else None
        return purchases_until_dropout(age, rate, dropout, unit=self.unit, rng=rng, left=left)

    def _draw_alive(
        self, x: Floats, T: Floats, ahead: Floats, rng: np.random.Generator
    ) -> SimulatedPurchases:
        rate = rng.gamma(self.r + x, 1 / (self.alpha + T))
        dropout = rng.beta(self.a, self._dropout(x))
        return purchases_until_dropout(ahead, rate, dropout, unit=self.unit, rng=rng)
