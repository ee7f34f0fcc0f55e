import dataclasses
import inspect
import math
import sys
import types

import numpy as np
import pytest
from scipy import stats

import retentionkit as rk
from retentionkit.clv._inference import bootstrap as _bootstrap
from retentionkit.clv._inference.influence import accelerations
from retentionkit.errors import ConvergenceError, DataError, KindError, OptionError


def shop(n, *, seed):
    """Customers of a BG/NBD shop."""
    ages = np.random.default_rng(seed).uniform(20, 60, n)
    return rk.clv.BGNBD(1.0, 5.0, 1.0, 3.0).simulate(ages, rng=seed).to_histories()


def faithful(n, *, seed, r=1.0):
    """Customers who never leave."""
    ages = np.random.default_rng(seed).uniform(20, 60, n)
    return rk.clv.NBD(r, 5.0 * r).simulate(ages, rng=seed).to_histories()


@pytest.fixture(scope="module")
def drawn(bgnbd, cdnow):
    return rk.clv.bootstrap(bgnbd, cdnow, n=300)


@pytest.fixture(scope="module")
def small():
    histories = faithful(150, seed=1)
    return rk.clv.NBD.fit(histories), histories


# Worked example: CDNOW.


def test_cdnow(drawn, bgnbd):
    assert drawn.names == ("r", "alpha", "a", "b")
    assert drawn.parameters.shape == (300, 4)
    assert (drawn.n, drawn.n_failed, drawn.n_limits) == (300, 0, {})
    assert drawn.statistics is None
    for name, row in bgnbd.parameters.items():
        for method in ("percentile", "bca"):
            assert row.estimate in drawn.interval(name, method=method)
        narrow = drawn.interval(name, confidence=0.5)
        assert drawn.interval(name).low < narrow.low < narrow.high < drawn.interval(name).high
    text = repr(drawn)
    assert "Nonparametric bootstrap, 300 draws, of BGNBD by maximum likelihood" in text
    assert "300, 0 without a fit" in text
    assert drawn.to_frame()["parameter"].tolist() == ["r", "alpha", "a", "b"]


# Reference: scipy's bias-corrected and accelerated interval of a mean.


def test_bca_is_that_of_scipy(drawn):
    sample = np.random.default_rng(3).exponential(size=40)
    # The argument's name changed in scipy 1.15.
    word = "rng" if "rng" in inspect.signature(stats.bootstrap).parameters else "random_state"
    seeded = {word: np.random.default_rng(1)}
    theirs = stats.bootstrap((sample,), np.mean, n_resamples=9999, method="BCa", **seeded)
    draws = theirs.bootstrap_distribution
    away = sample - sample.mean()
    ours = dataclasses.replace(
        drawn,
        names=("mean",),
        estimate=np.array([sample.mean()]),
        parameters=draws[:, None],
        acceleration=np.array([(away**3).sum() / (6 * (away**2).sum() ** 1.5)]),
    ).interval("mean", method="bca")
    # They interpolate between neighbours among 9,999 sorted draws, where we take one of the two.
    gap = 5 * np.diff(np.sort(draws)[-400:-30]).max()
    assert ours.low == pytest.approx(theirs.confidence_interval.low, abs=gap)
    assert ours.high == pytest.approx(theirs.confidence_interval.high, abs=gap)


# Definition: the spread is that of theory, robust or of the model.


def robust_errors(fit, histories):
    """Standard errors by the sandwich, from numerical scores of each customer."""
    values, scores = fit.model.parameters(), []
    for name, value in zip(fit.model.names, values, strict=True):
        high, low = (
            dataclasses.replace(fit.model, **{name: value + step}).log_likelihood(histories)
            for step in (1e-5 * value, -1e-5 * value)
        )
        scores.append((high - low) / (2e-5 * value))
    meat = np.stack(scores) @ np.stack(scores).T
    return np.sqrt(np.diag(fit.covariance @ meat @ fit.covariance))


def test_customers_drawn_give_the_robust_standard_error(drawn, bgnbd, cdnow):
    # Of 300 draws a standard deviation is known to 4 %; r and alpha are nearly normal, and the
    # model's own standard error of alpha, 20 % below, would not pass.
    errors = robust_errors(bgnbd, cdnow)
    assert drawn.standard_error("r") == pytest.approx(errors[0], rel=0.15)
    assert drawn.standard_error("alpha") == pytest.approx(errors[1], rel=0.15)
    assert bgnbd.parameters["alpha"].standard_error < 0.87 * drawn.standard_error("alpha")


