"""Scores by frozen cuts, drift since they were frozen, and the file that keeps them."""

import dataclasses
import datetime as dt
import json
import math
import warnings
from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import retentionkit as rk
from retentionkit.errors import DataError, KindError, OptionError, RetentionKitWarning
from retentionkit.ledger import Ledger

NAMES = ("recency", "frequency", "monetary")
MEASURES = dict(zip(NAMES, ("days_since_last", "orders", "net_spend"), strict=True))


def measured(days, orders=None, money=None, **changes):
    """A table of these measures; an order count of 0 is a customer who only sent goods back."""
    size = len(days)
    orders = np.array([1] * size if orders is None else orders, dtype=np.int64)
    money = None if money is None else np.array(money, dtype=np.float64)
    return rk.rfm.RFMTable(
        **{
            "customer": np.arange(size),
            "days_since_last": np.where(orders > 0, np.array(days, dtype=np.float64), np.nan),
            "orders": orders,
            "active_days": orders,
            "net_spend": money,
            "mean_order_value": None if money is None else money / np.maximum(orders, 1),
            "as_of": dt.date(2025, 12, 31),
            "first": dt.date(2025, 1, 1),
            "window": 365,
            "observed": 365,
            "currency": "EUR",
            "definition": "",
            "ledger": Ledger(size),
        }
        | changes
    )


TABLES = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 9), st.integers(-500, 9_999)),
    min_size=1,
    max_size=25,
).map(lambda rows: measured(*zip(*((d, n, m / 100) for d, n, m in rows), strict=True)))
OPTIONS = (
    {},
    {"bins": (3, 2, 7), "weights": (2, 1, 0.5)},
    {"cuts": "quantiles"},
    {"cuts": "mean"},
    {"compat": "r-rfm"},
    {"cuts": {"recency": [2, 9], "monetary": [1, 20.5]}},
)
LATER = dt.date(2026, 3, 31)


@pytest.fixture(scope="module")
def cdnow():
    """The whole half years up to two dates."""
    log = rk.Transactions(rk.datasets.load_cdnow())
    dates = ("1998-03-31", "1998-06-30")
    return [rk.rfm.measure(log, as_of=date, window="6 months") for date in dates]


def two_tables(before, after):
    """Two tables whose customers are at levels 1, 2, … in these numbers, by recency alone."""
    days = [np.repeat(np.arange(len(n))[::-1] * 10, n) for n in (before, after)]
    cuts = {"recency": [10 * k for k in range(len(before) - 1)]}
    return rk.rfm.Scorer.fit(measured(days[0]), cuts=cuts), measured(days[1], as_of=LATER)


# Worked example.


def test_a_scorer_by_hand():
    table = measured([0, 10, 20, 30], orders=[4, 3, 1, 1], money=[40, 30, 20, 10])
    scorer = rk.rfm.Scorer.fit(table, bins=2)
    assert scorer.cuts == {"recency": (10,), "frequency": (3,), "monetary": (30,)}
    assert scorer.levels == dict.fromkeys(NAMES, (1, 2))
    assert scorer.customers == dict.fromkeys(NAMES, (2, 2))
    assert (scorer.n, scorer.window, scorer.currency) == (4, 365, "EUR")
    later = measured([10, 11], orders=[2, 3], money=[30, 29.99], as_of=LATER)
    found = scorer.score(later)
    assert found.recency.tolist() == [2, 1]
    assert found.frequency.tolist() == [1, 2]
    assert found.monetary.tolist() == [2, 1]
    assert found.bins == (2, 2, 2)
    assert found.definition == (
        "Scores in 2×2×2 classes, 1 the worst: equal values share the score of their mean rank at "
        "the fit, where a class begins at the worst measure in it; cuts of 2025-12-31 kept."
    )
    frame = scorer.to_frame()
    assert frame["from_value"].tolist()[1::2] == [10, 3, 30]
    assert frame["from_value"].isna().tolist()[::2] == [True] * 3
    assert frame["share"].tolist() == [0.5] * 6
    assert "window of 365 days" in repr(scorer)
    assert "EUR" in repr(scorer)


