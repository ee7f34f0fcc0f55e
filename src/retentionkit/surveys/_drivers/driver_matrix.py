"""From importances and answers to quadrants: limits, lines, sums by phase, and what to say."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

import numpy as np

from retentionkit.intervals import t_quantile
from retentionkit.results import Estimate, Interval, frozen_array
from retentionkit.surveys._drivers.driver_labels import PHASES
from retentionkit.surveys._drivers.driver_phases import DriverPhases
from retentionkit.surveys._drivers.drivers_result import Drivers
from retentionkit.surveys._drivers.importance import importance_limits, r_squared_limits, redrawn
from retentionkit.surveys._drivers.numeric_columns import is_binary

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind
    from retentionkit.surveys._drivers.driver_items import Items
    from retentionkit.surveys._drivers.driver_labels import Phase, Quadrant
    from retentionkit.surveys._drivers.importance import DriverMethod, Errors, Importance

__all__ = ["Limits", "Measured", "Ways", "matrix_of"]

#: How the intervals of importance are made.
Limits: TypeAlias = Literal["analytic", "bootstrap"]

_PER_ITEM: Final = 10  # respondents, below which R² is mostly luck


class Ways(NamedTuple):
    """How importance and its limits are made."""

    method: DriverMethod
    errors: Errors
    interval: Limits
    draws: int
    rng: int | np.random.Generator
    confidence: float


class Measured(NamedTuple):
    """What was read and found: answers with the outcome first, shape (n, k + 1)."""

    outcome: str
    named: Items
    values: NDArray[np.float64]
    #: Lowest and highest answer of each item, shape (k, 2), and whether the caller stated them.
    ends: NDArray[np.float64]
    stated: bool
    found: Importance
    #: Items that can hardly be told apart.
    alike: list[str]
    set_aside: int
    kind: FrameKind

    @property
    def points(self) -> NDArray[np.float64]:
        """Answers to the items, 0 to 100, shape (n, k)."""
        low, high = self.ends.T
        scaled: NDArray[np.float64] = 100 * (self.values[:, 1:] - low) / (high - low)
        return scaled


class _Limited(NamedTuple):
    """Values with standard errors and limits, shape (k,), read-only."""

    value: NDArray[np.float64]
    error: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    def frozen(self) -> _Limited:
        """Read-only copies."""
        return _Limited(*(frozen_array(part, np.float64) for part in self))

    def clear_of(self, cut: float) -> NDArray[np.bool_]:
        """Whether the interval leaves out a line."""
        return frozen_array((self.low > cut) | (self.high < cut), np.bool_)


def matrix_of(
    measured: Measured, ways: Ways, importance_cut: float | None, performance_cut: float | None
) -> Drivers:
    """The result, once everything is read and checked."""
    found, n = measured.found, len(measured.values)
    drawn = None
    if ways.interval == "bootstrap":
        drawn = redrawn(measured.values, ways.method, ways.draws, ways.rng)
    each = np.eye(len(found.values))
    weight = _limited_importance(found, each, ways, drawn)
    level = _limited_performance(measured.points, each, ways.confidence)
    cut = float(weight.value.mean()) if importance_cut is None else importance_cut
    line = float(level.value.mean()) if performance_cut is None else performance_cut
    return Drivers(
        outcome=measured.outcome,
        items=measured.named.labels,
        phases=measured.named.phases,
        importance=weight.value,
        importance_error=weight.error,
        importance_low=weight.low,
        importance_high=weight.high,
        performance=level.value,
        performance_error=level.error,
        performance_low=level.low,
        performance_high=level.high,
        correlations=frozen_array(found.correlations, np.float64),
        inflation=frozen_array(found.inflation, np.float64),
        importance_cut=cut,
        performance_cut=line,
        quadrants=_quadrants(weight.value >= cut, level.value >= line),
        importance_sure=weight.clear_of(cut),
        performance_sure=level.clear_of(line),
        r_squared=_explained(found, n, ways.confidence),
        adjusted_r_squared=found.adjusted_r_squared,
        by_phase=_by_phase(measured, ways, drawn),
        n=n,
        set_aside=measured.set_aside,
        method=ways.method,
        notes=_notes(measured),
        definition=_definition(measured, ways),
        kind=measured.kind,
    )


def _limited_importance(
    found: Importance,
    sums: NDArray[np.float64],
    ways: Ways,
    drawn: NDArray[np.float64] | None,
) -> _Limited:
    """Importances, or sums of them by the rows of `sums`, shape (m, k)."""
    value = sums @ found.values
    if drawn is not None:
        spread = drawn @ sums.T
        tail = 0.5 - ways.confidence / 2
        low, high = np.quantile(spread, [tail, 1 - tail], axis=0)
        return _Limited(value, spread.std(axis=0, ddof=1), low, high).frozen()
    error = np.sqrt(np.maximum(np.diag(sums @ found.covariance @ sums.T), 0))
    low, high = importance_limits(
        value, error, method=ways.method, df=found.df, confidence=ways.confidence
    )
    return _Limited(value, error, low, high).frozen()


def _limited_performance(
    points: NDArray[np.float64], sums: NDArray[np.float64], confidence: float
) -> _Limited:
    """Mean answers with limits of Student's t, of items or of means of them."""
    means = points @ (sums / sums.sum(axis=1, keepdims=True)).T
    value, n = means.mean(axis=0), len(means)
    error = means.std(axis=0, ddof=1) / math.sqrt(n)
    half = float(t_quantile(n, confidence=confidence)) * error
    return _Limited(
        value, error, np.maximum(value - half, 0), np.minimum(value + half, 100)
    ).frozen()


