r"""Which stage of satisfaction is each respondent in, and who of them is loyal?

Dissatisfied, neutral and satisfied are told from the answer. Loyal is who is satisfied *and* bought
again, or has an attitude that says so: a satisfied answer alone does not. What each stage calls for
follows the four elements of customer satisfaction of [1]_.

With :math:`n_j` of n answers in stage j the share is :math:`n_j / n`. Its Wilson interval holds for
one stage. Goodman's hold for all k stages at once: they are Wilson's at the level
:math:`1 - \alpha / k` [2]_.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from retentionkit.arguments import check_choice, check_confidence
from retentionkit.durations import moment
from retentionkit.errors import OptionError
from retentionkit.intervals import wilson
from retentionkit.results import frozen_array
from retentionkit.surveys._scales.scale_answers import Scale
from retentionkit.surveys._scales.stated_ends import check_ends, refuse_outside, warn_of_codes
from retentionkit.surveys._stages.satisfaction_stage_result import (
    LOYAL,
    SATISFIED,
    SatisfactionStages,
)
from retentionkit.surveys._stages.stage_answers import (
    kind_among,
    read_flags,
    read_outcome,
    read_respondents,
    read_stage_answers,
)
from retentionkit.surveys._stages.stage_rule import STAGES, stage_rule

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.durations import Moment
    from retentionkit.surveys._scales.scale_answers import Labels, Treatment
    from retentionkit.surveys._scales.stated_ends import Ends
    from retentionkit.surveys._stages.satisfaction_stage_result import IntervalMethod
    from retentionkit.surveys._stages.stage_rule import Evidence, StageRule

__all__ = ["satisfaction_stage"]


def satisfaction_stage(
    answers: object,
    *,
    scale: tuple[int, int] = (1, 5),
    dissatisfied: int | None = None,
    satisfied: int | None = None,
    repurchased: object = None,
    attitude: object = None,
    attitude_from: float | None = None,
    attitude_scale: Ends | None = None,
    evidence: Evidence = "either",
    ids: object = None,
    as_of: Moment | None = None,
    missing: Treatment = "error",
    invalid: Treatment = "error",
    labels: Labels | None = None,
    method: IntervalMethod = "wilson",
    confidence: float = 0.95,
) -> SatisfactionStages:
    """Put respondents in stages: dissatisfied, neutral, satisfied, and loyal if more says so.

    Parameters
    ----------
    answers
        How satisfied each respondent is, shape (r,): a list, an array, or a series of pandas,
        polars or pyarrow. Whole numbers, the higher the better.
    scale
        The lowest and the highest answer.
    dissatisfied, satisfied
        The highest answer that is dissatisfied, and the lowest that is satisfied. Default: the
        lowest and the highest quarter of the scale: up to 2 and from 4 on of (1, 5), up to 2 and
        from 6 on of (1, 7), up to 2 and from 8 on of (0, 10), up to 3 and from 8 on of (1, 10).
    repurchased
        Whether each respondent bought again: True or False (or 1 or 0), missing where not known.
    attitude
        An answer of each respondent that tells of attachment, such as how likely they are to
        recommend, or how much better than others they think of you; missing where not known.
    attitude_from
        The lowest `attitude` that counts as loyal.
    attitude_scale
        The lowest and the highest `attitude`, such as `(0, 10)`: others are refused. Default: all
        numbers count, also codes such as 99.
    evidence
        With both repurchase and attitude, `"either"` is enough, or `"both"` are needed.
    ids
        An id for each respondent, each once; needed to follow them from wave to wave.
    as_of
        The day of the survey.
    missing
        `"error"`, or `"drop"`: missing answers are counted as unanswered.
    invalid
        `"error"`, or `"drop"`: answers that are not on the scale are counted apart.
    labels
        The number that each text stands for, where the answers are texts, such as
        `{"satisfied": 4, "very satisfied": 5, ...}`.
    method
        `"wilson"`: an interval for each stage; `"goodman"`: intervals that hold for all at once.
    confidence
        Level of the intervals.

    Returns
    -------
    SatisfactionStages

    Raises
    ------
    DataError
        No answer is left, some are no answers on this scale, ids occur twice, columns differ in
        length, or `repurchased` does not say yes or no.
    OptionError
        The cuts do not fit the scale or each other, or an option is none of its choices.

    Warns
    -----
    RetentionKitWarning
        Some `attitude`, without a stated scale, lies far from all others, such as 99.

    Notes
    -----
    Without `repurchased` and `attitude`, or where they tell nothing of any satisfied respondent,
    nobody is called loyal, and the share of the loyal is undefined. Otherwise, who is satisfied and
    of whom they tell nothing stays satisfied and is counted in `loyalty_unknown`: the share of the
    loyal is then the least that it can be.

    References
    ----------
    .. [1] Jones, T. O. and Sasser, W. E. (1995). Why Satisfied Customers Defect. Harvard Business
       Review 73(6), 88-99.
    .. [2] Goodman, L. A. (1965). On Simultaneous Confidence Intervals for Multinomial Proportions.
       Technometrics 7(2), 247-254.

    Examples
    --------
    >>> import retentionkit as rk
    >>> found = rk.surveys.satisfaction_stage(
    ...     [1, 3, 4, 5, 5, 4], repurchased=[True, True, True, False, True, None]
    ... )
    >>> found.counts.tolist(), found.loyalty_unknown
    ([1, 1, 2, 2], 1)
    >>> found.loyal_of_satisfied()
    Estimate(0.6667, 95 % 0.2077 to 0.9385, n = 3)
    """
    rule = stage_rule(
        scale,
        dissatisfied,
        satisfied,
        repurchased=repurchased is not None,
        attitude=attitude is not None,
        attitude_from=attitude_from,
        evidence=evidence,
    )
    read = read_stage_answers(
        answers,
        Scale(*rule.scale),
        argument="answers",
        missing=missing,
        invalid=invalid,
        labels=labels,
    )
    size = len(read.numbers)
    held = _attitude(attitude, rule, attitude_scale, size)
    proof = _proof(rule, repurchased, held, size)
    stage = _with_loyal(rule.stages(read.place), proof)
    counts = np.bincount(stage[stage >= 0], minlength=len(STAGES))
    told = _is_told(rule, proof[stage >= SATISFIED])
    shares, low, high = _shares(counts, method, confidence, told=told)
    return SatisfactionStages(
        customer=_frozen(read_respondents(ids, size=size)),
        answer=frozen_array(read.numbers, np.float64),
        position=frozen_array(stage, np.int64),
        proof=frozen_array(proof, np.float64),
        counts=frozen_array(counts, np.int64),
        shares=frozen_array(shares, np.float64),
        low=frozen_array(low, np.float64),
        high=frozen_array(high, np.float64),
        rule=rule,
        has_ids=ids is not None,
        as_of=_day(as_of),
        method=method,
        confidence=check_confidence(confidence),
        definition=_definition(rule),
        kind=kind_among(answers, ids, repurchased, attitude),
    )


def _proof(
    rule: StageRule, repurchased: object, held: NDArray[np.float64] | None, size: int
) -> NDArray[np.float64]:
    """What is known of each one's loyalty; NaN throughout where nothing was given."""
    bought = None
    if repurchased is not None:
        bought = read_flags(repurchased, argument="repurchased", size=size)
    proof = rule.proof(bought, held)
    return np.full(size, np.nan) if proof is None else proof


