"""How customers differ: the densities of purchase rates and of dropout."""

# matplotlib leaves the keyword arguments of its methods untyped.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias, get_args

import numpy as np

from retentionkit.arguments import check_choice
from retentionkit.clv._fitting.fit import model_of
from retentionkit.errors import KindError, OptionError
from retentionkit.plots._axes import MODEL, QUIET, axes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes

    from retentionkit.clv import Fit
    from retentionkit.clv._fitting.fit import Model

__all__ = ["heterogeneity"]

#: Share of the axis from which a distribution can be seen on it.
_NARROW: Final = 0.03

Of: TypeAlias = Literal["rate", "dropout", "spend"]


class _Law(NamedTuple):
    """A distribution over customers: its parameters, and what it is of."""

    #: Of spend, the density of p/nu, whose nu is Gamma(q, v).
    family: Literal["gamma", "beta", "inverse gamma"]
    first: str
    second: str
    label: str


_RATE: Final = _Law("gamma", "r", "alpha", "purchases per {unit} while alive")
_LEAVING: Final = _Law("beta", "a", "b", "probability of leaving after a purchase")
_CHANCE: Final = _Law("beta", "alpha", "beta", "probability of a purchase at an opportunity")
#: By the name of the model: letters mean one thing in one model and another in the next.
_LAWS: Final[Mapping[str, Mapping[Of, _Law]]] = {
    "NBD": {"rate": _RATE},
    "BGNBD": {"rate": _RATE, "dropout": _LEAVING},
    "MBGNBD": {"rate": _RATE, "dropout": _LEAVING},
    "ParetoNBD": {
        "rate": _RATE,
        "dropout": _Law("gamma", "s", "beta", "rate of leaving per {unit}"),
    },
    "BetaBinomial": {"rate": _CHANCE},
    "BGBB": {
        "rate": _CHANCE,
        "dropout": _Law("beta", "gamma", "delta", "probability of leaving at an opportunity"),
    },
    "ShiftedBetaGeometric": {
        "dropout": _Law("beta", "alpha", "beta", "probability of leaving at a renewal"),
    },
    "BetaDiscreteWeibull": {
        "dropout": _Law("beta", "alpha", "beta", "probability of leaving at the first renewal"),
    },
    "GammaGamma": {"spend": _Law("inverse gamma", "q", "v", "mean spend per order")},
}


def heterogeneity(
    model: Fit[Any] | Model,
    *,
    of: Of | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the density of purchase rates, of dropout or of spend over customers.

    Parameters
    ----------
    model
        A fit or model.
    of
        Rates of purchase, of leaving, or spend. None takes the first of these that the model has.
    ax
        Axes to draw into; new ones if None.

    Returns
    -------
    Axes

    Raises
    ------
    KindError
        If it is no fit or model.
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
    found = model_of(model)
    law = _law(found, of)
    spread = _distribution(law, found)
    begin, end = _ends(law, spread)
    at = np.linspace(begin, end, 501)[1:-1]
    density = spread.pdf(at)
    ax = axes(ax)
    top = 1.15 * float(density[len(at) // 50 :].max())
    ax.fill_between(at, np.minimum(density, 2 * top), color=MODEL, alpha=0.25, lw=0)
    ax.plot(at, density, color=MODEL, lw=1.8)
    mean, median = float(spread.mean()), float(spread.median())
    for value, style, name in ((mean, "--", "mean"), (median, ":", "median")):
        if np.isfinite(value):
            ax.axvline(value, color=QUIET, lw=1.4, ls=style, label=f"{name} {value:.3g}")
    ax.set_xlim(begin, end)
    ax.set_ylim(0, top)
    ax.set_xlabel(law.label.format(unit=getattr(found, "unit", "period")))
    ax.set_ylabel("density over customers")
    ax.set_title(f"{type(found).__name__}: {_said(law, found)}", fontsize="medium", loc="left")
    ax.legend(frameon=False, loc="upper right")
    return ax


def _law(model: object, of: Of | None) -> _Law:
    """The distribution that was asked for."""
    laws = _LAWS.get(type(model).__name__)
    if laws is None:
        raise KindError(
            "`model` is no model whose customers differ.",
            received=f"an object of type {type(model).__name__}",
            allowed=f"a fit or a model: {', '.join(_LAWS)}",
            do="rk.plots.heterogeneity(rk.clv.BGNBD.fit(histories))",
        )
    if of is None:
        return next(iter(laws.values()))
    check_choice("of", of, get_args(Of))
    if of not in laws:
        raise OptionError(
            f"{type(model).__name__} has no such distribution over customers.",
            received=f"of={of!r}",
            allowed=", ".join(map(repr, laws)),
            do="Draw what the model has, or leave `of` out.",
        )
    return laws[of]


def _said(law: _Law, model: object) -> str:
    """The distribution with its values, such as "Beta(a = 0.793, b = 2.43)"."""
    names = (law.first, law.second, *(["p"] if law.family == "inverse gamma" else []))
    values = ", ".join(f"{name} = {getattr(model, name):.3g}" for name in names)
    if law.family == "inverse gamma":
        return f"p/Gamma({values.rpartition(', ')[0]}), {values.rpartition(', ')[2]}"
    return f"{law.family.capitalize()}({values})"


def _ends(law: _Law, spread: Any) -> tuple[float, float]:  # noqa: ANN401 - scipy's, frozen
    """The ends of the axis."""
    mean = float(spread.mean())
    end = float(spread.ppf(0.95))
    end = 1.0 if law.family == "beta" else max(end, mean) if np.isfinite(mean) else end
    if float(spread.ppf(0.84) - spread.ppf(0.16)) / 2 < _NARROW * end:
        return float(spread.ppf(0.001)), float(spread.ppf(0.999))
    return 0.0, end


def _distribution(law: _Law, model: Any) -> Any:  # noqa: ANN401 - scipy's, frozen
    from scipy import stats  # noqa: PLC0415 - loaded when needed

    first, second = getattr(model, law.first), getattr(model, law.second)
    if law.family == "gamma":
        return stats.gamma(first, scale=1 / second)
    if law.family == "beta":
        return stats.beta(first, second)
    return stats.invgamma(first, scale=model.p * second)
