"""How many complaints are there for each order, customer, trip or contact?

Where a unit counts once, however often it was complained about, the rate is a share with a Wilson
interval. Where complaints are counted, they may be more than units: their number has the exact
limits of a Poisson number.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from retentionkit import frames
from retentionkit.arguments import check_confidence, check_whole
from retentionkit.errors import DataError, OptionError
from retentionkit.intervals import poisson, share
from retentionkit.results import Columns, Estimate, Interval, Result
from retentionkit.service._cases import is_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retentionkit.frames import FrameKind

__all__ = ["ComplaintRate", "complaint_rate"]

#: Rates from here on are printed without decimals.
_LONG: Final = 1_000


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class ComplaintRate(Result):
    """Complaints on a stated base, made by `complaint_rate`.

    Attributes
    ----------
    complaints
        How many complaints count: of units once, or all.
    base
        How many units there are.
    per
        What a unit is: an order, a customer.
    several
        Whether several complaints of one unit count.
    rate
        Complaints per unit with its interval.
    repeated
        Complaints beyond the first of a unit, which do not count unless `several`.
    outside
        Complaints about units that are not in the base: not counted.
    per_units
        How many units the rate is printed for.
    definition
        What was divided by what.
    kind
        The kind of series that the base came as.
    """

    complaints: int
    base: int
    per: str
    several: bool
    rate: Estimate
    repeated: int
    outside: int
    per_units: int
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Complaint rate"

    @property
    def value(self) -> float:
        """Complaints per unit."""
        return self.rate.value

    @property
    def interval(self) -> Interval:
        """The interval of the rate."""
        return self.rate.interval

    @property
    def n(self) -> int:
        """How many units there are."""
        return self.base

    def _table(self) -> Columns:
        return {
            "complaints": [self.complaints],
            "base": [self.base],
            "rate": [self.value],
            "low": [self.interval.low],
            "high": [self.interval.high],
        }

    def _facts(self) -> Mapping[str, str]:
        value, low, high = (
            _told(self.per_units * number)
            for number in (self.value, self.interval.low, self.interval.high)
        )
        facts = {
            "rate": f"{value} ({low} to {high}) per {self.per_units:,}",
            "per": self.per,
            "confidence": f"{100 * self.interval.confidence:g} %",
        }
        if self.repeated:
            counts = "counted as well" if self.several else "not counted again"
            facts["repeated"] = f"{self.repeated:,} beyond the first of each, {counts}"
        if self.outside:
            facts["outside"] = f"{self.outside:,} about what is not in the base"
        return {**facts, "definition": self.definition}


def complaint_rate(
    complaints: object,
    *,
    base: object,
    per: str,
    several: bool = False,
    per_units: int = 1000,
    confidence: float = 0.95,
) -> ComplaintRate:
    """Complaints per order, customer, trip or contact.

    Parameters
    ----------
    complaints
        The number of complaints; or, for each complaint, the id of what it was about.
    base
        The number of units; or their ids.
    per
        What a unit is, in any language: `"order"`, `"customer"`, `"trip"`, `"contact"`.
    several
        False: a unit with complaints counts once, and the rate is the share of such units. True:
        complaints count, and there may be more than units.
    per_units
        How many units the rate is printed for; the rate itself is per unit.
    confidence
        Level of the interval: Wilson for a share, exact Poisson for several [1]_.

    Returns
    -------
    ComplaintRate

    Raises
    ------
    OptionError
        There are more complaints than units and `several` is False, or no units; one of
        `complaints` and `base` is a number and the other are ids.
    DataError
        None of the ids of complaints is in the base.

    Notes
    -----
    Complaints that come in bunches, many of one customer or of one event, stray more than a Poisson
    number: its interval is too narrow then.

    References
    ----------
    .. [1] Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika 28(3/4),
       437-442.

    Examples
    --------
    >>> import retentionkit as rk
    >>> rk.service.complaint_rate(11, base=500, per="order")
    Complaint rate
      rate        22 (12.3 to 39) per 1,000
      per         order
      confidence  95 %
      definition  Complaints per order, at most one of each, with a Wilson interval.
      complaints  base   rate      low     high
              11   500  0.022  0.01233  0.03896
    """
    level = check_confidence(confidence)
    shown = check_whole("per_units", per_units, low=1)
    if not (isinstance(per, str) and per.strip()):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise OptionError(
            "Nothing says what the rate is per.",
            received=f"per={per!r}",
            allowed="a noun",
            do="Pass per='order', 'customer', 'trip' or 'contact'.",
        )
    counted, units, repeated, outside = _counted(complaints, base, several=several)
    if counted > units and not several:
        raise OptionError(
            f"There are more complaints than units ({per}).",
            received=f"{counted:,} complaints, base={units:,}",
            allowed="at most one complaint of each; or several=True",
            do="Pass several=True to count each complaint.",
        )
    if several:
        definition = f"Complaints per {per}, with an exact Poisson interval."
        rate = _several(counted, units, definition, level)
    else:
        definition = f"Complaints per {per}, at most one of each, with a Wilson interval."
        rate = share(counted, units, definition=definition, confidence=level)
    return ComplaintRate(
        complaints=counted,
        base=units,
        per=per,
        several=several,
        rate=rate,
        repeated=repeated,
        outside=outside,
        per_units=shown,
        definition=definition,
        kind=frames.series_kind(base),
    )


def _told(number: float) -> str:
    return f"{number:.3g}" if number < _LONG else f"{number:,.0f}"


def _counted(complaints: object, base: object, *, several: bool) -> tuple[int, int, int, int]:
    """Complaints that count, units, complaints beyond the first, and those of no unit."""
    numbers = [is_number(complaints), is_number(base)]
    if all(numbers):
        units = check_whole("base", base, low=1, do="Pass the number of units the rate is per.")
        return check_whole("complaints", complaints, low=0), units, 0, 0
    if any(numbers):
        raise OptionError(
            "Complaints and base must both be numbers, or both ids.",
            received="complaints as a number" if numbers[0] else "base as a number",
            allowed="two numbers, or two columns of ids",
            do="Pass the ids of both, or count both.",
        )
    units_seen = np.unique(frames.read_ids(base, argument="base"))
    about = frames.read_ids(complaints, argument="complaints")
    if len(units_seen) == 0:
        raise DataError(
            "The base is empty.",
            received="no ids",
            allowed="at least one unit",
            do="Pass the ids of all orders, not only of those with complaints.",
        )
    place = frames.places(about, among=units_seen)
    inside = place[place >= 0]
    if len(about) and len(inside) == 0:
        raise DataError(
            "No complaint is about a unit of the base.",
            received=f"{len(about):,} complaints, {len(units_seen):,} units",
            allowed="ids that occur in the base",
            do="Check that both columns hold ids of the same things.",
        )
    different = len(np.unique(inside))
    counted = len(inside) if several else different
    return counted, len(units_seen), len(inside) - different, len(about) - len(inside)


def _several(number: int, units: int, definition: str, confidence: float) -> Estimate:
    """A Poisson number per unit."""
    low, high = poisson(number, confidence=confidence)
    limits = Interval(float(low) / units, float(high) / units, confidence)
    return Estimate(number / units, math.sqrt(number) / units, limits, units, definition)
