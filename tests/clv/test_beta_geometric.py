"""Kernels off the trodden path, each against a computation that shares nothing with it."""

import math

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retentionkit.clv import BGNBD
from retentionkit.clv._numerics import beta_geometric as kernels
from retentionkit.clv._numerics.distinct import codes, on_distinct, on_smooth
from retentionkit.clv._numerics.rising import rising


def exact(function, a, b):
    """Average over p of Beta(a, b) by mpmath, on the logit scale where both tails are tame."""
    mp.mp.dps = 30
    a, b = mp.mpf(a), mp.mpf(b)
    centre, spread = mp.log(a / b), 15 * mp.sqrt(1 / a + 1 / b)

    def integrand(u):
        p = 1 / (1 + mp.exp(-u))
        return mp.exp(a * mp.log(p) + b * mp.log(1 / (1 + mp.exp(u)))) * function(p)

    points = mp.linspace(centre - spread - 70 / a, centre + spread + 70 / b, 61)
    return float(mp.quad(integrand, points) / mp.beta(a, b))


AWAY = [
    # s, tau, a, b: alike in dropout, alike in rate, busy customers, poles, tiny and huge times
    (10.24, 3.0, 1e4, 3e4),
    (2e4, 1e-4, 0.8, 2.4),
    (800.24, 0.9, 0.79, 802.4),
    (2.24, 1.0, 1.0, 4.4),
    (2.24, 1.0, 1.0 + 1e-9, 4.4),
    (0.24, 5.0, 0.6, 0.4),
    (2.24, 2.5e-7, 0.8, 4.4),
    (1.5, 3e5, 5.0, 2.0),
]


@pytest.mark.parametrize(("s", "tau", "a", "b"), AWAY)
def test_alive_and_purchases_off_the_path(s, tau, a, b):
    arrays = (np.array([s]), np.array([tau]), a, np.array([b]))
    alive = exact(lambda p: mp.exp(-s * mp.log1p(p * tau)), a, b)
    bought = exact(lambda p: -mp.expm1(-s * mp.log1p(p * tau)) / p, a, b)
    assert kernels.still_alive(*arrays)[0] == pytest.approx(alive, rel=1e-11)
    assert kernels.purchases_while_alive(*arrays)[0] == pytest.approx(bought, rel=1e-11)


@given(
    s=st.floats(0.05, 60),
    tau=st.floats(1e-3, 100),
    a=st.floats(0.05, 15),
    b=st.floats(0.05, 60),
)
def test_both_routes_agree(s, tau, a, b):
    arrays = (np.array([s]), np.array([tau]), a, np.array([b]))
    pairs = (
        (kernels.still_alive, kernels._log_alive),
        (kernels.purchases_while_alive, kernels._log_purchases),
    )
    for fast, log_function in pairs:
        slow = kernels._over_dropout(log_function, *arrays)
        # The hypergeometric route keeps eleven digits where it is used.
        np.testing.assert_allclose(fast(*arrays), slow, rtol=1e-10)


def test_nothing_happens_in_no_time():
    s, zero, b = np.array([0.2, 3.0]), np.zeros(2), np.array([1.0, 2.0])
    np.testing.assert_array_equal(kernels.still_alive(s, zero, 0.8, b), 1)
    np.testing.assert_array_equal(kernels.purchases_while_alive(s, zero, 1.0, b), 0)
    now = kernels.discounted_purchases(s, b, 0.8, b, delta=0.01, horizon=0.0)
    np.testing.assert_array_equal(now, 0)


def test_rising_factorials():
    x = np.array([0.0, 1.0, 5.0, 1000.0])
    found = rising(2.5, x)
    for i, number in enumerate(x):
        terms = [2.5 + j for j in range(int(number))]
        assert found.value[i] == pytest.approx(math.fsum(map(math.log, terms)), rel=1e-13)
        assert found.first[i] == pytest.approx(math.fsum(1 / t for t in terms), rel=1e-13)
        assert found.second[i] == pytest.approx(-math.fsum(t**-2 for t in terms), rel=1e-13)
    by_gamma = rising(2.5, np.array([1000.0, 2e6]))
    for part, whole in zip(by_gamma, found, strict=True):
        assert part[0] == pytest.approx(whole[3], rel=1e-11)


def test_codes_find_the_lattice():
    days = np.random.default_rng(1).integers(0, 700, 5_000)
    for unit, per_unit in (("day", 1), ("week", 7), ("month", 365.25 / 12)):
        coded = codes(days / per_unit, unit)
        np.testing.assert_array_equal(coded.codes, days)
        np.testing.assert_allclose(coded.values[coded.codes], days / per_unit, rtol=1e-15)
    odd = np.random.default_rng(2).random(3_000)
    coded = codes(odd, "week")
    np.testing.assert_array_equal(coded.values[coded.codes], odd)
    late = np.append(days[:2_000] / 7, 0.123)  # off the lattice only after the first look
    np.testing.assert_array_equal(codes(late, "week").values[codes(late, "week").codes], late)


def test_distinct_values_give_what_every_row_gives():
    rng = np.random.default_rng(4)

    def function(x, T):
        return np.log1p(x) * np.sqrt(4 + T)

    T = rng.integers(1, 700, 20_000) / 7
    for x in (rng.poisson(2.0, 20_000).astype(float), np.full(20_000, 3e6)):
        for way in (
            on_distinct(function, x, T, "week"),
            on_smooth(function, x, T, "week", offset=4.0),
        ):
            np.testing.assert_allclose(way, function(x, T), rtol=1e-12)
    same = np.full(5_000, 2.0)
    alike = on_smooth(function, same, same, "week", offset=4.0)
    np.testing.assert_allclose(alike, function(same, same), rtol=1e-14)


def test_pieces_give_what_the_whole_gives():
    x, T = np.arange(20_000.0) % 50, np.linspace(1, 90, 20_000)
    model = BGNBD(0.243, 4.414, 0.793, 2.426)
    whole = model._alive(np.tile(x, (1, 1)), T[None] / 2, T[None])[0]  # two axes are not cut up
    np.testing.assert_allclose(model._alive(x, T / 2, T), whole, rtol=1e-15)
