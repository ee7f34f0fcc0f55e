import dataclasses
import inspect
import itertools
import json
import math
import pickle
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import retentionkit as rk
from retentionkit.errors import DataError, KindError, OptionError, RetentionKitWarning
from retentionkit.rfm import Bound, Rule, SegmentRules
from ruled import grid, log_of, scores_of, table_of

RESERVED = ["unassigned", "refund_only", "entered", "exited"]
MEASURES = ["days_since_last", "orders", "active_days", "net_spend", "mean_order_value"]


# Worked example: the tiers of a travel company, by hand.


def test_travel_tiers_by_hand():
    table = table_of(
        (3, 5_000.0),
        (3, 4_999.0),
        (2, 10.0),
        (1, 3_000.0),
        (1, 3_000.01),
        (4, 9_000.0),
        currency="CNY",
    )
    found = rk.rfm.TRAVEL_TIERS.assign(table)
    labels = ["diamond", "unassigned", "gold", "potential", "unassigned", "diamond"]
    assert found.labels().tolist() == labels
    assert found.labels(language="zh").tolist()[:4] == ["钻石卡", "未分类", "金卡", "潜力客户"]
    assert found.ranked
    assert found.n_unassigned == 2
    whole = rk.rfm.TRAVEL_TIERS_COMPLETED.assign(table)
    labels = ["diamond", "gold", "gold", "potential", "potential", "diamond"]
    assert whole.labels().tolist() == labels
    assert whole.names == ("diamond", "gold", "potential")
    assert found.definition == (
        "Tiers of a travel company as given, with their holes. The first of 3 rules that matches, "
        "on measures in a window of 12 months, money in CNY. Orders in [2025-01-01, 2026-01-01)."
    )
    frame = found.to_frame()
    assert list(frame.columns[-3:]) == ["segment", "label", "chinese"]
    assert frame["chinese"].tolist() == found.labels(language="zh").tolist()


def test_what_is_printed_of_segments():
    log = log_of(
        [
            *[(f"c{at}", "2025-12-01", 10.0) for at in range(1_099)],
            ("d", "2025-12-02", 900.0),
            ("e", "2025-12-02", -5.0),
            ("f", "2025-12-02", -5.0),
        ]
    )
    table = rk.rfm.measure(log, as_of="2025-12-31")
    rules = SegmentRules(
        [Rule("cheap", net_spend=(None, 100)), Rule("dear", net_spend=(800, None))]
    )
    assert repr(rules.assign(table)) == (
        "Segments\n"
        "  customers   1,100, and 2 with refunds only\n"
        "  as of       2025-12-31\n"
        "  definition  The first of 2 rules that matches, on measures. Orders in [2025-12-01, "
        "2026-01-01).\n"
        "      segment         label  customers  % of customers\n"
        "        cheap         Cheap      1,099            99.7\n"
        "         dear          Dear          1             0.1\n"
        "  refund_only  Refunds only          2             0.2"
    )


def test_the_same_rules_on_other_cuts_say_so():
    """High and low by the mean, as the convention has it, and by halves are other customers."""
    table = table_of((1, 1.0), (1, 2.0), (1, 3.0), (1, 94.0))
    mean, halves = (
        rk.rfm.EIGHT.assign(rk.rfm.score(table, bins=2, cuts=cuts)) for cuts in ("mean", None)
    )
    assert mean.counts[0] == 1
    assert halves.counts[0] == 2
    assert "2 for what is as good as the mean or better, else 1. Orders in [2025" in mean.definition
    assert "equal values share the score of their mean rank. Orders" in halves.definition
    assert "by convention, high is as good as the mean or better" in halves.definition


def test_segments_carry_the_cuts_of_their_scores():
    table = table_of((1, 1.0), (2, 2.0), (3, 3.0), (9, 4.0))
    scores = rk.rfm.score(table, cuts={"recency": [30, 60], "frequency": [2, 9]}, bins=(3, 3, 2))
    rules = SegmentRules([Rule("a", recency=3), Rule("b", frequency=3)], bins=(3, 3, 2))
    # All ordered on the same day, so that only one level of recency occurs, which begins nowhere.
    assert rules.assign(scores).cuts == {"recency": {}, "frequency": {2: 2.0, 3: 9.0}}
    mean = SegmentRules([Rule("a", frequency_monetary=(2, None))], bins=(3, 3, 2)).assign(scores)
    assert mean.cuts == {"frequency": {2: 2.0, 3: 9.0}, "monetary": {2: 9.0}}
    assert SegmentRules([Rule("a", orders=1)]).assign(scores).cuts is None
    assert rk.rfm.Segments.from_labels(scores, ["a"] * 4).cuts.keys() == scores.cuts.keys()
    assert rk.rfm.Segments.from_labels(table, ["a"] * 4).cuts is None
    spread = rk.rfm.score(table, ties="spread_by_id")
    assert rk.rfm.STANDARD.assign(spread).cuts == {}


