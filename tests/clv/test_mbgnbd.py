import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import roots_genlaguerre, roots_jacobi
from scipy.stats import gamma as gamma_distribution

import retentionkit as rk
from retentionkit.clv._fitting.beta_geometric_likelihood import BetaGeometricLikelihood
from retentionkit.clv._fitting.counted import count_histories
from retentionkit.errors import OptionError

ROUNDED = rk.clv.MBGNBD(0.525, 6.183, 0.891, 1.614, unit="week")


def one(x, t_x, T):
    return rk.PurchaseHistories.from_arrays(x, t_x, T, unit="week")


def weekly_rate(delta):
    """The effective yearly rate of a continuous rate per week."""
    return math.expm1(delta * 365.25 / 7)


@pytest.fixture(scope="module")
def fit(cdnow):
    return rk.clv.MBGNBD.fit(cdnow)


@pytest.fixture(scope="module")
def customers(cdnow):
    """Customers 1, 1516 and 3 of the walk-through of the R package BTYD."""
    return cdnow[np.searchsorted(cdnow.customer, [1, 1516, 3])]


# Worked example: CDNOW, as BTYDplus and lifetimes print it, and the exact optimum.


def test_estimates_are_the_published_ones(fit):
    assert fit.model.parameters().round(3).tolist() == [0.525, 6.183, 0.891, 1.614]


def test_estimates_are_the_exact_optimum(fit):
    # Independent optimum to nine digits; 1e-8 leaves room for the last of them.
    expected = [0.524843159, 6.183085278, 0.891359391, 1.614002242]
    np.testing.assert_allclose(fit.model.parameters(), expected, rtol=1e-8)
    assert fit.log_likelihood == pytest.approx(-9582.135716, abs=1e-6)
    errors = [row.standard_error for row in fit.parameters.values()]
    printed = [0.0832682, 0.6956206, 0.1547899, 0.5374947]
    np.testing.assert_allclose(errors, printed, rtol=0, atol=1e-7)  # their last digit
    assert fit.aic == pytest.approx(19172.2714, abs=1e-4)
    assert fit.bic == pytest.approx(19195.3320, abs=1e-4)
    assert fit.limit is None


def test_expected_purchases_of_a_new_customer(fit):
    times = [1, 3, 6, 39, 52, 78]
    exact = [0.0530603234345, 0.150792219084, 0.281223961887, 1.18227975111]
    exact += [1.41888487673, 1.80363041736]
    # The optimum is known to nine digits, which leaves 1e-8 here.
    np.testing.assert_allclose(fit.model.expected_purchases(times), exact, rtol=1e-8)
    printed = [0.053084795263698685, 0.15086328860664794, 0.28136022398301175]
    np.testing.assert_allclose(ROUNDED.expected_purchases([1, 3, 6]), printed, rtol=1e-12)


def test_conditional_expectation_and_alive(fit, customers):
    expected = fit.model.conditional_expected_purchases(customers, 39)
    assert expected[0] == pytest.approx(1.26275885077, rel=1e-8)
    later = fit.model.conditional_expected_purchases(customers, "52 weeks")
    assert later[1] == pytest.approx(23.9981908904, rel=1e-8)
    alive = fit.model.probability_alive(customers)
    np.testing.assert_allclose(alive[:2], [0.706138478986, 0.965484649144], rtol=1e-8)
    assert 0 < alive[2] < 0.5  # a one-time buyer, silent for 39 weeks


def test_discounted_expectation(fit, customers):
    # 0.0027 is the weekly continuous rate of the published examples.
    found = fit.model.discounted_expected_purchases(customers, discount_rate=weekly_rate(0.0027))
    assert found[0] == pytest.approx(4.911007676, rel=1e-8)


def test_aggregate_forecast(fit, log, cdnow):
    ahead = fit.model.conditional_expected_purchases(cdnow, 39)
    held = rk.holdout(log, cdnow, until="1998-06-30").purchases
    assert held.sum() == 1882
    assert ahead.sum() == pytest.approx(1576.728, abs=5e-4)
    assert fit.model.probability_alive(cdnow).sum() == pytest.approx(1057.64, abs=5e-3)
    assert np.abs(held - ahead).mean() == pytest.approx(0.764779, abs=5e-7)
    assert np.sqrt(((held - ahead) ** 2).mean()) == pytest.approx(1.607183, abs=5e-7)


# Reference: the likelihood of Batislam et al. customer by customer, as it stands. Fifty digits at
# extreme parameters are in test_stress.py.


