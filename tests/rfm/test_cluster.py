"""Clusters: planted ones are found, and what is none does not come back."""

import dataclasses
import itertools
import json
import math
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import retentionkit as rk
from retentionkit.errors import (
    DataError,
    KindError,
    MissingExtraError,
    OptionError,
    RetentionKitWarning,
)
from retentionkit.results import frozen_array
from retentionkit.rfm import _clusters
from retentionkit.rfm._cluster_centres import centres_of
from retentionkit.rfm._cluster_stability import adjusted_rand, crossed, returned, stability_of
from retentionkit.rfm._cluster_tree import short_between
from retentionkit.rfm._clustering import _choice, _Trial
from strategies import frame_of


def measures(days, orders, spend, *, customer=None, **more):
    """A table of measures that are given."""
    log = pd.DataFrame({"customer_id": [1], "date": pd.to_datetime(["2025-12-31"]), "amount": [1]})
    table = rk.rfm.measure(rk.Transactions(log), window="12 months")
    orders = np.asarray(orders)
    money = None if spend is None else np.asarray(spend, dtype=float)
    arrays = {
        "customer": np.arange(len(orders)) if customer is None else customer,
        "days_since_last": np.where(orders > 0, np.asarray(days, dtype=float), np.nan),
        "orders": orders,
        "active_days": orders,
        "net_spend": money,
        "mean_order_value": None
        if money is None
        else np.divide(money, orders, out=np.full(len(orders), np.nan), where=orders > 0),
    }
    frozen = {name: None if x is None else frozen_array(x, x.dtype) for name, x in arrays.items()}
    return dataclasses.replace(table, **frozen, **more)


def planted(sizes=(40, 60, 100), *, seed=0, **more):
    """Customers of three kinds: best ones, lapsed ones, and those who bought once."""
    rng = np.random.default_rng(seed)
    kinds = [(10, 30, 3_000.0), (200, 8, 500.0), (400, 1, 20.0)]
    truth = np.repeat([0, 1, 2], sizes)
    rows = [kinds[at] for at in truth]
    days = [rng.poisson(d) for d, _, _ in rows]
    orders = [1 + rng.poisson(k - 1) for _, k, _ in rows]
    spend = [m * rng.lognormal(0, 0.2) for _, _, m in rows]
    shuffled = rng.permutation(len(truth))
    table = measures(*(np.array(x)[shuffled] for x in (days, orders, spend)), **more)
    return table, truth[shuffled]


def blob(n=600, seed=1):
    """Customers who are one normal distribution in the space where they are compared."""
    z = np.random.default_rng(seed).normal(size=(n, 3))
    days = np.rint(np.expm1(6 + 0.5 * z[:, 0]))
    orders = np.rint(np.expm1(9 + 0.5 * z[:, 1])).astype(int)
    return measures(days, orders, np.sinh(z[:, 2]))


@pytest.fixture(scope="module")
def cdnow():
    log = rk.Transactions(rk.datasets.load_cdnow())
    return rk.rfm.measure(log, as_of="1997-12-31")


@pytest.fixture(scope="module")
def found(cdnow):
    return rk.rfm.cluster(cdnow, clusters=4, resamples=10)


# -- worked example --------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["kmeans", "gaussian-mixture"])
def test_planted_clusters_are_found_and_come_back(method):
    table, truth = planted()
    found = rk.rfm.cluster(table, clusters=3, method=method, resamples=5)
    assert found.segments.position.tolist() == truth.tolist()
    assert found.counts.tolist() == [40, 60, 100]
    assert found.stability.mean > 0.99
    assert (found.stability.jaccard > 0.99).all()
    assert found.stability.reading.startswith("The clusters come back")
    assert found.notes == ()
    assert found.silhouette > 0.7 > found.cloud_silhouette + 0.2
    assert found.tree.fidelity == 1
    assert found.tree.unexplained == ()
    assert found.method == method
    assert math.isnan(found.bic) == (method == "kmeans")
    assert found.names == ("cluster_1", "cluster_2", "cluster_3")
    assert found.segments.labels(language="zh")[truth == 0][0] == "客群 1"
    assert found.segments.ranked


def test_one_blob_is_no_structure():
    found = rk.rfm.cluster(blob(), clusters=3, resamples=10)
    assert found.stability.mean < 0.6
    assert found.silhouette == pytest.approx(found.cloud_silhouette, abs=0.02)
    assert found.notes[0].startswith("They lie no further apart")
    assert "no structure of the data" in found.stability.reading
    assert "no structure of the data" in repr(found)


