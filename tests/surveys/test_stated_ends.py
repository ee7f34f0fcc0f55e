"""Codes for no answer: pointed out where they are, and nowhere else."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retentionkit.errors import RetentionKitWarning
from retentionkit.surveys._scales.stated_ends import warn_of_codes

answers = st.lists(st.integers(0, 10), min_size=2, max_size=40)


@given(answers)
def test_answers_up_to_ten_are_no_codes(values):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not warn_of_codes({"recommend": np.array(values, dtype=float)}, do="")


@given(
    answers.filter(lambda values: len(set(values)) > 1),
    st.sampled_from([77, 99, 999, -99]),
    st.data(),
)
def test_codes_of_fewer_than_half_are_pointed_out(values, code, data):
    number = data.draw(st.integers(1, len(values) - 1))
    column = np.array([*values, *[code] * number, np.nan], dtype=float)
    with pytest.warns(RetentionKitWarning, match=rf"{number} answers? of 'recommend' \({code}\)"):
        assert warn_of_codes({"recommend": column}, do="State the scale.")


@pytest.mark.parametrize(
    "values",
    [
        [0, 0, 1, 1, 2, 15],  # purchases
        [0.5, 0.7, 0.9, 99],  # an index, not answers
        [1, 1, 1, 99],  # nothing tells how far apart answers are
        [1, 2, 99, 99, 99],  # most are not codes
        [],
    ],
)
def test_what_may_be_meant(values):
    assert not warn_of_codes({"some": np.array(values, dtype=float)}, do="")
