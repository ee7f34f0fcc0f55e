import dataclasses
import json

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import retentionkit as rk
from retentionkit.errors import DataError, KindError, OptionError
from retentionkit.rfm import Bound, Rule, SegmentRules
from ruled import grid, scores_of, table_of


def sentences(lint):
    return [str(finding) for finding in lint.findings]


# Worked example: the presets, by hand.


def test_the_holes_of_the_travel_tiers():
    lint = rk.rfm.TRAVEL_TIERS.lint()
    assert not lint.clean
    assert sentences(lint) == [
        "No rule takes orders = 1, mean order value > 3,000.",
        "No rule takes orders ≥ 3, mean order value < 5,000.",
        "gold (rule 2) does not give mean order value: any value passes.",
    ]
    assert lint.gaps[0].where == {
        "orders": Bound(1, 1, includes_high=True),
        "mean_order_value": Bound(3_000, includes_low=False),
    }
    assert lint.missing[0].where["mean_order_value"] == "not given"
    assert (lint.n_customers, lint.n_uncovered, lint.n_cells) == (None, None, None)
    assert [finding.customers for finding in lint.findings] == [None] * 3
    assert "2 gaps, 1 missing bound\n" in repr(lint)
    assert lint.to_frame().columns.tolist() == ["finding", "rules", "segments", "where"]
    json.dumps(lint.to_dict(), allow_nan=False)


def test_the_customers_in_the_holes():
    table = table_of((1, 3_000.0), (1, 3_001.0), (1, 9_000.0), (2, 1.0), (3, 4.0), (3, 5_000.0))
    lint = rk.rfm.TRAVEL_TIERS.lint(table)
    assert [finding.customers for finding in lint.findings] == [2, 1, 1]
    assert (lint.n_customers, lint.n_uncovered, lint.n_multiple) == (6, 3, 0)
    assert "6: 3 in no segment, 0 in several" in repr(lint)
    assert lint.to_frame()["customers"].tolist() == [2, 1, 1]


def test_the_holes_of_the_three_classes():
    lint = rk.rfm.VALUE_POTENTIAL_DORMANT.lint()
    assert sentences(lint) == [
        "No rule takes frequency = 1, monetary = 1.",
        "No rule takes recency = 2, frequency = 2, monetary = 1.",
    ]
    assert [finding.cells for finding in lint.gaps] == [2, 1]
    assert (lint.n_cells, lint.n_uncovered_cells, lint.n_multiple_cells) == (8, 3, 0)


@pytest.mark.parametrize("name", ["STANDARD", "EIGHT", "TRAVEL_TIERS_COMPLETED"])
def test_the_other_presets_are_clean(name):
    lint = getattr(rk.rfm, name).lint()
    assert lint.clean
    assert lint.findings == ()
    assert "clean: each combination is in exactly one segment" in repr(lint)
    assert len(lint.to_frame()) == 0


def test_overlaps_and_rules_that_are_never_reached():
    rules = SegmentRules(
        [
            Rule("good", recency=(2, None)),
            Rule("great", recency=3),
            Rule("frequent", frequency=3),
            Rule("impossible", recency=4),
            Rule("rest"),
            Rule("nobody"),
        ],
        bins=3,
    )
    lint = rules.lint(scores_of([(3, 3, 1), (2, 3, 2), (1, 1, 1)], (3, 3, 3)))
    assert sentences(lint) == [
        "good, great and frequent take recency = 3, frequency = 3: good wins.",
        "good and great take recency = 3, frequency ≤ 2: good wins.",
        "good and frequent take recency = 2, frequency = 3: good wins.",
        "great (rule 2) is never reached: rule 1 takes all that it would take.",
        "impossible (rule 4) is never reached: no value lies within its bounds.",
        "nobody (rule 6) is never reached: nobody is left.",
    ]
    assert [finding.cells for finding in lint.findings] == [3, 6, 3, 9, 0, 0]
    assert [finding.customers for finding in lint.findings] == [1, 0, 1, 1, 0, 0]
    printed = repr(lint)
    for text in ("good before great, frequent  ", "great (rule 2)  ", "nobody (rule 6)  "):
        assert text in printed
    assert lint.overlaps[0].rules == (1, 2, 3)
    assert lint.n_multiple_cells == 12
    assert lint.n_multiple == 2
    assert not lint.gaps
    two = SegmentRules(
        [Rule("a", orders=(None, 3)), Rule("b", orders=(3, None)), Rule("c", orders=(2, 5))]
    )
    assert (
        sentences(two.lint())[-1]
        == "c (rule 3) is never reached: rules 1, 2 take all that it would take."
    )


