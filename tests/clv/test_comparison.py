import dataclasses
import json

import numpy as np
import pytest

import retentionkit as rk
from donations import donors
from retentionkit.clv._evaluation import registry as _registry
from retentionkit.clv._evaluation.recommendation import Candidate, recommend, saturation
from retentionkit.errors import ConvergenceError, DataError, KindError, OptionError

CORE = ("BGNBD", "MBGNBD", "NBD")
#: AIC, forecast of 39 weeks, MAE and RMSE on CDNOW, from another implementation.
PUBLISHED = {
    "BGNBD": (19172.8584, 1653.409, 0.785454, 1.607982),
    "MBGNBD": (19172.2714, 1576.728, 0.764779, 1.607183),
    "ParetoNBD": (19197.9524, 1665.513, 0.754523, 1.602848),
    "NBD": (19531.3152, 2929.820, 1.041020, None),
}


@pytest.fixture(scope="module")
def held(log, cdnow):
    return rk.holdout(log, cdnow, until="1998-06-30")


@pytest.fixture(scope="module")
def compared(cdnow, held):
    return rk.clv.compare_models(cdnow, holdout=held)


@dataclasses.dataclass(frozen=True)
class FitOf:
    """What a recommendation reads of a fit."""

    aic: float | None
    limit: str | None = None


def advised(aics, histories, scores=None, weight=None, limits=None, biases=None):
    return recommend(
        [
            Candidate(
                name,
                FitOf(aic, (limits or {}).get(name)),
                None if scores is None else scores[name],
                (biases or {}).get(name, np.nan),
            )
            for name, aic in aics.items()
        ],
        histories,
        weight,
    )


def histories(x, T=40.0, weight=None, **options):
    x = np.asarray(x)
    T = np.broadcast_to(T, x.shape)
    return rk.PurchaseHistories.from_arrays(
        x, np.where(x > 0, T - 0.5, 0), T, unit="week", weight=weight, **options
    )


# Worked example: CDNOW.


def test_the_published_numbers(compared):
    assert set(CORE) <= set(compared.fits)
    for name in compared.fits:
        aic, predicted, mae, rmse = PUBLISHED[name]
        found = compared.accuracy[name]
        # Half a unit of the last digit printed, and the search tolerance of a fit on top.
        assert compared.fits[name].aic == pytest.approx(aic, abs=2e-4)
        assert found.predicted == pytest.approx(predicted, abs=2e-3)
        assert found.mae == pytest.approx(mae, abs=2e-6)
        assert rmse is None or found.rmse == pytest.approx(rmse, abs=2e-6)
        assert found.actual == 1882
        assert found.bias == pytest.approx(predicted / 1882 - 1, abs=2e-6)
    # P(alive): 1,917.28 and 1,057.64 of 2,357 customers; nobody leaves in the NBD.
    alive = {name: 2357 * share for name, share in compared.probability_alive.items()}
    assert alive["BGNBD"] == pytest.approx(1917.28, abs=0.02)
    assert alive["MBGNBD"] == pytest.approx(1057.64, abs=0.02)
    assert alive["NBD"] == pytest.approx(2357, rel=1e-14)
    assert compared.n_customers == 2357


def test_the_recommendation_for_cdnow(cdnow):
    found = rk.clv.compare_models(cdnow, models=CORE)
    assert found.recommended == "MBGNBD"
    assert found.recommendation == (
        "MBGNBD. AIC cannot tell the best apart: MBGNBD leads BGNBD by 0.59, less than 2. 60 % of "
        "the customers bought once; MBGNBD lets them leave after that, and P(alive) of these "
        "customers depends on it."
    )


def test_it_fits_one_screen(compared):
    text = repr(compared)
    assert max(map(len, text.splitlines())) <= 110
    assert len(text.splitlines()) <= 26
    for part in ("recommended", "1,653.4", "-0.1215", "one-time buyers count as alive", "2,357"):
        assert part in text
    frame = compared.to_frame()
    assert list(frame.columns) == [
        "model", "k", "log_likelihood", "aic", "bic", "alive",
        "log_score", "predicted", "bias", "mae", "rmse",
    ]  # fmt: skip
    assert frame["k"].tolist() == [len(fit.model.names) for fit in compared.fits.values()]
    told = json.loads(json.dumps(compared.to_dict(), allow_nan=False))
    assert told["recommended"] == compared.recommended
    assert "<table>" in compared._repr_html_()


# Reference: the fits and the public methods, one customer at a time.


def test_the_fits_are_those_of_each_model(compared, bgnbd):
    assert compared.fits["BGNBD"].equals(bgnbd)


