"""How the likelihood falls on both sides of an estimate."""

# matplotlib leaves the keyword arguments of its methods untyped.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from retentionkit.clv import Profile
from retentionkit.errors import OptionError
from retentionkit.intervals import normal_quantile
from retentionkit.plots._axes import ACTUAL, MODEL, QUIET, axes, check_drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["profile"]

#: Slope of the root up to which there is no standard error: that of a parameter at a limit.
_FLAT: Final = 1e-2


def profile(result: Profile, *, confidence: float = 0.95, ax: Axes | None = None) -> Axes:
    """Draw the profile likelihood of a parameter with its interval and what Wald assumes.

    Parameters
    ----------
    result
        From `rk.clv.profile`.
    confidence
        Of the interval.
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
    OptionError
        If the confidence lies beyond what the profile follows, or the parameter ran to a limit and
        the likelihood falls on neither side of it.

    Notes
    -----
    The parameter is drawn on a logarithmic scale, on which a Wald interval takes the likelihood for
    a parabola: where the two curves part, prefer the profile.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> import retentionkit as rk
    >>> log = rk.Transactions(rk.datasets.load_cdnow())
    >>> histories = rk.purchase_histories(log, as_of="1997-09-30", unit="week")
    >>> curve = rk.clv.profile(rk.clv.BGNBD.fit(histories), histories, "b")
    >>> rk.plots.profile(curve).get_xlabel()
    'b'
    """
    check_drawn(result, Profile, name="profile", do='rk.clv.profile(fit, histories, "alpha")')
    interval = result.interval(confidence)
    if len(result.value) == 1:
        raise OptionError(
            "There is no curve to draw: the likelihood falls on neither side.",
            received=f"the profile of {result.name}, which means nothing alone at the fit's limit",
            allowed="a parameter that the data know",
            do="See fit.verdict; draw another parameter, or that of fit.limiting_model.",
        )
    ax = axes(ax)
    cut = -(normal_quantile(confidence) ** 2) / 2
    ax.plot(result.value, -(result.root**2) / 2, color=ACTUAL, lw=1.8, label="profile likelihood")
    # The root is a straight line where Wald is right; its slope at the estimate makes the parabola.
    slope = result.slope[np.searchsorted(result.value, result.estimate)]
    if slope > _FLAT:
        away = np.linspace(math.log(float(result.value[0])), math.log(float(result.value[-1])), 201)
        parabola = -((slope * (away - np.log(result.estimate))) ** 2) / 2
        ax.plot(np.exp(away), parabola, color=MODEL, lw=1.6, ls="--", label="Wald parabola")
    ax.axhline(cut, color=QUIET, lw=0.9)
    for limit in (interval.low, interval.high):
        if 0 < limit < np.inf:
            ax.axvline(limit, color=QUIET, lw=0.9, ls=":")
    ax.set_xscale("log")
    ax.set_xlim(result.value[0], result.value[-1])
    ax.set_ylim(4 * cut, -0.06 * 4 * cut)
    ax.set_xlabel(result.name)
    ax.set_ylabel("log-likelihood below its top")
    ax.set_title(
        f"{result.name} = {result.estimate:.4g}, {100 * confidence:g} %: "
        f"{interval.low:.4g} to {interval.high:.4g}".replace("inf", "∞"),
        fontsize="medium",
        loc="left",
    )
    ax.legend(frameon=False, loc="lower center")
    return ax
