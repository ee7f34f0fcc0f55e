"""Satisfaction against repurchase: the table, the exceptions, and intervals that cover."""

import itertools
import json
import math

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import retentionkit as rk
from retentionkit.errors import DataError, OptionError

loyalty = rk.surveys.satisfaction_loyalty


def rows_of(counts):
    """Answers and outcomes of a table of (stayed, left, not yet observed)."""
    answers, outcome = [], []
    for answer, (stayed, left, hidden) in counts.items():
        answers += [answer] * (stayed + left + hidden)
        outcome += [True] * stayed + [False] * left + [None] * hidden
    return answers, outcome


TABLE = {1: (6, 14, 0), 2: (8, 12, 2), 3: (10, 10, 3), 4: (24, 16, 1), 5: (45, 5, 4)}


# -- worked example --------------------------------------------------------------------------------


def test_the_table_by_hand():
    answers, outcome = rows_of(TABLE)
    found = loyalty(answers, outcome)
    assert found.counts.tolist() == [list(row) for row in TABLE.values()]
    assert found.stage_counts.tolist() == [[14, 26, 2], [10, 10, 3], [69, 21, 5]]
    assert found.n == 150
    assert found.stay_rate(5).value == 0.9
    assert found.stay_rate("dissatisfied").value == 14 / 40
    assert found.stay_rate().value == 93 / 150
    assert found.difference.value == pytest.approx(69 / 90 - 14 / 40, rel=1e-14)
    assert len(found.satisfied_who_left) == 21
    assert found.satisfied_who_left.share.value == 21 / 90
    assert found.dissatisfied_who_stayed.share.value == 14 / 40
    # Who is not observed yet is in neither list.
    assert all(outcome[at] is False for at in found.satisfied_who_left.ids)
    assert all(outcome[at] is True for at in found.dissatisfied_who_stayed.ids)
    text = " ".join(repr(found).split())
    assert "150 customers with an answer of whom it is known; 10 not yet observed" in text
    assert "satisfied who left 21 of 90, 23.3 % (15.8 to 33.1 %): may be seekers" in text
    assert "captive" in text
    assert "41.7 (23.4 to 56.6) points more of the satisfied stayed" in text
    frame = found.to_frame()
    names = [*"12345", "dissatisfied", "neutral", "satisfied", "all"]
    assert frame["satisfaction"].tolist() == names
    assert frame["stayed"].tolist()[-1] == 93
    assert repr(found.satisfied_who_left).startswith("LoyaltyExceptions(21 of 90: Estimate(0.2333")
    json.dumps(found.to_dict(), allow_nan=False)


def test_published_limits_of_a_difference():
    # Newcombe (1998), example (a): 56/70 and 48/80, method 10.
    answers, outcome = rows_of({1: (48, 32, 0), 5: (56, 14, 0)})
    limits = loyalty(answers, outcome).difference.interval
    assert (round(limits.low, 4), round(limits.high, 4)) == (0.0524, 0.3339)


# -- reference -------------------------------------------------------------------------------------


def test_rates_and_association_are_those_of_scipy():
    found = loyalty(*rows_of(TABLE))
    for at, (stayed, left, _) in enumerate(TABLE.values()):
        expected = stats.binomtest(stayed, stayed + left).proportion_ci(0.95, method="wilson")
        frame = found.to_frame()
        assert frame["low"][at] == pytest.approx(expected.low, abs=1e-12)
        assert frame["high"][at] == pytest.approx(expected.high, abs=1e-12)
    x = np.repeat(np.arange(5), [s + n for s, n, _ in TABLE.values()])
    y = np.concatenate([[1] * s + [0] * n for s, n, _ in TABLE.values()])
    expected = stats.somersd(x, y)
    assert found.somers_d.value == pytest.approx(expected.statistic, rel=1e-12)


