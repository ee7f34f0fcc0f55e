import json
import subprocess
import sys

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes

import retentionkit as rk
from retentionkit.clv import Tracking
from retentionkit.errors import MissingExtraError, OptionError
from retentionkit.values import LifetimeValue

MODEL = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")


@pytest.fixture(scope="module")
def tracked():
    log = rk.Transactions(rk.datasets.load_cdnow())
    histories = rk.purchase_histories(log, as_of="1997-09-30", unit="week")
    return rk.clv.tracking(log, MODEL, histories, until="1998-06-30")


def valued(value=(10.0, 40.0, 25.0, 1_500.0), loadings=(2.0, 4.0, 1.0, 300.0), **changes):
    size = len(value)
    return LifetimeValue(
        **{
            "value": np.array(value),
            "discounted_purchases": np.ones(size),
            "expected_spend": np.array(value),
            "loadings": None if loadings is None else np.array(loadings)[:, None],
            "customer": np.array(["ann", "bob", "cy", "di"][:size]),
            "weight": np.ones(size),
            "kind": "residual",
            "horizon": None,
            "unit": "week",
            "discount_rate": 0.1,
            "margin": 1.0,
            "definition": "",
            "covers": "",
            **changes,
        }
    )


DRAW = {
    "tracking": rk.plots.tracking,
    "most_valuable": lambda _, **options: rk.plots.most_valuable(valued(), **options),
}


def texts(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


# Worked example: the pictures of CDNOW and of four customers.


def test_tracking_draws_both_curves(tracked):
    ax = rk.plots.tracking(tracked)
    actual, expected, line = ax.get_lines()
    assert np.array_equal(actual.get_xdata(), tracked.date)
    assert np.array_equal(actual.get_ydata(), tracked.actual)
    assert np.array_equal(expected.get_ydata(), tracked.expected)
    # 39 weeks from 1997-01-01 end with 1997-09-30.
    assert line.get_xdata() == [np.datetime64("1997-09-30").astype(int)] * 2
    assert ax.get_xlabel() == "last day of the week"
    assert ax.get_ylabel() == "repeat purchases so far"
    after = f"{tracked.expected_holdout:,.0f} expected"
    assert ax.get_title(loc="left") == f"After the fit: 1,882 repeat purchases, {after}"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "actual",
        "expected by the model",
    ]
    assert ax.get_ylim()[0] == 0
    assert ax.yaxis.get_major_formatter()(4_000, 0) == "4,000"


def test_tracking_draws_increments(tracked):
    ax = rk.plots.tracking(tracked, cumulative=False)
    actual, expected, _ = ax.get_lines()
    assert actual.get_ydata()[19:25].tolist() == [73, 55, 70, 33, 56, 99]
    assert np.cumsum(expected.get_ydata())[-1] == pytest.approx(tracked.expected[-1], rel=1e-12)
    assert ax.get_ylabel() == "repeat purchases in the week"
    assert ax.get_ylim()[1] > 1.2 * actual.get_ydata().max()  # room for the legend


def test_the_most_valuable_are_sorted_with_their_intervals():
    value = valued()
    ax = rk.plots.most_valuable(value, n=3)
    (points,) = ax.get_lines()
    assert points.get_xdata().tolist() == [1_500, 40, 25]
    assert points.get_ydata().tolist() == [0, 1, 2]
    assert texts(ax.yaxis) == ["di", "bob", "cy"]
    assert ax.yaxis_inverted()
    (bars,) = ax.collections
    low, high = value.top(3).interval()
    ends = np.array(bars.get_segments())
    assert np.array_equal(ends[:, :, 0], np.stack([low, high], axis=1))
    assert ends[:, 0, 1].tolist() == [0, 1, 2]
    assert ax.get_xlabel() == "lifetime value for ever; bars: 95 % interval of its expectation"
    assert ax.get_ylabel() == "customer"
    title = "The 3 most valuable customers: 99.4 % of the total"  # 1,565 of 1,575
    assert ax.get_title(loc="left") == title
    assert ax.xaxis.get_major_formatter()(12_345.6, 0) == "12,346"
    assert ax.get_xlim()[0] == 0


