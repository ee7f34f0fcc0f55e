"""Segments judged by what followed: by hand, over rows, over all pairs, and by labels dealt out."""

import dataclasses
import datetime as dt
import itertools
import json
import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

import retentionkit as rk
from retentionkit.errors import DataError, KindError, OptionError, RetentionKitWarning
from retentionkit.results import Interval
from retentionkit.rfm._ranking import chi_square, explained, kruskal_wallis, ranked
from strategies import frame_of, logs, naive_events, to_columns

AS_OF = "2025-03-31"


def at(text):
    return dt.datetime.fromisoformat(text)


ROWS = [
    ("a", at("2025-01-05"), 20.0, 1),
    ("a", at("2025-04-05"), 30.0, 2),
    ("a", at("2025-05-05"), 10.0, 3),
    ("b", at("2025-02-05"), 20.0, 4),
    ("b", at("2025-03-05"), 20.0, 5),
    ("b", at("2025-04-01"), 8.0, 6),
    ("b", at("2025-04-02"), -3.0, 6),
    ("c", at("2025-02-05"), 20.0, 7),
    ("c", at("2025-04-02"), -20.0, 7),
    ("d", at("2025-03-31"), 5.0, 8),
    ("e", at("2025-03-01"), -5.0, 9),
    ("f", at("2025-04-10"), 99.0, 10),
]


def parsed(rows, *, kind="pandas", **options):
    return rk.Transactions(frame_of(kind, to_columns(rows)), **options)


def labelled(log, labels, *, as_of=AS_OF, **options):
    """Segments by a label for each customer id; None without one."""
    table = rk.rfm.measure(log, as_of=as_of)
    given = [labels.get(customer) for customer in table.customer.tolist()]
    return rk.rfm.Segments.from_labels(table, given, **options)


# -- worked example --------------------------------------------------------------------------------


def test_what_followed_by_hand(kind):
    log = parsed(ROWS, kind=kind, order="order")
    segments = labelled(log, {"a": "x", "b": "y", "c": "x"}, names=["x", "empty", "y"])
    found = rk.rfm.evaluate_segmentation(segments, log)
    assert found.names == ("x", "empty", "y", "unassigned")
    assert found.labels() == ("x", "empty", "y", "Unassigned")
    assert found.labels(language="zh")[-1] == "未分类"
    assert [str(x) for x in found.to_frame()["chinese"]] == ["x", "empty", "y", "未分类"]
    assert found.customers.tolist() == [2, 0, 1, 1]
    assert found.ordered.tolist() == [1, 0, 1, 0]
    np.testing.assert_array_equal(found.retention, [0.5, np.nan, 1, 0])
    # The refund of the earlier order of c is set aside, that of the later order of b is not.
    assert found.revenue.tolist() == [40, 0, 5, 0]
    np.testing.assert_array_equal(found.revenue_per_customer, [20, np.nan, 5, 0])
    # Of the one-time buyers a, c and d, only a came again; b had two orders.
    assert found.eligible.tolist() == [2, 0, 0, 1]
    assert found.converted.tolist() == [1, 0, 0, 0]
    np.testing.assert_array_equal(found.conversion, [0.5, np.nan, np.nan, 0])
    assert (found.n, found.as_of.isoformat(), found.until.isoformat()) == (4, AS_OF, "2025-05-05")
    assert "Left out: 1 customer who only sent goods back." in found.notes[0]
    reasons = {line.reason: (line.rows, line.amount) for line in found.ledger.set_aside}
    assert reasons["customers without a segment"] == (1, 99.0)
    assert reasons["refunds: purchase before the window"] == (1, -20.0)
    assert found.ledger.amount_used == pytest.approx(found.revenue.sum())
    assert found.explained_by_chance == 2 / 3
    assert type(found.to_frame()) is type(frame_of(kind, to_columns(ROWS)))
    assert len(found.to_frame()) == 4
    json.dumps(found.to_dict(), allow_nan=False)


