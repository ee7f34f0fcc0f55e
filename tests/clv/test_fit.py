import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

import retentionkit as rk
from retentionkit.clv._beta_geometric_likelihood import BetaGeometricLikelihood
from retentionkit.clv._counted import Counted, count_histories
from retentionkit.clv._maximum import Limit, Penalty, Surface, maximise
from retentionkit.clv._simulation import purchases_until_dropout
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
