"""Importance against performance, as a result."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, ClassVar, Final, Literal, TypeAlias, get_args

import numpy as np

from retentionkit._texts import counted, per_cent
from retentionkit.arguments import check_choice
from retentionkit.results import Columns, Estimate, Interval, Result
from retentionkit.surveys._drivers.driver_labels import (
    QUADRANT_LABELS,
    QUADRANTS,
    Phase,
    Quadrant,
)
from retentionkit.surveys._drivers.driver_phases import printed_importance, printed_performance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind
    from retentionkit.surveys._drivers.driver_phases import DriverPhases
    from retentionkit.surveys._drivers.importance import DriverMethod

__all__ = ["Drivers"]

Language: TypeAlias = Literal["en", "zh"]
What: TypeAlias = Literal["importance", "performance"]

_LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
_UNSURE: Final[Mapping[tuple[bool, bool], str]] = {
    (True, True): "–",
    (False, True): "importance",
    (True, False): "performance",
    (False, False): "both",
}


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Drivers(Result):
    """Importance against performance of each item, made by `drivers`.

    Attributes
    ----------
    outcome
        What the items are held against.
    items
        Their labels, in the order of the caller.
    phases
        The phase of each; None where none was stated.
    importance, importance_error, importance_low, importance_high
        Shapley shares of R² (0 to 1), or standardised coefficients, with standard error and
        limits, shape (k,).
    performance, performance_error, performance_low, performance_high
        Mean answer, 0 for the lowest and 100 for the highest of its scale, shape (k,).
    correlations
        Of the outcome with each item alone, shape (k,).
    inflation
        Variance inflation of each item: how many times the variance of its coefficient is what it
        would be if it went with no other item, shape (k,). Infinite for a sum of others.
    importance_cut, performance_cut
        Lines between the quadrants.
    quadrants
        `"fix_first"` (important, weak), `"keep"` (important, strong), `"low_priority"` (neither)
        or `"possibly_too_much"` (strong, not important).
    importance_sure, performance_sure
        Whether the interval of an item leaves out the line, shape (k,): else a sample of other
        respondents may well put it into another quadrant.
    r_squared
        Share of the variance of the outcome that goes with all items together.
    adjusted_r_squared
        The same, less what as many items without meaning would reach.
    by_phase
        Sums by phase; None where no phases were stated.
    n, set_aside
        Respondents who are in, and who lack an answer.
    method
        What importance is.
    notes
        What to bear in mind, one sentence each.
    definition
        One sentence.
    kind
        The kind of frame that the caller brought.
    """

    outcome: str
    items: tuple[str, ...]
    phases: tuple[Phase | None, ...]
    importance: NDArray[np.float64]
    importance_error: NDArray[np.float64]
    importance_low: NDArray[np.float64]
    importance_high: NDArray[np.float64]
    performance: NDArray[np.float64]
    performance_error: NDArray[np.float64]
    performance_low: NDArray[np.float64]
    performance_high: NDArray[np.float64]
    correlations: NDArray[np.float64]
    inflation: NDArray[np.float64]
    importance_cut: float
    performance_cut: float
    quadrants: tuple[Quadrant, ...]
    importance_sure: NDArray[np.bool_]
    performance_sure: NDArray[np.bool_]
    r_squared: Estimate
    adjusted_r_squared: float
    by_phase: DriverPhases | None
    n: int
    set_aside: int
    method: DriverMethod
    notes: tuple[str, ...]
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Drivers"
    _whole_up_to: ClassVar[int] = 30

    @property
    def interval(self) -> Interval:
        """The interval of R²; those of the items are in the table."""
        return self.r_squared.interval

    @property
    def confidence(self) -> float:
        """Level of the intervals."""
        return self.r_squared.interval.confidence

    @property
    def sure(self) -> NDArray[np.bool_]:
        """Whether both intervals of an item leave out the lines, shape (k,)."""
        found: NDArray[np.bool_] = self.importance_sure & self.performance_sure
        return found

    def estimate(self, what: What, item: str) -> Estimate:
        """Importance or performance of one item, with its interval.

        Parameters
        ----------
        what
            `"importance"` or `"performance"`.
        item
            Its label.

        Returns
        -------
        Estimate

        Raises
        ------
        OptionError
            There is no such item, or `what` is neither.

        Examples
        --------
        >>> import pandas as pd, retentionkit as rk
        >>> answers = pd.DataFrame({
        ...     "guide": [5, 4, 2, 5, 1, 3, 4, 2, 4, 3],
        ...     "hotel": [4, 2, 3, 5, 3, 1, 4, 4, 5, 1],
        ...     "csat": [9, 8, 4, 10, 3, 6, 7, 5, 9, 5],
        ... })
        >>> items = ["guide", "hotel"]
        >>> found = rk.surveys.drivers(answers, outcome="csat", items=items, scale=(1, 5))
        >>> found.estimate("importance", "guide")
        Estimate(0.7999, 95 % 0.5015 to 1, n = 10)
        """
        check_choice("what", what, get_args(What))
        at = self.items.index(check_choice("item", item, self.items))
        columns = self._table()
        value, error, low, high = (
            float(np.asarray(columns[name])[at])
            for name in (what, f"{what}_error", f"{what}_low", f"{what}_high")
        )
        limits = Interval(low, high, self.confidence)
        return Estimate(value, error, limits, self.n, f"{what.capitalize()}: {self.definition}")

    def in_quadrant(self, quadrant: Quadrant) -> tuple[str, ...]:
        """The items of one quadrant, the most important first.

        Parameters
        ----------
        quadrant
            `"fix_first"`, `"keep"`, `"low_priority"` or `"possibly_too_much"`.

        Returns
        -------
        tuple of str

        Raises
        ------
        OptionError
            It is none of these.

        Examples
        --------
        >>> import pandas as pd, retentionkit as rk
        >>> answers = pd.DataFrame({
        ...     "guide": [5, 4, 2, 5, 1, 3, 4, 2, 4, 3],
        ...     "hotel": [4, 2, 3, 5, 3, 1, 4, 4, 5, 1],
        ...     "csat": [9, 8, 4, 10, 3, 6, 7, 5, 9, 5],
        ... })
        >>> items = ["guide", "hotel"]
        >>> found = rk.surveys.drivers(answers, outcome="csat", items=items, scale=(1, 5))
        >>> found.in_quadrant("keep")
        ('guide',)
        """
        labels = {label: key for key, pair in QUADRANT_LABELS.items() for label in pair}
        check_choice("quadrant", quadrant, QUADRANTS, labels=labels)
        return tuple(self.items[at] for at in self._order() if self.quadrants[at] == quadrant)

    def labels(self, language: Language = "en") -> tuple[str, ...]:
        """What people call the quadrant of each item.

        Parameters
        ----------
        language
            English (`"en"`) or Chinese (`"zh"`).

        Returns
        -------
        tuple of str

        Raises
        ------
        OptionError
            It is neither.

        Examples
        --------
        >>> import pandas as pd, retentionkit as rk
        >>> answers = pd.DataFrame({
        ...     "guide": [5, 4, 2, 5, 1, 3, 4, 2, 4, 3],
        ...     "hotel": [4, 2, 3, 5, 3, 1, 4, 4, 5, 1],
        ...     "csat": [9, 8, 4, 10, 3, 6, 7, 5, 9, 5],
        ... })
        >>> items = ["guide", "hotel"]
        >>> found = rk.surveys.drivers(answers, outcome="csat", items=items, scale=(1, 5))
        >>> found.labels(), found.labels("zh")
        (('keep', 'low priority'), ('继续保持', '暂缓改进'))
        """
        at = _LANGUAGES.index(check_choice("language", language, _LANGUAGES))
        return tuple(QUADRANT_LABELS[quadrant][at] for quadrant in self.quadrants)

    def _order(self) -> list[int]:
        """Places of the items, the most important first."""
        return sorted(range(len(self.items)), key=lambda at: (-self.importance[at], at))

    def _table(self) -> Columns:
        return {
            "item": list(self.items),
            "phase": list(self.phases),
            "importance": self.importance,
            "importance_error": self.importance_error,
            "importance_low": self.importance_low,
            "importance_high": self.importance_high,
            "performance": self.performance,
            "performance_error": self.performance_error,
            "performance_low": self.performance_low,
            "performance_high": self.performance_high,
            "quadrant": list(self.quadrants),
            "label": list(self.labels()),
            "label_zh": list(self.labels("zh")),
            "importance_sure": self.importance_sure,
            "performance_sure": self.performance_sure,
            "correlation": self.correlations,
            "inflation": self.inflation,
            "n": [self.n] * len(self.items),
        }

    def _printed(self) -> Columns:
        order = self._order()
        columns: dict[str, list[object]] = {"item": list(self.items)}
        if self.by_phase is not None:
            columns["phase"] = list(self.phases)
        columns |= printed_importance(
            self.method, self.importance, self.importance_low, self.importance_high
        )
        columns["performance"] = printed_performance(
            self.performance, self.performance_low, self.performance_high
        )
        columns["quadrant"] = list(self.labels())
        sure = zip(self.importance_sure.tolist(), self.performance_sure.tolist(), strict=True)
        columns["unsure of"] = [_UNSURE[pair] for pair in sure]
        return {name: [column[at] for at in order] for name, column in columns.items()}

    def _facts(self) -> Mapping[str, str]:
        level = f"{100 * self.confidence:g} % intervals"
        value, limits = self.r_squared.value, self.r_squared.interval
        explained = per_cent(value, limits.low, limits.high, unit=" %")
        aside = f"; {counted(self.set_aside, 'row')} set aside" if self.set_aside else ""
        cut = f"{100 * self.importance_cut:.1f} %"
        if self.method == "standardised":
            cut = f"{self.importance_cut:.2f}"
        facts = {
            "outcome": self.outcome,
            "respondents": f"{self.n:,}{aside}",
            "explained": f"{explained} of the variance (R²); adjusted "
            f"{100 * self.adjusted_r_squared:z.1f} %",
            "lines": f"importance {cut}, performance {self.performance_cut:.1f}",
            "in brackets": level,
        }
        if self.by_phase is not None:
            facts["phases"] = self._phases_text(self.by_phase)
        if self.notes:
            facts["note"] = " ".join(self.notes)
        return {**facts, "definition": self.definition}

    def _phases_text(self, found: DriverPhases) -> str:
        shown = [
            f"{100 * value:z.1f} %" if self.method == "shapley" else f"{value:z.2f}"
            for value in found.importance
        ]
        return ", ".join(f"{phase} {text}" for phase, text in zip(found.phases, shown, strict=True))
