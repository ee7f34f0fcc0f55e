"""The difference between two Gini coefficients, and whether they may be compared."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from retentionkit.durations import alike_windows
from retentionkit.errors import KindError, OptionError, warn
from retentionkit.intervals import estimate

if TYPE_CHECKING:
    from retentionkit.concentration._result import Concentration
    from retentionkit.results import Estimate

__all__ = ["check_same_kind", "gini_difference"]


def gini_difference(one: Concentration, other: Concentration) -> Estimate:
    """The second's unbiased Gini coefficient less the first's; a warning if windows differ."""
    check_same_kind(one, other)
    _warn_of_windows(one.window, other.window)
    first, second = one.gini_unbiased, other.gini_unbiased
    return estimate(
        second.value - first.value,
        math.hypot(first.standard_error, second.standard_error),
        n=first.n + second.n,
        definition="Unbiased Gini coefficient of the second less that of the first; the two are "
        "taken as independent, which makes the interval too wide where the same customers are in "
        "both and stay alike.",
        low=-1.0,
        high=1.0,
        confidence=one.confidence,
    )


def check_same_kind(one: Concentration, other: object) -> None:
    """Refuse what is no concentration, or treats negative customers in another way."""
    kind = type(one)
    if not isinstance(other, kind):
        raise KindError(
            "`other` is no concentration.",
            received=f"an object of type {type(other).__name__}",
            allowed="a Concentration",
            do="Make it with rk.rfm.concentration(values).",
        )
    treated = one.negative, other.negative
    apart = treated[0] != treated[1]
    if apart and ("normalised" in treated or one.n_negative or other.n_negative):
        raise OptionError(
            "The two treat negative customers differently.",
            received=f"negative={treated[0]!r} and negative={treated[1]!r}",
            allowed="the same treatment in both",
            do="Make both with the same `negative`.",
        )


def _warn_of_windows(one: float | None, other: float | None) -> None:
    if one is not None and other is not None and alike_windows(one, other):
        return
    known = one is not None and other is not None
    what = f"have windows of {one:g} and {other:g} days" if known else "do not both say a window"
    warn(
        f"The two concentrations {what}. The length of a window by itself changes every figure of "
        "concentration, as many customers buy once or not at all in a short one: compare windows "
        "of one length, and state it with concentration(values, window=...)."
    )
