"""The net promoter score as a result."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, ClassVar

from retentionkit.arguments import check_confidence, check_number
from retentionkit.errors import OptionError
from retentionkit.results import Columns, Interval, Result
from retentionkit.surveys._nps_methods import Method, Sample, check_method, interval

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

__all__ = ["NPS", "nps_of"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class NPS(Result):
    """Net promoter score with its standard error and interval, all on the scale -100 to 100.

    Attributes
    ----------
    score
        Share of promoters less share of detractors, times 100, not rounded; weighted if weights
        were given.
    standard_error
        Its standard error; 0 where all answers are alike, NaN where it cannot be told.
    interval
        Its interval, cut off at the ends of the scale.
    clipped
        Whether the interval was cut off.
    promoters, passives, detractors
        Numbers of answers of 9 and 10, of 7 and 8, and of 0 to 6.
    unanswered, invalid
        How many did not answer, and how many answers were off the scale.
    effective_n
        How many independent answers of equal weight are worth as much as these.
    method
        How the interval was made.
    definition
        One sentence: what the score is, and how weights, clusters and population enter.
    """

    score: float
    standard_error: float
    interval: Interval
    clipped: bool
    promoters: int
    passives: int
    detractors: int
    unanswered: int
    invalid: int
    effective_n: float
    method: Method
    definition: str

    _heading: ClassVar[str] = "NPS"

    @classmethod
    def from_counts(
        cls,
        *,
        promoters: int,
        passives: int,
        detractors: int,
        unanswered: int = 0,
        population: int | None = None,
        confidence: float = 0.95,
        method: Method = "adjusted-wald",
        draws: int = 10_000,
        rng: int | np.random.Generator = 0,
    ) -> NPS:
        """The score of counted answers."""
        raise OptionError("x", received="", allowed="", do="")

    @property
    def n(self) -> int:
        """Number of answers."""
        return self.promoters + self.passives + self.detractors