def test_cdnow(found, cdnow):
    assert found.counts.sum() == len(cdnow) == found.n == found.n_fitted
    frame = found.to_frame()
    assert frame["customers"].tolist() == found.counts.tolist()
    assert frame["share"].sum() == pytest.approx(1, rel=1e-12)
    assert frame["mean_net_spend"].is_monotonic_decreasing
    assert found.tree.fidelity > 0.85
    json.dumps(found.to_dict(), allow_nan=False)
    json.dumps(found.tree.to_dict(), allow_nan=False)
    assert "adjusted Rand index" in repr(found)
    assert "arsinh(net_spend / median)" in found.definition
    assert "resamples  " in repr(found.stability)
    assert found.stability.to_frame()["jaccard"].tolist() == found.stability.jaccard.tolist()


def test_segments_go_where_segments_go():
    log = rk.Transactions(rk.datasets.load_cdnow())
    before, after = (
        rk.rfm.measure(log, as_of=day, window="12 months") for day in ("1997-12-31", "1998-06-30")
    )
    found = rk.rfm.cluster(before, clusters=4, resamples=0)
    profile = rk.rfm.profile(found.segments)
    assert profile.to_frame()["customers"].tolist()[:4] == found.counts.tolist()
    moves = rk.rfm.migration(found.segments, found.assign(after))
    assert set(found.names) <= set(moves.to_frame().iloc[:, 0])


# -- reference -------------------------------------------------------------------------------------


def test_k_means_leaves_nobody_to_move():
    # The least sum of squares over all partitions of a few customers, by trying them all.
    rng = np.random.default_rng(3)
    table = measures(rng.integers(0, 300, 9), rng.integers(1, 9, 9), rng.uniform(1, 90, 9))
    found = rk.rfm.cluster(table, clusters=3, resamples=0)
    z = found.space.coordinates(table)

    def squares(position):
        parts = [z[position == at] for at in set(position.tolist())]
        return sum(((part - part.mean(axis=0)) ** 2).sum() for part in parts)

    best = min(squares(np.array(p)) for p in itertools.product(range(3), repeat=9))
    assert squares(found.segments.position) == pytest.approx(best, rel=1e-9)
    assert found.stability is None
    assert "stability" not in repr(found)
    assert "jaccard" not in found.to_frame().columns


def test_the_mixture_assigns_as_scikit_learn_does(cdnow):
    from sklearn.mixture import GaussianMixture  # noqa: PLC0415 - checked without a door

    found = rk.rfm.cluster(cdnow, clusters=4, method="gaussian-mixture", resamples=0)
    z = found.space.coordinates(cdnow)
    theirs = GaussianMixture(4)
    theirs.means_, theirs.weights_ = found.parts.points, found.parts.weights
    theirs.precisions_cholesky_ = found.parts.factors
    np.testing.assert_array_equal(theirs.predict(z), found.parts.place(z))
    assert found.bic == pytest.approx(theirs.bic(z), rel=1e-9)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=2, max_size=30))
def test_agreement_as_scikit_learn_says_it(pairs):
    from sklearn.metrics import adjusted_rand_score  # noqa: PLC0415 - checked without a door

    one, other = np.array(pairs).T
    table = crossed(one, other, np.ones(len(one), dtype=np.int64))
    assert adjusted_rand(table) == pytest.approx(adjusted_rand_score(one, other), abs=1e-12)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=2, max_size=30))
def test_jaccard_as_sets_say_it(pairs):
    one, other = np.array(pairs).T
    table = crossed(one, other, np.ones(len(one), dtype=np.int64))
    sets = [
        [set(np.flatnonzero(part == at).tolist()) for at in range(part.max() + 1)]
        for part in (one, other)
    ]
    for at, mine in enumerate(sets[0]):
        shares = [len(mine & new) / len(mine | new) for new in sets[1] if mine | new]
        assert returned(table)[at] == pytest.approx(max(shares, default=0), abs=1e-12)


