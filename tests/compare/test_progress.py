"""Progress towards a goal: by hand, against scipy and statsmodels' formulas, and calibrated."""

import datetime as dt
import json
import math

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import retentionkit as rk
from retentionkit.compare import progress
from retentionkit.errors import ColumnError, DataError, KindError, OptionError
from strategies import frame_of

DAYS = [f"2025-{month:02}-01" for month in range(1, 7)]
VALUES = [0.80, 0.81, 0.808, 0.82, 0.824, 0.83]


def numbers_of(dates):
    return np.array([dt.date.fromisoformat(date).toordinal() for date in dates], dtype=float)


# -- worked example --------------------------------------------------------------------------------


def test_base_and_current_figure_by_hand():
    """From 80 % to 82 % in half the time: two fifths of the way, a third slower than needed."""
    found = progress(
        [0.80, 0.82], dates=["2025-01-01", "2025-07-02"], goal=0.85, deadline="2026-01-01"
    )
    assert (found.base, found.now, found.goal) == (0.80, 0.82, 0.85)
    assert (found.base_date, found.deadline) == (dt.date(2025, 1, 1), dt.date(2026, 1, 1))
    month = 365.25 / 12
    assert found.share_of_way == pytest.approx(0.4, rel=1e-12)
    assert found.share_of_time == pytest.approx(182 / 365, rel=1e-12)
    assert found.pace_so_far == pytest.approx(0.02 / 182 * month, rel=1e-12)
    assert found.trend == pytest.approx(found.pace_so_far, rel=1e-9)
    assert found.pace_needed == pytest.approx(0.03 / 183 * month, rel=1e-12)
    assert found.value == pytest.approx(0.80 + 0.02 / 182 * 365, rel=1e-12)
    assert found.status == "behind"
    # Two figures alone tell of no scatter: nothing is made up.
    assert found.probability is None
    assert math.isnan(found.interval.low)
    assert found.n == 2
    assert "pass n or standard_errors" in repr(found)
    assert "probability  unknown" in repr(found)
    json.dumps(found.to_dict(), allow_nan=False)


def test_two_figures_with_standard_errors_by_hand():
    """At twice the distance the line has the variance 4 + 1, and the new figure 1 more."""
    found = progress(
        [38, 44], dates=["2025-01-01", "2025-07-01"], goal=50, deadline="2025-12-29",
        standard_errors=[2, 2], bounds=(-100, 100),
    )  # fmt: skip
    assert found.value == pytest.approx(50, rel=1e-12)
    assert found.probability == pytest.approx(0.5, abs=1e-12)
    error = 2 * math.sqrt(6)
    assert found.projection.standard_error == pytest.approx(error, rel=1e-12)
    assert found.interval.high == pytest.approx(50 + stats.norm.ppf(0.975) * error, rel=1e-12)
    assert "a month" in repr(found)
    assert "points" not in repr(found)


def test_a_table_of_four_rows():
    table = progress(VALUES, dates=DAYS, goal=0.85, deadline="2025-12-31").to_frame()
    assert table["figure"].tolist() == ["base", "now", "projection", "goal"]
    assert table["value"].tolist()[::3] == [0.80, 0.85]
    assert table["date"].tolist()[3] == pd.Timestamp("2025-12-31")


# -- reference -------------------------------------------------------------------------------------


def test_prediction_is_that_of_the_line_of_scipy():
    found = progress(VALUES, dates=DAYS, goal=0.85, deadline="2025-09-01", confidence=0.9)
    days, at = numbers_of(DAYS), numbers_of(["2025-09-01"])[0]
    line = stats.linregress(days, VALUES)
    assert found.value == pytest.approx(line.intercept + line.slope * at, rel=1e-10)
    assert found.trend == pytest.approx(line.slope * 365.25 / 12, rel=1e-10)
    residuals = VALUES - line.intercept - line.slope * days
    s2 = residuals @ residuals / 4
    spread = ((days - days.mean()) ** 2).sum()
    error = math.sqrt(s2 * (1 + 1 / 6 + (at - days.mean()) ** 2 / spread))
    assert found.projection.standard_error == pytest.approx(error, rel=1e-8)
    half = stats.t.ppf(0.95, 4) * error
    assert found.interval.low == pytest.approx(found.value - half, rel=1e-8)
    chance = stats.t.sf((0.85 - found.value) / error, 4)
    assert found.probability == pytest.approx(chance, rel=1e-8)