def test_purchases_drawn_give_the_model_standard_error(small):
    fit, histories = small
    found = rk.clv.bootstrap(fit, histories, kind="parametric", n=300)
    assert found.definition.startswith("Parametric bootstrap")
    logs = np.log(found.parameters).std(axis=0, ddof=1)
    relative = [row.standard_error / row.estimate for row in fit.parameters.values()]
    np.testing.assert_allclose(logs, relative, rtol=0.2)  # 4 % of noise, and a small sample


def test_acceleration_is_that_of_leaving_customers_out(small):
    fit, histories = small
    left = []
    for i in range(len(histories)):
        rest = histories[np.arange(len(histories)) != i]
        left.append(np.log(rk.clv.NBD.fit(rest, start=fit.model).model.parameters()))
    away = np.mean(left, axis=0) - np.array(left)
    jackknife = (away**3).sum(axis=0) / (6 * (away**2).sum(axis=0) ** 1.5)
    # One customer of 150 is no infinitesimal: the two differ by a few parts in a hundred.
    np.testing.assert_allclose(accelerations(fit, histories), jackknife, rtol=0.1, atol=2e-3)


def test_a_statistic_is_that_of_each_draw(small):
    fit, histories = small

    def orders(model, found):
        return [float(found.frequency.sum()), float(len(found)), model.r]

    found = rk.clv.bootstrap(fit, histories, n=20, statistic=orders)
    assert found.statistic.tolist() == [histories.frequency.sum(), 150, fit.model.r]
    assert found.statistics.shape == (20, 3)
    assert (found.statistics[:, 1] == 150).all()  # one row for each customer drawn
    np.testing.assert_array_equal(found.statistics[:, 2], found.parameters[:, 0])
    total = rk.clv.bootstrap(fit, histories, n=20, statistic=lambda _, found: found.frequency.sum())
    assert total.standard_error("statistic") == np.std(found.statistics[:, 0], ddof=1)
    assert "statistic" in repr(total)
    assert float(total.statistic) in total.interval("statistic")


def test_spend_is_drawn_with_its_customers(spend, cdnow):
    found = rk.clv.bootstrap(spend, cdnow, n=30)
    assert spend.model.q in found.interval("q")
    again = rk.clv.bootstrap(spend, cdnow, n=30, kind="parametric")
    assert spend.model.q in again.interval("q")


# Limits and failures.


def test_draws_that_run_to_a_limit_are_counted_and_reach_there():
    histories = faithful(200, seed=5, r=30.0)
    fit = rk.clv.NBD.fit(histories)
    found = rk.clv.bootstrap(fit, histories, n=40)
    assert found.n_limits["homogeneous rate"] >= 3
    assert found.interval("r").high == math.inf
    assert math.isnan(found.standard_error("r"))
    assert "homogeneous rate" in repr(found)
    assert np.isinf(found.parameters[:, 0]).sum() == found.n_limits["homogeneous rate"]


def test_a_parameter_without_meaning_counts_on_both_sides():
    histories = faithful(300, seed=5)
    fit = rk.clv.BGNBD.fit(histories)
    assert fit.limit == "no dropout"
    found = rk.clv.bootstrap(fit, histories, n=20)
    assert np.isnan(found.parameters[:, 2]).any()
    interval = found.interval("a")
    assert (interval.low, interval.high) == (0.0, math.inf)
    assert np.isnan(found.acceleration).all()
    with pytest.raises(OptionError, match="no bias-corrected and accelerated interval"):
        found.interval("a", method="bca")


def test_all_draws_on_one_side_of_the_estimate(drawn):
    beyond = dataclasses.replace(drawn, estimate=drawn.parameters.max(axis=0) * 2)
    found = beyond.interval("r", method="bca")
    assert found.low == drawn.parameters[:, 0].min()
    assert found.high == drawn.parameters[:, 0].max()


def test_draws_without_a_fit_are_counted():
    # Two customers of thirty came back: one draw in eight has none of them, others one only.
    x = np.zeros(30, dtype=int)
    x[:2] = [1, 3]
    histories = rk.PurchaseHistories.from_arrays(x, x * 4.0, np.linspace(20, 50, 30), unit="week")
    fit = rk.clv.NBD.fit(histories)
    found = rk.clv.bootstrap(fit, histories, n=40)
    assert found.n_failed > 0
    assert len(found.parameters) == 40 - found.n_failed


