import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import gamma as gamma_distribution

import retentionkit as rk
from retentionkit.clv._fitting import gamma_gamma_likelihood as _gamma_gamma_likelihood
from retentionkit.clv._fitting.gamma_gamma_likelihood import GammaGammaLikelihood
from retentionkit.errors import DataError, KindError, OptionError

ROUNDED = rk.clv.GammaGamma(6.25, 3.74, 15.44)


def spenders(x, money):
    x = np.asarray(x)
    t_x = np.where(x > 0, 1.0, 0.0)
    return rk.PurchaseHistories.from_arrays(
        x, t_x, np.full(len(x), 2.0), monetary_value=money, unit="week"
    )


# Worked example: Fader and Hardie (2013), note 025, and its exact optimum.


def test_estimates(spend, cdnow):
    assert spend.model.parameters().round(2).tolist() == [6.25, 3.74, 15.44]
    expected = [6.249572271, 3.744224667, 15.443520964]
    np.testing.assert_allclose(spend.model.parameters(), expected, rtol=1e-8)
    assert spend.log_likelihood == pytest.approx(-4055.917695, abs=1e-6)
    errors = [row.standard_error for row in spend.parameters.values()]
    printed = [1.1900553, 0.2901331, 4.1594228]
    np.testing.assert_allclose(errors, printed, rtol=0, atol=1e-7)  # their last digit
    assert spend.n_customers == 946
    repeat = cdnow.monetary_value[cdnow.frequency > 0]
    assert len(repeat) == 946
    assert repeat.mean() == pytest.approx(35.08, abs=5e-3)
    assert spend.model.mean_spend == pytest.approx(35.170371269, rel=1e-8)


def test_expected_spend(spend, cdnow):
    model = spend.model
    some = spenders([3, 2], [35.0, 40.0])
    np.testing.assert_allclose(model.expected_spend(some), [35.021753050, 39.130534318], rtol=1e-8)
    # Customers 1 to 10 at rounded parameters.
    printed = [24.6596, 18.9169, 35.2190, 35.2190, 35.2190, 71.4710, 18.9169, 35.2190, 27.2884]
    np.testing.assert_allclose(ROUNDED.expected_spend(cdnow[:9]), printed, atol=5e-5)


# Reference: the formula of the paper as it stands, customer by customer.


def test_naive_likelihood_agrees(cdnow):
    p, q, v = 6.25, 3.74, 15.44
    some = cdnow[:200]
    expected = []
    for x, m in zip(some.frequency.tolist(), some.monetary_value, strict=True):
        if x == 0:
            expected.append(0.0)
            continue
        shapes = math.lgamma(p * x + q) - math.lgamma(p * x) - math.lgamma(q)
        powers = q * math.log(v) + (p * x - 1) * math.log(m) + p * x * math.log(x)
        expected.append(shapes + powers - (p * x + q) * math.log(x * m + v))
    np.testing.assert_allclose(ROUNDED.log_likelihood(some), expected, rtol=1e-11)


# Definition.


def test_likelihood_is_a_density_of_the_mean():
    def density(m):
        return math.exp(ROUNDED.log_likelihood(spenders([3], [m]))[0])

    total, _ = quad(density, 0, np.inf, epsabs=1e-12)
    mean, _ = quad(lambda m: m * density(m), 0, np.inf, epsabs=1e-12)
    assert total == pytest.approx(1, rel=1e-9)
    assert mean == pytest.approx(ROUNDED.mean_spend, rel=1e-8)


def test_expected_spend_is_the_posterior_mean():
    # nu given x orders of mean m is Gamma(p x + q, v + x m); a mean order is p / nu.
    p, q, v, x, m = 6.25, 3.74, 15.44, 3, 50.0
    posterior = gamma_distribution(p * x + q, scale=1 / (v + x * m))
    expected, _ = quad(lambda nu: p / nu * posterior.pdf(nu), 0, 5, epsabs=1e-10, points=[0.1])
    assert ROUNDED.expected_spend(spenders([x], [m]))[0] == pytest.approx(expected, rel=1e-9)


def test_derivatives_are_right(spend, cdnow):
    some = cdnow.frequency > 0
    likelihood = GammaGammaLikelihood(
        cdnow.frequency[some].astype(float), cdnow.monetary_value[some], cdnow.weight[some]
    )
    point = spend.model.parameters() * [1.2, 0.8, 1.1]
    here = likelihood(point)
    total = rk.clv.GammaGamma(*point).log_likelihood(cdnow).sum()
    assert here.value == pytest.approx(total, rel=1e-12)
    for i, size in enumerate(point * 1e-5):
        move = np.zeros(3)
        move[i] = size
        high, low = likelihood(point + move), likelihood(point - move)
        assert here.gradient[i] == pytest.approx((high.value - low.value) / (2 * size), rel=1e-6)
        np.testing.assert_allclose(
            here.hessian[i], (high.gradient - low.gradient) / (2 * size), rtol=1e-6
        )