def test_one_figure(kind):
    log = parsed(ROWS, kind=kind, order="order")
    segments = labelled(log, {"a": "x", "b": "y", "c": "x"}, names=["x", "empty", "y"])
    found = rk.rfm.evaluate_segmentation(segments, log, confidence=0.9)
    retention = found.estimate("retention", "x")
    assert (retention.value, retention.n) == (0.5, 2)
    assert retention.standard_error == pytest.approx(math.sqrt(0.125))
    assert retention.interval == Interval(found.retention_low[0], found.retention_high[0], 0.9)
    assert retention.definition == f"Retention of x; {found.definition}"
    conversion = found.estimate("conversion", "unassigned")
    assert (conversion.value, conversion.n) == (0, 1)
    assert conversion.interval == Interval(found.conversion_low[3], found.conversion_high[3], 0.9)
    # 40 and 0: a standard deviation of the mean of 20, and a lower limit that is cut off.
    revenue = found.estimate("revenue_per_customer", "x")
    assert (revenue.value, revenue.n) == (20, 2)
    assert revenue.standard_error == pytest.approx(20, rel=1e-12)
    assert revenue.interval.low == 0
    assert revenue.interval.high == pytest.approx(20 + 20 * stats.t.ppf(0.95, 1), rel=1e-12)
    single = found.estimate("revenue_per_customer", "y")
    assert single.value == 5
    assert math.isnan(single.standard_error)
    assert math.isnan(found.estimate("retention", "empty").value)


def test_until_and_given_conversions():
    log = parsed(ROWS, order="order")
    segments = labelled(log, {"a": "x", "b": "y", "c": "x", "d": "y"})
    found = rk.rfm.evaluate_segmentation(
        segments, log, until="2025-04-30", converted=["c", "a", "zz", "c"], confidence=0.9
    )
    assert found.revenue.tolist() == [30, 5]
    assert found.eligible.tolist() == [2, 2]
    assert found.converted.tolist() == [2, 0]
    assert "Of nobody in the segments: 1 converted id." in " ".join(found.notes)
    assert "share of all customers whose ids were given" in found.definition
    assert "[2025-04-01, 2025-05-01)" in found.definition
    assert found.conversion_low[0] == rk.intervals.wilson(2, 2, confidence=0.9)[0]
    with pytest.warns(RetentionKitWarning, match="The list is empty, so that nobody") as told:
        none = rk.rfm.evaluate_segmentation(segments, log, converted=[])
    assert told[0].filename == __file__
    assert none.converted.tolist() == [0, 0]
    with pytest.warns(RetentionKitWarning, match="None of these customers is in the segments"):
        rk.rfm.evaluate_segmentation(segments, log, converted=["zz"])
    with pytest.raises(DataError, match="`converted` has missing ids"):
        rk.rfm.evaluate_segmentation(segments, log, converted=["a", None])
    numbers = rk.Transactions(rk.datasets.load_cdnow())
    stages = rk.rfm.lifecycle(numbers, as_of="1997-09-30")
    ids = np.array([1, 2, 3])
    assert rk.rfm.evaluate_segmentation(stages, numbers, converted=ids).converted.sum() == 3


def test_cdnow_by_orders():
    log = rk.Transactions(rk.datasets.load_cdnow())
    table = rk.rfm.measure(log, as_of="1997-09-30")
    number = np.minimum(table.orders, 4)
    found = rk.rfm.evaluate_segmentation(rk.rfm.Segments.from_labels(table, number), log)
    histories = rk.purchase_histories(log, as_of="1997-09-30")
    later = rk.holdout(log, histories, until="1998-06-30")
    again = later.purchases > 0
    for row, label in enumerate([1, 2, 3, 4]):
        mine = number == label
        assert found.customers[row] == mine.sum()
        assert found.retention[row] == again[mine].mean()
        assert found.revenue[row] == pytest.approx(later.spend[mine].sum())
        limits = stats.ttest_1samp(later.spend[mine], 0).confidence_interval(0.95)
        assert found.revenue_low[row] == pytest.approx(limits.low)
        assert found.revenue_high[row] == pytest.approx(limits.high)
    assert found.converted.tolist() == [again[number == 1].sum(), 0, 0, 0]
    text = repr(found)
    assert "2,357, of whom 684 ordered again (29.0 %)" in text
    assert "0.5 by chance; p < 0.0001" in text
    assert "13.7 (12.0 to 15.6)" in text
    assert "8.3 (6.5 to 10.1)" in text
    assert max(map(len, text.splitlines())) <= 100
    groups = [later.spend[number == label] for label in (1, 2, 3, 4)]
    assert found.p_revenue == pytest.approx(stats.kruskal(*groups).pvalue)
    anova = stats.f_oneway(*groups).statistic
    share = found.variance_explained.value
    assert share == pytest.approx(3 * anova / (3 * anova + 2_353))
    assert found.adjusted == pytest.approx(1 - (1 - share) * 2_356 / 2_353)


