"""The customers' values: read, checked, and sorted once."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

import numpy as np

from retentionkit import frames
from retentionkit._texts import counted
from retentionkit.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Lorenz", "Negative", "Sample", "Treated", "read_values"]

#: What is done with customers who brought less than nothing.
Negative: TypeAlias = Literal["refuse", "drop", "zero", "normalised"]

#: Part of the largest value below which a value is what rounding left of money given back.
_ROUNDING: Final = 1e-12


class Lorenz(NamedTuple):
    """The Lorenz curve at its corners, from (0, 0) to (1, 1).

    Attributes
    ----------
    customers
        Share of the customers, the least valuable first.
    value
        Share of the value that they bring together.
    """

    customers: NDArray[np.float64]
    value: NDArray[np.float64]


@dataclasses.dataclass(frozen=True, slots=True)
class Sample:
    """Distinct values in ascending order, and how many customers have each.

    Values are scaled by a power of two to at most 1, which no share can feel and no square of a
    value can overflow.
    """

    value: NDArray[np.float64]
    customers: NDArray[np.float64]
    exponent: int

    @property
    def n(self) -> float:
        """Number of customers."""
        return float(self.customers.sum())

    @property
    def total(self) -> float:
        """Sum of the scaled values."""
        return float(self.customers @ self.value)

    @property
    def money(self) -> float:
        """Sum of the values in money."""
        with np.errstate(over="ignore"):  # no money, but its shares are known
            return float(np.ldexp(self.total, self.exponent))

    def has_shares(self) -> bool:
        """Whether shares of the value mean anything: some value, and none below zero."""
        return bool(self.value[0] >= 0 and self.value[-1] > 0)

    def mean(self, of: NDArray[np.float64]) -> float:
        """Mean over the customers."""
        return float(self.customers @ of) / self.n

    def lorenz(self) -> Lorenz:
        """The corners of the Lorenz curve; NaN where shares mean nothing."""
        customers = np.concatenate([[0.0], np.cumsum(self.customers)])
        value = np.concatenate([[0.0], np.cumsum(self.customers * self.value)])
        shares = value / value[-1] if self.has_shares() else np.full(len(value), np.nan)
        return Lorenz(customers / customers[-1], shares)


class Treated(NamedTuple):
    """The sample, and what had to be done for it."""

    sample: Sample
    zero: float
    negative: float
    negative_money: float


def read_values(values: ArrayLike, weight: ArrayLike | None, negative: Negative) -> Treated:
    """The sample of some values, with negative ones treated as said."""
    number = frames.read_numbers(values, argument="values")
    count = np.ones(len(number)) if weight is None else _weights(weight, len(number))
    number, count = number[count > 0], count[count > 0]
    _check_finite(number)
    if weight is None:
        number.sort()
    else:  # sums of equal values' weights must not depend on the order of rows either
        order = np.lexsort((count, number))
        number, count = number[order], count[order]
    largest = max(abs(float(number[0])), abs(float(number[-1])))
    number[np.abs(number) <= _ROUNDING * largest] = 0.0
    below = number < 0
    with np.errstate(over="ignore"):
        n_below, money_below = float(count[below].sum()), float(count[below] @ number[below])
    if negative == "refuse" and n_below:
        raise _negative_refused(n_below, money_below)
    if negative == "drop":
        number, count = number[~below], count[~below]
    if negative == "zero":
        number[below] = 0.0
    if len(number) == 0:
        raise _nobody("only negative ones")
    exponent = int(np.frexp(largest)[1])
    starts = np.flatnonzero(np.concatenate([[True], number[1:] > number[:-1]]))
    distinct = np.ldexp(number[starts], -exponent)
    sample = Sample(distinct, np.add.reduceat(count, starts), exponent)
    return Treated(sample, float(count[number == 0].sum()), n_below, money_below)


def _weights(weight: ArrayLike, rows: int) -> NDArray[np.float64]:
    count = frames.read_numbers(weight, argument="weight")
    if len(count) != rows:
        raise DataError(
            "`weight` and `values` are of different lengths.",
            received=f"{rows:,} values, {len(count):,} weights",
            allowed="one weight for each value",
            do="Take both from the same rows.",
        )
    wrong = ~(np.isfinite(count) & (count >= 0))
    if wrong.any():
        raise DataError(
            "`weight` is no number of customers.",
            received=f"{int(wrong.sum()):,} of {rows:,}, the first: {count[wrong][0]:g}",
            allowed="numbers of customers, finite and not negative",
            do="Pass how many customers each value stands for, or leave `weight` out.",
        )
    present = int((count > 0).sum())
    if float(count.sum()) < present * (1 - _ROUNDING):
        raise DataError(
            "The weights say that there are fewer customers than values.",
            received=f"{count.sum():g} customers, {present:,} values",
            allowed="weights of 1 or more on average",
            do="Pass numbers of customers, not shares of them.",
        )
    return count


def _check_finite(number: NDArray[np.float64]) -> None:
    if len(number) == 0:
        raise _nobody("no value")
    missing = int(np.isnan(number).sum())
    infinite = int(np.isinf(number).sum())
    if missing or infinite:
        what = "missing" if missing else "infinite"
        raise DataError(
            f"Some values are {what}.",
            received=f"{missing or infinite:,} of {len(number):,} values",
            allowed="a finite number for each customer",
            do="Leave those customers out, or write 0 if they brought nothing.",
        )


def _nobody(received: str) -> DataError:
    return DataError(
        "There is no customer whose value counts.",
        received=received,
        allowed="one value or more",
        do="Pass the value of every customer, those with 0 included.",
    )


def _negative_refused(n: float, money: float) -> DataError:
    return DataError(
        "Some customers have negative values, and shares of a sum with both signs mean nothing.",
        received=f"{counted(round(n), 'customer')} below zero, {money:,.2f} together",
        allowed="values of 0 or more, unless `negative` says what to do",
        do="Pass negative='drop' to leave them out, 'zero' to count them as 0, or 'normalised' for "
        "a Gini coefficient that both signs may enter.",
    )
