import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import retentionkit as rk
from donations import donors
from retentionkit.errors import KindError, OptionError

MODEL = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
NBD = rk.clv.NBD(0.385, 12.072, unit="week")


def histories(x, T, unit="week", weight=None):
    x, T = np.asarray(x), np.asarray(T, dtype=float)
    t_x = np.where(x > 0, T, 0)
    return rk.PurchaseHistories.from_arrays(x, t_x, T, unit=unit, weight=weight)


# Worked example: CDNOW. The actual counts are those of every paper on it.


def test_cdnow(bgnbd, cdnow):
    found = rk.clv.frequency_fit(bgnbd, cdnow)
    assert found.actual.tolist() == [1411, 439, 214, 100, 62, 38, 29, 64]
    assert found.labels == ("0", "1", "2", "3", "4", "5", "6", "7+")
    assert found.expected.sum() == pytest.approx(2357, rel=1e-12)
    # Better than a model without dropout; the paper shows BG/NBD close everywhere.
    nbd = rk.clv.frequency_fit(rk.clv.NBD.fit(cdnow), cdnow)
    assert found.distance < 0.5 * nbd.distance
    assert (np.abs(found.actual / found.expected - 1) < 0.25).all()


def test_donations():
    """By the spreadsheet of Fader and Hardie: 3,454.9 donors who never give, 1,253.1 each year."""
    found = rk.clv.frequency_fit(rk.clv.BGBB.fit(donors()), donors(), top=6)
    assert found.actual[[0, 6]].tolist() == [3464, 1203]
    assert found.expected[[0, 6]] == pytest.approx([3454.9, 1253.1], abs=0.05)
    assert found.expected.sum() == pytest.approx(11_104, rel=1e-12)
    assert "expected by BGBB with each customer's own number" in " ".join(repr(found).split())


def test_it_prints_what_it_says(bgnbd, cdnow):
    found = rk.clv.frequency_fit(bgnbd, cdnow)
    assert "expected by BGNBD at each customer's own age" in " ".join(repr(found).split())
    assert "2,357" in repr(found)
    assert list(found.to_frame().columns) == ["purchases", "actual", "expected"]
    assert json.loads(json.dumps(found.to_dict()))["n_customers"] == 2357


# Reference: the expected mean is that of the model.


def test_the_expected_mean_is_the_models_expectation(cdnow):
    found = rk.clv.frequency_fit(NBD, cdnow, top=400)
    mean = found.expected @ np.arange(401)
    # Beyond 400 purchases lies less than 1e-9 of the mean.
    assert mean == pytest.approx(NBD.expected_purchases(cdnow.age).sum(), rel=1e-8)


# Definition: customer by customer.


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.floats(1, 60), st.integers(1, 3)), min_size=1, max_size=6
    ),
    st.integers(1, 6),
)
def test_customer_by_customer(rows, top):
    x, T, w = (np.array(column) for column in zip(*rows, strict=True))
    found = rk.clv.frequency_fit(MODEL, histories(x, T, weight=w), top=top)
    expected = np.zeros(top + 1)
    for age, many in zip(T, w, strict=True):
        pmf = MODEL.count_pmf(np.arange(top), float(age))
        expected += many * np.append(pmf, 1 - pmf.sum())
    np.testing.assert_allclose(found.expected, expected, rtol=1e-9, atol=1e-9)
    for k in range(top + 1):
        same = x >= top if k == top else x == k
        assert found.actual[k] == w[same].sum()
    distance = ((found.actual - found.expected) ** 2 / found.expected).sum()
    assert found.distance == pytest.approx(distance, rel=1e-12)
    assert found.n_customers == w.sum()


def test_opportunities_customer_by_customer():
    """Customers with 2, 5 and 2 opportunities; nobody buys oftener than that."""
    model = rk.clv.BGBB(1.204, 0.750, 0.657, 2.783, unit="year")
    h = rk.OpportunityHistories.from_arrays([0, 3, 2], [0, 4, 2], [2, 5, 2], unit="year")
    found = rk.clv.frequency_fit(model, h, top=4)
    assert found.actual.tolist() == [1, 0, 1, 1, 0]
    n = np.arange(4)
    by_hand = 2 * model.count_pmf(n, 2) + model.count_pmf(n, 5)
    np.testing.assert_allclose(found.expected[:4], by_hand, rtol=1e-12)
    last = model.count_pmf(np.arange(4, 6), 5).sum()
    assert found.expected[4] == pytest.approx(last, rel=1e-9)


def test_simulated_customers_are_as_expected():
    """5,000 customers: each class within four standard deviations, and no large distance."""
    drawn = MODEL.simulate(np.full(5_000, 39.0), rng=4).to_histories()
    found = rk.clv.frequency_fit(MODEL, drawn)
    assert (np.abs(found.actual - found.expected) < 4 * np.sqrt(found.expected)).all()
    assert found.distance < 30  # the chi-square of 7 degrees of freedom exceeds it at 1e-4


# Properties.


def test_order_units_and_duplicates_do_not_matter(bgnbd, cdnow):
    one = rk.clv.frequency_fit(bgnbd, cdnow)
    rows = np.random.default_rng(1).permutation(len(cdnow))
    for other in (cdnow[rows], cdnow.grouped(), cdnow.in_unit("day")):
        found = rk.clv.frequency_fit(bgnbd, other)
        assert found.actual.tolist() == one.actual.tolist()
        np.testing.assert_allclose(found.expected, one.expected, rtol=1e-10)
    twice = rk.clv.frequency_fit(bgnbd, cdnow[np.repeat(rows, 2)])
    np.testing.assert_allclose(twice.expected, 2 * one.expected, rtol=1e-10)
    assert twice.distance == pytest.approx(2 * one.distance, rel=1e-9)


def test_the_impossible_is_infinitely_far():
    """Nobody buys three times in no time."""
    new = rk.clv.frequency_fit(NBD, histories([0, 0], [1e-200, 1e-200]), top=2)
    assert new.expected == pytest.approx([2, 0, 0], abs=1e-190)
    assert new.distance == pytest.approx(0, abs=1e-190)
    assert rk.clv.frequency_fit(NBD, histories([3], [1e-200]), top=2).distance == np.inf


# Refusals.


@pytest.mark.parametrize("top", [0, 1.5, "7", True])
def test_the_last_class_is_checked(cdnow, top):
    with pytest.raises(OptionError, match="`top` must be"):
        rk.clv.frequency_fit(MODEL, cdnow, top=top)


def test_other_things_are_refused(cdnow):
    with pytest.raises(KindError, match="no model of purchases"):
        rk.clv.frequency_fit(rk.clv.GammaGamma(6.25, 3.74, 15.44), cdnow)
    with pytest.raises(KindError, match="reads purchase histories"):
        rk.clv.frequency_fit(MODEL, [1, 2])
    with pytest.raises(KindError, match="BGBB reads opportunity histories"):
        rk.clv.frequency_fit(rk.clv.BGBB(1, 1, 1, 1), cdnow)
    with pytest.raises(KindError, match="reads purchase histories"):
        rk.clv.frequency_fit(MODEL, donors())