def test_rules_on_the_combined_score():
    rules = SegmentRules(
        [Rule("best", combined=(4, None)), Rule("fair", combined=(7 / 3, 4))], weights=(2, 1, 0)
    )
    cells = [(5, 2, 1), (5, 1, 5), (4, 4, 1), (1, 5, 5), (2, 3, 1), (1, 4, 5)]
    scores = dataclasses.replace(scores_of(cells), weights=(4.0, 2.0, 0.0))
    labels = ["best", "fair", "best", "fair", "fair", "unassigned"]
    assert rules.assign(scores).labels().tolist() == labels
    assert rules.weights == (2, 1, 0)
    assert "on scores of 5 × 5 × 5 bins weighted 2:1:0." in rules.assign(scores).definition
    assert SegmentRules.from_dict(rules.to_dict()).equals(rules)
    assert SegmentRules.from_dict(rules.to_dict()).weights == (2, 1, 0)
    gap = rules.lint(scores).gaps[0]
    assert str(gap) == "No rule takes combined ≤ 2."
    assert (gap.cells, gap.customers) == (5 * (4 + 2), 1)  # 2 R + F ≤ 6, any money
    plain = SegmentRules([Rule("all", combined=(1, None))])
    assert plain.weights == (1, 1, 1)
    made = rk.rfm.score(table_of((1, 1.0), (2, 2.0)), cuts={"monetary": [2]}, bins=(5, 5, 2))
    by = SegmentRules([Rule("a", combined=(2, None))], bins=(5, 5, 2)).assign(made)
    assert by.cuts.keys() == {"recency", "frequency", "monetary"}


def test_few_days_are_a_high_score():
    log = log_of([(day, f"2025-12-{day:02d}", 1.0) for day in (1, 11, 21)])
    scores = rk.rfm.score(rk.rfm.measure(log, as_of="2025-12-31"), cuts={"recency": [10, 25]})
    made = SegmentRules([Rule("a", recency=3)], bins=scores.bins).assign(scores)
    assert made.cuts == {"recency": {3: 10.0, 2: 25.0}}
    assert made.customers("a").tolist() == [21]


def test_the_first_rule_that_matches_wins():
    rules = SegmentRules([Rule("some", orders=(1, 3)), Rule("few", orders=1), Rule("rest")])
    table = table_of((1, 1.0), (2, 1.0), (3, 1.0))
    assert rules.assign(table).labels().tolist() == ["some", "some", "rest"]
    turned = SegmentRules([rules.rules[1], rules.rules[0], rules.rules[2]])
    assert turned.assign(table).labels().tolist() == ["few", "some", "rest"]


def test_rules_and_bounds_read_like_a_table():
    texts = {
        "≥ 3": Bound(3),
        "> 3,000": Bound(3_000, includes_low=False),
        "≤ 3,000": Bound(high=3_000, includes_high=True),
        "< 0.5": Bound(high=0.5),
        "[2, 5)": Bound(2, 5),
        "(2, 5]": Bound(2, 5, includes_low=False, includes_high=True),
        "4": Bound(4, 4, includes_high=True),
        "any": Bound(),
    }
    assert {str(bound): bound for bound in texts.values()} == texts
    rule = Rule("x", orders=(2, 5), mean_order_value="not given", net_spend=7)
    assert str(rule) == "x: orders in [2, 5), net spend = 7, mean order value not given"
    assert str(Rule("rest")) == "rest: everybody"
    shown = repr(rk.rfm.TRAVEL_TIERS)
    for text in ("≥ 5,000", "not given", "≤ 3,000", "12 months", "note 1", "潜力客户"):
        assert text in shown
    frame = rk.rfm.TRAVEL_TIERS_COMPLETED.to_frame()
    assert frame["orders"].tolist() == ["≥ 3", "2", "≥ 3", "1", "1"]
    assert frame["note"].str.startswith("Ours").tolist() == [False, True, True, False, True]
    assert len(rk.rfm.TRAVEL_TIERS_COMPLETED) == 5


