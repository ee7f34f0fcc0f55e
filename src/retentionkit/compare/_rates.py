r"""Did a rate change, and by how much?

The difference :math:`\hat p_2 - \hat p_1` has Newcombe's hybrid score interval [1]_, the quotient
the hybrid interval that agrees with it. Of the same customers twice, where :math:`b` gained and
:math:`c` lost, the difference :math:`(b - c)/n` has Tango's score interval [2]_ and the quotient
:math:`R` a log-scale one with
:math:`\operatorname{Var} \log R = (b + c)/((a + b)(a + c))`, where :math:`a` are those with both.

References
----------
.. [1] Newcombe, R. G. (1998). Interval estimation for the difference between independent
   proportions. Statistics in Medicine 17(8), 873-890.
.. [2] Tango, T. (1998). Equivalence test and confidence interval for the difference in proportions
   for the paired-sample design. Statistics in Medicine 17(8), 891-908.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from retentionkit import net_scores
from retentionkit.arguments import check_number, check_whole
from retentionkit.compare._assembled import Methods, Pair, assembled
from retentionkit.compare._contrast import Contrast, inverted, quotient, unknown
from retentionkit.compare._figure import (
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
    read_truths,
)
from retentionkit.compare._notes import warn_of_selection
from retentionkit.compare._sides import CONTROL, OWN, sides_of, two_columns
from retentionkit.compare._terms import Design, Selected, terms_of
from retentionkit.compare._told import estimate_of, worth_of
from retentionkit.errors import DataError, KindError
from retentionkit.intervals import log_wald, newcombe, wilson

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.compare._comparison import Comparison

__all__ = ["rates"]

_FORMS: Final = (
    "(successes, n), a column of 0 and 1 or of truth values, an Estimate of a share or a result "
    "that has one as `share` or `rate`, or a published rate from 0 to 1"
)
_UNPAIRED: Final = Methods(
    figure="with a Wilson interval",
    difference="Newcombe's hybrid score interval, customers independent of one another",
    relative="with the hybrid score interval that agrees with that of the difference",
    told="Newcombe's hybrid score interval, by what the figures tell of weights or clusters",
    test="the level at which the Newcombe interval just reaches zero",
)
_PAIRED: Final = Methods(
    figure="with a Wilson interval",
    difference="the same customers twice, Tango's score interval",
    relative="the same customers twice, with a log-scale interval",
    test="McNemar's test without correction, to which Tango's interval belongs",
)


def rates(
    first: object,
    second: object,
    *,
    design: Design = "before-after",
    control: tuple[object, object] | None = None,
    paired: bool = False,
    labels: tuple[str, str] | None = None,
    selected: Selected | None = None,
    reliability: float | None = None,
    population_mean: float | None = None,
    missing: Missing = "error",
    confidence: float = 0.95,
    power: float = 0.8,
) -> Comparison:
    """Compare two rates: the second less the first in points, and over the first in per cent.

    Parameters
    ----------
    first, second
        `(successes, n)`; or a column (list, array or series) with 0 and 1 or truth values, one for
        each customer; or an Estimate of a share, or a result with one as its `share` or `rate`,
        such as those of `surveys.csat` and `service.conversion_rate`; or a published rate from 0 to
        1 whose n is not known. First comes what is compared with: before, control, rest.
    design
        `"before-after"`, `"control-treated"` or `"rest-segment"`: what the two are, in their order.
    control
        The same two figures of a control group, `(before, after)`: the net difference is the change
        less the change of that group (difference in differences).
    paired
        Whether the two columns are of the same customers in the same order.
    labels
        Names of the two figures.
    selected
        Whether the customers were chosen because their first figure was `"low"` or `"high"`.
    reliability, population_mean
        Correlation of the two periods between customers (0 to 1) and the rate of everybody before:
        with both, it is told how much of the change regression to the mean explains.
    missing
        `"error"`, or `"drop"`: missing values are left out and counted; pairs as a whole.
    confidence
        Level of the intervals.
    power
        Chance with which a difference of this size should be found, for the required n.

    Returns
    -------
    Comparison

    Raises
    ------
    DataError
        Values that are not 0, 1 or missing; more successes than trials; nothing left.
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
    Of published rates the difference and the required n are told, and no interval is made up. The
    interval of the relative change excludes zero if and only if that of the difference does, except
    with `paired=True`, where the two are made in different ways.

    References
    ----------
    .. [1] Newcombe, R. G. (1998). Interval estimation for the difference between independent
       proportions. Statistics in Medicine 17(8), 873-890.
    .. [2] Tango, T. (1998). Equivalence test and confidence interval for the difference in
       proportions for the paired-sample design. Statistics in Medicine 17(8), 891-908.

    Examples
    --------
    >>> import retentionkit as rk
    >>> found = rk.compare.rates((48, 80), (56, 70))
    >>> found.difference
    Estimate(0.2, 95 % 0.05243 to 0.3339, n = 150)
    >>> found.relative
    Estimate(0.3333, 95 % 0.07829 to 0.6629, n = 150)
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
        scale=(0, 1),
    )
    check_missing(missing)
    warn_of_selection(terms)
    make = _paired if paired else _unpaired
    other = None if control is None else make(*sides_of(control), missing, CONTROL)
    return assembled(
        "rate",
        terms,
        make(first, second, missing, OWN),
        _PAIRED if paired else _UNPAIRED,
        control=other,
        kind=kind_of(first, second),
    )


