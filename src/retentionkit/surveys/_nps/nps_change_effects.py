r"""What of a change comes from scores within segments, and what from the mix of segments?

With the share :math:`w_i` of the answers and the score :math:`s_i` of segment :math:`i`, bars for
means of the two waves and :math:`S = \sum w_i s_i`, the difference is exactly

.. math:: \Delta S = \sum_\text{both} \bar w_i\,\Delta s_i
    + \sum_\text{both} (\bar s_i - \bar S)\,\Delta w_i
    + \sum_\text{entered} w_i (s_i - \bar S) - \sum_\text{exited} w_i (s_i - \bar S) :

within, mix, and the entry and exit of segments that are in one wave only, whose score in the
other is undefined. Shares add up to one, so that :math:`\bar S` changes no sum over all segments;
it makes a growing segment count by how far it lies above the rest. Without entry and exit the mix
is :math:`\sum \bar s_i\,\Delta w_i`. Errors are linearised, as in `nps_change_panel`, with the
scatter that the answers of each segment have once three more are among them
(`net_scores.adjusted`): that a few are all alike is no knowledge of the others.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, NamedTuple, TypeAlias, get_args

import numpy as np

from retentionkit import net_scores
from retentionkit.arguments import check_choice
from retentionkit.intervals import normal_quantile
from retentionkit.results import Columns, Estimate, Interval, Result, frozen_array
from retentionkit.surveys._nps.nps_change_panel import points

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind

__all__ = ["NPSEffects", "Wave", "effects_of"]

#: Score within a segment, mix of segments, or segments that are in one wave only.
Effect: TypeAlias = Literal["within", "mix", "entry_exit"]

_EFFECTS: Final[tuple[Effect, ...]] = get_args(Effect)
_POINTS: Final = np.array([1.0, 0.0, -1.0])
#: A variance that is rounding only.
_NOTHING: Final = 1e-15

_DEFINITION: Final = (
    "Within: change of a segment's score, times its mean share. Mix: change of its share, times "
    "how far its mean score lies above the mean of the two scores. Entry, exit: share of a segment "
    "that is in one wave only, times that distance. They add up to the difference; linearised "
    "normal intervals, of segments whose answers scatter as with three more among them."
)


class Wave(NamedTuple):
    """Answers of one wave: segment and points of each."""

    place: NDArray[np.int64]
    points: NDArray[np.int64]

    @property
    def cell(self) -> NDArray[np.int64]:
        """Segment and kind as one number."""
        return 3 * self.place + 1 - self.points


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class NPSEffects(Result):
    """Effects of segments on a change of the score, found by `nps_change`.

    Attributes
    ----------
    segments
        The segments.
    n_before, n_after
        Their answers in either wave, shape (k,).
    score_before, score_after
        Their scores, shape (k,); NaN in a wave without them.
    effects
        Within, mix and entry_exit of each segment in points, shape (k, 3); NaN where a segment has
        no such effect.
    standard_errors
        Their standard errors, shape (k, 3); NaN where nothing is known of it: of the mix, where
        segments differ neither in score nor in how they grew.
    within, mix, entry_exit
        The three sums over all segments, which add up to the difference of the two scores.
    confidence
        Level of the intervals.
    definition
        What the three effects are.
    kind
        The kind of series that the caller brought.

    Examples
    --------
    >>> import retentionkit as rk
    >>> change = rk.surveys.nps_change(
    ...     [10] * 10 + [3] * 30,
    ...     [10] * 30 + [3] * 10,
    ...     before_segments=["web"] * 10 + ["store"] * 30,
    ...     after_segments=["web"] * 30 + ["store"] * 10,
    ... )
    >>> change.difference, change.segments.within.value, round(change.segments.mix.value, 9)
    (100.0, 0.0, 100.0)
    """

    segments: tuple[object, ...]
    n_before: NDArray[np.int64]
    n_after: NDArray[np.int64]
    score_before: NDArray[np.float64]
    score_after: NDArray[np.float64]
    effects: NDArray[np.float64]
    standard_errors: NDArray[np.float64]
    within: Estimate
    mix: Estimate
    entry_exit: Estimate
    confidence: float
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Effects of segments on the change, in points"

    @property
    def n(self) -> int:
        """Answers in both waves together."""
        return int(self.n_before.sum() + self.n_after.sum())

    @property
    def entered(self) -> tuple[object, ...]:
        """Segments that are in the second wave only."""
        return self._where(self.n_before == 0)

    @property
    def exited(self) -> tuple[object, ...]:
        """Segments that are in the first wave only."""
        return self._where(self.n_after == 0)

    def estimate(self, effect: Effect, segment: object = None) -> Estimate:
        """One effect of one segment, or of all together, with its interval.

        Parameters
        ----------
        effect
            `"within"`, `"mix"` or `"entry_exit"`.
        segment
            A segment. Default: the sum over all.

        Returns
        -------
        Estimate
            In points; NaN where the segment has no such effect.

        Raises
        ------
        OptionError
            There is no such effect or segment.
        """
        column = _EFFECTS.index(check_choice("effect", effect, _EFFECTS))
        if segment is None:
            return (self.within, self.mix, self.entry_exit)[column]
        row = self.segments.index(check_choice("segment", segment, self.segments))
        value, error = self.effects[row, column], self.standard_errors[row, column]
        n = int(self.n_before[row] + self.n_after[row])
        return _estimate(float(value), float(error), n, self.confidence)

    def _where(self, mask: NDArray[np.bool_]) -> tuple[object, ...]:
        return tuple(self.segments[at] for at in np.flatnonzero(mask))

    def _table(self) -> Columns:
        columns: dict[str, Any] = {
            "segment": list(self.segments),
            "n_before": self.n_before,
            "n_after": self.n_after,
            "share_before": self.n_before / self.n_before.sum(),
            "share_after": self.n_after / self.n_after.sum(),
            "score_before": self.score_before,
            "score_after": self.score_after,
        }
        half = normal_quantile(self.confidence) * self.standard_errors
        for at, name in enumerate(_EFFECTS):
            columns[name] = self.effects[:, at]
            columns[f"{name}_low"] = (self.effects - half)[:, at]
            columns[f"{name}_high"] = (self.effects + half)[:, at]
        return columns

    def _printed(self) -> Columns:
        half = normal_quantile(self.confidence) * self.standard_errors
        columns: dict[str, Any] = {
            "segment": list(self.segments),
            "share": _arrows(100 * self.n_before / self.n_before.sum(),
                             100 * self.n_after / self.n_after.sum(), " %"),
            "score": _arrows(self.score_before, self.score_after, ""),
        }  # fmt: skip
        for at, name in enumerate(_EFFECTS):
            cells = zip(self.effects[:, at].tolist(), half[:, at].tolist(), strict=True)
            columns[name] = [_cell(value, wide) for value, wide in cells]
        if not (self.entered or self.exited):
            del columns["entry_exit"]
        return columns

    def _facts(self) -> Mapping[str, str]:
        facts: dict[str, str] = {
            name: points(found.value, found.interval)
            for name, found in zip(_EFFECTS, (self.within, self.mix, self.entry_exit), strict=True)
        }
        gone = {"entered": self.entered, "exited": self.exited}
        names = [f"{word}: {', '.join(map(str, some))}" for word, some in gone.items() if some]
        facts["entry_exit"] = f"{facts['entry_exit']} ({'; '.join(names)})" if names else "none"
        return {
            **facts,
            "confidence": f"{100 * self.confidence:g} %",
            "definition": self.definition,
        }


def effects_of(
    segments: tuple[object, ...],
    before: Wave,
    after: Wave,
    match: NDArray[np.int64] | None,
    *,
    confidence: float,
    kind: FrameKind | None,
) -> NPSEffects:
    """The effects; `match` is the place in the first wave of each answer of the second, or -1."""
    size = len(segments)
    counts = [_counts(wave, size) for wave in (before, after)]
    values, _ = _effects(*counts)
    spread = [_adjusted(some) for some in counts]
    _, slopes = _effects(*spread)
    n, m = (int(some.sum()) for some in counts)
    # Of each effect, and of the sum of each kind of effect over all segments.
    first, second = (np.hstack([some, _summed(some)]) for some in slopes)
    variance = spread[0].ravel() @ first**2 / n**2 + spread[1].ravel() @ second**2 / m**2
    if match is not None:
        stayed = match >= 0
        codes = before.cell[match[stayed]] * 3 * size + after.cell[stayed]
        pairs, people = np.unique(codes, return_counts=True)
        product = first[pairs // (3 * size)] * second[pairs % (3 * size)]
        variance += 2 * (people @ product) / (n * m)
    # The mix of one segment is none, as are entries without any; else no width is no knowledge.
    told = np.array([True, size > 1, bool(np.isnan(values[:, 0]).any())])
    unknown = (variance < _NOTHING) & np.tile(told, size + 1)
    errors = 100 * np.sqrt(np.where(unknown, np.nan, np.maximum(variance, 0.0)))
    numbers = [some.sum(axis=1) for some in counts]
    scores = [100 * _over(some @ _POINTS, some.sum(axis=1)) for some in counts]
    own = np.where(np.isnan(values), np.nan, errors[: 3 * size].reshape(size, 3))
    sums = [
        _estimate(100 * float(np.nansum(values[:, at])), float(errors[3 * size + at]), n + m,
                  confidence)
        for at in range(3)
    ]  # fmt: skip
    return NPSEffects(
        segments=segments,
        n_before=frozen_array(numbers[0], np.int64),
        n_after=frozen_array(numbers[1], np.int64),
        score_before=frozen_array(scores[0], np.float64),
        score_after=frozen_array(scores[1], np.float64),
        effects=frozen_array(100 * values, np.float64),
        standard_errors=frozen_array(own, np.float64),
        within=sums[0],
        mix=sums[1],
        entry_exit=sums[2],
        confidence=confidence,
        definition=_DEFINITION,
        kind=kind,
    )


def _counts(wave: Wave, size: int) -> NDArray[np.float64]:
    counts = np.bincount(wave.cell, minlength=3 * size).reshape(size, 3)
    return np.asarray(counts, dtype=np.float64)


def _adjusted(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """As many answers of each segment, scattered as with three more among them."""
    n = counts.sum(axis=1, keepdims=True)
    return np.asarray(net_scores.adjusted(counts) * n / (n + sum(net_scores.ADDED)))


def _over(above: NDArray[np.float64], below: NDArray[np.float64]) -> NDArray[np.float64]:
    nothing = np.full(len(above), np.nan)
    return np.asarray(np.divide(above, below, out=nothing, where=below > 0), dtype=np.float64)


def _effects(
    before: NDArray[np.float64], after: NDArray[np.float64]
) -> tuple[NDArray[np.float64], tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Effects, shape (k, 3), and their derivatives by an answer, shape (3k, 3k), of each wave."""
    shares = [some.sum(axis=1) / some.sum() for some in (before, after)]
    scores = [_over(some @ _POINTS, some.sum(axis=1)) for some in (before, after)]
    totals = [float(some.sum(axis=0) @ _POINTS / some.sum()) for some in (before, after)]
    mean = sum(totals) / 2
    share, score = (shares[0] + shares[1]) / 2, (scores[0] + scores[1]) / 2
    grown, risen = shares[1] - shares[0], scores[1] - scores[0]
    here = np.where(shares[0] > 0, scores[0], scores[1])
    alone = np.isnan(risen)
    values = np.stack(
        [share * risen, (score - mean) * grown, np.where(alone, grown * (here - mean), np.nan)],
        axis=1,
    )
    slopes: list[NDArray[np.float64]] = []
    for at, sign in ((0, -1.0), (1, 1.0)):
        of_share, of_score, of_total = _slopes(shares[at], scores[at], totals[at])
        weight = np.where(shares[at] > 0, shares[at], 1.0)
        each = np.zeros((len(of_share), len(share), 3))
        each[:, :, 0] = of_share * risen / 2 + sign * share * of_score / weight
        each[:, :, 1] = grown * (of_score / weight - of_total) / 2
        each[:, :, 1] += sign * (score - mean) * of_share
        gone = sign * (of_share * (here - mean) + of_score) - grown * of_total / 2
        each[:, :, 2] = np.where(alone, gone, 0.0)
        each[:, alone, :2] = 0.0
        slopes.append(each.reshape(len(of_share), -1))
    return values, (slopes[0], slopes[1])


