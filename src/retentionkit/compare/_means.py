"""Did a mean change, and by how much?

Of independent customers by Welch's t, of the same customers twice by the t of their differences;
the relative change by Fieller's theorem with the same quantile.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from retentionkit.arguments import check_number, check_whole
from retentionkit.compare._assembled import Methods, Pair, assembled, check_used
from retentionkit.compare._contrast import Contrast, student
from retentionkit.compare._figure import (
    HUGE,
    Figure,
    Missing,
    check_missing,
    is_data,
    is_number,
    is_summary,
    kind_of,
    not_understood,
    published,
    read_columns,
)
from retentionkit.compare._linear import figure_of, spread_or_none, welch
from retentionkit.compare._notes import warn_of_selection
from retentionkit.compare._sides import CONTROL, OWN, sides_of, two_columns
from retentionkit.compare._terms import Design, Selected, terms_of
from retentionkit.compare._told import estimate_of, mean_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.compare._comparison import Comparison

__all__ = ["means"]

_FORMS: Final = (
    "a column of numbers, (mean, standard deviation, n), an Estimate of a mean or a result that "
    "has one as `mean`, or a published mean without its n"
)
_WELCH: Final = Methods(
    figure="with a t interval",
    difference="Welch's t interval, customers independent of one another",
    relative="with Fieller's interval and the t quantile of the difference",
    told="Welch's t interval, by what the figures tell of weights or clusters",
    test="Welch's t test",
)
_PAIRED: Final = Methods(
    figure="with a t interval",
    difference="the same customers twice, t interval of their differences",
    relative="the same customers twice, Fieller's interval with the t quantile of the difference",
    test="t test of the differences of the same customers",
)


def means(
    first: object,
    second: object,
    *,
    design: Design = "before-after",
    control: tuple[object, object] | None = None,
    paired: bool = False,
    standard_deviation: float | None = None,
    labels: tuple[str, str] | None = None,
    selected: Selected | None = None,
    reliability: float | None = None,
    population_mean: float | None = None,
    missing: Missing = "error",
    confidence: float = 0.95,
    power: float = 0.8,
) -> Comparison:
    """Compare two means: the second less the first, and over the first in per cent.

    Parameters
    ----------
    first, second
        A column (list, array or series) of one value for each customer; or
        `(mean, standard deviation, n)`; or an Estimate of a mean, or a result with one as its
        `mean`, such as those of `surveys.csat` and `service.mean_wait`; or a published mean whose n
        is not known. First comes what is compared with: before, control, rest.
    design, control, labels
        As in `rates`.
    paired
        Whether the two columns are of the same customers in the same order.
    standard_deviation
        Of one customer's value, for published means: so that the required n can be told.
    selected, reliability, population_mean, missing, confidence, power
        As in `rates`.

    Returns
    -------
    Comparison

    Raises
    ------
    DataError
        Values that are no finite numbers; nothing left.
    KindError
        A figure in no known form.
    OptionError
        An option that there is not, or that does not fit the design.

    Warns
    -----
    RetentionKitWarning
        The customers were chosen by their first figure, and there is no control group.

    Notes
    -----
    The relative change is undefined unless the first mean is positive; it has no interval where
    the first mean is not surely positive. For amounts of money with a few very large ones the
    intervals are too short below some hundred customers.

    References
    ----------
    .. [1] Welch, B. L. (1947). The generalization of Student's problem when several different
       population variances are involved. Biometrika 34(1-2), 28-35.
    .. [2] Fieller, E. C. (1954). Some problems in interval estimation. Journal of the Royal
       Statistical Society B 16(2), 175-185.

    Examples
    --------
    >>> import retentionkit as rk
    >>> found = rk.compare.means((120.0, 60.0, 400), (135.0, 70.0, 380))
    >>> found.difference
    Estimate(15, 95 % 5.814 to 24.19, n = 780)
    >>> found.relative
    Estimate(0.125, 95 % 0.04695 to 0.2085, n = 780)
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
    )
    check_missing(missing)
    spread = math.nan
    if standard_deviation is not None:
        spread = check_number(
            "standard_deviation", standard_deviation, low=0, high=HUGE, open_low=True
        )
    warn_of_selection(terms)

    def make(one: object, two: object, names: tuple[str, str]) -> Pair:
        if paired:
            return _paired(one, two, missing, names)
        before, after = (
            _read(name, given, missing, spread)
            for name, given in zip(names, (one, two), strict=True)
        )
        return Pair(before, after, welch(before, after))

    pair = make(first, second, OWN)
    other = None if control is None else make(*sides_of(control), CONTROL)
    check_used("standard_deviation", standard_deviation, pair, other)
    methods = _PAIRED if paired else _WELCH
    return assembled("mean", terms, pair, methods, control=other, kind=kind_of(first, second))


def _paired(first: object, second: object, missing: Missing, names: tuple[str, str]) -> Pair:
    (before, after), lost = two_columns(first, second, missing, names=names)
    n = len(before)
    one, two = _mean(before, lost), _mean(after)
    change = _mean(after - before)
    error = spread_or_none(change.error, max(abs(one.value), abs(two.value)))
    shared = float(np.cov(before, after)[0, 1]) / n if n > 1 else math.nan
    limits, ratio, p_value = student(
        (one.value, one.error), (two.value, two.error), n - 1, error, covariance=shared
    )
    value = two.value - one.value
    spread = (n * error**2, 0.0)
    contrast = Contrast(value, error, limits, ratio, value, p_value, spread)
    return Pair(one, two, contrast, paired=True)


def _mean(values: NDArray[np.float64], missing: int = 0) -> Figure:
    n = len(values)
    deviation = float(np.std(values, ddof=1)) if n > 1 else math.nan
    return figure_of(math.fsum(values) / n, deviation / math.sqrt(n), n, missing)


def _read(name: str, given: object, missing: Missing, spread: float) -> Figure:
    if is_number(given):
        return published(check_number(name, given, low=-HUGE, high=HUGE), spread**2)
    told = estimate_of(given, "mean")
    if told is not None:
        return mean_of(name, told)
    if is_summary(given, 3):
        n = check_whole(f"n of {name}", given[2], low=2)
        deviation = check_number(f"standard deviation of {name}", given[1], low=0, high=HUGE)
        value = check_number(f"mean of {name}", given[0], low=-HUGE, high=HUGE)
        return figure_of(value, deviation / math.sqrt(n), n)
    if is_data(given):
        (values,), lost = read_columns([given], [name], missing=missing)
        return _mean(values, lost)
    raise not_understood(name, given, _FORMS)
