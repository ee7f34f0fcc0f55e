"""What the histories of all kinds have in common: rows of customers that can be chosen from."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from retentionkit.results import Columns, Result

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["Histories", "frozen", "starts_of_equals"]


class Histories(Result):
    """One row for each customer, or with weights for several of them."""

    __slots__ = ()

    weight: NDArray[np.float64]
    customer: NDArray[Any] | None

    #: The arrays with one entry for each row, in the order of the table.
    _by_row: ClassVar[tuple[str, ...]]
    #: What is true of all rows together only.
    _of_all: ClassVar[tuple[str, ...]] = ()
    #: Arrays whose column has another name.
    _columns: ClassVar[Mapping[str, str]] = {}

    def __len__(self) -> int:
        """Number of rows; customers unless grouped."""
        return len(self.weight)

    @property
    def n_customers(self) -> int:
        """Number of customers: the sum of the weights."""
        return round(float(self.weight.sum()))

    def __getitem__(self, rows: NDArray[Any] | slice | int) -> Self:
        """The histories of some rows: a mask, positions, a slice, or the position of one row."""
        chosen: Any = np.array([rows]) if isinstance(rows, int | np.integer) else rows
        changes: dict[str, Any] = {
            name: frozen(array[chosen]) for name, array in self._arrays().items()
        }
        changes |= dict.fromkeys(self._of_all)
        return dataclasses.replace(self, **changes)  # type: ignore[type-var]

    def _arrays(self) -> Mapping[str, NDArray[Any]]:
        """The arrays that are there, by name."""
        found = {name: getattr(self, name) for name in ("customer", *self._by_row, "weight")}
        return {name: array for name, array in found.items() if array is not None}

    def _table(self) -> Columns:
        counted = self.customer is None
        return {
            self._columns.get(name, name): array
            for name, array in self._arrays().items()
            if name != "weight" or counted
        }


def starts_of_equals(
    columns: Sequence[NDArray[Any]],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """An order in which equal rows stand together, and where in it each kind of row begins."""
    order = np.lexsort(list(columns)[::-1])
    new = np.ones(len(order), dtype=bool)
    ordered = (column[order] for column in columns)
    new[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in ordered])
    return order, np.flatnonzero(new)


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """An array that was just made, made read-only."""
    array.flags.writeable = False
    return array
