"""The net promoter score as a result."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from retentionkit._texts import counted
from retentionkit.arguments import check_whole
from retentionkit.errors import DataError, warn
from retentionkit.results import Columns, Interval, Result, frozen_array
from retentionkit.surveys._nps.sample import METHOD_NAMES, Method, Sample, check_method, limits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind

__all__ = ["NPS", "nps_of"]

_END = 100.0  # of the scale, on either side


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class NPS(Result):
    """Net promoter score with its standard error and interval, all on the scale -100 to 100.

    Made by `nps` from answers, or by `from_counts`.

    Attributes
    ----------
    score
        Share of promoters less share of detractors, times 100, not rounded; weighted if weights
        were given.
    standard_error
        Its standard error; 0 where all answers are alike, NaN where one cluster cannot tell.
    interval
        Its interval, cut off at the ends of the scale.
    clipped
        Whether it was cut off.
    promoters, passives, detractors
        Numbers of answers of 9 and 10, of 7 and 8, and of 0 to 6.
    promoter_share, passive_share, detractor_share
        Their shares, 0 to 1; weighted if weights were given.
    unanswered, invalid
        How many did not answer, and how many answers were not on the scale.
    effective_n
        Kish's effective number of answers of unequal weight; n without weights.
    design_effect
        How many times the variance of the score is that of as many independent answers of equal
        weight, through weights, clusters and population; NaN where one cluster cannot tell.
    n_clusters
        How many clusters the answers came from; None where they are independent.
    population
        How many people could have answered; None for very many.
    worth
        Promoters, passives and detractors as many as intervals and comparisons take them for,
        shape (3,): the counts, or the weighted shares times the number of independent answers that
        all are worth, which is at most Kish's. NaN where one cluster cannot tell. Where everybody
        answered, infinite for each kind that was given and 0 for the others; the sum is infinite.
    method
        How the interval was made.
    definition
        One sentence: what the score is, and how weights, clusters and population enter.
    kind
        Kind of the caller's frame or series.
    """

    score: float
    standard_error: float
    interval: Interval
    clipped: bool
    promoters: int
    passives: int
    detractors: int
    promoter_share: float
    passive_share: float
    detractor_share: float
    unanswered: int
    invalid: int
    effective_n: float
    design_effect: float
    n_clusters: int | None
    population: int | None
    worth: NDArray[np.float64]
    method: Method
    definition: str
    kind: FrameKind | None = dataclasses.field(default=None, compare=False)

    _heading: ClassVar[str] = "NPS"

    @classmethod
    def from_counts(
        cls,
        *,
        promoters: int,
        passives: int,
        detractors: int,
        unanswered: int = 0,
        population: int | None = None,
        confidence: float = 0.95,
        method: Method = "adjusted-wald",
        draws: int = 10_000,
        rng: int | np.random.Generator = 0,
    ) -> NPS:
        """The score of counted answers.

        Parameters
        ----------
        promoters, passives, detractors
            Numbers of answers of 9 and 10, of 7 and 8, and of 0 to 6.
        unanswered
            How many did not answer; they do not enter the score.
        population, confidence, method, draws, rng
            As in `nps`.

        Returns
        -------
        NPS

        Raises
        ------
        OptionError
            A count is not a whole number from 0 on, or the method does not hold.
        DataError
            There is no answer.

        Examples
        --------
        >>> import retentionkit as rk
        >>> rk.surveys.NPS.from_counts(promoters=8, passives=0, detractors=0)
        NPS
          score       100.0, 95 % 38.5 to 100.0 (cut off at the end of the scale)
          answers     8 = 8 promoters + 0 passives + 0 detractors
          method      adjusted Wald
          definition  Promoters (9, 10) less detractors (0 to 6) in per cent of all answers.
        """
        check_method(method, weights=False, clusters=False, population=population is not None)
        counts = (
            check_whole("promoters", promoters, low=0),
            check_whole("passives", passives, low=0),
            check_whole("detractors", detractors, low=0),
        )
        absent = check_whole("unanswered", unanswered, low=0)
        check_any(sum(counts), unanswered=absent, invalid=0)
        sample = Sample.of_counts(counts, population=population)
        definition = definition_of(weighted=False, clusters=None, population=population)
        found = limits(sample, method, confidence, draws, rng)
        warn_of_no_width(sample, method)
        return nps_of(sample, found, confidence, method, definition, unanswered=absent)

    @property
    def n(self) -> int:
        """Number of answers."""
        return self.promoters + self.passives + self.detractors

    def _table(self) -> Columns:
        return {
            "score": [self.score],
            "low": [self.interval.low],
            "high": [self.interval.high],
            "standard_error": [self.standard_error],
            "n": [self.n],
            "promoters": [self.promoters],
            "passives": [self.passives],
            "detractors": [self.detractors],
            "unanswered": [self.unanswered],
            "invalid": [self.invalid],
            "effective_n": [self.effective_n],
            "design_effect": [self.design_effect],
        }

    def _printed(self) -> Columns:
        return {}  # the facts say it all

    def _facts(self) -> Mapping[str, str]:
        kinds = (
            counted(self.promoters, "promoter"),
            counted(self.passives, "passive"),
            counted(self.detractors, "detractor"),
        )
        others = [
            f"{number:,} {name}"
            for number, name in ((self.unanswered, "unanswered"), (self.invalid, "invalid"))
            if number
        ]
        facts = {
            "score": self._told(),
            "answers": "; ".join([f"{self.n:,} = {' + '.join(kinds)}", *others]),
        }
        if self.design_effect not in {0, 1} and not math.isnan(self.design_effect):
            kish = f"; {self.effective_n:,.1f} effective answers (Kish)"
            facts["design"] = (
                f"variance {self.design_effect:.3g} times that of {self.n:,} independent answers"
                f"{kish if self.effective_n != self.n else ''}"
            )
        return {**facts, "method": METHOD_NAMES[self.method], "definition": self.definition}

    def _told(self) -> str:
        """The score and its interval in words."""
        low, high, level = self.interval.low, self.interval.high, self.interval.confidence
        if math.isnan(low):
            return f"{self.score:z.1f}, interval undefined: all answers are of one cluster"
        if self.design_effect == 0:
            return f"{self.score:z.1f}, without sampling error: everybody answered"
        # A decimal more than the width has, where that is below one point.
        places = 1 - math.floor(math.log10(high - low)) if 0 < high - low < 1 else 1
        value, first, last = (f"{number:z.{places}f}" for number in (self.score, low, high))
        told = f"{value}, {100 * level:g} % {first} to {last}"
        if high == low:
            return f"{told} (no width: all answers are alike)"
        if self.method == "bayesian" and not low <= self.score <= high:
            return f"{told} (around the score with three answers added)"
        return f"{told} (cut off at the end of the scale)" if self.clipped else told


def nps_of(
    sample: Sample,
    found: tuple[float, float],
    confidence: float,
    method: Method,
    definition: str,
    *,
    unanswered: int = 0,
    invalid: int = 0,
    kind: FrameKind | None = None,
) -> NPS:
    """The score of a sample and its limits on the scale -1 to 1 as a result."""
    low, high = (100 * limit for limit in found)
    if math.isinf(sample.worth):
        low = high = sample.score
    return NPS(
        score=sample.score,
        standard_error=100 * sample.standard_error,
        interval=Interval(max(low, -_END), min(high, _END), confidence),
        clipped=low < -_END or high > _END,
        promoters=sample.counts[0],
        passives=sample.counts[1],
        detractors=sample.counts[2],
        promoter_share=sample.shares[0],
        passive_share=sample.shares[1],
        detractor_share=sample.shares[2],
        unanswered=unanswered,
        invalid=invalid,
        effective_n=sample.effective_n,
        design_effect=sum(sample.counts) / sample.linear,
        n_clusters=sample.n_clusters,
        population=sample.population,
        worth=frozen_array(sample.worths, np.float64),
        method=method,
        definition=definition,
        kind=kind,
    )


def check_any(answers: int, *, unanswered: int, invalid: int) -> None:
    """Refuse a score of nothing."""
    if answers == 0:
        raise DataError(
            "There is no answer.",
            received=f"{unanswered:,} unanswered, {invalid:,} invalid",
            allowed="at least one answer from 0 to 10",
            do="Check the column that the answers came from.",
        )


def definition_of(*, weighted: bool, clusters: int | None, population: int | None) -> str:
    """One sentence on what the score is."""
    told = "Promoters (9, 10) less detractors (0 to 6) in per cent of all answers"
    told += ", each with its weight" if weighted else ""
    told += "" if clusters is None and population is None else ", with the error of a sample"
    told += "" if clusters is None else f" of {counted(clusters, 'cluster')}"
    told += "" if population is None else f" from a population of {population:,}"
    return f"{told}."


def warn_of_no_width(sample: Sample, method: Method) -> None:
    """A method that sees no variance where all answers are alike claims to be certain."""
    if method in {"wald", "bootstrap"} and max(sample.counts) == sum(sample.counts):
        if math.isinf(sample.worth):
            return
        warn(
            f"All {sum(sample.counts):,} answers are alike: method={method!r} gives an interval "
            f"without width, as if that were certain. Use 'adjusted-wald' or 'score'."
        )
