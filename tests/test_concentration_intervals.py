"""Whether the intervals of concentration hold what they say."""

import math

import numpy as np
import pytest
from scipy import stats

from retentionkit.concentration import _formulas as formulas
from retentionkit.concentration._sample import Sample
from retentionkit.errors import OptionError
from retentionkit.rfm import concentration

FIGURES = {
    "gini": formulas.gini,
    "top": lambda sample: formulas.top_share(sample, 0.23),
    "needed": lambda sample: formulas.share_needed(sample, 0.77),
    "square": lambda sample: formulas.Figure(formulas.hhi(sample).value * sample.n, math.nan),
}


def influences(monkeypatch, sample, of):
    """What the influence function of a figure is at each value."""
    seen = []

    def keep(_, value, influence):
        seen.append(influence)
        return formulas.Figure(value, math.nan)

    monkeypatch.setattr(formulas, "figure", keep)
    of(sample)
    return seen[0]


# Worked example: by hand.


def test_standard_error_of_a_share_of_equal_payers():
    # 30 of 100 customers bring the same and the others nothing: the share needed for all of it is
    # a binomial share, the Gini coefficient one less that share.
    found = concentration([5.0] * 30 + [0.0] * 70)
    error = math.sqrt(0.3 * 0.7 / 99)
    assert found.share_needed(1).standard_error == pytest.approx(error, rel=1e-12)
    assert found.gini.value == pytest.approx(0.7, rel=1e-14)
    assert found.gini.standard_error == pytest.approx(error, rel=1e-12)
    assert found.gini.interval.low == pytest.approx(0.7 - 1.959964 * error, abs=1e-7)


# Reference: the bootstrap, and the percentiles of scipy.


def test_influence_functions_agree_with_the_bootstrap():
    rng = np.random.default_rng(4)
    values = rng.gamma(0.8, 30.0, 1_500)
    found = concentration(values)
    again = [concentration(rng.choice(values, len(values))) for _ in range(1_500)]
    for of in (
        lambda one: one.gini,
        lambda one: one.top_share(0.2),
        lambda one: one.share_needed(0.8),
        lambda one: one.effective_customers,
    ):
        spread = np.std([of(one).value for one in again])
        # 1,500 resamples tell a spread to 2 %; four times that.
        assert of(found).standard_error == pytest.approx(spread, rel=0.08)


def test_bootstrap_intervals_agree_for_many_customers():
    found = concentration(np.random.default_rng(4).gamma(0.8, 30.0, 3_000))
    drawn = found.bootstrap(n_resamples=600, rng=1)
    for name in ("gini", "gini_unbiased", "hhi", "effective_customers"):
        one, other = getattr(found, name), getattr(drawn, name)
        width = one.interval.high - one.interval.low
        # Quantiles of 600 resamples are known to a twentieth of the width or so.
        assert other.interval.low == pytest.approx(one.interval.low, abs=0.15 * width)
        assert other.interval.high == pytest.approx(one.interval.high, abs=0.15 * width)
        assert other.value == one.value
    assert drawn.top_share.value == found.top_share(0.2).value
    assert drawn.share_needed.value == found.share_needed(0.8).value
    assert (drawn.n_resamples, drawn.gini.n) == (600, 3_000)
    assert "600" in repr(drawn)
    assert "share_of_top_20_percent" in drawn.to_frame()["figure"].tolist()


def test_studentised_intervals_are_those_of_resamples_by_hand():
    values = np.array([1.0, 2.0, 2.0, 4.0, 9.0, 30.0])
    drawn = concentration(values).bootstrap(n_resamples=200, rng=7, customers=0.5, value=0.5)
    found, rng = concentration(values), np.random.default_rng(7)
    distances, logs = [], []
    for _ in range(200):
        # The rows of a sample with one customer per row, drawn as from the sorted values.
        again = concentration(values[(rng.random(6) * 6).astype(int)])
        one, inverse = again.top_share(0.5), again.effective_customers
        if one.standard_error > 0:
            distances.append((one.value - found.top_share(0.5).value) / one.standard_error)
        if inverse.standard_error > 0:
            ratio = inverse.value / found.effective_customers.value
            logs.append(math.log(ratio) * inverse.value / inverse.standard_error)
    here = found.top_share(0.5)
    low, high = np.quantile(distances, [0.975, 0.025])
    assert drawn.top_share.interval.low == pytest.approx(
        max(here.value - low * here.standard_error, 0.5), rel=1e-12
    )
    assert drawn.top_share.interval.high == pytest.approx(
        min(here.value - high * here.standard_error, 1), rel=1e-12
    )
    here = found.effective_customers
    factor = np.exp(-np.quantile(logs, [0.975, 0.025]) * here.standard_error / here.value)
    limits = drawn.effective_customers.interval
    assert (limits.low, limits.high) == pytest.approx(np.clip(here.value * factor, 1, 6), rel=1e-9)


# Definition: what one more customer changes, and how often the truth is inside.


@pytest.mark.parametrize("name", FIGURES)
def test_influence_is_the_derivative_by_a_customer(name, monkeypatch):
    of = FIGURES[name]
    value = np.sort(np.random.default_rng(1).lognormal(0, 1, 41)) / 100
    count = np.random.default_rng(2).integers(1, 4, 41).astype(float)
    sample = Sample(value, count, 0)
    step = 1e-5
    slopes = []
    for at in range(41):
        one = np.eye(41)[at] * step
        up, down = (of(Sample(value, count + sign * one, 0)).value for sign in (1, -1))
        slopes.append((up - down) / (2 * step) * sample.n)
    # The derivative in the number of customers, n times over, is the influence.
    np.testing.assert_allclose(influences(monkeypatch, sample, of), slopes, rtol=1e-5, atol=1e-5)


