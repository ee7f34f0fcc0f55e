"""The experience score: by hand, against brute force, its interval, and whom it leaves out."""

import json
import math
import pickle
import re

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from retentionkit.errors import ColumnError, DataError, OptionError
from retentionkit.surveys import experience_score

ITEMS = ("guide", "hotel", "wait")
SCALES = {"guide": (1, 5), "hotel": (1, 7), "wait": (0, 10)}
WEIGHTS = {"guide": 3.0, "hotel": 2.0, "wait": 1.0}


@st.composite
def tables(draw, min_size=1):
    rows = st.tuples(
        st.none() | st.integers(1, 5), st.none() | st.integers(1, 7), st.none() | st.integers(0, 10)
    )
    return draw(st.lists(rows, min_size=min_size, max_size=12).filter(lambda x: any(map(all, x))))


def frame_of(rows, kind="pandas"):
    columns = dict(zip(ITEMS, map(list, zip(*rows, strict=True)), strict=True))
    if kind == "polars":
        return pl.DataFrame(columns, schema=dict.fromkeys(ITEMS, pl.Int64))
    if kind == "pyarrow":
        return pa.table({name: pa.array(x, pa.int64()) for name, x in columns.items()})
    return pd.DataFrame({name: pd.array(x, dtype="Int64") for name, x in columns.items()})


def score(frame, **options):
    given_ = {"items": ITEMS, "scale": SCALES, "weights": WEIGHTS, "reverse": ["wait"], **options}
    return experience_score(frame, **given_)


def of(row):
    """The score of a respondent, by the words of the definition; None where too little is known."""
    ratings = [None if x is None else 100 * (x - a) / (b - a)
               for x, (a, b) in zip(row, SCALES.values(), strict=True)]  # fmt: skip
    if ratings[2] is not None:
        ratings[2] = 100 - ratings[2]
    known = [(r, w) for r, w in zip(ratings, WEIGHTS.values(), strict=True) if r is not None]
    weight = sum(w for _, w in known)
    return sum(r * w for r, w in known) / weight if weight >= 0.5 * 6 else None


# -- worked example --------------------------------------------------------------------------------


def test_a_score_by_hand():
    answers = pd.DataFrame({"guide": [5, 4, 5, 3], "hotel": [4, None, 5, 2]})
    found = experience_score(
        answers, items=["guide", "hotel"], scale=(1, 5), weights={"guide": 3, "hotel": 1}
    )
    # 93.75 and 43.75 of two answers each, 100, and 75 of the guide alone.
    assert found.value == float(found) == (93.75 + 75 + 100 + 43.75) / 4
    assert found.weights.tolist() == [0.75, 0.25]
    assert found.means.tolist() == pytest.approx([81.25, 200 / 3])
    assert found.item_n.tolist() == [4, 3]
    assert found.contributions.tolist() == [65.625, 12.5]
    assert found.coverage == 7 / 8
    assert found.alpha_n == 3
    assert "weighted mean of 2 items" in found.definition
    assert "4 of 4" in repr(found)
    json.dumps(found.to_dict(), allow_nan=False)


def test_groups_have_their_own_scores():
    answers = pd.DataFrame(
        {"guide": [5, 4, 1, 2, 3], "tour": ["north", "north", "south", "south", None]}
    )
    found = experience_score(answers, items=["guide"], scale=(1, 5), by="tour", minimum_n=0)
    assert list(found.groups) == ["north", "south"]
    assert found.groups["north"].value == 87.5
    assert found.groups["south"].value == 12.5
    assert found.ungrouped == 1
    assert found.n == 5
    assert "; 1 without a group" in repr(found)
    frame = found.to_frame()
    assert frame["group"].tolist() == ["north", "south"]
    assert frame["guide"].tolist() == [87.5, 12.5]
    named = answers.rename(columns={"guide": "score"})
    other = experience_score(named, items=["score"], scale=(1, 5), by="tour", minimum_n=0)
    assert other.to_frame()["score_mean"].tolist() == [87.5, 12.5]
    with pytest.raises(TypeError, match="item assignment"):
        found.groups["east"] = found
    assert pickle.loads(pickle.dumps(found)).equals(found)  # noqa: S301 - our own


