"""Importance and performance by phase of the journey, as a result."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, ClassVar

from retentionkit._texts import per_cent
from retentionkit.results import Columns, Result
from retentionkit.surveys._drivers.driver_labels import PHASE_LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind
    from retentionkit.surveys._drivers.driver_labels import Phase
    from retentionkit.surveys._drivers.importance import DriverMethod

__all__ = ["DriverPhases", "printed_importance", "printed_performance"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class DriverPhases(Result):
    """Importance and performance by phase of the journey, part of `Drivers`.

    Attributes
    ----------
    phases
        `"before"`, `"during"`, `"after"`, those that have items.
    items
        How many items each has.
    importance, importance_low, importance_high
        Sum of the importances of its items, with limits.
    performance, performance_low, performance_high
        Mean performance of its items, 0 to 100, with limits.
    method
        What importance is.
    n
        Respondents.
    confidence
        Level of the intervals.
    definition
        One sentence.
    kind
        The kind of frame that the caller brought.

    Examples
    --------
    >>> import pandas as pd, retentionkit as rk
    >>> answers = pd.DataFrame({
    ...     "guide": [5, 4, 2, 5, 1, 3, 4, 2, 4, 3],
    ...     "hotel": [4, 2, 3, 5, 3, 1, 4, 4, 5, 1],
    ...     "csat": [9, 8, 4, 10, 3, 6, 7, 5, 9, 5],
    ... })
    >>> phases = {"before": ["hotel"], "during": ["guide"]}
    >>> found = rk.surveys.drivers(answers, outcome="csat", phases=phases, scale=(1, 5)).by_phase
    >>> dict(zip(found.phases, found.performance.round(1).tolist()))
    {'before': 55.0, 'during': 57.5}
    """

    phases: tuple[Phase, ...]
    items: tuple[int, ...]
    importance: NDArray[np.float64]
    importance_low: NDArray[np.float64]
    importance_high: NDArray[np.float64]
    performance: NDArray[np.float64]
    performance_low: NDArray[np.float64]
    performance_high: NDArray[np.float64]
    method: DriverMethod
    n: int
    confidence: float
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Drivers by phase"

    def _table(self) -> Columns:
        return {
            "phase": list(self.phases),
            "label": [PHASE_LABELS[phase][0] for phase in self.phases],
            "label_zh": [PHASE_LABELS[phase][1] for phase in self.phases],
            "items": list(self.items),
            "importance": self.importance,
            "importance_low": self.importance_low,
            "importance_high": self.importance_high,
            "performance": self.performance,
            "performance_low": self.performance_low,
            "performance_high": self.performance_high,
            "n": [self.n] * len(self.phases),
        }

    def _printed(self) -> Columns:
        return {
            "phase": list(self.phases),
            "items": list(self.items),
            **printed_importance(
                self.method, self.importance, self.importance_low, self.importance_high
            ),
            "performance": printed_performance(
                self.performance, self.performance_low, self.performance_high
            ),
        }

    def _facts(self) -> Mapping[str, str]:
        return {
            "respondents": f"{self.n:,}",
            "in brackets": f"{100 * self.confidence:g} % intervals",
            "definition": self.definition,
        }


def printed_importance(
    method: DriverMethod, *limited: NDArray[np.float64]
) -> dict[str, list[object]]:
    """Importances with their limits under their name: shares in per cent, coefficients as such."""
    rows = [*zip(*(column.tolist() for column in limited), strict=True)]
    if method == "shapley":
        return {"importance %": [per_cent(*row) for row in rows]}
    return {"importance": [_limited(*row, digits=2) for row in rows]}


def printed_performance(*limited: NDArray[np.float64]) -> list[object]:
    """Performances with their limits."""
    rows = zip(*(column.tolist() for column in limited), strict=True)
    return [_limited(*row, digits=1) for row in rows]


def _limited(value: float, low: float, high: float, *, digits: int) -> str:
    form = f"z.{digits}f"
    return f"{value:{form}}" + ("" if math.isnan(low) else f" ({low:{form}} to {high:{form}})")
