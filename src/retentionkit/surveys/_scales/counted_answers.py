r"""What counted answers on a scale tell: a mean, and the share of some of them.

With weights :math:`w_i` the mean is :math:`\bar x = \sum w_i x_i / \sum w_i`, with the linearised
standard error

.. math:: \mathrm{se}^2 = \frac{n}{n-1} \, \frac{\sum w_i^2 (x_i - \bar x)^2}{(\sum w_i)^2}

and Student's quantile of :math:`n_e - 1` degrees of freedom, where
:math:`n_e = (\sum w_i)^2 / \sum w_i^2` is Kish's effective number of answers. A share has the
Wilson interval of that many answers, or of as many as its own linearised error is worth, whichever
are fewer. All of it follows from three sums for each step of the scale.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from retentionkit.arguments import check_whole
from retentionkit.errors import DataError, OptionError
from retentionkit.intervals import t_quantile, wilson
from retentionkit.results import Estimate, Interval
from retentionkit.surveys._scales.scale_answers import read_scale_answers, read_weights

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from retentionkit.surveys._scales.scale_answers import Labels, Scale, Treatment

__all__ = ["Tally", "check_some", "counted_answers", "mean_of", "read_tally"]

_ALIKE: Final = 1e-9  # differences of rounding


class Tally(NamedTuple):
    """How often each answer of a scale was given.

    `weights` and `squares` are the sums of the weights and of their squares, for each step.
    """

    scale: Scale
    counts: NDArray[np.int64]
    weights: NDArray[np.float64]
    squares: NDArray[np.float64]
    weighted: bool
    unanswered: int
    invalid: int

    @property
    def n(self) -> int:
        """Number of answers."""
        return int(self.counts.sum())

    @property
    def shares(self) -> NDArray[np.float64]:
        """The share of each answer."""
        return np.asarray(self.weights / self.weights.sum(), dtype=np.float64)

    @property
    def effective_n(self) -> float:
        """Kish's effective number of answers."""
        return float(self.weights.sum() ** 2 / self.squares.sum())

    def mean(self, *, confidence: float, definition: str) -> Estimate:
        """The mean answer, its interval cut off at the ends of the scale."""
        value = float(self.shares @ self.scale.steps)
        squares = float(self.squares @ (self.scale.steps - value) ** 2)
        n, total = self.n, float(self.weights.sum())
        error = math.sqrt(n / (n - 1) * squares) / total if n > 1 else math.nan
        if np.count_nonzero(self.counts) == 1:
            error = math.nan  # rounding may leave something
        half = float(t_quantile(self.effective_n, confidence=confidence)) * error
        low, high = _within(value, half, (self.scale.low, self.scale.high))
        return Estimate(value, error, Interval(low, high, confidence), n, definition)

    def share(self, chosen: NDArray[np.bool_], *, confidence: float, definition: str) -> Estimate:
        """The share of the chosen answers with its Wilson interval."""
        total = float(self.weights.sum())
        value = float(self.weights[chosen].sum()) / total
        inside, outside = float(self.squares[chosen].sum()), float(self.squares[~chosen].sum())
        variance = (inside * (1 - value) ** 2 + outside * value**2) / total**2
        worth = float(self.n)
        if self.weighted:
            linear = value * (1 - value) / variance if variance > 0 else math.inf
            worth = min(self.effective_n, linear)
        low, high = wilson(value * worth, worth, confidence=confidence)
        interval = Interval(float(low), float(high), confidence)
        return Estimate(value, math.sqrt(variance), interval, self.n, definition)


def read_tally(
    answers: object,
    scale: Scale,
    *,
    weights: object,
    missing: Treatment,
    invalid: Treatment,
    labels: Labels | None,
) -> Tally:
    """The answers of people, counted."""
    read = read_scale_answers(answers, scale=scale, missing=missing, invalid=invalid, labels=labels)
    check_some(len(read.values), scale, unanswered=read.unanswered, invalid=read.invalid)
    at, size = read.values - scale.low, len(scale.steps)
    counts = np.bincount(at, minlength=size)
    w = None if weights is None else read_weights(weights, read.given)
    sums: Any = counts.astype(np.float64)
    squares: Any = sums
    if w is not None:
        sums, squares = (np.bincount(at, weights=x, minlength=size) for x in (w, w**2))
    return Tally(
        scale=scale,
        counts=counts.astype(np.int64),
        weights=sums,
        squares=squares,
        weighted=w is not None,
        unanswered=read.unanswered,
        invalid=read.invalid,
    )


def counted_answers(counts: Mapping[int, int], scale: Scale, *, unanswered: int) -> Tally:
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
    plain = found.astype(np.float64)
    return Tally(scale, found, plain, plain, weighted=False, unanswered=absent, invalid=0)


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


def _within(value: float, half: float, ends: Sequence[float]) -> tuple[float, float]:
    """Limits inside the ends; NaN where the half width is."""
    return float(np.maximum(value - half, ends[0])), float(np.minimum(value + half, ends[1]))


def _is_step(step: object, scale: Scale) -> bool:
    whole = isinstance(step, int | np.integer) and not isinstance(step, bool)
    return whole and bool(scale.low <= step <= scale.high)  # type: ignore[operator]