def test_few_people_of_a_group_are_not_shown():
    answers = pd.DataFrame({"guide": [5] * 12 + [4] * 6 + [1] * 3, "hotel": [2] * 21})
    answers["tour"] = ["coast"] * 15 + ["islands"] * 6
    found = experience_score(answers, items=["guide", "hotel"], scale=(1, 5), by="tour")
    assert found.n == 21
    assert found.minimum_n == 10
    coast, islands = found.groups.values()
    assert not coast.suppressed
    assert islands.suppressed
    assert islands.n == 6
    assert math.isnan(islands.value)
    assert math.isnan(islands.alpha)
    assert np.isnan([islands.means, islands.low, islands.high, islands.contributions]).all()
    assert "not shown: fewer than 10 people" in repr(islands)
    text = repr(found)
    assert "2, 1 of them not shown: fewer than 10 people" in text
    assert re.search(r"islands +6 +– +– +– +– +–\n?$", text)
    assert re.search(r"coast +15 +60\.00 ", text)
    frame = found.to_frame()
    assert frame["suppressed"].tolist() == [False, True]
    assert frame["n"].tolist() == [15, 6]
    assert frame["guide"].isna().tolist() == [False, True]
    json.dumps(found.to_dict(), allow_nan=False)
    shown = experience_score(
        answers, items=["guide", "hotel"], scale=(1, 5), by="tour", minimum_n=6
    )
    assert not shown.groups["islands"].suppressed
    assert "not shown" not in repr(shown)
    assert shown.groups["islands"].value == 31.25


# -- reference -------------------------------------------------------------------------------------


@given(tables(min_size=2))
def test_mean_and_interval_are_those_of_scipy(rows):
    found = score(frame_of(rows))
    known = [of(row) for row in rows if of(row) is not None]
    assert found.value == pytest.approx(np.mean(known))
    if len(known) < 2 or max(known) - min(known) < 1e-6:
        assert math.isnan(found.interval.low)
        return
    t = stats.ttest_1samp(known, 0).confidence_interval()
    assert found.interval.low == pytest.approx(max(t.low, 0), abs=1e-9)
    assert found.interval.high == pytest.approx(min(t.high, 100), abs=1e-9)


def test_alpha_is_that_of_the_mean_covariances():
    rng = np.random.default_rng(4)
    trait = rng.normal(3, 1, 200)
    x = np.clip(np.rint(trait[:, None] + rng.normal(0, 0.8, (200, 4))), 1, 5)
    frame = pd.DataFrame(x, columns=list("abcd"))
    found = experience_score(frame, items=list("abcd"), scale=(1, 5))
    covariance = np.cov(x.T)
    off = covariance[~np.eye(4, dtype=bool)].mean()
    # The other form of alpha: k times the mean covariance over the mean of all entries.
    assert found.alpha == pytest.approx(off / covariance.mean(), rel=1e-12)
    assert "(Cronbach), of 200 who answered all" in repr(found)
    turned = frame.assign(a=6 - frame["a"])
    again = experience_score(turned, items=list("abcd"), scale=(1, 5), reverse=["a"])
    assert again.alpha == pytest.approx(found.alpha)
    assert again.value == pytest.approx(found.value)
    assert "a turned around" in again.definition


# -- definition ------------------------------------------------------------------------------------


@given(tables())
def test_contributions_are_the_score(rows):
    found = score(frame_of(rows))
    assert found.contributions.sum() == pytest.approx(found.value, abs=1e-9)
    assert found.n + found.set_aside == len(rows)
    assert found.coverage == sum(x is not None for row in rows for x in row) / (3 * len(rows))
    assert found.weights.sum() == pytest.approx(1)


@pytest.mark.parametrize("least", [0.1, 0.5, 1.0])
def test_who_answered_too_little_is_set_aside(least):
    rows = [(5, 7, 0), (5, None, None), (None, None, 0), (None, None, None), (None, 7, 0)]
    found = score(frame_of(rows), minimum_coverage=least)
    assert found.n == {0.1: 4, 0.5: 3, 1.0: 1}[least]
    assert found.value == 100
    assert found.set_aside == 5 - found.n
    assert "with too few answers" in repr(found)
    assert f"less than {100 * least:g} % of the weight is left out" in found.definition


def test_the_interval_covers_the_truth():
    rng, runs, covered = np.random.default_rng(9), 600, 0
    shares = np.array([0.05, 0.1, 0.2, 0.4, 0.25])
    truth = 25 * (np.arange(5) @ shares)
    for _ in range(runs):
        x = rng.choice(np.arange(1.0, 6), (40, 2), p=shares)
        x[rng.random((40, 2)) < 0.2] = np.nan
        frame = pd.DataFrame(x, columns=["a", "b"])
        covered += truth in experience_score(frame, items=["a", "b"], scale=(1, 5)).interval
    # Standard error 0.9 points.
    assert 0.92 < covered / runs < 0.98


