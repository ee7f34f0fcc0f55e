"""Expectation gaps: paired tests against scipy, shares below, and nobody lost."""

import json
import math

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from retentionkit.compare import adjusted_p_values
from retentionkit.errors import ColumnError, DataError, OptionError
from retentionkit.surveys import expectation_gap

PACE = {"pace": ("expected_pace", "delivered_pace")}
ROWS = st.lists(
    st.tuples(st.none() | st.integers(1, 5), st.none() | st.integers(1, 5)),
    min_size=1,
    max_size=15,
).filter(lambda rows: any(None not in row for row in rows))


def frame_of(rows, names=("pace",)):
    columns = {}
    for name in names:
        for at, side in enumerate(("expected", "delivered")):
            columns[f"{side}_{name}"] = pd.array([row[at] for row in rows], dtype="Int64")
    return pd.DataFrame(columns)


def trip():
    """The pace too tight, too little stay time, the guide better than expected."""
    rng = np.random.default_rng(8)
    columns, items = {}, {}
    for name, shift in {"pace": -1.0, "stay time": -0.6, "guide": 0.4, "hotel": 0.0}.items():
        before = rng.integers(2, 5, 120)
        after = np.clip(np.rint(before + shift + rng.normal(0, 0.9, 120)), 1, 5)
        columns[f"e {name}"], columns[f"d {name}"] = before, after
        items[name] = (f"e {name}", f"d {name}")
    return pd.DataFrame(columns), items


# -- worked example --------------------------------------------------------------------------------


def test_a_gap_by_hand():
    rows = [(5, 2), (4, 3), (4, 4), (5, 3), (4, None), (None, 3), (None, None)]
    found = expectation_gap(frame_of(rows), items=PACE, scale=(1, 5))
    assert found.n.tolist() == [4]
    assert (found.expected[0], found.delivered[0], found.gap[0]) == (4.5, 3.0, -1.5)
    assert found.below.tolist() == [0.75]
    assert (found.unpaired[0], found.unanswered[0], found.invalid[0]) == (2, 1, 0)
    assert found.any_below.value == 0.75
    assert found.any_below.n == 4
    text = repr(found)
    assert "4 pairs on the scale 1 to 5; 2 with one answer of two; 1 with none" in text
    assert "adjusted" not in text  # for one item there is nothing to adjust
    json.dumps(found.to_dict(), allow_nan=False)


def test_the_worst_comes_first():
    frame, items = trip()
    found = expectation_gap(frame, items=items, scale=(1, 5))
    assert found.items[:2] == ("pace", "stay time")
    assert found.items[-1] == "guide"
    assert (np.diff(found.gap) >= 0).all()
    assert found.adjusted_p_value[0] < 0.001
    assert "< 0.001" in repr(found)
    assert found.estimate("pace").value == found.gap[0]
    assert found.estimate("guide").interval.low == found.low[3]
    assert found.estimate("guide").n == 120


# -- reference -------------------------------------------------------------------------------------


@pytest.mark.parametrize("multiplicity", ["holm", "bonferroni", "benjamini-hochberg", "none"])
def test_scipy_agrees(multiplicity):
    frame, items = trip()
    found = expectation_gap(
        frame, items=items, scale=(1, 5), multiplicity=multiplicity, confidence=0.9
    )
    for at, name in enumerate(found.items):
        before, after = (frame[column] for column in items[name])
        test = stats.ttest_rel(after, before)
        limits = test.confidence_interval(0.9)
        assert found.p_value[at] == pytest.approx(test.pvalue, rel=1e-9)
        assert found.low[at] == pytest.approx(limits.low, rel=1e-9)
        assert found.high[at] == pytest.approx(limits.high, rel=1e-9)
        fell = int((after < before).sum())
        share = stats.binomtest(fell, 120).proportion_ci(0.9, method="wilson")
        assert found.below[at] == fell / 120
        assert found.below_low[at] == pytest.approx(share.low, rel=1e-9)
        assert found.below_high[at] == pytest.approx(share.high, rel=1e-9)
    expected = adjusted_p_values(found.p_value, method=multiplicity)
    np.testing.assert_array_equal(found.adjusted_p_value, expected)
    text = " ".join(repr(found).split())
    assert ("adjusted p" in text) == (multiplicity != "none")
    assert (f"; adjusted for 4 items ({multiplicity})" in text) == (multiplicity != "none")
    assert "as the 90 % limits for one item alone" in text


# -- definition ------------------------------------------------------------------------------------


@given(ROWS)
def test_pairs_are_of_the_same_person(rows):
    found = expectation_gap(frame_of(rows), items=PACE, scale=(1, 5))
    pairs = [row for row in rows if None not in row]
    assert found.n[0] == len(pairs)
    assert found.gap[0] == pytest.approx(np.mean([d - e for e, d in pairs]), abs=1e-12)
    assert found.unpaired[0] == sum((e is None) != (d is None) for e, d in rows)
    assert found.unanswered[0] == rows.count((None, None))
    assert found.n[0] + found.unpaired[0] + found.unanswered[0] == len(rows)
    assert found.gap[0] == pytest.approx(found.delivered[0] - found.expected[0], abs=1e-12)


