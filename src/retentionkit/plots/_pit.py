"""The histogram of the probability integral transform."""

# matplotlib leaves the keyword arguments of its methods untyped.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retentionkit.clv import PIT
from retentionkit.plots._axes import ACTUAL, MODEL, axes, check_drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["pit"]


def pit(result: PIT, *, ax: Axes | None = None) -> Axes:
    """Draw the PIT histogram; bars of a right forecast end at the line.

    Parameters
    ----------
    result
        From `rk.clv.pit` or `Backtest.pit`.
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
    >>> log = rk.Transactions(rk.datasets.load_cdnow())
    >>> histories = rk.purchase_histories(log, as_of="1997-09-30", unit="week")
    >>> held = rk.holdout(log, histories, until="1998-06-30")
    >>> fit = rk.clv.BGNBD.fit(histories)
    >>> rk.plots.pit(rk.clv.pit(fit, histories, held)).get_ylabel()
    'density'
    """
    check_drawn(result, PIT, name="pit", do="rk.clv.pit(fit, histories, holdout)")
    ax = axes(ax)
    size = len(result.density)
    left = np.arange(size) / size
    ax.bar(left, result.density, width=1 / size, align="edge", color=MODEL, ec="white", lw=0.8)
    ax.axhline(1, color=ACTUAL, lw=0.9, ls="--")
    ax.set_xlim(0, 1)
    ax.set_ylim(0, max(1.5, 1.1 * float(result.density.max())))
    ax.set_xlabel("quantile of the forecast at which the count fell")
    ax.set_ylabel("density")
    ax.set_title(
        f"{result.n_customers:,} customers; mean distance from the line {result.deviation:.3f}",
        fontsize="medium",
        loc="left",
    )
    return ax
