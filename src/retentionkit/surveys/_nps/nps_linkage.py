r"""What became of promoters, passives and detractors, and of units with a high or a low NPS?

By customer: the outcome of each kind of answer, and a straight line on the answer. By unit: a
straight line of the units' outcomes on their scores, see `nps_linkage_units`.

References
----------
.. [1] Newcombe, R. G. (1998). Interval estimation for the difference between independent
   proportions: comparison of eleven methods. Statistics in Medicine 17(8), 873-890. Method 10.
.. [2] Welch, B. L. (1947). The generalization of "Student's" problem when several different
   population variances are involved. Biometrika 34, 28-35.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, get_args

import numpy as np

from retentionkit import frames
from retentionkit.arguments import check_choice, check_confidence
from retentionkit.errors import warn
from retentionkit.intervals import hybrid, ratio, share, t_quantile
from retentionkit.results import Estimate, Interval
from retentionkit.surveys._nps.nps_linkage_line import fit_line
from retentionkit.surveys._nps.nps_linkage_result import NPSLinkage
from retentionkit.surveys._nps.nps_linkage_rows import read_rows
from retentionkit.surveys._nps.nps_linkage_units import link_units
from retentionkit.surveys._nps.nps_linkage_words import Outcome

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.frames import Frame
    from retentionkit.surveys._nps.answers import Treatment

__all__ = ["nps_linkage"]

#: Units below which an HC3 interval is shaky.
_FEW_UNITS: Final = 10

_DEFINITION: Final = (
    "Outcome of customers by what they answered; it compares them and does not say what raising "
    "NPS does: what makes customers answer 9 may itself be what makes them stay."
)


def nps_linkage(
    frame: Frame,
    *,
    score: str,
    outcome: str,
    unit: str | None = None,
    respondent: str | None = None,
    outcome_kind: Outcome = "binary",
    missing: Treatment = "error",
    invalid: Treatment = "error",
    confidence: float = 0.95,
) -> NPSLinkage:
    """How renewal, retention or revenue goes with the answers of customers, or the NPS of units.

    Parameters
    ----------
    frame
        One row for each customer, in any dataframe.
    score
        Column of answers, whole numbers from 0 to 10.
    outcome
        Column of what became of the customer afterwards.
    unit
        Column of the unit of each customer (branch, account, month), to compare the outcomes of
        units with their scores. Default: compare customers only.
    respondent
        Column of customer ids, to make sure that none is there twice: one who is counted twice
        makes the intervals too narrow. Default: not checked.
    outcome_kind
        `"binary"`: the outcome is true or false, or 1 or 0; `"amount"`: a number.
    missing
        `"error"`, or `"drop"`: rows without answer, outcome or unit are left out and counted.
    invalid
        As in `nps`.
    confidence
        Level of the intervals.

    Returns
    -------
    NPSLinkage

    Raises
    ------
    DataError
        Something is missing or of another kind; a customer is there twice; there are fewer than
        three units, or all have the same score.
    ColumnError
        There is no such column.
    OptionError
        An option is none of its choices.

    Warns
    -----
    RetentionKitWarning
        There are fewer than ten units.

    Notes
    -----
    Take outcomes that came after the answers: who just renewed answers differently. The differences
    are those of customers who answered, and not causes. Everything by customer takes customers as
    independent, also with units.

    The score of a unit with few answers is half chance, and chance draws the slope of units toward
    that among customers of one unit. `by_unit.reliability` says how much is chance;
    `by_unit.corrected_slope` takes it out where at least three tenths are not.

    References
    ----------
    .. [1] Newcombe, R. G. (1998). Interval estimation for the difference between independent
       proportions: comparison of eleven methods. Statistics in Medicine 17(8), 873-890. Method 10.
    .. [2] Welch, B. L. (1947). The generalization of "Student's" problem when several different
       population variances are involved. Biometrika 34, 28-35.
    .. [3] MacKinnon, J. G. and White, H. (1985). Some heteroskedasticity-consistent covariance
       matrix estimators with improved finite sample properties. Journal of Econometrics 29(3),
       305-325.

    Examples
    --------
    >>> import pandas as pd
    >>> import retentionkit as rk
    >>> answers = [10, 9, 9, 8, 7, 10, 3, 9, 6, 10, 2, 5]
    >>> renewed = [1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 0]
    >>> frame = pd.DataFrame({"answer": answers, "renewed": renewed})
    >>> found = rk.surveys.nps_linkage(frame, score="answer", outcome="renewed")
    >>> round(found.promoters.value, 3), round(found.detractors.value, 3)
    (0.833, 0.25)
    >>> found.difference
    Estimate(0.5833, 95 % -0.01617 to 0.8292, n = 10)
    """
    check_choice("outcome_kind", outcome_kind, get_args(Outcome))
    check_confidence(confidence)
    rows = read_rows(frame, score, outcome, unit, respondent, outcome_kind, missing, invalid)
    groups = [_group(rows.outcome[rows.points == p], outcome_kind, confidence) for p in (1, 0, -1)]
    ones = np.ones(len(rows.points))
    line = fit_line(rows.answers.astype(np.float64), rows.outcome, ones)
    by_unit = None
    if unit is not None:
        by_unit = link_units(
            rows.unit, rows.names, rows.points, rows.outcome,
            outcome_kind=outcome_kind, confidence=confidence, kind=frames.kind_of(frame),
        )  # fmt: skip
        _warn_of_few_units(by_unit.n)
    said = "Outcome per point of the answer, straight line, HC3 errors and Student's interval."
    return NPSLinkage(
        outcome=str(outcome),
        outcome_kind=outcome_kind,
        n=len(rows.points),
        promoters=groups[0],
        passives=groups[1],
        detractors=groups[2],
        difference=_difference(groups[0], groups[2], outcome_kind, confidence),
        answer_slope=line.slope_estimate(1.0, confidence, said),
        answer_p_value=line.p_value(),
        answer_r_squared=line.r_squared,
        by_unit=by_unit,
        unanswered=rows.unanswered,
        invalid=rows.invalid,
        without_outcome=rows.without_outcome,
        without_unit=rows.without_unit,
        definition=_DEFINITION,
        kind=frames.kind_of(frame),
    )


def _group(outcome: NDArray[np.float64], kind: Outcome, confidence: float) -> Estimate:
    if kind == "binary":
        said = "Share of these customers with the outcome, Wilson interval."
        return share(float(outcome.sum()), len(outcome), definition=said, confidence=confidence)
    value, error = ratio(outcome, np.ones(len(outcome)))
    half = float(t_quantile(len(outcome), confidence=confidence)) * error
    limits = Interval(value - half, value + half, confidence)
    return Estimate(value, error, limits, len(outcome), "Mean of these customers, t interval.")


def _difference(first: Estimate, second: Estimate, kind: Outcome, confidence: float) -> Estimate:
    """First less second, by Newcombe's method 10 [1]_ or Welch's [2]_."""
    value = first.value - second.value
    error = math.hypot(first.standard_error, second.standard_error)
    if kind == "binary":
        said = "Difference of two shares, Newcombe's score interval."
        one, two = ((found.interval.low, found.interval.high) for found in (first, second))
        low, high = map(float, hybrid(second.value, two, first.value, one))
    else:
        said = "Difference of two means, Welch's interval."
        parts = [(found.standard_error**2, found.n - 1) for found in (first, second)]
        rest = sum(part**2 / max(freedom, 1) for part, freedom in parts)
        freedom = error**4 / rest if rest > 0 else math.nan
        half = float(t_quantile(freedom + 1, confidence=confidence)) * error
        low, high = value - half, value + half
    return Estimate(value, error, Interval(low, high, confidence), first.n + second.n, said)


def _warn_of_few_units(units: int) -> None:
    if units < _FEW_UNITS:
        warn(
            f"A line through {units} units: its interval holds for many, and is shaky below "
            f"{_FEW_UNITS}."
        )