def test_naive_likelihood_and_alive_agree(cdnow):
    r, alpha, a, b = 0.525, 6.183, 0.891, 1.614
    some = cdnow[:300]
    expected, alive = [], []
    for x, t_x, T in zip(some.frequency.tolist(), some.recency, some.age, strict=True):
        first = math.lgamma(r + x) + r * math.log(alpha) - math.lgamma(r)
        stayed = math.exp(math.lgamma(b + x + 1) - math.lgamma(a + b + x + 1))
        left = a * math.exp(math.lgamma(b + x) - math.lgamma(a + b + x + 1))
        shares = math.exp(math.lgamma(a + b) - math.lgamma(b))
        here, gone = stayed * (alpha + T) ** -(r + x), left * (alpha + t_x) ** -(r + x)
        expected.append(first + math.log(shares * (here + gone)))
        alive.append(here / (here + gone))
    np.testing.assert_allclose(ROUNDED.log_likelihood(some), expected, rtol=1e-12)
    np.testing.assert_allclose(ROUNDED.probability_alive(some), alive, rtol=1e-12)


# Definition: the numbers put back into what they are defined by.


def test_alive_and_purchases_are_averages_over_customers():
    # Given alive, rates are Gamma(r + x, alpha + T) and dropout Beta(a, b + x + 1), here averaged
    # by scipy's Gauss-Laguerre and Gauss-Jacobi rules, whose weights are those two densities.
    x, t_x, T, t, delta = 2, 30.43, 38.86, 39.0, 0.01
    nodes, weights = roots_genlaguerre(60, ROUNDED.r + x - 1)
    rate = (nodes / (ROUNDED.alpha + T))[:, None]
    nodes, shares = roots_jacobi(60, ROUNDED.b + x, ROUNDED.a - 1)
    drop = (1 + nodes) / 2

    def average(values):
        return weights @ values @ shares / (weights.sum() * shares.sum())

    h = one(x, t_x, T)
    alive = ROUNDED.probability_alive(h)[0]
    later = alive * average(np.exp(-rate * drop * t))
    ahead = alive * average(-np.expm1(-rate * drop * t) / drop)
    hazard = delta + rate * drop
    worth = alive * average(-rate * np.expm1(-hazard * t) / hazard)
    active = alive * average(-np.expm1(-rate * t) * np.ones_like(drop))
    assert ROUNDED.probability_alive(h, t)[0] == pytest.approx(later, rel=1e-11)
    assert ROUNDED.conditional_expected_purchases(h, t)[0] == pytest.approx(ahead, rel=1e-11)
    assert ROUNDED.probability_active(h, t)[0] == pytest.approx(active, rel=1e-11)
    discounted = ROUNDED.discounted_expected_purchases(
        h, discount_rate=weekly_rate(delta), horizon=t
    )
    assert discounted[0] == pytest.approx(worth, rel=1e-11)


def test_a_new_customer_may_have_left_already():
    start = one(0, 0.0, 0.0)
    stays = ROUNDED.b / (ROUNDED.a + ROUNDED.b)
    assert ROUNDED.probability_alive(start)[0] == pytest.approx(stays, rel=1e-15)
    assert ROUNDED.count_pmf(0, 1e-12) == pytest.approx(1, rel=1e-12)
    # Much later, nothing but those who left at once and the slowest are without a purchase.
    assert float(ROUNDED.count_pmf(0, 1e30)) == pytest.approx(1 - stays, abs=1e-12)


def test_likelihood_integrates_over_the_times_of_purchase():
    # P(X(T) = x) sums the likelihood over all times of x purchases, with the last of them at t_x:
    # x = 1 has that one time, x = 3 has two earlier ones, in order, which fill t_x^2 / 2.
    for x in (1, 3):

        def density(t_x, x=x):
            earlier = t_x ** (x - 1) / math.factorial(x - 1)
            return math.exp(ROUNDED.log_likelihood(one(x, t_x, 20.0))[0]) * earlier

        total, _ = quad(density, 0, 20, epsabs=1e-13)
        assert total == pytest.approx(float(ROUNDED.count_pmf(x, 20)), rel=1e-10)
    nobody = math.exp(ROUNDED.log_likelihood(one(0, 0.0, 20.0))[0])
    assert nobody == pytest.approx(float(ROUNDED.count_pmf(0, 20)), rel=1e-13)


