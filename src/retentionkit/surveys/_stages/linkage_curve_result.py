"""An outcome by answer, as a result."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from retentionkit._texts import counted, p_text, per_cent
from retentionkit.results import Columns, Estimate, Result

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind

__all__ = ["Direction", "LinkageCurve", "Measure"]

#: A share of customers, or a mean.
Measure: TypeAlias = Literal["rate", "mean"]
Direction: TypeAlias = Literal["rising", "falling"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class LinkageCurve(Result):
    """An outcome by answer, made by `linkage_curve`.

    Attributes
    ----------
    measure
        `"rate"` where the outcome is yes or no, else `"mean"`.
    answers
        The answers of the scale, shape (k,).
    counts
        Customers with each answer of whom the outcome is known, shape (k,).
    unobserved
        Customers with each answer of whom it is not known yet, shape (k,).
    value, low, high
        Rate with Wilson interval, or mean with t interval; NaN where nobody answered so. Shape
        (k,).
    isotonic
        The nearest curve that never falls (or never rises, if `direction` is `"falling"`), shape
        (k,); NaN where nobody answered so.
    line
        The straight line at the answers that were given, shape (k,); NaN elsewhere.
    intercept
        The straight line at 0.
    slope
        Its rise for each answer; a Wald interval of rates, a t interval of means that holds where
        some answers vary more than others (HC3).
    departure
        Chi-squared (likelihood ratio) of rates, or F of means (Welch and James), of the figures
        against the line; NaN with fewer than three answers. Answers of one customer, or of
        customers who are all alike, have no variance of their own, and no part in F.
    p_value
        Of the departure from a straight line.
    steepest
        The steepest rise for each answer between neighbours, with limits that hold for all steps at
        once; None where there are no two answers with enough customers.
    steepest_step
        Between which answers it lies, or None.
    few
        Answers of fewer customers than this are pointed out, and no step is told from them.
    direction
        Which way the isotonic curve goes.
    unanswered, invalid
        Customers without an answer, and with one that is not on the scale.
    confidence
        Level of the intervals.
    definition
        One sentence: what of whom, by what.
    kind
        The kind of frame that the caller brought.
    """

    measure: Measure
    answers: NDArray[np.int64]
    counts: NDArray[np.int64]
    unobserved: NDArray[np.int64]
    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    isotonic: NDArray[np.float64]
    line: NDArray[np.float64]
    intercept: float
    slope: Estimate
    departure: float
    p_value: float
    steepest: Estimate | None
    steepest_step: tuple[int, int] | None
    few: int
    direction: Direction
    unanswered: int
    invalid: int
    confidence: float
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Linkage curve"

    @property
    def n(self) -> int:
        """Customers with an answer and a known outcome."""
        return int(self.counts.sum())

    @property
    def is_few(self) -> NDArray[np.bool_]:
        """Which answers too few gave to tell much, shape (k,)."""
        return self.counts < self.few

    def _table(self) -> Columns:
        return {
            "answer": self.answers,
            "customers": self.counts,
            "not_yet_observed": self.unobserved,
            self.measure: self.value,
            "low": self.low,
            "high": self.high,
            "isotonic": self.isotonic,
            "line": self.line,
            "few": self.is_few,
        }

    def _printed(self) -> Columns:
        columns: dict[str, NDArray[Any] | Sequence[object]] = {
            "answer": self.answers,
            "customers": [f"{number:,}" for number in self.counts.tolist()],
        }
        if self.measure == "mean":
            columns |= {"mean": self.value, "low": self.low, "high": self.high}
            return {**columns, "isotonic": self.isotonic, "line": self.line}
        rates = zip(self.value.tolist(), self.low.tolist(), self.high.tolist(), strict=True)
        columns["rate %"] = [per_cent(*row) for row in rates]
        for name, curve in (("isotonic %", self.isotonic), ("line %", self.line)):
            columns[name] = [per_cent(each, math.nan, math.nan) for each in curve.tolist()]
        return columns

    def _facts(self) -> Mapping[str, str]:
        others = [
            f"{number:,} {name}"
            for number, name in (
                (int(self.unobserved.sum()), "not yet observed"),
                (self.unanswered, "unanswered"),
                (self.invalid, "off the scale"),
            )
            if number
        ]
        known = f"{counted(self.n, 'customer')} with answer and outcome"
        facts = {
            "customers": "; ".join([known, *others]),
            "straight line": f"{self._told(self.slope)} for each answer",
            "departure": self._told_departure(),
        }
        if self.steepest is not None and self.steepest_step is not None:
            first, last = self.steepest_step
            each = "" if last - first == 1 else " for each answer"
            facts["steepest step"] = f"from {first} to {last}: {self._told(self.steepest)}{each}"
        if self.is_few.any():
            facts["few answers"] = ", ".join(
                f"{answer} ({number:,})"
                for answer, number in zip(
                    self.answers[self.is_few].tolist(),
                    self.counts[self.is_few].tolist(),
                    strict=True,
                )
            )
        return {**facts, "definition": self.definition}

    def _told(self, rise: Estimate) -> str:
        """A rise with its limits: rates in points."""
        points = self.measure == "rate"
        scale, unit = (100, " points") if points else (1, "")
        value, low, high = (
            scale * each for each in (rise.value, rise.interval.low, rise.interval.high)
        )
        form = "+z.1f" if points else "+,.4g"
        limits = "" if math.isnan(low) else f" ({low:{form}} to {high:{form}})"
        return f"{value:{form}}{unit}{limits}"

    def _told_departure(self) -> str:
        if math.isnan(self.p_value):
            return "undefined: it takes three different answers, and outcomes that vary"
        p = f"p {p_text(self.p_value, sign=True)}"
        left_out = self.answers[(self.counts > 0) & ~(self.high > self.low)].tolist()
        if left_out:
            p += f" (without {', '.join(map(str, left_out))}, of unknown variance)"
        if self.p_value < 1 - self.confidence:
            return f"{p}: not a straight line"
        return (
            f"{p}: no departure from a straight line to be seen, which does not show that it is one"
        )
