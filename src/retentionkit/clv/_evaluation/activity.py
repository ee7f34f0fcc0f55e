r"""Calibration of activity: of the customers given a chance of 30 % to buy, did 30 % buy?

Customers are put into bins by the probability of at least one purchase, and the share that did buy
is set beside the mean probability, with its Wilson interval [1]_. The Brier score [2]_ is the mean
squared distance between probability and outcome: 0 at best; a forecast that gives every customer
the overall share :math:`s` has :math:`s(1-s)`.

P(alive) itself can never be checked: nobody sees a customer leave. Whether a customer buys can be.

References
----------
.. [1] Wilson, E. B. (1927). Probable Inference, the Law of Succession, and Statistical Inference.
   Journal of the American Statistical Association 22(158), 209-212.
.. [2] Brier, G. W. (1950). Verification of Forecasts Expressed in Terms of Probability. Monthly
   Weather Review 78(1), 1-3.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from retentionkit.clv._evaluation.bins import check_bins
from retentionkit.clv._evaluation.outcomes import followed
from retentionkit.intervals import wilson
from retentionkit.results import Columns, Result, frozen_array

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.clv._fitting.fit import Fit
    from retentionkit.clv._models.transaction_model import TransactionModel
    from retentionkit.histories import Holdout, PurchaseHistories

__all__ = ["ActivityCalibration", "active", "activity_calibration", "activity_sums", "brier"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class ActivityCalibration(Result):
    """Probability of a purchase, and how many customers bought, by bins of the probability.

    Attributes
    ----------
    customers
        Customers in each bin of equal width over [0, 1], shape (k,).
    probability
        Mean probability of at least one purchase, shape (k,); NaN in an empty bin.
    active
        Share that bought, shape (k,); NaN in an empty bin.
    low, high
        95 % Wilson interval of the share, shape (k,).
    brier
        Brier score over all customers.
    definition
        What was binned by what.
    """

    customers: NDArray[np.float64]
    probability: NDArray[np.float64]
    active: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    brier: float
    definition: str

    _heading: ClassVar[str] = "Calibration of activity"

    def _table(self) -> Columns:
        edges = np.linspace(0, 1, len(self.customers) + 1)
        return {
            "from": edges[:-1],
            "to": edges[1:],
            "customers": self.customers,
            "probability": self.probability,
            "active": self.active,
            "low": self.low,
            "high": self.high,
        }

    def _facts(self) -> Mapping[str, str]:
        return {"Brier score": f"{self.brier:.4f}", "definition": self.definition}


def activity_calibration(
    purchases: Fit[TransactionModel[PurchaseHistories]] | TransactionModel[PurchaseHistories],
    histories: PurchaseHistories,
    holdout: Holdout,
    *,
    bins: int = 10,
) -> ActivityCalibration:
    """Probability of buying again against the share of customers that did.

    Parameters
    ----------
    purchases
        A fit or model of purchases.
    histories
        The customers.
    holdout
        What they did next, from `holdout(transactions, histories, until=...)`.
    bins
        Number of bins of equal width over [0, 1].

    Returns
    -------
    ActivityCalibration
        One row for each bin.

    Raises
    ------
    DataError
        If the holdout does not follow the histories.
    KindError
        If an argument is of another kind.
    OptionError
        If `bins` is no whole number from 1 on.

    Examples
    --------
    >>> import retentionkit as rk
    >>> log = rk.Transactions(rk.datasets.load_cdnow())
    >>> histories = rk.purchase_histories(log, as_of="1997-09-30", unit="week")
    >>> held = rk.holdout(log, histories, until="1998-06-30")
    >>> found = rk.clv.activity_calibration(rk.clv.BGNBD.fit(histories), histories, held)
    >>> round(found.brier, 3)
    0.161
    """
    size = check_bins(bins)
    model, cases = followed(purchases, histories, holdout)
    probability = model.probability_active(cases.histories, cases.t)
    sums = activity_sums(probability, cases.purchases, cases.weight, size)
    return active(
        sums,
        f"Customers by the probability that {type(model).__name__} gave to at "
        f"least one purchase. {holdout.definition}",
    )


def activity_sums(
    probability: NDArray[np.float64],
    purchases: NDArray[np.int64],
    weight: NDArray[np.float64],
    bins: int,
) -> NDArray[np.float64]:
    """Customers, and sums of probability, of buyers and of squared distance, shape (4, bins)."""
    bought = (purchases > 0).astype(np.float64)
    amounts = (weight, weight * probability, weight * bought, weight * (probability - bought) ** 2)
    bin_ = np.minimum((probability * bins).astype(np.int64), bins - 1)
    return np.stack([np.bincount(bin_, amount, bins).astype(np.float64) for amount in amounts])


def brier(sums: NDArray[np.float64]) -> float:
    """Mean squared distance between probability and outcome."""
    return float(sums[3].sum() / sums[0].sum())


def active(sums: NDArray[np.float64], definition: str) -> ActivityCalibration:
    """The table of shares from the sums of each bin."""
    n, probability, bought, _ = sums
    some = np.where(n > 0, n, np.nan)
    low, high = wilson(bought, n)
    return ActivityCalibration(
        customers=frozen_array(n, np.float64),
        probability=frozen_array(probability / some, np.float64),
        active=frozen_array(bought / some, np.float64),
        low=frozen_array(low, np.float64),
        high=frozen_array(high, np.float64),
        brier=brier(sums),
        definition=definition,
    )