def test_the_interval_covers_the_truth():
    rng, runs, covered = np.random.default_rng(1), 600, 0
    for _ in range(runs):
        before = rng.choice([3, 4, 5], 40, p=[0.2, 0.5, 0.3])
        after = before + rng.choice([-2, -1, 0], 40, p=[0.2, 0.3, 0.5])
        frame = pd.DataFrame({"expected_pace": before, "delivered_pace": after})
        found = expectation_gap(frame, items=PACE, scale=(1, 5))
        covered += -0.7 in found.estimate("pace").interval
    # Standard error 0.9 points.
    assert 0.92 < covered / runs < 0.98


def test_a_person_whom_two_items_fell_short_of_counts_once():
    frame = pd.DataFrame({"a": [5, 5, 3, 3], "b": [4, 5, 3, 4], "c": [5, 2, 1, 2]})
    found = expectation_gap(frame, items={"one": ("a", "b"), "two": ("a", "c")}, scale=(1, 5))
    assert found.any_below.value == 1.0
    assert found.below[list(found.items).index("one")] == 0.25
    assert found.below[list(found.items).index("two")] == 0.75


# -- properties ------------------------------------------------------------------------------------


@given(ROWS, st.randoms())
def test_order_does_not_matter(rows, random):
    one = expectation_gap(frame_of(rows), items=PACE, scale=(1, 5))
    mixed = random.sample(rows, len(rows))
    assert expectation_gap(frame_of(mixed), items=PACE, scale=(1, 5)).equals(one)


@given(ROWS)
def test_turned_around_the_sign_is(rows):
    there = expectation_gap(frame_of(rows), items=PACE, scale=(1, 5))
    back = expectation_gap(
        frame_of([row[::-1] for row in rows]), items={"pace": PACE["pace"]}, scale=(1, 5)
    )
    np.testing.assert_allclose(there.gap, -back.gap, atol=1e-12)
    np.testing.assert_allclose(there.low, -back.high, atol=1e-9)
    np.testing.assert_allclose(there.p_value, back.p_value, atol=1e-9)


def test_what_cannot_be_told():
    frame = pd.DataFrame({"a": [5, 4, 3], "b": [4, 3, 2], "c": [None, None, 9]})
    found = expectation_gap(
        frame, items={"none": ("a", "c"), "alike": ("a", "b")}, scale=(1, 5), invalid="drop"
    )
    assert found.items == ("alike", "none")
    assert found.gap[0] == -1
    assert math.isnan(found.low[0])
    assert math.isnan(found.p_value[0])
    assert math.isnan(found.gap[1])
    assert math.isnan(found.below[1])
    assert found.invalid.tolist() == [0, 1]
    assert found.unpaired.tolist() == [0, 3]
    assert "; 1 invalid" in repr(found)
    assert "–" in repr(found)


def test_the_frame_is_of_the_callers_kind():
    frame = pl.DataFrame({"before": ["high", "low"], "after": ["low", None]})
    found = expectation_gap(
        frame, items={"pace": ("before", "after")}, scale=(1, 2), labels={"high": 2, "low": 1}
    )
    assert found.gap.tolist() == [-1.0]
    assert isinstance(found.to_frame(), pl.DataFrame)


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "items",
    [{}, ["a", "b"], {"pace": "ab"}, {"pace": ("a",)}, {"pace": ("a", "a")}, {"pace": None},
     {"pace": (pd.Series([1]), pd.Series([2]))}],
    ids=lambda items: str(items)[:20],
)  # fmt: skip
def test_items_are_pairs_of_columns(items):
    with pytest.raises(OptionError, match="does not name two columns for each item"):
        expectation_gap(frame_of([(1, 2)]), items=items, scale=(1, 5))


def test_nonsense_is_refused():
    frame = frame_of([(1, None), (None, 2)])
    with pytest.raises(DataError, match="Nobody answered both questions"):
        expectation_gap(frame, items=PACE, scale=(1, 5))
    with pytest.raises(DataError, match="not on the scale"):
        expectation_gap(frame_of([(1, 7)]), items=PACE, scale=(1, 5))
    with pytest.raises(ColumnError, match=r"before|after"):
        expectation_gap(frame, items={"pace": ("before", "after")}, scale=(1, 5))
    with pytest.raises(OptionError, match="`multiplicity`"):
        expectation_gap(frame, items=PACE, scale=(1, 5), multiplicity="tukey")
    found = expectation_gap(frame_of([(1, 2)]), items=PACE, scale=(1, 5))
    with pytest.raises(OptionError, match="`item` is not one of its choices"):
        found.estimate("space")
