r"""Which share of people would recommend us?

The share of those who said yes, or who gave one of the stated answers on a longer scale, with its
Wilson interval. Not NPS: nobody is taken off for those who would not.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeAlias

import numpy as np

from retentionkit.arguments import check_confidence, check_number
from retentionkit.errors import OptionError
from retentionkit.results import Columns, Estimate, Interval, Result, frozen_array
from retentionkit.surveys._scales.counted_answers import read_tally
from retentionkit.surveys._scales.scale_answers import check_scale, check_steps
from retentionkit.surveys._scales.scale_texts import (
    answers_printed,
    answers_told,
    named,
    share_told,
    weights_told,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from retentionkit.surveys._scales.scale_answers import Labels, Scale, Treatment

__all__ = ["RecommendRate", "Verdict", "recommend_rate"]

#: Whether what was stated lies within the interval, or what was found is more or less than that.
Verdict: TypeAlias = Literal["consistent", "more", "less"]

_SAID: Final[Mapping[Verdict, str]] = {
    "consistent": "consistent (within the interval)",
    "more": "more recommend",
    "less": "fewer recommend",
}
_YES_NO: Final = (0, 1)


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class RecommendRate(Result):
    """Share of people who would recommend, made by `recommend_rate`.

    Arrays are read-only and have shape (k,), one value for each answer of the scale in order.

    Attributes
    ----------
    share
        The share with its Wilson interval, 0 to 1.
    scale
        Lowest and highest answer; 0 and 1 for no and yes.
    recommend
        The answers that count as recommending.
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
    claim
        What was stated, or None.
    verdict
        `"consistent"` if `claim` lies within the interval, `"more"` or `"less"` if the share is
        higher or lower; None without a claim.
    definition
        One sentence: which answers count, and how the interval was made.
    """

    share: Estimate
    scale: tuple[int, int]
    recommend: tuple[int, ...]
    answers: NDArray[np.int64]
    counts: NDArray[np.int64]
    shares: NDArray[np.float64]
    unanswered: int
    invalid: int
    effective_n: float
    claim: float | None
    verdict: Verdict | None
    definition: str

    _heading: ClassVar[str] = "Recommend rate"

    @property
    def value(self) -> float:
        """The share alone."""
        return self.share.value

    @property
    def interval(self) -> Interval:
        """The interval of the share."""
        return self.share.interval

    @property
    def n(self) -> int:
        """Number of answers."""
        return self.share.n

    def __float__(self) -> float:
        """The share alone."""
        return self.share.value

    def _table(self) -> Columns:
        return {
            "answer": self.answers,
            "counted_as": [
                "recommends" if step in self.recommend else "other"
                for step in self.answers.tolist()
            ],
            "count": self.counts,
            "share": self.shares,
        }

    def _printed(self) -> Columns:
        return {} if self.scale == _YES_NO else answers_printed(self._table())

    def _facts(self) -> Mapping[str, str]:
        facts = {"recommend": share_told(self.share)}
        if self.claim is not None and self.verdict is not None:
            facts["claim"] = f"{100 * self.claim:g} %: {_SAID[self.verdict]}"
        return {
            **facts,
            "answers": answers_told(self.n, self.scale, self.unanswered, self.invalid),
            **weights_told(self.n, self.effective_n),
            "definition": self.definition,
        }


def recommend_rate(
    answers: object,
    *,
    scale: tuple[int, int] = (0, 1),
    recommend: Iterable[int] | None = None,
    labels: Labels | None = None,
    weights: object = None,
    claim: float | None = None,
    missing: Treatment = "error",
    invalid: Treatment = "error",
    confidence: float = 0.95,
) -> RecommendRate:
    """Share of people who would recommend, with its interval.

    Parameters
    ----------
    answers
        One answer for each respondent, shape (n,): a list, an array, or a series of pandas, polars
        or pyarrow. True and False, 1 and 0, texts with `labels`, or whole numbers on the scale.
    scale
        The lowest and the highest answer that people could give. Default: no (0) and yes (1).
    recommend
        Which answers count as recommending, such as `[9, 10]` of 0 to 10. Needed on every scale but
        that of no and yes.
    labels
        Which answer each text stands for, such as `{"yes": 1, "no": 0}`.
    weights
        A positive weight for each answer, where some respondents stand for more people.
    claim
        A stated share to hold against the data, such as 0.92.
    missing
        `"error"`, or `"drop"`: missing answers are counted as unanswered.
    invalid
        `"error"`, or `"drop"`: answers that are not on the scale are counted apart.
    confidence
        Level of the interval.

    Returns
    -------
    RecommendRate

    Raises
    ------
    DataError
        No answer is left, some are not on the scale, or the weights do not fit.
    OptionError
        Nothing says which answers count as recommending, or `claim` is no share.

    Warns
    -----
    RetentionKitWarning
        The answers look like those of a shorter scale.

    Notes
    -----
    Weights enter as in `csat`. What people say they would do is not what they do: the share of
    those who did recommend is lower.

    Examples
    --------
    >>> import retentionkit as rk
    >>> answers = ["yes", "yes", "no", "yes", None, "yes"]
    >>> found = rk.surveys.recommend_rate(
    ...     answers, labels={"yes": 1, "no": 0}, claim=0.92, missing="drop"
    ... )
    >>> found
    Recommend rate
      recommend   80.0 %, 95 % 37.6 to 96.4
      claim       92 %: consistent (within the interval)
      answers     5 on the scale 0 to 1; 1 unanswered
      definition  Share of yes (1) with a Wilson interval.
    """
    steps, level = check_scale(scale), check_confidence(confidence)
    chosen = _recommending(recommend, steps)
    stated = None if claim is None else check_number("claim", claim, low=0, high=1)
    tally = read_tally(
        answers, steps, weights=weights, missing=missing, invalid=invalid, labels=labels
    )
    whose = "yes (1)" if steps == _YES_NO else f"{named(chosen)} of {steps}"
    definition = (
        f"{'Weighted share' if tally.weighted else 'Share'} of {whose} with a Wilson interval"
        f"{' of the effective number' if tally.weighted else ''}."
    )
    mask: Any = np.isin(steps.steps, chosen)
    found = tally.share(mask, confidence=level, definition=definition)
    return RecommendRate(
        share=found,
        scale=steps.ends,
        recommend=chosen,
        answers=frozen_array(steps.steps, "int64"),
        counts=frozen_array(tally.counts, "int64"),
        shares=frozen_array(tally.shares, "float64"),
        unanswered=tally.unanswered,
        invalid=tally.invalid,
        effective_n=tally.effective_n,
        claim=stated,
        verdict=None if stated is None else _weigh(stated, found),
        definition=definition,
    )


def _recommending(recommend: Iterable[int] | None, scale: Scale) -> tuple[int, ...]:
    """The answers that count, which only yes and no say by themselves."""
    if scale == _YES_NO:
        if recommend is None or check_steps("recommend", recommend, scale) == (1,):
            return (1,)
    elif recommend is not None:
        return check_steps("recommend", recommend, scale)
    raise OptionError(
        "Nothing says which answers count as recommending.",
        received=f"recommend={recommend!r} on the scale {scale}",
        allowed="answers of the scale; 1 where it is no and yes",
        do=f"Pass them, such as recommend=[{scale.high}].",
    )


def _weigh(stated: float, found: Estimate) -> Verdict:
    if stated in found.interval:
        return "consistent"
    return "more" if found.value > stated else "less"
