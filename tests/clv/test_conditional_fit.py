import json

import numpy as np
import pytest
from scipy import stats

import retentionkit as rk
from retentionkit.errors import DataError, KindError, OptionError


@pytest.fixture(scope="module")
def held(log, cdnow):
    return rk.holdout(log, cdnow, until="1998-06-30")


# Worked example: CDNOW by frequency, as printed for several implementations.


def test_cdnow_by_frequency(bgnbd, cdnow, held):
    found = rk.clv.conditional_fit(bgnbd, cdnow, held)
    assert found.labels == ("0", "1", "2", "3", "4", "5", "6", "7+")
    assert found.customers.tolist() == [1411, 439, 214, 100, 62, 38, 29, 64]
    published = [0.225087, 0.523131, 1.044134, 1.520280, 2.163866, 2.653846, 3.504042, 6.157191]
    # Half a unit of the sixth digit, and the search tolerance of a fit on top.
    np.testing.assert_allclose(found.expected, published, atol=5e-6)
    actual = [0.237, 0.697, 1.393, 1.560, 2.532, 2.947, 3.862, 6.359]
    np.testing.assert_allclose(found.actual, actual, atol=5e-4)


def test_it_prints_what_it_says(bgnbd, cdnow, held):
    found = rk.clv.conditional_fit(bgnbd, cdnow, held, by="recency", bins=5)
    assert "expected by BGNBD, by recency before" in " ".join(repr(found).split())
    assert list(found.to_frame().columns) == [
        "recency", "customers", "actual", "expected", "standard_error",
    ]  # fmt: skip
    assert found.labels == ("0", "0–10", "10–20", "20–30", "30+")
    assert json.loads(json.dumps(found.to_dict(), allow_nan=False))["high"][-1] is None


# Definition: class by class.


@pytest.mark.parametrize("by", ["frequency", "recency"])
@pytest.mark.parametrize("bins", [1, 4, 12, [0, 1, 3, 8], [0, 0.5, 40]])
def test_class_by_class(by, bins, bgnbd, cdnow, held):
    found = rk.clv.conditional_fit(bgnbd, cdnow, held, by=by, bins=bins)
    values = getattr(cdnow, by)
    expected = bgnbd.model.conditional_expected_purchases(cdnow, 39)
    assert found.customers.sum() == 2357
    assert found.low[0] == 0
    for k in range(len(found.low)):
        inside = (values >= found.low[k]) & (values < found.high[k])
        bought = held.purchases[inside]
        assert found.customers[k] == inside.sum() > 0
        assert found.actual[k] == pytest.approx(bought.mean(), rel=1e-12)
        assert found.expected[k] == pytest.approx(expected[inside].mean(), rel=1e-10)
        if inside.sum() == 1:
            assert np.isnan(found.standard_error[k])
        else:
            error = stats.sem(bought)
            assert found.standard_error[k] == pytest.approx(error, rel=1e-9, abs=1e-12)


def test_one_time_buyers_are_a_class_of_recency(bgnbd, cdnow, held):
    found = rk.clv.conditional_fit(bgnbd, cdnow, held, by="recency")
    assert found.labels[:3] == ("0", "0–6", "6–12")
    assert found.customers[0] == (cdnow.frequency == 0).sum()


def test_a_class_of_one_has_no_standard_error(log, bgnbd, cdnow):
    some = cdnow[:50]
    held = rk.holdout(log, some, until="1998-06-30")
    most = int(some.frequency.max())
    found = rk.clv.conditional_fit(bgnbd, some, held, bins=most + 1)
    alone = found.customers == 1
    assert alone.any()
    assert np.array_equal(np.isnan(found.standard_error), alone)


# Properties.


def test_order_and_units_do_not_matter(log, bgnbd, cdnow, held):
    one = rk.clv.conditional_fit(bgnbd, cdnow, held)
    rows = np.random.default_rng(1).permutation(len(cdnow))
    other = cdnow[rows]
    same = rk.clv.conditional_fit(bgnbd, other, rk.holdout(log, other, until="1998-06-30"))
    assert np.array_equal(same.expected, one.expected)
    assert np.array_equal(same.standard_error, one.standard_error)
    days = rk.clv.conditional_fit(bgnbd.model.in_unit("day"), cdnow, held)
    np.testing.assert_allclose(days.expected, one.expected, rtol=1e-9)


def test_short_recencies_are_cut_below_one_unit(bgnbd, cdnow, held):
    found = rk.clv.conditional_fit(bgnbd.model.in_unit("year"), cdnow, held, by="recency", bins=3)
    half = cdnow.age.max() * 7 / 365.25 / 2
    np.testing.assert_allclose(found.low, [0, 1e-12, half], rtol=1e-12)
    assert (found.unit, found.labels[0]) == ("year", "0")


# Refusals.


@pytest.mark.parametrize("bins", [0, 2.5, "ten", [], [1, 2], [0, 2, 1], [0, np.inf], [[0, 1]]])
def test_bins_are_checked(bins, bgnbd, cdnow, held):
    with pytest.raises(OptionError, match="`bins` must be a number of classes"):
        rk.clv.conditional_fit(bgnbd, cdnow, held, bins=bins)


def test_other_things_are_refused(bgnbd, cdnow, held):
    with pytest.raises(OptionError, match="`by` is not one of its choices"):
        rk.clv.conditional_fit(bgnbd, cdnow, held, by="age")
    with pytest.raises(DataError, match="does not follow"):
        rk.clv.conditional_fit(bgnbd, cdnow[:9], held)
    with pytest.raises(KindError, match="counts opportunities"):
        rk.clv.conditional_fit(rk.clv.BGBB(1, 1, 1, 1), cdnow, held)
    with pytest.raises(KindError, match="no model of purchases"):
        rk.clv.conditional_fit(None, cdnow, held)
