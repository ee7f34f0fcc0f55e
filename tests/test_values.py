import dataclasses
import json
import math

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retentionkit.errors import OptionError
from retentionkit.values import LifetimeValue

Z = 1.959963984540054  # the 97.5 % point of the standard normal, from a table


def made(value=(10.0, 40.0, 0.0, 40.0), loadings=((3, 4), (0, 2), (0, 0), (1, 0)), **changes):
    """Four customers, two directions of uncertainty."""
    size = len(value)
    return LifetimeValue(
        **{
            "value": np.array(value),
            "discounted_purchases": np.arange(size) + 0.5,
            "expected_spend": np.arange(size) + 20.0,
            "loadings": None if loadings is None else np.array(loadings, dtype=float),
            "customer": np.array(["ann", "bob", "cy", "di"][:size]),
            "weight": np.ones(size),
            "kind": "residual",
            "horizon": 52.0,
            "unit": "week",
            "discount_rate": 0.1,
            "margin": 0.3,
            "definition": "What it is.",
            "covers": "What it covers.",
            **changes,
        }
    )


# Worked example: numbers that can be checked in the head.


def test_standard_errors_are_lengths_and_the_total_adds_rows():
    value = made()
    assert len(value) == 4
    assert value.total == 90
    assert value.standard_error.tolist() == [5, 2, 0, 1]
    # Rows add up to (4, 6): less than the 8 that errors in step would give.
    assert value.total_standard_error == pytest.approx(math.sqrt(52), rel=1e-15)


def test_weights_count_customers():
    value = made(weight=np.array([1.0, 2.0, 5.0, 0.0]))
    assert value.total == 90
    assert value.total_standard_error == pytest.approx(math.hypot(3, 8), rel=1e-15)


def test_undefined_values_are_left_out_of_the_total_and_counted():
    value = made(value=(10.0, math.nan, 5.0, 40.0), loadings=((3, 4), (9, 9), (0, 0), (1, 0)))
    assert value.n_undefined == 1
    assert value.total == 55
    assert value.total_standard_error == pytest.approx(math.hypot(4, 4), rel=1e-15)
    assert value.top(3).value.tolist() == [40, 10, 5]
    assert "undefined" in repr(value)
    assert "1: refunds leave them no positive mean spend" in repr(value)
    assert value.to_dict()["value"][1] is None
    assert made().n_undefined == 0
    assert "undefined" not in repr(made())


def test_it_prints_what_it_says():
    low, high = 90 * math.exp(-Z * math.sqrt(52) / 90), 90 * math.exp(Z * math.sqrt(52) / 90)
    text = repr(made())
    assert text.splitlines()[0] == "Lifetime value"
    assert f"90.00 (95 %: {low:.2f} to {high:.2f})" in text
    assert "What it is." in text
    assert "What it covers." in text
    assert "ann" in text
    without = repr(made(loadings=None))
    assert "95 %" not in without
    assert "low" not in without
    assert "<table>" in made()._repr_html_()


# Reference: the log-scale Wald interval written out.


@pytest.mark.parametrize(("confidence", "z"), [(0.95, Z), (0.5, 0.6744897501960817)])
def test_intervals_are_on_the_log_scale(confidence, z):
    value = made()
    low, high = value.interval(confidence=confidence)
    relative = np.array([0.5, 0.05, 0.0, 0.025])
    np.testing.assert_allclose(low, value.value * np.exp(-z * relative), rtol=1e-14)
    np.testing.assert_allclose(high, value.value * np.exp(z * relative), rtol=1e-14)
    total = value.total_interval(confidence=confidence)
    assert total.low == pytest.approx(90 * math.exp(-z * math.sqrt(52) / 90), rel=1e-14)
    assert total.high == pytest.approx(90 * math.exp(z * math.sqrt(52) / 90), rel=1e-14)
    assert total.confidence == confidence


# Definition: what a result is.


def test_without_fits_nothing_is_said_about_errors():
    value = made(loadings=None)
    assert np.isnan(value.standard_error).all()
    assert np.isnan(value.total_standard_error)
    assert np.isnan(value.interval()).all()
    assert math.isnan(value.total_interval().low)
    assert list(value.to_frame()) == ["customer", "value", "discounted_purchases", "expected_spend"]


