"""Importance against performance: which touchpoints to fix first."""

# matplotlib leaves the keyword arguments of its methods untyped.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from retentionkit.plots._axes import ACTUAL, MODEL, QUIET, axes, check_drawn
from retentionkit.plots._beside import beside
from retentionkit.plots._words import Language, Texts, Words, words
from retentionkit.surveys import Drivers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["driver_matrix"]

#: Colour and marker of each phase, told apart in grey too; None for items without one.
_LOOKS: Final[dict[str | None, tuple[str, str]]] = {
    "before": ("#c8641e", "^"),
    "during": (MODEL, "o"),
    "after": ("#3b8a57", "s"),
    None: (ACTUAL, "o"),
}
#: Room around the items, as a share of what they span.
_ROOM: Final = 0.16
_SAID: Final[Texts] = {
    "en": {
        "performance": "performance (mean answer, 0 to 100)",
        "shapley": "importance (share of variance of {outcome})",
        "standardised": "importance (standardised coefficient for {outcome})",
        "fix_first": "fix first",
        "keep": "keep",
        "low_priority": "low priority",
        "possibly_too_much": "possibly too much",
        "before": "before",
        "during": "during",
        "after": "after",
        "none": "no phase",
        "hollow": "hollow: an interval crosses a line; association, not effect",
        "title": "{n:,} respondents; R² {value:.2f}",
        "limits": " ({low:.2f} to {high:.2f})",
    },
    "zh": {
        "performance": "表现（平均得分，0 至 100）",
        "shapley": "重要性（占{outcome}方差的比例）",
        "standardised": "重要性（对{outcome}的标准化系数）",
        "fix_first": "优先改进",
        "keep": "继续保持",
        "low_priority": "暂缓改进",
        "possibly_too_much": "可能过度",
        "before": "行前",
        "during": "行中",
        "after": "行后",
        "none": "未分阶段",
        "hollow": "空心：区间跨越分界线；仅为关联，并非因果",
        "title": "{n:,} 位受访者；R² {value:.2f}",
        "limits": "（{low:.2f} 至 {high:.2f}）",
    },
}


def driver_matrix(result: Drivers, *, language: Language = "en", ax: Axes | None = None) -> Axes:
    """Draw importance against performance, the lines between the quadrants and all intervals.

    Items of which an interval crosses a line are hollow: other respondents may well put them into
    another quadrant. Phases of the journey have their own colours and markers.

    Parameters
    ----------
    result
        From `rk.surveys.drivers`.
    language
        Texts in English (`"en"`) or Chinese (`"zh"`). Without a font that has Chinese glyphs they
        are in English, and the picture says so.
    ax
        Axes to draw into; new ones if None. Labels are placed for its size at this moment.

    Returns
    -------
    Axes

    Raises
    ------
    KindError
        If it is something else.
    OptionError
        `language` is neither.
    MissingExtraError
        Without matplotlib.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> import numpy as np, pandas as pd, retentionkit as rk
    >>> rng = np.random.default_rng(0)
    >>> answers = pd.DataFrame(rng.integers(1, 6, (200, 2)), columns=["guide", "hotel"])
    >>> answers["csat"] = answers["guide"] + rng.integers(0, 3, 200)
    >>> found = rk.surveys.drivers(answers, outcome="csat", items=["guide", "hotel"])
    >>> rk.plots.driver_matrix(found).get_ylabel()
    'importance (share of variance of csat)'
    """
    check_drawn(
        result,
        Drivers,
        name="driver_matrix",
        do="rk.surveys.drivers(frame, outcome=..., items=...)",
    )
    said = words(_SAID, language, lambda _: (*result.items, result.outcome))
    ax = axes(ax, size=(7.4, 5.6))
    _frame(ax, result)
    ax.axvline(result.performance_cut, color=QUIET, lw=0.9, ls="--", zorder=1)
    ax.axhline(result.importance_cut, color=QUIET, lw=0.9, ls="--", zorder=1)
    _items(ax, result, said)
    per_cent = result.method == "shapley"
    ax.yaxis.set_major_formatter(
        lambda value, _: f"{100 * value:.0f} %" if per_cent else f"{value:.2f}"
    )
    says = said.says
    ax.set_xlabel(said.below(f"{says['performance']}\n{says['hollow']}"), fontfamily=said.fonts)
    ax.set_ylabel(says[result.method].format(outcome=result.outcome), fontfamily=said.fonts)
    ax.set_title(_title(result, said), fontsize="medium", loc="left", fontfamily=said.fonts)
    if result.by_phase is not None:
        ax.legend(
            frameon=False,
            ncols=4,
            loc="lower right",
            bbox_to_anchor=(1, 1),
            borderaxespad=0.1,
            handletextpad=0.2,
            prop={"family": said.fonts, "size": "small"},
        )
    names = _quadrants(ax, said)
    points: list[tuple[float, float]] = np.column_stack(
        [result.performance, result.importance]
    ).tolist()
    beside(ax, points, result.items, taken=names, lines=_lines(ax, result), fonts=said.fonts)
    return ax


