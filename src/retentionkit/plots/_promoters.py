"""Promoters, passives and detractors as one bar, and the score that they make."""

# matplotlib leaves the keyword arguments of its methods untyped.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np

from retentionkit.errors import DataError, KindError
from retentionkit.plots._axes import ACTUAL, MODEL, QUIET, axes
from retentionkit.plots._words import Language, Texts, Words, words
from retentionkit.surveys import NPS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["promoters"]

#: Fill and ink of promoters, passives and detractors; also told apart by people who see no red.
_COLOURS: Final = ((MODEL, "white"), ("#dcdcdc", ACTUAL), ("#e08a3c", ACTUAL))
#: A share below which there is no room for its figure.
_ROOM: Final = 0.07
_END: Final = 100.0
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
    },
}


def promoters(
    result: NPS | Mapping[str, NPS] | Sequence[tuple[str, NPS]],
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
        mapping from names, or pairs of a name and a score.
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
    >>> rk.plots.promoters({"before": found, "after": found}).get_ylim()
    (1.6, -0.5)
    """
    rows = _rows(result)
    names = [name for name, _ in rows]
    said = words(_SAID, language, lambda _: names)
    ax = axes(ax, size=(8.0, 1.25 + 0.85 * len(rows)))
    for place, (_, score) in enumerate(rows):
        _draw_bar(ax, place, score, said, named=place == 0)
        _draw_score(ax, place, score, said)
    ax.axvline(0, color=QUIET, lw=0.8, zorder=0)
    ax.set_xlim(-_END, _END)
    ax.set_xticks(np.linspace(-_END, _END, 5))
    ax.set_ylim(len(rows) - 0.4, -0.5)
    ax.set_yticks(range(len(rows)), [_name(*row, said) for row in rows], fontfamily=said.fonts)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    levels = {score.interval.confidence for _, score in rows}
    axis = said.says["score"]
    if len(levels) == 1:
        axis = said.says["limits"].format(confidence=100 * levels.pop())
    ax.set_xlabel(said.below(axis), fontfamily=said.fonts)
    above: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0, 1), "borderaxespad": 0.2}
    ax.legend(frameon=False, ncols=3, handlelength=1, prop={"family": said.fonts}, **above)
    return ax


def _rows(result: object) -> list[tuple[str, NPS]]:
    """Names and scores; a single one has no name."""
    if isinstance(result, NPS):
        return [("", result)]
    given = result
    if isinstance(result, Mapping):
        given = list(cast("Mapping[object, object]", result).items())
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise _nothing_to_draw(given)
    rows: list[tuple[str, NPS]] = []
    for row in cast("Sequence[object]", given):
        pair = cast("tuple[object, ...]", row) if isinstance(row, tuple) else (row,)
        if len(pair) != 2 or not isinstance(pair[1], NPS):  # noqa: PLR2004 - a pair
            raise _nothing_to_draw(pair[-1])
        rows.append((str(pair[0]), pair[1]))
    if not rows:
        raise DataError(
            "There is no score to draw.",
            received="no scores",
            allowed="at least one",
            do="Pass one NPS, or a mapping from names such as {'before': first, 'after': second}.",
        )
    return rows


def _nothing_to_draw(given: object) -> KindError:
    return KindError(
        "`rk.plots.promoters` does not draw that.",
        received=f"an object of type {type(given).__name__}",
        allowed="NPS, a mapping from names to NPS, or pairs of a name and an NPS",
        do="rk.plots.promoters(rk.surveys.nps(answers))",
    )


def _name(name: str, score: NPS, said: Words) -> str:
    answers = said.says["answer" if score.n == 1 else "answers"].format(n=score.n)
    return "\n".join(part for part in (name, answers) if part)


def _draw_bar(ax: Axes, place: int, score: NPS, said: Words, *, named: bool) -> None:
    shares = (score.promoter_share, score.passive_share, score.detractor_share)
    start = -_END
    kinds = ("promoters", "passives", "detractors")
    for kind, share, (fill, ink) in zip(kinds, shares, _COLOURS, strict=True):
        width = 2 * _END * share
        label = said.says[kind] if named else None
        ax.barh(place, width, left=start, height=0.46, color=fill, label=label, zorder=1)
        if share >= _ROOM:
            middle = (start + width / 2, place)
            ax.annotate(f"{100 * share:.0f} %", middle, color=ink, ha="center", va="center")
        start += width


def _draw_score(ax: Axes, place: int, score: NPS, said: Words) -> None:
    """The score below the bar, its interval, and both in figures beside them."""
    below = place + 0.37
    low, high = score.interval.low, score.interval.high
    text = f"{score.score:z.1f}"
    if not math.isnan(low):
        ax.plot([low, high], [below, below], color=ACTUAL, lw=1.6, solid_capstyle="butt")
        text = said.says["told"].format(value=text, low=f"{low:z.1f}", high=f"{high:z.1f}")
    ax.plot([score.score], [below], "D", color=ACTUAL, ms=5.5, clip_on=False, zorder=3)
    ax.annotate(
        text,
        (_END, below),
        xytext=(9, 0),
        textcoords="offset points",
        annotation_clip=False,
        va="center",
        fontfamily=said.fonts,
    )
