"""A figure with its interval, and what it is."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from retentionkit.results._json import as_json, fields
from retentionkit.results._tables import limit_text

if TYPE_CHECKING:
    from retentionkit.results._json import JSONValue

__all__ = ["Estimate", "Interval"]


@dataclasses.dataclass(frozen=True, slots=True)
class Interval:
    """An interval and the confidence it was made for.

    Attributes
    ----------
    low, high
        The limits, in the unit of the estimate.
    confidence
        The confidence level, between 0 and 1.

    Examples
    --------
    >>> Interval(0.2, 0.3, 0.95), Interval(602_113.4, 690_420.8, 0.95)
    (Interval(0.2 to 0.3, 95 %), Interval(602,113 to 690,421, 95 %))
    """

    low: float
    high: float
    confidence: float

    def __repr__(self) -> str:
        """The two limits and the level."""
        low, high = limit_text(self.low), limit_text(self.high)
        return f"Interval({low} to {high}, {100 * self.confidence:g} %)"

    def __contains__(self, value: float) -> bool:
        """Whether the value lies between the limits, both included."""
        return self.low <= value <= self.high


@dataclasses.dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its standard error, its interval and what it is.

    Attributes
    ----------
    value
        The estimate; NaN where it is undefined.
    standard_error
        Its standard error; NaN where the interval is not made of one.
    interval
        Its interval.
    n
        How many customers or other units it was made of.
    definition
        One sentence: what was divided by what, and how the interval was made.

    Examples
    --------
    >>> Estimate(0.3, 0.145, Interval(0.108, 0.603, 0.95), 10, "Customers who came back.")
    Estimate(0.3, 95 % 0.108 to 0.603, n = 10)
    """

    value: float
    standard_error: float
    interval: Interval
    n: int
    definition: str

    def __float__(self) -> float:
        """The value alone."""
        return self.value

    def __repr__(self) -> str:
        """The value, its interval and n on one line; the definition is for those who ask."""
        low, high = limit_text(self.interval.low), limit_text(self.interval.high)
        level = f"{100 * self.interval.confidence:g} %"
        return f"Estimate({limit_text(self.value)}, {level} {low} to {high}, n = {self.n:,})"

    def to_dict(self) -> dict[str, JSONValue]:
        """The estimate as strict JSON; undefined numbers are None."""
        return {name: as_json(value) for name, value in fields(self)}
