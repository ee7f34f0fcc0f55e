import dataclasses
import datetime as dt
import json
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import retentionkit as rk
from retentionkit.errors import DataError, KindError, OptionError, RetentionKitWarning

TIERS = ("diamond", "gold", "potential")


def table(customers, as_of="2024-12-31", *, orders=None, window=365, kind=pd):
    """Measures of customers who bought once each, on the last day of a window that was observed."""
    log = kind.DataFrame(
        {
            "customer_id": list(customers),
            "date": [dt.datetime.fromisoformat(as_of)] * len(customers),
            "amount": [1.0] * len(customers) if orders is None else orders,
        }
    )
    found = rk.rfm.measure(rk.Transactions(log), as_of=as_of, window=window)
    return dataclasses.replace(found, observed=window)


def segments(labels, as_of="2024-12-31", *, names=TIERS, ranked=True, **options):
    """Segments of a dictionary from id to label."""
    measures = table(labels, as_of, **options)
    texts = [labels[customer] for customer in measures.customer.tolist()]
    return rk.rfm.Segments.from_labels(measures, texts, names=names, ranked=ranked)


def moved(before, after, *, names=TIERS, ranked=True, **options):
    first = segments(before, "2023-12-31", names=names, ranked=ranked)
    return rk.rfm.migration(first, segments(after, names=names, ranked=ranked), **options)


labels = st.dictionaries(st.integers(1, 12), st.sampled_from([*TIERS, None]), min_size=1)


# Worked example: 27 of 100 potential customers become gold.


@pytest.fixture(scope="module")
def year():
    before = dict.fromkeys(range(100), "potential") | dict.fromkeys(range(100, 110), "gold")
    after = dict.fromkeys(range(27), "gold") | dict.fromkeys(range(27, 60), "potential")
    after |= {100: "diamond", 101: "diamond", 102: "potential", 103: None, 200: "potential"}
    return moved(before, after)


@pytest.fixture(scope="module")
def year_before():
    return segments({1: "gold", 2: "diamond", 3: None, 4: "potential"}, "2023-12-31")


def test_potential_customers_who_become_gold(year):
    rate = year.rate("potential", "gold")
    assert (rate.value, rate.n) == (0.27, 100)
    assert (round(rate.interval.low, 3), round(rate.interval.high, 3)) == (0.193, 0.364)
    assert year.upgrade_rate("potential").interval == rate.interval
    # 27 + 2 are better off, one is worse; 46 are gone, which is no downgrade.
    assert (year.upgrade_rate().value, year.upgrade_rate().n) == (29 / 110, 110)
    assert year.downgrade_rate().value == 1 / 110
    assert year.rate("potential", "exited").value == 0.4
    assert year.n_exited == 46
    both = year.present_at_both()
    assert isinstance(both, rk.rfm.Migration)
    assert (both.rate("potential", "gold").value, both.n_before) == (27 / 60, 64)


def test_segments_outside_have_a_label_of_their_own(year):
    assert year.names == (*TIERS, "unassigned")
    assert year.counts.tolist() == [
        [0, 0, 0, 0, 0],
        [2, 0, 1, 1, 6],
        [0, 27, 33, 0, 40],
        [0, 0, 0, 0, 0],
        [0, 0, 1, 0, 0],
    ]
    assert year.net_flow.tolist() == [2, 17, -65, 1]
    assert year.english[-1] == "Unassigned"
    assert year.chinese[-1] == "未分类"
    assert year.rate("gold", "unassigned").value == 0.1


def test_what_is_printed(year):
    assert repr(year) == (
        "Migration\n"
        "  before      110 customers as of 2023-12-31: 33 stayed, 31 moved, 46 exited\n"
        "  after       65 customers as of 2024-12-31: 33 stayed, 31 moved, 1 entered\n"
        "  ranked      110 customers: 29 up, 1 down, 33 same, 1 without a rank, 46 gone\n"
        "  best first  diamond, gold, potential\n"
        "  table       per cent of the customers of each row\n"
        "  definition  Shares of the customers with a label before, those who are gone included; "
        "segments of\n"
        "              [2023-01-01, 2024-01-01) and [2024-01-02, 2025-01-01); Wilson intervals.\n"
        "        from  customers  diamond  gold  potential  unassigned  exited\n"
        "     diamond          0        –     –          –           –       –\n"
        "        gold         10       20     0         10          10      60\n"
        "   potential        100        0    27         33           0      40\n"
        "  unassigned          0        –     –          –           –       –\n"
        "     entered          1        0     0        100           0       –"
    )
    assert (year.before_as_of, year.after_as_of) == (dt.date(2023, 12, 31), dt.date(2024, 12, 31))
    assert json.loads(json.dumps(year.to_dict(), allow_nan=False))["before_as_of"] == "2023-12-31"


