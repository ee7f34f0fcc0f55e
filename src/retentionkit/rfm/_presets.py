"""Segment rules that many use, as tables to assign, to lint, and to change.

There is no single standard of RFM segments: each vendor draws other lines under the same names.
What these presets share with others, and where they differ, is said with each.
"""

from __future__ import annotations

from typing import Final

from retentionkit.rfm._bounds import NOT_GIVEN, Bound
from retentionkit.rfm._rule import Rule
from retentionkit.rfm._rules import SegmentRules

__all__ = [
    "EIGHT",
    "STANDARD",
    "TRAVEL_TIERS",
    "TRAVEL_TIERS_COMPLETED",
    "VALUE_POTENTIAL_DORMANT",
]

STANDARD: Final[SegmentRules] = SegmentRules(
    [
        Rule("champions", chinese="冠军客户", recency=5, frequency_monetary=(4, None)),
        Rule("loyal", chinese="忠诚客户", recency=(3, 5), frequency_monetary=(4, None)),
        Rule(
            "potential_loyalist",
            chinese="潜在忠诚客户",
            recency=(4, None),
            frequency_monetary=(2, 4),
        ),
        Rule("new", chinese="新客户", recency=5, frequency_monetary=(None, 2)),
        Rule("promising", chinese="有望客户", recency=4, frequency_monetary=(None, 2)),
        Rule("need_attention", chinese="需关注客户", recency=3, frequency_monetary=(3, 4)),
        Rule("about_to_sleep", chinese="即将沉睡客户", recency=3, frequency_monetary=(None, 3)),
        Rule(
            "cannot_lose",
            english="Cannot lose them",
            chinese="不能流失客户",
            recency=(None, 3),
            frequency_monetary=(4.5, None),
        ),
        Rule("at_risk", chinese="流失风险客户", recency=(None, 3), frequency_monetary=(3, 4.5)),
        Rule("hibernating", chinese="沉睡客户", recency=2, frequency_monetary=(None, 3)),
        Rule("lost", chinese="已流失客户", recency=1, frequency_monetary=(None, 3)),
    ],
    definition="Eleven segments on recency and the mean of frequency and money; one of many "
    "conventions of these names.",
)
"""Eleven segments on recency and the mean of frequency and money, scores from 1 to 5.

Every customer is in exactly one. There is no single standard of these names; each vendor draws
other lines. Where the scores of frequency and money are equal, these are the ten segments of the
widespread grid of recency by frequency, except that its "hibernating" is split by recency into
hibernating and lost. Where they are not, money counts half, and that grid leaves it out.

Examples
--------
>>> import retentionkit as rk
>>> table = rk.rfm.measure(rk.Transactions(rk.datasets.load_cdnow()))
>>> found = rk.rfm.STANDARD.assign(rk.rfm.score(table))
>>> len(found.names), found.n_unassigned
(11, 0)
"""


def _eight() -> SegmentRules:
    """High is 2 and low is 1; the label depends on all three."""
    parts = {
        "value": ("valuable", "价值", 2, 2),
        "development": ("to develop", "发展", 2, 1),
        "keep": ("to keep", "保持", 1, 2),
        "win_back": ("to win back", "挽留", 1, 1),
    }
    money = {"important": ("Important", "重要", 2), "general": ("Ordinary", "一般", 1)}
    return SegmentRules(
        [
            Rule(
                f"{group}_{key}",
                english=f"{title}: {english}",
                chinese=f"{prefix}{chinese}客户",
                recency=recency,
                frequency=frequency,
                monetary=monetary,
            )
            for group, (title, prefix, monetary) in money.items()
            for key, (english, chinese, recency, frequency) in parts.items()
        ],
        bins=2,
        definition="The eight segments of high and low recency, frequency and money; by "
        "convention, high is as good as the mean or better.",
    )


