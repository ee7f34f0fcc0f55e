import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

import retentionkit as rk
from retentionkit.clv._models.simulation import purchases_until_dropout, purchases_while_alive


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


def test_histories_count_the_purchases_and_keep_the_last():
    found = drawn([10.0, 20.0, 30.0, 40.0], [2.0, 0.0, 0.5, 0.5], [0.1, 0.1, 0.2, 0.0], seed=4)
    h = found.to_histories()
    assert h.unit == "week"
    assert h.age.tolist() == [10, 20, 30, 40]
    for i in range(4):
        mine = found.time[found.customer == i]
        assert h.frequency[i] == len(mine)
        assert h.recency[i] == (mine.max() if len(mine) else 0.0)


def test_customers_are_placed_among_others():
    few = drawn([10.0, 10.0], [1.5, 0.8], [0.05, 0.1], seed=2)
    found = few.placed(np.array([3, 1]), np.full(5, 10.0))
    for old, new in ((0, 3), (1, 1)):
        assert found.time[found.customer == new].tolist() == few.time[few.customer == old].tolist()
        assert found.rate[new] == few.rate[old]
        assert found.dropout[new] == few.dropout[old]
    others = [0, 2, 4]
    assert np.isnan(found.rate[others]).all()
    assert np.isnan(found.dropout[others]).all()
    counts = found.to_histories().frequency
    assert counts[others].tolist() == [0, 0, 0]
    assert counts.sum() == len(few.time) > 0
    assert found.age.tolist() == [10.0] * 5


def test_who_left_at_once_buys_nothing():
    size, rng = 400, np.random.default_rng(3)
    left = np.arange(size) % 2 == 0
    found = purchases_until_dropout(
        np.full(size, 30.0),
        np.full(size, 1.0),
        np.full(size, 0.2),
        unit="week",
        rng=rng,
        left=left,
    )
    counts = found.to_histories().frequency
    assert (counts[left] == 0).all()
    assert (counts[~left] > 0).all()  # a silence of 30 usual pauses has probability e^-30


def test_lifetimes_end_the_purchases():
    size = 3_000
    lifetime = np.where(np.arange(size) % 2, 5.0, np.inf)
    found = purchases_while_alive(
        np.full(size, 20.0),
        np.full(size, 0.4),
        np.zeros(size),
        lifetime,
        unit="week",
        rng=np.random.default_rng(8),
    )
    short = lifetime[found.customer] == 5
    assert found.time[short].max() <= 5
    counts = found.to_histories().frequency
    # Poisson with means 2 and 8: four standard errors.
    for some, mean in ((counts[1::2], 2.0), (counts[::2], 8.0)):
        assert some.mean() == pytest.approx(mean, abs=4 * np.sqrt(2 * mean / size))
    assert kstest(found.time[~short] / 20, "uniform").pvalue > 0.01


def test_ahead_counts_from_today_and_nobody_returns():
    model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
    gone = rk.PurchaseHistories.from_arrays([40] * 50, [10.0] * 50, [300.0] * 50, unit="week")
    ahead = model.simulate_ahead(gone, "10 years", rng=1)
    assert model.probability_alive(gone).max() < 1e-30
    assert len(ahead.time) == 0
    assert np.isnan(ahead.rate).all()
    busy = rk.PurchaseHistories.from_arrays([40] * 50, [300.0] * 50, [300.0] * 50, unit="week")
    one, same, other = (model.simulate_ahead(busy, 26, rng=seed) for seed in (1, 1, 2))
    assert one.equals(same)
    assert not one.equals(other)
    assert one.age.tolist() == [26.0] * 50
    assert one.time.min() > 0
    assert one.time.max() <= 26


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