def test_labels_are_those_stated_or_made_of_the_key():
    rules = SegmentRules(
        [
            Rule("vip", chinese="贵宾", orders=(5, None)),
            Rule("vip", english="Very important", net_spend=(100, None)),
            Rule("all_others"),
        ]
    )
    assert rules.names == ("vip", "all_others")
    assert rules.english == ("Very important", "All others")
    assert rules.chinese == ("贵宾", "All others")
    assert list(rules.to_frame())[3:] == ["orders", "net_spend", "note"]
    assert rules.bins is None


# Reference: the widespread grid of recency by frequency, and plain loops.

GRID = {
    "hibernating": ([1, 2], [1, 2]),
    "at_risk": ([1, 2], [3, 4]),
    "cannot_lose": ([1, 2], [5]),
    "about_to_sleep": ([3], [1, 2]),
    "need_attention": ([3], [3]),
    "loyal": ([3, 4], [4, 5]),
    "promising": ([4], [1]),
    "new": ([5], [1]),
    "potential_loyalist": ([4, 5], [2, 3]),
    "champions": ([5], [4, 5]),
}


def test_standard_is_the_widespread_grid_where_frequency_and_money_agree():
    cells = [(r, f, f) for r, f in grid(5, 5)]
    found = rk.rfm.STANDARD.assign(scores_of(cells)).labels()
    for (r, f, _), label in zip(cells, found, strict=True):
        (expected,) = [name for name, (rs, fs) in GRID.items() if r in rs and f in fs]
        ours = "hibernating" if label == "lost" else label
        assert ours == expected
        assert (label == "lost") == (expected == "hibernating" and r == 1)


def test_standard_without_money_goes_by_frequency():
    cells = [(r, f, 1) for r, f in grid(5, 5)]
    with_money = rk.rfm.STANDARD.assign(scores_of([(r, f, f) for r, f, _ in cells]))
    without = rk.rfm.STANDARD.assign(scores_of(cells, money=False))
    assert without.labels().tolist() == with_money.labels().tolist()


def test_each_cell_of_the_standard_by_its_definition():
    found = rk.rfm.STANDARD.assign(scores_of(grid(5, 5, 5))).labels()
    for (r, f, m), label in zip(grid(5, 5, 5), found, strict=True):
        fm = (f + m) / 2
        if r >= 4:
            low = "new" if r == 5 else "promising"
            high = "champions" if r == 5 else "loyal"
            expected = high if fm >= 4 else low if fm < 2 else "potential_loyalist"
        elif r == 3:
            expected = "loyal" if fm >= 4 else "need_attention" if fm >= 3 else "about_to_sleep"
        elif fm >= 3:
            expected = "cannot_lose" if fm >= 4.5 else "at_risk"
        else:
            expected = "hibernating" if r == 2 else "lost"
        assert label == expected


def test_the_eight():
    found = rk.rfm.EIGHT.assign(scores_of(grid(2, 2, 2), (2, 2, 2))).labels(language="zh")
    places = dict(zip(grid(2, 2, 2), found, strict=True))
    assert places == {
        (2, 2, 2): "重要价值客户",
        (2, 1, 2): "重要发展客户",
        (1, 2, 2): "重要保持客户",
        (1, 1, 2): "重要挽留客户",
        (2, 2, 1): "一般价值客户",
        (2, 1, 1): "一般发展客户",
        (1, 2, 1): "一般保持客户",
        (1, 1, 1): "一般挽留客户",
    }
    assert rk.rfm.EIGHT.english[3] == "Important: to win back"
    assert rk.rfm.EIGHT.names[4] == "general_value"


def test_value_potential_dormant():
    rules = rk.rfm.VALUE_POTENTIAL_DORMANT
    found = rules.assign(scores_of(grid(2, 2, 2), (2, 2, 2))).labels()
    for (r, f, m), label in zip(grid(2, 2, 2), found, strict=True):
        takers = [
            *["important_value"] * ((r, f, m) == (2, 2, 2)),
            *["potential"] * ((f, m) == (1, 2)),
            *["dormant"] * ((r, f) == (1, 2)),
        ]
        assert [label] == (takers or ["unassigned"])


