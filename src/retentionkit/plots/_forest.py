"""Scores of groups, or several comparisons, with their intervals one below the other."""

# matplotlib leaves the keyword arguments of its methods untyped.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from retentionkit.compare import Comparisons
from retentionkit.errors import DataError
from retentionkit.plots._axes import ACTUAL, MODEL, QUIET, axes, check_drawn
from retentionkit.plots._words import Language, Texts, words
from retentionkit.surveys import NPSGroups

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from retentionkit.plots._words import Words

    Floats = NDArray[np.float64]

__all__ = ["forest"]

_LEVEL: Final = 0.05
_ROW: Final = 0.26  # inches
_LONG: Final = 28  # letters of a label
_SAID: Final[Texts] = {
    "en": {
        "score": "net promoter score, {level:g} % intervals",
        "total": "all answers: {score:.1f}",
        "differs": "differs from the rest (adjusted p < {level:g})",
        "missing": "(missing)",
        "few": "fewer than {least} answers",
        "none": "no answer",
        "points": "difference in points, {level:g} % intervals",
        "difference": "difference, {level:g} % intervals",
        "zero": "no difference",
        "found": "found: adjusted p < {level:.3g}",
    },
    "zh": {
        "score": "净推荐值（{level:g} % 置信区间）",
        "total": "全部回答：{score:.1f}",
        "differs": "与其余组有差异（校正后 p < {level:g}）",
        "missing": "（缺失）",
        "few": "回答少于 {least} 份",
        "none": "没有回答",
        "points": "差异（百分点，{level:g} % 置信区间）",
        "difference": "差异（{level:g} % 置信区间）",
        "zero": "无差异",
        "found": "有差异：校正后 p < {level:.3g}",
    },
}


def forest(
    result: NPSGroups | Comparisons, *, language: Language = "en", ax: Axes | None = None
) -> Axes:
    """Draw scores of groups, or effects of several comparisons, each with its interval.

    Groups come the highest first, with the score of all. Those whose difference from the rest
    stands up to the number of comparisons (adjusted p-value below 0.05) are filled. Groups without
    a score are listed below, in grey.

    Comparisons come in the order in which they were passed, with the line of no difference; those
    that are found are filled. The effect is net of the control group where there is one.

    Parameters
    ----------
    result
        From `rk.surveys.nps_by`; or from `rk.compare.several`, all of one kind of figure.
    language
        Texts in English (`"en"`) or Chinese (`"zh"`). Without a font that has Chinese glyphs they
        are in English, and the picture says so.
    ax
        Axes to draw into; new ones, as high as there are groups, if None.

    Returns
    -------
    Axes

    Raises
    ------
    KindError
        If it is something else.
    DataError
        The comparisons are of figures that do not share an axis, such as rates and means.
    OptionError
        `language` is neither.
    MissingExtraError
        Without matplotlib.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> import pandas as pd
    >>> import retentionkit as rk
    >>> frame = pd.DataFrame({"shop": ["a", "b"] * 10, "answer": [10, 7, 9, 3] * 5})
    >>> ax = rk.plots.forest(rk.surveys.nps_by(frame, score="answer", by="shop"))
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['a (10)', 'b (10)']
    """
    if isinstance(result, Comparisons):
        ax = _draw_comparisons(result, language, ax)
    else:
        check_drawn(
            result,
            NPSGroups,
            Comparisons,
            name="forest",
            do='rk.surveys.nps_by(frame, score="...", by="...")',
        )
        ax = _draw_groups(result, language, ax)
    ax.tick_params(axis="y", length=0)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    return ax


def _draw_groups(result: NPSGroups, language: Language, ax: Axes | None) -> Axes:
    said = words(_SAID, language, lambda _: [str(key) for key in result.groups])
    ax = axes(ax, size=(7.0, 1.5 + _ROW * len(result)))
    shown = np.flatnonzero(~np.isnan(result.score))
    # The highest first, equal ones in the order of their labels; those without a score last.
    order = [*shown[np.argsort(-result.score[shown], kind="stable")].tolist()]
    hidden = np.flatnonzero(np.isnan(result.score)).tolist()
    _draw_scores(ax, result, order, said)
    _draw_labels(ax, result, order, hidden, said)
    _frame(ax, len(result), said.says["score"].format(level=100 * result.confidence), said)
    return ax


