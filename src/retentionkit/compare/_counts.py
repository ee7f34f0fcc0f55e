r"""Did events become rarer: complaints per trip, calls per customer and month?

Given :math:`k_1 + k_2` events in the exposures :math:`t_1, t_2`, those of the second are binomial
with probability :math:`\pi = R t_2 / (t_1 + R t_2)`, where :math:`R` is the rate ratio. The exact
limits of :math:`\pi` [1]_ are limits of :math:`R` [2]_; the p-value is twice the smaller tail, to
which they belong.

References
----------
.. [1] Clopper, C. J. and Pearson, E. S. (1934). The use of confidence or fiducial limits
   illustrated in the case of the binomial. Biometrika 26(4), 404-413.
.. [2] Przyborowski, J. and Wilenski, H. (1940). Homogeneity of results in testing samples from
   Poisson series. Biometrika 31(3-4), 313-323.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Final

from retentionkit.arguments import check_number, check_whole
from retentionkit.compare._assembled import Methods, Pair, assembled
from retentionkit.compare._contrast import Contrast, unknown
from retentionkit.compare._figure import (
    HUGE,
    Figure,
    is_number,
    is_summary,
    not_understood,
    published,
)
from retentionkit.compare._notes import warn_of_selection
from retentionkit.compare._sides import CONTROL, OWN, sides_of
from retentionkit.compare._terms import Design, Selected, terms_of
from retentionkit.intervals import hybrid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retentionkit.compare._comparison import Comparison

__all__ = ["counts"]

_FORMS: Final = "(events, exposure), or a published number of events per unit of exposure"
_METHODS: Final = Methods(
    figure="with the exact Poisson interval",
    difference="hybrid interval of the exact Poisson intervals",
    relative="with the exact conditional interval",
    test="exact conditional test of equal rates, twice the smaller tail",
    notes=(
        (
            "Events are taken as independent of one another. Totals do not show whether they come "
            "in clusters, such as several complaints of one customer; the intervals are too short "
            "then."
        ),
    ),
)


def counts(
    first: object,
    second: object,
    *,
    design: Design = "before-after",
    control: tuple[object, object] | None = None,
    labels: tuple[str, str] | None = None,
    selected: Selected | None = None,
    reliability: float | None = None,
    population_mean: float | None = None,
    confidence: float = 0.95,
    power: float = 0.8,
) -> Comparison:
    """Compare two numbers of events for their exposure: Poisson rate ratio and difference.

    Parameters
    ----------
    first, second
        `(events, exposure)`: how many events, and in how many trips, customer months, days; or a
        published number of events per unit of exposure. First comes what is compared with: before,
        control, rest.
    design, control, labels, selected, reliability, population_mean, confidence, power
        As in `rates`.

    Returns
    -------
    Comparison
        `relative` is the rate ratio less 1; figures and difference are per unit of exposure, their
        `n` is the number of events; the required n are units of exposure, not rounded.

    Raises
    ------
    KindError
        A figure in no known form.
    OptionError
        Events that are not whole numbers, an exposure that is not positive, or an option that there
        is not.

    Warns
    -----
    RetentionKitWarning
        The customers were chosen by their first figure, and there is no control group.

    Notes
    -----
    The interval of the ratio is exact: it covers at least as often as it says. The p-value belongs
    to it; the interval of the difference may disagree with both where either is close to zero.

    References
    ----------
    .. [1] Clopper, C. J. and Pearson, E. S. (1934). The use of confidence or fiducial limits
       illustrated in the case of the binomial. Biometrika 26(4), 404-413.
    .. [2] Przyborowski, J. and Wilenski, H. (1940). Homogeneity of results in testing samples from
       Poisson series. Biometrika 31(3-4), 313-323.

    Examples
    --------
    >>> import retentionkit as rk
    >>> found = rk.compare.counts((88, 1_000), (35, 1_000))  # complaints of so many trips
    >>> found.relative
    Estimate(-0.6023, 95 % -0.7392 to -0.4053, n = 123)
    """
    terms = terms_of(
        design=design,
        labels=labels,
        confidence=confidence,
        power=power,
        selected=selected,
        reliability=reliability,
        population_mean=population_mean,
        control=control,
        scale=(0, math.inf),
    )
    warn_of_selection(terms)
    other = None if control is None else _pair(*sides_of(control), CONTROL)
    methods = dataclasses.replace(_METHODS, notes=(*_bare(first, second), *_METHODS.notes))
    return assembled("count", terms, _pair(first, second, OWN), methods, control=other)


def _bare(first: object, second: object) -> Iterator[str]:
    """Whole numbers alone are probably events, not events per unit."""
    if all(is_number(given) and float(given).is_integer() and given for given in (first, second)):
        yield (
            "Read as events per unit of exposure. If these are events of two equal periods, pass "
            f"({first}, 1) and ({second}, 1): then there is an interval."
        )


def _pair(first: object, second: object, names: tuple[str, str]) -> Pair:
    one, two = _read(names[0], first), _read(names[1], second)
    if one.n is None or two.n is None:
        return Pair(one, two, unknown(one, two))
    events = (one.n, two.n)
    exposure = (one.size, two.size)
    value = two.value - one.value

    def limits(confidence: float) -> tuple[float, float]:
        low, high = hybrid(one.value, one.limits(confidence), two.value, two.limits(confidence))
        return float(low), float(high)

    def ratio(confidence: float) -> tuple[float, float]:
        return _ratio_limits(events, exposure, confidence)

    contrast = Contrast(
        value=value,
        error=math.hypot(one.error, two.error),
        limits=limits,
        ratio=ratio,
        centre=value,
        p_value=_exact_test(events, exposure),
        spread=(one.variance, two.variance),
    )
    return Pair(one, two, contrast)


def _ratio_limits(
    events: tuple[int, int], exposure: tuple[float, float], confidence: float
) -> tuple[float, float]:
    from scipy.stats import binomtest  # noqa: PLC0415 - scipy is loaded when needed

    first, second = events
    if first == 0:
        return math.nan, math.nan
    exact = binomtest(second, first + second).proportion_ci(confidence, method="exact")
    low, high = (
        share / (1 - share) * exposure[0] / exposure[1] for share in (exact.low, exact.high)
    )
    return float(low), float(high)


def _exact_test(events: tuple[int, int], exposure: tuple[float, float]) -> float:
    from scipy.stats import binom  # noqa: PLC0415 - scipy is loaded when needed

    second, total = events[1], sum(events)
    null = exposure[1] / sum(exposure)
    tails = (binom.cdf(second, total, null), binom.sf(second - 1, total, null))
    return min(2 * float(min(tails)), 1.0)


def _read(name: str, given: object) -> Figure:
    if is_number(given):
        rate = check_number(name, given, low=0, high=HUGE)
        return published(rate, rate)
    if not is_summary(given, 2):
        raise not_understood(name, given, _FORMS)
    # A bound of 71 digits is no help to anybody: it is told with an exponent, if at all.
    some = check_number(f"events of {name}", given[0], low=0, high=HUGE)
    events = check_whole(f"events of {name}", some, low=0)
    exposure = check_number(f"exposure of {name}", given[1], low=1 / HUGE, high=HUGE)
    rate = events / exposure

    def limits(confidence: float) -> tuple[float, float]:
        from scipy.special import gammainccinv, gammaincinv  # noqa: PLC0415 - as above

        tail = 0.5 - confidence / 2
        low = float(gammaincinv(events, tail)) if events else 0.0
        return low / exposure, float(gammainccinv(events + 1, tail)) / exposure

    return Figure(rate, rate, math.sqrt(events) / exposure, events, exposure, limits)
