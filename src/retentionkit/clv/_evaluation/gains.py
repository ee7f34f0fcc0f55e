r"""Gains: how much of what followed came from the customers whom a forecast ranks first?

Customers are ranked by forecast, best first. The curve says which share of all purchases the first
share :math:`p` of customers made; the area between it and the diagonal, divided by that of the
perfect ranking, is the normalised Gini coefficient [1]_. With purchases :math:`n_i` and forecasts
:math:`m_i`, over all pairs of customers,

.. math::

    G = \frac{\sum_{i,j} (n_i - n_j)\,\mathrm{sign}(m_i - m_j)}{\sum_{i,j} |n_i - n_j|} .

It is 1 for the perfect ranking, 0 for none, and negative for one that is upside down. Customers
with equal forecasts share what they bought.

References
----------
.. [1] Yitzhaki, S. and Schechtman, E. (2013). The Gini Methodology. Springer.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from retentionkit.clv._evaluation.outcomes import followed
from retentionkit.results import Columns, Result, frozen_array

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.clv._fitting.fit import Fit
    from retentionkit.clv._models.transaction_model import TransactionModel
    from retentionkit.histories import Holdout, PurchaseHistories

__all__ = ["Gains", "cumulated", "gained_by", "gains", "gains_of", "gini"]

_STEPS = 100


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Gains(Result):
    """The share of purchases made by the customers whom a forecast ranks first.

    Attributes
    ----------
    customers
        Shares of the customers, best forecast first, 0 to 1 in hundredths, shape (101,).
    gained
        Share of all purchases that they made, shape (101,); NaN if nobody bought.
    perfect
        The same for the perfect ranking, shape (101,).
    gini
        Normalised Gini coefficient: 1 for the perfect ranking, 0 for none; NaN if all customers
        bought equally often.
    definition
        What was ranked by what.
    """

    customers: NDArray[np.float64]
    gained: NDArray[np.float64]
    perfect: NDArray[np.float64]
    gini: float
    definition: str

    _heading: ClassVar[str] = "Gains"

    def _table(self) -> Columns:
        return {"customers": self.customers, "gained": self.gained, "perfect": self.perfect}

    def _facts(self) -> Mapping[str, str]:
        return {"Gini": f"{self.gini:.4f}", "definition": self.definition}


def gains(
    purchases: Fit[TransactionModel[PurchaseHistories]] | TransactionModel[PurchaseHistories],
    histories: PurchaseHistories,
    holdout: Holdout,
) -> Gains:
    """How well a model ranks customers by what they bought next.

    Parameters
    ----------
    purchases
        A fit or model of purchases.
    histories
        The customers.
    holdout
        What they did next, from `holdout(transactions, histories, until=...)`.

    Returns
    -------
    Gains
        The gain curve and the normalised Gini coefficient.

    Raises
    ------
    DataError
        If the holdout does not follow the histories.
    KindError
        If an argument is of another kind.

    Examples
    --------
    >>> import retentionkit as rk
    >>> log = rk.Transactions(rk.datasets.load_cdnow())
    >>> histories = rk.purchase_histories(log, as_of="1997-09-30", unit="week")
    >>> held = rk.holdout(log, histories, until="1998-06-30")
    >>> found = rk.clv.gains(rk.clv.BGNBD.fit(histories), histories, held)
    >>> print(f"{found.gained[10]:.0%} of the purchases from the best 10 % of customers")
    47% of the purchases from the best 10 % of customers
    """
    model, cases = followed(purchases, histories, holdout)
    expected = model.conditional_expected_purchases(cases.histories, cases.t)
    return gains_of(
        gained_by(expected, cases.purchases, cases.weight),
        gini(expected, cases.purchases, cases.weight),
        f"Customers ranked by the purchases that {type(model).__name__} expected. "
        + holdout.definition,
    )


def gains_of(gained: NDArray[np.float64], coefficient: float, definition: str) -> Gains:
    """The curves from the purchases of the first hundredths of customers."""
    total = gained[1, -1] or np.nan
    return Gains(
        customers=frozen_array(np.linspace(0, 1, _STEPS + 1), np.float64),
        gained=frozen_array(gained[0] / total, np.float64),
        perfect=frozen_array(gained[1] / total, np.float64),
        gini=coefficient,
        definition=definition,
    )


def cumulated(
    score: NDArray[np.float64], *amounts: NDArray[np.float64]
) -> tuple[NDArray[np.float64], ...]:
    """Running sums of amounts over customers in rising order of a score, from 0; ties together."""
    order = np.argsort(score, kind="stable")
    last = np.flatnonzero(np.append(np.diff(score[order]) != 0, True))
    return tuple(np.append(0.0, np.cumsum(amount[order])[last]) for amount in amounts)


def gained_by(
    expected: NDArray[np.float64], actual: NDArray[np.int64], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Purchases of the first hundredths of customers, as ranked and at best, shape (2, 101)."""
    share = np.linspace(0, float(weight.sum()), _STEPS + 1)

    def curve(score: NDArray[np.float64]) -> NDArray[np.float64]:
        customers, bought = cumulated(-score, weight, weight * actual)
        return np.asarray(np.interp(share, customers, bought), dtype=np.float64)

    return np.stack([curve(expected), curve(actual.astype(np.float64))])


def gini(
    expected: NDArray[np.float64], actual: NDArray[np.int64], weight: NDArray[np.float64]
) -> float:
    """Normalised Gini coefficient of a ranking; NaN where there is nothing to rank."""
    if actual.min() == actual.max() or np.isnan(expected).any():
        return float("nan")
    return _area(expected, actual, weight) / _area(actual.astype(np.float64), actual, weight)


def _area(
    score: NDArray[np.float64], actual: NDArray[np.int64], weight: NDArray[np.float64]
) -> float:
    """Twice the area between the gain curve and the diagonal."""
    customers, bought = cumulated(-score, weight, weight * actual)
    mean = (bought[1:] + bought[:-1]) / bought[-1]
    return float(np.diff(customers) @ mean / customers[-1] - 1)
