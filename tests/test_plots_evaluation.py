"""Pictures of how a model fits and forecasts; what all pictures share is in test_plots.py."""

import dataclasses
import sys

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from scipy import stats

import retentionkit as rk
from retentionkit.errors import KindError, MissingExtraError, OptionError

MODEL = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
NBD = rk.clv.NBD(0.385, 12.072, unit="week")
#: Years of "High End" customers in Fader and Hardie (2007), and their sBG model.
COHORT = rk.RenewalHistories.from_survivors([1000, 869, 743, 653, 593, 551, 517, 491], unit="year")
CONTRACTS = rk.clv.ShiftedBetaGeometric(0.668, 3.806, unit="year")


@pytest.fixture(scope="module")
def results():
    log = rk.Transactions(rk.datasets.load_cdnow())
    h = rk.purchase_histories(log, as_of="1997-09-30", unit="week")
    held = rk.holdout(log, h, until="1998-06-30")
    return {
        "migration": moved(log),
        "frequency_fit": rk.clv.frequency_fit(MODEL, h),
        "conditional_fit": rk.clv.conditional_fit(MODEL, h, held),
        "recency": rk.clv.conditional_fit(MODEL, h, held, by="recency"),
        "calibration": rk.clv.calibration(MODEL, h, held),
        "activity_calibration": rk.clv.activity_calibration(MODEL, h, held),
        "pit": rk.clv.pit(MODEL, h, held),
        "gains": rk.clv.gains(MODEL, h, held),
        "profile": rk.clv.profile(rk.clv.BGNBD.fit(h), h, "b"),
        "lorenz": rk.rfm.concentration(rk.rfm.measure(log).net_spend),
    }


def moved(log):
    tables = [
        rk.rfm.measure(log, as_of=day, window="9 months") for day in ("1997-09-30", "1998-06-30")
    ]
    return rk.rfm.migration(
        *(rk.rfm.Segments.from_labels(table, table.orders > 1) for table in tables)
    )


def draw(name, results, **options):
    if name == "probability_alive":
        return rk.plots.probability_alive(MODEL, age="39 weeks", **options)
    if name == "heterogeneity":
        return rk.plots.heterogeneity(MODEL, **options)
    if name == "survival":
        return rk.plots.survival(CONTRACTS, histories=COHORT, **options)
    if name == "recency":
        return rk.plots.conditional_fit(results[name], **options)
    return getattr(rk.plots, name)(results[name], **options)


NAMES = (
    "migration",
    "frequency_fit", "conditional_fit", "recency", "calibration", "activity_calibration", "pit",
    "gains", "probability_alive", "heterogeneity", "survival", "profile",
    "lorenz",
)  # fmt: skip


def points(container):
    """Places and heights of an error bar's markers."""
    return container[0].get_xdata(), container[0].get_ydata()


# Worked example: what is drawn of CDNOW.


def test_frequency_fit_draws_both_counts(results):
    result = results["frequency_fit"]
    ax = draw("frequency_fit", results)
    actual, expected = ax.containers
    assert [bar.get_height() for bar in actual] == result.actual.tolist()
    assert [bar.get_height() for bar in expected] == result.expected.tolist()
    assert [label.get_text() for label in ax.get_xticklabels()] == list(result.labels)
    assert ax.get_title(loc="left").startswith("2,357 customers; chi-square distance ")
    assert ax.yaxis.get_major_formatter()(1_400, 0) == "1,400"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("repeat purchases", "customers")


