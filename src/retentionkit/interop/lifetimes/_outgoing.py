"""To fitters of lifetimes: an object as its `fit` leaves it, for code and plots that expect one."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from retentionkit.clv import Fit
from retentionkit.errors import DataError, KindError
from retentionkit.interop.lifetimes._guard import generate_data, undisturbed
from retentionkit.interop.lifetimes._pairs import PAIRS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retentionkit.interop.lifetimes._pairs import Pair

__all__ = ["to_lifetimes"]


def to_lifetimes(given: object, *, histories: object = None) -> Any:  # noqa: ANN401 - lifetimes is not typed
    """A fitted object of lifetimes with the parameters of a fit or model.

    Parameters
    ----------
    given
        A fit or model: BGNBD, MBGNBD, ParetoNBD, BGBB or GammaGamma.
    histories
        What the fit was fitted to, in the unit of its model; it becomes the fitter's `data`, which
        the plots of lifetimes and `generate_new_data` read. Beside a model any histories will do.
        None leaves the fitter without data: predictions and `summary` do without.

    Returns
    -------
    lifetimes.BaseFitter
        With `params_`, `variance_matrix_`, `standard_errors_`, `confidence_intervals_` and, where
        lifetimes has them, `predict`, `data` and `generate_new_data`. Times are in the unit of the
        model.

    Raises
    ------
    MissingExtraError
        If lifetimes is not installed.
    KindError
        If lifetimes has no such model, or the histories are of another kind.
    DataError
        If the histories are not those of the fit.

    Notes
    -----
    `variance_matrix_` is the covariance of the fit, off the diagonal too, where that of lifetimes
    is wrong; it is NaN for a model, which has no uncertainty, and at a limit. The confidence
    intervals are made by lifetimes: 1.96 standard errors to both sides.
    `_negative_log_likelihood_` has no penalty in it, and `penalizer_coef` is 0, since the penalties
    have different scales.

    Examples
    --------
    >>> import retentionkit as rk
    >>> log = rk.Transactions(rk.datasets.load_cdnow())
    >>> histories = rk.purchase_histories(log, as_of="1997-09-30", unit="week")
    >>> fit = rk.clv.BGNBD.fit(histories)
    >>> fitter = rk.interop.lifetimes.to_lifetimes(fit, histories=histories)
    >>> fitter.summary["se(coef)"].round(3).to_dict()
    {'r': 0.013, 'alpha': 0.378, 'a': 0.186, 'b': 0.705}
    >>> round(float(fitter.predict(39, 2, 30.43, 38.86)), 3)
    1.226
    """
    fit = _fit_of(given)
    model = cast("Any", given if fit is None else fit.model)
    pair = _pair_of(model)
    package, simulators = generate_data()
    fitter = getattr(package, pair.fitter)(penalizer_coef=0.0)
    _put_parameters(fitter, model, None if fit is None else fit.covariance)
    if pair.measures_time:
        fitter.predict = fitter.conditional_expected_number_of_purchases_up_to_time
    if histories is not None:
        _put_data(fitter, pair, model, _histories_of(model, fit, pair, histories))
        if pair.simulator is not None:
            function = getattr(simulators, pair.simulator)
            fitter.generate_new_data = _simulator(function, pair, model, fitter.data)
    return fitter


def _fit_of(given: object) -> Fit[Any] | None:
    if isinstance(given, Fit):
        return given  # pyright: ignore[reportUnknownVariableType] - its model may be any
    return None


def _pair_of(model: object) -> Pair:
    known = {pair.model: pair for pair in PAIRS}
    for pair in known.values():
        if type(model) is pair.build:
            return pair
    raise KindError(
        "lifetimes has no such model.",
        received=type(model).__name__,
        allowed=f"a fit or model: {', '.join(known)}",
        do="Pass what rk.clv.BGNBD.fit(histories) returned, or a model.",
    )


def _put_parameters(fitter: Any, model: Any, covariance: NDArray[np.float64] | None) -> None:  # noqa: ANN401
    import pandas as pd  # noqa: PLC0415 - loaded when needed

    names = list(model.names)
    fitter.params_ = pd.Series(model.parameters(), index=names)
    size = len(names)
    known = np.full((size, size), np.nan) if covariance is None else np.array(covariance)
    fitter.variance_matrix_ = pd.DataFrame(known, columns=names, index=names)
    with undisturbed():
        fitter.standard_errors_ = fitter._compute_standard_errors()  # noqa: SLF001 - as its fit does
        fitter.confidence_intervals_ = fitter._compute_confidence_intervals()  # noqa: SLF001 - same


def _histories_of(model: Any, fit: Fit[Any] | None, pair: Pair, histories: Any) -> Any:  # noqa: ANN401
    """The histories in the unit of the model, checked against the fit."""
    model.log_likelihood(histories)  # which refuses histories of another kind
    if pair.measures_time:
        histories = histories.in_unit(model.unit)
    kind = cast("Any", type(model))
    # How a fit reads its data is the model's own affair, and all that can tell them from others.
    if fit is not None and kind._problem(histories).fingerprint != fit.fingerprint:  # noqa: SLF001
        raise DataError(
            "These are not the histories of the fit.",
            received=f"{len(histories):,} rows; the fit used {fit.n_customers:,} customers",
            allowed="what the fit was fitted to, in the same unit",
            do="Pass those, or fit.model in the place of the fit.",
        )
    return histories


def _put_data(fitter: Any, pair: Pair, model: Any, histories: Any) -> None:  # noqa: ANN401
    import pandas as pd  # noqa: PLC0415 - loaded when needed

    if "monetary_value" in pair.columns:
        histories = histories[(histories.frequency > 0) & (histories.monetary_value > 0)]
    columns = {theirs: np.array(getattr(histories, ours)) for theirs, ours in pair.columns.items()}
    weight = np.array(histories.weight)
    counts = np.rint(weight).astype(np.int64)
    columns["weights"] = counts if (counts == weight).all() else weight
    if "monetary_value" in columns:
        columns["frequency"] = columns["frequency"].astype(np.float64)  # as its fit does
    fitter.data = pd.DataFrame(columns, index=histories.customer)
    log_likelihood = float(weight @ model.log_likelihood(histories))
    if pair.measures_time:
        # lifetimes measures time in the longest age, and a density of x times changes with it.
        longest = float(histories.age.max())
        fitter._scale = 1 / longest  # noqa: SLF001 - as its fit does
        log_likelihood += float(weight @ histories.frequency) * math.log(longest)
    per = weight.mean() if pair.model == "ParetoNBD" else weight.sum()
    fitter._negative_log_likelihood_ = -log_likelihood / per
    fitter._hessian_ = None


def _simulator(function: Any, pair: Pair, model: Any, data: Any) -> Any:  # noqa: ANN401 - of lifetimes
    """`generate_new_data(size=1)` as the fitter has it, but such that pickle can save it."""
    observed = data[list(pair.columns)[-1]].repeat(data["weights"].round().astype(int))
    return partial(function, observed.to_numpy(), *model.parameters().tolist())
