"""What arrays must satisfy to be purchase histories; the fast path is one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from retentionkit.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "check_finite",
    "check_histories",
    "check_lengths",
    "check_opportunities",
    "ids",
    "means_of_repeats",
    "numbers",
    "refuse_values",
]

_SHOWN = 5
_MOST_OPPORTUNITIES = 1_000_000  # days of 2,700 years


def numbers(name: str, values: ArrayLike) -> NDArray[np.float64]:
    """One-dimensional floats, read-only and our own."""
    try:
        array: NDArray[Any] = np.array(values, ndmin=1)
        if array.dtype.kind not in "iufO" or array.ndim != 1:
            raise TypeError  # noqa: TRY301 - one refusal for all reasons
        found: NDArray[np.float64] = array.astype(np.float64, copy=False)
    except (TypeError, ValueError, OverflowError):
        raise DataError(
            f"`{name}` is no array of numbers.",
            received=type(values).__name__,
            allowed="a number or a one-dimensional array of numbers",
            do="Convert it first, for instance with numpy.asarray(values, dtype=float).",
        ) from None
    found.flags.writeable = False
    return found


def check_lengths(**arrays: NDArray[Any] | None) -> None:
    """Refuse arrays of unequal lengths, and none at all."""
    lengths = {name: len(array) for name, array in arrays.items() if array is not None}
    if len(set(lengths.values())) > 1 or 0 in lengths.values():
        raise DataError(
            "Histories need arrays of one length, with at least one customer.",
            received=", ".join(f"{name}: {length}" for name, length in lengths.items()),
            allowed="equal lengths of one or more",
            do="Take all arrays from the same rows.",
        )


def check_histories(
    frequency: NDArray[np.float64], recency: NDArray[np.float64], age: NDArray[np.float64]
) -> None:
    """Refuse what no purchase log can give."""
    repeats = frequency > 0
    fine = (
        (frequency == np.floor(frequency))
        & (frequency >= 0)
        & (recency >= 0)
        & (recency <= age)
        & np.isfinite(age)
        & (repeats == (recency > 0))
    )
    if fine.all():
        return
    for name, array in (("frequency", frequency), ("recency", recency), ("age", age)):
        refuse_values(
            name, array, ~np.isfinite(array), "finite numbers", "Drop or correct these rows."
        )
    counted = "Pass the number of repeat purchases, without the first one."
    wrong = (frequency < 0) | (frequency != np.floor(frequency))
    refuse_values("frequency", frequency, wrong, "whole numbers from 0 on", counted)
    refuse_values(
        "recency", recency, recency < 0, "ages from 0 on", "Pass the age at the last purchase."
    )
    refuse_values(
        "recency",
        recency,
        recency > age,
        "0 <= recency <= age",
        "Pass the age at the last purchase, in the unit of age; days since the last purchase are "
        "age - recency.",
    )
    refuse_values(
        "recency",
        recency,
        repeats != (recency > 0),
        "recency 0 exactly where frequency is 0",
        "Recency is the age at the last purchase: 0 for a customer without a repeat purchase.",
    )


def check_opportunities(
    frequency: NDArray[np.float64],
    recency: NDArray[np.float64],
    opportunities: NDArray[np.float64],
) -> None:
    """Refuse what no series of opportunities can give: 0 <= x <= t_x <= n, all whole."""
    numbers = "Pass the number of "
    for name, array, do in (
        ("frequency", frequency, "opportunities with a purchase, without the acquisition."),
        ("recency", recency, "the last opportunity with a purchase, not a time since it."),
        ("opportunities", opportunities, "opportunities after the acquisition."),
    ):
        whole = np.isfinite(array) & (array == np.floor(array))
        wrong = ~(whole & (array >= 0) & (array <= _MOST_OPPORTUNITIES))
        allowed = f"whole numbers from 0 to {_MOST_OPPORTUNITIES:,}"
        refuse_values(name, array, wrong, allowed, numbers + do)
    late = recency > opportunities
    refuse_values(
        "recency", recency, late, "0 <= recency <= opportunities", numbers + "opportunities."
    )
    refuse_values(
        "recency",
        recency,
        (frequency > 0) != (recency > 0),
        "recency 0 exactly where frequency is 0",
        "Recency is the number of the last opportunity with a purchase: 0 if there was none.",
    )
    refuse_values(
        "frequency",
        frequency,
        frequency > recency,
        "at most as many as the opportunities up to the last purchase",
        "An opportunity is taken or not: count several purchases in one period once.",
    )


def check_finite(
    *,
    monetary_value: NDArray[np.float64] | None,
    log_gaps: NDArray[np.float64] | None,
    weight: NDArray[np.float64] | None,
) -> None:
    """Refuse infinite means, undefined gaps, and weights that count nobody."""
    correct = "Correct these rows."
    if monetary_value is not None:
        wrong = np.isinf(monetary_value)
        refuse_values("monetary_value", monetary_value, wrong, "finite numbers or NaN", correct)
    if log_gaps is not None:
        refuse_values("log_gaps", log_gaps, ~np.isfinite(log_gaps), "finite numbers", correct)
    if weight is not None:
        wrong = ~(np.isfinite(weight) & (weight > 0))
        refuse_values(
            "weight", weight, wrong, "positive finite numbers", "Leave rows of weight 0 out."
        )


def means_of_repeats(
    money: NDArray[np.float64] | None, frequency: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """Means with NaN where there is no repeat purchase; some tools write 0 there."""
    if money is None:
        return None
    none = frequency == 0
    refuse_values(
        "monetary_value",
        money,
        none & ~(np.isnan(money) | (money == 0)),
        "NaN (or 0) where frequency is 0",
        "Pass the mean of the repeat purchases, without the first one: a customer who made none "
        "has no mean.",
    )
    means = np.where(none, np.nan, money)
    means.flags.writeable = False
    return means


def ids(customer: ArrayLike) -> NDArray[Any]:
    """Read-only ids; refused if they occur twice or are missing."""
    found: NDArray[Any] = np.array(customer, ndmin=1)
    found = found.astype(object) if found.dtype.kind == "U" else found
    found.flags.writeable = False
    plain: list[Any] = found.tolist()
    if any(one is None or one != one for one in plain):  # noqa: PLR0124 - NaN
        raise DataError(
            "`customer` has missing ids.",
            received="None or NaN among the ids",
            allowed="an id for every row",
            do="Drop these rows, or pass histories without ids.",
        )
    if len(set(plain)) < len(plain):
        seen: set[object] = set()
        twice = next(one for one in plain if one in seen or seen.add(one))  # type: ignore[func-returns-value]
        raise DataError(
            "`customer` has ids that occur more than once.",
            received=f"{twice!r} twice",
            allowed="one row for each customer",
            do="Aggregate to one row per customer, for instance with purchase_histories().",
        )
    return found


def refuse_values(
    name: str, array: NDArray[np.float64], wrong: NDArray[np.bool_], allowed: str, do: str
) -> None:
    """Refuse the values at some positions, if there are any."""
    places = np.flatnonzero(wrong)
    if len(places) == 0:
        return
    shown = ", ".join(f"{array[place]:g} at position {place}" for place in places[:_SHOWN])
    more = f" and {len(places) - _SHOWN:,} more" if len(places) > _SHOWN else ""
    raise DataError(
        f"`{name}` holds values that no history can have.",
        received=shown + more,
        allowed=allowed,
        do=do,
    )
