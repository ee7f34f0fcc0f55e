"""Gains, calibration, activity, PIT: each beside a twin that goes customer by customer."""

import dataclasses
import datetime as dt
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import retentionkit as rk
from donations import donors
from retentionkit.clv._evaluation.accuracy import accuracy_of
from retentionkit.clv._evaluation.activity import activity_sums, brier
from retentionkit.clv._evaluation.calibration import calibrated, forecast_sums
from retentionkit.clv._evaluation.gains import gained_by, gains_of, gini
from retentionkit.clv._evaluation.outcomes import outcomes, predictive, probability_of
from retentionkit.clv._evaluation.pit import pit_of, pit_sums
from retentionkit.errors import DataError, KindError, OptionError
from retentionkit.histories import Holdout
from retentionkit.ledger import Ledger

MODEL = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
CHECKS = {
    "gains": rk.clv.gains,
    "calibration": rk.clv.calibration,
    "activity_calibration": rk.clv.activity_calibration,
    "pit": rk.clv.pit,
}


@pytest.fixture(scope="module")
def held(log, cdnow):
    return rk.holdout(log, cdnow, until="1998-06-30")


def followed(x, t_x, T, n, t=39.0, unit="week"):
    """Histories and the holdout that follows them, by hand."""
    ids = np.arange(len(x))
    day = dt.date(2024, 1, 1)
    histories = dataclasses.replace(
        rk.PurchaseHistories.from_arrays(x, t_x, T, unit=unit, customer=ids), as_of=day
    )
    counts = np.asarray(n, dtype=np.int64)
    ledger = Ledger(rows_in=0, amount_in=None)
    later = day + dt.timedelta(days=1)
    return histories, Holdout(ids, counts, None, t, unit, day, later, "", ledger, "pandas")


def rows():
    """Forecasts with many ties, purchases, and weights."""
    return (
        st.integers(2, 30)
        .flatmap(
            lambda k: st.tuples(
                st.lists(st.sampled_from([0.0, 0.1, 0.5, 0.7, 2.0, 3.5]), min_size=k, max_size=k),
                st.lists(st.integers(0, 6), min_size=k, max_size=k),
                st.lists(st.integers(1, 4), min_size=k, max_size=k),
            )
        )
        .map(
            lambda three: (np.array(three[0]), np.array(three[1]), np.array(three[2], dtype=float))
        )
    )


def gini_of_pairs(m, n):
    """The normalised Gini coefficient by its definition over all pairs."""
    pairs = list(itertools.product(range(len(m)), repeat=2))
    above = sum((n[i] - n[j]) * np.sign(m[i] - m[j]) for i, j in pairs)
    return above / sum(abs(int(n[i]) - int(n[j])) for i, j in pairs)


# Worked example: CDNOW, the 39 weeks after 1997-09-30.


def test_cdnow(bgnbd, cdnow, held):
    deciles = rk.clv.calibration(bgnbd, cdnow, held)
    assert deciles.customers == pytest.approx(np.full(10, 235.7), rel=1e-12)
    assert deciles.actual @ deciles.customers == pytest.approx(1882, rel=1e-12)
    # Another implementation's sum, to its printed digits.
    assert deciles.expected @ deciles.customers == pytest.approx(1653.409, abs=5e-4)
    assert (np.diff(deciles.expected) > 0).all()
    curve = rk.clv.gains(bgnbd, cdnow, held)
    assert (curve.gained[0], curve.gained[-1]) == (0, pytest.approx(1, rel=1e-12))
    assert (curve.gained <= curve.perfect + 1e-12).all()
    assert 0.6 < curve.gini < 0.7
    active = rk.clv.activity_calibration(bgnbd, cdnow, held)
    assert active.customers.sum() == 2357
    share = np.nansum(active.active * active.customers) / 2357
    assert share == pytest.approx((held.purchases > 0).mean(), rel=1e-12)
    assert rk.clv.pit(bgnbd, cdnow, held).n_customers == 2357


def test_they_print_what_they_say(bgnbd, cdnow, held):
    for name, check in CHECKS.items():
        found = check(bgnbd, cdnow, held)
        assert "BGNBD" in repr(found), name
        assert found.equals(check(bgnbd, cdnow, held))
        assert found.to_dict()["definition"] == found.definition
        assert len(found.to_frame()) in {10, 101}
        assert "<table>" in found._repr_html_()


# Reference: scipy and plain loops.


