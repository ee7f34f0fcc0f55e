r"""PIT: were the counts as spread out as the model said they would be?

The probability integral transform asks at which quantile of its own forecast each count fell; in a
right forecast all quantiles are equally frequent. For counts the transform is a step, so each
customer is spread evenly over the quantiles that the count covers, from :math:`P(N < n)` to
:math:`P(N \le n)` [1]_:

.. math::

    \bar F(u) = \frac1I \sum_i F_i(u), \qquad
    F_i(u) = \min\Bigl(\max\Bigl(\frac{u - P(N < n_i)}{P(N = n_i)}, 0\Bigr), 1\Bigr)

The density is the rise of :math:`\bar F` in each bin over the width of the bin: 1 everywhere for a
right forecast, a U where the model is too sure, a hump where it is not sure enough, a slope where
it is biased. Nothing is random.

References
----------
.. [1] Czado, C., Gneiting, T. and Held, L. (2009). Predictive Model Assessment for Count Data.
   Biometrics 65(4), 1254-1261.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from retentionkit.clv._evaluation.bins import check_bins
from retentionkit.clv._evaluation.outcomes import followed, predictive
from retentionkit.results import Columns, Result, frozen_array

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.clv._fitting.fit import Fit
    from retentionkit.clv._models.transaction_model import TransactionModel
    from retentionkit.histories import Holdout, PurchaseHistories

__all__ = ["PIT", "pit", "pit_of", "pit_sums"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class PIT(Result):
    """Histogram of the probability integral transform of counts.

    Attributes
    ----------
    density
        Height of each bin of equal width over [0, 1], shape (k,); 1 everywhere for a right
        forecast, and 1 on average for any.
    n_customers
        Number of customers.
    deviation
        Mean distance of the density from 1.
    definition
        What was transformed.
    """

    density: NDArray[np.float64]
    n_customers: int
    deviation: float
    definition: str

    _heading: ClassVar[str] = "Probability integral transform"

    def _table(self) -> Columns:
        edges = np.linspace(0, 1, len(self.density) + 1)
        return {"from": edges[:-1], "to": edges[1:], "density": self.density}

    def _facts(self) -> Mapping[str, str]:
        return {
            "customers": f"{self.n_customers:,}",
            "deviation": f"{self.deviation:.3f} (0 for a right forecast)",
            "definition": self.definition,
        }


def pit(
    purchases: Fit[TransactionModel[PurchaseHistories]] | TransactionModel[PurchaseHistories],
    histories: PurchaseHistories,
    holdout: Holdout,
    *,
    bins: int = 10,
) -> PIT:
    """Whether holdout purchases were spread as the model said, by the non-randomised PIT.

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
    PIT
        The histogram.

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
    >>> found = rk.clv.pit(rk.clv.BGNBD.fit(histories), histories, held)
    >>> round(found.deviation, 3)
    0.039
    """
    size = check_bins(bins)
    model, cases = followed(purchases, histories, holdout)
    sums = pit_sums(*predictive(model, cases), cases.weight, size)
    return pit_of(
        sums,
        f"Quantiles of the counts in the forecast of {type(model).__name__}. {holdout.definition}",
    )


def pit_sums(
    fewer: NDArray[np.float64],
    equal: NDArray[np.float64],
    weight: NDArray[np.float64],
    bins: int,
) -> NDArray[np.float64]:
    """Customers in each bin, shape (bins,), each spread evenly over the quantiles of the count."""
    reached = np.zeros(bins + 1)
    for edge in range(1, bins):
        above = edge / bins - fewer
        inside = np.clip(above, 0.0, equal)
        reached[edge] = weight @ np.divide(
            inside, equal, out=(above > 0).astype(np.float64), where=equal > 0
        )
    reached[bins] = weight.sum()
    return np.diff(reached)


def pit_of(sums: NDArray[np.float64], definition: str) -> PIT:
    """The histogram from the customers in each bin."""
    density = sums / sums.mean()
    return PIT(
        density=frozen_array(density, np.float64),
        n_customers=round(float(sums.sum())),
        deviation=float(np.abs(density - 1).mean()),
        definition=definition,
    )
