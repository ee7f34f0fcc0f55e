"""How much of the value comes from how many of the customers."""

# matplotlib leaves the keyword arguments of its methods untyped.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from retentionkit.concentration import Concentration
from retentionkit.errors import DataError
from retentionkit.plots._axes import ACTUAL, MODEL, QUIET, axes, check_drawn
from retentionkit.plots._words import Language, Texts, Words, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from retentionkit.concentration import Lorenz

__all__ = ["lorenz"]

#: Corners beyond which a curve is drawn through a selection of them.
_CORNERS: Final = 1_000
_SAID: Final[Texts] = {
    "en": {
        "curve": "customers as they are",
        "equality": "all customers alike",
        "top": "the top 20 % bring {share:.0f} %",
        "people": "share of customers, least valuable first",
        "value": "share of the value that they bring",
        "title": "{customers}; Gini coefficient {gini:.3f}",
        "limits": " ({low:.3f} to {high:.3f})",
    },
    "zh": {
        "curve": "实际分布",
        "equality": "完全均等",
        "top": "前 20 % 的客户贡献 {share:.0f} %",
        "people": "客户累计占比（按价值从低到高）",
        "value": "价值累计占比",
        "title": "{customers}；基尼系数 {gini:.3f}",
        "limits": "（{low:.3f} 至 {high:.3f}）",
    },
}


def lorenz(result: Concentration, *, language: Language = "en", ax: Axes | None = None) -> Axes:
    """Draw the Lorenz curve, the equality it departs from, and what the top fifth brings.

    Parameters
    ----------
    result
        From `rk.rfm.concentration`.
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
        If nobody brought anything, or there are negative values: there is no curve.
    OptionError
        `language` is neither.
    MissingExtraError
        Without matplotlib.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> import retentionkit as rk
    >>> table = rk.rfm.measure(rk.Transactions(rk.datasets.load_cdnow()))
    >>> rk.plots.lorenz(rk.rfm.concentration(table.net_spend)).get_xlabel()
    'share of customers, least valuable first'
    """
    check_drawn(result, Concentration, name="lorenz", do="rk.rfm.concentration(table.net_spend)")
    top = result.top_share(0.2)
    if math.isnan(top.value):
        raise DataError(
            "There is no Lorenz curve.",
            received=result.definition,
            allowed="values of 0 or more, some of them above 0",
            do="Make the concentration with negative='drop' or 'zero' if some are below 0.",
        )
    said = words(_SAID, language)
    says = said.says
    ax = axes(ax, size=(5.4, 4.8))
    x, y = _selected(result.lorenz)
    ax.fill_between(x, y, x, color=MODEL, alpha=0.1, lw=0)
    ax.plot(x, y, color=MODEL, lw=1.8, label=says["curve"])
    ax.plot([0, 1], [0, 1], color=QUIET, lw=0.9, label=says["equality"])
    ax.plot([0.8, 0.8, 1], [0, 1 - top.value, 1 - top.value], color=ACTUAL, lw=0.9, ls=":")
    ax.plot([0.8], [1 - top.value], "o", color=ACTUAL, ms=4)
    ax.annotate(
        says["top"].format(share=100 * top.value),
        (0.8, 1 - top.value),
        xytext=(-8, 2),
        textcoords="offset points",
        ha="right",
        va="bottom",
        fontfamily=said.fonts,
    )
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1.01)
    ax.set_xlabel(said.below(says["people"]), fontfamily=said.fonts)
    ax.set_ylabel(says["value"], fontfamily=said.fonts)
    ax.set_title(_title(result, said), fontsize="medium", loc="left", fontfamily=said.fonts)
    ax.legend(frameon=False, loc="upper left", prop={"family": said.fonts})
    return ax


def _title(result: Concentration, said: Words) -> str:
    """How many customers, and the Gini coefficient with its interval, if it has one."""
    low, high = result.gini.interval.low, result.gini.interval.high
    customers = said.customers(result.n)
    title = said.says["title"].format(customers=customers, gini=result.gini.value)
    return title if math.isnan(low) else title + said.says["limits"].format(low=low, high=high)


def _selected(curve: Lorenz) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Corners evenly spread along both axes, where there are more than a picture can show."""
    x, y = curve
    if len(x) <= _CORNERS:
        return x, y
    even = np.linspace(0, 1, _CORNERS // 2)
    at = np.union1d(np.searchsorted(x, even), np.searchsorted(y, even))
    at = np.union1d(np.minimum(at, len(x) - 1), [0, len(x) - 1])
    return x[at], y[at]