@pytest.mark.parametrize(
    ("money", "options", "later", "scores"),
    [
        # All four quantiles are 0, so that any amount is above all of them.
        ([0] * 9 + [100], {"cuts": "quantiles"}, [99, 0.01, 0, -1], [5, 5, 1, 1]),
        # The quantile is 25, although nobody has it.
        ([10, 20, 30, 40], {"cuts": "quantiles", "bins": 2}, [27, 25, 24], [2, 1, 1]),
        # The quantiles plus 1 are 1.24, 1.38, 1.52 and 1.66: nobody of the fit is above them.
        (
            [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8],
            {"compat": "r-rfm"},
            [100, 1.66, 1.65, 1.3, 1.2],
            [5, 5, 4, 2, 1],
        ),
        # Nothing but zeros says no size of money: the next number is more.
        ([0, 0, 0], {"cuts": "quantiles"}, [1e-300, 0, -1e-300], [5, 1, 1]),
    ],
)
def test_frozen_quantiles_by_hand(money, options, later, scores):
    scorer = rk.rfm.Scorer.fit(measured([0] * len(money), money=money), **options)
    found = [scorer.score(measured([0], money=[amount])).monetary[0] for amount in later]
    assert found == scores


def test_days_and_orders_are_cut_at_whole_numbers():
    table = measured([1, 2, 3, 4], orders=[1, 2, 3, 4])
    quantiles = rk.rfm.Scorer.fit(table, bins=2, cuts="quantiles")  # both are 2.5
    assert quantiles.cuts == {"recency": (2,), "frequency": (3,)}
    of_r = rk.rfm.Scorer.fit(table, bins=2, compat="r-rfm")  # both are 3.5
    assert of_r.cuts == {"recency": (3,), "frequency": (4,)}


def test_frozen_quantiles_are_without_the_rests_of_sums():
    of_r = rk.rfm.Scorer.fit(measured([0] * 4, money=[0.1, 0.2, 0.4, 0.8]), compat="r-rfm")
    assert of_r.cuts["monetary"] == (1.16, 1.24, 1.36, 1.56)


def test_half_years_of_the_published_cohort(cdnow):
    before, later = cdnow
    scorer = rk.rfm.Scorer.fit(before)
    drift = scorer.drift(later)
    assert drift.reading == ("stable", "stable", "stable")
    assert "independent samples" in drift.definition
    assert (drift.n_before, drift.n_after) == (592, 515)
    np.testing.assert_allclose(drift.psi, [0.07837, 0.00101, 0.01055], atol=5e-6)
    assert sum(drift.after["monetary"]) == 515
    assert "592 customers" in repr(drift)
    json.dumps(drift.to_dict(), allow_nan=False)


def test_many_cuts_are_shown_in_part():
    table = measured(range(40), money=range(40))
    scorer = rk.rfm.Scorer.fit(table, bins=20)
    assert "1  2  3  4  …  17  18  19  20" in repr(scorer)


def test_a_single_customer_makes_one_level():
    scorer = rk.rfm.Scorer.fit(measured([5], money=[20]))
    assert repr(scorer).count("one level") == 3


# Reference: frozen cuts one customer at a time, the index and its test by scipy.


@pytest.mark.parametrize("options", OPTIONS)
@given(table=TABLES, later=TABLES)
def test_cuts_are_applied_one_customer_at_a_time(options, table, later):
    scorer = rk.rfm.Scorer.fit(table, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RetentionKitWarning)
        found = scorer.score(later)
    measures = (-later.days_since_last, later.orders, later.net_spend)
    for name, values in zip(NAMES, measures, strict=True):
        cuts = sorted(-c if name == "recency" else c for c in scorer.cuts[name])
        near = [(1e-9 * abs(cut) + scorer.floor) / 2 * (name == "monetary") for cut in cuts]
        low = [cut - slack for cut, slack in zip(cuts, near, strict=True)]
        reached = [sum(value >= cut for cut in low) for value in values.tolist()]
        assert getattr(found, name).tolist() == [scorer.levels[name][at] for at in reached]


