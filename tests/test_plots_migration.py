"""The picture of migration, and the font of its labels; what all pictures share is elsewhere."""

import itertools

import matplotlib as mpl

mpl.use("Agg")

import numpy as np
import pytest
from matplotlib.patches import PathPatch

import retentionkit as rk
from retentionkit.errors import OptionError
from retentionkit.plots._migration import _apart
from retentionkit.transitions import Labelled, transitions

NAMES = ("gold", "silver", "basic")
#: From gold: 3 stay, 1 falls to basic, 2 go. From silver: 4 rise. From basic: 5 go. 2 are new.
COUNTS = np.array([[3, 0, 1, 2], [4, 0, 0, 0], [0, 0, 0, 5], [0, 0, 2, 0]])


def result(counts=COUNTS, names=NAMES, **options):
    """Transitions with these counts: one id for each customer."""
    size, ids = len(counts) - 1, iter(range(10**6))
    before, after = {}, {}
    for i, j in np.ndindex(counts.shape):
        for customer in (next(ids) for _ in range(counts[i, j])):
            before |= {customer: i} if i < size else {}
            after |= {customer: j} if j < size else {}
    parts = (
        Labelled(list(part), np.array([*part.values()], dtype=int)) for part in (before, after)
    )
    return transitions(*parts, names=names, **options)


def bands(ax):
    """Colour and heights (left, right) of each band, from the curves that are drawn."""
    found = {}
    for patch in ax.patches:
        if isinstance(patch, PathPatch):
            points = patch.get_path().vertices
            left, right = points[0, 1] - points[7, 1], points[3, 1] - points[4, 1]
            found[float(points[7, 1]), float(points[4, 1])] = (patch.get_facecolor(), left, right)
    return found


def bars(ax):
    return [patch for patch in ax.patches if not isinstance(patch, PathPatch)]


def texts(ax):
    return [text.get_text() for text in ax.texts]


# Worked example.


def test_blocks_and_bands_are_as_high_as_their_customers():
    ax = rk.plots.migration(result())
    assert [bar.get_height() for bar in bars(ax)] == pytest.approx(
        [6, 4, 5, 2, 7, 0, 3, 7], abs=1e-9
    )
    heights = [(left, right) for _, left, right in bands(ax).values()]
    np.testing.assert_allclose(heights, [(n, n) for n in COUNTS[COUNTS > 0]], rtol=1e-12)
    assert ax.get_title(loc="left") == "3 stayed, 5 moved, 7 exited, 2 entered"
    assert texts(ax) == [
        "gold  6", "silver  4", "basic  5", "Not there before  2", "before",
        "gold  7", "basic  3", "Not there after  7", "after",
    ]  # fmt: skip


def test_bands_fill_their_blocks_without_overlap():
    ax = rk.plots.migration(result())
    left, right = bars(ax)[:4], bars(ax)[4:]
    for at, blocks in ((0, left), (1, right)):
        ends = sorted((key[at], key[at] + parts[1]) for key, parts in bands(ax).items())
        for (_, high), (low, _) in itertools.pairwise(ends):
            assert high <= low + 1e-9
        for block in blocks:
            inside = [
                high - low
                for low, high in ends
                if low >= block.get_y() - 1e-9 and high <= block.get_y() + block.get_height() + 1e-9
            ]
            assert sum(inside) == pytest.approx(block.get_height(), abs=1e-9)


def test_a_band_has_the_colour_of_its_block_and_those_outside_are_grey():
    ax = rk.plots.migration(result())
    colours = [bar.get_facecolor()[:3] for bar in bars(ax)]
    assert colours[:4] == colours[4:]
    assert colours[3] == mpl.colors.to_rgb("#c4c4c4")
    of_bands = [face[:3] for face, _, _ in bands(ax).values()]
    assert of_bands == [colours[i] for i, _ in zip(*np.nonzero(COUNTS), strict=True)]


