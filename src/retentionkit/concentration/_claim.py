r"""Does a sentence such as "12 % of customers bring 65 % of revenue" hold here?

Of two groups whose members are equal among themselves, the Gini coefficient is v - c, the share of
the value less the share of the customers. Differences within the groups only add to it, so that
the sentence says that the Gini coefficient is at least v - c. A customer of the first group brings

.. math:: \frac{v / c}{(1 - v) / (1 - c)}

times as much as one of the rest.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, ClassVar

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
from retentionkit.results import Columns, Estimate, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retentionkit.frames import FrameKind

__all__ = ["ConcentrationClaim", "check_claim", "make_claim"]


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class ConcentrationClaim(Result):
    """A sentence about the top customers, beside what they bring here.

    Attributes
    ----------
    customers
        Share of the customers in the sentence.
    value
        Share of the value that they are said to bring, at least.
    verdict
        `"holds"` if the whole interval of `top_share` lies at or above `value`, `"does not hold"`
        if it lies below, `"cannot be told"` in between, `"undefined"` where there is no interval.
        `SegmentProfile.claim` has the same words.
    top_share
        What the top customers bring here.
    per_head_ratio
        How many times as much one of them brings as one of the rest, by the sentence.
    per_head_ratio_here
        The same, here.
    gini_at_least
        The lowest Gini coefficient that the sentence allows.
    gini
        The Gini coefficient here.
    definition
        What was compared, in one sentence.
    kind
        The kind of frame that the values came from.
    """

    customers: float
    value: float
    verdict: ClaimVerdict
    top_share: Estimate
    per_head_ratio: float
    per_head_ratio_here: float
    gini_at_least: float
    gini: Estimate
    definition: str
    kind: FrameKind | None = None

    _heading: ClassVar[str] = "Claim about the top customers"

    @property
    def answer(self) -> str:
        """What was found, in one sentence."""
        if self.verdict == "undefined":
            return "Undefined: there are no shares of this value, or no interval for them."
        limits = self.top_share.interval
        here = per_cent(self.top_share.value, limits.low, limits.high, unit=" %")
        return (
            f"{SAID[self.verdict]}: the top {100 * self.customers:g} % bring {here} of the value."
        )

    def _table(self) -> Columns:
        return {
            "figure": ["share_of_value", "per_head_ratio", "gini"],
            "claimed": [self.value, self.per_head_ratio, self.gini_at_least],
            "here": [self.top_share.value, self.per_head_ratio_here, self.gini.value],
            "low": [self.top_share.interval.low, None, self.gini.interval.low],
            "high": [self.top_share.interval.high, None, self.gini.interval.high],
        }

    def _facts(self) -> Mapping[str, str]:
        return {
            "claim": sentence(self.customers, self.value, of="the value"),
            "answer": self.answer,
            "customers": f"{self.top_share.n:,}",
            "of segments": f'rk.rfm.profile(segments).claim("champions", customers='
            f"{self.customers:g}, value={self.value:g})",
            "definition": self.definition,
        }


def check_claim(customers: float, value: float) -> None:
    """Refuse shares that are none, and sentences that hold wherever there are customers."""
    check_share("customers", customers)
    check_share("value", value)
    if value <= customers or value == 1:
        raise OptionError(
            "The claim says nothing about concentration.",
            received=f"customers={customers}, value={value}",
            allowed="shares with customers < value < 1",
            do="Write '12 % of customers bring 65 %' as claim(customers=0.12, value=0.65): the top "
            "customers never bring less than their number.",
        )


def make_claim(
    *, customers: float, value: float, top_share: Estimate, gini: Estimate, kind: FrameKind | None
) -> ConcentrationClaim:
    """The sentence beside what its customers bring here."""
    return ConcentrationClaim(
        customers=customers,
        value=value,
        verdict=verdict_on(value, top_share),
        top_share=top_share,
        per_head_ratio=per_head(customers, value),
        per_head_ratio_here=per_head(customers, top_share.value),
        gini_at_least=value - customers,
        gini=gini,
        definition=f"The {100 * customers:g} % of the customers with the highest values, whether "
        f"they bring {100 * value:g} % of the value or more; intervals of "
        f"{100 * top_share.interval.confidence:g} %.",
        kind=kind,
    )
