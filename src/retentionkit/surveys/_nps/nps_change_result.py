"""The change of a net promoter score as a result."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, ClassVar, Final, Literal, NamedTuple, TypeAlias

from retentionkit.results import Columns, Interval, Result
from retentionkit.surveys._nps.nps_change_panel import points

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retentionkit.frames import FrameKind
    from retentionkit.results import Estimate
    from retentionkit.surveys._nps.nps_change_effects import NPSEffects
    from retentionkit.surveys._nps.nps_change_panel import NPSPanel
    from retentionkit.surveys._nps.nps_result import NPS

__all__ = ["ChangeMethod", "NPSChange", "Required"]

#: How the interval and the p-value of a change are made.
ChangeMethod: TypeAlias = Literal["adjusted-wald", "wald"]

METHOD_NAMES: Final[Mapping[ChangeMethod, str]] = {
    "adjusted-wald": "adjusted Wald, difference {:+z.2f}, standard error {:.2f}",
    "wald": "Wald",
}


class Required(NamedTuple):
    """How many answers in each wave tell the observed difference from none.

    Infinity where there is no difference.
    """

    #: The interval just excludes zero.
    for_interval: float
    #: The difference, if it is the true one, is told in 80 of 100 cases.
    for_power: float


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class NPSChange(Result):
    """Difference of two net promoter scores in points, made by `nps_change`.

    Attributes
    ----------
    before, after
        The two scores.
    difference
        After less before, -200 to 200.
    standard_error
        Its standard error.
    interval
        Its interval, cut off at what is possible.
    p_value
        Two-sided p-value of no change, by the method of the interval; NaN without a standard
        error.
    adjusted_difference, adjusted_standard_error
        What the interval and the p-value are made of: with `"adjusted-wald"` those of the waves
        with three answers more each, half of them passive; with `"wald"` the plain ones.
    required
        How many answers in each wave tell the observed difference: `for_interval` and `for_power`
        (80 %).
    panel
        Who moved from which kind of answer to which; None without ids.
    segments
        Effects of segments on the difference; None without them.
    method
        How the interval was made.
    definition
        One sentence: what was subtracted from what, and how the error was made.
    kind
        The kind of series that the caller brought.
    """

    before: NPS
    after: NPS
    difference: float
    standard_error: float
    interval: Interval
    p_value: float
    adjusted_difference: float
    adjusted_standard_error: float
    required: Required
    panel: NPSPanel | None
    segments: NPSEffects | None
    method: ChangeMethod
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Change of NPS"

    @property
    def n_before(self) -> int:
        """Answers before."""
        return self.before.n

    @property
    def n_after(self) -> int:
        """Answers after."""
        return self.after.n

    @property
    def n(self) -> int:
        """Answers in both waves together."""
        return self.before.n + self.after.n

    def _table(self) -> Columns:
        return {
            "before": [self.before.score],
            "after": [self.after.score],
            "difference": [self.difference],
            "low": [self.interval.low],
            "high": [self.interval.high],
            "standard_error": [self.standard_error],
            "p_value": [self.p_value],
            "n_before": [self.before.n],
            "n_after": [self.after.n],
        }

    def _printed(self) -> Columns:
        return {}  # the facts say it all

    def _facts(self) -> Mapping[str, str]:
        facts = {
            "before": _told(self.before),
            "after": _told(self.after),
            "difference": points(self.difference, self.interval),
            "p-value": self._reading(),
            "required": self._needed(),
        }
        if self.panel is not None:
            facts |= _of_panel(self.panel)
        if self.segments is not None:
            facts["segments"] = _of_segments(self.segments)
        made = METHOD_NAMES[self.method]
        made = made.format(self.adjusted_difference, self.adjusted_standard_error)
        return {**facts, "method": made, "definition": self.definition}

    def _reading(self) -> str:
        """The p-value, and what the interval lets one say."""
        if math.isnan(self.p_value):
            return "undefined: nothing is left to chance, or nothing is known of it"
        p = "below 0.0001" if self.p_value < 1e-4 else f"{self.p_value:.4f}"  # noqa: PLR2004
        if 0 in self.interval:
            return f"{p}: no change is also compatible with these answers"
        return f"{p}: the score {'rose' if self.difference > 0 else 'fell'}"

    def _needed(self) -> str:
        if math.isinf(self.required.for_interval):
            return "no number of answers, since there is no difference"
        return (
            f"{self.required.for_interval:,.0f} answers per wave for an interval without 0, "
            f"{self.required.for_power:,.0f} for 80 % power, if this is the true difference"
        )


def _told(score: NPS) -> str:
    others = [
        f", {number:,} {word}"
        for number, word in ((score.unanswered, "unanswered"), (score.invalid, "invalid"))
        if number
    ]
    low, high = score.interval.low, score.interval.high
    limits = "" if math.isnan(low) else f" ({low:z.1f} to {high:z.1f})"
    return f"{score.score:z.1f}{limits}, {score.n:,} answers{''.join(others)}"


def _of_panel(panel: NPSPanel) -> Mapping[str, str]:
    found = panel.difference
    gone = [
        f"{score.n:,} {word} (NPS {score.score:z.1f})"
        for score, word in ((panel.left, "left"), (panel.joined, "joined"))
        if score is not None
    ]
    stayed = f"{panel.n:,} stayed"
    if panel.stayed_before is not None and panel.stayed_after is not None:
        stayed += f" (NPS {panel.stayed_before.score:z.1f} to {panel.stayed_after.score:z.1f})"
    return {
        "people": ", ".join([stayed, *gone]),
        "within": f"{points(found.value, found.interval)}, of those who stayed",
    }


def _of_segments(segments: NPSEffects) -> str:
    parts = [("within", segments.within), ("mix", segments.mix)]
    if segments.entered or segments.exited:
        parts.append(("entry_exit", segments.entry_exit))
    return ", ".join(f"{name} {_within(found)}" for name, found in parts)


def _within(found: Estimate) -> str:
    low, high = found.interval.low, found.interval.high
    limits = "" if math.isnan(low) else f" ({low:+z.1f} to {high:+z.1f})"
    return f"{found.value:+z.1f}{limits}"
