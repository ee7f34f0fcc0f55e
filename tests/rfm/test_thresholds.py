"""Thresholds at which something is said: one case just inside each, and one just outside."""

import dataclasses
import datetime as dt
import warnings

import numpy as np
import pandas as pd
import pytest

import retentionkit as rk
from retentionkit.errors import DataError, RetentionKitWarning
from retentionkit.rfm._drift import drift_between
from segmented import segments_of, table_of


def warned(action):
    """Whether the action warns."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        action()
    assert all(issubclass(one.category, RetentionKitWarning) for one in caught)
    return bool(caught)


# -- how many events a segment should expect -------------------------------------------------------


@pytest.mark.parametrize(("again", "rough"), [(10, False), (9, True)])
def test_a_p_value_is_rough_below_five_expected_events(again, rough):
    # Two segments of ten: 5 of each are expected to order again, or 4.5.
    frame = pd.DataFrame(
        {
            "customer_id": [*range(20), *range(again)],
            "date": pd.to_datetime(["2025-03-01"] * 20 + ["2025-05-01"] * again),
        }
    )
    log = rk.Transactions(frame, amount=None)
    table = rk.rfm.measure(log, as_of="2025-03-31")
    segments = rk.rfm.Segments.from_labels(table, ["odd", "even"] * 10)
    notes = rk.rfm.evaluate_segmentation(segments, log).notes
    assert any("only 4.5 customers are expected" in note for note in notes) is rough
    assert len(notes) == rough


# -- windows of one length -------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "alike"), [(28, True), (27, False), (34, True), (35, False)])
def test_windows_of_concentrations(days, alike):
    one = rk.rfm.concentration([1.0, 2.0, 5.0], window=31)
    other = rk.rfm.concentration([1.0, 3.0, 5.0], window=days)
    assert warned(lambda: one.difference(other)) is not alike


@pytest.mark.parametrize(("days", "alike"), [(91, True), (81, True), (80, False), (101, False)])
def test_windows_of_frozen_scores(days, alike):
    table = table_of([10.0, 20.0, 30.0])  # a window of 90 days
    later = dataclasses.replace(table, window=days)
    scorer = rk.rfm.Scorer.fit(table)
    if alike:
        assert scorer.score(later).recency.tolist() == scorer.score(table).recency.tolist()
    else:
        with pytest.raises(DataError, match=f"received: {days} days; the fit had 90 days"):
            scorer.score(later)


@pytest.mark.parametrize(("days", "alike"), [(90, True), (89, False), (111, True), (112, False)])
def test_windows_of_migrations(days, alike):
    before, after = (
        segments_of(["top", "low"], [9.0, 1.0], names=("top", "low")) for _ in range(2)
    )
    early = dataclasses.replace(before.table, as_of=dt.date(2024, 3, 31), window=100, observed=100)
    before = dataclasses.replace(before, table=early, by_window=True)
    after = dataclasses.replace(
        after, table=dataclasses.replace(after.table, window=days, observed=days)
    )
    assert warned(lambda: rk.rfm.migration(before, after)) is not alike


# -- what rounding left of money -------------------------------------------------------------------


@pytest.mark.parametrize(("rest", "zeros"), [(5e-10, 1), (2e-9, 0)])
def test_a_part_of_a_million_millionth_is_nothing(rest, zeros):
    assert rk.rfm.concentration([1_000.0, 10.0, rest]).n_zero == zeros


# -- how far scores have drifted -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("high", "psi", "reading"),
    [
        (655, 0.0994, "stable"),
        (656, 0.1007, "some"),
        (739, 0.2487, "some"),
        (740, 0.2510, "large"),
    ],
)
def test_drift_is_some_above_a_tenth_and_large_above_a_quarter(high, psi, reading):
    before = (dt.date(2025, 3, 31), {"recency": (500, 500)})
    after = (dt.date(2025, 6, 30), {"recency": (1_000 - high, high)})
    found = drift_between(before, after, kind=None)
    assert found.reading == (reading,)
    np.testing.assert_allclose(found.psi, psi, atol=5e-5)  # four digits, by hand
