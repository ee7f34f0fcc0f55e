"""Actual against expected repeat purchases over time."""

# matplotlib leaves the keyword arguments of its methods untyped.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retentionkit.clv import Tracking
from retentionkit.plots._axes import ACTUAL, MODEL, QUIET, axes, check_drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["tracking"]


def tracking(result: Tracking, *, cumulative: bool = True, ax: Axes | None = None) -> Axes:
    """Draw actual and expected repeat purchases; the fit ends at the vertical line.

    Parameters
    ----------
    result
        From `rk.clv.tracking`.
    cumulative
        Up to each time, or within each period.
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
    >>> fit = rk.clv.BGNBD.fit(histories)
    >>> ax = rk.plots.tracking(rk.clv.tracking(log, fit, histories, until="1998-06-30"))
    >>> ax.get_xlabel()
    'weeks since the first customer'
    """
    check_drawn(
        result, Tracking, name="tracking", do="rk.clv.tracking(log, fit, histories, until=...)"
    )
    ax = axes(ax)
    actual, expected = (
        (result.actual, result.expected)
        if cumulative
        else (np.diff(result.actual, prepend=0.0), np.diff(result.expected, prepend=0.0))
    )
    ax.plot(result.time, actual, color=ACTUAL, lw=1.6, label="actual")
    ax.plot(result.time, expected, color=MODEL, lw=1.6, ls="--", label="expected by the model")
    ax.axvline(result.observed, color=QUIET, lw=0.9)
    ax.annotate(
        "forecast →",
        (result.observed, 0.02),
        xycoords=("data", "axes fraction"),
        xytext=(4, 0),
        textcoords="offset points",
        color=QUIET,
        fontsize="small",
    )
    ax.set_xlabel(f"{result.unit}s since the first customer")
    ax.set_ylabel(
        "repeat purchases so far" if cumulative else f"repeat purchases in the {result.unit}"
    )
    ax.set_xlim(left=0)
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    ax.set_title(
        f"After the fit: {result.actual_holdout:,.0f} repeat purchases, "
        f"{result.expected_holdout:,.0f} expected",
        fontsize="medium",
        loc="left",
    )
    ax.legend(frameon=False, loc="upper left" if cumulative else "upper right")
    return ax
