"""How many customers have each score."""

# matplotlib leaves the keyword arguments of its methods untyped.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from retentionkit.plots._axes import ACTUAL, MODEL, QUIET, axes, check_drawn
from retentionkit.plots._words import Language, Texts, Words, words
from retentionkit.rfm import RFMScores

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

__all__ = ["score_histogram"]

_MARKED: Final = 10  # bins with a tick each
_COUNTED: Final = 20  # bars with numbers that do not run into each other
_NAMED: Final = 40  # bars among which an absent one can be named
_GAP: Final = 1.0
_SAID: Final[Texts] = {
    "en": {
        "recency": "recency",
        "frequency": "frequency",
        "monetary": "monetary",
        "score": "score, from 1 (worst)",
        "customers": "customers",
        "equal": "classes of equal size",
        "nobody": "nobody",
        "title": "{customers} on {as_of}",
    },
    "zh": {
        "recency": "最近消费 R",
        "frequency": "消费频率 F",
        "monetary": "消费金额 M",
        "score": "得分（1 为最低）",
        "customers": "客户数",
        "equal": "各档人数相等时",
        "nobody": "无人",
        "title": "{customers}，截至 {as_of}",
    },
}


def score_histogram(
    scores: RFMScores, *, language: Language = "en", ax: Axes | None = None
) -> Axes:
    """Draw the customers at each score of recency, frequency and money.

    A dotted line shows classes of equal size. Where ties make a class larger and leave others
    empty, the empty ones say so.

    Parameters
    ----------
    scores
        From `rk.rfm.score` or `Scorer.score`.
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
    >>> table = rk.rfm.measure(rk.Transactions(rk.datasets.load_cdnow()), as_of="1997-09-30")
    >>> rk.plots.score_histogram(rk.rfm.score(table)).get_ylabel()
    'customers'
    """
    check_drawn(scores, RFMScores, name="score_histogram", do="rk.rfm.score(table)")
    said = words(_SAID, language)
    parts = {
        "recency": scores.recency,
        "frequency": scores.frequency,
        "monetary": scores.monetary,
    }
    ax = axes(ax, size=(8.0, 4.2))
    bars = sum(n for n, part in zip(scores.bins, parts.values(), strict=True) if part is not None)
    start, ticks, labels = 0.0, list[float](), list[str]()
    for (name, part), bins in zip(parts.items(), scores.bins, strict=True):
        if part is None:
            continue
        counts = _counts(part, bins)
        places = start + np.arange(bins, dtype=np.float64)
        _draw(ax, places, counts, said.says["equal"] if start == 0 else None)
        _write(ax, places, counts, bars, said)
        shown = range(bins) if bins <= _MARKED else (0, bins // 2, bins - 1)
        ticks += [float(places[at]) for at in shown]
        middle = len(shown) // 2
        labels += [
            f"{at + 1}\n{said.says[name]}" if n == middle else f"{at + 1}"
            for n, at in enumerate(shown)
        ]
        start += bins + _GAP
    ax.set_xticks(ticks, labels, fontfamily=said.fonts)
    ax.tick_params(axis="x", length=0)
    _count(ax)
    ax.set_ylabel(said.says["customers"], fontfamily=said.fonts)
    ax.set_xlabel(said.below(said.says["score"]), fontfamily=said.fonts)
    customers = said.customers(int((~np.isnan(scores.recency)).sum()))
    title = said.says["title"].format(customers=customers, as_of=scores.table.as_of)
    ax.set_title(title, fontsize="medium", loc="left", fontfamily=said.fonts)
    ax.margins(y=0.1)
    place: dict[str, Any] = {"loc": "upper right", "bbox_to_anchor": (1, 1.1)}
    ax.legend(frameon=False, prop={"family": said.fonts}, **place)
    return ax


def _count(ax: Axes) -> None:
    """Whole numbers of customers beside the bars."""
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - an extra, loaded when needed

    ax.yaxis.set_major_locator(MaxNLocator("auto", integer=True, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_formatter(lambda number, _: f"{number:,.0f}")


def _counts(score: NDArray[np.float64], bins: int) -> NDArray[np.int64]:
    known = score[~np.isnan(score)].astype(np.int64)
    return np.bincount(known, minlength=bins + 1)[1:].astype(np.int64)


def _draw(
    ax: Axes, places: NDArray[np.float64], counts: NDArray[np.int64], label: str | None
) -> None:
    """One dimension: bars, and the line of equal classes."""
    equal = float(counts.sum()) / len(counts)
    ax.bar(places, counts, width=0.8, color=MODEL)
    ax.plot(
        [places[0] - 0.5, places[-1] + 0.5],
        [equal, equal],
        color=ACTUAL,
        lw=1.2,
        ls=":",
        label=label,
    )


def _write(
    ax: Axes, places: NDArray[np.float64], counts: NDArray[np.int64], bars: int, said: Words
) -> None:
    """What the numbers are, as far as there is room among so many bars."""
    for place, count in zip(places.tolist(), counts.tolist(), strict=True):
        if bars <= (_COUNTED if count else _NAMED):
            ax.annotate(
                f"{count:,}" if count else said.says["nobody"],
                (place, count),
                xytext=(0, 2),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontsize="small",
                fontfamily=said.fonts,
                rotation=0 if count else 90,
                color=ACTUAL if count else QUIET,
                bbox={"boxstyle": "square,pad=0.05", "fc": "white", "ec": "none", "alpha": 0.85},
            )
