"""Effort: the direction is stated, and totals are computed from counts."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from retentionkit.errors import DataError, OptionError
from retentionkit.surveys import CES, ces, csat

ANSWERS = st.lists(st.integers(1, 7), min_size=2, max_size=30)


# -- worked example --------------------------------------------------------------------------------


def test_a_published_total_that_its_own_counts_refute():
    # A help page states 2820 / 1000 = 2.82; its counts are 1,010 answers with the sum 3,020. These
    # are counts with those two totals.
    counts = {1: 160, 2: 230, 3: 270, 4: 160, 5: 190}
    assert sum(counts.values()) == 1_010
    assert sum(answer * number for answer, number in counts.items()) == 3_020
    found = CES.from_counts(counts, scale=(1, 5), direction="effort")
    assert found.n == 1_010
    assert found.value == float(found) == pytest.approx(3_020 / 1_010, rel=1e-15)
    assert round(found.value, 2) == 2.99
    assert 2.82 not in found.interval


def test_effort_by_hand():
    found = ces([7, 6, 6, 3, 5, 7, 2, 6], direction="ease")
    assert found.value == 5.25
    assert found.easy_share.value == 0.75
    assert found.easy == 3
    assert found.counts.tolist() == [0, 1, 1, 0, 1, 3, 2]
    assert "7 is easy: high is good" in repr(found)
    assert "share of answers 5 to 7 with a Wilson interval" in found.definition
    row = found.to_frame().iloc[0]
    assert (row["mean"], row["low"], row["high"]) == (5.25, found.interval.low, found.interval.high)
    assert row["easy_share"] == 0.75
    assert row["easy_share_high"] == found.easy_share.interval.high
    frame = found.distribution
    assert frame["counted_as"].tolist() == ["other"] * 4 + ["easy"] * 3
    json.dumps(found.to_dict(), allow_nan=False)


# -- reference -------------------------------------------------------------------------------------


@given(ANSWERS)
def test_the_same_figures_as_satisfaction(answers):
    found, other = ces(answers, direction="ease"), csat(answers, scale=(1, 7), top=3)
    assert found.value == other.mean.value
    assert found.easy_share.value == other.value
    assert found.easy_share.interval == other.interval
    assert found.interval == found.mean.interval
    np.testing.assert_array_equal(found.counts, other.counts)
    tied = {"clusters": [at % 4 for at in range(len(answers))]}
    found, other = (
        ces(answers, direction="ease", **tied),
        csat(answers, scale=(1, 7), top=3, **tied),
    )
    assert (found.mean.value, found.n_clusters) == (other.mean.value, other.n_clusters)
    np.testing.assert_equal(found.interval.low, other.mean.interval.low)
    assert found.easy_share.interval == other.interval
    assert found.definition.endswith("; errors from the spread of " + other.definition[-11:])


# -- definition ------------------------------------------------------------------------------------


@given(ANSWERS)
def test_turned_around_the_share_is_the_same(answers):
    one, two = ces(answers, direction="ease"), ces([8 - x for x in answers], direction="effort")
    assert one.easy_share.value == two.easy_share.value
    assert one.easy_share.interval == two.easy_share.interval
    assert one.value == pytest.approx(8 - two.value, rel=1e-12)
    assert "7 is laborious: low is good" in repr(two)
    assert "share of answers 1 to 3" in two.definition
    assert two.distribution["counted_as"].tolist() == ["easy"] * 3 + ["other"] * 4


@pytest.mark.parametrize(("scale", "easy"), [((1, 5), 2), ((1, 7), 3), ((0, 10), 5), ((1, 2), 1)])
def test_easy_answers_lie_beyond_the_middle(scale, easy):
    assert ces([scale[0], scale[1]], scale=scale, direction="ease").easy == easy


def test_the_interval_of_the_mean_covers_the_truth():
    rng, runs, steps = np.random.default_rng(8), 2_000, np.arange(1, 8)
    shares = stats.binom.pmf(np.arange(7), 6, 0.7)
    covered = sum(
        shares @ steps in ces(rng.choice(steps, 25, p=shares), direction="ease").interval
        for _ in range(runs)
    )
    # Standard error half a point.
    assert 0.935 < covered / runs < 0.965


# -- properties ------------------------------------------------------------------------------------


@given(ANSWERS)
def test_counts_are_the_same_as_answers(answers):
    counts = {x: answers.count(x) for x in set(answers)}
    found = CES.from_counts(counts, direction="effort", easy=2)
    assert found.equals(ces(answers, direction="effort", easy=2))


def test_weights_missing_answers_and_labels():
    found = ces(
        ["hard", None, "easy", "?"],
        labels={"hard": 1, "easy": 5},
        scale=(1, 5),
        direction="ease",
        weights=[1, 5, 3, 5],
        missing="drop",
        invalid="drop",
    )
    assert (found.n, found.unanswered, found.invalid) == (2, 1, 1)
    assert found.value == 4.0
    assert found.definition.startswith("Weighted mean answer of 1 to 5 (5 is easy)")
    assert "of the effective number" in found.definition


# -- refusals --------------------------------------------------------------------------------------


def test_nonsense_is_refused():
    with pytest.raises(TypeError, match="direction"):
        ces([1, 2])
    with pytest.raises(OptionError, match="`direction` is not one of its choices"):
        ces([1, 2], direction="up")
    with pytest.raises(OptionError, match="`easy` must be"):
        ces([1, 2], direction="ease", easy=7)
    with pytest.raises(DataError, match="not on the scale"):
        ces([0, 2], direction="ease")
    with pytest.raises(DataError, match="There is no answer"):
        CES.from_counts({}, direction="ease")
    with pytest.raises(OptionError, match="does not say how often"):
        CES.from_counts({8: 1}, direction="ease")
