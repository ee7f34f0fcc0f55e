"""Each distinct (x, t_x, T) once: what purchases to come depend on, which money does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from retentionkit.clv._numerics.distinct import codes
from retentionkit.histories import PurchaseHistories

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Distinct", "distinct_histories"]

#: Customers below whom grouping costs as much as it saves.
_WORTH_GROUPING: Final = 50_000


class Distinct(NamedTuple):
    """Some histories with all that occur, and the position of each customer's; None for all."""

    histories: Any
    at: NDArray[np.int64] | None

    def spread(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values of the distinct histories, for each customer."""
        return values if self.at is None else values[self.at]


def distinct_histories(histories: Any) -> Distinct:  # noqa: ANN401 - of any kind
    """The distinct histories of many customers; few, or those of another kind, as they are."""
    if not isinstance(histories, PurchaseHistories) or len(histories) < _WORTH_GROUPING:
        return Distinct(histories, None)
    age, recency = (codes(t, histories.unit) for t in (histories.age, histories.recency))
    x, ages, recencies = histories.frequency, len(age.values), len(recency.values)
    if (int(x.max()) + 1) * ages * recencies >= np.iinfo(np.int64).max:
        return Distinct(histories, None)
    # Most customers have no repeat purchase: their age says all, and needs no sorting.
    idle, some = np.flatnonzero(x == 0), np.flatnonzero(x)
    first = np.full(ages, -1)
    first[age.codes[idle]] = idle
    shown = first >= 0
    keys = (x[some] * ages + age.codes[some]) * recencies + recency.codes[some]
    if len(keys) and keys.max() <= np.iinfo(np.uint32).max:
        keys = keys.astype(np.uint32)  # these sort faster
    order = np.argsort(keys)
    ranked = keys[order]
    new = np.concatenate((ranked[:1] == ranked[:1], ranked[1:] != ranked[:-1]))
    at = np.empty(len(x), dtype=np.int64)
    at[idle] = (np.cumsum(shown) - 1)[age.codes[idle]]
    at[some[order]] = np.cumsum(new) + (np.count_nonzero(shown) - 1)
    rows = np.concatenate((first[shown], some[order[new]]))
    return Distinct(histories[rows], at)
