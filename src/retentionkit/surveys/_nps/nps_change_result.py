"""The change of a net promoter score as a result."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, ClassVar, Final, Literal

from retentionkit._texts import counted, p_text
from retentionkit.results import Columns, Interval, Result
from retentionkit.surveys._nps.nps_change_panel import points

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retentionkit.compare import RequiredN
    from retentionkit.frames import FrameKind
    from retentionkit.results import Estimate
    from retentionkit.surveys._nps.nps_change_effects import NPSEffects
    from retentionkit.surveys._nps.nps_change_panel import ChangeMethod, NPSPanel
    from retentionkit.surveys._nps.nps_result import NPS

__all__ = ["NPSChange"]

METHOD_NAMES: Final[Mapping[ChangeMethod, str]] = {
    "adjusted-wald": "adjusted Wald, difference {:+z.2f}, standard error {:.2f}",
    "wald": "Wald",
}


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
        Its interval, cut off at what is possible; it holds the difference.
    p_value
        Two-sided p-value of no change, by the method of the interval; NaN without a standard
        error.
    degrees_of_freedom
        Of Student's t, if a wave has clusters; else infinite, for the normal distribution.
    adjusted_difference, adjusted_standard_error
        What the interval and the p-value are made of: with `"adjusted-wald"` those of the waves
        with three answers more each, half of them passive; with `"wald"` the plain ones.
    required_n
        How many answers in each wave tell the observed difference: `interval` and `with_power`
        (80 %). NaN if everybody answered in both waves, or if nothing is known of the error.
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
    degrees_of_freedom: float
    adjusted_difference: float
    adjusted_standard_error: float
    required_n: RequiredN
    panel: NPSPanel | None
    segments: NPSEffects | None
    method: ChangeMethod
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Change of NPS"

    @property
    def measure(self) -> Literal["nps"]:
        """What changed, for `compare.several`."""
        return "nps"

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
        """Answers in both waves together; `n_before` and `n_after` are those of each."""
        return self.before.n + self.after.n

    def _table(self) -> Columns:
        within = None if self.panel is None else self.panel.difference
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
            "within": [math.nan if within is None else within.value],
            "within_low": [math.nan if within is None else within.interval.low],
            "within_high": [math.nan if within is None else within.interval.high],
            "n_within": [0 if within is None else within.n],
        }

    def _printed(self) -> Columns:
        return {}  # the facts say it all

    def _facts(self) -> Mapping[str, str]:
        facts = {"before": _told(self.before), "after": _told(self.after)}
        if self._is_certain():
            sure = "without sampling error: everybody answered in both waves"
            facts["difference"] = f"{self.difference:+z.1f} points, {sure}"
        else:
            facts["difference"] = points(self.difference, self.interval)
            facts["p-value"] = self._reading()
        if not math.isnan(self.required_n.interval):
            facts["required"] = str(self.required_n)
        if self.panel is not None:
            facts |= _of_panel(self.panel)
        if self.segments is not None:
            facts["segments"] = _of_segments(self.segments)
        if not self._is_certain():
            facts["method"] = self._made()
        return {**facts, "definition": self.definition}

    def _is_certain(self) -> bool:
        """Whether everybody answered in both waves."""
        return self.before.design_effect == self.after.design_effect == 0

    def _made(self) -> str:
        made = METHOD_NAMES[self.method]
        made = made.format(self.adjusted_difference, self.adjusted_standard_error)
        if math.isinf(self.degrees_of_freedom):
            return made
        return f"{made}, Student's t with {self.degrees_of_freedom:.3g} degrees of freedom"

    def _reading(self) -> str:
        """The p-value, and what the interval lets one say."""
        if math.isnan(self.p_value):
            return "undefined: nothing is known of chance"
        p = p_text(self.p_value)
        if 0 in self.interval:
            return f"{p}: no change is also compatible with these answers"
        return f"{p}: the score {'rose' if self.difference > 0 else 'fell'}"


def _told(score: NPS) -> str:
    others = [
        f", {number:,} {word}"
        for number, word in ((score.unanswered, "unanswered"), (score.invalid, "invalid"))
        if number
    ]
    low, high = score.interval.low, score.interval.high
    limits = "" if math.isnan(low) else f" ({low:z.1f} to {high:z.1f})"
    if score.design_effect == 0:
        return f"{score.score:z.1f}, without sampling error: all {score.n:,} answered"
    return f"{score.score:z.1f}{limits}, {counted(score.n, 'answer')}{''.join(others)}"


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