def _slopes(
    shares: NDArray[np.float64], scores: NDArray[np.float64], total: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """What an answer in each cell does to shares, to shares times scores, and to the total."""
    size = len(shares)
    mine = np.repeat(np.eye(size), 3, axis=0)
    worth = np.tile(_POINTS, size)[:, None]
    of_score = mine * (worth - np.where(shares > 0, scores, 0.0))
    return mine - shares, of_score, worth - total


def _summed(slopes: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(slopes.reshape(len(slopes), -1, 3).sum(axis=1), dtype=np.float64)


def _estimate(value: float, error: float, n: int, confidence: float) -> Estimate:
    half = normal_quantile(confidence) * error
    limits = Interval(value - half, value + half, confidence)
    return Estimate(value, error, limits, n, _DEFINITION)


def _cell(value: float, half: float) -> str:
    if math.isnan(value):
        return "–"
    if math.isnan(half):
        return f"{value:+z.1f}"
    return f"{value:+z.1f} ({value - half:+z.1f} to {value + half:+z.1f})"


def _arrows(before: NDArray[np.float64], after: NDArray[np.float64], unit: str) -> list[str]:
    def one(value: float) -> str:
        return "–" if math.isnan(value) else f"{value:z.1f}"

    pairs = zip(before.tolist(), after.tolist(), strict=True)
    return [f"{one(first)} → {one(second)}{unit}" for first, second in pairs]