def type_7(values, bins):
    """Quantiles at k/b between the neighbours of (n - 1) k/b, of cents as exact fractions."""
    values = sorted(Fraction(round(100 * value), 100) for value in values)
    found = []
    for k in range(1, bins):
        place = Fraction((len(values) - 1) * k, bins)
        low = math.floor(place)
        high = min(low + 1, len(values) - 1)
        found.append(values[low] + (values[high] - values[low]) * (place - low))
    return found


@pytest.mark.parametrize("options", [{"cuts": "quantiles"}, {"compat": "r-rfm"}])
@given(table=TABLES, later=TABLES, bins=st.integers(2, 12))
def test_the_quantiles_of_the_fit_score_later_customers(options, table, later, bins):
    scorer = rk.rfm.Scorer.fit(table, bins=bins, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RetentionKitWarning)
        found = scorer.score(later)
    assert scorer.levels == dict.fromkeys(NAMES, tuple(range(1, bins + 1)))
    for name in NAMES:
        quantiles = type_7(getattr(table, MEASURES[name]).tolist(), bins)
        values = [Fraction(round(100 * x), 100) for x in getattr(later, MEASURES[name]).tolist()]
        if "compat" in options:
            passed = [sum(cut + 1 <= x for cut in quantiles) for x in values]
        else:
            passed = [sum(cut < x for cut in quantiles) for x in values]
        expected = [bins - n if name == "recency" else 1 + n for n in passed]
        assert getattr(found, name).tolist() == expected
        assert not np.signbit(scorer.cuts[name]).any() or name == "monetary"


@given(
    pair=st.integers(2, 7).flatmap(
        lambda k: st.tuples(*[st.lists(st.integers(1, 60), min_size=k, max_size=k)] * 2)
    )
)
def test_the_index_by_its_formula(pair):
    scorer, later = two_tables(*pair)
    drift = scorer.drift(later)
    p, q = (np.array(counts) / sum(counts) for counts in pair)
    expected = sum((a - b) * math.log(a / b) for a, b in zip(p, q, strict=True))
    assert drift.psi[0] == pytest.approx(expected, rel=1e-9, abs=1e-12)
    chance = (len(p) - 1) * (1 / sum(pair[0]) + 1 / sum(pair[1]))
    assert drift.expected[0] == pytest.approx(chance, rel=1e-12)
    assert drift.low[0] <= drift.psi[0] <= drift.high[0]


def test_an_empty_level_counts_half_a_customer_everywhere():
    scorer, later = two_tables([10, 20, 30], [0, 40, 20])
    drift = scorer.drift(later)
    p, q = np.array([10.5, 20.5, 30.5]) / 61.5, np.array([0.5, 40.5, 20.5]) / 61.5
    assert drift.psi[0] == pytest.approx(float(((p - q) * np.log(p / q)).sum()), rel=1e-12)
    assert drift.after["recency"] == (0, 40, 20)


def test_a_level_empty_at_both_dates_does_not_count():
    scorer, later = two_tables([10, 0, 30], [20, 0, 20])
    drift = scorer.drift(later)
    p, q = np.array([0.25, 0.75]), np.array([0.5, 0.5])
    assert drift.psi[0] == pytest.approx(float(((p - q) * np.log(p / q)).sum()), rel=1e-12)
    assert drift.expected[0] == pytest.approx(2 / 40, rel=1e-12)


def test_the_test_is_that_of_pearson():
    counts = [[40, 35, 25], [20, 30, 50]]
    scorer, later = two_tables(*counts)
    expected = stats.chi2_contingency(counts, correction=False).pvalue
    assert scorer.drift(later).p_value[0] == pytest.approx(expected, rel=1e-10)


def test_levels_with_few_customers_are_joined_in_the_test():
    scorer, later = two_tables([2, 30, 3, 40, 1], [1, 20, 2, 50, 3])
    joined = [[32, 44], [21, 55]]
    expected = stats.chi2_contingency(joined, correction=False).pvalue
    assert scorer.drift(later).p_value[0] == pytest.approx(expected, rel=1e-10)


