"""Net scores that are not NPS: the same inference, another name, and no hidden mapping."""

import json
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retentionkit.errors import DataError, OptionError, RetentionKitWarning
from retentionkit.surveys import NetScore, net_score, nps

ANSWERS = st.lists(st.integers(1, 5), min_size=2, max_size=30)
SIDES = {"favourable": [5], "unfavourable": [1, 2, 3], "scale": (1, 5)}


# -- worked example --------------------------------------------------------------------------------


def test_a_score_of_five_answers_by_hand():
    found = net_score([5, 5, 4, 3, 5, 2, 4, 5, 1, 4], **SIDES)
    assert found.score == float(found) == pytest.approx(10.0, rel=1e-15)
    assert (found.favourable, found.neutral, found.unfavourable) == (4, 3, 3)
    assert found.n == 10
    assert found.standard_error == pytest.approx(100 * math.sqrt((0.7 - 0.01) / 10), rel=1e-12)
    assert found.neutral_answers == (4,)
    assert repr(found).startswith("Net score (not NPS)\n")
    assert "not NPS, which is asked from 0 to 10" in found.definition
    assert "Share of answer 5 less share of answers 1 to 3 of 1 to 5" in found.definition
    assert len(found.to_frame()) == 1
    json.dumps(found.to_dict(), allow_nan=False)


def test_the_score_moves_with_the_mapping():
    answers = [5, 4, 4, 4, 3, 3, 2, 5]
    strict = net_score(answers, **SIDES)
    kind = net_score(answers, favourable=[4, 5], unfavourable=[1, 2], scale=(1, 5))
    assert strict.score == pytest.approx(100 * (2 - 3) / 8)
    assert kind.score == pytest.approx(100 * (5 - 1) / 8)


# -- reference -------------------------------------------------------------------------------------

