import json
import math

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retentionkit import intervals
from retentionkit.errors import DataError, OptionError
from retentionkit.transitions import ENTERED, EXITED, Labelled, transitions

NAMES = ("happy", "calm", "cross")


def moved(before, after, **options):
    """Transitions of two dictionaries from id to label."""
    options = {"names": NAMES, **options}
    names = list(options["names"])
    parts = [
        Labelled(list(part), np.array([names.index(x) for x in part.values()], dtype=int))
        for part in (before, after)
    ]
    return transitions(*parts, **options)


# Ids of up to 12 customers, in the order in which they were drawn.
labels = st.dictionaries(st.integers(0, 11), st.sampled_from(NAMES), max_size=12)


# Worked example: five customers by hand.


@pytest.fixture
def five():
    before = {"ann": "happy", "bob": "calm", "cy": "calm", "di": "cross"}
    after = {"eve": "happy", "cy": "calm", "bob": "happy", "ann": "cross"}
    return moved(before, after, ranking=NAMES)


def test_five_customers_by_hand(five):
    assert five.counts.tolist() == [[0, 0, 1, 0], [1, 1, 0, 0], [0, 0, 0, 1], [1, 0, 0, 0]]
    assert five.stayed.tolist() == [0, 1, 0]
    assert five.entries.tolist() == [1, 0, 0]
    assert five.exits.tolist() == [0, 0, 1]
    assert five.before.tolist() == [1, 2, 1]
    assert five.after.tolist() == [2, 1, 1]
    assert five.net_flow.tolist() == [1, -1, 0]
    assert (five.n_before, five.n_after) == (4, 4)
    assert (five.n_stayed, five.n_moved, five.n_entered, five.n_exited) == (1, 2, 1, 1)
    np.testing.assert_array_equal(
        five.shares, [[0, 0, 1, 0], [0.5, 0.5, 0, 0], [0, 0, 0, 1], [1, 0, 0, math.nan]]
    )


def test_rates_by_hand(five):
    assert five.rate("calm", "happy").value == 0.5
    assert five.rate("cross", EXITED).value == 1
    assert five.rate(ENTERED, "happy").n == 1
    assert math.isnan(five.rate(ENTERED, EXITED).value)
    # bob is better off and ann worse; di, who is gone, is neither but counts below.
    assert (five.upgrade_rate().value, five.upgrade_rate().n) == (0.25, 4)
    assert (five.downgrade_rate().value, five.downgrade_rate("happy").value) == (0.25, 1)
    assert (five.upgrade_rate("calm").value, five.upgrade_rate("happy").value) == (0.5, 0)
    both = five.present_at_both()
    assert (both.upgrade_rate().n, both.n_before, both.n_after) == (3, 3, 3)
    assert both.upgrade_rate().value == pytest.approx(1 / 3, rel=1e-15)
    assert math.isnan(both.rate("cross", "happy").value)
    assert (both.scope, five.scope) == ("both", "all")


def test_what_is_said(five):
    assert five.rate("calm", "happy").definition == (
        "Customers 'calm' before who are 'happy' after, as a share of all 'calm' before, those who "
        "are gone included; Wilson interval."
    )
    assert five.present_at_both().upgrade_rate().definition == (
        "Customers with a ranked label before whose label is better after, as a share of those "
        "with a ranked label before who are there at both dates; Wilson interval."
    )
    assert five.definition == (
        "Shares of the customers with a label before, those who are gone included; Wilson "
        "intervals."
    )
    assert "who are there at both dates; W" in five.present_at_both().definition
    assert repr(five) == (
        "Transitions\n"
        "  before      4 customers: 1 stayed, 2 moved, 1 exited\n"
        "  after       4 customers: 1 stayed, 2 moved, 1 entered\n"
        "  ranked      4 customers: 1 up, 1 down, 1 same, 1 gone\n"
        "  best first  happy, calm, cross\n"
        "  table       per cent of the customers of each row\n"
        "  definition  Shares of the customers with a label before, those who are gone included; "
        "Wilson\n"
        "              intervals.\n"
        "     from  customers  happy  calm  cross  exited\n"
        "    happy          1      0     0    100       0\n"
        "     calm          2     50    50      0       0\n"
        "    cross          1      0     0      0     100\n"
        "  entered          1    100     0      0       –"
    )
    printed = repr(five.present_at_both())
    assert printed.endswith(
        "   from  customers  happy  calm  cross\n"
        "  happy          1      0     0    100\n"
        "   calm          2     50    50      0\n"
        "  cross          0      –     –      –"
    )