def _with_loyal(stage: NDArray[np.int64], proof: NDArray[np.float64]) -> NDArray[np.int64]:
    """Who is satisfied and has evidence beside it is loyal."""
    return np.where((stage == SATISFIED) & (proof == 1), LOYAL, stage)


def _is_told(rule: StageRule, proof: NDArray[np.float64]) -> bool:
    """Whether anything is known of the loyalty of those with a satisfied answer, if there are."""
    return bool(rule.sources) and (len(proof) == 0 or not bool(np.isnan(proof).all()))


def _attitude(
    attitude: object, rule: StageRule, scale: Ends | None, size: int
) -> NDArray[np.float64] | None:
    """Attitudes on their scale, NaN where not known; None where none were given."""
    ends = None if scale is None else check_ends("attitude_scale", scale)
    cut = rule.attitude_from
    if ends is not None and (cut is None or not ends[0] <= cut <= ends[1]):
        raise OptionError(
            "`attitude_from` is none of the answers of `attitude_scale`.",
            received=f"attitude_from={cut}, attitude_scale={scale}",
            allowed=f"a number from {ends[0]:g} to {ends[1]:g}, with `attitude`",
            do="Pass the lowest attitude that counts as loyal.",
        )
    if attitude is None:
        return None
    numbers = read_outcome(attitude, argument="attitude", size=size)
    if ends is None:
        warn_of_codes({"attitude": numbers}, do="Or state attitude_scale=(0, 10).")
    else:
        refuse_outside("attitude", numbers, ends, do="Correct them, or make them missing.")
    return numbers


def _shares(
    counts: NDArray[np.int64], method: IntervalMethod, confidence: float, *, told: bool
) -> tuple[NDArray[np.float64], ...]:
    """Shares of the answers, and their limits."""
    n, stages = int(counts.sum()), len(STAGES) if told else LOYAL
    level = check_confidence(confidence)
    check_choice("method", method, ("wilson", "goodman"))
    if method == "goodman":
        level = 1 - (1 - level) / stages
    found = (counts / n, *wilson(counts, n, confidence=level))
    if not told:
        for part in found:
            part[LOYAL] = np.nan
    return found


def _day(as_of: Moment | None) -> dt.date | None:
    if as_of is None:
        return None
    found = moment("as_of", as_of)
    return found.date() if isinstance(found, dt.datetime) else found


def _frozen(ids: NDArray[np.generic]) -> NDArray[np.generic]:
    return frozen_array(ids, ids.dtype)


def _definition(rule: StageRule) -> str:
    low, high = rule.scale
    loyal = rule.told_loyal()
    return f"Answers from {low} to {high}: {rule.told()}; loyal: {loyal}."
