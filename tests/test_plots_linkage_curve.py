"""Pictures of an outcome by answer, and of the stages of satisfaction."""

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

import retentionkit as rk
from retentionkit.errors import KindError, OptionError

ANSWERS = [1] * 20 + [2] * 4 + [4] * 20 + [5] * 20
STAYED = [1] * 6 + [0] * 14 + [1, 0, 0, 0] + [1] * 10 + [0] * 10 + [1] * 18 + [0] * 2


# Worked example: four answers, of which one is rare and one is missing.


def test_points_curve_and_line_are_drawn_where_answers_are():
    curve = rk.surveys.linkage_curve(ANSWERS, STAYED)
    ax = rk.plots.linkage_curve(curve)
    lines = {line.get_label(): line for line in ax.get_lines()}
    isotonic = lines["nearest curve that never falls"]
    assert isotonic.get_xdata().tolist() == [1, 2, 4, 5]
    # 6 of 20 and 1 of 4 are pooled.
    np.testing.assert_allclose(isotonic.get_ydata(), [7 / 24, 7 / 24, 0.5, 0.9])
    straight = lines["straight line"].get_ydata()
    np.testing.assert_allclose(straight, curve.line[[0, 1, 3, 4]])
    many, few = ax.containers
    assert many.lines[0].get_xdata().tolist() == [1, 4, 5]
    assert few.lines[0].get_xdata().tolist() == [2]
    low, high = many.lines[1]
    np.testing.assert_allclose(low.get_ydata(), curve.low[[0, 3, 4]])
    np.testing.assert_allclose(high.get_ydata(), curve.high[[0, 3, 4]])
    assert [tick.get_text() for tick in ax.get_xticklabels()] == [
        "1\n20", "2\n4", "3\n0", "4\n20", "5\n20",
    ]  # fmt: skip
    assert ax.get_title(loc="left") == (
        f"64 customers; departure from the line p = {curve.p_value:.3f}"
    )
    assert ax.yaxis.get_major_formatter()(0.2, 0) == "20 %"
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert {"95 % interval", "fewer than 10 customers"} <= set(texts)
    # The legend lies above the axes, the title above the legend.
    ax.figure.canvas.draw()
    drawn = ax.get_window_extent()
    legend = ax.get_legend().get_window_extent()
    assert drawn.y1 <= legend.y0 + 3
    assert legend.y1 <= ax._left_title.get_window_extent().y0
    assert rk.plots.linkage_curve(curve, outcome="came back").get_ylabel() == (
        "came back, share of customers"
    )


def test_means_have_their_own_unit_and_long_scales_no_numbers():
    rng = np.random.default_rng(1)
    x = rng.integers(0, 21, 900)
    curve = rk.surveys.linkage_curve(
        x, 100 - x**2 / 3 + rng.normal(0, 1, 900), scale=(0, 20), direction="falling"
    )
    ax = rk.plots.linkage_curve(curve)
    assert ax.get_ylabel() == "mean of the outcome"
    assert ax.get_xlabel() == "answer"
    assert ax.get_title(loc="left").endswith("p < 0.001")
    assert "nearest curve that never rises" in {line.get_label() for line in ax.get_lines()}


def test_one_customer_is_a_point_without_an_interval():
    ax = rk.plots.linkage_curve(rk.surveys.linkage_curve([1, 2], [3.0, 5.0]))
    assert ax.get_title(loc="left") == "2 customers"
    assert len(ax.containers) == 1


def test_stages_are_bars_with_intervals():
    found = rk.surveys.satisfaction_stage([1, 3, 5, 5, 4], repurchased=[0, 1, 1, 0, None])
    ax = rk.plots.stages(found)
    assert [bar.get_width() for bar in ax.containers[0]] == [0.2, 0.2, 0.4, 0.2]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == [
        "Dissatisfied", "Neutral", "Satisfied", "Loyal",
    ]  # fmt: skip
    assert [text.get_text() for text in ax.texts] == ["1", "1", "2", "1"]
    assert ax.get_title(loc="left") == "5 answers; loyalty unknown of 1 satisfied"
    assert ax.xaxis.get_major_formatter()(0.2, 0) == "20 %"


def test_loyalty_that_cannot_be_told_has_no_bar():
    ax = rk.plots.stages(rk.surveys.satisfaction_stage([1, 3, 5, 5]))
    assert len(ax.containers[0]) == 3
    assert ax.texts[-1].get_text() == "cannot be told"
    assert ax.get_title(loc="left") == "4 answers"


def test_chinese_texts(chinese_font):
    ax = rk.plots.linkage_curve(rk.surveys.linkage_curve(ANSWERS, STAYED), language="zh")
    assert ax.get_ylabel() == "客户占比"
    assert ax.xaxis.get_label().get_fontfamily() == [*mpl.rcParams["font.family"], chinese_font]
    ax.figure.canvas.draw()  # a missing glyph would warn
    bars = rk.plots.stages(rk.surveys.satisfaction_stage([1, 5]), language="zh")
    assert [tick.get_text() for tick in bars.get_yticklabels()] == [
        "不满意",
        "一般",
        "满意",
        "忠诚",
    ]
    assert bars.texts[-1].get_text() == "无法判断"
    bars.figure.canvas.draw()


@pytest.mark.usefixtures("plain_fonts")
def test_without_a_chinese_font_the_texts_are_english():
    ax = rk.plots.linkage_curve(rk.surveys.linkage_curve(ANSWERS, STAYED), language="zh")
    assert ax.get_xlabel().startswith("answer, and how many customers gave it\nno Chinese font")
    bars = rk.plots.stages(rk.surveys.satisfaction_stage([1, 5]), language="zh")
    assert bars.get_xlabel().startswith("share of answers, 95 % intervals\nno Chinese font")


# Refusals.


def test_what_is_not_drawn():
    with pytest.raises(KindError, match="does not draw that"):
        rk.plots.linkage_curve([1, 2])
    with pytest.raises(KindError, match="does not draw that"):
        rk.plots.stages([1, 2])
    with pytest.raises(OptionError, match="`language`"):
        rk.plots.stages(rk.surveys.satisfaction_stage([1, 5]), language="fr")
    assert not plt.get_fignums()