def test_dates_and_language(monkeypatch):
    log = rk.Transactions(rk.datasets.load_cdnow())
    parts = []
    for day in ("1997-09-30", "1998-06-30"):
        table = rk.rfm.measure(log, as_of=day, window="9 months")
        labels = ["often" if n > 2 else "rarely" for n in table.orders]
        chinese = {"often": "常客", "rarely": "稀客"}
        parts.append(rk.rfm.Segments.from_labels(table, labels, names=chinese))
    moved = rk.rfm.migration(*parts)
    ax = rk.plots.migration(moved)
    assert [text for text in texts(ax) if text[:2] == "19"] == ["1997-09-30", "1998-06-30"]
    assert f"rarely  {moved.before[1]:,}" in texts(rk.plots.migration(moved, language="key"))
    both = rk.plots.migration(moved.present_at_both())
    assert both.get_title(loc="left") == f"{moved.n_stayed} stayed, {moved.n_moved} moved"
    note = "no Chinese font is installed: labels in English"
    monkeypatch.setattr("retentionkit.plots._words.fonts_for", lambda _: None)
    ax = rk.plots.migration(moved, language="zh")
    assert texts(ax)[-1] == note
    assert texts(ax)[:-1] == texts(rk.plots.migration(moved))
    monkeypatch.setattr("retentionkit.plots._words.fonts_for", lambda _: ["sans", "SimHei"])
    ax = rk.plots.migration(moved, language="zh")
    assert note not in texts(ax)
    assert f"稀客  {moved.before[1]:,}" in texts(ax)
    assert "期末不在  1,673" in texts(ax)
    assert ax.get_title(loc="left") == (
        f"{moved.n_stayed} 人未变，{moved.n_moved} 人变动，1,673 人退出，0 人新进"
    )
    families = [text.get_fontfamily() for text in ax.texts]
    assert all(family == ["sans", "SimHei"] for family in families)


# Reference: labels by brute force.


@pytest.mark.parametrize("seed", range(20))
def test_labels_are_the_nearest_that_do_not_touch(seed):
    from scipy.optimize import minimize  # noqa: PLC0415

    rng = np.random.default_rng(seed)
    wanted = np.sort(rng.random(6))[::-1]
    found = _apart(wanted, 0.12)
    assert (-np.diff(found) >= 0.12 - 1e-12).all()
    best = minimize(
        lambda at: ((at - wanted) ** 2).sum(),
        np.linspace(1, 0, 6),
        constraints={"type": "ineq", "fun": lambda at: -np.diff(at) - 0.12},
        tol=1e-12,
    )
    # The search stops at about the root of its tolerance.
    np.testing.assert_allclose(found, best.x, atol=1e-5)


# Properties.


@pytest.mark.parametrize("size", [1, 3, 11])
def test_from_few_to_many_labels_can_be_drawn_and_read(size, tmp_path):
    rng = np.random.default_rng(size)
    counts = rng.integers(0, 12, (size + 1, size + 1))
    counts[-1, -1] = 0
    ax = rk.plots.migration(result(counts, [f"label {at}" for at in range(size)]))
    ax.figure.savefig(tmp_path / "picture.png")
    boxes = [text.get_window_extent() for text in ax.texts]
    touching = [
        (one.get_text(), other.get_text())
        for at, one in enumerate(ax.texts)
        for below, other in enumerate(ax.texts[:at])
        if boxes[at].overlaps(boxes[below])
    ]
    assert not touching


def test_labels_of_low_blocks_are_moved_apart():
    counts = np.zeros((8, 8), dtype=int)
    counts[0, 0], counts[np.arange(1, 7), np.arange(1, 7)] = 900, 1
    ax = rk.plots.migration(result(counts, [f"label {at}" for at in range(7)]))
    ax.figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


# Refusals.


def test_nobody_cannot_be_drawn():
    with pytest.raises(OptionError, match="nobody to draw"):
        rk.plots.migration(result(COUNTS * 0))


def test_the_language_is_checked():
    with pytest.raises(OptionError, match="`language` is not one of its choices"):
        rk.plots.migration(result(), language="de")