def test_stability_by_hand():
    # Four customers in halves; once the same halves with other numbers, once the crossed ones.
    halves, same, crosswise = np.array([[0, 0, 1, 1], [1, 1, 0, 0], [0, 1, 0, 1]])
    made = stability_of(("a", "b"), halves, np.ones(4, dtype=np.int64), [same, crosswise])
    # Crossed: no pair stays together, 2/3 is expected of at most 2: -(2/3) / (2 - 2/3).
    np.testing.assert_allclose(made.adjusted_rand, [1, -0.5], rtol=1e-12)
    assert made.mean == pytest.approx(0.25)
    np.testing.assert_allclose([made.spread.low, made.spread.high], [-0.425, 0.925])
    np.testing.assert_allclose(made.jaccard, [(1 + 1 / 3) / 2] * 2)
    assert made.n == 4


@pytest.mark.parametrize(
    ("mean", "says"), [(0.59, "no structure"), (0.7, "borders of these"), (0.9, "can be repro")]
)
def test_readings(found, mean, says):
    assert says in dataclasses.replace(found.stability, mean=mean).reading


# -- definition ------------------------------------------------------------------------------------


def test_the_space_is_what_it_is_said_to_be(found, cdnow):
    money = cdnow.net_spend
    raw = [
        np.log1p(cdnow.days_since_last),
        np.log1p(cdnow.orders),
        np.arcsinh(money / np.median(np.abs(money[money != 0]))),
    ]
    want = np.column_stack([(x - x.mean()) / x.std() for x in raw])
    np.testing.assert_allclose(found.space.coordinates(cdnow), want, atol=2e-9)


def test_centres_are_medians_and_means(found, cdnow):
    for at in range(len(found.names)):
        mine = found.segments.position == at
        assert found.centres["orders"][at] == np.median(cdnow.orders[mine])
        assert found.centres["days_since_last"][at] == np.median(cdnow.days_since_last[mine])
        assert found.centres["net_spend"][at] == np.median(cdnow.net_spend[mine])
        assert found.mean_spend[at] == pytest.approx(cdnow.net_spend[mine].mean(), rel=1e-12)
        z = found.space.coordinates(cdnow)[mine]
        np.testing.assert_allclose(found.parts.points[at], z.mean(axis=0), atol=1e-9)


def test_rules_of_the_tree_are_what_the_table_says(found, cdnow):
    tree = found.tree
    by_rules = tree.rules.assign(cdnow)
    assert by_rules.n_unassigned == 0
    assert tree.rules.lint(cdnow).clean
    own = np.array(found.segments.labels())
    assert (by_rules.labels() == own).mean() == pytest.approx(tree.fidelity, rel=1e-12)
    assert tree.customers.sum() == tree.n == len(cdnow)
    assert (tree.right * tree.customers).sum() / tree.n == pytest.approx(tree.fidelity)
    for rule, customers, right in zip(tree.rules.rules, tree.customers, tree.right, strict=True):
        met = np.ones(len(cdnow), dtype=bool)
        for name, bound in rule.conditions.items():
            values = getattr(cdnow, name)
            met &= (values >= (bound.low or -math.inf)) & (values < (bound.high or math.inf))
        assert met.sum() == customers
        assert (own[met] == rule.name).mean() == pytest.approx(right)
    assert "orders" in repr(tree)


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_a_short_cut_lies_between(low, gap):
    high = low + gap
    cut = short_between(low, high)
    assert low < cut <= high


def test_a_cut_between_neighbours_is_the_upper_one():
    assert short_between(1.0, math.nextafter(1.0, 2.0)) == math.nextafter(1.0, 2.0)
    assert short_between(61.337, 61.352) == 61.34


@given(st.integers(0, 10_000), st.integers(1, 50))
def test_a_cut_between_counts_is_a_count(low, gap):
    cut = short_between(low, low + gap)
    assert cut == int(cut)
    assert low < cut <= low + gap


def test_a_small_cluster_may_stay_without_a_rule():
    table, _ = planted()
    found = rk.rfm.cluster(table, clusters=3, depth=1, resamples=0)
    assert len(found.tree.unexplained) == 1
    assert f"unexplained  {found.tree.unexplained[0]}" in repr(found.tree)
    assert len(found.tree.customers) == 2


def test_the_number_is_chosen():
    table, _ = planted()
    for method in ("kmeans", "gaussian-mixture"):
        found = rk.rfm.cluster(table, clusters=range(2, 6), method=method, resamples=4)
        assert found.choice.chosen == len(found.names) == 3
        frame = found.choice.to_frame()
        assert frame["clusters"].tolist() == [2, 3, 4, 5]
        assert frame["chosen"].tolist() == [False, True, False, False]
        assert ("bic" in frame.columns) == (method == "gaussian-mixture")
        alone = rk.rfm.cluster(table, clusters=3, method=method, resamples=4)
        assert alone.choice is None
        assert alone.equals(dataclasses.replace(found, choice=None))
        assert "chosen" in repr(found.choice)


