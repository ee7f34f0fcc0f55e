"""Stages of satisfaction: loyal only where more than the answer says so."""

import json
import math

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import retentionkit as rk
from retentionkit.errors import DataError, OptionError, RetentionKitWarning

stage = rk.surveys.satisfaction_stage
NAMES = ("dissatisfied", "neutral", "satisfied", "loyal")


def by_hand(answer, bought, held, rule):
    """The stage of one respondent, by the words of the definition."""
    first, last, cut, need = rule
    if answer <= first:
        return "dissatisfied"
    if answer < last:
        return "neutral"
    known = [] if bought == "none" else [bought]
    known += [] if held == "none" else [None if held is None else held >= cut]
    if need == "either":
        return "loyal" if True in known else "satisfied"
    return "loyal" if known and all(item is True for item in known) else "satisfied"


# -- worked example --------------------------------------------------------------------------------


def test_eight_travellers():
    found = stage(
        [1, 2, 3, 4, 4, 5, 5, None],
        repurchased=[True, False, True, True, False, None, True, True],
        ids=list("abcdefgh"),
        as_of="2025-03-31",
        missing="drop",
    )
    assert found.counts.tolist() == [2, 1, 2, 2]
    assert found.n == 7
    assert (found.unanswered, found.invalid, found.loyalty_unknown) == (1, 0, 1)
    # One who was dissatisfied bought again, and is not loyal for it.
    assert found.labels().tolist() == [
        "dissatisfied", "dissatisfied", "neutral", "loyal", "satisfied", "satisfied", "loyal",
        "unanswered",
    ]  # fmt: skip
    assert found.ids_of("loyal").tolist() == ["d", "g"]
    assert found.ids_of("satisfied", "unanswered").tolist() == ["e", "f", "h"]
    assert found.where("dissatisfied").tolist() == [True, True] + [False] * 6
    assert found.loyal_of_satisfied().n == 3
    assert found.loyal_of_satisfied().value == 2 / 3
    assert found.share("loyal").value == 2 / 7
    assert found.labels(language="zh").tolist()[:4] == ["不满意", "不满意", "一般", "忠诚"]
    text = " ".join(repr(found).split())
    assert "7 as of 2025-03-31; 1 unanswered" in text
    assert "unknown of 1 satisfied respondent, so that 28.6 to 42.9 % of all are loyal" in text
    assert "personal preference, value and need" in text
    members = found.members()
    assert members["evidence_of_loyalty"].tolist() == [
        "yes", "no", "yes", "yes", "no", "unknown", "yes", "yes",
    ]  # fmt: skip
    json.dumps(found.to_dict(), allow_nan=False)


def test_without_evidence_nobody_is_loyal_and_it_cannot_be_told():
    found = stage([1, 3, 5, 5])
    assert found.counts.tolist() == [1, 1, 2, 0]
    assert math.isnan(found.share("loyal").value)
    assert math.isnan(found.shares[3])
    assert not found.loyalty_told
    assert found.ids_of("satisfied").tolist() == [2, 3]
    assert "loyal        cannot be told: neither repurchase nor attitude was given" in repr(found)
    assert found.to_frame()["share"].isna().tolist() == [False, False, False, True]


def test_unknown_of_nobody_is_said_without_bounds():
    text = repr(stage([5, 5, 1], repurchased=[True, False, None]))
    assert "of the 2 satisfied of whom it is known\n" in text


def test_evidence_that_tells_nothing_is_none():
    found = stage([5, 4, 1], repurchased=[None, None, True])
    assert math.isnan(found.share("loyal").value)
    assert math.isnan(found.loyal_of_satisfied().value)
    assert "cannot be told: unknown of all 2 satisfied respondents" in repr(found)
    # Of nobody it had to be told: none of the three is satisfied.
    assert stage([1, 2, 3], repurchased=[None, None, None]).share("loyal").value == 0


# -- reference -------------------------------------------------------------------------------------


def test_intervals_are_those_of_scipy():
    found = stage([1] * 7 + [3] * 5 + [5] * 18, repurchased=[True] * 20 + [False] * 10)
    for at, count in enumerate(found.counts.tolist()):
        expected = stats.binomtest(count, 30).proportion_ci(0.95, method="wilson")
        assert (found.low[at], found.high[at]) == pytest.approx(
            (expected.low, expected.high), abs=1e-12
        )


def test_goodmans_limits_solve_their_equation():
    bought = [True] * 20 + [False] * 10
    found = stage([1] * 7 + [3] * 5 + [5] * 18, repurchased=bought, method="goodman")
    chi = stats.chi2.ppf(1 - 0.05 / 4, 1)
    for limits in (found.low, found.high):
        np.testing.assert_allclose(
            30 * (found.shares - limits) ** 2, chi * limits * (1 - limits), rtol=1e-9
        )
    # Without the loyal there are three stages.
    three = stage([1] * 7 + [3] * 5 + [5] * 18, method="goodman")
    low = three.low[:3]
    np.testing.assert_allclose(
        30 * (three.shares[:3] - low) ** 2, stats.chi2.ppf(1 - 0.05 / 3, 1) * low * (1 - low)
    )
    assert "hold for all stages at once" in repr(three)