def test_boxes_of_one_segment_do_not_overlap():
    rules = SegmentRules(
        [Rule("a", orders=(None, 3)), Rule("a", orders=(2, 5)), Rule("b", orders=(5, None))]
    )
    assert rules.lint().clean


def test_nothing_lies_between_whole_numbers():
    rules = SegmentRules(
        [Rule("few", orders=(None, 3)), Rule("many", orders=Bound(2, includes_low=False))]
    )
    assert rules.lint().clean
    money = SegmentRules(
        [Rule("few", net_spend=(None, 3)), Rule("many", net_spend=Bound(3, includes_low=False))]
    )
    assert sentences(money.lint()) == ["No rule takes net spend = 3."]
    between = SegmentRules([Rule("none", orders=Bound(2, 3, includes_low=False)), Rule("rest")])
    assert sentences(between.lint()) == [
        "none (rule 1) is never reached: no value lies within its bounds."
    ]
    days = SegmentRules([Rule("today", days_since_last=(None, 1)), Rule("none", active_days=0)])
    assert sentences(days.lint()) == [
        "No rule takes days since last ≥ 1.",
        "none (rule 2) is never reached: no value lies within its bounds.",
    ]


# Reference: what the rules of the R package rfm 0.3.0 leave open. First the example of its
# manual page rfm_create_report, then its test of rfm_segment.

NAMES = [
    "champions",
    "loyal",
    "potential_loyalist",
    "new",
    "promising",
    "need_attention",
    "about_to_sleep",
    "at_risk",
    "cannot_lose",
    "lost",
]
EXAMPLE = [
    ((5, 3, 2, 3, 4, 1, 1, 1, 2, 1), (5, 5, 4, 4, 5, 2, 2, 3, 3, 1)),
    ((5, 3, 2, 1, 1, 3, 2, 3, 1, 1), (5, 5, 4, 3, 3, 4, 5, 5, 3, 5)),
    ((5, 2, 2, 3, 1, 4, 4, 3, 1, 1), (5, 5, 4, 5, 5, 5, 5, 5, 4, 5)),
]
TESTED = [
    ((4, 2, 3, 4, 3, 2, 2, 1, 1, 1), (5, 5, 5, 5, 4, 3, 3, 2, 1, 2)),
    ((4, 3, 1, 1, 1, 2, 1, 2, 4, 1), (5, 5, 3, 1, 1, 3, 2, 5, 5, 2)),
    ((4, 3, 1, 1, 1, 2, 1, 2, 4, 1), (5, 5, 3, 1, 1, 3, 2, 5, 5, 2)),
]


@pytest.mark.parametrize(
    ("limits", "uncovered", "several", "never"),
    [(EXAMPLE, 10, 58, []), (TESTED, 36, 39, ["new", "promising", "cannot_lose"])],
)
def test_rules_that_ship_with_another_package(limits, uncovered, several, never):
    dimensions = ("recency", "frequency", "monetary")
    rules = SegmentRules(
        [
            Rule(
                name,
                **{
                    dimension: Bound(low[at], high[at], includes_high=True)
                    for dimension, (low, high) in zip(dimensions, limits, strict=True)
                },
            )
            for at, name in enumerate(NAMES)
        ]
    )
    lint = rules.lint()
    assert (lint.n_cells, lint.n_uncovered_cells, lint.n_multiple_cells) == (
        125,
        uncovered,
        several,
    )
    assert [finding.segments[0] for finding in lint.unreachable] == never


# Definition: every cell, and every point, by brute force.

limits = st.none() | st.sampled_from([0, 1, 2, 2.5, 3, 4])