OPTIONS = [
    {},
    {"method": "wald"},
    {"method": "score"},
    {"method": "bayesian"},
    {"method": "bootstrap", "draws": 200},
    {"population": 500},
    {"weights": True},
    {"weights": True, "clusters": True, "confidence": 0.9},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_inference_is_that_of_nps(options):
    rng = np.random.default_rng(2)
    answers = rng.choice([0, 3, 7, 8, 9, 10], 60)
    given_ = dict(options)
    if "weights" in options:
        given_["weights"] = rng.uniform(0.5, 2, 60)
    if "clusters" in options:
        given_["clusters"] = rng.integers(0, 12, 60)
    mine = net_score(answers, favourable=[9, 10], unfavourable=range(7), scale=(0, 10), **given_)
    other = nps(answers, **given_)
    assert mine.score == other.score
    assert mine.interval == other.interval
    assert mine.standard_error == other.standard_error
    assert mine.effective_n == other.effective_n
    assert mine.design_effect == other.design_effect
    assert mine.definition.startswith("Share of answers 9 and 10 less share of answers 0 to 6")
    for option, text in {
        "weights": "each with its weight",
        "clusters": "its error from the spread of 12 clusters",
        "population": "from a population of 500",
    }.items():
        assert (text in mine.definition) == (option in options)
        assert option not in options or "design" in repr(mine)


# -- definition ------------------------------------------------------------------------------------


@given(ANSWERS)
def test_each_answer_counts_once(answers):
    found = net_score(answers, **SIDES)
    assert found.favourable == answers.count(5)
    assert found.neutral == answers.count(4)
    assert found.n == len(answers)
    expected = 100 * (answers.count(5) - sum(x < 4 for x in answers)) / len(answers)
    assert math.isclose(found.score, expected, abs_tol=1e-12)


# -- properties ------------------------------------------------------------------------------------


@given(ANSWERS)
def test_turned_around_the_sign_is(answers):
    there = net_score(answers, **SIDES)
    back = net_score(answers, favourable=[1, 2, 3], unfavourable=[5], scale=(1, 5))
    assert math.isclose(there.score, -back.score, abs_tol=1e-12)
    assert math.isclose(there.interval.low, -back.interval.high, abs_tol=1e-9)
    assert -100 <= there.interval.low <= there.interval.high <= 100


def test_labels_missing_and_invalid_answers():
    found = net_score(
        ["good", "poor", None, "good", "?"],
        favourable=[3],
        unfavourable=[1, 2],
        scale=(1, 3),
        labels={"good": 3, "fair": 2, "poor": 1},
        missing="drop",
        invalid="drop",
    )
    assert (found.favourable, found.neutral, found.unfavourable) == (2, 0, 1)
    assert "; 1 unanswered; 1 invalid" in repr(found)
    assert "none neutral" in found.definition


def test_what_cannot_be_told():
    found = net_score([5, 1, 4], clusters=["a", "a", "a"], **SIDES)
    assert math.isnan(found.interval.low)
    assert "interval undefined: all answers are of one cluster" in repr(found)
    alike = net_score([5] * 8, **SIDES)
    assert alike.clipped
    assert "(cut off at the end of the scale)" in repr(alike)
    with pytest.warns(RetentionKitWarning, match="All 8 answers are alike"):
        net_score([5] * 8, method="wald", **SIDES)


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", [[], [6], [4.5], "5", 5, [True], None], ids=str)
def test_sides_are_answers_of_the_scale(side):
    with pytest.raises(OptionError, match="`favourable` must be answers of the scale"):
        net_score([5, 1], favourable=side, unfavourable=[1], scale=(1, 5))
    with pytest.raises(OptionError, match="`unfavourable` must be answers of the scale"):
        net_score([5, 1], favourable=[5], unfavourable=side, scale=(1, 5))


def test_nonsense_is_refused():
    with pytest.raises(OptionError, match="both favourable and unfavourable") as caught:
        net_score([5, 1], favourable=[3, 4, 5], unfavourable=[1, 2, 3], scale=(1, 5))
    assert "3 on both sides" in str(caught.value)
    with pytest.raises(OptionError, match="does not hold with weights"):
        net_score([5, 1], weights=[1, 2], method="score", **SIDES)
    with pytest.raises(DataError, match="There is no answer"):
        net_score([None], missing="drop", **SIDES)
    with pytest.raises(DataError, match="not on the scale"):
        net_score([0, 5], **SIDES)


def test_counts_are_the_answers_counted():
    given_ = {5: 4, 4: 3, 2: 1, 1: 2, 3: 0}
    answers = [answer for answer, times in given_.items() for _ in range(times)]
    asked = {"favourable": [5], "unfavourable": [1, 2], "scale": (1, 5), "population": 40}
    found = NetScore.from_counts(given_, unanswered=3, **asked)
    assert found.equals(net_score([*answers, None, None, None], missing="drop", **asked))
    assert float(found) == found.value == found.score == pytest.approx(10)
    with pytest.raises(OptionError, match="10 answers, 3 without a valid answer"):
        NetScore.from_counts(given_, unanswered=3, **{**asked, "population": 12})
    with pytest.raises(OptionError, match="mapping of answers"):
        NetScore.from_counts({6: 1}, **asked)
    with pytest.raises(OptionError, match="both favourable and unfavourable"):
        NetScore.from_counts(given_, **{**asked, "favourable": [1]})
    with pytest.warns(RetentionKitWarning, match="is this a scale from 1 to 7"):
        NetScore.from_counts({1: 20, 5: 20}, favourable=[7], unfavourable=[1], scale=(1, 7))


def test_a_row_is_of_the_kind_that_came():
    found = net_score(pl.Series([5, 1, 3]), favourable=[5], unfavourable=[1], scale=(1, 5))
    frame = found.to_frame()
    assert isinstance(frame, pl.DataFrame)
    assert frame["method"].to_list() == ["adjusted-wald"]
    assert frame["clipped"].to_list() == [False]
