"""Does a sentence such as "12 % of customers bring 65 % of revenue" hold of these segments?"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from retentionkit._texts import per_cent
from retentionkit.concentration._verdict import (
    SAID,
    ClaimVerdict,
    check_share,
    per_head,
    sentence,
    verdict_on,
)
from retentionkit.errors import OptionError
from retentionkit.intervals import estimate, ratio, share
from retentionkit.results import Columns, Estimate, Result
from retentionkit.rfm._spend_ratio import continued, net_spend, spend_ratio

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind
    from retentionkit.rfm._segments import Segments

__all__ = ["SegmentClaim", "weigh_claim"]

_OTHERS: Final = "rk.rfm.concentration(table).claim(customers={:g}, value={:g})"


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class SegmentClaim(Result):
    """A sentence about shares of customers and revenue beside named segments.

    Attributes
    ----------
    names
        The segments that the sentence is about.
    customers, value
        The stated shares of the customers and of the revenue.
    verdict
        Whether these segments bring the stated share of the revenue, or more: `"holds"` if the
        whole interval of `share_of_revenue` lies at or above it, `"does not hold"` if it lies
        below, `"cannot be told"` in between. Where the stated share of the customers does not lie
        within the interval of `share_of_customers`, the segments are `"another group"`, unless
        fewer customers bring that much (it holds) or more of them do not (it does not hold).
        `"undefined"` where there is no interval.
    share_of_customers
        The share found, with its Wilson interval.
    share_of_revenue
        The share found, with its linearised interval.
    per_head_ratio
        How many times as much a customer brings as one of the rest, by the sentence.
    per_head_ratio_here
        The same, here, with a log-scale interval.
    definition
        One sentence.
    kind
        The kind of frame that the caller brought.
    """

    names: tuple[str, ...]
    customers: float
    value: float
    verdict: ClaimVerdict
    share_of_customers: Estimate
    share_of_revenue: Estimate
    per_head_ratio: float
    per_head_ratio_here: Estimate
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Claim about segments"

    @property
    def answer(self) -> str:
        """What was found, in one sentence."""
        other = self.verdict == "another group"
        tail = f" Of {100 * self.customers:g} % this tells nothing." if other else ""
        return (
            f"{SAID[self.verdict]}: {_found(self.share_of_customers)} of customers bring "
            f"{_found(self.share_of_revenue)} of revenue.{tail}"
        )

    def _table(self) -> Columns:
        parts = (self.share_of_customers, self.share_of_revenue, self.per_head_ratio_here)
        return {
            "figure": ["share_of_customers", "share_of_revenue", "per_head_ratio"],
            "claimed": [self.customers, self.value, self.per_head_ratio],
            "here": [part.value for part in parts],
            "low": [part.interval.low for part in parts],
            "high": [part.interval.high for part in parts],
        }

    def _facts(self) -> Mapping[str, str]:
        return {
            "claim": sentence(self.customers, self.value, of="revenue"),
            "segments": ", ".join(self.names),
            "answer": self.answer,
            f"of the top {100 * self.customers:g} %": _OTHERS.format(self.customers, self.value),
            "definition": self.definition,
        }


def weigh_claim(
    segments: Segments,
    names: tuple[str, ...],
    *,
    customers: float,
    value: float,
    confidence: float,
) -> SegmentClaim:
    """The stated shares beside those of the named segments."""
    _check(names)
    stated, worth = check_share("customers", customers), check_share("value", value)
    spend, mask = net_spend(segments), segments.mask(*names)
    whose = ", ".join(names)
    people = share(
        int(mask.sum()),
        len(mask),
        definition=f"Customers of {whose} over all customers, with a Wilson interval.",
        confidence=confidence,
    )
    money = _share_of_revenue(spend, mask, whose, confidence)
    return SegmentClaim(
        names=names,
        customers=stated,
        value=worth,
        verdict=_verdict(stated, people, worth, money),
        share_of_customers=people,
        share_of_revenue=money,
        per_head_ratio=per_head(stated, worth),
        per_head_ratio_here=spend_ratio(segments, names, confidence=confidence).ratio,
        definition=(
            f"Shares of {whose} in all {len(mask):,} customers and in their net spend, each with a "
            f"{100 * confidence:g} % interval of its own, the lines between segments taken as "
            f"given; {continued(segments.table)}"
        ),
        kind=segments.table.kind,
    )


def _share_of_revenue(
    spend: NDArray[np.float64], mask: NDArray[np.bool_], whose: str, confidence: float
) -> Estimate:
    value, error = ratio(np.where(mask, spend, 0.0), spend)
    if not spend.sum() > 0:
        value = error = math.nan
    whole = bool((spend >= 0).all())  # parts of amounts of which none is negative
    return estimate(
        value,
        error if mask.any() else math.nan,
        n=len(spend),
        definition=f"Net spend of {whose} over that of all customers, with a linearised interval.",
        confidence=confidence,
        low=0.0 if whole else -math.inf,
        high=1.0 if whole else math.inf,
    )


def _verdict(customers: float, people: Estimate, value: float, money: Estimate) -> ClaimVerdict:
    told = verdict_on(value, money)
    if told == "undefined" or customers in people.interval:
        return told
    # Fewer who bring as much prove the sentence all the more, more who do not refute it.
    decisive = "holds" if people.value < customers else "does not hold"
    return told if told == decisive else "another group"


def _found(part: Estimate) -> str:
    limits = part.interval
    if math.isnan(part.value):
        return "an undefined share"
    return per_cent(part.value, limits.low, limits.high, unit=" %")


def _check(names: tuple[str, ...]) -> None:
    if names:
        return
    raise OptionError(
        "The claim names no segment.",
        received="no name",
        allowed="one or more names of segments",
        do='Write profile.claim("champions", customers=0.12, value=0.65).',
    )