@st.composite
def bounds(draw):
    """A bound, or none."""
    low, high = draw(limits), draw(limits)
    if low is not None and high is not None:
        low, high = min(low, high), max(low, high)
    exact = low is not None and low == high
    return Bound(
        low,
        high,
        includes_low=exact or draw(st.booleans()),
        includes_high=exact or draw(st.booleans()),
    )


def rule_sets(*dimensions):
    rule = st.builds(
        lambda name, parts: Rule(name, **parts),
        st.sampled_from("abc"),
        st.dictionaries(st.sampled_from(dimensions), bounds() | st.just("not given"), max_size=3),
    )
    some = st.lists(rule, min_size=1, max_size=6)
    return some.filter(lambda rules: any(rule.conditions for rule in rules))


def within(where, point):
    """Whether a point lies in a box, by plain comparisons."""
    for name, bound in where.items():
        value = point[name]
        if bound == "not given":
            continue
        if bound.low is not None and (
            value < bound.low or (value == bound.low and not bound.includes_low)
        ):
            return False
        if bound.high is not None and (
            value > bound.high or (value == bound.high and not bound.includes_high)
        ):
            return False
    return True


def takers(rules, point):
    """Numbers of the rules that take a point; one without conditions takes what is left."""
    found = []
    for number, rule in enumerate(rules, start=1):
        if within(rule.conditions, point) and (rule.conditions or not found):
            found.append(number)
    return found


def check(rules, lint, points):
    """Gaps, overlaps and unreachable rules against all points; returns the two counts."""
    none = several = 0
    first = set()
    for point in points:
        found = takers(rules, point)
        first |= set(found[:1])
        segments = {rules[at - 1].name for at in found}
        none += not found
        several += len(segments) > 1
        assert sum(within(gap.where, point) for gap in lint.gaps) == (not found)
        over = [finding for finding in lint.overlaps if within(finding.where, point)]
        assert len(over) == (len(segments) > 1)
        for finding in over:
            assert list(finding.rules) == found
            assert finding.segments[0] == rules[found[0] - 1].name
    never = set(range(1, len(rules) + 1)) - first
    assert {finding.rules[0] for finding in lint.unreachable} == never
    return none, several


@settings(max_examples=150)
@given(
    rules=rule_sets("recency", "frequency", "monetary", "frequency_monetary", "combined"),
    bins=st.tuples(*[st.integers(1, 4)] * 3),
    weights=st.sampled_from([(2, 1, 1), (1, 0, 1), (0.5, 1, 2.5), (0, 1, 0)]),  # exact in binary
)
def test_scores_against_every_cell(rules, bins, weights):
    combined = any("combined" in rule.conditions for rule in rules)
    lint = SegmentRules(rules, bins=bins, weights=weights if combined else None).lint()
    points = [
        {
            "recency": r,
            "frequency": f,
            "monetary": m,
            "frequency_monetary": (f + m) / 2,
            "combined": np.dot(weights, (r, f, m)) / sum(weights),
        }
        for r, f, m in grid(*bins)
    ]
    none, several = check(rules, lint, points)
    assert (lint.n_cells, lint.n_uncovered_cells, lint.n_multiple_cells) == (
        len(points),
        none,
        several,
    )
    assert sum(gap.cells for gap in lint.gaps) == none
    assert sum(finding.cells for finding in lint.overlaps) == several


@given(rules=rule_sets("orders", "net_spend", "days_since_last"))
def test_measures_against_every_point(rules):
    # Every piece holds a point: the limits, numbers between them, and beyond both ends.
    lint = SegmentRules(rules).lint()
    points = [
        {"orders": orders, "net_spend": money, "days_since_last": days}
        for orders in range(1, 6)
        for money in (-9.0, 0.0, 0.25, 1.0, 1.25, 2.0, 2.25, 2.5, 2.75, 3.0, 3.25, 4.0, 9.0)
        for days in range(6)
    ]
    check(rules, lint, points)
    assert lint.n_cells is None


# Properties.


@settings(max_examples=60)
@given(rules=rule_sets("orders", "mean_order_value", "net_spend"))
def test_gaps_can_be_written_down_as_rules(rules):
    made = SegmentRules(rules)
    mended = SegmentRules([*rules, *(Rule("new", **gap.where) for gap in made.lint().gaps)])
    assert not mended.lint().gaps
    assert {finding.segments for finding in mended.lint().overlaps} == {
        finding.segments for finding in made.lint().overlaps
    }


