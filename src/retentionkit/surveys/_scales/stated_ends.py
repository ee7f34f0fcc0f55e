"""Whether numbers lie on a stated scale, or look like codes where no scale is stated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from retentionkit._texts import counted
from retentionkit.arguments import check_number
from retentionkit.errors import DataError, OptionError, warn

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Ends", "EndsOf", "check_columns", "check_ends", "refuse_outside", "warn_of_codes"]

#: Lowest and highest answer.
Ends: TypeAlias = "tuple[float, float]"
#: The same for all columns, or by column.
EndsOf: TypeAlias = "tuple[float, float] | Mapping[str, tuple[float, float]]"

#: How many times as far from the others as these are from each other, and how far at least.
_FAR: Final = 4
_LEAST: Final = 20


def check_ends(name: str, pair: object) -> Ends:
    """Two numbers in order.

    Examples
    --------
    >>> check_ends("scale", (1, 5))
    (1.0, 5.0)
    """
    given: Any = pair
    if type(pair) in {tuple, list} and len(given) == 2:  # noqa: PLR2004 - both ends
        low, high = check_number(name, given[0]), check_number(name, given[1])
        if low < high:
            return low, high
    raise OptionError(
        f"`{name}` is the lowest and the highest answer.",
        received=repr(pair)[:80],
        allowed="two numbers, the lower first",
        do=f"Write {name}=(1, 5).",
    )


def refuse_outside(label: str, values: NDArray[np.float64], ends: Ends, *, do: str) -> None:
    """An error if some answers lie off the scale; missing ones do not."""
    low, high = ends
    wrong = values[(values < low) | (values > high)]
    if len(wrong):
        raise DataError(
            "Some answers lie off the scale.",
            received=f"{counted(len(wrong), 'answer')} of {label!r} such as {wrong.max():g}",
            allowed=f"{low:g} to {high:g}",
            do=do,
        )


def warn_of_codes(columns: Mapping[str, NDArray[np.float64]], *, do: str) -> bool:
    """Whether whole numbers far from all others, such as 99, may stand for no answer.

    Examples
    --------
    >>> warn_of_codes({"csat": np.array([1.0, 4, 5, 5, 9])}, do="State the scale.")
    False
    """
    told: list[str] = []
    for label, values in columns.items():
        known = values[~np.isnan(values)]
        if len(known) and (known == np.rint(known)).all():
            codes = {*_far_above(known), *(-code for code in _far_above(-known))}
            number = int(np.isin(known, [*codes]).sum())
            if codes:
                told.append(f"{counted(number, 'answer')} of {label!r} ({_listed(codes)})")
    if told:
        warn(
            f"Some answers are far from all others: {', '.join(told)}. Do they stand for no "
            f"answer? Make them missing. {do}"
        )
    return bool(told)


def check_columns(columns: Mapping[str, NDArray[np.float64]], scale: EndsOf | None) -> None:
    """Refuse answers off the scales stated, and warn of codes in the other columns.

    One scale for all is not one of a yes or no.
    """
    ends: dict[str, Ends] = {}
    if isinstance(scale, Mapping):
        strange = [name for name in scale if name not in columns]
        if strange:
            raise OptionError(
                "`scale` names what is not there.",
                received=", ".join(map(repr, strange)),
                allowed=", ".join(columns),
                do="Write scale={'satisfaction': (1, 5), ...}, with the names of the arguments.",
            )
        ends = {name: check_ends("scale", pair) for name, pair in scale.items()}
    elif scale is not None:
        one = check_ends("scale", scale)
        ends = {name: one for name, values in columns.items() if not _is_yes_or_no(values)}
    example = "scale={'satisfaction': (1, 5), 'advocacy': (0, 10), ...}"
    for name, pair in ends.items():
        do = f"Correct them, make them missing, or state the scale of each: {example}."
        refuse_outside(name, columns[name], pair, do=do)
    others = {name: values for name, values in columns.items() if name not in ends}
    warn_of_codes(others, do=f"Or state the scales, such as {example}.")


def _far_above(known: NDArray[np.float64]) -> list[float]:
    """Values above a gap that is much wider than everything below it, where most answers are."""
    values, times = np.unique(known, return_counts=True)
    below = np.cumsum(times)[:-1]
    wide = np.diff(values) > np.maximum(_FAR * (values[:-1] - values[0]), _LEAST)
    at = np.flatnonzero(wide & (values[:-1] > values[0]) & (2 * below > len(known)))
    return values[at[0] + 1 :].tolist() if len(at) else []


def _listed(codes: set[float]) -> str:
    return ", ".join(f"{code:g}" for code in sorted(codes)[:5])


def _is_yes_or_no(values: NDArray[np.float64]) -> bool:
    return bool(np.isin(values[~np.isnan(values)], (0, 1)).all())
