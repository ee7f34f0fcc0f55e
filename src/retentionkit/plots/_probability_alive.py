"""Who is still a customer, by frequency and recency."""

# matplotlib leaves the keyword arguments of its methods untyped.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retentionkit.arguments import check_number, check_whole
from retentionkit.clv._models.purchase_model import timed_model
from retentionkit.durations import duration_in
from retentionkit.errors import OptionError
from retentionkit.histories import PurchaseHistories
from retentionkit.plots._axes import axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from retentionkit.clv import Fit
    from retentionkit.clv._models.transaction_model import TransactionModel
    from retentionkit.durations import Duration

__all__ = ["probability_alive"]

_COLUMNS = 120
_LEVELS = (0.1, 0.3, 0.5, 0.7, 0.9)


def probability_alive(
    purchases: Fit[TransactionModel[PurchaseHistories]] | TransactionModel[PurchaseHistories],
    *,
    age: Duration,
    top: int = 20,
    ax: Axes | None = None,
) -> Axes:
    """Draw P(alive) of customers of one age over frequency and recency.

    Parameters
    ----------
    purchases
        A fit or model of purchases.
    age
        Age of the customers at the end of observation.
    top
        The highest number of repeat purchases.
    ax
        Axes to draw into; new ones if None.

    Returns
    -------
    Axes

    Raises
    ------
    MissingExtraError
        Without matplotlib.
    OptionError
        If the age is not positive, `top` no whole number from 1 on, or nobody leaves in
        the model.

    Notes
    -----
    Customers without repeat purchases have no recency to be drawn at; ask
    `model.probability_alive` for theirs.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> import retentionkit as rk
    >>> model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
    >>> rk.plots.probability_alive(model, age="39 weeks").get_ylabel()
    'repeat purchases'
    """
    model = timed_model(purchases)
    T = check_number("age", duration_in("age", age, model.unit), low=0, open_low=True)
    x = np.arange(1, check_whole("top", top, low=1, do="Pass top=20.") + 1)
    edges = np.linspace(0, T, _COLUMNS + 1)
    t_x = (edges[1:] + edges[:-1]) / 2
    grid = PurchaseHistories.from_arrays(
        np.repeat(x, len(t_x)),
        np.tile(t_x, len(x)),
        np.full(len(x) * len(t_x), T),
        unit=model.unit,
    )
    alive = model.probability_alive(grid).reshape(len(x), len(t_x))
    if alive.min() == 1:
        raise OptionError(
            f"Nobody leaves in {type(model).__name__}: P(alive) is 1 everywhere.",
            received=repr(model),
            allowed="a model with dropout, such as BGNBD",
            do="rk.plots.probability_alive(rk.clv.BGNBD.fit(histories), age=...)",
        )
    ax = axes(ax, size=(7.0, 4.6))
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - an extra, loaded when needed

    mesh = ax.pcolormesh(
        edges, np.append(x, x[-1] + 1) - 0.5, alive, cmap="viridis", vmin=0, vmax=1
    )
    if len(x) > 1 and alive.max() > alive.min():
        lines = ax.contour(t_x, x, alive, levels=_LEVELS, colors="white", linewidths=0.8)
        ax.clabel(lines, fontsize="small")
    ax.figure.colorbar(mesh, ax=ax, label="P(alive)")
    ax.set_xlabel(f"age at the last purchase, {model.unit}s")
    ax.set_ylabel("repeat purchases")
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_title(
        f"P(alive) of customers of {T:.4g} {model.unit}s ({type(model).__name__})",
        fontsize="medium",
        loc="left",
    )
    return ax