def test_the_log_score_by_the_public_method(compared, cdnow, held):
    for name in CORE:
        model = compared.fits[name].model
        pmf = model.conditional_count_pmf(cdnow, np.arange(held.purchases.max() + 1), 39)
        given = pmf[np.arange(len(cdnow)), held.purchases]
        assert compared.accuracy[name].log_score == pytest.approx(np.log(given).mean(), rel=1e-12)


# Definition.


def test_the_row_order_does_not_matter(log, cdnow, compared):
    rows = np.random.default_rng(1).permutation(len(cdnow))
    found = rk.clv.compare_models(
        cdnow[rows],
        holdout=rk.holdout(log, cdnow[rows], until="1998-06-30"),
        models=CORE,
    )
    assert found.accuracy == {name: compared.accuracy[name] for name in CORE}
    assert found.n_customers == 2357


def test_weights_count_customers(cdnow):
    grouped = rk.clv.compare_models(cdnow.grouped(), models=("BGNBD",))
    alone = rk.clv.compare_models(cdnow, models=rk.clv.BGNBD)
    assert grouped.fits["BGNBD"].aic == alone.fits["BGNBD"].aic
    alive = grouped.probability_alive["BGNBD"]
    assert alive == pytest.approx(alone.probability_alive["BGNBD"], rel=1e-12)
    assert alone.recommendation == "BGNBD. No other model was fitted."


def test_the_clearly_better_model_in_the_sample():
    assert advised({"NBD": 120.0, "BGNBD": 100.0, "MBGNBD": 107.5}, histories([0, 3])) == (
        "BGNBD",
        "BGNBD. Its AIC is the least, by 7.50.",
    )


def test_few_one_time_buyers_leave_the_choice_to_aic():
    name, reason = advised({"BGNBD": 100.0, "MBGNBD": 101.5}, histories([0, 3, 2, 5, 2, 2]))
    assert name == "BGNBD"
    assert reason.endswith("BGNBD leads MBGNBD by 1.50, less than 2.")
    name, reason = advised({"BGNBD": 100.0, "MBGNBD": 101.5}, histories([0, 0, 2]))
    assert name == "MBGNBD"
    assert "67 % of the customers bought once" in reason
    name, _ = advised({"ParetoNBD": 100.0, "MBGNBD": 101.5}, histories([0, 0, 2]))
    assert name == "ParetoNBD"


def test_the_holdout_may_overrule():
    """Ten thousand customers: the first model gave each e times the probability, or hardly more."""
    weight = np.array([5_000.0, 5_000.0])
    aics = {"BGNBD": 100.0, "NBD": 110.0}
    clear = {"BGNBD": np.array([-2.0, -2.2]), "NBD": np.array([-1.0, -1.2])}
    name, reason = advised(aics, histories([2, 3]), clear, weight)
    assert name == "NBD"
    assert "clearly prefers NBD by 1.0000 per customer (standard error 0.0000)" in reason
    # Mean difference 0.005, standard deviation 0.995: standard error 0.995 / 100.
    vague = {"BGNBD": np.array([-1.0, -1.0]), "NBD": np.array([0.0, -1.99])}
    name, reason = advised(aics, histories([2, 3]), vague, weight)
    assert name == "BGNBD"
    assert "no clear contradiction: NBD by 0.0050 per customer (standard error 0.0100)" in reason
    same = {"BGNBD": clear["NBD"], "NBD": clear["BGNBD"]}
    name, reason = advised(aics, histories([2, 3]), same, weight)
    assert name == "BGNBD"
    assert reason.endswith("Its holdout score is the best, too.")


def test_models_that_ran_to_another_one_are_that_one():
    aics = {"BGNBD": 104.0, "MBGNBD": 104.0, "ParetoNBD": 104.0, "NBD": 100.0}
    limits = dict.fromkeys(("BGNBD", "MBGNBD", "ParetoNBD"), "no dropout")
    scores = dict.fromkeys(aics, np.array([-1.0, -2.0]))
    assert advised(aics, histories([0, 0]), scores, np.ones(2), limits=limits) == (
        "NBD",
        "NBD. BGNBD, MBGNBD and ParetoNBD all ran to it: the data show no dropout.",
    )
    both = {"BGNBD": "no dropout", "MBGNBD": "no dropout and equal rates"}
    assert advised(aics | {"ParetoNBD": 107.5}, histories([0, 0]), limits=both)[1] == (
        "NBD. BGNBD and MBGNBD both ran to it: the data show no dropout. "
        "Its AIC is the least, by 7.50."
    )
    # Another limit is another matter, and one without its model in the table.
    other = {"BGNBD": "polarised dropout"}
    assert "ran to it" not in advised(aics, histories([0, 0]), limits=other)[1]
    two = {"BGNBD": 104.0, "MBGNBD": 104.0}
    assert advised(two, histories([1, 1]), limits=dict.fromkeys(two, "no dropout"))[1] == (
        "BGNBD. AIC cannot tell the best apart: BGNBD leads MBGNBD by less than 0.01, less than 2. "
        "Its fit ran to a limit, no dropout; read its verdict."
    )


