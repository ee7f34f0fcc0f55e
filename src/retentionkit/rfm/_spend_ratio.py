r"""How many times as much do the customers of one segment spend as others?

The ratio of two means over different customers, :math:`R = \bar y_1 / \bar y_2`. By the delta
method the logarithm of R has the squared standard error

.. math:: \frac{s_1^2}{n_1 \bar y_1^2} + \frac{s_2^2}{n_2 \bar y_2^2} ,

and its normal limits, put back, stay positive and are as far above R as below it in proportion.
Each mean has limits of Student's t with :math:`n_i - 1` degrees of freedom, as in `profile`.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, ClassVar, Final, Literal, TypeAlias

import numpy as np

from retentionkit.arguments import check_confidence, check_number
from retentionkit.errors import DataError, OptionError
from retentionkit.intervals import log_wald, ratio, t_quantile
from retentionkit.results import Columns, Estimate, Interval, Result
from retentionkit.rfm._segments import check_segments

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind
    from retentionkit.rfm._segments import Segments
    from retentionkit.rfm._table import RFMTable

__all__ = ["SpendRatio", "Verdict", "continued", "net_spend", "spend_ratio", "weigh"]

#: Whether what was stated lies within the interval, or what was found is more or less than that.
Verdict: TypeAlias = Literal["consistent", "more", "less", "undefined"]

_SAID: Final[Mapping[Verdict, str]] = {
    "consistent": "consistent (within the interval)",
    "more": "they spend more",
    "less": "they spend less",
    "undefined": "undefined",
}


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class SpendRatio(Result):
    """Mean net spend of some customers over that of others, made by `spend_ratio`.

    Attributes
    ----------
    first, second
        Names of the segments above and below; `second` is empty for all other customers.
    ratio
        The ratio with its log-scale interval; NaN unless both means are positive.
    first_mean, second_mean
        Mean net spend per customer of either, with t intervals, cut off at 0 unless a customer's
        net spend is negative.
    claim
        What was stated, or None.
    verdict
        `"consistent"` if `claim` lies within the interval, `"more"` or `"less"` if the ratio is
        higher or lower; `"undefined"` without an interval; None without a claim.
    definition
        One sentence: what was divided by what.
    kind
        The kind of frame that the caller brought.
    """

    first: tuple[str, ...]
    second: tuple[str, ...]
    ratio: Estimate
    first_mean: Estimate
    second_mean: Estimate
    claim: float | None
    verdict: Verdict | None
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Spend ratio"

    @property
    def value(self) -> float:
        """The ratio alone."""
        return self.ratio.value

    @property
    def standard_error(self) -> float:
        """The standard error of the ratio."""
        return self.ratio.standard_error

    @property
    def interval(self) -> Interval:
        """The interval of the ratio."""
        return self.ratio.interval

    @property
    def n(self) -> int:
        """Customers above and below."""
        return self.ratio.n

    def __float__(self) -> float:
        """The ratio alone."""
        return self.ratio.value

    def _table(self) -> Columns:
        parts = (self.first_mean, self.second_mean, self.ratio)
        return {
            "measure": ["mean spend", "mean spend", "ratio"],
            "segments": [_listed(self.first), _listed(self.second), ""],
            "customers": [part.n for part in parts],
            "value": [part.value for part in parts],
            "low": [part.interval.low for part in parts],
            "high": [part.interval.high for part in parts],
        }

    def _facts(self) -> Mapping[str, str]:
        facts = {"confidence": f"{100 * self.interval.confidence:g} %"}
        if self.claim is not None:
            facts["claim"] = f"{self.claim:g} times: {_SAID[self.verdict or 'undefined']}"
        return {**facts, "definition": self.definition}


def spend_ratio(
    segments: Segments,
    first: str | Sequence[str],
    *second: str,
    claim: float | None = None,
    confidence: float = 0.95,
) -> SpendRatio:
    """How many times as much the customers of one segment spend as others.

    Parameters
    ----------
    segments
        Customers in segments; their log must have money.
    first
        Name of the segment above, or a list of names that are taken together.
    *second
        Names of the segments below, taken together. Default: all other customers, those without a
        segment and those who only sent goods back included.
    claim
        A stated ratio to hold against the data, such as 3 for "members spend three times as much".
    confidence
        Confidence level of the intervals.

    Returns
    -------
    SpendRatio
        The ratio of the mean net spend per customer, undefined (NaN) unless both means are
        positive.

    Raises
    ------
    OptionError
        There is no such segment, or one is on both sides; `claim` is not positive.
    DataError
        The log has no money.
    KindError
        `segments` is something else.

    Notes
    -----
    The ratio describes; it does not say what a segment does to its customers. Members spend more
    also because those who spend more become members.

    Examples
    --------
    >>> import retentionkit as rk
    >>> table = rk.rfm.measure(rk.Transactions(rk.datasets.load_cdnow()))
    >>> labels = ["many" if n > 1 else "one" for n in table.orders]
    >>> segments = rk.rfm.Segments.from_labels(table, labels)
    >>> found = rk.rfm.spend_ratio(segments, "many", claim=3)
    >>> round(found.value, 2), found.verdict
    (5.94, 'more')
    """
    check_segments(segments)
    confidence = check_confidence(confidence)
    stated = None if claim is None else check_number("claim", claim, low=0, open_low=True)
    spend = net_spend(segments)
    above = (first,) if isinstance(first, str) else tuple(first)
    _check_apart(above, second)
    mask = segments.mask(*above)
    others = segments.mask(*second) if second else ~mask
    # A mean of amounts of which none is negative cannot be negative.
    low = 0.0 if (spend >= 0).all() else -math.inf
    one = _mean_spend(spend[mask], _listed(above), confidence, low)
    two = _mean_spend(spend[others], _listed(second), confidence, low)
    definition = (
        f"Mean net spend per customer of {_listed(above)} over that of {_listed(second)}, with a "
        "log-scale interval, the lines between segments taken as given; "
        f"{continued(segments.table)}"
    )
    found = _ratio(one, two, definition, confidence)
    return SpendRatio(
        first=above,
        second=second,
        ratio=found,
        first_mean=one,
        second_mean=two,
        claim=stated,
        verdict=None if stated is None else weigh(stated, found),
        definition=definition,
        kind=segments.table.kind,
    )


def net_spend(segments: Segments) -> NDArray[np.float64]:
    """The net spend of each customer; a log without money is refused."""
    if segments.table.net_spend is not None:
        return segments.table.net_spend
    raise DataError(
        "The log has no money.",
        received="measures of a log made with amount=None",
        allowed="a log with amounts",
        do="Name the column of amounts: rk.Transactions(frame, amount=...).",
    )


def _mean_spend(spend: NDArray[np.float64], whose: str, confidence: float, low: float) -> Estimate:
    """Mean of the net spend of these customers."""
    value, error = ratio(spend, np.ones(len(spend)))
    half = float(t_quantile(len(spend), confidence=confidence)) * error
    limits = Interval(float(np.maximum(value - half, low)), value + half, confidence)
    definition = f"Mean net spend per customer of {whose}, with a t interval."
    return Estimate(value, error, limits, len(spend), definition)


def continued(table: RFMTable) -> str:
    """How the measures were made, as the end of a sentence."""
    return table.definition[:1].lower() + table.definition[1:]


def weigh(stated: float, found: Estimate) -> Verdict:
    """Whether what was stated lies within the interval, or else where the interval lies."""
    if math.isnan(found.interval.low) or math.isnan(stated):
        return "undefined"
    if stated in found.interval:
        return "consistent"
    return "more" if found.value > stated else "less"


def _ratio(one: Estimate, two: Estimate, definition: str, confidence: float) -> Estimate:
    n = one.n + two.n
    if not (one.value > 0 and two.value > 0):
        nowhere = Interval(math.nan, math.nan, confidence)
        return Estimate(math.nan, math.nan, nowhere, n, definition)
    value = one.value / two.value
    error = value * math.hypot(one.standard_error / one.value, two.standard_error / two.value)
    low, high = log_wald(value, error, confidence=confidence)
    return Estimate(value, error, Interval(float(low), float(high), confidence), n, definition)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) if names else "all others"


def _check_apart(above: tuple[str, ...], below: tuple[str, ...]) -> None:
    if above and not set(above) & set(below):
        return
    raise OptionError(
        "The two sides must be different segments.",
        received=f"{', '.join(above) or 'no segment'} over {_listed(below)}",
        allowed="names of segments, none of them on both sides",
        do="Leave out the names below to compare with all other customers.",
    )