def test_weights_are_those_of_polyfit():
    errors = np.array([0.01, 0.02, 0.005, 0.03, 0.01])
    found = progress(
        VALUES[:5], dates=DAYS[:5], goal=0.85, deadline="2025-08-01", standard_errors=errors
    )
    days = numbers_of(DAYS[:5])
    at = numbers_of(["2025-08-01"])[0] - days.mean()
    line, covariance = np.polyfit(days - days.mean(), VALUES[:5], 1, w=1 / errors, cov="unscaled")
    assert found.value == pytest.approx(np.polyval(line, at), rel=1e-10)
    variance = np.array([at, 1]) @ covariance @ np.array([at, 1])
    # The next figure is worth the mean weight. Sampling is less certain than the scatter here.
    error = math.sqrt(variance + 1 / (1 / errors**2).mean())
    assert found.projection.standard_error == pytest.approx(error, rel=1e-8)


def test_n_gives_standard_errors_of_shares():
    n = np.array([400.0, 500, 600, 400, 500, 600])
    near = (np.array(VALUES) * n + 2) / (n + 4)
    errors = np.sqrt(near * (1 - near) / n)
    options = {"dates": DAYS, "goal": 0.85, "deadline": "2025-12-31"}
    assert progress(VALUES, n=n, **options).equals(
        progress(VALUES, standard_errors=errors, **options)
    )


# -- definition ------------------------------------------------------------------------------------


@pytest.mark.parametrize("k", [4, 12])
def test_probability_is_calibrated(k):
    """Of the figure that really came, the probability to reach it is uniform."""
    rng, runs = np.random.default_rng(k), 600
    months = np.arange(k + 4)
    dates = [str(date) for date in np.datetime64("2024-01") + months]
    dates = [f"{date}-01" for date in dates]
    chances, covered = np.empty(runs), 0
    for run in range(runs):
        figures = 20 + 1.5 * months + rng.normal(0, 4, k + 4)
        found = progress(
            figures[:k], dates=dates[:k], goal=figures[-1], deadline=dates[-1], direction="up",
            bounds=None,
        )  # fmt: skip
        chances[run] = found.probability
        covered += figures[-1] in found.interval
    assert stats.kstest(chances, "uniform").pvalue > 0.01
    assert covered / runs == pytest.approx(0.95, abs=0.025)  # 2.8 standard errors


@pytest.mark.parametrize("k", [2, 3])
def test_probability_by_standard_errors_is_calibrated(k):
    rng, runs = np.random.default_rng(5 + k), 600
    months = np.arange(k + 2)
    dates = [f"2024-{month + 1:02}-01" for month in months]
    chances = np.empty(runs)
    for run in range(runs):
        figures = 20 - 1.5 * months + rng.normal(0, 4, k + 2)
        chances[run] = progress(
            figures[:k], dates=dates[:k], goal=figures[-1], deadline=dates[-1], direction="down",
            bounds=None, standard_errors=[4] * k,
        ).probability  # fmt: skip
    assert stats.kstest(chances, "uniform").pvalue > 0.01


def test_with_both_the_less_certain_holds():
    scattered = progress(VALUES, dates=DAYS, goal=0.85, deadline="2025-12-31")
    options = {"dates": DAYS, "goal": 0.85, "deadline": "2025-12-31"}
    sure = progress(VALUES, standard_errors=[1e-6] * 6, **options)
    assert sure.interval.low == pytest.approx(scattered.interval.low, rel=1e-9)
    assert sure.probability == pytest.approx(scattered.probability, rel=1e-9)
    unsure = progress(VALUES, standard_errors=[0.1] * 6, **options)
    assert unsure.interval.low < scattered.interval.low
    assert abs(unsure.probability - 0.5) < abs(scattered.probability - 0.5)
    assert "the wider of the prediction intervals" in unsure.definition


def test_a_rate_of_complaints_goes_down():
    found = progress([0.22, 0.20, 0.15, 0.16], dates=DAYS[:4], goal=0.05, deadline="2025-07-01")
    mirrored = progress([0.78, 0.80, 0.85, 0.84], dates=DAYS[:4], goal=0.95, deadline="2025-07-01")
    assert (found.direction, mirrored.direction) == ("down", "up")
    assert found.probability == pytest.approx(mirrored.probability, rel=1e-9)
    assert found.share_of_way == pytest.approx(mirrored.share_of_way, rel=1e-9)
    assert found.pace_needed == pytest.approx(-mirrored.pace_needed, rel=1e-9)
    assert found.interval.low == 0
    assert mirrored.interval.high == 1


