r"""Calibration: among customers of whom much was expected, was much bought?

Customers are put into equal bins by forecast, least first. In a calibrated forecast the mean of
what they bought equals the mean of what was expected, bin by bin. Customers with equal forecasts
whom the border between two bins would part are shared between them in proportion, so that the table
does not depend on the order of the rows.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from retentionkit.clv._evaluation.bins import check_bins, mean_and_error
from retentionkit.clv._evaluation.gains import cumulated
from retentionkit.clv._evaluation.outcomes import followed
from retentionkit.results import Columns, Result, frozen_array

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.clv._fitting.fit import Fit
    from retentionkit.clv._models.transaction_model import TransactionModel
    from retentionkit.histories import Holdout, PurchaseHistories

__all__ = ["SHARED", "Calibration", "calibrated", "calibration", "forecast_sums"]

#: Why a bin may hold a fraction of a customer.
SHARED = "customers with equal forecasts at a border are split between the bins, in fractions"


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Calibration(Result):
    """Expected and actual purchases of equal bins of customers, lowest forecasts first.

    Attributes
    ----------
    customers
        Customers in each bin, shape (k,); a fraction where equal forecasts are shared.
    expected, actual
        Mean purchases of a customer in the bin, shape (k,).
    standard_error
        Of the actual mean, shape (k,); NaN where a bin holds one customer or less.
    definition
        What was binned by what.
    """

    customers: NDArray[np.float64]
    expected: NDArray[np.float64]
    actual: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    definition: str

    _heading: ClassVar[str] = "Calibration"

    def _table(self) -> Columns:
        return {
            "bin": np.arange(1, len(self.customers) + 1),
            "customers": self.customers,
            "expected": self.expected,
            "actual": self.actual,
            "standard_error": self.standard_error,
        }

    def _facts(self) -> Mapping[str, str]:
        return {"definition": self.definition}


def calibration(
    purchases: Fit[TransactionModel[PurchaseHistories]] | TransactionModel[PurchaseHistories],
    histories: PurchaseHistories,
    holdout: Holdout,
    *,
    bins: int = 10,
) -> Calibration:
    """Expected against actual purchases by bins of the forecast.

    Parameters
    ----------
    purchases
        A fit or model of purchases.
    histories
        The customers.
    holdout
        What they did next, from `holdout(transactions, histories, until=...)`.
    bins
        Number of bins; 10 are deciles.

    Returns
    -------
    Calibration
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
    >>> found = rk.clv.calibration(rk.clv.BGNBD.fit(histories), histories, held)
    >>> found.expected[-1].round(2), found.actual[-1].round(2)
    (np.float64(3.65), np.float64(3.75))
    """
    size = check_bins(bins)
    model, cases = followed(purchases, histories, holdout)
    expected = model.conditional_expected_purchases(cases.histories, cases.t)
    sums = forecast_sums(expected, cases.purchases, cases.weight, size)
    return calibrated(sums, f"{_binned(type(model).__name__, size)} {holdout.definition}")


def forecast_sums(
    expected: NDArray[np.float64],
    actual: NDArray[np.int64],
    weight: NDArray[np.float64],
    bins: int,
) -> NDArray[np.float64]:
    """Customers, and sums of what was expected, bought and bought squared, shape (4, bins)."""
    amounts = (weight, weight * expected, weight * actual, weight * actual**2)
    running = cumulated(expected, *amounts)
    edges = np.linspace(0, float(running[0][-1]), bins + 1)
    parts: list[NDArray[np.float64]] = [np.interp(edges, running[0], run) for run in running]
    return np.diff(np.stack(parts), axis=1)


def calibrated(sums: NDArray[np.float64], definition: str) -> Calibration:
    """The table of means from the sums of each bin."""
    n, expected, actual, squares = sums
    mean, error = mean_and_error(n, actual, squares)
    return Calibration(
        customers=frozen_array(n, np.float64),
        expected=frozen_array(expected / n, np.float64),
        actual=frozen_array(mean, np.float64),
        standard_error=frozen_array(error, np.float64),
        definition=definition,
    )


def _binned(name: str, bins: int) -> str:
    asked = f"Customers in {bins} equal bins by the purchases that {name} expected, least first"
    return f"{asked}; {SHARED}."
