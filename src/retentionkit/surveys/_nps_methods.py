"""What an interval of NPS is made of, and under which conditions each method holds."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

import numpy as np

from retentionkit.arguments import check_choice
from retentionkit.errors import OptionError
from retentionkit.surveys import _nps_intervals as limits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["METHODS", "Method", "Sample", "check_method", "interval"]

#: How an interval of the score is made.
Method: TypeAlias = Literal["adjusted-wald", "wald", "score", "bootstrap", "bayesian"]

METHODS: Final[tuple[Method, ...]] = get_args(Method)

#: What each method holds with, besides independent answers of equal weight.
_HOLDS: Final[Mapping[Method, tuple[str, ...]]] = {
    "adjusted-wald": ("weights", "clusters", "population"),
    "wald": ("weights", "clusters", "population"),
    "bootstrap": ("weights", "clusters"),
    "score": (),
    "bayesian": (),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Sample:
    """Answers as points 1, 0 and -1, and what makes them worth more or less than that many.

    Attributes
    ----------
    counts
        Promoters, passives and detractors among the answers.
    shares
        Their weighted shares.
    standard_error
        Of the score on the scale -1 to 1, before the correction for a finite population; NaN where
        it cannot be told.
    effective_n
        How many independent answers of equal weight have the same standard error.
    kish_n
        Kish's effective number of answers of unequal weight.
    points, weights, clusters
        The answers themselves; None where only counts are known or all are alike.
    population
        How many people there are in all; None if that does not matter.
    """

    counts: tuple[float, float, float]
    shares: tuple[float, float, float]
    standard_error: float
    effective_n: float
    kish_n: float
    points: NDArray[np.int64] | None = None
    weights: NDArray[np.float64] | None = None
    clusters: NDArray[np.int64] | None = None
    population: int | None = None

    @property
    def n(self) -> float:
        """Number of answers."""
        return sum(self.counts)

    @property
    def correction(self) -> float:
        """What a standard error is multiplied with where most people answered."""
        if self.population is None:
            return 1.0
        return math.sqrt(max(self.population - self.n, 0) / max(self.population - 1, 1))

    @classmethod
    def of_counts(
        cls, promoters: float, passives: float, detractors: float, population: int | None = None
    ) -> Sample:
        """Independent answers of equal weight."""
        counts = (promoters, passives, detractors)
        n = sum(counts)
        _, variance = limits.variance(counts)
        return cls(
            counts=counts,
            shares=(promoters / n, passives / n, detractors / n),
            standard_error=math.sqrt(variance / n),
            effective_n=n,
            kish_n=n,
            population=population,
        )

    @classmethod
    def of_points(
        cls,
        points: NDArray[np.int64],
        weights: NDArray[np.float64] | None,
        clusters: NDArray[np.int64] | None,
        population: int | None,
    ) -> Sample:
        """Answers with their weights and clusters."""
        promoters, passives, detractors = (int((points == k).sum()) for k in (1, 0, -1))
        plain = cls.of_counts(promoters, passives, detractors, population)
        if weights is None and clusters is None:
            return dataclasses.replace(plain, points=points)
        w = np.ones(len(points)) if weights is None else weights
        total = float(w.sum())
        shares = tuple(float(w[points == k].sum()) / total for k in (1, 0, -1))
        residuals = w * (points - (shares[0] - shares[2]))
        number = len(points)
        if clusters is not None:
            residuals = np.bincount(clusters, weights=residuals)
            number = len(residuals)
        # One cluster alone cannot tell how clusters differ.
        few = math.nan if clusters is not None and number < 2 else 1.0  # noqa: PLR2004 - two
        grown = number / (number - 1) if clusters is not None and number > 1 else 1.0
        error = few * math.sqrt(grown * float(residuals @ residuals)) / total
        _, variance = limits.variance(shares)
        kish = total**2 / float(w @ w)
        return dataclasses.replace(
            plain,
            shares=shares,
            standard_error=error,
            effective_n=variance / error**2 if error > 0 else kish,
            kish_n=kish,
            points=points,
            weights=weights,
            clusters=clusters,
        )


def check_method(method: Method, *, weights: bool, clusters: bool, population: bool) -> None:
    """Refuse a method under conditions for which it was not made."""
    check_choice("method", method, METHODS)
    asked = {"weights": weights, "clusters": clusters, "population": population}
    unfit = [name for name, given in asked.items() if given and name not in _HOLDS[method]]
    if unfit:
        fit = [other for other in METHODS if set(unfit) <= set(_HOLDS[other])]
        raise OptionError(
            f"This interval does not hold with {' and '.join(unfit)}.",
            received=f"method={method!r} with {', '.join(unfit)}",
            allowed=", ".join(map(repr, fit)),
            do=f"Pass method={fit[0]!r}, or leave {' and '.join(unfit)} out.",
        )


def interval(
    sample: Sample, method: Method, confidence: float, draws: int, rng: int | np.random.Generator
) -> tuple[float, float]:
    """Limits of the score on the scale -1 to 1, which may pass its ends."""
    value = sample.shares[0] - sample.shares[2]
    if method == "wald":
        return limits.wald(value, sample.standard_error * sample.correction, confidence)
    if method == "adjusted-wald":
        n = sample.effective_n
        p, q, d = (share * n for share in sample.shares)
        centre, variance = limits.variance(limits.adjusted((p, q, d)))
        error = math.sqrt(variance / (n + sum(limits.ADDED))) * sample.correction
        return limits.wald(centre, error, confidence)
    if method == "score":
        return limits.score(sample.counts, confidence)
    generator = np.random.default_rng(rng)
    if method == "bayesian":
        return limits.bayesian(sample.counts, confidence, draws=draws, rng=generator)
    return _bootstrap(sample, confidence, draws, generator)


def _bootstrap(
    sample: Sample, confidence: float, draws: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Percentiles of the score of respondents, or whole clusters, drawn anew."""
    if sample.points is None or (sample.weights is None and sample.clusters is None):
        return limits.bootstrap(sample.counts, confidence, draws=draws, rng=rng)
    w = np.ones(len(sample.points)) if sample.weights is None else sample.weights
    group = np.arange(len(w)) if sample.clusters is None else sample.clusters
    above = np.bincount(group, weights=w * sample.points)
    below = np.bincount(group, weights=w)
    drawn = np.empty(draws)
    for at in range(draws):
        some = rng.integers(0, len(above), len(above))
        drawn[at] = above[some].sum() / below[some].sum()
    return limits.percentiles(drawn, confidence)
