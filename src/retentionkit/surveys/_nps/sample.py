"""Answers as a sample: what they are worth, and which interval of the net score holds for them."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

import numpy as np

from retentionkit import net_scores
from retentionkit.arguments import check_choice, check_confidence, check_whole
from retentionkit.errors import OptionError
from retentionkit.intervals import normal_quantile, t_quantile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["METHODS", "METHOD_NAMES", "Method", "Sample", "check_method", "limits"]

#: How an interval of the score is made.
Method: TypeAlias = Literal["adjusted-wald", "wald", "score", "bootstrap", "bayesian"]

METHODS: Final[tuple[Method, ...]] = get_args(Method)

METHOD_NAMES: Final[Mapping[Method, str]] = {
    "adjusted-wald": "adjusted Wald",
    "wald": "Wald",
    "score": "score (constrained maximum likelihood)",
    "bootstrap": "bootstrap, percentiles",
    "bayesian": "Bayesian (Dirichlet)",
}

#: Rows of each kind from which kinds are drawn rather than rows.
_SELDOM: Final = 20

#: What each method holds with, besides independent answers of equal weight from many people.
_HOLDS: Final[Mapping[Method, tuple[str, ...]]] = {
    "adjusted-wald": ("weights", "clusters", "population"),
    "wald": ("weights", "clusters", "population"),
    "score": (),
    "bootstrap": ("weights", "clusters"),
    "bayesian": (),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Sample:
    """Answers as points 1, 0 and -1, and what makes them worth more or less than that many.

    Attributes
    ----------
    counts
        Promoters, passives and detractors among the answers.
    sums
        Their weights added up: the counts where there are none.
    linear
        How many independent answers of equal weight, from a population without end, would have the
        same (linearised) standard error; NaN where one cluster cannot tell.
    worth
        How many intervals and comparisons take them for, see `net_scores.cautious_n`; infinite
        where everybody answered.
    effective_n
        Kish's effective number of answers of unequal weight.
    n_clusters
        How many clusters there are; None where answers are independent.
    population
        How many people could have answered; None for very many.
    points, weights, clusters
        The answers themselves, the largest weight 1; None where only counts are known, or all
        answers are independent and of equal weight.
    """

    counts: tuple[int, int, int]
    sums: tuple[float, float, float]
    linear: float
    worth: float
    effective_n: float
    n_clusters: int | None = None
    population: int | None = None
    points: NDArray[np.int64] | None = None
    weights: NDArray[np.float64] | None = None
    clusters: NDArray[np.int64] | None = None

    @property
    def shares(self) -> tuple[float, float, float]:
        """Shares of promoters, passives and detractors."""
        total = sum(self.sums)
        first, middle, last = self.sums
        return first / total, middle / total, last / total

    @property
    def worths(self) -> tuple[float, float, float]:
        """Promoters, passives and detractors as many as they are taken for; 0 for no answer."""
        first, middle, last = (
            share * self.worth if share or math.isnan(self.worth) else 0.0 for share in self.shares
        )
        return first, middle, last

    @property
    def score(self) -> float:
        """The score on the scale -100 to 100; of counts as exact as a number can be."""
        return 100 * (self.sums[0] - self.sums[2]) / sum(self.sums)

    @property
    def value(self) -> float:
        """The score, -1 to 1."""
        return self.score / 100

    @property
    def standard_error(self) -> float:
        """Of the score; 0 where all answers are alike, NaN where one cluster cannot tell."""
        _, variance = net_scores.moments(self.sums)
        return math.sqrt(float(variance) / self.linear)

    @classmethod
    def of_counts(cls, counts: tuple[int, int, int], *, population: int | None = None) -> Sample:
        """Independent answers of equal weight."""
        n = sum(counts)
        first, middle, last = map(float, counts)
        worth = n * _growth(n, population)
        return cls(counts, (first, middle, last), worth, worth, float(n), population=population)

    @classmethod
    def of_points(
        cls,
        points: NDArray[np.int64],
        *,
        weights: NDArray[np.float64] | None = None,
        clusters: NDArray[np.int64] | None = None,
        population: int | None = None,
    ) -> Sample:
        """Answers with their weights and clusters."""
        place = 1 - points  # promoters, passives, detractors
        promoters, passives, detractors = np.bincount(place, minlength=3).tolist()
        counts = (promoters, passives, detractors)
        if weights is None and clusters is None:
            return cls.of_counts(counts, population=population)
        # Only their ratios count; squares of very large ones would be infinite.
        w = np.ones(len(points)) if weights is None else weights / weights.max()
        sums = np.bincount(place, weights=w, minlength=3)
        squares = np.bincount(place, weights=w * w, minlength=3)
        linear = float(net_scores.effective_n(sums, squares))
        if clusters is not None:
            value = float(net_scores.moments(sums)[0])
            residuals = np.bincount(clusters, weights=w * (points - value))
            sizes = np.bincount(clusters, weights=w)
            scatter, size, number = residuals @ residuals, sizes @ sizes, len(sizes)
            linear = float(
                net_scores.clustered_n(
                    linear, sums=sums, scatter=scatter, sizes=size, number=number
                )
            )
        growth = _growth(len(points), population)
        promoters, passives, detractors = sums.tolist()
        return cls(
            counts=counts,
            sums=(promoters, passives, detractors),
            linear=linear * growth,
            worth=float(net_scores.cautious_n(linear, sums, squares)) * growth,
            effective_n=float(sums.sum() ** 2 / squares.sum()),
            n_clusters=None if clusters is None else int(clusters.max()) + 1,
            population=population,
            points=points,
            weights=None if weights is None else w,
            clusters=clusters,
        )


def check_method(method: Method, *, weights: bool, clusters: bool, population: bool) -> None:
    """Refuse a method under conditions for which it was not made."""
    check_choice("method", method, METHODS)
    asked = {"weights": weights, "clusters": clusters, "population": population}
    unfit = [name for name, given in asked.items() if given and name not in _HOLDS[method]]
    if unfit:
        given_all = {name for name, given in asked.items() if given}
        fit = [other for other in METHODS if given_all <= set(_HOLDS[other])]
        raise OptionError(
            f"This interval does not hold with {' and '.join(unfit)}.",
            received=f"method={method!r} with {', '.join(unfit)}",
            allowed=", ".join(map(repr, fit)),
            do=f"Pass method={fit[0]!r}, or leave {' and '.join(unfit)} out.",
        )


def limits(
    sample: Sample, method: Method, confidence: float, draws: int, rng: int | np.random.Generator
) -> tuple[float, float]:
    """Limits of the score on the scale -1 to 1, which may pass its ends."""
    check_confidence(confidence)
    if method == "bootstrap":
        return _bootstrap(sample, confidence, check_whole("draws", draws, low=100), rng)
    if method == "score":
        low, high = net_scores.score(sample.counts, confidence=confidence)
    elif method == "bayesian":
        low, high = net_scores.bayesian(sample.counts, confidence=confidence)
    elif math.isinf(sample.worth):  # everybody answered
        return sample.value, sample.value
    else:
        make = net_scores.wald if method == "wald" else net_scores.adjusted_wald
        low, high = make(sample.worths, z=_quantile(sample, confidence))
    return float(low), float(high)


def _quantile(sample: Sample, confidence: float) -> float:
    """Normal, or Student's where a variance comes from few clusters."""
    if sample.n_clusters is None:
        return normal_quantile(confidence)
    return float(t_quantile(sample.n_clusters, confidence=confidence))