def test_simulation_agrees_and_the_truth_is_recovered():
    orders = np.random.default_rng(2).integers(1, 6, 20_000)
    amounts = ROUNDED.simulate(orders, rng=3)
    ends = np.cumsum(orders)
    means = np.add.reduceat(amounts, ends - orders) / orders
    assert abs(means.mean() - ROUNDED.mean_spend) < 4 * means.std() / math.sqrt(len(means))
    fit = rk.clv.GammaGamma.fit(spenders(orders, means))
    assert all(
        value in fit.interval(name, confidence=0.999)
        for name, value in zip(fit.model.names, ROUNDED.parameters(), strict=True)
    )


def test_limits_are_named():
    x = np.arange(400) % 9 + 1
    alike = np.random.default_rng(5).gamma(3.0 * x, 10.0 / x)  # one mean for all customers
    steady = 20 / np.random.default_rng(3).gamma(3.0, 1.0, 400)  # one amount for each customer
    for money, limit in ((alike, "same spend"), (steady, "constant orders")):
        fit = rk.clv.GammaGamma.fit(spenders(x, money))
        assert fit.limit == limit
        assert np.isfinite(fit.model.expected_spend(spenders(x, money))).all()


# Properties.


@given(scale=st.floats(0.001, 1_000))
def test_money_scales(scale):
    rng = np.random.default_rng(9)
    x, money = rng.integers(1, 5, 50), rng.gamma(3.0, 10.0, 50)
    before = rk.clv.GammaGamma.fit(spenders(x, money)).model
    after = rk.clv.GammaGamma.fit(spenders(x, money * scale)).model
    np.testing.assert_allclose(after.parameters(), before.parameters() * [1, 1, scale], rtol=1e-6)


def test_order_does_not_matter_and_weights_are_counts(cdnow, spend):
    order = np.random.default_rng(1).permutation(len(cdnow))
    assert rk.clv.GammaGamma.fit(cdnow[order]).equals(spend)
    double = rk.clv.GammaGamma.fit(dataclasses.replace(cdnow, weight=np.full(len(cdnow), 2.0)))
    np.testing.assert_allclose(double.model.parameters(), spend.model.parameters(), rtol=1e-9)
    assert double.log_likelihood == pytest.approx(2 * spend.log_likelihood, rel=1e-12)


def test_many_customers_are_searched_rounded_and_fitted_as_they_are(monkeypatch):
    rng = np.random.default_rng(6)
    orders = rng.integers(1, 9, 21_000)
    money = rng.gamma(6.25 * orders) / rng.gamma(3.74, 1 / 15.44, len(orders)) / orders
    many = spenders(orders, money)
    fit = rk.clv.GammaGamma.fit(many)
    assert rk.clv.GammaGamma.fit(many[rng.permutation(len(many))]).equals(fit)
    monkeypatch.setattr(_gamma_gamma_likelihood, "_WORTH_COARSENING", math.inf)
    plain = rk.clv.GammaGamma.fit(many)
    assert plain.fingerprint == fit.fingerprint
    # Both stop where twice the log-likelihood still to be gained is below 2e-11.
    np.testing.assert_allclose(fit.model.parameters(), plain.model.parameters(), rtol=1e-6)
    assert fit.log_likelihood == pytest.approx(plain.log_likelihood, abs=1e-10 * len(many))


def test_whole_counts_sort_as_any_others_do(cdnow, spend):
    # Weights that differ take the general way of sorting, in which a customer may be two rows.
    some = cdnow[cdnow.frequency > 0]
    twice = np.repeat(np.arange(len(some)), 2)
    split = dataclasses.replace(some[twice], weight=np.tile([0.25, 0.75], len(some)))
    parted = rk.clv.GammaGamma.fit(split)
    np.testing.assert_allclose(parted.model.parameters(), spend.model.parameters(), rtol=1e-9)
    assert parted.log_likelihood == pytest.approx(spend.log_likelihood, rel=1e-13)


def test_penalty_pulls_the_shapes(cdnow):
    strong = rk.clv.GammaGamma.fit(cdnow, penalty=1e7)
    np.testing.assert_allclose([strong.model.p, strong.model.q], [1, 2], rtol=1e-3)
    begun = rk.clv.GammaGamma.fit(cdnow, start=ROUNDED)
    assert begun.model.p == pytest.approx(6.249572271, rel=1e-8)


@given(x=st.integers(1, 50), money=st.floats(0.01, 1e4))
def test_expected_spend_lies_between_the_population_and_the_customer(x, money):
    found = ROUNDED.expected_spend(spenders([x], [money]))[0]
    low, high = sorted([money, ROUNDED.mean_spend])
    assert low * (1 - 1e-12) <= found <= high * (1 + 1e-12)


def test_a_mean_that_does_not_exist_is_infinite():
    heavy = rk.clv.GammaGamma(2.0, 0.5, 10.0)
    assert heavy.mean_spend == math.inf
    found = heavy.expected_spend(spenders([0, 1], [math.nan, 10.0]))
    assert found[0] == math.inf
    assert found[1] == pytest.approx(2.0 * 20.0 / 1.5)


