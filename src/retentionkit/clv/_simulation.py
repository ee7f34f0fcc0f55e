"""Purchases drawn from a model: who bought when, and the truth behind it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from retentionkit.results import Columns, Result, frozen_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.durations import Unit

__all__ = ["SimulatedPurchases", "purchases_until_dropout"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class SimulatedPurchases(Result):
    """Repeat purchases of simulated customers, by customer and time.

    Attributes
    ----------
    customer
        Position of the customer in the ages given, one entry for each repeat purchase.
    time
        Time since the customer's first purchase, in `unit`.
    rate, dropout
        The true purchase rate and dropout probability, one for each customer.
    unit
        The unit of times and rates.
    """

    customer: NDArray[np.int64]
    time: NDArray[np.float64]
    rate: NDArray[np.float64]
    dropout: NDArray[np.float64]
    unit: Unit

    _heading: ClassVar[str] = "Simulated repeat purchases"

    def _table(self) -> Columns:
        return {"customer": self.customer, "time": self.time}


def purchases_until_dropout(
    age: NDArray[np.float64],
    rate: NDArray[np.float64],
    dropout: NDArray[np.float64],
    *,
    unit: Unit,
    rng: np.random.Generator,
) -> SimulatedPurchases:
    """Poisson purchases, each followed by dropout with a probability, exactly and without loops.

    Of N purchases that a Poisson process would make by the given age, a customer lives to make
    K = min(N, G) with G geometric. The K-th of N uniform times is Beta distributed, and the
    earlier ones are uniform below it.
    """
    possible = rng.poisson(rate * age)
    lived = rng.geometric(np.maximum(dropout, np.finfo(float).tiny))
    made = np.minimum(possible, lived)
    some = np.flatnonzero(made)
    k, n = made[some], possible[some]
    last = age[some] * rng.beta(k, n - k + 1)
    time = np.repeat(last, k) * rng.random(int(k.sum()))
    time[np.cumsum(k) - 1] = last
    customer = np.repeat(some, k)
    # Sorting one number is five times faster than two: half the share of life follows the customer.
    order = np.argsort(customer + time / (2 * age[customer]))
    return SimulatedPurchases(
        frozen_array(customer, np.int64),
        frozen_array(time[order], np.float64),
        frozen_array(rate, np.float64),
        frozen_array(dropout, np.float64),
        unit,
    )
