r"""What drives the outcome: importance against performance of each touchpoint.

Importance is what an item has to do with the outcome beside the others: its Shapley share of R²
(:math:`\sum_j \phi_j = R^2`), or its standardised coefficient. Performance is the mean answer,
rescaled to 0 to 100. Both come from the same respondents and are held against two lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

import numpy as np

from retentionkit.arguments import check_choice, check_confidence, check_number, check_whole
from retentionkit.errors import DataError, OptionError, warn
from retentionkit.surveys._drivers.driver_items import named_items, read_scale, unlike_scales
from retentionkit.surveys._drivers.driver_matrix import Limits, Measured, Ways, matrix_of
from retentionkit.surveys._drivers.importance import DriverMethod, Errors, importance
from retentionkit.surveys._drivers.numeric_columns import Absent, Asked, read_numeric, told_absent
from retentionkit.surveys._regression import z_scores
from retentionkit.surveys._scales.stated_ends import check_ends, refuse_outside, warn_of_codes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.frames import Frame
    from retentionkit.surveys._drivers.driver_items import Items, Named
    from retentionkit.surveys._drivers.drivers_result import Drivers
    from retentionkit.surveys._drivers.importance import Importance
    from retentionkit.surveys._scales.stated_ends import Ends, EndsOf

__all__ = ["drivers"]

_MOST: Final = 14  # items, of which all subsets are taken
_MOST_REDRAWN: Final = 10  # the same in each of many draws
_ALIKE: Final = 10.0  # variance inflation from which items cannot be told apart
_ENOUGH: Final = 30  # respondents, of whom some would have answered in the upper half
_FEWEST_DRAWS: Final = 100


def drivers(
    frame: Frame,
    *,
    outcome: str,
    items: Named | None = None,
    phases: Mapping[str, Named] | None = None,
    method: DriverMethod = "shapley",
    errors: Errors = "robust",
    scale: EndsOf | None = None,
    outcome_scale: Ends | None = None,
    importance_cut: float | None = None,
    performance_cut: float | None = None,
    missing: Absent = "error",
    interval: Limits = "analytic",
    draws: int = 1_000,
    rng: int | np.random.Generator = 0,
    confidence: float = 0.95,
) -> Drivers:
    """Importance against performance of touchpoints: what to fix first, and how surely.

    Parameters
    ----------
    frame
        One row for each respondent: a pandas or polars DataFrame or a pyarrow Table.
    outcome
        Column of what the items may drive: overall satisfaction, a recommendation, whether they
        bought again (0 and 1, or truth values).
    items
        Columns of the touchpoints (moments of truth), or a mapping of labels to columns. May be
        left out if `phases` names all of them.
    phases
        Phases of the journey with their items: `{"before": ["booking"], "during": ["guide",
        "hotel"], "after": ["follow_up"]}`; 行前, 行中, 行后 and the like are understood.
    method
        `"shapley"`: what an item adds to R², averaged over all orders in which items can come in
        [1]_; the shares add up to R². `"standardised"`: by how many standard deviations the
        outcome differs where the item is one higher and the others are alike.
    errors
        Of standardised coefficients: `"robust"`, or `"classical"` as in printed tables of
        regressions, which hold for even variance and take the standard deviations as known.
    scale
        Lowest and highest answer of all items, such as `(1, 5)`, or a mapping of items to these.
        Default: the lowest and highest that occur in any item.
    outcome_scale
        Lowest and highest answer of the outcome, such as `(0, 10)`: others are refused. Default:
        all numbers count.
    importance_cut, performance_cut
        Lines between the quadrants. Default: the means over the items.
    missing
        `"error"`, or `"drop"`: respondents who lack an answer are set aside and counted.
    interval
        Limits of importance: `"analytic"`, or `"bootstrap"` (percentiles of respondents drawn
        anew).
    draws, rng
        Size and seed of the bootstrap.
    confidence
        Level of the intervals.

    Returns
    -------
    Drivers

    Raises
    ------
    OptionError
        An option is none of its choices; there are fewer than two items or, with `"shapley"`, more
        than 14 (10 with a bootstrap).
    ColumnError
        There is no such column.
    DataError
        Answers are missing, off the scale or the same for all; there are too few respondents; with
        `"standardised"`, an item is a sum of others.

    Warns
    -----
    RetentionKitWarning
        Items can hardly be told apart (variance inflation of 10 or more). Or, where no scale is
        stated: items seem to have different ones, or answers far from all others, such as 99, may
        stand for no answer.

    Notes
    -----
    Association, not effect: an item that matters to nobody has a share if it goes with one that
    does. Shares of items without any association are a little above 0, since R² never falls. Rows
    are taken as different people: of who answered several times keep one answer, or the limits are
    too narrow.
    The limits of Shapley shares come from the influence of each respondent on all subsets, and are
    made on the scale of the square root. Below some 60 respondents they are a little too short, and
    small shares a little too large. The lines of the quadrants are taken as given.

    References
    ----------
    .. [1] Lindeman, R. H., Merenda, P. F. and Gold, R. Z. (1980). Introduction to Bivariate and
       Multivariate Analysis. Scott, Foresman.

    Examples
    --------
    >>> import pandas as pd, retentionkit as rk
    >>> answers = pd.DataFrame({
    ...     "guide": [5, 4, 2, 5, 1, 3, 4, 2, 4, 3],
    ...     "hotel": [4, 2, 3, 5, 3, 1, 4, 4, 5, 1],
    ...     "csat": [9, 8, 4, 10, 3, 6, 7, 5, 9, 5],
    ... })
    >>> found = rk.surveys.drivers(answers, outcome="csat", items=["guide", "hotel"], scale=(1, 5))
    >>> found.importance.round(3).tolist(), round(found.r_squared.value, 3)
    ([0.8, 0.141], 0.941)
    >>> found.in_quadrant("keep")
    ('guide',)
    """
    confidence = check_confidence(confidence)
    ways = Ways(method, errors, interval, draws, rng, confidence)
    _check_ways(ways)
    named = named_items(items, phases)
    _check_number_of(named, ways)
    check_choice("missing", missing, get_args(Absent))
    cuts = tuple(
        None if cut is None else check_number(name, cut)
        for name, cut in (("importance_cut", importance_cut), ("performance_cut", performance_cut))
    )
    asked = (Asked(outcome, str(outcome), "outcome"), *named.asked)
    read = read_numeric(frame, asked)
    absent = read.absent.any(axis=1)
    if absent.any() and missing == "error":
        raise told_absent(read.absent, asked, do="Pass missing='drop' to set these rows aside.")
    values = read.values[~absent]
    _check_values(values, asked, set_aside=int(absent.sum()))
    ends = read_scale(scale, named.labels, values[:, 1:])
    _check_scales(values, asked, scale, outcome_scale)
    found = importance(values, method, errors)
    alike = _told_alike(found, named.labels, method)
    measured = Measured(
        outcome=str(outcome),
        named=named,
        values=values,
        ends=ends,
        stated=scale is not None,
        found=found,
        alike=alike,
        set_aside=int(absent.sum()),
        kind=read.kind,
    )
    return matrix_of(measured, ways, cuts[0], cuts[1])


def _check_ways(ways: Ways) -> None:
    check_choice("method", ways.method, get_args(DriverMethod))
    check_choice("errors", ways.errors, get_args(Errors))
    check_choice("interval", ways.interval, get_args(Limits))
    check_whole("draws", ways.draws, low=_FEWEST_DRAWS)
    if ways.errors == "classical" and (ways.method, ways.interval) != ("standardised", "analytic"):
        raise OptionError(
            "Classical errors are those of standardised coefficients.",
            received=f"errors='classical', method={ways.method!r}, interval={ways.interval!r}",
            allowed="errors='classical' with method='standardised', interval='analytic'",
            do="Leave `errors` out, or change the method.",
        )


def _check_number_of(named: Items, ways: Ways) -> None:
    """Refuse more items than whose subsets can be counted through."""
    most = _MOST if ways.interval == "analytic" else _MOST_REDRAWN
    k = len(named.asked)
    if ways.method == "shapley" and k > most:
        again = " in each draw" if ways.interval == "bootstrap" else ""
        raise OptionError(
            f"There are too many items to take all their subsets{again}.",
            received=f"{k} items, {2**k:,} subsets",
            allowed=f"up to {most} items",
            do="Take the mean of items that ask the same thing, leave some out, or pass "
            "method='standardised'.",
        )


def _check_values(values: NDArray[np.float64], asked: tuple[Asked, ...], *, set_aside: int) -> None:
    """Refuse too few respondents, and columns in which all answers are alike."""
    n, columns = values.shape
    if n < columns + 2:
        lacking = f", {set_aside:,} set aside because they lack an answer" if set_aside else ""
        raise DataError(
            "There are too few respondents for so many items.",
            received=f"{n:,} respondents, {columns - 1} items{lacking}",
            allowed=f"at least {columns + 2}, better {10 * (columns - 1)}",
            do="Ask more people, or leave items out.",
        )
    flat = np.isnan(z_scores(values)).any(axis=0)
    if flat.any():
        at = int(np.argmax(flat))
        raise DataError(
            "All answers of a column are alike.",
            received=f"{asked[at].label!r}: {values[0, at]:g} throughout",
            allowed="columns that vary: what never differs goes with nothing",
            do="Leave it out." if at else "Choose another outcome.",
        )


def _told_alike(found: Importance, labels: tuple[str, ...], method: DriverMethod) -> list[str]:
    """Items that can hardly be told apart, with a warning; regression refuses sums of others."""
    alike = [labels[at] for at in np.flatnonzero(found.inflation >= _ALIKE)]
    if not alike:
        return alike
    if method == "standardised" and np.isinf(found.inflation).any():
        raise DataError(
            "Some items are sums of others, so that they have no coefficient of their own.",
            received=f"items {', '.join(map(repr, labels))}",
            allowed="items of which none follows from the others",
            do="Leave one out, or pass method='shapley', which shares equally among them.",
        )
    does = "shares equally among them" if method == "shapley" else "gives noise"
    warn(
        f"These items can hardly be told apart (variance inflation of {_ALIKE:g} or more): "
        f"{', '.join(alike)}. The method {does}. Take their mean, or leave some out."
    )
    return alike


def _check_scales(
    values: NDArray[np.float64],
    asked: tuple[Asked, ...],
    scale: EndsOf | None,
    outcome_scale: Ends | None,
) -> None:
    """Refuse an outcome off its scale; warn of what is odd where no scale is stated."""
    outcome, *items = [item.label for item in asked]
    columns = dict(zip([outcome, *items], values.T, strict=True))
    unstated = items if scale is None else []
    if outcome_scale is None:
        unstated = [outcome, *unstated]
    else:
        pair = check_ends("outcome_scale", outcome_scale)
        refuse_outside(outcome, values[:, 0], pair, do="Correct them, or make them missing.")
    do = "Or state the scales, such as scale=(1, 5), outcome_scale=(0, 10)."
    odd = warn_of_codes({label: columns[label] for label in unstated}, do=do)
    if scale is None and not odd:
        _warn_of_scales(tuple(items), values[:, 1:])


def _warn_of_scales(labels: tuple[str, ...], values: NDArray[np.float64]) -> None:
    """Items that never reach the upper half of the others' answers may have another scale."""
    low = unlike_scales(labels, values) if len(values) >= _ENOUGH else []
    if low:
        warn(
            f"Answers lie between {values.min():g} and {values.max():g}, those of "
            f"{', '.join(low)} all in the lower half: are the scales the same? State them, "
            "such as scale=(1, 5) or scale={'guide': (1, 5), ...}."
        )