def test_customers_who_lose_their_rank_are_said():
    found = moved({1: "happy", 2: "calm"}, {1: "cross", 2: "calm"}, ranking=["calm", "happy"])
    assert "2 customers: 0 up, 0 down, 1 same, 1 without a rank, 0 gone" in repr(found)
    assert found.downgrade_rate().value == 0
    assert found.upgrade_rate("happy").n == 1


def test_a_published_wilson_interval():
    # 27 of 100: 0.193 to 0.364, as printed with Wilson's method.
    before = dict.fromkeys(range(100), "calm")
    after = {i: "happy" if i < 27 else "calm" for i in range(100)}
    rate = moved(before, after).rate("calm", "happy")
    assert (round(rate.interval.low, 3), round(rate.interval.high, 3)) == (0.193, 0.364)
    assert (rate.value, rate.n) == (0.27, 100)


# Reference: dictionaries and loops.


def counted(before, after):
    """Counts by looking at each customer by name."""
    found = dict.fromkeys([(a, b) for a in (*NAMES, ENTERED) for b in (*NAMES, EXITED)], 0)
    for customer in before.keys() | after.keys():
        found[before.get(customer, ENTERED), after.get(customer, EXITED)] += 1
    return found


@given(before=labels, after=labels)
def test_counts_rates_and_table_by_loops(before, after):
    found = moved(before, after)
    wanted = counted(before, after)
    assert found.counts.ravel().tolist() == list(wanted.values())
    for (a, b), count in wanted.items():
        total = sum(n for (row, _), n in wanted.items() if row == a)
        rate = found.rate(a, b)
        if total == 0 or (a, b) == (ENTERED, EXITED):
            assert math.isnan(rate.value)
            continue
        assert rate.value == count / total
        low, high = intervals.wilson(count, total)
        assert (rate.interval.low, rate.interval.high) == (low, high)
    frame = found.to_frame().set_index(["from", "to"])
    assert frame["customers"].to_dict() == {
        pair: n for pair, n in wanted.items() if pair != (ENTERED, EXITED)
    }
    rates = [found.rate(*pair) for pair in frame.index]
    limits = [(rate.value, rate.interval.low, rate.interval.high) for rate in rates]
    np.testing.assert_array_equal(frame[["share", "low", "high"]], limits)


@given(before=labels, after=labels, ranking=st.permutations(NAMES), size=st.integers(2, 3))
def test_moves_up_and_down_by_loops(before, after, ranking, size):
    ranks = {name: at for at, name in enumerate(ranking[:size])}
    found = moved(before, after, ranking=ranking[:size])
    for source in (None, *ranks):
        rows = [c for c, x in before.items() if x in ranks and source in {None, x}]
        steps = [ranks[after[c]] - ranks[before[c]] for c in rows if after.get(c) in ranks]
        up, down = found.upgrade_rate(source), found.downgrade_rate(source)
        assert up.n == down.n == len(rows)
        if rows:
            assert up.value == sum(step < 0 for step in steps) / len(rows)
            assert down.value == sum(step > 0 for step in steps) / len(rows)


# Definition: nobody disappears.


@given(before=labels, after=labels)
def test_both_totals_are_reconciled(before, after):
    found = moved(before, after)
    assert found.n_before == len(before) == found.n_stayed + found.n_moved + found.n_exited
    assert found.n_after == len(after) == found.n_stayed + found.n_moved + found.n_entered
    assert (found.after - found.before == found.net_flow).all()
    assert found.net_flow.sum() == found.n_entered - found.n_exited
    known = found.counts.sum(axis=1) > 0
    np.testing.assert_allclose(np.nansum(found.shares[known], axis=1), 1, rtol=1e-12)
    assert np.isnan(found.shares[~known]).all()
    inside = ~np.isnan(found.shares)
    assert (found.low[inside] <= found.shares[inside] + 1e-15).all()
    assert (found.shares[inside] <= found.high[inside] + 1e-15).all()
    both = found.present_at_both()
    assert both.n_before == both.n_after == len(before.keys() & after.keys())
    assert both.n_exited == both.n_entered == 0
    np.testing.assert_array_equal(both.counts[:-1, :-1], found.counts[:-1, :-1])


@given(before=labels, after=labels)
def test_rates_of_those_at_both_dates_are_those_of_the_common_customers(before, after):
    common = before.keys() & after.keys()
    parts = [{c: x for c, x in part.items() if c in common} for part in (before, after)]
    wanted, found = moved(*parts), moved(before, after).present_at_both()
    for name in ("counts", "shares", "low", "high"):
        np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name))


# Properties.


