"""Answers on a stated scale: who is read, who is counted apart, and who is refused and how."""

import datetime as dt
import decimal
import itertools
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retentionkit.errors import DataError, OptionError, RetentionKitWarning
from retentionkit.surveys._nps.answers import read_answers
from retentionkit.surveys._scales.scale_answers import Scale, check_scale, read_scale_answers

WORDS = {"very good": 5, "good": 4, "fair": 3, "poor": 2, "very poor": 1}


def read(answers, low=1, high=5, **options):
    return read_scale_answers(answers, scale=Scale(low, high), **options)


def steps(found):
    return found.values.tolist()  # noqa: PD011 - no frame


# -- worked example --------------------------------------------------------------------------------


def test_answers_are_read_and_others_counted():
    found = read([5, None, 3, 6, 2.5, 1], missing="drop", invalid="drop")
    assert steps(found) == [5, 3, 1]
    assert found.given.tolist() == [True, False, True, False, False, True]
    assert (found.unanswered, found.invalid) == (1, 2)


def test_texts_stand_for_the_steps_that_are_stated():
    found = read(["good", None, "very poor", "good", "?"], labels=WORDS, missing="drop",
                 invalid="drop")  # fmt: skip
    assert steps(found) == [4, 1, 4]
    assert found.given.tolist() == [True, False, True, True, False]
    assert (found.unanswered, found.invalid) == (1, 1)


def test_numbers_beside_texts_stand_for_themselves():
    found = read(["5 - very", 4, None, 4.0, "1"], labels={"5 - very": 5, "1": 1}, missing="drop")
    assert steps(found) == [5, 4, 4, 1]
    with pytest.raises(DataError, match="such as 7, at position 1"):
        read(["good", 7], labels=WORDS)
    with pytest.raises(DataError, match="such as 'fine', at position 1"):
        read([5, "fine"], labels=WORDS)
    # Where numbers have labels, those without one stand for nothing.
    with pytest.raises(DataError, match="such as 2, at position 2"):
        read([1, "good", 2], labels={1: 5, "good": 4})


# -- reference -------------------------------------------------------------------------------------

