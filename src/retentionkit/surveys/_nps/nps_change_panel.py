r"""Two waves of answers and the people who are in both.

With :math:`n_1` and :math:`n_2` answers and the points :math:`x` (1, 0, -1), whoever is in both
waves counts once in each, and

.. math:: \operatorname{Var}(s_2 - s_1) = \frac{V_1}{n_1} + \frac{V_2}{n_2}
    - \frac{2}{n_1 n_2} \sum_\text{both} (x_{i1} - s_1)(x_{i2} - s_2) ,

the sum of the squares of what each person brings. Where all are in both waves it is the variance
of the mean of the differences within persons; where nobody is, that of independent samples.
Adjusted Wald adds its three answers to each wave, as if of people who are in that wave only.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, NamedTuple, TypeAlias

import numpy as np

from retentionkit import net_scores
from retentionkit.intervals import normal_quantile, t_quantile
from retentionkit.results import Columns, Estimate, Interval, Result, frozen_array
from retentionkit.surveys._nps.nps_result import NPS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind

__all__ = ["ChangeMethod", "Difference", "NPSPanel", "difference", "panel_of"]

#: How the interval and the p-value of a change are made.
ChangeMethod: TypeAlias = Literal["adjusted-wald", "wald"]

#: Kinds of answers, in the order of the counts of `net_scores`.
KINDS: Final = ("promoter", "passive", "detractor")

_POINTS: Final = np.array([1.0, 0.0, -1.0])
#: A variance that is rounding only: people who never change.
_NOTHING: Final = 1e-15


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class NPSPanel(Result):
    """Who of a panel moved from which kind of answer to which, found by `nps_change`.

    Attributes
    ----------
    counts
        People who answered in both waves, by promoter, passive, detractor before (rows) and after
        (columns), shape (3, 3).
    difference
        Mean difference within these people, after less before, on the scale of -200 to 200; NaN
        if there are none.
    stayed_before, stayed_after
        Their scores; None if there are none.
    left, joined
        Scores of those who answered before only, and after only; None if there are none.
    definition
        One sentence: whose difference this is.
    kind
        The kind of series that the caller brought.

    Examples
    --------
    >>> import retentionkit as rk
    >>> change = rk.surveys.nps_change(
    ...     [10, 9, 8, 6, 3, 9, 10, 7, 7, 2, 9],
    ...     [10, 8, 9, 7, 5, 9, 10, 9, 7, 9, 9],
    ...     before_ids=range(11),
    ...     after_ids=range(1, 12),
    ... )
    >>> change.panel.counts.tolist()
    [[3, 0, 1], [2, 1, 0], [1, 2, 0]]
    >>> change.panel.improved, change.panel.worsened
    (5, 1)
    """

    counts: NDArray[np.int64]
    difference: Estimate
    stayed_before: NPS | None
    stayed_after: NPS | None
    left: NPS | None
    joined: NPS | None
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Panel: from row to column, numbers of people"

    @property
    def n(self) -> int:
        """People who answered in both waves."""
        return int(self.counts.sum())

    @property
    def interval(self) -> Interval:
        """The interval of the difference within persons."""
        return self.difference.interval

    @property
    def improved(self) -> int:
        """People who moved up: to promoter, or from detractor to passive."""
        return int(np.tril(self.counts, -1).sum())

    @property
    def worsened(self) -> int:
        """People who moved down: to detractor, or from promoter to passive."""
        return int(np.triu(self.counts, 1).sum())

    @property
    def unchanged(self) -> int:
        """People whose answers are of the same kind in both waves."""
        return int(np.trace(self.counts))

    def _table(self) -> Columns:
        return {
            "before": np.repeat(KINDS, 3).tolist(),
            "after": list(KINDS) * 3,
            "people": self.counts.ravel(),
        }

    def _printed(self) -> Columns:
        columns: dict[str, Any] = {"before": [*KINDS, "all"]}
        for at, name in enumerate(KINDS):
            columns[name] = [*self.counts[:, at].tolist(), int(self.counts[:, at].sum())]
        columns["all"] = [*self.counts.sum(axis=1).tolist(), self.n]
        return columns

    def _facts(self) -> Mapping[str, str]:
        found = self.difference
        both = f"{self.n:,} people"
        if self.stayed_before is not None and self.stayed_after is not None:
            both += f", {told(self.stayed_before)} before, {told(self.stayed_after)} after"
        facts = {
            "in both": both,
            "within": points(found.value, found.interval),
            "moved": f"{self.improved:,} up, {self.worsened:,} down, {self.unchanged:,} neither",
        }
        if self.left is not None:
            facts["left"] = f"{self.left.n:,} people, {told(self.left)} before"
        if self.joined is not None:
            facts["joined"] = f"{self.joined.n:,} people, {told(self.joined)} after"
        return {**facts, "definition": self.definition}


def told(score: NPS) -> str:
    """A score in words."""
    return f"NPS {score.score:z.1f}"


def points(value: float, limits: Interval) -> str:
    """A difference of scores and its interval in words."""
    if math.isnan(value):
        return "undefined"
    level = f"{100 * limits.confidence:g} %"
    if math.isnan(limits.low):
        return f"{value:+z.1f} points, interval undefined"
    return f"{value:+z.1f} points, {level} {limits.low:+z.1f} to {limits.high:+z.1f}"


class Difference(NamedTuple):
    """A difference of two scores on the scale -1 to 1, normal or Student's."""

    value: float
    error: float
    #: Of Student's t; infinite where no wave has clusters.
    degrees: float

    def interval(self, observed: float, confidence: float) -> Interval:
        """In points: cut off at what is possible, and wide enough for what was observed."""
        if math.isnan(self.error):
            return Interval(math.nan, math.nan, confidence)
        quantile = normal_quantile(confidence)
        if not math.isinf(self.degrees):
            quantile = float(t_quantile(self.degrees + 1, confidence=confidence))
        low, high = (100 * (self.value + side * quantile * self.error) for side in (-1, 1))
        return Interval(
            max(min(low, observed), -200.0), min(max(high, observed), 200.0), confidence
        )

    def p_value(self) -> float:
        """Two-sided, of no difference; NaN without an error."""
        from scipy.special import ndtr, stdtr  # noqa: PLC0415 - scipy is loaded when needed

        if not self.error > 0:
            return math.nan
        t = -abs(self.value) / self.error
        return float(2 * (ndtr(t) if math.isinf(self.degrees) else stdtr(self.degrees, t)))