def test_what_does_not_come_back_is_not_chosen():
    trials = {k: _trial(rand, apart) for k, rand, apart in [(2, 0.5, 0.9), (3, 0.7, 0.4)]}
    made = _choice(trials, "kmeans", None)
    assert made.chosen == 3
    assert made.definition.endswith("0.6 or more.")
    loose = _choice({2: _trial(0.5, 0.3), 3: _trial(0.4, 0.4)}, "kmeans", None)
    assert loose.chosen == 3
    assert loose.definition.endswith("which none has: the greatest of all.")
    unknown = _choice({2: _trial(None, 0.5), 3: _trial(None, math.nan)}, "kmeans", None)
    assert unknown.chosen == 2
    assert np.isnan(unknown.adjusted_rand).all()


def _trial(rand, apart):
    stability = None
    if rand is not None:
        halves, weight = np.array([0, 0, 1, 1]), np.ones(4, dtype=np.int64)
        stability = dataclasses.replace(
            stability_of(("a", "b"), halves, weight, [halves]), mean=rand
        )
    parts = centres_of(np.zeros((2, 1)))
    return _Trial(parts, np.zeros(4, dtype=np.int64), stability, apart, math.nan, ())


def test_a_mixture_may_have_parts_for_nobody():
    # The middle part is as wide as the others but rarer everywhere.
    parts = centres_of(
        np.array([[-1.0], [0.0], [1.0]]), np.ones((3, 1, 1)), np.array([0.495, 0.01, 0.495])
    )
    assert set(parts.place(np.linspace(-3, 3, 61)[:, None]).tolist()) == {0, 2}


def test_parts_for_nobody_and_searches_without_end_are_told(monkeypatch):
    table, _ = planted()
    learn = _clusters.learn

    def worse(*given, **more):
        parts = learn(*given, **more).parts
        far = np.append(parts.points, [[99.0, 99.0, 99.0]], axis=0)
        return _clusters.Learned(centres_of(far), math.nan, converged=False)

    monkeypatch.setattr(_clusters, "learn", worse)
    found = rk.rfm.cluster(table, clusters=3, resamples=2)
    assert len(found.names) == 3
    assert found.notes == ("The search for the clusters did not converge.",)
    two = _clusters.Learned(centres_of([[0.0] * 3, [99.0] * 3]), math.nan, converged=True)
    monkeypatch.setattr(_clusters, "learn", lambda *_, **__: two)
    alone = rk.rfm.cluster(table, clusters=2, resamples=2)
    assert alone.notes == ("1 of 2 parts are the most probable one for nobody.",)
    assert alone.counts.tolist() == [200]
    assert math.isnan(alone.silhouette)
    assert "silhouette" not in repr(alone)
    assert [str(rule) for rule in alone.tree.rules.rules] == ["cluster_1: orders ≥ 1"]


def test_later_customers_are_assigned_to_the_same_clusters(found, cdnow):
    again = found.assign(cdnow)
    assert again.position.tolist() == found.segments.position.tolist()
    assert again.names == found.names
    assert found.assign(rk.rfm.score(cdnow)).equals(again)
    one = found.assign(cdnow[[5]])
    assert one.position.tolist() == [found.segments.position[5]]


def test_a_window_of_another_length_is_told(found):
    log = rk.Transactions(rk.datasets.load_cdnow())
    later = rk.rfm.measure(log, as_of="1998-06-30")
    with pytest.warns(RetentionKitWarning, match="orders and spend grow with the window"):
        found.assign(later)


def test_without_money_there_are_two_features():
    table, truth = planted()
    bare = measures(table.days_since_last, table.orders, None)
    found = rk.rfm.cluster(bare, clusters=3, resamples=2)
    assert found.space.features == ("days_since_last", "orders")
    assert (found.segments.position == truth).mean() > 0.95
    assert found.mean_spend is None
    assert found.definition.endswith("falling mean orders.")
    assert "mean_net_spend" not in found.to_frame().columns