def test_the_eleven_segments_of_cdnow_fit_a_screen():
    log = rk.Transactions(rk.datasets.load_cdnow())

    tables = [
        rk.rfm.measure(log, as_of=day, window="9 months") for day in ("1997-09-30", "1998-06-30")
    ]
    scorer = rk.rfm.Scorer.fit(tables[0], cuts={"recency": [30, 60, 120, 180]})
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Scores by the cuts of")  # customers did change
        found = rk.rfm.migration(*(rk.rfm.STANDARD.assign(scorer.score(t)) for t in tables))
    assert (found.n_before, found.n_stayed + found.n_moved, found.n_after) == (2357, 684, 684)
    lines = repr(found).splitlines()
    assert max(map(len, lines)) <= 100
    assert len(lines) < 25
    assert "…" not in repr(found)


# Reference: loops over the customers by name.


@settings(max_examples=40)
@given(before=labels, after=labels, better=st.permutations([*TIERS, "unassigned"]))
def test_counts_and_moves_by_loops(before, after, better):
    found = moved(before, after, ranking=better)
    named = [{c: x or "unassigned" for c, x in part.items()} for part in (before, after)]
    both = [(named[0][c], named[1][c]) for c in before.keys() & after.keys()]
    for source in found.names:
        for target in found.names:
            at = found.names.index(source), found.names.index(target)
            assert found.counts[at] == both.count((source, target))
    up = sum(better.index(b) < better.index(a) for a, b in both)
    down = sum(better.index(b) > better.index(a) for a, b in both)
    assert found.upgrade_rate().value == up / len(before)
    assert found.downgrade_rate().value == down / len(before)
    assert found.n_before == found.n_stayed + found.n_moved + found.n_exited == len(before)
    assert found.n_after == found.n_stayed + found.n_moved + found.n_entered == len(after)


# Definition: what is the same segment at two dates.


def test_one_date_may_have_more_segments():
    names = ("diamond", "gold", "silver", "potential")
    few = segments({1: "gold", 2: "potential"}, "2023-12-31")
    more = segments({1: "silver", 2: "gold"}, names=names)
    found = rk.rfm.migration(few, more)
    assert found.names == found.ranking == names
    assert (found.upgrade_rate().value, found.downgrade_rate().value) == (0.5, 0.5)
    later = segments({1: "silver", 2: "gold"}, "2023-12-31", names=names)
    assert rk.rfm.migration(later, segments({1: "gold"})).names == names


def test_names_are_matched_whatever_their_order():
    before = segments({1: "gold", 2: "potential"}, "2023-12-31", ranked=False)
    after = segments({1: "gold", 2: "gold"}, names=TIERS[::-1], ranked=False)
    found = rk.rfm.migration(before, after)
    assert found.names == TIERS
    assert found.rate("gold", "gold").value == found.rate("potential", "gold").value == 1
    assert found.ranking is None
    ranked = rk.rfm.migration(before, after, ranking=["gold", "potential"])
    assert (ranked.upgrade_rate().value, ranked.upgrade_rate().n) == (0.5, 2)


def test_one_segment_has_no_better():
    assert moved({1: "all"}, {1: "all"}, names=["all"]).ranking is None


def test_customers_who_only_sent_goods_back_are_a_label():
    refunds = segments({1: "gold", 2: "gold"}, orders=[5.0, -1.0])
    found = rk.rfm.migration(segments({1: "gold", 2: "gold"}, "2023-12-31"), refunds)
    assert found.names == (*TIERS, "refund_only")
    assert found.rate("gold", "refund_only").value == 0.5
    assert found.targets(language="zh")[-2:] == ("仅退款", "期末不在")


def test_what_the_windows_share_is_said():
    before = segments({1: "gold"}, "2024-09-30")
    found = rk.rfm.migration(before, segments({1: "gold"}))
    # From 2 January (a leap year's 365 days) up to 30 September.
    shared = (dt.date(2024, 10, 1) - dt.date(2024, 1, 2)).days
    assert f"which share {shared} days" in found.definition
    assert "share" not in moved({1: "gold"}, {1: "gold"}).definition[10:]


