r"""Customer satisfaction: which share of the answers is at the top of the scale?

Of :math:`n` answers :math:`k` are among the top ones, such as 4 and 5 of 1 to 5: the share
:math:`k/n` has a Wilson interval. The mean answer has a t interval. Weights enter as in `Tally`.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

from retentionkit.arguments import check_confidence, check_whole
from retentionkit.surveys._scales.counted_answers import counted_answers, read_tally
from retentionkit.surveys._scales.scale_answers import check_scale
from retentionkit.surveys._scales.scale_result import ScaleResult, columns_of, counts_of
from retentionkit.surveys._scales.scale_texts import named, share_told, told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retentionkit.results import Columns, Estimate
    from retentionkit.surveys._scales.counted_answers import Tally
    from retentionkit.surveys._scales.scale_answers import Labels, Scale, Treatment

__all__ = ["CSAT", "csat"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class CSAT(ScaleResult):
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
    n_clusters
        How many clusters there are; None where answers are independent.
    definition
        One sentence: which answers were counted, and how the intervals were made.
    kind
        The kind of series that the answers came in.
    """

    share: Estimate
    mean: Estimate
    top: int

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
    def _figure(self) -> Estimate:
        return self.share

    def _counted_as(self) -> list[str]:
        above = self.scale[1] - self.top
        return ["satisfied" if step > above else "other" for step in self.answers.tolist()]

    def _figures(self) -> Columns:
        return {**columns_of(self.share, "share"), **columns_of(self.mean, "mean", prefix="mean_")}

    def _told(self) -> Mapping[str, str]:
        alone = self.n_clusters == 1
        return {
            "satisfied": share_told(self.share),
            "mean": told(self.mean, one_cluster=alone),
        }


def csat(
    answers: object,
    *,
    scale: tuple[int, int] = (1, 5),
    top: int = 2,
    labels: Labels | None = None,
    weights: object = None,
    clusters: object = None,
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
    clusters
        Which answers belong together and are not independent, such as the customer of each where
        some answered several times: one label for each answer.
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
        No answer is left, some are not on the scale, or weights and clusters do not fit.
    OptionError
        The scale, `top` or the labels are none.

    Warns
    -----
    RetentionKitWarning
        The answers look like those of a shorter scale.

    Notes
    -----
    Without `clusters` each answer is taken as that of another person. Several answers of one person
    are worth less than as many of different people; with `clusters` the errors are linearised over
    clusters, with Student's quantile of their number less one. Of fewer than some 20 clusters of
    unequal size the interval of the mean is too narrow: of 8, "95 %" may be 90.

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
        answers, check_scale(scale), weights=weights, clusters=clusters, missing=missing,
        invalid=invalid, labels=labels,
    )  # fmt: skip
    return _csat_of(tally, top, confidence)


def _csat_of(tally: Tally, top: int, confidence: float) -> CSAT:
    scale = tally.scale
    top = check_top("top", top, scale)
    level = check_confidence(confidence)
    chosen: Any = scale.steps > scale.high - top
    definition = (
        f"{'Weighted share' if tally.weighted else 'Share'} of "
        f"{named(scale.steps[chosen].tolist())} of {scale} with {tally.wilson}; mean with a t "
        f"interval{tally.design}."
    )
    mean = f"Mean answer of {scale} with a t interval{tally.design}."
    return CSAT(
        share=tally.share(chosen, confidence=level, definition=definition),
        mean=tally.mean(confidence=level, definition=mean),
        top=top,
        definition=definition,
        **counts_of(tally),
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
