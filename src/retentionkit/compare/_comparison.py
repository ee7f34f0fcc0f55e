"""A comparison of two figures as a result."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, ClassVar

from retentionkit._texts import p_text
from retentionkit.compare._measure import MEASURES, Measure, percent
from retentionkit.compare._terms import CHANGES
from retentionkit.results import Columns, Estimate, Interval, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retentionkit.compare._needed import RequiredN
    from retentionkit.compare._terms import Design
    from retentionkit.frames import FrameKind

__all__ = ["Comparison"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Comparison(Result):
    """Two figures, their difference and their relative change, made by `rates` and the others.

    All differences are the second figure less the first: after less before, treated less control,
    segment less rest.

    Attributes
    ----------
    measure
        What is compared: `"rate"`, `"mean"`, `"count"`, `"ratio"` or `"nps"`.
    design
        What the two figures are of.
    labels
        Names of the first and the second figure.
    first, second
        The figures with their intervals; their `n` is 0 where it was not told.
    difference
        Second less first: rates as fractions (0.2 is 20 points), NPS in points.
    relative
        Second over first, less 1; NaN unless the first figure is positive, and for NPS.
    control
        The comparison of the control group over the same time, or None.
    net
        The difference less that of the control group, or None (difference in differences).
    net_relative
        The quotient of the two quotients, less 1; None without control.
    p_value
        Of no net difference if there is a control group, else of no difference; NaN without n.
        Where it is found from the interval, those below 1e-12 are not told apart.
    test
        One sentence: the test that it is from.
    required_n
        How many are needed in each group to tell the (net) difference from zero.
    regression
        The difference that is expected by regression to the mean alone; None if not asked for.
    notes
        What has to be said beside the figures, in plain sentences.
    definition
        One sentence: what was compared, and how the interval was made.
    kind
        The kind of series that the caller brought.
    """

    measure: Measure
    design: Design
    labels: tuple[str, str]
    first: Estimate
    second: Estimate
    difference: Estimate
    relative: Estimate
    control: Comparison | None
    net: Estimate | None
    net_relative: Estimate | None
    p_value: float
    test: str
    required_n: RequiredN
    regression: float | None
    notes: tuple[str, ...]
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Comparison"

    @property
    def n(self) -> int | None:
        """Number of units in the effect, pairs counted once; None where a figure came without n."""
        return None if any(_untold(part) for _, part in self._named()) else self.effect.n

    @property
    def effect(self) -> Estimate:
        """What the p-value is of: the net difference if there is a control group."""
        return self.difference if self.net is None else self.net

    @property
    def interval(self) -> Interval:
        """The interval of the effect."""
        return self.effect.interval

    @property
    def value(self) -> float:
        """The effect alone."""
        return self.effect.value

    def __float__(self) -> float:
        """The effect alone."""
        return self.effect.value

    def _named(self) -> list[tuple[str, Estimate]]:
        """The figures with their names."""
        before, after = self.labels
        named = [(before, self.first), (after, self.second)]
        if self.control is not None:
            named.append((f"control {before}", self.control.first))
            named.append((f"control {after}", self.control.second))
        return named

    def _table(self) -> Columns:
        figures = self._named()
        parts = (self.difference, self.relative, self.net, self.net_relative)
        changes = [
            (name, part) for name, part in zip(CHANGES, parts, strict=True) if part is not None
        ]
        rows = [*figures, *changes]
        sizes = [None if _untold(part) else part.n for _, part in figures]
        return {
            "figure": [name for name, _ in rows],
            "value": [part.value for _, part in rows],
            "low": [part.interval.low for _, part in rows],
            "high": [part.interval.high for _, part in rows],
            "standard_error": [part.standard_error for _, part in rows],
            "n": [*sizes, *(None if self.n is None else part.n for _, part in changes)],
        }

    def _printed(self) -> Columns:
        wording, rows = MEASURES[self.measure], self._named()
        level = f"{100 * self.first.interval.confidence:g} %"
        counted = "events" if self.measure == "count" else "n"
        return {
            "": [name for name, _ in rows],
            "value": [wording.told(part.value) for _, part in rows],
            level: [wording.span(part.interval.low, part.interval.high) for _, part in rows],
            counted: ["–" if _untold(part) else f"{part.n:,}" for _, part in rows],
        }

    def _facts(self) -> Mapping[str, str]:
        facts = {"difference": self._points(self.difference), "relative": _per_cent(self.relative)}
        if self.net is not None and self.net_relative is not None:
            facts["net of control"] = self._points(self.net)
            facts["net relative"] = _per_cent(self.net_relative)
        if not math.isnan(self.p_value):
            facts["p-value"] = f"{p_text(self.p_value)} ({self.test})"
        if not _is_sure(self.effect):
            facts["needed"] = str(self.required_n)
        facts |= {"note" + " " * place: note for place, note in enumerate(self.notes)}
        return {**facts, "definition": self.definition}

    def _points(self, part: Estimate) -> str:
        wording, level = MEASURES[self.measure], 100 * part.interval.confidence
        if _is_sure(part):
            return f"{wording.change(part.value)}, without sampling error"
        span = wording.span(part.interval.low, part.interval.high, signed=True)
        limits = "no interval" if span == "–" else f"{level:g} % {span}"
        return f"{wording.change(part.value)}, {limits}"

    def __repr__(self) -> str:
        """Heading, facts, notes and the figures, at most one screen."""
        return self._headed(Result.__repr__(self))

    def _repr_html_(self) -> str:
        return self._headed(Result._repr_html_(self))

    def _headed(self, text: str) -> str:
        """The text with what is compared in its heading."""
        return text.replace("Comparison", MEASURES[self.measure].heading, 1)


def _is_sure(part: Estimate) -> bool:
    """Whether everybody was asked: the limits meet, and nothing is left to chance."""
    return part.standard_error == 0 and part.interval.low == part.interval.high


def _untold(part: Estimate) -> bool:
    """Whether a figure came without n; of events that did not happen n is 0 as well."""
    return part.n == 0 and math.isnan(part.standard_error)


def _per_cent(part: Estimate) -> str:
    if math.isnan(part.value):
        return "undefined"
    low, high = part.interval.low, part.interval.high
    if math.isnan(low):
        return f"{percent(part.value)}, no interval"
    above = f"to {percent(high)}" if math.isfinite(high) else "on"
    return f"{percent(part.value)}, {100 * part.interval.confidence:g} % {percent(low)} {above}"