def difference(
    before: NPS, after: NPS, both: NDArray[np.float64] | None, method: ChangeMethod | None
) -> Difference:
    """The difference of two scores by a method, or with the errors that they are told with.

    `both` are the people who are in both waves, by kind before and after.
    """
    (first, one, n), (second, two, m) = (_side(score, method) for score in (before, after))
    variance = one + two
    if both is not None:
        product = float(np.sum(np.outer(_POINTS - first, _POINTS - second) * both))
        variance -= 2 * product / (n * m)
    # As in `group_differences`: of few clusters no variance is known well.
    shaken = sum(
        part**2 / (score.n_clusters - 1)
        for part, score in ((one, before), (two, after))
        if score.n_clusters is not None and score.n_clusters > 1
    )
    return Difference(
        value=second - first,
        error=0.0 if variance < _NOTHING else math.sqrt(variance),
        degrees=(one + two) ** 2 / shaken if shaken > 0 else math.inf,
    )


def _side(score: NPS, method: ChangeMethod | None) -> tuple[float, float, float]:
    """A score, its variance, and how many answers it is of."""
    worth = float(score.worth.sum())
    if method is None:
        return score.score / 100, (score.standard_error / 100) ** 2, worth
    if math.isinf(worth):  # everybody answered: nothing is left to chance
        return score.score / 100, 0.0, worth
    counts = net_scores.adjusted(score.worth) if method == "adjusted-wald" else score.worth
    value, spread = net_scores.moments(counts)
    return float(value), float(spread / counts.sum()), float(counts.sum())


def panel_of(
    points_before: NDArray[np.int64],
    points_after: NDArray[np.int64],
    match: NDArray[np.int64],
    *,
    confidence: float,
    method: ChangeMethod,
    kind: FrameKind | None,
) -> NPSPanel:
    """The panel of two waves; `match` is the place in the first of each answer of the second."""
    stayed = match >= 0
    was = np.zeros(len(points_before), dtype=np.bool_)
    was[match[stayed]] = True
    counts = np.zeros((3, 3), dtype=np.int64)
    np.add.at(counts, (1 - points_before[match[stayed]], 1 - points_after[stayed]), 1)
    n = int(counts.sum())
    stay = [_score(part, confidence) for part in (counts.sum(axis=1), counts.sum(axis=0))]
    value = error = math.nan
    limits = Interval(math.nan, math.nan, confidence)
    if stay[0] is not None and stay[1] is not None:
        both = counts.astype(np.float64)
        value = stay[1].score - stay[0].score
        error = 100 * difference(stay[0], stay[1], both, None).error
        limits = difference(stay[0], stay[1], both, method).interval(value, confidence)
    said = "Mean difference within the people who answered in both waves, in points of NPS."
    return NPSPanel(
        counts=frozen_array(counts, np.int64),
        difference=Estimate(value, error, limits, n, said),
        stayed_before=stay[0],
        stayed_after=stay[1],
        left=_score(_kinds(points_before[~was]), confidence),
        joined=_score(_kinds(points_after[~stayed]), confidence),
        definition=said,
        kind=kind,
    )


def _kinds(points: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.bincount(1 - points, minlength=3)


def _score(counts: NDArray[np.int64], confidence: float) -> NPS | None:
    if counts.sum() == 0:
        return None
    promoters, passives, detractors = counts.tolist()
    return NPS.from_counts(
        promoters=promoters, passives=passives, detractors=detractors, confidence=confidence
    )
