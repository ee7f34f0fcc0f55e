"""The net score as a result, from answers or from counts of them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, ClassVar, TypeAlias

import numpy as np

from retentionkit.errors import OptionError
from retentionkit.results import Columns, Interval, Result
from retentionkit.surveys._nps.nps_result import warn_of_no_width
from retentionkit.surveys._nps.sample import METHOD_NAMES, Sample, check_method, limits
from retentionkit.surveys._scales.counted_answers import counted_answers
from retentionkit.surveys._scales.scale_answers import (
    check_scale,
    check_steps,
)
from retentionkit.surveys._scales.scale_texts import aside_told, listed, named, told_score

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind
    from retentionkit.surveys._nps.sample import Method
    from retentionkit.surveys._scales.scale_answers import Scale

    _Sides: TypeAlias = tuple[tuple[int, ...], tuple[int, ...]]

__all__ = ["NetScore", "points_of", "result_of", "sides_of"]

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
    kind
        Kind of the caller's series.
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
    kind: FrameKind | None = dataclasses.field(default=None, compare=False)

    _heading: ClassVar[str] = "Net score (not NPS)"

    @classmethod
    def from_counts(
        cls,
        counts: Mapping[int, int],
        *,
        favourable: Iterable[int],
        unfavourable: Iterable[int],
        scale: tuple[int, int],
        unanswered: int = 0,
        population: int | None = None,
        confidence: float = 0.95,
        method: Method = "adjusted-wald",
        draws: int = 10_000,
        rng: int | np.random.Generator = 0,
    ) -> NetScore:
        """The score of counted answers.

        Parameters
        ----------
        counts
            How often each answer was given, such as `{5: 40, 4: 35, 3: 15}`.
        unanswered
            How many did not answer; they do not enter the score.
        favourable, unfavourable, scale, population, confidence, method, draws, rng
            As in `net_score`.

        Returns
        -------
        NetScore

        Raises
        ------
        OptionError
            A count is not a whole number from 0 on, an answer is not on the scale, or an option
            does not hold.
        DataError
            There is no answer.

        Warns
        -----
        RetentionKitWarning
            The answers look like those of a shorter scale; or all are alike, and the method sees
            no variance.

        Examples
        --------
        >>> import retentionkit as rk
        >>> stars = {5: 40, 4: 35, 3: 15, 2: 6, 1: 4}
        >>> found = rk.surveys.NetScore.from_counts(
        ...     stars, favourable=[5], unfavourable=[1, 2, 3], scale=(1, 5)
        ... )
        >>> found.score, found.n
        (15.0, 100)
        """
        check_method(method, weights=False, clusters=False, population=population is not None)
        steps, sides = sides_of(favourable, unfavourable, scale)
        read = counted_answers(counts, steps, unanswered=unanswered)
        points = points_of(steps.steps, sides)
        first, middle, last = (int(read.counts[points == point].sum()) for point in (1, 0, -1))
        sample = Sample.of_counts(
            (first, middle, last), population=population, others=read.unanswered
        )
        found = limits(sample, method, confidence, draws, rng)
        warn_of_no_width(sample, method)
        return result_of(
            sample, found, confidence, method, steps, sides, (read.unanswered, 0), population, None
        )

    @property
    def n(self) -> int:
        """Number of answers."""
        return self.favourable + self.neutral + self.unfavourable

    def __float__(self) -> float:
        """The score alone."""
        return self.score

    @property
    def value(self) -> float:
        """The score, by the name that every estimate has."""
        return self.score

    def _table(self) -> Columns:
        return {
            "score": [self.score],
            "low": [self.interval.low],
            "high": [self.interval.high],
            "confidence": [self.interval.confidence],
            "method": [self.method],
            "clipped": [self.clipped],
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


def sides_of(favourable: object, unfavourable: object, scale: object) -> tuple[Scale, _Sides]:
    """The scale, and its answers for and against."""
    steps = check_scale(scale)
    above = check_steps("favourable", favourable, steps)
    below = check_steps("unfavourable", unfavourable, steps)
    _check_apart(above, below)
    return steps, (above, below)


def points_of(answers: NDArray[np.int64], sides: _Sides) -> NDArray[np.int64]:
    """1 for a favourable, -1 for an unfavourable answer, else 0."""
    above, below = (np.isin(answers, side).astype(np.int64) for side in sides)
    return above - below


def result_of(
    sample: Sample,
    found: tuple[float, float],
    confidence: float,
    method: Method,
    scale: Scale,
    sides: _Sides,
    aside: tuple[int, int],
    population: int | None,
    kind: FrameKind | None,
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
        kind=kind,
    )


def _definition(
    sample: Sample,
    scale: Scale,
    sides: _Sides,
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