@pytest.mark.parametrize("name", ["conditional_fit", "recency"])
def test_conditional_fit_draws_means_and_intervals(name, results):
    result = results[name]
    ax = draw(name, results)
    (bars,) = ax.containers
    assert np.array_equal(points(bars)[1], result.actual)
    segments = np.array(bars[2][0].get_segments())
    half = stats.norm.ppf(0.975) * result.standard_error
    np.testing.assert_allclose(segments[:, 1, 1] - segments[:, 0, 1], 2 * half, rtol=1e-12)
    expected = ax.get_lines()[-1]
    assert np.array_equal(expected.get_ydata(), result.expected)
    shown = [label.get_text() for label in ax.get_xticklabels()]
    if name == "recency":
        assert shown[:3] == ["no repeat", "up to 6", "6–12"]
        assert shown[2:] == list(result.labels[2:])
    else:
        assert shown == list(result.labels)
    assert ax.get_title(loc="left") == f"BGNBD: 2,357 customers by {result.by}"
    assert ax.texts[0].get_text() == f"n={result.customers[0]:,.0f}"
    assert ax.get_xlabel() == (
        "age at the last purchase, weeks"
        if name == "recency"
        else "repeat purchases up to the end of observation"
    )


def test_calibration_draws_bins_and_the_diagonal(results):
    result = results["calibration"]
    ax = draw("calibration", results)
    assert np.array_equal(points(ax.containers[0]), [result.expected, result.actual])
    diagonal = ax.get_lines()[0].get_xydata()
    assert np.array_equal(diagonal[:, 0], diagonal[:, 1])
    assert ax.get_title(loc="left") == "2,357 customers in 10 bins by the forecast"
    assert (ax.get_xlim()[0], ax.get_ylim()[0]) == (0, 0)
    # Half of the bins are not heaped on a hundredth of the axis.
    shown = ax.transAxes.inverted().transform(ax.transData.transform(diagonal[[-1]] / 16))
    assert shown[0, 0] == pytest.approx(0.25, abs=1e-9)


def test_activity_calibration_draws_shares_and_intervals(results):
    result = results["activity_calibration"]
    ax = draw("activity_calibration", results)
    lines, spots = ax.collections
    np.testing.assert_array_equal(
        spots.get_offsets().filled(np.nan), np.stack([result.probability, result.active], axis=1)
    )
    ends = np.array(lines.get_segments())
    np.testing.assert_array_equal(ends[:, :, 1], np.stack([result.low, result.high], axis=1))
    assert spots.get_sizes().argmax() == result.customers.argmax()
    assert ax.get_title(loc="left") == f"2,357 customers; Brier score {result.brier:.4f}"


def test_pit_draws_the_histogram(results):
    result = results["pit"]
    ax = draw("pit", results)
    assert [bar.get_height() for bar in ax.patches] == result.density.tolist()
    assert [bar.get_x() for bar in ax.patches] == pytest.approx(np.arange(10) / 10)
    assert list(ax.get_lines()[0].get_ydata()) == [1, 1]
    assert f"{result.deviation:.3f}" in ax.get_title(loc="left")


def test_gains_draws_the_curve_between_the_best_and_none(results):
    result = results["gains"]
    ax = draw("gains", results)
    perfect, gained, none = ax.get_lines()
    assert np.array_equal(gained.get_xydata(), np.stack([result.customers, result.gained], axis=1))
    assert np.array_equal(perfect.get_ydata(), result.perfect)
    assert none.get_xydata().tolist() == [[0, 0], [1, 1]]
    assert ax.xaxis.get_major_formatter()(0.2, 0) == "20 %"
    assert ax.get_title(loc="left") == f"Gini coefficient {result.gini:.3f}"


def test_probability_alive_draws_what_the_model_says():
    ax = rk.plots.probability_alive(MODEL, age=39, top=5)
    mesh = ax.collections[0]
    drawn = np.asarray(mesh.get_array()).reshape(5, 120)
    t_x = (np.arange(120) + 0.5) * 39 / 120
    for x in (1, 3, 5):
        h = rk.PurchaseHistories.from_arrays([x] * 120, t_x, [39.0] * 120, unit="week")
        np.testing.assert_allclose(drawn[x - 1], MODEL.probability_alive(h), rtol=1e-12)
    assert mesh.get_clim() == (0, 1)
    assert ax.get_title(loc="left") == "P(alive) of customers of 39 weeks (BGNBD)"
    assert ax.get_xlabel() == "age at the last purchase, weeks"
    assert (ax.get_xlim(), ax.get_ylim()) == ((0, 39), (0.5, 5.5))


