"""Adjusted p-values and required n: by their definitions, written out."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import retentionkit as rk
from retentionkit.errors import DataError, OptionError

adjusted, required_n = rk.compare.adjusted_p_values, rk.compare.required_n

# -- worked example --------------------------------------------------------------------------------


def test_by_hand():
    p = [0.01, 0.04, 0.03, math.nan]
    expected = {
        "holm": [0.03, 0.06, 0.06],
        "bonferroni": [0.03, 0.12, 0.09],
        "benjamini-hochberg": [0.03, 0.04, 0.04],
        "none": [0.01, 0.04, 0.03],
    }
    for method, values in expected.items():
        found = adjusted(p, method=method)
        np.testing.assert_allclose(found[:3], values, rtol=1e-12)
        assert math.isnan(found[3])


# -- reference -------------------------------------------------------------------------------------

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


@given(P_VALUES)
def test_false_discovery_rate_is_that_of_scipy(p):
    np.testing.assert_allclose(
        adjusted(p, method="benjamini-hochberg"), stats.false_discovery_control(p), rtol=1e-12
    )


# -- definition ------------------------------------------------------------------------------------


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_holm_is_the_closed_test_of_bonferroni(p):
    found = adjusted(p)
    for i in range(len(p)):
        groups = (
            group
            for size in range(1, len(p) + 1)
            for group in itertools.combinations(range(len(p)), size)
            if i in group
        )
        closed = max(min(1.0, len(group) * min(p[j] for j in group)) for group in groups)
        assert found[i] == pytest.approx(closed, rel=1e-12)


@pytest.mark.parametrize("power", [0.8, 0.9])
def test_so_many_find_the_difference_with_that_power(power):
    n = required_n(0.3, (1.0, 1.5), power=power)

    def chance(size):
        shift = 0.3 / math.sqrt(2.5 / size)
        return stats.norm.sf(stats.norm.ppf(0.975) - shift)

    assert chance(n) >= power > chance(n - 1)


# -- properties ------------------------------------------------------------------------------------


@given(P_VALUES, st.randoms())
def test_none_below_its_own_and_in_any_order(p, random):
    order = list(range(len(p)))
    random.shuffle(order)
    for method in ("holm", "bonferroni", "benjamini-hochberg"):
        found = adjusted(p, method=method)
        assert (found >= np.array(p) * (1 - 1e-12)).all()
        assert (found <= 1).all()
        turned = adjusted([p[i] for i in order], method=method)
        np.testing.assert_allclose(turned, found[order], rtol=1e-12)


# -- refusals --------------------------------------------------------------------------------------


def test_refusals():
    with pytest.raises(DataError, match="no p-values"):
        adjusted([0.5, 1.5])
    with pytest.raises(DataError, match="no p-values"):
        adjusted([[0.5]])
    with pytest.raises(OptionError, match="`method`"):
        adjusted([0.5], method="sidak")
    with pytest.raises(OptionError, match="`variances`"):
        required_n(0.1, (-1, 1))
    for wrong in (0.25, (0.25,), (0.1, 0.2, 0.3)):
        with pytest.raises(OptionError, match="one for each group"):
            required_n(0.2, wrong)
    assert required_n(0.2, [0.2, 0.3]) == required_n(0.2, (0.2, 0.3))
    with pytest.raises(OptionError, match="`power`"):
        required_n(0.1, (1, 1), power=1)
    assert required_n(0, (1, 1)) == math.inf
    assert required_n(1, (1, 1), power=0.5) == required_n(1, (1, 1), power=None)
    assert required_n(100, (1, 1)) == 1