def test_medians_are_those_of_the_scale():
    # Half of the customers have a rate nu below its median, so a mean p / nu above.
    for model in (ROUNDED, rk.clv.GammaGamma(2.0, 0.5, 10.0)):
        median = model.p / gamma_distribution(model.q, scale=1 / model.v).median()
        assert model.median_spend == pytest.approx(median, rel=1e-12)
        h = spenders([0, 3], [math.nan, 50.0])
        found = model.expected_spend(h, statistic="median")
        known = gamma_distribution(model.q + 3 * model.p, scale=1 / (model.v + 150)).median()
        np.testing.assert_allclose(found, [median, model.p / known], rtol=1e-12)
    assert np.isnan(ROUNDED.expected_spend(spenders([2], [-1.0]), statistic="median"))
    # The median lies below the mean, as the scale has a tail to the right.
    assert ROUNDED.median_spend < ROUNDED.mean_spend


def heavy(q, seed=1, size=4_000):
    """Spend with a tail as heavy as wanted."""
    truth, rng = rk.clv.GammaGamma(3.0, q, 10.0), np.random.default_rng(seed)
    x = rng.integers(1, 6, size)
    return spenders(x, rng.gamma(truth.p * x) * truth.v / rng.gamma(q, 1.0, size) / x)


def test_the_verdict_says_that_the_mean_does_not_exist():
    fit = rk.clv.GammaGamma.fit(heavy(0.8))
    assert fit.model.q < 1
    assert "The population mean does not exist (q = 0." in fit.verdict
    assert "Use median_spend" in fit.verdict
    near = rk.clv.GammaGamma.fit(heavy(1.12, size=400))
    assert near.model.q > 1 > near.parameters["q"].interval.low
    assert "The population mean hardly exists: q = 1." in near.verdict
    sound = rk.clv.GammaGamma.fit(heavy(3.0))
    assert "population mean" not in sound.verdict


def test_the_median_is_the_way_out_of_a_value_that_does_not_exist():
    h = heavy(0.8)
    newcomers = spenders([0, 2], [math.nan, 30.0])
    model = rk.clv.GammaGamma.fit(h).model
    buys = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
    terms = {"horizon": 52, "discount_rate": 0.1}
    with pytest.raises(DataError, match="expected spend does not exist") as error:
        rk.clv.lifetime_value(buys, model, newcomers, **terms)
    assert "statistic='median'" in str(error.value)
    amounts = model.expected_spend(newcomers, statistic="median")
    assert np.isfinite(rk.clv.lifetime_value(buys, amounts, newcomers, **terms).value).all()
    new = rk.clv.new_customer_value(buys, model.median_spend, **terms)
    assert math.isfinite(new.total)


# Refusals.


def test_statistics_are_checked():
    with pytest.raises(OptionError, match="`statistic` is not one of its choices"):
        ROUNDED.expected_spend(spenders([1], [10.0]), statistic="mode")


def test_parameters_must_be_positive():
    with pytest.raises(OptionError, match="`q` must be a finite number"):
        rk.clv.GammaGamma(6.25, -1.0, 15.44)


def test_money_is_needed(cdnow):
    with pytest.raises(DataError, match="have no monetary value"):
        rk.clv.GammaGamma.fit(cdnow.grouped())
    with pytest.raises(KindError, match="reads purchase histories"):
        ROUNDED.expected_spend(35.0)


def test_refunds_can_leave_no_positive_spend():
    x, money = [2, 3, 1, 4, 0], [10.0, 20.0, -5.0, 12.0, math.nan]
    fit = rk.clv.GammaGamma.fit(spenders(x, money))
    assert fit.n_customers == 3
    assert "1 whose refunds leave no positive mean were set aside" in fit.definition
    without = rk.clv.GammaGamma.fit(spenders([2, 3, 4], [10.0, 20.0, 12.0]))
    assert fit.model == without.model
    expected = fit.model.expected_spend(spenders(x, money))
    assert np.isnan(expected).tolist() == [False, False, True, False, False]
    assert np.isnan(fit.model.log_likelihood(spenders(x, money))).tolist() == [0, 0, 1, 0, 0]
    for none in (0.0, -1.0):
        assert np.isnan(ROUNDED.expected_spend(spenders([2], [none])))


def test_money_must_be_known():
    with pytest.raises(DataError, match="mean spend of everyone with repeat purchases"):
        rk.clv.GammaGamma.fit(spenders([2, 3, 1, 4], [10.0, 20.0, math.nan, 12.0]))


def test_nobody_with_repeats_needs_no_money():
    newcomer = rk.PurchaseHistories.from_arrays(0, 0.0, 3.0, unit="week")
    assert ROUNDED.expected_spend(newcomer)[0] == ROUNDED.mean_spend


def test_too_few_spenders():
    with pytest.raises(DataError, match="Too few customers with repeat purchases"):
        rk.clv.GammaGamma.fit(spenders([2, 3, 0], [10.0, 20.0, math.nan]))


def test_spend_must_vary():
    with pytest.raises(DataError, match="exactly the same"):
        rk.clv.GammaGamma.fit(spenders([2, 3, 1, 4], [30.0] * 4))


def test_orders_to_simulate_must_be_counts():
    with pytest.raises(OptionError, match="whole numbers"):
        ROUNDED.simulate([1.5], rng=1)
