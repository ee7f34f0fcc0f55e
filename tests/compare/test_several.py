"""Several comparisons: which findings are left, and the table."""

import json
import math
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

import retentionkit as rk
from retentionkit.errors import KindError, OptionError
from retentionkit.results import Interval

several, rates = rk.compare.several, rk.compare.rates


def made():
    return {
        "a": rates((48, 80), (56, 70)),
        "b": rates((30, 200), (90, 200), control=((32, 200), (50, 200))),
        "c": rates(0.15, 0.45),
        "d": rk.compare.means([1.0, 2.0, 3.0], [1.5, 2.0, 4.0]),
    }


# -- worked example --------------------------------------------------------------------------------


def test_findings_that_are_left():
    found = several({"x": rates((48, 80), (58, 80)), "y": rates((50, 90), (64, 90)),
                     "z": rates((48, 80), (56, 70))})  # fmt: skip
    p = found.p_values
    assert p[1] == pytest.approx(0.03, abs=2e-3)
    assert found.found == ("z",)  # y alone was one, too
    assert found.adjusted[1] == pytest.approx(2 * p[1], rel=1e-12)
    assert found.adjusted[2] == pytest.approx(3 * p[2], rel=1e-12)
    assert "1 of 3 comparisons; 2 one by one" in repr(found)
    assert several(found.comparisons, multiplicity="none").found == ("y", "z")


def test_printed():
    found = several(made())
    text = repr(found)
    assert "not counted  1 comparison without a p-value" in text
    assert "+21.0 points" in text  # net of the control group
    assert found["b"].net.value == pytest.approx(0.21)
    assert found.n == 4
    json.dumps(found.to_dict(), allow_nan=False)


# -- reference -------------------------------------------------------------------------------------


@pytest.mark.parametrize("multiplicity", ["holm", "bonferroni", "benjamini-hochberg", "none"])
def test_adjusted_as_by_the_function(multiplicity):
    found = several(made(), multiplicity=multiplicity)
    expected = rk.compare.adjusted_p_values(found.p_values, method=multiplicity)
    np.testing.assert_array_equal(found.adjusted, expected)
    assert math.isnan(found.adjusted[2])


# -- definition ------------------------------------------------------------------------------------


def test_the_table_holds_what_the_comparisons_say():
    parts = made()
    frame = several(parts).to_frame()
    assert frame["comparison"].tolist() == list(parts)
    for row, part in zip(frame.itertuples(), parts.values(), strict=True):
        assert row.effect == part.effect.value
        assert row.required_n == part.required_n.with_power
        if part.control is None:
            assert row.relative == part.relative.value
        else:
            assert row.relative == part.net_relative.value
    assert frame["found"].tolist() == [True, True, False, False]


def test_of_many_equal_groups_few_are_found():
    rng = np.random.default_rng(0)
    draws = rng.binomial(200, 0.3, (80, 20, 2)).tolist()
    runs = [
        several({str(i): rates((a, 200), (b, 200)) for i, (a, b) in enumerate(run)})
        for run in draws
    ]
    alone = np.mean([(run.p_values < 0.05).any() for run in runs])
    together = np.mean([bool(run.found) for run in runs])
    # 1 - 0.95^20 is 64 %; standard errors 5 and 2.4 points.
    assert alone > 0.45
    assert together <= 0.12


# -- properties ------------------------------------------------------------------------------------


def test_order_does_not_matter_and_kind_is_kept():
    parts = made()
    turned = several(dict(reversed(parts.items())))
    assert set(turned.found) == set(several(parts).found)
    series = rates(pl.Series([0, 1, 1]), pl.Series([1, 1, 1]))
    assert isinstance(several({"a": parts["a"], "p": series}).to_frame(), pl.DataFrame)


def test_arrays_are_read_only():
    found = several(made())
    with pytest.raises(ValueError, match="read-only"):
        found.adjusted[0] = 0


def test_results_of_other_rooms():
    of = rk.surveys.NPS.from_counts
    change = rk.surveys.nps_change(
        of(promoters=40, passives=30, detractors=30), of(promoters=60, passives=30, detractors=20)
    )
    found = several({"nps": change, "rate": rates((48, 80), (56, 70))})
    assert found.p_values[0] == change.p_value
    assert found["nps"] is change
    frame = found.to_frame()
    assert frame["effect"][0] == change.difference
    assert (frame["low"][0], frame["high"][0]) == (change.interval.low, change.interval.high)
    assert math.isnan(frame["relative"][0])
    assert math.isnan(frame["first"][0])
    assert frame["required_n"][0] == change.required_n.with_power
    told = SimpleNamespace(difference=1.0, interval=Interval(0.5, 1.5, 0.95), p_value=0.01, n=3)
    assert math.isnan(several({"a": told}).to_frame()["required_n"][0])
    assert several({"a": told}).measures == ("other",)
    with pytest.raises(KindError, match=r"by name[\s\S]*'a': an object of type SimpleNamespace"):
        several({"a": SimpleNamespace(difference=1.0, p_value=0.01)})
    assert "+26.4 points" in repr(found)


def test_nobody_can_change_the_comparisons():
    given = made()
    found = several(given)
    given.clear()
    assert found.n == 4
    assert not hasattr(found.comparisons, "clear")


# -- refusals --------------------------------------------------------------------------------------


def test_refusals():
    with pytest.raises(KindError, match="by name"):
        several([rates(0.1, 0.2)])
    with pytest.raises(KindError, match="by name"):
        several({"a": 0.5})
    with pytest.raises(OptionError, match="one confidence"):
        several({})
    with pytest.raises(OptionError, match="one confidence"):
        several({"a": rates(0.1, 0.2), "b": rates(0.1, 0.2, confidence=0.9)})
    with pytest.raises(OptionError, match="the same name"):
        several({1: rates(0.1, 0.2), "1": rates(0.1, 0.3)})
    with pytest.raises(OptionError, match="multiplicity"):
        several(made(), multiplicity="all")
