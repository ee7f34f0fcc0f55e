import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import roots_genlaguerre, roots_jacobi
from scipy.stats import gamma as gamma_distribution

import retentionkit as rk
from retentionkit.clv._fitting.beta_geometric_likelihood import BetaGeometricLikelihood
from retentionkit.clv._fitting.counted import count_histories
from retentionkit.errors import DataError, KindError, OptionError

ROUNDED = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
EXACT = json.loads((Path(__file__).parents[1] / "reference" / "bgnbd.json").read_text("utf-8"))


def one(x, t_x, T, unit="week"):
    return rk.PurchaseHistories.from_arrays(x, t_x, T, unit=unit)


def weekly_rate(delta):
    """The effective yearly rate of a continuous rate per week."""
    return math.expm1(delta * 365.25 / 7)


@pytest.fixture(scope="module")
def customers(cdnow):
    """Customers 1, 1516 and 3 of the walk-through of the R package BTYD."""
    return cdnow[np.searchsorted(cdnow.customer, [1, 1516, 3])]


# Worked example: Fader, Hardie and Lee (2005), and the exact optimum of its likelihood.


def test_estimates_are_the_published_ones(bgnbd):
    assert bgnbd.model.parameters().round(3).tolist() == [0.243, 4.414, 0.793, 2.426]
    assert round(bgnbd.log_likelihood, 1) == -9582.4


def test_estimates_are_the_exact_optimum(bgnbd):
    # Independent optimum to nine digits; 1e-8 leaves room for the last of them.
    expected = [0.242594522, 4.413602019, 0.792922017, 2.425906776]
    np.testing.assert_allclose(bgnbd.model.parameters(), expected, rtol=1e-8)
    assert bgnbd.log_likelihood == pytest.approx(-9582.429207, abs=1e-6)
    errors = [row.standard_error for row in bgnbd.parameters.values()]
    printed = [0.0125574, 0.3782241, 0.1857338, 0.7054142]
    np.testing.assert_allclose(errors, printed, rtol=0, atol=1e-7)  # their last digit
    assert bgnbd.aic == pytest.approx(19172.8584, abs=1e-4)
    assert bgnbd.bic == pytest.approx(19195.9190, abs=1e-4)


def test_expected_purchases_of_a_new_customer(bgnbd):
    # Hardie's spreadsheet, four places, at its own rounded optimum.
    times = [0.1429, 1, 3, 31.8571, 32, 78]
    sheet = [0.0078, 0.0532, 0.1506, 1.0405, 1.0437, 1.8576]
    np.testing.assert_allclose(bgnbd.model.expected_purchases(times), sheet, atol=5e-4)
    assert bgnbd.model.expected_purchases("52 weeks") == pytest.approx(1.444012397, rel=1e-8)


def test_conditional_expectation_and_alive(bgnbd, customers):
    model = bgnbd.model
    assert round(float(ROUNDED.conditional_expected_purchases(one(2, 30.43, 38.86), 39)[0]), 3) == (
        1.226
    )
    expected = model.conditional_expected_purchases(customers, 39)
    assert expected[0] == pytest.approx(1.22599445535, rel=1e-8)
    later = model.conditional_expected_purchases(customers, "52 weeks")
    assert later[1] == pytest.approx(25.7573369743, rel=1e-8)
    alive = model.probability_alive(customers)
    assert alive[1] == pytest.approx(0.96885444141, rel=1e-8)
    assert alive[2] == 1.0


def test_more_purchases_can_mean_less_to_come(bgnbd):
    # The increasing-frequency paradox of the R walk-through, at its slightly different optimum.
    x = [10, 15, 20, 25]
    h = rk.PurchaseHistories.from_arrays(x, [20.0] * 4, [39.0] * 4, unit="week")
    printed = [0.3474606, 0.04283391, 0.004158973, 0.0003583685]
    found = bgnbd.model.conditional_expected_purchases(h, 52)
    np.testing.assert_allclose(found, printed, rtol=5e-4)


def test_distribution_of_counts():
    assert ROUNDED.count_pmf(10, 2) == pytest.approx(1.07868964e-7, rel=1e-8)
    assert ROUNDED.count_pmf(0, 39) == pytest.approx(0.573786352096, rel=1e-11)
    printed = [0.00199952144748, 0.00151702362996, 0.00116331500666, 0.000900314789644]
    np.testing.assert_allclose(ROUNDED.count_pmf(np.arange(11, 15), 30), printed, rtol=1e-11)


