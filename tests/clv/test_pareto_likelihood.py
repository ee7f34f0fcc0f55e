"""Derivatives, the time grid and the limits of the Pareto/NBD likelihood."""

import math

import mpmath as mp
import numpy as np
import pytest

import retentionkit as rk
from retentionkit.clv._fitting.counted import count_histories
from retentionkit.clv._fitting.pareto_likelihood import ParetoLikelihood, log_odds
from retentionkit.clv._models.simulation import purchases_while_alive
from retentionkit.clv._numerics.decay import integral

POINT = np.array([0.7, 9.0, 0.8, 9.5])


def shop(n, *, seed, rates=(1.0, 5.0), dropout=(1.0, 20.0), at_once=None, days=False, longest=52.0):
    """Histories of customers whose rates and dropout are Gamma, or all the same."""
    rng = np.random.default_rng(seed)
    age = rng.uniform(10, longest, n)
    age = np.ceil(age * 7) / 7 if days else age
    rate = np.full(n, rates) if isinstance(rates, float) else rng.gamma(rates[0], 1 / rates[1], n)
    drop = (
        np.full(n, dropout)
        if isinstance(dropout, float)
        else rng.gamma(dropout[0], 1 / dropout[1], n)
    )
    life = rng.standard_exponential(n) / np.maximum(drop, 1e-300)
    if at_once is not None:
        life = np.where(rng.random(n) < at_once, 0.0, np.inf)
    drawn = purchases_while_alive(age, rate, drop, life, unit="week", rng=rng)
    x, t_x = np.bincount(drawn.customer, minlength=n), np.zeros(n)
    t_x[drawn.customer] = np.ceil(drawn.time * 7) / 7 if days else drawn.time
    return rk.PurchaseHistories.from_arrays(x, np.minimum(t_x, age), age, unit="week")


# Worked example: a fit of simulated customers finds the truth.


def test_truth_is_recovered_within_its_intervals():
    truth, inside, tried = (1.0, 5.0, 1.0, 20.0), 0, 0
    for seed in range(30):
        fit = rk.clv.ParetoNBD.fit(shop(800, seed=seed, days=True))
        assert fit.converged
        if fit.limit is None:
            tried += 4
            names = zip(fit.model.names, truth, strict=True)
            inside += sum(value in fit.interval(name) for name, value in names)
    assert tried >= 100
    # Intervals of 95 %, four to a fit and dependent: standard deviation at most 2 sqrt(n p q).
    assert inside >= 0.95 * tried - 3 * 2 * math.sqrt(tried * 0.95 * 0.05)


# Reference: differences in 40 digits.


