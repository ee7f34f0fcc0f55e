"""The picture of what followed; what all pictures share is in test_plots.py."""

import sys

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

import retentionkit as rk
from retentionkit.errors import KindError, MissingExtraError, OptionError
from retentionkit.plots import _outcomes


@pytest.fixture(scope="module")
def found():
    log = rk.Transactions(rk.datasets.load_cdnow())
    stages = rk.rfm.lifecycle(log, as_of="1997-09-30")
    return rk.rfm.evaluate_segmentation(stages, log)


@pytest.fixture
def without_money():
    days = pd.to_datetime(["2025-01-05", "2025-02-05", "2025-01-06", "2025-02-06"])
    log = rk.Transactions(pd.DataFrame({"customer_id": [1, 1, 2, 2], "date": days}), amount=None)
    table = rk.rfm.measure(log, as_of="2025-02-05")
    once = rk.rfm.Segments.from_labels(table[[0]], ["x"])
    return rk.rfm.evaluate_segmentation(once, log)


def labels_of(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


def whiskers(ax):
    (container,) = ax.containers
    return np.array([x for x in container.lines[2][0].get_segments() if len(x)])[:, :, 0]


# -- worked example --------------------------------------------------------------------------------


def test_dots_are_the_shares_with_their_intervals(found):
    ax = rk.plots.outcomes(found)
    (container,) = ax.containers
    known = found.customers > 0
    x, y = container.lines[0].get_data()
    np.testing.assert_array_equal(x, found.retention[known])
    np.testing.assert_array_equal(y, np.flatnonzero(known))
    np.testing.assert_allclose(whiskers(ax)[:, 0], found.retention_low[known])
    np.testing.assert_allclose(whiskers(ax)[:, 1], found.retention_high[known])
    assert labels_of(ax) == list(found.english)
    assert ax.yaxis_inverted()
    assert ax.get_xlabel() == "share of customers who ordered again, 95 % intervals"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["all: 29 %"]
    assert ax.xaxis.get_major_formatter()(0.25, 0) == "25 %"
    assert ax.lines[-1].get_xdata()[0] == 684 / 2_357


# -- reference: what matplotlib says that was drawn ------------------------------------------------


@pytest.mark.parametrize("what", ["retention", "revenue_per_customer", "conversion"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_pictures_can_be_rendered(what, language, found, tmp_path):
    ax = rk.plots.outcomes(found, what=what, language=language)
    ax.figure.savefig(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")


# -- definition ------------------------------------------------------------------------------------


def test_money_and_conversion(found):
    money = rk.plots.outcomes(found, what="revenue_per_customer")
    mean = found.revenue.sum() / 2_357
    assert [text.get_text() for text in money.get_legend().get_texts()] == [f"all: {mean:.3g}"]
    known = found.customers > 0
    np.testing.assert_allclose(whiskers(money)[:, 1], found.revenue_high[known])
    once = rk.plots.outcomes(found, what="conversion")
    assert len(once.containers[0].lines[0].get_xdata()) == (found.eligible > 0).sum() == 1


def test_what_is_undefined_is_not_drawn(without_money):
    ax = rk.plots.outcomes(without_money, what="conversion")
    assert ax.get_legend() is None
    assert len(ax.containers[0].lines[0].get_xdata()) == 0
    assert labels_of(ax) == ["x"]
    assert ax.get_title(loc="left").startswith("1 customer as of")


def test_own_axes_are_drawn_into(found):
    _, (left, right) = plt.subplots(1, 2)
    assert rk.plots.outcomes(found, ax=right) is right
    assert not left.has_data()
    assert isinstance(rk.plots.outcomes(found), Axes)


@pytest.mark.usefixtures("chinese_font")
def test_chinese_words(found):
    ax = rk.plots.outcomes(found, language="zh")
    assert labels_of(ax) == list(found.chinese)
    assert "再次下单客户占比" in ax.get_xlabel()
    assert ax.get_title(loc="left") == "2,357 位客户，分群日 1997-09-30，观察至 1998-06-30"
    ax.figure.canvas.draw()  # a missing glyph would warn


@pytest.mark.usefixtures("plain_fonts")
def test_without_a_chinese_font_the_labels_are_english(found):
    ax = rk.plots.outcomes(found, language="zh")
    assert labels_of(ax) == list(found.english)
    assert ax.get_xlabel().endswith("no Chinese font is installed: labels in English")


# -- properties ------------------------------------------------------------------------------------


def test_large_numbers_are_written_out():
    assert _outcomes._number(1_234.5) == "1,234"
    assert _outcomes._number(0.12345) == "0.123"


# -- refusals --------------------------------------------------------------------------------------


def test_other_things_are_refused(found, without_money, monkeypatch):
    with pytest.raises(KindError, match=r"`rk\.plots\.outcomes` does not draw that"):
        rk.plots.outcomes(found.to_frame())
    with pytest.raises(OptionError, match="`what` is not one of its choices"):
        rk.plots.outcomes(found, what="churn")
    with pytest.raises(OptionError, match="`language` is not one of its choices"):
        rk.plots.outcomes(found, language="fr")
    with pytest.raises(OptionError, match="There is no revenue to draw"):
        rk.plots.outcomes(without_money, what="revenue_per_customer")
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(MissingExtraError, match="Pictures need matplotlib"):
        rk.plots.outcomes(found)