@pytest.mark.parametrize("window", [351, 365, 366, 380])
def test_calendar_years_are_of_equal_length(window):
    before = segments({1: "gold"}, "2023-12-31")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        rk.rfm.migration(before, segments({1: "gold"}, window=window))


# Properties.


@settings(max_examples=20)
@given(after=labels, data=st.data())
def test_row_order_does_not_matter(year_before, after, data):
    whole = segments(after)
    rows = np.array(data.draw(st.permutations(range(len(after)))))
    shuffled = rk.rfm.Segments.from_labels(
        whole.table[rows], [after[i] for i in whole.customer[rows]], names=TIERS, ranked=True
    )
    wanted, found = (rk.rfm.migration(year_before, part) for part in (whole, shuffled))
    assert found.equals(wanted)


def test_nobody_moves_if_nothing_changed():
    same = {1: "gold", 2: None, 3: "diamond"}
    found = moved(same, same)
    assert (found.n_stayed, found.n_moved, found.n_exited, found.n_entered) == (3, 0, 0, 0)
    assert found.upgrade_rate().value == found.downgrade_rate().value == 0


@pytest.mark.parametrize("kind", [pd, pl])
def test_the_frame_is_of_the_kind_that_the_caller_brought(kind):
    before = segments({1: "gold"}, "2023-12-31", kind=kind)
    frame = rk.rfm.migration(before, segments({1: "diamond"}, kind=kind)).to_frame()
    assert isinstance(frame, kind.DataFrame)
    assert list(frame.columns) == ["from", "to", "customers", "share", "low", "high"]


def test_recutting_makes_sizes_constant_and_half_of_the_movers_fall():
    """Why cuts must be frozen: whatever happened, the shares of the classes are the same."""
    rng = np.random.default_rng(5)
    for drift in (0.2, 1.0, 5.0):
        parts = []
        for as_of, scale in (("2023-12-31", 1.0), ("2024-12-31", drift)):
            spend = rng.gamma(2.0, scale, 400)
            high = spend > np.median(spend)
            parts.append({i: "gold" if x else "potential" for i, x in enumerate(high)})
            assert sum(high) == 200, as_of
        assert moved(*parts).net_flow.tolist() == [0, 0, 0]
        assert moved(*parts).upgrade_rate().value == moved(*parts).downgrade_rate().value


# Refusals.


def test_windows_of_different_length_are_warned_about():
    before = segments({1: "gold"}, "2023-12-31", window=180)
    with pytest.warns(RetentionKitWarning, match="180 days before and 365 after") as caught:
        rk.rfm.migration(before, segments({1: "gold"}))
    assert caught[0].filename == __file__


def scored(as_of, orders, *, how=None, rules=None):
    """Segments of scores of customers with these orders, made by `how`."""
    first = dt.date.fromisoformat(as_of)
    rows = [(c, first - dt.timedelta(days=c + d), 1.0) for c, n in orders.items() for d in range(n)]
    frame = pd.DataFrame(rows, columns=["customer_id", "date", "amount"])
    log = rk.Transactions(frame.assign(date=pd.to_datetime(frame["date"])))
    measures = rk.rfm.measure(log, as_of=as_of, window=365)
    measures = dataclasses.replace(measures, observed=365)
    rules = rules or rk.rfm.SegmentRules([rk.rfm.Rule("top", frequency=5), rk.rfm.Rule("rest")])
    return measures, rules.assign(how(measures) if how else rk.rfm.score(measures))


FEW = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5}
MORE = {1: 1, 2: 4, 3: 6, 4: 8, 5: 10}


def test_scores_cut_anew_are_warned_about():
    _, before = scored("2023-12-31", FEW)
    _, after = scored("2024-12-31", MORE)
    with pytest.warns(
        RetentionKitWarning, match="scores of frequency were not cut alike"
    ) as caught:
        rk.rfm.migration(before, after)
    assert caught[0].filename == __file__
    assert "rk.rfm.Scorer.fit(table_before)" in str(caught[0].message)
    every = rk.rfm.STANDARD
    before, after = (
        scored(*part, rules=every)[1] for part in (("2023-12-31", FEW), ("2024-12-31", MORE))
    )
    with pytest.warns(RetentionKitWarning, match="scores of frequency, monetary were not"):
        rk.rfm.migration(before, after)


