"""Histories from arrays and from a ready summary: what is taken, and what no history can be."""

import json
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retentionkit.errors import ColumnError, DataError, OptionError
from retentionkit.histories import PurchaseHistories
from strategies import frame_of

SUMMARY = {
    "id": [7, 3, 5],
    "frequency": [2, 0, 1],
    "recency": [30.43, 0.0, 1.71],
    "T": [38.86, 38.86, 38.0],
    "mean": [22.35, None, 11.77],
}


def few(**changes):
    arrays = {"frequency": [2, 0, 1], "recency": [30.43, 0.0, 1.71], "age": [38.86, 38.86, 38.0]}
    return PurchaseHistories.from_arrays(**(arrays | {"unit": "week"} | changes))


# -- worked example --------------------------------------------------------------------------------


def test_one_customer_of_a_service():
    one = PurchaseHistories.from_arrays(2, 30.43, 38.86, unit="week", monetary_value=22.35)
    assert (len(one), one.n_customers) == (1, 1)
    assert (one.frequency.dtype, one.frequency.tolist()) == (np.int64, [2])
    assert repr(one).splitlines()[1:4] == [
        "  customers   1",
        "  unit        week",
        "  definition  Purchase histories as they were given.",
    ]
    assert one.to_dict()["definition"] == "Purchase histories as they were given."


def test_one_customer_takes_well_under_a_millisecond():
    """The best of some: a quarter of a millisecond leaves a wide margin for slow machines."""

    def once():
        begun = time.perf_counter()
        PurchaseHistories.from_arrays(2, 30.43, 38.86, unit="week")
        return time.perf_counter() - begun

    assert min(once() for _ in range(50)) < 2.5e-4


def test_a_ready_summary(kind):
    columns = SUMMARY | {"id": ["x", "y", "z"]}
    histories = PurchaseHistories.from_frame(
        frame_of(kind, columns), unit="week", customer="id", monetary_value="mean"
    )
    assert histories.customer.tolist() == ["x", "y", "z"]
    assert histories.frequency.tolist() == [2, 0, 1]
    assert histories.age.tolist() == [38.86, 38.86, 38.0]
    assert np.isnan(histories.monetary_value).tolist() == [False, True, False]
    back = histories.to_frame()
    assert type(back) is type(frame_of(kind, columns))
    again = PurchaseHistories.from_frame(
        back, unit="week", customer="customer", monetary_value="monetary_value"
    )
    assert again.equals(histories)


def test_the_index_of_a_pandas_frame_holds_ids():
    frame = pd.DataFrame(SUMMARY)
    assert PurchaseHistories.from_frame(frame, unit="week").customer is None
    indexed = PurchaseHistories.from_frame(frame.set_index("id"), unit="week")
    assert indexed.customer.tolist() == [7, 3, 5]


def test_weights_count_customers():
    histories = few(weight=[10, 20, 2.5], log_gaps=[1.5, 0.0, 0.0])
    assert histories.n_customers == 32
    assert list(histories.to_frame().columns) == ["frequency", "recency", "T", "log_gaps", "weight"]
    assert "weight" not in few(customer=["a", "b", "c"]).to_frame()
    assert few(log_gaps=[1.5, 0.0, 0.0]).grouped().log_gaps.tolist() == [0.0, 0.0, 1.5]


# -- properties ------------------------------------------------------------------------------------


def test_a_selection_of_rows():
    histories = few(customer=["a", "b", "c"], monetary_value=[1, np.nan, 3])
    repeat = histories[histories.frequency > 0]
    assert repeat.customer.tolist() == ["a", "c"]
    assert repeat.monetary_value.tolist() == [1.0, 3.0]
    assert histories[1:].recency.tolist() == [0.0, 1.71]
    assert not repeat.recency.flags.writeable
    assert (repeat.ledger, repeat.origin_unknown) == (None, None)


def test_one_row_is_chosen_by_its_position():
    h = few(customer=["a", "b", "c"])
    for position in (2, -1, np.int64(2)):
        assert h[position].equals(h[2:3])
    with pytest.raises(IndexError):
        h[3]


@pytest.mark.parametrize("missing", [0, 0.0, None, np.nan])
def test_without_repeats_there_is_no_mean(kind, missing):
    """lifetimes writes 0 there, as if the purchases brought nothing."""
    frame = frame_of(kind, SUMMARY | {"mean": [22.35, missing, 0.0]})
    arrays = few(monetary_value=[22.35, np.nan if missing is None else missing, 0.0])
    read = PurchaseHistories.from_frame(frame, unit="week", customer="id", monetary_value="mean")
    for h in (read, arrays):
        assert np.array_equal(h.monetary_value, [22.35, np.nan, 0.0], equal_nan=True)
        with pytest.raises(ValueError, match="read-only"):
            h.monetary_value[0] = 1


def test_a_mean_without_repeats_is_refused():
    with pytest.raises(DataError, match=r"5 at position 1\n(.|\n)*without the first one"):
        few(monetary_value=[22.35, 5.0, 3.0])
    frame = pd.DataFrame(SUMMARY | {"mean": [22.35, -5.0, 3.0]})
    with pytest.raises(DataError, match=r"`monetary_value` holds(.|\n)*-5 at position 1"):
        PurchaseHistories.from_frame(frame, unit="week", monetary_value="mean")