def test_the_intervals_of_activity_are_those_of_scipy(bgnbd, cdnow, held):
    found = rk.clv.activity_calibration(bgnbd, cdnow, held)
    probability = bgnbd.model.probability_active(cdnow, held.duration)
    for k in range(10):
        inside = (probability >= k / 10) & (probability < (k + 1) / 10)
        bought = int((held.purchases[inside] > 0).sum())
        test = stats.binomtest(bought, int(inside.sum())).proportion_ci(method="wilson")
        assert (found.low[k], found.high[k]) == pytest.approx(tuple(test), rel=1e-12)
        assert found.active[k] == pytest.approx(bought / inside.sum(), rel=1e-14)
        assert found.probability[k] == pytest.approx(probability[inside].mean(), rel=1e-12)
    distance = (probability - (held.purchases > 0)) ** 2
    assert found.brier == pytest.approx(distance.mean(), rel=1e-12)


def test_probabilities_are_those_of_the_model(bgnbd, cdnow, held):
    """One customer at a time, by the public method."""
    cases = outcomes(cdnow, held)
    assert cases.weight.sum() == 2357
    some = np.arange(0, len(cases.purchases), 37)
    model = bgnbd.model
    fewer, equal = predictive(model, cases)
    assert np.array_equal(equal, probability_of(model, cases))
    for row in some:
        n = int(cases.purchases[row])
        pmf = model.conditional_count_pmf(cases.histories[[row]], np.arange(n + 1), 39)[0]
        assert equal[row] == pytest.approx(pmf[n], rel=1e-12)
        assert fewer[row] == pytest.approx(pmf[:n].sum(), rel=1e-12, abs=1e-15)


# Definition.


@given(rows())
def test_gini_over_pairs(three):
    m, n, w = three
    if n.min() == n.max():
        assert np.isnan(gini(m, n, w))
        return
    each = np.repeat(np.arange(len(m)), w.astype(int))
    assert gini(m, n, w) == pytest.approx(gini_of_pairs(m[each], n[each]), rel=1e-10, abs=1e-12)


def test_gini_of_an_undefined_forecast_is_undefined():
    assert np.isnan(gini(np.array([np.nan, 1.0]), np.array([0, 1]), np.ones(2)))


@given(rows())
def test_gains_by_counting(three):
    """Ties shared in proportion are the mean over all orders in which ties can be broken."""
    m, n, w = three
    curves = gains_of(gained_by(m, n, w), 0.0, "")
    each = np.repeat(np.arange(len(m)), w.astype(int))
    m, n = m[each], n[each]
    mean = np.array([n[m == one].mean() for one in m])  # what a customer of this rank brings
    order = np.argsort(-m, kind="stable")
    running = np.append(0, np.cumsum(mean[order]))
    at = np.linspace(0, len(m), 101)
    if n.sum() == 0:
        assert np.isnan(curves.gained).all()
        return
    np.testing.assert_allclose(
        curves.gained, np.interp(at, np.arange(len(m) + 1), running) / n.sum(), atol=1e-12
    )
    best = np.append(0, np.cumsum(np.sort(n)[::-1])) / n.sum()
    np.testing.assert_allclose(
        curves.perfect, np.interp(at, np.arange(len(m) + 1), best), atol=1e-12
    )


@given(rows(), st.integers(1, 7))
def test_calibration_by_counting(three, bins):
    """Every customer cut into as many parts as there are bins, so that no bin parts one."""
    m, n, w = three
    found = calibrated(forecast_sums(m, n, w, bins), "")
    each = np.repeat(np.arange(len(m)), w.astype(int))
    size = len(each)
    m, n = m[each], n[each].astype(float)
    tied = [m == one for one in m]
    mean, square = (np.array([a[t].mean() for t in tied]) for a in (n, n**2))
    order = np.repeat(np.argsort(m, kind="stable"), bins)
    for k, part in enumerate(np.split(order, bins)):
        assert found.customers[k] == pytest.approx(size / bins, rel=1e-12)
        assert found.expected[k] == pytest.approx(m[part].mean(), rel=1e-9, abs=1e-12)
        assert found.actual[k] == pytest.approx(mean[part].mean(), rel=1e-9, abs=1e-12)
        if size / bins <= 1 + 1e-9:
            continue
        spread = square[part].mean() - mean[part].mean() ** 2
        error = np.sqrt(max(spread, 0) / (size / bins - 1))
        assert found.standard_error[k] == pytest.approx(error, rel=1e-6, abs=1e-6)