def test_presets_on_real_customers():
    table = rk.rfm.measure(rk.Transactions(rk.datasets.load_cdnow()))
    assert rk.rfm.STANDARD.assign(rk.rfm.score(table)).n_unassigned == 0
    assert rk.rfm.EIGHT.assign(rk.rfm.score(table, bins=2, cuts="mean")).n_unassigned == 0


# Definition: every way to write a condition is the comparison that it says.

numbers = st.integers(-4, 6) | st.sampled_from([0.5, 2.5])
limits = numbers | st.none()


@st.composite
def conditions(draw):
    """A condition as a caller may write it, and the comparison by hand."""
    low, high = draw(limits), draw(limits)
    kind = draw(st.sampled_from(["none", "exact", "pair", "bound", "not given"]))
    left, right = draw(st.booleans()), draw(st.booleans())
    if kind == "none":
        return None, lambda _: True
    if kind == "not given":
        return "not given", lambda _: True
    if kind == "exact":
        value = draw(numbers)
        return value, lambda x: x == value
    if low is not None and high is not None:
        low, high = min(low, high), max(low, high) + (low == high)
    if kind == "pair":
        left, right = True, False

    def holds(x):
        above = low is None or (x >= low if left else x > low)
        return above and (high is None or (x <= high if right else x < high))

    if kind == "pair":
        return (low, high), holds
    return Bound(low, high, includes_low=left, includes_high=right), holds


@st.composite
def measure_rules(draw):
    """Random rules on two measures, and each as a function."""
    rules = []
    for at in range(draw(st.integers(1, 5))):
        orders, by_orders = draw(conditions())
        money, by_money = draw(conditions())
        name = draw(st.sampled_from("abc"))
        rule = Rule(name, orders=orders, mean_order_value=money)
        left_over = not rule.conditions
        rules.append((rule, by_orders, by_money, left_over, at))
    return rules


def assigned_by_hand(rules, orders, mean):
    """The names of all rules that take this, in order; a rule without conditions takes the rest."""
    takers = []
    for rule, by_orders, by_money, left_over, _ in rules:
        if by_orders(orders) and by_money(mean) and not (left_over and takers):
            takers.append(rule.name)
    return takers


@given(rules=measure_rules())
def test_assigning_is_the_first_comparison_that_holds(rules):
    if not any(rule.conditions for rule, *_ in rules):
        return
    cases = [(orders, mean) for orders in (1, 2, 3, 6) for mean in (-1.0, 0.5, 2.0, 2.5, 3.0, 7.0)]
    table = table_of(*[case for case in cases if case[1] > 0])
    found = SegmentRules([rule for rule, *_ in rules]).assign(table).labels()
    for orders, mean, label in zip(table.orders, table.mean_order_value, found, strict=True):
        takers = assigned_by_hand(rules, orders, mean)
        assert label == (takers[0] if takers else "unassigned")


@pytest.mark.parametrize("name", MEASURES)
def test_each_measure_is_the_one_of_the_table(name):
    table = table_of((1, 3.0), (2, 9.0), (3, 4.0), (5, 1.0))
    values = getattr(table, name)
    middle = float(np.median(values))
    found = SegmentRules([Rule("high", **{name: (middle, None)})]).assign(table)
    assert found.mask("high").tolist() == (values >= middle).tolist()


# Properties.


def test_refunds_alone_are_in_no_segment_whatever_the_rules():
    log = log_of([("a", "2025-12-01", 10.0), ("b", "2025-12-02", -5.0)])
    table = rk.rfm.measure(log, as_of="2025-12-31")
    rules = SegmentRules([Rule("low", net_spend=(None, 100)), Rule("rest")])
    assert rules.assign(table).labels().tolist() == ["low", "refund_only"]
    assert rules.lint(table).n_customers == 1


def test_the_order_of_summation_does_not_decide():
    # Three orders of mean 5,000, in every order in which floats may be added.
    amounts = [4_999.9, 5_000.2, 4_999.9]
    for turned in itertools.permutations(amounts):
        rows = [("a", f"2025-12-{day:02d}", part) for day, part in enumerate(turned, start=1)]
        table = rk.rfm.measure(log_of(rows), as_of="2025-12-31", window="12 months")
        table = dataclasses.replace(table, currency="CNY")
        assert rk.rfm.TRAVEL_TIERS.assign(table).labels().tolist() == ["diamond"]
    # What refunds that cancel leave is nothing.
    rows = [("a", "2025-12-01", 0.1), ("a", "2025-12-02", 0.2), ("a", "2025-12-03", -0.3)]
    table = rk.rfm.measure(log_of([*rows, ("b", "2025-12-01", 9.0)]), as_of="2025-12-31")
    rules = SegmentRules([Rule("nothing", net_spend=0), Rule("spent", net_spend=(0, None))])
    assert rules.assign(table).labels().tolist() == ["nothing", "spent"]