def test_features_that_are_asked_for():
    table, _ = planted()
    found = rk.rfm.cluster(table, clusters=2, features=["mean_order_value"], resamples=0)
    assert list(found.centres) == ["days_since_last", "orders", "net_spend", "mean_order_value"]
    assert found.space.features == ("mean_order_value",)
    assert {name for rule in found.tree.rules.rules for name in rule.conditions} == {
        "mean_order_value"
    }


def test_who_only_sent_goods_back_stands_apart():
    table, truth = planted()
    more = measures(
        [*table.days_since_last, 3, 4], [*table.orders, 0, 0], [*table.net_spend, -5.0, -9.0]
    )
    found = rk.rfm.cluster(more, clusters=3, resamples=2)
    assert found.segments.position.tolist() == [*truth.tolist(), -2, -2]
    assert found.n == 200
    assert found.tree.n == 200
    assert "2 customers without an order" in repr(found)
    plain = rk.rfm.cluster(table, clusters=3, resamples=2)
    assert found.stability.equals(plain.stability)
    assert found.parts.points.tolist() == plain.parts.points.tolist()


def test_a_sample_is_told_and_everybody_is_assigned():
    table, truth = planted((400, 600, 1_000))
    found = rk.rfm.cluster(table, clusters=3, sample=300, resamples=2)
    assert found.n_fitted == 300
    assert found.stability.n == 300
    assert (found.segments.position == truth).mean() > 0.995
    assert found.notes == ("Made of 300 evenly spaced customers; all are assigned.",)
    assert "evenly spaced" in repr(found)


def test_each_in_a_cluster_of_its_own():
    table = measures([1, 50, 300], [9, 4, 1], [90.0, 30.0, 5.0])
    found = rk.rfm.cluster(table, clusters=3, resamples=3)
    assert found.segments.position.tolist() == [0, 1, 2]
    assert math.isnan(found.silhouette)
    assert "silhouette" not in repr(found)


def test_a_measure_that_all_share_does_not_matter():
    table = measures([1, 2, 300, 320], [2, 2, 2, 2], [0.0, 0.0, 0.0, 0.0])
    found = rk.rfm.cluster(table, clusters=2, resamples=0)
    assert sorted(found.counts.tolist()) == [2, 2]
    np.testing.assert_array_equal(found.space.spread[1:], [1, 1])


def test_frames_come_back_in_the_kind_of_the_caller(kind):
    rows = [(at, f"2025-{1 + at % 9:02}-01", 5.0 + at**2) for at in range(30)]
    columns = dict(zip(("customer_id", "date", "amount"), zip(*rows, strict=True), strict=True))
    columns = {name: list(values) for name, values in columns.items()}
    columns["date"] = pd.to_datetime(columns["date"]).to_pydatetime().tolist()
    table = rk.rfm.measure(rk.Transactions(frame_of(kind, columns)))
    found = rk.rfm.cluster(table, clusters=[2, 3], resamples=2)
    for result in (found, found.tree, found.choice, found.stability, found.segments):
        assert type(result.to_frame()).__module__.split(".")[0] == kind


