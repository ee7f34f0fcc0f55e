import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta as beta_distribution
from scipy.stats import betabinom

import retentionkit as rk
from donations import donors
from retentionkit.errors import DataError, KindError, OptionError

ROUNDED = rk.clv.BetaBinomial(0.487, 0.826, unit="year")


def one(x, t_x, n, unit="year"):
    return rk.OpportunityHistories.from_arrays(x, t_x, n, unit=unit)


@pytest.fixture(scope="module")
def fitted():
    return rk.clv.BetaBinomial.fit(donors())


# Worked example: the donations without dropout.


def test_estimates_are_the_exact_optimum(fitted):
    # Independent optimum, printed to six decimals.
    np.testing.assert_allclose(fitted.model.parameters(), [0.487275, 0.826434], atol=5e-7)
    assert fitted.log_likelihood == pytest.approx(-35516.109896, abs=1e-6)
    assert fitted.limit is None


def test_dropout_is_worth_its_two_parameters(fitted):
    full = rk.clv.BGBB.fit(donors())
    assert full.bic < fitted.bic - 4_500


# Reference: scipy's beta-binomial distribution.


def test_counts_are_beta_binomial():
    n = np.arange(12)
    np.testing.assert_allclose(
        ROUNDED.count_pmf(n, 10), betabinom(10, 0.487, 0.826).pmf(n), rtol=1e-12
    )
    h = one([0, 3, 6], [0, 4, 6], [6, 6, 6])
    found = ROUNDED.conditional_count_pmf(h, n, "10 years")
    for row, x in zip(found, (0, 3, 6), strict=True):
        exact = betabinom(10, 0.487 + x, 0.826 + 6 - x).pmf(n)
        np.testing.assert_allclose(row, exact, rtol=1e-11)
    rate = ROUNDED.rate_exceeds(h, 0.3)
    np.testing.assert_allclose(
        rate, beta_distribution(0.487 + h.frequency, 6.826 - h.frequency).sf(0.3)
    )
    assert ROUNDED.rate_exceeds(h, 2.0).tolist() == [0, 0, 0]


# Definition.


def test_strings_of_a_count_share_its_probability():
    n = 6
    pmf = ROUNDED.count_pmf(np.arange(n + 1), n)
    for string in itertools.product((0, 1), repeat=n):
        x, t_x = sum(string), max((k for k, b in enumerate(string, 1) if b), default=0)
        each = math.exp(ROUNDED.log_likelihood(one(x, t_x, n))[0])
        assert each * math.comb(n, x) == pytest.approx(pmf[x], rel=1e-12)


def test_expectations_follow_from_the_counts():
    h, n = one([0, 2, 5], [0, 3, 5], [5, 5, 5]), np.arange(9)
    pmf = ROUNDED.conditional_count_pmf(h, n, 8)
    ahead = ROUNDED.conditional_expected_purchases(h, 8)
    np.testing.assert_allclose(pmf @ n, ahead, rtol=1e-12)
    np.testing.assert_allclose(1 - pmf[:, 0], ROUNDED.probability_active(h, 8), rtol=1e-12)
    assert ROUNDED.probability_alive(h, 3).tolist() == [1, 1, 1]
    expected = ROUNDED.expected_purchases([0, 1, 10])
    np.testing.assert_allclose(expected, 0.487 / 1.313 * np.array([0, 1, 10]), rtol=1e-15)


def test_discounting_is_a_geometric_series():
    h, v = one(2, 3, 5), 1 / 1.1
    each = ROUNDED.conditional_expected_purchases(h, 1)
    found = ROUNDED.discounted_expected_purchases(h, discount_rate=0.1, horizon=7)
    np.testing.assert_allclose(found, each * sum(v**k for k in range(1, 8)), rtol=1e-13)
    for_ever = ROUNDED.discounted_expected_purchases(h, discount_rate=0.1)
    np.testing.assert_allclose(for_ever, each / 0.1, rtol=1e-13)
    plain = ROUNDED.discounted_expected_purchases(h, discount_rate=0, horizon=7)
    np.testing.assert_allclose(plain, 7 * each, rtol=1e-13)


