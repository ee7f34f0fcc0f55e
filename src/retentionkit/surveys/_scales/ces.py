r"""Customer effort: how easy was it, on a scale whose direction is stated?

"The company made it easy for me", from 1 (strongly disagree) to 7 (strongly agree), is answered
high by those who had little effort; "how much effort did it take?" is answered low by them. One
figure means nothing until it is said which of the two was asked.

The mean answer has a t interval. Easy answers are those beyond the middle of the scale on its easy
side, 5 to 7 of 1 to 7 where 7 is easy; their share has a Wilson interval.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias, get_args

from retentionkit.arguments import check_choice, check_confidence
from retentionkit.surveys._scales.counted_answers import counted_answers, read_tally
from retentionkit.surveys._scales.csat import check_top
from retentionkit.surveys._scales.scale_answers import check_scale
from retentionkit.surveys._scales.scale_result import ScaleResult, columns_of, counts_of
from retentionkit.surveys._scales.scale_texts import named, share_told, told

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from retentionkit.results import Columns, Estimate
    from retentionkit.surveys._scales.counted_answers import Tally
    from retentionkit.surveys._scales.scale_answers import Labels, Treatment

__all__ = ["CES", "Direction", "ces"]

#: What a high answer means.
Direction: TypeAlias = Literal["ease", "effort"]

_MEANS: dict[Direction, str] = {"ease": "easy", "effort": "laborious"}


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class CES(ScaleResult):
    """Mean answer to a question on effort and share of easy ones, by `ces` or `from_counts`.

    Arrays are read-only and have shape (k,), one value for each answer of the scale in order.

    Attributes
    ----------
    mean
        Mean answer with its t interval, cut off at the ends of the scale; without an interval
        where all answers are alike. High is good for `"ease"` and bad for `"effort"`.
    easy_share
        Share of the easy answers with its Wilson interval, 0 to 1.
    direction
        What a high answer means: `"ease"` or `"effort"`.
    scale
        Lowest and highest answer.
    easy
        How many answers from the easy end count as easy.
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
        One sentence: the direction, the answers that count as easy, and the intervals.
    kind
        The kind of series that the answers came in.
    """

    mean: Estimate
    easy_share: Estimate
    direction: Direction
    easy: int

    _heading: ClassVar[str] = "CES (customer effort)"

    @classmethod
    def from_counts(
        cls,
        counts: Mapping[int, int],
        *,
        direction: Direction,
        scale: tuple[int, int] = (1, 7),
        easy: int | None = None,
        unanswered: int = 0,
        confidence: float = 0.95,
    ) -> CES:
        """The same from counted answers; the total is the sum of the counts.

        Parameters
        ----------
        counts
            How often each answer was given; an answer that is not named was never given.
        direction, scale, easy, confidence
            As in `ces`.
        unanswered
            How many did not answer; they do not enter the figures.

        Returns
        -------
        CES

        Raises
        ------
        OptionError
            A count is not a whole number from 0 on, or is one of no answer of the scale; the
            direction is not stated.
        DataError
            There is no answer.

        Examples
        --------
        >>> import retentionkit as rk
        >>> counts = {1: 160, 2: 230, 3: 270, 4: 160, 5: 190}
        >>> found = rk.surveys.CES.from_counts(counts, scale=(1, 5), direction="effort")
        >>> found.mean
        Estimate(2.99, 95 % 2.908 to 3.072, n = 1,010)
        """
        tally = counted_answers(counts, check_scale(scale), unanswered=unanswered)
        return _ces_of(tally, direction, easy, confidence)

    @property
    def _figure(self) -> Estimate:
        return self.mean

    def _counted_as(self) -> list[str]:
        chosen = _easy(self.answers, self.direction, self.scale, self.easy)
        return ["easy" if easy else "other" for easy in chosen.tolist()]

    def _figures(self) -> Columns:
        return {
            **columns_of(self.mean, "mean"),
            **columns_of(self.easy_share, "easy_share", prefix="easy_share_"),
        }

    def _told(self) -> Mapping[str, str]:
        high, bad = self.scale[1], self.direction == "effort"
        return {
            "direction": f"{high} is {_MEANS[self.direction]}: {'low' if bad else 'high'} is good",
            "mean": told(self.mean, one_cluster=self.n_clusters == 1),
            "easy": share_told(self.easy_share),
        }


def ces(
    answers: object,
    *,
    direction: Direction,
    scale: tuple[int, int] = (1, 7),
    easy: int | None = None,
    labels: Labels | None = None,
    weights: object = None,
    clusters: object = None,
    missing: Treatment = "error",
    invalid: Treatment = "error",
    confidence: float = 0.95,
) -> CES:
    """Mean effort and share of easy answers on a stated scale, each with its interval.

    Parameters
    ----------
    answers
        One answer for each respondent, shape (n,): a list, an array, or a series of pandas, polars
        or pyarrow. Whole numbers on the scale, or texts with `labels`.
    direction
        What a high answer means: `"ease"` ("they made it easy: 7, I agree") or `"effort"` ("how
        much effort was it: 7, very much"). There is no default.
    scale
        The lowest and the highest answer that people could give.
    easy
        How many answers from the easy end count as easy. Default: those beyond the middle, 3 of 1
        to 7 and 2 of 1 to 5.
    labels
        Which answer each text stands for, such as `{"very easy": 7, ...}`.
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
    CES

    Raises
    ------
    DataError
        No answer is left, some are not on the scale, or weights and clusters do not fit.
    OptionError
        The direction, the scale, `easy` or the labels are none.

    Warns
    -----
    RetentionKitWarning
        The answers look like those of a shorter scale.

    Notes
    -----
    Weights and clusters enter as in `csat`: without `clusters` each answer is taken as that of
    another person. Scores of questions of different direction or scale must not be
    compared; turning one around (8 less the answer) does not make people answer the other question.

    Examples
    --------
    >>> import retentionkit as rk
    >>> found = rk.surveys.ces([7, 6, 6, 3, 5, 7, 2, 6], direction="ease")
    >>> found.easy_share
    Estimate(0.75, 95 % 0.4093 to 0.9285, n = 8)
    >>> found.mean
    Estimate(5.25, 95 % 3.718 to 6.782, n = 8)
    """
    tally = read_tally(
        answers, check_scale(scale), weights=weights, clusters=clusters, missing=missing,
        invalid=invalid, labels=labels,
    )  # fmt: skip
    return _ces_of(tally, direction, easy, confidence)


def _ces_of(tally: Tally, direction: Direction, easy: int | None, confidence: float) -> CES:
    check_choice("direction", direction, get_args(Direction))
    level, scale = check_confidence(confidence), tally.scale
    number = len(scale.steps) // 2 if easy is None else check_top("easy", easy, scale)
    chosen = _easy(scale.steps, direction, scale.ends, number)
    definition = (
        f"{'Weighted mean' if tally.weighted else 'Mean'} answer of {scale} ({scale.high} is "
        f"{_MEANS[direction]}) with a t interval; share of "
        f"{named(scale.steps[chosen].tolist())} with {tally.wilson}"
        f"{tally.design}."
    )
    return CES(
        mean=tally.mean(confidence=level, definition=definition),
        easy_share=tally.share(chosen, confidence=level, definition=definition),
        direction=direction,
        easy=number,
        definition=definition,
        **counts_of(tally),
    )


def _easy(
    steps: NDArray[np.int64], direction: Direction, scale: tuple[int, int], easy: int
) -> NDArray[Any]:
    """Which answers count as easy."""
    return steps > scale[1] - easy if direction == "ease" else steps < scale[0] + easy
