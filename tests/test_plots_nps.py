"""The pictures of scores by group and over time; what all share is in test_plots_evaluation.py."""

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import retentionkit as rk
from retentionkit.errors import DataError, KindError, OptionError


def by_group(groups=3, **options):
    """Scores that rise with the number of the group."""
    frame = pd.DataFrame({"shop": np.arange(groups * 20) % groups})
    frame["answer"] = np.where(np.arange(len(frame)) // groups <= frame["shop"], 10, 3)
    return rk.surveys.nps_by(frame, score="answer", by="shop", **options)


def over_time():
    """A year of answers, none in May, from 2 January on."""
    day = pd.date_range("2024-01-02", "2024-12-31")
    frame = pd.DataFrame({"day": day, "answer": np.arange(len(day)) % 11})
    return frame[frame["day"].dt.month != 5]


# Worked example: three groups, twelve months.


def test_groups_stand_in_the_order_of_their_scores():
    found = by_group()
    ax = rk.plots.forest(found)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["2 (20)", "1 (20)", "0 (20)"]
    total, groups = ax.get_lines()
    assert total.get_xdata()[0] == found.total.score
    np.testing.assert_array_equal(groups.get_xdata(), found.score[::-1])
    low, high = ax.get_ylim()
    assert low > high  # the best on top
    (intervals,) = ax.collections
    ends = np.array(intervals.get_segments())[:, :, 0]
    np.testing.assert_allclose(ends, np.stack([found.low, found.high], 1)[::-1])
    assert ax.get_xlabel() == "net promoter score, 95 % intervals"
    assert ax.get_legend().get_texts()[0].get_text() == f"all answers: {found.total.score:.1f}"
    assert ax.xaxis.get_major_formatter()(20.0, 0) == "20"


def test_groups_that_differ_are_filled():
    found = by_group(12)
    differ = found.adjusted_p_value < 0.05
    assert 0 < differ.sum() < 12
    *_, filled = rk.plots.forest(found).get_lines()
    np.testing.assert_array_equal(np.sort(filled.get_xdata()), np.sort(found.score[differ]))
    assert filled.get_label() == "differs from the rest (adjusted p < 0.05)"


def test_groups_without_a_score_are_listed_in_grey():
    frame = pd.DataFrame(
        {
            "shop": ["a"] * 12 + [None] * 12 + ["few"] * 3 + ["none"] + ["a long name " * 4] * 12,
            "tier": 1,
            "answer": [10, 7, 3] * 8 + [1, 2, 3, None] + [10] * 12,
        }
    )
    found = rk.surveys.nps_by(frame, score="answer", by=["shop", "tier"], missing="drop")
    ax = rk.plots.forest(found)
    labels = ax.get_yticklabels()
    assert [label.get_text() for label in labels] == [
        "a long name a long name a l… (12)",
        "a, 1 (12)",
        "(missing), 1 (12)",
        "few, 1 (3)",
        "none, 1 (0)",
    ]
    assert [text.get_text() for text in ax.texts] == ["fewer than 10 answers", "no answer"]
    assert [label.get_color() for label in labels[-2:]] == ["#8a8a8a"] * 2
    assert labels[0].get_color() != "#8a8a8a"


def test_forty_groups_make_a_higher_picture():
    few, many = (rk.plots.forest(by_group(size)).figure.get_size_inches() for size in (3, 40))
    assert few[0] == many[0]
    assert few[1] < 3
    assert many[1] > 10


def test_groups_of_one_respondent_are_drawn_without_an_interval():
    frame = pd.DataFrame({"shop": ["a"] * 12 + ["b"] * 12, "answer": [10, 3, 7] * 8})
    frame["person"] = [1] * 12 + list(range(12))
    found = rk.surveys.nps_by(frame, score="answer", by="shop", respondent="person")
    (intervals,) = rk.plots.forest(found).collections
    assert len(intervals.get_segments()) == 1


def effects():
    return rk.compare.several(
        {
            "north": rk.compare.rates((48, 80), (56, 70)),
            "a region with a very long name": rk.compare.rates((30, 80), (40, 80)),
            "west": rk.compare.rates(0.5, (64, 90)),
        }
    )


def test_comparisons_stand_in_the_order_in_which_they_were_passed():
    found = effects()
    ax = rk.plots.forest(found)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == ["north (150)", "a region with a very long n… (160)", "west"]
    zero, open_, filled = ax.get_lines()
    assert zero.get_xdata() == [0, 0]
    assert found.found == ("north",)
    assert filled.get_xdata().tolist() == pytest.approx([20])
    assert open_.get_xdata().tolist() == pytest.approx([12.5, 100 * found["west"].value])
    (intervals,) = ax.collections
    ends = np.array(intervals.get_segments())[:, :, 0]
    limits = [found[name].interval for name in ("north", "a region with a very long name")]
    np.testing.assert_allclose(ends, [[100 * one.low, 100 * one.high] for one in limits])
    assert ax.get_xlabel() == "difference in points, 95 % intervals"
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts == ["no difference", "found: adjusted p < 0.05"]


def test_the_effect_is_net_of_a_control_group_and_in_its_own_unit():
    control = rk.compare.rates((20, 100), (30, 100), control=((20, 100), (25, 100)))
    found = rk.compare.several({"all": control}, multiplicity="none")
    *_, mark = rk.plots.forest(found).get_lines()
    assert mark.get_xdata().tolist() == pytest.approx([5])
    spend = rk.compare.several({"spend": rk.compare.means([1.0, 2, 4], [2.0, 3, 6])})
    ax = rk.plots.forest(spend)
    assert ax.get_lines()[1].get_xdata().tolist() == pytest.approx([4 / 3])
    assert ax.get_xlabel() == "difference, 95 % intervals"


def test_waves_have_bands_and_gaps():
    found = rk.surveys.nps_trend(over_time(), score="answer", when="day")
    ax = rk.plots.nps_trend(found)
    _, line, full, part = ax.get_lines()
    np.testing.assert_array_equal(line.get_ydata(), found.score)
    assert np.isnan(line.get_ydata()[4])
    assert part.get_xdata().tolist() == [0]
    assert full.get_xdata().tolist() == [1, 2, 3, 5, 6, 7, 8, 9, 10, 11]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "period not filled by answers",
        "not observed",
    ]
    (gap,) = ax.patches
    assert (gap.get_x(), gap.get_width()) == (3.5, 1)
    assert [label.get_text() for label in ax.get_xticklabels()] == list(found.waves)
    assert ax.get_xticklabels()[0].get_rotation() == 45
    assert ax.yaxis.get_major_formatter()(-20.0, 0) == "-20"