def test_the_jackknife_leaves_out_every_customer():
    x = [1, 1, 2, 3, 3, 3, 4, 5, 5]
    y = [0, 1, 0, 1, 0, 1, 1, 1, 0]
    found = loyalty(x, y)
    left_out = []
    for gone in range(9):
        pairs = [(a, b) for at, (a, b) in enumerate(zip(x, y, strict=True)) if at != gone]
        left_out.append(d_by_pairs(*zip(*pairs, strict=True)))
    error = math.sqrt(8 / 9 * sum((d - np.mean(left_out)) ** 2 for d in left_out))
    assert found.somers_d.standard_error == pytest.approx(error, rel=1e-12)
    p_value = 2 * stats.norm.sf(abs(found.somers_d.value) / error)
    assert found.p_value == pytest.approx(p_value, rel=1e-12)


@given(st.lists(st.tuples(st.integers(1, 5), st.booleans()), min_size=4, max_size=30))
def test_p_value_and_interval_tell_one_story(rows):
    found = loyalty(*map(list, zip(*rows, strict=True)))
    limits = found.somers_d.interval
    if math.isnan(limits.low):
        assert math.isnan(found.p_value)
    else:
        assert (0 in limits) == (found.p_value >= 0.05)


def test_association_without_spread_has_no_interval():
    found = loyalty([5] * 6 + [1] * 6, [1] * 6 + [0] * 6)
    assert found.somers_d.value == 1
    assert math.isnan(found.somers_d.standard_error)
    assert math.isnan(found.somers_d.interval.low)
    assert math.isnan(found.p_value)
    assert "Somers' D 1.000\n" in repr(found)


def test_exceptions_do_not_depend_on_the_order_of_rows():
    found = loyalty([5, 5, 1, 5, 1], [0, 0, 1, 0, 1], ids=["c", "a", "e", "b", "d"])
    assert found.satisfied_who_left.ids.tolist() == ["a", "b", "c"]
    assert found.dissatisfied_who_stayed.ids.tolist() == ["d", "e"]


def d_by_pairs(x, y):
    """Somers' D over all pairs with different answers."""
    signs = [
        np.sign(a - c) * np.sign(b - d)
        for (a, b), (c, d) in itertools.combinations(zip(x, y, strict=True), 2)
        if a != c
    ]
    return float(np.mean(signs))


# -- definition ------------------------------------------------------------------------------------


known = st.sampled_from([True, False, None])


@given(st.lists(st.tuples(st.integers(1, 5), known), min_size=1, max_size=30))
def test_counts_and_exceptions_by_loops(rows):
    answers, outcome = map(list, zip(*rows, strict=True))
    ids = [f"c{at}" for at in range(len(rows))]
    found = loyalty(answers, outcome, ids=ids)
    for answer in range(1, 6):
        for column, said in enumerate((True, False, None)):
            assert found.counts[answer - 1, column] == rows.count((answer, said))
    left = [i for i, (a, said) in zip(ids, rows, strict=True) if a >= 4 and said is False]
    stayed = [i for i, (a, said) in zip(ids, rows, strict=True) if a <= 2 and said is True]
    assert found.satisfied_who_left.ids.tolist() == sorted(left)
    assert found.dissatisfied_who_stayed.ids.tolist() == sorted(stayed)
    seen = [(a, int(said)) for a, said in rows if said is not None]
    if len({a for a, _ in seen}) > 1 and len({b for _, b in seen}) > 1:
        assert found.somers_d.value == pytest.approx(d_by_pairs(*zip(*seen, strict=True)))
    else:
        assert math.isnan(found.somers_d.value)
        assert "association" in repr(found)


