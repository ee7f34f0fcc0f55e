r"""What counted answers on a scale tell: a mean, and the share of some of them.

With weights :math:`w_i` the mean is :math:`\bar x = \sum w_i x_i / \sum w_i`, with the linearised
standard error

.. math:: \mathrm{se}^2 = \frac{n}{n-1} \, \frac{\sum w_i^2 (x_i - \bar x)^2}{(\sum w_i)^2}

and Student's quantile of :math:`n_e - 1` degrees of freedom, where
:math:`n_e = (\sum w_i)^2 / \sum w_i^2` is Kish's effective number of answers. A share has the
Wilson interval of that many answers, or of as many as its own linearised error is worth, whichever
are fewer.

Answers of one cluster, such as several of one customer, are not independent. Then the sums of
:math:`w_i (x_i - \bar x)` over each of :math:`G` clusters take the place of those of each answer,
:math:`G/(G-1)` that of :math:`n/(n-1)`, and Student's quantile has :math:`G - 1` degrees of
freedom, that of the Wilson interval too. All of it follows from sums for each step of the scale.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from retentionkit import frames, net_scores
from retentionkit._texts import counted
from retentionkit.arguments import check_whole
from retentionkit.errors import DataError, OptionError
from retentionkit.intervals import normal_quantile, t_quantile, wilson
from retentionkit.results import Estimate, Interval
from retentionkit.surveys._nps.answers import read_clusters
from retentionkit.surveys._scales.scale_answers import (
    read_scale_answers,
    read_weights,
    warn_of_unused_steps,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind
    from retentionkit.surveys._scales.scale_answers import Labels, Scale, Treatment

__all__ = ["Tally", "check_some", "counted_answers", "mean_of", "read_tally"]

_ALIKE: Final = 1e-9  # differences of rounding
_BALANCED: Final = 1e-6  # of the scatter of answers, below which clusters balance but for rounding


class Tally(NamedTuple):
    """How often each answer of a scale was given.

    `weights` and `squares` are the sums of the weights and of their squares, for each step;
    `clusters` the sums of the weights by cluster and step, of shape (G, k), None where answers are
    independent. `kind` is the kind of series that the answers came in.
    """

    scale: Scale
    counts: NDArray[np.int64]
    weights: NDArray[np.float64]
    squares: NDArray[np.float64]
    weighted: bool
    clusters: NDArray[np.float64] | None
    unanswered: int
    invalid: int
    kind: FrameKind | None

    @property
    def n(self) -> int:
        """Number of answers."""
        return int(self.counts.sum())

    @property
    def n_clusters(self) -> int | None:
        """Number of clusters; None where answers are independent."""
        return None if self.clusters is None else len(self.clusters)

    @property
    def shares(self) -> NDArray[np.float64]:
        """The share of each answer."""
        return np.asarray(self.weights / self.weights.sum(), dtype=np.float64)

    @property
    def effective_n(self) -> float:
        """Kish's effective number of answers."""
        return float(self.weights.sum() ** 2 / self.squares.sum())

    @property
    def wilson(self) -> str:
        """What the interval of a share is called."""
        plain = not self.weighted and self.clusters is None
        return "a Wilson interval" + ("" if plain else " of the effective number")

    @property
    def design(self) -> str:
        """What the errors are made of, where answers are not independent."""
        number = self.n_clusters
        return "" if number is None else f"; errors from the spread of {counted(number, 'cluster')}"

    def mean(self, *, confidence: float, definition: str) -> Estimate:
        """The mean answer, its interval cut off at the ends of the scale."""
        value = float(self.shares @ self.scale.steps)
        free, scatter = self._scatter(self.scale.steps - value)
        units = self.n if self.n_clusters is None else self.n_clusters
        total = float(self.weights.sum())
        squares = scatter if scatter > _BALANCED * free else free
        error = math.sqrt(units / (units - 1) * squares) / total if units > 1 else math.nan
        if np.count_nonzero(self.counts) == 1:
            error = math.nan  # rounding may leave something
        worth = self.effective_n if self.n_clusters is None else units
        half = float(t_quantile(worth, confidence=confidence)) * error
        low, high = _within(value, half, (self.scale.low, self.scale.high))
        return Estimate(value, error, Interval(low, high, confidence), self.n, definition)

    def share(self, chosen: NDArray[np.bool_], *, confidence: float, definition: str) -> Estimate:
        """The share of the chosen answers with its Wilson interval."""
        total = float(self.weights.sum())
        inside = float(self.weights[chosen].sum())
        value = min(inside / total, 1.0)
        free, scatter = self._scatter(chosen - value)
        error, worth = math.sqrt(free) / total, float(self.n)
        if self.weighted:
            linear = value * (1 - value) / error**2 if error > 0 else math.inf
            worth = min(self.effective_n, linear)
        number = self.n_clusters
        if self.clusters is not None and number is not None:
            sizes = self.clusters.sum(axis=1)
            tied = net_scores.clustered_n(
                worth, sums=(inside, total - inside, 0.0), scatter=scatter,
                sizes=float(sizes @ sizes), number=number,
            )  # fmt: skip
            error = math.sqrt(value * (1 - value) / float(tied))
            # Wilson limits with Student's quantile are those of fewer answers with the normal one.
            t = float(t_quantile(number, confidence=confidence))
            worth = min(float(tied), worth) * (normal_quantile(confidence) / t) ** 2
        low, high = wilson(value * worth, worth, confidence=confidence)
        interval = Interval(float(low), float(high), confidence)
        return Estimate(value, error, interval, self.n, definition)

    def _scatter(self, points: NDArray[np.floating[Any]]) -> tuple[float, float]:
        """Sums of squares of what answers, and what clusters, add to a sum of points."""
        free = float(self.squares @ points**2)
        if self.clusters is None:
            return free, free
        return free, float(np.sort((self.clusters @ points) ** 2).sum())


