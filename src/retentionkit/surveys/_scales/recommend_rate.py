r"""Which share of people would recommend us?

The share of those who said yes, or who gave one of the stated answers on a longer scale, with its
Wilson interval. Not NPS: nobody is taken off for those who would not.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeAlias

import numpy as np

from retentionkit.arguments import check_confidence, check_number
from retentionkit.errors import OptionError
from retentionkit.surveys._scales.counted_answers import counted_answers, read_tally
from retentionkit.surveys._scales.scale_answers import check_scale, check_steps
from retentionkit.surveys._scales.scale_result import ScaleResult, columns_of, counts_of
from retentionkit.surveys._scales.scale_texts import answers_printed, named, share_told

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from retentionkit.results import Columns, Estimate
    from retentionkit.surveys._scales.counted_answers import Tally
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


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class RecommendRate(ScaleResult):
    """Share of people who would recommend, made by `recommend_rate` or `from_counts`.

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
    n_clusters
        How many clusters there are; None where answers are independent.
    claim
        What was stated, or None.
    verdict
        `"consistent"` if `claim` lies within the interval, `"more"` or `"less"` if the share is
        higher or lower; None without a claim or an interval.
    definition
        One sentence: which answers count, and how the interval was made.
    kind
        The kind of series that the answers came in.
    """

    share: Estimate
    recommend: tuple[int, ...]
    claim: float | None
    verdict: Verdict | None

    _heading: ClassVar[str] = "Recommend rate"

    @classmethod
    def from_counts(
        cls,
        counts: Mapping[int, int],
        *,
        scale: tuple[int, int] = (0, 1),
        recommend: Iterable[int] | None = None,
        unanswered: int = 0,
        claim: float | None = None,
        confidence: float = 0.95,
    ) -> RecommendRate:
        """The same from counted answers; the total is the sum of the counts.

        Parameters
        ----------
        counts
            How often each answer was given; an answer that is not named was never given.
        scale, recommend, claim, confidence
            As in `recommend_rate`.
        unanswered
            How many did not answer; they do not enter the share.

        Returns
        -------
        RecommendRate

        Raises
        ------
        OptionError
            A count is not a whole number from 0 on, or is one of no answer of the scale; nothing
            says which answers count as recommending.
        DataError
            There is no answer.

        Examples
        --------
        >>> import retentionkit as rk
        >>> rk.surveys.RecommendRate.from_counts({1: 46, 0: 4}).share
        Estimate(0.92, 95 % 0.8116 to 0.9685, n = 50)
        """
        steps = check_scale(scale)
        chosen = _recommending(recommend, steps)
        tally = counted_answers(counts, steps, unanswered=unanswered)
        return _rate_of(tally, chosen, claim, confidence)

    @property
    def _figure(self) -> Estimate:
        return self.share

    def _counted_as(self) -> list[str]:
        chosen = self.recommend
        return ["recommends" if step in chosen else "other" for step in self.answers.tolist()]

    def _figures(self) -> Columns:
        found = columns_of(self.share, "share")
        if self.claim is None:
            return found
        return {**found, "claim": [self.claim], "verdict": [self.verdict]}

    def _printed(self) -> Columns:
        return {} if self.scale == _YES_NO else answers_printed(self._distribution())

    def _told(self) -> Mapping[str, str]:
        facts = {"recommend": share_told(self.share)}
        if self.claim is not None and self.verdict is not None:
            facts["claim"] = f"{100 * self.claim:g} %: {_SAID[self.verdict]}"
        return facts


def recommend_rate(
    answers: object,
    *,
    scale: tuple[int, int] = (0, 1),
    recommend: Iterable[int] | None = None,
    labels: Labels | None = None,
    weights: object = None,
    clusters: object = None,
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
    clusters
        Which answers belong together and are not independent, such as the customer of each where
        some answered several times: one label for each answer.
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
        No answer is left, some are not on the scale, or weights and clusters do not fit.
    OptionError
        Nothing says which answers count as recommending, or `claim` is no share.

    Warns
    -----
    RetentionKitWarning
        The answers look like those of a shorter scale.

    Notes
    -----
    Weights and clusters enter as in `csat`. What people say they would do is not what they do: the
    share of those who did recommend is lower.

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
    steps = check_scale(scale)
    chosen = _recommending(recommend, steps)
    tally = read_tally(
        answers, steps, weights=weights, clusters=clusters, missing=missing, invalid=invalid,
        labels=labels,
    )  # fmt: skip
    return _rate_of(tally, chosen, claim, confidence)


def _rate_of(
    tally: Tally, chosen: tuple[int, ...], claim: float | None, confidence: float
) -> RecommendRate:
    level, stated = check_confidence(confidence), _check_claim(claim)
    scale = tally.scale
    whose = "yes (1)" if scale == _YES_NO else f"{named(chosen)} of {scale}"
    share = "Weighted share" if tally.weighted else "Share"
    definition = f"{share} of {whose} with {tally.wilson}{tally.design}."
    mask: Any = np.isin(scale.steps, chosen)
    found = tally.share(mask, confidence=level, definition=definition)
    return RecommendRate(
        share=found,
        recommend=chosen,
        claim=stated,
        verdict=None if stated is None else _weigh(stated, found),
        definition=definition,
        **counts_of(tally),
    )


def _check_claim(claim: float | None) -> float | None:
    do = "Write 92 % as claim=0.92."
    return None if claim is None else check_number("claim", claim, low=0, high=1, do=do)


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


def _weigh(stated: float, found: Estimate) -> Verdict | None:
    if math.isnan(found.interval.low):
        return None
    if stated in found.interval:
        return "consistent"
    return "more" if found.value > stated else "less"
