"""What a model of repeat purchases has to give: its likelihood and a few kernels over arrays.

A kernel speaks of customers who have made `x` repeat purchases by age `T`, were last seen at `t_x`,
and, where it has no `t_x`, are alive at T. A new customer has made none by age 0. Everything that a
model answers is made of these, in `transaction_model`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    import numpy as np

    from retentionkit.clv._fitting.maximum import Likelihood
    from retentionkit.clv._models.simulation import SimulatedPurchases
    from retentionkit.clv._numerics.beta_geometric import Floats

__all__ = ["Kernels"]


class Kernels(ABC):
    """The kernels of a model; arrays broadcast, and probabilities lie in [0, 1]."""

    __slots__ = ()

    #: The parameters that are measured in time.
    times: ClassVar[tuple[str, ...]]

    @classmethod
    @abstractmethod
    def _likelihood(cls, data: Any) -> Likelihood:  # noqa: ANN401 - counted histories of its kind
        """The log-likelihood with its derivatives, for the driver."""

    @abstractmethod
    def _log_likelihood(self, x: Floats, t_x: Floats, T: Floats) -> Floats: ...

    @abstractmethod
    def _alive(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        """Probability of being alive at T."""

    def _gone(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        """Probability of having left by T; where it is small, a model knows it to more digits."""
        return 1 - self._alive(x, t_x, T)

    @abstractmethod
    def _stays(self, x: Floats, T: Floats, t: float) -> Floats:
        """Probability of being alive at T + t."""

    @abstractmethod
    def _buys(self, x: Floats, T: Floats, t: float) -> Floats:
        """Probability of a purchase in (T, T + t]."""

    @abstractmethod
    def _purchases(self, x: Floats, T: Floats, t: Floats) -> Floats:
        """Expected purchases in (T, T + t]."""

    @abstractmethod
    def _discounted(self, x: Floats, T: Floats, delta: float, horizon: float) -> Floats:
        """Expected purchases after T up to the horizon, discounted."""

    @abstractmethod
    def _is_finite(self) -> bool:
        """Whether the purchases for ever, undiscounted, have a finite expectation."""

    @abstractmethod
    def _count_pmf(self, n: Floats, x: Floats, T: Floats, t: float) -> Floats:
        """Probability of n purchases in (T, T + t]."""

    @abstractmethod
    def _rate_exceeds(self, norm: float, x: Floats, t_x: Floats, T: Floats) -> Floats:
        """Probability that the rate of a customer, alive or not, exceeds the norm."""

    @abstractmethod
    def _draw_new(self, age: Floats, rng: np.random.Generator) -> SimulatedPurchases:
        """Purchases of new customers up to some age."""

    @abstractmethod
    def _draw_alive(
        self, x: Floats, T: Floats, ahead: Floats, rng: np.random.Generator
    ) -> SimulatedPurchases:
        """Purchases in (T, T + ahead], in time since T."""
