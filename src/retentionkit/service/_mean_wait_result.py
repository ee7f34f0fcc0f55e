"""How long people wait, as a result."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, ClassVar, Final

from retentionkit._texts import per_cent
from retentionkit.results import Columns, Estimate, Interval, Result
from retentionkit.service._cases import group_of, said_aside
from retentionkit.service._promises import quantile_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retentionkit.frames import FrameKind

__all__ = ["COLUMNS", "MeanWait", "WaitOf"]

#: The columns of every table of waits.
COLUMNS: Final = (
    *("waits", "waiting", "mean", "low", "high"),
    *("above", "above_low", "above_high", "unknown"),
)


@dataclasses.dataclass(frozen=True, slots=True)
class WaitOf:
    """The waits of one group.

    Attributes
    ----------
    group
        The label of the group; None for all, or for waits without a label.
    waits, waiting
        How many waits there are, and how many of them are not over.
    mean
        The mean; up to the horizon if there is one.
    above
        The share that lasts longer than the limit, with a Wilson interval; NaN without a limit.
    unknown
        Waits that are not over and within the limit: not in that share.
    quantiles
        Times within which the stated shares of waits are over.

    Examples
    --------
    >>> import retentionkit as rk
    >>> found = rk.service.mean_wait([3, 8, 20, 5], by=["a", "a", "b", "b"], limit=15)
    >>> found.group("b").mean.value, found.group("b").above.value
    (12.5, 0.5)
    """

    group: object
    waits: int
    waiting: int
    mean: Estimate
    above: Estimate
    unknown: int
    quantiles: tuple[Estimate, ...]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class MeanWait(Result):
    """How long people wait, made by `mean_wait`.

    Attributes
    ----------
    groups
        One for each group.
    by
        What the groups are of; None for one group of all.
    unit
        What times are told in.
    levels
        The shares of waits of the quantiles: 0.5 for the median.
    reasons
        Waits that were not used, by reason.
    definition
        What the mean is of, and what is above.
    kind
        The kind of frame that the caller brought.
    """

    groups: tuple[WaitOf, ...]
    by: str | None
    unit: str
    levels: tuple[float, ...]
    reasons: Mapping[str, int]
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Waits"

    def group(self, label: object = ...) -> WaitOf:
        """The waits of one group, None for those without a label; without `by` those of all."""
        return group_of(self.groups, label, self.by)

    @property
    def mean(self) -> Estimate:
        """The mean of all waits; without `by`."""
        return self.group().mean

    @property
    def above(self) -> Estimate:
        """The share of all waits above the limit; without `by`."""
        return self.group().above

    @property
    def value(self) -> float:
        """The mean alone; without `by`."""
        return self.mean.value

    @property
    def interval(self) -> Interval:
        """The interval of the mean; without `by`."""
        return self.mean.interval

    @property
    def n(self) -> int:
        """How many waits there are."""
        return sum(found.waits for found in self.groups)

    @property
    def set_aside(self) -> int:
        """How many waits were not used."""
        return sum(self.reasons.values())

    def _table(self) -> Columns:
        table = dict(self._times())
        for at, level in enumerate(self.levels):
            limits = [found.quantiles[at].interval for found in self.groups]
            table[f"{quantile_name(level)}_low"] = [interval.low for interval in limits]
            table[f"{quantile_name(level)}_high"] = [interval.high for interval in limits]
        above = [found.above for found in self.groups]
        return {
            **table,
            "above": [share.value for share in above],
            "above_low": [share.interval.low for share in above],
            "above_high": [share.interval.high for share in above],
            "unknown": [found.unknown for found in self.groups],
        }

    def _printed(self) -> Columns:
        above = [found.above for found in self.groups]
        unknown = [found.unknown for found in self.groups]
        if not any(unknown) and all(math.isnan(share.value) for share in above):  # no limit
            return self._times()
        shown = [per_cent(a.value, a.interval.low, a.interval.high) for a in above]
        return {**self._times(), "above (%)": shown, "unknown": unknown}

    def _times(self) -> Columns:
        rows = self.groups
        quantiles = {
            quantile_name(level): [row.quantiles[at].value for row in rows]
            for at, level in enumerate(self.levels)
        }
        return {
            **({} if self.by is None else {self.by: [row.group for row in rows]}),
            "waits": [row.waits for row in rows],
            "waiting": [row.waiting for row in rows],
            "mean": [row.mean.value for row in rows],
            "low": [row.mean.interval.low for row in rows],
            "high": [row.mean.interval.high for row in rows],
            **quantiles,
        }

    def _facts(self) -> Mapping[str, str]:
        level = self.groups[0].mean.interval.confidence
        facts = {"times": f"in {self.unit}s", "confidence": f"{100 * level:g} %"}
        if self.reasons:
            facts["set aside"] = said_aside(self.reasons)
        return {**facts, "definition": self.definition}
