"""The corners: every function against mpmath at 50 digits, tests/reference/generate_stress.py."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

import retentionkit as rk

TABLE = json.loads((Path(__file__).parents[1] / "reference" / "stress.json").read_text("utf-8"))
ROWS = [dict(zip(TABLE["columns"], row, strict=True)) for row in TABLE["rows"]]

#: Largest relative error; of a log-likelihood, relative to the sum of its absolute terms.
PROMISED = {
    "log_likelihood": 1e-12,
    "probability_alive": 1e-9,
    "probability_active": 1e-11,
    "expected_purchases": 1e-8,
    "conditional_expected_purchases": 1e-8,
    "discounted_expected_purchases": 1e-8,
    "count_pmf": 1e-9,
    "conditional_count_pmf": 1e-9,
    "rate_exceeds": 1e-9,
    "expected_spend": 1e-12,
}


def answer(row):
    """What the library says to a row of the table."""
    model, name = getattr(rk.clv, row["model"])(*row["parameters"]), row["function"]
    t_x, T = (1.0, 1.0) if row["money"] else (row["t_x"], row["T"])
    h = rk.PurchaseHistories.from_arrays(row["x"], t_x, T, monetary_value=row["money"], unit="week")
    t, n = row["t"], row["n"]
    if name == "discounted_expected_purchases":
        # The kernel itself: as a yearly rate, most of these deltas are out of range.
        x, t_x, T = (np.array([float(row[key])]) for key in ("x", "t_x", "T"))
        ahead = model._discounted(x, T, row["delta"], math.inf if t is None else t)
        return (model._alive(x, t_x, T) * ahead)[0]
    if name in {"log_likelihood", "expected_spend"}:
        return getattr(model, name)(h)[0]
    if name == "probability_alive":
        return model.probability_alive(h, t)[0]
    if name == "rate_exceeds":
        return model.rate_exceeds(h, row["norm"])[0]
    arguments = [value for value in (n, t) if value is not None]
    if name in {"expected_purchases", "count_pmf"}:
        return getattr(model, name)(*arguments)
    return getattr(model, name)(h, *arguments)[0]


@pytest.mark.parametrize(
    ("model", "name"), sorted({(row["model"], row["function"]) for row in ROWS})
)
def test_fifty_digits(model, name):
    rows = [row for row in ROWS if row["model"] == model and row["function"] == name]
    assert len(rows) >= 4
    found = np.array([answer(row) for row in rows], dtype=np.float64)
    exact = np.array([float(row["value"]) for row in rows])
    terms = np.array([float(row["terms"]) for row in rows])
    scale = terms if name == "log_likelihood" else np.abs(exact)
    np.testing.assert_array_equal(np.isfinite(found), np.isfinite(exact))
    some = np.isfinite(exact)
    # Values below 1e-290 are stored as 0.
    error = np.abs(found[some] - exact[some]) / np.maximum(scale[some], 1e-285)
    assert error.max() <= PROMISED[name], rows[int(np.flatnonzero(some)[np.argmax(error)])]


def test_every_function_is_there():
    assert {row["function"] for row in ROWS} == set(PROMISED)
    assert len(ROWS) >= 900
