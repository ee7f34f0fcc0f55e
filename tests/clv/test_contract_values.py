import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import betaln, hyp2f1

import retentionkit as rk
from retentionkit.clv._numerics.contract_lives import ContractLives
from retentionkit.clv._numerics.residual_lifetime import discounted_renewals
from retentionkit.clv._numerics.retention_elasticity import mean_elasticity
from retentionkit.errors import DataError, KindError, OptionError

Geometric = rk.clv.ShiftedBetaGeometric
Weibull = rk.clv.BetaDiscreteWeibull
EXACT = json.loads((Path(__file__).parents[1] / "reference" / "contracts.json").read_text("utf-8"))
# Fader and Hardie (2010): two cases that lose the same fifth of customers at the first renewal.
ALIKE, POLARISED = Geometric(3.80, 15.20), Geometric(0.067, 0.267)
HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]
TERMS = {"horizon": None, "discount_rate": 0.10, "margin": 0.4}


def contracts(renewals, ended, **more):
    return rk.RenewalHistories.from_arrays(renewals, ended, **({"unit": "year"} | more))


@pytest.fixture(scope="module")
def fit():
    return Geometric.fit(rk.RenewalHistories.from_survivors(HIGH_END, unit="year"))


# Worked example: Fader and Hardie (2010), at 10 %; after n - 1 renewals, in the nth year.


def test_published_residual_lifetimes():
    one = ALIKE.discounted_expected_residual_lifetime(range(5), discount_rate=0.1)
    two = POLARISED.discounted_expected_residual_lifetime(range(5), discount_rate=0.1)
    printed = [3.3098184, 3.4510003, 3.5865437, 3.7168115, 3.842134]
    np.testing.assert_allclose(one, printed, atol=5e-8)
    printed = [7.6708355, 9.4552994, 9.8508338, 10.056167, 10.18864]
    np.testing.assert_allclose(two, printed, atol=5e-7)  # their last digit
    new = [model.discounted_expected_lifetime(discount_rate=0.1) for model in (ALIKE, POLARISED)]
    np.testing.assert_allclose(new, [4.008925837, 7.973486783], atol=5e-10)


def test_one_retention_rate_undervalues_a_customer_base():
    # r (1 + d)/(1 + d - r) of the rate that everybody shows at the first renewal.
    r = float(POLARISED.retention_rate(1))
    naive = r * 1.1 / (1.1 - r)
    found = POLARISED.discounted_expected_residual_lifetime([0, 4], discount_rate=0.1)
    assert naive == pytest.approx(2.925, abs=5e-4)
    assert (found > 2 * naive).all()


# Reference: mpmath at 50 digits; scipy's hypergeometric function where it is sound.


@pytest.mark.parametrize("row", EXACT["residuals"], ids=str)
def test_fifty_digits(row):
    lives = ContractLives(row["alpha"], row["beta"], row["c"])
    ahead = math.inf if row["ahead"] is None else row["ahead"]
    found = discounted_renewals(lives, np.array([float(row["x"])]), row["delta"], ahead)
    assert found[0] == pytest.approx(float(row["residual"]), rel=1e-12, abs=1e-300)


def test_equations_6_and_8():
    z, x = 1 / 1.1, np.arange(30.0)
    a, b = 0.668, 3.806
    renews = (b + x) / (a + b + x)
    equation = renews * hyp2f1(1, b + x + 1, a + b + x + 1, z)
    model = Geometric(a, b)
    found = model.discounted_expected_residual_lifetime(x, discount_rate=0.1)
    np.testing.assert_allclose(found, equation, rtol=1e-12)
    equation = hyp2f1(1, b + x, a + b + x, z)
    found = model.retention_elasticity(x, discount_rate=0.1)
    np.testing.assert_allclose(found, equation, rtol=1e-12)


# Definition: sums and averages by hand.


