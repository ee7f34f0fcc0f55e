"""What holds of every model of repeat purchases, whatever its assumptions."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import retentionkit as rk
from retentionkit.errors import KindError, OptionError

#: Each model at its estimates for CDNOW, rounded.
MODELS = (
    rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week"),
    rk.clv.MBGNBD(0.525, 6.183, 0.891, 1.614, unit="week"),
    rk.clv.ParetoNBD(0.553, 10.578, 0.606, 11.669, unit="week"),
    rk.clv.NBD(0.385, 12.072, unit="week"),
)
every_model = pytest.mark.parametrize("model", MODELS, ids=[type(m).__name__ for m in MODELS])

ASKS = {
    "log_likelihood": lambda model, h: model.log_likelihood(h),
    "probability_alive": lambda model, h: model.probability_alive(h),
    "alive later": lambda model, h: model.probability_alive(h, "39 weeks"),
    "probability_active": lambda model, h: model.probability_active(h, "39 weeks"),
    "expected": lambda model, h: model.conditional_expected_purchases(h, "39 weeks"),
    "for ever": lambda model, h: model.discounted_expected_purchases(h, discount_rate=0.1),
    "discounted": lambda model, h: model.discounted_expected_purchases(
        h, discount_rate=0.1, horizon="39 weeks"
    ),
    "counts": lambda model, h: model.conditional_count_pmf(h, [0, 3], "39 weeks"),
    "rate_exceeds": lambda model, h: model.rate_exceeds(h, 0.05),
}


def some_customers(size, seed=3):
    rng = np.random.default_rng(seed)
    T = rng.integers(1, 731, size) / 7
    x = rng.poisson(0.2 * T)
    t_x = np.where(x > 0, np.ceil(T * 7 * rng.random(size)) / 7, 0.0)
    return rk.PurchaseHistories.from_arrays(x, t_x, T, unit="week")


# Worked example: the one history that every paper uses, customer 1 of CDNOW.


def test_models_differ_in_whether_a_customer_is_still_one():
    one = rk.PurchaseHistories.from_arrays(2, 30.43, 38.86, unit="week")
    alive = [model.probability_alive(one)[0] for model in MODELS]
    # At the optima 0.726620, 0.706138, 0.869116; parameters of three digits move the fourth place.
    np.testing.assert_allclose(alive, [0.726620, 0.706138, 0.869116, 1.0], atol=1e-4)


# Definition.


@every_model
def test_counts_sum_to_one_and_to_the_expectation(model):
    h, n = some_customers(12), np.arange(2_000)
    known = model.conditional_count_pmf(h, n, 39)
    np.testing.assert_allclose(known.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(known @ n, model.conditional_expected_purchases(h, 39), rtol=1e-10)
    # 1 minus almost 1 keeps absolute digits only.
    np.testing.assert_allclose(1 - known[:, 0], model.probability_active(h, 39), atol=1e-15)
    new = model.count_pmf(n, 78)
    assert new.sum() == pytest.approx(1, abs=1e-12)
    assert new @ n == pytest.approx(float(model.expected_purchases(78)), rel=1e-10)


@every_model
def test_simulation_agrees_with_the_counts(model):
    size = 100_000
    made = np.bincount(model.simulate(np.full(size, 39.0), rng=7).customer, minlength=size)
    for n in range(4):
        share = float(model.count_pmf(n, 39))
        assert abs((made == n).mean() - share) < 4 * math.sqrt(share * (1 - share) / size)
    spread = made.std() / math.sqrt(size)
    assert abs(made.mean() - float(model.expected_purchases(39))) < 4 * spread


@every_model
def test_simulation_ahead_agrees_with_the_forecast(model):
    h = rk.PurchaseHistories.from_arrays(3, 20.0, 30.0, unit="week")[np.zeros(60_000, dtype=int)]
    ahead = model.simulate_ahead(h, 26, rng=5)
    made = np.bincount(ahead.customer, minlength=len(h))
    spread = made.std() / math.sqrt(len(h))
    assert abs(made.mean() - model.conditional_expected_purchases(h[:1], 26)[0]) < 4 * spread
    for n, share in enumerate(model.conditional_count_pmf(h[:1], [0, 1, 2], 26)[0]):
        assert abs((made == n).mean() - share) < 4 * math.sqrt(share * (1 - share) / len(h))
    alive = model.probability_alive(h[:1])[0]
    still = np.isfinite(ahead.rate)
    assert abs(still.mean() - alive) <= 4 * math.sqrt(alive * (1 - alive) / len(h))
    assert (made[~still] == 0).all()
    assert (ahead.time <= 26).all()


@every_model
def test_a_long_horizon_becomes_the_infinite_one(model):
    h = some_customers(20)
    for_ever = model.discounted_expected_purchases(h, discount_rate=0.1)
    long = model.discounted_expected_purchases(h, discount_rate=0.1, horizon="500 years")
    np.testing.assert_allclose(long, for_ever, rtol=1e-12)
    undiscounted = model.discounted_expected_purchases(h, discount_rate=0, horizon=39)
    expected = model.conditional_expected_purchases(h, 39)
    np.testing.assert_allclose(undiscounted, expected, rtol=1e-12)
    new = model.discounted_expected_purchases(None, discount_rate=0, horizon=39)
    np.testing.assert_allclose(new, model.expected_purchases([39]), rtol=1e-12)


# Properties.


@pytest.mark.parametrize("kind", [type(model) for model in MODELS])
@given(
    x=st.integers(0, 40),
    share=st.floats(0.01, 1),
    T=st.floats(0.1, 500),
    shapes=st.tuples(*[st.floats(0.05, 20)] * 4),
)
def test_values_stay_in_their_ranges(kind, x, share, T, shapes):
    model = kind(*shapes[: len(kind.names)])
    h = rk.PurchaseHistories.from_arrays(x, share * T if x else 0.0, T, unit="week")
    now, later = model.probability_alive(h)[0], model.probability_alive(h, 13)[0]
    assert 0 <= later <= now <= 1
    soon, active = (model.probability_active(h, t)[0] for t in (6, 13))
    assert 0 <= soon <= active * (1 + 1e-14)  # to rounding, where nearly all buy soon
    assert active <= now
    short, long = (model.conditional_expected_purchases(h, t)[0] for t in (13, 26))
    assert 0 <= short <= long
    assert active <= short * (1 + 1e-12)
    worth = model.discounted_expected_purchases(h, discount_rate=0.1, horizon=26)[0]
    assert worth <= long * (1 + 1e-12)
    often, always = model.rate_exceeds(h, 0.2)[0], model.rate_exceeds(h, 0.1)[0]
    assert 0 <= often <= always * (1 + 1e-14)
    assert always <= 1 + 1e-14  # of Pareto/NBD it is a sum of two parts, each rounded
    assert 0 <= model.conditional_count_pmf(h, 2, 13)[0] <= 1
    assert math.isfinite(model.log_likelihood(h)[0])


@every_model
def test_nothing_happens_in_no_time(model):
    h = some_customers(10)
    np.testing.assert_array_equal(model.probability_active(h, 0), 0)
    np.testing.assert_array_equal(model.conditional_expected_purchases(h, 0), 0)
    np.testing.assert_allclose(model.conditional_count_pmf(h, [0, 1], 0), [[1, 0]] * 10, rtol=1e-15)
    assert model.expected_purchases(0) == 0
    assert len(model.simulate_ahead(h, 0, rng=1).customer) == 0


@every_model
@pytest.mark.parametrize("unit", ["day", "week", "month", "year"])
def test_the_unit_does_not_matter(model, unit):
    h, other = some_customers(20), model.in_unit(unit)
    assert other.unit == unit
    for name in ("alive later", "probability_active", "expected", "for ever", "discounted"):
        np.testing.assert_allclose(ASKS[name](other, h), ASKS[name](model, h), rtol=1e-11)
    np.testing.assert_allclose(
        other.expected_purchases("39 weeks"), model.expected_purchases(39), rtol=1e-12
    )
    # A density of times changes with their unit by a factor for each purchase.
    ratio = np.log(other.alpha / model.alpha)
    np.testing.assert_allclose(
        other.log_likelihood(h), model.log_likelihood(h) - h.frequency * ratio, rtol=1e-10
    )


@every_model
@pytest.mark.parametrize("name", ASKS)
def test_many_customers_are_scored_as_each_one_alone(model, name):
    h = some_customers(6_000)
    found = ASKS[name](model, h)
    np.testing.assert_allclose(found[::15], ASKS[name](model, h[::15]), rtol=1e-12)
    order = np.random.default_rng(1).permutation(6_000)
    np.testing.assert_allclose(ASKS[name](model, h[order]), found[order], rtol=1e-14)


@pytest.mark.parametrize("kind", [type(model) for model in MODELS])
def test_fit_ignores_order_and_takes_weights_as_counts(kind, cdnow):
    fit = kind.fit(cdnow)
    order = np.random.default_rng(1).permutation(len(cdnow))
    assert kind.fit(cdnow[order]).equals(fit)
    grouped = kind.fit(cdnow.grouped())
    assert grouped.model == fit.model
    assert grouped.fingerprint == fit.fingerprint
    double = kind.fit(dataclasses.replace(cdnow, weight=np.full(len(cdnow), 2.0)))
    # Twice the data have the same top, which a Newton step finds to half the digits of its height.
    np.testing.assert_allclose(double.model.parameters(), fit.model.parameters(), rtol=1e-8)
    assert double.log_likelihood == pytest.approx(2 * fit.log_likelihood, rel=1e-12)
    np.testing.assert_allclose(double.covariance * 2, fit.covariance, rtol=1e-6)


@pytest.mark.parametrize("kind", [type(model) for model in MODELS])
def test_fit_in_days_is_the_fit_in_weeks(kind, cdnow):
    expected = kind.fit(cdnow).model.in_unit("day")
    found = kind.fit(cdnow.in_unit("day")).model
    np.testing.assert_allclose(found.parameters(), expected.parameters(), rtol=1e-8)


@every_model
def test_the_truth_is_recovered(model):
    drawn = model.simulate(np.linspace(26, 104, 20_000).round(), rng=11)
    fit = type(model).fit(drawn.to_histories())
    for name in model.names:
        assert getattr(model, name) in fit.interval(name, confidence=0.999)


# Refusals.


@every_model
def test_only_purchase_histories_are_read(model, cdnow):
    for wrong in ([2, 30.43, 38.86], cdnow.to_frame()):
        with pytest.raises(KindError, match="reads purchase histories"):
            model.probability_alive(wrong)
    with pytest.raises(KindError, match="reads purchase histories"):
        type(model).fit(cdnow.to_frame())


@every_model
def test_times_and_counts_are_checked(model):
    h = some_customers(3)
    with pytest.raises(OptionError, match="`t` must be times"):
        model.conditional_expected_purchases(h, -1)
    with pytest.raises(OptionError, match="`after` must be times"):
        model.probability_alive(h, math.nan)
    with pytest.raises(OptionError, match="whole numbers of purchases"):
        model.conditional_count_pmf(h, 1.5, 39)
    with pytest.raises(OptionError, match="`norm` must be times"):
        model.rate_exceeds(h, -0.1)