@given(before=labels, after=labels, data=st.data())
def test_the_order_of_rows_does_not_matter(before, after, data):
    shuffled = [dict(data.draw(st.permutations(list(part.items())))) for part in (before, after)]
    assert moved(*shuffled).equals(moved(before, after))


@given(before=labels, after=labels)
def test_back_in_time_is_the_transpose(before, after):
    forth, back = moved(before, after, ranking=NAMES), moved(after, before, ranking=NAMES)
    np.testing.assert_array_equal(forth.counts.T, back.counts)
    up, down = forth.upgrade_rate(), back.downgrade_rate()
    if up.n and down.n:
        assert round(up.value * up.n) == round(down.value * down.n)


@given(before=labels, after=labels)
def test_ids_may_be_numbers_or_text_in_any_column(before, after):
    wanted = moved(before, after)
    texts = [{f"c{c}": x for c, x in part.items()} for part in (before, after)]
    assert moved(*texts).equals(wanted)


@pytest.mark.parametrize("column", [list, np.array, pd.Series, pl.Series, pa.array])
def test_ids_in_columns_of_each_library(column):
    before, after = column([3, 1, 2]), column([2, 3, 4])
    found = transitions(Labelled(before, [0, 1, 1]), (after, [0, 0, 1]), names=["a", "b"])
    assert found.counts.tolist() == [[1, 0, 0], [1, 0, 1], [0, 1, 0]]


def test_nobody_at_either_date():
    found = moved({}, {})
    assert (found.n_before, found.n_after, found.counts.sum()) == (0, 0, 0)
    assert np.isnan(found.shares).all()
    assert "    happy          0      –     –      –       –\n" in repr(found)
    assert math.isnan(moved({}, {}, ranking=NAMES).upgrade_rate().value)


def test_other_levels_have_other_limits():
    before, after = dict.fromkeys(range(10), "calm"), dict.fromkeys(range(3), "happy")
    found = moved(before, after, confidence=0.5)
    low, high = intervals.wilson(3, 10, confidence=0.5)
    assert (found.low[1, 0], found.high[1, 0], found.confidence) == (low, high, 0.5)
    assert found.rate("calm", "happy").interval.low == low
    assert found.present_at_both().confidence == 0.5


