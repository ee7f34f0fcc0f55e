"""Who the customers are and where the money comes from, by segment."""

# matplotlib leaves the keyword arguments of its methods untyped.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from retentionkit.plots._axes import ACTUAL, MODEL, QUIET, axes, check_drawn
from retentionkit.plots._words import Language, Texts, Words, words
from retentionkit.rfm import SegmentProfile

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["segments"]

_HEIGHT: Final = 0.36
_SAID: Final[Texts] = {
    "en": {
        "share_of_customers": "share of customers",
        "share_of_revenue": "share of revenue",
        "both": "share, {confidence:g} % intervals",
        "people": "share of customers, {confidence:g} % intervals",
        "total": "{customers}, revenue {revenue:,.0f}{currency}",
    },
    "zh": {
        "share_of_customers": "客户占比",
        "share_of_revenue": "收入占比",
        "both": "占比（{confidence:g} % 置信区间）",
        "people": "客户占比（{confidence:g} % 置信区间）",
        "total": "{customers}，收入 {revenue:,.0f}{currency}",
    },
}


def segments(profile: SegmentProfile, *, language: Language = "en", ax: Axes | None = None) -> Axes:
    """Draw the share of customers beside the share of revenue of each segment, with intervals.

    Parameters
    ----------
    profile
        From `rk.rfm.profile`.
    language
        Labels and texts in English (`"en"`) or Chinese (`"zh"`). Without a font that has Chinese
        glyphs they are in English, and the picture says so.
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
    >>> scores = rk.rfm.score(rk.rfm.measure(rk.Transactions(rk.datasets.load_cdnow())))
    >>> profile = rk.rfm.profile(rk.rfm.STANDARD.assign(scores))
    >>> rk.plots.segments(profile).get_title(loc="left")
    '2,357 customers, revenue 244,092'
    """
    check_drawn(profile, SegmentProfile, name="segments", do="rk.rfm.profile(segments)")
    places = np.arange(len(profile))
    ax = axes(ax, size=(7.0, 1.3 + 0.42 * max(len(places), 3)))
    said = words(_SAID, language, lambda spoken: profile.labels(language=spoken))
    names = ["share_of_customers"]
    if profile.share_of_revenue is not None:
        names.append("share_of_revenue")
    for name, colour in zip(names, (QUIET, MODEL), strict=False):
        share = np.asarray(getattr(profile, name))
        shift = 0.0 if len(names) == 1 else _HEIGHT * (names.index(name) - 0.5)
        limits = np.abs([share - profile.low[name], profile.high[name] - share])
        ax.barh(
            places + shift,
            share,
            height=_HEIGHT,
            color=colour,
            xerr=limits,
            error_kw={"ecolor": ACTUAL, "elinewidth": 0.9, "capsize": 2},
            label=said.says[name],
        )
    ax.set_yticks(places, said.labels, fontfamily=said.fonts)
    ax.invert_yaxis()
    ax.axvline(0, color=ACTUAL, lw=0.8)
    ax.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    shares = said.says["both" if len(names) > 1 else "people"]
    below = said.below(shares.format(confidence=100 * profile.confidence))
    ax.set_xlabel(below, fontfamily=said.fonts)
    ax.set_title(_title(profile, said), fontsize="medium", loc="left", fontfamily=said.fonts)
    if len(names) > 1:
        ax.legend(frameon=False, loc="best", prop={"family": said.fonts})
    return ax


def _title(profile: SegmentProfile, said: Words) -> str:
    customers = said.customers(profile.n)
    if profile.total_revenue is None:
        return customers
    currency = f" {profile.currency}" if profile.currency else ""
    return said.says["total"].format(
        customers=customers, revenue=profile.total_revenue, currency=currency
    )
