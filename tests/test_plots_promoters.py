"""The bar of promoters and its score; what all pictures share is in test_plots_evaluation.py."""

import math

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import retentionkit as rk
from retentionkit.errors import DataError, KindError, OptionError, RetentionKitWarning


def counted(promoters, passives, detractors, **options):
    return rk.surveys.NPS.from_counts(
        promoters=promoters, passives=passives, detractors=detractors, **options
    )


FOUND = counted(50, 30, 20)


def bars(ax):
    """Where each bar starts, and how long it is."""
    return [(bar.get_x(), bar.get_width()) for bar in ax.patches]


def texts(ax):
    return [text.get_text() for text in ax.texts]


# Worked example: half promoters, a fifth detractors.


def test_the_shares_the_score_and_its_interval_are_drawn():
    ax = rk.plots.promoters(FOUND)
    np.testing.assert_allclose(bars(ax), [(-100, 100), (0, 60), (60, 40)])
    zero, limits, spot = sorted(ax.get_lines(), key=lambda line: line.get_zorder())
    assert zero.get_xdata() == [0, 0]
    assert limits.get_xdata().tolist() == [FOUND.interval.low, FOUND.interval.high]
    assert spot.get_xdata().tolist() == [30]
    assert texts(ax) == ["50 %", "30 %", "20 %", "30.0  (14.1 to 44.2)"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["100 answers"]
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == ["promoters (9, 10)", "passives (7, 8)", "detractors (0 to 6)"]
    assert ax.get_xlim() == (-100, 100)


def test_groups_and_waves_are_rows_and_small_ones_only_named():
    frame = pd.DataFrame({"shop": ["a"] * 12 + [None] * 10 + ["b"] * 3, "w": 1})
    frame["answer"] = [10, 8, 3] * 4 + [9] * 10 + [3] * 3
    ax = rk.plots.promoters(rk.surveys.nps_by(frame, score="answer", by="shop"))
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == ["a\n12 answers", "b\n3 answers", "–\n10 answers"]
    assert "fewer than 10 answers" in texts(ax)
    assert len(bars(ax)) == 6
    ax = rk.plots.promoters(rk.surveys.nps_by(frame, score="answer", by=["shop", "w"]))
    assert ax.get_yticklabels()[0].get_text() == "a, 1\n12 answers"
    waves = {"one": FOUND, "two": None, "three": counted(1, 0, 1), "four": FOUND}
    trend = rk.surveys.nps_trend(waves, minimum_n=5)
    ax = rk.plots.promoters(trend)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == ["one\n100 answers", "two\n0 answers", "three\n2 answers", "four\n100 answers"]
    assert bars(ax) == bars(rk.plots.promoters(FOUND)) * 2
    assert texts(ax).count("fewer than 5 answers") == 1
    weighted = frame.assign(weight=np.arange(25) + 1.0)
    found = rk.surveys.nps_trend(weighted, score="answer", wave="w", weights="weight")
    (one,) = found.shares.tolist()
    np.testing.assert_allclose([width / 200 for _, width in bars(rk.plots.promoters(found))], one)


def test_a_census_is_without_error_and_not_an_interval_of_no_width():
    ax = rk.plots.promoters(counted(17, 15, 9, population=41))
    assert texts(ax)[-1] == "19.5  (everybody answered)"
    assert len(ax.get_lines()) == 2  # zero and the score
    with pytest.warns(RetentionKitWarning, match="without width"):
        alike = counted(9, 0, 0, method="wald")
    assert texts(rk.plots.promoters(alike))[-1] == "100.0"


def test_the_legend_stays_in_the_picture_beside_long_names():
    name = "guests of the summer season who came back in winter and again"
    ax = rk.plots.promoters({name: FOUND})
    figure = ax.figure
    figure.canvas.draw()
    box = ax.get_legend().get_window_extent()
    assert box.x0 >= 0
    assert box.x1 <= figure.bbox.x1
    assert ax.get_yticklabels()[0].get_text().count("\n") == 2


def test_rows_have_names_from_a_mapping_or_pairs():
    scores = {"before": FOUND, "after": counted(1, 0, 0)}
    ax = rk.plots.promoters(scores)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == ["before\n100 answers", "after\n1 answer"]
    assert len(ax.get_legend().get_texts()) == 3
    again = rk.plots.promoters(tuple(scores.items()))
    assert bars(again) == bars(ax)
    assert [label.get_text() for label in again.get_yticklabels()] == labels
    # The first row is on top.
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


def test_chinese_texts(chinese_font):
    ax = rk.plots.promoters({"一线城市": FOUND}, language="zh")
    assert ax.get_xlabel() == "净推荐值（95 % 置信区间）"
    assert texts(ax)[-1] == "30.0（14.1 至 44.2）"
    assert ax.get_yticklabels()[0].get_text() == "一线城市\n100 份回答"
    assert ax.xaxis.get_label().get_fontfamily() == [*mpl.rcParams["font.family"], chinese_font]
    ax.figure.canvas.draw()  # a missing glyph would warn


def test_chinese_names_among_english_texts(chinese_font):
    ax = rk.plots.promoters({"一线城市": FOUND})
    assert ax.get_yticklabels()[0].get_fontfamily()[-1] == chinese_font
    ax.figure.canvas.draw()


@pytest.mark.usefixtures("plain_fonts")
def test_without_a_chinese_font_the_texts_are_english():
    ax = rk.plots.promoters(FOUND, language="zh")
    assert ax.get_xlabel().startswith("NPS with 95 % interval\nno Chinese font")
    assert ax.get_yticklabels()[0].get_text() == "100 answers"


# Properties.


@pytest.mark.parametrize("counts", [(50, 30, 20), (1, 7, 30), (0, 4, 0), (9, 0, 3), (0, 0, 2)])
def test_the_middle_of_the_passives_stands_at_the_score(counts):
    found = counted(*counts)
    start, width = bars(rk.plots.promoters(found))[1]
    assert start + width / 2 == pytest.approx(found.score, abs=1e-9)


def test_weights_make_the_shares_and_small_ones_have_no_figure():
    found = rk.surveys.nps([10, 8, 3], weights=[90, 6, 4])
    ax = rk.plots.promoters(found)
    assert [width for _, width in bars(ax)] == pytest.approx([180, 12, 8])
    assert texts(ax)[0] == "90 %"
    assert len(ax.texts) == 2


def test_an_undefined_interval_is_not_drawn():
    found = rk.surveys.nps([10, 8, 3], clusters=[1, 1, 1])
    assert math.isnan(found.interval.low)
    ax = rk.plots.promoters(found)
    assert len(ax.get_lines()) == 2
    assert texts(ax)[-1] == "0.0"


def test_levels_that_differ_are_not_named():
    ax = rk.plots.promoters([("a", FOUND), ("b", counted(5, 3, 2, confidence=0.8))])
    assert ax.get_xlabel() == "NPS"
    assert rk.plots.promoters(counted(5, 3, 2, confidence=0.8)).get_xlabel() == (
        "NPS with 80 % interval"
    )


def test_the_callers_axes_are_used():
    _, own = plt.subplots()
    assert rk.plots.promoters(FOUND, ax=own) is own


# Refusals.


@pytest.mark.parametrize(
    "given",
    [
        30.0, None, "good", [FOUND], [("a", 30.0)], {"a": [9, 10]}, [("a", FOUND, FOUND)],
        iter([("a", FOUND)]),
    ],
)  # fmt: skip
def test_what_is_no_score_is_refused(given):
    with pytest.raises(KindError, match=r"rk\.plots\.promoters` does not draw that"):
        rk.plots.promoters(given)
    assert not plt.get_fignums()


@pytest.mark.parametrize("nothing", [{}, [], ()])
def test_there_must_be_a_score(nothing):
    with pytest.raises(DataError, match="no score to draw"):
        rk.plots.promoters(nothing)


def test_unknown_languages_are_refused():
    with pytest.raises(OptionError, match="`language` is not one of its choices"):
        rk.plots.promoters(FOUND, language="fr")
    assert not plt.get_fignums()
