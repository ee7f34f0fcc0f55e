r"""Outcomes of units (branches, accounts, months) on their net promoter scores.

A unit's score is made of a sample of answers. With the sums of squares of the answers' points
between and within the :math:`U` units and :math:`N` answers, its reliability is

.. math:: \lambda = 1 - \frac{W}{B}, \qquad B = \frac{SS_\text{between}}{U - 1}, \quad
    W = \frac{SS_\text{within}}{N - U} ,

and the slope of the units is expected at :math:`\lambda\beta + (1 - \lambda)\beta_\text{within}`:
chance draws it toward the slope among the customers of one unit. The corrected slope takes chance
out of both moments,

.. math:: \hat\beta = \frac{B_{xy} - W_{xy}}{B_{xx} - W_{xx}} ,

and its error is that of the jackknife over units.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

import numpy as np

from retentionkit._texts import counted
from retentionkit.arguments import check_number
from retentionkit.errors import DataError, OptionError
from retentionkit.intervals import t_quantile
from retentionkit.results import Columns, Estimate, Interval, Result, frozen_array
from retentionkit.surveys._nps.nps_linkage_line import fit_line
from retentionkit.surveys._nps.nps_linkage_words import Outcome, amount, fit_told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind

__all__ = ["UnitLinkage", "link_units"]

_STEP: Final = 10.0  # points of NPS that a slope is told for
_FEWEST: Final = 3
#: Reliability below which the slope without chance is the quotient of two numbers that are chance.
#: (A higher bound would keep those units whose scores happen to scatter, and bias the slope.)
_RELIABLE: Final = 0.3

_SLOPE: Final = (
    "Outcome of a unit per 10 points of its NPS: straight line, units weighted by their answers, "
    "HC3 errors and Student's interval. It compares units; it does not say what raising NPS does."
)
_CORRECTED: Final = (
    "The slope without the chance in the units' scores and outcomes (moments between units less "
    "those within), with a jackknife interval."
)


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class UnitLinkage(Result):
    """Outcomes of units on their NPS, found by `nps_linkage`.

    Attributes
    ----------
    units
        The units, in their order.
    answers
        Customers of each with an answer and an outcome, shape (u,).
    nps, outcomes
        Score and mean outcome of each, shape (u,).
    slope
        Outcome per 10 points of NPS, with its HC3 error and interval.
    p_value
        Two-sided p-value of no slope.
    r_squared
        Share of the weighted variance of the outcomes that the line describes.
    reliability
        Share of the differences in NPS between units that is not chance, 0 to 1.
    corrected_slope
        The slope with chance taken out; NaN below a reliability of 0.3.
    outcome_kind
        `"binary"` or `"amount"`.
    definition
        One sentence: what the slope is, and what it does not say.
    kind
        The kind of frame that the caller brought.

    Examples
    --------
    >>> import pandas as pd
    >>> import retentionkit as rk
    >>> spend = [12.0, 10.0, 6.0, 9.0, 8.0, 5.0, 8.0, 6.0, 4.0, 6.0, 7.0, 2.0] * 3
    >>> frame = pd.DataFrame(
    ...     {
    ...         "answer": [10, 9, 6, 10, 8, 5, 9, 7, 2, 7, 8, 1] * 3,
    ...         "spend": spend,
    ...         "branch": [name for name in "abcdefghijkl" for _ in range(3)],
    ...     }
    ... )
    >>> found = rk.surveys.nps_linkage(
    ...     frame, score="answer", outcome="spend", outcome_kind="amount", unit="branch"
    ... )
    >>> found.by_unit.predict(10)
    Estimate(7.567, 95 % 7.172 to 7.962, n = 12)
    """

    units: tuple[object, ...]
    answers: NDArray[np.int64]
    nps: NDArray[np.float64]
    outcomes: NDArray[np.float64]
    slope: Estimate
    p_value: float
    r_squared: float
    reliability: float
    corrected_slope: Estimate
    outcome_kind: Outcome
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "NPS and outcome by unit"

    @property
    def n(self) -> int:
        """Number of units."""
        return len(self.units)

    @property
    def interval(self) -> Interval:
        """The interval of the slope."""
        return self.slope.interval

    @property
    def range(self) -> tuple[float, float]:
        """The lowest and the highest NPS of a unit: the line says nothing outside."""
        return float(self.nps.min()), float(self.nps.max())

    def predict(self, nps: float) -> Estimate:
        """The mean outcome of units with that NPS, inside the range that was observed.

        Parameters
        ----------
        nps
            A score, -100 to 100, as observed of a unit with about as many answers as these.

        Returns
        -------
        Estimate
            With the interval of the mean of such units; a single one varies more.

        Raises
        ------
        OptionError
            No unit has such a score: nothing says that the line goes on.
        """
        score = check_number("nps", nps, low=-100, high=100)
        low, high = self.range
        if not low <= score <= high:
            raise OptionError(
                "No unit has such a score, and nothing says that the line goes on.",
                received=f"{score:g}",
                allowed=f"{low:.1f} to {high:.1f}, the scores of these {self.n:,} units",
                do="Stay inside, or wait for units that get there.",
            )
        line = fit_line(self.nps, self.outcomes, self.answers.astype(np.float64))
        said = f"Mean outcome of units with an NPS of {score:g}, by the line through all units."
        found = line.at(score, self.slope.interval.confidence, said)
        if self.outcome_kind == "amount":
            return found
        limits = found.interval
        cut = Interval(max(limits.low, 0.0), min(limits.high, 1.0), limits.confidence)
        # Of NaN, min and max would make a limit.
        return found if math.isnan(limits.low) else dataclasses.replace(found, interval=cut)

    def _table(self) -> Columns:
        return {
            "unit": list(self.units),
            "answers": self.answers,
            "nps": self.nps,
            "outcome": self.outcomes,
        }

    def _facts(self) -> Mapping[str, str]:
        return {**self.facts(), "definition": self.definition}

    def facts(self) -> dict[str, str]:
        """What is told of the units, also in the result that holds them."""
        low, high = self.range
        fewest, most = int(self.answers.min()), int(self.answers.max())
        size = counted(most, "customer") if fewest == most else f"{fewest:,} to {most:,} customers"
        facts = {
            "units": f"{self.n:,}, {size} each",
            "slope": f"{amount(self.slope, self.outcome_kind)} per 10 points of NPS, "
            f"{fit_told(self.p_value, self.r_squared)}",
            "range": f"NPS {low:z.1f} to {high:z.1f}; not beyond",
        }
        if math.isnan(self.reliability):
            rest = "unknown, with one customer in each unit"
        elif math.isnan(self.corrected_slope.value):
            rest = f"{self.reliability:.2f}: too much chance, or too few units, to take it out"
        else:
            found = amount(self.corrected_slope, self.outcome_kind)
            rest = f"{self.reliability:.2f} of the units' NPS; slope without chance {found}"
        return {**facts, "reliability": rest}


class _Sums(NamedTuple):
    """Sums of each unit: number, points, outcomes, and their squares and products."""

    n: NDArray[np.float64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    xx: NDArray[np.float64]
    xy: NDArray[np.float64]


def link_units(
    place: NDArray[np.int64],
    names: tuple[object, ...],
    points: NDArray[np.int64],
    outcome: NDArray[np.float64],
    *,
    outcome_kind: Outcome,
    confidence: float,
    kind: FrameKind | None,
) -> UnitLinkage:
    """The units of customers and how their outcomes go with their scores."""
    # Products of centred numbers do not cancel.
    x, y = 100 * (points - points.mean()), outcome - outcome.mean()
    parts = (None, x, y, x**2, x * y)
    sums = _Sums(*(np.bincount(place, weights=part).astype(np.float64) for part in parts))
    scores, outcomes = (
        np.bincount(place, weights=part) / sums.n for part in (100.0 * points, outcome)
    )
    _check_units(len(names), scores)
    line = fit_line(scores, outcomes, sums.n)
    reliability, corrected = _corrected(sums, confidence)
    return UnitLinkage(
        units=names,
        answers=frozen_array(sums.n, np.int64),
        nps=frozen_array(scores, np.float64),
        outcomes=frozen_array(outcomes, np.float64),
        slope=line.slope_estimate(_STEP, confidence, _SLOPE),
        p_value=line.p_value(),
        r_squared=line.r_squared,
        reliability=reliability,
        corrected_slope=corrected,
        outcome_kind=outcome_kind,
        definition=_SLOPE,
        kind=kind,
    )


def _check_units(number: int, scores: NDArray[np.float64]) -> None:
    if number < _FEWEST:
        raise DataError(
            "A line through so few units says nothing.",
            received=f"{number} units",
            allowed=f"at least {_FEWEST}, better 20",
            do="Take smaller units, or leave `unit` out to compare customers.",
        )
    if np.ptp(scores) < 1e-9:  # noqa: PLR2004 - rounding
        raise DataError(
            "All units have the same NPS.",
            received=f"{number} units with an NPS of {scores[0]:.1f}",
            allowed="units that differ in NPS",
            do="Leave `unit` out to compare customers.",
        )


def _corrected(sums: _Sums, confidence: float) -> tuple[float, Estimate]:
    """Reliability of the scores, and the slope without chance."""
    n, x, y, xx, xy = sums
    each = np.stack([n, x, y, x**2 / n, x * y / n, xx - x**2 / n, xy - x * y / n])
    units, total = len(n), each.sum(axis=1)
    above, below, spread = _without_chance(total, units)
    reliability = float(np.maximum(below / spread, 0.0))
    value = error = half = math.nan
    if reliability >= _RELIABLE and units > _FEWEST:
        value = _STEP * float(above / below)
        above, below, _ = _without_chance(total[:, None] - each, units - 1)
        others = _STEP * above / below
        error = math.sqrt((units - 1) / units * float(np.sum((others - others.mean()) ** 2)))
        half = float(t_quantile(units - 1, confidence=confidence)) * error
    limits = Interval(value - half, value + half, confidence)
    return reliability, Estimate(value, error, limits, units, _CORRECTED)


def _without_chance(
    total: NDArray[np.float64], units: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Moments between units less what chance brings to them, and the spread with chance in it."""
    n, x, y, xx, xy, within, product = total
    freedom = np.where(n > units, n - units, np.nan)  # of one customer each nothing is known
    spread = xx - x**2 / n
    chance = (units - 1) / freedom
    return xy - x * y / n - chance * product, spread - chance * within, spread
