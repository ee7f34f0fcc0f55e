"""Histories counted: each distinct (x, t_x, T) once, with the number of customers who share it.

The likelihood of a transaction model needs nothing else. A million customers at day grain share
some hundred thousand histories; ten million, little more than a million.
"""

from __future__ import annotations

import dataclasses
import hashlib
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from retentionkit.clv._numerics.distinct import Coded, chunks, codes
from retentionkit.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sized

    from numpy.typing import NDArray

    from retentionkit.durations import Unit
    from retentionkit.histories import PurchaseHistories

__all__ = ["Counted", "check_enough", "check_some", "count_histories"]

_COARSE_LEVELS: Final = 48
_WORTH_COARSENING: Final = 20_000
_SAMPLE: Final = 10_000
_LARGEST_TABLE: Final = 1 << 26


@dataclasses.dataclass(frozen=True, slots=True)
class Counted:
    """Distinct histories in a fixed order that does not depend on the order of the customers."""

    x: NDArray[np.float64]
    t_x: NDArray[np.float64]
    T: NDArray[np.float64]
    n: NDArray[np.float64]
    unit: Unit

    @property
    def n_customers(self) -> float:
        """Number of customers."""
        return float(self.n.sum())

    def fingerprint(self) -> str:
        """SHA-256 of the histories, equal for equal data in any order of rows."""
        digest = hashlib.sha256()
        for array in (self.x, self.t_x, self.T, self.n):
            digest.update(array.astype("<f8", copy=False).data)
        return f"sha256:{digest.hexdigest()}"

    def has_distinct(self, number: int) -> bool:
        """Whether there are at least so many distinct histories, as far as a sample shows."""
        first = np.stack([self.x[-_SAMPLE:], self.t_x[-_SAMPLE:], self.T[-_SAMPLE:]])
        return bool(np.unique(first, axis=1).shape[1] >= number)

    def age_codes(self) -> Coded:
        """Ages as codes into their distinct values."""
        return codes(self.T, self.unit)

    def coarse(self) -> Counted | None:
        """Fewer histories with rounded times, close enough to start from; None if already few."""
        if len(self.n) < _WORTH_COARSENING:
            return None
        new_x = np.diff(self.x, prepend=self.x[0]) > 0  # histories are sorted by x
        size = _COARSE_LEVELS + 1
        if np.count_nonzero(new_x) * size**2 > _LARGEST_TABLE:
            return None
        levels, x = self.x[np.concatenate(([0], np.flatnonzero(new_x)))], np.cumsum(new_x)
        width = float(self.T.max()) / _COARSE_LEVELS
        t_x, T = (np.rint(times / width).astype(np.int64) for times in (self.t_x, self.T))
        keys = (x * size + T) * size + t_x
        n = np.bincount(keys, self.n).astype(np.float64)
        found = np.flatnonzero(n)
        rest, t_x_found = np.divmod(found, size)
        means = [
            np.bincount(at, self.n * times, size) / np.maximum(np.bincount(at, self.n, size), 1.0)
            for at, times in ((t_x, self.t_x), (T, self.T))
        ]
        T_coarse = means[1][rest % size]
        t_x_coarse = np.minimum(means[0][t_x_found], T_coarse)
        return Counted(levels[rest // size], t_x_coarse, T_coarse, n[found], self.unit)


def check_some(histories: Sized) -> None:
    """Refuse a selection without customers."""
    if len(histories) == 0:
        raise DataError(
            "There are no customers to fit a model to.",
            received=f"{type(histories).__name__} without rows",
            allowed="histories of customers",
            do="Check the selection that these histories came from.",
        )


def check_enough(data: Counted, parameters: int) -> None:
    """Refuse histories without repeat purchases, or fewer distinct ones than parameters."""
    if data.x.max() > 0 and data.has_distinct(parameters):
        return
    repeaters = data.n[data.x > 0].sum()
    raise DataError(
        "These histories are too few or too alike to learn the parameters of a model from.",
        received=f"{data.n_customers:,.0f} histories, {repeaters:,.0f} with repeat purchases",
        allowed=f"repeat purchases, and at least {parameters} distinct histories",
        do="Observe longer or use more customers; or build a model by hand from its parameters.",
    )


def count_histories(histories: PurchaseHistories) -> Counted:
    """The distinct histories of a set of customers, with counts."""
    recency = codes(histories.recency, histories.unit)
    age = codes(histories.age, histories.unit)
    x, weight = histories.frequency, histories.weight
    shape = (int(x.max()) + 1, len(age.values), len(recency.values))
    if shape[0] * shape[1] * shape[2] >= np.iinfo(np.int64).max:
        return _uncounted(histories)
    # Most customers have no repeat purchase; their age says all, and ages need no sorting.
    unrepeated = np.where(x == 0, weight, 0.0)
    idle = np.bincount(age.codes, unrepeated, shape[1]).astype(np.float64)
    ages = np.flatnonzero(idle)
    keys = _keys(x, age.codes, recency.codes, shape)
    alike = weight.strides == (0,) and weight[0] == 1.0
    keys, n = _tally(keys, None if alike else weight[x > 0])
    rest, t_x = np.divmod(keys, shape[2])
    x, T = np.divmod(rest, shape[1])
    zeros = np.zeros(len(ages))
    return Counted(
        np.concatenate((zeros, x)),
        np.concatenate((zeros, recency.values[t_x])),
        np.concatenate((age.values[ages], age.values[T])),
        np.concatenate((idle[ages], n)),
        histories.unit,
    )


def _keys(
    x: NDArray[np.int64], age: NDArray[Any], recency: NDArray[Any], shape: tuple[int, int, int]
) -> NDArray[Any]:
    """One whole number for each history with repeats; 32 bits sort faster where they suffice."""
    small = shape[0] * shape[1] * shape[2] <= np.iinfo(np.uint32).max
    keys = np.empty(np.count_nonzero(x), dtype=np.uint32 if small else np.int64)
    end = 0
    for rows in chunks(len(x)):
        some = np.flatnonzero(x[rows])
        begin, end = end, end + len(some)
        first = x[rows][some] * shape[1] + age[rows][some]
        keys[begin:end] = first * shape[2] + recency[rows][some]
    return keys


def _tally(
    keys: NDArray[Any], weight: NDArray[np.float64] | None
) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """Distinct keys in rising order and the weight of each; no weight counts as 1."""
    order = None if weight is None else np.argsort(keys, kind="stable")
    if order is None:
        keys.sort()
    else:
        keys = keys[order]
    new = np.ones(len(keys), dtype=bool)
    new[1:] = keys[1:] != keys[:-1]
    starts = np.flatnonzero(new)
    if weight is None:
        return keys[starts], np.diff(starts, append=len(keys)).astype(np.float64)
    return keys[starts], np.add.reduceat(weight[order], starts)


def _uncounted(histories: PurchaseHistories) -> Counted:
    """Histories in a fixed order, for data too spread out to be counted."""
    x = histories.frequency.astype(np.float64)
    order = np.lexsort((histories.recency, histories.age, x))
    recency, age, weight = histories.recency, histories.age, histories.weight
    return Counted(x[order], recency[order], age[order], weight[order], histories.unit)