# Definition: what chance gives when nothing changed, and what the interval covers.


def test_chance_alone_gives_what_is_expected():
    rng = np.random.default_rng(1)
    share = np.array([0.1, 0.2, 0.3, 0.4])
    values, p_values = [], []
    for _ in range(400):
        scorer, later = two_tables(rng.multinomial(600, share), rng.multinomial(900, share))
        drift = scorer.drift(later)
        values.append(drift.psi[0])
        p_values.append(drift.p_value[0])
    chance = 3 * (1 / 600 + 1 / 900)
    error = np.std(values) / 20
    assert abs(np.mean(values) - chance) < 3 * error
    assert abs(np.mean(np.array(p_values) < 0.1) - 0.1) < 3 * math.sqrt(0.1 * 0.9 / 400)


def test_small_samples_are_not_called_drift():
    rng = np.random.default_rng(3)
    readings = []
    for size in (1, 4, 8, 20, 40) * 60:
        scorer, later = two_tables([200] * 5, rng.multinomial(size, [0.2] * 5))
        drift = scorer.drift(later)
        readings.append(drift.reading[0])
    # At most the size of the test, and three of its standard errors.
    alarms = readings.count("large") + readings.count("some")
    assert alarms <= 300 * 0.01 + 3 * math.sqrt(300 * 0.01)
    assert readings.count("chance") > 100


def test_the_interval_covers_a_real_change():
    rng = np.random.default_rng(2)
    p, q = np.array([0.4, 0.3, 0.2, 0.1]), np.array([0.2, 0.2, 0.25, 0.35])
    truth = float(((p - q) * np.log(p / q)).sum())
    hits = 0
    for _ in range(400):
        scorer, later = two_tables(rng.multinomial(800, p), rng.multinomial(1_000, q))
        drift = scorer.drift(later, confidence=0.9)
        assert drift.confidence == 0.9
        hits += drift.low[0] <= truth <= drift.high[0]
    # Three standard errors of a simulated coverage beside a small bias of the index.
    assert abs(hits / 400 - 0.9) < 3 * math.sqrt(0.9 * 0.1 / 400) + 0.01


def test_readings():
    for after, reading in (
        ([500, 500], "stable"),
        ([640, 360], "stable"),
        ([670, 330], "some"),
        ([800, 200], "large"),
    ):
        scorer, later = two_tables([500, 500], after)
        assert scorer.drift(later).reading[0] == reading, after
    scorer, later = two_tables([500, 500], [8, 2])
    assert scorer.drift(later).psi[0] > 0.25
    assert scorer.drift(later).reading[0] == "chance"
    assert scorer.drift(later).large == ()


# Properties.


@pytest.mark.parametrize("options", OPTIONS)
@given(table=TABLES)
def test_on_the_table_of_the_fit_scores_are_those_of_score(options, table):
    scorer = rk.rfm.Scorer.fit(table, **options)
    again = scorer.score(table)
    found = rk.rfm.score(table, **options)
    assert again.definition == f"{scorer.definition[:-1]}; cuts of {table.as_of} kept."
    assert dataclasses.replace(again, definition=found.definition).equals(found)


@given(table=TABLES, later=TABLES)
def test_a_score_does_not_depend_on_the_others(table, later):
    scorer = rk.rfm.Scorer.fit(table)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RetentionKitWarning)
        together = scorer.score(later)
        for at in range(len(later)):
            alone = scorer.score(later[at])
            for name in NAMES:
                assert getattr(alone, name)[0] == getattr(together, name)[at]


def test_rests_of_refunds_are_nothing_at_later_dates_too():
    scorer = rk.rfm.Scorer.fit(measured([0] * 4, money=[0, 0, 20, 30]), bins=2)
    low = rk.rfm.Scorer.fit(measured([0] * 4, money=[-5, -4, 0, 0]), bins=2)
    rest = 0.1 + 0.2 - 0.3
    for money in (rest, 0.0, -rest):
        assert scorer.score(measured([0], money=[money])).monetary.tolist() == [1]
        assert low.score(measured([0], money=[money])).monetary.tolist() == [2]