@pytest.mark.parametrize(
    "model", [Geometric(0.7, 2.0), Weibull(0.3, 1.7, 1.6), Weibull(2.0, 3.0, 0.5)]
)
@pytest.mark.parametrize("years", [0, 1, 2, 3, 40])
def test_a_residual_lifetime_is_a_sum(model, years):
    h = contracts([0, 3, 3], [False, False, True])
    ahead = sum(
        1.1 ** -(j - 1) * model.probability_alive(h, after=j) for j in range(1, years + 1)
    ) + np.zeros(3)
    terms = {"discount_rate": 0.1, "horizon": f"{12 * years} months"}
    found = model.discounted_expected_residual_lifetime(h, **terms)
    np.testing.assert_allclose(found, ahead, rtol=1e-13)
    np.testing.assert_array_equal(model.discounted_expected_purchases(h, **terms), found)
    new = sum(1.1**-t * float(model.survival(t)) for t in range(years))
    assert model.discounted_expected_lifetime(**terms) == pytest.approx(new, rel=1e-13)
    later = model.discounted_expected_purchases(None, **terms)
    assert later.tolist() == pytest.approx([max(new - 1, 0)], rel=1e-12)


def test_the_next_renewal_may_lie_ahead():
    at_once = ALIKE.discounted_expected_residual_lifetime(2, discount_rate=0.1)
    later = ALIKE.discounted_expected_residual_lifetime(
        2, discount_rate=0.1, until_renewal="3 months"
    )
    np.testing.assert_allclose(later, at_once * 1.1**-0.25, rtol=1e-14)
    for wait, renewals in ((0, 1), (0.25, 1), (0.5, 0), (1, 0)):
        found = ALIKE.discounted_expected_residual_lifetime(
            0, discount_rate=0, horizon=0.5, until_renewal=wait
        )
        assert found[0] == pytest.approx(renewals * 0.8, rel=1e-13)


def test_without_discounting_a_life_is_its_expectation():
    x = np.array([0.0, 5.0, 4000.0, 1e6])
    found = Geometric(1.5, 2.0).discounted_expected_residual_lifetime(x, discount_rate=0)
    np.testing.assert_allclose(found, (2 + x) / 0.5, rtol=1e-12)  # E[(1 - theta)/theta]
    # Duration dependence: survival beyond 2,000 is a power of t but for t^-1.4.
    model = Weibull(1.5, 1.0, 1.4)
    total = model.survival(np.arange(1, 2_001)).sum()
    last = float(model.survival(2_000))
    rest = last * 2_000 / (1.5 * 1.4 - 1) - last / 2
    found = model.discounted_expected_residual_lifetime(0, discount_rate=0)
    np.testing.assert_allclose(found, total + rest, rtol=1e-6)


@pytest.mark.parametrize("c", [1.0, 1.58, 0.6])
def test_elasticity_is_the_response_of_each_customer_averaged(c):
    model, rate, x = Weibull(0.8, 2.5, c), 0.1, 2
    j = np.arange(1, 400.0)
    age = (x + j) ** c - x**c
    b = 2.5 + x**c

    def log_value(u, lift):
        """ln of a customer's discounted renewals, each retention probability times 1 + lift."""
        terms = -np.logaddexp(0, u) * age + j * math.log1p(lift) - (j - 1) * math.log1p(rate)
        return terms.max() + math.log(np.exp(terms - terms.max()).sum())

    def response(u):
        density = -0.8 * np.logaddexp(0, -u) - b * np.logaddexp(0, u) - betaln(0.8, b)
        return math.exp(density) * (log_value(u, 1e-5) - log_value(u, -1e-5)) / 2e-5

    expected = quad(response, -40, 30, epsabs=1e-9, limit=200)[0]
    found = model.retention_elasticity(x, discount_rate=rate)
    # A central difference with step 1e-5.
    assert found[0] == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize(
    ("alpha", "beta", "delta"),
    [
        (3.8, 15.2, 0.0953),
        (1e-4, 1e-4, 0.1),
        (1e5, 1e5, 0.01),
        (1e5, 1e-4, 0.1),
        (3.0, 2.0, 0.0),
        (1.01, 2.0, 0.0),
        (0.3, 2.0, 1e-6),
    ],
)
def test_the_quadrature_of_elasticities_is_the_closed_form(alpha, beta, delta):
    lives, x = ContractLives(alpha, beta, 1.0), np.array([0.0, 1.0, 50.0, 50.0, 9_000.0])
    closed = 1 + math.exp(-delta) * discounted_renewals(lives, x, delta, math.inf)
    np.testing.assert_allclose(mean_elasticity(lives, x, delta), closed, rtol=1e-12)