def _unpaired(first: object, second: object, missing: Missing, names: tuple[str, str]) -> Pair:
    one, two = _read(names[0], first, missing), _read(names[1], second, missing)

    def limits_at(sizes: tuple[float, float], confidence: float) -> tuple[float, float]:
        n1, n2 = sizes[0] * one.of_each, sizes[1] * two.of_each
        low, high = newcombe(one.value * n1, n1, two.value * n2, n2, confidence=confidence)
        return float(low), float(high)

    if one.n is None or two.n is None:
        return Pair(one, two, unknown(one, two, limits_at))

    def limits(confidence: float) -> tuple[float, float]:
        return limits_at((one.size, two.size), confidence)

    value = two.value - one.value
    contrast = Contrast(
        value=value,
        error=math.hypot(one.error, two.error),
        limits=limits,
        ratio=quotient(one, two),
        centre=value,
        p_value=inverted(limits, value),
        spread=(one.variance, two.variance),
        limits_at=limits_at,
    )
    return Pair(one, two, contrast)


def _paired(first: object, second: object, missing: Missing, names: tuple[str, str]) -> Pair:
    columns, lost = two_columns(first, second, missing, names=names, reader=read_truths)
    before, after = (_zero_one(name, values) for name, values in zip(names, columns, strict=True))
    n = len(before)
    gained, lost_it = float(after @ (1 - before)), float(before @ (1 - after))
    one, two = _figure(float(before.sum()), n, lost), _figure(float(after.sum()), n)
    changed = np.array([gained, n - gained - lost_it, lost_it])
    variance = float(net_scores.moments(changed)[1])
    value = two.value - one.value

    def limits_at(sizes: tuple[float, float], confidence: float) -> tuple[float, float]:
        low, high = net_scores.score(changed * (sizes[0] / n), confidence=confidence)
        return float(low), float(high)

    def limits(confidence: float) -> tuple[float, float]:
        return limits_at((n, n), confidence)

    def ratio(confidence: float) -> tuple[float, float]:
        product = before.sum() * after.sum()
        # Where nobody changed, the error would be none, as if that were certain.
        if product == 0 or gained + lost_it == 0:
            return math.nan, math.nan
        quotient = two.value / one.value
        error = quotient * math.sqrt((gained + lost_it) / product)
        low, high = log_wald(quotient, error, confidence=confidence)
        return float(low), float(high)

    error = math.sqrt(variance / n)
    p_value = _mcnemar(gained, lost_it)
    contrast = Contrast(value, error, limits, ratio, value, p_value, (variance, 0.0), limits_at)
    return Pair(one, two, contrast, paired=True)


def _mcnemar(gained: float, lost: float) -> float:
    """The p-value of McNemar's test; 1 where nobody changed."""
    from scipy.special import chdtrc  # noqa: PLC0415 - scipy is loaded when needed

    changed = gained + lost
    return float(chdtrc(1, (gained - lost) ** 2 / changed)) if changed else 1.0


def _read(name: str, given: object, missing: Missing) -> Figure:
    if is_number(given):
        rate = check_number(
            name, given, low=0, high=1, do="Write 15 % as 0.15, or pass (successes, n)."
        )
        return published(rate, rate * (1 - rate))
    if getattr(given, "several", False) is True:
        raise KindError(
            f"`{name}` counts several for one unit: it is no share.",
            received=type(given).__name__,
            allowed="shares",
            do="Pass (events, exposure) to rk.compare.counts.",
        )
    told = estimate_of(given, "share", "rate")
    if told is not None:
        do = "Pass an estimate of a share; compare means with rk.compare.means."
        rate = check_number(name, told.value, low=0, high=1, do=do)
        return _share(rate, told.n, worth=worth_of(name, told))
    if is_summary(given, 2):
        n = check_whole(f"n of {name}", given[1], low=1)
        do = "Pass (successes, n), both whole numbers: 15 % of 400 are (60, 400)."
        return _figure(check_whole(f"successes of {name}", given[0], low=0, high=n, do=do), n)
    if is_data(given):
        (values,), lost = read_columns([given], [name], missing=missing, reader=read_truths)
        return _figure(float(_zero_one(name, values).sum()), len(values), lost)
    raise not_understood(name, given, _FORMS)


def _zero_one(name: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
    wrong = ~np.isin(values, (0.0, 1.0))
    if wrong.any():
        raise DataError(
            f"`{name}` has values that are neither 0 nor 1.",
            received=f"{wrong.sum():,} of {len(values):,}, such as {values[wrong][0]:g}",
            allowed="0 and 1, or truth values, one for each customer",
            do="For counts pass the tuple (successes, n); for amounts use means.",
        )
    return values


def _figure(successes: float, n: int, missing: int = 0) -> Figure:
    return _share(successes / n, n, worth=n, missing=missing)


def _share(rate: float, n: int, *, worth: float, missing: int = 0) -> Figure:
    """A share of n customers, who count as so many independent ones."""

    def limits(confidence: float) -> tuple[float, float]:
        low, high = wilson(rate * worth, worth, confidence=confidence)
        return float(low), float(high)

    variance = rate * (1 - rate)
    error = math.sqrt(variance / worth)
    return Figure(rate, variance * n / worth, error, n, float(n), limits, missing, worth)
