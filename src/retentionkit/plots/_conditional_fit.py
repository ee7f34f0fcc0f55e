"""Actual against expected holdout purchases by what customers had done before."""

# matplotlib leaves the keyword arguments of its methods untyped.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retentionkit.clv import ConditionalFit
from retentionkit.intervals import normal_quantile
from retentionkit.plots._axes import ACTUAL, MODEL, QUIET, axes, check_drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["conditional_fit"]


def conditional_fit(result: ConditionalFit, *, ax: Axes | None = None) -> Axes:
    """Draw mean holdout purchases by frequency or recency, with 95 % intervals of the actual mean.

    Parameters
    ----------
    result
        From `rk.clv.conditional_fit`.
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
    >>> ax = rk.plots.conditional_fit(rk.clv.conditional_fit(fit, histories, held))
    >>> ax.get_xlabel()
    'repeat purchases up to the end of observation'
    """
    check_drawn(
        result,
        ConditionalFit,
        name="conditional_fit",
        do="rk.clv.conditional_fit(fit, histories, holdout)",
    )
    ax = axes(ax)
    places = np.arange(len(result.actual))
    ax.errorbar(
        places,
        result.actual,
        yerr=normal_quantile(0.95) * result.standard_error,
        fmt="o-",
        color=ACTUAL,
        ms=5,
        lw=1.6,
        capsize=3,
        label="actual, 95 % interval",
    )
    ax.plot(
        places, result.expected, "s--", color=MODEL, ms=5, lw=1.6, label="expected by the model"
    )
    _write_sizes(ax, result)
    ax.set_xticks(places, _labels(result))
    ax.set_xlabel(
        "repeat purchases up to the end of observation"
        if result.by == "frequency"
        else f"age at the last purchase, {result.unit}s"
    )
    ax.set_ylabel("mean purchases in the holdout")
    ax.margins(y=0.12)
    ax.set_title(
        f"{_model(result)}: {float(result.customers.sum()):,.0f} customers by {result.by}",
        fontsize="medium",
        loc="left",
    )
    ax.legend(frameon=False, loc="upper left")
    return ax


def _write_sizes(ax: Axes, result: ConditionalFit) -> None:
    """The number of customers at the foot of each class."""
    for place, n in enumerate(result.customers.tolist()):
        ax.annotate(
            f"n={n:,.0f}",
            (place, 0.0),
            xycoords=("data", "axes fraction"),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            color=QUIET,
            fontsize="small",
        )


def _labels(result: ConditionalFit) -> list[str]:
    """Names of the classes; of recency the first one has no repeat purchase and the next has."""
    labels = list(result.labels)
    if result.by == "recency":
        labels = ["no repeat" if label == "0" else label for label in labels]
        labels = [
            f"up to {label.removeprefix('0–')}" if label.startswith("0–") else label
            for label in labels
        ]
    return labels


def _model(result: ConditionalFit) -> str:
    """The name of the model, which the definition says."""
    return result.definition.partition("expected by ")[2].partition(",")[0]