# Reference: what matplotlib says that was drawn.


@pytest.mark.parametrize("name", DRAW)
def test_pictures_can_be_rendered(name, tracked, tmp_path):
    ax = DRAW[name](tracked)
    ax.figure.savefig(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")


# Definition: an Axes comes back; nothing is shown, nothing outside is changed.


@pytest.mark.parametrize("name", DRAW)
def test_own_axes_are_drawn_into(name, tracked):
    _, (left, right) = plt.subplots(ncols=2)
    assert DRAW[name](tracked, ax=right) is right
    assert right.has_data()
    assert not left.has_data()
    assert len(plt.get_fignums()) == 1
    assert not right.spines["top"].get_visible()
    assert left.spines["top"].get_visible()


@pytest.mark.parametrize("name", DRAW)
def test_each_call_has_a_figure_of_its_own(name, tracked):
    one, two = DRAW[name](tracked), DRAW[name](tracked)
    assert isinstance(one, Axes)
    assert one.figure is not two.figure
    assert [one.spines[side].get_visible() for side in ("top", "right", "left")] == [0, 0, 1]


@pytest.mark.parametrize("name", DRAW)
def test_nothing_is_shown_and_no_style_is_set(name, tracked, monkeypatch):
    def show(*_, **__):
        raise AssertionError(name)

    monkeypatch.setattr(plt, "show", show)
    before = dict(mpl.rcParams)
    DRAW[name](tracked)
    assert dict(mpl.rcParams) == before


def test_matplotlib_is_loaded_by_the_first_picture_only():
    code = (
        "import json, sys, retentionkit as rk; rk.plots.tracking; "
        "rk.plots.most_valuable; print(json.dumps('matplotlib' in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert json.loads(done.stdout) is False


# Properties.


def test_without_intervals_and_ids_only_points_are_drawn():
    ax = rk.plots.most_valuable(valued(loadings=None, customer=None))
    assert len(ax.collections) == 0
    assert texts(ax.yaxis) == ["1", "2", "3", "4"]
    assert ax.get_ylabel() == "row"
    assert ax.get_title(loc="left") == "The 4 most valuable customers: 100.0 % of the total"


def test_weights_count_in_the_share():
    ax = rk.plots.most_valuable(
        valued(value=(1.0, 2.0), loadings=None, weight=np.array([6.0, 1.0])), n=1
    )
    assert ax.get_title(loc="left").endswith("25.0 % of the total")


def test_values_of_nothing_have_no_share():
    ax = rk.plots.most_valuable(valued(value=(0.0, 0.0), loadings=(0.0, 0.0)))
    assert ax.get_title(loc="left") == "The 2 most valuable customers"


def test_a_tracking_without_a_full_period_can_be_drawn():
    none = np.empty(0)
    found = Tracking(none, none.astype("datetime64[D]"), none, none, 0.3, 4.0, 5.0, "year", 3, "")
    rk.plots.tracking(found, cumulative=False)
    ax = rk.plots.tracking(found)
    assert ax.get_xlabel() == "last day of the year"
    assert "4 repeat purchases, 5 expected" in ax.get_title(loc="left")


# Refusals.


@pytest.mark.parametrize("name", DRAW)
def test_pictures_need_matplotlib(name, tracked, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(MissingExtraError, match="Pictures need matplotlib") as error:
        DRAW[name](tracked)
    assert 'pip install "retentionkit[plots]"' in str(error.value)
    assert isinstance(error.value, ImportError)


def test_the_number_of_customers_is_checked():
    with pytest.raises(OptionError, match="`n` must be a positive number of rows"):
        rk.plots.most_valuable(valued(), n=0)
