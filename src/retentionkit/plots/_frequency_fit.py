"""Actual against expected number of customers by their purchases."""

# matplotlib leaves the keyword arguments of its methods untyped.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retentionkit.clv import FrequencyFit
from retentionkit.plots._axes import ACTUAL, MODEL, axes, check_drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["frequency_fit"]


def frequency_fit(result: FrequencyFit, *, ax: Axes | None = None) -> Axes:
    """Draw how many customers bought 0, 1, 2, … times again, and how many the model expects.

    Parameters
    ----------
    result
        From `rk.clv.frequency_fit`.
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
    >>> ax = rk.plots.frequency_fit(rk.clv.frequency_fit(fit, histories))
    >>> ax.get_xlabel()
    'repeat purchases'
    """
    check_drawn(
        result, FrequencyFit, name="frequency_fit", do="rk.clv.frequency_fit(fit, histories)"
    )
    ax = axes(ax)
    places = np.arange(len(result.actual))
    ax.bar(places - 0.2, result.actual, width=0.38, color=ACTUAL, label="actual")
    ax.bar(places + 0.2, result.expected, width=0.38, color=MODEL, label="expected by the model")
    ax.set_xticks(places, list(result.labels))
    ax.set_xlabel("repeat purchases")
    ax.set_ylabel("customers")
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    ax.set_title(
        f"{result.n_customers:,} customers; chi-square distance {result.distance:,.4g}",
        fontsize="medium",
        loc="left",
    )
    ax.legend(frameon=False)
    return ax
