r"""How many answers or customers are needed in each of two groups to tell a difference?

With the variances of one value in the two groups and a true difference :math:`d`,

.. math:: n = \frac{(\sigma_1^2 + \sigma_2^2)\,(z_{1-\alpha/2} + z_\text{power})^2}{d^2} .

At a power of one half the second quantile is zero: an observed difference of just that size has an
interval that just reaches zero.
"""

from __future__ import annotations

import math
from typing import Final

from retentionkit.arguments import check_number
from retentionkit.errors import OptionError
from retentionkit.intervals import normal_quantile

__all__ = ["required_n"]

_TINY: Final = 1e-100  # differences whose square would be rounded to nothing


def required_n(
    difference: float,
    variances: tuple[float, float],
    *,
    confidence: float = 0.95,
    power: float | None = 0.8,
) -> float:
    """The number in each of two groups of equal size that tells a difference from zero.

    Parameters
    ----------
    difference
        The difference of the two means, in the unit of the values.
    variances
        Variance of one value in each group; of a share p it is p (1 - p).
    confidence
        Level of the interval that must exclude zero.
    power
        Chance of finding the difference if it is the true one; None for the number at which the
        interval of an observed difference of that size just excludes zero (a chance of one half).

    Returns
    -------
    float
        A whole number, at least 1; infinity where there is no difference.

    Raises
    ------
    OptionError
        There are not two variances, one is negative, or the power is not above 0.5 and below 1.

    Notes
    -----
    By the normal distribution; where it tells fewer than about ten, take ten.

    Examples
    --------
    >>> import retentionkit as rk
    >>> rk.compare.required_n(0.24, (0.6556, 0.4156))  # NPS 38 and 62, 20 % passives
    146.0
    >>> rk.compare.required_n(0.24, (0.6556, 0.4156), power=None)
    72.0
    """
    d = check_number("difference", difference)
    try:
        one, two = variances
    except (TypeError, ValueError):
        raise OptionError(
            "`variances` are two: one for each group.",
            received=repr(variances),
            allowed="a tuple of two numbers from 0 on",
            do="Write (0.25, 0.25) if the groups have the same.",
        ) from None
    spread = sum(check_number("variances", variance, low=0) for variance in (one, two))
    z = normal_quantile(confidence)
    if power is not None:
        chance = check_number("power", power, low=0.5, high=1 - 1e-9)
        z += normal_quantile(2 * chance - 1) if chance > 0.5 else 0.0  # noqa: PLR2004 - one half
    if abs(d) < _TINY:
        return math.inf
    # A quotient that is whole but for rounding is not raised by one.
    return float(max(math.ceil(spread * (z / d) ** 2 * (1 - 1e-12)), 1))