def test_given_cuts_are_kept_as_given():
    table = measured([0, 0], money=[5, 500])
    scorer = rk.rfm.Scorer.fit(table, cuts={"monetary": [10, 100]})
    assert scorer.levels["monetary"] == (1, 2, 3)
    assert scorer.customers["monetary"] == (1, 0, 1)
    found = scorer.score(measured([0], money=[11], as_of=LATER))
    assert found.monetary.tolist() == [2]
    assert found.cuts["monetary"] == ()


def test_a_log_without_money():
    scorer = rk.rfm.Scorer.fit(measured([0, 5, 9], orders=[1, 2, 3]))
    assert set(scorer.cuts) == {"recency", "frequency"}
    assert scorer.floor == 0
    assert scorer.score(measured([3], as_of=LATER)).monetary is None
    assert len(scorer.to_frame()) == 6


def test_customers_who_only_sent_goods_back_are_left_out():
    table = measured([1, 0, 3], orders=[1, 0, 2], money=[5, -5, 7])
    scorer = rk.rfm.Scorer.fit(table)
    assert scorer.n == 2
    assert np.isnan(scorer.score(table).recency).tolist() == [False, True, False]
    assert scorer.drift(table).n_after == 2


@pytest.mark.parametrize("options", OPTIONS)
def test_a_saved_scorer_is_the_same(options, tmp_path, cdnow):
    scorer = rk.rfm.Scorer.fit(cdnow[0], **options)
    scorer.save(tmp_path / "scorer.json")
    again = rk.rfm.Scorer.load(tmp_path / "scorer.json")
    assert again.equals(scorer)
    assert again.score(cdnow[1]).equals(scorer.score(cdnow[1]))


def test_a_saved_scorer_holds_no_rest_of_a_sum(tmp_path, cdnow):
    rk.rfm.Scorer.fit(cdnow[0], bins=20).save(tmp_path / "scorer.json")
    document = json.loads((tmp_path / "scorer.json").read_text("utf-8"))
    cents = document["cuts"]["monetary"]
    assert len(cents) == 19
    assert cents == [round(cut, 2) for cut in cents]


def test_a_saved_scorer_without_money_and_with_a_name(tmp_path):
    scorer = rk.rfm.Scorer.fit(measured([1, 2], currency="元"))
    scorer.save(tmp_path / "scorer.json")
    assert "元" in (tmp_path / "scorer.json").read_text("utf-8")
    assert rk.rfm.Scorer.load(str(tmp_path / "scorer.json")).equals(scorer)


def test_drift_comes_as_the_frame_of_the_later_table():
    frame = pl.DataFrame(
        {
            "customer_id": [1, 2],
            "date": [dt.date(2025, 1, 1), dt.date(2025, 1, 9)],
            "amount": [1.0, 2.0],
        }
    )
    table = rk.rfm.measure(rk.Transactions(frame))
    drift = rk.rfm.Scorer.fit(table).drift(table)
    assert isinstance(drift.to_frame(), pl.DataFrame)
    assert drift.psi.tolist() == [0, 0, 0]
    assert drift.reading == ("stable",) * 3


def test_a_scorer_comes_as_the_frame_of_its_table(tmp_path):
    scorer = rk.rfm.Scorer.fit(measured([1, 2], kind="polars"))
    assert isinstance(scorer.to_frame(), pl.DataFrame)
    # The kind is no part of what is fitted: who loads the file may not have that library.
    assert scorer.equals(rk.rfm.Scorer.fit(measured([1, 2])))
    scorer.save(tmp_path / "scorer.json")
    assert isinstance(rk.rfm.Scorer.load(tmp_path / "scorer.json").to_frame(), pd.DataFrame)


# Refusals.


def test_a_large_drift_is_said():
    scorer, later = two_tables([500, 500], [900, 100])
    with pytest.warns(RetentionKitWarning, match=r"far by 2026-03-31: recency \(PSI 0.879\)"):
        found = scorer.score(later)
    assert len(found) == 1000
    scorer, later = two_tables([500, 500], [9, 1])
    assert len(scorer.score(later)) == 10


