import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import retentionkit as rk
from retentionkit.errors import ColumnError, DataError, OptionError, RetentionKitWarning
from strategies import frame_of

Renewals = rk.RenewalHistories


def some(renewals=(0, 2, 2, 1), ended=(True, True, False, False), **more):
    return Renewals.from_arrays(list(renewals), list(ended), **({"unit": "year"} | more))


# Worked example: Fader and Hardie (2007), table 1, the regular customers: 1,000 in year 0.


def test_a_cohort_by_hand():
    h = Renewals.from_survivors([1000, 631, 468, 382], unit="year")
    assert h.renewals.tolist() == [0, 1, 2, 3]
    assert h.ended.tolist() == [True, True, True, False]
    assert h.weight.tolist() == [369, 163, 86, 382]
    assert (len(h), h.n_customers, h.customer, h.unit) == (4, 1000, None, "year")
    assert h.definition == "Survivors of 1 cohort, year by year."
    assert h.survivors().tolist() == [1000, 631, 468, 382]
    assert "618; the others still run" in repr(h)
    assert list(h.to_frame().columns) == ["renewals", "ended", "weight"]
    assert h.to_dict()["ended"] == [True, True, True, False]


def test_percentages_times_customers_are_counts():
    shares = np.array([100, 86.9, 74.3, 65.3])
    h = Renewals.from_survivors(shares * 10, unit="year")  # 869.0000000000001 among them
    assert h.survivors().tolist() == [1000, 869, 743, 653]


@pytest.mark.parametrize(
    "several",
    [
        [[10, 8, 5], [6, 4]],
        ([10, 8, 5], np.array([6.0, 4.0])),
        np.array([[10, 8, 5], [6, 4, np.nan]]),
        [pd.Series([10, 8, 5]), pl.Series([6, 4])],
    ],
)
def test_several_cohorts(several):
    h = Renewals.from_survivors(several, unit="month")
    assert h.definition == "Survivors of 2 cohorts, month by month."
    assert h.renewals.tolist() == [0, 1, 2, 0, 1]
    assert h.ended.tolist() == [True, True, False, True, False]
    assert h.weight.tolist() == [2, 3, 5, 2, 4]
    assert h.grouped().weight.tolist() == [4, 3, 4, 5]
    assert h.grouped().ended.tolist() == [True, True, False, False]


def test_a_cohort_that_has_died_out():
    h = Renewals.from_survivors([5, 3, 0], unit="week")
    assert h.renewals.tolist() == [0, 1]
    assert h.ended.all()
    assert h.survivors().tolist() == [5, 3, 0]


# Definition: rows are customers, whoever brings them.


@pytest.mark.parametrize("ids", [True, False])
def test_every_frame_is_read(kind, ids):
    columns = {"id": ["b", "a", "c"], "renewed": [3, 0, 1], "gone": [False, True, False]}
    frame = frame_of(kind, columns)
    names = {"renewals": "renewed", "ended": "gone", "customer": "id" if ids else None}
    h = Renewals.from_frame(frame, unit="month", **names)
    assert h.renewals.tolist() == [3, 0, 1]
    assert h.ended.tolist() == [False, True, False]
    assert h.kind == kind
    assert type(h.to_frame()) is type(frame)
    assert (h.customer is None) != ids
    assert h.weight.tolist() == [1, 1, 1]


def test_frames_of_other_types():
    nullable = pd.DataFrame(
        {
            "renewals": pd.array([1, 2], dtype="Int64"),
            "ended": pd.array([True, False], dtype="boolean"),
            "n": [3, 4],
        },
        index=pd.Index(["x", "y"], name="client"),
    )
    h = Renewals.from_frame(nullable, unit="year", weight="n")
    assert h.customer.tolist() == ["x", "y"]
    assert (h.n_customers, h.ended.tolist()) == (7, [True, False])
    for ended in ([1, 0], [1.0, 0.0], np.array([True, False], dtype=object)):
        again = Renewals.from_frame(pd.DataFrame({"renewals": [1, 2], "ended": ended}), unit="year")
        assert again.ended.tolist() == [True, False]
    arrow = pa.array([True, False])
    assert Renewals.from_arrays([1, 2], arrow, unit="year").ended.tolist() == [True, False]


def test_one_customer_in_a_service():
    one = Renewals.from_arrays(3, ended=False, unit="month")
    assert (len(one), one.renewals.tolist(), one.ended.tolist()) == (1, [3], [False])


def test_rows_are_chosen():
    h = some(customer=["a", "b", "c", "d"])
    part = h[h.ended]
    assert part.customer.tolist() == ["a", "b"]
    assert part.renewals.tolist() == [0, 2]
    assert len(h[:1]) == 1
    assert some()[np.array([3])].customer is None
    assert h[-1].equals(h[3:])
    assert h[0].customer.tolist() == ["a"]


def test_survivors_of_those_observed_alike():
    assert some([0, 2, 2], [True, False, False]).survivors().tolist() == [3, 2, 2]
    assert some([0, 1], [True, True]).survivors().tolist() == [2, 1, 0]
    with pytest.raises(DataError, match="observed for different lengths"):
        some().survivors()


# Properties.


@given(st.lists(st.integers(0, 500), min_size=2, max_size=12).filter(max))
def test_survivors_come_back(counts):
    falling = sorted(counts, reverse=True)
    back = Renewals.from_survivors(falling, unit="year").survivors().tolist()
    last = falling.index(0) + 1 if 0 in falling else len(falling)
    assert back == falling[:last]