def test_a_line_that_leaves_what_is_possible_tells_no_probability():
    found = progress([0.62, 0.7, 0.74, 0.8, 0.82], dates=DAYS[:5], goal=0.9, deadline="2025-12-31")
    assert (found.value, found.status) == (1.0, "on track")
    assert found.probability is None
    assert math.isnan(found.interval.low)
    assert "cannot go on like this" in repr(found)
    assert "since it leaves what is possible" in found.definition
    free = progress(
        [0.62, 0.7, 0.74, 0.8, 0.82], dates=DAYS[:5], goal=0.9, deadline="2025-12-31", bounds=None
    )
    assert free.value > 1
    assert free.probability > 0.9


def test_reached_and_still_to_be_held():
    found = progress(VALUES, dates=DAYS, goal=0.825, deadline="2025-12-31")
    assert found.status == "reached"
    assert found.probability > 0.9
    assert found.pace_needed < 0
    assert found.share_of_way > 1


def test_after_the_deadline_the_figure_by_then_decides():
    missed = progress(VALUES, dates=DAYS, goal=0.825, deadline="2025-05-15")
    assert (missed.status, missed.now, missed.now_date) == ("missed", 0.824, dt.date(2025, 5, 1))
    assert missed.probability is None
    assert math.isnan(missed.value)
    assert math.isnan(missed.pace_needed)
    assert missed.share_of_time == 1
    assert "Not counted: 1 of 6 figures, after 2025-05-15." in repr(missed)
    assert "none: the deadline is over" in repr(missed)
    met = progress(VALUES, dates=DAYS, goal=0.825, deadline="2025-07-01", as_of="2025-08-01")
    assert (met.status, met.now) == ("met", 0.83)


def test_one_figure_has_no_pace():
    found = progress([38], dates=["2025-01-01"], goal=62, deadline="12 months", bounds=(-100, 100))
    assert found.status == "unknown"
    assert found.deadline == dt.date(2026, 1, 1)
    assert found.pace_needed == pytest.approx(24 / (365 / (365.25 / 12)), rel=1e-12)
    assert math.isnan(found.pace_so_far)
    assert found.probability is None
    assert "so far unknown" in repr(found)


def test_three_figures_have_too_little_scatter_for_a_probability():
    found = progress(VALUES[:3], dates=DAYS[:3], goal=0.85, deadline="2025-12-31")
    assert found.probability is None
    assert not math.isnan(found.value)


def test_constant_figures():
    found = progress([0.8] * 5, dates=DAYS[:5], goal=0.85, deadline="2025-06-15")
    assert found.status == "behind"
    assert found.value == pytest.approx(0.8, rel=1e-12)
    assert found.probability is None
    assert found.share_of_way == 0
    assert "lie on a line exactly" in repr(found)
    known = progress([0.8] * 5, dates=DAYS[:5], goal=0.85, deadline="2025-06-15", n=[50] * 5)
    assert 0.1 < known.probability < 0.4
    zero = progress([0.0] * 4, dates=DAYS[:4], goal=0.5, deadline="2025-06-15", n=[50] * 4)
    assert zero.interval.high > 0
    assert zero.probability < 0.01
    assert "below 1 %" in repr(zero)
    held = progress(
        [0.8] * 5, dates=DAYS[:5], goal=0.3, deadline="2025-06-15", n=[500] * 5, direction="up"
    )
    assert "above 99 %" in repr(held)


def test_goal_equal_to_the_base_needs_a_side():
    found = progress(VALUES, dates=DAYS, goal=0.80, deadline="2025-12-31", direction="up")
    assert found.status == "reached"
    assert math.isnan(found.share_of_way)
    assert "% of the way" not in repr(found)


def test_only_figures_up_to_as_of_count():
    early = progress(VALUES[:4], dates=DAYS[:4], goal=0.85, deadline="2025-12-31")
    found = progress(VALUES, dates=DAYS, goal=0.85, deadline="2025-12-31", as_of="2025-04-01")
    assert found.interval == early.interval
    assert found.probability == early.probability
    assert "Not counted: 2 of 6" in repr(found)
    late = progress(VALUES, dates=DAYS, goal=0.85, deadline="2025-12-31", as_of="2025-07-01")
    assert late.pace_needed > found.pace_needed / 2
    assert late.now_date == dt.date(2025, 6, 1)
    assert late.as_of == dt.date(2025, 7, 1)


