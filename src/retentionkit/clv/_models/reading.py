"""What the methods of a model read: histories in the model's unit, times, counts, parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import numpy as np

from retentionkit.arguments import check_choice, check_number
from retentionkit.durations import Unit, duration_in
from retentionkit.errors import KindError, OptionError
from retentionkit.histories import OpportunityHistories, PurchaseHistories, RenewalHistories

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from retentionkit.durations import Duration

__all__ = ["check_parameters", "read_counts", "read_histories", "read_spending", "read_times"]


def check_parameters(unit: Unit | None, **parameters: float) -> None:
    """Each parameter is positive and finite, and the unit one of the known ones."""
    for name, value in parameters.items():
        check_number(name, value, low=0, open_low=True)
    if unit is not None:
        check_choice("unit", unit, get_args(Unit))


def read_histories(histories: object, unit: Unit) -> PurchaseHistories:
    """Purchase histories in the model's unit; anything else is refused."""
    if isinstance(histories, PurchaseHistories):
        return histories.in_unit(unit)
    if isinstance(histories, OpportunityHistories):
        raise KindError(
            "This model reads purchase histories, which measure time; opportunity histories count "
            "periods with and without a purchase.",
            received="OpportunityHistories",
            allowed="PurchaseHistories",
            do="Take BGBB for opportunities, or make purchase_histories(transactions).",
        )
    if isinstance(histories, RenewalHistories):
        raise KindError(
            "This model reads purchase histories, in which nobody is seen to leave; renewal "
            "histories are those of contracts.",
            received="RenewalHistories",
            allowed="PurchaseHistories",
            do="Take ShiftedBetaGeometric or BetaDiscreteWeibull for contracts.",
        )
    raise KindError(
        "This model reads purchase histories.",
        received=type(histories).__name__,
        allowed="PurchaseHistories",
        do="Make them with purchase_histories(transactions), or from arrays with "
        "PurchaseHistories.from_arrays(frequency, recency, age, unit=...).",
    )


def read_spending(histories: object) -> PurchaseHistories | OpportunityHistories:
    """Histories of either kind, of which only purchases and money are read."""
    if isinstance(histories, OpportunityHistories):
        return histories
    if isinstance(histories, RenewalHistories):
        raise KindError(
            "Contracts hold neither purchases nor amounts.",
            received="RenewalHistories",
            allowed="PurchaseHistories or OpportunityHistories",
            do="To value contracts, pass a fit of ShiftedBetaGeometric or BetaDiscreteWeibull with "
            "them, and the price of a period as spend.",
        )
    return read_histories(histories, getattr(histories, "unit", "week"))


def read_times(name: str, t: Duration | ArrayLike, unit: Unit) -> NDArray[np.float64]:
    """One time or an array of times, in the model's unit, each finite and not negative."""
    if isinstance(t, str):
        return np.asarray(duration_in(name, t, unit))
    times = np.asarray(t)
    if times.dtype.kind in "iuf" and np.isfinite(times).all() and (times >= 0).all():
        return times.astype(np.float64)
    raise OptionError(
        f"`{name}` must be times that are finite and not negative.",
        received=repr(t),
        allowed=f"numbers of {unit}s from 0, or text such as '12 months'",
        do=f"Pass a time ahead in {unit}s.",
    )


def read_counts(name: str, n: ArrayLike) -> NDArray[np.float64]:
    """Whole, non-negative numbers of purchases."""
    counts = np.asarray(n)
    if counts.dtype.kind in "iuf" and (counts >= 0).all() and (counts == np.floor(counts)).all():
        return counts.astype(np.float64)
    raise OptionError(
        f"`{name}` must be whole numbers of purchases.",
        received=repr(n),
        allowed="0, 1, 2, ...",
        do=f"Pass {name}=0 for no purchase, or an array such as numpy.arange(10).",
    )
