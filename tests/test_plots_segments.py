"""Pictures of segments: bars and boxes; what all pictures share is in test_plots.py."""

import sys

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.axes import Axes

import retentionkit as rk
from retentionkit.errors import DataError, KindError, MissingExtraError, OptionError
from retentionkit.plots._fonts import fonts_for
from retentionkit.plots._squares import squarified
from segmented import segments_of

BILINGUAL = {"best": "冠军客户", "not so good": "一般客户", "none": "无"}
DRAW = ("segments", "treemap")


@pytest.fixture
def profile():
    """Three segments, one of them empty, one customer in none and one with refunds only."""
    labels = ["best"] * 3 + ["not so good"] * 5 + [None, "best"]
    spend = [50.0, 90.0, 60.0, 12.0, 8.0, 10.0, 9.0, 11.0, 20.0, -10.0]
    return rk.rfm.profile(
        segments_of(labels, spend, orders=[2] * 9 + [0], names=BILINGUAL, currency="EUR")
    )


@pytest.fixture(scope="module")
def cdnow():
    scores = rk.rfm.score(rk.rfm.measure(rk.Transactions(rk.datasets.load_cdnow())))
    return rk.rfm.profile(rk.rfm.STANDARD.assign(scores))


def texts(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def boxes(ax):
    return [patch for patch in ax.patches if patch.get_width() > 0]


# -- worked example --------------------------------------------------------------------------------


def test_bars_are_the_shares_with_their_intervals(profile):
    ax = rk.plots.segments(profile)
    people, money = (bars for bars in ax.containers if hasattr(bars, "patches"))
    assert [bar.get_width() for bar in people] == profile.share_of_customers.tolist()
    assert [bar.get_width() for bar in money] == profile.share_of_revenue.tolist()
    whiskers = np.array([x for x in money.errorbar[2][0].get_segments() if len(x)])[:, :, 0]
    known = ~np.isnan(profile.low["share_of_revenue"])
    np.testing.assert_allclose(whiskers[:, 0], profile.low["share_of_revenue"][known])
    np.testing.assert_allclose(whiskers[:, 1], profile.high["share_of_revenue"][known])
    assert texts(ax.yaxis) == ["best", "not so good", "none", "Unassigned", "Refunds only"]
    assert ax.yaxis_inverted()
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["share of customers", "share of revenue"]
    assert ax.get_title(loc="left") == "10 customers, revenue 260 EUR"
    assert ax.get_xlabel() == "share, 95 % intervals"
    assert ax.xaxis.get_major_formatter()(0.25, 0) == "25 %"


def test_areas_are_the_revenue(profile):
    ax = rk.plots.treemap(profile)
    found = sorted((box.get_width() * box.get_height() for box in boxes(ax)), reverse=True)
    # 200, 50 and 20 of 270: the refunds have no area, nor has the empty segment.
    np.testing.assert_allclose(np.array(found) / sum(found), np.array([200, 50, 20]) / 270)
    labels = [text.get_text().replace("\n", " ") for text in ax.texts]
    assert "best 76.9 %" in labels  # of all revenue, the refunds included: 200 of 260
    assert "left out, because not positive: none, Refunds only" in ax.get_xlabel()
    assert ax.get_title(loc="left") == "area: revenue; darker: more revenue per customer"


def test_areas_can_be_customers(profile):
    ax = rk.plots.treemap(profile, by="customers")
    found = [box.get_width() * box.get_height() for box in boxes(ax)]
    np.testing.assert_allclose(np.array(found) / sum(found), [0.5, 0.3, 0.1, 0.1])
    shades = [box.get_facecolor()[0] for box in boxes(ax)]
    # From the most revenue per customer to the least: best, unassigned, not so good, refunds.
    assert np.argsort(shades).tolist() == [1, 2, 0, 3]
    assert "area: customers" in ax.get_title(loc="left")


# -- reference: what matplotlib says that was drawn ------------------------------------------------


@pytest.mark.parametrize("name", DRAW)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_pictures_can_be_rendered(name, language, cdnow, tmp_path):
    ax = getattr(rk.plots, name)(cdnow, language=language)
    ax.figure.savefig(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("by", ["revenue", "customers"])
def test_labels_stay_within_their_boxes(by, cdnow):
    ax = rk.plots.treemap(cdnow, by=by)
    ax.figure.canvas.draw()
    extents = [box.get_window_extent() for box in boxes(ax)]
    for text in ax.texts:
        inner = text.get_window_extent()
        assert any(
            box.x0 <= inner.x0 and inner.x1 <= box.x1 and box.y0 <= inner.y0 and inner.y1 <= box.y1
            for box in extents
        ), text.get_text()
    named = {text.get_text().rsplit("\n", 1)[0].replace("\n", " ") for text in ax.texts}
    below = ax.get_xlabel()
    assert all(label in named or label in below for label in cdnow.english)


@given(st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=20), st.floats(0.3, 3))
def test_boxes_fill_the_room_and_do_not_overlap(areas, width):
    found = squarified(sorted(areas, reverse=True), width, 1.0)
    scale = width / sum(areas)
    for area, box in zip(sorted(areas, reverse=True), found, strict=True):
        assert box.width * box.height == pytest.approx(area * scale, rel=1e-6)
        assert -1e-9 <= box.x <= box.x + box.width <= width + 1e-6
        assert -1e-9 <= box.y <= box.y + box.height <= 1 + 1e-6
    for at, one in enumerate(found):
        for two in found[:at]:
            across = min(one.x + one.width, two.x + two.width) - max(one.x, two.x)
            down = min(one.y + one.height, two.y + two.height) - max(one.y, two.y)
            assert min(across, down) < 1e-6


def test_the_published_layout():
    # Figure 4 of Bruls et al.: areas 6, 6, 4, 3, 2, 2, 1 in a room of 6 by 4.
    found = squarified([6, 6, 4, 3, 2, 2, 1], 6, 4)
    np.testing.assert_allclose(found[0], (0, 0, 3, 2))
    np.testing.assert_allclose(found[1], (0, 2, 3, 2))
    # The next two lie side by side across the shorter side of the 3 by 4 that is left.
    np.testing.assert_allclose(found[2], (3, 0, 12 / 7, 7 / 3))
    np.testing.assert_allclose(found[3], (3 + 12 / 7, 0, 9 / 7, 7 / 3))


# -- definition ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DRAW)
def test_own_axes_are_drawn_into(name, profile, monkeypatch):
    monkeypatch.setattr(plt, "show", lambda: pytest.fail("shown"))
    before = dict(mpl.rcParams)
    _, (left, right) = plt.subplots(ncols=2)
    assert getattr(rk.plots, name)(profile, ax=right) is right
    assert right.has_data()
    assert not left.has_data()
    assert isinstance(getattr(rk.plots, name)(profile), Axes)
    assert dict(mpl.rcParams) == before


def test_without_money_customers_are_drawn():
    found = rk.rfm.profile(segments_of(["top", "low", "low"], None, orders=[3, 1, 1]))
    ax = rk.plots.segments(found)
    assert len([bars for bars in ax.containers if hasattr(bars, "patches")]) == 1
    assert ax.get_legend() is None
    assert ax.get_title(loc="left") == "3 customers"
    assert ax.get_xlabel() == "share of customers, 95 % intervals"
    ax = rk.plots.treemap(found)
    assert ax.get_title(loc="left") == "area: customers; darker: more orders per customer"
    with pytest.raises(OptionError, match="`by` is not one of its choices"):
        rk.plots.treemap(found, by="revenue")


@pytest.mark.usefixtures("plain_fonts")
def test_chinese_labels_need_a_font(profile):
    for name in DRAW:
        ax = getattr(rk.plots, name)(profile, language="zh")
        assert ax.get_xlabel().endswith("no Chinese font is installed: labels in English")
        ax.figure.canvas.draw()
    assert texts(rk.plots.segments(profile, language="zh").yaxis)[0] == "best"
    assert fonts_for(["冠军"]) is None
    assert fonts_for(["abc é α"]) == list(mpl.rcParams["font.family"])


def test_chinese_labels_with_a_font(chinese_font, profile):
    ax = rk.plots.segments(profile, language="zh")
    assert texts(ax.yaxis) == ["冠军客户", "一般客户", "无", "未分类", "仅退款"]
    assert ax.get_yticklabels()[0].get_fontfamily()[-1] == chinese_font
    assert ax.get_title(loc="left") == "10 位客户，收入 260 EUR"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["客户占比", "收入占比"]
    ax.figure.canvas.draw()  # a missing glyph would warn
    ax = rk.plots.treemap(profile, language="zh")
    assert ax.get_title(loc="left") == "面积：收入；颜色越深，人均收入越高"
    assert "非正值未画出：无、仅退款" in ax.get_xlabel()
    ax.figure.canvas.draw()


def grouped(names, small):
    """A profile of so many segments of one customer with little money, and one of many."""
    labels = [*range(small), *[small] * 200]
    spend = [1.0] * small + [30.0] * 200
    return rk.rfm.profile(segments_of([names[at] for at in labels], spend, names=names))


@pytest.mark.parametrize("small", [1, 5, 6, 12])
def test_many_small_segments_leave_the_map_its_room(small):
    names = [f"rare long named group {at}" for at in range(small)]
    ax = rk.plots.treemap(grouped([*names, "most"], small))
    ax.figure.canvas.draw()  # a layout that cannot be applied would warn
    room, picture, below = (
        part.get_window_extent() for part in (ax, ax.figure, ax.xaxis.get_label())
    )
    assert room.width > 0.95 * picture.width
    assert room.height > 0.75 * picture.height
    assert picture.x0 <= below.x0
    assert below.x1 <= picture.x1
    assert picture.y0 <= below.y0
    said = ax.get_xlabel().replace("\n", " ")
    given = ", ".join(names[:5]) + (f" and {small - 5} more" if small > 5 else "")
    assert said == f"too small for a label: {given}"


@pytest.mark.usefixtures("chinese_font")
@pytest.mark.parametrize("name", ["很长的客户群名称", "x" * 90, "W W W W W W W W"])
def test_what_is_below_the_map_is_no_wider_than_the_picture(name):
    names = [*(f"{name}{at}" for at in range(9)), "most"]
    ax = rk.plots.treemap(grouped(names, 9), language="zh")
    ax.figure.canvas.draw()
    assert ax.get_window_extent().width > 0.95 * ax.figure.get_window_extent().width
    below = ax.xaxis.get_label().get_window_extent()
    assert below.x1 <= ax.figure.get_window_extent().x1
    said = ax.get_xlabel().replace("\n", "").replace(" ", "")
    assert said == f"面积过小未标注：{'、'.join(names[:5])}等，另有4个".replace(" ", "")
    assert not any(line[0] in "、，：" for line in ax.get_xlabel().split("\n"))


def test_the_map_of_one_customer_is_as_wide_as_the_picture():
    rules = [rk.rfm.Rule(f"a segment of nobody {at}", orders=at + 2) for at in range(9)]
    table = segments_of(["x"], [5.0], names=["x"]).table
    found = rk.rfm.SegmentRules([*rules, rk.rfm.Rule("once", orders=1)]).assign(table)
    ax = rk.plots.treemap(rk.rfm.profile(found))
    ax.figure.canvas.draw()
    assert ax.get_window_extent().width > 0.95 * ax.figure.get_window_extent().width
    below = ax.xaxis.get_label().get_window_extent()
    assert below.x1 <= ax.figure.get_window_extent().x1
    assert ax.get_xlabel().endswith("and 4 more")
    bars = rk.plots.segments(rk.rfm.profile(found))
    assert bars.get_title(loc="left") == "1 customer, revenue 5"


def test_intervals_that_are_undefined_are_not_drawn():
    found = rk.rfm.profile(segments_of(["top", "low"], [-5.0, 2.0]))
    ax = rk.plots.segments(found)
    ax.figure.canvas.draw()
    assert ax.get_title(loc="left") == "2 customers, revenue -3"
    assert [text.get_text() for text in rk.plots.treemap(found).texts] == ["low"]


# -- refusals --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DRAW)
def test_nonsense_is_refused(name, profile, monkeypatch):
    draw = getattr(rk.plots, name)
    with pytest.raises(KindError, match=f"`rk.plots.{name}` does not draw that"):
        draw(profile.segments)
    with pytest.raises(OptionError, match="`language` is not one of its choices"):
        draw(profile, language="key")
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(MissingExtraError, match="Pictures need matplotlib"):
        draw(profile)


def test_nothing_has_no_area():
    found = rk.rfm.profile(segments_of(["top", "low"], [-5.0, 0.0]))
    with pytest.raises(DataError, match="There is nothing to draw"):
        rk.plots.treemap(found)
    assert len(boxes(rk.plots.treemap(found, by="customers"))) == 2
    with pytest.raises(OptionError, match="`by` is not one of its choices"):
        rk.plots.treemap(found, by="orders")
