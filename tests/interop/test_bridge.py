"""Fitted objects of lifetimes in and out, against the real package.

The package is imported through the bridge, which leaves warning filters and pandas options alone;
what its own code warns about is kept out in the same way.
"""

import io
import pickle
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import retentionkit as rk
from retentionkit.errors import DataError, KindError, MissingExtraError, OptionError
from retentionkit.interop.lifetimes import (
    from_lifetimes,
    histories_from_lifetimes,
    to_lifetimes,
)
from retentionkit.interop.lifetimes._guard import generate_data, undisturbed
from retentionkit.interop.lifetimes._pairs import PAIRS as BOTH

PUBLISHED = {
    "BGNBD": (0.243, 4.414, 0.793, 2.426),
    "MBGNBD": (0.525, 6.183, 0.891, 1.614),
    "ParetoNBD": (0.553, 10.578, 0.606, 11.669),
    "BGBB": (1.204, 0.750, 0.657, 2.783),
    "GammaGamma": (6.25, 3.74, 15.44),
}
PAIRS = {pair.model: pair for pair in BOTH}
TIMED = [name for name, pair in PAIRS.items() if pair.measures_time]

# Closed forms in double precision on both sides; theirs subtract where ours do not.
CLOSED_FORM = {"rtol": 1e-10, "atol": 0}


def theirs(name, *args, method="fit", **options):
    """A fitter of lifetimes, fitted."""
    with undisturbed():
        fitter = getattr(generate_data()[0], PAIRS[name].fitter)(options.pop("penalizer_coef", 0.0))
        return getattr(fitter, method)(*args, **options)


def model_of(name):
    return getattr(rk.clv, name)(*PUBLISHED[name])


@pytest.fixture(scope="module")
def cdnow():
    log = rk.Transactions(rk.datasets.load_cdnow())
    return rk.purchase_histories(log, as_of="1997-09-30", unit="week")


@pytest.fixture(scope="module")
def fitters(cdnow):
    """What lifetimes fits to CDNOW, with the customers as its index."""
    columns = (cdnow.frequency, cdnow.recency, cdnow.age)
    some = cdnow.frequency > 0
    money = (cdnow.frequency[some], cdnow.monetary_value[some])
    return {
        "BGNBD": theirs("BGNBD", *columns, index=cdnow.customer),
        "MBGNBD": theirs("MBGNBD", *columns, index=cdnow.customer),
        "GammaGamma": theirs("GammaGamma", *money, index=cdnow.customer[some]),
    }


@pytest.fixture(scope="module")
def fits(cdnow, fitters):
    return {name: getattr(rk.clv, name).fit(cdnow) for name in fitters}


FITTED = ["BGNBD", "MBGNBD", "GammaGamma"]

# Worked example: a fitted object is carried over -------------------------------------------------


@pytest.mark.parametrize("name", FITTED)
def test_a_fitted_object_comes_in_with_its_parameters(fitters, name):
    model = from_lifetimes(fitters[name], unit="week")
    assert type(model) is getattr(rk.clv, name)
    assert model.parameters().tolist() == fitters[name].params_[list(model.names)].tolist()


@pytest.mark.parametrize("name", ["BGNBD", "MBGNBD"])
def test_its_data_come_in_too_and_give_a_fit(fitters, cdnow, fits, name):
    histories = histories_from_lifetimes(fitters[name], unit="week")
    for part in ("frequency", "recency", "age", "weight", "customer"):
        np.testing.assert_array_equal(getattr(histories, part), getattr(cdnow, part))
    assert histories.kind == "pandas"
    start = from_lifetimes(fitters[name], unit="week")
    again = type(start).fit(histories, start=start)
    assert again.fingerprint == fits[name].fingerprint
    np.testing.assert_allclose(again.model.parameters(), fits[name].model.parameters(), rtol=1e-7)


# Reference: what goes out is what the fit of lifetimes leaves behind -----------------------------


@pytest.mark.parametrize("name", FITTED)
def test_a_fit_goes_out_as_their_fit_leaves_it(fitters, fits, cdnow, name):
    made, real = to_lifetimes(fits[name], histories=cdnow), fitters[name]
    assert type(made) is type(real)
    missing = set(vars(real)) - set(vars(made))
    assert not missing
    pd.testing.assert_frame_equal(made.data, real.data, check_names=False)
    # Their optimiser stops at a gradient of 1e-7 in scaled parameters.
    pd.testing.assert_series_equal(made.params_, real.params_, rtol=3e-6)
    pd.testing.assert_series_equal(made.standard_errors_, real.standard_errors_, rtol=2e-5)
    pd.testing.assert_frame_equal(made.summary, real.summary, rtol=2e-5)
    # At a maximum the likelihood errs by the square of the parameters.
    assert made._negative_log_likelihood_ == pytest.approx(real._negative_log_likelihood_, rel=1e-9)
    assert made.penalizer_coef == 0
    assert repr(made) == repr(real)