# -- reference -------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(rows=logs(), by_order=st.booleans(), first=st.integers(0, 80), length=st.integers(1, 60))
def test_rows_one_by_one(rows, by_order, first, length):
    as_of = dt.date.fromisoformat("2023-11-20") + dt.timedelta(days=first)
    until = as_of + dt.timedelta(days=length)
    before, _ = naive_events(rows, orders=by_order, until=as_of)
    if not before:
        return
    gross, _ = naive_events([r for r in rows if r[2] >= 0], orders=by_order, until=until)
    log = parsed(rows, order="order" if by_order else None)
    segments = labelled(log, {1: "odd", 3: "odd", 5: "odd", 2: "even", 4: "even"}, as_of=as_of)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RetentionKitWarning)
        found = rk.rfm.evaluate_segmentation(segments, log, until=until)
    begin = (as_of - dt.date.fromisoformat("1970-01-01")).days
    later, _ = naive_events(rows, orders=by_order, until=until)
    for row, name in enumerate(found.names):
        mine = [who for who in before if who % 2 == (name == "odd")]
        again = [who for who in mine if any(day > begin for day in gross[who])]
        assert (found.customers[row], found.ordered[row]) == (len(mine), len(again))
        # Cents below 1e5 summed in another order.
        money = sum(x for who in mine for day, x in later[who].items() if day > begin)
        assert found.revenue[row] == pytest.approx(money, abs=1e-9)
    assert found.customers.sum() == len(before)


def of_all_orders(events, size):
    """The largest area of any order of the groups, ties apart, and its error, over all pairs."""
    found = []
    for order in itertools.permutations(range(len(size))):
        score = np.repeat(order, size)
        event = np.concatenate([np.arange(n) < e for e, n in zip(events, size, strict=True)])
        above = np.sign(np.subtract.outer(score[event], score[~event])) / 2 + 0.5
        spreads = [np.var(above.mean(axis=i), ddof=1) / above.shape[1 - i] for i in (0, 1)]
        found.append((above.mean(), math.sqrt(sum(spreads))))
    return max(found)


def naive_ranking(groups):
    """Over all pairs, each left out of the retention of its segment; and the error of DeLong."""
    people = [(name, event) for name, events in enumerate(groups) for event in events]
    won, lost = ([i for i, (_, event) in enumerate(people) if event == e] for e in (True, False))
    right = np.full((len(won), len(lost)), 0.5)
    for (row, i), (column, j) in itertools.product(enumerate(won), enumerate(lost)):
        mine, other = people[i][0], people[j][0]
        shares = []
        for name in (mine, other):
            rest = [e for k, (g, e) in enumerate(people) if g == name and k not in {i, j}]
            shares.append(sum(rest) / len(rest) if rest else None)
        if mine != other and None not in shares and not math.isclose(*shares):
            right[row, column] = float(shares[0] > shares[1])
    if len(groups) == 1 or not (won and lost):
        return math.nan, math.nan
    if min(len(won), len(lost)) == 1:
        return right.mean(), math.nan
    spreads = [np.var(right.mean(axis=axis), ddof=1) / right.shape[1 - axis] for axis in (0, 1)]
    return right.mean(), math.sqrt(sum(spreads))


@settings(max_examples=60)
@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=6), min_size=1, max_size=5))
def test_the_ranking_over_all_pairs(groups):
    events = np.array([sum(events) for events in groups])
    size = np.array([len(events) for events in groups])
    found = ranked(events, size, confidence=0.95)
    value, error = naive_ranking(groups)
    assert found.value == pytest.approx(value, abs=1e-12, nan_ok=True)
    assert found.standard_error == pytest.approx(error, abs=1e-12, nan_ok=True)


def of_segments_that_tie(events, size, level):
    """The area and its error if each two segments tie that the chi-square test does not part."""
    people = [(g, i < events[g]) for g in range(len(size)) for i in range(size[g])]
    pairs = math.comb(len(size), 2)
    tie = {(g, g): True for g in range(len(size))}
    for g, h in itertools.permutations(range(len(size)), 2):
        table = [[events[i], size[i] - events[i]] for i in (g, h)]
        tie[g, h] = stats.chi2_contingency(table, correction=False).pvalue >= level / pairs
    won, lost = ([g for g, event in people if event == e] for e in (True, False))
    share = [e / n for e, n in zip(events, size, strict=True)]
    right = [[0.5 if tie[g, h] else float(share[g] > share[h]) for h in lost] for g in won]
    spreads = [np.var(np.mean(right, axis=i), ddof=1) / np.shape(right)[1 - i] for i in (0, 1)]
    return np.mean(right), math.sqrt(sum(spreads))


