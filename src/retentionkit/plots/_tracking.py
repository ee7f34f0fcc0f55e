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
    from numpy.typing import NDArray

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
    'last day of the week'
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
    _date_axis(ax)
    days = result.date.astype("datetime64[D]")
    ax.plot(days, actual, color=ACTUAL, lw=1.6, label="actual")
    ax.plot(days, expected, color=MODEL, lw=1.6, ls="--", label="expected by the model")
    end = _day_at(result, days)
    ax.axvline(end, color=QUIET, lw=0.9)
    ax.annotate(
        "forecast →",
        (end, 0.02),
        xycoords=("data", "axes fraction"),
        xytext=(4, 0),
        textcoords="offset points",
        color=QUIET,
        fontsize="small",
    )
    ax.set_xlabel(f"last day of the {result.unit}")
    ax.set_ylabel(
        "repeat purchases so far" if cumulative else f"repeat purchases in the {result.unit}"
    )
    # Where a curve is low at both ends, the legend has room above it only.
    ax.set_ylim(0, None if cumulative else 1.25 * np.max([*actual, *expected], initial=1.0))
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    ax.set_title(
        f"After the fit: {result.actual_holdout:,.0f} repeat purchases, "
        f"{result.expected_holdout:,.0f} expected",
        fontsize="medium",
        loc="left",
    )
    ax.legend(frameon=False, loc="upper left" if cumulative else "upper right")
    return ax


def _date_axis(ax: Axes) -> None:
    """Dates in as few words as tell them apart."""
    from matplotlib.dates import (  # noqa: PLC0415 - an extra, loaded when needed
        AutoDateLocator,
        ConciseDateFormatter,
    )

    locator = AutoDateLocator()  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]


def _day_at(result: Tracking, days: NDArray[np.datetime64]) -> float:
    """Where the fit ends, on matplotlib's axis of days since 1970."""
    if not len(days):
        return 0.0  # no axis of days, as no period was full
    return float(np.interp(result.observed, result.time, days.astype(np.float64)))
