"""Customers, or their money, by the scores of recency and frequency."""

# matplotlib leaves the keyword arguments of its methods untyped.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

import numpy as np

from retentionkit.arguments import check_choice
from retentionkit.errors import DataError
from retentionkit.plots._axes import axes, check_drawn
from retentionkit.plots._words import Language, Texts, Words, words
from retentionkit.rfm import RFMScores

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

__all__ = ["rf_heat_map"]

HeatValue: TypeAlias = Literal["customers", "net_spend", "mean_order_value"]
_SAID: Final[Texts] = {
    "en": {
        "customers": "Customers",
        "net_spend": "Net spend per customer",
        "mean_order_value": "Net spend per order",
        "recency": "recency score: days since the last order",
        "frequency": "frequency score: orders",
        "below": "below {:.4g}",
        "from": "from {:.4g}",
        "to": "to {:.4g}",
        "over": "over {:.4g}",
        "nobody": "nobody",
        "counted": "{customers} on {as_of}",
        "money": "{what}: {customers} on {as_of}",
        "in": "{what} in {currency}",
    },
    "zh": {
        "customers": "客户数",
        "net_spend": "人均净消费",
        "mean_order_value": "单均净消费",
        "recency": "R 得分：距上次下单天数",
        "frequency": "F 得分：订单数",
        "below": "< {:.4g}",
        "from": "≥ {:.4g}",
        "to": "≤ {:.4g}",
        "over": "> {:.4g}",
        "nobody": "无人",
        "counted": "{customers}，截至 {as_of}",
        "money": "{what}：{customers}，截至 {as_of}",
        "in": "{what}（{currency}）",
    },
}
_WRITTEN: Final = 10  # with more bins, numbers in cells are too small to read
_DARK: Final = 0.55
_SHORT: Final = 100


def rf_heat_map(
    scores: RFMScores,
    *,
    value: HeatValue = "customers",
    language: Language = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw how many customers there are, or their money, by recency and frequency.

    Cells without customers are white; levels that do not occur say so.

    Parameters
    ----------
    scores
        From `rk.rfm.score` or `Scorer.score`.
    value
        What the colour and the number in a cell are: `"customers"`, `"net_spend"` per customer, or
        `"mean_order_value"`, net spend per order.
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
    DataError
        Money is to be drawn of a log without money.
    OptionError
        `value` or `language` is none of these.
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
    >>> rk.plots.rf_heat_map(rk.rfm.score(table)).get_xlabel()
    'frequency score: orders'
    """
    check_drawn(scores, RFMScores, name="rf_heat_map", do="rk.rfm.score(table)")
    check_choice("value", value, get_args(HeatValue))
    number, cells = _cells(scores, value)
    said = words(_SAID, language)
    ax = axes(ax, size=(6.4, 5.2))
    ax.spines[["left", "bottom"]].set_visible(False)
    drawn = ax.pcolormesh(
        np.arange(scores.bins[1] + 1) + 0.5,
        np.arange(scores.bins[0] + 1) + 0.5,
        np.ma.masked_invalid(cells),
        cmap="Blues",
        vmin=min(0.0, float(np.nanmin(cells))),
        edgecolors="white",
        linewidth=1.5 if max(scores.bins[:2]) <= _WRITTEN else 0,
    )
    if max(scores.bins[:2]) <= _WRITTEN:
        _write(ax, cells, drawn)
        rows, columns = (range(1, bins + 1) for bins in scores.bins[:2])
        ax.set_yticks(rows, _labels(scores, "recency", rows, said), fontfamily=said.fonts)
        ax.set_xticks(columns, _labels(scores, "frequency", columns, said), fontfamily=said.fonts)
        ax.tick_params(length=0)
    else:
        bar = ax.figure.colorbar(drawn, ax=ax)
        bar.set_label(said.says[value].lower(), fontfamily=said.fonts)
        ax.locator_params(integer=True)
    ax.set_xlabel(said.below(said.says["frequency"]), fontfamily=said.fonts)
    ax.set_ylabel(said.says["recency"], fontfamily=said.fonts)
    title = _title(scores, said, value, number)
    ax.set_title(title, fontsize="medium", loc="left", fontfamily=said.fonts)
    return ax


def _title(scores: RFMScores, said: Words, value: HeatValue, number: int) -> str:
    """Whom the picture shows, and what of them."""
    what, currency = said.says[value], scores.table.currency
    if currency:
        what = said.says["in"].format(what=what, currency=currency)
    return said.says["counted" if value == "customers" else "money"].format(
        what=what, customers=said.customers(number), as_of=scores.table.as_of
    )


def _cells(scores: RFMScores, value: HeatValue) -> tuple[int, NDArray[np.float64]]:
    """How many customers have scores, and the value by recency and frequency; NaN without any."""
    known = ~np.isnan(scores.recency)
    shape = scores.bins[:2]
    place = np.ravel_multi_index(
        (scores.recency[known].astype(np.int64) - 1, scores.frequency[known].astype(np.int64) - 1),
        shape,
    )
    size = shape[0] * shape[1]
    people = np.bincount(place, minlength=size).astype(np.float64)
    people[people == 0] = np.nan
    if value == "customers":
        return len(place), people.reshape(shape)
    money = scores.table.net_spend
    if money is None:
        raise DataError(
            "The log has no money to draw.",
            received=f"value={value!r}",
            allowed="'customers', for a log without money",
            do="Read the log with its amounts, or draw customers.",
        )
    spent = np.bincount(place, weights=money[known], minlength=size)
    orders = np.bincount(place, weights=scores.table.orders[known], minlength=size)
    by = people if value == "net_spend" else np.where(orders > 0, orders, np.nan)
    return len(place), (spent / by).reshape(shape)


def _write(ax: Axes, cells: NDArray[np.float64], drawn: Any) -> None:  # noqa: ANN401 - a QuadMesh
    """The number of each cell, in white on dark ones."""
    for (row, column), number in np.ndenumerate(cells):
        if not np.isnan(number):
            digits = 0 if abs(number) >= _SHORT or number == round(number) else 1
            ax.text(
                column + 1,
                row + 1,
                f"{number:,.{digits}f}",
                ha="center",
                va="center",
                fontsize="small",
                color="white" if drawn.norm(number) > _DARK else "black",
            )


def _labels(
    scores: RFMScores, name: Literal["recency", "frequency"], every: range, said: Words
) -> list[str]:
    """Each score with the measures that make it, where cuts do; levels that nobody has say so."""
    says = said.says
    labels = dict.fromkeys(every, says["nobody"])
    levels, cuts = scores.levels[name], scores.cuts.get(name)
    for at, level in enumerate(levels):
        if not cuts:
            labels[level] = ""
        elif name == "frequency":
            labels[level] = says["from" if at else "below"].format(cuts[max(at - 1, 0)])
        else:
            labels[level] = says["to" if at else "over"].format(cuts[-max(at, 1)])
    return [f"{level}\n{text}" if text else f"{level}" for level, text in labels.items()]
