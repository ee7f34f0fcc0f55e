"""How many respondents are in which stage of satisfaction."""

# matplotlib leaves the keyword arguments of its methods untyped.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from retentionkit.plots._axes import ACTUAL, axes, check_drawn
from retentionkit.plots._words import Language, Texts, words
from retentionkit.surveys import SatisfactionStages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

__all__ = ["stages"]

_LABELS: Final[dict[Language, tuple[str, ...]]] = {
    "en": ("Dissatisfied", "Neutral", "Satisfied", "Loyal"),
    "zh": ("不满意", "一般", "满意", "忠诚"),
}
_COLOURS: Final = ("#b5523b", "#c4c4c4", "#8fb8da", "#1f6fb4")
_ROOM: Final = 1.12  # right of the longest interval, for its number
_SAID: Final[Texts] = {
    "en": {
        "share": "share of answers, {level:g} % intervals",
        "answers": "{n:,} answers",
        "unknown": "; loyalty unknown of {unknown:,} satisfied",
        "untold": "cannot be told",
    },
    "zh": {
        "share": "回答占比（{level:g} % 置信区间）",
        "answers": "{n:,} 份回答",
        "unknown": "；{unknown:,} 位满意者的忠诚情况未知",
        "untold": "无法判断",
    },
}


def stages(
    result: SatisfactionStages, *, language: Language = "en", ax: Axes | None = None
) -> Axes:
    """Draw the shares of the stages of satisfaction with their intervals.

    Parameters
    ----------
    result
        From `rk.surveys.satisfaction_stage`.
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
    >>> found = rk.surveys.satisfaction_stage([1, 3, 5, 5], repurchased=[0, 1, 1, 0])
    >>> rk.plots.stages(found).get_title(loc="left")
    '4 answers'
    """
    check_drawn(
        result,
        SatisfactionStages,
        name="stages",
        do="rk.surveys.satisfaction_stage(answers, repurchased=...)",
    )
    said = words(_SAID, language, lambda name: _LABELS[name])
    says = said.says
    ax = axes(ax, size=(6.4, 3.0))
    told = np.isfinite(result.shares)
    at = np.arange(len(result.shares))
    value = result.shares[told]
    arms = np.maximum([value - result.low[told], result.high[told] - value], 0.0)
    ax.barh(at[told], value, color=np.array(_COLOURS)[told].tolist(), height=0.66)
    ax.errorbar(value, at[told], xerr=arms, fmt="none", color=ACTUAL, lw=1.0, capsize=3)
    for place, text in zip(at.tolist(), _numbers(result, says["untold"]), strict=True):
        right = float(result.high[place]) if told[place] else 0.0
        ax.annotate(
            text, (right, place), xytext=(5, 0), textcoords="offset points", va="center",
            fontfamily=said.fonts,
        )  # fmt: skip
    ax.set_yticks(at.tolist(), list(said.labels), fontfamily=said.fonts)
    ax.set_ylim(len(at) - 0.5, -0.5)
    ax.set_xlim(0, min(float(np.nanmax(result.high)), 1.0) * _ROOM)
    ax.xaxis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")
    level = says["share"].format(level=100 * result.confidence)
    ax.set_xlabel(said.below(level), fontfamily=said.fonts)
    title = says["answers"].format(n=result.n)
    if result.loyalty_told and result.loyalty_unknown:
        title += says["unknown"].format(unknown=result.loyalty_unknown)
    ax.set_title(title, fontsize="medium", loc="left", fontfamily=said.fonts)
    return ax


def _numbers(result: SatisfactionStages, untold: str) -> Sequence[str]:
    """How many are in each stage, where it can be told."""
    counts = [f"{count:,}" for count in result.counts.tolist()]
    return counts if result.loyalty_told else [*counts[:-1], untold]
