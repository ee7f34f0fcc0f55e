"""The picture of importance against performance."""

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import retentionkit as rk
from retentionkit.errors import KindError, OptionError

NAMES = ["booking", "information", "guide", "hotel", "pace", "bus", "follow-up", "photos"]
PHASES = {"before": NAMES[:2], "during": NAMES[2:6], "after": NAMES[6:]}


def trip(n=300, *, alike=False):
    rng = np.random.default_rng(3)
    halo = 0.6 * rng.standard_normal((n, 1))
    middle = np.full(8, 3.5) if alike else np.linspace(2.5, 4.5, 8)
    answers = np.clip(np.rint(middle + halo + 0.8 * rng.standard_normal((n, 8))), 1, 5)
    weights = np.full(8, 0.3) if alike else np.array([0.1, 0.3, 1, 0.4, 1, 0.1, 0.2, 0])
    frame = pd.DataFrame(answers, columns=NAMES)
    frame["satisfaction"] = answers @ weights + 1.5 * rng.standard_normal(n)
    return frame


def found(frame=None, **options):
    given = {"outcome": "satisfaction", "scale": (1, 5), "phases": PHASES} | options
    return rk.surveys.drivers(trip() if frame is None else frame, **given)


def markers(ax):
    return [line for line in ax.get_lines() if line.get_marker() in "^os" and len(line.get_xdata())]


def written(ax):
    return {text.get_text(): text for text in ax.texts if text.get_text()}


# Worked example: two items.


def test_items_lines_and_intervals_are_drawn():
    frame = pd.DataFrame(
        {
            "guide": [1.0, 2, 3, 4, 5, 3, 1, 5],
            "hotel": [5.0, 4, 5, 4, 5, 4, 4, 5],
            "score": [2.0, 3, 6, 8, 9, 6, 1, 10],
        }
    )
    result = rk.surveys.drivers(frame, outcome="score", items=["guide", "hotel"], scale=(1, 5))
    ax = rk.plots.driver_matrix(result)
    np.testing.assert_allclose(
        [line.get_xydata()[0] for line in markers(ax)],
        np.column_stack([[50, 87.5], result.importance]),
    )
    upright, level = ax.get_lines()[:2]
    assert upright.get_xdata() == [68.75, 68.75]
    assert level.get_ydata() == [result.importance_cut] * 2
    bars = [segment for bar in ax.collections for segment in bar.get_segments()]
    np.testing.assert_allclose(
        bars[0][:, 0], [result.performance_low[0], result.performance_high[0]]
    )
    np.testing.assert_allclose(bars[1][:, 1], [result.importance_low[0], result.importance_high[0]])
    assert ax.get_legend() is None
    low, high = result.interval.low, result.interval.high
    assert ax.get_title(loc="left") == (
        f"8 respondents; R² {result.r_squared.value:.2f} ({low:.2f} to {high:.2f})"
    )
    assert ax.yaxis.get_major_formatter()(0.05, 0) == "5 %"
    assert ax.get_ylabel() == "importance (share of variance of score)"
    assert ax.get_xlabel().endswith("association, not effect")


def test_hollow_are_those_of_which_an_interval_crosses_a_line():
    result = found()
    filled = [
        line.get_markerfacecolor() != "white" for line in markers(rk.plots.driver_matrix(result))
    ]
    assert filled == result.sure.tolist()
    assert 0 < sum(filled) < 8


def test_phases_have_their_markers_and_a_legend():
    ax = rk.plots.driver_matrix(found())
    assert [line.get_marker() for line in markers(ax)] == list("^^ooooss")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "before",
        "during",
        "after",
    ]
    some = found(items=NAMES, phases={"after": NAMES[6:]})
    ax = rk.plots.driver_matrix(some)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["after", "no phase"]


def test_coefficients_are_no_shares():
    ax = rk.plots.driver_matrix(found(method="standardised"))
    assert ax.get_ylabel() == "importance (standardised coefficient for satisfaction)"
    assert ax.yaxis.get_major_formatter()(0.05, 0) == "0.05"


def test_chinese_texts(chinese_font):
    ax = rk.plots.driver_matrix(found(), language="zh")
    assert {"优先改进", "继续保持", "暂缓改进", "可能过度"} <= set(written(ax))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["行前", "行中", "行后"]
    assert ax.get_title(loc="left").startswith("300 位受访者；R² ")
    assert ax.get_ylabel() == "重要性（占satisfaction方差的比例）"
    assert ax.xaxis.get_label().get_fontfamily() == [*mpl.rcParams["font.family"], chinese_font]
    ax.figure.canvas.draw()  # a missing glyph would warn


@pytest.mark.usefixtures("plain_fonts")
def test_without_a_chinese_font_the_texts_are_english():
    ax = rk.plots.driver_matrix(found(), language="zh")
    assert "no Chinese font" in ax.get_xlabel()
    assert "fix first" in written(ax)


# Properties.


@pytest.mark.parametrize("alike", [False, True])
def test_names_lie_on_nothing_else(alike):
    ax = rk.plots.driver_matrix(found(trip(alike=alike)))
    ax.figure.canvas.draw()
    boxes = {name: text.get_window_extent() for name, text in written(ax).items()}
    assert set(NAMES) < set(boxes)
    frame = ax.get_window_extent()
    for name in NAMES:
        box = boxes[name]
        for other in set(boxes) - {name}:
            assert not box.overlaps(boxes[other])
        assert frame.x0 <= box.x0 < box.x1 <= frame.x1
        assert frame.y0 <= box.y0 < box.y1 <= frame.y1
    for line in markers(ax):
        x, y = ax.transData.transform(line.get_xydata()[0])
        assert not any(box.x0 < x < box.x1 and box.y0 < y < box.y1 for box in boxes.values())


def test_names_in_a_crowd_are_all_written_and_far_ones_have_a_line():
    rng = np.random.default_rng(0)
    names = [f"a rather long question {at}" for at in range(14)]
    frame = pd.DataFrame(rng.integers(1, 6, (400, 14)), columns=names).astype(float)
    frame["satisfaction"] = frame[names].sum(axis=1) + rng.standard_normal(400)
    ax = rk.plots.driver_matrix(found(frame, items=names, phases=None))
    assert set(names) < set(written(ax))
    assert any(not text.get_text() for text in ax.texts)


def test_intervals_that_are_undefined_are_left_out():
    cross = pd.DataFrame({"a": [0, 0, 1, 1] * 2, "b": [0, 1, 0, 1] * 2, "y": [1] * 4 + [2] * 4})
    result = rk.surveys.drivers(cross, outcome="y", items=["a", "b"])
    ax = rk.plots.driver_matrix(result)
    assert ax.get_title(loc="left") == "8 respondents; R² 0.00"
    assert all(len(bar.get_segments()) == 1 for bar in ax.collections)  # of performance only
    assert ax.get_ylim()[0] < 0 < ax.get_ylim()[1]


def test_it_draws_into_axes_of_the_caller():
    figure, own = plt.subplots()
    assert rk.plots.driver_matrix(found(), ax=own) is own
    assert plt.get_fignums() == [figure.number]
    part = plt.figure().subfigures(1, 2)[0]
    assert rk.plots.driver_matrix(found(), ax=part.subplots()).figure is part


# Refusals.


def test_what_is_no_result_of_drivers_is_refused():
    with pytest.raises(KindError, match=r"rk.plots.driver_matrix\(rk.surveys.drivers"):
        rk.plots.driver_matrix(trip())
    with pytest.raises(OptionError, match="`language`"):
        rk.plots.driver_matrix(found(), language="fr")
    assert not plt.get_fignums()