@pytest.mark.parametrize(
    ("model", "of", "law", "label"),
    [
        (MODEL, "rate", stats.gamma(0.243, scale=1 / 4.414), "purchases per week while alive"),
        (MODEL, "dropout", stats.beta(0.793, 2.426), "probability of leaving after a purchase"),
        (NBD, "rate", stats.gamma(0.385, scale=1 / 12.072), "purchases per week while alive"),
        (
            rk.clv.BetaBinomial(1.2, 2.5),
            None,
            stats.beta(1.2, 2.5),
            "probability of a purchase at an opportunity",
        ),
        (
            rk.clv.BGBB(1.2, 2.5, 1.5, 2.8),
            "dropout",
            stats.beta(1.5, 2.8),
            "probability of leaving at an opportunity",
        ),
        (CONTRACTS, None, stats.beta(0.668, 3.806), "probability of leaving at a renewal"),
        (
            rk.clv.GammaGamma(6.0, 4.0, 15.0),
            "spend",
            stats.invgamma(4.0, scale=90.0),
            "mean spend per order",
        ),
    ],
)
def test_heterogeneity_draws_the_density(model, of, law, label):
    ax = rk.plots.heterogeneity(model, of=of)
    density, mean, median = ax.get_lines()
    at = density.get_xdata()
    np.testing.assert_allclose(density.get_ydata(), law.pdf(at), rtol=1e-12)
    assert mean.get_xdata()[0] == pytest.approx(law.mean(), rel=1e-12)
    assert median.get_xdata()[0] == pytest.approx(law.median(), rel=1e-9)
    assert ax.get_xlabel() == label
    assert law.cdf(ax.get_xlim()[1]) >= 0.95 - 1e-9
    assert ax.get_title(loc="left").startswith(type(model).__name__)


def test_titles_of_distributions_have_their_values():
    def title(model, of=None):
        return rk.plots.heterogeneity(model, of=of).get_title(loc="left")

    assert title(MODEL, "dropout") == "BGNBD: Beta(a = 0.793, b = 2.43)"
    assert title(rk.clv.GammaGamma(6, 4, 15)) == "GammaGamma: p/Gamma(q = 4, v = 15), p = 6"


def test_a_mean_that_does_not_exist_is_not_drawn():
    ax = rk.plots.heterogeneity(rk.clv.GammaGamma(6.0, 0.9, 15.0))
    assert [text.get_text()[:6] for text in ax.get_legend().get_texts()] == ["median"]
    assert np.isfinite(ax.get_xlim()).all()


def test_every_model_has_a_distribution_to_draw():
    for name in rk.clv.__all__:
        kind = getattr(rk.clv, name)
        if hasattr(kind, "_redrawn"):
            assert rk.plots.heterogeneity(kind(*[2.0] * len(kind.names))).has_data()


def test_survival_draws_the_cohort_beside_the_model():
    ax = rk.plots.survival(CONTRACTS, histories=COHORT)
    model, observed, end = ax.get_lines()
    np.testing.assert_allclose(model.get_ydata(), CONTRACTS.survival(np.arange(11)), rtol=1e-15)
    left = np.array([1000, 869, 743, 653, 593, 551, 517, 491])
    np.testing.assert_allclose(observed.get_ydata(), left / 1000, rtol=1e-14)
    assert end.get_xdata() == [7, 7]
    rates = rk.plots.survival(CONTRACTS, histories=COHORT, of="retention", periods=7)
    model, observed = rates.get_lines()
    np.testing.assert_allclose(
        model.get_ydata(), CONTRACTS.retention_rate(np.arange(1, 8)), rtol=1e-15
    )
    np.testing.assert_allclose(observed.get_ydata(), left[1:] / left[:-1], rtol=1e-14)
    assert rates.get_ylabel() == "share renewed of those who come to it"
    assert rates.yaxis.get_major_formatter()(0.9, 0) == "90 %"
    assert ax.get_title(loc="left") == "ShiftedBetaGeometric: alpha = 0.668, beta = 3.81"