@pytest.mark.parametrize(
    ("kind", "frame"),
    [
        (None, pd.DataFrame),
        ("pandas", pd.DataFrame),
        ("polars", pl.DataFrame),
        ("pyarrow", pa.Table),
    ],
)
def test_the_frame_is_of_the_callers_kind(kind, frame):
    value = made(frame_kind=kind)
    table = value.to_frame()
    assert type(table) is frame
    columns = table.column_names if kind == "pyarrow" else list(table.columns)
    assert columns == ["customer", "value", "low", "high", "discounted_purchases", "expected_spend"]
    assert np.array_equal(np.asarray(table["value"]), value.value)
    assert np.array_equal(np.asarray(table["high"]), value.interval()[1])
    assert np.asarray(table["customer"]).tolist() == ["ann", "bob", "cy", "di"]


def test_rows_without_ids_have_no_column_of_ids():
    assert list(made(customer=None).to_frame()) == [
        "value",
        "low",
        "high",
        "discounted_purchases",
        "expected_spend",
    ]


def test_the_dictionary_is_strict_json():
    found = made(value=(1.0, np.inf), loadings=None, customer=None).to_dict()
    again = json.loads(json.dumps(found, allow_nan=False))
    assert again == found
    assert again["value"] == [1.0, None]
    assert again["loadings"] is None
    assert (again["kind"], again["horizon"], again["margin"]) == ("residual", 52.0, 0.3)


def test_the_top_is_sorted_and_ties_keep_their_order():
    top = made().top(3)
    assert top.customer.tolist() == ["bob", "di", "ann"]
    assert top.value.tolist() == [40, 40, 10]
    assert top.standard_error.tolist() == [2, 1, 5]
    assert made().top(np.int64(1)).customer.tolist() == ["bob"]
    assert len(made().top(99)) == 4
    # Many ties: what is stable for four rows by chance is not for three hundred.
    ids = np.arange(300)
    many = made(value=ids % 2 + 1.0, loadings=None, customer=ids)
    assert many.top(200).customer.tolist() == [*range(1, 300, 2), *range(0, 100, 2)]


# Properties.


@given(st.lists(st.booleans(), min_size=4, max_size=4))
def test_a_mask_takes_the_same_rows_of_everything(chosen):
    value, mask = made(), np.array(chosen)
    part, rest = value[mask], value[~mask]
    for name in (
        "value",
        "discounted_purchases",
        "expected_spend",
        "loadings",
        "customer",
        "weight",
    ):
        assert np.array_equal(getattr(part, name), getattr(value, name)[mask])
        assert not getattr(part, name).flags.writeable
    assert part.total + rest.total == value.total
    assert part.definition == value.definition
    assert value[np.flatnonzero(mask)].equals(part)


def test_a_part_without_ids_or_errors_is_one_too():
    part = made(loadings=None, customer=None)[1:3]
    assert part.customer is None
    assert part.loadings is None
    assert part.value.tolist() == [40, 0]


@given(
    value=st.lists(st.floats(1e-3, 1e6), min_size=1, max_size=4),
    error=st.floats(0, 2),
    confidence=st.floats(0.01, 0.99),
)
def test_intervals_hold_the_value_and_stay_positive(value, error, confidence):
    size = np.array(value)
    one = made(value=value, loadings=(error * size)[:, None], customer=None)
    low, high = one.interval(confidence=confidence)
    assert ((low > 0) & (low <= size) & (size <= high)).all()
    # Errors in step: the relative error of the total is that of each.
    assert one.total_standard_error == pytest.approx(error * size.sum(), rel=1e-12)
    assert one.total in one.total_interval(confidence=confidence)


def test_equality_sees_each_field():
    value = made()
    assert value.equals(made())
    assert not value.equals(made(covers="Less."))
    assert not value.equals(dataclasses.replace(value, expected_spend=value.expected_spend + 1))


# Refusals.


@pytest.mark.parametrize("n", [0, -3, 2.5, "ten", None])
def test_the_top_needs_a_number_of_customers(n):
    with pytest.raises(OptionError, match="`n` must be a positive number of rows"):
        made().top(n)


@pytest.mark.parametrize("confidence", [0, 1, 95, "high"])
def test_confidence_is_a_share(confidence):
    with pytest.raises(OptionError, match="`confidence` must lie strictly between 0 and 1"):
        made().interval(confidence=confidence)
    with pytest.raises(OptionError, match="`confidence` must lie strictly between 0 and 1"):
        made().total_interval(confidence=confidence)
