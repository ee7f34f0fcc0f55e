"""Who would recommend: yes and no, or stated answers of a longer scale."""

import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from retentionkit.errors import DataError, OptionError
from retentionkit.surveys import RecommendRate, csat, recommend_rate

# -- worked example --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("yes", "claim", "verdict", "text"),
    [
        (46, 0.92, "consistent", "92 %: consistent (within the interval)"),
        (30, 0.92, "less", "92 %: fewer recommend"),
        (46, 0.5, "more", "50 %: more recommend"),
    ],
)
def test_92_per_cent_recommend_after_one_excellent_service(yes, claim, verdict, text):
    found = recommend_rate([True] * yes + [False] * (50 - yes), claim=claim)
    assert found.value == float(found) == yes / 50
    assert found.verdict == verdict
    assert text in repr(found)
    assert found.n == 50
    assert found.counts.tolist() == [50 - yes, yes]
    assert found.definition == "Share of yes (1) with a Wilson interval."
    json.dumps(found.to_dict(), allow_nan=False)


def test_all_in_one_row():
    frame = recommend_rate(pl.Series([True, True, False]), claim=0.92).to_frame()
    assert isinstance(frame, pl.DataFrame)
    row = frame.row(0, named=True)
    assert (row["share"], row["claim"], row["verdict"], row["n"]) == (2 / 3, 0.92, "consistent", 3)
    assert "claim" not in recommend_rate([1, 0]).to_frame()


# -- reference -------------------------------------------------------------------------------------


@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_scipy_agrees(answers):
    found = recommend_rate(answers)
    limits = stats.binomtest(sum(answers), len(answers)).proportion_ci(0.95, method="wilson")
    mine = (found.interval.low, found.interval.high)
    np.testing.assert_allclose(mine, (limits.low, limits.high), atol=1e-12)
    assert found.verdict is None
    assert "claim" not in repr(found)


# -- definition ------------------------------------------------------------------------------------


def test_stated_answers_of_a_longer_scale():
    found = recommend_rate([10, 9, 8, 0], scale=(0, 10), recommend=[10, 9])
    assert found.value == 0.5
    assert found.recommend == (9, 10)
    assert "answers 9 and 10 of 0 to 10" in found.definition
    assert found.distribution["counted_as"].tolist() == ["other"] * 9 + ["recommends"] * 2
    assert "recommends" in repr(found)


def test_all_ways_to_say_yes_are_one():
    wanted = recommend_rate([1, 0, 1])
    assert recommend_rate(pl.Series([True, False, True])).equals(wanted)
    assert recommend_rate(["y", "n", "y"], labels={"y": 1, "n": 0}).equals(wanted)
    assert recommend_rate([1, 0, 1], recommend=[1]).equals(wanted)


@given(st.integers(0, 30), st.integers(0, 30), st.sampled_from([None, 0.92]))
def test_counts_are_the_same_as_answers(yes, no, claim):
    if yes + no == 0:
        return
    answers = [True] * yes + [False] * no
    for counts in ({1: yes, 0: no}, {True: yes, False: no}):
        found = RecommendRate.from_counts(counts, claim=claim)
        assert found.equals(recommend_rate(answers, claim=claim))


def test_counts_on_a_longer_scale():
    found = RecommendRate.from_counts(
        {10: 5, 9: 3, 2: 2}, scale=(0, 10), recommend=[9, 10], unanswered=4
    )
    assert (found.value, found.n, found.unanswered) == (0.8, 10, 4)


# -- properties ------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 3)), min_size=1, max_size=20))
def test_weights_enter_as_in_satisfaction(rows):
    answers, weights = [x for x, _ in rows], [w for _, w in rows]
    mine = recommend_rate(answers, scale=(1, 5), recommend=[4, 5], weights=weights)
    other = csat(answers, weights=weights)
    tied = {"weights": weights, "clusters": [at % 3 for at in range(len(rows))]}
    one, two = (
        recommend_rate(answers, scale=(1, 5), recommend=[4, 5], **tied),
        csat(answers, **tied),
    )
    np.testing.assert_equal(one.share.standard_error, two.share.standard_error)
    np.testing.assert_equal(one.interval.low, two.interval.low)
    assert "errors from the spread of" in one.definition
    assert mine.share.value == other.share.value
    assert mine.interval == other.interval
    assert mine.definition.startswith("Weighted share of answers 4 and 5")


def test_one_cluster_tells_nothing_of_a_claim():
    found = recommend_rate([1, 0, 1], clusters=["a"] * 3, claim=0.92)
    assert found.verdict is None
    assert "66.7 %, interval undefined: all answers are of one cluster" in repr(found)


def test_others_are_counted():
    found = recommend_rate([1, None, 0, 5], missing="drop", invalid="drop")
    assert (found.n, found.unanswered, found.invalid) == (2, 1, 1)
    assert "; 1 unanswered; 1 invalid" in repr(found)


# -- refusals --------------------------------------------------------------------------------------


def test_nonsense_is_refused():
    with pytest.raises(OptionError, match="which answers count as recommending"):
        recommend_rate([9, 10], scale=(0, 10))
    with pytest.raises(OptionError, match="which answers count as recommending"):
        recommend_rate([0, 1], recommend=[0])
    with pytest.raises(OptionError, match="`recommend` must be answers of the scale"):
        recommend_rate([9, 10], scale=(0, 10), recommend=[11])
    with pytest.raises(OptionError, match="`claim`") as caught:
        recommend_rate([0, 1], claim=92)
    assert "Write 92 % as claim=0.92" in str(caught.value)
    with pytest.raises(OptionError, match="which answers count as recommending"):
        RecommendRate.from_counts({9: 1}, scale=(0, 10))
    with pytest.raises(OptionError, match="does not say how often"):
        RecommendRate.from_counts({"yes": 3})
    with pytest.raises(OptionError, match="`confidence`"):
        recommend_rate([0, 1], confidence=95)
    with pytest.raises(DataError, match="are text"):
        recommend_rate(["yes", "no"])
    with pytest.raises(DataError, match="not on the scale"):
        recommend_rate([0, 2])