def test_survival_counts_running_contracts_for_as_long_as_they_were_seen():
    # 6 come to the first renewal of which one leaves; one runs since; 4 come to the second, of
    # which one leaves; then one of two leaves (the other two are not known).
    h = rk.RenewalHistories.from_arrays(
        [0, 1, 1, 2, 2, 3], [True, False, True, False, True, False], unit="year"
    )
    observed = rk.plots.survival(CONTRACTS, histories=h).get_lines()[1].get_ydata()
    np.testing.assert_allclose(observed, np.cumprod([1, 5 / 6, 3 / 4, 1 / 2]), rtol=1e-14)
    alone = rk.plots.survival(CONTRACTS)
    assert len(alone.get_lines()) == 1
    assert alone.get_lines()[0].get_xdata()[-1] == 12


def test_profile_draws_the_curve_its_interval_and_the_parabola(results):
    result = results["profile"]
    ax = draw("profile", results)
    curve, parabola, cut, low, high = ax.get_lines()
    top = result.log_likelihood.max()
    np.testing.assert_allclose(curve.get_ydata(), result.log_likelihood - top, atol=1e-6)
    assert cut.get_ydata()[0] == pytest.approx(-stats.chi2.ppf(0.95, 1) / 2, rel=1e-9)
    interval = result.interval()
    assert (low.get_xdata()[0], high.get_xdata()[0]) == (interval.low, interval.high)
    # Where the parabola is cut lies the Wald interval.
    at, height = parabola.get_xydata().T
    inside = at[height > cut.get_ydata()[0]]
    assert (inside[0], inside[-1]) == pytest.approx((1.372, 4.289), rel=0.02)
    assert ax.get_title(loc="left") == "b = 2.426, 95 %: 1.43 to 4.567"


def test_a_profile_at_a_limit_has_no_parabola_or_no_curve(tmp_path):
    h = rk.clv.NBD(1.0, 5.0).simulate([52.0] * 500, rng=2).to_histories()
    fit = rk.clv.BGNBD.fit(h)
    drawn = {}
    for name in fit.model.names:
        curve = rk.clv.profile(fit, h, name)
        if len(curve.value) == 1:
            with pytest.raises(OptionError, match="no curve to draw"):
                rk.plots.profile(curve)
            continue
        ax = rk.plots.profile(curve)
        ax.figure.savefig(tmp_path / "picture.png")
        drawn[name] = [line.get_label() for line in ax.get_lines()]
    assert "Wald parabola" in drawn["r"]
    assert set(drawn) < set(fit.model.names)


def test_an_open_profile_is_said_to_reach_infinity(results):
    open_ = dataclasses.replace(
        results["profile"],
        **{
            name: getattr(results["profile"], name)[results["profile"].root < 1]
            for name in ("value", "log_likelihood", "parameters", "root", "slope")
        },
        open_high=True,
    )
    ax = rk.plots.profile(open_)
    assert ax.get_title(loc="left").endswith("to ∞")
    flat = dataclasses.replace(open_, slope=np.zeros(len(open_.value)))
    labels = [line.get_label() for line in rk.plots.profile(flat).get_lines()]
    assert "Wald parabola" not in labels


# Reference: what matplotlib says that was drawn.


