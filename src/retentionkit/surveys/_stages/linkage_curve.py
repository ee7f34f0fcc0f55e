r"""How does what customers do change with how satisfied they say they are?

For each answer the rate (or mean) of the outcome, the isotonic curve nearest to them, and a
straight line to compare with. That satisfaction and loyalty are not joined by a straight line is
the finding of [1]_: where customers have a choice, only the completely satisfied stay for sure.

Of a rate the line is the one of the highest binomial likelihood, and the test against it a
likelihood ratio: with :math:`k_j` of :math:`n_j` customers of answer j and the rate
:math:`\pi_j` of the line,

.. math::

    G^2 = 2 \sum_j \left( k_j \log \frac{k_j}{n_j \pi_j}
        + (n_j - k_j) \log \frac{n_j - k_j}{n_j (1 - \pi_j)} \right) ,

chi-squared with the number of answers less two degrees of freedom. Of a mean it is the line of
least squares, with an error (HC3) that holds where some answers vary more than others, and the test
of Welch and James [2]_: the means :math:`m_j`, each weighted by :math:`w_j = n_j / s_j^2`, against
the line nearest to them. With leverages :math:`h_j`, q answers less two, and
:math:`A = \sum_j (1 - h_j)^2 / (n_j - 1)`,

.. math::

    F = \frac{\sum_j w_j (m_j - a - b j)^2}{q + 2 A (q - 1) / (q + 2)}

has q and :math:`q (q + 2) / 3 A` degrees of freedom.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from retentionkit._texts import counted
from retentionkit.arguments import check_choice, check_confidence, check_whole
from retentionkit.errors import DataError
from retentionkit.intervals import normal_quantile
from retentionkit.results import Estimate, Interval, frozen_array
from retentionkit.surveys._scales.scale_answers import check_scale
from retentionkit.surveys._stages.linkage_curve_result import LinkageCurve
from retentionkit.surveys._stages.linkage_fits import (
    Line,
    Points,
    means,
    rates,
    rises,
    straight_mean,
    straight_rate,
)
from retentionkit.surveys._stages.stage_answers import kind_among, read_outcome, read_stage_answers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.surveys._scales.scale_answers import Labels, Scale, Treatment
    from retentionkit.surveys._stages.linkage_curve_result import Direction, Measure

__all__ = ["linkage_curve"]


def linkage_curve(
    satisfaction: object,
    outcome: object,
    *,
    scale: tuple[int, int] = (1, 5),
    direction: Direction = "rising",
    few: int = 10,
    missing: Treatment = "error",
    invalid: Treatment = "error",
    labels: Labels | None = None,
    confidence: float = 0.95,
) -> LinkageCurve:
    """Rate or mean of an outcome by answer, and whether a straight line tells it.

    Parameters
    ----------
    satisfaction
        How satisfied each customer is, shape (n,): a list, an array, or a series of pandas, polars
        or pyarrow. Whole numbers on the scale.
    outcome
        What each one did afterwards: True or False (or 1 or 0) for a rate, other numbers for a
        mean. Missing is not yet observed, and counted apart.
    scale
        The lowest and the highest answer.
    direction
        `"rising"`, or `"falling"` for outcomes such as complaints: the way of the isotonic curve,
        and the way in which the steepest step is sought.
    few
        Answers of fewer customers than this are pointed out, and no step is told from them.
    missing
        `"error"`, or `"drop"`: customers without an answer are counted apart.
    invalid
        `"error"`, or `"drop"`: answers that are not on the scale are counted apart.
    labels
        The number that each text stands for, where the answers are texts.
    confidence
        Level of the intervals.

    Returns
    -------
    LinkageCurve
        Nothing is told of answers that nobody gave.

    Raises
    ------
    DataError
        No answer or fewer than two different answers have a known outcome, some are no answers on
        this scale, or columns differ in length.
    OptionError
        An option is none of its choices.

    Notes
    -----
    The curve describes who stayed; it does not say that raising an answer from 4 to 5 makes anybody
    stay. The isotonic curve has no interval of its own: read those of the points. Rows are taken as
    different people: of who answered several times keep one answer, or the limits are too narrow.

    References
    ----------
    .. [1] Jones, T. O. and Sasser, W. E. (1995). Why Satisfied Customers Defect. Harvard Business
       Review 73(6), 88-99.
    .. [2] Johansen, S. (1980). The Welch-James Approximation to the Distribution of the Residual
       Sum of Squares in a Weighted Linear Regression. Biometrika 67(1), 85-92.

    Examples
    --------
    >>> import retentionkit as rk
    >>> answers = [1] * 20 + [2] * 20 + [3] * 20 + [4] * 20 + [5] * 20
    >>> stayed = sum(([1] * k + [0] * (20 - k) for k in (6, 7, 8, 9, 18)), [])
    >>> curve = rk.surveys.linkage_curve(answers, stayed)
    >>> curve.steepest_step, curve.steepest
    ((4, 5), Estimate(0.45, 95 % 0.07908 to 0.6942, n = 40))
    """
    steps = check_scale(scale)
    check_choice("direction", direction, ("rising", "falling"))
    enough = check_whole("few", few, low=1)
    level = check_confidence(confidence)
    read = read_stage_answers(
        satisfaction,
        steps,
        argument="satisfaction",
        missing=missing,
        invalid=invalid,
        labels=labels,
    )
    found = read_outcome(outcome, argument="outcome", size=len(read.place))
    known = read.given & ~np.isnan(found)
    x, y = read.place[known], found[known]
    order = np.lexsort((y, x))  # sums do not depend on the order of rows
    x, y = x[order], y[order]
    answers = _check_answers(x, steps)
    measure: Measure = "rate" if np.isin(y, (0, 1)).all() else "mean"
    points = (rates if measure == "rate" else means)(x, y, len(answers), level)
    line = _straight(answers, x, y, points, measure, level)
    step, steepest = _steepest(x, y, points, enough, direction, measure, level)
    hidden = np.bincount(read.place[read.given & np.isnan(found)], minlength=len(answers))
    return LinkageCurve(
        measure=measure,
        answers=frozen_array(answers, np.int64),
        unobserved=frozen_array(hidden, np.int64),
        **_drawn(points, line, answers, direction),
        intercept=line.intercept,
        slope=_slope(line, measure, len(y), level),
        departure=line.statistic,
        p_value=line.p_value,
        steepest=steepest,
        steepest_step=None if step is None else (step[0] + steps.low, step[1] + steps.low),
        few=enough,
        direction=direction,
        unanswered=read.unanswered,
        invalid=read.invalid,
        confidence=level,
        definition=_definition(measure, str(steps)),
        kind=kind_among(satisfaction, outcome),
    )


def _drawn(
    points: Points, line: Line, answers: NDArray[np.int64], direction: Direction
) -> dict[str, NDArray[Any]]:
    """Points and curves as fields of the result."""
    straight = np.where(points.n > 0, line.intercept + line.slope * answers, np.nan)
    return {
        "counts": frozen_array(points.n, np.int64),
        "value": frozen_array(points.value, np.float64),
        "low": frozen_array(points.low, np.float64),
        "high": frozen_array(points.high, np.float64),
        "isotonic": frozen_array(_isotonic(points, direction), np.float64),
        "line": frozen_array(straight, np.float64),
    }


def _slope(line: Line, measure: Measure, n: int, confidence: float) -> Estimate:
    half = line.quantile * line.error
    return Estimate(
        line.slope,
        line.error,
        Interval(line.slope - half, line.slope + half, confidence),
        n,
        f"Rise of the {measure} of the outcome for each answer, along a straight line.",
    )


def _check_answers(x: NDArray[np.int64], scale: Scale) -> NDArray[np.int64]:
    """The answers of the scale, if two of them or more have a known outcome."""
    different = np.unique(x) + scale.low
    if len(different) > 1:
        return scale.steps
    raise DataError(
        "There is no curve through one answer.",
        received=f"{counted(len(x), 'known outcome')}, of answer "
        f"{', '.join(map(str, different.tolist())) or 'none'}",
        allowed="known outcomes of two different answers or more",
        do="Check the outcome, or wait until more of it is known.",
    )


def _straight(
    answers: NDArray[np.int64],
    x: NDArray[np.int64],
    y: NDArray[np.float64],
    points: Points,
    measure: Measure,
    confidence: float,
) -> Line:
    """The straight line through what is there."""
    if measure == "mean":
        return straight_mean(answers[x].astype(np.float64), y, points, confidence)
    given = points.n > 0
    k = np.bincount(x, weights=y, minlength=len(answers)).astype(np.float64)
    return straight_rate(answers[given], points.n[given], k[given], normal_quantile(confidence))


def _isotonic(points: Points, direction: Direction) -> NDArray[np.float64]:
    from scipy.optimize import isotonic_regression  # noqa: PLC0415 - scipy is loaded when needed

    given = points.n > 0
    curve = np.full(len(points.n), np.nan)
    found: Any = isotonic_regression(
        points.value[given], weights=points.n[given], increasing=direction == "rising"
    )
    curve[given] = found.x
    return curve


def _steepest(
    x: NDArray[np.int64],
    y: NDArray[np.float64],
    points: Points,
    few: int,
    direction: Direction,
    measure: Measure,
    confidence: float,
) -> tuple[tuple[int, int] | None, Estimate | None]:
    """The places between which the outcome changes most for each answer, and by how much."""
    enough = np.flatnonzero(points.n >= few).tolist()
    pairs = [*itertools.pairwise(enough)]
    if not pairs:
        return None, None
    found = rises(x, y, pairs, confidence=confidence, is_rate=measure == "rate")
    at = int(np.argmax(found[:, 0]) if direction == "rising" else np.argmin(found[:, 0]))
    value, low, high = found[at].tolist()
    n = int(points.n[list(pairs[at])].sum())
    definition = (
        f"Rise of the {measure} of the outcome for each answer between neighbours, the steepest of "
        f"{len(pairs)}; limits that hold for all of them."
    )
    return pairs[at], Estimate(value, math.nan, Interval(low, high, confidence), n, definition)


def _definition(measure: Measure, scale: str) -> str:
    what, how = ("Share", "Wilson") if measure == "rate" else ("Mean", "t")
    return (
        f"{what} of the outcome by answer from {scale}, of customers of whom it is known, with "
        f"{how} intervals; the line and the isotonic curve end where answers end."
    )