def test_histories_cannot_be_changed():
    mine = np.array([0, 1])
    h = Renewals.from_arrays(mine, [True, False], unit="year", weight=[2, 3])
    mine[0] = 9
    assert h.renewals.tolist() == [0, 1]
    parts = (h, h[:1], h.grouped(), Renewals.from_survivors([2, 1], unit="year"))
    for array in (one for part in parts for one in (part.renewals, part.ended, part.weight)):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    assert h.equals(Renewals.from_arrays([0, 1], [True, False], unit="year", weight=[2, 3]))


# Warnings: periods paid are no renewals.


def test_tenures_taken_for_renewals():
    tenure, ended = np.repeat([1, 2, 5], 30), np.repeat([True, True, False], 30)
    with pytest.warns(RetentionKitWarning, match="renewals = tenure - 1") as caught:
        h = Renewals.from_arrays(tenure, ended, unit="month")
    assert caught[0].filename == __file__
    assert h.renewals.tolist() == tenure.tolist()
    frame = pd.DataFrame({"renewals": tenure, "ended": ended})
    with pytest.warns(RetentionKitWarning, match="No contract ended at its first") as caught:
        Renewals.from_frame(frame, unit="month")
    assert caught[0].filename == __file__


def test_renewals_are_no_tenures():
    tenure, ended = np.repeat([1, 2, 5], 30), np.repeat([True, True, False], 30)
    h = Renewals.from_arrays(tenure - 1, ended, unit="month")
    assert h[h.renewals > 0].n_customers == 60  # a selection is a wish, not a mistake
    few = slice(25, 90)
    assert len(Renewals.from_arrays(tenure[few], ended[few] & (tenure[few] > 1), unit="month")) > 0


# Refusals.


@pytest.mark.parametrize(
    ("survivors", "match"),
    [
        ([100, 86.9, 74.3], r"86.9 at position 1\n.*whole numbers of customers\n.*Percentages"),
        ([1.0, 0.869], "multiply them by the number of customers"),
        ([10, 8, 9], "9 after 8 at position 2"),
        ([[10, 8], [5, 7]], "7 after 5 at position 1 of cohort 1"),
        ([10, np.nan, 8], "nan at position 1"),
        ([10, -1], "-1 at position 1"),
        ([10, np.inf], "inf at position 1"),
        ([10], "received: 1 count, the first 10\n"),
        ([10, np.nan], "received: 1 count and 1 missing, the first 10\n"),
        ([np.nan, np.nan], "received: 0 counts and 2 missing, the first missing\n"),
        ([0, 0], "at least two"),
        ([], "at least one|at least two"),
        ([[3, np.nan], [4, 2]], "of cohort 0"),
        (1000, "at least two"),
        ("many", "no array of numbers"),
        ([[[1, 2]]], "no array of numbers"),
    ],
)
def test_counts_that_no_cohort_has(survivors, match):
    with pytest.raises(DataError, match=match):
        Renewals.from_survivors(survivors, unit="year")


@pytest.mark.parametrize(
    ("renewals", "match"),
    [
        ([1, -1], "-1 at position 1"),
        ([1.5, 1], "1.5 at position 0"),
        ([np.nan, 1], "nan at position 0"),
        ([np.inf, 1], "inf at position 0"),
        ([1e300, 1], "1e\\+300 at position 0"),
        (["one", "two"], "`renewals` is no array of numbers"),
        ([1], "one length"),
        ([], "at least one customer"),
    ],
)
def test_renewals_that_no_contract_has(renewals, match):
    ended = [] if renewals == [] else [True, False]
    with pytest.raises(DataError, match=match):
        Renewals.from_arrays(renewals, ended, unit="year")


@pytest.mark.parametrize(
    ("ended", "match"),
    [
        (["True", "False"], "of type <U5"),
        ([True, None], "None at position 1"),
        ([1, 2], "2 at position 1"),
        ([0.0, np.nan], "nan at position 1"),
        (pd.array([True, None], dtype="boolean"), "NA"),
        ([[True, False]], "list of type bool"),
        ([True, "no"], "of type <U|'no'"),
    ],
)
def test_ended_that_says_nothing(ended, match):
    with pytest.raises(DataError, match=match) as caught:
        Renewals.from_arrays([1, 2], ended, unit="year")
    assert "ended=status == 'cancelled'" in str(caught.value)


def test_frames_that_say_nothing(kind):
    frame = frame_of(kind, {"renewals": [1, 2], "ended": [True, None]})
    with pytest.raises(DataError, match="at position 1"):
        Renewals.from_frame(frame, unit="year")
    text = frame_of(kind, {"renewals": [1, 2], "ended": ["yes", "no"]})
    with pytest.raises(DataError, match="does not say of each contract"):
        Renewals.from_frame(text, unit="year")
    with pytest.raises(ColumnError, match="no column 'status'"):
        Renewals.from_frame(frame, unit="year", ended="status")
    missing = frame_of(kind, {"renewals": [1, None], "ended": [True, False]})
    with pytest.raises(DataError, match="nan at position 1"):
        Renewals.from_frame(missing, unit="year")
    twice = frame_of(kind, {"id": ["a", "a"], "renewals": [1, 2], "ended": [True, False]})
    with pytest.raises(DataError, match="occur more than once"):
        Renewals.from_frame(twice, unit="year", customer="id")


def test_other_refusals():
    with pytest.raises(OptionError, match="`unit` is not one of its choices"):
        Renewals.from_arrays([1], [True], unit="quarter")
    with pytest.raises(OptionError, match="`unit` is not one of its choices"):
        Renewals.from_survivors([2, 1], unit="years")
    with pytest.raises(DataError, match="`weight` holds values"):
        some(weight=[1, 0, 1, 1])
    with pytest.raises(TypeError, match="unit"):
        Renewals.from_arrays([1], [True])
