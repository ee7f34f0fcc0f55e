"""Rolling NPS: each window as `nps` gives it, and only windows that the days fill."""

import datetime as dt
import math

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retentionkit.errors import DataError, OptionError
from retentionkit.surveys import nps, nps_rolling, nps_trend

FIRST = np.datetime64("2024-01-05")


def survey(size=400, days=120, seed=6):
    rng = np.random.default_rng(seed)
    day = FIRST + np.r_[0, days - 1, rng.integers(0, days, size - 2)].astype("timedelta64[D]")
    return pd.DataFrame(
        {
            "day": day,
            "answer": rng.integers(0, 11, size),
            "person": rng.integers(0, size // 3, size),
            "weight": rng.uniform(0.5, 2, size),
        }
    )


# Worked example: forty days, half of them promoters.


def test_windows_go_back_from_the_last_day():
    day = pd.date_range("2024-01-01", periods=45)
    frame = pd.DataFrame({"day": day, "answer": [0] * 5 + [10] * 20 + [7] * 20})
    found = nps_rolling(frame, score="answer", when="day", window="20 days", step=10)
    assert found.score.tolist() == [100, 50, 0]  # the first five days fill no window
    assert found.end[-1] == np.datetime64("2024-02-15")
    assert found.start[0] == np.datetime64("2024-01-06")
    assert (found.window_days, found.step_days, len(found)) == (20, 10, 3)
    text = " ".join(repr(found).split())
    assert "windows 3 of 20 days, one every 10 days" in text
    assert "2024-01-26 2024-02-15 20 0.0 (-10.4 to 10.4)" in text
    assert "neighbouring windows share answers, so that their difference is not a change" in text


# Reference: `nps` for the answers of each window.


@pytest.mark.parametrize("method", ["adjusted-wald", "wald"])
@pytest.mark.parametrize(
    "extra", [{}, {"weights": "weight"}, {"respondent": "person"}, {"confidence": 0.8}]
)
def test_each_window_is_what_nps_gives(extra, method):
    frame = survey()
    found = nps_rolling(
        frame, score="answer", when="day", window="5 weeks", step=3, method=method, **extra
    )
    assert len(found) == (120 - 35) // 3 + 1
    for at, (start, end) in enumerate(zip(found.start, found.end, strict=True)):
        rows = frame[(frame["day"] >= start) & (frame["day"] < end)]
        told = nps(
            rows["answer"],
            weights=rows["weight"] if "weights" in extra else None,
            clusters=rows["person"] if "respondent" in extra else None,
            method=method,
            confidence=extra.get("confidence", 0.95),
        )
        assert found.n[at] == told.n
        assert found.score[at] == pytest.approx(told.score)
        assert found.standard_error[at] == pytest.approx(told.standard_error)
        assert (found.low[at], found.high[at]) == pytest.approx(
            (told.interval.low, told.interval.high)
        )
        assert found.promoters[at] + found.passives[at] + found.detractors[at] == told.n


# Properties.


@settings(max_examples=30, deadline=None)
@pytest.mark.filterwarnings("ignore:.*is this a scale")
@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 10)), min_size=1, max_size=25),
    st.integers(1, 20),
    st.integers(1, 9),
)
def test_windows_lie_within_the_days_in_every_frame(rows, window, step):
    days = [dt.date(2024, 1, 1) + dt.timedelta(days) for days, _ in rows]
    columns = {"day": days, "answer": [answer for _, answer in rows]}
    options = {"score": "answer", "when": "day", "window": window, "step": step}
    span = (max(days) - min(days)).days + 1
    if span < window:
        with pytest.raises(DataError, match="do not fill one window"):
            nps_rolling(pl.DataFrame(columns), **options)
        return
    found = nps_rolling(pl.DataFrame(columns), **options)
    assert found.start[0] >= np.datetime64(min(days))
    assert found.start[0] - np.timedelta64(step, "D") < np.datetime64(min(days))
    assert found.end[-1] == np.datetime64(max(days)) + 1
    inside = [
        sum(start <= np.datetime64(day) < end for day in days)
        for start, end in zip(found.start, found.end, strict=True)
    ]
    assert found.n.tolist() == inside
    assert (np.isnan(found.score) == (found.n == 0)).all()
    for other in (
        nps_rolling(pa.table(columns), **options),
        nps_rolling(pd.DataFrame(columns).iloc[::-1], **options),
    ):
        assert other.to_dict() == {**found.to_dict(), "kind": other.kind}
    assert type(found.to_frame()) is pl.DataFrame


def test_what_is_no_answer_is_counted_apart():
    frame = survey().astype({"answer": float})
    frame.loc[5, "answer"] = np.nan
    frame.loc[6, "answer"] = 12
    frame.loc[7, "day"] = pd.NaT
    found = nps_rolling(frame, score="answer", when="day", missing="drop", invalid="drop")
    assert (found.unanswered, found.invalid, found.undated) == (1, 1, 1)
    assert "1 unanswered, 1 invalid, 1 without a date" in repr(found)
    assert found.window_days == 90
    with pytest.raises(DataError, match="Some answers have no date"):
        nps_rolling(frame, score="answer", when="day", invalid="drop")


def test_a_window_without_answers_is_undefined_also_with_respondents():
    frame = pd.DataFrame(
        {"day": pd.to_datetime(["2024-01-01", "2024-02-01"]), "answer": [10, 0], "person": [1, 2]}
    )
    found = nps_rolling(frame, score="answer", when="day", respondent="person", window=8, step=8)
    assert found.n.tolist() == [1, 0, 0, 1]
    assert math.isnan(found.score[1])
    assert "–" in repr(found)


# Refusals.


def test_windows_are_of_whole_days_and_not_longer_than_the_survey():
    frame = survey()
    with pytest.raises(DataError, match=r"answers of 120 days[\s\S]*window=40"):
        nps_rolling(frame, score="answer", when="day", window="52 weeks")
    with pytest.raises(OptionError, match=r"`window` must be of whole days[\s\S]*window=91"):
        nps_rolling(frame, score="answer", when="day", window="3 months")
    with pytest.raises(OptionError, match=r"`step` must be of whole days[\s\S]*step=1"):
        nps_rolling(frame, score="answer", when="day", step=0)
    with pytest.raises(OptionError, match="do not have this interval"):
        nps_rolling(frame, score="answer", when="day", method="bayesian")


def test_a_mistyped_century_is_refused_before_a_million_windows_are_made():
    days = ["2025-01-01", "2025-03-01", "0205-03-01"]
    frame = pd.DataFrame({"day": np.array(days, dtype="datetime64[s]"), "answer": [9, 10, 3]})
    message = "lie too far apart.*\n.*windows from 0205-03-01 to 2025-03-01"
    with pytest.raises(DataError, match=message):
        nps_rolling(frame, score="answer", when="day")
    with pytest.raises(DataError, match=r"94,\d+ weeks from 0205"):
        nps_trend(frame, score="answer", when="day", every="week")