def test_the_interval_reaches_from_ties_to_the_best_order():
    size = np.array([20, 35, 15, 30])
    z = stats.norm.ppf(0.95)
    for events in ([2, 9, 6, 21], [6, 11, 4, 10], [1, 30, 8, 14]):
        found = ranked(np.array(events), size, confidence=0.9)
        area, error = of_all_orders(events, size)
        assert found.interval.high == pytest.approx(min(area + z * error, 1), rel=1e-12)
        area, error = of_segments_that_tie(events, size, 0.1)
        low = found.value - z * found.standard_error
        assert found.interval.low == pytest.approx(min(low, area - z * error), rel=1e-12)


def test_many_segments_are_compared_in_parts(monkeypatch):
    rng = np.random.default_rng(5)
    size = rng.integers(1, 40, 90)
    events = rng.binomial(size, np.linspace(0.1, 0.6, 90))
    whole = ranked(events, size, confidence=0.9)
    monkeypatch.setattr("retentionkit.rfm._ranking._PAIRS", 1_000)
    parts = ranked(events, size, confidence=0.9)
    assert parts.value == pytest.approx(whole.value, rel=1e-12)
    assert parts.interval.low == pytest.approx(whole.interval.low, rel=1e-12)
    assert parts.interval.high == pytest.approx(whole.interval.high, rel=1e-12)


def test_the_error_of_what_is_explained_is_that_of_the_jackknife():
    rng = np.random.default_rng(4)
    group = np.repeat([0, 1, 2], [200, 150, 50])
    outcome = rng.exponential(np.array([1.0, 2.0, 4.0])[group])
    others = [np.delete(np.arange(400), left_out) for left_out in range(400)]
    shares = [explained(outcome[rows], group[rows], confidence=0.95).value for rows in others]
    expected = math.sqrt(399 / 400 * np.sum((np.array(shares) - np.mean(shares)) ** 2))
    # The jackknife is itself an approximation of the same order.
    found = explained(outcome, group, confidence=0.95).standard_error
    assert found == pytest.approx(expected, rel=0.05)


def test_chi_square_is_that_of_scipy():
    events, size = np.array([3, 20, 11]), np.array([10, 40, 60])
    expected = stats.chi2_contingency([events, size - events], correction=False)
    p, least = chi_square(events, size)
    assert p == pytest.approx(expected.pvalue)
    assert least == expected.expected_freq.min()


# -- definition ------------------------------------------------------------------------------------


def test_labels_that_mean_nothing_tell_nothing():
    rng = np.random.default_rng(0)
    size, times = np.array([40, 5, 12, 3, 20, 7, 13]), 2_000
    group = np.repeat(np.arange(len(size)), size)
    areas, naive, shares, p = [], [], [], []
    for _ in range(times):
        event = rng.random(100) < 0.3
        events = np.bincount(group, event, minlength=len(size)).astype(np.int64)
        areas.append(ranked(events, size, confidence=0.95).value)
        score = (events / size)[group]
        naive.append(stats.mannwhitneyu(score[event], score[~event]).statistic)
        naive[-1] /= event.sum() * (~event).sum()
        shares.append(explained(rng.exponential(size=100), group, confidence=0.95).value)
        p.append(kruskal_wallis(rng.exponential(size=100), group))
    # Three standard errors of the mean of the simulation.
    assert np.mean(areas) == pytest.approx(0.5, abs=3 * np.std(areas) / times**0.5)
    assert np.mean(shares) == pytest.approx(6 / 99, abs=3 * np.std(shares) / times**0.5)
    assert np.mean(naive) > 0.58  # what ranking customers by their own outcome would have said
    assert np.mean(np.array(p) < 0.1) == pytest.approx(0.1, abs=0.02)


NO_EFFECT, WEAK, STRONG = [0.3] * 6, [0.25, 0.28, 0.3, 0.32, 0.35], [0.1, 0.2, 0.4, 0.6]