def _growth(answers: int, population: int | None) -> float:
    """How many times more answers are worth that are a good part of all the people there are.

    The variance of a share drawn without replacement is (N - n)/(N - 1) times the usual one.
    """
    if population is None:
        return 1.0
    size = check_whole("population", population, low=1)
    if size < answers:
        raise OptionError(
            "The population is smaller than the number of answers.",
            received=f"population={population:,}, {answers:,} answers",
            allowed="at least as many people as answers",
            do="Pass how many people could have answered, or leave `population` out.",
        )
    return math.inf if size == answers else (size - 1) / (size - answers)


def _bootstrap(
    sample: Sample, confidence: float, draws: int, rng: int | np.random.Generator
) -> tuple[float, float]:
    """Percentiles of the score of respondents, or whole clusters, drawn anew."""
    generator = np.random.default_rng(rng)
    if sample.points is None:
        return net_scores.bootstrap(
            sample.counts, confidence=confidence, draws=draws, rng=generator
        )
    if sample.n_clusters == 1:
        return math.nan, math.nan
    w = np.ones(len(sample.points)) if sample.weights is None else sample.weights
    above, below = w * sample.points, w
    if sample.clusters is not None:
        above = np.asarray(np.bincount(sample.clusters, weights=above), dtype=np.float64)
        below = np.asarray(np.bincount(sample.clusters, weights=below), dtype=np.float64)
    drawn = _drawn_ratios(above, below, draws, generator)
    return net_scores.percentiles(drawn, confidence)


def _drawn_ratios(
    above: NDArray[np.float64],
    below: NDArray[np.float64],
    draws: int,
    generator: np.random.Generator,
) -> NDArray[np.float64]:
    """Ratios of sums over as many rows, drawn anew; the order of the rows does not matter."""
    order = np.lexsort((below, above))
    above, below = above[order], below[order]
    starts = np.flatnonzero(
        (np.diff(above, prepend=np.nan) != 0) | (np.diff(below, prepend=0) != 0)
    )
    size, drawn = len(above), np.empty(draws)
    few = _SELDOM * len(starts) <= size  # kinds of rows: how often each comes is drawn at once
    chances = np.diff(starts, append=size) / size
    for at in range(draws):
        if few:
            times = generator.multinomial(size, chances)
            drawn[at] = (times @ above[starts]) / (times @ below[starts])
        else:
            some = generator.integers(0, size, size)
            drawn[at] = above[some].sum() / below[some].sum()
    return drawn