EIGHT: Final[SegmentRules] = _eight()
"""The eight segments of high and low recency, frequency and money, for scores of two bins.

They are known by their Chinese names: 重要 (important) is high money and 一般 (ordinary) low; 价值
(valuable) is recent and frequent, 发展 (to develop) recent and rare, 保持 (to keep) long ago and
frequent, 挽留 (to win back) long ago and rare. The convention cuts each measure at its mean:
`score(table, cuts="mean")`. With `score(table, bins=2)` they are halves, which are other customers.

Examples
--------
>>> import retentionkit as rk
>>> table = rk.rfm.measure(rk.Transactions(rk.datasets.load_cdnow()))
>>> rk.rfm.EIGHT.assign(rk.rfm.score(table, cuts="mean")).counts
array([ 464,   30,   37,   62,  188,  161,   47, 1368])
"""

VALUE_POTENTIAL_DORMANT: Final[SegmentRules] = SegmentRules(
    [
        Rule(
            "important_value",
            english="Important: valuable",
            chinese="重要价值客户",
            note="Recent, frequent and large.",
            recency=2,
            frequency=2,
            monetary=2,
        ),
        Rule(
            "potential",
            english="Potential",
            chinese="潜力客户",
            note="Rare but large.",
            frequency=1,
            monetary=2,
        ),
        Rule(
            "dormant",
            english="Dormant, to be woken",
            chinese="待唤醒客户",
            note="Long gone, once frequent.",
            recency=1,
            frequency=2,
        ),
    ],
    bins=2,
    definition="Three classes of high and low recency, frequency and money, as they are given.",
)
"""Three classes often named together, for scores of two bins, as they are given.

Recent, frequent and large: important. Rare but large: potential. Long gone, once frequent: to be
woken. They are not all: three of the eight combinations of high and low are in none, which `lint`
shows.
"""

_DIAMOND: Final = Rule(
    "diamond",
    english="Diamond",
    chinese="钻石卡",
    orders=(3, None),
    mean_order_value=(5_000, None),
)
_UP_TO_3000: Final = Bound(high=3_000, includes_high=True)
_ABOVE_3000: Final = Bound(low=3_000, includes_low=False)
_FIRST: Final = (
    "A first purchase is read as one order in the window. Someone who bought in earlier years and "
    "once in this one counts too; whose purchase is the first ever, only a log from the beginning "
    "can tell."
)

TRAVEL_TIERS: Final[SegmentRules] = SegmentRules(
    [
        _DIAMOND,
        Rule(
            "gold",
            english="Gold",
            chinese="金卡",
            note="The source leaves the mean order value blank.",
            orders=2,
            mean_order_value=NOT_GIVEN,
        ),
        Rule(
            "potential",
            english="Potential",
            chinese="潜力客户",
            note=_FIRST,
            orders=1,
            mean_order_value=_UP_TO_3000,
        ),
    ],
    window="12 months",
    currency="CNY",
    ranked=True,
    definition="Tiers of a travel company as given, with their holes.",
)
"""Tiers of a travel company, in a window of 12 months and CNY, as they are given.

`lint` shows their holes: the amount of gold is blank in the source, and one dear order or three
cheap ones are in no tier.
"""

TRAVEL_TIERS_COMPLETED: Final[SegmentRules] = SegmentRules(
    [
        _DIAMOND,
        Rule(
            "gold",
            english="Gold",
            chinese="金卡",
            note="Ours: any mean order value, since the source leaves it blank.",
            orders=2,
        ),
        Rule(
            "gold",
            note="Ours: three orders or more below the amount of diamond are no less than two.",
            orders=(3, None),
            mean_order_value=(None, 5_000),
        ),
        Rule(
            "potential",
            english="Potential",
            chinese="潜力客户",
            note=_FIRST,
            orders=1,
            mean_order_value=_UP_TO_3000,
        ),
        Rule(
            "potential",
            note="Ours: a first purchase is a first purchase, however dear.",
            orders=1,
            mean_order_value=_ABOVE_3000,
        ),
    ],
    window="12 months",
    currency="CNY",
    ranked=True,
    definition="Tiers of a travel company, completed: bounds that are ours are noted.",
)
"""The tiers of `TRAVEL_TIERS` without holes.

Bounds that are ours, not the source's, say so in the notes of their rules.
"""
