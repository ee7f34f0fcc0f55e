"""Promoters, passives and detractors as one bar, and the score that they make."""

# matplotlib leaves the keyword arguments of its methods untyped.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from importlib import import_module
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

import numpy as np

from retentionkit.errors import DataError, KindError
from retentionkit.plots._axes import ACTUAL, MODEL, QUIET, axes
from retentionkit.plots._words import Language, Texts, Words, words
from retentionkit.surveys import NPS, NPSGroups, NPSTrend

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["promoters"]

#: Fill and ink of promoters, passives and detractors; also told apart by people who see no red.
_COLOURS: Final = ((MODEL, "white"), ("#dcdcdc", ACTUAL), ("#e08a3c", ACTUAL))
#: A share below which there is no room for its figure.
_ROOM: Final = 0.07
_END: Final = 100.0
_LONG: Final = 24  # letters in a line of a name
_SAID: Final[Texts] = {
    "en": {
        "promoters": "promoters (9, 10)",
        "passives": "passives (7, 8)",
        "detractors": "detractors (0 to 6)",
        "answers": "{n:,} answers",
        "answer": "{n} answer",
        "score": "NPS",
        "limits": "NPS with {confidence:g} % interval",
        "told": "{value}  ({low} to {high})",
        "all": "{value}  (everybody answered)",
        "few": "fewer than {least} answers",
    },
    "zh": {
        "promoters": "推荐者（9–10 分）",
        "passives": "中立者（7–8 分）",
        "detractors": "贬损者（0–6 分）",
        "answers": "{n:,} 份回答",
        "answer": "{n} 份回答",
        "score": "净推荐值",
        "limits": "净推荐值（{confidence:g} % 置信区间）",
        "told": "{value}（{low} 至 {high}）",
        "all": "{value}（全员作答）",
        "few": "回答少于 {least} 份",
    },
}


class _Row(NamedTuple):
    """What is drawn of one score; NaN where it is not shown."""

    name: str
    n: int
    shares: tuple[float, ...]
    score: float
    low: float
    high: float
    confidence: float
    #: Everybody answered: there is no sampling error.
    certain: bool = False
    #: Below how many answers a score is not shown.
    least: int = 0