def test_a_special_case_that_fits_as_well_will_do():
    name, reason = advised({"BGBB": 100.0, "BetaBinomial": 101.25}, Contracts())
    assert name == "BetaBinomial"
    assert reason == (
        "BetaBinomial. BetaBinomial is BGBB where nobody leaves; AIC does not tell them apart "
        "(1.25), so the simpler one will do."
    )
    assert advised({"BGBB": 100.0, "BetaBinomial": 102.25}, Contracts())[0] == "BGBB"


def test_no_difference_is_told_that_prints_as_nothing():
    scores = {"BGNBD": np.array([-1.0, -1.0]), "NBD": np.array([-0.99999, -1.0])}
    name, reason = advised({"BGNBD": 100.0, "NBD": 110.0}, histories([2, 3]), scores, np.ones(2))
    assert name == "BGNBD"
    assert reason.endswith("No other holdout score is better to four digits.")


@pytest.mark.parametrize(("bias", "word"), [(-0.22, "22 % too little"), (0.35, "35 % too much")])
def test_a_forecast_that_is_far_off_is_told(bias, word):
    _, reason = advised({"NBD": 100.0}, histories([2, 3]), biases={"NBD": bias})
    assert reason.endswith(
        f"It forecasts {word} of the holdout; look at tracking for a season or a trend."
    )
    _, reason = advised({"NBD": 100.0}, histories([2, 3]), biases={"NBD": bias / 4})
    assert "of the holdout" not in reason


def test_under_a_penalty_the_holdout_decides(cdnow, held):
    without = rk.clv.compare_models(cdnow, models=("BGNBD", "NBD"), penalty=0.1)
    assert without.recommended is None
    assert without.recommendation.startswith("None. Under a penalty there is no AIC")
    assert without.to_frame()["aic"].isna().all()
    found = rk.clv.compare_models(cdnow, models=("BGNBD", "NBD"), penalty=0.1, holdout=held)
    assert found.recommended == "BGNBD"
    assert "BGNBD has the best holdout score" in found.recommendation
    assert found.fits["BGNBD"].penalty == 0.1


def test_a_limit_is_named():
    regular = histories([4, 4, 4, 4, 5, 5, 3, 3] * 5, np.linspace(30, 40, 40))
    found = rk.clv.compare_models(regular, models=("BGNBD", "NBD"))
    assert found.fits["BGNBD"].limit is not None
    assert found.to_frame()["limit"].tolist()[0] == found.fits["BGNBD"].limit
    assert f"ran to a limit, {found.fits[found.recommended].limit}" in found.recommendation


def test_saturation_is_told():
    """Purchases on 5 of 10 days: no events at any time."""
    full = rk.PurchaseHistories.from_arrays([5, 5], [9, 9], [10, 10], unit="day")
    (told,) = saturation(full)
    assert told.startswith("Mind that customers buy in 50 % of all days")
    assert "BG/BB" in told
    assert saturation(full.in_unit("week")) == [told]
    assert told in advised({"BGNBD": 1.0}, full)[1]
    assert saturation(dataclasses.replace(full, grain=None)) == []
    rare = rk.PurchaseHistories.from_arrays([5, 5], [90, 90], [100, 100], unit="day")
    assert saturation(rare) == []
    assert saturation(rk.PurchaseHistories.from_arrays(0, 0, 0, unit="day")) == []


# Properties: other kinds of histories have tables of their own.


class OpportunityLike(rk.PurchaseHistories):
    """Histories of another kind, for which other models are known."""


def test_models_are_chosen_by_the_kind_of_histories(cdnow, monkeypatch):
    other = OpportunityLike(**{f.name: getattr(cdnow, f.name) for f in dataclasses.fields(cdnow)})
    table = {"OpportunityLike": {"NBD": "A sentence of its own."}, **_registry.MODELS}
    monkeypatch.setattr(_registry, "MODELS", table)
    found = rk.clv.compare_models(other)
    assert list(found.fits) == ["NBD"]
    assert found.sentences == {"NBD": "A sentence of its own."}
    assert "NBD" in rk.clv.compare_models(cdnow).fits


class Contracts:
    """Histories that know neither purchases nor weights."""


