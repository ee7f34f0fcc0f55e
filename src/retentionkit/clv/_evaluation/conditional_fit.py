r"""Conditional fit: did those who had bought much go on to buy as much as the model said?

Customers are put into classes by what they had done up to the end of observation, by frequency or
by recency, and the mean of what they bought next is set beside the mean of what the model expected
of them [1]_.

References
----------
.. [1] Fader, P. S., Hardie, B. G. S. and Lee, K. L. (2005). RFM and CLV: Using Iso-Value Curves for
   Customer Base Analysis. Journal of Marketing Research 42(4), 415-430.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, ClassVar, Final, Literal, TypeAlias, get_args

import numpy as np

from retentionkit.arguments import check_choice
from retentionkit.clv._evaluation.bins import mean_and_error
from retentionkit.clv._evaluation.outcomes import followed
from retentionkit.errors import OptionError
from retentionkit.results import Columns, Result, frozen_array

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from retentionkit.clv._evaluation.outcomes import Outcomes
    from retentionkit.clv._fitting.fit import Fit
    from retentionkit.clv._models.transaction_model import TransactionModel
    from retentionkit.durations import Unit
    from retentionkit.histories import Holdout, PurchaseHistories

__all__ = ["ConditionalFit", "conditional_fit"]

#: Recency above 0 and below any time that can be told from it; it parts those who never came back.
_SMALLEST: Final = 1e-12
_TINY: Final = 1e-9

By: TypeAlias = Literal["frequency", "recency"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class ConditionalFit(Result):
    """Mean holdout purchases by what customers had done before, actual and expected.

    Attributes
    ----------
    low, high
        First value and end of each class, the end excluded; the last class has no end, infinity,
        shape (k,). Classes without customers are left out.
    customers
        Customers in each class, shape (k,).
    actual, expected
        Mean purchases of a customer in the holdout, shape (k,).
    standard_error
        Of the actual mean, shape (k,); NaN for a class of one customer.
    by
        `"frequency"` or `"recency"`.
    unit
        What a recency is measured in.
    definition
        What was compared.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    customers: NDArray[np.float64]
    actual: NDArray[np.float64]
    expected: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    by: By
    unit: Unit
    definition: str

    _heading: ClassVar[str] = "Conditional fit"

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes: "0", "1", "2–3", "7+"."""
        return tuple(map(self._label, self.low.tolist(), self.high.tolist()))

    def _label(self, low: float, high: float) -> str:
        low = 0.0 if low < _TINY else low
        if high == np.inf:
            return f"{low:.3g}+"
        end = high - 1 if self.by == "frequency" else high
        return f"{low:.3g}" if end - low < _TINY else f"{low:.3g}–{end:.3g}"

    def _table(self) -> Columns:
        return {
            self.by: list(self.labels),
            "customers": self.customers,
            "actual": self.actual,
            "expected": self.expected,
            "standard_error": self.standard_error,
        }

    def _facts(self) -> Mapping[str, str]:
        return {"definition": self.definition}


def conditional_fit(
    purchases: Fit[TransactionModel[PurchaseHistories]] | TransactionModel[PurchaseHistories],
    histories: PurchaseHistories,
    holdout: Holdout,
    *,
    by: By = "frequency",
    bins: int | Sequence[float] = 8,
) -> ConditionalFit:
    """Actual against expected holdout purchases, by frequency or recency before.

    Parameters
    ----------
    purchases
        A fit or model of purchases.
    histories
        The customers.
    holdout
        What they did next, from `holdout(transactions, histories, until=...)`.
    by
        Repeat purchases so far, or age at the last purchase.
    bins
        Number of classes: of frequency 0, 1, 2, … and the last one open; of recency those without
        repeat purchases, and classes of equal width, in whole units where they are longer than one,
        up to the highest age. Or the first value of each class in rising order, the first one 0
        and the last class open; recency in the unit of the model.

    Returns
    -------
    ConditionalFit
        One row for each class that has customers.

    Raises
    ------
    DataError
        If the holdout does not follow the histories.
    KindError
        If an argument is of another kind.
    OptionError
        If `by` or `bins` is out of range.

    Examples
    --------
    >>> import retentionkit as rk
    >>> log = rk.Transactions(rk.datasets.load_cdnow())
    >>> histories = rk.purchase_histories(log, as_of="1997-09-30", unit="week")
    >>> held = rk.holdout(log, histories, until="1998-06-30")
    >>> found = rk.clv.conditional_fit(rk.clv.BGNBD.fit(histories), histories, held)
    >>> found.labels[-1], found.expected[-1].round(3), found.actual[-1].round(3)
    ('7+', np.float64(6.157), np.float64(6.359))
    """
    check_choice("by", by, get_args(By))
    model, cases = followed(purchases, histories, holdout)
    past = cases.histories
    values = past.frequency.astype(np.float64) if by == "frequency" else past.recency
    edges = _edges(bins, by=by, longest=float(past.age.max()))
    expected = model.conditional_expected_purchases(past, cases.t)
    customers, bought, squares, hoped = _sums(np.digitize(values, edges) - 1, cases, expected)
    some = np.flatnonzero(customers)
    n = customers[some]
    actual, error = mean_and_error(n, bought[some], squares[some])
    return ConditionalFit(
        low=frozen_array(edges[some], np.float64),
        high=frozen_array(np.append(edges[1:], np.inf)[some], np.float64),
        customers=frozen_array(n, np.float64),
        actual=frozen_array(actual, np.float64),
        expected=frozen_array(hoped[some] / n, np.float64),
        standard_error=frozen_array(error, np.float64),
        by=by,
        unit=model.unit,
        definition=f"Mean purchases per customer, expected by {type(model).__name__}, by {by} "
        f"before. {holdout.definition}",
    )


def _sums(
    class_: NDArray[np.int64], cases: Outcomes, expected: NDArray[np.float64]
) -> tuple[NDArray[np.float64], ...]:
    """Customers, and sums of purchases, of their squares and of forecasts, by class."""
    weight, n = cases.weight, cases.purchases
    amounts = (weight, weight * n, weight * n**2, weight * expected)
    return tuple(np.bincount(class_, amount).astype(np.float64) for amount in amounts)


def _edges(bins: int | Sequence[float], *, by: By, longest: float) -> NDArray[np.float64]:
    """The first value of each class."""
    given = np.asarray(bins)
    if given.ndim == 0 and given.dtype.kind in "iu" and given >= 1:
        if by == "frequency":
            return np.arange(int(given), dtype=np.float64)
        step = longest / max(int(given) - 1, 1)
        step = np.ceil(step) if step > 1 else step
        later = np.arange(int(given) - 1) * step
        return np.append(0.0, np.maximum(later, _SMALLEST))
    if given.ndim == 1 and given.dtype.kind in "iuf" and len(given):
        edges = given.astype(np.float64)
        if edges[0] == 0 and np.isfinite(edges).all() and (np.diff(edges) > 0).all():
            return edges
    raise OptionError(
        "`bins` must be a number of classes or the first value of each.",
        received=repr(bins),
        allowed="a whole number from 1 on, or rising numbers from 0 on",
        do="Pass bins=8, or bins=[0, 1, 2, 5, 10].",
    )