def test_influence_of_the_normalised_form_is_the_derivative_too(monkeypatch):
    value = np.array([-0.5, -0.2, 0.0, 0.1, 0.3, 0.9])
    sample = Sample(value, np.array([3.0, 5, 2, 9, 4, 2]), 0)
    slopes = []
    for at in range(6):
        one = np.eye(6)[at] * 1e-5
        up, down = (
            formulas.gini(Sample(value, sample.customers + sign * one, 0)).value for sign in (1, -1)
        )
        slopes.append((up - down) / 2e-5 * sample.n)
    found = influences(monkeypatch, sample, formulas.gini)
    np.testing.assert_allclose(found, slopes, rtol=1e-6, atol=1e-6)


def lognormal(sigma):
    """Draws, and the true Gini, top fifth and customers needed for 80 %."""
    norm = stats.norm
    truth = {
        "gini": 2 * norm.cdf(sigma / math.sqrt(2)) - 1,
        "top": norm.cdf(sigma - norm.ppf(0.8)),
        "needed": norm.sf(sigma - norm.ppf(0.8)),
    }
    return lambda rng, n: np.exp(sigma * rng.standard_normal(n)), truth


def pareto(shape):
    """The same for a Pareto distribution; its variance is finite above a shape of 2."""
    power = 1 - 1 / shape
    truth = {"gini": 1 / (2 * shape - 1), "top": 0.2**power, "needed": 0.8 ** (1 / power)}
    return lambda rng, n: (1 - rng.random(n)) ** (-1 / shape), truth


def covered(law, n, rounds, seed):
    draw, truth = law
    rng = np.random.default_rng(seed)
    inside = dict.fromkeys(truth, 0)
    for _ in range(rounds):
        found = concentration(draw(rng, n))
        inside["gini"] += truth["gini"] in found.gini_unbiased.interval
        inside["top"] += truth["top"] in found.top_share(0.2).interval
        inside["needed"] += truth["needed"] in found.share_needed(0.8).interval
    return {name: count / rounds for name, count in inside.items()}


@pytest.mark.parametrize(
    ("law", "n", "least"),
    [
        (lognormal(0.5), 500, 0.93),
        (lognormal(1.0), 2_000, 0.905),
        # Heavy tails: the largest customers to come are not in the sample.
        (pareto(3.0), 2_000, 0.90),
    ],
    ids=["lognormal 0.5", "lognormal 1", "Pareto 3"],
)
def test_intervals_cover_the_truth(law, n, least):
    """Coverage of 1,200 rounds is known to 0.0063 (one standard error): bounds leave two more."""
    for name, share in covered(law, n, 1_200, seed=11).items():
        assert least <= share <= 0.97, (name, share)


def test_the_hhi_of_light_tails_is_covered():
    """Gamma(2): E X² / μ² is 1.5; log-scale limits at n = 1,000."""
    rng, inside = np.random.default_rng(3), 0
    for _ in range(1_000):
        found = concentration(rng.gamma(2.0, 1.0, 1_000))
        inside += 1_000 / 1.5 in found.effective_customers.interval
    assert 0.925 <= inside / 1_000 <= 0.97


# Properties.


def test_confidence_widens_every_interval():
    values = np.random.default_rng(1).gamma(1.0, 1.0, 200)
    narrow, wide = (concentration(values, confidence=level) for level in (0.8, 0.99))
    for name in ("gini", "gini_unbiased", "hhi", "effective_customers"):
        one, other = getattr(narrow, name).interval, getattr(wide, name).interval
        assert other.low < one.low < one.high < other.high
    assert wide.top_share(0.1).interval.confidence == 0.99
    drawn = wide.bootstrap(n_resamples=100)
    assert drawn.gini.interval.confidence == 0.99


def test_the_bootstrap_is_the_same_each_time():
    found = concentration([1.0, 2.0, 3.0, 9.0])
    assert found.bootstrap(n_resamples=100).equals(found.bootstrap(n_resamples=100, rng=0))
    other = found.bootstrap(n_resamples=100, rng=5)
    assert not found.bootstrap(n_resamples=100).equals(other)


def test_weights_are_drawn_as_customers():
    long = concentration(np.repeat([1.0, 2.0, 10.0], [4, 3, 2])).bootstrap(n_resamples=100)
    short = concentration([1.0, 2.0, 10.0], weight=[4, 3, 2]).bootstrap(n_resamples=100)
    assert long.equals(short)


def test_what_is_undefined_stays_so_in_the_bootstrap():
    mixed = concentration([-1.0, 2.0, 3.0], negative="normalised").bootstrap(n_resamples=100)
    assert math.isnan(mixed.top_share.interval.low)
    assert mixed.gini.value in mixed.gini.interval
    one = concentration([3.0]).bootstrap(n_resamples=100)
    assert math.isnan(one.gini.interval.low)
    assert one.gini.value == 0


# Refusals.


def test_the_bootstrap_refuses_what_it_cannot_draw():
    found = concentration([1.0, 2.0])
    for wrong in (99, "many", math.inf):
        with pytest.raises(OptionError, match="`n_resamples` must be"):
            found.bootstrap(n_resamples=wrong)
    with pytest.raises(OptionError, match="draws whole customers"):
        found.bootstrap(n_resamples=100.5)
    with pytest.raises(OptionError, match="draws whole customers"):
        concentration([1.0, 2.0], weight=[0.5, 3]).bootstrap()
    with pytest.raises(OptionError, match="`customers` must be"):
        found.bootstrap(customers=20)
    with pytest.raises(OptionError, match="`value` must be"):
        found.bootstrap(value=0)
