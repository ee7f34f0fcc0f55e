import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

import retentionkit as rk
from retentionkit.clv._fitting.beta_geometric_likelihood import BetaGeometricLikelihood
from retentionkit.clv._fitting.counted import Counted, count_histories
from retentionkit.clv._fitting.maximum import Limit, Objective, Penalty, Surface, maximise
from retentionkit.clv._fitting.restricted import nearest_limit
from retentionkit.clv._fitting.verdict import say_verdict
from retentionkit.clv._models.simulation import purchases_until_dropout
from retentionkit.errors import ConvergenceError, DataError, KindError, OptionError

NO_PENALTY = Penalty(0.0, np.zeros((1, 4)), np.zeros(1))


def shop(n, *, seed, rates=(1.0, 5.0), dropout=(1.0, 3.0), longest=52.0, days=False):
    """Histories of customers whose rates and dropout are Gamma and Beta, or all the same."""
    rng = np.random.default_rng(seed)
    age = rng.uniform(10, longest, n)
    age = np.ceil(age * 7) / 7 if days else age
    rate = np.full(n, rates) if isinstance(rates, float) else rng.gamma(rates[0], 1 / rates[1], n)
    drop = np.full(n, dropout) if isinstance(dropout, float) else rng.beta(*dropout, n)
    drawn = purchases_until_dropout(age, rate, drop, unit="week", rng=rng)
    x = np.bincount(drawn.customer, minlength=n)
    t_x = np.zeros(n)
    t_x[drawn.customer] = np.ceil(drawn.time * 7) / 7 if days else drawn.time
    return rk.PurchaseHistories.from_arrays(x, np.minimum(t_x, age), age, unit="week")


# Worked example: what a fit says of CDNOW.


def test_a_fit_says_how_far_to_believe_it(bgnbd):
    assert bgnbd.converged
    assert bgnbd.limit is None
    assert bgnbd.gradient_norm < 1e-12
    assert bgnbd.decrement < 1e-15
    assert bgnbd.condition_number == pytest.approx(165, abs=1)
    assert "Converged" in bgnbd.verdict
    assert "All parameters are identified" in bgnbd.verdict
    assert "1997-10-01" in bgnbd.definition
    assert bgnbd.fingerprint.startswith("sha256:")
    text = repr(bgnbd)
    assert "log-likelihood  -9,582.4292" in text
    assert max(map(len, text.splitlines())) <= 100
    assert bgnbd.to_frame()["parameter"].tolist() == ["r", "alpha", "a", "b"]
    assert bgnbd.to_dict()["model"] == dataclasses.asdict(bgnbd.model)


def test_intervals_are_log_scale_wald(bgnbd):
    row = bgnbd.parameters["b"]
    factor = math.exp(1.959963984540054 * row.standard_error / row.estimate)
    assert row.interval.low == pytest.approx(row.estimate / factor, rel=1e-12)
    assert row.interval.high == pytest.approx(row.estimate * factor, rel=1e-12)
    narrow = bgnbd.interval("b", confidence=0.5)
    assert row.interval.low < narrow.low < row.estimate < narrow.high < row.interval.high
    assert narrow.confidence == 0.5


# Reference: another optimiser on the likelihood as the paper has it.


def test_a_general_optimiser_finds_the_same_maximum():
    histories = shop(400, seed=2)
    fit = rk.clv.BGNBD.fit(histories)

    def loss(log):
        return -rk.clv.BGNBD(*np.exp(log)).log_likelihood(histories).sum()

    found = minimize(loss, np.log([1, 3, 1, 3]), method="Nelder-Mead", options={"fatol": 1e-10})
    # The simplex stops within 1e-10 of the top; there parameters are good to about 1e-4.
    assert fit.log_likelihood >= -found.fun - 1e-9
    np.testing.assert_allclose(fit.model.parameters(), np.exp(found.x), rtol=1e-3)


# Definition: recovery of a known truth, large data and small.


