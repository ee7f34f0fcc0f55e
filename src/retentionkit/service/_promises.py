"""Promises to answer, solve or call within a time, as a result."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, ClassVar, Final, Literal, TypeAlias

import numpy as np

from retentionkit.errors import OptionError
from retentionkit.intervals import share
from retentionkit.results import Columns, Result
from retentionkit.service._cases import check_names, group_of, said_aside
from retentionkit.service._waits import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind
    from retentionkit.results import Estimate, Interval

__all__ = [
    "COLUMNS",
    "Attainment",
    "Denominator",
    "Promise",
    "check_by",
    "promise_of",
    "quantile_name",
]

#: Which cases a share is of: all whose outcome is known, or all that began long enough ago.
Denominator: TypeAlias = Literal["known", "due"]

_COUNTS: Final = ("measure", "cases", "in_time", "late", "overdue", "pending")
#: The columns of every table of promises.
COLUMNS: Final = (*_COUNTS, "share", "low", "high")


@dataclasses.dataclass(frozen=True, slots=True)
class Promise:
    """One promise to one group of cases.

    Attributes
    ----------
    group
        The label of the group; None for all, or for cases without a label.
    measure
        Which promise.
    cases
        How many cases it was made to.
    in_time, late
        Kept, and kept too late.
    overdue
        Not kept yet, and the limit has passed: missed.
    pending
        Not known yet; not in the share.
    share
        In time over in time, late and overdue, with a Wilson interval.
    quantiles
        Times within which the stated shares of cases are done, open ones censored; empty where the
        measure is not one wait.

    Examples
    --------
    >>> import pandas as pd
    >>> import retentionkit as rk
    >>> cases = pd.DataFrame({"hours": [0.2, 0.7, 1.5, None]})
    >>> found = rk.service.attainment(cases, responded="hours", solved=None, unit="hour")
    >>> promise = found.promise("response")
    >>> promise.in_time, promise.late, promise.pending
    (2, 1, 1)
    """

    group: object
    measure: str
    cases: int
    in_time: int
    late: int
    overdue: int
    pending: int
    share: Estimate
    quantiles: tuple[Estimate, ...]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Attainment(Result):
    """Which share of cases had in time what was promised.

    Made by `attainment` and `on_time_contact`.

    Attributes
    ----------
    promises
        One for each group and measure.
    by
        What the groups are of; None for one group of all.
    unit
        The unit of the quantiles.
    levels
        The shares of cases of the quantiles: 0.5 for the median.
    reasons
        Rows that were not used, by reason.
    notes
        What to keep in mind, in plain sentences.
    definition
        What counts as in time, as missed and as not known.
    kind
        The kind of frame that the caller brought.
    """

    promises: tuple[Promise, ...]
    by: str | None
    unit: str
    levels: tuple[float, ...]
    reasons: Mapping[str, int]
    notes: tuple[str, ...]
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Attainment"

    def promise(self, measure: str, group: object = ...) -> Promise:
        """One promise, by its measure and, with `by`, by the label of the group."""
        made = [found for found in self.promises if found.measure == measure]
        if not made:
            measures = dict.fromkeys(found.measure for found in self.promises)
            raise OptionError(
                "There is no such promise.",
                received=repr(measure),
                allowed=", ".join(map(repr, measures)),
                do="Name one of the measures.",
            )
        return group_of(made, group, self.by)

    def estimate(self, measure: str, group: object = ...) -> Estimate:
        """The share in time of one promise."""
        return self.promise(measure, group).share

    @property
    def response(self) -> Estimate:
        """The share answered in time; without `by`."""
        return self.estimate("response")

    @property
    def solution(self) -> Estimate:
        """The share solved in time; without `by`."""
        return self.estimate("solution")

    @property
    def both(self) -> Estimate:
        """The share for which both promises were kept; without `by`."""
        return self.estimate("both")

    @property
    def n(self) -> int:
        """How many cases there are."""
        first = self.promises[0].measure
        return sum(found.cases for found in self.promises if found.measure == first)

    @property
    def interval(self) -> Interval:
        """The interval of the last measure: that of all promises together; without `by`."""
        return self.estimate(self.promises[-1].measure).interval

    @property
    def set_aside(self) -> int:
        """How many cases were not used."""
        return sum(self.reasons.values())

    def _table(self) -> Columns:
        table = dict(self._printed())
        for at, level in enumerate(self.levels):
            found = [p.quantiles[at].interval if p.quantiles else None for p in self.promises]
            name = quantile_name(level)
            table[f"{name}_low"] = [math.nan if limits is None else limits.low for limits in found]
            table[f"{name}_high"] = [
                math.nan if limits is None else limits.high for limits in found
            ]
        return table

    def _printed(self) -> Columns:
        rows = self.promises
        group = {} if self.by is None else {self.by: [row.group for row in rows]}
        quantiles = {
            quantile_name(level): [p.quantiles[at].value if p.quantiles else math.nan for p in rows]
            for at, level in enumerate(self.levels)
        }
        return {
            **group,
            **{name: [getattr(row, name) for row in rows] for name in _COUNTS},
            "share": [row.share.value for row in rows],
            "low": [row.share.interval.low for row in rows],
            "high": [row.share.interval.high for row in rows],
            **quantiles,
        }

    def _facts(self) -> Mapping[str, str]:
        level = self.promises[0].share.interval.confidence
        facts = {"cases": f"{self.n:,}", "confidence": f"{100 * level:g} %"}
        if self.levels:
            facts["times"] = f"in {self.unit}s, open cases as censored"
        if self.reasons:
            facts["set aside"] = said_aside(self.reasons)
        facts |= {"note" + " " * place: note for place, note in enumerate(self.notes)}
        return {**facts, "definition": self.definition}


def promise_of(
    group: object,
    measure: str,
    found: NDArray[np.int64],
    *,
    definition: str,
    confidence: float,
    quantiles: tuple[Estimate, ...] = (),
) -> Promise:
    """One promise from where its cases stand."""
    in_time, late, overdue, pending, _ = np.bincount(found, minlength=len(State)).tolist()
    return Promise(
        group=group,
        measure=measure,
        cases=in_time + late + overdue + pending,
        in_time=in_time,
        late=late,
        overdue=overdue,
        pending=pending,
        share=share(
            in_time, in_time + late + overdue, definition=definition, confidence=confidence
        ),
        quantiles=quantiles,
    )


def check_by(by: object, columns: Iterable[str], levels: Iterable[float]) -> None:
    """Refuse groups that are called like another column of a result with quantiles."""
    times = [f"{quantile_name(at)}{end}" for at in levels for end in ("", "_low", "_high")]
    check_names({"by": by}, [*columns, *times])


def quantile_name(level: float) -> str:
    """The name of a column of quantiles."""
    return "median" if level == 0.5 else f"q{100 * level:g}"  # noqa: PLR2004 - one half
