"""Purchases drawn from a model: who bought when, and the truth behind it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from retentionkit.histories import OpportunityHistories, PurchaseHistories
from retentionkit.results import Columns, Result, frozen_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.durations import Unit

__all__ = [
    "SimulatedOpportunities",
    "SimulatedPurchases",
    "in_order",
    "purchases_until_dropout",
    "purchases_while_alive",
]


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
        The true purchase rate and propensity to leave, one for each customer: the probability after
        a purchase, or, for Pareto/NBD, a rate per unit; 0 for a model that lets nobody leave.
    age
        How long each customer was observed, in `unit`, shape (n,).
    unit
        The unit of times and rates.
    """

    customer: NDArray[np.int64]
    time: NDArray[np.float64]
    rate: NDArray[np.float64]
    dropout: NDArray[np.float64]
    age: NDArray[np.float64]
    unit: Unit

    _heading: ClassVar[str] = "Simulated repeat purchases"

    def to_histories(self) -> PurchaseHistories:
        """The histories that a model fits: purchases of each simulated customer by its age.

        Examples
        --------
        >>> import retentionkit as rk
        >>> model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
        >>> len(model.simulate([39.0] * 5, rng=1).to_histories())
        5
        """
        size = len(self.age)
        last = np.zeros(size)
        last[self.customer] = self.time  # in order of time, so that the last one stays
        return PurchaseHistories.from_arrays(
            np.bincount(self.customer, minlength=size), last, self.age, unit=self.unit
        )

    def placed(self, positions: NDArray[np.int64], age: NDArray[np.float64]) -> SimulatedPurchases:
        """These customers among more of them, who bought nothing and have rates of NaN."""
        rate, dropout = np.full(len(age), np.nan), np.full(len(age), np.nan)
        rate[positions], dropout[positions] = self.rate, self.dropout
        return dataclasses.replace(
            self,
            customer=frozen_array(positions[self.customer], np.int64),
            rate=frozen_array(rate, np.float64),
            dropout=frozen_array(dropout, np.float64),
            age=frozen_array(age, np.float64),
        )

    def _table(self) -> Columns:
        return {"customer": self.customer, "time": self.time}


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class SimulatedOpportunities(SimulatedPurchases):
    """Opportunities at which simulated customers buy, by customer and number.

    Attributes
    ----------
    customer
        Position of the customer in the numbers of opportunities given, one entry for each purchase.
    time
        Number of the opportunity, from 1 on.
    rate, dropout
        The true probabilities to buy at an opportunity and to leave before one, one for each
        customer; 0 for a model that lets nobody leave.
    age
        How many opportunities each customer had, shape (n,).
    unit
        The period of one opportunity.
    """

    _heading: ClassVar[str] = "Simulated opportunities with a purchase"

    def to_histories(self) -> OpportunityHistories:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride] - the kind that its model reads
        """The histories that a model of opportunities fits.

        Examples
        --------
        >>> import retentionkit as rk
        >>> model = rk.clv.BGBB(1.204, 0.750, 0.657, 2.783, unit="year")
        >>> len(model.simulate([6] * 5, rng=1).to_histories())
        5
        """
        size = len(self.age)
        last = np.zeros(size)
        last[self.customer] = self.time  # in order of number, so that the last one stays
        return OpportunityHistories.from_arrays(
            np.bincount(self.customer, minlength=size), last, self.age, unit=self.unit
        )


def purchases_until_dropout(
    age: NDArray[np.float64],
    rate: NDArray[np.float64],
    dropout: NDArray[np.float64],
    *,
    unit: Unit,
    rng: np.random.Generator,
    left: NDArray[np.bool_] | None = None,
) -> SimulatedPurchases:
    """Poisson purchases, each followed by dropout with a probability, exactly and without loops.

    Of N purchases that a Poisson process would make by the given age, a customer lives to make
    K = min(N, G) with G geometric. The K-th of N uniform times is Beta distributed, and the
    earlier ones are uniform below it. Those who `left` at once make none.
    """
    possible = rng.poisson(rate * age)
    lived = rng.geometric(np.maximum(dropout, np.finfo(float).tiny))
    made = np.minimum(possible, lived)
    if left is not None:
        made[left] = 0
    some = np.flatnonzero(made)
    k, n = made[some], possible[some]
    last = age[some] * rng.beta(k, n - k + 1)
    time = np.repeat(last, k) * rng.random(int(k.sum()))
    time[np.cumsum(k) - 1] = last
    return in_order(np.repeat(some, k), time, age, rate, dropout, unit=unit)


def purchases_while_alive(
    age: NDArray[np.float64],
    rate: NDArray[np.float64],
    dropout: NDArray[np.float64],
    lifetime: NDArray[np.float64],
    *,
    unit: Unit,
    rng: np.random.Generator,
) -> SimulatedPurchases:
    """Poisson purchases of customers up to some age or to the end of their lifetime."""
    seen = np.minimum(age, lifetime)
    made = rng.poisson(rate * seen)
    time = np.repeat(seen, made) * rng.random(int(made.sum()))
    return in_order(np.repeat(np.arange(len(age)), made), time, age, rate, dropout, unit=unit)


def in_order(
    customer: NDArray[np.int64],
    time: NDArray[np.float64],
    age: NDArray[np.float64],
    rate: NDArray[np.float64],
    dropout: NDArray[np.float64],
    *,
    unit: Unit,
) -> SimulatedPurchases:
    """Purchases sorted by customer and time; those of a customer stand together already."""
    # Sorting one number is five times faster than two: half the share of life follows the customer.
    order = np.argsort(customer + time / (2 * age[customer]))
    return SimulatedPurchases(
        frozen_array(customer, np.int64),
        frozen_array(time[order], np.float64),
        frozen_array(rate, np.float64),
        frozen_array(dropout, np.float64),
        frozen_array(age, np.float64),
        unit,
    )
