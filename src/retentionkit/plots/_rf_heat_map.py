"""Customers, or their money, by the scores of recency and frequency."""

# matplotlib leaves the keyword arguments of its methods untyped.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

import numpy as np

from retentionkit.arguments import check_choice
from retentionkit.errors import DataError
from retentionkit.plots._axes import axes, check_drawn
from retentionkit.rfm import RFMScores

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

__all__ = ["rf_heat_map"]

HeatValue: TypeAlias = Literal["customers", "net_spend", "mean_order_value"]
_SAID: Final[dict[HeatValue, str]] = {
    "customers": "Customers",
    "net_spend": "Net spend per customer",
    "mean_order_value": "Net spend per order",
}
_WRITTEN: Final = 10  # with more bins, numbers in cells are too small to read
_DARK: Final = 0.55
_SHORT: Final = 100


def rf_heat_map(
    scores: RFMScores, *, value: HeatValue = "customers", ax: Axes | None = None
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
        `value` is none of these.
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
        ax.set_yticks(range(1, scores.bins[0] + 1), _labels(scores, "recency", scores.bins[0]))
        ax.set_xticks(range(1, scores.bins[1] + 1), _labels(scores, "frequency", scores.bins[1]))
        ax.tick_params(length=0)
    else:
        ax.figure.colorbar(drawn, ax=ax, label=_SAID[value].lower())
        ax.locator_params(integer=True)
    ax.set_xlabel("frequency score: orders")
    ax.set_ylabel("recency score: days since the last order")
    what = ""
    if value != "customers":
        currency = f" in {scores.table.currency}" if scores.table.currency else ""
        what = f"{_SAID[value]}{currency}: "
    title = f"{what}{number:,} customers on {scores.table.as_of}"
    ax.set_title(title, fontsize="medium", loc="left")
    return ax


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


def _labels(scores: RFMScores, name: Literal["recency", "frequency"], bins: int) -> list[str]:
    """Each score with the measures that make it, where cuts do; levels that nobody has say so."""
    labels = dict.fromkeys(range(1, bins + 1), "nobody")
    levels, cuts = scores.levels[name], scores.cuts.get(name)
    for at, level in enumerate(levels):
        if not cuts:
            labels[level] = ""
        elif name == "frequency":
            labels[level] = f"from {cuts[at - 1]:.4g}" if at else f"below {cuts[0]:.4g}"
        else:
            labels[level] = f"to {cuts[-at]:.4g}" if at else f"over {cuts[-1]:.4g}"
    return [f"{level}\n{text}" if text else f"{level}" for level, text in labels.items()]