def test_elasticity_without_discounting_is_a_limit():
    model = Weibull(3.0, 2.0, 1.5)
    values = [model.retention_elasticity(1, discount_rate=d)[0] for d in (1e-6, 1e-8, 0.0)]
    np.testing.assert_allclose(values[:2], values[2], rtol=1e-4)
    assert values[0] < values[1] < values[2]
    gone = model.retention_elasticity(contracts([1, 1], [False, True]), discount_rate=0)
    assert gone[0] == values[2]
    assert math.isnan(gone[1])


# Lifetime value: the same type for subscribers and shoppers.


def test_a_subscriber_is_worth_price_times_residual_lifetime(fit):
    h = contracts([0, 2, 2], [False, False, True], customer=["a", "b", "c"])
    value = rk.clv.lifetime_value(fit, 120.0, h, **TERMS)
    ahead = fit.model.discounted_expected_residual_lifetime(h, discount_rate=0.1)
    np.testing.assert_allclose(value.value, 48 * ahead, rtol=1e-14)
    assert value.value[2] == 0
    assert value.interval()[1][2] == 0
    assert value.customer.tolist() == ["a", "b", "c"]
    assert (value.kind, value.unit, value.horizon) == ("residual", "year", None)
    assert "the next renewal today" in value.definition
    assert "renewal parameters" in value.covers
    prices = rk.clv.lifetime_value(fit, [100.0, 120.0, 120.0], h, **TERMS)
    np.testing.assert_allclose(prices.value[:2], [40, 48] * ahead[:2], rtol=1e-14)
    one = rk.clv.lifetime_value(fit.model, 120.0, h, **TERMS | {"horizon": "12 months"})
    np.testing.assert_allclose(one.value[:2], 48 * fit.model.retention_rate([1, 3]), rtol=1e-14)


def test_standard_errors_are_the_delta_method(fit):
    h = contracts([1], [False])
    value = rk.clv.lifetime_value(fit, 10.0, h, **TERMS)
    a, b = fit.model.parameters()

    def worth(a, b):
        return 4 * Geometric(a, b).discounted_expected_residual_lifetime(1, discount_rate=0.1)[0]

    step = 1e-5
    slope = np.array(
        [
            (worth(a + step, b) - worth(a - step, b)) / (2 * step),
            (worth(a, b + step) - worth(a, b - step)) / (2 * step),
        ]
    )
    expected = math.sqrt(slope @ fit.covariance @ slope)
    assert value.standard_error[0] == pytest.approx(expected, rel=1e-6)


def test_draws_of_the_data_spread_as_the_intervals_say(fit):
    h = rk.RenewalHistories.from_survivors(HIGH_END, unit="year")
    value = rk.clv.lifetime_value(fit, 1.0, contracts([3], [False]), **TERMS)
    rng = np.random.default_rng(1)
    drawn = [
        Geometric.fit(fit.model._redrawn(h, rng)).model.discounted_expected_residual_lifetime(
            3, discount_rate=0.1
        )[0]
        for _ in range(60)
    ]
    spread = np.std(np.log(drawn))
    # 60 draws know a standard deviation to about a tenth.
    assert spread == pytest.approx(float(value.standard_error[0] / value.value[0]), rel=0.35)


def test_a_new_subscriber_pays_at_once(fit):
    new = rk.clv.new_customer_value(fit, 100.0, **TERMS)
    life = fit.model.discounted_expected_lifetime(discount_rate=0.1)
    assert new.total == pytest.approx(40 * life, rel=1e-14)
    assert (new.kind, new.unit) == ("new", "year")
    later = rk.clv.new_customer_value(fit, 100.0, **TERMS, first_order=0)
    assert later.total == pytest.approx(40 * (life - 1), rel=1e-13)
    first_year = rk.clv.new_customer_value(fit, 100.0, **TERMS | {"horizon": "1 year"})
    assert first_year.total == pytest.approx(40, rel=1e-14)
    assert new.total in new.total_interval()