def test_only_their_diagonal_is_right(fitters, fits, cdnow):
    made, real = to_lifetimes(fits["BGNBD"], histories=cdnow), fitters["BGNBD"]
    ours, found = made.variance_matrix_.to_numpy(), real.variance_matrix_.to_numpy()
    np.testing.assert_allclose(np.diag(found), np.diag(ours), rtol=1e-5)
    p = fits["BGNBD"].model.parameters()
    # Theirs multiplies each column by p_j^2 in the place of p_i p_j.
    np.testing.assert_allclose(found * p[:, None] / p, ours, rtol=1e-4)
    assert not np.allclose(found, found.T, rtol=0.1)
    np.testing.assert_allclose(ours, ours.T, rtol=1e-12)


def test_their_scale_of_time(fitters, fits, cdnow):
    for name in ("BGNBD", "MBGNBD"):
        assert to_lifetimes(fits[name], histories=cdnow)._scale == fitters[name]._scale


# Definition: their methods at our parameters give our numbers ------------------------------------


@pytest.mark.parametrize("name", TIMED)
def test_predictions_of_what_goes_out(cdnow, name):
    model = model_of(name)
    made, some = to_lifetimes(model), cdnow[:200]
    columns = (some.frequency, some.recency, some.age)
    np.testing.assert_allclose(
        made.predict(39, *columns), model.conditional_expected_purchases(some, 39), **CLOSED_FORM
    )
    np.testing.assert_allclose(
        made.conditional_probability_alive(*columns), model.probability_alive(some), **CLOSED_FORM
    )
    np.testing.assert_allclose(
        made.expected_number_of_purchases_up_to_time(39),
        model.expected_purchases(39),
        **CLOSED_FORM,
    )


def test_spend_of_what_goes_out(cdnow):
    some = cdnow[cdnow.frequency > 0]
    made = to_lifetimes(model_of("GammaGamma"), histories=cdnow)
    np.testing.assert_allclose(
        made.conditional_expected_average_profit(),
        model_of("GammaGamma").expected_spend(some),
        **CLOSED_FORM,
    )
    assert made.data.index.tolist() == some.customer.tolist()


def test_their_lifetime_value_runs_on_what_goes_out(cdnow):
    purchases = to_lifetimes(model_of("BGNBD"))
    spend = to_lifetimes(model_of("GammaGamma"))
    frame = pd.DataFrame(
        {
            "x": cdnow.frequency,
            "t_x": cdnow.recency,
            "T": cdnow.age,
            "m": np.nan_to_num(cdnow.monetary_value),
        }
    )
    with undisturbed():
        found = spend.customer_lifetime_value(
            purchases, frame["x"], frame["t_x"], frame["T"], frame["m"], 12, 0.0, freq="W"
        )
    ours = rk.clv.lifetime_value(
        model_of("BGNBD"), model_of("GammaGamma"), cdnow, horizon=12 * 4.345, discount_rate=0
    )
    np.testing.assert_allclose(found, ours.value, **CLOSED_FORM)


@pytest.mark.parametrize("name", TIMED)
def test_matrices_and_simulations_of_what_goes_out(cdnow, name):
    made = to_lifetimes(model_of(name), histories=cdnow[:50])
    matrix = made.conditional_probability_alive_matrix()
    assert matrix.shape == (39, cdnow[:50].frequency.max() + 1)
    drawn = made.generate_new_data(size=7)
    assert {"frequency", "recency", "T"} <= set(drawn.columns)
    assert (drawn["T"] == cdnow.age[0]).sum() > 0


def test_every_customer_of_a_group_is_simulated():
    grouped = rk.PurchaseHistories.from_arrays([0, 1], [0, 2], [9, 8], weight=[3, 2], unit="week")
    made = to_lifetimes(model_of("BGNBD"), histories=grouped)
    assert made.data["weights"].tolist() == [3, 2]
    assert made.data["weights"].dtype.kind == "i"
    assert made.generate_new_data.args[0].tolist() == [9, 9, 9, 8, 8]
    part = rk.PurchaseHistories.from_arrays([0, 1], [0, 2], [9, 8], weight=[0.5, 2], unit="week")
    assert to_lifetimes(model_of("BGNBD"), histories=part).data["weights"].tolist() == [0.5, 2]


