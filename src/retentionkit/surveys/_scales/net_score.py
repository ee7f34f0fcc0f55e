r"""A net score on any scale, which is not NPS: favourable less unfavourable answers.

There is no standard by which answers on another scale than 0 to 10 are promoters. Whoever wants a
net score of one says which answers are favourable and which unfavourable; the rest is neutral. The
variance, the intervals and what holds with weights and clusters are those of `nps`.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from retentionkit.errors import OptionError
from retentionkit.results import Columns, Interval, Result
from retentionkit.surveys._nps.answers import read_clusters, read_weights
from retentionkit.surveys._nps.nps_result import warn_of_no_width
from retentionkit.surveys._nps.sample import METHOD_NAMES, Sample, check_method, limits
from retentionkit.surveys._scales.counted_answers import check_some
from retentionkit.surveys._scales.scale_answers import check_scale, check_steps, read_scale_answers
from retentionkit.surveys._scales.scale_texts import aside_told, listed, named, told_score

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from retentionkit.surveys._nps.sample import Method
    from retentionkit.surveys._scales.scale_answers import Labels, Scale, Treatment

__all__ = ["NetScore", "net_score"]

_END = 100.0  # of the score, on either side


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class NetScore(Result):
    """A net score with its interval, on the scale -100 to 100; not NPS. Made by `net_score`.

    Attributes
    ----------
    score
        Share of favourable less share of unfavourable answers, times 100, not rounded; weighted if
        weights were given.
    standard_error
        Its standard error; 0 where all answers are alike, NaN where one cluster cannot tell.
    interval
        Its interval, cut off at -100 and 100.
    clipped
        Whether it was cut off.
    favourable, neutral, unfavourable
        Numbers of answers of each kind.
    scale
        Lowest and highest answer.
    favourable_answers, neutral_answers, unfavourable_answers
        Which answers of the scale are of each kind.
    unanswered, invalid
        How many did not answer, and how many answers were not on the scale.
    effective_n
        Kish's effective number of answers of unequal weight; n without weights.
    design_effect
        How many times the variance of the score is that of as many independent answers of equal
        weight; NaN where one cluster cannot tell.
    method
        How the interval was made.
    definition
        One sentence: which answers are of which kind, and that this is not NPS.
    """

    score: float
    standard_error: float
    interval: Interval
    clipped: bool
    favourable: int
    neutral: int
    unfavourable: int
    scale: tuple[int, int]
    favourable_answers: tuple[int, ...]
    neutral_answers: tuple[int, ...]
    unfavourable_answers: tuple[int, ...]
    unanswered: int
    invalid: int
    effective_n: float
    design_effect: float
    method: Method
    definition: str

    _heading: ClassVar[str] = "Net score (not NPS)"

    @property
    def n(self) -> int:
        """Number of answers."""
        return self.favourable + self.neutral + self.unfavourable

    def __float__(self) -> float:
        """The score alone."""
        return self.score

    def _table(self) -> Columns:
        return {
            "score": [self.score],
            "low": [self.interval.low],
            "high": [self.interval.high],
            "standard_error": [self.standard_error],
            "n": [self.n],
            "favourable": [self.favourable],
            "neutral": [self.neutral],
            "unfavourable": [self.unfavourable],
            "unanswered": [self.unanswered],
            "invalid": [self.invalid],
            "effective_n": [self.effective_n],
            "design_effect": [self.design_effect],
        }

    def _printed(self) -> Columns:
        return {}  # the facts say it all

    def _facts(self) -> Mapping[str, str]:
        answers = (
            f"{self.n:,} = {self.favourable:,} favourable + {self.neutral:,} neutral"
            f" + {self.unfavourable:,} unfavourable"
        )
        facts = {
            "score": told_score(self.score, self.interval, clipped=self.clipped),
            "answers": answers + aside_told(unanswered=self.unanswered, invalid=self.invalid),
        }
        if not np.isclose(self.design_effect, 1, equal_nan=True):
            facts["design"] = f"effect {self.design_effect:.3g} on the variance"
        return {**facts, "method": METHOD_NAMES[self.method], "definition": self.definition}


def net_score(
    answers: object,
    *,
    favourable: Iterable[int],
    unfavourable: Iterable[int],
    scale: tuple[int, int],
    labels: Labels | None = None,
    weights: object = None,
    clusters: object = None,
    population: int | None = None,
    missing: Treatment = "error",
    invalid: Treatment = "error",
    confidence: float = 0.95,
    method: Method = "adjusted-wald",
    draws: int = 10_000,
    rng: int | np.random.Generator = 0,
) -> NetScore:
    """Favourable less unfavourable answers in per cent, on a scale that is not that of NPS.

    Parameters
    ----------
    answers
        One answer for each respondent, shape (n,): a list, an array, or a series of pandas, polars
        or pyarrow. Whole numbers on the scale, or texts with `labels`.
    favourable, unfavourable
        Which answers count for and against. All others of the scale are neutral.
    scale
        The lowest and the highest answer that people could give.
    labels
        Which answer each text stands for, such as `{"good": 3, "fair": 2, "poor": 1}`.
    weights, clusters, population
        As in `nps`.
    missing
        `"error"`, or `"drop"`: missing answers are counted as unanswered.
    invalid
        `"error"`, or `"drop"`: answers that are not on the scale are counted apart.
    confidence
        Level of the interval.
    method, draws, rng
        As in `nps`, and under the same conditions.

    Returns
    -------
    NetScore

    Raises
    ------
    DataError
        No answer is left, some are not on the scale, or weights and clusters do not fit.
    OptionError
        An answer is both favourable and unfavourable, or on neither side of the scale; the method
        does not hold with weights, clusters or a population.

    Warns
    -----
    RetentionKitWarning
        The answers look like those of a shorter scale; or all are alike, and the method sees no
        variance.

    Notes
    -----
    No mapping makes a scale of five answers one of eleven: people use the two differently, and the
    score moves with the mapping. Compare such a score with itself only, under one mapping.

    Examples
    --------
    >>> import retentionkit as rk
    >>> answers = [5, 5, 4, 3, 5, 2, 4, 5, 1, 4]
    >>> rk.surveys.net_score(answers, favourable=[5], unfavourable=[1, 2, 3], scale=(1, 5))
    Net score (not NPS)
      score       10.0, 95 % -36.1 to 51.4
      answers     10 = 4 favourable + 3 neutral + 3 unfavourable
      method      adjusted Wald
      definition  Share of answer 5 less share of answers 1 to 3 of 1 to 5 in per cent, answer 4
                  neutral; not NPS, which is asked from 0 to 10.
    """
    check_method(
        method,
        weights=weights is not None,
        clusters=clusters is not None,
        population=population is not None,
    )
    steps = check_scale(scale)
    sides = (
        check_steps("favourable", favourable, steps),
        check_steps("unfavourable", unfavourable, steps),
    )
    _check_apart(*sides)
    read = read_scale_answers(answers, scale=steps, missing=missing, invalid=invalid, labels=labels)
    check_some(len(read.values), steps, unanswered=read.unanswered, invalid=read.invalid)
    above, below = (np.isin(read.values, side).astype(np.int64) for side in sides)
    sample = Sample.of_points(
        above - below,
        weights=None if weights is None else read_weights(weights, read.given),
        clusters=None if clusters is None else read_clusters(clusters, read.given),
        population=population,
    )
    found = limits(sample, method, confidence, draws, rng)
    warn_of_no_width(sample, method)
    return _result(
        sample, found, confidence, method, steps, sides, (read.unanswered, read.invalid), population
    )


def _result(
    sample: Sample,
    found: tuple[float, float],
    confidence: float,
    method: Method,
    scale: Scale,
    sides: tuple[tuple[int, ...], tuple[int, ...]],
    aside: tuple[int, int],
    population: int | None,
) -> NetScore:
    low, high = (_END * limit for limit in found)
    above, below = sides
    neutral = tuple(step for step in scale.steps.tolist() if step not in {*above, *below})
    return NetScore(
        score=sample.score,
        standard_error=_END * sample.standard_error,
        interval=Interval(max(low, -_END), min(high, _END), confidence),
        clipped=low < -_END or high > _END,
        favourable=sample.counts[0],
        neutral=sample.counts[1],
        unfavourable=sample.counts[2],
        scale=scale.ends,
        favourable_answers=above,
        neutral_answers=neutral,
        unfavourable_answers=below,
        unanswered=aside[0],
        invalid=aside[1],
        effective_n=sample.effective_n,
        design_effect=sum(sample.counts) / sample.linear,
        method=method,
        definition=_definition(sample, scale, sides, neutral, population),
    )


def _definition(
    sample: Sample,
    scale: Scale,
    sides: tuple[tuple[int, ...], tuple[int, ...]],
    neutral: tuple[int, ...],
    population: int | None,
) -> str:
    middle = f"{named(neutral)} neutral" if neutral else "none neutral"
    above, below = (named(side) for side in sides)
    parts = [f"Share of {above} less share of {below} of {scale} in per cent, {middle}"]
    if sample.weights is not None:
        parts.append("each with its weight")
    if sample.n_clusters is not None:
        parts.append(f"its error from the spread of {sample.n_clusters:,} clusters")
    if population is not None:
        parts.append(f"from a population of {population:,}")
    return ", ".join(parts) + "; not NPS, which is asked from 0 to 10."


def _check_apart(above: tuple[int, ...], below: tuple[int, ...]) -> None:
    both = sorted(set(above) & set(below))
    if both:
        raise OptionError(
            "An answer cannot be both favourable and unfavourable.",
            received=f"{listed(both)} on both sides",
            allowed="each answer of the scale on one side, or on neither",
            do="Decide on which side it is, or leave it out as neutral.",
        )
