"""Segments of labels that a caller brings."""

import datetime as dt
import enum
import itertools

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retentionkit.errors import DataError, OptionError
from retentionkit.rfm import Segments
from segmented import table_of

RESERVED = ["unassigned", "refund_only", "entered", "exited"]


class Tier(enum.StrEnum):
    """Text with a name of its own."""

    HIGH = "high"
    LOW = "low"


class Bare(enum.Enum):
    """Neither text nor sortable."""

    HIGH = 1
    LOW = 2


def made(labels, size=None, **options):
    """Segments of as many customers as there are labels."""
    return Segments.from_labels(table_of([1.0] * (size or len(labels))), labels, **options)


# Worked example.


def test_labels_by_hand():
    found = made(["b", None, "a", "b"], names={"b": "乙", "a": "甲", "c": "丙"}, ranked=np.True_)
    assert found.names == ("b", "a", "c")
    assert found.chinese == ("乙", "甲", "丙")
    assert found.ranked is True
    assert found.position.tolist() == [0, -1, 1, 0]
    assert found.counts.tolist() == [2, 1, 0]
    assert found.mask("unassigned").tolist() == [False, True, False, False]


# Definition: whatever the container, whatever is missing, the same segments.

MISSING = [None, np.nan, pd.NA, pd.NaT]


@pytest.mark.parametrize(
    "labels",
    [
        *(["b", missing, "a", "b"] for missing in MISSING),
        ("b", None, "a", "b"),
        np.array(["b", None, "a", "b"], dtype=object),
        pd.Series(["b", None, "a", "b"], index=[9, 8, 7, 6]),
        pd.array(["b", pd.NA, "a", "b"], dtype="string"),
        pd.Index(["b", None, "a", "b"]),
        pl.Series(["b", None, "a", "b"]),
        pl.Series(["b", None, "a", "b"], dtype=pl.Categorical),
        pa.array(["b", None, "a", "b"]),
        pa.chunked_array([["b", None], ["a", "b"]]),
        pa.array(["b", None, "a", "b"]).dictionary_encode(),
    ],
    ids=lambda labels: type(labels).__name__,
)
def test_a_column_of_any_library(labels):
    found = made(labels)
    assert found.names == ("a", "b")
    assert found.labels().tolist() == ["b", "unassigned", "a", "b"]


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        ([10, 9, None], ("9", "10")),
        ([10, 2.5, None], ("2.5", "10")),
        (np.array([10, 9, 9], dtype=np.uint8), ("9", "10")),
        (pd.array([10, None, 9], dtype="Int64"), ("9", "10")),
        (pl.Series([10, None, 9]), ("9", "10")),
        ([True, None, False], ("False", "True")),
        ([np.True_, None, False], ("False", "True")),
        (np.array([True, True, False]), ("False", "True")),
        (np.array(["y", "x", "y"]), ("x", "y")),
        (pd.Categorical(["low", "high", "low"], ["low", "mid", "high"]), ("low", "high")),
        (pd.cut([30, 4, 12], [0, 5, 20, 100]), ("(0, 5]", "(5, 20]", "(20, 100]")),
        ([Tier.LOW, Tier.HIGH, None], ("high", "low")),
        ([dt.date(2025, 1, 2), None, dt.date(2024, 1, 2)], ("2024-01-02", "2025-01-02")),
        ([None, None, None], ()),
    ],
)
def test_names_are_the_labels_sorted_as_they_are_not_as_text(labels, names):
    found = made(labels)
    assert found.names == names
    texts = ["unassigned" if pd.isna(x) else str(x).removesuffix(".0") for x in labels]
    assert found.labels().tolist() == texts


def test_numbers_can_be_put_in_order_by_their_text():
    found = made([1, 2, np.nan, 1], names=["2", "1"], ranked=True)
    assert found.position.tolist() == [1, 0, -1, 1]
    assert type(made(["a"], names=np.array(["a"])).names[0]) is str


# Properties.


@given(labels=st.lists(st.sampled_from(["a", "b", "ä", "Z", None]), min_size=1))
def test_each_customer_has_the_own_label_in_any_order(labels):
    found = made(labels)
    assert found.names == tuple(sorted({label for label in labels if label}))
    assert found.labels().tolist() == [label or "unassigned" for label in labels]
    for name, count in zip(found.names, found.counts, strict=True):
        assert found.mask(name).tolist() == [label == name for label in labels]
        assert count == labels.count(name)


# Refusals.


@pytest.mark.parametrize("labels", [*itertools.permutations([1, "1", True], 2)])
def test_labels_that_could_be_taken_for_each_other(labels):
    with pytest.raises(DataError, match="not labels of one kind that can be sorted"):
        made(list(labels))


@pytest.mark.parametrize("labels", [[Bare.LOW, Bare.HIGH], [{}, {}]])
def test_labels_without_an_order(labels):
    with pytest.raises(DataError, match="not labels of one kind that can be sorted"):
        made(labels)


@pytest.mark.parametrize("labels", ["a", 1, None, {"a": 1}, [["a"]], [["a"], ["a", "b"]]])
def test_what_is_no_column(labels):
    with pytest.raises(DataError, match="`labels` is not one column of values"):
        made(labels, size=1)


def test_labels_that_do_not_fit():
    with pytest.raises(DataError, match="one label for each customer") as error:
        made(["a", "b"], size=3)
    assert error.value.received == "2 labels, 3 customers"
    with pytest.raises(DataError, match="not among `names`") as error:
        made(["a", "b", "c"], names=["b"])
    assert error.value.received == "'a', 'c'"


@pytest.mark.parametrize(
    "names", ["ab", 1, ["a", "a"], ["a", None], ["a", 1], ["a", " "], *(["a", x] for x in RESERVED)]
)
def test_names_that_are_none(names):
    with pytest.raises(OptionError, match="Each segment needs a name of its own") as error:
        made(["a"], names=names)
    assert "'unassigned', 'refund_only', 'entered', 'exited'" in error.value.allowed


@pytest.mark.parametrize("label", ["", *RESERVED])
def test_labels_that_are_no_names(label):
    with pytest.raises(OptionError, match="Each segment needs a name of its own"):
        made(["a", label])


def test_options_that_are_none():
    with pytest.raises(OptionError, match="labels of segments for people are text"):
        made(["a"], names={"a": None})
    with pytest.raises(OptionError, match="`ranked` is yes or no"):
        made(["a"], ranked="yes")
