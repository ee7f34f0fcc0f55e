r"""Frequency fit: do as many customers have bought 0, 1, 2, … times as the model says?

The expected number of customers with :math:`n` repeat purchases sums the probability of that count
over all customers, each at the age they have, from the model's own formula and not by simulation:

.. math:: E_n = \sum_i P\bigl(X(T_i) = n\bigr)

At discrete opportunities their number :math:`n_i` takes the place of :math:`T_i`, and
the count is of those that were taken.

The distance :math:`\sum_n (O_n - E_n)^2 / E_n` is that of Pearson's chi-square. It has no exact
distribution here, since the parameters were fitted to single histories and ages differ; it compares
models of the same customers and classes.

References
----------
.. [1] Fader, P. S., Hardie, B. G. S. and Lee, K. L. (2005). "Counting Your Customers" the Easy Way:
   An Alternative to the Pareto/NBD Model. Marketing Science 24(2), 275-284.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from retentionkit.arguments import check_whole
from retentionkit.clv._models.discrete_model import DiscreteModel
from retentionkit.clv._models.purchase_model import known_to, purchase_model
from retentionkit.clv._models.reading import read_histories
from retentionkit.clv._numerics.distinct import Coded, codes
from retentionkit.results import Columns, Result, frozen_array

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.clv._fitting.fit import Fit
    from retentionkit.clv._models.transaction_model import TransactionModel
    from retentionkit.frames import FrameKind
    from retentionkit.histories import OpportunityHistories, PurchaseHistories

__all__ = ["FrequencyFit", "frequency_fit"]


class Counted(NamedTuple):
    """Histories, with times as codes; weights and counts of purchases have shape (n,)."""

    histories: PurchaseHistories | OpportunityHistories
    ages: Coded
    weight: NDArray[np.float64]
    x: NDArray[np.int64]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class FrequencyFit(Result):
    """Actual and expected number of customers by repeat purchases.

    Attributes
    ----------
    actual, expected
        Customers with 0, 1, … repeat purchases, the last class open, shape (k,).
    distance
        Sum over the classes of (actual - expected)² / expected.
    n_customers
        Number of customers.
    definition
        What was counted.
    kind
        The kind of frame that the caller brought.
    """

    actual: NDArray[np.float64]
    expected: NDArray[np.float64]
    distance: float
    n_customers: int
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Frequency fit"

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes, such as "0", "1", "2+"."""
        top = len(self.actual) - 1
        return (*map(str, range(top)), f"{top}+")

    def _table(self) -> Columns:
        return {"purchases": list(self.labels), "actual": self.actual, "expected": self.expected}

    def _facts(self) -> Mapping[str, str]:
        return {
            "customers": f"{self.n_customers:,}",
            "distance": f"{self.distance:.4g} (chi-square of {len(self.actual)} classes)",
            "definition": self.definition,
        }


def frequency_fit(
    purchases: Fit[Any] | TransactionModel[Any],
    histories: PurchaseHistories | OpportunityHistories,
    *,
    top: int = 7,
) -> FrequencyFit:
    """Actual against expected number of customers by their repeat purchases so far.

    Parameters
    ----------
    purchases
        A fit or model of purchases, in time or at opportunities.
    histories
        The customers, of the kind that the model reads, usually those that it was fitted to. All of
        them: a choice by what they bought, such as repeat buyers only, is not what the model speaks
        of.
    top
        The open class at the end: 7 stands for 7 or more.

    Returns
    -------
    FrequencyFit
        One row for each class.

    Raises
    ------
    KindError
        If an argument is of another kind.
    OptionError
        If `top` is no whole number from 1 on.

    Examples
    --------
    >>> import retentionkit as rk
    >>> log = rk.Transactions(rk.datasets.load_cdnow())
    >>> histories = rk.purchase_histories(log, as_of="1997-09-30", unit="week")
    >>> found = rk.clv.frequency_fit(rk.clv.BGNBD.fit(histories), histories)
    >>> found.actual[:3], found.expected[:3].round(1)
    (array([1411.,  439.,  214.]), array([1407.7,  460.3,  192.5]))
    """
    size = check_whole("top", top, low=1, do="Pass top=7 for a last class of 7 or more purchases.")
    model = purchase_model(purchases)
    told, ages, weight, x = _counted(model, histories)
    customers = np.bincount(ages.codes, weight, len(ages.values))
    n = np.arange(size)
    expected = np.zeros(size)
    for age in np.flatnonzero(customers):
        expected += customers[age] * model.count_pmf(n, float(ages.values[age]))
    total = float(customers.sum())
    actual = np.bincount(np.minimum(x, size), weight, size + 1).astype(np.float64)
    every = np.append(expected, max(total - float(expected.sum()), 0.0))
    off = (actual - every) ** 2
    none = np.where(off > 0, np.inf, 0.0)  # what the model holds to be impossible
    return FrequencyFit(
        actual=frozen_array(actual, np.float64),
        expected=frozen_array(every, np.float64),
        distance=float(np.divide(off, every, out=none, where=every > 0).sum()),
        n_customers=told.n_customers,
        definition=_definition(model, told),
        kind=told.kind,
    )


def _counted(model: TransactionModel[Any], histories: object) -> Counted:
    """Histories of the model's kind: how often customers bought, and in how long."""
    if isinstance(model, DiscreteModel):
        taken: OpportunityHistories = known_to(model, None, histories)
        values, rows = np.unique(taken.opportunities, return_inverse=True)
        return Counted(taken, Coded(values.astype(np.float64), rows), taken.weight, taken.frequency)
    read = read_histories(histories, model.unit)
    return Counted(read, codes(read.age, read.unit), read.weight, read.frequency)


def _definition(
    model: TransactionModel[Any], histories: PurchaseHistories | OpportunityHistories
) -> str:
    counted, own = (
        ("purchases at their opportunities", "with each customer's own number of them")
        if isinstance(model, DiscreteModel)
        else ("repeat purchases up to their age", "at each customer's own age")
    )
    return (
        f"Customers by {counted}; expected by {type(model).__name__} {own}. {histories.definition}"
    )