def test_discounted_expectation(bgnbd, customers):
    # 0.0027 is the weekly continuous rate of the published examples.
    found = bgnbd.model.discounted_expected_purchases(customers, discount_rate=weekly_rate(0.0027))
    np.testing.assert_allclose(found, [5.156632, 70.909105, 1.014257287], rtol=1e-7)


def test_aggregate_forecast(bgnbd, log, cdnow):
    ahead = bgnbd.model.conditional_expected_purchases(cdnow, 39)
    held = rk.holdout(log, cdnow, until="1998-06-30").purchases
    assert held.sum() == 1882
    assert ahead.sum() == pytest.approx(1653.409, abs=5e-4)
    assert bgnbd.model.probability_alive(cdnow).sum() == pytest.approx(1917.28, abs=5e-3)
    assert np.abs(held - ahead).mean() == pytest.approx(0.785454, abs=5e-7)
    assert np.sqrt(((held - ahead) ** 2).mean()) == pytest.approx(1.607982, abs=5e-7)
    bins = np.minimum(cdnow.frequency, 7)
    means = [ahead[bins == x].mean() for x in range(8)]
    printed = [0.225087, 0.523131, 1.044134, 1.520280, 2.163866, 2.653846, 3.504042, 6.157191]
    np.testing.assert_allclose(means, printed, atol=5e-7)


# Reference: mpmath at 50 digits, tests/reference/generate_bgnbd.py.


def answer(row):
    """What the library says to a row of the table."""
    model = rk.clv.BGNBD(**row["parameters"])
    known = row["x"] is not None
    h = one(row["x"], row["t_x"], row["T"]) if known else None
    name, t, n = row["function"], row["t"], row["n"]
    if name == "discounted_expected_purchases":
        rate = weekly_rate(row["delta"])
        return model.discounted_expected_purchases(h, discount_rate=rate, horizon=t)[0]
    if name == "probability_alive":
        return model.probability_alive(h, t or 0)[0]
    arguments = [value for value in (h, n, t) if value is not None]
    return np.ravel(getattr(model, name)(*arguments))[0]


@pytest.mark.parametrize(
    ("name", "tolerance"),
    [
        # Limits of double precision in the formulas that scipy's functions allow; see numerics.
        ("log_likelihood", 1e-12),
        ("probability_alive", 1e-10),
        ("probability_active", 1e-12),
        ("expected_purchases", 1e-11),
        ("conditional_expected_purchases", 1e-10),
        ("discounted_expected_purchases", 1e-10),
        ("count_pmf", 1e-10),
        ("conditional_count_pmf", 1e-10),
    ],
)
def test_fifty_digits(name, tolerance):
    rows = [row for row in EXACT["rows"] if row["function"] == name]
    found = np.array([answer(row) for row in rows])
    exact = np.array([float(row["value"]) for row in rows])
    assert len(rows) >= 9
    np.testing.assert_allclose(found, exact, rtol=tolerance, atol=1e-300)


# Definition: the numbers put back into what they are defined by.


def test_alive_and_purchases_are_averages_over_customers():
    # Given alive, rates are Gamma(r + x, alpha + T) and dropout Beta(a, b + x), here averaged
    # by scipy's Gauss-Laguerre and Gauss-Jacobi rules, whose weights are those two densities.
    x, t_x, T, t, delta = 2, 30.43, 38.86, 39.0, 0.01
    nodes, weights = roots_genlaguerre(60, 0.243 + x - 1)
    rate = (nodes / (4.414 + T))[:, None]
    nodes, shares = roots_jacobi(60, 2.426 + x - 1, 0.793 - 1)
    drop = (1 + nodes) / 2

    def average(values):
        return weights @ values @ shares / (weights.sum() * shares.sum())

    h = one(x, t_x, T)
    alive = ROUNDED.probability_alive(h)[0]
    later = alive * average(np.exp(-rate * drop * t))
    ahead = alive * average(-np.expm1(-rate * drop * t) / drop)
    hazard = delta + rate * drop
    worth = alive * average(-rate * np.expm1(-hazard * t) / hazard)
    assert ROUNDED.probability_alive(h, t)[0] == pytest.approx(later, rel=1e-11)
    assert ROUNDED.conditional_expected_purchases(h, t)[0] == pytest.approx(ahead, rel=1e-11)
    discounted = ROUNDED.discounted_expected_purchases(
        h, discount_rate=weekly_rate(delta), horizon=t
    )
    assert discounted[0] == pytest.approx(worth, rel=1e-11)


