"""Perceived value: by hand, against brute force, beside a rival, and its ratio near zero."""

import json
import math

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from retentionkit.errors import ColumnError, DataError, OptionError
from retentionkit.surveys import perceived_value

NAMES = ("guide", "hotel", "price", "time")
ROW = st.tuples(*[st.none() | st.integers(1, 5)] * 4)
TABLES = st.lists(ROW, min_size=1, max_size=12).filter(
    lambda rows: any(None not in row for row in rows)
)
WEIGHTS = {"guide": 2.0, "hotel": 1.0, "price": 3.0, "time": 1.0}


def frame_of(rows):
    columns = zip(*rows, strict=True)
    return pd.DataFrame(
        {n: pd.array(list(c), dtype="Int64") for n, c in zip(NAMES, columns, strict=True)}
    )


def value(frame, **options):
    given_ = {
        "benefits": ["guide", "hotel"],
        "sacrifices": ["price", "time"],
        "scale": (1, 5),
        "weights": WEIGHTS,
        **options,
    }
    return perceived_value(frame, **given_)


def sides(row):
    """Benefits and sacrifices of a respondent, by the words of the definition."""
    found = []
    for names in (NAMES[:2], NAMES[2:]):
        known = [
            (25 * (row[NAMES.index(n)] - 1), WEIGHTS[n])
            for n in names
            if row[NAMES.index(n)] is not None
        ]
        weight = sum(w for _, w in known)
        if weight < 0.5 * sum(WEIGHTS[n] for n in names):
            return None
        found.append(sum(r * w for r, w in known) / weight)
    return found


# -- worked example --------------------------------------------------------------------------------


def test_a_value_by_hand():
    answers = pd.DataFrame({"guide": [5, 4, 5, 3], "hotel": [4, 4, 5, 2], "price": [2, 3, 2, 4]})
    found = perceived_value(
        answers, benefits=["guide", "hotel"], sacrifices=["price"], scale=(1, 5)
    )
    # Benefits 87.5, 75, 100, 37.5 less prices of 25, 50, 25, 75.
    assert found.value == float(found) == (62.5 + 25 + 75 - 37.5) / 4
    assert found.positive_share.value == 0.75
    assert (found.benefit.value, found.sacrifice.value) == (75, 43.75)
    assert found.ratio.value == 75 / 43.75
    assert found.contributions.tolist() == [40.625, 34.375, -43.75]
    assert found.sides == ("benefit", "benefit", "sacrifice")
    assert found.rival_score is found.advantage is found.better_share is None
    assert "rival" not in repr(found)
    assert "2 benefits less that of 1 sacrifice," in found.definition
    json.dumps(found.to_dict(), allow_nan=False)


def test_a_rival_judged_by_the_same_people():
    answers = pd.DataFrame(
        {"a": [5, 4, 3, 5], "p": [3, 3, 3, 3], "ra": [4, 4, 4, None], "rp": [3, 3, 3, 9]}
    )
    found = perceived_value(
        answers,
        benefits={"guide": "a"},
        sacrifices={"price": "p"},
        scale=(1, 5),
        rival={"price": "rp", "guide": "ra"},
        invalid="drop",
    )
    assert found.n == 4
    assert found.rival_score.value == 25
    assert found.advantage.value == 0
    assert found.advantage.n == 3
    assert found.better_share.value == pytest.approx(1 / 3)
    assert found.invalid == 1
    assert "own value above the rival's by 0" in repr(found)


def test_a_rival_whom_nobody_judged():
    answers = pd.DataFrame({"a": [5, 4], "p": [3, 3], "ra": [None, 4], "rp": [3, None]})
    found = perceived_value(
        answers, benefits=["a"], sacrifices=["p"], scale=(1, 5), rival={"a": "ra", "p": "rp"}
    )
    assert found.advantage.n == 0
    assert math.isnan(found.advantage.value)
    assert math.isnan(found.better_share.value)
    assert "rival       nobody judged both offers enough" in repr(found)


# -- reference -------------------------------------------------------------------------------------


@given(TABLES)
def test_scipy_agrees(rows):
    found = value(frame_of(rows))
    known = [each for row in rows if (each := sides(row)) is not None]
    values = [b - c for b, c in known]
    assert found.n == len(values)
    assert found.set_aside == len(rows) - len(values)
    assert found.value == pytest.approx(np.mean(values), abs=1e-9)
    up = sum(v > 1e-6 for v in values)
    limits = stats.binomtest(up, len(values)).proportion_ci(0.95, method="wilson")
    assert found.positive_share.interval.low == pytest.approx(limits.low, abs=1e-9)
    if len(values) < 2 or max(values) - min(values) < 1e-6:
        assert math.isnan(found.interval.low)
        return
    t = stats.ttest_1samp(values, 0).confidence_interval()
    assert found.interval.low == pytest.approx(max(t.low, -100), abs=1e-8)
    assert found.interval.high == pytest.approx(min(t.high, 100), abs=1e-8)