def read_tally(
    answers: object,
    scale: Scale,
    *,
    weights: object,
    clusters: object,
    missing: Treatment,
    invalid: Treatment,
    labels: Labels | None,
) -> Tally:
    """The answers of people, counted."""
    read = read_scale_answers(answers, scale=scale, missing=missing, invalid=invalid, labels=labels)
    check_some(len(read.values), scale, unanswered=read.unanswered, invalid=read.invalid)
    at, size = read.values - scale.low, len(scale.steps)
    counts = np.bincount(at, minlength=size)
    w = np.ones(len(at)) if weights is None else read_weights(weights, read.given)
    groups = None if clusters is None else read_clusters(clusters, read.given)
    order = np.lexsort((w, at))  # the same sums in any order of the rows
    at, w = at[order], w[order] / w.max()  # squares of very large ones would be infinite
    sums, squares = (_sums(at, x, size) for x in (w, w**2))
    tied = None
    if groups is not None:
        number = int(groups.max()) + 1
        tied = _sums(groups[order] * size + at, w, number * size).reshape(number, size)
    return Tally(
        scale=scale,
        counts=counts.astype(np.int64),
        weights=sums,
        squares=squares,
        weighted=weights is not None,
        clusters=tied,
        unanswered=read.unanswered,
        invalid=read.invalid,
        kind=frames.series_kind(answers),
    )


def counted_answers(counts: object, scale: Scale, *, unanswered: int) -> Tally:
    """Answers that others have counted: how often each was given."""
    given: Any = counts
    if not hasattr(given, "items") or not all(_is_step(step, scale) for step in given):
        raise OptionError(
            "`counts` does not say how often each answer was given.",
            received=repr(counts)[:80],
            allowed=f"a mapping of answers, whole numbers from {scale}, to their numbers",
            do=f"Pass counts such as {{{scale.low}: 12, ..., {scale.high}: 40}}.",
        )
    found = np.zeros(len(scale.steps), dtype=np.int64)
    for step, number in given.items():
        found[int(step) - scale.low] = check_whole(f"counts[{step}]", number, low=0)
    absent = check_whole("unanswered", unanswered, low=0)
    check_some(int(found.sum()), scale, unanswered=absent, invalid=0)
    warn_of_unused_steps(found, scale, "answers")
    plain = found.astype(np.float64)
    return Tally(
        scale=scale,
        counts=found,
        weights=plain,
        squares=plain,
        weighted=False,
        clusters=None,
        unanswered=absent,
        invalid=0,
        kind=None,
    )


def check_some(answers: int, scale: Scale, *, unanswered: int, invalid: int) -> None:
    """Refuse a figure of nothing."""
    if answers == 0:
        raise DataError(
            "There is no answer.",
            received=f"{unanswered:,} unanswered, {invalid:,} invalid",
            allowed=f"at least one answer from {scale}",
            do="Check the column that the answers came from.",
        )


def mean_of(
    values: NDArray[np.float64],
    *,
    confidence: float,
    definition: str,
    ends: Sequence[float] = (-math.inf, math.inf),
) -> Estimate:
    """The mean of one figure for each respondent, with its t interval inside the ends.

    NaN for nobody. Without an interval where all figures are alike: nothing tells their spread.
    """
    n = len(values)
    if n == 0:
        return Estimate(math.nan, math.nan, Interval(math.nan, math.nan, confidence), 0, definition)
    value = float(np.sort(values).mean())  # the same in any order of the rows
    spread = float(np.sort((values - value) ** 2).sum())
    alike = n == 1 or float(np.ptp(values)) <= _ALIKE * max(1.0, abs(value))
    error = math.nan if alike else math.sqrt(spread / (n - 1) / n)
    half = float(t_quantile(n, confidence=confidence)) * error
    return Estimate(value, error, Interval(*_within(value, half, ends), confidence), n, definition)


def _sums(at: NDArray[np.int64], values: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """The sum of the values at each place."""
    return np.asarray(np.bincount(at, weights=values, minlength=size), dtype=np.float64)


def _within(value: float, half: float, ends: Sequence[float]) -> tuple[float, float]:
    """Limits inside the ends; NaN where the half width is."""
    return float(np.maximum(value - half, ends[0])), float(np.minimum(value + half, ends[1]))


def _is_step(step: object, scale: Scale) -> bool:
    whole = isinstance(step, int | np.integer)
    if isinstance(step, bool):
        whole = scale == (0, 1)  # no and yes
    return whole and bool(scale.low <= step <= scale.high)  # type: ignore[operator]