# Properties --------------------------------------------------------------------------------------

positive = st.floats(1e-6, 1e6)


@pytest.mark.parametrize("name", PAIRS)
@given(data=st.data())
def test_there_and_back_to_the_last_bit(name, data):
    kind = getattr(rk.clv, name)
    values = [data.draw(positive) for _ in kind.names]
    unit = data.draw(st.sampled_from(["day", "week", "month", "year"]))
    model = kind(*values) if name == "GammaGamma" else kind(*values, unit=unit)
    assert from_lifetimes(to_lifetimes(model), unit=unit) == model


def test_weighted_data_go_there_and_back(cdnow):
    grouped = cdnow.grouped()
    fit = rk.clv.BGNBD.fit(grouped)
    made = to_lifetimes(fit, histories=grouped)
    back = histories_from_lifetimes(made, unit="week")
    np.testing.assert_array_equal(back.weight, grouped.weight)
    assert back.customer is None
    whole = to_lifetimes(rk.clv.BGNBD.fit(cdnow), histories=cdnow)
    likelihood = whole._negative_log_likelihood_
    assert made._negative_log_likelihood_ == pytest.approx(likelihood, rel=1e-13)


@pytest.mark.parametrize("name", [name for name, pair in PAIRS.items() if pair.histories])
def test_data_of_every_kind_go_there_and_back(name):
    build = getattr(rk.histories, PAIRS[name].histories)
    given = build.from_arrays([0, 2, 6], [0, 4, 6], [6, 6, 6], unit="year", weight=[2, 1, 3])
    model = getattr(rk.clv, name)(*PUBLISHED[name], unit="year")
    made = to_lifetimes(model, histories=given)
    back = histories_from_lifetimes(made, unit="year")
    for part in (*PAIRS[name].columns.values(), "weight"):
        np.testing.assert_array_equal(getattr(back, part), getattr(given, part))
    # Their own likelihood, of times in the longest age; theirs has a 1e-15 added for BG/BB.
    scale = vars(made).get("_scale", 1.0)
    values = [made.params_[part] * (scale if part in model.times else 1) for part in model.names]
    x, t_x, T, weight = (column.to_numpy() for _, column in made.data.items())
    at = np.array(values) if name == "ParetoNBD" else np.log(values)
    with undisturbed():
        theirs_is = made._negative_log_likelihood(at, x, t_x * scale, T * scale, weight, 0.0)
        drawn = made.generate_new_data(size=6)
    assert made._negative_log_likelihood_ == pytest.approx(theirs_is, rel=1e-9)
    assert len(drawn) == 6


def test_other_units_are_measured_in_the_unit_of_the_model(cdnow):
    made = to_lifetimes(model_of("BGNBD"), histories=cdnow.in_unit("day"))
    np.testing.assert_allclose(made.data["T"], cdnow.age, rtol=1e-15)


def test_a_penalised_fit_of_theirs_comes_in_as_it_is(cdnow):
    real = theirs("BGNBD", cdnow.frequency, cdnow.recency, cdnow.age, penalizer_coef=0.1)
    model = from_lifetimes(real, unit="week")
    assert model.parameters().tolist() == real.params_.tolist()
    assert histories_from_lifetimes(real, unit="week").customer is None
    columns = (cdnow.frequency, cdnow.recency, cdnow.age)
    np.testing.assert_allclose(
        model.conditional_expected_purchases(cdnow, 39), real.predict(39, *columns), **CLOSED_FORM
    )


def test_a_penalised_fit_of_ours_goes_out_with_its_errors(cdnow):
    fit = rk.clv.MBGNBD.fit(cdnow, penalty=5.0)
    made = to_lifetimes(fit, histories=cdnow)
    errors = [row.standard_error for row in fit.parameters.values()]
    np.testing.assert_allclose(made.summary["se(coef)"], errors, rtol=1e-14)
    mean = -fit.log_likelihood / len(cdnow)
    longest = np.log(cdnow.age.max()) * cdnow.frequency.mean()
    assert made._negative_log_likelihood_ == pytest.approx(mean - longest, rel=1e-12)


def test_a_model_has_no_standard_errors():
    made = to_lifetimes(model_of("BGNBD"))
    assert made.summary["coef"].tolist() == list(PUBLISHED["BGNBD"])
    assert made.summary["se(coef)"].isna().all()
    assert not hasattr(made, "data")


