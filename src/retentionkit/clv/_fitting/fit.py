"""A fit: the model, and everything that says how far to believe it."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, Protocol, TypeVar

import numpy as np

from retentionkit.arguments import check_number
from retentionkit.clv._fitting.draws import draw_models
from retentionkit.clv._fitting.maximum import maximise
from retentionkit.clv._fitting.restricted import free_of, held_at
from retentionkit.clv._fitting.saved import as_text
from retentionkit.clv._fitting.verdict import say_verdict
from retentionkit.clv._inference.nested import limiting_model
from retentionkit.errors import KindError, OptionError
from retentionkit.intervals import log_wald
from retentionkit.results import Columns, Interval, Result, frozen_array

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from retentionkit.clv._fitting.maximum import Maximum, Penalty, Problem

__all__ = ["Fit", "Model", "Parameter", "fit_model", "fit_of", "model_of"]


class Model(Protocol):
    """A frozen dataclass of parameters; what every model of the room has."""

    names: ClassVar[tuple[str, ...]]

    def parameters(self) -> NDArray[np.float64]:
        """The parameters in the order of `names`."""
        ...


M_co = TypeVar("M_co", bound=Model, covariant=True)


@dataclasses.dataclass(frozen=True, slots=True)
class Parameter:
    """One estimated parameter.

    Attributes
    ----------
    estimate
        The maximum-likelihood estimate.
    standard_error
        From the observed information; NaN where a limit is reached.
    interval
        95 % log-scale Wald interval; limits NaN where the standard error is.
    """

    estimate: float
    standard_error: float
    interval: Interval


@dataclasses.dataclass(frozen=True, slots=True, eq=False, repr=False)
class Fit(Result, Generic[M_co]):
    """A fitted model with its uncertainty and a verdict on it.

    Attributes
    ----------
    model
        The model at the estimates; it needs no fit and no data.
    covariance
        Covariance matrix of the estimates, shape (k, k), in the order of `model.names`; NaN for
        parameters that ran to a limit.
    log_likelihood
        Log-likelihood of the data at the estimates; never includes a penalty.
    n_customers
        Number of customers (of observations, for spend) that the fit used.
    penalty
        Weight of the penalty, 0 for maximum likelihood.
    limit
        Name of the limiting model that the data cannot be told from, such as "no dropout" (two
        names joined by "and" where two limits are reached), else None.
    gradient_norm
        Largest slope of the log-likelihood in a log-parameter, per customer; 0 at a maximum.
    decrement
        Twice the log-likelihood that a Newton step would still gain; NaN at a limit, where there
        is no such step.
    condition_number
        Of the information matrix in log-parameters; large when some combination is hardly known,
        NaN at a limit.
    converged
        Whether the estimates are a maximum or a named limit. Always True: a failure raises.
    verdict
        What to make of the fit, in words.
    fingerprint
        SHA-256 of the data, equal for equal data in any order of rows.
    definition
        What was fitted to what.
    """

    model: M_co
    covariance: NDArray[np.float64]
    log_likelihood: float
    n_customers: int
    penalty: float
    limit: str | None
    gradient_norm: float
    decrement: float
    condition_number: float
    converged: bool
    verdict: str
    fingerprint: str
    definition: str

    _heading: ClassVar[str] = "Fit"

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """Estimate, standard error and 95 % interval of each parameter.

        Examples
        --------
        >>> import retentionkit as rk
        >>> log = rk.Transactions(rk.datasets.load_cdnow())
        >>> fit = rk.clv.BGNBD.fit(rk.purchase_histories(log, as_of="1997-09-30"))
        >>> fit.parameters["r"].interval
        Interval(0.2192 to 0.2685, 95 %)
        """
        values = self.model.parameters()
        errors = np.sqrt(np.diag(self.covariance))
        low, high = log_wald(values, errors)
        return {
            name: Parameter(
                float(values[i]), float(errors[i]), Interval(float(low[i]), float(high[i]), 0.95)
            )
            for i, name in enumerate(self.model.names)
        }

    def interval(self, name: str, *, confidence: float = 0.95) -> Interval:
        """Log-scale Wald interval of one parameter at any confidence."""
        if name not in self.model.names:
            raise OptionError(
                "The model has no such parameter.",
                received=repr(name),
                allowed=", ".join(map(repr, self.model.names)),
                do="Pass one of them.",
            )
        parameter = self.parameters[name]
        low, high = log_wald(parameter.estimate, parameter.standard_error, confidence=confidence)
        return Interval(float(low), float(high), confidence)

    @property
    def aic(self) -> float | None:
        """Akaike's criterion, -2 ln L + 2 k; None under a penalty."""
        return None if self.penalty else 2 * len(self.model.names) - 2 * self.log_likelihood

    @property
    def bic(self) -> float | None:
        """Bayesian criterion, -2 ln L + k ln n; None under a penalty."""
        k = len(self.model.names)
        return None if self.penalty else k * math.log(self.n_customers) - 2 * self.log_likelihood

    @property
    def limiting_model(self) -> Any:  # noqa: ANN401 - another kind of model
        """The simpler model that the fit ran to, as a model of its own, such as `NBD`.

        None where no limit was reached, or where the library has no model of that name: then the
        fitted model itself, far out at its limit, forecasts as the simpler one does.

        Examples
        --------
        >>> import retentionkit as rk
        >>> drawn = rk.clv.NBD(1.0, 5.0).simulate([52.0] * 500, rng=2)
        >>> fit = rk.clv.BGNBD.fit(drawn.to_histories())
        >>> fit.limit, type(fit.limiting_model).__name__
        ('no dropout', 'NBD')
        """
        return limiting_model(self.model, self.limit)

    def draws(self, n: int, *, rng: np.random.Generator | int = 0) -> tuple[M_co, ...]:
        """Models drawn around the estimate, normal in the log-parameters (Laplace).

        What a model answers, asked of each draw, shows how far the answer moves with the
        parameters. A draw says nothing of the randomness of purchases.

        Parameters
        ----------
        n
            How many.
        rng
            Seed or generator; equal seeds give equal models.

        Raises
        ------
        DataError
            At a limit whose remaining parameters are not known, such as homogeneous dropout. At
            one that is itself a model, such as no dropout, the parameters of that model are drawn
            and the others, which mean nothing there, stay.

        Examples
        --------
        >>> import retentionkit as rk
        >>> log = rk.Transactions(rk.datasets.load_cdnow())
        >>> fit = rk.clv.BGNBD.fit(rk.purchase_histories(log, as_of="1997-09-30"))
        >>> year = [model.expected_purchases(52).item() for model in fit.draws(2000)]
        >>> [round(float(limit), 2) for limit in np.quantile(year, [0.025, 0.975])]
        [1.32, 1.58]
        """
        return draw_models(self, n, rng)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the fit as a small JSON file for `rk.clv.load`; it holds no customer data."""
        Path(path).write_text(as_text(self), encoding="utf-8")

    def _facts(self) -> Mapping[str, str]:
        return {
            "model": type(self.model).__name__,
            "customers": f"{self.n_customers:,}",
            "log-likelihood": f"{self.log_likelihood:,.4f}",
            "AIC, BIC": "none under a penalty"
            if self.aic is None or self.bic is None
            else f"{self.aic:,.2f}, {self.bic:,.2f}",
            "verdict": self.verdict,
        }

    def _table(self) -> Columns:
        rows = self.parameters
        return {
            "parameter": list(rows),
            "estimate": [row.estimate for row in rows.values()],
            "standard_error": [row.standard_error for row in rows.values()],
            "low": [row.interval.low for row in rows.values()],
            "high": [row.interval.high for row in rows.values()],
        }

    def _printed(self) -> Columns:
        """An estimate that ran away is a direction; its digits say where the search stopped."""
        rows = self.parameters.values()
        shown: list[object] = [_said(row) if self.limit else row.estimate for row in rows]
        return {**self._table(), "estimate": shown}


#: Where an estimate without a standard error has run away.
_AWAY: Final = 1e4


def _said(parameter: Parameter) -> float | str:
    """The estimate, or where it went at a limit."""
    value = parameter.estimate
    if not math.isnan(parameter.standard_error) or 1 / _AWAY < value < _AWAY:
        return value
    return "→ ∞" if value > 1 else "→ 0"


def fit_of(given: object) -> Fit[Any] | None:
    """What was given, if it is a fit."""
    if isinstance(given, Fit):
        return given  # pyright: ignore[reportUnknownVariableType] - its model may be any
    return None


def model_of(given: object) -> Any:  # noqa: ANN401 - a model, or what was given in its place
    """The model of a fit; anything else as it is."""
    fit = fit_of(given)
    return given if fit is None else fit.model


def fit_model(
    build: type[Any], problem: Problem, penalty: Penalty, *, start: Model | None
) -> Fit[Any]:
    """Maximise the likelihood and say what came of it."""
    check_number("penalty", penalty.weight, low=0, do="Pass penalty=0 for maximum likelihood.")
    if start is not None and type(start) is not build:
        raise KindError(
            "`start` must be a model of the same kind.",
            received=repr(start),
            allowed=build.__name__,
            do=f"Pass start={build.__name__}(...), or leave it out.",
        )
    likelihood = problem.likelihood
    begin = None if start is None else [float(value) for value in start.parameters()]
    top = maximise(likelihood, penalty, start=begin)
    covariance = _covariance(top, likelihood.names)
    condition = float(np.linalg.cond(-top.penalised_hessian))
    n = likelihood.n_customers
    gradient_norm = float(np.abs(top.gradient).max() / n)
    return Fit(
        model=build(*(float(value) for value in top.parameters), **problem.extra),
        covariance=frozen_array(covariance, np.float64),
        log_likelihood=float(top.log_likelihood),
        n_customers=round(n),
        penalty=float(penalty.weight),
        limit=" and ".join(limit.name for limit in top.limits) or None,
        gradient_norm=gradient_norm,
        decrement=math.nan if top.limits else top.decrement,
        condition_number=math.nan if top.limits else condition,
        converged=True,
        verdict=say_verdict(
            top,
            likelihood.names,
            build.means,
            condition=condition,
            gradient=gradient_norm,
            penalty=penalty.weight,
        ),
        fingerprint=problem.fingerprint,
        definition=f"{problem.model} by {'penalised ' * bool(penalty.weight)}maximum likelihood; "
        + problem.data,
    )


def _covariance(top: Maximum, names: tuple[str, ...]) -> NDArray[np.float64]:
    """Inverse observed information, by the delta method from log-parameters to parameters.

    Under a penalty it is the sandwich that a shrunken estimate has: the penalised curvature
    outside, the information of the data inside. Parameters lost at a limit have none. For the
    others only the way to the limit is held: of two parameters that run away together, the data
    still tell the ratio, and the others are uncertain with it.
    """
    gone = {name for limit in top.limits for name in limit.lost}
    free = [i for i, name in enumerate(names) if name not in gone]
    result = np.full((len(names), len(names)), np.nan)
    if free:
        log = np.log(top.parameters)
        rows = [held_at(limit, log, names) for limit in top.limits]
        basis = free_of(np.vstack([np.empty((0, len(names))), *rows]))
        outside = np.linalg.inv(-basis.T @ top.penalised_hessian @ basis)
        inside = _information(basis.T @ top.hessian @ basis)
        spread = basis @ outside @ inside @ outside @ basis.T
        block, scale = np.ix_(free, free), top.parameters[free]
        result[block] = spread[block] * np.outer(scale, scale)
    return result


def _information(hessian: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the data know at the estimate, and no less than nothing in any direction.

    Far from its top, where a strong penalty holds the estimate, a likelihood may bend upwards; a
    direction in which it does has no variance but what the penalty leaves, which is none.
    """
    values, vectors = np.linalg.eigh(-hessian)
    if values[0] > 0:
        return -hessian
    return np.asarray((vectors * values.clip(min=0.0)) @ vectors.T)
