r"""The difference and the quotient of two figures, with intervals that agree.

Let :math:`l_i, u_i` be the limits of :math:`\hat\theta_i`. The hybrid limits of a difference [1]_,
Newcombe's for two rates, are

.. math:: \hat\theta_2 - \hat\theta_1 - \sqrt{(\hat\theta_2 - l_2)^2 + (u_1 - \hat\theta_1)^2},
    \qquad
    \hat\theta_2 - \hat\theta_1 + \sqrt{(u_2 - \hat\theta_2)^2 + (\hat\theta_1 - l_1)^2} .

Those of a quotient [2]_ are the :math:`R` for which the limits of :math:`\theta_2 - R\theta_1`
are zero, as Fieller's are where the limits are symmetric. So the interval of the quotient holds 1
if and only if that of the difference holds 0, and the p-value is the level at which either just
does.

References
----------
.. [1] Zou, G. Y. and Donner, A. (2008). Construction of confidence limits about effect measures: a
   general approach. Statistics in Medicine 27(10), 1693-1702.
.. [2] Donner, A. and Zou, G. Y. (2012). Closed-form confidence intervals for functions of the
   normal mean and standard deviation. Statistical Methods in Medical Research 21(4), 347-359.
.. [3] Fieller, E. C. (1954). Some problems in interval estimation. Journal of the Royal
   Statistical Society B 16(2), 175-185.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Final, TypeAlias

from retentionkit.compare._figure import nowhere
from retentionkit.intervals import hybrid

if TYPE_CHECKING:
    from collections.abc import Callable

    from retentionkit.compare._figure import Figure, Limits

__all__ = ["Contrast", "inverted", "net", "quotient", "student", "unknown"]

#: The two limits for the numbers in the two groups, at a confidence.
LimitsAt: TypeAlias = "Callable[[tuple[float, float], float], tuple[float, float]]"

#: P-values below are not told apart.
TINY: Final = 1e-12


@dataclasses.dataclass(frozen=True, slots=True)
class Contrast:
    """Second figure less first, and second over first.

    Attributes
    ----------
    value, error
        The difference and its standard error.
    limits
        Its interval at a confidence.
    ratio
        The interval of the quotient.
    centre
        What the limits lie around: the difference, unless that was adjusted.
    p_value
        Of no difference.
    spread
        The two variances that a required n is made of.
    limits_at
        The interval if so many had been in the two groups; None where that is not known.
    """

    value: float
    error: float
    limits: Limits
    ratio: Limits
    centre: float
    p_value: float
    spread: tuple[float, float]
    limits_at: LimitsAt | None = None


def unknown(first: Figure, second: Figure, limits_at: LimitsAt | None = None) -> Contrast:
    """The difference of figures without n: a number, and no interval."""
    value = second.value - first.value
    spread = (first.variance, second.variance)
    return Contrast(value, math.nan, nowhere, nowhere, value, math.nan, spread, limits_at)


def quotient(first: Figure, second: Figure) -> Limits:
    """Hybrid limits of second over first; NaN unless the first figure is positive."""

    def limits(confidence: float) -> tuple[float, float]:
        one, two = first.value, second.value
        if not one > 0:
            return math.nan, math.nan
        (low1, high1), (low2, high2) = first.limits(confidence), second.limits(confidence)
        product = one * two
        below = math.sqrt(product**2 - _reach(low2, two) * _reach(high1, one))
        above = math.sqrt(product**2 - _reach(high2, two) * _reach(low1, one))
        low = _reach(low2, two) / (product + below) if two > 0 else 0.0
        return low, (product + above) / _reach(low1, one) if low1 > 0 else math.inf

    return limits


def _reach(limit: float, value: float) -> float:
    """The square of the value less that of its distance to the limit."""
    return limit * (2 * value - limit)


def student(
    first: tuple[float, float],
    second: tuple[float, float],
    freedom: float,
    error: float,
    *,
    covariance: float = 0.0,
) -> tuple[Limits, Limits, float]:
    """Limits by Student's t of difference and quotient (Fieller [3]_), and the p-value.

    Of either figure its value and its standard error; `error` is that of the difference. NaN where
    there is no spread.
    """
    from scipy.special import stdtr, stdtrit  # noqa: PLC0415 - scipy is loaded when needed

    (one, error1), (two, error2) = first, second
    value = two - one
    if not error > 0:
        return nowhere, nowhere, math.nan

    def limits(confidence: float) -> tuple[float, float]:
        half = float(stdtrit(freedom, 0.5 + confidence / 2)) * error
        return value - half, value + half

    def ratio(confidence: float) -> tuple[float, float]:
        q = float(stdtrit(freedom, 0.5 + confidence / 2)) ** 2
        a, b, c = one**2 - q * error1**2, one * two - q * covariance, two**2 - q * error2**2
        if not (one > 0 and a > 0):
            return math.nan, math.nan
        root = math.sqrt(max(b**2 - a * c, 0.0))
        return (b - root) / a, (b + root) / a

    return limits, ratio, 2 * float(stdtr(freedom, -abs(value) / error))


def inverted(limits: Limits, centre: float) -> float:
    """The p-value: the level at which the interval just reaches zero; NaN without an interval."""
    from scipy.optimize import brentq  # noqa: PLC0415 - scipy is loaded when needed

    def excess(logarithm: float) -> float:
        """How far the interval is from zero."""
        low, high = limits(-math.expm1(logarithm))
        return low if centre > 0 else -high

    least, most = math.log(TINY), math.log1p(-TINY)
    if math.isnan(excess(most)):
        return math.nan
    if centre == 0 or excess(most) <= 0:
        return 1.0
    if excess(least) > 0:
        return TINY
    return math.exp(float(brentq(excess, least, most, xtol=1e-11)))


def net(treated: Contrast, control: Contrast) -> Contrast:
    """The change of the treated less the change of the control group, and of their quotients."""

    def less(own: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
        low, high = hybrid(control.centre, other, treated.centre, own)
        return float(low), float(high)

    def limits(confidence: float) -> tuple[float, float]:
        return less(treated.limits(confidence), control.limits(confidence))

    own_at, other_at = treated.limits_at, control.limits_at
    limits_at = None
    if own_at is not None and other_at is not None:

        def limits_at(sizes: tuple[float, float], confidence: float) -> tuple[float, float]:
            return less(own_at(sizes, confidence), other_at(sizes, confidence))

    value = treated.value - control.value
    centre = treated.centre - control.centre
    error = math.hypot(treated.error, control.error)
    spread = (sum(treated.spread), sum(control.spread))
    certain = math.isnan(treated.p_value) and math.isnan(control.p_value)
    p_value = math.nan if certain else inverted(limits, centre)
    return Contrast(value, error, limits, nowhere, centre, p_value, spread, limits_at)


def net_quotient(
    one: tuple[float, float, float], other: tuple[float, float, float]
) -> tuple[float, float]:
    """Hybrid limits of a quotient of quotients on the log scale; of either value, low and high."""
    if not all(0 < number < math.inf for number in (*one, *other)):
        return math.nan, math.nan
    value, low, high = map(math.log, one)
    control, least, most = map(math.log, other)
    below, above = hybrid(control, (least, most), value, (low, high))
    return math.exp(below), math.exp(above)
