"""Bounds of segment rules: what one condition on a score or a measure says."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, TypeGuard

import numpy as np

from retentionkit.arguments import check_number
from retentionkit.errors import OptionError
from retentionkit.rfm._ranks import SAME

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "MEASURES",
    "NOT_GIVEN",
    "SCORES",
    "Bound",
    "Condition",
    "Limit",
    "NotGiven",
    "is_listed",
    "read_condition",
    "say_conditions",
    "say_number",
]

NotGiven: TypeAlias = Literal["not given"]
#: A condition as it is kept.
Limit: TypeAlias = "Bound | NotGiven"
#: A condition as a caller may write it.
Condition: TypeAlias = "float | tuple[float | None, float | None] | Bound | NotGiven | None"

NOT_GIVEN: Final[NotGiven] = "not given"
SCORES: Final = ("recency", "frequency", "monetary", "frequency_monetary", "combined")
MEASURES: Final = ("days_since_last", "orders", "active_days", "net_spend", "mean_order_value")


@dataclasses.dataclass(frozen=True, slots=True)
class Bound:
    """From where to where a score or a measure may lie; [low, high) unless said otherwise.

    Values that differ from a limit by less than its 1e-9th part lie at it, as scores are made: the
    order in which money was summed up cannot decide.

    Parameters
    ----------
    low, high
        The limits; None where there is none.
    includes_high
        Whether the upper limit itself belongs.
    includes_low
        Whether the lower limit itself belongs.

    Raises
    ------
    OptionError
        A limit is no finite number, or nothing lies between the limits.

    Examples
    --------
    >>> import retentionkit as rk
    >>> up_to = rk.rfm.Bound(high=3_000, includes_high=True)
    >>> print(up_to)
    ≤ 3,000
    >>> up_to.takes([2_999, 3_000, 3_001])
    array([ True,  True, False])
    """

    low: float | None = None
    high: float | None = None
    includes_high: bool = dataclasses.field(default=False, kw_only=True)
    includes_low: bool = dataclasses.field(default=True, kw_only=True)

    def __post_init__(self) -> None:
        """The limits as numbers, in order."""
        for name in ("low", "high"):
            given = getattr(self, name)
            if given is not None:
                object.__setattr__(self, name, check_number(name, given))
        object.__setattr__(self, "includes_low", bool(self.includes_low or self.low is None))
        object.__setattr__(
            self, "includes_high", bool(self.includes_high and self.high is not None)
        )
        if self.low is None or self.high is None or self.low < self.high:
            return
        if self.low == self.high and self.includes_low and self.includes_high:
            return
        raise OptionError(
            "Nothing lies between the limits of a bound.",
            received=repr(self),
            allowed="low below high, or equal limits that both belong",
            do="Exchange the limits, or write a plain number for exactly that value.",
        )

    def takes(self, values: ArrayLike) -> NDArray[np.bool_]:
        """Which values lie within the limits.

        Parameters
        ----------
        values
            Numbers of any shape; NaN never lies within.

        Returns
        -------
        ndarray of bool
        """
        given = np.asarray(values, dtype=np.float64)
        inside = ~np.isnan(given)
        if self.low is not None:
            room = SAME * abs(self.low)
            low = self.low
            inside &= given >= low - room if self.includes_low else given > low + room
        if self.high is not None:
            room = SAME * abs(self.high)
            high = self.high
            inside &= given <= high + room if self.includes_high else given < high - room
        return np.asarray(inside)

    def __str__(self) -> str:
        """The bound as in a table of rules: "≥ 3", "[2, 5)", "≤ 3,000", "1", "any"."""
        if self.low is None and self.high is None:
            return "any"
        if self.low is None:
            return f"{'≤' if self.includes_high else '<'} {say_number(self.high)}"
        if self.high is None:
            return f"{'≥' if self.includes_low else '>'} {say_number(self.low)}"
        if self.low == self.high:
            return say_number(self.low)
        left, right = "[" if self.includes_low else "(", "]" if self.includes_high else ")"
        return f"{left}{say_number(self.low)}, {say_number(self.high)}{right}"


def say_number(value: float | None) -> str:
    """A limit as text, with all of its digits."""
    return "" if value is None else f"{value:,.12g}"


def is_listed(value: object) -> TypeGuard[tuple[Any, ...] | list[Any]]:
    """Whether a value is a tuple or a list."""
    return isinstance(value, tuple | list)


def read_condition(name: str, given: object) -> Limit | None:
    """A condition as a bound; None where there is none."""
    if given is None or isinstance(given, Bound):
        return given
    if isinstance(given, str) and given == NOT_GIVEN:
        return NOT_GIVEN
    if is_listed(given):
        if len(given) == len(("low", "high")):
            low, high = given
            return Bound(low, high)
    elif not isinstance(given, str):
        number = check_number(name, given, do=f"Write {name}=3, {name}=(2, 5) or a Bound.")
        return Bound(number, number, includes_high=True)
    raise OptionError(
        f"`{name}` is no condition.",
        received=repr(given),
        allowed="a number, a pair (low, high) with None for no limit, a Bound, or 'not given'",
        do="Write (3, None) for 3 or more, (2, 5) for from 2 to below 5.",
    )


def say_conditions(conditions: dict[str, Limit]) -> str:
    """Conditions in words, such as "orders = 1, mean order value > 3,000"."""
    texts: list[str] = []
    for name, limit in conditions.items():
        exact = isinstance(limit, Bound) and limit.low is not None and limit.low == limit.high
        texts.append(f"{name.replace('_', ' ')} {'= ' if exact else ''}{_in_words(limit)}")
    return ", ".join(texts) or "everybody"


def _in_words(limit: Limit) -> str:
    between = isinstance(limit, Bound) and limit.low is not None and limit.high is not None
    return f"in {limit}" if between and str(limit)[0] in "[(" else str(limit)
