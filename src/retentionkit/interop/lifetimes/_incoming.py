"""From fitters of lifetimes: their parameters as a model, their data as histories."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from retentionkit import histories as kinds
from retentionkit.arguments import check_choice
from retentionkit.durations import Unit
from retentionkit.errors import DataError, KindError, OptionError
from retentionkit.interop.lifetimes._pairs import PAIRS

if TYPE_CHECKING:
    from retentionkit.interop.lifetimes._pairs import Pair

__all__ = ["from_lifetimes", "histories_from_lifetimes"]


def from_lifetimes(fitter: object, *, unit: Unit | None = None) -> Any:  # noqa: ANN401 - of its kind
    """The model of a fitted object of lifetimes, with the same parameters.

    Parameters
    ----------
    fitter
        A fitted `BetaGeoFitter`, `ModifiedBetaGeoFitter`, `ParetoNBDFitter`,
        `BetaGeoBetaBinomFitter` or `GammaGammaFitter`.
    unit
        What recency and T were measured in; for a `BetaGeoBetaBinomFitter`, the period of one
        opportunity. The fitter does not know it. Spend has no unit and needs none.

    Returns
    -------
    BGNBD, MBGNBD, ParetoNBD, BGBB or GammaGamma
        The model. It has the fitter's parameters to the last bit, also if the fitter stopped short
        of the maximum or was penalised. For a `Fit` with intervals and a verdict, fit the
        fitter's own data again, starting there; see the example.

    Raises
    ------
    KindError
        If it is no fitter of lifetimes.
    DataError
        If the fitter has not been fitted.
    OptionError
        If the unit is missing or unknown, or a parameter is not positive and finite.

    Notes
    -----
    lifetimes need not be installed: a fitter read by another program will do.

    Examples
    --------
    >>> import retentionkit as rk
    >>> model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
    >>> h = rk.PurchaseHistories.from_arrays(
    ...     [2, 0, 5, 1], [30, 0, 35, 9], [39, 39, 38, 37], unit="week"
    ... )
    >>> fitter = rk.interop.lifetimes.to_lifetimes(model, histories=h)
    >>> fitter
    <lifetimes.BetaGeoFitter: fitted with 4 subjects, a: 0.79, alpha: 4.41, b: 2.43, r: 0.24>
    >>> rk.interop.lifetimes.from_lifetimes(fitter, unit="week") == model
    True

    A fit of the fitter's own data:

    >>> data = rk.interop.lifetimes.histories_from_lifetimes(fitter, unit="week")
    >>> rk.clv.BGNBD.fit(data, penalty=0.5, start=model).n_customers
    4
    """
    pair = _pair_of(fitter)
    build = pair.build
    given = getattr(fitter, "params_", None)
    if given is None:
        raise DataError(
            "This fitter has not been fitted, so it has no parameters.",
            received=repr(fitter),
            allowed="a fitter after its .fit(...)",
            do="Fit it first, or fit the model here: "
            f"rk.clv.{pair.model}.fit(histories) needs no lifetimes.",
        )
    values = {name: float(given[name]) for name in build.names}
    if "unit" not in {field.name for field in dataclasses.fields(build)}:
        return build(**values)
    return build(**values, unit=_unit(unit, pair))


def histories_from_lifetimes(fitter: object, *, unit: Unit) -> Any:  # noqa: ANN401 - of its kind
    """The data that a fitter of lifetimes was fitted to, as histories.

    Parameters
    ----------
    fitter
        A fitted object with its data. That of a `GammaGammaFitter` is no history: it has neither
        recency nor age.
    unit
        What recency and T were measured in, or the period of one opportunity.

    Returns
    -------
    PurchaseHistories or OpportunityHistories
        With the fitter's weights. The index given to the fitter as `index=` becomes the customers;
        lifetimes forgets that of the columns themselves.

    Raises
    ------
    KindError
        If it is no fitter of lifetimes, or one of spend.
    DataError
        If the fitter has no data, or they are no histories.

    Examples
    --------
    >>> import retentionkit as rk
    >>> model = rk.clv.BGNBD(0.243, 4.414, 0.793, 2.426, unit="week")
    >>> h = rk.PurchaseHistories.from_arrays([2, 0], [30, 0], [39, 39], unit="week")
    >>> fitter = rk.interop.lifetimes.to_lifetimes(model, histories=h)
    >>> rk.interop.lifetimes.histories_from_lifetimes(fitter, unit="week").equals(h)
    True
    """
    pair = _pair_of(fitter)
    if pair.histories is None:
        raise KindError(
            "A fitter of spend keeps neither recency nor age, so its data are no histories.",
            received=repr(fitter),
            allowed="a fitter of purchases",
            do="Read the summary it was fitted to: PurchaseHistories.from_frame(summary, "
            "unit=..., monetary_value='monetary_value').",
        )
    data: Any = getattr(fitter, "data", None)
    if data is None:
        raise DataError(
            "This fitter has no data: it has not been fitted, or was saved without them.",
            received=repr(fitter),
            allowed="a fitter with its attribute `data`",
            do="Read the summary that it was fitted to, with PurchaseHistories.from_frame.",
        )
    build: Any = getattr(kinds, pair.histories)
    weight = np.asarray(data["weights"])
    made = build.from_arrays(
        *(np.asarray(data[name]) for name in pair.columns),
        unit=_unit(unit, pair),
        weight=None if (weight == 1).all() else weight,
        customer=_ids(data.index),
    )
    return dataclasses.replace(made, kind=None if made.customer is None else "pandas")


def _pair_of(fitter: object) -> Pair:
    """By the names of its class and of the classes it is made from, the nearest first."""
    known = {pair.fitter: pair for pair in PAIRS}
    for kind in type(fitter).__mro__:
        if kind.__module__.partition(".")[0] == "lifetimes" and kind.__name__ in known:
            return known[kind.__name__]
    raise KindError(
        "This is no fitter of lifetimes that has a model here.",
        received=f"{type(fitter).__module__}.{type(fitter).__qualname__}",
        allowed=", ".join(known),
        do="Pass the fitted object itself, or build the model from its parameters.",
    )


def _unit(unit: Unit | None, pair: Pair) -> Unit:
    if unit is None:
        raise OptionError(
            "The unit of time is not known: lifetimes does not keep it.",
            received=f"unit=None for a {pair.fitter}",
            allowed=", ".join(map(repr, get_args(Unit))),
            do="Say what recency and T were measured in, such as unit='week'.",
        )
    return check_choice("unit", unit, get_args(Unit))


def _ids(index: Any) -> Any:  # noqa: ANN401 - of pandas
    """The customers of an index, None if it only numbers the rows."""
    return None if type(index).__name__ == "RangeIndex" and index.name is None else index.to_numpy()