def test_another_start_is_tried(small, monkeypatch):
    fit, histories = small
    whole = rk.clv.bootstrap(fit, histories, n=3)
    real, tried = rk.clv.NBD.fit.__func__, []

    def stubborn(cls, drawn, *, penalty=0.0, start=None):
        tried.append(start)
        if start is not None:
            raise ConvergenceError("No.", received="", allowed="", do="")
        return real(cls, drawn, penalty=penalty)

    monkeypatch.setattr(rk.clv.NBD, "fit", classmethod(stubborn))
    found = rk.clv.bootstrap(fit, histories, n=3)
    assert tried == [fit.model, None] * 3
    np.testing.assert_allclose(found.parameters, whole.parameters, rtol=1e-7)


# Properties.


def test_seeds_decide_and_the_order_of_rows_does_not(small):
    fit, histories = small
    first = rk.clv.bootstrap(fit, histories, n=5, rng=3)
    order = np.random.default_rng(0).permutation(len(histories))
    mixed = histories[order]
    for kind in ("nonparametric", "parametric"):
        one, other = (rk.clv.bootstrap(fit, h, n=5, rng=3, kind=kind) for h in (histories, mixed))
        np.testing.assert_array_equal(one.parameters, other.parameters)
    assert first.equals(rk.clv.bootstrap(fit, histories, n=5, rng=np.random.default_rng(3)))
    assert not first.equals(rk.clv.bootstrap(fit, histories, n=5, rng=4))


def test_weights_are_customers(cdnow, bgnbd):
    grouped = rk.clv.bootstrap(bgnbd, cdnow.grouped(), n=4)
    rows = rk.clv.bootstrap(bgnbd, cdnow, n=4)
    np.testing.assert_array_equal(grouped.parameters, rows.parameters)
    seen = rk.clv.bootstrap(
        bgnbd, cdnow.grouped(), n=4, statistic=lambda _, h: h.weight @ h.frequency
    )
    assert float(seen.statistic) == cdnow.frequency.sum()
    np.testing.assert_array_equal(seen.parameters, rows.parameters)


def test_progress_is_shown_by_tqdm_where_it_is(small, monkeypatch):
    fit, histories = small
    shown = []

    def bar(steps, *, desc):
        shown.append(desc)
        return steps

    module = types.ModuleType("tqdm.auto")
    module.tqdm = bar
    monkeypatch.setitem(sys.modules, "tqdm", types.ModuleType("tqdm"))
    monkeypatch.setitem(sys.modules, "tqdm.auto", module)
    with_bar = rk.clv.bootstrap(fit, histories, n=3, progress=True)
    assert shown == ["nonparametric bootstrap"]
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)  # not installed
    assert rk.clv.bootstrap(fit, histories, n=3, progress=True).equals(with_bar)


# Refusals.


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"kind": "bayesian"}, OptionError, "`kind` is not one of its choices"),
        ({"n": 1}, OptionError, "`n` must be a finite number"),
        ({"n": 2.5}, OptionError, "`n` must be a whole number"),
    ],
)
def test_options_are_checked(small, options, error, match):
    with pytest.raises(error, match=match):
        rk.clv.bootstrap(*small, **options)


def test_what_a_bootstrap_does_not_have(drawn, small):
    for name in ("beta", "statistic"):
        with pytest.raises(OptionError, match="The bootstrap has no such number"):
            drawn.interval(name)
    with pytest.raises(OptionError, match="`method` is not one of its choices"):
        drawn.interval("r", method="basic")
    with pytest.raises(OptionError, match="`confidence` must lie"):
        drawn.interval("r", confidence=2)
    fit, histories = small
    many = rk.clv.bootstrap(fit, histories, n=3, statistic=lambda model, _: model.parameters())
    with pytest.raises(OptionError, match="no such number"):
        many.interval("statistic")
    one = rk.clv.bootstrap(fit, histories, n=3, statistic=lambda model, _: model.r)
    with pytest.raises(OptionError, match="no bias-corrected"):
        one.interval("statistic", method="bca")
    with pytest.raises(OptionError) as error:
        one.interval("beta")
    assert error.value.allowed == "'r', 'alpha', 'statistic'"


def test_data_and_fit_belong_together(small, cdnow):
    fit, histories = small
    with pytest.raises(DataError, match="not the ones that the fit was made of"):
        rk.clv.bootstrap(fit, cdnow)
    with pytest.raises(KindError, match="`fit` must be a fit"):
        rk.clv.bootstrap(fit.model, histories)


def test_no_draw_could_be_fitted(small, monkeypatch):
    monkeypatch.setattr(_bootstrap, "_fitted", lambda _fit, _drawn: None)
    with pytest.raises(DataError, match="No draw could be fitted"):
        rk.clv.bootstrap(*small, n=2)