def _draw_comparisons(result: Comparisons, language: Language, ax: Axes | None) -> Axes:
    """The effects in the order of the caller, and the line of none."""
    parts = result.comparisons
    measures = set(result.measures)
    if len(measures) > 1:
        raise DataError(
            "These comparisons do not share an axis.",
            received=f"comparisons of {', '.join(sorted(measures))}",
            allowed="comparisons of one kind of figure",
            do="Draw each kind by itself: pass those of one kind to rk.compare.several.",
        )
    (measure,) = measures
    said = words(_SAID, language, lambda _: list(parts))
    ax = axes(ax, size=(7.0, 1.5 + _ROW * result.n))
    ax.axvline(0, color=QUIET, lw=1, label=said.says["zero"])
    scale = 100.0 if measure == "rate" else 1.0
    found = np.isin(list(parts), result.found)
    label = said.says["found"].format(level=1 - result.confidence)
    figures = (scale * result.effect, scale * result.low, scale * result.high)
    _draw_marks(ax, figures, filled=found, label=label)
    labels = [_named(name, getattr(part, "n", None)) for name, part in parts.items()]
    ax.set_yticks(range(result.n), labels, fontfamily=said.fonts, fontsize="small")
    axis = said.says["points" if measure in {"rate", "nps"} else "difference"]
    _frame(ax, result.n, axis.format(level=100 * result.confidence), said)
    return ax


def _frame(ax: Axes, rows: int, axis: str, said: Words) -> None:
    """What lies about the rows."""
    ax.set_ylim(rows - 0.4, -0.6)
    ax.set_xlabel(said.below(axis), fontfamily=said.fonts)
    ax.legend(
        frameon=False,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=2,
        borderaxespad=0.3,
        prop={"family": said.fonts, "size": "small"},
    )


def _draw_marks(
    ax: Axes, figures: tuple[Floats, Floats, Floats], *, filled: NDArray[np.bool_], label: str
) -> None:
    """A mark in each row with its interval, if it has one; filled ones have a label."""
    value, low, high = figures
    rows = np.arange(len(value))
    known = ~np.isnan(low)  # all answers of one respondent have no interval
    ax.hlines(rows[known], low[known], high[known], color=MODEL, lw=1.6)
    ax.plot(value[~filled], rows[~filled], "o", color=MODEL, mfc="white", ms=5)
    if filled.any():
        ax.plot(value[filled], rows[filled], "o", color=ACTUAL, ms=5, label=label)


def _draw_scores(ax: Axes, result: NPSGroups, order: list[int], said: Words) -> None:
    """The total as a line, a mark with its interval for each group that has a score."""
    total = result.total
    ax.axvspan(total.interval.low, total.interval.high, color=QUIET, alpha=0.15, lw=0)
    ax.axvline(total.score, color=QUIET, lw=1, label=said.says["total"].format(score=total.score))
    figures = (result.score[order], result.low[order], result.high[order])
    differs: NDArray[np.bool_] = result.adjusted_p_value[order] < _LEVEL
    _draw_marks(ax, figures, filled=differs, label=said.says["differs"].format(level=_LEVEL))


def _draw_labels(
    ax: Axes, result: NPSGroups, order: list[int], hidden: list[int], said: Words
) -> None:
    """The names of the groups, in grey and with the reason for those without a score."""
    for row, at in enumerate(hidden, start=len(order)):
        few = said.says["few"] if result.n[at] else said.says["none"]
        ax.annotate(
            few.format(least=result.minimum_n),
            (0.02, row),
            xycoords=("axes fraction", "data"),
            va="center",
            color=QUIET,
            fontsize="small",
            fontfamily=said.fonts,
        )
    ax.set_yticks(
        range(len(result)),
        [_label(result, at, said) for at in [*order, *hidden]],
        fontfamily=said.fonts,
        fontsize="small",
    )
    for tick in ax.get_yticklabels()[len(order) :]:
        tick.set_color(QUIET)


def _label(result: NPSGroups, at: int, said: Words) -> str:
    """The name of a group and how many answers it has."""
    key = result.groups[at]
    parts = key if len(result.by) > 1 else (key,)
    text = ", ".join(said.says["missing"] if part is None else str(part) for part in parts)
    return _named(text, int(result.n[at]))


def _named(text: str, n: int | None) -> str:
    """A name, not too long, and of how many answers or customers."""
    text = text if len(text) <= _LONG else text[: _LONG - 1] + "…"
    return text if n is None else f"{text} ({n:,})"