@pytest.mark.parametrize("number", [300, 2_000])
@pytest.mark.parametrize("chance", [NO_EFFECT, WEAK, STRONG, [0.05] + [0.5] * 9])
def test_the_interval_of_the_ranking_covers(chance, number):
    rng, times = np.random.default_rng(number), 600
    chance = np.array(chance)
    beats = np.sign(np.subtract.outer(chance, chance)) / 2 + 0.5
    area = round(chance @ beats @ (1 - chance) / chance.sum() / (1 - chance).sum(), 12)
    covered = by_known_order = 0
    for _ in range(times):
        size = rng.multinomial(number, np.full(len(chance), 1 / len(chance)))
        events = rng.binomial(size, chance)
        found = ranked(events, size, confidence=0.95)
        covered += area in found.interval
        by_known_order += abs(found.value - area) < 1.96 * found.standard_error
        assert found.value in found.interval
    # Three standard errors of 95 % of 600.
    assert covered / times > 0.923
    # Where the order is in doubt, the error of a known order does not do.
    assert by_known_order / times < (1 if list(chance) == STRONG else 0.9)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_interval_of_what_is_explained_covers(seed):
    rng = np.random.default_rng(seed)
    mean = np.array([1.0, 2.0, 4.0])
    group = np.repeat([0, 1, 2], [250, 150, 100])
    weight = np.array([0.5, 0.3, 0.2])
    between = weight @ (mean - weight @ mean) ** 2
    share = between / (between + weight @ mean**2)
    hits, times = 0, 400
    for _ in range(times):
        hits += share in explained(rng.exponential(mean[group]), group, confidence=0.9).interval
    # Three binomial standard errors are 0.045; skewed money makes the intervals a little short.
    assert 0.84 < hits / times < 0.97


def test_meaningless_labels_of_real_customers_are_not_found_to_mean_something():
    log = rk.Transactions(rk.datasets.load_cdnow())
    table = rk.rfm.measure(log, as_of="1997-09-30")
    later = rk.holdout(log, rk.purchase_histories(log, as_of="1997-09-30"), until="1998-06-30")
    ordered = later.purchases > 0
    rng, missed = np.random.default_rng(0), 0
    for _ in range(200):
        label = rng.integers(0, 6, len(table))
        events = np.bincount(label, ordered, minlength=6).astype(np.int64)
        missed += 0.5 not in ranked(events, np.bincount(label), confidence=0.95).interval
    # Of 200, 5 % are 10, with a standard error of 3; with the error of a known order they were 89.
    assert missed <= 19


def test_money_that_cannot_be_negative_has_no_negative_limits():
    rows = [row for row in ROWS if row[2] > 0 or row[0] == "e"]
    log = parsed(rows, order="order")
    labels = {"a": "x", "b": "x", "c": "y", "d": "y"}
    found = rk.rfm.evaluate_segmentation(labelled(log, labels), log)
    limits = stats.ttest_1samp([40.0, 8.0], 0).confidence_interval(0.95)
    assert limits.low < 0
    assert found.revenue_low.tolist() == [0, 0]
    assert found.revenue_high[0] == pytest.approx(limits.high)


def test_the_same_customers_have_the_same_limits_in_profile_and_evaluation():
    log = parsed(ROWS, order="order")
    labels = {"a": "x", "b": "x", "c": "y", "d": "y"}
    judged = rk.rfm.evaluate_segmentation(labelled(log, labels), log)
    _, later = log.split("2025-04-01")
    table = rk.rfm.measure(later)
    came = rk.rfm.Segments.from_labels(
        table, ["x" if who in {"a", "b"} else "rest" for who in table.customer.tolist()]
    )
    profiled = rk.rfm.profile(came)
    at = profiled.names.index("x")
    assert profiled.revenue_per_customer[at] == judged.revenue_per_customer[0]
    assert profiled.low["revenue_per_customer"][at] == pytest.approx(judged.revenue_low[0])
    assert profiled.high["revenue_per_customer"][at] == pytest.approx(judged.revenue_high[0])