# -- definition ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scale", "cuts"),
    [((1, 3), (1, 3)), ((1, 4), (1, 4)), ((1, 5), (2, 4)), ((1, 7), (2, 6)), ((0, 10), (2, 8)),
     ((1, 10), (3, 8)), ((-2, 2), (-1, 1))],
)  # fmt: skip
def test_default_cuts_of_each_scale(scale, cuts):
    rule = stage([scale[0]], scale=scale).rule
    assert (rule.dissatisfied, rule.satisfied) == cuts
    # The quarters of the scale that they are said to be.
    width = scale[1] - scale[0]
    for answer in range(scale[0], scale[1] + 1):
        assert (answer <= cuts[0]) == ((answer - scale[0]) / width <= 0.25)
        assert (answer >= cuts[1]) == ((answer - scale[0]) / width >= 0.75)


known = st.sampled_from([True, False, None])


@given(
    st.lists(
        st.tuples(st.integers(0, 10), known, st.sampled_from([None, 3, 8.5, 9, 10])), min_size=1
    ),
    st.sampled_from(["either", "both"]),
    st.tuples(st.integers(0, 9), st.integers(1, 10)).filter(lambda cuts: cuts[0] < cuts[1]),
)
def test_stages_are_those_by_hand(rows, need, cuts):
    answers, bought, held = (list(column) for column in zip(*rows, strict=True))
    options = {"scale": (0, 10), "dissatisfied": cuts[0], "satisfied": cuts[1]}
    both = stage(
        answers, repurchased=bought, attitude=held, attitude_from=9, evidence=need, **options
    )
    rule = (*cuts, 9, need)
    assert both.labels().tolist() == [by_hand(*row, rule) for row in rows]
    one = stage(answers, attitude=held, attitude_from=9, **options)
    assert one.labels().tolist() == [
        by_hand(a, "none", c, (*cuts, 9, "either")) for a, _, c in rows
    ]
    assert both.counts.sum() == both.n == len(rows)
    # What is unknown could make the share higher, never lower.
    assert both.loyalty_unknown <= both.counts[2]
    again = stage(
        answers[::-1], repurchased=bought[::-1], attitude=held[::-1], attitude_from=9,
        evidence=need, **options,
    )  # fmt: skip
    assert again.counts.tolist() == both.counts.tolist()
    assert again.loyalty_unknown == both.loyalty_unknown


def test_both_kinds_of_evidence_are_said():
    found = stage(
        [5, 5], repurchased=[True, True], attitude=[9, 3], attitude_from=9, evidence="both"
    )
    assert found.rule.told_loyal() == "satisfied, and bought again and attitude of 9 or more"
    assert found.counts.tolist() == [0, 0, 1, 1]


def test_without_a_neutral_answer():
    found = stage([1, 2, 3, 4], scale=(1, 4), dissatisfied=2, satisfied=3)
    assert found.rule.told() == "dissatisfied 1 to 2, satisfied 3 to 4"
    assert found.counts.tolist() == [2, 0, 2, 0]


# -- properties ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "bought", "kind"),
    [
        (pd.Series([5, 1, None]), pd.Series([True, False, None], dtype="boolean"), "pandas"),
        (pl.Series([5, 1, None]), pl.Series([True, False, None]), "polars"),
        (pa.array([5, 1, None]), pa.array([1, 0, None]), "pyarrow"),
        (np.array([5, 1, np.nan]), np.array([1.0, 0.0, np.nan]), None),
        (pd.Series([5, 1, None], dtype="Int64"), [True, False, None], "pandas"),
    ],
)
def test_columns_of_any_kind(answers, bought, kind):
    found = stage(answers, repurchased=bought, missing="drop")
    assert found.kind == kind
    assert found.labels().tolist() == ["loyal", "dissatisfied", "unanswered"]
    module = type(found.to_frame()).__module__
    assert module.startswith(kind or "pandas")
    assert type(found.members()).__module__ == module


def test_answers_off_the_scale_are_told_from_missing_ones():
    found = stage([5, 9, None, 2.5], missing="drop", invalid="drop")
    assert (found.n, found.unanswered, found.invalid) == (1, 1, 2)
    assert found.labels().tolist() == ["satisfied", "invalid", "unanswered", "invalid"]
    assert found.ids_of("invalid").tolist() == [1, 3]
    assert "1; 1 unanswered; 2 off the scale" in repr(found)


