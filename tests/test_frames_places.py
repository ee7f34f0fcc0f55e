"""Where ids stand among others: how customers of two sources are matched."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retentionkit import frames
from retentionkit.errors import DataError

NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.integers(0, 20)
TEXT = st.text(max_size=2)


def texts(values):
    return np.array(values, dtype=object)


# --- worked example ------------------------------------------------------------------------------


def test_an_id_may_be_asked_for_twice_and_stand_anywhere():
    assert frames.places(np.array([7, 3, 7, 4]), among=np.array([3, 5, 7])).tolist() == [
        2,
        0,
        2,
        -1,
    ]
    found = frames.places(texts(["b", "甲", "1"]), among=texts(["甲", "b"]))
    assert found.tolist() == [1, 0, -1]
    assert found.dtype == np.int64


# --- reference -----------------------------------------------------------------------------------


@given(st.lists(NUMBERS), st.lists(NUMBERS, unique=True))
def test_numbers_one_by_one(ids, among):
    found = frames.places(np.array(ids, dtype=np.int64), among=np.array(among, dtype=np.int64))
    assert found.tolist() == [among.index(one) if one in among else -1 for one in ids]


@given(st.lists(TEXT), st.lists(TEXT, unique=True))
def test_texts_one_by_one(ids, among):
    found = frames.places(texts(ids), among=texts(among))
    assert found.tolist() == [among.index(one) if one in among else -1 for one in ids]


# --- definition ----------------------------------------------------------------------------------


def test_numbers_of_any_width_are_matched_exactly():
    near = 2**53 + 1  # as floats, it and its neighbour are one
    for wide in (np.uint64, object):
        ids = np.array([near, 2**63 + 1, 5], dtype=wide)
        assert frames.places(ids, among=np.array([near - 1, near, 5])).tolist() == [1, -1, 2]
    assert frames.places(np.array([5], dtype=np.int8), among=np.array([4, 5])).tolist() == [1]


def test_text_may_be_of_fixed_width():
    assert frames.places(np.array(["b", "c"]), among=texts(["a", "b"])).tolist() == [1, -1]


def test_nobody_is_found_among_nobody():
    nobody = np.array([], dtype=np.int64)
    assert frames.places(nobody, among=texts(["a"])).tolist() == []
    assert frames.places(texts(["a", "b"]), among=nobody).tolist() == [-1, -1]


@pytest.mark.parametrize("library", [pd.DataFrame, pl.DataFrame, pa.table])
@pytest.mark.parametrize("ids", [["b", "a", "b", "甲"], [7, 3, 7, 2**60]])
def test_the_different_ids_of_a_table(library, ids):
    table = frames.read(library({"id": ids}), {"id": frames.Wanted("id", "customer", "id")})
    found = table.different("id")
    assert sorted(found.tolist()) == sorted(set(ids))
    assert frames.places(found, among=found).tolist() == list(range(len(found)))


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize("turned", [False, True])
def test_numbers_beside_text_are_refused(turned):
    sides = [np.array([1, 2]), texts(["1", "2"])]
    ids, among = sides[::-1] if turned else sides
    with pytest.raises(DataError, match="of different kinds, so that none can match") as error:
        frames.places(ids, among=among)
    said = ["numbers, such as 1", "text, such as '1'"]
    assert error.value.received == " and ".join(said[::-1] if turned else said)
