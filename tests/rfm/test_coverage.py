"""How many of a segment received a service: by hand, sets, and ids of all kinds."""

import json
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import retentionkit as rk
from retentionkit.errors import DataError, OptionError, RetentionKitWarning

rate = rk.rfm.coverage_rate

# -- worked example --------------------------------------------------------------------------------


def test_coverage_by_hand():
    found = rate([3, 1, 2, 2, 4], [2, 9, 4, 4, 4, 7], customers=range(1, 8))
    assert found.n == 4
    assert found.covered == 2
    assert found.rate.value == 0.5
    assert found.missed.tolist() == [1, 3]
    assert found.n_received == 4
    assert found.received_outside == 2
    assert found.n_unknown == 1
    assert found.duplicates_in_segment == 1
    assert found.duplicates_in_received == 2
    printed = repr(found)
    assert "2 of 4 in the segment: 50.0 % (95 % interval 15.0 to 85.0 %)" in printed
    assert "2 of 4 who received it are not in the segment, 1 of them no customers" in printed
    assert "1 id of the segment, 2 received" in printed
    frame = found.to_frame()
    assert frame.loc[0, ["n", "covered", "missed", "received_outside", "unknown"]].tolist() == [
        4, 2, 2, 2, 1,
    ]  # fmt: skip
    json.dumps(found.to_dict(), allow_nan=False)


def test_without_all_customers_nobody_is_unknown():
    found = rate(["a", "b"], ["b", "c"])
    assert found.n_unknown is None
    assert found.missed.tolist() == ["a"]
    assert "no customers" not in repr(found)
    assert "listed again" not in repr(found)


# -- reference -------------------------------------------------------------------------------------


@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_interval_is_that_of_scipy(confidence):
    found = rate(range(10), range(7, 20), confidence=confidence)
    expected = stats.binomtest(3, 10).proportion_ci(confidence, method="wilson")
    assert found.rate.interval.low == pytest.approx(expected.low, rel=1e-12)
    assert found.rate.interval.high == pytest.approx(expected.high, rel=1e-12)


IDS = st.lists(st.integers(-3, 12), max_size=15)


@given(IDS, IDS)
def test_counts_by_loops(segment, received):
    known = sorted({*segment, *range(5)})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RetentionKitWarning)
        found = rate(segment, received, customers=known)
    wanted = []
    for customer in segment:
        if customer not in wanted:
            wanted.append(customer)
    got = [customer for customer in wanted if customer in received]
    outside = [x for at, x in enumerate(received) if x not in wanted and x not in received[:at]]
    assert (found.n, found.covered) == (len(wanted), len(got))
    assert found.missed.tolist() == sorted(x for x in wanted if x not in got)
    assert found.received_outside == len(outside)
    assert found.n_unknown == sum(x not in known for x in outside)
    assert found.duplicates_in_segment == len(segment) - len(wanted)
    assert found.n_received + found.duplicates_in_received == len(received)
    assert found.covered + found.received_outside == found.n_received


# -- definition ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "received",
    [
        [2, 5],
        (2, 5),
        {2, 5},
        iter([2, 5]),
        {2: "a", 5: "b"}.keys(),
        np.array([2, 5]),
        np.array([2, 5], dtype=np.uint64),
        np.array([2.0, 5.0]),
        np.array([2, 5], dtype=object),
        [np.int32(2), 5],
        [2.0, 5],
        pd.Series([2, 5]),
        pd.Series([2, 5], dtype="Int64"),
        pd.Index([2, 5]),
        pd.Series([2, 5], dtype="category"),
        pl.Series([2, 5]),
        pa.array([2, 5]),
        pa.chunked_array([[2], [5]]),
    ],
    ids=lambda given: type(given).__name__,
)
def test_numbers_in_any_container(received):
    found = rate(np.array([1, 2, 3]), received)
    assert (found.covered, found.n, found.received_outside) == (1, 3, 1)
    assert found.missed.dtype == np.int64


@pytest.mark.parametrize(
    "received",
    [
        ["b", "z"],
        np.array(["b", "z"]),
        np.array(["b", "z"], dtype=object),
        [np.str_("b"), "z"],
        pd.Series(["b", "z"]),
        pd.Series(["b", "z"], dtype="string"),
        pd.Series(["b", "z"], dtype="category"),
        pl.Series(["b", "z"]),
        pl.Series(["b", "z"], dtype=pl.Categorical),
        pa.chunked_array([["b"], ["z"]]),
    ],
    ids=lambda given: type(given).__name__,
)
def test_text_in_any_container(received):
    found = rate(["a", "b", "c"], received)
    assert (found.covered, found.n, found.received_outside) == (1, 3, 1)
    assert found.missed.tolist() == ["a", "c"]