def test_score_is_zero_and_derivatives_are_right(fitted):
    likelihood = rk.clv.BetaBinomial._problem(donors()).likelihood
    at_top = likelihood(fitted.model.parameters())
    np.testing.assert_allclose(at_top.gradient, 0, atol=1e-6)
    point = np.array([0.7, 0.3])
    here = likelihood(point)
    each = rk.clv.BetaBinomial(*point).log_likelihood(donors())
    assert here.value == pytest.approx(each @ donors().weight, rel=1e-13)
    for i in range(2):
        move = np.zeros(2)
        move[i] = 1e-5
        high, low = likelihood(point + move), likelihood(point - move)
        # Central differences are good to about 1e-8 here.
        assert here.gradient[i] == pytest.approx((high.value - low.value) / 2e-5, rel=1e-6)
        slopes = (high.gradient - low.gradient) / 2e-5
        np.testing.assert_allclose(here.hessian[i], slopes, rtol=1e-6)


def test_simulation_agrees_with_the_counts():
    size = 50_000
    drawn = ROUNDED.simulate(np.full(size, 6), rng=4)
    shares = np.bincount(np.bincount(drawn.customer, minlength=size), minlength=7) / size
    pmf = ROUNDED.count_pmf(np.arange(7), 6)
    assert (np.abs(shares - pmf) < 4 * np.sqrt(pmf * (1 - pmf) / size)).all()
    assert not drawn.dropout.any()
    later = ROUNDED.simulate_ahead(one([6] * size, [6] * size, [6] * size), 5, rng=4)
    mean, spread = len(later.customer) / size, 1.0 / math.sqrt(size)
    expected = ROUNDED.conditional_expected_purchases(one(6, 6, 6), 5)[0]
    assert abs(mean - expected) < 4 * spread


@pytest.mark.parametrize(
    ("rate", "limit"),
    [
        (np.full(400, 0.4), "homogeneous rate"),
        (np.full(400, 1.0), "certain purchase"),
        (np.arange(400) % 3 / 2 // 1, "polarised rate"),
    ],
)
def test_limits_are_named(rate, limit):
    rng = np.random.default_rng(3)
    bought = rng.random((400, 8)) < rate[:, None]
    n = rng.integers(4, 9, 400)
    bought &= np.arange(1, 9) <= n[:, None]
    x, t_x = bought.sum(axis=1), (bought * np.arange(1, 9)).max(axis=1)
    fit = rk.clv.BetaBinomial.fit(one(x, t_x, n))
    assert fit.limit == limit


# Properties.


@settings(max_examples=50)
@given(x=st.integers(0, 9), more=st.integers(0, 9), shapes=st.tuples(*[st.floats(0.01, 50)] * 2))
def test_values_stay_in_their_ranges(x, more, shapes):
    model, h = rk.clv.BetaBinomial(*shapes), one(x, x, x + more)
    assert 0 <= model.probability_active(h, 3)[0] <= 1
    assert 0 <= model.conditional_expected_purchases(h, 3)[0] <= 3
    assert math.isfinite(model.log_likelihood(h)[0])


def test_a_saved_fit_comes_back(fitted, tmp_path):
    fitted.save(tmp_path / "fit.json")
    assert rk.clv.load(tmp_path / "fit.json").equals(fitted)


# Refusals.


def test_refusals(cdnow):
    with pytest.raises(KindError, match="BetaBinomial reads opportunity histories"):
        rk.clv.BetaBinomial.fit(cdnow)
    with pytest.raises(OptionError, match="`beta` must be a finite number"):
        rk.clv.BetaBinomial(1.0, -1.0)
    with pytest.raises(OptionError, match="no finite value"):
        ROUNDED.discounted_expected_purchases(None, discount_rate=0)
    with pytest.raises(DataError, match="too few or too alike"):
        rk.clv.BetaBinomial.fit(one([1, 1], [1, 1], [2, 2]))
