"""Arguments, checked once at the door of a public function."""

from __future__ import annotations

import math
from collections.abc import Hashable
from difflib import get_close_matches
from numbers import Real
from typing import TYPE_CHECKING, TypeVar

from retentionkit.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["check_choice", "check_confidence", "check_number", "check_whole", "probably"]

T = TypeVar("T")


def check_choice(
    name: str, value: T, allowed: Iterable[T], *, labels: Mapping[str, str] | None = None
) -> T:
    """`value`, if it is one of `allowed`; else an error that lists them.

    `labels` are the choices by what people call them: who passes a label is told the choice.

    Examples
    --------
    >>> check_choice("refunds", "net", ("net", "drop", "error"))
    'net'
    """
    choices = tuple(allowed)
    if isinstance(value, Hashable) and value in choices:
        return value
    listed = ", ".join(repr(choice) for choice in choices)
    meant = probably(value, choices, labels or {})
    raise OptionError(
        f"`{name}` is not one of its choices.",
        received=repr(value),
        allowed=listed,
        do=f"Pass {name}={meant} if that is meant." if meant else "Pass one of them.",
    )


def probably(value: object, choices: Iterable[object], labels: Mapping[str, str]) -> str | None:
    """The choice that was probably meant, as it is written; None if none is near.

    None at random, since it might be copied.

    Examples
    --------
    >>> probably("weeks", ("day", "week"), {})
    "'week'"
    >>> probably("潜力客户", ("gold", "potential"), {"潜力客户": "potential"})
    "'potential'"
    """
    texts = [str(choice) for choice in choices]
    if isinstance(value, str) and labels.get(value) in texts:
        return repr(labels[value])
    near = get_close_matches(str(value).lower(), texts, n=1)
    return repr(near[0]) if near else None


def check_number(
    name: str,
    value: object,
    *,
    low: float = -math.inf,
    high: float = math.inf,
    open_low: bool = False,
    do: str | None = None,
) -> float:
    """`value` as a float, if it is a finite number in [low, high], or (low, high] if `open_low`.

    Examples
    --------
    >>> check_number("margin", 0.3, low=0, high=1)
    0.3
    """
    number = _as_float(value)
    above = number > low if open_low else number >= low
    if math.isfinite(number) and above and number <= high:
        return number
    left = "(" if open_low or low == -math.inf else "["
    right = ")" if high == math.inf else "]"
    raise OptionError(
        f"`{name}` must be a finite number in its range.",
        received=repr(value),
        allowed=f"{left}{low:g}, {high:g}{right}",
        do=do or f"Pass a number in that range for `{name}`.",
    )


def check_whole(
    name: str, value: object, *, low: float, high: float = math.inf, do: str | None = None
) -> int:
    """`value` as an int, if it is a whole number in [low, high]; 5.0 is one, True is none.

    Examples
    --------
    >>> check_whole("bins", 10.0, low=1)
    10
    """
    to = "on" if high == math.inf else f"to {high:,.0f}"
    do = do or f"Pass a whole number from {low:,.0f} {to} for `{name}`."
    number = check_number(name, value, low=low, high=high, do=do)
    if number.is_integer():
        return int(number)
    raise OptionError(
        f"`{name}` must be a whole number.",
        received=repr(value),
        allowed=f"a whole number from {low:,.0f} {to}",
        do=do,
    )


def check_confidence(confidence: object) -> float:
    """The confidence level of an interval, strictly between 0 and 1.

    Examples
    --------
    >>> check_confidence(0.95)
    0.95
    """
    level = _as_float(confidence)
    if 0 < level < 1:
        return level
    raise OptionError(
        "`confidence` must lie strictly between 0 and 1.",
        received=repr(confidence),
        allowed="(0, 1)",
        do="Write 95 % as confidence=0.95.",
    )


def _as_float(value: object) -> float:
    """A number as a float; NaN for whatever is none, or too large to be one."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.nan