COLUMNS = {
    "list": [5, None, 2],
    "float": np.array([5.0, np.nan, 2.0]),
    "object": np.array([5, None, 2], dtype=object),
    "nullable": pd.Series([5, None, 2], dtype="Int8", index=[7, 7, 9]),
    "arrow in pandas": pd.Series([5, None, 2], dtype="int64[pyarrow]"),
    "decimal": [decimal.Decimal(5), None, decimal.Decimal(2)],
    "polars": pl.Series("q", [5, None, 2]),
    "pyarrow": pa.chunked_array([[5, None], [2]]),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_every_kind_of_column_is_read_alike(name):
    found = read(COLUMNS[name], missing="drop")
    assert steps(found) == [5, 2]
    assert found.unanswered == 1


TEXTS = {
    "list": ["good", None, "poor"],
    "categorical": pd.Series(["good", None, "poor"], dtype="category"),
    "string": pd.Series(["good", None, "poor"], dtype="string"),
    "polars": pl.Series(["good", None, "poor"]),
    "polars enum": pl.Series(["good", None, "poor"], dtype=pl.Enum(list(WORDS))),
    "pyarrow": pa.array(["good", None, "poor"]).dictionary_encode(),
}


@pytest.mark.parametrize("name", TEXTS)
def test_every_kind_of_text_is_read_alike(name):
    found = read(TEXTS[name], labels=WORDS, missing="drop")
    assert steps(found) == [4, 2]
    with pytest.raises(DataError, match="nothing says which step") as caught:
        read(TEXTS[name], missing="drop")
    assert "Pass labels={'good': ..., ...}" in str(caught.value)


def test_yes_and_no_are_a_scale():
    for answers in ([True, False, None], pl.Series([True, False, None])):
        found = read(answers, 0, 1, missing="drop")
        assert steps(found) == [1, 0]
        assert found.unanswered == 1
    with pytest.raises(DataError, match="does not hold numbers"):
        read([True, False], 1, 5)


# -- definition ------------------------------------------------------------------------------------


def test_nps_is_the_case_from_0_to_10():
    answers = [10, 9, 0, 8, 7, 3, None, 11, 6.5]
    found = read_answers(answers, missing="drop", invalid="drop")
    mine = read(answers, 0, 10, missing="drop", invalid="drop")
    assert steps(found) == steps(mine)
    assert found.given.tolist() == mine.given.tolist()
    assert (found.unanswered, found.invalid) == (mine.unanswered, mine.invalid) == (1, 2)
    assert found.points.tolist() == [1, 1, -1, 0, 0, -1]
    with pytest.warns(RetentionKitWarning, match="none is 10"):
        read_answers([9, 8] * 20, missing="error", invalid="error")
    with pytest.warns(RetentionKitWarning, match="10 are 1 and none is 0"):
        read_answers([1] * 10 + [10] * 10, missing="error", invalid="error")


def test_a_shorter_scale_is_suspected():
    with pytest.warns(
        RetentionKitWarning, match="lie between 1 and 5: is this a scale from 1 to 7"
    ):
        read([1, 2, 3, 4, 5] * 6, 1, 7)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read([1, 2, 3, 4, 5] * 5, 1, 7)  # too few to say
        read([1, 6] * 20, 1, 7)  # someone came near the top
        read([4] * 40, 1, 7)  # all alike
        read([1, 2] * 20, 1, 5)  # a short scale has no steps to leave out


# -- properties ------------------------------------------------------------------------------------


@given(st.lists(st.one_of(st.none(), st.integers(-3, 9), st.just(2.5), st.just(float("inf")))))
def test_nothing_is_lost(answers):
    if not answers:
        return
    found = read(answers, missing="drop", invalid="drop")
    assert len(found.values) + found.unanswered + found.invalid == len(answers)
    assert steps(found) == [x for x in answers if x in {1, 2, 3, 4, 5}]
    assert found.unanswered == answers.count(None)


@given(st.integers(-5, 5), st.integers(1, 9))
def test_the_ends_are_0_and_100_per_cent(low, length):
    scale = check_scale((low, low + length))
    assert scale.ends == (low, low + length)
    assert scale.per_cent(np.array([low, low + length])).tolist() == [0, 100]
    assert len(scale.steps) == length + 1
    gaps = [b - a for a, b in itertools.pairwise(scale.per_cent(scale.steps).tolist())]
    assert max(gaps) - min(gaps) < 1e-9


# -- refusals --------------------------------------------------------------------------------------


def test_answers_off_the_scale_are_refused_with_their_positions():
    with pytest.raises(DataError, match="not on the scale") as caught:
        read([5, 0, 3, 5.5, np.inf])
    assert "3 answers such as 0, 5.5, inf, at positions 1, 3, 4" in str(caught.value)
    with pytest.raises(DataError, match="were not answered") as caught:
        read([None] * 7 + [3])
    assert "7 of 8 answers are missing, at positions 0, 1, 2, 3, 4, ..." in str(caught.value)
    with pytest.raises(DataError, match="not on the scale") as caught:
        read(["good", "fine", "good"], labels=WORDS)
    assert "1 answer such as 'fine', at position 1" in str(caught.value)
    assert "'very good', 'good'" in str(caught.value)


@pytest.mark.parametrize("answers", [["5", "4"], ["a", "b", "c", "d", "e", "f"]])
def test_texts_without_labels_are_refused(answers):
    with pytest.raises(DataError, match="are text"):
        read(answers)


@pytest.mark.parametrize("answers", [[dt.date(2026, 1, 1)], [1 + 2j], [True, 1]])
def test_what_is_no_answer_is_refused(answers):
    with pytest.raises(DataError, match="does not hold numbers"):
        read(answers)
    with pytest.raises(DataError, match="not labels of one kind"):
        read([*answers, "x"], labels={"x": 1})
    with pytest.raises(DataError, match=r"not labels of one kind|does not say yes or no"):
        read(answers, 0, 1)


@pytest.mark.parametrize(
    "scale",
    [5, (1,), (1, 2, 3), (5, 1), (1, 1), (1, 5.5), (True, 5), "15", None, (0, 5_000)],
    ids=str,
)
def test_a_scale_has_two_ends(scale):
    with pytest.raises(OptionError, match="`scale` is not a scale"):
        check_scale(scale)


@pytest.mark.parametrize("labels", [{}, {"good": 6}, {"good": None}, {"good": True}, ["good"]])
def test_labels_stand_for_steps_of_the_scale(labels):
    with pytest.raises(OptionError, match="does not say which step"):
        read(["good"], labels=labels)


def test_treatments_are_checked():
    with pytest.raises(OptionError, match="`missing`"):
        read([1], missing="ignore")
    with pytest.raises(OptionError, match="`invalid`"):
        read([1], invalid="ignore")


def test_truth_values_and_numbers_are_not_taken_for_each_other():
    with pytest.raises(DataError, match="not labels of one kind"):
        read([True, 1], labels={"good": 4})