def test_models_without_customers_who_are_alive(monkeypatch):
    """Models of contracts have no P(alive), and no holdout of purchases."""

    class Renewals:
        @staticmethod
        def fit(histories, *, penalty):
            del histories, penalty
            return dataclasses.replace(rk.clv.NBD.fit(histories_of_ten), model=Plain())

    @dataclasses.dataclass(frozen=True)
    class Plain:
        names = ("alpha", "beta")

    histories_of_ten = histories([0, 1, 2, 3, 0, 1, 0, 0, 5, 1], np.arange(20.0, 30))
    monkeypatch.setattr(_registry, "MODELS", {"Contracts": {"Renewals": "They renew or not."}})
    monkeypatch.setattr(rk.clv, "Renewals", Renewals, raising=False)
    found = rk.clv.compare_models(Contracts())
    assert np.isnan(found.probability_alive["Renewals"])
    assert found.recommended == "Renewals"
    assert found.n_customers == 10
    with pytest.raises(KindError, match="compared for purchase histories only"):
        rk.clv.compare_models(Contracts(), holdout=1)


def test_other_histories_have_no_one_time_buyers():
    """Equals of another kind are ranked by AIC alone, and nothing is said of saturation."""
    assert advised({"BGBB": 100.0, "MBGNBD": 100.5}, Contracts()) == (
        "BGBB",
        "BGBB. AIC cannot tell the best apart: BGBB leads MBGNBD by 0.50, less than 2.",
    )


def test_the_registry_names_models_of_the_door():
    for models in _registry.MODELS.values():
        for name, sentence in models.items():
            assert name in rk.clv.__all__
            assert hasattr(_registry.model_class(name), "fit")
            assert sentence.endswith(".")
            assert len(sentence) < 100


# Refusals.


@pytest.mark.parametrize("models", [(), ("BGNBD", "BGNBD"), ("Weibull",), (3,), "Weibull"])
def test_models_are_checked(cdnow, models):
    with pytest.raises(OptionError, match="`models` must name known models"):
        rk.clv.compare_models(cdnow, models=models)


def test_hints_are_of_the_kind_of_histories():
    with pytest.raises(OptionError, match="`models` must name known models") as error:
        rk.clv.compare_models(donors(), models=("BGNBD",))
    assert "models=('BGBB',)" in str(error.value)
    with pytest.raises(KindError, match="no histories that a model reads") as refused:
        rk.clv.compare_models("histories")
    assert "opportunity_histories(" in str(refused.value)


def test_other_things_are_refused(cdnow, held):
    with pytest.raises(KindError, match="no histories that a model reads"):
        rk.clv.compare_models([1, 2])
    with pytest.raises(KindError, match="no holdout"):
        rk.clv.compare_models(cdnow, holdout=39)
    with pytest.raises(DataError, match="does not follow"):
        rk.clv.compare_models(cdnow[:9], holdout=held)
    with pytest.raises(DataError, match="too few or too alike"):
        rk.clv.compare_models(histories([0, 0, 0]))
    with pytest.raises(OptionError, match="penalty"):
        rk.clv.compare_models(cdnow, penalty=-1)


def test_a_failed_fit_says_which(cdnow, held, monkeypatch):
    def fail(histories, *, penalty):
        del histories, penalty
        raise ConvergenceError("No maximum.", received="r", allowed="a", do="Do this.")

    monkeypatch.setattr(rk.clv.NBD, "fit", fail)
    with pytest.raises(ConvergenceError, match="NBD cannot be fitted to these histories: No max"):
        rk.clv.compare_models(cdnow, models=("NBD",))
    # The others stand, and the one that failed keeps its row.
    found = rk.clv.compare_models(cdnow, models=("NBD", "BGNBD"), holdout=held)
    assert found.failed == {"NBD": "No maximum."}
    assert found.recommended == "BGNBD"
    assert "Nobody ever leaves; what the others forecast" in repr(found)
    assert "Not fitted: No maximum." in " ".join(repr(found).split())
    frame = found.to_frame()
    assert frame["model"].tolist() == ["NBD", "BGNBD"]
    assert frame["limit"].isna().tolist() == [False, True]
    assert frame["k"].tolist() == [2, 4]
    assert frame.drop(columns=["model", "k", "limit"]).isna().all(axis=1).tolist() == [True, False]
    json.dumps(found.to_dict(), allow_nan=False)


def test_too_few_customers_for_one_model_are_enough_for_another(monkeypatch, cdnow):
    def fail(histories, *, penalty):
        del histories, penalty
        raise DataError("Too few.", received="3", allowed="more", do="Wait.")

    monkeypatch.setattr(rk.clv.BGNBD, "fit", fail)
    found = rk.clv.compare_models(cdnow, models=("NBD", "BGNBD"))
    assert found.failed == {"BGNBD": "Too few."}
    assert list(found.fits) == ["NBD"]
