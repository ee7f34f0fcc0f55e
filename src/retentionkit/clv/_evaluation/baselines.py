r"""Forecasts that need no model: what everybody could have written on the back of an envelope.

A model that does not beat them is not worth its explanation.

- **last period**: each customer buys as often in the next :math:`h` as in the last :math:`h`, the
  first purchase included where it fell in there.
- **cohort average**: each customer makes the mean number of repeat purchases that customers of
  about the same age, in whole horizons, made in the last :math:`h`; younger ones are scaled up from
  the time they had.
- **back of envelope**: orders a year times years, as `back_of_envelope_value` has it: each
  customer's repeat purchases over her own time so far, :math:`x / T`, times :math:`h`. Nobody ever
  leaves, and who has not come back never will.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from retentionkit.histories import holdout

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from retentionkit.histories import PurchaseHistories
    from retentionkit.transactions import Transactions

__all__ = ["BASELINES", "Known", "known_at"]


class Known(NamedTuple):
    """What a baseline reads.

    Attributes
    ----------
    histories
        The customers.
    recent
        Purchase events of each in the last window, the first purchase included, shape (n,).
    h
        Length of that window and of the forecast, in the unit of the histories.
    """

    histories: PurchaseHistories
    recent: NDArray[np.int64]
    h: float


def known_at(
    transactions: Transactions, histories: PurchaseHistories, *, before: dt.date, h: float
) -> Known:
    """The histories, and each customer's purchases after `before`."""
    window = dataclasses.replace(histories, as_of=before)
    until = histories.as_of
    return Known(histories, holdout(transactions, window, until=until).purchases, h)


def last_period(known: Known) -> NDArray[np.float64]:
    """As many purchases as in the last window."""
    return known.recent.astype(np.float64)


def cohort_average(known: Known) -> NDArray[np.float64]:
    """The mean of customers of about the same age; NaN where they had no time to buy again."""
    age = known.histories.age
    cohort = (age / known.h).astype(np.int64)
    repeats = known.recent - (age < known.h)  # a customer of less than h first bought in there
    made = np.bincount(cohort, repeats)
    exposed = np.bincount(cohort, np.minimum(age, known.h))
    rate = np.divide(made, exposed, out=np.full(len(made), np.nan), where=exposed > 0)
    return np.asarray(known.h * rate[cohort])


def back_of_envelope(known: Known) -> NDArray[np.float64]:
    """Repeat purchases by age times the horizon; 0 for a customer of age 0, who has none."""
    x, age = known.histories.frequency, known.histories.age
    return known.h * np.divide(x, age, out=np.zeros(len(x)), where=age > 0)


#: The baselines by their names in the table.
BASELINES: Final[Mapping[str, Callable[[Known], NDArray[np.float64]]]] = {
    "last_period": last_period,
    "cohort_average": cohort_average,
    "back_of_envelope": back_of_envelope,
}
