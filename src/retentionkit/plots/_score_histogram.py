"""How many customers have each score."""

# matplotlib leaves the keyword arguments of its methods untyped.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from retentionkit.plots._axes import ACTUAL, MODEL, QUIET, axes, check_drawn
from retentionkit.rfm import RFMScores

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

__all__ = ["score_histogram"]

_MARKED: Final = 10  # bins with a tick each
_COUNTED: Final = 20  # bars with numbers that do not run into each other
_NAMED: Final = 40  # bars among which an absent one can be named
_GAP: Final = 1.0


def score_histogram(scores: RFMScores, *, ax: Axes | None = None) -> Axes:
    """Draw the customers at each score of recency, frequency and money.

    A dotted line shows classes of equal size. Where ties make a class larger and leave others
    empty, the empty ones say so.

    Parameters
    ----------
    scores
        From `rk.rfm.score` or `Scorer.score`.
    ax
        Axes to draw into; new ones if None.

    Returns
    -------
    Axes

    Raises
    ------
    KindError
        If it is something else.
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
        _draw(ax, places, counts, named=start == 0)
        _write(ax, places, counts, bars)
        shown = range(bins) if bins <= _MARKED else (0, bins // 2, bins - 1)
        ticks += [float(places[at]) for at in shown]
        middle = len(shown) // 2
        labels += [
            f"{at + 1}\n{name}" if n == middle else f"{at + 1}" for n, at in enumerate(shown)
        ]
        start += bins + _GAP
    ax.set_xticks(ticks, labels)
    ax.tick_params(axis="x", length=0)
    ax.yaxis.set_major_formatter(lambda number, _: f"{number:,.0f}")
    ax.set_ylabel("customers")
    ax.set_xlabel("score, from 1 (worst)")
    number = int((~np.isnan(scores.recency)).sum())
    ax.set_title(f"{number:,} customers on {scores.table.as_of}", fontsize="medium", loc="left")
    ax.margins(y=0.1)
    ax.legend(frameon=False, loc="upper right", bbox_to_anchor=(1, 1.1))
    return ax


def _counts(score: NDArray[np.float64], bins: int) -> NDArray[np.int64]:
    known = score[~np.isnan(score)].astype(np.int64)
    return np.bincount(known, minlength=bins + 1)[1:].astype(np.int64)


def _draw(ax: Axes, places: NDArray[np.float64], counts: NDArray[np.int64], *, named: bool) -> None:
    """One dimension: bars, and the line of equal classes."""
    equal = float(counts.sum()) / len(counts)
    ax.bar(places, counts, width=0.8, color=MODEL)
    ax.plot(
        [places[0] - 0.5, places[-1] + 0.5],
        [equal, equal],
        color=ACTUAL,
        lw=1.2,
        ls=":",
        label="classes of equal size" if named else None,
    )


def _write(ax: Axes, places: NDArray[np.float64], counts: NDArray[np.int64], bars: int) -> None:
    """What the numbers are, as far as there is room among so many bars."""
    for place, count in zip(places.tolist(), counts.tolist(), strict=True):
        if bars <= (_COUNTED if count else _NAMED):
            ax.annotate(
                f"{count:,}" if count else "nobody",
                (place, count),
                xytext=(0, 2),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontsize="small",
                rotation=0 if count else 90,
                color=ACTUAL if count else QUIET,
                bbox={"boxstyle": "square,pad=0.05", "fc": "white", "ec": "none", "alpha": 0.85},
            )
