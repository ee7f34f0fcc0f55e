"""Complaints on a stated base: shares, several of one unit, ids, and exact limits that cover."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from retentionkit.errors import DataError, OptionError
from retentionkit.service import complaint_rate

# -- worked example --------------------------------------------------------------------------------


def test_complaints_per_thousand_orders():
    found = complaint_rate(22, base=1_000, per="order")
    assert found.value == 0.022
    assert (found.n, found.complaints) == (1_000, 22)
    limits = stats.binomtest(22, 1_000).proportion_ci(0.95, method="wilson")
    assert (found.interval.low, found.interval.high) == pytest.approx(tuple(limits), rel=1e-12)
    assert "22 (14.6 to 33.1) per 1,000\n  per         order" in repr(found)
    json.dumps(found.to_dict(), allow_nan=False)


def test_several_complaints_of_one_customer():
    found = complaint_rate(30, base=20, per="customer", several=True, per_units=100)
    assert found.value == 1.5
    assert "150 (101 to 214) per 100\n" in repr(found)
    assert "exact Poisson" in found.definition


def test_ids_are_counted_once_or_all():
    complaints, base = ["a", "a", "a", "z", "b"], ["a", "b", "c", "d", "a"]
    once = complaint_rate(complaints, base=base, per="trip")
    assert (once.complaints, once.base, once.repeated, once.outside) == (2, 4, 2, 1)
    assert "2 beyond the first of each, not counted again" in repr(once)
    assert "1 about what is not in the base" in repr(once)
    every = complaint_rate(complaints, base=base, per="trip", several=True)
    assert (every.complaints, every.value) == (4, 1.0)
    assert "counted as well" in repr(every)
    assert complaint_rate([], base=base, per="trip").value == 0


@pytest.mark.parametrize("per", ["inquiry", "orders", "订单"])
def test_what_a_unit_is_needs_no_plural(per):
    found = complaint_rate(2_200, base=1_000, per=per, several=True)
    assert "2,200 (2,109 to 2,294) per 1,000\n" in repr(found)
    assert f"per         {per}\n" in repr(found)
    assert found.definition == f"Complaints per {per}, with an exact Poisson interval."


# -- reference -------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(st.integers(0, 200), st.sampled_from([0.5, 0.9, 0.99]))
def test_exact_limits_are_those_of_the_chi_square(number, confidence):
    found = complaint_rate(number, base=50, per="order", several=True, confidence=confidence)
    tail = 0.5 - confidence / 2
    low = stats.chi2.ppf(tail, 2 * number) / 100 if number else 0.0
    assert found.interval.low == pytest.approx(low, rel=1e-9)
    assert found.interval.high == pytest.approx(stats.chi2.isf(tail, 2 * number + 2) / 100)


# -- definition ------------------------------------------------------------------------------------


@pytest.mark.parametrize("mean", [0.3, 2.0, 11.0])
def test_exact_limits_cover_by_enumeration(mean):
    numbers = np.arange(60)
    inside = [
        mean in complaint_rate(int(k), base=1, per="x", several=True).interval for k in numbers
    ]
    assert stats.poisson.pmf(numbers, mean)[inside].sum() >= 0.95


def test_at_the_limits_the_number_has_half_of_the_error():
    found = complaint_rate(7, base=1, per="order", several=True)
    assert stats.poisson.sf(6, found.interval.low) == pytest.approx(0.025, rel=1e-9)
    assert stats.poisson.cdf(7, found.interval.high) == pytest.approx(0.025, rel=1e-9)


# -- properties ------------------------------------------------------------------------------------


def test_series_of_every_library(kind):
    complaints, base = [3, 3, 9], [1, 2, 3]
    library = pytest.importorskip(kind)
    series = library.array if kind == "pyarrow" else library.Series
    found = complaint_rate(series(complaints), base=series(base), per="order")
    assert repr(found) == repr(complaint_rate(complaints, base=np.array(base), per="order"))
    assert (found.complaints, found.outside) == (1, 1)
    assert type(found.to_frame()).__module__.partition(".")[0] == kind


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("complaints", "options", "error", "match"),
    [
        (30, {"base": 20}, OptionError, "more complaints than units .order."),
        (3, {"base": 0}, OptionError, "`base` must be"),
        (-3, {"base": 5}, OptionError, "`complaints` must be"),
        (2.5, {"base": 5}, OptionError, "`complaints` must be a whole number"),
        (3, {"base": 5, "per": ""}, OptionError, "Nothing says what the rate is per"),
        (3, {"base": 5, "per": None}, OptionError, "Nothing says what the rate is per"),
        (3, {"base": 5, "per_units": 0}, OptionError, "`per_units` must be"),
        (3, {"base": [1, 2]}, OptionError, "both be numbers, or both ids"),
        ([1], {"base": 5}, OptionError, "both be numbers, or both ids"),
        (["x"], {"base": ["a"]}, DataError, "No complaint is about a unit of the base"),
        (["x"], {"base": []}, DataError, "The base is empty"),
        (["x"], {"base": [1]}, DataError, "different kinds"),
        (["x", None], {"base": ["x"]}, DataError, "missing ids"),
    ],
)
def test_refusals(complaints, options, error, match):
    with pytest.raises(error, match=match):
        complaint_rate(complaints, **{"per": "order", **options})