def test_purchases_until_dropout():
    # Alive at the start with b / (a + b); then E[1/p] over Beta(a, b + 1): (a + b) / (a - 1).
    model = rk.clv.MBGNBD(0.8, 4.0, 2.5, 3.0)
    for_ever = model.discounted_expected_purchases(None, discount_rate=0)[0]
    assert for_ever == pytest.approx(3.0 / 5.5 * 5.5 / 1.5, rel=1e-15)
    # The rest that 1e7 years leave out decays as (1 + t / alpha)^-r.
    assert float(model.expected_purchases("1e7 years")) == pytest.approx(for_ever, rel=1e-5)


def test_score_is_zero_and_derivatives_are_right(fit, cdnow):
    likelihood = BetaGeometricLikelihood(count_histories(cdnow), 1)
    at_top = likelihood(fit.model.parameters())
    # Of thousands of customers: with such slopes less than 1e-12 of log-likelihood is missing.
    np.testing.assert_allclose(at_top.gradient * fit.model.parameters(), 0, atol=1e-6)
    point, step = fit.model.parameters() * [1.2, 0.9, 1.3, 0.8], 1e-5
    here = likelihood(point)
    found = rk.clv.MBGNBD(*point).log_likelihood(cdnow).sum()
    assert here.value == pytest.approx(found, rel=1e-13)
    for i, size in enumerate(point * step):
        move = np.zeros(4)
        move[i] = size
        high, low = likelihood(point + move), likelihood(point - move)
        # Central differences are good to about 1e-8 here.
        assert here.gradient[i] == pytest.approx((high.value - low.value) / (2 * size), rel=1e-6)
        slopes = (high.gradient - low.gradient) / (2 * size)
        np.testing.assert_allclose(here.hessian[i], slopes, rtol=1e-6)


def test_rate_exceeds_is_the_posterior_of_the_rate():
    x, t_x, T = 2, 213 / 7, 272 / 7
    h = one(x, t_x, T)
    alive = ROUNDED.probability_alive(h)[0]
    stayed = gamma_distribution(ROUNDED.r + x, scale=1 / (ROUNDED.alpha + T)).sf(0.1)
    left = gamma_distribution(ROUNDED.r + x, scale=1 / (ROUNDED.alpha + t_x)).sf(0.1)
    expected = alive * stayed + (1 - alive) * left
    assert ROUNDED.rate_exceeds(h, 0.1)[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("truth", "limit"),
    [
        (rk.clv.NBD(0.6, 8.0), "no dropout"),
        (rk.clv.MBGNBD(1e5, 2e6, 0.8, 2.5), "homogeneous rate"),
        (rk.clv.MBGNBD(0.6, 4.0, 2e4, 8e4), "homogeneous dropout"),
        (rk.clv.MBGNBD(2.0, 8.0, 2e-4, 8e-4), "polarised dropout"),
    ],
)
def test_limits_are_named_on_data_drawn_from_them(truth, limit):
    ages = np.linspace(26, 104, 3_000).round()
    # By chance many such data fit a large but finite parameter, an honest inner maximum, or a
    # share of customers who left at once, which is another limit.
    fits = [rk.clv.MBGNBD.fit(truth.simulate(ages, rng=k).to_histories()) for k in range(1, 5)]
    named = [fit for fit in fits if fit.limit is not None and limit in fit.limit]
    assert len(named) >= 1
    assert all(f"ran to a limit, {fit.limit}" in fit.verdict for fit in named)


# Properties: those of every model are in test_transaction_models.py.


def test_it_is_bgnbd_with_one_more_occasion():
    # Two customers known to be alive, one occasion apart, have the same future.
    later = rk.clv.BGNBD(0.525, 6.183, 0.891, 2.614)
    h = one([0, 2, 7], [0.0, 20.0, 30.0], [30.0, 30.0, 30.0])
    for ask in ("conditional_expected_purchases", "probability_active"):
        mine = getattr(ROUNDED, ask)(h, 39) / ROUNDED.probability_alive(h)
        other = getattr(later, ask)(h, 39) / later.probability_alive(h)
        np.testing.assert_allclose(mine, other, rtol=1e-13)


# Refusals.


def test_parameters_must_be_positive():
    with pytest.raises(OptionError, match="`b` must be a finite number"):
        rk.clv.MBGNBD(0.5, 6.0, 0.9, math.inf)
    with pytest.raises(OptionError, match="`unit` is not one of its choices"):
        rk.clv.MBGNBD(0.5, 6.0, 0.9, 1.6, unit="fortnight")


def test_an_infinite_value_is_refused():
    with pytest.raises(OptionError, match="infinite horizon have no finite value"):
        ROUNDED.discounted_expected_purchases(one(2, 30.43, 38.86), discount_rate=0)
