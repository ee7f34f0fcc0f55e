"""Units, grains, calendar periods and discounting have one meaning each."""

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retentionkit.durations import (
    GRAINS,
    UNITS,
    alike_windows,
    calendar_day,
    calendar_period,
    continuous_rate,
    day_number,
    duration_in,
    first_day,
    grain_in,
    moment,
    unit_ratio,
)
from retentionkit.errors import OptionError

CALENDAR = ("day", "week", "month", "quarter")
DAYS = st.dates().map(day_number)

# --- worked example ------------------------------------------------------------------------------


def test_the_longest_age_of_cdnow_is_272_days_in_weeks():
    days = day_number(dt.date(1997, 9, 30)) - day_number(dt.date(1997, 1, 1))
    length, unit = grain_in("day", "week")
    assert days * length / unit == 272 / 7


def test_a_yearly_rate_becomes_a_weekly_force_of_interest():
    # Fader, Hardie and Lee (2005b) use 0.0027 per week for 15 % a year.
    assert continuous_rate(0.15, "week") == pytest.approx(math.log(1.15) * 7 / 365.25, rel=1e-14)
    assert round(continuous_rate(0.15, "week"), 4) == 0.0027


# --- reference -----------------------------------------------------------------------------------


def test_calendar_periods_agree_with_pandas_over_four_centuries():
    days = np.arange(day_number(dt.date(1850, 1, 1)), day_number(dt.date(2250, 1, 1)))
    dates = pd.Series(days.astype("datetime64[D]").astype("datetime64[s]"))
    months = (dates.dt.year * 12 + dates.dt.month - 1).to_numpy()
    mondays = (days - dates.dt.day_of_week.to_numpy() - day_number(dt.date(1970, 1, 5))) // 7 + 1
    np.testing.assert_array_equal(calendar_period(days, "month"), months)
    np.testing.assert_array_equal(calendar_period(days, "quarter"), months // 3)
    np.testing.assert_array_equal(calendar_period(days, "year"), dates.dt.year)
    np.testing.assert_array_equal(calendar_period(days, "week"), mondays)
    np.testing.assert_array_equal(calendar_period(days, "day"), days)


# --- definition ----------------------------------------------------------------------------------


@given(DAYS, st.sampled_from(CALENDAR))
def test_a_period_begins_on_its_first_day_and_not_before(day, grain):
    period = calendar_period(day, grain)
    begin = day_number(first_day(period, grain))
    assert begin <= day
    assert calendar_period(begin, grain) == period
    assert calendar_period(begin - 1, grain) == period - 1


@given(st.dates())
def test_day_numbers_run_both_ways(day):
    assert calendar_day(day_number(day)) == day
    assert day_number(dt.datetime(day.year, day.month, day.day, 23, 59)) == day_number(day)  # noqa: DTZ001


def test_a_year_is_twelve_months_is_four_quarters():
    assert unit_ratio("year", "month") == 12
    assert unit_ratio("year", "day") == 365.25
    assert 4 * np.divide(*grain_in("quarter", "year")) == 1
    assert 24 * np.divide(*grain_in("hour", "day")) == 1
    assert np.divide(*grain_in(None, "day")) == 1 / (86_400 * 10**6)


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("12 months", "year", 1.0),
        ("1 year", "day", 365.25),
        (" 1.5e1 weeks ", "day", 105.0),
        ("0 days", "week", 0.0),
        (39, "week", 39.0),
    ],
)
def test_durations_are_converted_from_text_and_taken_from_numbers(text, unit, expected):
    assert duration_in("horizon", text, unit) == expected


MIDNIGHT = dt.datetime(1997, 9, 30)  # noqa: DTZ001 - timestamps of a log are naive


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1997-09-30", dt.date(1997, 9, 30)),
        ("1997-09-30T12:30", dt.datetime(1997, 9, 30, 12, 30)),  # noqa: DTZ001
        (dt.date(1997, 9, 30), dt.date(1997, 9, 30)),
        (np.datetime64("1997-09-30"), dt.date(1997, 9, 30)),
        (np.datetime64("1997-09"), dt.date(1997, 9, 1)),
        (np.datetime64("1997-09-30T00:00:00.000000000"), MIDNIGHT),
        (pd.Timestamp("1997-09-30"), MIDNIGHT),
    ],
)
def test_a_moment_may_be_written_in_many_ways(value, expected):
    found = moment("as_of", value)
    assert found == expected
    assert isinstance(found, dt.datetime) == isinstance(expected, dt.datetime)


@pytest.mark.parametrize(
    ("days", "other", "alike"),
    [(30, 30, True), (28, 31, True), (100, 90, True), (100, 89.9, False), (365, 366, True)],
)
def test_windows_of_one_length_differ_by_a_tenth_at_most(days, other, alike):
    assert alike_windows(days, other) is alike
    assert alike_windows(other, days) is alike


# --- properties ----------------------------------------------------------------------------------


@given(st.sampled_from(UNITS), st.sampled_from(UNITS))
def test_ratios_invert_and_keep_yearly_value(one, other):
    assert unit_ratio(one, other) * unit_ratio(other, one) == pytest.approx(1, rel=1e-15)
    per_day = continuous_rate(0.1, one) * unit_ratio("day", one)
    assert per_day == pytest.approx(continuous_rate(0.1, "day"), rel=1e-15)


def test_longer_grains_are_longer():
    lengths = [grain_in(grain, "day")[0] for grain in (None, *GRAINS[:-1])]
    assert lengths == sorted(lengths)


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", ["a year", "12", "-3 weeks", "1e weeks", "1e999 days", "", "inf days"]
)
def test_text_that_is_no_duration_is_refused(value):
    with pytest.raises(OptionError, match="`horizon` is not a duration"):
        duration_in("horizon", value, "week")


@pytest.mark.parametrize("value", [-1, math.nan, math.inf, None, True])
def test_a_number_that_is_no_duration_is_refused(value):
    with pytest.raises(OptionError, match="`horizon` must be a finite number"):
        duration_in("horizon", value, "week")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (dt.timedelta(days=90), "'90 days'"),
        (pd.Timedelta("36 hours"), "'1.5 days'"),
    ],
)
def test_a_timedelta_is_refused_with_the_text_to_write(value, text):
    with pytest.raises(OptionError, match="`window` is a timedelta") as caught:
        duration_in("window", value, "week")
    assert "a number of weeks, or text" in str(caught.value)
    assert f"Write window={text}." in str(caught.value)
    assert duration_in("window", text.strip("'"), "day") == value / pd.Timedelta("1 day")


@pytest.mark.parametrize("value", [15, -0.01, math.nan])
def test_a_rate_in_percent_is_refused(value):
    with pytest.raises(OptionError, match=r"write 15 % as discount_rate=0\.15"):
        continuous_rate(value, "week")


@pytest.mark.parametrize(
    "value",
    ["30.09.1997", "", 19970930, None, pd.NaT, np.datetime64("NaT", "D"), np.array(["1997"])],
)
def test_what_is_no_moment_is_refused(value):
    with pytest.raises(OptionError, match="`as_of` is not a point in time"):
        moment("as_of", value)


def test_an_unknown_calendar_grain_is_refused():
    with pytest.raises(OptionError, match="`grain` is not one of its choices"):
        calendar_period(0, "fortnight")