def test_fractions_of_customers_are_explained(bgnbd, cdnow, held):
    said = " ".join(repr(rk.clv.calibration(bgnbd, cdnow, held)).split())
    assert "customers with equal forecasts at a border are split between the bins" in said


def test_one_customer_has_no_standard_error():
    found = calibrated(forecast_sums(np.array([1.0, 2.0]), np.array([0, 3]), np.ones(2), 2), "")
    assert np.isnan(found.standard_error).all()
    whole = calibrated(forecast_sums(np.array([1.0, 2.0]), np.array([0, 3]), np.ones(2), 1), "")
    assert whole.standard_error[0] == pytest.approx(stats.sem([0, 3]), rel=1e-12)


@given(
    st.lists(
        st.tuples(st.floats(0, 0.9), st.floats(0.0, 0.1), st.integers(1, 3)), min_size=1, max_size=9
    ),
    st.integers(1, 12),
)
def test_pit_by_its_definition(cases, bins):
    fewer, equal, w = (np.array(column, dtype=float) for column in zip(*cases, strict=True))
    found = pit_of(pit_sums(fewer, equal, w, bins), "")

    def reached(u):
        total = 0.0
        for low, p, many in zip(fewer, equal, w, strict=True):
            if u <= low:
                continue
            total += many * (1.0 if u >= low + p else (u - low) / p)
        return total / w.sum()

    edges = [k / bins for k in range(bins + 1)]
    density = [(reached(b) - reached(a)) * bins for a, b in itertools.pairwise(edges)]
    np.testing.assert_allclose(found.density, density, atol=1e-9)
    assert found.density.mean() == pytest.approx(1, rel=1e-12)
    assert found.deviation == pytest.approx(np.abs(np.array(density) - 1).mean(), abs=1e-9)
    assert found.n_customers == w.sum()