def test_rows_and_scale_do_not_matter():
    rng = np.random.default_rng(4)
    table = table_of(*[(int(n), float(m)) for n, m in rng.integers(1, 9, (40, 2))])
    rules = [
        SegmentRules(
            [Rule("a", net_spend=(None, 9 * k)), Rule("b", mean_order_value=(4 * k, 7 * k))]
        )
        for k in (1, 1e-6, 1e6)
    ]
    expected = rules[0].assign(table).labels()
    order = rng.permutation(len(table))
    assert (rules[0].assign(table[order]).labels() == expected[order]).all()
    for k, scaled in zip((1e-6, 1e6), rules[1:], strict=True):
        rows = [
            (c, n, m * k)
            for c, n, m in zip(table.customer, table.orders, table.mean_order_value, strict=True)
        ]
        other = log_of([(c, f"2025-12-{28 - d:02d}", m) for c, n, m in rows for d in range(n)])
        again = rk.rfm.measure(other, as_of="2025-12-31", window="12 months")
        assert (scaled.assign(again).labels() == expected).all()


@given(rules=measure_rules(), ranked=st.booleans(), window=st.sampled_from([None, 90, "12 months"]))
def test_a_document_brings_the_rules_back(rules, ranked, window):
    if not any(rule.conditions for rule, *_ in rules):
        return
    made = SegmentRules([rule for rule, *_ in rules], ranked=ranked, window=window)
    text = json.dumps(made.to_dict(), allow_nan=False)
    assert SegmentRules.from_dict(json.loads(text)).equals(made)


@pytest.mark.parametrize(
    "rules",
    [
        rk.rfm.STANDARD,
        rk.rfm.EIGHT,
        rk.rfm.VALUE_POTENTIAL_DORMANT,
        rk.rfm.TRAVEL_TIERS,
        rk.rfm.TRAVEL_TIERS_COMPLETED,
    ],
)
def test_presets_survive_a_file(rules, tmp_path):
    path = tmp_path / "tiers.json"
    rules.save(path)
    assert SegmentRules.load(path).equals(rules)
    assert rules.chinese[0] in path.read_text("utf-8")  # people can read it
    assert len(set(rules.english)) == len(set(rules.chinese)) == len(rules.names)


def test_a_hand_written_document():
    rules = SegmentRules.from_dict(
        {"rules": [{"name": "many", "conditions": {"recency": 3}}, {"name": "rest"}], "bins": 3}
    )
    assert rules.bins == (3, 3, 3)
    assert rules.equals(SegmentRules([Rule("many", recency=3), Rule("rest")], bins=[3, 3, 3]))
    assert rules.to_dict()["rules"][0] == {"name": "many", "conditions": {"recency": 3}}


def test_a_million_customers_take_no_time():
    cells = np.random.default_rng(1).integers(1, 6, (1_000_000, 3))
    small = scores_of(cells[:1])
    parts = {name: cells[:, at].astype(float) for at, name in enumerate(["recency", "frequency"])}
    table = small.table[np.zeros(len(cells), dtype=int)]
    scores = rk.rfm.RFMScores(
        **{"table": table, "monetary": cells[:, 2].astype(float), **parts},
        bins=(5, 5, 5),
        weights=(1, 1, 1),
        cuts={},
        levels={},
        notes=(),
        definition="",
    )
    began = time.perf_counter()
    found = rk.rfm.STANDARD.assign(scores)
    assert time.perf_counter() - began < 5  # 0.2 s on one core; a loop over customers takes longer
    assert found.counts.sum() == len(cells)


# Refusals.


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"orders": "three"}, "`orders` is no condition"),
        ({"orders": (1, 2, 3)}, "`orders` is no condition"),
        ({"orders": math.nan}, "`orders` must be a finite number"),
        ({"orders": True}, "`orders` must be a finite number"),
        ({"orders": (2, math.inf)}, "`high` must be a finite number"),
        ({"orders": (5, 2)}, "Nothing lies between the limits"),
        ({"orders": (2, 2)}, "Nothing lies between the limits"),
        ({"orders": 1, "recency": 2}, "on scores or on measures, not on both"),
        ({"english": 3}, "The labels of segments for people are text"),
    ],
)
def test_conditions_that_are_none(given, match):
    with pytest.raises(OptionError, match=match):
        Rule("x", **given)