def test_truth_is_recovered_within_its_intervals():
    truth, inside = np.array([1.0, 5.0, 1.0, 3.0]), 0
    for seed in range(60):
        fit = rk.clv.BGNBD.fit(shop(800, seed=seed))
        inside += sum(
            value in fit.interval(name) for name, value in zip(fit.model.names, truth, strict=True)
        )
    # 240 intervals of 95 %, four to a fit: 228 expected, standard deviation at most 6.8.
    assert 228 - 21 <= inside <= 240


def test_many_customers_are_searched_roughly_and_polished_exactly():
    histories = shop(60_000, seed=5, longest=104.0, days=True)
    data = count_histories(histories)
    rough = data.coarse()
    assert rough is not None
    assert len(rough.n) < len(data.n)
    assert rough.n_customers == data.n_customers
    assert (rough.t_x <= rough.T).all()
    fit = rk.clv.BGNBD.fit(histories)
    assert fit.decrement < 1e-12
    slope = BetaGeometricLikelihood(data, 0)(fit.model.parameters()).gradient
    # The slope of a sum over 60,000 customers, against terms of size 1e4.
    np.testing.assert_allclose(slope * fit.model.parameters(), 0, atol=1e-5)


def test_counted_histories_are_the_histories():
    histories = shop(3_000, seed=3, days=True)
    data = count_histories(histories)
    rows = zip(histories.frequency, histories.recency, histories.age, strict=True)
    naive = {}
    for row in rows:
        key = tuple(np.round(np.array(row, dtype=float) * 7).astype(int).tolist())
        naive[key] = naive.get(key, 0) + 1
    found = np.round(np.stack([data.x, data.t_x, data.T], axis=1) * 7).astype(int)
    assert {tuple(row.tolist()): n for row, n in zip(found, data.n, strict=True)} == naive


def test_histories_off_any_lattice_are_counted_too():
    histories = shop(500, seed=4)
    data = count_histories(histories)
    assert data.n_customers == 500
    np.testing.assert_allclose(np.sort(data.T), np.sort(histories.age), rtol=1e-15)
    big = dataclasses.replace(histories, frequency=histories.frequency * 2**45)
    huge = count_histories(big)
    assert huge.n.sum() == 500
    order = np.random.default_rng(0).permutation(500)
    assert count_histories(big[order]).fingerprint() == huge.fingerprint()


def test_histories_too_various_are_not_rounded():
    x = np.arange(40_000.0)
    data = Counted(x, np.full(40_000, 1.0), np.full(40_000, 2.0), np.ones(40_000), "week")
    assert data.coarse() is None


# Limits: where a parameter runs away, the fit says so and still predicts.


@pytest.mark.parametrize(
    ("truth", "limit", "lost"),
    [
        ({"dropout": 1e-12, "seed": 1}, "no dropout", ["a", "b"]),
        ({"rates": 0.2, "seed": 4}, "homogeneous rate", ["r", "alpha"]),
        ({"dropout": 0.2, "seed": 1}, "homogeneous dropout", ["a", "b"]),
        ({"dropout": (1e-6, 2e-6), "seed": 3}, "polarised dropout", ["a", "b"]),
    ],
)
def test_limits_are_named(truth, limit, lost):
    histories = shop(1_000, **truth)
    fit = rk.clv.BGNBD.fit(histories)
    assert fit.limit == limit
    assert f"ran to a limit, {limit}" in fit.verdict
    assert math.isnan(fit.condition_number)
    for name, row in fit.parameters.items():
        assert math.isnan(row.standard_error) == (name in lost)
        assert math.isnan(row.interval.low) == (name in lost)
    ahead = fit.model.conditional_expected_purchases(histories, 52)
    assert np.isfinite(ahead).all()


def test_two_limits_at_once():
    fit = rk.clv.BGNBD.fit(shop(60, seed=1, rates=0.3, dropout=0.2))
    assert fit.limit == "homogeneous rate and homogeneous dropout"
    assert np.isnan(fit.covariance).all()
    assert "r, alpha, a, b mean nothing alone" in fit.verdict