def test_segments_answer_for_themselves():
    log = rk.Transactions(rk.datasets.load_cdnow())
    table = rk.rfm.measure(log)
    labels = ["regular" if n >= 6 else "other" for n in table.orders]
    segments = rk.rfm.Segments.from_labels(table, labels)
    reached = segments.customer[::3]
    found = rate(segments.customers("regular"), reached, customers=segments.customer)
    assert found.n == 283
    assert found.covered == sum(labels[at] == "regular" for at in range(0, len(labels), 3))
    assert found.n_unknown == 0
    assert set(found.missed.tolist()) <= set(segments.customers("regular").tolist())


def test_the_frame_is_of_the_first_series():
    series = pl.Series([2, 3])
    for found in (
        rate(series, pd.Series([2])),
        rate([2, 3], series),
        rate({2, 3}, np.array([2]), customers=series),
    ):
        assert isinstance(found.to_frame(), pl.DataFrame)
    assert isinstance(rate([2, 3], [2]).to_frame(), pd.DataFrame)


def test_nobody_has_no_rate():
    with pytest.warns(RetentionKitWarning, match="`segment` is empty") as told:
        found = rate([], [1, 2])
    assert told[0].filename == __file__
    assert np.isnan(found.rate.value)
    assert "nobody is in the segment\n" in repr(found)
    assert found.missed.tolist() == []
    with pytest.warns(RetentionKitWarning, match="`segment` is empty"):
        rate([], ["a"], customers=["a", "b"])


def test_a_list_of_nobody_is_told():
    for more in ({}, {"customers": ["a", "b"]}):
        with pytest.warns(RetentionKitWarning, match="`received` is empty"):
            found = rate(["a"], [], **more)
        assert found.rate.value == 0
        assert "outside      nobody received it" in repr(found)


def test_large_ids_stay_themselves():
    found = rate(np.array([2**63, 2**64 - 1, 7], dtype=np.uint64), [2**63])
    assert found.missed.tolist() == [7, 2**64 - 1]


# -- properties ------------------------------------------------------------------------------------


@given(IDS.filter(len), IDS, st.randoms(use_true_random=False))
def test_order_and_repeats_change_no_rate(segment, received, random):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RetentionKitWarning)
        plain = rate(segment, received)
        again, more = segment * 2, received * 3
        random.shuffle(again)
        random.shuffle(more)
        other = rate(again, more)
    assert other.rate == plain.rate
    assert other.missed.tolist() == plain.missed.tolist()
    assert other.received_outside == plain.received_outside


# -- refusals --------------------------------------------------------------------------------------


def test_what_matches_nothing_is_told():
    with pytest.warns(RetentionKitWarning, match="None of the ids received is in the segment"):
        found = rate(["C1", "C2"], [" C1"])
    assert found.rate.value == 0
    with pytest.warns(RetentionKitWarning, match="ids like 'C1', and those who received"):
        rate(["C1"], ["c1"], customers=["C1", "C2"])
    # Other customers received it: zero is the rate.
    assert rate(["C1"], ["C2", "x"], customers=["C1", "C2"]).rate.value == 0


def test_numbers_do_not_match_text():
    with pytest.raises(DataError, match="not of one type") as error:
        rate([1, 2], ["1", "2"])
    assert "`segment` like 1, `received` like '1'" in str(error.value)
    with pytest.raises(DataError, match="not of one type"):
        rate(["1"], ["1"], customers=[1])
    with pytest.raises(DataError, match="Column 'received' mixes ids"):
        rate([1], [1, "1"])


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, np.float64("nan")])
def test_missing_ids_are_refused(missing):
    with pytest.raises(DataError, match="`received` has missing ids"):
        rate([1], [1, missing])
    with pytest.raises(DataError, match="`segment` has missing ids"):
        rate(pd.Series([1, missing], dtype=object), [1])


@pytest.mark.parametrize(
    "strange", [1.5, float("inf"), True, b"a", pd.NaT, np.datetime64("2025-01-01")]
)
def test_what_is_no_id_is_refused(strange):
    with pytest.raises(DataError, match=r"'received' (mixes|holds)"):
        rate([1], [1, strange])


@pytest.mark.parametrize(
    "given",
    [
        "C1", b"C1", 5, None, {"a": 1}, pd.DataFrame({"a": [1]}), pl.DataFrame({"a": [1]}),
        pl.LazyFrame({"a": [1]}), pa.table({"a": [1]}), np.ones((2, 2)), np.array(3),
    ],
    ids=lambda given: type(given).__name__,
)  # fmt: skip
def test_what_is_no_list_is_refused(given):
    with pytest.raises(DataError, match="`received` is not one column"):
        rate([1], given)


def test_a_segment_of_strangers_is_refused():
    with pytest.raises(DataError, match="Some ids of `segment` are not among `customers`"):
        rate([1, 2, 3], [1], customers=[1])
    with pytest.raises(OptionError, match="`confidence`"):
        rate([1], [1], confidence=0)