def test_the_pit_of_the_truth_is_flat():
    """Simulated customers, who do what the model says; a wrong model is not flat."""
    size = 4_000
    h = rk.PurchaseHistories.from_arrays(
        np.tile([0, 1, 4, 9], size // 4),
        np.tile([0.0, 10, 30, 36], size // 4),
        [39.0] * size,
        unit="week",
    )
    drawn = MODEL.simulate_ahead(h, 39, rng=5)
    n = np.bincount(drawn.customer, minlength=size)
    histories, held = followed(h.frequency, h.recency, h.age, n)
    flat = rk.clv.pit(MODEL, histories, held)
    # Each bar has a standard error of at most sqrt(0.1 * 0.9 / 4000) * 10 = 0.047.
    assert np.abs(flat.density - 1).max() < 4 * 0.047
    wrong = rk.clv.pit(dataclasses.replace(MODEL, r=2.0), histories, held)
    assert wrong.deviation > 3 * flat.deviation
    active = rk.clv.activity_calibration(MODEL, histories, held, bins=4)
    some = active.customers > 0
    z = (active.active - active.probability)[some] / np.sqrt(0.25 / active.customers[some])
    assert np.abs(z).max() < 4


def test_accuracy_by_hand():
    found = accuracy_of(
        np.array([1.0, 0.5]), np.array([3, 0]), np.array([1.0, 3.0]), scores=np.array([-2.0, -1.0])
    )
    assert found.predicted == 2.5
    assert found.actual == 3
    assert found.bias == pytest.approx(-1 / 6, rel=1e-14)
    assert found.mae == pytest.approx(3.5 / 4, rel=1e-14)
    assert found.rmse == pytest.approx(np.sqrt(4.75 / 4), rel=1e-14)
    assert found.log_score == -1.25
    nobody = accuracy_of(np.array([1.0]), np.array([0]), np.ones(1), scores=None)
    assert np.isnan([nobody.bias, nobody.log_score]).all()


def test_activity_by_hand():
    sums = activity_sums(np.array([0.0, 0.25, 1.0]), np.array([0, 2, 1]), np.array([1, 2, 3.0]), 2)
    assert sums.tolist() == [[3, 3], [0.5, 3], [2, 3], [1.125, 0]]
    assert brier(sums) == pytest.approx(1.125 / 6, rel=1e-14)


# Properties.


@given(rows())
def test_a_perfect_forecast(three):
    _, n, w = three
    m = n.astype(float)
    found = accuracy_of(m, n, w, scores=None)
    assert (found.mae, found.rmse) == (0, 0)
    if n.sum():
        assert found.bias == 0
        curve = gained_by(m, n, w)
        assert np.array_equal(curve[0], curve[1])
    if n.min() < n.max():
        assert gini(m, n, w) == 1
        assert gini(-m, n, w) == pytest.approx(-1, rel=1e-12)
    deciles = calibrated(forecast_sums(m, n, w, 4), "")
    np.testing.assert_allclose(deciles.expected, deciles.actual, atol=1e-12)


@settings(max_examples=25)
@given(st.randoms(use_true_random=False), st.integers(2, 3))
def test_order_and_duplicates_do_not_matter(random, times):
    x = np.array([0, 0, 1, 1, 2, 5, 9, 9])
    t_x = np.array([0.0, 0, 3, 3, 20, 30, 38, 38])
    n = np.array([0, 1, 0, 2, 1, 4, 3, 3])
    T = np.full(8, 38.0)
    order = np.repeat(np.arange(8), times)
    shuffled = order.copy()
    random.shuffle(shuffled)
    for check in CHECKS.values():
        one = check(MODEL, *followed(x[order], t_x[order], T[order], n[order]))
        other = check(MODEL, *followed(x[shuffled], t_x[shuffled], T[shuffled], n[shuffled]))
        assert one.equals(other)
    once, more = (
        rk.clv.gains(MODEL, *followed(x[rows], t_x[rows], T[rows], n[rows]))
        for rows in (np.arange(8), order)
    )
    assert once.gini == pytest.approx(more.gini, rel=1e-12)
    np.testing.assert_allclose(once.gained, more.gained, rtol=1e-12)


def test_units_do_not_matter(bgnbd, cdnow, held):
    for name, check in CHECKS.items():
        days = check(bgnbd.model.in_unit("day"), cdnow, held)
        for column, values in check(bgnbd, cdnow, held)._table().items():
            np.testing.assert_allclose(days._table()[column], values, rtol=1e-7, err_msg=name)


def test_cases_too_spread_out_for_one_number():
    T = np.array([1e5, 1e5, 1e5 + 0.3, 1.1]) + np.sqrt(2)
    x = np.array([2**60, 2**60, 3, 0])
    histories, held = followed(x, np.array([1.0, 1.0, 2.0, 0.0]), T, [1, 1, 2, 0])
    cases = outcomes(histories, held)
    assert cases.histories.frequency.tolist() == [0, 3, 2**60, 2**60]
    assert cases.weight.tolist() == [1, 1, 1, 1]
    assert cases.purchases.tolist() == [0, 2, 1, 1]


def test_models_pmf_on_many_customers_is_that_of_each(bgnbd):
    """A thousand customers and more are evaluated where they differ."""
    T = np.tile(np.arange(1.0, 40), 40)
    h = rk.PurchaseHistories.from_arrays(np.zeros(len(T)), np.zeros(len(T)), T, unit="week")
    many = bgnbd.model.conditional_count_pmf(h, 2, 39)
    few = np.concatenate(
        [bgnbd.model.conditional_count_pmf(h[k : k + 390], 2, 39) for k in range(0, len(T), 390)]
    )
    assert np.array_equal(many, few)


# Refusals.


@pytest.mark.parametrize("name", CHECKS)
def test_a_holdout_of_others_is_refused(name, log, bgnbd, cdnow, held):
    check = CHECKS[name]
    with pytest.raises(DataError, match="does not follow these histories"):
        check(bgnbd, cdnow[:100], held)
    with pytest.raises(DataError, match="does not follow these histories") as error:
        check(bgnbd, cdnow.grouped(), held)
    assert "without ids" in str(error.value)
    earlier = rk.purchase_histories(log, as_of="1997-09-01", unit="week")
    with pytest.raises(DataError, match="does not follow these histories"):
        check(bgnbd, earlier, held)
    with pytest.raises(KindError, match="`holdout` is no holdout"):
        check(bgnbd, cdnow, held.purchases)
    with pytest.raises(KindError, match="no model of purchases"):
        check(3.0, cdnow, held)
    with pytest.raises(KindError, match="reads purchase histories"):
        check(bgnbd, held, held)
    with pytest.raises(KindError, match="counts opportunities; here purchases are followed"):
        check(rk.clv.BGBB(1, 1, 1, 1), donors(), held)


@pytest.mark.parametrize("name", ["calibration", "activity_calibration", "pit"])
@pytest.mark.parametrize("bins", [0, 2.5, "ten", True])
def test_bins_are_checked(name, bins, bgnbd, cdnow, held):
    with pytest.raises(OptionError, match="`bins` must be"):
        CHECKS[name](bgnbd, cdnow, held, bins=bins)
