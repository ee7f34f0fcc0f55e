"""How customers differ: the densities of purchase rates and of dropout."""

# matplotlib leaves the keyword arguments of its methods untyped.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias, get_args

import numpy as np

from retentionkit.arguments import check_choice
from retentionkit.clv._models.purchase_model import purchase_model
from retentionkit.errors import OptionError
from retentionkit.plots._axes import MODEL, QUIET, axes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes

    from retentionkit.clv import Fit
    from retentionkit.clv._models.transaction_model import TransactionModel

__all__ = ["heterogeneity"]

#: Share of the axis from which a distribution can be seen on it.
_NARROW: Final = 0.03

Of: TypeAlias = Literal["rate", "dropout"]


class _Law(NamedTuple):
    """A Gamma or Beta distribution over customers: parameters and what it is of."""

    family: Literal["gamma", "beta"]
    first: str
    second: str
    label: str


#: By the parameters of a model, in the papers' letters.
_LAWS: Final[Mapping[tuple[str, ...], Mapping[Of, _Law]]] = {
    ("r", "alpha"): {"rate": _Law("gamma", "r", "alpha", "purchases per {unit} while alive")},
    ("r", "alpha", "a", "b"): {
        "rate": _Law("gamma", "r", "alpha", "purchases per {unit} while alive"),
        "dropout": _Law("beta", "a", "b", "probability of leaving after a purchase"),
    },
    ("r", "alpha", "s", "beta"): {
        "rate": _Law("gamma", "r", "alpha", "purchases per {unit} while alive"),
        "dropout": _Law("gamma", "s", "beta", "rate of leaving per {unit}"),
    },
    ("alpha", "beta", "gamma", "delta"): {
        "rate": _Law("beta", "alpha", "beta", "probability of a purchase at an opportunity"),
        "dropout": _Law("beta", "gamma", "delta", "probability of leaving at an opportunity"),
    },
}


def heterogeneity(
    purchases: Fit[TransactionModel[Any]] | TransactionModel[Any],
    *,
    of: Of = "rate",
    ax: Axes | None = None,
) -> Axes:
    """Draw the density of purchase rates, or of dropout, over customers.

    Parameters
    ----------
    purchases
        A fit or model of purchases.
    of
        Rates of purchase, or of leaving.
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
        If the model has no such distribution.

    Notes
    -----
    A probability is drawn from 0 to 1, a rate up to where 95 % of the customers lie below; where
    customers hardly differ, only the range in which they are. Where the density is infinite at 0
    or 1, it is cut off at the top.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> import retentionkit as rk
    >>> model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
    >>> rk.plots.heterogeneity(model, of="dropout").get_xlabel()
    'probability of leaving after a purchase'
    """
    check_choice("of", of, get_args(Of))
    model = purchase_model(purchases)
    law = _LAWS.get(tuple(model.names), {}).get(of)
    if law is None:
        raise OptionError(
            f"{type(model).__name__} has no such distribution over customers.",
            received=f"of={of!r}",
            allowed=", ".join(map(repr, _LAWS.get(tuple(model.names), {}))) or "another model",
            do="Draw what the model has.",
        )
    spread = _distribution(law, getattr(model, law.first), getattr(model, law.second))
    begin, end = _ends(law, spread)
    at = np.linspace(begin, end, 501)[1:-1]
    density = spread.pdf(at)
    ax = axes(ax)
    top = 1.15 * float(density[len(at) // 50 :].max())
    ax.fill_between(at, np.minimum(density, 2 * top), color=MODEL, alpha=0.25, lw=0)
    ax.plot(at, density, color=MODEL, lw=1.8)
    mean, median = float(spread.mean()), float(spread.median())
    for value, style, name in ((mean, "--", "mean"), (median, ":", "median")):
        ax.axvline(value, color=QUIET, lw=1.4, ls=style, label=f"{name} {value:.3g}")
    ax.set_xlim(begin, end)
    ax.set_ylim(0, top)
    ax.set_xlabel(law.label.format(unit=getattr(model, "unit", "period")))
    ax.set_ylabel("density over customers")
    names = f"{law.family.capitalize()}({law.first}, {law.second})"
    ax.set_title(f"{type(model).__name__}: {names}", fontsize="medium", loc="left")
    ax.legend(frameon=False, loc="upper right")
    return ax


def _ends(law: _Law, spread: Any) -> tuple[float, float]:  # noqa: ANN401 - scipy's, frozen
    """The ends of the axis."""
    mean = float(spread.mean())
    end = 1.0 if law.family == "beta" else max(float(spread.ppf(0.95)), mean)
    if float(spread.std()) < _NARROW * end:
        return float(spread.ppf(0.001)), float(spread.ppf(0.999))
    return 0.0, end


def _distribution(law: _Law, first: float, second: float) -> Any:  # noqa: ANN401 - scipy's, frozen
    from scipy import stats  # noqa: PLC0415 - loaded when needed

    return (
        stats.gamma(first, scale=1 / second) if law.family == "gamma" else stats.beta(first, second)
    )
