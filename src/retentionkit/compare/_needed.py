"""How many customers the difference that was found or claimed would take.

For rates the interval itself is asked: the smallest n from which on it leaves zero out, the rates
being what they are. Elsewhere n follows from the variances by the normal distribution.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Final

from retentionkit.compare._measure import MEASURES, Measure
from retentionkit.compare._required_n import required_n
from retentionkit.intervals import normal_quantile

if TYPE_CHECKING:
    from collections.abc import Callable

    from retentionkit.compare._contrast import Contrast
    from retentionkit.compare._figure import Figure
    from retentionkit.compare._terms import Terms

__all__ = ["RequiredN", "needed", "needed_beside", "so_many"]

#: Below, the normal distribution does not hold.
_FEW: Final = 10
#: What takes more is not found by any number.
_MOST: Final = 1e15


@dataclasses.dataclass(frozen=True, slots=True)
class RequiredN:
    """How many are needed in each group for the difference that was found or claimed.

    Attributes
    ----------
    interval
        So many that the interval of just this difference excludes zero: of rates the interval that
        `rates` makes, of everything else about so many, by the normal distribution. NaN where the
        variance is not known or zero, infinity where there is no difference.
    with_power
        So many that a true difference of this size is found with the chance `power`, by the normal
        distribution.
    power
        That chance.
    unit
        What is counted: customers, pairs, answers, units of exposure.

    Examples
    --------
    >>> import retentionkit as rk
    >>> print(rk.compare.rates(0.15, 0.45).required_n)
    18 customers in each group for an interval without zero, 33 to find such a difference in 80 of
    100 cases
    """

    interval: float
    with_power: float
    power: float
    unit: str

    def __str__(self) -> str:
        """Both in words."""
        if math.isnan(self.interval):
            return "not known without a standard deviation above 0"
        if math.isinf(self.interval):
            return "no number tells a difference of zero"
        where = "" if self.unit == "pairs" else " in each group"
        return (
            f"{so_many(self.interval, self.unit)}{where} for an interval without zero, "
            f"{_number(self.with_power, self.unit)} to find such a difference in "
            f"{100 * self.power:g} of 100 cases"
        )


def so_many(number: float, unit: str) -> str:
    """A required number in words, such as "18 customers"."""
    return f"{_number(number, unit)} {unit}"


def _number(number: float, unit: str) -> str:
    parts = unit == MEASURES["count"].unit
    if number >= _FEW:
        return f"{number if parts else math.ceil(number * (1 - 1e-12)):,.0f}"
    return f"{number:.3g}" if parts else f"fewer than {_FEW}"


def needed(measure: Measure, terms: Terms, contrast: Contrast, *, paired: bool) -> RequiredN:
    """So many in each group."""
    unit = "pairs" if paired else MEASURES[measure].unit
    spread = sum(contrast.spread)
    unknown = math.isnan(spread) or (spread == 0 and contrast.value != 0)
    if contrast.limits_at is None and unknown:
        return RequiredN(math.nan, math.nan, terms.power, unit)
    # Exposure need not be whole: it is counted in millionths.
    part = 1e-6 if measure == "count" else 1.0
    one, two = (part * variance for variance in contrast.spread)
    interval, with_power = (
        part
        * required_n(part * contrast.value, (one, two), confidence=terms.confidence, power=power)
        for power in (None, terms.power)
    )
    if contrast.limits_at is not None and contrast.value:
        at = contrast.limits_at
        interval = _smallest(lambda n: _tells(contrast.value, at((n, n), terms.confidence)))
        with_power = max(with_power, interval)
    return RequiredN(interval, with_power, terms.power, unit)


def needed_beside(first: Figure, second: Figure, contrast: Contrast, confidence: float) -> float:
    """So many of the one that came without n, beside the other; infinity if no number would do.

    NaN where nothing can be said.
    """
    known, lacking = (second, first) if first.n is None else (first, second)
    if contrast.value == 0:
        return math.nan
    if contrast.limits_at is not None:
        at = contrast.limits_at
        sizes = (lambda n: (n, known.size)) if known is second else (lambda n: (known.size, n))
        return _smallest(lambda n: _tells(contrast.value, at(sizes(n), confidence)))
    allowed = (contrast.value / normal_quantile(confidence)) ** 2 - known.error**2
    if math.isnan(allowed) or not lacking.variance > 0:
        return math.nan
    return lacking.variance / allowed if allowed > 0 else math.inf


def _tells(value: float, limits: tuple[float, float]) -> bool:
    """Whether the interval of a difference leaves zero out."""
    return limits[0] > 0 if value > 0 else limits[1] < 0


def _smallest(does: Callable[[float], bool]) -> float:
    """The smallest whole number that does, as all greater ones do; infinity if none does."""
    least, most = 0.0, 1.0
    while not does(most):
        if most > _MOST:
            return math.inf
        least, most = most, 2 * most
    while most - least > 1:
        middle = math.floor((least + most) / 2)
        least, most = (least, middle) if does(middle) else (middle, most)
    return float(most)