def test_what_goes_out_can_be_saved_by_them_and_by_pickle(fits, cdnow, tmp_path):
    made = to_lifetimes(fits["BGNBD"], histories=cdnow)
    path = tmp_path / "bgnbd.pkl"
    with undisturbed():
        made.save_model(path)
        read = getattr(generate_data()[0], "BetaGeoFitter")()  # noqa: B009 - it has no types
        read.load_model(path)
        copied = pickle.load(io.BytesIO(pickle.dumps(made)))  # noqa: S301 - our own
    for other in (read, copied):
        assert from_lifetimes(other, unit="week") == fits["BGNBD"].model
        assert histories_from_lifetimes(other, unit="week").n_customers == len(cdnow)


def test_a_class_made_from_a_fitter_counts_as_one(fitters):
    made = type("MyFitter", (type(fitters["MBGNBD"]),), {})()
    made.params_ = fitters["MBGNBD"].params_
    assert type(from_lifetimes(made, unit="week")) is rk.clv.MBGNBD


def test_the_process_does_not_notice_their_import():
    code = """
import warnings
import pandas as pd
import retentionkit as rk
import sys

def option():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pd.get_option("mode.chained_assignment")

before, filters = option(), list(warnings.filters)
assert before is not None
model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
h = rk.PurchaseHistories.from_arrays([2, 0], [30, 0], [39, 39], unit="week")
fitter = rk.interop.lifetimes.to_lifetimes(model, histories=h)
assert "lifetimes" in sys.modules
assert rk.interop.lifetimes.from_lifetimes(fitter, unit="week") == model
assert (option(), list(warnings.filters)) == (before, filters)
"""
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_coming_in_needs_no_lifetimes():
    code = """
import sys
import types
import retentionkit as rk
module = types.ModuleType("lifetimes.fitters.beta_geo_fitter")
exec("class BetaGeoFitter: pass", module.__dict__)
fitter = module.BetaGeoFitter()
fitter.params_ = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
print(rk.interop.lifetimes.from_lifetimes(fitter, unit="day"), "lifetimes" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    expected = "BGNBD(r=0.243, alpha=4.414, a=0.793, b=2.426, unit='day') False\n"
    assert done.stdout == expected


# Refusals ----------------------------------------------------------------------------------------


def test_what_is_no_fitter():
    for other in (None, model_of("BGNBD"), type("BetaGeoFitter", (), {})()):
        with pytest.raises(KindError, match="no fitter of lifetimes that has a model here"):
            from_lifetimes(other, unit="week")


def test_a_fitter_before_its_fit():
    bare = getattr(generate_data()[0], "BetaGeoFitter")()  # noqa: B009 - it has no types
    with pytest.raises(DataError, match="has not been fitted"):
        from_lifetimes(bare, unit="week")
    with pytest.raises(DataError, match="has no data"):
        histories_from_lifetimes(bare, unit="week")


def test_the_unit_is_needed_where_time_is_measured(fitters):
    with pytest.raises(OptionError, match="lifetimes does not keep it"):
        from_lifetimes(fitters["BGNBD"])
    with pytest.raises(OptionError, match="`unit` is not one of its choices"):
        from_lifetimes(fitters["BGNBD"], unit="weeks")
    assert from_lifetimes(fitters["GammaGamma"]).names == ("p", "q", "v")


def test_data_of_spend_are_no_histories(fitters):
    with pytest.raises(KindError, match="neither recency nor age"):
        histories_from_lifetimes(fitters["GammaGamma"], unit="week")


def test_models_that_lifetimes_lacks():
    for other in (rk.clv.NBD(0.385, 12.072), 3.0, None):
        with pytest.raises(KindError, match="lifetimes has no such model"):
            to_lifetimes(other)


def test_histories_must_be_those_of_the_fit(fits, cdnow):
    with pytest.raises(DataError, match="not the histories of the fit"):
        to_lifetimes(fits["BGNBD"], histories=cdnow[:100])
    assert len(to_lifetimes(fits["BGNBD"].model, histories=cdnow[:100]).data) == 100
    with pytest.raises(KindError, match="reads purchase histories"):
        to_lifetimes(fits["BGNBD"], histories=[1, 2, 3])


def test_lifetimes_must_be_installed_to_go_out(monkeypatch):
    monkeypatch.setitem(sys.modules, "lifetimes", None)
    filters = list(warnings.filters)
    with pytest.raises(MissingExtraError, match="cannot be made without lifetimes") as caught:
        to_lifetimes(model_of("BGNBD"))
    assert 'pip install "retentionkit[lifetimes]"' in str(caught.value)
    assert isinstance(caught.value, ImportError)
    assert warnings.filters == filters
