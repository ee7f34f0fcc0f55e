r"""Do the satisfied stay, and the dissatisfied leave?

The joint table of answers against repurchase, and the share who stayed in each row. Somers' D of
staying on the answer [1]_ is, over all pairs of customers with different answers, the share in
which the one with the higher answer stayed and the other left, less the share of the reverse. With
:math:`s_i` who stayed and :math:`l_i` who left of the :math:`n_i` customers of answer i,

.. math:: D = \frac{\sum_{i<j} (l_i s_j - s_i l_j)}{\sum_{i<j} n_i n_j} .

Its standard error is the jackknife's: every customer is left out once, which the counts of the
table do at once for all who are alike. Interval and p-value are both made of it; where it is 0, as
where every answer did one thing, nothing is known of either.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from retentionkit.arguments import check_confidence
from retentionkit.intervals import estimate, newcombe, share
from retentionkit.results import Estimate, Interval, frozen_array
from retentionkit.surveys._scales.scale_answers import Scale
from retentionkit.surveys._stages.satisfaction_loyalty_result import (
    LEFT,
    STAYED,
    UNOBSERVED,
    LoyaltyExceptions,
    SatisfactionLoyalty,
)
from retentionkit.surveys._stages.stage_answers import (
    kind_among,
    read_flags,
    read_respondents,
    read_stage_answers,
)
from retentionkit.surveys._stages.stage_rule import stage_rule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.surveys._scales.scale_answers import Labels, Treatment
    from retentionkit.surveys._stages.stage_rule import StageRule

__all__ = ["satisfaction_loyalty"]

_DISSATISFIED: Final = 0
_SATISFIED: Final = 2
_ROUNDING: Final = 1e-12  # an error of Somers' D that is none
_LEFT_MAY_MEAN: Final = "seekers of variety or price, needs that changed, or polite answers"
_STAYED_MAY_MEAN: Final = "captive (contract, no other choice, costly to switch), or habit"


def satisfaction_loyalty(
    satisfaction: object,
    repurchased: object,
    *,
    scale: tuple[int, int] = (1, 5),
    dissatisfied: int | None = None,
    satisfied: int | None = None,
    ids: object = None,
    missing: Treatment = "error",
    invalid: Treatment = "error",
    labels: Labels | None = None,
    confidence: float = 0.95,
) -> SatisfactionLoyalty:
    """Hold satisfaction against repurchase: who stayed with each answer, and the exceptions.

    Parameters
    ----------
    satisfaction
        How satisfied each customer is, shape (n,): a list, an array, or a series of pandas, polars
        or pyarrow. Whole numbers, the higher the better.
    repurchased
        Whether each one bought again, renewed or stayed: True or False (or 1 or 0). Missing is not
        yet observed: it is counted apart, and never as left.
    scale
        The lowest and the highest answer.
    dissatisfied, satisfied
        The highest answer that is dissatisfied, and the lowest that is satisfied. Default: the
        lowest and the highest quarter of the scale, as in `satisfaction_stage`.
    ids
        An id for each customer, each once.
    missing
        `"error"`, or `"drop"`: customers without an answer are counted in a row of their own.
    invalid
        `"error"`, or `"drop"`: answers that are not on the scale are counted in the same row.
    labels
        The number that each text stands for, where the answers are texts.
    confidence
        Level of the intervals.

    Returns
    -------
    SatisfactionLoyalty

    Raises
    ------
    DataError
        No answer is left, some are no answers on this scale, ids occur twice, columns differ in
        length, or `repurchased` does not say yes or no.
    OptionError
        The cuts do not fit the scale or each other, or an option is none of its choices.

    Notes
    -----
    The table describes. That the satisfied stay more often does not say that they stay for it:
    price, habit and contracts move both. Only who was asked before the outcome was known belongs
    here; who is asked afterwards remembers what they did.

    References
    ----------
    .. [1] Somers, R. H. (1962). A New Asymmetric Measure of Association for Ordinal Variables.
       American Sociological Review 27(6), 799-811.

    Examples
    --------
    >>> import retentionkit as rk
    >>> found = rk.surveys.satisfaction_loyalty(
    ...     [5, 5, 4, 3, 2, 1], [True, False, True, None, True, False], ids=list("abcdef")
    ... )
    >>> found.stay_rate("satisfied")
    Estimate(0.6667, 95 % 0.2077 to 0.9385, n = 3)
    >>> found.satisfied_who_left.ids, found.dissatisfied_who_stayed.ids
    (array(['b'], dtype=object), array(['e'], dtype=object))
    """
    rule = stage_rule(scale, dissatisfied, satisfied)
    level = check_confidence(confidence)
    read = read_stage_answers(
        satisfaction,
        Scale(*rule.scale),
        argument="satisfaction",
        missing=missing,
        invalid=invalid,
        labels=labels,
    )
    size = len(read.place)
    stayed = read_flags(repurchased, argument="repurchased", size=size)
    outcome = np.where(np.isnan(stayed), UNOBSERVED, np.where(stayed == 1, STAYED, LEFT))
    customer = read_respondents(ids, size=size)
    steps = Scale(*rule.scale).steps
    counts, outside = _counts(read.place, outcome, len(steps))
    stage = rule.stages(read.place)
    d, p_value = _somers_d(counts, level)
    return SatisfactionLoyalty(
        answers=frozen_array(steps, np.int64),
        counts=frozen_array(counts, np.int64),
        unanswered=frozen_array(outside, np.int64),
        difference=_difference(stage, outcome, level),
        somers_d=d,
        p_value=p_value,
        satisfied_who_left=_exceptions(customer, stage, outcome, level, satisfied=True),
        dissatisfied_who_stayed=_exceptions(customer, stage, outcome, level, satisfied=False),
        rule=rule,
        confidence=level,
        definition=_definition(rule),
        kind=kind_among(satisfaction, repurchased, ids),
    )


def _definition(rule: StageRule) -> str:
    low, high = rule.scale
    return (
        f"Share of customers who stayed, of those of whom it is known, by answer from {low} to "
        f"{high} ({rule.told()}); not yet observed is not left."
    )


def _counts(
    place: NDArray[np.int64], outcome: NDArray[Any], answers: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Customers by answer and outcome, and those without an answer by outcome."""
    given = place >= 0
    cells = np.bincount(3 * place[given] + outcome[given], minlength=3 * answers)
    return cells.reshape(answers, 3), np.bincount(outcome[~given], minlength=3)