# -- properties ------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["kmeans", "gaussian-mixture"])
@settings(max_examples=3)
@given(random=st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(cdnow, random, method):
    small = cdnow[::9]
    shuffled = list(range(len(small)))
    random.shuffle(shuffled)
    one = rk.rfm.cluster(small, clusters=4, method=method, resamples=2)
    other = rk.rfm.cluster(small[shuffled], clusters=4, method=method, resamples=2)
    assert other.segments.position.tolist() == one.segments.position[shuffled].tolist()
    assert other.parts.points.tolist() == one.parts.points.tolist()
    assert other.stability.equals(one.stability)
    assert other.tree.equals(one.tree)
    assert other.to_frame().equals(one.to_frame())


@settings(max_examples=5)
@given(st.floats(1e-4, 1e6))
def test_the_unit_of_money_does_not_matter(cdnow, unit):
    small = cdnow[::7]
    money = small.net_spend * unit
    scaled = measures(small.days_since_last, small.orders, money)
    one = rk.rfm.cluster(small, clusters=4, resamples=2)
    other = rk.rfm.cluster(scaled, clusters=4, resamples=2)
    assert other.segments.position.tolist() == one.segments.position.tolist()
    assert other.tree.customers.tolist() == one.tree.customers.tolist()
    np.testing.assert_allclose(other.mean_spend, one.mean_spend * unit, rtol=1e-12)


def test_twins_change_nothing(cdnow):
    small = cdnow[::7]
    twice = np.repeat(np.arange(len(small)), 2)
    one = rk.rfm.cluster(small, clusters=3, resamples=0)
    other = rk.rfm.cluster(small[twice], clusters=3, resamples=0)
    assert other.segments.position.tolist() == one.segments.position[twice].tolist()
    assert other.tree.fidelity == pytest.approx(one.tree.fidelity)


def test_seeds(cdnow):
    small = cdnow[::7]
    drawn = [
        rk.rfm.cluster(small, clusters=4, resamples=4, rng=rng)
        for rng in (0, 0, np.random.default_rng(0), 1)
    ]
    assert drawn[0].equals(drawn[1])
    assert drawn[0].equals(drawn[2])
    assert not drawn[0].stability.equals(drawn[3].stability)


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.integers(1, 20), st.integers(-50, 500)),
        min_size=2,
        max_size=40,
    ),
    st.integers(2, 4),
    st.sampled_from(["kmeans", "gaussian-mixture"]),
)
def test_everybody_is_in_one_cluster(rows, k, method):
    days, orders, spend = map(np.array, zip(*rows, strict=True))
    table = measures(days, orders, spend)
    if len(set(rows)) < k:
        with pytest.raises(DataError, match="fewer different customers"):
            rk.rfm.cluster(table, clusters=k, method=method)
        return
    found = rk.rfm.cluster(table, clusters=k, method=method, resamples=2)
    assert found.counts.sum() == len(rows)
    assert (found.counts > 0).all()
    assert found.tree.customers.sum() == len(rows)
    assert (found.tree.customers > 0).all()
    assert (np.diff(found.mean_spend) <= 1e-9).all()
    assert found.assign(table).equals(found.segments)
    assert ((found.stability.jaccard > 0) & (found.stability.jaccard <= 1)).all()


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "match"),
    [
        ({"clusters": 1}, "`clusters` must be a finite number in its range"),
        ({"clusters": 51}, "`clusters` must be a finite number in its range"),
        ({"clusters": 2.5}, "`clusters` must be a whole number"),
        ({"clusters": "three"}, "`clusters` must be a finite number"),
        ({"clusters": []}, "`clusters` names no number"),
        ({"clusters": [1, 3]}, "`clusters` must be a finite number in its range"),
        ({"method": "dbscan"}, "`method` is not one of its choices"),
        ({"features": ["recency"]}, "`features` is not one of its choices"),
        ({"features": []}, "`features` must be different measures"),
        ({"features": ["orders", "orders"]}, "`features` must be different measures"),
        ({"resamples": -1}, "`resamples` must be a finite number"),
        ({"depth": 0}, "`depth` must be a finite number"),
        ({"sample": 10}, "`sample` must be a finite number"),
    ],
)
def test_nonsense_is_refused(given, match):
    with pytest.raises(OptionError, match=match):
        rk.rfm.cluster(planted()[0], **given)


def test_other_data_are_refused(found, cdnow):
    with pytest.raises(KindError, match="neither a table of measures nor of scores"):
        rk.rfm.cluster([1, 2, 3])
    with pytest.raises(DataError, match="fewer different customers than clusters"):
        rk.rfm.cluster(measures([5, 5, 9], [1, 1, 1], [3.0, 3.0, 3.0]), clusters=3)
    with pytest.raises(DataError, match="fewer different customers than clusters"):
        rk.rfm.cluster(measures([0], [0], [-3.0]), clusters=2)
    bare = measures([1, 2, 3], [1, 2, 3], None)
    with pytest.raises(DataError, match="have no net_spend"):
        rk.rfm.cluster(bare, features=["net_spend"])
    with pytest.raises(DataError, match="have no net_spend"):
        found.assign(dataclasses.replace(cdnow, net_spend=None))
    euros = rk.rfm.cluster(planted(currency="EUR")[0], clusters=3, resamples=0)
    with pytest.raises(DataError, match="another currency"):
        euros.assign(planted(currency="USD")[0])
    assert euros.assign(planted()[0]).counts.tolist() == [40, 60, 100]
    assert euros.tree.rules.currency == "EUR"


def test_without_scikit_learn_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.exceptions", None)
    with pytest.raises(MissingExtraError, match="Clusters need scikit-learn") as caught:
        rk.rfm.cluster(planted()[0], clusters=3)
    assert caught.value.do == 'pip install "retentionkit[clusters]"'