def test_a_line_that_is_drawn_out_far_is_noted():
    said = "further than it was seen"
    assert said in repr(progress(VALUES, dates=DAYS, goal=0.85, deadline="2025-12-31"))
    assert said not in repr(progress(VALUES, dates=DAYS, goal=0.85, deadline="2025-08-31"))


@pytest.mark.parametrize(
    ("deadline", "expected"),
    [
        ("12 months", dt.date(2025, 1, 31)),
        ("1 month", dt.date(2024, 2, 29)),
        ("2 weeks", dt.date(2024, 2, 14)),
        ("10 days", dt.date(2024, 2, 10)),
        ("1 year", dt.date(2025, 1, 31)),
        (dt.date(2024, 5, 1), dt.date(2024, 5, 1)),
    ],
)
def test_deadlines_follow_the_calendar(deadline, expected):
    assert progress([0.5], dates=["2024-01-31"], goal=0.6, deadline=deadline).deadline == expected


# -- properties ------------------------------------------------------------------------------------


@settings(max_examples=20)
@given(st.permutations(range(6)))
def test_order_of_rows_does_not_matter(order):
    options = {"goal": 0.85, "deadline": "2025-12-31"}
    n = np.array([400, 500, 600, 400, 500, 600])
    found = progress(
        [VALUES[at] for at in order], dates=[DAYS[at] for at in order], n=n[list(order)], **options
    )
    assert found.equals(progress(VALUES, dates=DAYS, n=n, **options))


def test_frames_of_every_kind(kind):
    columns = {
        "day": [dt.date.fromisoformat(day) for day in DAYS],
        "retention": VALUES,
        "customers": [400, 500, 600, 400, 500, 600],
    }
    frame = frame_of(kind, columns)
    options = {"goal": 0.85, "deadline": "2025-12-31"}
    found = progress(frame, value="retention", dates="day", n="customers", **options)
    expected = progress(VALUES, dates=DAYS, n=columns["customers"], **options)
    assert found.probability == expected.probability
    assert found.interval == expected.interval
    assert found.kind == kind
    assert type(found.to_frame()) is type(frame)
    plain = progress(frame, value="retention", dates="day", **options)
    assert plain.equals(progress(frame["retention"], dates=frame["day"], **options))


def test_dates_may_be_text(kind):
    columns = {"day": DAYS, "retention": VALUES}
    frame = frame_of(kind, columns)
    options = {"goal": 0.85, "deadline": "2025-12-31"}
    expected = progress(VALUES, dates=DAYS, **options)
    found = progress(frame, value="retention", dates="day", **options)
    assert found.interval == expected.interval
    assert found.now_date == expected.now_date
    assert found.equals(progress(frame["retention"], dates=frame["day"], **options))
    wrong = frame_of(kind, {"day": [*DAYS[:5], "soon"], "retention": VALUES})
    with pytest.raises(OptionError, match="`day` is not a point in time"):
        progress(wrong, value="retention", dates="day", **options)
    lacking = frame_of(kind, {"day": [*DAYS[:5], None], "retention": VALUES})
    with pytest.raises(DataError, match="`day` has missing dates"):
        progress(lacking, value="retention", dates="day", **options)
    numbers = frame_of(kind, {"day": [1, 2, 3, 4, 5, 6], "retention": VALUES})
    with pytest.raises(DataError, match="does not hold dates"):
        progress(numbers, value="retention", dates="day", **options)


def test_the_goal_is_told_with_its_side():
    options = {"dates": DAYS[:4], "deadline": "2025-12-01"}
    down = progress([0.9, 0.91, 0.92, 0.925], goal=0.85, **options)
    assert "goal         0.85 or below, by 2025-12-01" in repr(down)
    assert "pass direction='up'" in repr(down)
    told = progress([0.9, 0.91, 0.92, 0.925], goal=0.85, direction="down", **options)
    assert "pass direction" not in repr(told)
    up = progress([0.9, 0.91, 0.92, 0.925], goal=0.85, direction="up", **options)
    assert up.status == "reached"
    assert "goal         0.85 or above, by 2025-12-01" in repr(up)
    better = progress([0.22, 0.20, 0.15, 0.16], goal=0.05, **options)
    assert "pass direction" not in repr(better)