@pytest.mark.parametrize("name", NAMES)
def test_pictures_can_be_rendered(name, results, tmp_path):
    draw(name, results).figure.savefig(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")


# Definition: an Axes comes back; nothing is shown, nothing outside is changed.


@pytest.mark.parametrize("name", NAMES)
def test_own_axes_are_drawn_into(name, results):
    _, (left, right) = plt.subplots(ncols=2)
    assert draw(name, results, ax=right) is right
    assert right.has_data()
    assert not left.has_data()
    assert len(plt.get_fignums()) == 1


@pytest.mark.parametrize("name", NAMES)
def test_each_call_has_a_figure_of_its_own_and_shows_nothing(name, results, monkeypatch):
    def show(*_, **__):
        raise AssertionError(name)

    monkeypatch.setattr(plt, "show", show)
    before = dict(mpl.rcParams)
    one, two = draw(name, results), draw(name, results)
    assert isinstance(one, Axes)
    assert one.figure is not two.figure
    assert dict(mpl.rcParams) == before


# Properties.


def test_all_plots_of_the_door_are_tested():
    elsewhere = {"tracking", "most_valuable", "segments", "treemap"}
    elsewhere |= {"outcomes", "rf_heat_map", "score_histogram"}
    elsewhere |= {"driver_matrix", "forest", "linkage_curve", "nps_trend", "promoters", "stages"}
    assert set(rk.plots.__all__) == {*NAMES, *elsewhere} - {"recency"}


@pytest.mark.parametrize(
    ("model", "of"),
    [
        (rk.clv.NBD(1e6, 1e7), "rate"),
        (rk.clv.NBD(1e-3, 1.0), "rate"),
        (rk.clv.BGNBD(0.2, 4.0, 1e6, 2e6), "dropout"),
        (rk.clv.BGNBD(0.2, 4.0, 1e-3, 2e-3), "dropout"),
    ],
)
def test_narrow_and_wide_distributions_can_be_seen(model, of, tmp_path):
    """The mean is on the picture, and so is a density that is finite."""
    ax = rk.plots.heterogeneity(model, of=of)
    density, mean, _ = ax.get_lines()
    low, high = ax.get_xlim()
    assert low <= mean.get_xdata()[0] <= high
    assert np.isfinite(density.get_ydata()).all()
    assert (density.get_ydata() > 0).mean() > 0.9
    assert 0 < ax.get_ylim()[1] < np.inf
    ax.figure.savefig(tmp_path / "picture.png")


def test_empty_bins_and_nothing_bought_can_be_drawn(tmp_path):
    h = rk.PurchaseHistories.from_arrays([0, 0], [0, 0], [39, 39], unit="week")
    ax = rk.plots.frequency_fit(rk.clv.frequency_fit(MODEL, h, top=1))
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0", "1+"]
    few = rk.plots.probability_alive(MODEL, age=39, top=1)
    assert len(few.collections) == 1  # no contours of one row
    few.figure.savefig(tmp_path / "picture.png")


# Refusals.


@pytest.mark.parametrize("name", NAMES)
def test_pictures_need_matplotlib(name, results, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(MissingExtraError, match="Pictures need matplotlib"):
        draw(name, results)


def test_models_and_options_are_checked():
    with pytest.raises(OptionError, match="NBD has no such distribution"):
        rk.plots.heterogeneity(NBD, of="dropout")
    with pytest.raises(OptionError, match="`of` is not one of its choices"):
        rk.plots.heterogeneity(NBD, of="churn")
    with pytest.raises(KindError, match="no model whose customers differ"):
        rk.plots.heterogeneity(3.0)
    with pytest.raises(OptionError, match="Nobody leaves in NBD"):
        rk.plots.probability_alive(NBD, age=39)
    with pytest.raises(KindError, match="draws models of contracts"):
        rk.plots.survival(MODEL)
    with pytest.raises(KindError):
        rk.plots.survival(CONTRACTS, histories=[0, 1])
    with pytest.raises(OptionError, match="`of` is not one of its choices"):
        rk.plots.survival(CONTRACTS, of="hazard")
    with pytest.raises(OptionError, match="`periods` must be"):
        rk.plots.survival(CONTRACTS, periods=0)
    with pytest.raises(OptionError, match="`age` must be"):
        rk.plots.probability_alive(MODEL, age=0)
    for top in (0, 2.5):
        with pytest.raises(OptionError, match="`top` must be"):
            rk.plots.probability_alive(MODEL, age=39, top=top)


@pytest.mark.parametrize(
    "name", sorted({*rk.plots.__all__} - {"heterogeneity", "probability_alive", "survival"})
)
def test_what_is_not_its_result_is_refused_with_the_call_that_makes_it(name):
    with pytest.raises(KindError) as error:
        getattr(rk.plots, name)(MODEL)
    assert error.value.received == "an object of type BGNBD"
    rooms = ("clv", "rfm", "surveys")
    assert error.value.do.startswith(tuple(f"rk.plots.{name}(rk.{room}." for room in rooms))
