r"""Did the ratio of two sums change: revenue per order, spend of one kind to that of another?

Of either group the ratio :math:`\sum y_i / \sum x_i` over customers with its linearised standard
error, as if it were the mean of :math:`R + (y_i - R x_i)/\bar x`. Two of them are compared as
means are: Welch's t, and Fieller's limits of the relative change.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from retentionkit.arguments import check_number
from retentionkit.compare._assembled import Methods, Pair, assembled
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
from retentionkit.compare._linear import figure_of, welch
from retentionkit.compare._notes import warn_of_selection
from retentionkit.compare._sides import CONTROL, OWN, sides_of
from retentionkit.compare._terms import Design, Selected, terms_of
from retentionkit.errors import DataError
from retentionkit.intervals import ratio as linearised

if TYPE_CHECKING:
    from retentionkit.compare._comparison import Comparison

__all__ = ["ratio"]

_FORMS: Final = (
    "(numerators, denominators), two columns of one value for each customer, or a published ratio"
)
_METHODS: Final = Methods(
    figure="linearised over customers, with a t interval",
    difference="linearised over customers independent of one another, Welch's t interval",
    relative="linearised, with Fieller's interval and the t quantile of the difference",
    test="Welch's t test of the linearised ratios",
)


def ratio(
    first: object,
    second: object,
    *,
    design: Design = "before-after",
    control: tuple[object, object] | None = None,
    labels: tuple[str, str] | None = None,
    selected: Selected | None = None,
    reliability: float | None = None,
    population_mean: float | None = None,
    missing: Missing = "error",
    confidence: float = 0.95,
    power: float = 0.8,
) -> Comparison:
    """Compare two ratios of sums over customers, such as revenue per order.

    Parameters
    ----------
    first, second
        `(numerators, denominators)`: two columns with one value for each customer, such as revenue
        and orders; or a published ratio. First comes what is compared with: before, control, rest.
    design, control, labels, selected, reliability, population_mean
        As in `rates`.
    missing
        `"error"`, or `"drop"`: customers without one of the values are left out and counted.
    confidence, power
        As in `rates`.

    Returns
    -------
    Comparison

    Raises
    ------
    DataError
        Values that are no finite numbers; denominators that sum to zero; nothing left.
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
    A mean over orders whose orders are not independent, since customers have several: so customers
    and not orders are counted. The same customers in both figures make the interval too wide, or,
    where who is high in one is low in the other, too narrow.

    References
    ----------
    .. [1] Cochran, W. G. (1977). Sampling Techniques, 3rd edition. Wiley. Chapter 6.

    Examples
    --------
    >>> import retentionkit as rk
    >>> before = ([30.0, 80.0, 20.0, 60.0], [1, 2, 1, 2])
    >>> after = ([50.0, 90.0, 40.0, 90.0], [1, 2, 1, 2])
    >>> found = rk.compare.ratio(before, after)
    >>> round(found.first.value, 2), found.second.value
    (31.67, 45.0)
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
    warn_of_selection(terms)

    def make(one: object, two: object, names: tuple[str, str]) -> Pair:
        before, after = _read(names[0], one, missing), _read(names[1], two, missing)
        return Pair(before, after, welch(before, after))

    other = None if control is None else make(*sides_of(control), CONTROL)
    kind = kind_of(*(part for pair in (first, second) if is_summary(pair, 2) for part in pair))
    return assembled("ratio", terms, make(first, second, OWN), _METHODS, control=other, kind=kind)


def _read(name: str, given: object, missing: Missing) -> Figure:
    if is_number(given):
        return published(check_number(name, given, low=-HUGE, high=HUGE))
    if not (is_summary(given, 2) and all(map(is_data, given))):
        raise not_understood(name, given, _FORMS)
    names = [f"numerators of {name}", f"denominators of {name}"]
    (above, below), lost = read_columns(given, names, missing=missing)
    value, error = linearised(above, below)
    if math.isnan(value):
        raise DataError(
            f"The denominators of `{name}` sum to zero.",
            received=f"{len(below):,} customers",
            allowed="a sum that is not zero",
            do="Check the column that is divided by.",
        )
    return figure_of(value, error, len(below), lost)
