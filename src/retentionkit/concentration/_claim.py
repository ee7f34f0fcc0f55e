r"""Does a sentence such as "12 % of customers bring 65 % of revenue" hold here?

Of two groups whose members are equal among themselves, the Gini coefficient is v - c, the share of
the value less the share of the customers. Differences within the groups only add to it, so that
the sentence says that the Gini coefficient is at least v - c. A customer of the first group brings

.. math:: \frac{v / c}{(1 - v) / (1 - c)}

times as much as one of the rest.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

from retentionkit.arguments import check_number
from retentionkit.errors import OptionError
from retentionkit.results import Columns, Estimate, Result

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Claim", "check_claim", "make_claim"]

Verdict: TypeAlias = Literal["holds", "does not hold", "cannot be told", "undefined"]

_SAID = {
    "holds": "Holds: {here} of the value, and {limits} with the uncertainty of this sample.",
    "does not hold": "Does not hold: it is {here} here, and {limits} with the uncertainty of this "
    "sample.",
    "cannot be told": "Cannot be told from this sample: it is {here}, but may be {limits}.",
    "undefined": "Undefined: there are no shares of this value, or no interval for them.",
}


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Claim(Result):
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
    """

    customers: float
    value: float
    verdict: Verdict
    top_share: Estimate
    per_head_ratio: float
    per_head_ratio_here: float
    gini_at_least: float
    gini: Estimate
    definition: str

    _heading: ClassVar[str] = "Claim"

    def _table(self) -> Columns:
        return {
            "figure": ["share_of_value", "per_head_ratio", "gini"],
            "claimed_at_least": [self.value, self.per_head_ratio, self.gini_at_least],
            "here": [self.top_share.value, self.per_head_ratio_here, self.gini.value],
            "low": [self.top_share.interval.low, None, self.gini.interval.low],
            "high": [self.top_share.interval.high, None, self.gini.interval.high],
        }

    def _facts(self) -> Mapping[str, str]:
        limits = self.top_share.interval
        here = f"{100 * self.top_share.value:.1f} %"
        between = f"{100 * limits.low:.1f} to {100 * limits.high:.1f} %"
        return {
            "claim": f"{100 * self.customers:g} % of customers bring {100 * self.value:g} % of the "
            "value, or more",
            "verdict": _SAID[self.verdict].format(here=here, limits=between),
            "customers": f"{self.top_share.n:,}",
            "definition": self.definition,
        }


def check_claim(customers: float, value: float) -> None:
    """Refuse shares that are none, and sentences that hold wherever there are customers."""
    check_number("customers", customers, low=0, high=1, open_low=True)
    check_number("value", value, low=0, high=1, open_low=True)
    if value <= customers or value == 1:
        raise OptionError(
            "The claim says nothing about concentration.",
            received=f"customers={customers}, value={value}",
            allowed="shares with customers < value < 1",
            do="Write '12 % of customers bring 65 %' as claim(customers=0.12, value=0.65): the top "
            "customers never bring less than their number.",
        )


def make_claim(*, customers: float, value: float, top_share: Estimate, gini: Estimate) -> Claim:
    """The sentence beside what its customers bring here."""
    here = top_share.value
    rest = 1 - here
    return Claim(
        customers=customers,
        value=value,
        verdict=_verdict(value, top_share),
        top_share=top_share,
        per_head_ratio=value / customers / ((1 - value) / (1 - customers)),
        per_head_ratio_here=here / customers / (rest / (1 - customers)) if rest else math.nan,
        gini_at_least=value - customers,
        gini=gini,
        definition=f"The {100 * customers:g} % of the customers with the highest values, whether "
        f"they bring {100 * value:g} % of the value or more.",
    )


def _verdict(value: float, found: Estimate) -> Verdict:
    if math.isnan(found.interval.low):
        return "undefined"
    if found.interval.low >= value:
        return "holds"
    return "does not hold" if found.interval.high < value else "cannot be told"
