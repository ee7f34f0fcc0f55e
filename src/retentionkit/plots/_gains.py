"""How many of the purchases came from the customers ranked first."""

# matplotlib leaves the keyword arguments of its methods untyped.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

from typing import TYPE_CHECKING

from retentionkit.clv import Gains
from retentionkit.plots._axes import ACTUAL, MODEL, QUIET, axes, check_drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["gains"]


def gains(result: Gains, *, ax: Axes | None = None) -> Axes:
    """Draw the gain curve of a ranking between the perfect one and none.

    Parameters
    ----------
    result
        From `rk.clv.gains` or `Backtest.gains`.
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
    >>> rk.plots.gains(rk.clv.gains(fit, histories, held)).get_xlabel()
    'share of customers, best forecast first'
    """
    check_drawn(result, Gains, name="gains", do="rk.clv.gains(fit, histories, holdout)")
    ax = axes(ax, size=(5.4, 4.8))
    ax.plot(result.customers, result.perfect, color=ACTUAL, lw=1.4, ls=":", label="perfect ranking")
    ax.plot(result.customers, result.gained, color=MODEL, lw=1.8, label="ranking by the forecast")
    ax.plot([0, 1], [0, 1], color=QUIET, lw=0.9, label="no ranking")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1.01)
    ax.set_xlabel("share of customers, best forecast first")
    ax.set_ylabel("share of the purchases that followed")
    ax.set_title(f"Gini coefficient {result.gini:.3f}", fontsize="medium", loc="left")
    ax.legend(frameon=False, loc="lower right")
    return ax