def test_units_are_converted_and_back():
    histories = few(log_gaps=[1.5, 0.0, 0.25])
    days = histories.in_unit("day")
    assert days.age.tolist() == [272.02, 272.02, 266.0]
    assert days.log_gaps == pytest.approx([1.5 + 2 * np.log(7), 0, 0.25 + np.log(7)])
    back = days.in_unit("week")
    np.testing.assert_allclose(back.age, histories.age, rtol=1e-15)
    assert histories.in_unit("week") is histories
    assert few().in_unit("year").log_gaps is None
    with pytest.raises(OptionError, match="`unit` is not one of its choices"):
        histories.in_unit("hour")


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(1, 3), st.integers(0, 2), st.integers(1, 4)),
        min_size=1,
    )
)
def test_grouping_keeps_every_customer_once(rows):
    x, t_x, more, weight = (np.array(column) for column in zip(*rows, strict=True))
    t_x = np.where(x == 0, 0, t_x)
    arrays = (x, t_x, t_x + more)
    grouped = PurchaseHistories.from_arrays(*arrays, unit="day", weight=weight).grouped()
    counts = {}
    for *history, n in zip(*arrays, weight, strict=True):
        counts[tuple(history)] = counts.get(tuple(history), 0) + n
    found = zip(grouped.frequency, grouped.recency, grouped.age, strict=True)
    assert dict(zip(found, grouped.weight, strict=True)) == counts
    assert list(counts and sorted(counts)) == [
        tuple(history)
        for history in zip(grouped.frequency, grouped.recency, grouped.age, strict=True)
    ]
    assert grouped.customer is None


def test_arrays_are_our_own_and_read_only():
    ages = np.array([38.86, 38.86, 38.0])
    histories = few(age=ages)
    ages[0] = 0
    assert histories.age[0] == 38.86
    for array in histories._arrays().values():
        assert not array.flags.writeable
    json.dumps(histories.to_dict(), allow_nan=False)


# -- refusals --------------------------------------------------------------------------------------

WRONG = [
    ({"frequency": [2, -1, 1]}, "frequency", "-1 at position 1"),
    ({"frequency": [2, 0, 1.5]}, "frequency", "1.5 at position 2"),
    ({"frequency": [np.nan, 0, 1]}, "frequency", "nan at position 0"),
    ({"recency": [-3.0, 0.0, 1]}, "recency", "-3 at position 0"),
    ({"recency": [39.0, 0.0, 1]}, "recency", "39 at position 0"),
    ({"recency": [30.0, 1.0, 1]}, "recency", "1 at position 1"),
    ({"recency": [0.0, 0.0, 1]}, "recency", "0 at position 0"),
    ({"age": [np.inf, 38, 38]}, "age", "inf at position 0"),
    ({"age": [40, np.nan, 38]}, "age", "nan at position 1"),
    ({"weight": [1, 0, 1]}, "weight", "0 at position 1"),
    ({"weight": [1, np.nan, 1]}, "weight", "nan at position 1"),
    ({"monetary_value": [1, np.inf, 1]}, "monetary_value", "inf at position 1"),
    ({"log_gaps": [1, np.nan, 1]}, "log_gaps", "nan at position 1"),
]


@pytest.mark.parametrize(("wrong", "name", "shown"), WRONG)
def test_values_that_no_history_can_have(wrong, name, shown):
    with pytest.raises(DataError, match=f"`{name}` holds values that no history") as caught:
        few(**wrong)
    assert shown in str(caught.value)


def test_many_wrong_positions_are_not_all_named():
    with pytest.raises(DataError) as caught:
        PurchaseHistories.from_arrays([0] * 9, [0] * 9, [-1] * 9, unit="day")
    assert "position 4 and 4 more" in caught.value.received


@pytest.mark.parametrize("wrong", ["a", ["a"], [[1.0]], [True], [1j], [{}]])
def test_no_numbers(wrong):
    with pytest.raises(DataError, match="`recency` is no array of numbers"):
        PurchaseHistories.from_arrays(1, wrong, 3, unit="week")


@pytest.mark.parametrize("arrays", [([1, 1], [1], [2]), ([], [], [])])
def test_lengths(arrays):
    with pytest.raises(DataError, match="arrays of one length, with at least one customer"):
        PurchaseHistories.from_arrays(*arrays, unit="week")


def test_ids_are_there_and_unique(kind):
    with pytest.raises(DataError, match="more than once") as caught:
        few(customer=["a", "b", "a"])
    assert "'a' twice" in str(caught.value)
    for missing in (["a", None, "b"], [1.0, np.nan, 2.0]):
        with pytest.raises(DataError, match="missing ids"):
            few(customer=missing)
    frame = frame_of(kind, SUMMARY | {"id": [1, None, 2]})
    with pytest.raises(DataError, match="missing ids"):
        PurchaseHistories.from_frame(frame, unit="week", customer="id")


def test_a_frame_with_wrong_columns(kind):
    frame = frame_of(kind, SUMMARY)
    with pytest.raises(ColumnError, match="no column 'age'"):
        PurchaseHistories.from_frame(frame, unit="week", age="age")
    with pytest.raises(DataError, match="`recency` holds values") as caught:
        PurchaseHistories.from_frame(
            frame_of(kind, SUMMARY | {"recency": [1.0, None, 1.0]}), unit="week"
        )
    assert "nan at position 1" in str(caught.value)
    nothing = frame.slice(0, 0) if kind == "pyarrow" else frame.head(0)
    with pytest.raises(DataError, match="no rows"):
        PurchaseHistories.from_frame(nothing, unit="week")


def test_an_unknown_unit():
    with pytest.raises(OptionError, match="`unit` is not one of its choices"):
        few(unit="weeks")
