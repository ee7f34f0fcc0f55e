"""Scores of waves, or of rolling windows, with bands of their intervals."""

# matplotlib leaves the keyword arguments of its methods untyped.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from retentionkit.plots._axes import MODEL, QUIET, axes, check_drawn
from retentionkit.plots._words import Language, Texts, words
from retentionkit.surveys import NPSRolling, NPSTrend

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from retentionkit.plots._words import Words

__all__ = ["nps_trend"]

_MOST: Final = 12  # names of waves along the axis
_SAID: Final[Texts] = {
    "en": {
        "score": "net promoter score, {level:g} % intervals",
        "unobserved": "not observed",
        "few": "fewer than {least} answers",
        "partial": "period not filled by answers",
        "rolling": "end of {days} days; neighbouring windows share answers",
        "wave": "",
    },
    "zh": {
        "score": "净推荐值（{level:g} % 置信区间）",
        "unobserved": "未观测",
        "few": "回答少于 {least} 份",
        "partial": "回答未覆盖整个周期",
        "rolling": "{days} 天窗口的结束日；相邻窗口共用回答",
        "wave": "",
    },
}


def nps_trend(
    result: NPSTrend | NPSRolling, *, language: Language = "en", ax: Axes | None = None
) -> Axes:
    """Draw scores over time with a band of their intervals.

    A wave that was not observed leaves a gap, marked in grey, and no line goes through it; one of
    too few answers (`minimum_n`) does too, and is hatched. A period that the answers do not fill
    has an open mark.

    Parameters
    ----------
    result
        From `rk.surveys.nps_trend` or `rk.surveys.nps_rolling`, whose windows are drawn at their
        last day.
    language
        Texts in English (`"en"`) or Chinese (`"zh"`). Without a font that has Chinese glyphs they
        are in English, and the picture says so.
    ax
        Axes to draw into; new ones if None.

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
    >>> import retentionkit as rk
    >>> first, second = rk.surveys.nps([10, 9, 3, 8] * 5), rk.surveys.nps([10, 9, 9] * 5)
    >>> ax = rk.plots.nps_trend(rk.surveys.nps_trend({"spring": first, "autumn": second}))
    >>> [label.get_text() for label in ax.get_xticklabels()]
    ['spring', 'autumn']
    """
    if not isinstance(result, NPSRolling):
        check_drawn(
            result,
            NPSTrend,
            name="nps_trend",
            do='rk.surveys.nps_trend(frame, score="...", when="...")',
        )
    said = words(_SAID, language)
    ax = axes(ax)
    x: Any = np.arange(len(result))
    if isinstance(result, NPSRolling):
        x = result.end - np.timedelta64(1, "D")
        below = said.says["rolling"].format(days=result.window_days)
        _name_days(ax)
    else:
        below = said.says["wave"]
        _name_waves(ax, result, said)
    ax.axhline(0, color=QUIET, lw=0.8)
    ax.fill_between(x, result.low, result.high, color=MODEL, alpha=0.15, lw=0)
    ax.plot(x, result.score, color=MODEL, lw=1.6)
    if isinstance(result, NPSTrend):
        _draw_waves(ax, result, said)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.set_xlabel(said.below(below), fontfamily=said.fonts)
    ax.set_ylabel(said.says["score"].format(level=100 * result.confidence), fontfamily=said.fonts)
    return ax


def _draw_waves(ax: Axes, result: NPSTrend, said: Words) -> None:
    """A mark with its interval for each wave, and what is not observed or cut off."""
    x = np.arange(len(result))
    bars = result.observed & ~np.isnan(result.low)
    ax.vlines(x[bars], result.low[bars], result.high[bars], color=MODEL, lw=1)
    full, part = result.observed & ~result.partial, result.observed & result.partial
    ax.plot(x[full], result.score[full], "o", color=MODEL, ms=5)
    if part.any():
        ax.plot(
            x[part], result.score[part], "o", color=MODEL, mfc="white", ms=5,
            label=said.says["partial"],
        )  # fmt: skip
    for count, at in enumerate(x[~result.observed].tolist()):
        label = "" if count else said.says["unobserved"]
        ax.axvspan(at - 0.5, at + 0.5, color=QUIET, alpha=0.15, lw=0, label=label)
    few: dict[str, Any] = {"facecolor": "none", "edgecolor": QUIET, "hatch": "///", "lw": 0}
    for count, at in enumerate(x[result.suppressed].tolist()):
        label = "" if count else said.says["few"].format(least=result.minimum_n)
        ax.axvspan(at - 0.5, at + 0.5, alpha=0.3, label=label, **few)
    if part.any() or not result.observed.all() or result.suppressed.any():
        ax.legend(
            frameon=False,
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=2,
            borderaxespad=0.3,
            prop={"family": said.fonts, "size": "small"},
        )


def _name_waves(ax: Axes, result: NPSTrend, said: Words) -> None:
    """Names of waves, no more than there is room for."""
    every = -(-len(result) // _MOST)
    at = list(range(0, len(result), every))
    ax.set_xticks(at, [result.waves[one] for one in at], fontfamily=said.fonts)
    ax.set_xlim(-0.6, len(result) - 0.4)
    if max(len(result.waves[one]) for one in at) * len(at) > 80:  # noqa: PLR2004 - letters in a row
        ax.tick_params(axis="x", rotation=45)


def _name_days(ax: Axes) -> None:
    """Dates along the axis, short enough to stand side by side."""
    dates: Any = import_module("matplotlib.dates")  # an extra, in part without type hints
    locator = dates.AutoDateLocator(maxticks=8)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator))
