"""Outcomes in words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, TypeAlias

from retentionkit._texts import p_text

if TYPE_CHECKING:
    from retentionkit.results import Estimate

__all__ = ["Outcome", "amount", "fit_told"]

#: What became of a customer: something that happens or not, or an amount.
Outcome: TypeAlias = Literal["binary", "amount"]


def amount(found: Estimate, kind: Outcome) -> str:
    """A difference of outcomes and its interval: in percentage points, or in the unit of money."""
    if math.isnan(found.value):
        return "undefined"
    scale, unit = (100, " percentage points") if kind == "binary" else (1, "")
    value, low, high = (
        scale * part for part in (found.value, found.interval.low, found.interval.high)
    )
    limits = "" if math.isnan(low) else f" ({low:+z,.3g} to {high:+z,.3g})"
    return f"{value:+z,.3g}{unit}{limits}"


def fit_told(p: float, r_squared: float) -> str:
    """How well a line fits, in words."""
    said = "undefined" if math.isnan(p) else p_text(p, sign=True)
    share = "undefined" if math.isnan(r_squared) else f"{r_squared:.2f}"
    return f"p {said}, R² {share}"
