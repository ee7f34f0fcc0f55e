import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

import retentionkit as rk
from retentionkit.clv._simulation import purchases_until_dropout


def drawn(age, rate, dropout, seed=1):
    arrays = np.broadcast_arrays(np.atleast_1d(np.asarray(age, dtype=float)), rate, dropout)
    age, rate, dropout = (np.array(array, dtype=float) for array in arrays)
    rng = np.random.default_rng(seed)
    return purchases_until_dropout(age, rate, dropout, unit="week", rng=rng)


# Worked example: who always leaves buys once, who never leaves buys on.


def test_certain_dropout_ends_with_the_first_repeat():
    found = drawn(np.full(1_000, 30.0), 1.0, 1.0)
    # P(no purchase in 30 weeks) = e^-30.
    assert found.customer.tolist() == list(range(1_000))
    # The only purchase is the first of a Poisson process: exponential.
    assert kstest(found.time, "expon").pvalue > 0.01


def test_nobody_leaves_without_dropout():
    found = drawn(np.full(2_000, 50.0), 0.4, 0.0)
    counts = np.bincount(found.customer, minlength=2_000)
    # Poisson with mean and variance 20: four standard errors.
    assert counts.mean() == pytest.approx(20, abs=4 * np.sqrt(20 / 2_000))
    assert counts.var() == pytest.approx(20, abs=4 * 20 * np.sqrt(2 / 2_000))
    assert kstest(found.time / 50, "uniform").pvalue > 0.01


# Reference: a loop over waiting times and coins.


def test_it_agrees_with_a_loop():
    rng, age, rate, dropout, size = np.random.default_rng(2), 20.0, 0.3, 0.25, 20_000
    counts, lasts = np.zeros(size), np.zeros(size)
    for i in range(size):
        at = rng.exponential(1 / rate)
        while at <= age:
            counts[i], lasts[i] = counts[i] + 1, at
            at = at + rng.exponential(1 / rate) if rng.random() >= dropout else np.inf
    found = drawn(np.full(size, age), rate, dropout, seed=3)
    made = np.bincount(found.customer, minlength=size)
    last = np.zeros(size)
    np.maximum.at(last, found.customer, found.time)
    for mine, loop in ((made, counts), (last, lasts), (made == 1, counts == 1)):
        spread = np.sqrt((np.var(mine) + np.var(loop)) / size)
        assert abs(np.mean(mine) - np.mean(loop)) < 4 * spread


# Definition.


def test_the_result_is_a_table_of_purchases():
    found = drawn([10.0, 0.0, 30.0], [0.5, 0.5, 0.2], 0.1)
    table = found.to_frame()
    assert list(table) == ["customer", "time"]
    assert table["time"].tolist() == found.time.tolist()
    assert found.rate.tolist() == [0.5, 0.5, 0.2]
    assert found.dropout.tolist() == [0.1] * 3
    assert found.unit == "week"
    assert repr(found).startswith("Simulated repeat purchases")
    for name in ("customer", "time", "rate", "dropout"):
        assert not getattr(found, name).flags.writeable


def test_no_time_means_no_purchase():
    found = drawn(np.zeros(5), 3.0, 0.1)
    assert len(found.customer) == len(found.time) == 0


# Properties.


@given(
    age=st.lists(st.floats(0, 200), min_size=1, max_size=30),
    rate=st.floats(0, 2),
    dropout=st.floats(0, 1),
    seed=st.integers(0, 999),
)
def test_times_are_sorted_within_customers_and_ages(age, rate, dropout, seed):
    found = drawn(age, rate, dropout, seed)
    ages = np.array(age)
    assert ((found.time >= 0) & (found.time <= ages[found.customer])).all()
    assert (np.diff(found.customer) >= 0).all()
    same = np.diff(found.customer) == 0
    assert (np.diff(found.time)[same] >= 0).all()
    assert found.equals(drawn(age, rate, dropout, seed))


def test_a_seed_says_it_all():
    model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
    one, same, other = (model.simulate([39.0] * 50, rng=seed) for seed in (1, 1, 2))
    assert one.equals(same)
    assert not one.equals(other)
