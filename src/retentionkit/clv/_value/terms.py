"""The terms of a valuation: how far ahead, at which discount rate, at which margin."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

from retentionkit.arguments import check_number
from retentionkit.durations import continuous_rate, duration_in
from retentionkit.errors import OptionError

if TYPE_CHECKING:
    from retentionkit.durations import Duration, Unit

__all__ = ["Terms", "check_margin", "horizon_words"]


@dataclasses.dataclass(frozen=True, slots=True)
class Terms:
    """Horizon, discounting and margin, checked."""

    unit: Unit
    given_horizon: Duration | None
    discount_rate: float
    margin: float

    def __post_init__(self) -> None:
        check_margin(self.margin)
        continuous_rate(self.discount_rate, self.unit)
        _ = self.horizon

    @property
    def horizon(self) -> float | None:
        """The horizon in units."""
        if self.given_horizon is None:
            return None
        return duration_in("horizon", self.given_horizon, self.unit)

    def annuity(self) -> float:
        """Discounted units of time up to the horizon: what a constant rate is multiplied with."""
        delta, end = continuous_rate(self.discount_rate, self.unit), self.horizon
        if delta == 0 and end is None:
            raise OptionError(
                "A constant rate over an infinite horizon without discounting has no finite value.",
                received="discount_rate=0, horizon=None",
                allowed="a horizon or a positive discount rate",
                do="Pass horizon='5 years' or discount_rate=0.10.",
            )
        if delta == 0:
            return float(end or 0.0)
        return -math.expm1(-delta * (math.inf if end is None else end)) / delta

    def words(self) -> str:
        """The terms as text."""
        end = self.given_horizon
        far = "for ever" if end is None else f"over {horizon_words(end, self.unit)}"
        rate, kept = 100 * self.discount_rate, 100 * self.margin
        return f"{far}, at {rate:g} % a year and a margin of {kept:g} %"


def check_margin(margin: float) -> float:
    """A share of spend, in (0, 1]."""
    return check_number(
        "margin",
        margin,
        low=0,
        high=1,
        open_low=True,
        do="The margin is a share of spend: write 30 % as margin=0.30.",
    )


def horizon_words(horizon: Duration, unit: Unit) -> str:
    """A horizon as text."""
    return horizon if isinstance(horizon, str) else f"{horizon:.6g} {unit}s"