def test_weak_identification_is_said():
    fit = rk.clv.BGNBD.fit(shop(1_000, seed=0, rates=0.2))
    assert fit.limit is None
    weak = rk.clv.BGNBD.fit(shop(1_000, seed=1, rates=0.2))
    assert weak.limit is None
    assert weak.condition_number > 1e4
    assert "say little about r and alpha on their own" in weak.verdict


# The verdict: what is known, and which simpler model is near.


def test_the_verdict_says_how_well_each_is_known(bgnbd):
    for name, row in bgnbd.parameters.items():
        share = 100 * row.standard_error / row.estimate
        assert f"{name} {share:.0f} %" in bgnbd.verdict or f"{name} {share:.2g} %" in bgnbd.verdict
    _, _, a, b = bgnbd.model.parameters()
    # The mean dropout by the delta method, and the mean rate.
    slope = np.array([0, 0, b, -a]) / (a + b) ** 2
    error = math.sqrt(slope @ bgnbd.covariance @ slope) / (a / (a + b))
    assert f"mean dropout a/(a+b) {100 * error:.2g} %" in bgnbd.verdict
    r, alpha = bgnbd.model.r, bgnbd.model.alpha
    slope = np.array([1 / alpha, -r / alpha**2, 0, 0])
    error = math.sqrt(slope @ bgnbd.covariance @ slope) / (r / alpha)
    assert f"mean rate r/alpha {100 * error:.2g} %" in bgnbd.verdict


def test_the_verdict_says_how_far_the_nearest_limit_is(bgnbd, cdnow):
    # Homogeneous dropout, by another optimiser: a and b so large that their ratio alone matters.
    def loss(log):
        r, alpha, odds = np.exp(log)
        model = rk.clv.BGNBD(r, alpha, 1e7 * odds, 1e7)
        return -model.log_likelihood(cdnow).sum()

    found = minimize(loss, np.log([0.24, 4.4, 0.3]), method="Nelder-Mead")
    away = bgnbd.log_likelihood + found.fun
    assert f"'homogeneous dropout', {away:.1f} log-likelihood units away." in bgnbd.verdict


def test_the_nearest_limit_is_the_nearest(cdnow):
    fit = rk.clv.MBGNBD.fit(cdnow)

    def loss(log, scale):
        r, alpha, odds = np.exp(log)
        return -rk.clv.MBGNBD(r, alpha, scale * odds, scale).log_likelihood(cdnow).sum()

    start = np.log([0.5, 6.0, 0.5])
    same = minimize(loss, start, args=(1e7,), method="Nelder-Mead").fun
    polarised = minimize(loss, start, args=(1e-6,), method="Nelder-Mead").fun
    none = -rk.clv.NBD.fit(cdnow).log_likelihood
    assert same < min(polarised, none)
    away = fit.log_likelihood + same
    assert f"'homogeneous dropout', {away:.1f} log-likelihood units away." in fit.verdict


def test_a_near_limit_is_said_to_be_within_reach():
    near = rk.clv.BGNBD.fit(shop(1_000, seed=0, rates=0.2))
    assert "'homogeneous rate', 1.2 log-likelihood units away" in near.verdict
    assert near.verdict.endswith("an interval of r and alpha may reach it.")
    assert "Better known: a" in rk.clv.BGNBD.fit(shop(1_000, seed=1, rates=0.2)).verdict


def test_a_verdict_of_little_data_and_no_limits():
    top = maximise(_Made(lambda u, w: -((u / 900) ** 2) - 1e-9 * (w + u) ** 2), NONE)
    assert nearest_limit(top.rough, top.near) is None
    said = say_verdict(top, ("u", "w"), {}, condition=3.0, gradient=0.0, penalty=0.0)
    assert said.endswith("trust predictions more than these parameters.")
    assert "u over 1,000 %, w over 1,000 %" in said
    sharp = maximise(_Made(lambda u, w: -1e9 * u**2 - 100 * (w - 1) ** 2), NONE)
    said = say_verdict(sharp, ("u", "w"), {}, condition=1e7, gradient=0.0, penalty=0.0)
    assert "say little about w on their own" in said