# -- properties ------------------------------------------------------------------------------------


@given(tables(), st.randoms())
def test_neither_order_nor_library_matters(rows, random):
    found = score(frame_of(rows))
    mixed = score(frame_of(random.sample(rows, len(rows))))
    assert mixed.equals(found)
    for kind in ("polars", "pyarrow"):
        other = score(frame_of(rows, kind))
        assert other.score == found.score or math.isnan(found.interval.low)
        np.testing.assert_array_equal(other.contributions, found.contributions)
        assert type(other.to_frame()).__module__.startswith(kind)


@given(tables())
def test_weights_count_by_their_proportions(rows):
    frame = frame_of(rows)
    one, two = score(frame), score(frame, weights={k: 8 * w for k, w in WEIGHTS.items()})
    assert one.value == pytest.approx(two.value)
    assert 0 <= one.value <= 100


def test_invalid_answers_texts_and_names():
    frame = pd.DataFrame({"q1": [5, 9, 3], "q2": [1, 2, 3]})
    found = experience_score(
        frame, items={"guide": "q1", "hotel": "q2"}, scale=(1, 5), invalid="drop"
    )
    assert found.items == ("guide", "hotel")
    assert found.invalid == 1
    assert found.item_n.tolist() == [2, 3]
    assert "; 1 invalid" in repr(found)
    words = pd.DataFrame({"q": ["good", "bad", None]})
    spoken = experience_score(words, items=["q"], scale=(1, 2), labels={"good": 2, "bad": 1})
    assert spoken.value == 50
    assert math.isnan(spoken.alpha)
    assert "alpha" not in repr(spoken)


def test_what_cannot_be_told():
    frame = pd.DataFrame({"a": [3, 3, None], "b": [4, 4, None], "g": ["x", "x", "y"]})
    found = experience_score(frame, items=["a", "b"], scale=(1, 5), by="g", minimum_n=0)
    assert math.isnan(found.alpha)  # nothing varies
    assert "interval undefined: all are alike" in repr(found)
    empty = found.groups["y"]
    assert empty.n == 0
    assert math.isnan(empty.value)
    assert "undefined" in repr(empty)
    assert np.isnan(empty.contributions).all()
    json.dumps(found.to_dict(), allow_nan=False)


# -- refusals --------------------------------------------------------------------------------------


def test_nobody_has_a_score():
    with pytest.raises(DataError, match="Nobody answered enough"):
        score(frame_of([(None, None, 3)]))
    with pytest.raises(DataError, match="Nobody answered enough"):
        score(frame_of([(1, 1, 1)]).iloc[:0])
    with pytest.raises(DataError, match="not on the scale") as caught:
        score(frame_of([(1, 9, 1)]))
    assert "1 answers in 'hotel' such as 9, at positions 0" in str(caught.value)


@pytest.mark.parametrize(
    "items",
    [
        [],
        "guide",
        ["guide", "guide"],
        {},
        [["guide"]],
        {1: "a"},
        {"a": 1},
        {"a": "q", "b": "q"},
        None,
    ],
)
def test_items_are_columns(items):
    with pytest.raises(OptionError, match="`items` does not name items"):
        score(frame_of([(1, 1, 1)]), items=items)


def test_options_must_fit_together():
    frame = frame_of([(1, 1, 1)])
    with pytest.raises(ColumnError, match="food"):
        score(frame, items=["guide", "food"], scale=(1, 5), weights=None, reverse=[])
    with pytest.raises(ColumnError, match="tour"):
        score(frame, by="tour")
    with pytest.raises(OptionError, match="`minimum_n`"):
        score(frame, minimum_n=-1)
    with pytest.raises(OptionError, match="`scale` must name each item once"):
        score(frame, scale={"guide": (1, 5)})
    with pytest.raises(OptionError, match="`scale` is not a scale"):
        score(frame, scale={**SCALES, "wait": (10, 0)})
    with pytest.raises(OptionError, match="`weights` must name each item once"):
        score(frame, weights={"guide": 1})
    with pytest.raises(OptionError, match="must say the weight of each item"):
        score(frame, weights=[1, 2, 3])
    for weight in (0, -1, math.nan):
        with pytest.raises(OptionError, match=r"weights\['wait'\]"):
            score(frame, weights={**WEIGHTS, "wait": weight})
    for reverse in ("wait", ["food"], None):
        with pytest.raises(OptionError, match="`reverse` must name items"):
            score(frame, reverse=reverse)
    for least in (0, 1.1):
        with pytest.raises(OptionError, match="`minimum_coverage`"):
            score(frame, minimum_coverage=least)
