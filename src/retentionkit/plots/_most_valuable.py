"""The most valuable customers, with intervals."""

# matplotlib leaves the keyword arguments of its methods untyped.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retentionkit.plots._axes import MODEL, axes, check_drawn
from retentionkit.values import LifetimeValue

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["most_valuable"]


def most_valuable(value: LifetimeValue, *, n: int = 10, ax: Axes | None = None) -> Axes:
    """Draw the values of the `n` most valuable customers, with 95 % intervals where known.

    Parameters
    ----------
    value
        From `rk.clv.lifetime_value`.
    n
        How many customers.
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
    >>> h = rk.PurchaseHistories.from_arrays([2, 9], [30.4, 38.0], [38.9, 38.9], unit="week")
    >>> model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
    >>> value = rk.clv.lifetime_value(model, 30.0, h, horizon="1 year", discount_rate=0.1)
    >>> rk.plots.most_valuable(value).get_xlabel()
    'lifetime value over 52.18 weeks'
    """
    check_drawn(
        value,
        LifetimeValue,
        name="most_valuable",
        do="rk.clv.lifetime_value(fit, spend, histories, horizon=..., discount_rate=...)",
    )
    ax = axes(ax)
    top = value.top(n)
    places = np.arange(len(top))
    if top.loadings is not None:
        low, high = top.interval()
        ax.hlines(places, low, high, color=MODEL, lw=2.2, alpha=0.45)
    ax.plot(top.value, places, "o", color=MODEL, ms=5)
    names = places + 1 if top.customer is None else top.customer
    ax.set_yticks(places, [str(name) for name in names])
    ax.invert_yaxis()
    ax.set_xlim(left=0)
    ax.xaxis.set_major_formatter(lambda number, _: f"{number:,.0f}")
    far = "for ever" if value.horizon is None else f"over {value.horizon:.4g} {value.unit}s"
    bars = "" if top.loadings is None else "; bars: 95 % interval of its expectation"
    ax.set_xlabel(f"lifetime value {far}{bars}")
    ax.set_ylabel("row" if top.customer is None else "customer")
    share = f": {100 * top.total / value.total:.1f} % of the total" if value.total else ""
    what = "rows" if (top.weight != 1).any() else "customers"
    ax.set_title(
        f"The {len(top)} most valuable {what}{share}",
        fontsize="medium",
        loc="left",
    )
    return ax
