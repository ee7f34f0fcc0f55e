"""How the figures of each kind of comparison are told."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MEASURES", "Measure", "Wording", "p_text", "percent"]

#: What is compared.
Measure: TypeAlias = Literal["rate", "mean", "count", "ratio", "nps"]

_SHORT: Final = 1_000
_LEAST: Final = 0.0001


@dataclasses.dataclass(frozen=True, slots=True)
class Wording:
    """Words and scale of a kind of figure."""

    heading: str
    #: One figure, in the middle of a sentence.
    figure: str
    #: Whom it is made of.
    unit: str
    #: By which a figure is multiplied to be printed, and what follows it.
    factor: float
    suffix: str
    #: What follows a difference.
    points: str

    def told(self, value: float) -> str:
        """A figure as printed."""
        return self._number(value, "") + self.suffix

    def change(self, value: float) -> str:
        """A difference as printed, with its sign."""
        return self._number(value, "+") + self.points

    def span(self, low: float, high: float, *, signed: bool = False) -> str:
        """The two limits of an interval as printed; nothing without."""
        if math.isnan(low) or math.isnan(high):
            return "–"
        sign = "+" if signed else ""
        return f"{self._number(low, sign)} to {self._number(high, sign)}"

    def _number(self, value: float, sign: str) -> str:
        scaled = self.factor * value + 0.0  # never -0
        if self.points:
            return f"{scaled:{sign}z.1f}"
        return f"{scaled:{sign},.4g}" if abs(scaled) < _SHORT else f"{scaled:{sign},.0f}"


MEASURES: Final[Mapping[Measure, Wording]] = {
    "rate": Wording("Comparison of rates", "the rate", "customers", 100.0, " %", " points"),
    "mean": Wording("Comparison of means", "the mean", "customers", 1.0, "", ""),
    "count": Wording(
        "Comparison of counts", "events per unit of exposure", "units of exposure", 1.0, "", ""
    ),
    "ratio": Wording("Comparison of ratios", "the ratio of two sums", "customers", 1.0, "", ""),
    "nps": Wording("Comparison of NPS", "the NPS", "answers", 1.0, "", " points"),
}


def percent(value: float) -> str:
    """A relative change in per cent, with its sign.

    Examples
    --------
    >>> percent(0.3333), percent(12.0), percent(float("nan"))
    ('+33.3 %', '+1,200 %', '–')
    """
    if math.isnan(value):
        return "–"
    return f"{100 * value:+z.1f} %" if abs(value) < _SHORT / 100 else f"{100 * value:+,.0f} %"


def p_text(value: float) -> str:
    """A p-value as printed.

    Examples
    --------
    >>> p_text(0.03456), p_text(1e-7)
    ('0.0346', 'below 0.0001')
    """
    if math.isnan(value):
        return "–"
    return f"{value:.3g}" if value >= _LEAST else f"below {_LEAST}"