def _known(stage: NDArray[np.int64], outcome: NDArray[Any], wanted: int) -> tuple[int, int]:
    """How many of a stage stayed, and how many of it are known."""
    of = stage == wanted
    stayed = int(np.count_nonzero(of & (outcome == STAYED)))
    return stayed, stayed + int(np.count_nonzero(of & (outcome == LEFT)))


def _difference(stage: NDArray[np.int64], outcome: NDArray[Any], confidence: float) -> Estimate:
    """Share who stayed among the satisfied less that among the dissatisfied."""
    first, second = (_known(stage, outcome, at) for at in (_DISSATISFIED, _SATISFIED))
    p1, p2 = (k / n if n else math.nan for k, n in (first, second))
    low, high = newcombe(*first, *second, confidence=confidence)
    error = math.nan
    if first[1] and second[1]:
        error = math.sqrt(p1 * (1 - p1) / first[1] + p2 * (1 - p2) / second[1])
    return Estimate(
        p2 - p1,
        error,
        Interval(float(low), float(high), confidence),
        first[1] + second[1],
        "Share who stayed among the satisfied less that among the dissatisfied; score interval "
        "(Newcombe).",
    )


def _exceptions(
    customer: NDArray[Any],
    stage: NDArray[np.int64],
    outcome: NDArray[Any],
    confidence: float,
    *,
    satisfied: bool,
) -> LoyaltyExceptions:
    """Satisfied customers who left, or dissatisfied ones who stayed."""
    wanted, did = (_SATISFIED, LEFT) if satisfied else (_DISSATISFIED, STAYED)
    who, what = ("Satisfied", "left") if satisfied else ("Dissatisfied", "stayed")
    ids = np.sort(customer[(stage == wanted) & (outcome == did)])
    found = share(
        len(ids),
        _known(stage, outcome, wanted)[1],
        definition=f"{who} customers who {what} over those of whom it is known; Wilson interval.",
        confidence=confidence,
    )
    meaning = _LEFT_MAY_MEAN if satisfied else _STAYED_MAY_MEAN
    return LoyaltyExceptions(frozen_array(ids, ids.dtype), found, f"may be {meaning}")


def _somers_d(counts: NDArray[np.int64], confidence: float) -> tuple[Estimate, float]:
    """Somers' D of staying on the answer, and its p-value; NaN without two answers and outcomes."""
    table = counts[:, [LEFT, STAYED]]
    table = table[table.sum(axis=1) > 0]
    n = int(table.sum())
    definition = "Somers' D of staying on the answer; interval by the jackknife."
    if len(table) < 2 or (table.sum(axis=0) == 0).any():  # noqa: PLR2004 - nothing varies
        return estimate(
            math.nan, math.nan, n=n, definition=definition, confidence=confidence
        ), math.nan
    from scipy.special import ndtr  # noqa: PLC0415 - scipy is loaded when needed

    value = _scipy_d(table)
    cells = [(at, table[at]) for at in zip(*np.nonzero(table), strict=True)]
    left_out = np.array([_scipy_d(_without(table, at)) for at, _ in cells])
    weight = np.array([number for _, number in cells])
    mean = float(weight @ left_out) / n
    error = math.sqrt((n - 1) / n * float(weight @ (left_out - mean) ** 2))
    if not error > _ROUNDING:  # all are as if each had been left out alike
        error = math.nan
    p_value = 2 * float(ndtr(-abs(value / error)))
    return estimate(
        value, error, n=n, definition=definition, confidence=confidence, low=-1.0, high=1.0
    ), p_value


def _scipy_d(table: NDArray[np.int64]) -> float:
    from scipy.stats import somersd  # noqa: PLC0415 - scipy is loaded when needed

    if np.count_nonzero(table.sum(axis=1)) < 2:  # noqa: PLR2004 - one answer is left
        return math.nan
    with np.errstate(invalid="ignore", divide="ignore"):  # one outcome is left
        found: Any = somersd(table)
    return float(found.statistic)


def _without(table: NDArray[np.int64], at: tuple[Any, ...]) -> NDArray[np.int64]:
    """The table without one of the customers of a cell."""
    smaller = table.copy()
    smaller[at] -= 1
    return smaller