def _lines(ax: Axes, result: Drivers) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Both ends of all intervals and of the lines between the quadrants."""
    found: list[tuple[tuple[float, float], tuple[float, float]]] = []
    for at in range(len(result.items)):
        x, y = float(result.performance[at]), float(result.importance[at])
        low, high = float(result.performance_low[at]), float(result.performance_high[at])
        found.append(((low, y), (high, y)))
        low, high = float(result.importance_low[at]), float(result.importance_high[at])
        if not math.isnan(low):
            found.append(((x, low), (x, high)))
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    found.append(((left, result.importance_cut), (right, result.importance_cut)))
    found.append(((result.performance_cut, low), (result.performance_cut, high)))
    return found


def _frame(ax: Axes, result: Drivers) -> None:
    """Limits that hold all intervals and both lines, with room for names."""
    for values, cut, put in (
        (
            [result.performance, result.performance_low, result.performance_high],
            result.performance_cut,
            ax.set_xlim,
        ),
        (
            [result.importance, result.importance_low, result.importance_high],
            result.importance_cut,
            ax.set_ylim,
        ),
    ):
        low = min(float(np.nanmin(values)), cut)
        high = max(float(np.nanmax(values)), cut)
        room = _ROOM * ((high - low) or 1.0)
        put(low - room, high + room)


def _items(ax: Axes, result: Drivers, said: Words) -> None:
    """A marker with light error bars for each item, and one entry of the legend for each phase."""
    sure = result.sure
    for at, phase in enumerate(result.phases):
        colour, marker = _LOOKS[phase]
        x, y = float(result.performance[at]), float(result.importance[at])
        reach: dict[str, Any] = {
            "xerr": _reach(x, result.performance_low[at], result.performance_high[at]),
            "yerr": _reach(y, result.importance_low[at], result.importance_high[at]),
        }
        ax.errorbar(x, y, **reach, fmt="none", ecolor=colour, elinewidth=0.9, alpha=0.35, zorder=2)
        ax.plot(
            [x],
            [y],
            marker,
            color=colour,
            mfc=colour if sure[at] else "white",
            ms=6.5,
            zorder=3,
        )
    for phase in (phase for phase in _LOOKS if phase in result.phases):
        colour, marker = _LOOKS[phase]
        ax.plot([], [], marker, color=colour, label=said.says[phase or "none"])


def _reach(value: float, low: float, high: float) -> list[list[float]] | None:
    """How far an interval reaches down and up; None where there is none."""
    if math.isnan(low):
        return None
    return [[max(value - low, 0.0)], [max(high - value, 0.0)]]


def _quadrants(ax: Axes, said: Words) -> list[Any]:
    """The names of the quadrants, in the corners."""
    corners = {
        "fix_first": (0, 1),
        "keep": (1, 1),
        "low_priority": (0, 0),
        "possibly_too_much": (1, 0),
    }
    return [
        ax.text(
            0.012 + 0.976 * x,
            0.015 + 0.97 * y,
            said.says[name],
            transform=ax.transAxes,
            ha=("left", "right")[x],
            va=("bottom", "top")[y],
            color=QUIET,
            fontsize="large",
            fontfamily=said.fonts,
            zorder=1,
        )
        for name, (x, y) in corners.items()
    ]


def _title(result: Drivers, said: Words) -> str:
    """How many respondents, and R² with its interval, if it has one."""
    low, high = result.interval.low, result.interval.high
    title = said.says["title"].format(n=result.n, value=result.r_squared.value)
    return title if math.isnan(low) else title + said.says["limits"].format(low=low, high=high)
