"""Purchase histories as arrays: what every transaction model reads."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar, get_args

import numpy as np

from retentionkit.arguments import check_choice
from retentionkit.durations import Unit, unit_ratio
from retentionkit.errors import DataError
from retentionkit.results import Columns, Result, frozen_array

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from retentionkit.frames import FrameKind

__all__ = ["PurchaseHistories"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class PurchaseHistories(Result):
    r"""Each customer's frequency, recency, age and monetary value.

    Attributes
    ----------
    customer
        Customer ids, or None where rows are not customers.
    frequency
        Repeat purchases :math:`x`: purchase events after the first one.
    recency
        Age at the last purchase :math:`t_x`, in `unit`; 0 without repeats. The R of RFM is another
        quantity: `days_since_last`.
    age
        Age :math:`T` at the end of observation, in `unit`.
    monetary_value
        Mean amount of the repeat purchase events; NaN (never 0) without repeats; None for a log
        without money.
    weight
        How many customers each row stands for.
    log_gaps
        Sum of the logarithms of the times between purchases, for regularity models, or None.
    unit
        What recency and age are measured in.
    """

    frequency: NDArray[np.int64]
    recency: NDArray[np.float64]
    age: NDArray[np.float64]
    monetary_value: NDArray[np.float64] | None
    weight: NDArray[np.float64]
    customer: NDArray[Any] | None
    log_gaps: NDArray[np.float64] | None
    unit: Unit
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Purchase histories"

    def __len__(self) -> int:
        """Number of rows; customers unless grouped."""
        return len(self.frequency)

    @property
    def n_customers(self) -> int:
        """Number of customers: the sum of the weights."""
        return int(self.weight.sum())

    @classmethod
    def from_arrays(
        cls,
        frequency: ArrayLike,
        recency: ArrayLike,
        age: ArrayLike,
        *,
        unit: Unit,
        monetary_value: ArrayLike | None = None,
        customer: ArrayLike | None = None,
        weight: ArrayLike | None = None,
        log_gaps: ArrayLike | None = None,
    ) -> PurchaseHistories:
        """Histories from arrays, or from the numbers of one customer in a service.

        Examples
        --------
        >>> from retentionkit.histories import PurchaseHistories
        >>> len(PurchaseHistories.from_arrays(2, 30.43, 38.86, unit="week"))
        1
        """
        check_choice("unit", unit, get_args(Unit))
        x = np.atleast_1d(np.asarray(frequency))
        size = len(x)
        return cls(
            frequency=frozen_array(x, np.int64),
            recency=frozen_array(np.atleast_1d(recency), np.float64),
            age=frozen_array(np.atleast_1d(age), np.float64),
            monetary_value=None
            if monetary_value is None
            else frozen_array(np.atleast_1d(monetary_value), np.float64),
            weight=np.broadcast_to(1.0, size)
            if weight is None
            else frozen_array(np.atleast_1d(weight), np.float64),
            customer=None if customer is None else frozen_array(np.atleast_1d(customer), None),
            log_gaps=None if log_gaps is None else frozen_array(np.atleast_1d(log_gaps), np.float64),
            unit=unit,
        )

    def __getitem__(self, rows: NDArray[Any] | slice) -> PurchaseHistories:
        """The histories of some rows: a mask, positions or a slice."""
        changes = {name: array[rows] for name, array in self._arrays().items()}
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]

    def in_unit(self, unit: Unit) -> PurchaseHistories:
        """The same histories measured in another unit."""
        if unit == self.unit:
            return self
        ratio = unit_ratio(self.unit, unit)
        return dataclasses.replace(
            self, recency=self.recency * ratio, age=self.age * ratio, unit=unit
        )

    def _arrays(self) -> Mapping[str, NDArray[Any]]:
        names = ("customer", "frequency", "recency", "age", "monetary_value", "log_gaps", "weight")
        found = {name: getattr(self, name) for name in names}
        return {name: array for name, array in found.items() if array is not None}

    def _table(self) -> Columns:
        return self._arrays()


def refuse(message: str) -> DataError:
    """Placeholder."""
    return DataError(message, received="", allowed="", do="")