@pytest.mark.parametrize(
    ("given", "received", "do"),
    [
        ({"order": (2, None)}, "order=", "Pass orders= if that is meant."),
        ({"spend": 1, "days": 2}, "spend=, days=", "Pass net_spend= if that is meant."),
        ({"city": "x", "orders": 1}, "city=", "Pass one of them."),
    ],
)
def test_conditions_on_what_is_no_measure(given, received, do):
    with pytest.raises(OptionError, match="conditions on scores or measures only") as error:
        Rule("vip", **given)
    assert error.value.received == received
    assert error.value.do.startswith(do)
    assert "days_since_last, orders, active_days, net_spend" in error.value.allowed


def test_a_rule_is_still_a_dataclass():
    rule = Rule("vip", orders=(2, None))
    assert pickle.loads(pickle.dumps(rule)) == rule  # noqa: S301 - our own bytes
    assert dataclasses.replace(rule, note="x").note == "x"
    assert list(inspect.signature(Rule).parameters)[:2] == ["name", "english"]


def test_segments_that_are_not_there():
    made = rk.rfm.TRAVEL_TIERS.assign(table_of((1, 5.0), currency="CNY"))
    for ask in (made.customers, made.mask):
        with pytest.raises(OptionError, match="No segment is named") as error:
            ask()
        assert error.value.allowed.startswith("'diamond', 'gold', 'potential', 'unassigned'")
    hints = {
        "Diamond": "diamond",
        "潜力客户": "potential",
        "Refunds only": "refund_only",
        "未分类": "unassigned",
        "potentials": "potential",
    }
    for label, meant in hints.items():
        with pytest.raises(OptionError, match="There is no such segment") as error:
            made.customers(label)
        assert error.value.do == f"Pass '{meant}' if that is meant."
    for label in (["gold", "diamond"], "platinum"):
        with pytest.raises(OptionError, match="There is no such segment") as error:
            made.customers(label)
        assert error.value.do == "Pass the keys of segments, as in `names`, one after the other."


def test_money_of_a_log_that_names_no_currency():
    table = table_of((1, 5.0), (2, 7.0))
    with pytest.warns(RetentionKitWarning, match="it was taken to be CNY") as caught:
        made = rk.rfm.TRAVEL_TIERS.assign(table)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert made.assumed_currency == "CNY"
    assert repr(made).splitlines()[3] == "  currency    taken to be CNY; the log names none"
    named = rk.rfm.TRAVEL_TIERS.assign(dataclasses.replace(table, currency="CNY"))
    assert named.assumed_currency is None
    assert "currency  " not in repr(named)
    # Rules for no money in particular, and a log without money, leave nothing to assume.
    assert SegmentRules([Rule("x", orders=1)]).assign(table).assumed_currency is None
    few = SegmentRules([Rule("x", orders=1)], currency="CNY")
    bare = dataclasses.replace(table, net_spend=None, mean_order_value=None)
    assert few.assign(bare).assumed_currency is None


@pytest.mark.parametrize("name", ["", " ", *RESERVED, None, ["x"]])
def test_names_that_are_none(name):
    with pytest.raises(OptionError, match="Each segment needs a name of its own"):
        Rule(name, orders=1)


@pytest.mark.parametrize(
    ("rules", "more", "match"),
    [
        ([], {}, "No rule has a condition"),
        ([Rule("x")], {}, "No rule has a condition"),
        ([Rule("x", orders=1), Rule("y", recency=1)], {}, "on scores or on measures"),
        ([Rule("x", orders=1)], {"bins": 5}, "`bins` belongs to rules on scores"),
        ([Rule("x", recency=1)], {"bins": 0}, "`bins` belongs to rules on scores"),
        ([Rule("x", recency=1)], {"bins": (5, 5)}, "`bins` belongs to rules on scores"),
        ([Rule("x", recency=1)], {"bins": (5, 5, True)}, "`bins` belongs to rules on scores"),
        ([Rule("x", recency=1)], {"weights": (1, 1, 1)}, "`weights` belongs to rules on the comb"),
        ([Rule("x", combined=1)], {"weights": (1, 1)}, "`weights` must be three numbers"),
        ([Rule("x", orders=1)], {"ranked": "yes"}, "`ranked` is yes or no"),
        ([Rule("x", orders=1)], {"window": "a year"}, "`window` is not a duration"),
        (
            [Rule("x", english="A", orders=1), Rule("x", english="B", orders=2)],
            {},
            "different labels",
        ),
    ],
)
def test_sets_that_are_none(rules, more, match):
    with pytest.raises(OptionError, match=match):
        SegmentRules(rules, **more)


