"""What customers did by how satisfied they said they were."""

# matplotlib leaves the keyword arguments of its methods untyped.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from retentionkit._texts import p_text
from retentionkit.plots._axes import ACTUAL, MODEL, QUIET, axes, check_drawn
from retentionkit.plots._words import Language, Texts, Words, words
from retentionkit.surveys import LinkageCurve

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["linkage_curve"]

_MANY: Final = 12  # answers beyond which numbers of customers would overlap
_FAINT: Final = 0.35
_SAID: Final[Texts] = {
    "en": {
        "points": "{level:g} % interval",
        "few": "fewer than {few:,} customers",
        "isotonic_rising": "nearest curve that never falls",
        "isotonic_falling": "nearest curve that never rises",
        "line": "straight line",
        "answer": "answer, and how many customers gave it",
        "plain": "answer",
        "rate": "share of customers",
        "mean": "mean of the outcome",
        "rate_of": "{outcome}, share of customers",
        "mean_of": "{outcome}, mean",
        "title": "{customers}",
        "p": "; departure from the line p {p}",
    },
    "zh": {
        "points": "{level:g} % 置信区间",
        "few": "不足 {few:,} 位客户",
        "isotonic_rising": "最接近的不下降曲线",
        "isotonic_falling": "最接近的不上升曲线",
        "line": "直线",
        "answer": "评分与客户数",
        "plain": "评分",
        "rate": "客户占比",
        "mean": "结果均值",
        "rate_of": "{outcome}（客户占比）",
        "mean_of": "{outcome}（均值）",
        "title": "{customers}",
        "p": "；偏离直线的检验 p {p}",
    },
}
_ROOM: Final = 38  # points between axes and title, for two rows of a legend


def linkage_curve(
    result: LinkageCurve,
    *,
    outcome: str | None = None,
    language: Language = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw an outcome by answer with its intervals, the isotonic curve, and the straight line.

    Answers of few customers are drawn faint. Curve and line end where the answers end.

    Parameters
    ----------
    result
        From `rk.surveys.linkage_curve`.
    outcome
        What the outcome is called, for the axis, such as `"came back"`.
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
    >>> answers = rk.datasets.simulate_survey(300)
    >>> curve = rk.surveys.linkage_curve(answers["recommend"], answers["returned"], scale=(0, 10))
    >>> rk.plots.linkage_curve(curve, outcome="came back").get_ylabel()
    'came back, share of customers'
    """
    check_drawn(
        result,
        LinkageCurve,
        name="linkage_curve",
        do="rk.surveys.linkage_curve(satisfaction, outcome)",
    )
    said = words(_SAID, language)
    says = said.says
    ax = axes(ax, size=(6.4, 4.4))
    _draw_points(ax, result, said)
    there = result.counts > 0
    x = result.answers[there]
    name = says[f"isotonic_{result.direction}"]
    ax.plot(x, result.isotonic[there], color=MODEL, lw=1.8, label=name, zorder=2)
    ax.plot(x, result.line[there], color=QUIET, lw=1.0, ls="--", label=says["line"], zorder=1)
    if result.measure == "rate":
        ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
        ax.set_ylim(-0.02, 1.02)
    labels = [f"{answer}" for answer in result.answers.tolist()]
    numbered = len(labels) <= _MANY
    if numbered:
        labels = [f"{a}\n{n:,}" for a, n in zip(labels, result.counts.tolist(), strict=True)]
        ax.set_xticks(result.answers.tolist(), labels)
    ends = result.answers[[0, -1]].tolist()
    ax.set_xlim(ends[0] - 0.4, ends[1] + 0.4)
    ax.set_xlabel(said.below(says["answer" if numbered else "plain"]), fontfamily=said.fonts)
    shown = says[result.measure]
    if outcome is not None:
        shown = says[f"{result.measure}_of"].format(outcome=outcome)
    ax.set_ylabel(shown, fontfamily=said.fonts)
    place: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0, 1), "borderaxespad": 0.3}
    prop = {"family": said.fonts, "size": "small"}
    ax.legend(frameon=False, ncols=2, prop=prop, **place)
    title = _title(result, said)
    ax.set_title(title, fontsize="medium", loc="left", pad=_ROOM, fontfamily=said.fonts)
    return ax


def _draw_points(ax: Axes, result: LinkageCurve, said: Words) -> None:
    """Points and intervals; those of few customers faint."""
    says = said.says
    level = says["points"].format(level=100 * result.confidence)
    for few, label in ((False, level), (True, says["few"].format(few=result.few))):
        some = (result.is_few == few) & (result.counts > 0)
        if not some.any():
            continue
        value = result.value[some]
        # Without an interval (one customer) there is a point alone.
        arms = np.nan_to_num(np.array([value - result.low[some], result.high[some] - value]))
        ax.errorbar(
            result.answers[some],
            value,
            yerr=np.maximum(arms, 0.0),
            fmt="o",
            ms=4.5,
            lw=1.0,
            capsize=3,
            color=ACTUAL,
            alpha=_FAINT if few else 1.0,
            label=label,
            zorder=3,
        )


def _title(result: LinkageCurve, said: Words) -> str:
    title = said.says["title"].format(customers=said.customers(result.n))
    if math.isnan(result.p_value):
        return title
    return title + said.says["p"].format(p=p_text(result.p_value, sign=True))
