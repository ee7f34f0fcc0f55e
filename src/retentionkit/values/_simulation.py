"""What the predictive intervals of a value draw from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Simulation"]


class Simulation(Protocol):
    """What the customers of a `LifetimeValue` may really bring, by simulation."""

    def __getitem__(self, rows: NDArray[Any] | slice) -> Simulation:
        """The same for some customers."""
        ...

    def quantiles(
        self, levels: Sequence[float], *, draws: int, rng: np.random.Generator | int
    ) -> NDArray[np.float64]:
        """Quantiles of each customer's value, shape (n, levels)."""
        ...

    def exceeds(
        self, amount: NDArray[np.float64], *, draws: int, rng: np.random.Generator | int
    ) -> NDArray[np.float64]:
        """Probability that each customer's value exceeds an amount, shape (n,)."""
        ...

    def moments(
        self, *, draws: int, rng: np.random.Generator | int
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Variance and third central moment of each customer's value, shape (n,) each."""
        ...

    def totals(
        self, weight: NDArray[np.float64], size: int, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """Draws of the total of all customers; none where they would cost too much."""
        ...