def test_many_waves_have_some_names():
    frame = pd.concat([over_time()] * 5)
    found = rk.surveys.nps_trend(frame, score="answer", when="day", every="week")
    ax = rk.plots.nps_trend(found)
    names = [label.get_text() for label in ax.get_xticklabels()]
    assert names == list(found.waves[::5])
    assert len(ax.patches) == 3  # those of 6, 13 and 20 May
    assert [text.get_text() for text in ax.get_legend().get_texts()].count("not observed") == 1


def test_full_waves_need_no_legend():
    found = rk.surveys.nps_trend(
        {"a": rk.surveys.nps([10, 9, 3] * 5), "b": rk.surveys.nps([9, 8] * 5)}
    )
    ax = rk.plots.nps_trend(found)
    assert ax.get_legend() is None
    assert ax.get_xticklabels()[0].get_rotation() == 0


def test_waves_of_few_answers_are_hatched():
    some = rk.surveys.nps([10, 9, 3] * 5)
    waves = {"a": some, "b": rk.surveys.nps([9, 2]), "c": rk.surveys.nps([9]), "d": some}
    ax = rk.plots.nps_trend(rk.surveys.nps_trend(waves, minimum_n=5))
    assert [(patch.get_x(), patch.get_hatch()) for patch in ax.patches] == [
        (0.5, "///"),
        (1.5, "///"),
    ]
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == ["fewer than 5 answers"]
    ax.figure.canvas.draw()


def test_windows_are_drawn_at_their_last_day():
    found = rk.surveys.nps_rolling(over_time(), score="answer", when="day", step=30)
    ax = rk.plots.nps_trend(found)
    _, line = ax.get_lines()
    assert line.get_xdata()[-1] == np.datetime64("2024-12-31")
    np.testing.assert_array_equal(line.get_ydata(), found.score)
    assert ax.get_xlabel() == "end of 90 days; neighbouring windows share answers"


def test_chinese_texts(chinese_font):
    ax = rk.plots.forest(by_group(12), language="zh")
    assert ax.get_xlabel() == "净推荐值（95 % 置信区间）"
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts[0].startswith("全部回答：")
    assert texts[1] == "与其余组有差异（校正后 p < 0.05）"
    ax.figure.canvas.draw()  # a missing glyph would warn
    ax = rk.plots.forest(effects(), language="zh")
    assert ax.get_xlabel() == "差异（百分点，95 % 置信区间）"
    ax.figure.canvas.draw()
    found = rk.surveys.nps_trend(over_time(), score="answer", when="day")
    ax = rk.plots.nps_trend(found, language="zh")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "回答未覆盖整个周期",
        "未观测",
    ]
    assert ax.yaxis.get_label().get_fontfamily() == [*mpl.rcParams["font.family"], chinese_font]
    ax.figure.canvas.draw()
    rolling = rk.surveys.nps_rolling(over_time(), score="answer", when="day")
    ax = rk.plots.nps_trend(rolling, language="zh")
    assert ax.get_xlabel() == "90 天窗口的结束日；相邻窗口共用回答"
    ax.figure.canvas.draw()


@pytest.mark.usefixtures("plain_fonts")
def test_without_a_chinese_font_the_texts_are_english():
    ax = rk.plots.forest(by_group(), language="zh")
    assert ax.get_xlabel().startswith("net promoter score, 95 % intervals\nno Chinese font")


# Properties.


def test_axes_of_the_caller_are_drawn_into():
    _, ax = plt.subplots()
    assert rk.plots.forest(by_group(), ax=ax) is ax
    _, other = plt.subplots()
    found = rk.surveys.nps_trend(over_time(), score="answer", when="day")
    assert rk.plots.nps_trend(found, ax=other) is other


# Refusals.


def test_other_results_and_languages_are_refused():
    with pytest.raises(KindError, match=r"`rk.plots.forest` does not draw that[\s\S]*NPSGroups"):
        rk.plots.forest(rk.surveys.nps([10, 9]))
    with pytest.raises(KindError, match=r"`rk.plots.nps_trend` does not draw that"):
        rk.plots.nps_trend(by_group())
    with pytest.raises(OptionError, match="`language` is not one of its choices"):
        rk.plots.forest(by_group(), language="fr")
    both = {"a": rk.compare.rates(0.2, (30, 90)), "b": rk.compare.means([1.0, 2], [2.0, 4])}
    with pytest.raises(DataError, match=r"do not share an axis[\s\S]*mean, rate"):
        rk.plots.forest(rk.compare.several(both))
    assert not plt.get_fignums()