def promoters(
    result: NPS | NPSGroups | NPSTrend | Mapping[str, NPS] | Sequence[tuple[str, NPS]],
    *,
    language: Language = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw the shares of promoters, passives and detractors, and the score with its interval.

    A bar is as long as the scale from -100 to 100. Promoters come first, so that the middle of the
    passives stands where the score is, which is marked below the bar.

    Parameters
    ----------
    result
        From `rk.surveys.nps` or `rk.surveys.NPS.from_counts`; or several, one row for each: a
        mapping from names, or pairs of a name and a score; groups from `rk.surveys.nps_by`, or
        waves from `rk.surveys.nps_trend`. Of those with too few answers only the number is shown.
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
    DataError
        If there is none to draw.
    OptionError
        `language` is neither.
    MissingExtraError
        Without matplotlib.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> import retentionkit as rk
    >>> found = rk.surveys.NPS.from_counts(promoters=50, passives=30, detractors=20)
    >>> rk.plots.promoters(found).get_xlabel()
    'NPS with 95 % interval'
    >>> len(rk.plots.promoters({"before": found, "after": found}).get_yticks())
    2
    """
    rows = _rows(result)
    said = words(_SAID, language, lambda _: [row.name for row in rows])
    ax = axes(ax, size=(8.0, 1.25 + 0.85 * len(rows)))
    for place, row in enumerate(rows):
        if not math.isnan(row.score):
            _draw_bar(ax, place, row)
            _draw_score(ax, place, row, said)
        elif row.n:
            few = said.says["few"].format(least=row.least)
            ax.annotate(few, (3 - _END, place), color=QUIET, va="center", fontfamily=said.fonts)
    ax.axvline(0, color=QUIET, lw=0.8, zorder=0)
    ax.set_xlim(-_END, _END)
    ax.set_xticks(np.linspace(-_END, _END, 5))
    ax.set_ylim(len(rows) - 0.4, -0.5)
    ax.set_yticks(range(len(rows)), [_name(row, said) for row in rows], fontfamily=said.fonts)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    levels = {row.confidence for row in rows}
    axis = said.says["score"]
    if len(levels) == 1:
        axis = said.says["limits"].format(confidence=100 * levels.pop())
    ax.set_xlabel(said.below(axis), fontfamily=said.fonts)
    _explain(ax, said)
    return ax


def _rows(result: object) -> list[_Row]:
    """What to draw, one below the other; a single score has no name."""
    if isinstance(result, NPS):
        return [_of_score("", result)]
    if isinstance(result, NPSGroups):
        return [_of_group(result, at) for at in range(len(result))]
    if isinstance(result, NPSTrend):
        return [_of_wave(result, at) for at in range(len(result))]
    given = result
    if isinstance(result, Mapping):
        given = list(cast("Mapping[object, object]", result).items())
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise _nothing_to_draw(given)
    rows: list[_Row] = []
    for row in cast("Sequence[object]", given):
        pair = cast("tuple[object, ...]", row) if isinstance(row, tuple) else (row,)
        if len(pair) != 2 or not isinstance(pair[1], NPS):  # noqa: PLR2004 - a pair
            raise _nothing_to_draw(pair[-1])
        rows.append(_of_score(str(pair[0]), pair[1]))
    if not rows:
        raise DataError(
            "There is no score to draw.",
            received="no scores",
            allowed="at least one",
            do="Pass one NPS, or a mapping from names such as {'before': first, 'after': second}.",
        )
    return rows


def _of_score(name: str, score: NPS) -> _Row:
    shares = (score.promoter_share, score.passive_share, score.detractor_share)
    low, high, level = score.interval.low, score.interval.high, score.interval.confidence
    return _Row(
        name, score.n, shares, score.score, low, high, level, certain=score.design_effect == 0
    )


def _of_group(groups: NPSGroups, at: int) -> _Row:
    key = groups.groups[at]
    parts = key if len(groups.by) > 1 else (key,)
    name = ", ".join("–" if part is None else str(part) for part in parts)
    if not math.isnan(groups.score[at]):
        return _of_score(name, groups.group(key))
    nan, n = math.nan, int(groups.n[at])
    return _Row(name, n, (), nan, nan, nan, groups.confidence, least=groups.minimum_n)


def _of_wave(trend: NPSTrend, at: int) -> _Row:
    score, low, high = (float(one[at]) for one in (trend.score, trend.low, trend.high))
    shares = tuple(trend.shares[at].tolist())
    return _Row(
        trend.waves[at], int(trend.n[at]), shares, score, low, high, trend.confidence,
        least=trend.minimum_n,
    )  # fmt: skip


def _nothing_to_draw(given: object) -> KindError:
    return KindError(
        "`rk.plots.promoters` does not draw that.",
        received=f"an object of type {type(given).__name__}",
        allowed="NPS, NPSGroups, NPSTrend, a mapping from names to NPS, or pairs of a name and "
        "an NPS",
        do="rk.plots.promoters(rk.surveys.nps(answers))",
    )


def _explain(ax: Axes, said: Words) -> None:
    """The legend, which ends with the axes: names of rows leave room on its left."""
    patches: Any = import_module("matplotlib.patches")
    kinds = ("promoters", "passives", "detractors")
    ax.legend(
        handles=[
            patches.Patch(color=fill, label=said.says[kind])
            for kind, (fill, _) in zip(kinds, _COLOURS, strict=True)
        ],
        frameon=False,
        ncols=3,
        handlelength=1,
        prop={"family": said.fonts},
        loc="lower right",
        bbox_to_anchor=(1, 1),
        borderaxespad=0.2,
    )


def _name(row: _Row, said: Words) -> str:
    answers = said.says["answer" if row.n == 1 else "answers"].format(n=row.n)
    return "\n".join([*wrap(row.name, _LONG, max_lines=2, placeholder="…"), answers])


def _draw_bar(ax: Axes, place: int, row: _Row) -> None:
    start = -_END
    for share, (fill, ink) in zip(row.shares, _COLOURS, strict=True):
        width = 2 * _END * share
        ax.barh(place, width, left=start, height=0.46, color=fill, zorder=1)
        if share >= _ROOM:
            middle = (start + width / 2, place)
            ax.annotate(f"{100 * share:.0f} %", middle, color=ink, ha="center", va="center")
        start += width


def _draw_score(ax: Axes, place: int, row: _Row, said: Words) -> None:
    """The score below the bar, its interval, and both in figures beside them."""
    below = place + 0.37
    text = f"{row.score:z.1f}"
    if row.certain:
        text = said.says["all"].format(value=text)
    elif row.low < row.high:
        ax.plot([row.low, row.high], [below, below], color=ACTUAL, lw=1.6, solid_capstyle="butt")
        text = said.says["told"].format(value=text, low=f"{row.low:z.1f}", high=f"{row.high:z.1f}")
    ax.plot([row.score], [below], "D", color=ACTUAL, ms=5.5, clip_on=False, zorder=3)
    ax.annotate(
        text,
        (_END, below),
        xytext=(9, 0),
        textcoords="offset points",
        annotation_clip=False,
        va="center",
        fontfamily=said.fonts,
    )