def test_scores_without_cuts_are_warned_about():
    def spread(measures):
        return rk.rfm.score(measures, ties="spread_by_id")

    before, after = (scored(day, FEW, how=spread)[1] for day in ("2023-12-31", "2024-12-31"))
    with pytest.warns(RetentionKitWarning, match="ties spread by id, have no cuts to hold"):
        rk.rfm.migration(before, after)
    _, cut = scored("2024-12-31", FEW)
    with pytest.warns(RetentionKitWarning, match="scores of frequency were not cut alike"):
        rk.rfm.migration(before, cut)


def test_frozen_cuts_are_not_warned_about():
    measures, before = scored("2023-12-31", FEW)
    scorer = rk.rfm.Scorer.fit(measures)
    # Some scores do not occur at the second date: the others are cut as they were.
    _, after = scored("2024-12-31", {1: 1, 2: 1, 3: 2, 4: 3, 5: 4}, how=scorer.score)
    assert after.cuts != before.cuts
    found = rk.rfm.migration(before, after)
    assert found.rate("top", "rest").value == 1
    # Cuts of measures that the rules do not use may differ, and own cuts are the same.
    own = {"frequency": [2, 3, 4, 5]}
    parts = [
        scored(day, orders, how=lambda table: rk.rfm.score(table, cuts=own))[1]
        for day, orders in (("2023-12-31", FEW), ("2024-12-31", MORE))
    ]
    assert rk.rfm.migration(*parts).rate("rest", "top").value == 0.5


def test_days_that_the_log_does_not_cover_are_warned_about():
    """A year that ends three months after the first row is no year, however it was asked for."""
    log = rk.Transactions(rk.datasets.load_cdnow())

    def tiers(as_of, window):
        table = rk.rfm.measure(log, as_of=as_of, window=window)
        labels = np.where(table.orders > 1, "often", "rarely")
        return rk.rfm.Segments.from_labels(table, labels)

    after = tiers("1998-03-31", "12 months")
    with pytest.warns(RetentionKitWarning, match="covers 90 days of the window before and 365"):
        rk.rfm.migration(tiers("1997-03-31", "12 months"), after)
    # Windows of which as much was observed compare, whatever their length.
    found = rk.rfm.migration(tiers("1997-03-31", "12 months"), tiers("1998-03-31", "3 months"))
    assert found.n_before == 2357


def test_dates_must_be_in_order():
    one = segments({1: "gold"})
    with pytest.raises(OptionError, match="`before` must be earlier than `after`") as error:
        rk.rfm.migration(one, one)
    assert error.value.received == "before as of 2024-12-31, after as of 2024-12-31"
    with pytest.raises(OptionError, match="must be earlier"):
        rk.rfm.migration(one, segments({1: "gold"}, "2023-12-31"))


def test_other_things_are_refused():
    one = segments({1: "gold"}, "2023-12-31")
    for pair in ((one, one.table), (["gold"], one)):
        with pytest.raises(KindError, match="no segments"):
            rk.rfm.migration(*pair)


def test_different_segments_are_refused():
    before = segments({1: "gold"}, "2023-12-31")
    with pytest.raises(OptionError, match="different segments") as error:
        rk.rfm.migration(before, segments({1: "gold"}, names=["gold", "silver"]))
    assert error.value.received == "only before: 'diamond', 'potential'; only after: 'silver'"


def test_a_ranking_is_needed_for_up_and_down():
    found = moved({1: "gold"}, {1: "diamond"}, ranked=False)
    for rate in (found.upgrade_rate, found.downgrade_rate):
        with pytest.raises(OptionError, match="no better and worse") as error:
            rate()
        assert "ranking=[...]" in error.value.do
    before = segments({1: "gold"}, "2023-12-31")
    after = segments({1: "gold"}, names=TIERS[::-1])
    with pytest.raises(OptionError, match="ranked in different orders"):
        rk.rfm.migration(before, after)
    assert rk.rfm.migration(before, after, ranking=TIERS).ranking == TIERS
    with pytest.raises(OptionError, match="`ranking` does not rank"):
        moved({1: "gold"}, {1: "gold"}, ranking=["gold", "silver"])


def test_ids_of_other_kinds_are_refused():
    with pytest.raises(DataError, match="of different kinds"):
        rk.rfm.migration(segments({1: "gold"}, "2023-12-31"), segments({"1": "gold"}))


def test_the_confidence_is_checked():
    assert moved({1: "gold"}, {1: "gold"}, confidence=0.9).confidence == 0.9
    with pytest.raises(OptionError, match="`confidence` must lie"):
        moved({1: "gold"}, {1: "gold"}, confidence=1)