def test_data_that_do_not_fit():
    table = table_of((1, 10.0), window="6 months")
    with pytest.raises(DataError, match="another length") as refused:
        rk.rfm.TRAVEL_TIERS.assign(table)
    assert "measure(transactions, window='12 months')" in str(refused.value)
    assert "365 whole days" in str(refused.value)
    with pytest.raises(DataError, match="another length") as refused:
        SegmentRules([Rule("x", orders=1)], window=90).lint(table)
    assert "a window of 90 days" in str(refused.value)
    frame = pd.DataFrame({"customer_id": ["a"], "date": ["2025-12-01"], "amount": [10.0]})
    dollars = frame.assign(date=pd.to_datetime(frame["date"]), money="USD")
    log = rk.Transactions(dollars, currency="money")
    table = rk.rfm.measure(log, as_of="2025-12-31", window="12 months")
    with pytest.raises(DataError, match="in another currency"):
        rk.rfm.TRAVEL_TIERS.assign(table)
    with pytest.raises(KindError, match=r"score first[^$]*Pass score\(table, bins=5\)\.$"):
        rk.rfm.STANDARD.assign(table)
    with pytest.raises(DataError, match="other bins than the rules"):
        rk.rfm.STANDARD.assign(scores_of([(1, 1, 1)], (2, 2, 2)))
    mixed = SegmentRules([Rule("x", recency=1)], bins=(5, 4, 3))
    with pytest.raises(KindError, match=r"Pass score\(table, bins=\(5, 4, 3\)\)"):
        mixed.assign(table)
    with pytest.raises(DataError, match=r"score\(table, cuts='mean'\), which is the convention"):
        rk.rfm.EIGHT.assign(scores_of([(1, 1, 1)]))
    best = SegmentRules([Rule("x", combined=(4, None))], weights=(2, 1, 1))
    with pytest.raises(DataError, match="weighted in another way than the rules") as refused:
        best.assign(scores_of([(1, 1, 1)]))
    assert refused.value.received == "scores weighted 1:1:1"
    assert refused.value.do == (
        "Pass weights=(2, 1, 1) to score, or weights=(1, 1, 1) to SegmentRules."
    )
    with pytest.raises(DataError, match="the log has none"):
        SegmentRules([Rule("x", combined=1)]).assign(scores_of([(1, 1, 1)], money=False))
    with pytest.raises(DataError, match="the log has none"):
        rk.rfm.EIGHT.assign(scores_of([(1, 1, 1)], (2, 2, 2), money=False))
    with pytest.raises(KindError, match="neither a table of measures nor of scores"):
        rk.rfm.STANDARD.assign([1, 2])
    with pytest.raises(KindError, match="Something among the rules is no rule"):
        SegmentRules([("x", 1)])


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"rules": [{}]},
        {"rules": [{"name": "x", "conditions": {"size": 1}}]},
        {"rules": [{"name": "x", "conditions": {"orders": {"from": 1}}}]},
        {"rules": [{"name": "x", "conditions": {"orders": 1}}], "version": 2},
        {"rules": [{"name": "x", "conditions": {"orders": 1}}], "cut": 2},
        {"rules": [{"name": "x", "conditions": {"orders": [1, 2, 3]}}]},
    ],
)
def test_documents_that_are_no_rules(document, tmp_path):
    with pytest.raises(DataError, match="This is no table of rules"):
        SegmentRules.from_dict(document)
    path = tmp_path / "rules.json"
    path.write_text(json.dumps(document), "utf-8")
    with pytest.raises(DataError, match="This is no table of rules"):
        SegmentRules.load(path)


def test_a_file_that_is_no_json(tmp_path):
    path = tmp_path / "rules.json"
    path.write_text("{", "utf-8")
    with pytest.raises(DataError, match="The file is no JSON"):
        SegmentRules.load(path)
