import numpy as np
import pytest

import retentionkit as rk
from retentionkit.errors import KindError, OptionError

TERMS = {"horizon": "39 weeks", "discount_rate": 0.1, "margin": 0.3}


def test_scores_are_the_numbers_of_the_models(log, cdnow, bgnbd, spend):
    table = rk.clv.score(log, bgnbd, spend=spend, as_of="1997-09-30", **TERMS)
    value = rk.clv.lifetime_value(bgnbd, spend, cdnow, **TERMS)
    assert len(table) == 2357
    np.testing.assert_array_equal(table["customer"], cdnow.customer)
    np.testing.assert_array_equal(table["T"], cdnow.age)
    np.testing.assert_array_equal(table["probability_alive"], bgnbd.model.probability_alive(cdnow))
    np.testing.assert_array_equal(
        table["probability_active"], bgnbd.model.probability_active(cdnow, 39)
    )
    np.testing.assert_array_equal(
        table["expected_purchases"], bgnbd.model.conditional_expected_purchases(cdnow, 39)
    )
    np.testing.assert_array_equal(table["expected_spend"], value.expected_spend)
    np.testing.assert_array_equal(table["value"], value.value)


def test_frame_of_the_same_kind_comes_out(kind):
    frame = rk.datasets.load_cdnow(kind=kind)
    model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="day")
    table = rk.clv.score(rk.Transactions(frame), model, spend=35.0, **TERMS)
    assert type(table) is type(frame)
    columns = getattr(table, "column_names", None) or list(table.columns)
    assert columns == [
        "customer",
        "frequency",
        "recency",
        "T",
        "monetary_value",
        "probability_alive",
        "probability_active",
        "expected_purchases",
        "expected_spend",
        "value",
    ]
    assert max(np.asarray(table["T"])) == 545  # days: the unit of the model


def test_without_money():
    log = rk.Transactions(rk.datasets.load_cdnow(), amount=None)
    model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
    table = rk.clv.score(log, model, as_of="1997-09-30", grain="week", horizon=39)
    assert list(table.columns)[-2:] == ["probability_active", "expected_purchases"]
    assert "monetary_value" not in table.columns
    by_day = rk.clv.score(log, model, as_of="1997-09-30", horizon=39)
    assert by_day["frequency"].sum() == 2457 > table["frequency"].sum()


def test_refusals(log, spend):
    with pytest.raises(KindError, match="no model of purchases"):
        rk.clv.score(log, spend)
    model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426)
    with pytest.raises(OptionError, match="`margin`"):
        rk.clv.score(log, model, spend=35.0, margin=30)
