"""How the figures of each kind of comparison are told."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MEASURES", "Measure", "Wording", "percent"]

#: What is compared.
Measure: TypeAlias = Literal["rate", "mean", "count", "ratio", "nps"]

_SHORT: Final = 1_000
#: Decimals at most.
_PLACES: Final = 9


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
        return self._number(value, "", self._places(value)) + self.suffix

    def change(self, value: float) -> str:
        """A difference as printed, with its sign."""
        return self._number(value, "+", self._places(value)) + self.points

    def span(self, low: float, high: float, *, signed: bool = False) -> str:
        """The two limits of an interval as printed; nothing without."""
        if math.isnan(low) or math.isnan(high):
            return "–"
        sign = "+" if signed else ""
        places = self._places(low, high)
        return f"{self._number(low, sign, places)} to {self._number(high, sign, places)}"

    def _places(self, *values: float) -> int:
        """Decimals of values that are printed together."""
        return places_of(*(self.factor * value for value in values)) if self.factor > 1 else 1

    def _number(self, value: float, sign: str, places: int) -> str:
        scaled = self.factor * value + 0.0  # never -0
        if self.points:
            return f"{scaled:{sign}z.{places}f}"
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


def places_of(*values: float) -> int:
    """Decimals that show two digits of the largest of some per cent: one from 1 % on.

    Examples
    --------
    >>> places_of(33.3), places_of(0.031), places_of(0.0007, -0.012), places_of(0.0)
    (1, 3, 3, 1)
    """
    largest = max(map(abs, values))
    return 1 if not 0 < largest < 1 else min(1 - math.floor(math.log10(largest)), _PLACES)


def percent(value: float) -> str:
    """A relative change in per cent, with its sign.

    Examples
    --------
    >>> percent(0.3333), percent(12.0), percent(0.00031), percent(float("nan"))
    ('+33.3 %', '+1,200 %', '+0.031 %', '–')
    """
    if math.isnan(value):
        return "–"
    places = places_of(100 * value) if abs(value) < _SHORT / 100 else 0
    return f"{100 * value:+z,.{places}f} %"
