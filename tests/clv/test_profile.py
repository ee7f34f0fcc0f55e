import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import chi2

import retentionkit as rk
from retentionkit.clv._fitting.maximum import Limit, Surface
from retentionkit.clv._inference.profile_curve import Curve
from retentionkit.clv._models.simulation import purchases_while_alive
from retentionkit.errors import DataError, KindError, OptionError


def bought(n, *, seed, rate=None, r=1.0, alpha=5.0):
    """Histories of customers who never leave, at Gamma rates or all at one."""
    rng = np.random.default_rng(seed)
    age = rng.uniform(20, 60, n)
    rates = rng.gamma(r, 1 / alpha, n) if rate is None else np.full(n, rate)
    ever = np.full(n, np.inf)
    return purchases_while_alive(age, rates, np.zeros(n), ever, unit="week", rng=rng).to_histories()


def loss_at(fit, histories, name, value):
    """Log-likelihood lost where one parameter has a value, by another optimiser."""
    others = [other for other in fit.model.names if other != name]

    def model(log):
        values = dict(zip(others, np.exp(log).tolist(), strict=True))
        return dataclasses.replace(fit.model, **values, **{name: value})

    start = np.log([getattr(fit.model, other) for other in others])
    found = minimize(
        lambda log: -model(log).log_likelihood(histories).sum(),
        start,
        method="Nelder-Mead",
        options={"fatol": 1e-9, "xatol": 1e-7, "maxiter": 4000},
    )
    return fit.log_likelihood + found.fun


@pytest.fixture(scope="module")
def small():
    return rk.clv.BGNBD(1.0, 5.0, 1.0, 3.0).simulate(np.full(300, 40.0), rng=3).to_histories()


@pytest.fixture(scope="module")
def at_a_limit():
    histories = bought(300, seed=6)
    return rk.clv.BGNBD.fit(histories), histories


# Worked example: CDNOW.


def test_cdnow(bgnbd, cdnow):
    curve = rk.clv.profile(bgnbd, cdnow, "b")
    found = rk.clv.profile_interval(bgnbd, cdnow, "b")
    assert repr(found) == "Interval(1.43 to 4.567, 95 %)"
    # The curve is interpolated between points half a unit of its root apart.
    assert curve.interval().low == pytest.approx(found.low, rel=5e-4)
    assert curve.interval().high == pytest.approx(found.high, rel=5e-4)
    assert curve.estimate == bgnbd.model.b
    assert curve.log_likelihood.max() == pytest.approx(bgnbd.log_likelihood, abs=1e-9)
    assert curve.parameters.shape == (len(curve.value), 4)
    assert (curve.open_low, curve.open_high) == (False, False)
    text = repr(curve)
    assert "Profile likelihood of b in BGNBD by maximum likelihood" in text
    assert curve.to_frame().columns.tolist() == ["value", "log_likelihood", "root"]
    # The likelihood falls more slowly upwards: the interval leans to larger values than Wald's.
    wald = bgnbd.interval("b")
    assert found.low > wald.low
    assert found.high > wald.high


# Reference: another optimiser finds the same loss at the limits.


@pytest.mark.parametrize("name", ["r", "alpha", "a", "b"])
def test_the_limits_lose_what_they_should(small, name):
    fit = rk.clv.BGNBD.fit(small)
    found = rk.clv.profile_interval(fit, small, name, confidence=0.9)
    for value in (found.low, found.high):
        # The simplex stops within 1e-9; a relative 1e-8 of the limit costs less than 1e-7.
        assert loss_at(fit, small, name, value) == pytest.approx(chi2.ppf(0.9, 1) / 2, abs=1e-6)