def test_a_step_that_gains_nothing_is_not_taken():
    # Far out in u, the ridge in w is so sharp that a trusted step goes beyond it and down again.
    limit = Limit("far", {"u": 1.0}, ("u",), "u is far")
    surface = _Made(lambda u, w: -(u**2) - math.hypot(1, 5 * w), limits=(limit,))
    found, distance = nearest_limit(Objective(surface, NONE), np.array([0.0, 0.6]))
    assert found == limit
    assert distance == pytest.approx(math.log(10) ** 2, rel=1e-9)


# Laplace draws.


def test_draws_have_the_covariance_of_the_fit(bgnbd):
    models = bgnbd.draws(20_000, rng=1)
    assert len(models) == 20_000
    assert type(models[0]) is rk.clv.BGNBD
    logs = np.log([model.parameters() for model in models])
    values = bgnbd.model.parameters()
    expected = bgnbd.covariance / np.outer(values, values)
    spread = np.sqrt(np.diag(expected))
    # A mean of 20,000 has a standard error of 1/141, a correlation at most as much.
    np.testing.assert_allclose((logs.mean(axis=0) - np.log(values)) / spread, 0, atol=5 / 141)
    np.testing.assert_allclose(
        np.cov(logs.T) / np.outer(spread, spread), expected / np.outer(spread, spread), atol=7 / 141
    )
    assert models[:3] == bgnbd.draws(20_000, rng=np.random.default_rng(1))[:3]
    assert bgnbd.draws(3) != bgnbd.draws(3, rng=1)


def test_draws_at_a_limit():
    fit = rk.clv.BGNBD.fit(shop(1_000, dropout=1e-12, seed=1))
    assert fit.limit == "no dropout"
    models = fit.draws(50)
    assert {(model.a, model.b) for model in models} == {(fit.model.a, fit.model.b)}
    assert len({model.r for model in models}) == 50
    lost = rk.clv.BGNBD.fit(shop(1_000, dropout=0.2, seed=1))
    with pytest.raises(DataError, match="no normal approximation to draw from"):
        lost.draws(5)
    with pytest.raises(OptionError, match="`n` must be a finite number"):
        fit.draws(0)
    with pytest.raises(OptionError, match="`n` must be a whole number"):
        fit.draws(2.5)


# Hostile data: each fit converges, names a limit, or says which parameter ran away.


def hostile():
    rng = np.random.default_rng(0)
    n = 300
    age, x = np.full(n, 50.0), rng.poisson(0.5, n)
    t_x = np.where(x > 0, rng.uniform(1, 40, n), 0)
    big, huge = x.copy(), x.copy()
    big[0], huge[0] = 10_000, 2_000_000
    spread = 10 ** rng.uniform(-6, 5, n)
    many = rng.poisson(np.minimum(0.05 * spread, 5_000))
    return {
        "saturated": (rng.integers(45, 51, n), 50 - rng.random(n), age),
        "all alike": (np.full(n, 3), rng.uniform(5, 50, n), age),
        "one each": (np.ones(n), rng.uniform(5, 50, n), age),
        "one of 10,000": (big, t_x, age),
        "one of 2,000,000": (huge, t_x, age),
        "ages from seconds to centuries": (many, np.where(many > 0, spread / 2, 0), spread),
        "bursts": (100 + rng.integers(0, 3, n), 0.01 + 0.001 * rng.random(n), age),
        "one repeater": (np.arange(n) == 0, 3.0 * (np.arange(n) == 0), rng.uniform(10, 50, n)),
        "tiny times": (x, 1e-9 * t_x, 1e-9 * age),
        "long times": (x, 1e9 * t_x, 1e9 * age),
        "a billion each": (x, t_x, age, np.full(n, 1e9)),
        "uneven weights": (x, t_x, age, 10 ** rng.uniform(-3, 9, n)),
    }