def test_intervals_cover_the_truth():
    rng, runs = np.random.default_rng(7), 400
    rate, share = np.array([0.3, 0.35, 0.4, 0.6, 0.85]), np.array([0.1, 0.15, 0.2, 0.3, 0.25])
    gap = share[3:] @ rate[3:] / share[3:].sum() - share[:2] @ rate[:2] / share[:2].sum()
    pairs = np.triu(np.outer(share, share), 1)
    lift = rate[None, :] - rate[:, None]
    d = (pairs * lift).sum() / pairs.sum()
    covered = np.zeros(2)
    for _ in range(runs):
        x = rng.choice(5, 200, p=share)
        found = loyalty(x + 1, rng.random(200) < rate[x])
        covered += [gap in found.difference.interval, d in found.somers_d.interval]
    # Standard error 1.1 points.
    assert ((covered / runs > 0.92) & (covered / runs < 0.98)).all()


def test_not_yet_observed_never_counts_as_left():
    answers, outcome = rows_of({5: (3, 1, 0), 1: (1, 3, 0)})
    plain = loyalty(answers, outcome)
    more = loyalty([*answers, *[5] * 50], [*outcome, *[None] * 50])
    assert more.stay_rate("satisfied").value == plain.stay_rate("satisfied").value == 0.75
    assert more.difference.value == plain.difference.value
    assert more.counts[4].tolist() == [3, 1, 50]


# -- properties ------------------------------------------------------------------------------------


def test_unanswered_customers_have_a_row():
    found = loyalty([5, None, None, 9], [1, 1, 0, None], missing="drop", invalid="drop")
    assert found.unanswered.tolist() == [1, 1, 1]
    assert found.to_frame()["by"].tolist()[-2:] == ["all", "unanswered"]
    assert found.stay_rate().n == 1


def test_undefined_is_not_zero():
    found = loyalty([5, 5], [True, True])
    assert math.isnan(found.difference.value)
    assert math.isnan(found.stay_rate(1).value)
    assert math.isnan(found.dissatisfied_who_stayed.share.value)
    text = " ".join(repr(found).split())
    assert "undefined: it is known of nobody on one of the two sides" in text
    assert "dissatisfied who stayed 0 of 0 in brackets" in text
    # Two customers: the jackknife has one left, who tells nothing.
    pair = loyalty([1, 5], [False, True])
    assert pair.somers_d.value == 1
    assert "Somers' D 1.000\n" in repr(pair)


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_frames_and_order(kind):
    answers, outcome = rows_of(TABLE)
    order = np.random.default_rng(1).permutation(len(answers))
    mixed = [answers[at] for at in order], [outcome[at] for at in order]
    series = pl.Series if kind == "polars" else lambda v: pd.Series(v).convert_dtypes()
    plain, other = loyalty(answers, outcome), loyalty(series(mixed[0]), series(mixed[1]))
    assert other.counts.tolist() == plain.counts.tolist()
    assert other.somers_d == plain.somers_d
    assert type(other.to_frame()).__module__.startswith(kind)


def test_a_long_scale_is_printed_whole():
    found = loyalty(list(range(11)), [True, False] * 5 + [True], scale=(0, 10))
    assert "more rows" not in repr(found)


# -- refusals --------------------------------------------------------------------------------------


def test_nonsense_is_refused():
    found = loyalty([1, 5], [0, 1])
    for of in ("loyal", "all", 6):
        with pytest.raises(OptionError, match="`of` is not one of its choices"):
            found.stay_rate(of)
    with pytest.raises(DataError, match="does not say yes or no"):
        loyalty([1, 5], ["left", "stayed"])
    with pytest.raises(DataError, match="one value for each answer"):
        loyalty([1, 5], [True])
    with pytest.raises(DataError, match="Some questions were not answered"):
        loyalty([1, None], [True, False])
    with pytest.raises(DataError, match="'satisfaction' such as 6"):
        loyalty([1, 6], [True, False])
    with pytest.raises(DataError, match="Some ids occur more than once"):
        loyalty([1, 5], [True, False], ids=[1, 1])
    with pytest.raises(OptionError, match="`confidence`"):
        loyalty([1, 5], [True, False], confidence=2)