@pytest.mark.parametrize("history", [(2, 30.43, 38.86), (0, 0.0, 38.86), (40, 20.0, 60.0)])
def test_derivatives_are_those_of_mpmath(history):
    x, t_x, T = history
    h = rk.PurchaseHistories.from_arrays(x, t_x, T, unit="week")
    surface = ParetoLikelihood(count_histories(h))(POINT)
    with mp.workdps(40):
        step, last = mp.mpf(10) ** -12, mp.mpf(T)
        # The integral over the time of dropout by equal steps in its logit.
        shares = [(1 / (1 + mp.exp(-z)), 1 / (1 + mp.exp(z))) for z in mp.arange(-75, 75, 0.4)]
        points = [(t_x + (last - t_x) * p, 0.4 * (last - t_x) * p * q) for p, q in shares]

        def log_likelihood(*moves):
            r, alpha, s, beta = (mp.mpf(p) + step * m for p, m in zip(POINT, moves, strict=True))
            left = sum(w * (alpha + u) ** -(r + x) * (beta + u) ** -(s + 1) for u, w in points)
            both = (alpha + last) ** -(r + x) * (beta + last) ** -s + s * left
            front = mp.loggamma(r + x) - mp.loggamma(r) + r * mp.log(alpha) + s * mp.log(beta)
            return front + mp.log(both)

        def slope(i, at=(0, 0, 0, 0)):
            high, low = ([a + m * (k == i) for k, a in enumerate(at)] for m in (1, -1))
            return (log_likelihood(*high) - log_likelihood(*low)) / (2 * step)

        axes = np.eye(4, dtype=int).tolist()
        back = (-np.eye(4, dtype=int)).tolist()
        gradient = [float(slope(i)) for i in range(4)]
        hessian = [
            [float((slope(i, axes[j]) - slope(i, back[j])) / (2 * step)) for j in range(4)]
            for i in range(4)
        ]
    np.testing.assert_allclose(surface.gradient, gradient, rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(surface.hessian, hessian, rtol=1e-9, atol=1e-12)


# Definition: differences, and the grid against the integral of each customer.


def test_score_is_zero_and_derivatives_are_right(cdnow):
    likelihood = ParetoLikelihood(count_histories(cdnow))
    top = rk.clv.ParetoNBD.fit(cdnow).model.parameters()
    np.testing.assert_allclose(likelihood(top).gradient * top, 0, atol=1e-7)
    here = likelihood(POINT)
    naive = rk.clv.ParetoNBD(*POINT).log_likelihood(cdnow).sum()
    assert here.value == pytest.approx(naive, rel=1e-13)
    for i, size in enumerate(POINT * 1e-5):
        move = np.zeros(4)
        move[i] = size
        high, low = likelihood(POINT + move), likelihood(POINT - move)
        # Central differences are good to about 1e-8 here.
        assert here.gradient[i] == pytest.approx((high.value - low.value) / (2 * size), rel=1e-6)
        slopes = (high.gradient - low.gradient) / (2 * size)
        np.testing.assert_allclose(here.hessian[i], slopes, rtol=1e-6)


@pytest.mark.parametrize(
    "parameters",
    [
        POINT,
        (0.5, 1e-3, 0.3, 1e-4),
        (20.0, 0.5, 3.0, 40.0),
        # Where the grid would underflow: for some values of x, and for all.
        (30.0, 1e-2, 0.5, 10.0),
        (2.0, 0.5, 1e4, 3.0),
    ],
)
def test_customers_together_are_customers_alone(parameters):
    data = count_histories(shop(20_000, seed=6, days=True, longest=104.0))
    parameters = np.array(parameters)
    together, alone = ParetoLikelihood(data), ParetoLikelihood(data)
    waited = data.t_x < data.T
    alone._placed = None
    alone._alone = [array[waited] for array in (data.x, data.t_x, data.T, data.n)]
    grid, each = together(parameters), alone(parameters)
    assert together._placed is not None
    assert len(together._alone[0]) > 0
    assert grid.value == pytest.approx(each.value, rel=1e-13)
    # In log-parameters, relative to the largest: second moments cancel in the others.
    largest = np.abs(each.gradient * parameters).max()
    gap = np.abs((grid.gradient - each.gradient) * parameters)
    assert gap.max() < 1e-12 * largest
    scale = np.outer(parameters, parameters)
    gap = np.abs((grid.hessian - each.hessian) * scale)
    assert gap.max() < 1e-10 * np.abs(each.hessian * scale).max()


def test_times_off_any_lattice_share_a_grid_too():
    rng = np.random.default_rng(2)
    times = np.sort(rng.uniform(0.5, 60, 40))
    T = rng.choice(times, 4_000)
    x = rng.poisson(1.0, 4_000)
    t_x = np.where(x > 0, np.minimum(rng.choice(times * 0.97, 4_000), T), 0.0)
    together = log_odds(POINT, x.astype(float), t_x, T, "week")
    alone = [
        log_odds(POINT, *(a[i : i + 1] for a in (x * 1.0, t_x, T)), "week") for i in range(400)
    ]
    np.testing.assert_allclose(together[:400], np.concatenate(alone), rtol=1e-11)


@pytest.mark.parametrize("largest", [3, 1 << 21])
def test_customers_who_share_nothing_are_integrated_alone(largest):
    rng = np.random.default_rng(2)
    T = rng.uniform(1, 60, 3_000)
    x, t_x = np.full(3_000, 2.0), T * rng.random(3_000)
    x[0] = largest
    together = log_odds(POINT, x, t_x, T, "week")
    alone = [log_odds(POINT, *(a[i : i + 1] for a in (x, t_x, T)), "week")[0] for i in range(20)]
    np.testing.assert_allclose(together[:20], alone, rtol=1e-13)


def test_many_customers_are_searched_roughly_and_polished_exactly():
    histories = shop(60_000, seed=5, days=True, longest=104.0)
    fit = rk.clv.ParetoNBD.fit(histories)
    assert fit.limit is None
    assert fit.decrement < 1e-12
    for name, value in zip(fit.model.names, (1.0, 5.0, 1.0, 20.0), strict=True):
        assert value in fit.interval(name, confidence=0.999)


# Properties: the integral of a decay.


@pytest.mark.parametrize("scale", [1e-120, 1e-4, 1.0, 1e6])
def test_the_integral_of_one_power_is_elementary(scale):
    D, R, b = np.array([1e-9, 1e-2, 1.0, 50.0, 7305.0]), np.zeros(5), np.full(5, scale)
    for S in (1e-4, 0.5, 2.0, 1e4):
        found = integral(D, R, b, np.full(5, S), b)
        length = np.log1p(D / b)
        expected = -b * np.expm1((1 - S) * length) / (S - 1)
        # The reference itself cancels where S is near 1 and the interval is short.
        np.testing.assert_allclose(found, expected, rtol=1e-11)


# Limits: where a parameter runs away, the fit says so and still predicts.


@pytest.mark.parametrize(
    ("truth", "limit", "lost"),
    [
        ({"dropout": 0.0, "seed": 5}, "no dropout", ["s", "beta"]),
        ({"rates": 0.2, "seed": 4}, "homogeneous rate", ["r", "alpha"]),
        ({"dropout": 0.03, "seed": 2}, "homogeneous dropout", ["s", "beta"]),
        ({"at_once": 0.4, "seed": 1}, "polarised dropout", ["s", "beta"]),
        # A tenth leaves at once: the search first finds nobody leaving, and looks further.
        ({"at_once": 0.1, "seed": 1}, "polarised dropout", ["s", "beta"]),
    ],
)
def test_limits_are_named(truth, limit, lost):
    histories = shop(1_000, days=True, **truth)
    fit = rk.clv.ParetoNBD.fit(histories)
    assert fit.limit == limit
    assert f"ran to a limit, {limit}" in fit.verdict
    for name, row in fit.parameters.items():
        assert math.isnan(row.standard_error) == (name in lost)
    assert np.isfinite(fit.model.conditional_expected_purchases(histories, 52)).all()


def test_penalty_pulls_towards_one_and_not_with_the_unit(cdnow, log):
    plain, weak, strong = (rk.clv.ParetoNBD.fit(cdnow, penalty=w) for w in (0.0, 1.0, 1e7))
    assert weak.aic is None
    assert weak.log_likelihood < plain.log_likelihood
    held = [math.log(m.r) ** 2 + math.log(m.s) ** 2 for m in (weak.model, plain.model)]
    assert held[0] < held[1]
    np.testing.assert_allclose([strong.model.r, strong.model.s], 1, rtol=1e-3)
    days = rk.purchase_histories(log, as_of="1997-09-30", unit="day")
    other = rk.clv.ParetoNBD.fit(days, penalty=1.0).model.parameters()
    np.testing.assert_allclose(other, weak.model.in_unit("day").parameters(), rtol=1e-7)