def test_counts_sum_to_one_and_to_the_expectation(customers):
    n = np.arange(3_000)
    pmf = ROUNDED.count_pmf(n, 78)
    assert pmf.sum() == pytest.approx(1, abs=1e-12)
    assert pmf @ n == pytest.approx(float(ROUNDED.expected_purchases(78)), rel=1e-11)
    known = ROUNDED.conditional_count_pmf(customers, n, 39)
    np.testing.assert_allclose(known.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(
        known @ n, ROUNDED.conditional_expected_purchases(customers, 39), rtol=1e-11
    )
    np.testing.assert_allclose(
        1 - known[:, 0], ROUNDED.probability_active(customers, 39), rtol=1e-12
    )
    np.testing.assert_array_equal(ROUNDED.conditional_count_pmf(customers, 3, 39), known[:, 3])


def test_likelihood_integrates_over_the_time_of_one_purchase():
    # For x = 1 the density of t_x over (0, T) integrates to P(X(T) = 1).
    def density(t_x):
        return math.exp(ROUNDED.log_likelihood(one(1, t_x, 20.0))[0])

    total, _ = quad(density, 0, 20, epsabs=1e-13)
    assert total == pytest.approx(float(ROUNDED.count_pmf(1, 20)), rel=1e-10)


def test_discounting_agrees_with_the_sum_over_short_steps():
    edges = np.linspace(0, 52, 20_001)
    counts = np.array([ROUNDED.expected_purchases(edges)]).ravel()
    middle = (edges[1:] + edges[:-1]) / 2
    delta = math.log(1.5) * 7 / 365.25
    by_hand = (np.diff(counts) * np.exp(-delta * middle)).sum()
    found = ROUNDED.discounted_expected_purchases(None, discount_rate=0.5, horizon=52)[0]
    assert found == pytest.approx(by_hand, rel=1e-9)


def test_a_long_horizon_becomes_the_infinite_one(customers):
    for_ever = ROUNDED.discounted_expected_purchases(customers, discount_rate=0.1)
    long = ROUNDED.discounted_expected_purchases(customers, discount_rate=0.1, horizon="500 years")
    np.testing.assert_allclose(long, for_ever, rtol=1e-12)
    undiscounted = ROUNDED.discounted_expected_purchases(customers, discount_rate=0, horizon=39)
    np.testing.assert_allclose(
        undiscounted, ROUNDED.conditional_expected_purchases(customers, 39), rtol=1e-12
    )


def test_purchases_until_dropout():
    # With a > 1 dropout is certain enough: E[1/p] = (a + b - 1) / (a - 1) purchases in all.
    model = rk.clv.BGNBD(0.8, 4.0, 2.5, 3.0)
    for_ever = model.discounted_expected_purchases(None, discount_rate=0)[0]
    assert for_ever == pytest.approx(4.5 / 1.5, rel=1e-15)
    # The rest that 1e7 years leave out decays as (1 + t / alpha)^-r.
    assert float(model.expected_purchases("1e7 years")) == pytest.approx(for_ever, rel=1e-5)


def test_score_is_zero_and_derivatives_are_right(bgnbd, cdnow):
    likelihood = BetaGeometricLikelihood(count_histories(cdnow), 0)
    at_top = likelihood(bgnbd.model.parameters())
    np.testing.assert_allclose(at_top.gradient * bgnbd.model.parameters(), 0, atol=1e-7)
    point, step = bgnbd.model.parameters() * [1.2, 0.9, 1.3, 0.8], 1e-5
    here = likelihood(point)
    assert here.value == pytest.approx(rk.clv.BGNBD(*point).log_likelihood(cdnow).sum(), rel=1e-13)
    for i, size in enumerate(point * step):
        move = np.zeros(4)
        move[i] = size
        high, low = likelihood(point + move), likelihood(point - move)
        # Central differences are good to about 1e-8 here.
        assert here.gradient[i] == pytest.approx((high.value - low.value) / (2 * size), rel=1e-6)
        slopes = (high.gradient - low.gradient) / (2 * size)
        np.testing.assert_allclose(here.hessian[i], slopes, rtol=1e-6)


def test_naive_likelihood_agrees(cdnow):
    """The likelihood as it stands in the paper, customer by customer."""
    r, alpha, a, b = 0.243, 4.414, 0.793, 2.426
    some = cdnow[:300]
    expected = []
    for x, t_x, T in zip(some.frequency.tolist(), some.recency, some.age, strict=True):
        first = math.lgamma(r + x) + r * math.log(alpha) - math.lgamma(r)
        second = math.lgamma(a + b) + math.lgamma(b + x) - math.lgamma(b) - math.lgamma(a + b + x)
        third = (1 / (alpha + T)) ** (r + x)
        fourth = a / (b + x - 1) * (1 / (alpha + t_x)) ** (r + x) if x else 0.0
        expected.append(first + second + math.log(third + fourth))
    np.testing.assert_allclose(ROUNDED.log_likelihood(some), expected, rtol=1e-12)


def test_simulation_agrees_with_the_expectation():
    size = 200_000
    drawn = ROUNDED.simulate(np.full(size, 39.0), rng=7)
    counts = np.bincount(drawn.customer, minlength=size)
    expected, spread = float(ROUNDED.expected_purchases(39)), counts.std() / math.sqrt(size)
    assert abs(counts.mean() - expected) < 4 * spread
    zero = float(ROUNDED.count_pmf(0, 39))
    assert abs((counts == 0).mean() - zero) < 4 * math.sqrt(zero * (1 - zero) / size)
    # Times are uniform draws for someone who never leaves: compare the mean of early purchases.
    early = (drawn.time <= 13).sum() / size
    assert abs(early - float(ROUNDED.expected_purchases(13))) < 4 * spread
    assert (np.diff(drawn.time)[np.diff(drawn.customer) == 0] > 0).all()
    assert drawn.rate.mean() == pytest.approx(0.243 / 4.414, rel=0.02)
    assert drawn.dropout.mean() == pytest.approx(0.793 / 3.219, rel=0.02)


def test_rate_exceeds_is_the_posterior_of_the_rate(customers):
    model = ROUNDED
    nothing, something, all_of_it = (model.rate_exceeds(customers, k) for k in (0.0, 0.1, 50.0))
    np.testing.assert_array_equal(nothing, 1)
    np.testing.assert_allclose(all_of_it, 0, atol=1e-12)
    x, t_x, T = 2, 213 / 7, 272 / 7
    alive = model.probability_alive(customers)[0]
    stayed = gamma_distribution(0.243 + x, scale=1 / (4.414 + T)).sf(0.1)
    left = gamma_distribution(0.243 + x, scale=1 / (4.414 + t_x)).sf(0.1)
    assert something[0] == pytest.approx(alive * stayed + (1 - alive) * left, rel=1e-12)


# Properties: those of every model are in test_transaction_models.py.


def test_the_fit_of_rows_read_in_days_is_the_fit_in_weeks(log, bgnbd):
    days = rk.clv.BGNBD.fit(rk.purchase_histories(log, as_of="1997-09-30", unit="day"))
    expected = bgnbd.model.in_unit("day")
    np.testing.assert_allclose(days.model.parameters(), expected.parameters(), rtol=1e-9)


# Refusals.


def test_parameters_must_be_positive():
    with pytest.raises(OptionError, match="`alpha` must be a finite number"):
        rk.clv.BGNBD(0.2, 0.0, 0.8, 2.4)
    with pytest.raises(OptionError, match="`unit` is not one of its choices"):
        rk.clv.BGNBD(0.2, 4.4, 0.8, 2.4, unit="fortnight")


def test_only_purchase_histories_are_read(cdnow):
    with pytest.raises(KindError, match="reads purchase histories"):
        ROUNDED.probability_alive([2, 30.43, 38.86])
    with pytest.raises(KindError, match="reads purchase histories"):
        rk.clv.BGNBD.fit(cdnow.to_frame())


@pytest.mark.parametrize("t", [-1, np.nan, np.inf, "soon", [1.0, -2.0], "-3 weeks"])
def test_times_must_be_finite_and_not_negative(t):
    with pytest.raises(OptionError, match="`t` "):
        ROUNDED.expected_purchases(t)


@pytest.mark.parametrize("n", [-1, 0.5, "two", [1, -2]])
def test_counts_must_be_whole(n):
    with pytest.raises(OptionError, match="whole numbers of purchases"):
        ROUNDED.count_pmf(n, 39)


def test_an_infinite_value_is_refused():
    with pytest.raises(OptionError, match="infinite horizon have no finite value"):
        ROUNDED.discounted_expected_purchases(None, discount_rate=0)


@pytest.mark.parametrize(
    ("x", "t_x", "T"),
    [
        ([0, 0, 0, 0, 0], [0] * 5, [1, 2, 3, 4, 5]),
        ([2], [30.0], [39.0]),
        ([2] * 9, [3] * 9, [4] * 9),
    ],
)
def test_too_little_to_learn_from(x, t_x, T):
    with pytest.raises(DataError, match="too few or too alike"):
        rk.clv.BGNBD.fit(rk.PurchaseHistories.from_arrays(x, t_x, T, unit="week"))