def test_the_ratio_is_one_of_means_and_near_a_bootstrap():
    rng = np.random.default_rng(6)
    frame = pd.DataFrame({"a": rng.integers(2, 6, 300), "p": rng.integers(1, 6, 300)})
    found = perceived_value(frame, benefits=["a"], sacrifices=["p"], scale=(1, 5)).ratio
    b, c = (25 * (frame[name].to_numpy() - 1) for name in ("a", "p"))
    assert found.value == pytest.approx(b.mean() / c.mean())
    at = rng.integers(0, 300, (4_000, 300))
    drawn = np.quantile(b[at].mean(1) / c[at].mean(1), [0.025, 0.975])
    # Quantiles of 4,000 draws, and a linearised interval of a slightly skewed ratio.
    np.testing.assert_allclose([found.interval.low, found.interval.high], drawn, rtol=0.02)


# -- definition ------------------------------------------------------------------------------------


@given(TABLES)
def test_contributions_are_the_value(rows):
    found = value(frame_of(rows))
    assert found.contributions.sum() == pytest.approx(found.value, abs=1e-9)
    assert found.value == pytest.approx(found.benefit.value - found.sacrifice.value, abs=1e-9)
    assert found.weights[:2].sum() == pytest.approx(1)
    assert found.weights[2:].sum() == pytest.approx(1)


def test_a_ratio_near_zero_is_not_told():
    free = perceived_value(
        pd.DataFrame({"a": [5, 4, 3], "p": [1, 1, 1]}), benefits=["a"], sacrifices=["p"],
        scale=(1, 5),
    )  # fmt: skip
    assert math.isnan(free.ratio.value)
    assert "undefined: there are no sacrifices" in repr(free)
    near = perceived_value(
        pd.DataFrame({"a": [5, 4, 3, 4], "p": [1, 1, 1, 2]}), benefits=["a"], sacrifices=["p"],
        scale=(1, 5),
    )  # fmt: skip
    assert near.ratio.value == 12
    assert math.isnan(near.ratio.interval.low)
    assert math.isnan(near.ratio.standard_error)
    assert "sacrifices are too near 0" in repr(near)
    single = perceived_value(
        pd.DataFrame({"a": [5], "p": [3]}), benefits=["a"], sacrifices=["p"], scale=(1, 5)
    )
    assert single.ratio.value == 2
    assert "2, interval undefined: one answer only" in repr(single)
    alike = perceived_value(
        pd.DataFrame({"a": [4, 4], "p": [3, 3]}), benefits=["a"], sacrifices=["p"], scale=(1, 5)
    )
    assert alike.ratio.value == 1.5
    assert math.isnan(alike.ratio.interval.high)
    assert "1.5, interval undefined: all are alike" in repr(alike)


def test_the_interval_covers_the_truth():
    rng, runs, covered = np.random.default_rng(3), 500, 0
    for _ in range(runs):
        mood = rng.integers(0, 2, 40)  # both sides of a person go together
        frame = pd.DataFrame({"a": 2 + mood + rng.integers(0, 3, 40), "p": 1 + mood})
        found = perceived_value(frame, benefits=["a"], sacrifices=["p"], scale=(1, 5))
        covered += 50 in found.interval
    # Standard error one point.
    assert 0.915 < covered / runs < 0.985


# -- properties ------------------------------------------------------------------------------------


@given(TABLES, st.randoms())
def test_order_does_not_matter(rows, random):
    mixed = random.sample(rows, len(rows))
    assert value(frame_of(mixed)).equals(value(frame_of(rows)))


@given(TABLES)
def test_no_better_than_itself(rows):
    found = value(frame_of(rows), rival=dict(zip(NAMES, NAMES, strict=True)))
    assert found.advantage.value == 0
    assert found.better_share.value == 0
    assert found.rival_score.value == found.value


def test_the_frame_is_of_the_callers_kind():
    frame = pl.DataFrame({"a": ["much", "little", None], "p": ["little", "little", "much"]})
    found = perceived_value(
        frame, benefits=["a"], sacrifices=["p"], scale=(0, 1), labels={"much": 1, "little": 0}
    )
    assert found.value == 50
    assert found.set_aside == 1
    assert "; 1 set aside" in repr(found)
    assert isinstance(found.to_frame(), pl.DataFrame)


# -- refusals --------------------------------------------------------------------------------------


def test_nonsense_is_refused():
    frame = frame_of([(5, 4, 3, 2), (5, 4, 2, 2)])
    with pytest.raises(OptionError, match="both a benefit and a sacrifice"):
        value(frame, benefits=["guide", "price"])
    with pytest.raises(OptionError, match="`sacrifices` does not name items"):
        value(frame, sacrifices=[])
    with pytest.raises(OptionError, match="`weights` must name each item once"):
        value(frame, weights={"guide": 1})
    with pytest.raises(OptionError, match="`rival` must have a column for each item"):
        value(frame, rival={"guide": "hotel"})
    with pytest.raises(ColumnError, match="_there"):
        value(frame, rival={name: f"{name}_there" for name in NAMES})
    with pytest.raises(OptionError, match="`rival` does not name items"):
        value(frame, rival=dict.fromkeys(NAMES, "guide"))
    with pytest.raises(OptionError, match="`minimum_coverage`"):
        value(frame, minimum_coverage=0)
    with pytest.raises(DataError, match="Nobody answered enough on both sides"):
        value(frame_of([(5, 5, None, None)]))
    with pytest.raises(DataError, match="not on the scale"):
        value(frame_of([(5, 5, 6, 6)]))
