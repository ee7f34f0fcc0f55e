"""The picture of concentration; what all pictures share is in test_plots_evaluation.py."""

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

import retentionkit as rk
from retentionkit.errors import DataError, OptionError

# Worked example: the curve of four customers.


def test_the_curve_the_diagonal_and_the_top_fifth_are_drawn():
    found = rk.rfm.concentration([0.0, 10.0, 10.0, 80.0])
    ax = rk.plots.lorenz(found)
    curve, diagonal, frame, spot = ax.get_lines()
    np.testing.assert_allclose(curve.get_xdata(), [0, 0.25, 0.75, 1])
    np.testing.assert_allclose(curve.get_ydata(), [0, 0, 0.2, 1])
    assert diagonal.get_xydata().tolist() == [[0, 0], [1, 1]]
    # A fifth of four customers are four fifths of the one who brings 80 %.
    np.testing.assert_allclose(spot.get_xydata(), [[0.8, 0.36]])
    np.testing.assert_allclose(frame.get_ydata(), [0, 0.36, 0.36])
    assert ax.texts[0].get_text() == "the top 20 % bring 64 %"
    limits = found.gini.interval
    assert ax.get_title(loc="left") == (
        f"4 customers; Gini coefficient 0.600 ({limits.low:.3f} to {limits.high:.3f})"
    )
    assert ax.yaxis.get_major_formatter()(0.2, 0) == "20 %"
    assert ax.get_ylabel() == "share of the value that they bring"


def test_a_single_customer_has_a_curve_but_no_interval():
    ax = rk.plots.lorenz(rk.rfm.concentration([3.0]))
    assert ax.get_title(loc="left") == "1 customer; Gini coefficient 0.000"


def test_chinese_texts(chinese_font):
    found = rk.rfm.concentration([0.0, 10.0, 10.0, 80.0])
    ax = rk.plots.lorenz(found, language="zh")
    limits = found.gini.interval
    assert ax.get_title(loc="left") == (
        f"4 位客户；基尼系数 0.600（{limits.low:.3f} 至 {limits.high:.3f}）"
    )
    assert ax.texts[0].get_text() == "前 20 % 的客户贡献 64 %"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["实际分布", "完全均等"]
    assert ax.xaxis.get_label().get_fontfamily() == [*mpl.rcParams["font.family"], chinese_font]
    ax.figure.canvas.draw()  # a missing glyph would warn


@pytest.mark.usefixtures("plain_fonts")
def test_without_a_chinese_font_the_texts_are_english():
    ax = rk.plots.lorenz(rk.rfm.concentration([1.0, 2.0]), language="zh")
    assert ax.get_xlabel().startswith("share of customers, least valuable first\nno Chinese font")
    assert ax.get_ylabel() == "share of the value that they bring"


# Properties.


def test_many_customers_are_drawn_through_some_corners_of_their_curve():
    values = np.random.default_rng(0).lognormal(0, 1.5, 30_000)
    found = rk.rfm.concentration(values)
    x, y = rk.plots.lorenz(found).get_lines()[0].get_xydata().T
    assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 1)
    assert len(x) <= 1_002
    known = found.lorenz
    np.testing.assert_array_equal(y, known.value[np.searchsorted(known.customers, x)])
    # Nowhere is the polygon further from the curve than a pixel can show.
    between = np.interp(known.customers, x, y)
    assert np.abs(between - known.value).max() < 2e-3


# Refusals.


def test_unknown_languages_are_refused():
    with pytest.raises(OptionError, match="`language` is not one of its choices"):
        rk.plots.lorenz(rk.rfm.concentration([1.0, 2.0]), language="fr")
    assert not plt.get_fignums()


@pytest.mark.parametrize(
    "found",
    [
        rk.rfm.concentration([0.0, 0.0]),
        rk.rfm.concentration([-1.0, 2.0], negative="normalised"),
    ],
)
def test_without_shares_there_is_no_curve(found):
    with pytest.raises(DataError, match="no Lorenz curve"):
        rk.plots.lorenz(found)
    assert not plt.get_fignums()
