"""Does a sentence such as "12 % of customers bring 65 % of revenue" hold of these segments?"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, ClassVar, Final, Literal, TypeAlias

import numpy as np

from retentionkit.arguments import check_number
from retentionkit.errors import OptionError
from retentionkit.intervals import estimate, ratio, share
from retentionkit.results import Columns, Estimate, Result
from retentionkit.rfm._spend_ratio import Verdict, continued, net_spend, spend_ratio, weigh

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.frames import FrameKind
    from retentionkit.rfm._segments import Segments

__all__ = ["ClaimVerdict", "SegmentClaim", "weigh_claim"]

ClaimVerdict: TypeAlias = Literal["consistent", "stronger", "contradicted", "undefined"]

_ANSWERS: Final[Mapping[ClaimVerdict, str]] = {
    "consistent": "Consistent with the claim",
    "stronger": "More concentrated than the claim",
    "contradicted": "The claim is contradicted",
    "undefined": "Undefined",
}
_WITHIN: Final[Mapping[Verdict, str]] = {
    "consistent": "yes",
    "more": "no: more",
    "less": "no: less",
    "undefined": "–",
}
_FRACTION: Final = "Write 12 % as 0.12."


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class SegmentClaim(Result):
    """Stated shares of customers and revenue beside those found, by `SegmentProfile.claim`.

    Attributes
    ----------
    names
        The segments that the sentence is about.
    customers, revenue
        The stated shares.
    share_of_customers
        The share found, with its Wilson interval.
    share_of_revenue
        The share found, with its linearised interval.
    ratio
        Revenue per customer over that of all other customers, with a log-scale interval.
    stated_ratio
        The same as it follows from the stated shares.
    verdict
        `"consistent"` if both stated shares lie within their intervals; `"stronger"` if money is
        even more concentrated: no more customers than stated bring no less, and one of the two
        differs; `"contradicted"` otherwise; `"undefined"` where an interval is undefined.
    definition
        One sentence.
    kind
        The kind of frame that the caller brought.
    """

    names: tuple[str, ...]
    customers: float
    revenue: float
    share_of_customers: Estimate
    share_of_revenue: Estimate
    ratio: Estimate
    stated_ratio: float
    verdict: ClaimVerdict
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Claim about segments"

    @property
    def answer(self) -> str:
        """What was found, in one sentence."""
        return (
            f"{_ANSWERS[self.verdict]}: {_percent(self.share_of_customers)} of customers bring "
            f"{_percent(self.share_of_revenue)} of revenue."
        )

    def _table(self) -> Columns:
        parts = (self.share_of_customers, self.share_of_revenue, self.ratio)
        stated = [self.customers, self.revenue, self.stated_ratio]
        return {
            "measure": ["share of customers", "share of revenue", "spend ratio to the rest"],
            "stated": stated,
            "found": [part.value for part in parts],
            "low": [part.interval.low for part in parts],
            "high": [part.interval.high for part in parts],
            "within": [
                _WITHIN[weigh(value, part)] for value, part in zip(stated, parts, strict=True)
            ],
        }

    def _facts(self) -> Mapping[str, str]:
        return {
            "claim": f"{100 * self.customers:g} % of customers bring "
            f"{100 * self.revenue:g} % of revenue",
            "segments": ", ".join(self.names),
            "answer": self.answer,
            "definition": self.definition,
        }


def weigh_claim(
    segments: Segments,
    names: tuple[str, ...],
    *,
    customers: float,
    revenue: float,
    confidence: float,
) -> SegmentClaim:
    """The stated shares beside those of the named segments."""
    _check(names)
    stated = check_number("customers", customers, low=0, high=1, do=_FRACTION)
    worth = check_number("revenue", revenue, low=0, high=1, do=_FRACTION)
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
        revenue=worth,
        share_of_customers=people,
        share_of_revenue=money,
        ratio=spend_ratio(segments, names, confidence=confidence).ratio,
        stated_ratio=_stated_ratio(stated, worth),
        verdict=_verdict(stated, people, worth, money),
        definition=(
            f"Shares of {whose} in all {len(mask):,} customers and in their net spend, each with a "
            f"{100 * confidence:g} % interval of its own; {continued(segments.table)}"
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


def _verdict(customers: float, people: Estimate, revenue: float, money: Estimate) -> ClaimVerdict:
    found = (weigh(customers, people), weigh(revenue, money))
    if "undefined" in found:
        return "undefined"
    if found == ("consistent", "consistent"):
        return "consistent"
    return "contradicted" if found[0] == "more" or found[1] == "less" else "stronger"


def _stated_ratio(customers: float, revenue: float) -> float:
    """Revenue per customer over that of the rest; NaN if there is no rest."""
    rest = (1 - revenue) * customers
    return revenue * (1 - customers) / rest if rest > 0 else math.nan


def _percent(found: Estimate) -> str:
    low, high = found.interval.low, found.interval.high
    if math.isnan(found.value):
        return "an undefined share"
    limits = "no interval" if math.isnan(low) else f"{100 * low:.1f} to {100 * high:.1f} %"
    return f"{100 * found.value:.1f} % ({limits})"


def _check(names: tuple[str, ...]) -> None:
    if names:
        return
    raise OptionError(
        "The claim names no segment.",
        received="no name",
        allowed="one or more names of segments",
        do='Write profile.claim("champions", customers=0.12, revenue=0.65).',
    )
