"""What became of promoters, passives and detractors, as a result."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, ClassVar

from retentionkit.errors import OptionError
from retentionkit.results import Columns, Estimate, Result
from retentionkit.surveys._nps.nps_linkage_words import Outcome, amount, fit_told

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retentionkit.frames import FrameKind
    from retentionkit.surveys._nps.nps_linkage_units import UnitLinkage

__all__ = ["NPSLinkage"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class NPSLinkage(Result):
    """How an outcome goes with answers and with NPS, made by `nps_linkage`.

    Attributes
    ----------
    outcome
        Name of the outcome.
    outcome_kind
        `"binary"` or `"amount"`.
    n
        Customers with an answer and an outcome.
    promoters, passives, detractors
        Share of each with the outcome (Wilson interval), or their mean amount (Student's); NaN
        without such customers.
    difference
        Promoters less detractors, with Newcombe's or Welch's interval.
    answer_slope
        Outcome per point of the answer, with an HC3 error and Student's interval, customers taken
        as independent.
    answer_p_value, answer_r_squared
        Two-sided p-value of no slope, and the share of the variance that the line describes.
    by_unit
        The outcomes of units on their NPS, with the slope per 10 points of it; None without units.
    unanswered, invalid, without_outcome, without_unit
        Customers who were left out, by the first reason that applies.
    definition
        One sentence: what is compared, and what it does not say.
    kind
        The kind of frame that the caller brought.
    """

    outcome: str
    outcome_kind: Outcome
    n: int
    promoters: Estimate
    passives: Estimate
    detractors: Estimate
    difference: Estimate
    answer_slope: Estimate
    answer_p_value: float
    answer_r_squared: float
    by_unit: UnitLinkage | None
    unanswered: int
    invalid: int
    without_outcome: int
    without_unit: int
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Linkage of an outcome to NPS"

    @property
    def range(self) -> tuple[float, float]:
        """The lowest and the highest NPS of a unit.

        Raises
        ------
        OptionError
            There are no units.
        """
        return self._units().range

    def predict(self, nps: float) -> Estimate:
        """The mean outcome of units with that NPS, inside the range that was observed.

        Parameters
        ----------
        nps
            A score, -100 to 100.

        Returns
        -------
        Estimate

        Raises
        ------
        OptionError
            There are no units, or none has such a score.
        """
        return self._units().predict(nps)

    def _units(self) -> UnitLinkage:
        if self.by_unit is None:
            raise OptionError(
                "A score is of many people: customers one by one have none.",
                received="a linkage by customer",
                allowed="a linkage by unit, such as branch, account or month",
                do="Pass unit= to nps_linkage, or read `promoters` and `detractors`.",
            )
        return self.by_unit

    def _table(self) -> Columns:
        groups = (self.promoters, self.passives, self.detractors)
        return {
            "answer": ["promoters", "passives", "detractors"],
            "customers": [found.n for found in groups],
            "outcome": [found.value for found in groups],
            "low": [found.interval.low for found in groups],
            "high": [found.interval.high for found in groups],
        }

    def _facts(self) -> Mapping[str, str]:
        others = [
            f", {number:,} {word}"
            for number, word in (
                (self.unanswered, "unanswered"),
                (self.invalid, "invalid"),
                (self.without_outcome, "without outcome"),
                (self.without_unit, "without unit"),
            )
            if number
        ]
        facts = {
            "outcome": self.outcome,
            "customers": f"{self.n:,}{''.join(others)}",
            "confidence": f"{100 * self.difference.interval.confidence:g} %",
            "difference": f"{amount(self.difference, self.outcome_kind)}, promoters less "
            "detractors",
            "per answer": f"{amount(self.answer_slope, self.outcome_kind)} per point, "
            f"{fit_told(self.answer_p_value, self.answer_r_squared)}",
        }
        if self.by_unit is not None:
            facts |= self.by_unit.facts()
        return {**facts, "definition": self.definition}