@pytest.mark.parametrize("name", hostile())
@pytest.mark.parametrize("model", [rk.clv.BGNBD, rk.clv.MBGNBD, rk.clv.NBD, rk.clv.GammaGamma])
def test_hostile_data(name, model):
    x, t_x, age, *weight = hostile()[name]
    histories = rk.PurchaseHistories.from_arrays(
        x * 1.0,
        t_x,
        age,
        weight=weight[0] if weight else None,
        monetary_value=np.where(x > 0, np.random.default_rng(1).gamma(2, 10, 300), np.nan),
        unit="week",
    )
    expected = {
        ("long times", rk.clv.NBD): (ConvergenceError, "r ran from 0.5 to "),
        ("one repeater", rk.clv.GammaGamma): (DataError, "Too few customers"),
    }.get((name, model))
    if expected is not None:
        with pytest.raises(expected[0], match=expected[1]):
            model.fit(histories)
        return
    with np.errstate(all="raise", under="ignore"):
        fit = model.fit(histories)
    assert math.isfinite(fit.log_likelihood)
    assert np.isfinite(fit.model.parameters()).all()
    assert fit.limit is not None or (
        fit.decrement <= max(1e-15 * fit.n_customers, 1e-10) and np.isfinite(fit.covariance).all()
    )


def test_a_hole_in_the_likelihood_is_walked_around():
    seen = []

    def holed(u, w):  # a ridge so sharp that a full step from afar goes beyond it, into the hole
        seen.append(u)
        return math.nan if u > 2.1 else -math.hypot(1, 5 * (u - 2)) - w**2

    found = maximise(_Made(holed, starts=((0.05, 3.0),)), NONE)
    assert max(seen) > 2.1
    np.testing.assert_allclose(np.log(found.parameters), [2, 0], atol=1e-5)


# Penalty.


def test_penalty_pulls_towards_its_centre(cdnow, bgnbd):
    weak, strong = (rk.clv.BGNBD.fit(cdnow, penalty=w) for w in (1.0, 1e7))
    assert weak.aic is None
    assert weak.bic is None
    assert "penalty of 1 pulls" in weak.verdict
    assert "none under a penalty" in repr(weak)
    assert weak.log_likelihood < bgnbd.log_likelihood
    assert abs(math.log(weak.model.r)) < abs(math.log(bgnbd.model.r))
    np.testing.assert_allclose([strong.model.r, strong.model.a, strong.model.b], 1, rtol=1e-3)
    tiny = rk.clv.BGNBD.fit(cdnow, penalty=1e-9)
    np.testing.assert_allclose(tiny.covariance, bgnbd.covariance, rtol=1e-6)


def test_penalty_does_not_depend_on_the_unit(log, cdnow):
    weeks = rk.clv.BGNBD.fit(cdnow, penalty=5.0)
    days = rk.clv.BGNBD.fit(rk.purchase_histories(log, as_of="1997-09-30", unit="day"), penalty=5.0)
    np.testing.assert_allclose(
        days.model.parameters(), weeks.model.in_unit("day").parameters(), rtol=1e-8
    )


def test_penalised_maximum_is_a_maximum(cdnow):
    fit = rk.clv.BGNBD.fit(cdnow, penalty=50.0)

    def objective(log):
        r, _, a, b = log
        held = r**2 + (a - b) ** 2 + ((a + b) / 2) ** 2
        return rk.clv.BGNBD(*np.exp(log)).log_likelihood(cdnow).sum() - 25.0 * held

    top = np.log(fit.model.parameters())
    for move in np.eye(4) * 1e-3:
        assert objective(top + move) < objective(top) > objective(top - move)