def test_spend_has_profiles_too(spend, cdnow):
    found = rk.clv.profile_interval(spend, cdnow, "q")
    for value in (found.low, found.high):
        others = minimize(
            lambda log, value=value: (
                -np.nansum(
                    rk.clv.GammaGamma(np.exp(log[0]), value, np.exp(log[1])).log_likelihood(cdnow)
                )
            ),
            np.log([spend.model.p, spend.model.v]),
            method="Nelder-Mead",
            options={"fatol": 1e-9, "xatol": 1e-7},
        )
        lost = spend.log_likelihood + others.fun
        assert lost == pytest.approx(chi2.ppf(0.95, 1) / 2, abs=1e-6)


# Definition: one-sided where a limit is not refuted.


def test_an_interval_reaches_infinity_where_a_limit_is_not_refuted():
    histories = bought(500, seed=1, rate=0.2)
    fit = rk.clv.NBD.fit(histories)
    found = rk.clv.profile_interval(fit, histories, "r")
    assert found.high == math.inf
    assert loss_at(fit, histories, "r", found.low) == pytest.approx(
        # The log-likelihood of this fit is within 1e-4 of its supremum, at r = infinity.
        chi2.ppf(0.95, 1) / 2,
        abs=1e-3,
    )


def test_parameters_that_mean_nothing_are_unbounded(at_a_limit):
    fit, histories = at_a_limit
    assert fit.limit == "no dropout"
    for name in ("a", "b"):
        assert (
            rk.clv.profile_interval(fit, histories, name)
            == rk.clv.profile(fit, histories, name).interval()
        )
        assert rk.clv.profile_interval(fit, histories, name).high == math.inf
        assert rk.clv.profile_interval(fit, histories, name).low == 0.0
    assert math.isnan(fit.interval("a").low)


def test_the_others_have_the_intervals_of_the_simpler_model(at_a_limit):
    fit, histories = at_a_limit
    simpler = rk.clv.NBD.fit(histories)
    for name in ("r", "alpha"):
        full = rk.clv.profile_interval(fit, histories, name)
        alone = rk.clv.profile_interval(simpler, histories, name)
        # Dropout can only help values off the estimate: the interval is as wide or a little wider.
        assert full.low <= alone.low * (1 + 1e-4)
        assert full.high >= alone.high * (1 - 1e-4)
        assert full.low == pytest.approx(alone.low, rel=0.05)
        assert full.high == pytest.approx(alone.high, rel=0.05)


def test_a_limit_at_zero_bounds_from_above():
    rng = np.random.default_rng(3)
    age, leaves = rng.uniform(10, 52, 400), rng.random(400) < 1 / 3
    x = rng.poisson(0.2 * age)
    t_x = np.where(x > 0, age * rng.beta(np.maximum(x, 1), 1), 0)
    first = leaves & (x > 0)  # those who leave, leave at their first repeat purchase
    x, t_x = np.where(first, 1, x), np.where(first, age * rng.beta(1, np.maximum(x, 1)), t_x)
    histories = rk.PurchaseHistories.from_arrays(x, t_x, age, unit="week")
    fit = rk.clv.BGNBD.fit(histories)
    assert "polarised dropout" in fit.limit
    found = rk.clv.profile_interval(fit, histories, "a")
    assert found.low == 0
    assert 1e-4 < found.high < 1
    curve = rk.clv.profile(fit, histories, "a")
    assert curve.open_low
    assert not curve.open_high
    assert curve.interval().high == pytest.approx(found.high, rel=5e-3)


class _Bent:
    """A likelihood that is flat for long and then falls off a cliff, with exact derivatives."""

    names = ("u", "w")
    n_customers = 1.0
    limits = (Limit("flat", {"w": 6.0}, ("w",), "w does not matter"),)

    def coarse(self):
        return None

    def starts(self):
        return [[1.0, 1.0]]

    def __call__(self, parameters):
        u, w = np.log(parameters)
        theta_u, theta_w = parameters
        # -max(u - 3, 0)^2 * 50 - w^2, in logarithms, turned into derivatives in the parameters.
        over = max(u - 3.0, 0.0)
        slope = np.array([-100.0 * over, -2.0 * w])
        curve = np.diag([-100.0 if over else -1e-9, -2.0])
        theta = np.array([theta_u, theta_w])
        return Surface(
            -50.0 * over**2 - w**2,
            slope / theta,
            (curve - np.diag(slope)) / np.outer(theta, theta),
        )