@pytest.mark.parametrize("options", [{"nested": True}, {"ties": "spread_by_id"}])
def test_what_has_no_cuts_cannot_be_frozen(options):
    with pytest.raises(OptionError, match="cannot be frozen: they are no function of a customer"):
        rk.rfm.Scorer.fit(measured([1, 2]), **options)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"window": 180}, "The window of the table and of the fit differ"),
        ({"currency": "CNY"}, "The currency of the table and of the fit differ"),
        ({"currency": None}, "The currency of the table and of the fit differ"),
        ({"net_spend": None}, "The measures of the table and of the fit differ"),
    ],
)
def test_tables_that_are_not_alike_are_refused(changes, match):
    scorer = rk.rfm.Scorer.fit(measured([1, 2], money=[1, 2]))
    other = dataclasses.replace(measured([1, 2], money=[1, 2]), **changes)
    for question in (scorer.score, scorer.drift):
        with pytest.raises(DataError, match=match):
            question(other)


def test_other_things_are_refused(cdnow):
    scorer = rk.rfm.Scorer.fit(cdnow[0])
    with pytest.raises(KindError, match="Only measures can be scored"):
        scorer.score([1, 2])
    with pytest.raises(DataError, match="Nobody in the table has an order"):
        scorer.drift(cdnow[1][[]])
    with pytest.raises(OptionError, match="`confidence` must lie strictly"):
        scorer.drift(cdnow[1], confidence=95)
    with pytest.raises(OptionError, match="`bins` must be whole numbers"):
        rk.rfm.Scorer.fit(cdnow[0], bins=1)


DAMAGE = [
    (lambda d: d.update(schema="retentionkit/fit"), "schema 'retentionkit/fit'"),
    (lambda d: d.update(version=2), "version 2"),
    (lambda d: d.pop("floor"), "floor"),
    (lambda d: d.update(cuts={"monetary": [1]}), "cuts of"),
    (lambda d: d["cuts"].update(recency=[5, 1]), "do not rise"),
    (lambda d: d["cuts"].update(recency=[5]), "cuts and levels of recency differ"),
    (lambda d: d["cuts"].update(recency=["a"]), "'a' is no finite number"),
    (lambda d: d["levels"].update(frequency=[1, 6]), "levels of frequency"),
    (lambda d: d["levels"].update(frequency=[1.5, 2]), "1.5 is no whole number"),
    (lambda d: d["levels"].update(recency=[1, 2, 3, 4, 9]), "above the number of bins"),
    (lambda d: d["customers"].update(recency=[1, 1, 1, 1, 1]), "customers of recency are not n"),
    (lambda d: d.update(bins=[5, 5]), "three numbers of bins"),
    (lambda d: d.update(bins=[5, 5, True]), "True is no whole number from 2"),
    (lambda d: d.update(weights=[0, 0, 0]), "`weights` must be three numbers"),
    (lambda d: d.update(floor=-1), "floor below 0"),
    (lambda d: d.update(floor=math.nan), "NaN is no number of JSON"),
    (lambda d: d.update(as_of="yesterday"), "yesterday"),
    (lambda d: d.update(window=0), "0 is no whole number from 1"),
    (lambda d: d.update(currency=5), "currency"),
    (lambda d: d.update(definition=None), "definition"),
]


@pytest.mark.parametrize(("damage", "match"), DAMAGE)
def test_a_damaged_file_is_refused(damage, match, tmp_path, cdnow):
    path = tmp_path / "scorer.json"
    rk.rfm.Scorer.fit(cdnow[0]).save(path)
    document = json.loads(path.read_text("utf-8"))
    damage(document)
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(DataError, match=f"no scorer that this version can read: .*{match}"):
        rk.rfm.Scorer.load(path)


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe", b"[1, 2]", b"null", b'{"schema": 1', b"[" * 100_000]
)
def test_something_else_is_refused(raw, tmp_path):
    path = tmp_path / "scorer.json"
    path.write_bytes(raw)
    with pytest.raises(DataError, match="no scorer that this version can read"):
        rk.rfm.Scorer.load(path)