def test_figures_long_before_the_deadline_are_called_so():
    options = {"dates": DAYS[:4], "goal": 0.85, "deadline": "2025-12-01"}
    found = progress(VALUES[:4], as_of="2025-12-01", **options)
    assert found.status == "missed"
    assert "The last figure is 244 days before the deadline" in found.notes[0]
    near = progress(VALUES[:4], as_of="2025-12-01", **(options | {"deadline": "2025-04-15"}))
    assert near.notes == ()  # as near as figures come
    one = progress([0.8], dates=["2025-01-01"], goal=0.8, direction="up", deadline="1 day",
                   as_of="2025-01-05")  # fmt: skip
    assert "The last figure is 1 day before" in one.notes[0]


def test_missing_figures_are_counted():
    values = [0.80, None, *VALUES[2:]]
    found = progress(
        values, dates=DAYS, goal=0.85, deadline="2025-12-31", missing="drop", n=[300] * 6
    )
    assert found.n == 5
    assert "Dates without a figure: 1." in repr(found)


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "options", "error", "match"),
    [
        (VALUES, {"goal": 0.8}, OptionError, "which side to stay"),
        (VALUES, {"goal": 85}, OptionError, "`goal` must be a finite number"),
        (VALUES, {"goal": math.nan}, OptionError, "`goal` must be a finite number"),
        (VALUES, {"deadline": "2024-12-31"}, OptionError, "does not lie after the first figure"),
        (VALUES, {"deadline": "soon"}, OptionError, "`deadline` is neither a date nor a time"),
        (VALUES, {"deadline": "1.5 years"}, OptionError, "'12 months'"),
        (VALUES, {"deadline": "2 quarters"}, OptionError, "'6 months' for two quarters"),
        (VALUES, {"deadline": "120000 months"}, OptionError, "beyond the calendar"),
        (VALUES, {"deadline": "9999999 days"}, OptionError, "beyond the calendar"),
        (VALUES, {"as_of": "2024-12-31"}, DataError, "No figure was measured by then"),
        (VALUES, {"direction": "left"}, OptionError, "`direction` is not one of its choices"),
        (VALUES, {"bounds": (1, 0)}, OptionError, "`bounds` are not two limits"),
        (VALUES, {"bounds": 1}, OptionError, "`bounds` are not two limits"),
        (VALUES, {"confidence": 95}, OptionError, "`confidence` must lie"),
        (VALUES, {"missing": "keep"}, OptionError, "`missing` is not one of its choices"),
        ([80, 81, 80.8, 82, 82.4, 83], {}, DataError, "Some figures are out of bounds"),
        ([math.inf, *VALUES[1:]], {"bounds": None}, DataError, "Some figures are out of bounds"),
        ([None, *VALUES[1:]], {}, DataError, "Some dates have no figure"),
        ([], {"dates": []}, DataError, "There is no figure"),
        (VALUES, {"dates": DAYS[:5]}, DataError, "not of one length"),
        (VALUES, {"dates": [*DAYS[:5], DAYS[0]]}, DataError, "A date occurs twice"),
        (VALUES, {"dates": [*DAYS[:5], None]}, OptionError, "`dates` is not a point in time"),
        (VALUES, {"dates": "2025-01-01"}, DataError, "`dates` is not one column"),
        (VALUES, {"dates": pd.Series(pd.to_datetime([*DAYS[:5], None]))}, DataError, "missing dat"),
        (VALUES, {"n": [0] * 6}, DataError, "Some of `n` are not positive"),
        (VALUES, {"standard_errors": [0.1] * 5 + [None]}, DataError, "Some of `standard_errors`"),
        (VALUES, {"n": [5] * 6, "standard_errors": [1] * 6}, OptionError, "same thing twice"),
        (VALUES, {"n": [5] * 6, "bounds": None}, OptionError, "standard errors of shares only"),
        (["a"], {"dates": DAYS[:1]}, DataError, "does not hold numbers"),
    ],
)
def test_refusals(values, options, error, match):
    with pytest.raises(error, match=match):
        progress(values, **{"dates": DAYS, "goal": 0.85, "deadline": "2025-12-31", **options})


def test_refusals_of_frames():
    lazy = pl.DataFrame({"day": DAYS, "value": VALUES}).lazy()
    with pytest.raises(KindError, match="Collect a lazy"):
        progress(lazy, dates="day", goal=0.85, deadline="2025-12-31")
    frame = pd.DataFrame({"day": pd.to_datetime([*DAYS[:5], None]), "value": VALUES})
    with pytest.raises(DataError, match="`day` has missing dates"):
        rk.compare.progress(frame, dates="day", goal=0.85, deadline="2025-12-31")
    with pytest.raises(ColumnError, match="no column 'when'"):
        rk.compare.progress(frame, dates="when", goal=0.85, deadline="2025-12-31")
