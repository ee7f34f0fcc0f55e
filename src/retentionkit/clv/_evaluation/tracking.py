r"""Tracking: did purchases come as the model said they would?

The expected repeat purchases of a cohort by time :math:`t` are the sum over its customers of what a
new customer makes in the time since the first purchase,
:math:`\sum_i E[X(t - t_{0,i})]`; the actual ones are counted in the log. Cumulative curves hide
noise and show bias; increments show when it arose.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from retentionkit.clv._models.purchase_model import timed_model
from retentionkit.clv._models.reading import read_histories
from retentionkit.durations import grain_in
from retentionkit.histories._periods import last_day
from retentionkit.histories._timeline import timeline
from retentionkit.results import Columns, Result, frozen_array

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.clv._fitting.fit import Fit
    from retentionkit.clv._models.transaction_model import TransactionModel
    from retentionkit.durations import Moment, Unit
    from retentionkit.frames import FrameKind
    from retentionkit.histories import PurchaseHistories
    from retentionkit.transactions import Transactions

__all__ = ["Tracking", "tracking"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Tracking(Result):
    """Cumulative repeat purchases of a cohort, actual and expected.

    Attributes
    ----------
    time
        Ends of the periods since the first customer's first purchase, in `unit`, shape (n,).
    date
        The last day of each period, shape (n,).
    actual, expected
        Repeat purchases up to each time, shape (n,).
    observed
        The time up to which the model was fitted, in `unit`.
    actual_holdout
        Repeat purchases after the histories ended and up to `until`, to the day even where no
        period ends on that day.
    expected_holdout
        What the model expected of an average cohort in the same time.
    unit
        The unit of time; one period is one unit, or one grain where that is longer.
    n_customers
        Customers in the cohort.
    definition
        What was counted, in one sentence.
    kind
        The kind of frame that the caller brought.
    """

    time: NDArray[np.float64]
    date: NDArray[np.datetime64]
    actual: NDArray[np.float64]
    expected: NDArray[np.float64]
    observed: float
    actual_holdout: float
    expected_holdout: float
    unit: Unit
    n_customers: int
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Tracking"

    def _table(self) -> Columns:
        return {
            self.unit: self.time,
            "date": self.date,
            "actual": self.actual,
            "expected": self.expected,
            "actual_increment": np.diff(self.actual, prepend=0.0),
            "expected_increment": np.diff(self.expected, prepend=0.0),
        }

    def _facts(self) -> Mapping[str, str]:
        return {
            "customers": f"{self.n_customers:,}",
            "after the fit": f"{self.actual_holdout:,.0f} repeat purchases, "
            f"{self.expected_holdout:,.0f} expected",
            "definition": self.definition,
        }


def tracking(
    transactions: Transactions,
    purchases: Fit[TransactionModel[PurchaseHistories]] | TransactionModel[PurchaseHistories],
    histories: PurchaseHistories,
    *,
    until: Moment,
) -> Tracking:
    """Actual and expected repeat purchases of a cohort, cumulated over time.

    Parameters
    ----------
    transactions
        The whole log.
    purchases
        A fit or model of purchases.
    histories
        The cohort, made from the same log by `purchase_histories`; its `as_of` is where the
        forecast begins.
    until
        The last day to be counted, inclusive.

    Returns
    -------
    Tracking
        One row for each full unit of time, or for each grain where that is longer.

    Raises
    ------
    DataError
        If the histories cannot be followed in the log.
    KindError
        If `purchases` is no fit or model of purchases.
    OptionError
        If `until` lies before their end.

    Examples
    --------
    >>> import retentionkit as rk
    >>> log = rk.Transactions(rk.datasets.load_cdnow())
    >>> histories = rk.purchase_histories(log, as_of="1997-09-30", unit="week")
    >>> fit = rk.clv.BGNBD.fit(histories)
    >>> held = rk.clv.tracking(log, fit, histories, until="1998-06-30")
    >>> int(held.actual_holdout), round(held.expected_holdout)
    (1882, 1667)
    """
    model = timed_model(
        purchases,
        do="Compare the customers who bought at each opportunity with all customers times "
        "numpy.diff(model.expected_purchases(numpy.arange(n + 1))).",
    )
    cohort = read_histories(histories, model.unit)
    counts = timeline(transactions, histories, until=until)
    length, unit = grain_in(cohort.grain, model.unit)
    lags = model.expected_purchases(np.arange(len(counts.firsts)) * length / unit)
    expected = np.convolve(counts.firsts, lags)[: len(lags)]
    actual = np.cumsum(counts.repeats)
    per_unit = max(unit / length, 1.0)
    ends = np.arange(1, int(len(lags) / per_unit) + 1) * per_unit
    at = np.rint(ends).astype(np.int64) - 1
    dates = [str(last_day(counts.begin + int(period), cohort.grain)) for period in at]
    return Tracking(
        time=frozen_array((at + 1) * length / unit, np.float64),
        date=frozen_array(dates, "datetime64[D]"),
        actual=frozen_array(actual[at], np.float64),
        expected=frozen_array(expected[at], np.float64),
        observed=counts.observed * length / unit,
        actual_holdout=float(actual[-1] - actual[counts.observed - 1]),
        expected_holdout=float(expected[-1] - expected[counts.observed - 1]),
        unit=model.unit,
        n_customers=cohort.n_customers,
        definition=f"Repeat purchases of customers first seen up to {cohort.as_of}; one event "
        f"per {cohort.grain}; periods of one {model.unit if unit >= length else cohort.grain}.",
        kind=cohort.kind,
    )
