"""What followed, by segment."""

# matplotlib leaves the keyword arguments of its methods untyped.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, get_args

import numpy as np

from retentionkit.arguments import check_choice
from retentionkit.errors import OptionError
from retentionkit.plots._axes import ACTUAL, MODEL, QUIET, axes, check_drawn
from retentionkit.plots._words import Language, Texts, words
from retentionkit.rfm import SegmentationEvaluation
from retentionkit.rfm._evaluation import Outcome

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

__all__ = ["outcomes"]

#: Numbers from here on have more than three digits before the point.
_LONG: Final = 999.5
_SAID: Final[Texts] = {
    "en": {
        "retention": "share of customers who ordered again",
        "revenue_per_customer": "revenue per customer",
        "conversion": "conversion",
        "limits": "{what}, {confidence:g} % intervals",
        "all": "all: {value}",
        "title": "{customers} as of {as_of}, followed to {until}",
    },
    "zh": {
        "retention": "再次下单客户占比",
        "revenue_per_customer": "人均收入",
        "conversion": "转化率",
        "limits": "{what}（{confidence:g} % 置信区间）",
        "all": "全部：{value}",
        "title": "{customers}，分群日 {as_of}，观察至 {until}",
    },
}


class _Measured(NamedTuple):
    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    mean: float


def outcomes(
    evaluation: SegmentationEvaluation,
    *,
    what: Outcome = "retention",
    language: Language = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw what the customers of each segment did next, with intervals, beside that of all.

    Segments for which it is undefined keep their row, which is empty.

    Parameters
    ----------
    evaluation
        From `rk.rfm.evaluate_segmentation`.
    what
        `"retention"`, `"revenue_per_customer"` or `"conversion"`.
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
        `what` or `language` is none, or it is revenue of a log without money.
    MissingExtraError
        Without matplotlib.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> import retentionkit as rk
    >>> log = rk.Transactions(rk.datasets.load_cdnow())
    >>> stages = rk.rfm.lifecycle(log, as_of="1997-09-30")
    >>> found = rk.rfm.evaluate_segmentation(stages, log)
    >>> rk.plots.outcomes(found).get_title(loc="left")
    '2,357 customers as of 1997-09-30, followed to 1998-06-30'
    """
    check_drawn(
        evaluation,
        SegmentationEvaluation,
        name="outcomes",
        do="rk.rfm.evaluate_segmentation(segments, transactions)",
    )
    found = _measured(evaluation, check_choice("what", what, get_args(Outcome)))
    said = words(_SAID, language, lambda spoken: evaluation.labels(language=spoken))
    money = what == "revenue_per_customer"
    ax = axes(ax, size=(7.0, 1.3 + 0.34 * max(len(said.labels), 3)))
    places = np.arange(len(said.labels))
    known = ~np.isnan(found.value)
    # One customer alone has no interval.
    reach = [np.nan_to_num(found.value - found.low), np.nan_to_num(found.high - found.value)]
    limits = np.abs([part[known] for part in reach])
    style: dict[str, Any] = {"fmt": "o", "color": MODEL, "ecolor": ACTUAL, "capsize": 2}
    ax.errorbar(found.value[known], places[known], xerr=limits, **style)
    if not np.isnan(found.mean):
        mean = _number(found.mean) if money else f"{100 * found.mean:.3g} %"
        text = said.says["all"].format(value=mean)
        ax.axvline(found.mean, color=QUIET, lw=0.9, ls="--", label=text)
        ax.legend(frameon=False, loc="best", prop={"family": said.fonts})
    if not money:
        ax.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    ax.set_yticks(places, said.labels, fontfamily=said.fonts)
    ax.set_ylim(len(said.labels) - 0.5, -0.5)
    level = 100 * evaluation.confidence
    below = said.says["limits"].format(what=said.says[what], confidence=level)
    ax.set_xlabel(said.below(below), fontfamily=said.fonts)
    dates = {"as_of": evaluation.as_of, "until": evaluation.until}
    title = said.says["title"].format(customers=said.customers(evaluation.n), **dates)
    ax.set_title(title, fontsize="medium", loc="left", fontfamily=said.fonts)
    return ax


def _measured(evaluation: SegmentationEvaluation, what: Outcome) -> _Measured:
    """What is drawn of each segment, and of all customers."""
    shares = {
        "retention": (evaluation.ordered, evaluation.customers),
        "conversion": (evaluation.converted, evaluation.eligible),
        "revenue_per_customer": (evaluation.revenue, evaluation.customers),
    }
    above, below = shares[what]
    if above is None:
        raise OptionError(
            "There is no revenue to draw.",
            received="segments of a log without money",
            allowed="what='retention' or what='conversion'",
            do="Parse the log with amount=, or draw one of these.",
        )
    stem = what.removesuffix("_per_customer")
    value, low, high = (getattr(evaluation, name) for name in (what, f"{stem}_low", f"{stem}_high"))
    number = int(below.sum())
    return _Measured(value, low, high, float(above.sum()) / number if number else np.nan)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= _LONG else f"{value:.3g}"
