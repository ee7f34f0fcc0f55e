"""What customers had done, and what they did then: each distinct case once, with its customers.

Every measure of a forecast is a sum over customers of something that depends on the history
(x, t_x, T) and on the purchases n that followed. Equal cases are therefore summed first, in an
order of their own: the measures cost little more than the fits, and do not depend on the order of
the rows.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from retentionkit.clv._models.purchase_model import timed_model
from retentionkit.clv._models.reading import read_histories
from retentionkit.clv._numerics.distinct import codes
from retentionkit.durations import unit_ratio
from retentionkit.errors import DataError, KindError
from retentionkit.histories import Holdout
from retentionkit.results import frozen_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.clv._models.transaction_model import TransactionModel
    from retentionkit.histories import PurchaseHistories

__all__ = ["Outcomes", "check_followed", "followed", "outcomes", "predictive", "probability_of"]


class Outcomes(NamedTuple):
    """Distinct cases in a fixed order.

    Attributes
    ----------
    histories
        Distinct histories; their weights count customers, shape (n,).
    purchases
        What followed, shape (n,).
    t
        Length of the time that followed, in the unit of the histories.
    """

    histories: PurchaseHistories
    purchases: NDArray[np.int64]
    t: float

    @property
    def weight(self) -> NDArray[np.float64]:
        """Customers of each case, shape (n,)."""
        return self.histories.weight


def followed(
    purchases: object, histories: object, holdout: Holdout
) -> tuple[TransactionModel[PurchaseHistories], Outcomes]:
    """The model of a fit, and the distinct cases that its forecast is compared with."""
    model = timed_model(purchases)
    return model, outcomes(read_histories(histories, model.unit), holdout)


def outcomes(histories: PurchaseHistories, holdout: Holdout) -> Outcomes:
    """The distinct cases of some histories and the holdout that followed them."""
    check_followed(histories, holdout)
    n = holdout.purchases
    recency, age = (codes(times, histories.unit) for times in (histories.recency, histories.age))
    sizes = (len(age.values), len(recency.values), int(n.max()) + 1)
    key = histories.frequency
    if (int(key.max()) + 1) * float(sizes[0]) * sizes[1] * sizes[2] < np.iinfo(np.int64).max:
        for size, part in zip(sizes, (age.codes, recency.codes, n), strict=True):
            key = key * size + part
        order = np.argsort(key, kind="stable")
        new = np.diff(key[order], prepend=-1) != 0
    else:  # too spread out for one number
        order = np.lexsort((n, recency.codes, age.codes, key))
        new = np.ones(len(order), dtype=bool)
    starts = np.flatnonzero(new)
    rows = order[starts]
    cases = dataclasses.replace(
        histories,
        frequency=frozen_array(histories.frequency[rows], np.int64),
        recency=frozen_array(recency.values[recency.codes[rows]], np.float64),
        age=frozen_array(age.values[age.codes[rows]], np.float64),
        weight=frozen_array(np.add.reduceat(histories.weight[order], starts), np.float64),
        customer=None,
        monetary_value=None,
        log_gaps=None,
    )
    t = holdout.duration * unit_ratio(holdout.unit, histories.unit)
    return Outcomes(cases, frozen_array(n[rows], np.int64), t)


def check_followed(histories: PurchaseHistories, holdout: object) -> None:
    """The holdout must be of these customers, in this order, and begin where the histories end."""
    if not isinstance(holdout, Holdout):
        raise KindError(
            "`holdout` is no holdout.",
            received=type(holdout).__name__,
            allowed="Holdout",
            do="Make it with holdout(transactions, histories, until=...).",
        )
    same = histories.customer is not None and np.array_equal(histories.customer, holdout.customer)
    if same and histories.as_of == holdout.as_of:
        return
    size = "without ids" if histories.customer is None else f"of {len(histories):,} customers"
    raise DataError(
        "The holdout does not follow these histories.",
        received=f"histories {size} as of {histories.as_of}; a holdout of {len(holdout):,} "
        f"customers after {holdout.as_of}",
        allowed="the same customers in the same order, and one as_of",
        do="Make it with holdout(transactions, histories, until=...) from these histories.",
    )


def probability_of(
    model: TransactionModel[PurchaseHistories], cases: Outcomes
) -> NDArray[np.float64]:
    """Probability that the model gave to what each customer then did, shape (n,)."""
    return _counted(model, cases, np.equal)[1]


def predictive(
    model: TransactionModel[PurchaseHistories], cases: Outcomes
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Probability of fewer purchases than each customer made, and of just as many; shape (n,)."""
    return _counted(model, cases, np.greater_equal)


def _counted(
    model: TransactionModel[PurchaseHistories],
    cases: Outcomes,
    asked: np.ufunc,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    fewer, equal = np.zeros(len(cases.purchases)), np.zeros(len(cases.purchases))
    for n in range(int(cases.purchases.max()) + 1):
        rows = np.flatnonzero(asked(cases.purchases, n))
        if len(rows) == 0:
            continue
        probability = model.conditional_count_pmf(cases.histories[rows], n, cases.t)
        done = cases.purchases[rows] == n
        equal[rows[done]] = probability[done]
        fewer[rows[~done]] += probability[~done]
    return fewer, equal
