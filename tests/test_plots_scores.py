"""Pictures of scores; what all pictures share is in test_plots.py."""

import sys

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

import retentionkit as rk
from retentionkit.errors import DataError, KindError, MissingExtraError, OptionError

DRAW = {"rf_heat_map": rk.plots.rf_heat_map, "score_histogram": rk.plots.score_histogram}


@pytest.fixture(scope="module")
def table():
    return rk.rfm.measure(rk.Transactions(rk.datasets.load_cdnow()), as_of="1997-09-30")


@pytest.fixture(scope="module")
def scores(table):
    return rk.rfm.score(table)


@pytest.fixture(scope="module")
def small():
    """Three customers: one with two orders of 5 and 7, one with a refund, one with only that."""
    rows = [(1, "01-01", 5), (1, "01-20", 7), (2, "01-10", 9), (2, "01-11", -13), (3, "01-05", -2)]
    log = pd.DataFrame(rows, columns=["customer_id", "date", "amount"])
    log["date"] = pd.to_datetime("2025-" + log["date"])
    log["money"] = "EUR"
    return rk.rfm.measure(rk.Transactions(log, currency="money"))


def texts(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def cells(ax):
    """The numbers of the grid, NaN where it is white."""
    return ax.collections[0].get_array().filled(np.nan)


# Worked example: what is drawn of CDNOW and of three customers.


def test_heat_map_of_customers(scores):
    ax = rk.plots.rf_heat_map(scores)
    frame = scores.to_frame()
    for recency in range(1, 6):
        for frequency in range(1, 6):
            here = (frame["recency_score"] == recency) & (frame["frequency_score"] == frequency)
            drawn = cells(ax)[recency - 1, frequency - 1]
            assert drawn == here.sum() if here.any() else np.isnan(drawn)
    assert texts(ax.xaxis) == ["1\nnobody", "2\nbelow 2", "3\nnobody", "4\nfrom 2", "5\nfrom 3"]
    assert texts(ax.yaxis)[0] == "1\nover 242"
    assert texts(ax.yaxis)[-1] == "5\nto 99"
    assert ax.get_title(loc="left") == "2,357 customers on 1997-09-30"
    assert ax.get_ylabel() == "recency score: days since the last order"
    (best,) = (text for text in ax.texts if text.get_position() == (5, 5))
    assert best.get_text() == "338"
    assert best.get_color() == "white"
    assert len(ax.texts) == np.isfinite(cells(ax)).sum()


def test_heat_map_of_money(scores, table):
    frame = scores.to_frame()
    here = (frame["recency_score"] == 5) & (frame["frequency_score"] == 5)
    spent = table.net_spend[here]
    ax = rk.plots.rf_heat_map(scores, value="net_spend")
    assert cells(ax)[4, 4] == pytest.approx(spent.mean(), rel=1e-12)
    assert ax.get_title(loc="left").startswith("Net spend per customer: 2,357 customers")
    ax = rk.plots.rf_heat_map(scores, value="mean_order_value")
    per_order = spent.sum() / table.orders[here].sum()
    assert cells(ax)[4, 4] == pytest.approx(per_order, rel=1e-12)
    assert ax.get_title(loc="left").startswith("Net spend per order: ")


def test_histogram_counts_each_score(scores):
    ax = rk.plots.score_histogram(scores)
    heights = [[bar.get_height() for bar in bars] for bars in ax.containers]
    for name, drawn in zip(("recency", "frequency", "monetary"), heights, strict=True):
        counts = np.bincount(getattr(scores, name).astype(int), minlength=6)[1:]
        assert drawn == counts.tolist()
    assert [text.get_text() for text in ax.texts].count("nobody") == 2
    assert texts(ax.xaxis) == [
        *("1", "2", "3\nrecency", "4", "5"),
        *("1", "2", "3\nfrequency", "4", "5"),
        *("1", "2", "3\nmonetary", "4", "5"),
    ]
    line = ax.get_lines()[1]
    np.testing.assert_allclose(line.get_ydata(), 2357 / 5, rtol=1e-12)
    assert ax.yaxis.get_major_formatter()(1_400, 0) == "1,400"
    assert ax.get_title(loc="left") == "2,357 customers on 1997-09-30"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["classes of equal size"]


def test_customers_who_only_sent_goods_back_are_not_drawn(small):
    found = rk.rfm.score(small, bins=2)
    ax = rk.plots.rf_heat_map(found, value="net_spend")
    np.testing.assert_array_equal(cells(ax), [[-4, np.nan], [np.nan, 12]])
    assert ax.collections[0].norm.vmin == -4
    title = "Net spend per customer in EUR: 2 customers on 2025-01-20"
    assert ax.get_title(loc="left") == title
    ax = rk.plots.score_histogram(found)
    assert [bar.get_height() for bars in ax.containers for bar in bars] == [1] * 6


# Definition: what is left out where there is no room, no cut, no money.


def test_many_bins_have_colours_only(table):
    found = rk.rfm.score(table, bins=(12, 5, 40))
    ax = rk.plots.rf_heat_map(found)
    assert len(ax.texts) == 0
    assert ax.figure.axes[1].get_ylabel() == "customers"
    ax.figure.canvas.draw()
    assert all("." not in text for text in texts(ax.xaxis))
    ax = rk.plots.score_histogram(found)
    assert len(ax.texts) == 0
    assert texts(ax.xaxis)[:3] == ["1", "7\nrecency", "12"]
    named = rk.plots.score_histogram(rk.rfm.score(table, bins=(12, 5, 12)))
    assert {text.get_text() for text in named.texts} == {"nobody"}


def test_nested_scores_have_no_cuts_to_show(table):
    ax = rk.plots.rf_heat_map(rk.rfm.score(table, nested=True))
    assert texts(ax.yaxis) == ["1", "2", "3", "4", "5"]


def test_a_single_level_has_no_cut_to_show(small):
    found = rk.rfm.score(small[:1], bins=2)
    ax = rk.plots.rf_heat_map(found)
    assert texts(ax.xaxis) == ["1\nnobody", "2"]


def test_one_customer_is_no_plural_and_has_whole_ticks(small):
    found = rk.rfm.score(small[:1])
    ax = rk.plots.score_histogram(found)
    ax.figure.canvas.draw()
    assert texts(ax.yaxis) == [str(at) for at in range(len(texts(ax.yaxis)))]
    assert ax.get_title(loc="left") == "1 customer on 2025-01-20"
    assert rk.plots.rf_heat_map(found).get_title(loc="left") == "1 customer on 2025-01-20"


def test_chinese_texts(scores, small, chinese_font):
    ax = rk.plots.rf_heat_map(scores, language="zh")
    assert texts(ax.xaxis) == ["1\n无人", "2\n< 2", "3\n无人", "4\n≥ 2", "5\n≥ 3"]
    assert texts(ax.yaxis)[::4] == ["1\n> 242", "5\n≤ 99"]
    assert ax.get_title(loc="left") == "2,357 位客户，截至 1997-09-30"
    assert ax.get_ylabel() == "R 得分：距上次下单天数"
    assert ax.get_xticklabels()[0].get_fontfamily()[-1] == chinese_font
    ax.figure.canvas.draw()  # a missing glyph would warn
    ax = rk.plots.rf_heat_map(rk.rfm.score(small, bins=2), value="net_spend", language="zh")
    assert ax.get_title(loc="left") == "人均净消费（EUR）：2 位客户，截至 2025-01-20"
    ax = rk.plots.rf_heat_map(rk.rfm.score(small, bins=12), language="zh")
    assert ax.figure.axes[1].get_ylabel() == "客户数"
    ax.figure.canvas.draw()
    ax = rk.plots.score_histogram(scores, language="zh")
    assert texts(ax.xaxis)[2::5] == ["3\n最近消费 R", "3\n消费频率 F", "3\n消费金额 M"]
    assert ax.get_title(loc="left") == "2,357 位客户，截至 1997-09-30"
    assert [text.get_text() for text in ax.texts].count("无人") == 2
    ax.figure.canvas.draw()


@pytest.mark.usefixtures("plain_fonts")
@pytest.mark.parametrize("name", DRAW)
def test_without_a_chinese_font_the_texts_are_english(name, scores):
    ax = DRAW[name](scores, language="zh")
    english = DRAW[name](scores)
    note = "no Chinese font is installed: labels in English"
    assert ax.get_xlabel() == f"{english.get_xlabel()}\n{note}"
    assert ax.get_title(loc="left") == english.get_title(loc="left")
    assert texts(ax.xaxis) == texts(english.xaxis)


def test_a_log_without_money():
    log = rk.Transactions(rk.datasets.load_cdnow(), amount=None)
    found = rk.rfm.score(rk.rfm.measure(log))
    assert len(rk.plots.score_histogram(found).containers) == 2
    with pytest.raises(DataError, match="The log has no money to draw"):
        rk.plots.rf_heat_map(found, value="net_spend")


# Properties.


@pytest.mark.parametrize("name", DRAW)
def test_pictures_are_drawn_into_given_axes(name, scores):
    before = dict(mpl.rcParams)
    ax = plt.subplots()[1]
    assert DRAW[name](scores, ax=ax) is ax
    assert isinstance(DRAW[name](scores), Axes)
    assert dict(mpl.rcParams) == before


# Refusals.


@pytest.mark.parametrize("name", DRAW)
def test_other_things_are_refused(name, table):
    with pytest.raises(KindError, match=f"`rk.plots.{name}` does not draw that"):
        DRAW[name](table)


def test_unknown_values_are_refused(scores):
    with pytest.raises(OptionError, match="`value` is not one of its choices"):
        rk.plots.rf_heat_map(scores, value="median")


@pytest.mark.parametrize("name", DRAW)
def test_unknown_languages_are_refused(name, scores):
    with pytest.raises(OptionError, match="`language` is not one of its choices"):
        DRAW[name](scores, language="key")
    assert not plt.get_fignums()


@pytest.mark.parametrize("name", DRAW)
def test_pictures_need_matplotlib(name, scores, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(MissingExtraError, match="Pictures need matplotlib"):
        DRAW[name](scores)
