r"""Customer satisfaction: which share of the answers is at the top of the scale?

Of :math:`n` answers :math:`k` are among the top ones, such as 4 and 5 of 1 to 5: the share
:math:`k/n` has a Wilson interval. The mean answer has a t interval. Weights enter as in `Tally`.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

from retentionkit.arguments import check_confidence, check_whole
from retentionkit.results import Columns, Estimate, Interval, Result, frozen_array
from retentionkit.surveys._scales.counted_answers import counted_answers, read_tally
from retentionkit.surveys._scales.scale_answers import check_scale
from retentionkit.surveys._scales.scale_texts import (
    answers_printed,
    answers_told,
    named,
    share_told,
    told,
    weights_told,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from retentionkit.surveys._scales.counted_answers import Tally
    from retentionkit.surveys._scales.scale_answers import Labels, Scale, Treatment

__all__ = ["CSAT", "csat"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class CSAT(Result):
    """Share of satisfied answers and mean answer, made by `csat` or `from_counts`.

    Arrays are read-only and have shape (k,), one value for each answer of the scale in order.

    Attributes
    ----------
    share
        Share of the top answers with its Wilson interval, 0 to 1.
    mean
        Mean answer with its t interval, cut off at the ends of the scale; without an interval
        where all answers are alike.
    scale
        Lowest and highest answer.
    top
        How many answers from the top count as satisfied.
    answers
        The answers of the scale.
    counts
        How often each was given.
    shares
        Their shares; weighted if weights were given.
    unanswered, invalid
        How many did not answer, and how many answers were not on the scale.
    effective_n
        Kish's effective number of answers of unequal weight; n without weights.
    definition
        One sentence: which answers were counted, and how the intervals were made.
    """

    share: Estimate
    mean: Estimate
    scale: tuple[int, int]
    top: int
    answers: NDArray[np.int64]
    counts: NDArray[np.int64]
    shares: NDArray[np.float64]
    unanswered: int
    invalid: int
    effective_n: float
    definition: str

    _heading: ClassVar[str] = "CSAT (customer satisfaction)"

    @classmethod
    def from_counts(
        cls,
        counts: Mapping[int, int],
        *,
        scale: tuple[int, int] = (1, 5),
        top: int = 2,
        unanswered: int = 0,
        confidence: float = 0.95,
    ) -> CSAT:
        """The same from counted answers; the total is the sum of the counts.

        Parameters
        ----------
        counts
            How often each answer was given; an answer that is not named was never given.
        scale, top, confidence
            As in `csat`.
        unanswered
            How many did not answer; they do not enter the figures.

        Returns
        -------
        CSAT

        Raises
        ------
        OptionError
            A count is not a whole number from 0 on, or is one of no answer of the scale.
        DataError
            There is no answer.

        Examples
        --------
        >>> import retentionkit as rk
        >>> found = rk.surveys.CSAT.from_counts({1: 6, 2: 9, 3: 27, 4: 38, 5: 20})
        >>> found.share
        Estimate(0.58, 95 % 0.4821 to 0.672, n = 100)
        """
        tally = counted_answers(counts, check_scale(scale), unanswered=unanswered)
        return _csat_of(tally, top, confidence)

    @property
    def value(self) -> float:
        """The share of satisfied answers alone."""
        return self.share.value

    @property
    def interval(self) -> Interval:
        """The interval of the share of satisfied answers."""
        return self.share.interval

    @property
    def n(self) -> int:
        """Number of answers."""
        return self.share.n

    def __float__(self) -> float:
        """The share of satisfied answers alone."""
        return self.share.value

    def _table(self) -> Columns:
        return {
            "answer": self.answers,
            "counted_as": [
                "satisfied" if step > self.scale[1] - self.top else "other"
                for step in self.answers.tolist()
            ],
            "count": self.counts,
            "share": self.shares,
        }

    def _printed(self) -> Columns:
        return answers_printed(self._table())

    def _facts(self) -> Mapping[str, str]:
        return {
            "satisfied": share_told(self.share),
            "mean": told(self.mean),
            "answers": answers_told(self.n, self.scale, self.unanswered, self.invalid),
            **weights_told(self.n, self.effective_n),
            "definition": self.definition,
        }


def csat(
    answers: object,
    *,
    scale: tuple[int, int] = (1, 5),
    top: int = 2,
    labels: Labels | None = None,
    weights: object = None,
    missing: Treatment = "error",
    invalid: Treatment = "error",
    confidence: float = 0.95,
) -> CSAT:
    """Share of satisfied answers and mean answer on a stated scale, each with its interval.

    Parameters
    ----------
    answers
        One answer for each respondent, shape (n,): a list, an array, or a series of pandas, polars
        or pyarrow. Whole numbers on the scale, or texts with `labels`.
    scale
        The lowest and the highest answer that people could give; the highest is the best.
    top
        How many answers from the top count as satisfied: 2 of 1 to 5 are 4 and 5.
    labels
        Which answer each text stands for, such as `{"very satisfied": 5, "satisfied": 4, ...}`.
    weights
        A positive weight for each answer, where some respondents stand for more people.
    missing
        `"error"`, or `"drop"`: missing answers are counted as unanswered.
    invalid
        `"error"`, or `"drop"`: answers that are not on the scale are counted apart.
    confidence
        Level of the intervals.

    Returns
    -------
    CSAT

    Raises
    ------
    DataError
        No answer is left, some are not on the scale, or the weights do not fit.
    OptionError
        The scale, `top` or the labels are none.

    Warns
    -----
    RetentionKitWarning
        The answers look like those of a shorter scale.

    Notes
    -----
    With weights the share has the Wilson interval of Kish's effective number of answers [1]_, or of
    as many as its linearised standard error is worth if these are fewer; the mean has a linearised
    standard error and a t interval of the effective number. To say whether satisfaction changed,
    compare two shares with their numbers of answers: two intervals side by side are not a test.

    References
    ----------
    .. [1] Kish, L. (1965). Survey Sampling. Wiley.

    Examples
    --------
    >>> import retentionkit as rk
    >>> rk.surveys.csat([5, 4, 4, 2, 5, 3, 4, 5, 1, 4])
    CSAT (customer satisfaction)
      satisfied   70.0 %, 95 % 39.7 to 89.2
      mean        3.7, 95 % 2.743 to 4.657
      answers     10 on the scale 1 to 5
      definition  Share of answers 4 and 5 of 1 to 5 with a Wilson interval; mean with a t interval.
      answer  counted_as  count     %
           1       other      1  10.0
           2       other      1  10.0
           3       other      1  10.0
           4   satisfied      4  40.0
           5   satisfied      3  30.0
    """
    tally = read_tally(
        answers, check_scale(scale), weights=weights, missing=missing, invalid=invalid,
        labels=labels,
    )  # fmt: skip
    return _csat_of(tally, top, confidence)


def _csat_of(tally: Tally, top: int, confidence: float) -> CSAT:
    scale = tally.scale
    top = check_top("top", top, scale)
    level = check_confidence(confidence)
    chosen: Any = scale.steps > scale.high - top
    weighted = "weighted share" if tally.weighted else "share"
    answers = f"{named(scale.steps[chosen].tolist())} of {scale}"
    wilson = "a Wilson interval of the effective number" if tally.weighted else "a Wilson interval"
    definition = f"{weighted.capitalize()} of {answers} with {wilson}; mean with a t interval."
    return CSAT(
        share=tally.share(chosen, confidence=level, definition=definition),
        mean=tally.mean(confidence=level, definition=f"Mean answer of {scale} with a t interval."),
        scale=scale.ends,
        top=top,
        answers=frozen_array(scale.steps, "int64"),
        counts=frozen_array(tally.counts, "int64"),
        shares=frozen_array(tally.shares, "float64"),
        unanswered=tally.unanswered,
        invalid=tally.invalid,
        effective_n=tally.effective_n,
        definition=definition,
    )


def check_top(name: str, number: object, scale: Scale) -> int:
    """How many answers from one end, of which some must be left at the other."""
    return check_whole(
        name,
        number,
        low=1,
        high=scale.high - scale.low,
        do=f"Leave at least one of the {len(scale.steps)} answers out.",
    )