def test_a_result_cannot_be_changed_and_is_strict_json(five):
    for name in ("counts", "shares", "low", "high", "stayed", "entries", "exits"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(five, name)[...] = 1
    written = json.loads(json.dumps(five.to_dict(), allow_nan=False))
    assert written["shares"][3][3] is None
    assert written["ranking"] == list(NAMES)


def test_frames_are_of_the_kind_that_is_asked_for():
    frame = moved({1: "happy"}, {1: "calm"}, kind="polars").to_frame()
    assert isinstance(frame, pl.DataFrame)
    assert frame["share"].null_count() == frame.height - 4  # rows without customers


def test_labels_for_people():
    found = moved(
        {1: "happy"},
        {1: "calm"},
        english=["Happy", "Calm", "Cross"],
        chinese=["满意", "平静", "不满"],
    )
    assert found.sources() == ("happy", "calm", "cross", "entered")
    assert found.targets(language="en") == ("Happy", "Calm", "Cross", "Not there after")
    assert found.sources(language="zh") == ("满意", "平静", "不满", "期初不在")
    assert moved({}, {}).targets(language="zh") == (*NAMES, "期末不在")


@pytest.mark.parametrize("size", [2, 6, 11, 13, 30])
def test_what_is_printed_fits_a_screen(size):
    rng = np.random.default_rng(0)
    names = [f"a_rather_long_name_{at}" for at in range(size)]
    ids = np.arange(4000)
    found = transitions(
        Labelled(ids[:3000], rng.integers(0, size, 3000)),
        Labelled(ids[500:], rng.integers(0, size, 3500)),
        names=names,
        ranking=names,
    )
    lines = repr(found).splitlines()
    assert max(map(len, lines)) <= 100
    if size == 11:
        assert lines[-12].split()[:3] == ["1", "a_rather_long_name_0", f"{found.before[0]:,}"]
        assert lines[-13].split() == ["from", "customers", *map(str, range(1, 12)), "exited"]
    if size == 30:  # the long form where even numbers do not fit
        assert "per cent" not in repr(found)
        assert lines[-12].split() == ["from", "to", "customers", "share", "low", "high"]


def test_a_share_that_is_rounded_to_none_is_not_printed_as_none():
    before = dict.fromkeys(range(1000), "calm")
    assert "<1" in repr(moved(before, {**before, 0: "happy"}))


def test_labels_called_like_a_column_are_printed():
    found = moved({1: "from"}, {1: "customers"}, names=["from", "customers"])
    assert "1 from          1  0  100       0" in repr(found)


def test_what_the_labels_are_is_said():
    found = moved({1: "happy"}, {1: "calm"}, labels="moods of two days")
    assert found.definition.endswith("gone included; moods of two days; Wilson intervals.")
    assert "at both dates; moods" in found.present_at_both().definition


# Refusals.


@pytest.mark.parametrize("side", ["before", "after"])
def test_ids_that_occur_twice_are_refused(side):
    parts = {"before": ([1, 2], [0, 1]), "after": ([1, 2], [0, 1])}
    parts[side] = ([1, 2, 2], [0, 1, 1])
    with pytest.raises(DataError, match=f"more than once in `{side}`") as error:
        transitions(parts["before"], parts["after"], names=["a", "b"])
    assert error.value.received == "2"


@pytest.mark.parametrize("ids", [[1, None], ["a", None], [1.0, math.nan], pl.Series([1, None])])
def test_missing_ids_are_refused(ids):
    with pytest.raises(DataError, match=r"`after\.ids` has missing ids"):
        transitions(([1], [0]), (ids, [0, 1]), names=["a", "b"])


def test_ids_that_cannot_match_are_refused():
    with pytest.raises(DataError, match="of different kinds, so that none can") as error:
        transitions(([1, 2], [0, 1]), (["1", "2"], [0, 1]), names=["a", "b"])
    assert error.value.received == "numbers, such as 1 and text, such as '1'"
    # Other customers of the same kind may well be all new, and nobody has any kind.
    assert transitions(([1], [0]), ([2], [0]), names=["a"]).n_exited == 1
    assert transitions(([], []), (["x"], [0]), names=["a"]).n_entered == 1


@pytest.mark.parametrize("position", [[0, 2], [-1, 0], [0], [0.0, 1.0], [[0, 1]], ["a", "b"]])
def test_positions_that_are_no_labels_are_refused(position):
    with pytest.raises(DataError, match=r"`before\.position` does not say which label") as error:
        transitions(([1, 2], position), ([1], [0]), names=["a", "b"])
    assert error.value.allowed == "one whole number from 0 to 1 for each id"


@pytest.mark.parametrize("names", [[], ["a", "a"], ["a", ENTERED], [EXITED], "ab"])
def test_names_that_do_not_name_each_label_once_are_refused(names):
    with pytest.raises(OptionError, match="`names` does not name each label once"):
        transitions(([1], [0]), ([1], [0]), names=names)


@pytest.mark.parametrize("ranking", [[], ["a"], ["a", "a"], ["a", "c"], "ab"])
def test_rankings_of_other_labels_are_refused(ranking):
    with pytest.raises(OptionError, match="`ranking` does not rank the labels"):
        transitions(([1], [0]), ([1], [0]), names=["a", "b"], ranking=ranking)


def test_options_are_checked(five):
    with pytest.raises(OptionError, match="no better and worse") as error:
        moved({1: "happy"}, {1: "calm"}).upgrade_rate()
    assert error.value.do.startswith("Pass ranking=[...]")
    with pytest.raises(OptionError, match="`source` is not one of its choices"):
        five.rate("exited", "happy")
    with pytest.raises(OptionError, match="`target` is not one of its choices"):
        five.rate("happy", "entered")
    labels = {"english": ["Well off", "Broke", "Gone"], "chinese": ["富", "穷", "走"]}
    names = ["a1", "b2", "c3"]
    found = transitions(([1], [0]), ([1], [1]), names=names, ranking=names[:2], **labels)
    for label, meant in {"Well off": "a1", "穷": "b2", "期初不在": "entered"}.items():
        with pytest.raises(OptionError, match=f"Pass source='{meant}' if that is meant"):
            found.rate(label, "a1")
    with pytest.raises(OptionError, match="Pass target='exited' if that is meant"):
        found.rate("a1", "Not there after")
    with pytest.raises(OptionError, match="Pass source='a1' if that is meant"):
        found.upgrade_rate("富")
    # Nobody is pointed to what would be refused as well.
    with pytest.raises(OptionError, match="Pass one of them"):
        found.upgrade_rate("走")
    with pytest.raises(OptionError, match="`source` is not one of its choices"):
        five.downgrade_rate("bored")
    with pytest.raises(OptionError, match="`language` is not one of its choices"):
        five.sources(language="de")
    with pytest.raises(OptionError, match="`confidence` must lie"):
        moved({}, {}, confidence=95)
