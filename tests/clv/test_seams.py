"""Every model with every tool that takes a model: a seam that gives way shows here first."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

import retentionkit as rk
from retentionkit.errors import DataError, KindError, RetentionKitError

SHOPS = {
    "BGNBD": rk.clv.BGNBD(0.8, 4.4, 0.8, 2.4, unit="week"),
    "MBGNBD": rk.clv.MBGNBD(0.8, 5.0, 0.9, 2.4, unit="week"),
    "ParetoNBD": rk.clv.ParetoNBD(0.8, 6.0, 0.6, 11.7, unit="week"),
    "NBD": rk.clv.NBD(0.8, 6.0, unit="week"),
}
CHANCES = {
    "BGBB": rk.clv.BGBB(1.2, 0.75, 0.66, 2.78, unit="month"),
    "BetaBinomial": rk.clv.BetaBinomial(1.2, 0.8, unit="month"),
}
CONTRACTS = {
    "ShiftedBetaGeometric": rk.clv.ShiftedBetaGeometric(0.7, 1.2, unit="month"),
    "BetaDiscreteWeibull": rk.clv.BetaDiscreteWeibull(0.7, 3.0, 1.3, unit="month"),
}
SPEND = {"GammaGamma": rk.clv.GammaGamma(2.5, 3.5, 15.0)}
MODELS = SHOPS | CHANCES | CONTRACTS | SPEND
PURCHASES = SHOPS | CHANCES
every_model = pytest.mark.parametrize("name", MODELS)
every_purchase_model = pytest.mark.parametrize("name", PURCHASES)
N = 300
#: What people who hold a fit ask of it in words.
WORDS = {
    "BGNBD": ("mean rate r/alpha", "mean dropout a/(a+b)"),
    "MBGNBD": ("mean rate r/alpha", "mean dropout a/(a+b)"),
    "ParetoNBD": ("mean rate r/alpha", "mean dropout rate s/beta"),
    "NBD": ("mean rate r/alpha",),
    "BGBB": ("mean purchase probability alpha/(alpha+beta)", "mean dropout gamma/(gamma+delta)"),
    "BetaBinomial": ("mean purchase probability alpha/(alpha+beta)",),
    "ShiftedBetaGeometric": ("mean churn alpha/(alpha+beta)",),
    "BetaDiscreteWeibull": ("mean first churn alpha/(alpha+beta)",),
    "GammaGamma": ("mean spend p v/(q-1)",),
}


def simulated(name):
    model, rng = MODELS[name], np.random.default_rng(4)
    if name in SHOPS:
        bought = model.simulate(rng.integers(180, 540, N) / 7, rng=2).to_histories()
        return with_money(bought)
    if name in CHANCES:
        return with_money(model.simulate(rng.integers(12, 25, N), rng=2).to_histories())
    if name in CONTRACTS:
        # The Weibull power is hardly known from 300 contracts.
        return model.simulate(4 * N, periods=rng.integers(6, 19, 4 * N), rng=2)
    return with_money(SHOPS["BGNBD"].simulate(np.full(N, 52.0), rng=2).to_histories())


def with_money(bought):
    amounts = SPEND["GammaGamma"].simulate(bought.frequency, rng=2)
    whose = np.repeat(np.arange(len(bought)), bought.frequency)
    mean = np.bincount(whose, amounts, len(bought)) / np.maximum(bought.frequency, 1)
    money = np.where(bought.frequency > 0, mean, np.nan)
    return dataclasses.replace(bought, monetary_value=money)


@pytest.fixture(scope="module")
def data():
    return {name: simulated(name) for name in MODELS}


@pytest.fixture(scope="module")
def fits(data):
    return {name: type(model).fit(data[name]) for name, model in MODELS.items()}


# --- what every model has ------------------------------------------------------------------------


@every_model
def test_a_fit_is_saved_and_loaded(name, fits, tmp_path):
    fits[name].save(tmp_path / "fit.json")
    assert rk.clv.load(tmp_path / "fit.json").equals(fits[name])


@every_model
def test_the_profile_interval_is_near_the_wald_interval(name, fits, data):
    fit = fits[name]
    for parameter in fit.model.names:
        found = rk.clv.profile_interval(fit, data[name], parameter)
        wald = fit.interval(parameter)
        assert getattr(fit.model, parameter) in found
        # Of a few hundred customers the likelihood is lopsided; a limit that is off by a factor of
        # two is a quarter of these intervals and more.
        assert 0.5 < found.low / wald.low < 2
        assert 0.5 < found.high / wald.high < 2


@every_model
@pytest.mark.parametrize("kind", ["nonparametric", "parametric"])
def test_the_bootstrap_is_as_wide_as_the_fit_says(name, kind, fits, data):
    found = rk.clv.bootstrap(fits[name], data[name], n=8, kind=kind, rng=1)
    errors = np.sqrt(np.diag(fits[name].covariance))
    # The spread of 8 draws is a chi with 7 degrees of freedom: within 0.25 and 2 times the truth
    # but once in 10,000; skewed parameters go further up.
    ratio = [found.standard_error(parameter) for parameter in found.names] / errors
    assert ((ratio > 0.25) & (ratio < 3)).all(), ratio


@every_model
def test_draws_lie_around_the_estimate(name, fits):
    fit = fits[name]
    drawn = np.log([model.parameters() for model in fit.draws(400, rng=1)])
    assert {type(model) for model in fit.draws(2)} == {type(fit.model)}
    relative = np.sqrt(np.diag(fit.covariance)) / fit.model.parameters()
    off = (drawn.mean(axis=0) - np.log(fit.model.parameters())) / relative
    assert (abs(off) < 4 / np.sqrt(400)).all()
    np.testing.assert_allclose(drawn.std(axis=0), relative, rtol=4 / np.sqrt(2 * 400))


@every_model
def test_a_penalty_shrinks_and_leaves_no_criteria(name, fits, data):
    kind = type(fits[name].model)
    held = kind.fit(data[name], penalty=1.0)
    assert held.aic is None
    assert held.bic is None
    assert "penalty of 1 pulls" in held.verdict
    assert held.log_likelihood <= fits[name].log_likelihood
    # The weight moves the estimate further the larger it is, and the intervals get shorter.
    far = kind.fit(data[name], penalty=100.0)
    assert far.log_likelihood < held.log_likelihood

    def error(fit):
        return np.linalg.norm(np.sqrt(np.diag(fit.covariance)) / fit.model.parameters())

    assert error(far) < error(held) < error(fits[name])
    with pytest.raises(RetentionKitError, match="penalised fit has no profile"):
        rk.clv.profile_interval(held, data[name], held.model.names[0])


@every_model
def test_the_verdict_speaks_of_what_the_model_knows(name, fits):
    fit = fits[name]
    assert fit.limit is None
    assert fit.converged
    for words in WORDS[name]:
        assert words in fit.verdict
    others = {words for said in WORDS.values() for words in said} - set(WORDS[name])
    assert not [words for words in others if f" {words} " in fit.verdict]


@every_model
def test_a_fit_prints_and_becomes_strict_json(name, fits):
    fit = fits[name]
    lines = repr(fit).splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 100
    made = fit.to_dict()
    assert json.loads(json.dumps(made, allow_nan=False)) == made
    assert list(fit.to_frame()["parameter"]) == list(fit.model.names)
    assert fit.to_frame()["estimate"].tolist() == fit.model.parameters().tolist()


def test_a_parameter_that_ran_away_is_printed_as_a_direction():
    drawn = rk.clv.NBD(1.0, 5.0).simulate([52.0] * N, rng=2).to_histories()
    fit = rk.clv.BGNBD.fit(drawn)
    assert fit.limit == "no dropout"
    rows = {line.split()[0]: line for line in repr(fit).splitlines()[-4:]}
    assert "→ ∞" in rows["b"]
    assert "→" not in rows["r"]
    assert "→ ∞" in fit._repr_html_()
    assert fit.to_frame()["estimate"].tolist() == fit.model.parameters().tolist()
    same = np.repeat([0, 20], [300, 500])
    polar = rk.RenewalHistories.from_arrays(np.minimum(same, 8), same < 8, unit="month")
    fit = rk.clv.ShiftedBetaGeometric.fit(polar)
    assert fit.limit == "polarised churn"
    assert repr(fit).count("→ 0") == 2


@every_model
def test_one_customer_is_answered_but_not_fitted(name, fits, data):
    model, one = fits[name].model, data[name][:1]
    found, among = model.log_likelihood(one), model.log_likelihood(data[name])
    np.testing.assert_allclose(found, among[:1], rtol=1e-12)
    if name in CONTRACTS:  # one that has ended is fitted: as homogeneous churn
        one = data[name][~data[name].ended][:1]
    with pytest.raises(DataError):
        type(model).fit(one)


@every_model
@pytest.mark.parametrize(
    "wrong",
    [None, 3.0, "h", [1, 2, 3], pd.DataFrame({"a": [1]}), {}, object()],
    ids=lambda wrong: type(wrong).__name__,
)
def test_hostile_kinds_are_refused(name, wrong, fits):
    fit = fits[name]
    for ask in (
        lambda: type(fit.model).fit(wrong),
        lambda: fit.model.log_likelihood(wrong),
        lambda: rk.clv.profile_interval(fit, wrong, fit.model.names[0]),
        lambda: rk.clv.profile_interval(wrong, wrong, fit.model.names[0]),
        lambda: rk.clv.bootstrap(fit, wrong, n=2),
        lambda: rk.clv.bootstrap(wrong, wrong, n=2),
    ):
        with pytest.raises(RetentionKitError):
            ask()


@every_model
def test_histories_of_another_kind_are_refused(name, fits, data):
    kinds = (SHOPS, CHANCES, CONTRACTS, SPEND)
    own = next(kind for kind in kinds if name in kind)
    readable = {"BGNBD", "BGBB"} if name in SPEND else set(own)
    for other in {"BGNBD", "BGBB", "ShiftedBetaGeometric"} - readable:
        with pytest.raises(KindError):
            type(fits[name].model).fit(data[other])


# --- what every model of purchases has -----------------------------------------------------------


@every_purchase_model
def test_purchases_are_predicted_with_intervals(name, fits, data):
    h, horizon = data[name][:20], "6 months"
    for parameters in ("mixed", "apart"):
        found = rk.clv.predict_purchases(
            fits[name], h, horizon=horizon, parameters=parameters, draws=20
        )
        table = found.to_frame()
        assert (table["low"] <= table["high"]).all()
        assert found.total_interval().low <= found.total <= found.total_interval().high
    np.testing.assert_allclose(
        found.expected, fits[name].model.conditional_expected_purchases(h, horizon), rtol=1e-9
    )


@every_purchase_model
def test_lifetime_value_has_both_intervals(name, fits, data):
    value = rk.clv.lifetime_value(
        fits[name], fits["GammaGamma"], data[name][:20], horizon="1 year", discount_rate=0.1
    )
    low, high = value.interval()
    assert (low <= value.value).all()
    assert (value.value <= high).all()
    total = value.total_interval()
    assert total.low < value.total < total.high
    low, high = value.predictive_interval(draws=100)
    assert (low <= high).all()
    wide = value.predictive_total_interval(draws=200)
    assert wide.low < value.total < wide.high
    new = rk.clv.new_customer_value(
        fits[name], fits["GammaGamma"], horizon="1 year", discount_rate=0.1
    )
    assert new.total > 0


@every_purchase_model
def test_models_of_the_same_customers_are_compared(name, data):
    found = rk.clv.compare_models(data[name])
    assert name in set(found.to_frame()["model"])
    assert found.recommendation
    assert len(repr(found).splitlines()) <= 40


@pytest.mark.parametrize("name", CONTRACTS)
def test_contracts_have_a_value(name, fits, data):
    h = data[name][~data[name].ended][:20]
    value = rk.clv.lifetime_value(fits[name], 30.0, h, horizon=None, discount_rate=0.1)
    total = value.total_interval()
    assert 0 < total.low < value.total < total.high
    with pytest.raises(RetentionKitError):
        rk.clv.lifetime_value(fits[name], 30.0, data["BGNBD"], horizon=None, discount_rate=0.1)


# --- ParetoNBD with what reads the log -----------------------------------------------------------


@pytest.fixture(scope="module")
def pareto(cdnow):
    return rk.clv.ParetoNBD.fit(cdnow)


def test_pareto_nbd_is_tracked(pareto, log, cdnow):
    found = rk.clv.tracking(log, pareto, cdnow, until="1998-06-30")
    # Purchases that the publication of the CDNOW data counts after week 39, and what the model
    # is known for there: it misses them by a few percent only.
    assert found.actual_holdout == 1882
    assert found.expected_holdout == pytest.approx(1882, rel=0.12)


def test_pareto_nbd_scores_a_log(pareto, spend, log):
    scores = rk.clv.score(log, pareto, spend=spend, as_of="1997-09-30", horizon="39 weeks")
    assert len(scores) == 2357
    assert scores["probability_alive"].between(0, 1).all()


def test_pareto_nbd_is_tested_backwards(log):
    found = rk.clv.backtest(
        log, models=("ParetoNBD", "NBD"), horizon="13 weeks", origins=["1997-09-30"]
    )
    assert "ParetoNBD" in set(found.to_frame()["model"])