def test_what_is_undefined_stays_so():
    log = parsed(ROWS, order="order")
    alone = rk.rfm.evaluate_segmentation(labelled(log, dict.fromkeys("abcd", "x")), log)
    assert alone.explained_by_chance == 0
    assert math.isnan(alone.ranking.value)
    assert math.isnan(alone.ranking.interval.low)
    assert math.isnan(alone.p_retention)
    assert math.isnan(alone.p_revenue)
    assert "p –" in repr(alone)
    table = rk.rfm.measure(log, as_of=AS_OF)
    one = rk.rfm.Segments.from_labels(table[[0]], ["x"])
    single = rk.rfm.evaluate_segmentation(one, log, confidence=0.9)
    assert math.isnan(single.explained_by_chance)
    assert math.isnan(single.adjusted)
    assert math.isnan(single.ranking.value)
    assert math.isnan(single.variance_explained.value)
    levels = {found.interval.confidence for found in (single.ranking, single.variance_explained)}
    assert levels == {0.9}
    assert math.isnan(single.revenue_low[0])
    assert "–" in repr(single)
    json.dumps(single.to_dict(), allow_nan=False)


def test_few_expected_events_are_noted():
    log = parsed(ROWS, order="order")
    found = rk.rfm.evaluate_segmentation(labelled(log, {"a": "x", "b": "y"}), log)
    assert "In the smallest cell only 0.5 customers are expected" in " ".join(found.notes)
    cdnow = rk.Transactions(rk.datasets.load_cdnow())
    many = rk.rfm.evaluate_segmentation(rk.rfm.lifecycle(cdnow, as_of="1997-09-30"), cdnow)
    assert many.notes == ()


def test_a_log_without_money():
    columns = to_columns(ROWS)
    log = rk.Transactions(
        frame_of("pandas", {name: columns[name] for name in ("customer_id", "date")}), amount=None
    )
    found = rk.rfm.evaluate_segmentation(labelled(log, {"a": "x", "c": "y"}), log)
    assert found.revenue is None
    assert found.variance_explained is None
    assert math.isnan(found.adjusted)
    assert "revenue" not in found.to_frame().columns
    assert "revenue" not in repr(found)


def test_large_money_is_printed_in_full():
    log = parsed([(who, day, 1_000 * money, n) for who, day, money, n in ROWS], order="order")
    text = repr(rk.rfm.evaluate_segmentation(labelled(log, {"a": "x", "c": "x", "b": "y"}), log))
    assert "20,000 (0 to 274,124)" in text


def test_the_later_part_is_enough():
    log = rk.Transactions(rk.datasets.load_cdnow())
    stages = rk.rfm.lifecycle(log, as_of="1997-09-30")
    whole = rk.rfm.evaluate_segmentation(stages, log)
    part = rk.rfm.evaluate_segmentation(stages, log.split("1997-10-01")[1])
    np.testing.assert_array_equal(part.ordered, whole.ordered)
    np.testing.assert_array_equal(part.revenue, whole.revenue)
    assert part.notes == whole.notes == ()


# -- properties ------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(
    rows=logs(refunds=False), seed=st.integers(0, 99), scale=st.sampled_from([0.01, 7.0, 1_000.0])
)
def test_neither_row_order_nor_the_scale_of_money_matters(rows, seed, scale):
    rows = [*rows, (1, at("2023-11-20"), 5.0, 9), (2, at("2024-06-01"), 5.0, 9)]
    order = np.random.default_rng(seed).permutation(len(rows))
    others = [(who, day, money * scale, n) for who, day, money, n in (rows[i] for i in order)]
    labels = {1: "odd", 3: "odd", 5: "odd", 2: "even", 4: "even"}
    one, two = (
        rk.rfm.evaluate_segmentation(labelled(log, labels, as_of="2024-01-10"), log)
        for log in (parsed(rows), parsed(others, kind="polars"))
    )
    np.testing.assert_array_equal(one.ordered, two.ordered)
    np.testing.assert_allclose(two.revenue, one.revenue * scale, rtol=1e-12)
    assert two.ranking.value == pytest.approx(one.ranking.value, nan_ok=True)
    # What is explained is a ratio of squares: it keeps fewer digits where little is.
    found, expected = two.variance_explained.value, one.variance_explained.value
    assert found == pytest.approx(expected, abs=1e-9, nan_ok=True)
    assert two.p_revenue == pytest.approx(one.p_revenue, abs=1e-9, nan_ok=True)


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3)), min_size=1, max_size=40),
    st.permutations(range(4)),
)
def test_the_order_of_segments_does_not_matter(people, order):
    outcome = np.array([float(y) for y, _ in people])
    group = np.array([g for _, g in people])
    renamed = np.array(order)[group]
    shares = (explained(outcome, g, confidence=0.9).value for g in (renamed, group))
    assert next(shares) == pytest.approx(next(shares), abs=1e-12, nan_ok=True)
    p = kruskal_wallis(outcome, group)
    assert kruskal_wallis(outcome, renamed) == pytest.approx(p, abs=1e-12, nan_ok=True)


