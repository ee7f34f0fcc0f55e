"""Hostile answers: whatever comes in, either a right result comes out or an error of ours."""

import json
import math
import re
import warnings
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostile import IDS, KINDS, MOMENTS, columns, framed
from retentionkit import compare, service, surveys
from retentionkit.errors import RetentionKitError, RetentionKitWarning

ANSWERS = [
    st.integers(0, 10),
    st.integers(1, 5),
    st.integers(-1, 11),
    st.sampled_from([0.0, 5.0, 10.0]),
    st.sampled_from([6.5, 8.0, 9.0]),
    st.sampled_from([math.inf, 9.0, math.nan]),
    st.sampled_from([Decimal(9), Decimal("9.5"), Decimal(3)]),
    st.sampled_from(["9", "very likely"]),
    st.booleans(),
    st.just(7),
]
FLAGS = [st.booleans(), st.integers(0, 1), st.sampled_from([0.0, 1.0]), *ANSWERS[2:8]]


@st.composite
def frames(draw):
    size = draw(st.integers(0, 14))
    raw = {
        "who": draw(columns(size, IDS)),
        "when": draw(columns(size, MOMENTS)),
        "later": draw(columns(size, MOMENTS)),
        "answer": draw(columns(size, ANSWERS)),
        "other": draw(columns(size, ANSWERS)),
        "third": draw(columns(size, ANSWERS)),
        "flag": draw(columns(size, FLAGS)),
    }
    return framed(draw(st.sampled_from(KINDS)), raw)


def counted(answers):
    """Promoters, passives and detractors, one by one."""
    values = [float(value) for value in answers if not pd.isna(value)]
    fair = [value for value in values if value in range(11)]
    return (
        sum(value >= 9 for value in fair),
        sum(7 <= value <= 8 for value in fair),
        sum(value <= 6 for value in fair),
    )


def plain(column):
    return column.to_list() if hasattr(column, "to_list") else column.to_pylist()


def seen(result):
    """What must hold of any result."""
    json.dumps(result.to_dict(), allow_nan=False)
    assert not re.search(r"\bnan\b", repr(result))
    result._repr_html_()
    result.to_frame()
    assert result.equals(result)


@settings(max_examples=80, deadline=None)
@given(frame=frames(), treatment=st.sampled_from(["error", "drop", "drop"]))
def test_scores_count_every_answer(frame, treatment):
    answers, options = frame["answer"], {"missing": treatment, "invalid": treatment}
    with warnings.catch_warnings(action="ignore", category=RetentionKitWarning):
        try:
            result = surveys.nps(answers, **options)
        except RetentionKitError:
            return
        seen(result)
    values = plain(answers)
    assert (result.promoters, result.passives, result.detractors) == counted(values)
    assert result.n + result.unanswered + result.invalid == len(values)
    with warnings.catch_warnings(action="ignore", category=RetentionKitWarning):
        try:
            groups = surveys.nps_by(frame, score="answer", by="who", minimum_n=0, **options)
        except RetentionKitError:
            return
        seen(groups)
    assert groups.total.equals(result)


CALLS = {
    "csat": lambda f, o: surveys.csat(f["answer"], **o),
    "ces": lambda f, o: surveys.ces(f["answer"], direction="ease", **o),
    "net_score": lambda f, o: surveys.net_score(
        f["answer"], favourable=[5], unfavourable=[1, 2], scale=(1, 5), **o
    ),
    "recommend_rate": lambda f, o: surveys.recommend_rate(f["flag"], **o),
    "nps_trend": lambda f, o: surveys.nps_trend(f, score="answer", when="when", **o),
    "nps_rolling": lambda f, o: surveys.nps_rolling(f, score="answer", when="when", **o),
    "nps_change": lambda f, o: surveys.nps_change(f["answer"], f["other"], **o),
    "panel": lambda f, o: surveys.nps_change(
        f["answer"], f["other"], before_ids=f["who"], after_ids=f["who"], **o
    ),
    "nps_linkage": lambda f, o: surveys.nps_linkage(
        f, score="answer", outcome="flag", outcome_kind="binary", missing=o["missing"]
    ),
    "experience_score": lambda f, o: surveys.experience_score(
        f, items=["answer", "other"], scale=(0, 10), invalid=o["invalid"]
    ),
    "expectation_gap": lambda f, o: surveys.expectation_gap(
        f, items={"pace": ("answer", "other")}, scale=(0, 10), invalid=o["invalid"]
    ),
    "perceived_value": lambda f, o: surveys.perceived_value(
        f, benefits=["answer"], sacrifices=["other"], scale=(0, 10), invalid=o["invalid"]
    ),
    "satisfaction_stage": lambda f, o: surveys.satisfaction_stage(
        f["answer"], scale=(0, 10), repurchased=f["flag"], **o
    ),
    "satisfaction_loyalty": lambda f, o: surveys.satisfaction_loyalty(
        f["answer"], f["flag"], scale=(0, 10), **o
    ),
    "linkage_curve": lambda f, o: surveys.linkage_curve(f["answer"], f["flag"], scale=(0, 10), **o),
    "drivers": lambda f, o: surveys.drivers(
        f, outcome="answer", items=["other", "third"], missing=o["missing"]
    ),
    "value_chain": lambda f, o: surveys.value_chain(
        f, perceived_value="other", satisfaction="answer", repurchase="flag", missing=o["missing"]
    ),
    "rates": lambda f, o: compare.rates(f["flag"], (3, 9), missing=o["missing"]),
    "means": lambda f, o: compare.means(f["answer"], f["other"], missing=o["missing"]),
    "attainment": lambda f, _: service.attainment(
        f, opened="when", responded="later", solved="later"
    ),
}


@pytest.mark.parametrize("name", CALLS)
@settings(max_examples=12, deadline=None)
@given(frame=frames(), treatment=st.sampled_from(["error", "drop", "drop"]))
def test_a_result_or_an_error_of_ours(name, frame, treatment):
    with warnings.catch_warnings(action="ignore", category=RetentionKitWarning):
        try:
            result = CALLS[name](frame, {"missing": treatment, "invalid": treatment})
        except RetentionKitError:
            return
        seen(result)


def test_the_calls_accept_what_is_fair():
    # Else the test above would pass by refusals alone.
    rng = np.random.default_rng(0)
    size = 60
    frame = pd.DataFrame(
        {
            "who": range(size),
            "when": pd.date_range("2025-01-01", periods=size, freq="2D"),
            "later": pd.date_range("2025-01-01", periods=size, freq="2D"),
            "answer": rng.integers(1, 6, size),
            "other": rng.integers(0, 11, size),
            "third": rng.integers(0, 11, size),
            "flag": rng.integers(0, 2, size).astype(bool),
        }
    )
    for name, call in CALLS.items():
        with warnings.catch_warnings(action="ignore", category=RetentionKitWarning):
            seen(call(frame, {"missing": "error", "invalid": "error"}))
        assert name