def test_a_bend_is_followed_in_short_steps():
    curve = Curve(_Bent(), np.zeros(2), 0, [])
    points, open_ = curve.side(1, 3.0)
    assert not open_
    roots = [point.root for point in points]
    assert max(np.diff([0.0, *roots])) <= 1.0
    # The root of twice the loss is 10 (u - 3).
    assert math.log(curve.limit(1, 2.0)) == pytest.approx(3.2, abs=1e-7)
    assert curve.limit(-1, 2.0) == 0.0


# Properties.


def test_the_unit_of_time_does_not_matter(log, bgnbd, cdnow):
    days = rk.purchase_histories(log, as_of="1997-09-30", unit="day")
    fit = rk.clv.BGNBD.fit(days)
    for name, ratio in (("alpha", 7.0), ("a", 1.0)):
        found = rk.clv.profile_interval(fit, days, name)
        weeks = rk.clv.profile_interval(bgnbd, cdnow, name)
        assert found.low == pytest.approx(ratio * weeks.low, rel=1e-6)
        assert found.high == pytest.approx(ratio * weeks.high, rel=1e-6)
    # Histories in another unit are converted.
    assert rk.clv.profile_interval(bgnbd, days, "a").low == pytest.approx(
        rk.clv.profile_interval(bgnbd, cdnow, "a").low, rel=1e-9
    )


def test_the_order_of_rows_does_not_matter(bgnbd, cdnow):
    order = np.random.default_rng(0).permutation(len(cdnow))
    found = rk.clv.profile_interval(bgnbd, cdnow[order], "r")
    assert found == rk.clv.profile_interval(bgnbd, cdnow, "r")


@settings(max_examples=10)
@given(confidence=st.floats(0.01, 0.9999))
def test_intervals_are_nested_and_hold_the_estimate(bgnbd, cdnow, confidence):
    curve = rk.clv.profile(bgnbd, cdnow, "a")
    found = curve.interval(confidence)
    assert found.low < bgnbd.model.a < found.high
    wider = curve.interval(min(confidence * 1.001, 0.9999))
    assert wider.low <= found.low
    assert wider.high >= found.high


# Refusals.


def test_other_histories_are_refused(bgnbd, cdnow):
    with pytest.raises(DataError, match="not the ones that the fit was made of") as error:
        rk.clv.profile_interval(bgnbd, cdnow[:100], "r")
    assert "2,357 customers" in error.value.allowed


def test_an_unknown_parameter(bgnbd, cdnow):
    with pytest.raises(OptionError, match="no such parameter"):
        rk.clv.profile(bgnbd, cdnow, "beta")


def test_a_penalised_fit_has_no_profile(cdnow):
    with pytest.raises(OptionError, match="A penalised fit has no profile likelihood"):
        rk.clv.profile(rk.clv.BGNBD.fit(cdnow, penalty=1.0), cdnow, "r")


def test_a_model_is_no_fit(bgnbd, cdnow):
    with pytest.raises(KindError, match="`fit` must be a fit"):
        rk.clv.profile_interval(bgnbd.model, cdnow, "r")


def test_confidence_beyond_the_curve(bgnbd, cdnow):
    curve = rk.clv.profile(bgnbd, cdnow, "r")
    with pytest.raises(OptionError, match="not followed that far"):
        curve.interval(0.99999)
    with pytest.raises(OptionError, match="`confidence` must lie"):
        curve.interval(1.0)
    far = rk.clv.profile_interval(bgnbd, cdnow, "r", confidence=0.99999)
    assert far.low < curve.interval(0.9999).low
