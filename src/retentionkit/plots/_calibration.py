"""Expected against actual: by bins of the forecast, and by bins of the probability to buy."""

# matplotlib leaves the keyword arguments of its methods untyped.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retentionkit.clv import ActivityCalibration, Calibration
from retentionkit.intervals import normal_quantile
from retentionkit.plots._axes import MODEL, QUIET, axes, check_drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

__all__ = ["activity_calibration", "calibration"]


def calibration(result: Calibration, *, ax: Axes | None = None) -> Axes:
    """Draw mean actual over mean expected purchases of each bin; a right forecast is the diagonal.

    Parameters
    ----------
    result
        From `rk.clv.calibration` or `Backtest.calibration`.
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
    >>> ax = rk.plots.calibration(rk.clv.calibration(fit, histories, held))
    >>> ax.get_xlabel()
    'mean expected purchases (square-root scale)'
    """
    check_drawn(
        result, Calibration, name="calibration", do="rk.clv.calibration(fit, histories, holdout)"
    )
    ax = axes(ax, size=(5.4, 4.8))
    top = 1.05 * float(np.nanmax([result.expected, result.actual]))
    ax.plot([0, top], [0, top], color=QUIET, lw=0.9)
    half = normal_quantile(0.95) * result.standard_error
    # A mean of counts is not negative, nor has the scale a place for it.
    below = np.minimum(half, result.actual)
    ax.errorbar(
        result.expected,
        result.actual,
        yerr=[below, half],
        fmt="o",
        color=MODEL,
        ms=5,
        capsize=3,
    )
    high = 1.05 * float(np.nanmax(result.actual + np.nan_to_num(half)))
    # Most customers buy little: on a linear scale most bins would lie at the origin.
    ax.set_xscale("function", functions=(_root, np.square))
    ax.set_yscale("function", functions=(_root, np.square))
    ax.set_xlim(0, top or 1.0)
    ax.set_ylim(0, max(top, high) or 1.0)
    ax.set_xlabel("mean expected purchases (square-root scale)")
    ax.set_ylabel("mean actual purchases, 95 % interval")
    customers = float(result.customers.sum())
    ax.set_title(
        f"{customers:,.0f} customers in {len(result.customers)} bins by the forecast",
        fontsize="medium",
        loc="left",
    )
    return ax


def _root(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.sqrt(np.maximum(values, 0.0)))


def activity_calibration(result: ActivityCalibration, *, ax: Axes | None = None) -> Axes:
    """Draw the share that bought over the probability to buy; a right forecast is the diagonal.

    Parameters
    ----------
    result
        From `rk.clv.activity_calibration` or `Backtest.activity`.
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
    >>> ax = rk.plots.activity_calibration(rk.clv.activity_calibration(fit, histories, held))
    >>> ax.get_ylabel()
    'share that bought, 95 % interval'
    """
    check_drawn(
        result,
        ActivityCalibration,
        name="activity_calibration",
        do="rk.clv.activity_calibration(fit, histories, holdout)",
    )
    ax = axes(ax, size=(5.4, 4.8))
    ax.plot([0, 1], [0, 1], color=QUIET, lw=0.9)
    ax.vlines(result.probability, result.low, result.high, color=MODEL, lw=1.6)
    # Areas show where the customers are.
    areas = 12 + 220 * result.customers / result.customers.max()
    ax.scatter(result.probability, result.active, s=areas, color=MODEL, alpha=0.75, lw=0)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    ax.set_xlabel("probability of at least one purchase (area: customers)")
    ax.set_ylabel("share that bought, 95 % interval")
    ax.set_title(
        f"{float(result.customers.sum()):,.0f} customers; Brier score {result.brier:.4f}",
        fontsize="medium",
        loc="left",
    )
    return ax