# Properties.


@given(
    alpha=st.floats(-3, 3).map(lambda log: 10**log),
    beta=st.floats(-3, 3).map(lambda log: 10**log),
    c=st.floats(0.1, 4),
    rate=st.floats(0.001, 1),
)
def test_value_lies_between_its_bounds(alpha, beta, c, rate):
    model, x = Weibull(alpha, beta, c), [0, 7, 300]
    whole = model.discounted_expected_residual_lifetime(x, discount_rate=rate)
    part = model.discounted_expected_residual_lifetime(x, discount_rate=rate, horizon=5)
    next_one = model.retention_rate(np.array(x) + 1)
    assert (next_one <= part * (1 + 1e-12)).all()
    assert (part <= whole * (1 + 1e-12)).all()
    assert (whole <= (1 + rate) / rate * (1 + 1e-12)).all()


def test_order_and_company_do_not_matter(fit):
    x = np.array([4, 0, 50_000, 4, 9])
    together = fit.model.discounted_expected_residual_lifetime(x, discount_rate=0.1)
    alone = [
        fit.model.discounted_expected_residual_lifetime(one, discount_rate=0.1)[0] for one in x
    ]
    np.testing.assert_allclose(together, alone, rtol=1e-12)


def test_a_long_horizon_becomes_the_infinite_one():
    far = ALIKE.discounted_expected_residual_lifetime(0, discount_rate=0.1, horizon=1e12)
    assert far == ALIKE.discounted_expected_residual_lifetime(0, discount_rate=0.1)
    many = ALIKE.discounted_expected_residual_lifetime(0, discount_rate=0, horizon=200_000)
    np.testing.assert_allclose(many, 15.2 / 2.8, rtol=1e-9)


# Refusals.


def test_an_infinite_value_is_refused():
    for ask in (
        POLARISED.discounted_expected_lifetime,
        lambda **terms: POLARISED.retention_elasticity(0, **terms),
        lambda **terms: Weibull(0.5, 1.0, 2.0).discounted_expected_residual_lifetime(0, **terms),
    ):
        with pytest.raises(OptionError, match="no finite value here"):
            ask(discount_rate=0)


def test_a_contract_has_a_price(fit, spend):
    h = contracts([1], [False])
    with pytest.raises(KindError, match="A contract has a price"):
        rk.clv.lifetime_value(fit, spend, h, **TERMS)
    with pytest.raises(KindError, match="A contract has a price"):
        rk.clv.new_customer_value(fit.model, spend, **TERMS)


def test_other_things_are_refused(fit, cdnow):
    h = contracts([1], [False])
    with pytest.raises(KindError, match="reads renewal histories"):
        rk.clv.lifetime_value(fit, 10.0, cdnow, **TERMS)
    with pytest.raises(KindError, match="neither purchases nor amounts"):
        rk.clv.lifetime_value(2.0, 10.0, h, **TERMS)
    with pytest.raises(KindError, match="renewed at another pace"):
        rk.clv.lifetime_value(fit, 10.0, contracts([1], [False], unit="month"), **TERMS)
    with pytest.raises(KindError, match="Renewals are needed"):
        ALIKE.discounted_expected_residual_lifetime("two", discount_rate=0.1)
    with pytest.raises(OptionError, match="`renewals` must be whole numbers"):
        ALIKE.discounted_expected_residual_lifetime([0.5], discount_rate=0.1)
    with pytest.raises(OptionError, match="further away than one period"):
        ALIKE.discounted_expected_residual_lifetime(0, discount_rate=0.1, until_renewal=1.5)
    with pytest.raises(OptionError, match="`discount_rate` must be"):
        ALIKE.discounted_expected_lifetime(discount_rate=10)
    with pytest.raises(DataError, match="`spend` must be finite numbers"):
        rk.clv.lifetime_value(fit, [1.0, 2.0], h, **TERMS)