# -- refusals --------------------------------------------------------------------------------------


def test_what_made_the_segments_cannot_judge_them():
    log = parsed(ROWS, order="order")
    segments = labelled(log, {"a": "x"}, as_of="2025-05-05")
    with pytest.raises(OptionError, match="Nothing follows the segments"):
        rk.rfm.evaluate_segmentation(segments, log)
    with pytest.raises(OptionError, match="Nothing follows the segments"):
        rk.rfm.evaluate_segmentation(labelled(log, {"a": "x"}), log, until=AS_OF)


def test_a_figure_that_is_not_there():
    segments = labelled(parsed(ROWS, order="order"), {"a": "x"})
    found = rk.rfm.evaluate_segmentation(segments, parsed(ROWS, order="order"))
    with pytest.raises(OptionError, match="`segment` is not one of its choices"):
        found.estimate("retention", "z")
    with pytest.raises(OptionError, match="`measure` is not one of its choices"):
        found.estimate("revenue", "x")
    with pytest.raises(OptionError, match="`measure` is not one of its choices"):
        dataclasses.replace(found, revenue=None).estimate("revenue_per_customer", "x")


def test_a_part_of_the_window_is_not_enough():
    log = parsed(ROWS, order="order")
    segments = labelled(log, {"a": "x"})
    early, _ = log.split("2025-05-01")
    with pytest.raises(DataError, match="miss a part of what followed"):
        rk.rfm.evaluate_segmentation(segments, early, until="2025-05-05")
    _, late = log.split("2025-04-05")
    with pytest.raises(DataError, match="miss a part of what followed"):
        rk.rfm.evaluate_segmentation(segments, late)
    with pytest.warns(RetentionKitWarning, match="The log ends on 2025-05-05") as caught:
        rk.rfm.evaluate_segmentation(segments, log, until="2025-06-30")
    assert caught[0].filename == __file__


def test_other_customers_are_refused():
    log = parsed(ROWS, order="order")
    segments = labelled(log, {"a": "x"})
    strangers = parsed([(f"z{who}", day, money, n) for who, day, money, n in ROWS])
    with pytest.raises(DataError, match="None of the customers is in these transactions") as error:
        rk.rfm.evaluate_segmentation(segments, strangers)
    assert error.value.received == "segments of 'a', ...; transactions of 'za', ..."
    numbers = parsed([(ord(who), day, money, n) for who, day, money, n in ROWS])
    with pytest.raises(DataError, match="ids of the customers are of different kinds"):
        rk.rfm.evaluate_segmentation(segments, numbers)
    with pytest.raises(DataError, match="ids of the customers are of different kinds"):
        rk.rfm.evaluate_segmentation(segments, log, converted=[1, 2])
    some = parsed([row for row in ROWS if row[0] != "d"])
    found = rk.rfm.evaluate_segmentation(segments, some)
    assert "Not in these transactions: 1 customer of the segments." in " ".join(found.notes)


def test_other_things_are_refused():
    log = parsed(ROWS, order="order")
    segments = labelled(log, {"a": "x"})
    with pytest.raises(KindError, match="These are no segments"):
        rk.rfm.evaluate_segmentation(segments.labels(), log)
    with pytest.raises(KindError, match="Parsed transactions are needed"):
        rk.rfm.evaluate_segmentation(segments, to_columns(ROWS))
    with pytest.raises(OptionError, match="`confidence` must lie strictly"):
        rk.rfm.evaluate_segmentation(segments, log, confidence=95)
    with pytest.raises(OptionError, match="`language` is not one of its choices"):
        rk.rfm.evaluate_segmentation(segments, log).labels(language="fr")
    with pytest.raises(OptionError, match="`until` is not a point in time"):
        rk.rfm.evaluate_segmentation(segments, log, until="later")
    refunded = segments.table[segments.table.refund_only]
    nobody = rk.rfm.Segments.from_labels(refunded, [None] * len(refunded))
    with pytest.raises(DataError, match="No customer ever ordered"):
        rk.rfm.evaluate_segmentation(nobody, log)
