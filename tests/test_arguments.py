"""Arguments are checked once, at the door."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retentionkit.arguments import check_choice, check_confidence, check_number, check_whole
from retentionkit.errors import OptionError

# --- worked example ------------------------------------------------------------------------------


def test_a_good_argument_comes_back():
    assert check_choice("unit", "week", ("day", "week")) == "week"
    assert check_choice("grain", None, ("day", None)) is None
    assert check_number("margin", 1, low=0, high=1) == 1.0
    assert check_whole("bins", 5, low=2, high=10) == 5
    assert check_confidence(0.9) == 0.9


# --- definition ----------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [np.float64(0.25), np.int32(0), Fraction(1, 4), 0.25])
def test_every_real_number_becomes_a_float(value):
    found = check_number("margin", value, low=0)
    assert type(found) is float
    assert found == float(value)


@pytest.mark.parametrize("value", [4, 4.0, np.float64(4), np.int32(4), np.uint8(4), Fraction(8, 2)])
def test_a_whole_number_becomes_an_int(value):
    for limits in ({"low": 4}, {"low": 1, "high": 4}):
        found = check_whole("bins", value, **limits)
        assert type(found) is int
        assert found == 4


def test_limits_are_included_unless_open():
    assert check_number("x", 0, low=0, high=1) == 0.0
    assert check_number("x", 1, low=0, high=1, open_low=True) == 1.0
    with pytest.raises(OptionError, match=r"allowed:  \(0, 1\]"):
        check_number("x", 0, low=0, high=1, open_low=True)


def test_who_passes_a_label_is_told_the_choice():
    labels = {"Gold card": "gold", "金卡": "gold", "Lost": "lost"}
    with pytest.raises(OptionError, match="do:       Pass tier='gold' if that is meant"):
        check_choice("tier", "金卡", ("gold", "basic"), labels=labels)
    with pytest.raises(OptionError, match="do:       Pass one of them"):
        check_choice("tier", "Lost", ("gold", "basic"), labels=labels)


# --- properties ----------------------------------------------------------------------------------


@given(st.floats(), st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_a_number_passes_exactly_when_it_lies_in_the_range(value, low, high):
    if math.isfinite(value) and low <= value <= high:
        assert check_number("x", value, low=low, high=high) == value
    else:
        with pytest.raises(OptionError, match="`x` must be a finite number"):
            check_number("x", value, low=low, high=high)


# --- refusals ------------------------------------------------------------------------------------

HOSTILE = [np.array(["week", "day"]), pd.Series([1]), [7], {"of": 1}, math.nan, "fortnight"]


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: type(value).__name__)
def test_a_choice_outside_the_list_is_refused(value):
    with pytest.raises(OptionError, match="`unit` is not one of its choices") as caught:
        check_choice("unit", value, ("day", "week"))
    assert caught.value.allowed == "'day', 'week'"
    assert caught.value.do == "Pass one of them."


@pytest.mark.parametrize("value", ["wek", "weeks", "Week"])
def test_the_choice_that_was_meant_is_suggested(value):
    with pytest.raises(OptionError) as caught:
        check_choice("unit", value, ("day", "week"))
    assert caught.value.do == "Pass unit='week' if that is meant."


@pytest.mark.parametrize(
    "value", [True, "0.3", None, Decimal("0.3"), math.inf, math.nan, 10**400, 1j, np.array([0.3])]
)
def test_what_is_no_finite_number_is_refused(value):
    with pytest.raises(OptionError, match=r"`x` must be a finite number"):
        check_number("x", value)


def test_the_refusal_shows_range_and_advice():
    with pytest.raises(OptionError) as caught:
        check_number("margin", 30, low=0, high=1, do="Write 30 % as margin=0.3.")
    assert (caught.value.received, caught.value.allowed) == ("30", "[0, 1]")
    assert caught.value.do == "Write 30 % as margin=0.3."
    with pytest.raises(OptionError, match=r"allowed:  \[1, inf\)\n.*Pass a number in that range"):
        check_number("n", 0, low=1)


@pytest.mark.parametrize("value", [0, 1, 95, -0.1, True, math.nan, "0.95", None])
def test_a_confidence_outside_its_range_is_refused(value):
    with pytest.raises(OptionError, match="`confidence` must lie strictly between 0 and 1"):
        check_confidence(value)


@pytest.mark.parametrize("value", [2.5, np.float64(3.000001), Fraction(7, 2)])
def test_a_part_of_one_is_refused(value):
    with pytest.raises(OptionError, match="`bins` must be a whole number") as error:
        check_whole("bins", value, low=2, high=5_000)
    assert (error.value.received, error.value.allowed) == (
        repr(value),
        "a whole number from 2 to 5,000",
    )
    assert error.value.do == "Pass a whole number from 2 to 5,000 for `bins`."
    with pytest.raises(OptionError, match="from 2 on") as error:
        check_whole("bins", value, low=2, do="Pass bins=10.")
    assert error.value.do == "Pass bins=10."


@pytest.mark.parametrize("value", [1, 11, 1.5, True, "3", None, math.nan, math.inf, 10**400])
def test_a_whole_number_outside_its_range_is_refused(value):
    with pytest.raises(OptionError, match="`bins` must be a finite number") as error:
        check_whole("bins", value, low=2, high=10)
    assert error.value.do == "Pass a whole number from 2 to 10 for `bins`."