def test_texts_with_labels():
    said = {"bad": 1, "so so": 3, "good": 5}
    found = stage(["good", "bad", None, "?"], labels=said, missing="drop", invalid="drop")
    assert found.labels().tolist() == ["satisfied", "dissatisfied", "unanswered", "invalid"]


def test_results_cannot_be_changed():
    found = stage([5, 1])
    for array in (found.position, found.counts, found.shares, found.customer):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    assert found.names == NAMES
    assert found.equals(stage([5, 1]))
    assert not found.equals(stage([5, 2], scale=(1, 7)))


def test_attitudes_far_from_the_others_are_pointed_out():
    options = {"attitude_from": 9, "scale": (1, 5)}
    with pytest.warns(RetentionKitWarning, match=r"1 answer of 'attitude' \(99\)"):
        stage([5] * 4, attitude=[7, 9, 10, 99], **options)
    found = stage([5] * 3, attitude=[7, 9, None], attitude_scale=(0, 10), **options)
    assert found.counts.tolist() == [0, 0, 2, 1]
    assert found.equals(stage([5] * 3, attitude=[7, 9, None], **options))


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "match"),
    [
        ([1, None], "Some questions were not answered"),
        ([1, 6], "Some answers are not on the scale"),
        ([1, math.inf], "Some answers are not on the scale"),
        (["good"], "are text"),
        ([], "There is no answer"),
        (5, "not one column"),
    ],
)
def test_answers_that_are_none(answers, match):
    with pytest.raises(DataError, match=match):
        stage(answers)


def test_no_answer_at_all():
    with pytest.raises(DataError, match="1 unanswered, 1 invalid"):
        stage([None, 6], missing="drop", invalid="drop")


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"scale": (0, 1)}, OptionError, "nothing between dissatisfied and satisfied"),
        ({"scale": (5, 1)}, OptionError, "`scale` is not a scale"),
        ({"dissatisfied": 4}, OptionError, "cannot be both dissatisfied and satisfied"),
        ({"dissatisfied": 0}, OptionError, "`dissatisfied` must be"),
        ({"satisfied": 6}, OptionError, "`satisfied` must be"),
        ({"attitude": [9, 9]}, OptionError, "belong together"),
        ({"attitude_from": 9}, OptionError, "belong together"),
        ({"attitude_scale": (0, 10)}, OptionError, "none of the answers of `attitude_scale`"),
        (
            {"attitude": [9, 9], "attitude_from": 90, "attitude_scale": (0, 10)},
            OptionError,
            "attitude_from=90",
        ),
        (
            {"attitude": [99, 9], "attitude_from": 9, "attitude_scale": (0, 10)},
            DataError,
            "1 answer of 'attitude' such as 99",
        ),
        (
            {"attitude": [9, 9], "attitude_from": 9, "attitude_scale": 10},
            OptionError,
            "`attitude_scale` is the lowest and the highest answer",
        ),
        ({"attitude": [9, math.inf], "attitude_from": 9}, DataError, "values without end"),
        ({"attitude": [9], "attitude_from": 9}, DataError, "one value for each answer"),
        ({"evidence": "both", "repurchased": [1, 0]}, OptionError, "no two kinds of evidence"),
        ({"evidence": "all"}, OptionError, "`evidence` is not one of its choices"),
        ({"repurchased": [True]}, DataError, "`repurchased` must have one value"),
        ({"repurchased": ["yes", "no"]}, DataError, "does not say yes or no"),
        ({"repurchased": [2, 0]}, DataError, "does not say yes or no"),
        ({"ids": ["a", "a"]}, DataError, "Some ids occur more than once"),
        ({"ids": ["a", None]}, DataError, "has missing ids"),
        ({"ids": ["a"]}, DataError, "`ids` must have one value"),
        ({"method": "exact"}, OptionError, "`method` is not one of its choices"),
        ({"confidence": 95}, OptionError, "`confidence`"),
        ({"as_of": "soon"}, OptionError, "as_of"),
        ({"missing": "keep"}, OptionError, "`missing` is not one of its choices"),
    ],
)
def test_options_that_are_none(options, error, match):
    with pytest.raises(error, match=match):
        stage([1, 5], **options)


def test_stages_that_there_are_not():
    found = stage([1, 5])
    with pytest.raises(OptionError, match="No stage is named"):
        found.where()
    with pytest.raises(OptionError, match="Pass name='loyal'"):
        found.ids_of("忠诚")
    with pytest.raises(OptionError, match="not one of its choices"):
        found.share("unanswered")
    with pytest.raises(OptionError, match="`language`"):
        found.labels(language="fr")


def test_moments_of_a_day_are_its_day():
    moment = pd.Timestamp("2025-03-31 12:00")
    assert str(stage([1], as_of=moment).as_of) == "2025-03-31"