@settings(max_examples=40)
@given(rules=rule_sets("recency", "frequency", "frequency_monetary"), money=st.booleans())
def test_customers_add_up(rules, money):
    made = SegmentRules(rules, bins=3)
    scores = scores_of(grid(3, 3, 3), (3, 3, 3), money=money)
    lint, found = made.lint(scores), made.assign(scores)
    assert lint.n_customers == 27
    assert lint.n_uncovered == found.n_unassigned == sum(gap.customers for gap in lint.gaps)
    assert lint.n_multiple == sum(finding.customers for finding in lint.overlaps)
    if money:
        assert lint.n_uncovered == lint.n_uncovered_cells


@settings(max_examples=40)
@given(
    rules=rule_sets("recency", "frequency_monetary", "combined"),
    weights=st.sampled_from([(1, 1, 1), (0.1, 0.2, 0.3), (3, 7, 11)]),
)
def test_customers_add_up_by_the_combined_score(rules, weights):
    """Also where means are thirds, which binary numbers are not."""
    if not any("combined" in rule.conditions for rule in rules):
        return
    made = SegmentRules(rules, bins=3, weights=weights)
    scores = dataclasses.replace(scores_of(grid(3, 3, 3), (3, 3, 3)), weights=weights)
    lint = made.lint(scores)
    assert lint.n_uncovered == lint.n_uncovered_cells == made.assign(scores).n_unassigned
    assert lint.n_uncovered == sum(gap.customers for gap in lint.gaps)
    assert lint.n_multiple == sum(finding.customers for finding in lint.overlaps)


@settings(max_examples=40)
@given(rules=rule_sets("orders", "net_spend"), turn=st.randoms(use_true_random=False))
def test_the_order_of_rules_makes_no_gap(rules, turn):
    rules = [rule for rule in rules if rule.conditions]  # one without takes what is left
    turned = rules.copy()
    turn.shuffle(turned)
    before, after = SegmentRules(rules).lint(), SegmentRules(turned).lint()
    assert [gap.where for gap in before.gaps] == [gap.where for gap in after.gaps]
    assert {frozenset(one.segments) for one in before.overlaps} == {
        frozenset(one.segments) for one in after.overlaps
    }


def test_rules_on_scores_count_real_customers():
    table = rk.rfm.measure(rk.Transactions(rk.datasets.load_cdnow()))
    scores = rk.rfm.score(table)
    lint = rk.rfm.STANDARD.lint(scores)
    assert lint.clean
    assert (lint.n_customers, lint.n_uncovered, lint.n_multiple) == (2357, 0, 0)
    part = SegmentRules(rk.rfm.STANDARD.rules[1:]).lint(scores)
    assert part.n_uncovered == rk.rfm.STANDARD.assign(scores).counts[0]
    assert sentences(part) == ["No rule takes recency = 5, frequency monetary ≥ 4."]


def test_the_frame_is_of_the_callers_kind():
    table = dataclasses.replace(table_of((1, 10.0)), kind="polars")
    rules = SegmentRules([Rule("once", orders=1)], window="12 months")
    assert isinstance(rules.lint(table).to_frame(), pl.DataFrame)
    assert isinstance(rules.lint().to_frame(), pd.DataFrame)
    scores = dataclasses.replace(scores_of([(1, 1, 1)], (5, 5, 5)), table=table)
    assert isinstance(rk.rfm.STANDARD.lint(scores).to_frame(), pl.DataFrame)


# Refusals.


def test_too_many_combinations():
    names = ["days_since_last", "orders", "active_days", "net_spend", "mean_order_value"]
    rules = [Rule(f"r{at}", **dict.fromkeys(names, (at, at + 0.5))) for at in range(1, 20)]
    with pytest.raises(OptionError, match="too many combinations"):
        SegmentRules(rules).lint()


def test_data_must_fit_as_for_assigning():
    with pytest.raises(DataError, match="another length"):
        rk.rfm.TRAVEL_TIERS.lint(table_of((1, 1.0), window=30))
    with pytest.raises(KindError, match="score first"):
        rk.rfm.STANDARD.lint(table_of((1, 1.0)))