@given(weight=st.floats(0, 100), log=st.lists(st.floats(-3, 3), min_size=4, max_size=4))
def test_penalty_is_its_formula(weight, log):
    matrix = np.array([[1.0, 0, 0, 0], [0, 0, 1, -1]])
    surface = Penalty(weight, matrix, np.array([0.5, 0.0])).at(np.array(log))
    expected = -0.5 * weight * ((log[0] - 0.5) ** 2 + (log[2] - log[3]) ** 2)
    assert surface.value == pytest.approx(expected, rel=1e-12, abs=1e-12)


# The driver on surfaces made for it.


class _Made:
    """A log-likelihood from a function of the logarithms, with numerical curvature."""

    names = ("u", "w")
    n_customers = 100.0

    def __init__(self, function, starts=((1.0, 1.0),), limits=()):
        self._function, self._starts, self.limits = function, starts, limits

    def coarse(self):
        return None

    def starts(self):
        return [list(start) for start in self._starts]

    def __call__(self, parameters):
        def value(point):
            return self._function(*np.log(point))

        steps = np.diag(parameters * 1e-4)
        gradient = [(value(parameters + h) - value(parameters - h)) / (2 * h.sum()) for h in steps]
        hessian = [
            [
                (
                    value(parameters + h + k)
                    - value(parameters + h - k)
                    - value(parameters - h + k)
                    + value(parameters - h - k)
                )
                / (4 * h.sum() * k.sum())
                for k in steps
            ]
            for h in steps
        ]
        return Surface(value(parameters), np.array(gradient), np.array(hessian))


NONE = Penalty(0.0, np.zeros((1, 2)), np.zeros(1))


def test_a_fit_without_maximum_says_which_parameter_ran_where():
    # Log-likelihood without a top: it rises for ever in u, and no limit is named.
    endless = _Made(lambda u, w: 2.0 * u - w**2)
    with pytest.raises(ConvergenceError, match=r"u ran from 1 to .*e\+") as caught:
        maximise(endless, NONE)
    assert "100 customers" in str(caught.value)
    assert isinstance(caught.value, RuntimeError)


def test_a_named_limit_is_found_on_the_way():
    limit = Limit("no u", {"u": 6.0}, ("u",), "u does not matter")
    flattening = _Made(lambda u, w: -math.exp(-min(u, 300.0)) - w**2, limits=(limit,))
    assert maximise(flattening, NONE).limits == (limit,)


def test_another_start_is_tried():
    # A cliff beside the first start holds the search; the second start is on the hill.
    def hill(u, w):
        return -((u - 5) ** 2) - (w - 1) ** 2 if u > 2 else -1e3 + 1e-3 * u

    found = maximise(_Made(hill, starts=((1.0, 1.0), (100.0, 2.0))), NONE)
    np.testing.assert_allclose(np.log(found.parameters), [5, 1], rtol=1e-5)


# Refusals.


def test_start_must_be_a_model_of_the_kind(cdnow, bgnbd):
    again = rk.clv.BGNBD.fit(cdnow, start=rk.clv.BGNBD(1.0, 10.0, 1.0, 1.0))
    np.testing.assert_allclose(again.model.parameters(), bgnbd.model.parameters(), rtol=1e-9)
    with pytest.raises(KindError, match="`start` must be a model of the same kind"):
        rk.clv.BGNBD.fit(cdnow, start=rk.clv.GammaGamma(1.0, 2.0, 3.0))


@pytest.mark.parametrize("penalty", [-1.0, math.nan, math.inf, "much"])
def test_penalty_must_be_a_number(cdnow, penalty):
    with pytest.raises(OptionError, match="`penalty` must be a finite number"):
        rk.clv.BGNBD.fit(cdnow, penalty=penalty)


def test_interval_of_an_unknown_parameter(bgnbd):
    with pytest.raises(OptionError, match="no such parameter"):
        bgnbd.interval("beta")


def test_no_histories():
    with pytest.raises(DataError, match="at least one customer"):
        rk.clv.BGNBD.fit(rk.PurchaseHistories.from_arrays([], [], [], unit="week"))
