"""How long contracts last: the model beside what was observed."""

# matplotlib leaves the keyword arguments of its methods untyped.
# pyright: reportUnknownMemberType=false
from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import numpy as np

from retentionkit.arguments import check_choice, check_whole
from retentionkit.clv._fitting.fit import model_of
from retentionkit.clv._models.purchase_model import is_contract_model
from retentionkit.errors import KindError
from retentionkit.plots._axes import ACTUAL, MODEL, QUIET, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from retentionkit.clv import Fit, RenewalHistories
    from retentionkit.clv._models.contract_model import ContractModel

__all__ = ["survival"]

Of: TypeAlias = Literal["survival", "retention"]

#: Periods ahead of a model that is drawn without histories.
_AHEAD = 12


def survival(
    model: Fit[Any] | ContractModel,
    *,
    histories: RenewalHistories | None = None,
    of: Of = "survival",
    periods: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the share of contracts that are renewed so often, beside the share observed.

    Parameters
    ----------
    model
        A fit or model of contracts.
    histories
        Contracts to compare with; None draws the model alone.
    of
        The share renewed at least so often, or the retention rate: the share renewed of those who
        come to a renewal.
    periods
        How many renewals to draw; None takes half as many again as were observed, or 12.
    ax
        Axes to draw into; new ones if None.

    Returns
    -------
    Axes

    Raises
    ------
    KindError
        If it is no fit or model of contracts, or the histories are of another kind.
    MissingExtraError
        Without matplotlib.
    OptionError
        If an option is out of range, or the histories have another period.

    Notes
    -----
    The observed curve is the life table (Kaplan-Meier): at each renewal those who left are divided
    by those who came to it, so that contracts which still run count for as long as they were seen.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("Agg")
    >>> import retentionkit as rk
    >>> left = [1000, 869, 743, 653, 593, 551, 517, 491]
    >>> contracts = rk.RenewalHistories.from_survivors(left, unit="year")
    >>> fit = rk.clv.ShiftedBetaGeometric.fit(contracts)
    >>> rk.plots.survival(fit, histories=contracts).get_ylabel()
    'share renewed so often'
    """
    check_choice("of", of, get_args(Of))
    found = _contract_model(model)
    observed = None if histories is None else _life_table(found, histories)
    seen = 0 if observed is None else len(observed)
    last = _last(periods, seen)
    first = 0 if of == "survival" else 1
    t = np.arange(first, last + 1)
    ask = found.survival if of == "survival" else found.retention_rate
    ax = axes(ax)
    ax.plot(t, ask(t), color=MODEL, lw=1.8, ls="--", marker=".", label=type(found).__name__)
    if observed is not None:
        shares = np.cumprod(np.append(1.0, observed)) if of == "survival" else observed
        at = np.arange(first, seen + 1)
        ax.plot(at, shares, "o", color=ACTUAL, ms=5, label="observed")
        if seen < last:
            ax.axvline(seen, color=QUIET, lw=0.9)
    _label(ax, found, of)
    return ax


def _label(ax: Axes, model: ContractModel, of: Of) -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - an extra, loaded when needed

    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    ax.set_xlim(left=0)
    if of == "survival":
        ax.set_ylim(0, 1.02)
    ax.set_xlabel(f"renewals, one each {model.unit}")
    ax.set_ylabel(
        "share renewed so often" if of == "survival" else "share renewed of those who come to it"
    )
    values = ", ".join(f"{name} = {getattr(model, name):.3g}" for name in model.names)
    ax.set_title(f"{type(model).__name__}: {values}", fontsize="medium", loc="left")
    ax.legend(frameon=False, loc="upper right" if of == "survival" else "lower right")


def _contract_model(given: object) -> ContractModel:
    model: object = model_of(given)
    if is_contract_model(model):
        return model
    raise KindError(
        "`rk.plots.survival` draws models of contracts.",
        received=f"an object of type {type(model).__name__}",
        allowed="a fit or model of contracts: ShiftedBetaGeometric, BetaDiscreteWeibull",
        do="rk.plots.survival(rk.clv.ShiftedBetaGeometric.fit(contracts), histories=contracts)",
    )


def _last(periods: int | None, seen: int) -> int:
    """The last renewal to be drawn."""
    if periods is None:
        return max(seen + seen // 2, 1) if seen else _AHEAD
    return check_whole("periods", periods, low=1)


def _life_table(model: ContractModel, histories: RenewalHistories) -> NDArray[np.float64]:
    """The share renewed at each renewal of those who came to it and whose answer is known."""
    h = model._checked(histories, model.unit)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    size = int((h.renewals + h.ended).max(initial=0))
    renewed = np.bincount(h.renewals, h.weight, size + 1)
    stayed = renewed[::-1].cumsum()[::-1][1:]
    left = np.bincount(h.renewals[h.ended], h.weight[h.ended], size + 1)[:size]
    return np.asarray(stayed / (stayed + left))
