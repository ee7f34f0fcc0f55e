"""What customers paid: the part of histories that models of spend read, checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from retentionkit.clv._models.reading import read_spending
from retentionkit.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.histories import OpportunityHistories, PurchaseHistories

__all__ = ["paid", "spending"]

_FEWEST: Final = 3


def paid(
    histories: PurchaseHistories | OpportunityHistories,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Repeat purchases and mean spend, which everyone with repeat purchases must have."""
    histories = read_spending(histories)
    x = histories.frequency.astype(np.float64)
    if histories.monetary_value is None and not x.any():
        return x, np.full(len(x), np.nan)
    if histories.monetary_value is None:
        raise DataError(
            "These histories have no monetary value.",
            received="monetary_value None",
            allowed="the mean spend of each customer with repeat purchases",
            do="Make them from a log with amounts, or pass monetary_value= to from_arrays; "
            "grouped histories carry no money.",
        )
    money = histories.monetary_value
    wrong = np.flatnonzero((x > 0) & np.isnan(money))
    if len(wrong):
        raise DataError(
            "The Gamma-Gamma model needs the mean spend of everyone with repeat purchases.",
            received=f"NaN at position {wrong[0]}; {len(wrong):,} such customers",
            allowed="amounts; NaN for customers without repeat purchases only",
            do="Leave out the customers whose spend is not known, and say so.",
        )
    return x, money


def spending(
    x: NDArray[np.float64], money: NDArray[np.float64], weight: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Orders, mean spend and weight of the customers with repeats and a positive mean spend."""
    some = (x > 0) & (money > 0)
    if np.count_nonzero(some) < _FEWEST:
        raise DataError(
            "Too few customers with repeat purchases to learn how spend varies.",
            received=f"{np.count_nonzero(some)} customers with repeat purchases and positive spend",
            allowed=f"{_FEWEST} or more",
            do="Observe for longer, or use a model built by hand: GammaGamma(p, q, v).",
        )
    if np.ptp(money[some]) == 0:
        raise DataError(
            "All customers spend exactly the same, so there is no variation to learn.",
            received=f"{money[some][0]:g} for each of {np.count_nonzero(some):,} customers",
            allowed="mean spends that differ",
            do="Pass that amount as spend, spend=30.0; or check where the amounts come from.",
        )
    return x[some], money[some], weight[some]