def _by_phase(
    measured: Measured, ways: Ways, drawn: NDArray[np.float64] | None
) -> DriverPhases | None:
    """Sums of importances and means of performances, by phase."""
    where = measured.named.phases
    present: tuple[Phase, ...] = tuple(phase for phase in PHASES if phase in where)
    if not present:
        return None
    sums = np.array([[float(own == phase) for own in where] for phase in present])
    weight = _limited_importance(measured.found, sums, ways, drawn)
    level = _limited_performance(measured.points, sums, ways.confidence)
    what = "Sum of the Shapley shares" if ways.method == "shapley" else "Sum of the coefficients"
    return DriverPhases(
        phases=present,
        items=tuple(where.count(phase) for phase in present),
        importance=weight.value,
        importance_low=weight.low,
        importance_high=weight.high,
        performance=level.value,
        performance_low=level.low,
        performance_high=level.high,
        method=ways.method,
        n=len(measured.values),
        confidence=ways.confidence,
        definition=f"{what} of the items of a phase, and mean of their performances; a phase with "
        "more items has more to add up.",
        kind=measured.kind,
    )


def _quadrants(important: NDArray[np.bool_], strong: NDArray[np.bool_]) -> tuple[Quadrant, ...]:
    names: dict[tuple[bool, bool], Quadrant] = {
        (True, False): "fix_first",
        (True, True): "keep",
        (False, False): "low_priority",
        (False, True): "possibly_too_much",
    }
    return tuple(names[pair] for pair in zip(important.tolist(), strong.tolist(), strict=True))


def _explained(found: Importance, n: int, confidence: float) -> Estimate:
    low, high = r_squared_limits(found, confidence)
    definition = (
        "Share of the variance of the outcome that goes with all items together (R²), with an "
        "interval by Fisher's z of R, its lower limit around the adjusted R²."
    )
    limits = Interval(low, high, confidence)
    return Estimate(found.r_squared, found.r_squared_error, limits, n, definition)


def _notes(measured: Measured) -> tuple[str, ...]:
    """What to bear in mind with these data."""
    n, k = len(measured.values), len(measured.found.values)
    notes: list[str] = []
    if n < _PER_ITEM * k:
        notes.append(f"Fewer than {_PER_ITEM} respondents per item: R² is partly luck.")
    if is_binary(measured.values[:, 0]):
        notes.append(
            "The outcome is yes or no: R² is that of a straight line through 0 and 1 (a linear "
            "probability), and low by nature."
        )
    if measured.alike:
        notes.append(f"Can hardly be told apart: {', '.join(measured.alike)}.")
    labels = measured.named.labels
    against = [labels[at] for at in np.flatnonzero(measured.found.correlations < 0)]
    if against:
        notes.append(f"Go with a lower outcome, taken alone: {', '.join(against)}.")
    return tuple(notes)


def _definition(measured: Measured, ways: Ways) -> str:
    """What importance, performance and the quadrants are, in a sentence or two."""
    if ways.method == "shapley":
        what = "what an item adds to R², averaged over all orders of the items (Shapley, LMG)"
    else:
        kind = "robust" if ways.errors == "robust" else "classical"
        what = (
            "by how many standard deviations the outcome differs where the item is one higher and "
            f"the others are alike ({kind} errors)"
        )
    if ways.interval == "bootstrap":
        what += f", percentiles of {ways.draws:,} bootstrap draws"
    low, high = measured.ends.min(axis=0)[0], measured.ends.max(axis=0)[1]
    same = bool((measured.ends == measured.ends[0]).all())
    scale = f"{low:g} to {high:g}" if same else "of its own"
    if not measured.stated:
        scale += ", the lowest and highest answer that occur"
    return (
        f"Importance: {what}. Performance: mean answer on 0 to 100 (scale {scale}). Unsure "
        "of: what has an interval that crosses its line; lines are taken as given. Association, "
        "not effect."
    )
